"""What a library raises while it reads a file of the user's becomes one sentence; our own mistakes stay tracebacks.

Only the calls of the library stand inside `reading` or come through `each`; what we do with the result stands outside.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

from kortrijk_geo.errors import DataError, KortrijkGeoError
from kortrijk_geo.rules import Rules, Whole, read_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")


class TableLimits(Rules):
    """How much a table and a member of an archive may hold."""

    cells: Annotated[int, Whole(1, 10**12)]
    member_bytes: Annotated[int, Whole(1, 10**15)]


@cache
def table_limits() -> TableLimits:
    """Return the limits of ``table_limits.toml``."""
    return read_rules(TableLimits, Path(__file__).with_name("table_limits.toml"))


@contextmanager
def reading(
    origin: str, what: str = "", advice: str = "", *, passing: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """Turn whatever a library raises here into a `DataError` that names the file: "FILE: WHAT (REASON); ADVICE".

    Parameters
    ----------
    origin
        File, and the part of it that is read.
    what, advice
        What is wrong with it and what to do; ``what`` without ``advice`` stands in place of the words of the library.
    passing
        Errors that the caller handles itself.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, (KortrijkGeoError, MemoryError, *passing)):
            raise
        raise _of(error, origin, what, advice) from error


def each(items: Iterable[T], origin: str, what: str = "") -> Iterator[T]:
    """Go through what a library yields: its errors as in `reading`, those of whoever takes the items as they are."""
    iterator = iter(items)
    while True:
        try:  # as `reading`, which would cost more than the item
            item = next(iterator)
        except StopIteration:
            return
        except (KortrijkGeoError, MemoryError):
            raise
        except Exception as error:
            raise _of(error, origin, what) from error
        yield item


def _of(error: Exception, origin: str, what: str, advice: str = "") -> DataError:
    if what and not advice:
        return DataError(f"{origin}: {what}")
    words = str(error).replace("/vsisubfile/0,", "").split(";")[0].split() if advice else str(error).split()
    reason = " ".join(words)[:200] or type(error).__name__
    return DataError(f"{origin}: {what or 'cannot be read'} ({reason}){'; ' if advice else ''}{advice}")
