"""City: one opened city pack, read-only, its layers loaded and checked on first use."""

from __future__ import annotations

import math
from copy import copy
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import DataError, MissingLayerError
from kortrijk_geo.pack.amenities import tags_of
from kortrijk_geo.pack.files import TARGETS_FILE, VECTOR_FILE, PackInfo, file_digest, frame_digest, read_info
from kortrijk_geo.pack.layers import LAYERS, RASTERS, TIMETABLE
from kortrijk_geo.pack.proof import content_digests, file_stamps, is_unfinished, prove, read_layer
from kortrijk_geo.pack.validation import validate
from kortrijk_geo.results import Proof, Source
from kortrijk_geo.text.dates import last_day
from kortrijk_geo.text.dutch import DEMO_TEXT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from kortrijk_geo.pack.proof import Stamp
    from kortrijk_geo.pack.rows import Rows
    from kortrijk_geo.pack.timetable import Timetable

# The streets that a reader recognises a city by.
MAIN_STREETS = frozenset({"motorway", "trunk", "primary", "secondary", "tertiary"})


class City:
    """One city pack.

    Layers are attributes, each a GeoDataFrame in the pack's CRS (metres): ``city.areas``, ``city.homes``,
    ``city.streets`` and so on; see `kortrijk_geo.pack.layers.LAYERS`. Each is a copy of its own: what is written in it
    changes nothing here. `replace` gives a changed copy of the city, which says so.

    Parameters
    ----------
    folder
        Folder of the pack.
    info
        What its ``pack.toml`` says.
    changed
        Frames in place of the layers of these names.
    targets
        File of what this city wants (see ``targets.toml``), where it is not the package's.
    """

    def __init__(
        self,
        folder: Path,
        info: PackInfo,
        changed: Mapping[str, pd.DataFrame] | None = None,
        *,
        targets: Path | None = None,
    ) -> None:
        self.folder = folder
        self.info = info
        self.targets = folder / TARGETS_FILE if targets is None and info.targets_sha256 else targets
        self._loaded: dict[str, pd.DataFrame] = {name: frame.copy() for name, frame in (changed or {}).items()}
        self._changed = frozenset(self._loaded)
        self._parts: dict[tuple[str, ...], pd.DataFrame] = {}
        self._rows: dict[tuple[str, ...], Rows] = {}
        self._stamps: dict[str, Stamp] = {}
        self._digests: dict[str, str] = {}

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
        """Hash of the content that is read: of the pack's files as they are, and of replaced layers."""
        return self.info.digest_of(self._content())

    @property
    def proof(self) -> Proof:
        """Whether this is still the pack that was built, and which layers are not."""
        proof = prove(self.info.recorded, self._content(), self._changed)
        own = self.folder / TARGETS_FILE
        if self.targets != own or (own.is_file() and file_digest(own) == self.info.targets_sha256):
            return proof
        return proof | Proof(changed={"targets": "doelen van de stad"})

    @property
    def changed_layers(self) -> tuple[str, ...]:
        """Layers and rasters whose content is not that of the build: changed in the files, or replaced."""
        return tuple(self.proof.changed)

    @property
    def verified(self) -> bool:
        """Whether all content is proven to be that of the build."""
        return self.proof.verified

    @property
    def warnings(self) -> list[str]:
        """What stands above everything else that a reader sees of it, in Dutch: invented or changed data."""
        return [*([DEMO_TEXT] if self.synthetic else []), *self.proof.sentences]

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
                how = f"add a table [{kind}.{name}] to its recipe and build the pack again"
                if name == TIMETABLE:
                    how = f"add a feed: kortrijk-geo pack add {self.folder} gtfs FEED.zip"
                raise MissingLayerError(f"{theme} needs {name}, which the pack {self.folder} lacks; {how}")

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Load and check one layer, and give a copy of it.

        Raises
        ------
        MissingLayerError
            When the pack lacks the layer.
        DataError
            When the file cannot be read or breaks the layer's contract, or was changed since this city was opened.
        """
        if name not in self._loaded:
            self.require(name, theme="This question")
            frame = read_layer(self.folder, self.info, name)
            self._check_still(VECTOR_FILE)
            self._loaded[name] = frame
        return self._loaded[name].copy()  # geometries of a shallow copy can be written through, under any pandas

    def columns(self, name: str, *columns: str) -> pd.DataFrame:
        """Load those of these columns that a layer has, ``geometry`` among them where it is named; a copy of them.

        Of a layer that is proven to be as it was built, which was checked whole then, no more than these is read. Any
        other is read and checked whole.

        Raises
        ------
        MissingLayerError, DataError
            As `layer`.
        """
        part = (name, *columns)
        if name not in self._loaded and part not in self._parts:
            self.require(name, theme="This question")
            if self._content()[name] == self.info.recorded[name]:
                frame = read_layer(self.folder, self.info, name, columns)
                self._check_still(VECTOR_FILE)
                self._parts[part] = frame
        if part in self._parts:
            return self._parts[part].copy()
        layer = self.layer(name)
        some: pd.DataFrame = layer[[column for column in layer.columns if column in columns]]
        return some

    def rows(self, name: str, *columns: str) -> Rows:
        """Return those of these columns that a layer has as arrays, without pandas where the layer is as it was built.

        Raises
        ------
        MissingLayerError, DataError
            As `layer`.
        """
        from kortrijk_geo.pack.rows import Rows, read_rows

        part = (name, *columns)
        if name not in self._loaded and part not in self._rows:
            self.require(name, theme="This question")
            if self._content()[name] == self.info.recorded[name] and not is_unfinished(self.folder / VECTOR_FILE):
                rows = read_rows(self.folder / VECTOR_FILE, name, columns)
                self._check_still(VECTOR_FILE)
                self._rows[part] = rows
        return self._rows[part] if part in self._rows else Rows.of(name, self.layer(name), columns)

    def raster(self, name: str) -> Path:
        """Path of the file of one raster: a GeoTIFF.

        Raises
        ------
        MissingLayerError
            When the pack lacks it.
        DataError
            When it was changed since this city was opened.
        """
        self.require(name, theme="This question")
        path = self.folder / RASTERS[name].file
        self._check_still(path.name)
        return path

    @cached_property
    def amenity_tags(self) -> list[dict[str, str]]:
        """The tags of every amenity, its category among them, read once: `kortrijk_geo.pack.amenities.tags_of`."""
        return tags_of(self.amenities)

    def timetable(self) -> Timetable:
        """Read the timetable of public transport.

        Raises
        ------
        MissingLayerError
            When the pack lacks it.
        DataError
            When it cannot be read, or was changed since this city was opened.
        """
        from kortrijk_geo.pack.timetable import Timetable

        return Timetable.read(self.raster(TIMETABLE))

    def replace(self, **layers: pd.DataFrame) -> City:
        """Return a copy of this city in which the named layers are replaced; this city stays as it is.

        Raises
        ------
        DataError
            When a frame breaks its layer's contract.
        """
        checked = {name: validate(name, frame, crs=self.crs, origin="City.replace") for name, frame in layers.items()}
        city = City(self.folder, self.info, {**{name: self._loaded[name] for name in self._changed}, **checked})
        city.targets = self.targets
        city._stamps = self._stamps
        city._digests = {name: sha256 for name, sha256 in self._content().items() if name not in layers}
        return city

    def with_targets(self, targets: Path | None) -> City:
        """Return this city with a targets file of its own: monitor and headlines of the themes take goals there."""
        city = copy(self)
        city.targets = targets
        return city

    def add(self, kind: str, file: str | Path, out: str | Path | None = None, **options: Any) -> City:
        """Add a file of the city to this pack, and return the new pack beside it; this one stays as it is.

        Parameters and errors are those of `kortrijk_geo.ingest.adding.add`, which is imported by its name: who reads a
        pack needs nothing of what makes one.

        >>> city.add("childcare", "creches.xlsx", date="2026-01-01", source="Opgroeien")  # doctest: +SKIP
        """
        added: City = import_module("kortrijk_geo.ingest.adding").add(self, kind, file, out, **options)
        return added

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

    @property
    def population(self) -> float:
        """Inhabitants of the study area as its boundary tells them; NaN where it does not."""
        boundary = self.boundary
        return float(boundary["population"].iloc[0]) if "population" in boundary.columns else math.nan

    def source_text(self, *names: str) -> str:
        """Write the sources of these layers and rasters in one line; empty where none is known."""
        return "; ".join(dict.fromkeys(filter(None, map(str, self.sources(*names)))))

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

    def check_files(self) -> None:
        """Hash the files of the pack, once: from then on they must stay as they are."""
        if not self._stamps:
            self._stamps = file_stamps(self.folder, self.info)
            self._digests = content_digests(self.folder, self.info, besides=self._changed)

    def _content(self) -> dict[str, str]:
        """Hash of every layer and raster."""
        self.check_files()
        for name in self._changed - set(self._digests):
            self._digests[name] = frame_digest(self._loaded[name])
        return self._digests

    def _check_still(self, file: str) -> None:
        """Refuse a file that was written since it was hashed: what is read of it would not be what the digest says."""
        self.check_files()
        stamps = file_stamps(self.folder, self.info)
        if stamps[file] != self._stamps[file]:
            now = content_digests(self.folder, self.info, besides=self._changed)
            if any(self._digests[name] != sha256 for name, sha256 in now.items()):
                raise DataError(f"{self.folder / file}: was changed after the pack was opened; open it again")
            self._stamps = stamps

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
        head = html_head(about, self.warnings)
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
    """Open the city pack in ``folder`` and check its files; layers are read when they are first asked for.

    A pack that was changed since it was built opens as well: ``city.changed_layers`` and every output name what is not
    as it was.

    Raises
    ------
    MissingFileError
        When the folder is no pack.
    DataError
        When its description is broken or newer than this version.
    """
    path = Path(folder)
    city = City(path, read_info(path))
    city.check_files()
    return city
