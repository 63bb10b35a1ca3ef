"""Tables from CSV and XLSX files, every cell as the file has it: codes keep their zeros, unknowns stay unknown.

Rows are labelled with their row number in the file, as a spreadsheet shows it, so that a message can name the row.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from kortrijk_geo.errors import DataError, did_you_mean
from kortrijk_geo.ingest.files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SEPARATORS = ("|", ";", "\t", ",")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SPREADSHEETS = {".xlsx", ".xlsm"}
_MARKUP = re.compile(rb"^\s*<(!doctype|html|\?xml)", re.IGNORECASE)


@dataclass(frozen=True)
class TableFormat:
    """How a table is written; what is None is found out from the file.

    Parameters
    ----------
    sheet
        Sheet of a workbook; the first when None.
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
    unknown: tuple[str, ...] = ("", "-", "?", "x", "X", ".", "..", ":", "n/a")
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
        One column per header cell (stripped), index the row number in the file. Empty rows are left out.

    Raises
    ------
    DataError
        When the file is not what its name says, has no rows, rows of unequal length, or a column name twice.
    """
    content = read_bytes(path, fmt.inside)
    origin = f"{path.name}" + (f" ({fmt.inside})" if fmt.inside else "")
    name = fmt.inside or path.name
    if any(name.lower().endswith(ending) for ending in _SPREADSHEETS):
        rows = _workbook_rows(content, fmt, origin)
        notes: tuple[str, ...] = ()
    else:
        rows, notes = _text_rows(content, fmt, origin)
    return Table(_with_header(rows, fmt, origin), origin, notes)


def find_column(frame: pd.DataFrame, wanted: str | Sequence[str], *, where: str) -> str:
    """Return the column of that name, or of the first of several names; capitals make no difference when none fits.

    Raises
    ------
    DataError
        When there is none; the message names what is there and the nearest name.
    """
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    columns = [str(column) for column in frame.columns]
    for name in names:
        if name in columns:
            return name
    for name in names:
        alike = [column for column in columns if column.casefold() == name.casefold()]
        if len(alike) == 1:
            return alike[0]
    hint = did_you_mean(names[0], columns)
    raise DataError(f"{where}: has no column {' or '.join(map(repr, names))}{hint} (found: {', '.join(columns[:30])})")


def code_text(values: pd.Series) -> pd.Series:
    """Return codes as text, stripped: leading zeros and trailing signs stay; a workbook's ``34022.0`` is ``34022``."""

    def text(value: Any) -> str | None:
        if value is None or value is pd.NA or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
            return None
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return str(value).strip()

    return pd.Series([text(value) for value in values], index=values.index, dtype=object, name=values.name)


def _workbook_rows(content: bytes, fmt: TableFormat, origin: str) -> pd.DataFrame:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            # A workbook without styles or with unknown extensions reads as well as any other.
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheets = book.sheetnames
            if fmt.sheet is not None and fmt.sheet not in sheets:
                raise DataError(f"{origin}: has no sheet {fmt.sheet!r}; its sheets are {', '.join(sheets)}")
            sheet = book[fmt.sheet] if fmt.sheet is not None else book[sheets[0]]
            rows = [list(row) for row in sheet.iter_rows(values_only=True)]
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{origin}: is not the Excel workbook that its name says, or a damaged one") from error
    frame = pd.DataFrame(rows, dtype=object)
    return frame.where(frame.notna(), None)


def _text_rows(content: bytes, fmt: TableFormat, origin: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    text, note = _decode(content, fmt.encoding, origin)
    # What stands above the header may have any shape.
    before = "".join(text.splitlines(keepends=True)[: fmt.header - 1])
    body = text[len(before) :]
    separator = fmt.separator or _sniff(body)
    try:
        rows = list(csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True))
    except (csv.Error, TypeError) as error:
        raise DataError(f"{origin}: cannot be taken apart with the separator {separator!r} ({error})") from error
    if not rows:
        raise DataError(f"{origin}: holds no rows")
    wide = len(rows[0])
    for number, row in enumerate(rows, fmt.header):
        if len(row) != wide and any(cell.strip() for cell in row):
            raise DataError(
                f"{origin}: row {number} has {len(row)} fields, the header {wide}, with the separator {separator!r};"
                " mend that row or give the right separator"
            )
    above = [[""] * wide] * (fmt.header - 1)
    padded = [row if len(row) == wide else [""] * wide for row in rows]
    return pd.DataFrame(above + padded, dtype=object), (note,) if note else ()


def _decode(content: bytes, encoding: str | None, origin: str) -> tuple[str, str]:
    if _MARKUP.match(content[:200]):
        raise DataError(f"{origin}: is a web page or XML, not a table; fetch the file itself")
    bom = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    if bom is None and b"\0" in content[:4096]:
        raise DataError(f"{origin}: is a binary file, not the text table that its name says")
    try:
        if encoding is not None and bom is None:
            return content.decode(encoding), ""
        return content.decode(bom or "utf-8"), ""
    except LookupError as error:
        raise DataError(f"{origin}: encoding {encoding!r} is not known; use utf-8, latin-1 or cp1252") from error
    except UnicodeDecodeError as error:
        if encoding is not None or bom is not None:
            raise DataError(
                f"{origin}: is not in {encoding or bom} (byte {error.start}); give another encoding"
            ) from error
    note = f'{origin}: is not UTF-8; it was read as latin-1 (windows-1252): say encoding = "latin-1" when that is right'
    try:
        return content.decode("cp1252"), note
    except UnicodeDecodeError:
        return content.decode("latin-1"), note


def _sniff(text: str) -> str:
    """Return the separator that splits most of the first lines into as many fields as the first."""
    lines = [line for line in text.splitlines()[:60] if line.strip()]
    best, best_score = ",", (0.0, 0)
    for separator in SEPARATORS:
        sizes = [len(fields) for fields in csv.reader(lines, delimiter=separator)]
        common, times = Counter(sizes).most_common(1)[0] if sizes else (1, 0)
        if common > 1 and (score := (times / len(sizes), common)) > best_score:
            best, best_score = separator, score
    return best


def _with_header(rows: pd.DataFrame, fmt: TableFormat, origin: str) -> pd.DataFrame:
    if len(rows) < fmt.header:
        raise DataError(f"{origin}: has {len(rows)} rows, so no header in row {fmt.header}")
    names = ["" if pd.isna(name) else str(name).strip() for name in rows.iloc[fmt.header - 1]]
    body: pd.DataFrame = rows.iloc[fmt.header :].copy()
    body.index = pd.RangeIndex(fmt.header + 1, fmt.header + 1 + len(body))
    filled = body.notna() & (body.astype(str).apply(lambda column: column.str.strip()) != "")
    body = body[filled.any(axis=1)]
    unnamed = [place for place, name in enumerate(names) if not name]
    lost = [place for place in unnamed if filled.iloc[:, place].any()]
    if lost:
        row = filled.index[filled.iloc[:, lost[0]]][0]
        raise DataError(f"{origin}: column {lost[0] + 1} has no name but row {row} has a value there; see header =")
    twice = [name for name, count in Counter(name for name in names if name).items() if count > 1]
    if twice:
        raise DataError(f"{origin}: has two columns called {twice[0]!r}; rename one")
    body = body.iloc[:, [place for place, name in enumerate(names) if name]]
    body.columns = pd.Index([name for name in names if name], dtype=object)
    if body.empty:
        raise DataError(f"{origin}: has column names but no rows")
    return body
