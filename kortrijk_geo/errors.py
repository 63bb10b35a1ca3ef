"""What can go wrong with data, options, files and services; each error is also the builtin a caller already catches."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class KortrijkGeoError(Exception):
    """Base of every error that the input, not the code, is to blame for. The message is one clear sentence."""


class DataError(KortrijkGeoError, ValueError):
    """Input data breaks its contract; the message names file, layer, column or row, and what to do."""


class CrsError(DataError):
    """A coordinate reference system is missing, wrong, or in degrees where metres are needed."""


class OptionError(KortrijkGeoError, ValueError):
    """An option has a value that cannot be used."""


class MissingLayerError(KortrijkGeoError, LookupError):
    """A pack lacks a layer or column that a theme needs."""


class MissingFileError(KortrijkGeoError, FileNotFoundError):
    """A file or folder that was named does not exist."""


class OutputError(KortrijkGeoError, OSError):
    """A result cannot be written where it was asked for."""

    @classmethod
    def of(cls, path: Path, error: OSError) -> OutputError:
        """Say which file or folder cannot be written and why.

        Of a folder, ``error`` may be that of a file in it: its reason and name are told, not the place where we built.
        """
        why = error.strerror or str(error)
        found = cls(f"{path} cannot be written: {why}")
        found.strerror = f"{why} ({path.name})"
        return found


class ServiceError(KortrijkGeoError, ConnectionError):
    """A public service did not answer, or not as its protocol says."""
