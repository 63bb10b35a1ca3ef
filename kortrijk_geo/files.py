"""The one way to write: beside and then in its place, a folder by one run at a time; XLSX and GeoJSON."""

from __future__ import annotations

import datetime as dt
import io
import json
import math
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kortrijk_geo import journal
from kortrijk_geo.errors import KortrijkGeoError, OutputError
from kortrijk_geo.scratch import remove_dead, scratch_folder
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

_LONGEST_CELL = 32_767
_CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - XLSX knows no time zone; fixed, so that equal books are equal

_LOCK = ".kortrijk-geo.lock"
_BUILDING = ".building-"
_WRITING = ".writing-"


@dataclass(frozen=True)
class Heading:
    """What stands above a column of a workbook, how a spreadsheet writes its numbers, and its codes as words."""

    title: str
    number_format: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


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
        with scratch_folder(_WRITING, target.parent) as folder:
            building = folder / target.name
            yield building
            building.replace(target)
    except KortrijkGeoError:
        raise
    except OSError as error:
        raise OutputError.of(target, error) from error


@contextmanager
def folder_updated(
    out: Path,
    written: list[Path],
    *,
    last: Sequence[str],
    stale: Callable[[Path], set[str]],
    waiting: Callable[[str], None],
) -> Iterator[Path]:
    """Give a folder to write in, to one run at a time; when the block ends without an error its files go to ``out``.

    All of them go there or none: who is killed before they are all written leaves ``out`` as it was, and who is killed
    later leaves a journal, which the next run, or whoever reads the folder by `finish_interrupted`, carries out.

    Parameters
    ----------
    out
        Folder of the results; made when absent. Other files in it stay.
    written
        Takes the files that were put in their place, in order.
    last
        Names of the files that go last, in this order: who finds these finds the others.
    stale
        Tells, of the folder with the new files, which names in ``out`` are to be removed with it.
    waiting
        Called with a sentence when another run has the folder.

    Raises
    ------
    OutputError
        When the folder cannot be written; what stood there before stays.
    """
    made = False
    try:
        made = not out.exists()
        # Of a link to a folder that is not there, the folder is made.
        Path(os.path.realpath(out)).mkdir(parents=True, exist_ok=True)
        with folder_locked(out, waiting):
            journal.finish(out)
            remove_dead(out, _WRITING)
            with scratch_folder(_BUILDING, out) as folder:
                new = folder / journal.NEW
                new.mkdir()
                yield new
                names = sorted(path.name for path in new.iterdir())
                names.sort(key=lambda name: last.index(name) if name in last else -1)
                journal.publish(out, folder, names, sorted(stale(new) - set(names)))
                written += [out / name for name in names]
        made = False
    except OutputError as error:
        if error.strerror is None:  # a sentence of its own, not about a file in the folder where we built
            raise
        raise OutputError.of(out, error) from error
    except KortrijkGeoError:
        raise
    except OSError as error:
        raise OutputError.of(out, error) from error
    finally:
        if made:
            with suppress(OSError):
                out.rmdir()


def finish_interrupted(folder: Path) -> None:
    """Carry out what a run that was killed had to do yet in a folder, so that its files are of one run.

    Raises
    ------
    OutputError
        When there is something to do, and the folder cannot be written.
    DataError
        When its journal is none of ours.
    """
    if not journal.is_there(folder):
        return
    try:
        with folder_locked(folder, lambda _: None):  # a run that lives is done in a moment
            journal.finish(folder)
    except OSError as error:
        raise OutputError(
            f"{folder}: the run that was writing it was killed, and its last files cannot be put in place here:"
            f" {error.strerror or error}; do so where it can be written, by running it again"
        ) from error


@contextmanager
def folder_locked(folder: Path, waiting: Callable[[str], None]) -> Iterator[None]:
    """Have a folder alone, waiting for another run as long as that takes; no file of the lock remains.

    The lock is the kernel's: it is gone when its process is, however that ended. It binds those who ask for it.

    Parameters
    ----------
    folder
        The folder, which exists.
    waiting
        Called once with a sentence when another run has the folder.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    path = folder / _LOCK
    lock = FileLock(path)
    try:
        try:
            lock.acquire(blocking=False)
        except Timeout:
            waiting(f"waiting for another run that is writing {folder}")
            lock.acquire()
    except OSError as error:
        raise OutputError.of(folder, error) from error
    try:
        yield
    finally:
        # Removed while it is held: who waits for this very file sees that it is gone, and makes it anew.
        with suppress(OSError):
            path.unlink()
        lock.release()


def write_workbook(
    path: str | Path,
    sheets: Mapping[str, pd.DataFrame],
    *,
    lines: str | None = None,
    headings: Mapping[str, Mapping[str, Heading]] | None = None,
) -> None:
    """Write each frame as a sheet: header frozen and filtered, unknown left empty, no text read as formula or link.

    Of the sheet named ``lines`` a line chart is drawn beside it: the first column along, a line for every other column.
    ``headings`` are those of columns by sheet and name; others are called as in the frame.
    """
    import xlsxwriter

    # In memory, so that all that reaches a disk is one write, where it was asked for.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with file_replacing(path) as building:
        content = io.BytesIO()
        with xlsxwriter.Workbook(content, options) as book:
            book.set_properties({"created": _CREATED})
            head = book.add_format({"bold": True, "bottom": 1})
            for name, frame in sheets.items():
                sheet = book.add_worksheet(name)
                sheet.freeze_panes(1, 0)
                named = (headings or {}).get(name, {})
                for column, (key, values) in enumerate(frame.items()):
                    heading = named.get(str(key)) or Heading(str(key))
                    sheet.write_string(0, column, heading.title, head)
                    _write_column(sheet, column, values, heading.words)
                    width = min(60, max(10, len(heading.title) + 2))
                    shown = book.add_format({"num_format": heading.number_format}) if heading.number_format else None
                    sheet.set_column(column, column, width, shown)
                if len(frame.columns):
                    sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
                if name == lines:
                    _draw_lines(book, sheet, name, frame)
        building.write_bytes(content.getvalue())


def _draw_lines(book: Any, sheet: Any, name: str, frame: pd.DataFrame) -> None:
    chart = book.add_chart({"type": "line"})
    last = len(frame)
    for column in range(1, len(frame.columns)):
        chart.add_series(
            {
                "name": [name, 0, column],
                "categories": [name, 1, 0, last, 0],
                "values": [name, 1, column, last, column],
                "marker": {"type": "automatic"},
            }
        )
    chart.set_size({"width": 900, "height": 480})
    sheet.insert_chart(1, len(frame.columns) + 1, chart)


def _write_column(sheet: Any, column: int, values: pd.Series, words: Mapping[str, str]) -> None:
    for row, value in enumerate(map(plain, values), start=1):
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, (int, float)):
            if math.isfinite(value):
                sheet.write_number(row, column, value)
        elif value is not None:
            text = str(value)
            sheet.write_string(row, column, words.get(text, text)[:_LONGEST_CELL])


def geojson_text(areas: gpd.GeoDataFrame) -> str:
    """Return areas as a GeoJSON document in degrees (EPSG:4326, as the format asks); unknown is null."""
    if not areas.empty:
        areas = areas.to_crs("EPSG:4326")
    table = areas.drop(columns=areas.geometry.name)
    features = [
        {
            "type": "Feature",
            "properties": {key: plain(value) for key, value in row.items()},
            "geometry": None if shape is None else shape.__geo_interface__,
        }
        for row, shape in zip(table.to_dict("records"), areas.geometry, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, allow_nan=False)
