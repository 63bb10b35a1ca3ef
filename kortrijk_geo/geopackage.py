"""Writing GeoPackages: the same frames give the same bytes, whole or not at all, with how QGIS draws them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kortrijk_geo.files import file_replacing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

# GeoPackage stamps every layer with the time of writing; a fixed stamp keeps equal packs equal byte for byte.
_STAMP = "2000-01-01T00:00:00.000Z"
# SQLite would wait for the disk some twenty times a layer, for a power cut, which `kortrijk_geo.journal` tells of.
_WRITING_OPTIONS = {"OGR_CURRENT_DATE": _STAMP, "OGR_SQLITE_SYNCHRONOUS": "OFF"}
_STYLES = "layer_styles"
_INDEXED = (
    "SELECT table_name FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'"
    " AND EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'rtree_' || table_name || '_' || column_name)"
)
_LEAST_PROBE = 1_000_000


@dataclass(frozen=True)
class LayerStyle:
    """How QGIS draws a layer of a GeoPackage, which may have several styles, each with a name of its own.

    ``qml`` is its style file; ``default`` marks the one that QGIS takes by itself.
    """

    table: str
    name: str
    qml: str
    default: bool = False


def write_layer(
    path: Path, name: str, frame: pd.DataFrame, *, about: str = "", title: str = "", **options: str
) -> None:
    """Add the frame to the GeoPackage ``path`` as layer ``name``; the same frames give the same bytes.

    ``title`` and ``about`` are what QGIS shows as the layer's title and description, ``options`` further ones of GDAL.

    Raises
    ------
    OSError
        When the file cannot be written; what it then holds is of no use. `file_replacing` tells which file that is.
    """
    _add_layer(path, name, frame, {"IDENTIFIER": title, "DESCRIPTION": about, **options})
    _check_whole(path, {name: frame})


def _add_layer(path: Path, name: str, frame: pd.DataFrame, options: Mapping[str, str]) -> None:
    import pyogrio

    mode = _usual_mode(path) if not path.exists() else path.stat().st_mode
    previous = {option: pyogrio.get_gdal_config_option(option) for option in _WRITING_OPTIONS}
    pyogrio.set_gdal_config_options(_WRITING_OPTIONS)
    try:
        described = {key: text for key, text in options.items() if text}
        chosen = {"layer_options": described} if described else {}
        pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", append=path.exists(), **chosen)
        path.chmod(mode)  # SQLite keeps to the umask for its owner alone
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _disk_error(path, str(error).rpartition(" failed: ")[2]) from error
    finally:
        pyogrio.set_gdal_config_options(previous)


def _usual_mode(path: Path) -> int:
    """Return the mode of a file that is made here, by the umask and what else the folder says."""
    path.touch()
    mode = path.stat().st_mode
    path.unlink()
    return mode


def _check_whole(path: Path, layers: Mapping[str, pd.DataFrame]) -> None:
    """Raise `OSError` when a layer lacks rows or its spatial index: GDAL keeps silent when there is no room for those.

    SQLite is asked what GDAL would answer, for all layers at once: GDAL opens a file in a third of the time in which
    it writes a small layer.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            rows = dict(base.execute("SELECT table_name, feature_count FROM gpkg_ogr_contents"))
            drawn = {name for (name,) in base.execute("SELECT table_name FROM gpkg_geometry_columns")}
            indexed = {name for (name,) in base.execute(_INDEXED)}
    except sqlite3.Error as error:
        raise _disk_error(path, str(error)) from error
    for name, frame in layers.items():
        if rows.get(name) != len(frame) or name in drawn - indexed:
            raise _disk_error(path, f"layer {name} is incomplete")


def _disk_error(path: Path, otherwise: str) -> OSError:
    """Return what the disk says, which GDAL does not pass on, by writing as much again to the file that failed."""
    try:
        with path.open("ab") as stream:
            stream.write(bytes(max(path.stat().st_size, _LEAST_PROBE)))
    except OSError as error:
        return error
    return OSError(otherwise)


def write_geopackage(
    path: str | Path,
    layers: Mapping[str, pd.DataFrame],
    *,
    about: str = "",
    titles: Mapping[str, str] | None = None,
    styles: Sequence[LayerStyle] = (),
) -> None:
    """Write each frame as a layer of one GeoPackage, in the order given, all with the same description.

    ``titles`` are theirs by name, and ``styles`` how QGIS draws them.
    """
    with file_replacing(path) as building:
        for name, frame in layers.items():
            _add_layer(building, name, frame, {"IDENTIFIER": (titles or {}).get(name, ""), "DESCRIPTION": about})
        tables = dict(layers)
        if styles:
            tables[_STYLES] = _style_table(styles)
            options = {"DESCRIPTION": about, "FID": "id", "DATETIME_PRECISION": "MILLISECOND"}
            _add_layer(building, _STYLES, tables[_STYLES], options)
        if tables:
            _check_whole(building, tables)


def _style_table(styles: Sequence[LayerStyle]) -> pd.DataFrame:
    """Return the table in which QGIS looks for styles, as it makes it itself; an absent schema is an empty text."""
    import pandas as pd

    columns = {
        "f_table_catalog": [""] * len(styles),
        "f_table_schema": [""] * len(styles),
        "f_table_name": [style.table for style in styles],
        "f_geometry_column": ["geom"] * len(styles),
        "styleName": [style.name for style in styles],
        "styleQML": [style.qml for style in styles],
        "styleSLD": [""] * len(styles),
        "useAsDefault": [style.default for style in styles],
        "description": [""] * len(styles),
        "owner": [""] * len(styles),
        "ui": [""] * len(styles),
        "update_time": pd.to_datetime([_STAMP] * len(styles), utc=True),
    }
    return pd.DataFrame(columns)


def read_styles(path: Path) -> list[LayerStyle]:
    """Return the styles of a GeoPackage that `write_geopackage` wrote, in their order; none where it has none."""
    import pyogrio

    if _STYLES not in pyogrio.list_layers(path)[:, 0]:
        return []
    wanted = ("f_table_name", "styleName", "styleQML", "useAsDefault")
    rows = pyogrio.read_dataframe(path, layer=_STYLES, columns=wanted, read_geometry=False)
    return [
        LayerStyle(table, name, qml, default=bool(default))
        for table, name, qml, default in rows[list(wanted)].itertuples(index=False)
    ]
