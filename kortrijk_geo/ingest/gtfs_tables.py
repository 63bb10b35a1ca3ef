"""The tables of a GTFS feed as they come: with a BOM, spaces in the header, no last newline; in pieces where large."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pandas as pd

from kortrijk_geo.errors import DataError, reading

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

# Rows of stop_times.txt in one piece; De Lijn's has some 25 million.
PIECE = 500_000
# What no timetable unpacks to; De Lijn's largest table has 1.7 GB.
_MOST_BYTES = 20_000_000_000
_NO_TABLE = "is no text table in UTF-8"


class Feed:
    """One GTFS feed: a ZIP archive whose tables stand in it, or in one folder in it."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self._archive = path, archive
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
        return table.apply(lambda column: column.str.strip()) if len(table) else none

    def pieces(self, name: str, needed: Collection[str], *others: str) -> Iterator[pd.DataFrame]:
        """Yield a table in pieces; see `table`.

        Raises
        ------
        DataError
            Also when the table is absent.
        """
        if name not in self:
            raise DataError(f"{self.path.name}: holds no {name}, without which it is no timetable (GTFS)")
        member, origin = self._archive.getinfo(self._members[name]), f"{self.path.name}, {name}"
        if member.file_size > _MOST_BYTES:
            raise DataError(f"{origin}: unpacks to {member.file_size:,} bytes, which no timetable does")
        advice = "fetch the feed again"
        with reading(origin, _NO_TABLE, advice), self._archive.open(member) as stream:
            header = stream.readline().decode("utf-8-sig")
        names = [column.strip().strip('"').strip() for column in header.split(",")]
        if missing := [column for column in needed if column not in names]:
            raise DataError(f"{origin}: has no column {', '.join(missing)}; its columns are {', '.join(names)[:200]}")
        wanted = [column for column in (*needed, *others) if column in names]
        if not wanted:
            return
        with self._archive.open(member) as stream:
            with reading(origin, _NO_TABLE, advice):
                pieces = pd.read_csv(
                    stream, header=0, names=names, usecols=wanted, dtype=object, encoding="utf-8-sig", chunksize=PIECE,
                    keep_default_na=False, na_values=[], skipinitialspace=True, index_col=False,
                )  # fmt: skip
            while True:
                with reading(origin, _NO_TABLE, advice):
                    piece = next(pieces, None)
                if piece is None:
                    return
                # A short row has no value for its last columns.
                yield piece.fillna("").reindex(columns=[*needed, *others], fill_value="")


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
    with archive:
        yield Feed(path, archive)
