"""Who gains and who loses by a changed timetable: people who come within the limit of a place, or fall outside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kortrijk_geo.capacity.privacy import hidden_rows, is_few, whole_people
from kortrijk_geo.errors import OptionError
from kortrijk_geo.mapping.compare import compare
from kortrijk_geo.mapping.spec import Ranking
from kortrijk_geo.reach.notes import WHO
from kortrijk_geo.reach.privacy import Hidden, counted, few_shares, hidden, share_columns
from kortrijk_geo.reach.transit import transit_spec
from kortrijk_geo.text.dutch import decimal_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from kortrijk_geo.mapping import MapSpec
    from kortrijk_geo.reach.privacy import PeopleResult
    from kortrijk_geo.results import ThemeResult
    from kortrijk_geo.text.dutch import Unit

    Floats = npt.NDArray[np.float64]

_COUNTS = ("gained", "lost")
_START, _END = "transit_minutes_", "_transit_"


def gains(before: ThemeResult, after: ThemeResult) -> pd.DataFrame:
    """Count who gains and who loses a category within the limit that counts, at half of all departures.

    Parameters
    ----------
    before, after
        Results of `kortrijk_geo.reach.analyse_transit` of one pack, with the same limit.

    Returns
    -------
    pandas.DataFrame
        A row per area and category (``all`` for all of them together) with ``gained`` and ``lost``: inhabitants, or
        what the shares count where these are unknown. Unknown in areas of which the share is.
    """
    who, minutes = after.options["weights"], after.options["minutes"]
    if (before.options["weights"], before.options["minutes"], before.pack_digest) != (who, minutes, after.pack_digest):
        raise OptionError("gains and losses are of one pack and one limit")
    homes, was = after.layers["homes"], before.layers["homes"]
    people = np.ones(len(homes)) if who == "homes" else homes[who].to_numpy(float)
    ids = after.areas.index
    area = ids.get_indexer(homes["area_id"])
    tables = []
    for column in (name for name in homes.columns if name.startswith(_START)):
        key = column.removeprefix(_START)
        had, has = (frame[column].to_numpy(float) <= minutes for frame in (was, homes))
        unknown = after.areas[f"share_{key}{_END}{minutes}"].isna().to_numpy()
        sums = {
            name: np.where(unknown, np.nan, np.bincount(area[who_moves], people[who_moves], len(ids)))
            for name, who_moves in (("gained", has & ~had), ("lost", had & ~has))
        }
        tables.append(pd.DataFrame({"area_id": ids, "category": key, **sums}))
    columns = ["area_id", "category", "gained", "lost"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def timetables_compared(before: PeopleResult, after: PeopleResult, *, names: tuple[str, str], change: str) -> MapSpec:
    """Compare a city with one of a changed timetable: before and after by area, and who gains and who loses.

    What tells how many few people gain or lose is left out of every part of it: their number, and the share and
    difference that give it with the inhabitants beside them (see `kortrijk_geo.reach.privacy`).

    Parameters
    ----------
    before, after
        See `gains`.
    names
        Dutch names of the two states.
    change
        What is changed, in Dutch.
    """
    exact, least = gains(before, after), after.least
    told = _told_together(before, after, exact)
    spec = compare(*(transit_spec(result) for result in told), names=names)
    labels_of = _names(after, exact["category"].unique())
    who, minutes = WHO[after.options["weights"]], after.options["minutes"]
    exact = exact.assign(label=exact["category"].map(labels_of), name=exact["area_id"].map(after.areas["name"]))
    by_category = exact.groupby("category", sort=False)
    sums = exact.groupby(["category", "label"], sort=False)[[*_COUNTS]].sum(min_count=1).reset_index()
    public, totals, few = exact, sums, ""
    if after.of_people:
        public = exact.assign(**{
            name: by_category[name].transform(lambda people: _without_few(people.to_numpy(), least)) for name in _COUNTS
        })  # fmt: skip
        totals = sums.assign(
            **{name: sums[name].mask(is_few(whole_people(sums[name].to_numpy()), least)) for name in _COUNTS}
        )
        few = (
            f" Onbekend staat waar het er minder dan {least} zijn, of waar hun aantal uit het totaal zou volgen; dat"
            " is niet nul. Het aandeel erna en het verschil zijn daar ook niet gepubliceerd."
        )
    labels = {"gained": f"{who} die winnen", "lost": f"{who} die verliezen"}
    units: dict[str, Unit] = dict.fromkeys(_COUNTS, "whole")
    of_city = Ranking(
        "Wie wint en wie verliest", "Winst per voorziening", totals, {"label": "Voorziening", **labels}, units,
        f"Wint: heeft de voorziening nu niet, en dan wel, binnen {minutes} minuten met bus en trein, bij de helft van"
        f" de vertrekken. Verliest: omgekeerd.{few}",
    )  # fmt: skip
    moves = (exact[[*_COUNTS]].fillna(0) > 0).any(axis=1)
    of_areas = Ranking(
        "Wie wint en wie verliest, per gebied", "Winst per gebied", public[moves],
        {"name": "Gebied", "label": "Voorziening", **labels}, units,
        f"Enkel waar iemand wint of verliest.{few}", filters=("name", "label"),
    )  # fmt: skip
    return replace(
        spec,
        lead=f"Wat als: {change}? {_lead(sums, who, minutes, least if after.of_people else 0)}".strip(),
        rankings=(of_city, *((of_areas,) if moves.any() else ()), *spec.rankings),
    )


def _told_together(before: PeopleResult, after: PeopleResult, exact: pd.DataFrame) -> tuple[PeopleResult, PeopleResult]:
    """Return both as they may stand beside one another.

    What one of them may not tell the other does not tell either, since the difference would; and of what few gain or
    lose there is no share after, so that there is no difference.
    """
    if not after.of_people:
        return before, after
    kept_back, changed, least = [few_shares(result) for result in (before, after)], Hidden(), after.least
    minutes = after.options["minutes"]
    moves = {
        f"share_{key}{_END}{minutes}": [rows[name].to_numpy("float64") for name in _COUNTS]
        for key, rows in exact.groupby("category", sort=False)
    }
    for name in share_columns(after):
        people, total = counted(after, name)
        net = np.abs(people * (after.areas[name] - before.areas[name]).to_numpy("float64"))
        of_city = abs(total * (float(after.city[name]) - float(before.city[name])))
        counts = moves.get(name, [net])
        totals = [of_city, *(np.nansum(count) for count in moves.get(name, []))]
        changed.hide(name, counts, totals, least)
        for told in kept_back:
            changed.areas[name] |= told.areas[name]
            changed.city |= told.city & {name}
    both = Hidden(
        {name: kept_back[0].areas[name] | kept_back[1].areas[name] for name in changed.areas},
        kept_back[0].city | kept_back[1].city,
    )
    return hidden(before, both), hidden(after, changed)


def _lead(sums: pd.DataFrame, who: str, minutes: int, least: int) -> str:
    """Say of all categories together how many gain and lose; nothing where there are none."""
    together = sums[sums["category"] == "all"]
    if together.empty:
        return ""
    gained, lost = (
        "een onbekend aantal"
        if np.isnan(people)
        else f"minder dan {least}"
        if 0 < people < least
        else decimal_text(people, 0)
        for people in together[[*_COUNTS]].iloc[0]
    )
    label = together["label"].iloc[0]
    return f"{label} binnen {minutes} minuten: {gained} {who.lower()} winnen die, {lost} verliezen die."


def _names(result: ThemeResult, keys: Iterable[str]) -> dict[str, str]:
    """Return what categories are called, by the columns of their shares."""
    labels, minutes = {column.name: column.short for column in result.columns}, result.options["minutes"]
    return {key: labels[f"share_{key}{_END}{minutes}"].partition(":")[0] for key in keys}


def _without_few(people: Floats, least: int) -> Floats:
    return np.where(hidden_rows(whole_people(people), least), np.nan, people)
