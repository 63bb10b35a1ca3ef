"""Reading the theme's TOML files strictly: what is unknown, missing or wrong is named, with file and key."""

from __future__ import annotations

import math
import tomllib
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import DataError, MissingFileError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path


def read_toml(path: Path | Traversable) -> dict[str, Any]:
    """Read one TOML file.

    Raises
    ------
    MissingFileError
        When it does not exist.
    DataError
        When it is not TOML, or not text in UTF-8.
    """
    if not path.is_file():
        raise MissingFileError(f"{path} does not exist; name a TOML file")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: is not a TOML file ({error})") from error


def check_keys(
    table: Mapping[str, Any], where: str, *, required: Collection[str], optional: Collection[str] = ()
) -> None:
    """Raise `DataError` when ``table`` lacks a required key or has one that is not known."""
    missing = [key for key in required if key not in table]
    if missing:
        raise DataError(f"{where}: key {', '.join(missing)} is missing")
    unknown = [key for key in table if key not in required and key not in optional]
    if unknown:
        raise DataError(
            f"{where}: key {', '.join(unknown)} is not known; known are {', '.join([*required, *optional])}"
        )


def text(table: Mapping[str, Any], key: str, where: str) -> str:
    """Return a text that is not blank."""
    value = table[key]
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"{where}: key {key} must be a text that is not blank, found {value!r}")
    return value


def number(table: Mapping[str, Any], key: str, where: str, *, least: float = 0.0, above: bool = False) -> float:
    """Return a finite number of at least ``least`` (or, with ``above``, more than that)."""
    value = table[key]
    wrong = isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value)
    if wrong or value < least or (above and value <= least):
        raise DataError(
            f"{where}: key {key} must be a number {'above' if above else 'from'} {least:g}, found {value!r}"
        )
    return float(value)
