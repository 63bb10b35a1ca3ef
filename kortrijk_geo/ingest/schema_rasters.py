"""The tables ``[rasters.*]`` of a recipe: keys and legends checked before a raster is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import DataError, did_you_mean
from kortrijk_geo.ingest.landcover_rules import OTHER_UNSEALED, SEALED, load_rules
from kortrijk_geo.ingest.schema_keys import FLAG, NUMBER, RECORD, TABLE, TEXT, WHOLE, Keys, check_options
from kortrijk_geo.pack.layers import RASTERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FILE: Keys = {
    "file": TEXT, "band": WHOLE, "crs": TEXT, "crs_override": FLAG, "nodata": NUMBER, "legend": TEXT, **RECORD,
}  # fmt: skip
_READERS: dict[str, Keys] = {
    "raster": {**_FILE, "pixel_m": NUMBER},
    "compose": {"sealed": TABLE, "green": TABLE, "pixel_m": NUMBER},
    "burn": {"pixel_m": NUMBER},
}
# What the two maps of a composition must be able to say.
_MEANING = {"sealed": "land_cover", "green": "green_cover"}


def raster_options(
    name: str, table: Any, merge: Callable[[Any, Keys, str], dict[str, Any]], path: Path
) -> tuple[str, dict[str, Any], dict[str, dict[str, Any]]]:
    """Check one table ``[rasters.<name>]``.

    Parameters
    ----------
    merge
        Checks the keys of a table and fills in what the source that it names says.

    Returns
    -------
    tuple
        The reader, its options, and the options of the tables inside it (``sealed`` and ``green`` of a composition).

    Raises
    ------
    DataError
        Naming the recipe, the table and the key.
    """
    where = f"[rasters.{name}]"
    if name not in RASTERS:
        raise DataError(f"{path}, {where}: there is no such raster{did_you_mean(name, RASTERS)}")
    reader = table.get("reader") if isinstance(table, dict) else None
    if reader not in _READERS:
        hint = did_you_mean(reader, _READERS)
        raise DataError(f"{path}, {where}: reader is {reader!r}, must be one of {', '.join(_READERS)}{hint}")
    if reader != "raster" and name != "land_cover":
        raise DataError(f"{path}, {where}: reader {reader!r} makes land_cover, not {name}")
    options = merge(table, {"reader": TEXT, **_READERS[reader]}, where)
    options.pop("reader")
    if options.get("pixel_m", 1) <= 0:
        raise DataError(f"{path}, {where}: pixel_m is {options['pixel_m']}, must be more than 0")
    if reader == "raster":
        _check_file(options, name, path, where)
    inner = _inner(options, merge, path, where) if reader == "compose" else {}
    return reader, options, inner


def _inner(
    options: dict[str, Any], merge: Callable[[Any, Keys, str], dict[str, Any]], path: Path, where: str
) -> dict[str, dict[str, Any]]:
    """Check the two maps of a composition: one that says what is sealed and nothing else, and one of green."""
    if "sealed" not in options:
        raise DataError(f"{path}, {where}: reader 'compose' needs a table {where[:-1]}.sealed]")
    inner: dict[str, dict[str, Any]] = {}
    for key in ("sealed", "green"):
        if key in options:
            place = f"{where[:-1]}.{key}]"
            inner[key] = merge(options[key], _FILE, place)
            _check_file(inner[key], _MEANING[key], path, place)
    legend = inner["sealed"]["legend"]
    if not set(load_rules().legends[legend].meaning("land_cover").values()) <= {*SEALED, OTHER_UNSEALED}:
        raise DataError(
            f"{path}, {where[:-1]}.sealed]: the legend {legend!r} tells more than sealed or not;"
            ' it is a land cover of its own, use reader = "raster"'
        )
    return inner


def _check_file(options: dict[str, Any], meaning: str, path: Path, where: str) -> None:
    check_options(options, "", "", path, where)
    if "file" not in options:
        raise DataError(f"{path}, {where}: needs file")
    if options.get("band", 1) < 1:
        raise DataError(f"{path}, {where}: band is {options['band']}, bands are counted from 1")
    legends = load_rules().legends
    legend = options.get("legend")
    if not RASTERS[meaning].codes:
        if legend is not None:
            raise DataError(f"{path}, {where}: {meaning} is measured and has no legend; leave legend out")
        return
    if legend not in legends:
        hint = did_you_mean(legend, legends)
        raise DataError(f"{path}, {where}: legend is {legend!r}, must be one of {', '.join(legends)}{hint}")
    if not legends[legend].feeds(meaning):
        lacking = ", ".join(legends[legend].without(meaning))
        raise DataError(f"{path}, {where}: the legend {legend!r} has codes without a meaning in {meaning}: {lacking}")
