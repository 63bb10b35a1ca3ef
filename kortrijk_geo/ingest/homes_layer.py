"""Homes from buildings and addresses, with the residents and children of their area; and rows placed in their area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.errors import DataError

if TYPE_CHECKING:
    from kortrijk_geo.ingest.readers import Workshop
    from kortrijk_geo.ingest.recipe_parts import Part
    from kortrijk_geo.ingest.report import Findings

# Column of areas, column of homes.
_SPREAD = {"population": "residents", "children_0_2": "children_0_2"}


def make_homes(part: Part, shop: Workshop, frames: dict[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Derive homes, and spread over them the residents and children of each area where these are known.

    Buildings and addresses are those of the OpenStreetMap file that the recipe names here; without a file, the
    buildings are those of the layer ``buildings`` and there are no addresses.

    Raises
    ------
    DataError
        When there are no areas or buildings, or no home is found.
    """
    from kortrijk_geo.ingest.homes import homes_from_osm, spread

    if "areas" not in frames or shop.boundary is None:
        raise DataError(f"{part.table}: homes need a table [layers.areas]")
    areas = frames["areas"]
    buildings, addresses = _material(part, shop, frames)
    homes, messages = homes_from_osm(buildings, addresses, areas, boundary=shop.boundary)
    for message in messages:
        shop.findings.add("info", "homes", message.removeprefix("homes: "))
    if homes.empty:
        raise DataError(f"{part.table}: no building or address in the study area or its buffer is a home")
    for of_areas, of_homes in _SPREAD.items():
        if of_areas not in areas.columns or areas[of_areas].isna().all():
            shop.findings.add(
                "warning", "homes", f"{of_homes} of homes are unknown, because {of_areas} of the areas is"
            )
            homes[of_homes] = np.nan
            continue
        totals = {
            str(area): None if pd.isna(value) else float(value)
            for area, value in zip(areas["area_id"], areas[of_areas], strict=True)
        }
        homes[of_homes], messages = spread(
            totals, homes, of_homes, weights=str(part.get("weights", "dwellings")), whole=bool(part.get("whole", True))
        )
        for message in messages:
            shop.findings.add("info", "homes", message.removeprefix("homes: "))
    return homes


def _material(part: Part, shop: Workshop, frames: dict[str, pd.DataFrame]) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    if "file" in part.options:
        extract = shop.extract(part)
        shop.dates.setdefault(str(part.options["file"]), extract.reference_date)
        layers = [extract.layers[name] for name in ("buildings", "addresses")]
        if shop.extent is not None:
            layers = [frame[shapely.intersects(frame.geometry.to_numpy(), shop.extent)] for frame in layers]
        return layers[0], layers[1]
    if "buildings" not in frames:
        raise DataError(f"{part.table}: homes need a table [layers.buildings], or the file of an OpenStreetMap extract")
    nothing = gpd.GeoDataFrame({"street": [], "number": []}, geometry=[], crs=shop.recipe.crs)
    return frames["buildings"], nothing


def assign_areas(homes: gpd.GeoDataFrame, frames: dict[str, pd.DataFrame], findings: Findings) -> gpd.GeoDataFrame:
    """Give homes that come without one the area they lie in; those in no area keep none (the buffer)."""
    if homes["area_id"].notna().any():
        return homes
    areas = frames["areas"]
    point, area = shapely.STRtree(areas.geometry.to_numpy()).query(homes.geometry.to_numpy(), predicate="intersects")
    # A home on the line between two areas belongs to the first of them.
    point, first = np.unique(point, return_index=True)
    owner = np.full(len(homes), None, dtype=object)
    owner[point] = areas["area_id"].to_numpy()[area[first]]
    placed = homes.copy()
    placed["area_id"] = owner
    findings.add(
        "info", "homes", f"{len(point):,} of {len(homes):,} homes were placed in the area they lie in", len(point)
    )
    return placed


def parent_areas(subareas: gpd.GeoDataFrame, frames: dict[str, pd.DataFrame], findings: Findings) -> gpd.GeoDataFrame:
    """Give every subarea the area it shares most surface with.

    Raises
    ------
    DataError
        When there are no areas, or a subarea shares nothing with any.
    """
    if "areas" not in frames:
        raise DataError("layer subareas needs parent_id, or a table [layers.areas] to find it in")
    areas = frames["areas"]
    shapes = subareas.geometry.to_numpy()
    row, area = shapely.STRtree(areas.geometry.to_numpy()).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[row], areas.geometry.to_numpy()[area]))
    shares = pd.DataFrame({"row": row, "area": area, "shared": shared}).sort_values("shared", kind="stable")
    best = shares[shares["shared"] > 0].drop_duplicates("row", keep="last").set_index("row")["area"]
    if len(best) < len(subareas):
        lost = subareas["subarea_id"].to_numpy()[~np.isin(np.arange(len(subareas)), best.index)]
        raise DataError(
            f"layer subareas: {lost[0]} shares nothing with any area ({len(lost)} such rows); give parent_id"
        )
    placed = subareas.copy()
    placed["parent_id"] = areas["area_id"].to_numpy()[best.sort_index().to_numpy()]
    findings.add(
        "info",
        "subareas",
        f"parent_id of {len(placed):,} subareas is the area they share most surface with",
        len(placed),
    )
    return placed
