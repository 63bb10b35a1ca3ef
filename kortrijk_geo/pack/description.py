"""``pack.toml``: what a pack is and where its layers come from; what another program or hand wrote is refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.files import finish_interrupted
from kortrijk_geo.rules import Flag, FromZero, Items, Rules, Tables, Text, Whole, as_rules, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT_VERSION = 1
PACK_FILE = "pack.toml"
VECTOR_FILE = "city.gpkg"
TARGETS_FILE = "targets.toml"  # what this city wants, where its recipe names a file of it
EVERY_KIND = "*"  # in ``covers``: whatever kind of place one asks for
OUR_WORDS = "# Written by kortrijk-geo"  # how the file begins


class RecordTable(Rules):
    """Where one layer or raster comes from."""

    source: str
    reference_date: str = ""
    licence: str = ""
    synthetic: Flag = False
    inventory: Flag = False
    notes: Annotated[tuple[str, ...], Items(twice=True, least=0)] = ()
    rows: Annotated[int, Whole(0, 10**12)] = 0
    sha256: str = ""
    covers: Annotated[tuple[Text, ...], Items(least=0)] = ()
    vintage: str = ""
    estimates: dict[str, Text] = Field(default_factory=dict)
    dates: dict[str, str] = Field(default_factory=dict)


class PublishedTable(Rules):
    """A figure of the whole city that somebody published, for what the pack itself cannot tell."""

    theme: Text
    key: Text
    label: Text
    value: float
    unit: str = ""
    date: Text
    source: Text
    remark: str = ""


class AddedTable(Rules):
    """A file that was added to an earlier pack."""

    base: Text
    kind: Text
    recipe: str
    files: Annotated[tuple[Text, ...], Items()]
    sha256: Annotated[tuple[Text, ...], Items(twice=True)]
    corrections: str = ""
    source: str = ""
    date: str = ""
    synthetic: Flag = False


class PackTable(Rules):
    """The whole file."""

    format_version: Annotated[int, Whole(1, 10**6)]
    name: Text
    crs: Text
    nis_code: str = ""
    buffer_m: FromZero = 0.0
    synthetic: Flag = False
    vectors_sha256: str = ""
    targets_sha256: str = ""
    notes: Annotated[tuple[str, ...], Items(twice=True, least=0)] = ()
    published: Annotated[tuple[PublishedTable, ...], Tables()] = ()
    added: Annotated[tuple[AddedTable, ...], Items(least=0)] = ()
    layers: dict[str, RecordTable] = Field(default_factory=dict)
    rasters: dict[str, RecordTable] = Field(default_factory=dict)


@dataclass(frozen=True)
class LayerRecord:
    """Where one layer or raster of a pack comes from.

    Parameters
    ----------
    source
        Who made it, as it is shown to users.
    reference_date
        ISO date the content describes, or empty where unknown.
    licence
        Licence of the source.
    synthetic
        True when the content is invented (the demo city).
    inventory
        True when the layer of trees holds every tree, so that what it lacks is not there.
    notes
        What was repaired, derived, or dropped on the way in, with counts.
    rows
        Number of rows; 0 for rasters.
    sha256
        Hash of the content; filled in by `write_pack`.
    covers
        Kinds of place that the source knows all of, so that a kind without a row does not exist: words of the column
        ``category``, `EVERY_KIND` for all. Empty where nobody said so: then a kind without a row is unknown.
    vintage
        Which division its codes are of (statistical sectors "2021", "2025"); empty where nobody said so.
    estimates
        Columns that nobody counted per row, each with a Dutch sentence that says how the total was spread.
    dates
        Columns that are of another day than the layer, with theirs, empty where nobody told it.
    """

    source: str
    reference_date: str = ""
    licence: str = ""
    synthetic: bool = False
    inventory: bool = False
    notes: tuple[str, ...] = ()
    rows: int = 0
    sha256: str = ""
    covers: tuple[str, ...] = ()
    vintage: str = ""
    estimates: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)

    def date_of(self, column: str) -> str:
        """Return the ISO date that a column describes, empty where unknown."""
        return self.dates.get(column, self.reference_date).strip()


@dataclass(frozen=True)
class Published:
    """A figure of the whole city that somebody published: whose it is, of when, and for which theme.

    Parameters
    ----------
    theme, key
        The theme that would measure it, and the key of its headline.
    label, value, unit
        What it is called in Dutch, and the number.
    date
        ISO date or year.
    source
        Who published it.
    remark
        What it is made of, in Dutch; may be empty.
    """

    theme: str
    key: str
    label: str
    value: float
    date: str
    source: str
    unit: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Added:
    """A file that was added to an earlier pack, with all that is needed to add it again.

    Parameters
    ----------
    base
        Digest of the pack to which it was added.
    kind
        What it holds: a kind of ``kortrijk_geo/ingest/adding.toml``.
    recipe
        Tables of a recipe (TOML) by which it was read.
    files, sha256
        Names of the files that these tables name and of those beside them, and the hash of each.
    corrections
        The one of ``files`` that has corrected rows; empty without.
    source, date, synthetic
        Who made it, the day that it describes, and whether it is invented, as somebody said.
    """

    base: str
    kind: str
    recipe: str
    files: tuple[str, ...]
    sha256: tuple[str, ...]
    corrections: str = ""
    source: str = ""
    date: str = ""
    synthetic: bool = False


@dataclass(frozen=True)
class PackInfo:
    """What ``pack.toml`` says: name, NIS code, CRS, and the record of every layer and raster.

    ``vectors_sha256`` is the hash of the bytes of ``city.gpkg``, by which a pack is checked when it is opened; empty in
    packs that older versions wrote. ``targets_sha256`` is that of its `TARGETS_FILE`, empty where it has none.
    ``notes`` are of no layer: what was left out of a file that feeds several. ``published`` are figures of the whole
    city that others published, ``added`` the files that were added to an earlier pack, in order.
    """

    name: str
    crs: str
    nis_code: str = ""
    buffer_m: float = 0.0
    synthetic: bool = False
    layers: dict[str, LayerRecord] = field(default_factory=dict)
    rasters: dict[str, LayerRecord] = field(default_factory=dict)
    format_version: int = FORMAT_VERSION
    vectors_sha256: str = ""
    targets_sha256: str = ""
    notes: tuple[str, ...] = ()
    published: tuple[Published, ...] = ()
    added: tuple[Added, ...] = ()

    @property
    def recorded(self) -> dict[str, str]:
        """Hash of the content of every layer and raster as it was built; empty where none was recorded."""
        return {name: record.sha256 for name, record in {**self.layers, **self.rasters}.items()}

    @property
    def digest(self) -> str:
        """Hash of the whole pack as it was built; `kortrijk_geo.pack.city.City.digest` is that of what was read."""
        return self.digest_of(self.recorded)

    def digest_of(self, hashes: Mapping[str, str]) -> str:
        """Return the hash of a whole pack that is called so: of every layer's hash, in order of name.

        What its description says of a layer, and figures hang on, is in it too: its date, the kinds of place that it
        knows all of, and whether it is an inventory.
        """
        records = {**self.layers, **self.rasters}
        parts = []
        for name, sha256 in sorted(hashes.items()):
            record = records.get(name)
            said = (record.reference_date, *record.covers, "inventory" * record.inventory) if record else ()
            dated = [f"{column} of {date}" for column, date in sorted(record.dates.items())] if record else []
            parts += [f"{name}:{sha256}", *(f"{name} {text}" for text in (*said, *dated) if text)]
        return hashlib.sha256("\n".join([self.name, self.crs, *parts]).encode()).hexdigest()


def read_info(folder: Path) -> PackInfo:
    """Read ``pack.toml`` of the pack in ``folder``.

    Raises
    ------
    MissingFileError
        When the folder or its ``pack.toml`` does not exist (a build that was cut off leaves none).
    DataError
        When the file is not a pack description, or was written by a newer version.
    OutputError
        When a build was killed while it put its files in place, and nobody may write here to finish that.
    """
    path = folder / PACK_FILE
    finish_interrupted(folder)
    if not path.is_file():
        raise MissingFileError(
            f"{folder} is no city pack: it has no {PACK_FILE}; build it with 'kortrijk-geo pack build'"
        )
    raw = read_toml(path)[0]
    version = raw.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise DataError(
            f"{path}: was written in pack format {version}, this version reads up to {FORMAT_VERSION};"
            " update kortrijk-geo or build the pack again"
        )
    try:
        table = as_rules(PackTable, raw, PACK_FILE)
    except DataError as error:
        why = "; ".join(str(error).splitlines())
        raise DataError(f"{path}: is not a pack description ({why}); build the pack again") from error
    layers, rasters = (
        {name: LayerRecord(**dict(record)) for name, record in records.items()}
        for records in (table.layers, table.rasters)
    )
    return PackInfo(
        table.name,
        table.crs,
        table.nis_code,
        table.buffer_m,
        table.synthetic,
        layers,
        rasters,
        table.format_version,
        vectors_sha256=table.vectors_sha256,
        targets_sha256=table.targets_sha256,
        notes=table.notes,
        published=tuple(Published(**dict(one)) for one in table.published),
        added=tuple(Added(**dict(each)) for each in table.added),
    )
