"""The sheets of a workbook by the names that their columns have in the data, which its sheet Kolommen tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

# Sheets whose heads are those of another one.
_LIKE = {"Stad": "Gebieden"}


def sheet_rows(path: Path, sheet: str) -> list[dict[str, Any]]:
    """Return the rows of a sheet by column."""
    book = openpyxl.load_workbook(path)
    head, *rows = book[sheet].iter_rows(values_only=True)
    explained, *columns = book["Kolommen"].iter_rows(values_only=True)
    told = [dict(zip(explained, row, strict=True)) for row in columns]
    names = {row["opschrift"]: row["kolom"] for row in told if row["blad"] == _LIKE.get(sheet, sheet)}
    book.close()
    return [dict(zip([names.get(title, title) for title in head], row, strict=True)) for row in rows]
