"""The tables of a GTFS feed as they come: with a BOM, spaces in the header, no last newline; in pieces where large."""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

import pandas as pd

from kortrijk_geo.errors import DataError, reading
from kortrijk_geo.ingest.gtfs_sieve import sieve
from kortrijk_geo.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

# Rows of a table in one piece; De Lijn's trips.txt has some 900,000.
PIECE = 100_000
# What no timetable unpacks to; De Lijn's largest table has 1.7 GB.
_MOST_BYTES = 20_000_000_000
_NO_TABLE, _ADVICE = "is no text table in UTF-8", "save it again as CSV UTF-8, or fetch the feed again"


class Feed:
    """One GTFS feed: a ZIP archive whose tables stand in it, or in one folder in it."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, scratch: Path) -> None:
        self.path, self._archive, self._scratch = path, archive, scratch
        self._sieved: dict[str, Path] = {}
        self._members: dict[str, str] = {}
        for member in archive.namelist():
            name = PurePosixPath(member).name.casefold()
            if name.endswith(".txt") and not member.startswith("__MACOSX"):
                if name in self._members:
                    raise DataError(f"{path.name}: holds {name} twice; give each feed as a file of its own")
                self._members[name] = member

    def __contains__(self, table: str) -> bool:
        return table in self._members

    def table(self, name: str, needed: Collection[str], *others: str) -> pd.DataFrame:
        """Return these columns of a table as text without spaces around it, blank where they are absent.

        A table that is absent has no rows.

        Raises
        ------
        DataError
            When a needed column is missing, or the file is no text table.
        """
        none = pd.DataFrame({column: pd.Series(dtype=object) for column in (*needed, *others)})
        pieces = list(self.pieces(name, needed, *others)) if name in self else []
        table = pd.concat(pieces, ignore_index=True) if pieces else none
        return table.apply(stripped) if len(table) else none

    def pieces(self, name: str, needed: Collection[str], *others: str) -> Iterator[pd.DataFrame]:
        """Yield a table in pieces; see `table`.

        Raises
        ------
        DataError
            Also when the table is absent.
        """
        names, origin = self._header(name), self._origin(name)
        if missing := [column for column in needed if column not in names]:
            raise DataError(f"{origin}: has no column {', '.join(missing)}; its columns are {', '.join(names)[:200]}")
        wanted = [column for column in (*needed, *others) if column in names]
        if not wanted:
            return
        with self._stream(name) as stream:
            with reading(origin, _NO_TABLE, _ADVICE):
                pieces = pd.read_csv(
                    stream, header=0, names=names, usecols=wanted, dtype=object, encoding="utf-8-sig", chunksize=PIECE,
                    keep_default_na=False, na_values=[], skipinitialspace=True, index_col=False,
                )  # fmt: skip
            while True:
                with reading(origin, _NO_TABLE, _ADVICE):
                    piece = next(pieces, None)
                if piece is None:
                    return
                # A short row has no value for its last columns.
                yield piece.fillna("").reindex(columns=[*needed, *others], fill_value="")

    def first_row(self, name: str, wrong: Callable[[Mapping[str, str]], bool]) -> tuple[int, Mapping[str, str]] | None:
        """Return the first row of a table that is so, with its number as a spreadsheet counts, the header being row 1.

        It reads the table anew, row by row: for the error of a feed that is of no use.
        """
        names = self._header(name)
        with self._archive.open(self._members[name]) as stream:
            for number, cells in enumerate(csv.reader(io.TextIOWrapper(stream, "utf-8-sig", newline="")), start=1):
                padded = [cell.strip() for cell in cells] + [""] * (len(names) - len(cells))
                row = dict(zip(names, padded, strict=False))
                if number > 1 and cells and wrong(row):
                    return number, row
        return None

    def sieve(self, name: str, trip: str, stop: str, stops: Iterable[str]) -> None:
        """Leave out of a large table, from now on, most lines of trips without a call at any of these stops.

        Parameters
        ----------
        trip, stop
            Columns of ids.

        Raises
        ------
        DataError
            As `pieces`.
        """
        names, path = self._header(name), self._scratch / name
        if trip not in names or stop not in names:
            return  # whoever reads the table says so
        with path.open("wb") as kept, reading(self._origin(name), _NO_TABLE, _ADVICE):
            sieve(lambda: self._stream(name), names.index(trip), names.index(stop), stops, kept)
        self._sieved[name] = path

    def _origin(self, name: str) -> str:
        return f"{self.path.name}, {name}"

    def _stream(self, name: str) -> IO[bytes]:
        return self._sieved[name].open("rb") if name in self._sieved else self._archive.open(self._members[name])

    def _header(self, name: str) -> list[str]:
        """Return the names of the columns of a table."""
        if name not in self:
            raise DataError(f"{self.path.name}: holds no {name}, without which it is no timetable (GTFS)")
        size = self._archive.getinfo(self._members[name]).file_size
        if size > _MOST_BYTES:
            raise DataError(f"{self._origin(name)}: unpacks to {size:,} bytes, which no timetable does")
        with reading(self._origin(name), _NO_TABLE, _ADVICE), self._stream(name) as stream:
            line = stream.readline()
        if b"\0" in line:
            raise DataError(f"{self._origin(name)}: is UTF-16, where GTFS wants UTF-8; save it again as CSV UTF-8")
        with reading(self._origin(name), _NO_TABLE, _ADVICE):
            header = line.decode("utf-8-sig")
        for mark, shown in ((";", ";"), ("\t", "tabs")):
            if "," not in header and mark in header:
                raise DataError(
                    f"{self._origin(name)}: is separated by {shown}, where GTFS wants commas; save it again as CSV with"
                    " commas"
                )
        return [column.strip().strip('"').strip() for column in header.split(",")]


@contextmanager
def opened(path: Path) -> Iterator[Feed]:
    """Open a feed.

    Raises
    ------
    DataError
        When it is no ZIP archive.
    """
    with reading(path.name, "is no ZIP archive, as a GTFS feed is", "fetch it again"):
        archive = zipfile.ZipFile(path)
    with archive, scratch_folder() as scratch:
        yield Feed(path, archive, scratch)


def stripped(texts: pd.Series) -> pd.Series:
    """Return texts without spaces around them; each text is looked at once, for a table repeats them."""
    codes, values = texts.factorize(use_na_sentinel=False)
    return pd.Series(pd.Index(values).str.strip().take(codes), index=texts.index, dtype=texts.dtype)
