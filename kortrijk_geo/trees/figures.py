"""The columns of ``areas`` and ``city``: one place that knows their names and their order.

Every function gives values per area with the whole study area as last row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kortrijk_geo.trees.equity import canopy_goal, equity_score, found_bounds, gap_share, mark, weighted_need
from kortrijk_geo.trees.outcomes import KINDS
from kortrijk_geo.trees.rules import HEAT, OWNERS, UNKNOWN_OWNER

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.trees.homes import HomesMeasured
    from kortrijk_geo.trees.options import Chosen
    from kortrijk_geo.trees.outcomes import Outcomes
    from kortrijk_geo.trees.plantable import Tally
    from kortrijk_geo.trees.rules import NeedRules

Columns = dict[str, "NDArray[np.float64]"]
VERDICTS = ("meets_3", "meets_30", "meets_300")


def with_city(per_area: NDArray[np.floating]) -> NDArray[np.float64]:
    """Replace the last row (ground in no area) by the sum of all rows."""
    return np.concatenate([per_area[:-1], per_area.sum(axis=0, keepdims=True)])


def ground_columns(
    tally: Tally, outcomes: Outcomes, options: Chosen, *, pits_known: bool, owners_known: bool
) -> Columns:
    """Return canopy and plantable surface; unknown where no pixel of the area is known."""
    m2 = tally.pixel_m2
    known = with_city(tally.known * m2)
    whole = with_city(tally.codes.sum(axis=1) * m2)
    land, canopy = with_city(tally.land * m2), with_city(tally.canopy * m2)
    nothing = known == 0
    share_known = _ratio(known, whole)
    told = share_known >= options.need.known.least_share
    goal = options.need.thirty.least_share
    best = with_city(tally.best.sum(axis=1) * m2)
    by_owner = with_city(tally.best[:, :, KINDS.index("plantable")] * m2)
    columns = {
        "canopy_share": np.where(told, _ratio(canopy, land), np.nan),
        "plantable_m2": best[:, KINDS.index("plantable")],
    }
    for place, size in enumerate(options.rules.sizes):
        fits = tally.outcomes[place].sum(axis=1)[:, outcomes.kind == KINDS.index("plantable")].sum(axis=1)
        columns[f"plantable_size_{size.id}_m2"] = with_city(fits * m2)
    for place, owner in enumerate(OWNERS):
        told_owner = owners_known or place == UNKNOWN_OWNER
        columns[f"plantable_{owner}_m2"] = by_owner[:, place] if told_owner else np.full(len(known), np.nan)
    columns["permission_m2"] = best[:, KINDS.index("permission")]
    columns["pit_m2"] = best[:, KINDS.index("pit")] if pits_known else np.full(len(known), np.nan)
    columns["canopy_m2"] = np.where(told, canopy, np.nan)
    columns["land_m2"] = np.where(told, land, np.nan)
    columns["canopy_lacking_to_30_m2"] = np.where(told, np.maximum(0, goal * land - canopy), np.nan)
    columns["unsealed_m2"] = with_city(tally.soft * m2)
    columns = {name: np.where(nothing, np.nan, values) for name, values in columns.items()}
    columns["land_cover_known_share"] = share_known
    return columns


def site_columns(sites: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, options: Chosen) -> Columns:
    """Count the sites per area and size class, and their share of the target."""
    number = dict(zip(areas["area_id"], range(len(areas)), strict=True))
    place = sites["area_id"].map(number).fillna(len(areas)).to_numpy(np.int64)
    columns = {"tree_sites": with_city(np.bincount(place, minlength=len(areas) + 1).astype(float))}
    for size in options.rules.sizes:
        mine = (sites["size_class"] == size.id).to_numpy()
        count = np.bincount(place[mine], minlength=len(areas) + 1).astype(float)
        columns[f"tree_sites_size_{size.id}"] = with_city(count)
    if options.target_trees is not None:
        columns["tree_sites_share_of_target"] = columns["tree_sites"] / options.target_trees
    return columns


def home_columns(measured: HomesMeasured | None, areas: int, need: NeedRules) -> Columns:
    """Return shares of homes that meet the rules, the rules met on average, and the mean marks.

    A figure is told where it is known for enough of the homes (``least_share`` of need.toml), over those.
    """
    names = {
        "homes_meeting_3_30_300_share": "all",
        "homes_meeting_3_share": "meets_3",
        "homes_meeting_30_share": "meets_30",
        "homes_meeting_300_share": "meets_300",
        "rules_met": "rules_met",
        "mark_canopy": "canopy",
        "mark_green": "green",
    }
    if measured is None:
        return {name: np.full(areas + 1, np.nan) for name in names}
    frame = measured.frame
    canopy = frame["canopy_near_share" if need.thirty.measured_in == "radius" else "canopy_area_share"]
    values = {name: frame[name].to_numpy(float) for name in (*VERDICTS, "rules_met")} | {
        "all": meets_all(frame[list(VERDICTS)].to_numpy(float)),
        "canopy": mark(canopy.to_numpy(float), need.marks.canopy_share),
        "green": mark(frame["green_m"].to_numpy(float), need.marks.green_m),
    }
    # Where there is no way to any green, nothing is near: the mark is the lowest.
    values["green"] = np.where(
        frame["meets_300"].eq(0) & frame["green_m"].isna(),
        mark(np.array([np.inf]), need.marks.green_m),
        values["green"],
    )
    return {
        name: known_mean(values[key], measured.weights, measured.area, areas, least_known=need.known.least_share)
        for name, key in names.items()
    }


def meets_all(verdicts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tell 1 where all rules are met, 0 where one is surely not, NaN where it depends on what is unknown."""
    fails = (verdicts == 0).any(axis=1)
    return np.where(fails, 0.0, np.where(np.isnan(verdicts).any(axis=1), np.nan, 1.0))


def known_mean(
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    group: NDArray[np.intp],
    groups: int,
    *,
    least_known: float,
) -> NDArray[np.float64]:
    """Weighted mean per group, and of all as last row; NaN where too few values or weights are known."""
    weighed = np.isfinite(weights)
    known = weighed & np.isfinite(values)
    weight, value = np.where(weighed, weights, 0.0), np.where(known, values, 0.0)

    def sums(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        found = np.bincount(group, numbers, groups)
        return np.append(found, found.sum())

    enough = (sums(weight * known) >= least_known * sums(weight) - 1e-9) & (
        sums(weighed.astype(float)) >= least_known * sums(np.ones(len(weights)))
    )
    mean = _ratio(sums(weight * value * known), sums(weight * known))
    return np.where(enough, mean, np.nan)


def square_km(areas: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Surface of every area, km2."""
    return np.asarray(areas.geometry.area.to_numpy() / 1e6, dtype=float)


def people_per_km2(areas: gpd.GeoDataFrame, homes: gpd.GeoDataFrame | None) -> NDArray[np.float64]:
    """People per km2 of every area: its population, else the sum of its homes' residents; NaN when neither is known."""
    people = areas["population"].to_numpy(float) if "population" in areas.columns else np.full(len(areas), np.nan)
    if homes is not None and np.isnan(people).any():
        sums = homes.groupby("area_id")["residents"].agg(lambda one: one.sum(skipna=False))
        people = np.where(np.isnan(people), sums.reindex(areas["area_id"]).to_numpy(float), people)
    return people / square_km(areas)


def indicator_values(
    areas: gpd.GeoDataFrame, need: NeedRules, heat: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Return every indicator per area, NaN where the pack does not know it."""
    found = {}
    for one in need.equity.indicators:
        if one.of == HEAT:
            found[one.id] = heat
            continue
        values = _number_column(areas, one.of)
        found[one.id] = values if one.per is None else _ratio(values, _number_column(areas, one.per))
    return found


def equity_columns(
    canopy: NDArray[np.float64],
    density: NDArray[np.float64],
    km2: NDArray[np.float64],
    indicators: dict[str, NDArray[np.float64]],
    options: Chosen,
) -> tuple[Columns, dict[str, list[float]]]:
    """Return goal, gap, every indicator, its part of 0-1 and the score per area, and the bounds.

    The city's score is the mean of its areas weighted by people, unknown where one area's is; its other values are
    unknown here.
    """
    equity = options.need.equity
    goal = canopy_goal(density, equity)
    gap = gap_share(canopy, goal)
    bounds = found_bounds(gap, indicators, options.bounds)
    need, parts = weighted_need(equity.indicators, indicators, bounds)
    relative = np.full(len(gap), np.nan)
    if "gap" in bounds:
        low, high = bounds["gap"]
        # Nobody lacks anything: nobody has a gap.
        relative = np.where(np.isnan(gap), np.nan, 0.0) if high <= low else np.clip((gap - low) / (high - low), 0, 1)
    score = np.full(len(gap), np.nan) if need is None else equity_score(relative, need)
    people = density * km2
    columns = {
        "people_per_km2": density,
        "canopy_goal_share": goal,
        "canopy_gap_share": gap,
        **{f"indicator_{name}": values for name, values in indicators.items()},
        **{f"need_{name}": parts.get(name, np.full(len(gap), np.nan)) for name in indicators},
        "need_mean": np.full(len(gap), np.nan) if need is None else need,
    }
    found = {name: np.append(values, np.nan) for name, values in columns.items()}
    found["people_per_km2"][-1] = people.sum() / km2.sum()
    found["tree_equity_score"] = np.append(score, _ratio((score * people).sum(), people.sum()))
    return found, bounds


def reasons_table(tally: Tally, outcomes: Outcomes, areas: gpd.GeoDataFrame, options: Chosen) -> pd.DataFrame:
    """Return square metres by size class, area and outcome: for each size class they add to the surface of the area."""
    ids = [*areas["area_id"], None]
    rows = []
    for place, size in enumerate(options.rules.sizes):
        m2 = tally.outcomes[place].sum(axis=1) * tally.pixel_m2
        for area, number in zip(*np.nonzero(m2), strict=True):
            outcome = outcomes.all[number]
            rows.append((size.id, ids[area], outcome.id, outcome.label, outcome.kind, float(m2[area, number])))
    return pd.DataFrame(rows, columns=["size_class", "area_id", "reason", "label", "kind", "m2"])


def _number_column(areas: gpd.GeoDataFrame, name: str) -> NDArray[np.float64]:
    if name not in areas.columns:
        return np.full(len(areas), np.nan)
    return np.asarray(pd.to_numeric(areas[name]).astype("Float64").to_numpy(dtype=float, na_value=np.nan))


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    return np.asarray(np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0), dtype=float)
