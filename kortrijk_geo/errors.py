"""What can go wrong with data, options, files and services.

Each error is also the builtin a caller already catches, and knows the exit code of a command that it ends: 1 a machine
or a service failed, 2 the user gave an option wrongly, 3 the data are at fault, a missing pack or file included.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path


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
