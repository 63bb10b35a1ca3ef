"""Who gains and who loses by a changed timetable: people who come within the limit of a place, or fall outside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kortrijk_geo.capacity.privacy import hidden_rows
from kortrijk_geo.errors import OptionError
from kortrijk_geo.mapping.spec import Ranking
from kortrijk_geo.reach.notes import WHO
from kortrijk_geo.text.dutch import decimal_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from kortrijk_geo.mapping import MapSpec
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


def with_gains(spec: MapSpec, before: ThemeResult, after: ThemeResult, *, change: str, least: int) -> MapSpec:
    """Add to a comparison who gains and who loses, by category and by area.

    Parameters
    ----------
    spec
        Of the comparison of ``before`` and ``after``, see `gains`.
    change
        What is changed, in Dutch.
    least
        A count of fewer people is unknown, and so is one that tells it.
    """
    exact = gains(before, after)
    names = _names(after, exact["category"].unique())
    who, minutes = WHO[after.options["weights"]], after.options["minutes"]
    exact = exact.assign(label=exact["category"].map(names), name=exact["area_id"].map(after.areas["name"]))
    by_category = exact.groupby("category", sort=False)
    public = exact.assign(**{
        name: by_category[name].transform(lambda people: _without_few(people.to_numpy(), least)) for name in _COUNTS
    })  # fmt: skip
    sums = exact.groupby(["category", "label"], sort=False)[[*_COUNTS]].sum(min_count=1).reset_index()
    totals = sums.assign(**{name: sums[name].mask((sums[name] > 0) & (sums[name] < least)) for name in _COUNTS})
    labels = {"gained": f"{who} die winnen", "lost": f"{who} die verliezen"}
    units: dict[str, Unit] = dict.fromkeys(_COUNTS, "whole")
    few = (
        f"Onbekend staat waar het er minder dan {least} zijn, of waar hun aantal uit het totaal zou volgen; dat"
        " is niet nul."
    )
    of_city = Ranking(
        "Wie wint en wie verliest", "Winst per voorziening", totals, {"label": "Voorziening", **labels}, units,
        f"Wint: heeft de voorziening nu niet, en dan wel, binnen {minutes} minuten met bus en trein, bij de helft van"
        f" de vertrekken. Verliest: omgekeerd. {few}",
    )  # fmt: skip
    moves = (exact[[*_COUNTS]].fillna(0) > 0).any(axis=1)
    of_areas = Ranking(
        "Wie wint en wie verliest, per gebied", "Winst per gebied", public[moves],
        {"name": "Gebied", "label": "Voorziening", **labels}, units,
        f"Enkel waar iemand wint of verliest. {few}", filters=("name", "label"),
    )  # fmt: skip
    return replace(
        spec,
        lead=f"Wat als: {change}? {_lead(sums, who, minutes, least)}".strip(),
        rankings=(of_city, *((of_areas,) if moves.any() else ()), *spec.rankings),
    )


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
    return np.where(hidden_rows(people, least), np.nan, people)
