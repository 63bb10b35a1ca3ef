"""A city pack on disk: reading and writing ``pack.toml``, and writing the folder whole or not at all.

The folder holds ``pack.toml``, ``city.gpkg`` (the vector layers), one GeoTIFF per raster and the timetable; other files
in it are its user's and stay. A build killed half-way leaves the old pack, or what opening the folder needs to finish
the new one.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import DataError
from kortrijk_geo.files import folder_updated
from kortrijk_geo.geopackage import write_layer
from kortrijk_geo.pack.description import (
    FORMAT_VERSION,
    OUR_WORDS,
    PACK_FILE,
    TARGETS_FILE,
    VECTOR_FILE,
    Added,
    LayerRecord,
    PackInfo,
    read_info,
)
from kortrijk_geo.pack.layers import LAYERS, RASTERS
from kortrijk_geo.pack.validation import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

__all__ = [
    "FORMAT_VERSION", "PACK_FILE", "TARGETS_FILE", "VECTOR_FILE", "Added", "LayerRecord", "PackInfo", "file_digest",
    "frame_digest", "read_info", "write_pack",
]  # fmt: skip


def write_pack(
    out: Path,
    info: PackInfo,
    layers: Mapping[str, pd.DataFrame],
    rasters: Mapping[str, Path] | None = None,
    *,
    targets: Path | None = None,
    replace_other: bool = False,
    waiting: Callable[[str], None] = lambda _: None,
) -> PackInfo:
    """Validate the layers and write the pack to the folder ``out``, replacing what a pack that stands there names.

    Parameters
    ----------
    out
        Folder of the pack; `kortrijk_geo.pack.place` says which folders are refused. Other files in it stay.
    info
        Name, CRS and a `LayerRecord` for every layer and raster that is given.
    layers
        GeoDataFrames (or tables) by layer name, in the pack's CRS.
    rasters
        GeoTIFF files by raster name, and the timetable; they are copied into the pack.
    targets
        File of what the city wants, like ``targets.toml``; it is copied into the pack.
    replace_other
        Also replace the pack of another city, and layers that its user added to ``city.gpkg``.
    waiting
        Called with a sentence when another run has the folder.

    Returns
    -------
    PackInfo
        ``info`` with rows and hashes filled in, as written.

    Raises
    ------
    DataError, CrsError
        When a layer breaks its contract, or has no record.
    OutputError
        When the folder cannot be written, or holds what is not to be replaced.
    """
    from kortrijk_geo.pack.place import check_place, remove_leftovers, stale_files

    rasters = rasters or {}
    info = replace(info, targets_sha256="" if targets is None else file_digest(targets))
    without = sorted((set(layers) - set(info.layers)) | (set(rasters) - set(info.rasters)))
    if without:
        raise DataError(f"{out}: no source is recorded for {', '.join(without)}")
    unknown = sorted((set(layers) - set(LAYERS)) | (set(rasters) - set(RASTERS)))
    if unknown:
        raise DataError(f"{out}: no layer or raster is called {', '.join(unknown)}")
    absent = [name for name, layer in LAYERS.items() if layer.required and name not in layers]
    if absent:
        raise DataError(f"{out}: a pack needs the layers {', '.join(absent)}")
    checked = {name: validate(name, layers[name], crs=info.crs, origin=str(out)) for name in LAYERS if name in layers}
    check_place(out, info, rasters, replace_other=replace_other)
    with folder_updated(
        out, [], last=(PACK_FILE,), stale=lambda new: stale_files(out, new), waiting=waiting
    ) as building:
        check_place(out, info, rasters, replace_other=replace_other)  # again, now that nobody else writes here
        records = {}
        for name, frame in checked.items():
            write_layer(building / VECTOR_FILE, name, frame)
            records[name] = replace(info.layers[name], rows=len(frame), sha256=frame_digest(frame))
        raster_records = {}
        for name, path in sorted(rasters.items()):
            shutil.copyfile(path, building / RASTERS[name].file)
            raster_records[name] = replace(info.rasters[name], sha256=file_digest(path))
        if targets is not None:
            shutil.copyfile(targets, building / TARGETS_FILE)
        vectors = file_digest(building / VECTOR_FILE)
        written = replace(info, layers=records, rasters=raster_records, vectors_sha256=vectors)
        (building / PACK_FILE).write_text(_to_toml(written), encoding="utf-8")
    remove_leftovers(out)
    return written


def frame_digest(frame: pd.DataFrame) -> str:
    """Hash the content of a layer: column names, values and geometries, in order."""
    import pandas as pd
    import shapely

    table = pd.DataFrame(frame).drop(columns="geometry", errors="ignore")
    digest = hashlib.sha256("\t".join(map(str, table.columns)).encode())
    digest.update(table.to_csv(index=False, lineterminator="\n").encode())
    if "geometry" in frame.columns:
        digest.update(b"".join(shapely.to_wkb(_as_stored(frame.geometry.to_numpy()))))
    return digest.hexdigest()


def _as_stored(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Geometries as a GeoPackage gives them back: where single and multi are mixed, all are multi."""
    import numpy as np
    import shapely
    from shapely import GeometryType

    kinds = set(np.unique(shapely.get_type_id(shapes)).tolist()) - {GeometryType.MISSING}
    makes: dict[frozenset[int], Callable[..., npt.NDArray[np.object_]]] = {
        frozenset({GeometryType.POLYGON, GeometryType.MULTIPOLYGON}): shapely.multipolygons,
        frozenset({GeometryType.LINESTRING, GeometryType.MULTILINESTRING}): shapely.multilinestrings,
        frozenset({GeometryType.POINT, GeometryType.MULTIPOINT}): shapely.multipoints,
    }
    make = makes.get(frozenset(kinds))
    if make is None:
        return shapes
    parts, rows = shapely.get_parts(shapes, return_index=True)
    return make(parts, indices=rows)


def file_digest(path: Path) -> str:
    """Hash the bytes of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


_SELDOM = ("inventory", "vintage", "estimates", "dates")


def _to_toml(info: PackInfo) -> str:
    raw: dict[str, Any] = asdict(info)
    tables = {kind: raw.pop(kind) for kind in ("layers", "rasters")}
    additions = raw.pop("added")  # which versions before it do not know
    lines = [f"{OUR_WORDS}; read by City. Do not edit: build the pack again from its recipe."]
    published = raw.pop("published")
    for key in ("notes", "targets_sha256"):  # which versions before them do not know
        if not raw[key]:
            del raw[key]
    lines += [f"{key} = {_toml_value(value)}" for key, value in raw.items()]
    for figure in published:
        lines += ["", "[[published]]", *(f"{key} = {_toml_value(value)}" for key, value in figure.items())]
    for added in additions:
        lines += ["", "[[added]]", *(f"{key} = {_toml_value(value)}" for key, value in added.items())]
    for kind, records in tables.items():
        for name, record in records.items():
            # Of most layers nobody says that they are an inventory, of a vintage or an estimate: not written of each.
            said = {key: value for key, value in record.items() if key not in _SELDOM or value}
            lines += ["", f"[{kind}.{name}]", *(f"{key} = {_toml_value(value)}" for key, value in said.items())]
    return "\n".join(lines) + "\n"


def _toml_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_toml_value(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml_value(item)}' for key, item in value.items())} }}"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char >= " " and char != "\x7f" else f"\\u{ord(char):04x}" for char in text) + '"'
