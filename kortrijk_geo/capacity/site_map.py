"""How chosen sites are shown: as points on the map and as a table under it, by the columns of `phases.choose`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kortrijk_geo.mapping import PlanTable, PointLayer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd


def site_points(sites: gpd.GeoDataFrame, title: str, labels: Mapping[str, str]) -> PointLayer:
    """Return chosen sites as points of a map; ``labels`` are the Dutch names of the columns that it tells."""
    if "year" in sites.columns:
        sites = sites.assign(year=sites["year"].astype("str"))  # a year is written without a dot
    fields = {column: label for column, label in labels.items() if column in sites.columns}
    return PointLayer(
        sites, title, fields, colour="#d81b60", radius_px=10.0, size_column="places", shown=True, table="sites",
        name="name",
    )  # fmt: skip


def site_table(
    sites: gpd.GeoDataFrame, names: pd.Series, title: str, sheet: str, labels: Mapping[str, str], note: str
) -> PlanTable:
    """Return chosen sites as a table in the order of choice, with their running total.

    Parameters
    ----------
    sites
        The sites.
    names
        Names of the areas, by ``area_id``.
    title, sheet, note
        Dutch; ``sheet`` is that of the workbook.
    labels
        Dutch headings by column, those of ``rank``, ``area`` and ``together`` too.
    """
    frame = pd.DataFrame(sites.drop(columns="geometry")).assign(
        rank=range(1, len(sites) + 1), area=sites["area_id"].map(names), together=sites["places"].cumsum()
    )
    if "year" in frame.columns:
        frame["year"] = frame["year"].astype("str")
    known = {name: label for name, label in labels.items() if name in frame.columns}
    return PlanTable(title, sheet, frame, known, note=note)
