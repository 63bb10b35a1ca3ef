"""The sheets of a workbook by the names that their columns have in the data, which its sheet Kolommen tells."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl

# Sheets whose heads are those of another one.
_LIKE = {"Stad": "Gebieden"}


def sheet_rows(path: Path, sheet: str) -> list[dict[str, Any]]:
    """Return the rows of a sheet by column, with codes where it has words for them."""
    book = openpyxl.load_workbook(path)
    head, *rows = book[sheet].iter_rows(values_only=True)
    explained, *columns = book["Kolommen"].iter_rows(values_only=True)
    told = [dict(zip(explained, row, strict=True)) for row in columns]
    names = {row["opschrift"]: row["kolom"] for row in told if row["blad"] == _LIKE.get(sheet, sheet)}
    codes = {
        (row["kolom"], word): code
        for row in told
        for word, code in re.findall(r"(?:^|; )([^;]*?): (\w+) in de gegevens", row["toelichting"] or "")
    }
    book.close()
    keys = [names.get(title, title) for title in head]
    return [{key: codes.get((key, value), value) for key, value in zip(keys, row, strict=True)} for row in rows]
