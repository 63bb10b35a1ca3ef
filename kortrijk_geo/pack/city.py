"""City: one opened city pack, read-only, its layers loaded and checked on first use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError, KortrijkGeoError, MissingLayerError
from kortrijk_geo.pack.files import VECTOR_FILE, PackInfo, read_info
from kortrijk_geo.pack.layers import LAYERS, RASTERS
from kortrijk_geo.pack.validation import validate
from kortrijk_geo.results import Source
from kortrijk_geo.text.dates import last_day

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    import pandas as pd

# The streets that a reader recognises a city by.
MAIN_STREETS = frozenset({"motorway", "trunk", "primary", "secondary", "tertiary"})


class City:
    """One city pack.

    Layers are attributes, each a GeoDataFrame in the pack's CRS (metres): ``city.areas``, ``city.homes``,
    ``city.streets`` and so on; see `kortrijk_geo.pack.layers.LAYERS`. Treat them as read-only: `replace`
    gives a changed copy.

    Parameters
    ----------
    folder
        Folder of the pack.
    info
        What its ``pack.toml`` says.
    """

    def __init__(self, folder: Path, info: PackInfo, changed: dict[str, pd.DataFrame] | None = None) -> None:
        self.folder = folder
        self.info = info
        self._loaded: dict[str, pd.DataFrame] = dict(changed or {})
        self._changed = frozenset(self._loaded)

    @property
    def name(self) -> str:
        """Name of the municipality."""
        return self.info.name

    @property
    def crs(self) -> str:
        """CRS of every layer, as an authority code."""
        return self.info.crs

    @property
    def synthetic(self) -> bool:
        """True when the pack, or any of its layers, is invented; every map must then say so."""
        return self.info.synthetic or any(
            record.synthetic for record in (*self.info.layers.values(), *self.info.rasters.values())
        )

    @property
    def digest(self) -> str:
        """Hash of the pack's content; a copy with replaced layers has its own."""
        if not self._changed:
            return self.info.digest
        import hashlib

        from kortrijk_geo.pack.files import frame_digest

        parts = [f"{name}:{frame_digest(self._loaded[name])}" for name in sorted(self._changed)]
        return hashlib.sha256("\n".join([self.info.digest, *parts]).encode()).hexdigest()

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers that this city has, in the order of the contract."""
        return tuple(name for name in LAYERS if name in self.info.layers or name in self._changed)

    @property
    def rasters(self) -> tuple[str, ...]:
        """Names of the rasters that this city has."""
        return tuple(name for name in RASTERS if name in self.info.rasters)

    def has(self, *names: str) -> bool:
        """Whether all these layers and rasters are in the pack."""
        return all(name in self.layers or name in self.rasters for name in names)

    def require(self, *names: str, theme: str) -> None:
        """Raise `MissingLayerError`, naming layer, pack and recipe line, unless all layers and rasters are there."""
        for name in names:
            if not self.has(name):
                kind = "rasters" if name in RASTERS else "layers"
                raise MissingLayerError(
                    f"{theme} needs {name}, which the pack {self.folder} lacks;"
                    f" add a table [{kind}.{name}] to its recipe and build the pack again"
                )

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Load, check and keep one layer.

        Raises
        ------
        MissingLayerError
            When the pack lacks the layer.
        DataError
            When the file cannot be read or breaks the layer's contract.
        """
        if name not in self._loaded:
            self.require(name, theme="This question")
            self._loaded[name] = self._read(name)
        return self._loaded[name]

    def raster(self, name: str) -> Path:
        """Path of the GeoTIFF of one raster; `MissingLayerError` when the pack lacks it."""
        self.require(name, theme="This question")
        return self.folder / f"{name}.tif"

    def replace(self, **layers: pd.DataFrame) -> City:
        """Return a copy of this city in which the named layers are replaced; this city stays as it is.

        Raises
        ------
        DataError
            When a frame breaks its layer's contract.
        """
        checked = {name: validate(name, frame, crs=self.crs, origin="City.replace") for name, frame in layers.items()}
        return City(self.folder, self.info, {**{name: self._loaded[name] for name in self._changed}, **checked})

    def context(self) -> dict[str, gpd.GeoDataFrame]:
        """Return what orients the eye on a map, where the pack has it: boundary, main streets, rail, water, green."""
        found = {"boundary": self.boundary}
        if self.has("streets"):
            found["main_streets"] = self.streets[self.streets["kind"].isin(MAIN_STREETS)]
        if self.has("constraints"):
            found["rail"] = self.constraints[self.constraints["kind"] == "rail"]
        found.update({name: self.layer(name) for name in ("water", "green") if self.has(name)})
        return {name: frame for name, frame in found.items() if len(frame)}

    def sources(self, *names: str) -> list[Source]:
        """Return the sources of these layers and rasters, each once, in the order given."""
        records = {**self.info.layers, **self.info.rasters}
        found = [Source(r.source, r.reference_date, r.licence) for n in names if (r := records.get(n)) is not None]
        return list(dict.fromkeys(found))

    def reference_day(self, *names: str) -> dt.date | None:
        """Return the day that the first of these layers with a reference date describes: of a year its last.

        Raises
        ------
        DataError
            When that reference date is no date.
        """
        for name in names:
            record = self.info.layers.get(name)
            if record is not None and (text := record.reference_date.strip()):
                try:
                    return last_day(text)
                except ValueError as error:
                    raise DataError(
                        f"{self.folder}, layer {name}: reference date {text!r} is neither a year nor a date YYYY-MM-DD;"
                        " correct it in the recipe"
                    ) from error
        return None

    def _read(self, name: str) -> pd.DataFrame:
        import pyogrio

        from kortrijk_geo.gdal_files import geopackage_source

        path = self.folder / VECTOR_FILE
        try:
            frame = pyogrio.read_dataframe(geopackage_source(path, layer=name), layer=name)
        except KortrijkGeoError:
            raise
        # Whatever a damaged file makes of pyogrio, pyproj and shapely: the file is at fault.
        except Exception as error:
            raise DataError(f"{path}, layer {name}: cannot be read ({error}); build the pack again") from error
        return validate(name, frame, crs=self.crs, origin=str(path))

    def _repr_html_(self) -> str:
        """Show what the pack holds in a notebook, layer by layer with source and date; no layer is read for it."""
        from kortrijk_geo.text.dutch import UNKNOWN
        from kortrijk_geo.text.notebook import html_head, html_table

        records = {**self.info.layers, **self.info.rasters}
        rows = [
            [name, record.source or UNKNOWN, record.reference_date or UNKNOWN, "ja" if record.synthetic else "nee"]
            for name, record in records.items()
        ]
        about = f"{self.name}, NIS-code {self.info.nis_code or UNKNOWN}, {self.crs}, kenmerk {self.digest[:12]}"
        head = html_head(about, synthetic=self.synthetic)
        return str(head + html_table(("laag", "bron", "toestand", "fictief"), rows))

    def __getattr__(self, name: str) -> gpd.GeoDataFrame:
        if name.startswith("_") or name not in LAYERS:
            raise AttributeError(f"a City has no attribute {name!r}")
        return self.layer(name)

    def __dir__(self) -> list[str]:
        """List the layers that this city has beside the rest, for completion."""
        return sorted({*super().__dir__(), *self.layers})

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__.copy()

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)

    def __repr__(self) -> str:
        mark = ", synthetic" if self.synthetic else ""
        return f"City({self.name!r}, {len(self.layers)} layers, {self.crs}{mark})"


def open_city(folder: str | Path) -> City:
    """Open the city pack in ``folder``; layers are read when they are first asked for.

    Raises
    ------
    MissingFileError
        When the folder is no pack.
    DataError
        When its description is broken or newer than this version.
    """
    path = Path(folder)
    return City(path, read_info(path))
