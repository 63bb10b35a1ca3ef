"""The columns of ``areas``, ``city`` and ``homes``: one place that knows their names and their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.reach.score import missing_most, weighted_mean, weighted_quantile, weighted_share, within_limit

if TYPE_CHECKING:
    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.rules import Mode
    from kortrijk_geo.reach.times import ModeTimes

Who = Literal["residents", "dwellings", "homes"]
# F15 is defined with this limit, whatever limit an analysis uses.
F15_MINUTES = 15.0
QUANTILES = {"median": 0.5, "p90": 0.9}


@dataclass(frozen=True)
class Measured:
    """What was measured for one mode: distances, proximity time per home, categories with too few places for that."""

    times: ModeTimes
    proximity_minutes: np.ndarray | None = None
    too_few: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Weighing:
    """How homes count.

    Parameters
    ----------
    who
        Column of ``homes`` that the weights come from: ``residents``; ``dwellings`` when no inhabitants are known at
        all; ``homes`` (each one) when neither are.
    weights
        Weight of each home, 0 in areas that are unknown.
    area
        Number of each home's area.
    unknown
        Areas in which a home's weight is unknown.
    empty
        Areas without any home.
    population, dwellings
        Sums over the homes of each area, NaN when unknown.
    """

    who: Who
    weights: np.ndarray
    area: np.ndarray
    unknown: np.ndarray
    empty: np.ndarray
    population: np.ndarray
    dwellings: np.ndarray


def weigh(areas: gpd.GeoDataFrame, homes: gpd.GeoDataFrame) -> Weighing:
    """Tell how the homes of the study area count; see `Weighing`."""
    ids = areas["area_id"].to_numpy()
    sorter = np.argsort(ids)
    area = sorter[np.searchsorted(ids, homes["area_id"].to_numpy(), sorter=sorter)]
    residents = homes["residents"].to_numpy(float)
    dwellings = homes["dwellings"].to_numpy(float)
    who: Who = "residents"
    weights = residents
    if np.isnan(residents).all():
        who, weights = ("dwellings", dwellings) if not np.isnan(dwellings).all() else ("homes", np.ones(len(homes)))
    unknown = np.bincount(area, np.isnan(weights), len(ids)) > 0
    empty = np.bincount(area, minlength=len(ids)) == 0
    return Weighing(
        who=who,
        weights=np.where(np.isnan(weights) | unknown[area], 0.0, weights),
        area=area,
        unknown=unknown,
        empty=empty,
        # Without homes an area's own sum would be 0 inhabitants, which nobody counted.
        population=np.where(empty, np.nan, np.bincount(area, residents, len(ids))),
        dwellings=np.where(empty, np.nan, np.bincount(area, dwellings, len(ids))),
    )


def area_figures(weighing: Weighing, measured: list[Measured], options: Chosen) -> dict[str, tuple[np.ndarray, Any]]:
    """Return by column name the values per area and the value of the whole study area, in the order of the contract.

    The city is weighed over the areas that are known.
    """
    per_area = _figures(weighing.weights, weighing.area, len(weighing.unknown), measured, options)
    whole = _figures(weighing.weights, np.zeros(len(weighing.area), int), 1, measured, options)
    columns: dict[str, tuple[np.ndarray, Any]] = {
        "population": (weighing.population, _total(weighing.population)),
    }
    for name in _ordered(per_area, options):
        values = per_area[name]
        if values.dtype == object:
            values[weighing.unknown] = None
        else:
            values[weighing.unknown] = np.nan
        value = whole[name][0]
        columns[name] = (values, value if values.dtype == object else float(value))
    columns["dwellings"] = (weighing.dwellings, _total(weighing.dwellings))
    return columns


def _total(values: np.ndarray) -> float:
    return float(values.sum())


def _ordered(columns: dict[str, np.ndarray], options: Chosen) -> list[str]:
    first = [f"share_{key}_{mode}_{options.minutes}" for key in ("all",) for mode in options.modes]
    first += [f"share_{key}_{mode}_{options.minutes}" for mode in options.modes for key in options.categories.keys]
    return [*first, *(name for name in columns if name not in first)]


def _figures(
    weights: np.ndarray, group: np.ndarray, groups: int, measured: list[Measured], options: Chosen
) -> dict[str, np.ndarray]:
    columns: dict[str, np.ndarray] = {}
    for one in measured:
        columns |= _mode_figures(one, weights, group, groups, options)
    return columns


def _mode_figures(
    one: Measured, weights: np.ndarray, group: np.ndarray, groups: int, options: Chosen
) -> dict[str, np.ndarray]:
    times, mode, keys = one.times, one.times.mode, options.categories.keys
    speed = options.speeds_m_per_min[mode]
    weights = np.where(times.placed, weights, 0.0)
    trips = {key: times.trip_m()[:, i] for i, key in enumerate(keys) if times.available[i]}
    farthest = all_trip_m(times)
    nothing = np.full(groups, np.nan)
    columns: dict[str, np.ndarray] = {}
    for minutes in options.all_minutes:
        limit_m = options.limit_m(mode, minutes)
        hit = {key: within_limit(trip, limit_m) for key, trip in trips.items()}
        every = within_limit(farthest, limit_m)
        columns[f"share_all_{mode}_{minutes}"] = (
            weighted_share(every, weights, group, groups) if hit else nothing.copy()
        )
        for key in keys:
            known = key in hit
            columns[f"share_{key}_{mode}_{minutes}"] = (
                weighted_share(hit[key], weights, group, groups) if known else nothing.copy()
            )
        columns[f"weighted_share_{mode}_{minutes}"] = _weighted(columns, mode, minutes, options, groups)
    for name, quantile in QUANTILES.items():
        for key, trip in {"all": farthest, **trips}.items():
            values = np.where(times.placed, trip, np.inf) / speed
            found = weighted_quantile(values, weights, group, groups, quantile) if trips else nothing.copy()
            columns[f"{name}_minutes_{key}_{mode}"] = np.where(np.isinf(found), np.nan, found)
        for key in (key for key in keys if key not in trips):
            columns[f"{name}_minutes_{key}_{mode}"] = nothing.copy()
    shares = np.column_stack([columns[f"share_{key}_{mode}_{options.minutes}"] for key in keys])
    worst = missing_most(shares)
    columns[f"missing_most_{mode}"] = _texts(worst, keys, None)
    columns[f"missing_most_label_{mode}"] = _texts(worst, tuple(options.categories.labels.values()), "geen")
    if one.proximity_minutes is not None:
        known_weights = np.where(np.isnan(one.proximity_minutes), 0.0, weights)
        minutes_known = np.nan_to_num(one.proximity_minutes)
        near = minutes_known <= F15_MINUTES
        columns[f"proximity_minutes_{mode}"] = weighted_mean(minutes_known, known_weights, group, groups)
        columns[f"f15_{mode}"] = weighted_share(near, known_weights, group, groups)
    columns[f"counted_{mode}"] = np.bincount(group, weights, groups)
    return columns


def all_trip_m(times: ModeTimes) -> np.ndarray:
    """Return per home the distance to the nearest place of the category that is farthest: with it, all are had.

    Infinite where one cannot be reached, NaN where the home cannot be placed or no category has data.
    """
    trips = times.trip_m()[:, times.available]
    return trips.max(axis=1) if trips.shape[1] else np.full(len(trips), np.nan)


def _weighted(columns: dict[str, np.ndarray], mode: Mode, minutes: int, options: Chosen, groups: int) -> np.ndarray:
    """Weighted mean of the shares over the categories with data: what part of the places people have, on average."""
    total, part = np.zeros(groups), np.zeros(groups)
    for category in options.categories.categories:
        share = columns[f"share_{category.key}_{mode}_{minutes}"]
        known = ~np.isnan(share)
        total += category.weight * known
        part += category.weight * np.where(known, share, 0.0)
    mean: np.ndarray = np.divide(part, total, out=np.full(groups, np.nan), where=total > 0)
    return mean


def _texts(index: np.ndarray, names: tuple[str, ...], none: str | None) -> np.ndarray:
    """Name the columns of `missing_most`; ``none`` says that nothing is missing, None that nothing is known."""
    return np.array([names[i] if i >= 0 else none if i == -1 else None for i in index], dtype=object)


def home_columns(homes: gpd.GeoDataFrame, measured: list[Measured], options: Chosen) -> gpd.GeoDataFrame:
    """Return layer ``homes`` of the result: metres, minutes and counts per category and mode.

    ``<mode>_m_<category>`` and ``<mode>_minutes_<category>`` go to the nearest place, ``<mode>_n_<category>`` counts
    the places within the limit, ``<mode>_minutes_all`` is the time within which all categories are had (NaN when one
    cannot be reached), ``<mode>_missing`` how many categories are not within the limit.
    """
    columns: dict[str, np.ndarray] = {}
    for name in ("m", "minutes", "n"):
        for one in measured:
            times, speed = one.times, options.speeds_m_per_min[one.times.mode]
            values = {"m": times.metres, "minutes": times.metres / speed, "n": times.counts}[name]
            columns |= {f"{times.mode}_{name}_{key}": values[:, i] for i, key in enumerate(options.categories.keys)}
    for one in measured:
        times, mode = one.times, one.times.mode
        farthest = all_trip_m(times) / options.speeds_m_per_min[mode]
        lacking = ~within_limit(times.trip_m()[:, times.available], options.limit_m(mode, options.minutes))
        sure = times.placed & times.available.any()
        columns[f"{mode}_minutes_all"] = np.where(np.isinf(farthest), np.nan, farthest)
        columns[f"{mode}_missing"] = np.where(sure, lacking.sum(axis=1), np.nan)
        columns[f"{mode}_snap_m"] = times.snap_m
        if one.proximity_minutes is not None:
            columns[f"{mode}_proximity_minutes"] = one.proximity_minutes
    known = homes[["home_id", "area_id", "residents", "dwellings"]]
    frame = pd.concat([known, pd.DataFrame(columns, index=homes.index)], axis=1)
    return gpd.GeoDataFrame(frame, geometry=homes.geometry.to_numpy(), crs=homes.crs)
