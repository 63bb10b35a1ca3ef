"""The keys that a recipe and a catalogue may have, and the checks of their values."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import DataError, did_you_mean
from kortrijk_geo.pack.layers import COUNTS, LAYERS

if TYPE_CHECKING:
    from pathlib import Path

Keys = dict[str, tuple[type, ...]]

TEXT, FLAG, TABLE, _LIST = (str,), (bool,), (dict,), (list,)
NUMBER, WHOLE = (int, float), (int,)
RECORD: Keys = {"source": TEXT, "reference_date": (str, date), "licence": TEXT, "synthetic": FLAG}
_CELLS: Keys = {
    "file": TEXT, "inside": TEXT, "sheet": TEXT, "header": WHOLE, "separator": TEXT, "encoding": TEXT,
    "decimal": TEXT, "unknown": _LIST,
}  # fmt: skip
_VECTOR: Keys = {"file": TEXT, "inside": TEXT, "layer": TEXT, "crs": TEXT, "crs_override": FLAG, "encoding": TEXT}
_SHAPING: Keys = {
    "where": TABLE, "latest": TABLE, "columns": TABLE, "first_characters": TABLE, "recode": TABLE,
    "values": TABLE,     "ids_from_rows": FLAG, "date_format": TEXT, "decimal": TEXT, "unknown": _LIST,
}  # fmt: skip
AREA: Keys = {"clip": FLAG, "tables": _LIST}
_SERVICE: Keys = {"url": TEXT, "timeout_s": NUMBER, "retries": WHOLE, "pause_s": NUMBER}
_PLACED: Keys = {"x": TEXT, "y": TEXT, "lon": TEXT, "lat": TEXT, "wkt": TEXT, "crs": TEXT}

READERS: dict[str, Keys] = {
    "osm": {"file": TEXT, "layer": TEXT, **_SHAPING},
    "vector": {**_VECTOR, "as_points": FLAG, **_SHAPING},
    "table": {**_CELLS, **_SHAPING},
    "table-points": {**_CELLS, **_PLACED, **_SHAPING},
    "overpass": {**_SERVICE, "layer": TEXT, **_SHAPING},
    "graphml": {"file": TEXT, **_SHAPING},
    "homes": {"file": TEXT, "weights": TEXT, "whole": FLAG},
    "thiessen": {"points": TABLE, "dissolve": FLAG, "columns": TABLE, "values": TABLE},
}
JOIN: Keys = {
    **_CELLS, "from": TEXT, "where": TABLE, "key": TEXT, "on": TEXT, "columns": TABLE, "sum": FLAG,
    "through": TABLE,     "not_located": _LIST, "absent": TEXT, **RECORD,
}  # fmt: skip
TOTAL: Keys = {**_CELLS, "from": TEXT, "where": TABLE, "columns": TABLE, **RECORD}
STUDY: Keys = {
    "name": TEXT, "bbox": _LIST, "bbox_crs": TEXT, **_VECTOR, "where": TABLE, "osm_relation": (int, str), "of": TEXT,
    "hull_of": TEXT, "hull_buffer_m": NUMBER, "from": TEXT, **RECORD, **dict.fromkeys(COUNTS, NUMBER),
    "tables": _LIST,
}  # fmt: skip
SOURCE: Keys = {"catalog": TEXT, **RECORD, **_CELLS, **_VECTOR, **_SERVICE}
RECIPE: Keys = {
    "name": TEXT, "nis_code": TEXT, "crs": TEXT, "buffer_m": NUMBER, "about": TEXT, "synthetic": FLAG,
    "catalog": TEXT, "sources": TABLE, "study_area": TABLE, "layers": TABLE,
    "rasters": TABLE,
}  # fmt: skip
CATALOG: Keys = {
    "title": TEXT, "source": TEXT, "url": TEXT, "format": TEXT, "crs": TEXT, "licence": TEXT, "standing": TEXT,
    "collected": (str, date), "columns": TABLE, "note": TEXT, "page": TEXT,
}  # fmt: skip
MANNERS = ("bbox", "file", "osm_relation", "of", "hull_of")


_KINDS = {
    str: "text", bool: "true or false", dict: "a table", list: "a list", int: "a whole number", float: "a number",
    date: "a date",
}  # fmt: skip
_NEEDS = {
    "osm": "file", "vector": "file", "table": "file", "table-points": "file", "graphml": "file", "overpass": "url",
    "thiessen": "points",
}  # fmt: skip


def take(table: Any, keys: Keys, path: Path, where: str) -> dict[str, Any]:
    """Return a copy of a table that has no other keys than these, each with a value of its kind.

    Raises
    ------
    DataError
        Naming the file, the key and the nearest known one.
    """
    if not isinstance(table, dict):
        raise DataError(f"{path}, {where}: must be a table")
    for key, value in table.items():
        if key not in keys:
            hint = did_you_mean(key, sorted(keys), otherwise="the keys are")
            raise DataError(f"{path}, {where}: key {key!r} is not known{hint}")
        allowed = keys[key]
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            kinds = " or ".join(dict.fromkeys(_KINDS[kind] for kind in allowed))
            raise DataError(f"{path}, {where}: {key} is {value!r}, must be {kinds}")
    return dict(table)


def reader_of(table: Any, path: Path, where: str) -> str:
    """Return the reader that a table names; `DataError` when there is none of that name."""
    if not isinstance(table, dict):
        raise DataError(f"{path}, {where}: must be a table")
    reader = table.get("reader")
    if reader not in READERS:
        hint = did_you_mean(reader, READERS)
        raise DataError(f"{path}, {where}: reader is {reader!r}, must be one of {', '.join(READERS)}{hint}")
    return str(reader)


def check_options(options: dict[str, Any], reader: str, layer: str, path: Path, where: str) -> None:
    """Check what the values of a table say together; write its date as ISO text.

    Raises
    ------
    DataError
        Naming the file, the table and the key.
    """
    need = _NEEDS.get(reader)
    if need is not None and need not in options:
        raise DataError(f"{path}, {where}: reader {reader!r} needs {need}")
    if reader == "homes" and layer != "homes":
        raise DataError(f"{path}, {where}: reader 'homes' makes the layer homes, not {layer}")
    if reader == "table" and layer and LAYERS[layer].shape != "none":
        raise DataError(f'{path}, {where}: layer {layer} needs geometry; use reader = "table-points" or "vector"')
    if reader == "table-points":
        _check_place(options, path, where)
    if options.get("decimal", ".") not in {".", ","}:
        raise DataError(f'{path}, {where}: decimal is {options["decimal"]!r}, must be "," or "."')
    if options.get("header", 1) < 1:
        raise DataError(f"{path}, {where}: header is {options['header']}, rows are counted from 1")
    if layer:
        _check_columns(options, layer, path, where)
    if "reference_date" in options:
        options["reference_date"] = _iso_date(options["reference_date"], path, where)


def _check_place(options: dict[str, Any], path: Path, where: str) -> None:
    given = {key for key in _PLACED if key in options and key != "crs"}
    if given not in ({"x", "y"}, {"lon", "lat"}, {"wkt"}):
        raise DataError(f"{path}, {where}: name the columns with x and y, with lon and lat, or with wkt")
    if given != {"lon", "lat"} and "crs" not in options:
        raise DataError(f'{path}, {where}: add crs = "EPSG:..." for the coordinates in {", ".join(sorted(given))}')


def _check_columns(options: dict[str, Any], layer: str, path: Path, where: str) -> None:
    """Refuse a column that is nearly one of the layer's: it would be kept as an extra one, the true one missed."""
    if "latest" in options:
        latest = take(options["latest"], {"id": TEXT, "by": TEXT, "format": TEXT}, path, f"{where}.latest")
        if not {"id", "by"} <= set(latest):
            raise DataError(f"{path}, {where}.latest: needs id and by")
    known = LAYERS[layer].columns
    for key in ("columns", "values", "recode", "first_characters"):
        for column, value in options.get(key, {}).items():
            if column not in known and (hint := did_you_mean(column, known, cutoff=0.85)):
                raise DataError(f"{path}, {where}: {key} names {column!r}, which layer {layer} does not have{hint}")
            names = value if isinstance(value, list) else [value]
            if key == "columns" and not all(isinstance(name, str) for name in names):
                raise DataError(f"{path}, {where}: columns.{column} is {value!r}, must be a column name or several")
            if key == "first_characters" and (not isinstance(value, int) or value < 1):
                raise DataError(f"{path}, {where}: first_characters.{column} is {value!r}, must be a number from 1")
            if key == "recode" and not isinstance(value, dict):
                raise DataError(f"{path}, {where}: recode.{column} must be a table of old = new")


def _iso_date(value: Any, path: Path, where: str) -> str:
    try:
        return (date.fromisoformat(value) if isinstance(value, str) else value).isoformat()[:10]
    except ValueError as error:
        raise DataError(f"{path}, {where}: reference_date is {value!r}, must be a date YYYY-MM-DD") from error
