"""The table of indicators: one row per area, from the results of several themes, and what of it can be clustered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.pack.estimates import MARK
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.profile.rules import Indicator
    from kortrijk_geo.results import ThemeResult

_M2_PER_KM2 = 1e6


@dataclass(frozen=True)
class IndicatorTable:
    """The indicators of the areas.

    Parameters
    ----------
    frame
        Name and polygon of the areas, index ``area_id``.
    indicators
        Those that are there, in the order of the rules.
    raw
        One row per area, one column per indicator, as a reader knows it; unknown is NaN.
    ready
        The same after each indicator's transform; NaN too where a logarithm does not exist.
    city
        The value of the whole city per indicator, None when unknown.
    absent
        Indicators whose theme was not given or lacks the column.
    """

    frame: gpd.GeoDataFrame
    indicators: tuple[Indicator, ...]
    raw: pd.DataFrame
    ready: pd.DataFrame
    city: dict[str, float | None]
    absent: tuple[Indicator, ...]


def indicator_table(
    results: Mapping[str, ThemeResult], indicators: Sequence[Indicator], population: pd.Series | None = None
) -> IndicatorTable:
    """Collect the indicators from the themes' results.

    ``population`` are inhabitants by area id, for the density where no theme knows them: without homes there is none.

    Raises
    ------
    OptionError
        When there is no result at all, or one stands under another theme's name.
    DataError
        When the results are of several packs or of other areas, or a share is not within 0-1.
    """
    _check(results)
    told = tuple(indicator for indicator in indicators if _has(results, indicator))
    counted = [indicator for indicator in indicators if population is not None and _uncounted(results, indicator)]
    there = tuple(
        _as_told(results, indicator) if indicator in told else indicator
        for indicator in indicators
        if indicator in told or indicator in counted
    )
    absent = tuple(indicator for indicator in indicators if indicator not in told and indicator not in counted)
    base = next(iter(results.values())).areas if not told else results[told[0].theme].areas
    frame = gpd.GeoDataFrame({"name": base["name"]}, geometry=base.geometry, crs=base.crs)
    km2 = frame.geometry.area / _M2_PER_KM2
    columns: dict[str, pd.Series] = {}
    city: dict[str, float | None] = {}
    for indicator in there:
        if indicator in counted and population is not None:
            columns[indicator.key] = population.reindex(frame.index) / km2.where(km2 > 0)
            people = float(population.reindex(frame.index).sum(skipna=False))
            city[indicator.key] = plain(people / float(km2.sum())) if km2.sum() > 0 else None
            continue
        result = results[indicator.theme]
        if set(result.areas.index) != set(frame.index) or result.areas.index.has_duplicates:
            raise DataError(
                f"theme {indicator.theme} has other areas than theme {told[0].theme}; run all themes over the same"
                " areas"
            )
        values = _numbers(result.published().areas[indicator.column], indicator).reindex(frame.index)
        whole = plain(result.city.get(indicator.column))
        if indicator.per_km2:
            values = values / km2.where(km2 > 0)
            whole = whole / float(km2.sum()) if isinstance(whole, (int, float)) and km2.sum() > 0 else None
        columns[indicator.key] = values
        city[indicator.key] = float(whole) if isinstance(whole, (int, float)) else None
    raw = pd.DataFrame(columns, index=frame.index)
    ready = pd.DataFrame(
        {indicator.key: transformed(raw[indicator.key], indicator) for indicator in there}, index=frame.index
    )
    return IndicatorTable(frame, there, raw, ready, city, absent)


def transformed(values: pd.Series, indicator: Indicator) -> pd.Series:
    """Return values as they enter the clustering: the natural logarithm where the rules say so, 0 having none."""
    if indicator.transform == "share":
        wrong = values[(values < 0) | (values > 1)]
        if len(wrong):
            raise DataError(
                f"theme {indicator.theme}, column {indicator.column}: area {wrong.index[0]} has {wrong.iloc[0]:g},"
                " which is no share of 0-1"
            )
    if indicator.transform == "log":
        return pd.Series(np.log(values.where(values > 0)), index=values.index)
    return values


def useful(table: IndicatorTable) -> tuple[list[str], list[str]]:
    """Return the keys of the indicators that can tell areas apart, and Dutch notes on those that cannot.

    Left out are indicators unknown everywhere or equal everywhere, and of shares that together make their whole the
    last, which the others tell already.
    """
    notes, keys = [], []
    for indicator in table.indicators:
        known = table.ready[indicator.key].dropna()
        if known.empty:
            notes.append(f"{indicator.label}: nergens bekend, telt niet mee in de types.")
        elif np.isclose(known.max(), known.min(), rtol=1e-9, atol=1e-12):
            notes.append(f"{indicator.label}: overal gelijk, telt niet mee in de types.")
        else:
            keys.append(indicator.key)
    for name in dict.fromkeys(indicator.whole for indicator in table.indicators if indicator.whole):
        parts = [indicator for indicator in table.indicators if indicator.whole == name and indicator.key in keys]
        sums = table.ready[[indicator.key for indicator in parts]].dropna().sum(axis=1)
        if len(parts) > 1 and len(sums) and np.allclose(sums, 1.0, atol=1e-6):
            keys.remove(parts[-1].key)
            notes.append(f"{parts[-1].label}: volgt uit de andere delen van {name}, telt niet apart mee in de types.")
    return keys, notes


def _check(results: Mapping[str, ThemeResult]) -> None:
    if not results:
        raise OptionError("neighbourhood types need the result of at least one theme")
    for theme, result in results.items():
        if result.theme != theme:
            raise OptionError(f"the result under {theme!r} is one of theme {result.theme!r}; give it its own name")
    packs = {(result.pack, result.pack_digest, result.synthetic) for result in results.values()}
    if len(packs) > 1:
        names = ", ".join(sorted(f"{pack} {digest[:12]}".strip() for pack, digest, _ in packs))
        raise DataError(f"the themes' results are of several packs ({names}); run all themes over one pack")


def _has(results: Mapping[str, ThemeResult], indicator: Indicator) -> bool:
    """Whether a result tells an indicator; what it calls an estimate it does not: no area is typed by one."""
    if indicator.theme not in results or indicator.column not in results[indicator.theme].areas.columns:
        return False
    return not any(
        column.name == indicator.column and column.label.endswith(MARK) for column in results[indicator.theme].columns
    )


def _as_told(results: Mapping[str, ThemeResult], indicator: Indicator) -> Indicator:
    """Return an indicator under the label of its theme where data decide what it counts: dwellings, fewer kinds."""
    told = next((c for c in results[indicator.theme].columns if c.name == indicator.column), None)
    return indicator.model_copy(update={"label": told.label}) if told is not None and told.quantity else indicator


def _uncounted(results: Mapping[str, ThemeResult], indicator: Indicator) -> bool:
    """Whether an indicator is the density of inhabitants, of which no result knows any."""
    density = indicator.column == "population" and indicator.per_km2
    return density and not (_has(results, indicator) and results[indicator.theme].areas["population"].notna().any())


def _numbers(values: pd.Series, indicator: Indicator) -> pd.Series:
    try:
        numbers: Any = pd.to_numeric(values).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"theme {indicator.theme}, column {indicator.column}: holds text where numbers are needed"
        ) from error
    return pd.Series(np.where(np.isfinite(numbers), numbers, np.nan), index=values.index)
