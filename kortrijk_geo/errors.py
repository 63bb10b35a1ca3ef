"""What can go wrong with data, options, files and services.

Each error is also the builtin a caller already catches, and knows the exit code of a command that it ends: 1 a machine
or a service failed, 2 the user gave an option wrongly, 3 the data are at fault, a missing pack or file included.

What a library raises while it reads a file of the user's becomes one sentence; our own mistakes stay tracebacks: only
the calls of the library stand inside `reading` or come through `each`; what we do with the result stands outside.
"""

from __future__ import annotations

from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

T = TypeVar("T")


class KortrijkGeoError(Exception):
    """Base of every error that the input, not the code, is to blame for. The message is one clear sentence."""

    exit_code: ClassVar[int] = 1


class DataError(KortrijkGeoError, ValueError):
    """Input data breaks its contract; the message names file, layer, column or row, and what to do."""

    exit_code = 3


class CrsError(DataError):
    """A coordinate reference system is missing, wrong, or in degrees where metres are needed."""


class OptionError(KortrijkGeoError, ValueError):
    """An option has a value that cannot be used."""

    exit_code = 2

    @classmethod
    def of_choice(cls, name: str, value: object, choices: Collection[str]) -> OptionError:
        """Say that an option is none of its choices, and which is the nearest."""
        return cls(f"{name} is {value!r}, must be one of {', '.join(choices)}{did_you_mean(value, choices)}")


class MissingLayerError(KortrijkGeoError, LookupError):
    """A pack lacks a layer or column that a theme needs."""

    exit_code = 3


class MissingFileError(KortrijkGeoError, FileNotFoundError):
    """A file or folder that was named does not exist."""

    exit_code = 3


class OutputError(KortrijkGeoError, OSError):
    """A result cannot be written where it was asked for."""

    @classmethod
    def of(cls, path: Path, error: OSError) -> OutputError:
        """Say which file or folder cannot be written and why.

        Of a folder, ``error`` may be that of a file in it: its reason and name are told, not the place where we built.
        """
        why = error.strerror or str(error)
        fault = cls(f"{path} cannot be written: {why}")
        fault.strerror = f"{why} ({path.name})"
        return fault


class ServiceError(KortrijkGeoError, ConnectionError):
    """A public service did not answer, or not as its protocol says."""


def nearest(text: object, choices: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the choice that is nearest to ``text``, whatever its capitals; None when none is near."""
    folded = {choice.casefold(): choice for choice in choices}
    near = get_close_matches(str(text).casefold(), folded, n=1, cutoff=cutoff)
    return folded[near[0]] if near else None


def did_you_mean(text: object, choices: Iterable[str], *, otherwise: str = "", cutoff: float = 0.6) -> str:
    """Return the end of a message about a wrong name: the nearest right one.

    Parameters
    ----------
    text
        What was written.
    choices
        What can be written.
    otherwise
        Without a near choice all of them are named after these words; by default the end is empty then.
    cutoff
        How near counts, from 0 to 1 (alike).

    Examples
    --------
    >>> did_you_mean("Walking", ["walk", "cycle"])
    "; did you mean 'walk'?"
    >>> did_you_mean("tea", ["walk", "cycle"], otherwise="the modes are")
    '; the modes are walk, cycle'
    """
    known = list(choices)
    near = nearest(text, known, cutoff=cutoff)
    if near is not None:
        return f"; did you mean {near!r}?"
    return f"; {otherwise} {', '.join(known)}" if otherwise else ""


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
