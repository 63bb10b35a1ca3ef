"""Candidate sites for new places: public buildings, schools, a grid, or a layer that the user gives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.capacity.rules import candidate_rules
from kortrijk_geo.errors import CrsError, DataError, MissingFileError, MissingLayerError, OptionError, did_you_mean

if TYPE_CHECKING:
    from kortrijk_geo.capacity.rules import CandidateList
    from kortrijk_geo.pack.city import City

KINDS = ("public buildings", "schools", "grid")


def check_candidates(candidates: str | Path | gpd.GeoDataFrame) -> None:
    """Raise `OptionError` for a kind of candidates that there is not, `MissingFileError` for a file that is absent."""
    if isinstance(candidates, gpd.GeoDataFrame) or str(candidates) in KINDS or Path(candidates).is_file():
        return
    message = f"candidates {candidates}: neither {', '.join(KINDS)} nor a file that exists"
    if Path(candidates).suffix:
        raise MissingFileError(message)
    raise OptionError(f"{message}{did_you_mean(candidates, KINDS)}")


def find_candidates(
    city: City, candidates: str | Path | gpd.GeoDataFrame, *, grid_step_m: float | None = None
) -> tuple[gpd.GeoDataFrame, str, list[str]]:
    """List the candidate sites inside the study area.

    Parameters
    ----------
    city
        The pack.
    candidates
        ``public buildings``, ``schools``, ``grid``, a GeoDataFrame, or the path of a vector file. A layer of one's own
        may have the columns ``name`` and ``max_places`` (most places of the site, empty is no limit).
    grid_step_m
        Step of the grid, m; None for ``candidates.toml``.

    Returns
    -------
    candidates, label, notes
        Points in the pack's CRS with ``name``, ``origin`` and ``max_places`` (NaN is no limit); the Dutch label of the
        choice; Dutch notes on what was left out.

    Raises
    ------
    OptionError, MissingFileError
        As `check_candidates`.
    DataError, MissingLayerError
        When the choice gives no candidate, or the pack lacks a layer that it needs.
    """
    check_candidates(candidates)
    if isinstance(candidates, gpd.GeoDataFrame):
        sites, label = _own(candidates, city, "candidates"), "eigen laag"
    elif str(candidates) == "grid":
        sites, label = _grid(city, grid_step_m), candidate_rules().grid.label
    elif str(candidates) in KINDS:
        rules = candidate_rules()
        wanted = rules.schools if str(candidates) == "schools" else rules.public_buildings
        sites, label = _from_pack(city, str(candidates), wanted), wanted.label
    else:
        path = Path(candidates)
        sites, label = _own(read_points(path), city, str(path)), path.name
    inside = shapely.intersects(city.boundary.geometry.iloc[0], sites.geometry.to_numpy())
    notes = []
    if not inside.all():
        notes.append(f"{int((~inside).sum())} kandidaten liggen buiten het studiegebied en vallen weg.")
    kept = sites[inside].reset_index(drop=True)
    if kept.empty:
        asked = candidates if isinstance(candidates, str) else label
        raise DataError(f"there is no candidate ({asked}) in the study area")
    return kept, label, notes


def _frame(points: Any, names: Any, origin: Any, crs: Any, most: Any = np.nan) -> gpd.GeoDataFrame:
    columns = {"name": names, "origin": origin, "max_places": most}
    return gpd.GeoDataFrame(columns, index=range(len(points)), geometry=np.asarray(points), crs=crs)


def _from_pack(city: City, kind: str, wanted: CandidateList) -> gpd.GeoDataFrame:
    if not (city.has("buildings") or city.has("amenities")):
        city.require("buildings", theme=f"Candidates '{kind}'")
    parts = []
    if city.has("buildings") and "use" in city.buildings.columns:
        chosen = city.buildings[city.buildings["use"].isin(wanted.uses)]
        names = [f"{use} {row}" for use, row in zip(chosen["use"], chosen["building_id"], strict=True)]
        parts.append(_frame(chosen.geometry.representative_point(), names, "buildings", city.crs))
    if city.has("amenities"):
        chosen = city.amenities[city.amenities["category"].isin(wanted.categories)]
        known = chosen["name"] if "name" in chosen.columns else pd.Series(None, index=chosen.index, dtype="str")
        named = known.where(known.notna(), chosen["category"] + " " + chosen["amenity_id"])
        parts.append(_frame(chosen.geometry, list(named), "amenities", city.crs))
    if len(parts) == 2 and len(parts[0]) and len(parts[1]):
        within_m = candidate_rules().same_place.within_m
        near = parts[1].sindex.query(parts[0].geometry, predicate="dwithin", distance=within_m)
        # The amenity has the name that people know; the building of the same place is left out.
        parts[0] = parts[0].drop(parts[0].index[np.unique(near[0])])
    kept = [part for part in parts if len(part)]
    if not kept:
        raise MissingLayerError(f"the pack {city.folder} has no {kind}: choose grid or give a layer of candidates")
    return gpd.GeoDataFrame(pd.concat(kept, ignore_index=True), crs=city.crs)


def _grid(city: City, step_m: float | None) -> gpd.GeoDataFrame:
    step = candidate_rules().grid.step_m if step_m is None else step_m
    if not (np.isfinite(step) and step > 0):
        raise OptionError(f"the step of the grid is {step!r} m, must be a number above 0")
    shape = city.boundary.geometry.iloc[0]
    west, south, east, north = shape.bounds
    columns = np.arange(np.floor(west / step), np.ceil(east / step)) * step + step / 2
    rows = np.arange(np.floor(south / step), np.ceil(north / step)) * step + step / 2
    if len(columns) * len(rows) > 1_000_000:
        raise OptionError(f"a grid of {step:g} m has more than a million points here; take a larger step")
    x, y = (axis.reshape(-1) for axis in np.meshgrid(columns, rows))
    shapely.prepare(shape)
    inside = shapely.contains_xy(shape, x, y)
    names = [f"raster {east:.0f} {north:.0f}" for east, north in zip(x[inside], y[inside], strict=True)]
    return _frame(shapely.points(x[inside], y[inside]), names, "grid", city.crs)


def _own(layer: gpd.GeoDataFrame, city: City, where: str) -> gpd.GeoDataFrame:
    if layer.crs is None:
        raise CrsError(f"{where}: has no coordinate reference system; the pack is in {city.crs}")
    bad = layer.geometry.isna() | layer.geometry.is_empty
    if bad.any():
        row = layer.index[bad][0]
        raise DataError(f"{where}: row {row} has no geometry ({int(bad.sum())} such rows)")
    points = layer.to_crs(city.crs).geometry.representative_point()
    known = layer["name"] if "name" in layer.columns else pd.Series(None, index=layer.index, dtype="object")
    names = [f"kandidaat {row + 1}" if pd.isna(name) else str(name) for row, name in enumerate(known)]
    most = np.full(len(layer), np.nan)
    if "max_places" in layer.columns:
        most = pd.to_numeric(layer["max_places"], errors="coerce").to_numpy(dtype="float64")
        wrong = (np.isnan(most) & layer["max_places"].notna().to_numpy()) | (most < 0)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise DataError(f"{where}: max_places in row {row} is {layer['max_places'].iloc[row]!r}, must be from 0")
    return _frame(points.to_numpy(), names, "own", city.crs, most)


def read_points(path: Path, what: str = "candidates") -> gpd.GeoDataFrame:
    """Read a vector file of the user; `DataError` when it is none."""
    from kortrijk_geo.gdal_files import closed_vectors, is_zip, vector_member, vector_source

    try:
        source = vector_source(path, vector_member(path, None) if is_zip(path) else None)
        with closed_vectors():
            layer = gpd.read_file(source)
    # Whatever a damaged file makes of pyogrio, pyproj and shapely: the file is at fault.
    except Exception as error:
        raise DataError(f"{path}: cannot be read as a layer of {what} ({error})") from error
    if not isinstance(layer, gpd.GeoDataFrame):
        raise DataError(f"{path}: has no geometry; {what} are points or polygons")
    return layer
