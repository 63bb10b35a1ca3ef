"""A recipe as its TOML file has it: every key checked before a raw file is opened, messages naming file and key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import DataError, did_you_mean
from kortrijk_geo.ingest.schema_keys import (
    AREA,
    CATALOG,
    JOIN,
    MANNERS,
    READERS,
    RECIPE,
    RECORD,
    SOURCE,
    STUDY,
    TEXT,
    TOTAL,
    Keys,
    check_options,
    reader_of,
    take,
)
from kortrijk_geo.ingest.schema_rasters import raster_options
from kortrijk_geo.pack.layers import COUNTS, LAYERS
from kortrijk_geo.pack.validation import check_crs
from kortrijk_geo.strict_toml import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Part:
    """One table of a recipe that says where rows come from: its place in the recipe, its layer, reader and options."""

    table: str
    layer: str
    reader: str
    options: Mapping[str, Any]

    def get(self, key: str, default: Any = None) -> Any:
        """Return an option."""
        return self.options.get(key, default)


@dataclass(frozen=True)
class Recipe:
    """A checked recipe; see ``data/recipes/README.md`` for what each key means."""

    path: Path
    name: str
    crs: str
    study_area: Part
    layers: Mapping[str, tuple[Part, ...]]
    nis_code: str = ""
    buffer_m: float = 0.0
    synthetic: bool = False
    catalog: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rasters: Mapping[str, Part] = field(default_factory=dict)


def load_recipe(path: Path) -> Recipe:
    """Read and check a recipe.

    Raises
    ------
    MissingFileError
        When the recipe or its catalogue does not exist.
    DataError, CrsError
        When the file is no TOML, a key is unknown or missing, or a value of the wrong kind.
    """
    raw, _ = read_toml(path)
    checked = take(raw, RECIPE, path, "the recipe")
    for key in ("name", "crs", "study_area", "layers"):
        if key not in checked:
            raise DataError(f"{path}: the recipe needs {key}")
    check_crs(checked["crs"], origin=f"{path}, crs")
    buffer_m = float(checked.get("buffer_m", 0.0))
    if buffer_m < 0:
        raise DataError(f"{path}: buffer_m is {buffer_m:g}, must be 0 or more")
    catalog = load_catalog(path.parent / checked["catalog"]) if "catalog" in checked else {}
    sources = {name: _source(table, name, path, catalog) for name, table in checked.get("sources", {}).items()}
    study = _study_area(checked["study_area"], sources, path)
    layers = {name: _parts(name, tables, sources, path) for name, tables in checked["layers"].items()}
    rasters = {name: _raster(name, table, sources, path) for name, table in checked.get("rasters", {}).items()}
    for key in ("of", "hull_of"):
        if (name := study.get(key)) is not None and name not in layers:
            raise DataError(f"{path}, [study_area]: {key} = {name!r}, but there is no table [layers.{name}]")
    return Recipe(
        path=path, name=checked["name"], crs=checked["crs"], study_area=study, layers=layers,
        nis_code=checked.get("nis_code", ""), buffer_m=buffer_m, synthetic=checked.get("synthetic", False),
        catalog=catalog, rasters=rasters,
    )  # fmt: skip


def load_catalog(path: Path) -> dict[str, dict[str, Any]]:
    """Read and check a catalogue of official sources, by id.

    Raises
    ------
    MissingFileError, DataError
        As `load_recipe`.
    """
    return {name: take(table, CATALOG, path, f"[{name}]") for name, table in read_toml(path)[0].items()}


def _source(table: Any, name: str, path: Path, catalog: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    where = f"[sources.{name}]"
    checked = take(table, SOURCE, path, where)
    entry = checked.pop("catalog", None)
    if entry is None:
        return checked
    if entry not in catalog:
        hint = did_you_mean(entry, catalog)
        raise DataError(f"{path}, {where}: catalog = {entry!r} is not in the catalogue{hint}")
    known = {key: catalog[entry][key] for key in ("source", "licence", "url", "crs") if key in catalog[entry]}
    return {**known, **checked}


def _merged(table: Any, keys: Keys, sources: Mapping[str, Mapping[str, Any]], path: Path, where: str) -> dict[str, Any]:
    """Check a table and fill in what the source that it names with ``from`` says about keys the table may have."""
    checked = take(table, {**keys, "from": TEXT}, path, where)
    name = checked.pop("from", None)
    if name is None:
        return checked
    if name not in sources:
        hint = did_you_mean(name, sources)
        raise DataError(f"{path}, {where}: from = {name!r}, but there is no table [sources.{name}]{hint}")
    return {**{key: value for key, value in sources[name].items() if key in keys}, **checked}


def _parts(layer: str, tables: Any, sources: Mapping[str, Mapping[str, Any]], path: Path) -> tuple[Part, ...]:
    if layer not in LAYERS or layer == "boundary":
        hint = did_you_mean(layer, set(LAYERS) - {"boundary"})
        why = "; the boundary comes from [study_area]" if layer == "boundary" else hint
        raise DataError(f"{path}, [layers.{layer}]: there is no such layer{why}")
    several = isinstance(tables, list)
    if several and not tables:
        raise DataError(f"{path}, [layers.{layer}]: is an empty list")
    return tuple(
        _part(table, layer, f"[layers.{layer}]" + (f" number {number}" if several else ""), sources, path)
        for number, table in enumerate(tables if several else [tables], 1)
    )


def _part(table: Any, layer: str, where: str, sources: Mapping[str, Mapping[str, Any]], path: Path) -> Part:
    reader = reader_of(table, path, where)
    keys = {"reader": TEXT, **READERS[reader], **RECORD, **AREA}
    options = _merged(table, keys, sources, path, where)
    options.pop("reader")
    check_options(options, reader, layer, path, where)
    if "points" in options:
        inner = options["points"]
        kind = reader_of(inner, path, f"{where}.points")
        points = _merged(inner, {"reader": TEXT, **READERS[kind], **RECORD}, sources, path, f"{where}.points")
        points.pop("reader")
        check_options(points, kind, layer, path, f"{where}.points")
        options["points"] = Part(f"{path.name}, {where}.points", layer, kind, points)
    options["tables"] = tuple(
        _join(join, layer, f"[[layers.{layer}.tables]] number {number}", sources, path)
        for number, join in enumerate(options.get("tables", ()), 1)
    )
    return Part(f"{path.name}, {where}", layer, reader, options)


def _raster(name: str, table: Any, sources: Mapping[str, Mapping[str, Any]], path: Path) -> Part:
    reader, options, inner = raster_options(
        name, table, lambda one, keys, where: _merged(one, keys, sources, path, where), path
    )
    place = f"{path.name}, [rasters.{name}"
    parts = {key: Part(f"{place}.{key}]", name, "raster", found) for key, found in inner.items()}
    return Part(f"{place}]", name, reader, {**options, **parts})


def _join(table: Any, layer: str, where: str, sources: Mapping[str, Mapping[str, Any]], path: Path) -> Part:
    options = _merged(table, JOIN, sources, path, where)
    check_options(options, "table", "", path, where)
    for key in ("key", "columns"):
        if key not in options:
            raise DataError(f"{path}, {where}: needs {key}")
    for column in options["columns"]:
        if column not in LAYERS[layer].columns:
            hint = did_you_mean(column, LAYERS[layer].columns)
            raise DataError(f"{path}, {where}: layer {layer} has no column {column!r}{hint}")
    if options.get("absent", "unknown") not in {"unknown", "zero"}:
        raise DataError(f'{path}, {where}: absent is {options["absent"]!r}, must be "unknown" or "zero"')
    if "through" in options:
        through = take(options["through"], {"layer": TEXT, "key": TEXT, "to": TEXT}, path, f"{where}.through")
        if set(through) != {"layer", "key", "to"}:
            raise DataError(f"{path}, {where}.through: needs layer, key and to")
        if through["layer"] not in LAYERS:
            raise DataError(f"{path}, {where}.through: there is no layer {through['layer']!r}")
    return Part(f"{path.name}, {where}", layer, "table", options)


def _study_area(table: Any, sources: Mapping[str, Mapping[str, Any]], path: Path) -> Part:
    where = "[study_area]"
    options = _merged(table, STUDY, sources, path, where)
    if "osm_relation" not in options:
        given = [key for key in MANNERS if key in options]
    else:
        given = ["osm_relation"] if "file" in options else []
        given += [key for key in ("bbox", "of", "hull_of") if key in options]
    if len(given) != 1:
        raise DataError(f"{path}, {where}: name it in one way: bbox, file, osm_relation (with file), of, or hull_of")
    check_options(options, "", "", path, where)
    if "bbox" in options:
        box = options["bbox"]
        if (
            len(box) != 4
            or not all(isinstance(value, (int, float)) for value in box)
            or box[0] >= box[2]
            or box[1] >= box[3]
        ):
            raise DataError(f"{path}, {where}: bbox is {box}, must be [min x, min y, max x, max y]")
    tables = []
    for number, total in enumerate(options.get("tables", ()), 1):
        place = f"[[study_area.tables]] number {number}"
        checked = _merged(total, TOTAL, sources, path, place)
        check_options(checked, "table", "", path, place)
        unknown = sorted(set(checked.get("columns", {})) - set(COUNTS))
        if unknown or not checked.get("columns"):
            raise DataError(
                f"{path}, {place}: columns may name {', '.join(COUNTS)}, not {', '.join(unknown) or 'nothing'}"
            )
        tables.append(Part(f"{path.name}, {place}", "boundary", "table", checked))
    options["tables"] = tuple(tables)
    return Part(f"{path.name}, {where}", "boundary", given[0], options)
