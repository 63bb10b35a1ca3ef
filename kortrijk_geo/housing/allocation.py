"""Allocation: which areas take the next social dwellings: vacant ones first, under caps, near services, spread."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.housing.allocation_program import Answer, Question, Weights, solve
from kortrijk_geo.housing.concentration import dissimilarity, gini, isolation, usable
from kortrijk_geo.housing.counts import Counts, Level, read_counts
from kortrijk_geo.housing.density import location_quotient, social_per_100_households
from kortrijk_geo.housing.growth import Growth, project_growth
from kortrijk_geo.housing.norms import norms
from kortrijk_geo.housing.texts import count, named, number
from kortrijk_geo.results import Figure, ThemeResult, plain

if TYPE_CHECKING:
    from kortrijk_geo.city import City

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
HOW = {"walk": "te voet", "cycle": "met de fiets"}


@dataclass(frozen=True)
class Allocation:
    """Which area takes how many dwellings.

    Parameters
    ----------
    table
        One row per area, index ``area_id``: ``name``, ``social_dwellings``, ``households_private``,
        ``social_per_100_households``, ``location_quotient`` (now), ``relet_dwellings`` (vacant ones let again),
        ``most_new_dwellings`` (the cap), ``new_dwellings``, ``nearness`` (0-1), and with ``_after`` the counts, density
        and quotient of then. Areas with unknown or impossible counts take none, and are unknown after too.
    relet, new
        Dwellings let again and newly built; together what was asked.
    year
        Year of the households after.
    before, after
        Indices over the areas that take part: ``dissimilarity``, ``isolation``, ``gini``, ``social_per_100_households``
        (of the whole city).
    weights
        Weight of each aim, together 1.
    worth
        Per aim: ``worth``, ``worst`` and ``best`` of the new dwellings (see `kortrijk_geo.housing.allocation_program`).
    notes
        Dutch sentences: everything the plan rests on.
    """

    table: pd.DataFrame
    relet: int
    new: int
    year: int
    before: dict[str, float]
    after: dict[str, float]
    weights: dict[str, float]
    worth: dict[str, dict[str, float]]
    notes: list[str]

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values; unknown is None."""
        values = {key: plain(value) for key, value in vars(self).items() if key != "table"}
        return {**values, "areas": [plain(row) for row in self.table.reset_index().to_dict("records")]}


def allocate(
    city: City,
    dwellings: int | None = None,
    *,
    level: Level = "areas",
    vacant: int | Mapping[str, int] | None = None,
    caps: Mapping[str, int] | None = None,
    most_per_100_households: float | None = None,
    most_share_per_area: float | None = None,
    weight_concentration: float | None = None,
    weight_nearness: float | None = None,
    reach: ThemeResult | None = None,
    mode: str | None = None,
    year: int | None = None,
    households: Mapping[int, float] | None = None,
    fixed_households: bool = False,
    base_year: int | None = None,
    counts: Counts | None = None,
) -> Allocation:
    """Say which areas take the next social dwellings.

    First the vacant social dwellings are let again, where they stand. The others are new and go where the weighted sum
    of two aims is largest, proven by a mixed-integer program: less concentration (the isolation index of then), and
    nearness (the share of an area's inhabitants with everything within 15 minutes, from the reach result). Households
    grow as in `kortrijk_geo.housing.growth.project_growth`, in each area as in the city.

    Parameters
    ----------
    city
        A pack with the layer of ``level``.
    dwellings
        How many in all, vacant ones included; None for the city's own target.
    vacant
        Vacant social dwellings: a number (spread over the areas as their social dwellings are) or a number per area id;
        None for the package's figure of the municipality, 0 where there is none.
    caps
        Most new dwellings per area id, in place of the two limits that follow.
    most_per_100_households
        No area gets new dwellings beyond this density. None for the package's.
    most_share_per_area
        No area gets more than this share (0-1) of the new dwellings. None for the package's.
    weight_concentration, weight_nearness
        Weights of the aims, from 0. None for the package's. Without ``reach`` only concentration counts.
    reach
        Result of the reach theme for the same areas.
    mode
        ``walk`` or ``cycle``; None for the first of the reach result.
    year, households, fixed_households, base_year
        See `project_growth`.
    counts
        Counts, when the caller has them.

    Raises
    ------
    OptionError
        When an option cannot be used, or the areas cannot take the dwellings.
    DataError
        When no area has known counts, or the reach result lacks figures.
    """
    found = counts if counts is not None else read_counts(city, level=level)
    ahead = project_growth(
        city, extra_dwellings=dwellings, year=year, households=households, fixed_households=fixed_households,
        base_year=base_year, counts=found,
    )  # fmt: skip
    frame = found.frame
    takes = usable(frame["social_dwellings"].to_numpy(), frame["households_private"].to_numpy())
    near, near_note = _nearness(frame.index, reach, mode)
    takes &= np.isfinite(near) if reach is not None else True
    if not takes.any():
        raise DataError(f"{city.folder}: no area has known counts to allocate dwellings by")
    place = np.flatnonzero(takes)
    now, homes = (frame[column].to_numpy()[place] for column in ("social_dwellings", "households_private"))
    then = homes * ahead.households_ratio
    stock, stock_note = _vacant(city, vacant, frame.index, place, now)
    weights = _weights(weight_concentration, weight_nearness, with_reach=reach is not None)
    nearness = near[place] if reach is not None else None
    relet = min(ahead.extra_dwellings, int(stock.sum()))
    again = solve(Question(relet, stock, now, then, nearness), weights).placed
    new = ahead.extra_dwellings - relet
    most, cap_note = _most(
        new, now + again, then, frame.index[place], caps, most_per_100_households, most_share_per_area
    )
    answer = solve(Question(new, most, now + again, then, nearness), weights)
    table = _table(found, place, again=again, most=most, answer=answer, then=then, near=near, ahead=ahead)
    left_out = frame["name"].to_numpy()[~takes]
    notes = [*ahead.notes, stock_note.format(relet=count(relet), new=count(new)), cap_note, near_note]
    notes.append(
        "In elk gebied groeien de huishoudens even snel als in de stad; het plan kent geen bouwgronden: de bovengrens per"
        " gebied komt in de plaats daarvan."
    )
    if len(left_out):
        notes.append(f"Krijgen geen woningen omdat cijfers onbekend of tegenstrijdig zijn: {named(list(left_out))}.")
    return Allocation(
        table=table,
        relet=relet,
        new=new,
        year=ahead.year,
        before=_indices(now, homes, ahead.per_100_now),
        after=_indices(now + again + answer.placed, then, ahead.per_100_then),
        weights={"concentration": weights.concentration, "nearness": weights.nearness},
        worth=_worth(answer),
        notes=notes,
    )


def with_allocation(result: ThemeResult, plan: Allocation) -> ThemeResult:
    """Return a result of `analyse` with the plan in its areas, city, labels, headlines and notes.

    Raises
    ------
    OptionError
        When plan and result are not about the same areas.
    """
    if not result.areas.index.equals(plan.table.index):
        raise OptionError("the allocation and the result are not about the same areas; use one level for both")
    columns = [
        "relet_dwellings",
        "new_dwellings",
        "most_new_dwellings",
        *(c for c in plan.table if c.endswith("_after")),
    ]
    kept = result.areas.drop(columns="geometry")
    areas = gpd.GeoDataFrame(
        pd.concat([kept, plan.table[columns]], axis=1), geometry=result.areas.geometry, crs=result.areas.crs
    )
    then = plan.year
    labels = {
        "relet_dwellings": "Leegstaande sociale woningen opnieuw verhuurd (voorstel)",
        "new_dwellings": "Nieuwe sociale woningen (voorstel)",
        "most_new_dwellings": "Bovengrens nieuwe sociale woningen",
        "social_dwellings_after": f"Sociale huurwoningen in {then} (voorstel)",
        "households_private_after": f"Private huishoudens in {then}",
        "social_per_100_households_after": f"Sociale huurwoningen per 100 private huishoudens in {then} (voorstel)",
        "location_quotient_after": f"Locatiequotiënt in {then} (voorstel)",
    }
    whole = {
        **result.city,
        "relet_dwellings": plan.relet,
        "new_dwellings": plan.new,
        **{f"{key}_after": value for key, value in plan.after.items()},
    }
    figure = Figure(
        "dissimilarity_after",
        f"Ongelijke spreiding in {then} met het voorstel (dissimilariteit)",
        plan.after["dissimilarity"],
        "aandeel",
        source=norms().allocation.origin.source,
    )
    options = {**result.options, "allocation": {"weights": plan.weights, "worth": plan.worth, "before": plan.before}}
    return replace(
        result,
        areas=areas,
        city=whole,
        labels={**result.labels, **labels},
        headlines=[*result.headlines, figure],
        options=options,
        notes=list(dict.fromkeys([*result.notes, *(f"Voorstel: {note}" for note in plan.notes)])),
    )


def _nearness(ids: pd.Index, reach: ThemeResult | None, mode: str | None) -> tuple[Floats, str]:
    if reach is None:
        return np.full(len(ids), np.nan), (
            "Nabijheid van voorzieningen telt niet mee, omdat er geen bereikbaarheidsresultaat bij is."
        )
    if reach.theme != "reach":
        raise OptionError(f"reach is a result of theme {reach.theme!r}; give one of theme 'reach'")
    modes = [str(one) for one in reach.options["modes"]]
    chosen = mode or modes[0]
    if chosen not in modes:
        raise OptionError(f"mode is {mode!r}, the reach result knows {', '.join(modes)}")
    minutes = reach.options["minutes"]
    column = f"share_all_{chosen}_{minutes}"
    absent = ids.difference(reach.areas.index)
    if len(absent):
        raise DataError(f"the reach result has no figures for area {absent[0]}; run it on the same pack and level")
    near = reach.areas[column].reindex(ids).to_numpy(dtype="float64")
    return near, (
        f"Nabijheid is het deel van de inwoners van een gebied met alle voorzieningen binnen {minutes} minuten"
        f" {HOW.get(chosen, chosen)}; dat nieuwe woningen daar hetzelfde bereik hebben, is een aanname."
    )


def _vacant(
    city: City, vacant: int | Mapping[str, int] | None, ids: pd.Index, place: npt.NDArray[np.intp], social: Floats
) -> tuple[Ints, str]:
    """Vacant dwellings per area that takes part, and a note with blanks for how many are let again and are new."""
    if isinstance(vacant, Mapping):
        strange = sorted(set(vacant) - set(ids))
        if strange:
            raise OptionError(f"vacant names {strange[0]}, which is no area of the pack")
        per_area = np.array([_whole(vacant.get(area, 0), f"vacant of {area}") for area in ids[place]], dtype=np.int64)
        return per_area, "{relet} leegstaande sociale woningen worden eerst opnieuw verhuurd; {new} zijn nieuw."
    known = norms().vacancies.get(city.info.nis_code)
    total = (known.dwellings if known else 0) if vacant is None else _whole(vacant, "vacant")
    if not total:
        return np.zeros(len(place), dtype=np.int64), "{new} woningen zijn nieuw; met leegstand is niet gerekend."
    if not social.sum() > 0 and vacant is None:
        return np.zeros(len(place), dtype=np.int64), (
            "{new} woningen zijn nieuw; de leegstand is niet te verdelen, want geen gebied heeft een sociale woning."
        )
    if not social.sum() > 0:
        raise OptionError("vacant dwellings cannot be spread: no area has a social dwelling; give vacant per area id")
    source = f" ({known.origin.source})" if known and vacant is None else ""
    return _spread(total, social), (
        f"Eerst worden {{relet}} van de {count(total)} leegstaande sociale woningen{source} opnieuw verhuurd; {{new}} zijn"
        " nieuw. Waar de leegstand ligt, is niet bekend: ze is over de gebieden verdeeld zoals de verhuurde woningen."
    )


def _spread(total: int, like: Floats) -> Ints:
    """Spread whole units in proportion, the largest remainders first."""
    exact = total * like / like.sum()
    units = np.floor(exact).astype(np.int64)
    first = np.argsort(-(exact - units), kind="stable")[: total - int(units.sum())]
    units[first] += 1
    return units


def _most(
    new: int, stands: Floats, then: Floats, ids: pd.Index, caps: Mapping[str, int] | None, per_100: float | None,
    share: float | None,
) -> tuple[Ints, str]:  # fmt: skip
    rules = norms().allocation
    if caps is not None:
        if per_100 is not None or share is not None:
            raise OptionError(
                "caps take the place of most_per_100_households and most_share_per_area; give one or other"
            )
        strange = sorted(set(caps) - set(ids))
        if strange:
            raise OptionError(f"caps names {strange[0]}, which is no area that can take dwellings")
        most = np.array([_whole(caps.get(area, 0), f"cap of {area}") for area in ids], dtype=np.int64)
        return most, "De bovengrens per gebied is opgegeven; een gebied zonder bovengrens krijgt geen woningen."
    limit = rules.most_per_100_households if per_100 is None else per_100
    part = rules.most_share_per_area if share is None else share
    if not (math.isfinite(limit) and 0 < limit <= 100):
        raise OptionError(f"most_per_100_households is {limit!r}, must be above 0 and at most 100")
    if not (math.isfinite(part) and 0 < part <= 1):
        raise OptionError(f"most_share_per_area is {part!r}, must be above 0 and at most 1")
    room = np.floor(limit * then / 100 - stands + 1e-6)
    most = np.clip(np.minimum(room, math.ceil(part * new - 1e-9)), 0, None).astype(np.int64)
    return most, (
        f"Geen gebied krijgt nieuwe woningen boven {number(limit)} per 100 huishoudens, en geen meer dan"
        f" {number(round(100 * part, 1))} % van de nieuwe woningen ({rules.origin.standing})."
    )


def _weights(concentration: float | None, nearness: float | None, *, with_reach: bool) -> Weights:
    rules = norms().allocation
    if nearness is not None and nearness > 0 and not with_reach:
        raise OptionError("weight_nearness needs a result of the reach theme; give reach, or leave the weight out")
    given = (
        rules.weight_concentration if concentration is None else concentration,
        rules.weight_nearness if nearness is None else nearness,
    )
    if not all(math.isfinite(one) and one >= 0 for one in given):
        raise OptionError(f"weights are {given[0]!r} and {given[1]!r}, must be numbers from 0")
    if not with_reach:
        return Weights(1.0, 0.0)
    if not sum(given) > 0:
        raise OptionError("one of the two weights must be above 0")
    return Weights(given[0] / sum(given), given[1] / sum(given))


def _whole(value: Any, what: str) -> int:
    if isinstance(value, bool) or not math.isfinite(value) or value != int(value) or value < 0:
        raise OptionError(f"{what} is {value!r}, must be a whole number from 0")
    return int(value)


def _table(
    found: Counts, place: npt.NDArray[np.intp], *, again: Ints, most: Ints, answer: Answer, then: Floats, near: Floats,
    ahead: Growth,
) -> pd.DataFrame:  # fmt: skip
    table = pd.DataFrame(found.frame.drop(columns="geometry"))
    city = {"city_social": found.city["social_dwellings"], "city_households": found.city["households_private"]}
    social, homes = table["social_dwellings"].to_numpy(), table["households_private"].to_numpy()
    table["social_per_100_households"] = social_per_100_households(social, homes)
    table["location_quotient"] = location_quotient(social, homes, **city)

    def put(values: npt.NDArray[Any], elsewhere: float) -> Floats:
        column = np.full(len(table), elsewhere)
        column[place] = values
        return column

    for name, values in (
        ("relet_dwellings", again), ("most_new_dwellings", most), ("new_dwellings", answer.placed),
    ):  # fmt: skip
        table[name] = put(values, 0.0)
    table["nearness"] = near
    after = put(social[place] + again + answer.placed, math.nan)
    homes_after = put(then, math.nan)
    table["social_dwellings_after"] = after
    table["households_private_after"] = homes_after
    table["social_per_100_households_after"] = social_per_100_households(after, homes_after)
    table["location_quotient_after"] = location_quotient(
        after, homes_after, city_social=ahead.social_then, city_households=ahead.households_then
    )
    return table


def _indices(social: Floats, households: Floats, rate: float) -> dict[str, float]:
    return {
        "dissimilarity": dissimilarity(social, households),
        "isolation": isolation(social, households),
        "gini": gini(social, households),
        "social_per_100_households": rate,
    }


def _worth(answer: Answer) -> dict[str, dict[str, float]]:
    worst, best = answer.isolation_range
    found = {"isolation": {"worth": answer.isolation, "worst": worst, "best": best}}
    if answer.nearness is not None and answer.nearness_range is not None:
        far, close = answer.nearness_range
        found["nearness"] = {"worth": answer.nearness, "worst": far, "best": close}
    return found
