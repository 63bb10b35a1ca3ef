"""Rows of a table that get the place of their address in the pack; which got none, or nearly none, is told by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.report import NEAREST_NUMBER, NO_HOUSE, REREAD, named
from kortrijk_geo.ingest.tables import code_text, find_column
from kortrijk_geo.pack.address_text import address_rules
from kortrijk_geo.pack.addresses import AddressBook, AddressMatch, AddressMiss

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from kortrijk_geo.ingest.recipe_parts import Part
    from kortrijk_geo.ingest.report import Findings

_PARTS = ("street", "number", "box")
_TOWN = ("postcode", "municipality")
_MOST_LISTED = 50
_WHY = {
    "unreadable": "cannot be read as an address",
    "no number": "has no house number",
    "no street": "no such street",
    "elsewhere": "no such street in that town",
    "no number near": "no such number nor one near it",
    "several": "could be several",
}


@dataclass(frozen=True)
class _Asked:
    """The cells of one row that make its address."""

    cells: dict[str, str]

    @property
    def text(self) -> str:
        whole = self.cells.get("address") or f"{self.cells.get('street', '')} {self.number}".strip()
        town = " ".join(filter(None, (self.cells.get(key, "") for key in _TOWN)))
        return f"{whole}, {town}".strip(", ")

    @property
    def number(self) -> str:
        number, box = self.cells.get("number", ""), self.cells.get("box", "")
        return f"{number} bus {box}" if number and box else number

    def find(self, book: AddressBook) -> AddressMatch | AddressMiss:
        if "address" in self.cells:
            return book.find(self.text)
        return book.find_parts(
            self.cells["street"], self.number,
            postcode=self.cells.get("postcode", ""), municipality=self.cells.get("municipality", ""),
        )  # fmt: skip


def place_rows(
    rows: pd.DataFrame, table: pd.DataFrame, part: Part, book: AddressBook, *, name: str, crs: str, findings: Findings
) -> gpd.GeoDataFrame:
    """Give rows of a layer the place of their address.

    Parameters
    ----------
    rows
        Rows of the layer, of the same index as ``table``; some rows of the table may have been left out.
    table
        Rows of the file as read, with the columns of the address.
    part
        Its table in the recipe.
    book
        The addresses of the pack, in ``crs``.
    name
        The file, for messages.

    Returns
    -------
    GeoDataFrame
        The rows that have a house.

    Raises
    ------
    DataError
        When the columns of the address are not clear, or more rows than the stated share have no house.
    """
    asked, answers = _ask(table.loc[rows.index], address_columns(table, part, name), book)
    lost = [
        _lost(row, question, answer)
        for row, question, answer in zip(rows.index, asked, answers, strict=True)
        if isinstance(answer, AddressMiss)
    ]
    most = float(part.get("most_left_out", address_rules().most_left_out))
    if lost and (len(lost) > most * len(rows) or len(lost) == len(rows)):
        raise DataError(
            f"{name}: {len(lost):,} of {len(rows):,} rows have no house in layer addresses, more than"
            f" most_left_out = {most:g} allows: {named(lost, 5)}; name the columns in {part.table} (street, number,"
            " postcode, municipality, or address), or choose rows with where"
        )
    _report(part.layer, name, lost, list(zip(rows.index, asked, answers, strict=True)), findings)
    there = np.array([isinstance(answer, AddressMatch) for answer in answers], dtype=bool)
    places = [shapely.Point(answer.x, answer.y) for answer in answers if isinstance(answer, AddressMatch)]
    return gpd.GeoDataFrame(rows[there].drop(columns="geometry", errors="ignore"), geometry=places, crs=crs)


def misses(table: pd.DataFrame, part: Part, book: AddressBook, *, name: str) -> dict[Any, AddressMiss]:
    """Return which rows of a table have no house in the pack, by their number, and why; errors as `place_rows`."""
    _, answers = _ask(table, address_columns(table, part, name), book)
    return {row: one for row, one in zip(table.index, answers, strict=True) if isinstance(one, AddressMiss)}


def _ask(
    table: pd.DataFrame, columns: Mapping[str, str], book: AddressBook
) -> tuple[list[_Asked], list[AddressMatch | AddressMiss]]:
    texts = {key: code_text(table[column]).fillna("") for key, column in columns.items()}
    asked = [_Asked(dict(zip(texts, cells, strict=True))) for cells in zip(*texts.values(), strict=True)]
    return asked, [question.find(book) for question in asked]


def _lost(row: object, asked: _Asked, miss: AddressMiss) -> str:
    if not asked.text:
        return f"row {row} (has no address)"
    near = f"; nearest: {' or '.join(miss.nearest)}" if miss.nearest else ""
    return f"row {row} {asked.text!r} ({_WHY[miss.reason]}{near})"


def _report(
    layer: str,
    name: str,
    lost: list[str],
    answers: list[tuple[object, _Asked, AddressMatch | AddressMiss]],
    findings: Findings,
) -> None:
    if lost:
        findings.add("warning", layer, f"{name}: {len(lost):,} {NO_HOUSE}: {named(lost, _MOST_LISTED)}", len(lost))
    placed = [(row, asked, answer) for row, asked, answer in answers if isinstance(answer, AddressMatch)]
    near = [f"row {row} {asked.text!r} at {at.address!r}" for row, asked, at in placed if at.level == "nearest"]
    reread = [f"row {row} {asked.text!r} at {at.address!r}" for row, asked, at in placed if not at.same_street]
    if near:
        text = f"{name}: {len(near):,} {NEAREST_NUMBER}: {named(near, _MOST_LISTED)}"
        findings.add("warning", layer, text, len(near))
    if reread:
        text = f"{name}: {len(reread):,} {REREAD}: {named(reread, _MOST_LISTED)}"
        findings.add("warning", layer, text, len(reread))
    boxes = [f"row {row} at {at.address!r}" for row, _, at in placed if at.level in {"without box", "in range"}]
    if boxes:
        text = f"{name}: {len(boxes):,} rows stand at their house, without box, letter or range: {named(boxes)}"
        findings.add("info", layer, text, len(boxes))


def address_columns(table: pd.DataFrame, part: Part, name: str) -> dict[str, str]:
    """Return the columns of the address: those that the recipe names, others by their usual names.

    Raises
    ------
    DataError
        When there are none, or several that could be meant.
    """
    said = {
        key: find_column(table, part.options[key], where=f"{name}, {key}")
        for key in ("address", *_PARTS, *_TOWN)
        if part.options.get(key)
    }
    whole, parts = "address" in said, "street" in said or "number" in said
    usual = {key: _usual(table, key, set(said.values())) for key in ("address", *_PARTS, *_TOWN) if key not in said}
    if not whole and not parts and usual["address"] and usual["street"]:
        both = ", ".join(map(repr, (*usual["address"], *usual["street"])))
        raise DataError(f"{name}: {both} are all there; say address = or street = in {part.table}")
    whole = whole or (not parts and bool(usual["address"]))
    wanted = (*(("address",) if whole else _PARTS), *_TOWN)
    for key in wanted:
        if key in said or not (columns := usual[key]):
            continue
        if len(columns) > 1:
            both = ", ".join(map(repr, columns))
            raise DataError(f"{name}: {both} may all be the {key}; say {key} = in {part.table}")
        said[key] = columns[0]
    if not whole and "street" not in said:
        raise DataError(
            f"{name}: no column of it is called as addresses are; say address =, or street = and number =, in"
            f" {part.table} (found: {', '.join(map(str, table.columns[:30]))})"
        )
    return {key: said[key] for key in wanted if key in said}


def _usual(table: pd.DataFrame, key: str, taken: set[str]) -> list[str]:
    names = getattr(address_rules().columns, key)
    texts = [str(column) for column in table.columns if str(column) not in taken]
    return [text for text in texts if " ".join(text.casefold().replace("_", " ").split()) in names]
