"""What a folder of files could be in a recipe: study area, a table for each layer, tables joined to the areas."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from kortrijk_geo.errors import CrsError, DataError, nearest
from kortrijk_geo.ingest.aliases import fold, load_aliases
from kortrijk_geo.ingest.crs import report_distortion
from kortrijk_geo.ingest.report import Findings, named
from kortrijk_geo.ingest.starting_columns import (
    address_of,
    axes_of,
    columns_of,
    crs_of_points,
    joined_columns,
    key_of,
    layer_of,
)
from kortrijk_geo.ingest.starting_rasters import raster_blocks
from kortrijk_geo.ingest.starting_text import Block, comment, key_line, written
from kortrijk_geo.ingest.tables import code_text
from kortrijk_geo.ingest.total_rows import is_total
from kortrijk_geo.pack.layers import LAYERS
from kortrijk_geo.pack.validation import check_crs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from kortrijk_geo.ingest.looking import Rows, Seen
    from kortrijk_geo.ingest.osm_file import OsmFile

_OF_OSM = ("streets", "amenities", "addresses", "buildings", "trees", "green", "water", "constraints")
_LARGEST_BUFFER_M = 1000
_SETTLEMENTS = ("suburb", "quarter", "neighbourhood", "village", "hamlet", "town")
_BELGIUM = "EPSG:31370"
_FILES = {"from": "files"}


@dataclass
class Proposal:
    """A recipe that is proposed: ``layers`` has of each layer the tables that could feed it, the likeliest first."""

    folder: Path
    name: str
    crs: str
    buffer_m: int
    study_area: Block
    osm: str = ""
    layers: dict[str, list[Block]] = field(default_factory=dict)
    joins: list[Block] = field(default_factory=list)
    rasters: list[Block] = field(default_factory=list)
    unused: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def head_lines(self) -> list[str]:
        """Write what stands above the layers."""
        lines = [
            key_line("name", self.name, "of the municipality; taken from the folder"),
            '# nis_code = "34022"',
            key_line("crs", self.crs, "of the pack: projected, in metres"),
            key_line("buffer_m", self.buffer_m, "how far the layers reach beyond the study area"),
            "",
            *comment(["Who made your files, of which date and under which licence: it is recorded in the pack."]),
            "[sources.files]",
            '# source = "Stad ..."',
            "# reference_date = 2025-01-01",
            '# licence = "..."',
        ]
        if self.osm:
            lines += [
                "", "[sources.osm]", key_line("file", self.osm), 'source = "OpenStreetMap contributors"',
                'licence = "ODbL 1.0"',
            ]  # fmt: skip
        return lines

    def add(self, layer: str, block: Block) -> None:
        """Keep a table that could feed a layer."""
        self.layers.setdefault(layer, []).append(block)


def propose(seen: Seen, folder: Path) -> Proposal:
    """Propose which file feeds which layer.

    Raises
    ------
    DataError
        When no file holds areas, and there is no OpenStreetMap extract to make them of.
    """
    fed = [(rows, *layer_of(rows)) for rows in seen.rows]
    areas = _areas(fed)
    osm = next(iter(seen.osm), "")
    if areas is None and not osm:
        raise DataError(
            f"{folder}: no file holds polygons of areas (wijken), and there is no OpenStreetMap extract to draw them"
            f" around its villages; a recipe needs one of them{_what_was_seen(seen)}"
        )
    box = _osm_box(seen.osm[osm]) if osm else None
    extent = _extent(areas, box)
    proposal = _begin(folder, areas, osm, extent, box)
    for rows, layer, by in fed:
        if rows is not areas:
            _place(proposal, rows, layer, by, areas, extent)
    if osm:
        _add_osm(proposal, osm)
    proposal.doubts += [
        f"name = {written(proposal.name)} is the name of the folder",
        "source, date and licence of your files are not known: say them in [sources.files]",
    ]
    if areas is not None and areas.crs is not None and not areas.crs.equals(CRS.from_user_input(proposal.crs)):
        why = f"{areas.crs.name} of {areas.label} is not one in metres for this place"
        proposal.doubts.append(f"crs = {written(proposal.crs)}: {why}")
    proposal.unused += [(name, f"one extract is read, {osm}") for name in list(seen.osm)[1:]]
    rasters, unused = raster_blocks(seen.rasters, extent, proposal.crs)
    proposal.rasters += rasters
    proposal.unused += unused
    return proposal


def _what_was_seen(seen: Seen) -> str:
    labels = [rows.label for rows in seen.rows] + [picture.file for picture in seen.rasters]
    return f" (seen: {named(labels, 8)})" if labels else ""


def _areas(fed: list[tuple[Rows, str, str]]) -> Rows | None:
    """Return the polygons that are the areas: those called so, by their name before their columns; the only ones."""
    called_so = [(by == "columns", len(rows.frame), number, rows) for number, (rows, layer, by) in enumerate(fed)
                 if layer == "areas"]  # fmt: skip
    if called_so:
        return min(called_so)[-1]
    others = [rows for rows, layer, _ in fed if rows.shape == "polygon" and layer in {"", "subareas", "districts"}]
    return others[0] if len(others) == 1 else None


def _osm_box(file: OsmFile) -> tuple[float, float, float, float]:
    if file.box is not None:
        return file.box
    places = file.lonlat[~np.isnan(file.lonlat[:, 0])] if len(file.lonlat) else file.node_lonlat
    west, south = places.min(axis=0)
    east, north = places.max(axis=0)
    return (float(west), float(south), float(east), float(north))


def _extent(areas: Rows | None, box: tuple[float, float, float, float] | None) -> gpd.GeoSeries:
    if areas is not None:
        return gpd.GeoSeries(areas.frame.geometry)
    assert box is not None, "without areas there is an extract"
    return gpd.GeoSeries([shapely.box(*box)], crs="EPSG:4326")


def _pack_crs(extent: gpd.GeoSeries) -> str:
    """Return the CRS of the areas when a pack may be in it; else that of Belgium when they lie there, or UTM."""
    own = extent.crs
    if own is not None and own.to_authority() is not None and _fits(extent, ":".join(own.to_authority())):
        return ":".join(own.to_authority())
    if _fits(extent, _BELGIUM):
        return _BELGIUM
    return str(extent.estimate_utm_crs().to_string())


def _fits(extent: gpd.GeoSeries, crs: str) -> bool:
    findings = Findings()
    try:
        check_crs(crs, origin="crs")
    except CrsError:
        return False
    box = shapely.box(*extent.to_crs("EPSG:4326").total_bounds)
    use = CRS.from_user_input(crs).area_of_use
    if use is None or not shapely.box(*use.bounds).contains(box):
        return False
    report_distortion(shapely.box(*extent.to_crs(crs).total_bounds), crs, findings)
    return not findings.items


def _begin(
    folder: Path, areas: Rows | None, osm: str, extent: gpd.GeoSeries,
    box: tuple[float, float, float, float] | None,
) -> Proposal:  # fmt: skip
    name = " ".join(folder.resolve().name.replace("_", " ").split()).title() or "City"
    crs = _pack_crs(extent)
    if areas is None:
        assert box is not None, "without areas there is an extract"
        rounded = [round(value, 6) for value in box]
        box_source = {"source": "box of the extract", "licence": "none needed"}
        study = Block("study_area", "boundary", osm, {**box_source, "bbox": rounded, "bbox_crs": "EPSG:4326"})
        study.about.append(
            "No file holds areas: the study area is the box of the extract. Draw it smaller if you like."
        )
        proposal = Proposal(folder, name, crs, 0, study, osm)
        keys = {"reader": "thiessen", "columns": {"area_id": "osm_id", "name": "name"}}
        around = {"reader": "osm", "from": "osm", "layer": "place_names", "where": {"place": list(_SETTLEMENTS)}}
        block = Block("layers.areas", "areas", osm, {**keys, "points": around})
        block.about.append("Areas drawn around the places that OpenStreetMap names; a file of wijken is better.")
        proposal.add("areas", block)
        return proposal
    study = Block("study_area", "boundary", areas.label, {"of": "areas", **_FILES})
    buffer_m = _room(extent, box, crs) if box is not None else 0
    proposal = Proposal(folder, name, crs, buffer_m, study, osm)
    block = vector_block(areas, "areas")
    if layer_of(areas)[0] != "areas":
        block.about.append(f"{areas.label} is not called wijken or the like; it is taken because no other file is.")
    proposal.add("areas", block)
    return proposal


def _room(extent: gpd.GeoSeries, box: tuple[float, float, float, float], crs: str) -> int:
    """Return how far an extract reaches beyond the areas on its nearest side, in whole hundreds of metres."""
    inner = extent.to_crs(crs).total_bounds
    outer = gpd.GeoSeries([shapely.box(*box)], crs="EPSG:4326").to_crs(crs).total_bounds
    room = min(*(inner[:2] - outer[:2]), *(outer[2:] - inner[2:]))
    return int(max(0, min(_LARGEST_BUFFER_M, room)) // 100 * 100)


def vector_block(rows: Rows, layer: str, said: Mapping[str, str] | None = None) -> Block:
    """Propose the table that makes a layer of the features of a file; ``said`` as in `columns_of`."""
    chosen = columns_of(rows, layer, said)
    keys: dict[str, Any] = {"reader": "vector", **_FILES, "file": rows.file, **rows.keys, **chosen.keys}
    return Block(f"layers.{layer}", layer, rows.label, keys, [*chosen.about, *rows.notes], chosen.open_)


def _place(proposal: Proposal, rows: Rows, layer: str, by: str, areas: Rows | None, extent: gpd.GeoSeries) -> None:
    """Put a file where it belongs."""
    if rows.shape:
        _place_vector(proposal, rows, layer, by)
        return
    axes, address = axes_of(rows), address_of(rows)
    if axes and LAYERS.get(layer) is not None and "point" in LAYERS[layer].shape:
        proposal.add(layer, points_block(rows, layer, axes, extent))
    elif address and layer in {"childcare", "amenities", "city_sites"}:
        proposal.add(layer, address_block(rows, layer, address))
    elif areas is not None and _join(proposal, rows, layer, areas):
        return
    elif layer == "sectors":
        _add_sectors(proposal, rows, "")
    else:
        where = f"it has coordinates ({', '.join(axes.values())}), but nothing tells what lies there" if axes else ""
        columns = f"no column has the codes or names of the areas (columns: {named(rows.columns, 12)})"
        proposal.unused.append((rows.label, f"{len(rows.frame):,} rows; {where or columns}"))


def _place_vector(proposal: Proposal, rows: Rows, layer: str, by: str) -> None:
    kind = f"{len(rows.frame):,} features, {rows.shape}, columns: {named(rows.columns, 12)}"
    if layer == "boundary":
        lines = [key_line(key, value) for key, value in rows.keys.items()]
        proposal.study_area.open_ += [
            key_line("file", rows.file, "in place of the lines above; is it the city?"),
            *lines,
        ]
    elif layer:
        block = vector_block(rows, layer)
        if by == "columns":
            block.about.append(f"Nothing in the name of the file says {layer}; some of its columns do.")
        proposal.add(layer, block)
    else:
        proposal.unused.append((rows.label, f"nothing tells which layer it is ({kind})"))


def points_block(
    rows: Rows, layer: str, axes: dict[str, str], extent: gpd.GeoSeries, said: Mapping[str, str] | None = None
) -> Block:
    """Propose the table that makes a layer of the coordinates of a table; ``said`` as in `columns_of`."""
    chosen = columns_of(rows, layer, said)
    keys = {"reader": "table-points", **_FILES, "file": rows.file, **rows.keys, **axes}
    block = Block(f"layers.{layer}", layer, rows.label, keys, [*chosen.about, *rows.notes], chosen.open_)
    if "x" in axes:
        fits = crs_of_points(rows, axes, extent)
        if len(fits) == 1:
            keys["crs"] = fits[0]
            block.plain.append(f"{fits[0]} puts its points in or near the areas, and no other CRS that was tried.")
        else:
            keys["crs"] = "EPSG:..."
            tried = named(fits or load_aliases().coordinates.crs)
            block.refused = (
                f"several CRS put its points near the areas ({tried}); name the right one" if fits else
                f"no CRS that was tried puts its points near the areas ({tried}); name the right one"
            )  # fmt: skip
    keys.update(chosen.keys)
    return block


def address_block(rows: Rows, layer: str, address: Mapping[str, str], said: Mapping[str, str] | None = None) -> Block:
    """Propose the table that makes a layer of the addresses of a table; ``said`` as in `columns_of`."""
    chosen = columns_of(rows, layer, said)
    keys = {"reader": "table-addresses", **_FILES, "file": rows.file, **rows.keys, **address, **chosen.keys}
    about = [*chosen.about, *rows.notes, "Its rows are looked up in layer addresses, and told if not found."]
    return Block(f"layers.{layer}", layer, rows.label, keys, about, chosen.open_)


def _join(proposal: Proposal, rows: Rows, layer: str, areas: Rows) -> bool:
    """Propose to join a table to the areas; False when no column of it has their names or codes."""
    columns = proposal.layers["areas"][0].keys.get("columns", {})
    ids = {target: areas.frame[columns[target]] for target in ("area_id", "name") if target in columns}
    key, on = key_of(rows, ids)
    if not key:
        return False
    chosen = joined_columns(rows, "areas", key)
    if not chosen.keys["columns"] and not chosen.open_:
        if layer == "sectors":
            _add_sectors(proposal, rows, key if on == "area_id" else "")
            return True
        others = named((column for column in rows.columns if column != key), 12)
        proposal.unused.append((rows.label, f"its {key} is that of the areas, but no other column is known ({others})"))
        return True
    codes = code_text(rows.frame[key])
    totals = codes.map(is_total).astype(bool)
    lost = sorted(code for code in set(codes.dropna()) if fold(code) in map(fold, load_aliases().total_keys))
    keys: dict[str, Any] = {**_FILES, "file": rows.file, **rows.keys, "key": key, "on": on}
    plain: list[str] = []
    if totals.any():
        keys["without_totals"] = True
        plain.append(f"Row {named(codes.index[totals])} is a total of the others, left out.")
    if lost:
        keys["not_located"] = lost
        plain.append(f"{named(lost)} counts in the total of the city, in no area.")
    block = Block(
        "layers.areas.tables", "areas", rows.label, {**keys, **chosen.keys}, [*rows.notes], chosen.open_, several=True
    )
    block.plain = plain
    block.open_ += _renames(set(codes[~totals].dropna()) - set(lost), ids[on])
    if not chosen.keys["columns"]:
        block.refused = "no column is surely a count that a pack knows; see the lines with a question"
    elif codes[~totals].duplicated().any():
        block.refused = (
            f"several rows have one {key}: say sum = true when they are to be added up, or where = {{ column = value }}"
            " when one of them is meant"
        )
        block.open_.append("sum = true")
    proposal.joins.append(block)
    return True


def _renames(codes: set[str], areas: pd.Series) -> list[str]:
    """Write for each code of no area the nearest name, for the reader to say whether it is meant."""
    known = set(code_text(areas).dropna())
    near = {code: nearest(code, known) for code in sorted(codes - known)}
    return [key_line("rename", {code: name}, "is this the same?") for code, name in near.items() if name]


def _add_sectors(proposal: Proposal, rows: Rows, area_id: str) -> None:
    chosen = columns_of(rows, "sectors")
    columns = chosen.keys.get("columns", {}) | ({"area_id": area_id} if area_id else {})
    keys = {"reader": "table", **_FILES, "file": rows.file, **rows.keys, **chosen.keys, "columns": columns}
    proposal.add("sectors", Block("layers.sectors", "sectors", rows.label, keys, chosen.about, chosen.open_))


def _add_osm(proposal: Proposal, osm: str) -> None:
    for layer in _OF_OSM:
        proposal.add(layer, Block(f"layers.{layer}", layer, osm, {"reader": "osm", "from": "osm"}))
    proposal.add("homes", Block("layers.homes", "homes", osm, {"reader": "homes", "from": "osm"}))
