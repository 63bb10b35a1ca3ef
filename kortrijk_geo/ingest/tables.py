"""Tables from CSV and XLSX files, every cell as the file has it: codes keep their zeros, unknowns stay unknown.

Rows are labelled with their row number in the file, as a spreadsheet shows it, so that a message can name the row.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import itertools
import math
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import pandas as pd

from kortrijk_geo.errors import DataError, did_you_mean, reading
from kortrijk_geo.ingest.files import read_bytes
from kortrijk_geo.ingest.report import BESIDE, HIDDEN, NOT_COMPUTED, NOT_UTF8, named
from kortrijk_geo.ingest.table_limits import table_limits
from kortrijk_geo.ingest.workbooks import cell_name, choose_sheet, is_blank, open_workbook, refuse_more_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from kortrijk_geo.ingest.workbooks import Row

SEPARATORS = ("|", ";", "\t", ",")
# Longer marks first: that of UTF-32 begins as that of UTF-16.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS = {".xlsx", ".xlsm", ".xltx"}
_OTHER_SPREADSHEETS = {".xls", ".xlsb", ".ods", ".numbers"}
_SEPARATOR_LINE = re.compile(r'"?sep=([^\r\n])"?\r?\n', re.IGNORECASE)
_MARKUP = re.compile(rb"^\s*<(!doctype|html|\?xml)", re.IGNORECASE)


@dataclass(frozen=True)
class TableFormat:
    """How a table is written; what is None is found out from the file.

    Parameters
    ----------
    sheet
        Sheet of a workbook; when None the only one that is not hidden and holds a table.
    header
        Row of the column names, counted from 1.
    separator, encoding
        Of a text file.
    decimal
        ``","`` or ``"."``; found per column when None, refused where it could be either.
    unknown
        Cells that mean unknown or suppressed.
    inside
        File inside a ZIP archive.
    """

    sheet: str | None = None
    header: int = 1
    separator: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    unknown: tuple[str, ...] = ("", "-", "\u2013", "\u2014", "?", "x", "X", ".", "..", ":", "n/a")
    inside: str | None = None


@dataclass(frozen=True)
class Table:
    """Rows of a file: text cells (CSV) or typed cells (XLSX), and what was noticed while reading."""

    frame: pd.DataFrame
    origin: str
    notes: tuple[str, ...] = field(default=())


def read_table(path: Path, fmt: TableFormat) -> Table:
    """Read a CSV or XLSX file.

    Parameters
    ----------
    path
        The file; ``.xlsx`` and ``.xlsm`` are read as workbooks, everything else as text.
    fmt
        How it is written.

    Returns
    -------
    Table
        One column per header cell (stripped), index the row number in the file. Empty rows are left out,
        and cells beside the table; the notes tell of the latter.

    Raises
    ------
    DataError
        When the file is not what its name says, has no rows, rows of unequal length, or a column name twice.
    """
    content = read_bytes(path, fmt.inside)
    origin = f"{path.name}" + (f" ({fmt.inside})" if fmt.inside else "")
    ending = PurePath((fmt.inside or path.name).lower()).suffix
    if ending in _OTHER_SPREADSHEETS:
        raise DataError(f"{origin}: tables are read from .xlsx and text, not from {ending}; save it as .xlsx")
    return (_from_workbook if ending in _WORKBOOKS else _from_text)(content, fmt, origin)


def find_column(frame: pd.DataFrame, wanted: str | Sequence[str], *, where: str) -> str:
    """Return the column of that name, or of the one of several names that exists.

    Capitals and spaces make no difference where no name fits exactly.

    Raises
    ------
    DataError
        When there is none, and the message names what is there and the nearest name; or when several of the names
        are there, for one of them would be taken without a word.
    """
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    columns = [str(column) for column in frame.columns]
    alike = {_folded(name) for name in names}
    fits = [column for column in columns if column in names]
    fits = fits or [column for column in columns if _folded(column) in alike]
    if len(fits) == 1:
        return fits[0]
    if fits:
        both = ", ".join(map(repr, fits))
        raise DataError(
            f"{where}: {both} are all there, and one is needed; name one, or add them up with sum_of = [...]"
        )
    hint = did_you_mean(names[0], columns)
    raise DataError(f"{where}: has no column {' or '.join(map(repr, names))}{hint} (found: {', '.join(columns[:30])})")


def _folded(name: str) -> str:
    """Write a name without capitals, and with one space where there are several or the line breaks."""
    return " ".join(name.casefold().split())


def code_text(values: pd.Series) -> pd.Series:
    """Return codes as text, stripped: leading zeros and trailing signs stay; a workbook's ``34022.0`` is ``34022``."""
    texts = [None if is_missing(value) else cell_text(value) for value in values]
    return pd.Series(texts, index=values.index, dtype=object, name=values.name)


def is_missing(value: Any) -> bool:
    """Whether a cell, or a value of a vector file, is unknown."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def cell_text(value: Any) -> str:
    """Write a cell as a code: ``34022.0`` of a workbook is ``34022``, a day has no time."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value).strip()


def _from_workbook(content: bytes, fmt: TableFormat, origin: str) -> Table:
    book = open_workbook(content, origin)
    sheet = choose_sheet(book, fmt.sheet)
    shown = origin if len(book.sheets) == 1 else f"{origin}, sheet {sheet.name}"
    frame, notes = _with_header(book.rows(sheet), fmt.header, shown)
    if book.uncomputed:
        cells = named(book.uncomputed, 3)
        count = f"{len(book.uncomputed):,} {NOT_COMPUTED} ({cells})"
        notes += (f"{shown}: {count}; open the file in a spreadsheet and save it",)
    if book.hidden_rows:
        notes += (f"{shown}: {book.hidden_rows:,} {HIDDEN}",)
    return Table(frame, origin, notes)


def _from_text(content: bytes, fmt: TableFormat, origin: str) -> Table:
    text, note = _decode(content, fmt.encoding, origin)
    stream = io.StringIO(text, newline="")
    separator, header = fmt.separator, fmt.header
    if (declared := _SEPARATOR_LINE.match(text)) is not None:
        # Excel writes its separator on the first line; the header is the next.
        separator, header = separator or declared[1], max(header, 2)
    # What stands above the header may have any shape.
    for _ in range(header - 1):
        stream.readline()
    separator = separator or _sniff(stream)
    frame, notes = _with_header(_text_rows(stream, separator, header, origin), header, origin)
    return Table(frame, origin, (note, *notes) if note else notes)


def _text_rows(stream: io.StringIO, separator: str, header: int, origin: str) -> Iterator[Row]:
    with reading(origin, f"cannot be taken apart with the separator {separator!r}, which must be one sign"):
        reader = csv.reader(stream, delimiter=separator, strict=True)
    rows: list[list[str]] = []
    try:
        with _long_cells():
            rows.extend(reader)
    except csv.Error as error:
        raise DataError(
            f"{origin}: cannot be taken apart with the separator {separator!r}: row {header + len(rows)} has a quote"
            ' (") where none can be, or a cell whose quote is not closed; write a quote inside a cell twice, and quotes'
            " around the whole cell"
        ) from error
    wide = 0
    for number, row in enumerate(rows, header):
        if not "".join(row).strip():
            continue
        wide = wide or len(row)
        if len(row) < wide or "".join(row[wide:]).strip():
            raise DataError(
                f"{origin}: row {number} has {len(row)} fields, the header {wide}, with the separator {separator!r};"
                " mend that row or give the right separator"
            )
        yield number, enumerate(row[:wide])


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let cells be as long as shapes in text are; the limit of `csv` holds for the whole process, so it is put back."""
    before = csv.field_size_limit(table_limits().member_bytes)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _decode(content: bytes, encoding: str | None, origin: str) -> tuple[str, str]:
    if _MARKUP.match(content[:200]):
        raise DataError(f"{origin}: is a web page or XML, not a table; fetch the file itself")
    bom = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    known = bom or encoding
    if known is None and b"\0" in content[:4096]:
        wide = next((name for name, first in (("utf-16-le", 1), ("utf-16-be", 0)) if _is_wide(content, first)), None)
        hint = f'; if it is text of Excel or SAP, say encoding = "{wide}"' if wide else ""
        if content.startswith(b"PK"):
            hint = "; if it is an Excel workbook, its name must end in .xlsx"
        raise DataError(f"{origin}: is a binary file, not the text table that its name says{hint}")
    try:
        text, note = content.decode(known or "utf-8"), ""
    except LookupError as error:
        raise DataError(f"{origin}: encoding {encoding!r} is not known; use utf-8, latin-1 or cp1252") from error
    except (UnicodeError, ValueError) as error:
        if known is not None:
            place = f" (byte {error.start})" if isinstance(error, UnicodeDecodeError) else ""
            raise DataError(f"{origin}: is not in {known}{place}; give another encoding") from error
        note = f'{origin}: {NOT_UTF8} (windows-1252): say encoding = "latin-1" when that is right'
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
    if (nul := text.find("\0")) >= 0:
        row = text.count("\n", 0, nul) + 1
        raise DataError(f"{origin}: row {row} holds a NUL, so it is not text in {known or 'utf-8'}; give its encoding")
    # DOS ended a text with Ctrl-Z.
    return text.rstrip("\x1a"), note


def _is_wide(content: bytes, first: int) -> bool:
    """Whether every second byte is 0, as in UTF-16 of European text."""
    start = content[:4096]
    return start[first::2].count(0) > 0.8 * len(start[first::2]) and start[1 - first :: 2].count(0) == 0


def _sniff(stream: io.StringIO) -> str:
    """Return the separator that splits most of the first lines into as many fields as the first."""
    start = stream.tell()
    lines = [line for line in itertools.islice(stream, 60) if line.strip()]
    stream.seek(start)
    best, best_score = ",", (0.0, 0)
    for separator in SEPARATORS:
        with _long_cells():
            sizes = [len(fields) for fields in csv.reader(lines, delimiter=separator)]
        common, times = Counter(sizes).most_common(1)[0] if sizes else (1, 0)
        if common > 1 and (score := (times / len(sizes), common)) > best_score:
            best, best_score = separator, score
    return best


def _with_header(rows: Iterator[Row], header: int, origin: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Put the cells under the names of the header; what stands beside and below the table alone is left out, and told.

    Only what stands under a name is kept, so that a stray cell in the last row and column costs nothing.
    """
    names, place_of = _names(rows, header, origin)
    numbers: list[int] = []
    kept: list[list[Any]] = []
    stray: list[str] = []
    for number, cells in rows:
        row = [None] * len(names)
        beside: list[int] = []
        empty = True
        for place, value in cells:
            column = place_of.get(place)
            if column is not None:
                row[column] = value
                empty = empty and is_blank(value)
            elif not is_blank(value):
                beside.append(place)
        if empty:
            stray += [cell_name(number, place) for place in beside]
            continue
        if beside:
            raise DataError(
                f"{origin}: column {beside[0] + 1} has no name but row {number} has a value there"
                f" (cell {cell_name(number, beside[0])}); name it, or see header ="
            )
        numbers.append(number)
        kept.append(row)
        refuse_more_cells(len(kept) * len(names), origin)
    if not kept:
        raise DataError(f"{origin}: has column names in row {header} but no rows; see header =")
    note = f"{origin}: {len(stray):,} {BESIDE}: {named(stray, 3)}"
    return pd.DataFrame(kept, index=numbers, columns=pd.Index(names, dtype=object), dtype=object), (note,) * bool(stray)


def _names(rows: Iterator[Row], header: int, origin: str) -> tuple[list[str], dict[int, int]]:
    """Read up to the header; return the names of the columns, and of each place of a cell the column."""
    last = 0
    for number, cells in rows:
        texts = {place: text for place, value in cells if (text := _header_text(value))}
        if number < header or not texts:
            last = number
            continue
        if number > header:
            begins = named(texts.values(), 3)
            raise DataError(
                f"{origin}: row {header} is empty, so it has no names of columns; row {number} begins with {begins}:"
                f" say header = {number} if those are the names"
            )
        twice = [name for name, count in Counter(texts.values()).items() if count > 1]
        if twice:
            raise DataError(f"{origin}: has two columns called {twice[0]!r}; rename one")
        return list(texts.values()), {place: column for column, place in enumerate(texts)}
    if not last:
        raise DataError(f"{origin}: holds no rows")
    raise DataError(f"{origin}: has {last} rows, so no header in row {header}")


def _header_text(value: Any) -> str:
    return "" if value is None else cell_text(value)
