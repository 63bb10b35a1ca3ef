"""The lines of stop_times.txt that may be of trips near by, taken out of a table too large to read as text.

Readers of CSV spend a minute on the 650 MB to 1.7 GB of a national feed, of which a city needs a few per cent. One pass
over the bytes leaves out the trips without a stop near by; what it keeps is read and judged as any table. It keeps too
much rather than too little. Feeds list the calls of a trip together; of one that does not, a second pass is made.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Keys = npt.NDArray[np.uint64]

BLOCK = 8_000_000
_LAST_BITS = np.uint64(2**16 - 1)
_LONGEST = 256_000_000  # bytes of one trip, or one line: no timetable has such


def sieve(opened: Callable[[], IO[bytes]], trip: int, stop: int, stops: Iterable[str], kept: IO[bytes]) -> None:
    """Write the first line of a table, and those of trips that may call at these stops.

    Parameters
    ----------
    opened
        Opens the table.
    trip, stop
        Numbers of the columns with the ids of trips and stops.
    stops
        Ids of stops.
    kept
        Where the lines are written.

    Raises
    ------
    ValueError
        When the table has a line as long as none has, or a quote that no other closes.
    """
    from kortrijk_geo.ingest.gtfs_lines import key_of

    wanted = np.unique(np.array([key_of(np.frombuffer(each.encode(), np.uint8)) for each in stops], np.uint64))
    near: list[Keys] = []
    far: list[Keys] = []
    with opened() as stream:
        kept.write(stream.readline())
        for block, ends, trips, stop_keys in _runs(stream, trip, stop):
            starts = np.flatnonzero(np.append(True, trips[1:] != trips[:-1]))
            calls = np.logical_or.reduceat(_is_in(stop_keys, wanted), starts)
            near.append(trips[starts][calls])
            far.append(np.unique(trips[starts][~calls]))
            _write(kept, block, ends, starts, calls)
    near_trips = np.unique(np.concatenate([*near, np.zeros(0, np.uint64)]))
    if not any(_is_in(keys, near_trips).any() for keys in far):
        return
    kept.seek(0)
    kept.truncate()
    with opened() as stream:
        kept.write(stream.readline())
        for block, ends, trips, _ in _runs(stream, trip, stop):
            starts = np.flatnonzero(np.append(True, trips[1:] != trips[:-1]))
            _write(kept, block, ends, starts, _is_in(trips[starts], near_trips))


def _write(
    kept: IO[bytes],
    block: bytes,
    ends: npt.NDArray[np.int64],
    starts: npt.NDArray[np.intp],
    flags: npt.NDArray[np.bool_],
) -> None:
    """Write the lines of the runs that are flagged."""
    first = np.append(0, ends)[starts]
    after = ends[np.append(starts[1:], len(ends)) - 1]
    for a, b in zip(first[flags].tolist(), after[flags].tolist(), strict=True):
        kept.write(block[a:b])


def _runs(stream: IO[bytes], trip: int, stop: int) -> Iterator[tuple[bytes, npt.NDArray[np.int64], Keys, Keys]]:
    """Yield blocks of whole runs of lines with one trip: the bytes, the end of each line, its trip's and stop's key."""
    from kortrijk_geo.ingest.gtfs_lines import lines_of

    rest, more = b"", True
    while more:
        read = stream.read(max(BLOCK, len(rest)))
        more = bool(read)
        block = rest + (read or b"\n" * (not rest.endswith(b"\n")))  # the last line may have no end
        most = block.count(b"\n") + (block.count(b"\r") if b"\r" in block else 0)
        ends, trips, stops = np.empty(most, np.int64), np.empty(most, np.uint64), np.empty(most, np.uint64)
        n = lines_of(np.frombuffer(block, np.uint8), trip, stop, ends, trips, stops)
        if more:  # the last run may go on in what follows
            n = int(np.flatnonzero(trips[:n] != trips[n - 1])[-1:].max(initial=-1)) + 1 if n else 0
        if n:
            yield block, ends[:n], trips[:n], stops[:n]
        rest = block[ends[n - 1] :] if n else block
        if len(rest) > _LONGEST:
            raise ValueError("has a line or a trip of more than 256 MB")
    if rest:
        raise ValueError("ends between quotes")


def _is_in(keys: Keys, wanted: Keys) -> npt.NDArray[np.bool_]:
    """Whether each key is one of these."""
    # Nearly all keys are none, which their last bits tell already.
    last = np.zeros(_LAST_BITS + 1, bool)
    last[wanted & _LAST_BITS] = True
    flags: npt.NDArray[np.bool_] = last[keys & _LAST_BITS]
    flags[flags] = np.isin(keys[flags], wanted)
    return flags
