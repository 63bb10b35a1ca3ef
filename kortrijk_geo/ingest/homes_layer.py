"""Homes from buildings and addresses, with the residents and children of their area; and rows placed in their area."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.readers import read_part
from kortrijk_geo.ingest.report import named
from kortrijk_geo.pack.layers import AGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from kortrijk_geo.ingest.readers import Workshop
    from kortrijk_geo.ingest.recipe_parts import Part
    from kortrijk_geo.ingest.report import Findings

# Column of areas, column of homes.
_SPREAD = {"population": "residents", "children_0_2": "children_0_2", **{age: age for age in AGES}}
_SECTOR = "subarea_id"  # of points: the statistical sector that a row says it is of
ONE_EACH = "raming: één woning per adres"


def make_homes(part: Part, shop: Workshop, frames: dict[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Derive homes, and spread over them the residents and children of each area where these are known.

    Buildings and addresses are those of the OpenStreetMap file that the recipe names here; without a file, the
    buildings are those of the layer ``buildings`` and there are no addresses. With ``points`` the homes are the places
    of these, one dwelling a row; those that say in ``subarea_id`` of which statistical sector they are belong to it by
    that code, wherever its simplified polygon runs, and people of a sector are spread over its own homes.

    Raises
    ------
    DataError
        When there are no areas or buildings, or no home is found.
    """
    from kortrijk_geo.ingest.homes import homes_from_osm, spread

    if "areas" not in frames or shop.boundary is None:
        raise DataError(f"{part.table}: homes need a table [layers.areas]")
    if "points" in part.options:
        homes = _homes_from_points(part, shop, frames)
    else:
        buildings, addresses = _material(part, shop, frames)
        homes, messages = homes_from_osm(buildings, addresses, frames["areas"], boundary=shop.boundary)
        _tell(messages, shop)
    if homes.empty:
        raise DataError(f"{part.table}: no building or address in the study area or its buffer is a home")
    for of_areas, of_homes in _SPREAD.items():
        areas, key = _finest(homes, frames, of_areas)
        if of_areas not in areas.columns or areas[of_areas].isna().all():
            if of_areas in AGES:  # few packs have them
                continue
            shop.findings.add(
                "warning", "homes", f"{of_homes} of homes are unknown, because {of_areas} of the areas is"
            )
            homes[of_homes] = np.nan
            continue
        totals = {
            str(area): None if pd.isna(value) else float(value)
            for area, value in zip(areas.iloc[:, 0], areas[of_areas], strict=True)
        }
        homes[of_homes], messages = spread(
            totals, homes.assign(area_id=homes[key].where(homes["area_id"].notna())), of_homes,
            weights=str(part.get("weights", "dwellings")), whole=bool(part.get("whole", True)),
        )  # fmt: skip
        _tell(messages, shop)
    return homes


def _tell(messages: Iterable[str], shop: Workshop) -> None:
    for message in messages:
        shop.findings.add("info", "homes", message.removeprefix("homes: "))


def _finest(homes: gpd.GeoDataFrame, frames: dict[str, pd.DataFrame], column: str) -> tuple[pd.DataFrame, str]:
    """Return the finest division that knows a count of all its rows and to whose rows the homes say they belong."""
    if _SECTOR in homes.columns and "subareas" in frames:
        sectors = frames["subareas"]
        if column in sectors.columns and sectors[column].notna().all():
            return sectors[[_SECTOR, column]], _SECTOR
    columns = ["area_id", *([column] if column in frames["areas"].columns else [])]
    return frames["areas"][columns], "area_id"


def _homes_from_points(part: Part, shop: Workshop, frames: dict[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Return a home for every place that has rows, with a dwelling for each of them."""
    # What its columns do not say of who lives there is made here.
    tables = [replace(points, options={**points.options, "made_later": True}) for points in part.options["points"]]
    read = []
    for points in tables:
        frame = read_part(points, shop)
        if frame is None or frame.empty:
            continue
        if len(tables) > 1:  # rows are numbered in each file
            frame["home_id"] = f"{Path(str(points.get('file'))).stem}-" + frame["home_id"].astype("str")
        read.append(frame)
    if not read:
        raise DataError(f"{part.table}: none of its points lies in the study area or its buffer")
    rows = pd.concat(read, ignore_index=True) if len(read) > 1 else read[0]
    if _SECTOR in rows.columns:
        if "subareas" not in frames:
            raise DataError(f"{part.table}: points with {_SECTOR} need a table [layers.subareas]")
        parents = frames["subareas"].set_index(_SECTOR)["parent_id"]
        rows["area_id"] = rows[_SECTOR].map(parents)
        _tell_strangers(rows, rows["area_id"].isna().to_numpy(), shop)
    else:
        rows = assign_areas(gpd.GeoDataFrame(rows), frames, shop.findings)
    where = pd.DataFrame({"x": rows.geometry.x, "y": rows.geometry.y})
    first = ~where.duplicated()
    if _SECTOR in rows.columns:
        _tell_outside(rows[first], frames["subareas"], shop)
    homes = gpd.GeoDataFrame(rows[first])
    counts = where.groupby(["x", "y"], sort=False).size()
    homes["dwellings"] = counts.to_numpy(dtype=np.float64)
    again = rows.loc[~first, "home_id"]
    if len(again):
        shop.findings.add(
            "info", "homes",
            f"{len(again):,} of {len(rows):,} rows lie at a point of an earlier row and count there as a further"
            f" dwelling, which leaves {len(homes):,} homes: rows {named(again)}",
            len(again),
        )  # fmt: skip
    shop.findings.add(
        "warning",
        "homes",
        f"{len(rows):,} rows count as one dwelling each, which nobody counted: an estimate",
        len(rows),
    )
    return homes.reset_index(drop=True)


def _tell_strangers(rows: pd.DataFrame, strangers: NDArray[np.bool_], shop: Workshop) -> None:
    """Tell rows whose sector is none of this city: inside the boundary that is an error of either."""
    inside = strangers & np.asarray(shapely.intersects(shop.boundary, rows.geometry.to_numpy()), dtype=bool)
    if strangers.any():
        count = int(strangers.sum())
        shop.findings.add("info", "homes", f"{count:,} homes are of no statistical sector here: of no area", count)
    if inside.any():
        count = int(inside.sum())
        shop.findings.add(
            "warning", "homes", f"{count:,} of them lie inside the boundary: rows {named(rows.loc[inside, 'home_id'])}",
            count,
        )  # fmt: skip


def _tell_outside(homes: pd.DataFrame, sectors: pd.DataFrame, shop: Workshop) -> None:
    """Tell how many homes lie outside the polygon of the sector that they are of by code."""
    own = homes[homes["area_id"].notna()]
    shapes = gpd.GeoSeries(sectors.geometry.to_numpy(), index=sectors[_SECTOR])
    shapely.prepare(shapes.to_numpy())
    inside = shapely.intersects(shapes.reindex(own[_SECTOR]).to_numpy(), own.geometry.to_numpy())
    outside = int((~inside).sum())
    if outside:
        shop.findings.add(
            "info", "homes",
            f"{outside:,} of {len(own):,} homes lie outside the polygon of their sector: they belong to it by its code",
            outside,
        )  # fmt: skip


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


def of_homes(part: Part, estimates: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return what of the homes is an estimate: what is spread from one, and dwellings that nobody counted."""
    spread_from = estimates.get("subareas") or estimates.get("areas", {})
    found = {column: spread_from[count] for count, column in _SPREAD.items() if count in spread_from}
    return found | ({"dwellings": ONE_EACH} if "points" in part.options else {})
