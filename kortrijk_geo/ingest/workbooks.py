"""Sheets of XLSX workbooks, row by row, as Excel, LibreOffice, ministries and exporters write them.

Only what a table needs is read: names and states of sheets, cells, shared texts, and which number formats are dates.
Styles, properties, charts and the ``<dimension>`` that a sheet claims are not looked at, so that none of them can be
wrong. Elements are known by their local names: transitional and strict OOXML differ in their namespaces only.
"""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from kortrijk_geo.errors import DataError, each, nearest, reading
from kortrijk_geo.ingest.files import read_member
from kortrijk_geo.ingest.table_limits import table_limits

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NO_WORKBOOK = "is not the Excel workbook that its name says, or a damaged one"
_OLE = b"\xd0\xcf\x11\xe0"
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Formats of dates in East Asian versions of Excel, which have a number and no text.
_EAST_ASIAN_DATES = frozenset({*range(27, 37), *range(50, 59)})
LAST_COLUMN = 16_384

Row = tuple[int, Iterable[tuple[int, Any]]]


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: its name, its part of the archive, whether it is hidden, whether it holds cells."""

    name: str
    member: str
    hidden: bool
    cells: bool


@dataclass
class Workbook:
    """A workbook, and what was counted in the sheet that was read last."""

    origin: str
    archive: zipfile.ZipFile
    sheets: list[Sheet]
    epoch: dt.datetime
    to_compute: bool
    uncomputed: list[str] = field(default_factory=list)
    hidden_rows: int = 0
    _texts: list[str] | None = None
    _dates: list[bool] | None = None

    def rows(self, sheet: Sheet) -> Iterator[Row]:
        """Give the rows of a sheet that have cells: number of the row, and place (from 0) and value of its cells."""
        self.uncomputed, self.hidden_rows = [], 0
        number = 0
        for row in self._elements(sheet.member, "row"):
            claimed = row.get("r", "")
            previous, number = number, int(claimed) if claimed.isdecimal() else number + 1
            if number <= previous:
                raise DataError(f"{self.origin}, sheet {sheet.name}: row {number} stands after row {previous}")
            self.hidden_rows += row.get("hidden") in {"1", "true"}
            yield number, self._row(row, number, f"{self.origin}, sheet {sheet.name}")

    def holds_table(self, sheet: Sheet) -> bool:
        """Whether two rows of a sheet have two cells and more."""
        wide = 0
        for _, cells in self.rows(sheet):
            wide += sum(not is_blank(value) for _, value in cells) > 1
            if wide > 1:
                return True
        return False

    def _row(self, row: Element, number: int, origin: str) -> list[tuple[int, Any]]:
        cells: list[tuple[int, Any]] = []
        place = -1
        for cell in row:
            if _local(cell) != "c":
                continue
            address = cell.get("r", "")
            named = _CELL.fullmatch(address)
            place = _column(named[1]) if named else place + 1
            if place >= LAST_COLUMN:
                raise DataError(f"{origin}: row {number} goes beyond column XFD, the last of Excel")
            parts = {_local(part): part for part in cell}
            value = self._value(cell, parts, f"{origin}: cell {address or f'{place + 1} of row {number}'}")
            if "f" in parts and self._was_not_computed(cell, value):
                self.uncomputed.append(address or f"row {number}")
                value = None
            if value is not None:
                cells.append((place, value))
        return cells

    def _was_not_computed(self, cell: Element, value: Any) -> bool:
        """Whether a formula has no result; programs that leave all to the next one to open the file write 0 for it."""
        if value is None:
            return not any(_local(part) == "v" for part in cell) or cell.get("t") != "str"
        return self.to_compute and type(value) is int and value == 0

    def _value(self, cell: Element, parts: dict[str, Element], where: str) -> Any:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _text_of(parts["is"]) if "is" in parts else None
        text = (parts["v"].text or "") if "v" in parts else ""
        if kind in {"str", "e"}:
            return _unescaped(text) or None
        text = text.strip()
        if not text:
            return None
        return self._typed(text, kind, cell.get("s", "0"), where)

    def _typed(self, text: str, kind: str, style: str, where: str) -> Any:
        if kind == "s":
            texts = self.texts()
            if not text.isdecimal() or int(text) >= len(texts):
                raise DataError(f"{where} has shared text {text[:20]}, which the workbook lacks")
            return texts[int(text)]
        if kind == "b":
            return text not in {"0", "false"}
        if kind == "d":
            with reading(where):
                return dt.datetime.fromisoformat(text)
        return self._number(text, style, where)

    def _number(self, text: str, style: str, where: str) -> Any:
        try:
            number = float(text)
        except ValueError as error:
            raise DataError(f"{where}: has {text[:30]!r}, which is not a number") from error
        dates = self.dates()
        if style.isdecimal() and int(style) < len(dates) and dates[int(style)]:
            # A number that no calendar has stays the number that it is.
            try:
                return from_excel(number, self.epoch)
            except (OverflowError, ValueError):
                return number
        return int(number) if number.is_integer() and abs(number) < 1e15 else number

    def texts(self) -> list[str]:
        """Texts that cells share."""
        if self._texts is None:
            member = _member(self.archive, "sharedstrings.xml")
            self._texts = []
            for item in self._elements(member, "si") if member else ():
                self._texts.append(_text_of(item))
                refuse_more_cells(len(self._texts), self.origin)
        return self._texts

    def dates(self) -> list[bool]:
        """Of each cell format, whether it shows a date."""
        if self._dates is None:
            self._dates = []
            member = _member(self.archive, "styles.xml")
            if member:
                styles = _tree(self.archive, member, self.origin)
                own = {format_.get("numFmtId"): format_.get("formatCode", "") for format_ in _all(styles, "numFmt")}
                used = [format_.get("numFmtId", "0") for table in _all(styles, "cellXfs") for format_ in table]
                self._dates = [_is_date(number, own) for number in used]
        return self._dates

    def _elements(self, member: str, name: str) -> Iterator[Element]:
        """Give the elements of a name in a part of the archive, one at a time, so that few are in memory."""
        stream = io.BytesIO(_xml(self.archive, member, self.origin))
        parents: list[Element] = []
        for event, element in each(ET.iterparse(stream, ("start", "end")), self.origin, _NO_WORKBOOK):  # noqa: S314 - see _xml
            if event == "start":
                parents.append(element)
                continue
            parents.pop()
            if _local(element) == name:
                yield element
                if parents:
                    parents[-1].clear()


def open_workbook(content: bytes, origin: str) -> Workbook:
    """Open a workbook.

    Raises
    ------
    DataError
        When it is none, or a damaged, protected or old one.
    """
    if content.startswith(_OLE):
        raise DataError(f"{origin}: is protected with a password, or of before Excel 2007; save it as an .xlsx without")
    with reading(origin, _NO_WORKBOOK):
        archive = zipfile.ZipFile(io.BytesIO(content))
    path = _book_path(archive, origin)
    tree = _tree(archive, str(_member(archive, path)), origin)
    folder, file = posixpath.split(path)
    targets = _relations(archive, posixpath.join(folder, "_rels", f"{file}.rels"), folder, origin)
    sheets = []
    for entry in _all(tree, "sheet"):
        link = next((value for key, value in entry.attrib.items() if key.endswith("}id") or key == "id"), "")
        kind, member = targets.get(link, ("", ""))
        held = _member(archive, member) if kind.endswith("/worksheet") else None
        sheets.append(Sheet(entry.get("name", ""), held or "", entry.get("state", "visible") != "visible", bool(held)))
    if not any(sheet.cells for sheet in sheets):
        raise DataError(f"{origin}: holds no sheet with cells")
    old_mac = any(entry.get("date1904") in {"1", "true"} for entry in _all(tree, "workbookPr"))
    to_compute = any(entry.get("fullCalcOnLoad") in {"1", "true"} for entry in _all(tree, "calcPr"))
    return Workbook(origin, archive, sheets, MAC_EPOCH if old_mac else WINDOWS_EPOCH, to_compute)


def choose_sheet(book: Workbook, wanted: str | None) -> Sheet:
    """Return the sheet that is asked for, or the only one that is not hidden and holds a table.

    Raises
    ------
    DataError
        When there is no such sheet, it is a chart, or several sheets hold a table and none is asked for.
    """
    names = [sheet.name for sheet in book.sheets]
    if wanted is not None:
        fits = [sheet for sheet in book.sheets if sheet.name == wanted]
        folded = wanted.strip().casefold()
        fits = fits or [sheet for sheet in book.sheets if sheet.name.strip().casefold() == folded]
        if len(fits) != 1:
            near = nearest(wanted, names)
            hint = f" (nearest: {near!r})" if near else ""
            raise DataError(f"{book.origin}: has no sheet {wanted!r}; its sheets are {', '.join(names)}{hint}")
        if not fits[0].cells:
            raise DataError(
                f"{book.origin}: sheet {wanted!r} is a chart, without cells; its sheets are {', '.join(names)}"
            )
        return fits[0]
    shown = [sheet for sheet in book.sheets if sheet.cells and not sheet.hidden]
    tables = [sheet for sheet in shown if book.holds_table(sheet)]
    if len(tables) > 1:
        named = ", ".join(repr(sheet.name) for sheet in tables)
        raise DataError(
            f'{book.origin}: {len(tables)} sheets hold a table: {named}; name one, as sheet = "{tables[0].name}"'
        )
    if tables:
        return tables[0]
    hidden = [sheet.name for sheet in book.sheets if sheet.cells and sheet.hidden and book.holds_table(sheet)]
    if hidden:
        raise DataError(
            f"{book.origin}: only hidden sheets hold a table: {', '.join(map(repr, hidden))};"
            f' if that is the right one, say sheet = "{hidden[0]}"'
        )
    return next(sheet for sheet in [*shown, *book.sheets] if sheet.cells)


def refuse_more_cells(cells: int, origin: str) -> None:
    """Raise `DataError` when a table holds more cells than are read."""
    most = table_limits().cells
    if cells > most:
        raise DataError(
            f"{origin}: holds more than the {most:,} cells that are read at most; keep the rows of the city"
        )


def is_blank(value: Any) -> bool:
    """Whether a cell has nothing to read."""
    return value is None or (isinstance(value, str) and not value.strip())


def cell_name(number: int, place: int) -> str:
    """Name a cell as a spreadsheet does.

    Examples
    --------
    >>> cell_name(1_048_576, 16_383)
    'XFD1048576'
    """
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{number}"


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _local(element: Element) -> str:
    return _local_name(element.tag)


@lru_cache(maxsize=1000)
def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _all(tree: Element, name: str) -> Iterator[Element]:
    return (element for element in tree.iter() if _local(element) == name)


def _xml(archive: zipfile.ZipFile, member: str, origin: str) -> bytes:
    """Return a part of the archive; without a DTD, which OOXML forbids, XML can name no other file and cannot swell."""
    content = read_member(archive, member, origin)
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content[:4096]:
        raise DataError(f"{origin}: {_NO_WORKBOOK} ({member} has a DTD)")
    return content


def _tree(archive: zipfile.ZipFile, member: str, origin: str) -> Element:
    content = _xml(archive, member, origin)
    with reading(origin, _NO_WORKBOOK):
        return ET.fromstring(content)  # noqa: S314 - see _xml


def _relations(archive: zipfile.ZipFile, member: str, folder: str, origin: str) -> dict[str, tuple[str, str]]:
    """Return of each relation its type and the part of the archive that it leads to."""
    held = _member(archive, member)
    if held is None:
        raise DataError(f"{origin}: {_NO_WORKBOOK} (it lacks {member})")
    return {
        entry.get("Id", ""): (
            entry.get("Type", ""),
            posixpath.normpath(posixpath.join("/" + folder, entry.get("Target", ""))).lstrip("/"),
        )
        for entry in _all(_tree(archive, held, origin), "Relationship")
    }


def _book_path(archive: zipfile.ZipFile, origin: str) -> str:
    targets = _relations(archive, "_rels/.rels", "", origin).values()
    path = next((member for kind, member in targets if kind.endswith("/officeDocument")), "")
    if path.endswith(".bin"):
        raise DataError(f"{origin}: is a binary workbook (.xlsb); save it as .xlsx")
    if not path or _member(archive, path) is None:
        raise DataError(f"{origin}: {_NO_WORKBOOK}")
    return path


def _member(archive: zipfile.ZipFile, name: str) -> str | None:
    """Return a member by the end of its path, whatever its slashes and capitals."""
    wanted = "/" + name.lower()
    return next((held for held in archive.namelist() if ("/" + held.replace("\\", "/").lower()).endswith(wanted)), None)


def _text_of(item: Element) -> str:
    """Join the runs of a text; the reading aids of Japanese are no part of it."""
    runs = [item, *(run for run in item if _local(run) == "r")]
    return _unescaped("".join(part.text or "" for run in runs for part in run if _local(part) == "t"))


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text) if "_x" in text else text


def _is_date(number: str, own: dict[str | None, str]) -> bool:
    if number in own:
        return bool(is_date_format(own[number]))
    known = int(number) if number.isdecimal() else 0
    return known in _EAST_ASIAN_DATES or bool(is_date_format(BUILTIN_FORMATS.get(known, "General")))
