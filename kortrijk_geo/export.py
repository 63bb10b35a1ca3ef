"""Writing results to files: GeoPackage and XLSX, whole or not at all, the same bytes for the same figures."""

from __future__ import annotations

import datetime as dt
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo.errors import KortrijkGeoError, OutputError
from kortrijk_geo.pack import write_layer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

_CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - XLSX knows no time zone; fixed, so that equal books are equal


@contextmanager
def file_replacing(path: str | Path) -> Iterator[Path]:
    """Give a path beside ``path`` to write to, and rename it to ``path`` when the block ends without an error.

    Raises
    ------
    OutputError
        When the file cannot be written; what stood there before stays.
    """
    target = Path(path).absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=target.parent) as folder:
            building = Path(folder) / target.name
            yield building
            building.replace(target)
    except KortrijkGeoError:
        raise
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror or error}") from error


def write_geopackage(path: str | Path, layers: Mapping[str, pd.DataFrame]) -> None:
    """Write each frame as a layer of one GeoPackage, in the order given."""
    with file_replacing(path) as building:
        for name, frame in layers.items():
            write_layer(building, name, frame)


def write_workbook(path: str | Path, sheets: Mapping[str, pd.DataFrame]) -> None:
    """Write each frame as a sheet: header frozen and filtered, unknown left empty, no text read as formula or link."""
    import xlsxwriter

    with file_replacing(path) as building:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(str(building), options) as book:
            book.set_properties({"created": _CREATED})
            head = book.add_format({"bold": True, "bottom": 1})
            for name, frame in sheets.items():
                sheet = book.add_worksheet(name)
                sheet.freeze_panes(1, 0)
                for column, title in enumerate(frame.columns):
                    sheet.write_string(0, column, str(title), head)
                    _write_column(sheet, column, frame.iloc[:, column])
                    sheet.set_column(column, column, min(60, max(10, len(str(title)) + 2)))
                if len(frame.columns):
                    sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)


def _write_column(sheet: object, column: int, values: pd.Series) -> None:
    from kortrijk_geo.results import plain

    for row, raw in enumerate(values, start=1):
        value = plain(raw)
        if value is None:
            continue
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)  # type: ignore[attr-defined]
        elif isinstance(value, (int, float)):
            sheet.write_number(row, column, value)  # type: ignore[attr-defined]
        else:
            sheet.write_string(row, column, str(value)[:32_767])  # type: ignore[attr-defined]
