"""What follows in the other layers of a pack when a count of its areas is replaced: what no longer holds is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kortrijk_geo.ingest.homes import spread
from kortrijk_geo.ingest.report import named
from kortrijk_geo.pack.layers import AGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from kortrijk_geo.ingest.report import Findings
    from kortrijk_geo.pack.city import City

# Column of areas, column of homes.
OF_HOMES = {"population": "residents", "children_0_2": "children_0_2", **{age: age for age in AGES}}
_PARENTS = {"subareas": "parent_id", "sectors": "area_id"}
_ROUNDING = 0.5


def outdated(column: str) -> str:
    """Return the note of a build that is no longer true when a count of the areas is known; empty where none is."""
    return f"{OF_HOMES[column]} of homes are unknown, because {column} of the areas is" if column in OF_HOMES else ""


def followed(
    city: City, areas: pd.DataFrame, column: str, totals: Mapping[str, float], table_total: float, given: set[str],
    findings: Findings,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Return the layers that change with a count of the areas.

    Parameters
    ----------
    city
        The pack as it was.
    areas
        Its areas with the new count.
    column
        The count.
    totals
        The city's totals as the table gives them, those who cannot be located included.
    table_total
        The total that a row of the table gives; NaN without one.
    given
        Layers to which the table itself gave the count.
    """
    before = city.areas[column] if column in city.areas.columns else pd.Series(np.nan, index=areas.index)
    after = areas[column]
    changed = areas["area_id"][~((before == after) | (before.isna() & after.isna())).to_numpy()]
    layers = {"boundary": _boundary(city, areas, column, totals.get(column, np.nan), table_total, findings)}
    if changed.empty:
        return layers
    for layer in ("subareas", "sectors", "districts"):
        if city.has(layer) and layer not in given and column in (frame := city.layer(layer)).columns:
            parent = _PARENTS.get(layer)
            if parent is not None and parent not in frame.columns:
                continue
            old = frame[parent].isin(set(changed)) if parent else pd.Series(True, index=frame.index)
            old &= frame[column].notna()
            if old.any():
                frame.loc[old, column] = np.nan
                layers[layer] = frame
                count = int(old.sum())
                text = f"{column} of {count:,} rows is unknown now: it was of the count that was replaced in the areas"
                findings.add("warning", layer, text, count)
    if (of_homes := OF_HOMES.get(column)) and city.has("homes"):
        layers["homes"] = _homes(city, areas, column, of_homes, set(changed), findings)
    return layers


def _boundary(
    city: City, areas: pd.DataFrame, column: str, total: float, table_total: float, findings: Findings
) -> gpd.GeoDataFrame:
    """Return the boundary with the city's total: of the table, where it is whole; else as it was."""
    boundary = city.boundary
    before = float(boundary[column].iloc[0]) if column in boundary.columns else float("nan")
    known = float(areas[column].sum())
    after = table_total if np.isnan(total) else total
    if np.isnan(after):
        after = before
        if before < known - _ROUNDING:
            after = float("nan")
            findings.add(
                "warning", "boundary",
                f"{column} of the areas that are known adds up to {known:,.0f}, more than the city's {before:,.0f} so"
                " far: the city's total is unknown now",
            )  # fmt: skip
        elif not np.isnan(before):
            findings.add("info", "boundary", f"{column} of the city stays {before:,.0f}: not all areas are known")
    elif not np.isnan(before) and abs(after - before) > _ROUNDING:
        findings.add("warning", "boundary", f"{column} of the city was {before:,.0f} and becomes {after:,.0f}")
    boundary[column] = after
    return boundary


def _homes(
    city: City, areas: pd.DataFrame, column: str, of_homes: str, changed: set[str], findings: Findings
) -> gpd.GeoDataFrame:
    """Return the homes with the new count spread over those of the areas where it changed, by their dwellings."""
    homes = city.homes
    there = homes["area_id"].isin(changed).to_numpy()
    if not there.any():
        return homes
    totals = {
        str(area): None if pd.isna(value) else float(value)
        for area, value in zip(areas["area_id"], areas[column], strict=True) if area in changed
    }  # fmt: skip
    values, messages = spread(totals, homes[there].reset_index(drop=True), of_homes)
    homes.loc[there, of_homes] = values.to_numpy()
    count = int(there.sum())
    text = f"{of_homes} of {count:,} homes spread anew by dwellings, in the areas {named(sorted(changed))}"
    findings.add("info", "homes", text, count)
    for message in messages:
        findings.add("info", "homes", message.removeprefix("homes: "))
    return homes
