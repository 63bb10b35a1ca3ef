"""Which tables of a recipe read a file that is added to a pack: by the aliases of `pack start`, or as someone says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from kortrijk_geo.errors import DataError, OptionError, did_you_mean
from kortrijk_geo.ingest.adding_ages import age_blocks
from kortrijk_geo.ingest.adding_codes import join_blocks
from kortrijk_geo.ingest.aliases import fold, load_aliases
from kortrijk_geo.ingest.looking import look
from kortrijk_geo.ingest.report import named
from kortrijk_geo.ingest.shaping import select
from kortrijk_geo.ingest.starting_columns import address_of, axes_of
from kortrijk_geo.ingest.starting_proposal import address_block, points_block, vector_block
from kortrijk_geo.ingest.starting_rasters import raster_block, raster_blocks
from kortrijk_geo.ingest.starting_text import Block
from kortrijk_geo.ingest.tables import code_text
from kortrijk_geo.pack.address_text import address_rules
from kortrijk_geo.pack.layers import LAYERS, TIMETABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from kortrijk_geo.ingest.adding_rules import Kind
    from kortrijk_geo.ingest.looking import Rows, Seen
    from kortrijk_geo.pack.city import City

EXPLANATION = "Uitleg"  # the sheet of a template that holds no data
_OF_ADDRESS = ("address", "street", "number", "box", "postcode", "municipality")
_OF_PLACE = (*_OF_ADDRESS, "x", "y", "lon", "lat")


@dataclass(frozen=True)
class Reading:
    """What someone says of a file that is added.

    Parameters
    ----------
    sheet
        Sheet of a workbook, or layer of a vector file.
    columns
        Columns of the layer, by their name in a pack or in Dutch, and those of the file.
    where
        Values of columns of the file, for the rows that are meant.
    source, date, licence, synthetic
        Recorded in the pack; ``date`` is the day that the file describes.
    legend
        Of a raster of codes.
    inventory
        Whether a list of trees holds every tree.
    """

    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    date: str = ""
    licence: str = ""
    synthetic: bool = False
    legend: str = ""
    inventory: bool = False

    @property
    def recorded(self) -> dict[str, Any]:
        """Keys of a table of a recipe that say where it comes from."""
        said = {"source": self.source, "reference_date": self.date, "licence": self.licence}
        flags = {"synthetic": self.synthetic, "inventory": self.inventory}
        return {key: value for key, value in (said | flags).items() if value}


def plan(
    kind: Kind, file: str, addresses: str, folder: Path, reading: Reading, city: City,
    mend: Callable[[pd.DataFrame], pd.DataFrame], say: Callable[[str], None],
) -> list[Block]:  # fmt: skip
    """Return the tables that read a file: that of its layer last, before it one of the addresses it is placed by.

    Parameters
    ----------
    kind
        What the file holds.
    file, addresses
        Names of the file, and of one with addresses (empty without), in ``folder``.
    reading
        What someone says of the file.
    city
        The pack to which it is added.
    mend
        Makes of the rows of the file those that are meant.

    Raises
    ------
    DataError
        When the file cannot be read, or it is not clear which of its columns are meant.
    OptionError
        When someone names a column that is not there.
    """
    if kind.layer == TIMETABLE:
        return [Block(TIMETABLE, TIMETABLE, file, {"file": file, **reading.recorded})]
    seen = look(folder, say)
    if kind.is_raster:
        blocks = [_raster(seen, kind, file, reading, city)]
    else:
        rows = _rows(seen, file, reading.sheet)
        rows = replace(rows, frame=select(mend(rows.frame), reading.where, name=rows.label))
        said = _said(reading.columns, kind, rows)
        if len(kind.counts) > 1:
            blocks = age_blocks(rows, kind.counts, said, city)
        elif kind.column:
            blocks = join_blocks(rows, kind.counts, said, city)
        elif rows.shape:
            blocks = [vector_block(rows, kind.layer, said)]
        else:
            blocks = _of_points(rows, kind, said, city, _address_book(seen, addresses, city))
        if not kind.counts:
            _check_columns(blocks[-1], rows, kind)
    own = [block for block in blocks if block.feeds != "addresses"]
    for block in own:
        if block.refused:
            raise DataError(f"{block.label}: {block.refused}")
        block.keys = {key: value for key, value in block.keys.items() if key != "from"}
        # Of a composition its map of what is sealed is the file, and says where it comes from.
        target = block.keys.get("sealed", block.keys)
        target.pop("from", None)
        target |= reading.recorded
        if reading.where and not kind.is_raster:
            block.keys["where"] = {**block.keys.get("where", {}), **reading.where}
    return blocks


def _rows(seen: Seen, file: str, sheet: str) -> Rows:
    each = [rows for rows in seen.rows if rows.file == file]
    if not each:
        raise DataError(seen.unread.get(file, f"{file}: is neither a table nor a map that can be read"))
    names = {str(rows.keys.get("sheet") or rows.keys.get("layer") or ""): rows for rows in each}
    if sheet in names:
        return names[sheet]
    if len(each) == 1 and sheet:
        each[0].keys["sheet" if not each[0].shape else "layer"] = sheet  # who reads it says whether it is there
        return each[0]
    if sheet:
        raise OptionError.of_choice("sheet", sheet, names)
    shown = {name: rows for name, rows in names.items() if name != EXPLANATION}
    if len(shown) > 1:
        raise DataError(f"{file}: has several sheets or layers with rows ({named(shown)}); name one with --sheet")
    return next(iter(shown.values()))


def _said(columns: Mapping[str, str], kind: Kind, rows: Rows) -> dict[str, str]:
    """Return which columns of the layer, and of its place, are which of the file, as someone says."""
    contract = kind.contract
    known = {fold(name): column for column in contract.columns
             for name in (*load_aliases().of_column(contract.name, column), column)}  # fmt: skip
    # The name of a column in a pack goes before what another may be called.
    known |= {fold(column): column for column in contract.columns} | {fold(name): name for name in _OF_PLACE}
    if kind.counts:
        known |= {fold(name): "subarea_id" for name in ("sector_id", "subarea_id", "sectorcode")}
    said: dict[str, str] = {}
    for name, source in columns.items():
        if fold(name) not in known:
            raise OptionError(f"--map {name}: layer {contract.name} has no such column{did_you_mean(name, known)}")
        taken = [column for column in rows.columns if column == source] or [
            column for column in rows.columns if fold(column) == fold(source)
        ]
        if len(taken) != 1:
            hint = did_you_mean(source, rows.columns)
            raise OptionError(
                f"--map {name}={source}: {rows.label} has no such column{hint} (found: {named(rows.columns, 30)})"
            )
        said[known[fold(name)]] = taken[0]
    return said


def _address_book(seen: Seen, addresses: str, city: City) -> list[Block] | None:
    """Return the table of a file with addresses; none when the pack has them, None when nothing has."""
    if not addresses:
        return [] if city.has("addresses") else None
    rows = _rows(seen, addresses, "")
    extent = gpd.GeoSeries(city.boundary.geometry)
    if rows.shape:
        block = vector_block(rows, "addresses")
    elif axes := axes_of(rows):
        block = points_block(rows, "addresses", axes, extent)
    else:
        raise DataError(f"{rows.label}: has no coordinates, so no row can be placed by its addresses")
    if block.refused:
        raise DataError(f"{rows.label}: {block.refused}")
    lacking = sorted({"street", "house_number"} - set(block.keys.get("columns", {})))
    if lacking:
        raise DataError(
            f"{rows.label}: has no column {' and '.join(lacking)}, so no row can be placed by its addresses"
            f" (found: {named(rows.columns, 30)})"
        )
    block.keys.pop("from", None)
    return [block]


def _of_points(rows: Rows, kind: Kind, said: Mapping[str, str], city: City, book: list[Block] | None) -> list[Block]:
    address = _filled(rows, _address(rows, said)) if kind.place == "address" else {}
    axes = _filled(rows, {key: said[key] for key in ("lon", "lat", "x", "y") if key in said} or axes_of(rows))
    if address and book is not None:
        return [*book, address_block(rows, kind.layer, address, said)]
    if axes:
        return [points_block(rows, kind.layer, axes, gpd.GeoSeries(city.boundary.geometry), said)]
    if address:
        raise DataError(
            f"{rows.label}: has addresses, but the pack {city.folder} has none to find them by; name a file with"
            " streets, numbers, postcodes and coordinates with --addresses, or add columns x and y"
        )
    raise DataError(
        f"{rows.label}: no column tells where a row lies; add columns {_ways(kind)}, or name them with --map"
        f" (found: {named(rows.columns, 30)})"
    )


def _filled(rows: Rows, columns: dict[str, str]) -> dict[str, str]:
    """Return columns of a place when each of the first two has a value on some row: a template has them all."""
    first = list(columns.values())[:2]
    return columns if all(code_text(rows.frame[column]).fillna("").ne("").any() for column in first) else {}


def _ways(kind: Kind) -> str:
    return "straat, huisnummer and postcode, or x and y" if kind.place == "address" else "x and y"


def _address(rows: Rows, said: Mapping[str, str]) -> dict[str, str]:
    chosen = {key: said[key] for key in _OF_ADDRESS if key in said}
    if "address" in chosen or "street" in chosen:
        return chosen
    if parts := address_of(rows):
        return parts | chosen
    words = {fold(word) for word in address_rules().columns.address}
    whole = [column for column in rows.columns if fold(column) in words]
    return {"address": whole[0]} | chosen if len(whole) == 1 else {}


def _check_columns(block: Block, rows: Rows, kind: Kind) -> None:
    """Refuse a file without a column that the layer, or the themes that read it, must have."""
    contract = LAYERS[kind.layer]
    taken = {*block.keys.get("columns", {}), *block.keys.get("values", {}), contract.key, "tags"}
    required = [name for name, spec in contract.columns.items() if spec.required and not spec.nullable]
    for column in (*required, *kind.needs):
        if column in taken:
            continue
        dutch = load_aliases().of_column(kind.layer, column)[0]
        _no_column(rows, column, dutch, [line for line in block.open_ if line.startswith(f"columns.{column} ")])


def _no_column(rows: Rows, column: str, dutch: str, doubtful: Sequence[str]) -> None:
    likely = [line.partition(" = ")[2].partition("   #")[0].strip('"') for line in doubtful]
    raise DataError(
        f"{rows.label}: no column is surely {dutch} ({column}); name it with --map {column}=COLUMN"
        f" (found: {named([*likely, *(name for name in rows.columns if name not in likely)], 30)})"
    )


def _raster(seen: Seen, kind: Kind, file: str, reading: Reading, city: City) -> Block:
    pictures = [picture for picture in seen.rasters if picture.file == file]
    if not pictures:
        raise DataError(seen.unread.get(file, f"{file}: is no raster that can be read"))
    extent = gpd.GeoSeries(city.boundary.geometry)
    if reading.legend:
        return raster_block(kind.layer, pictures, extent, city.crs, {"legend": reading.legend})
    blocks, _ = raster_blocks(pictures, extent, city.crs)
    own = [block for block in blocks if block.feeds == kind.layer]
    if not own:
        raise DataError(f"{file}: nothing in its name tells what its codes mean; name it with --legend bbk")
    return own[0]
