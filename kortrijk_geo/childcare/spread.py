"""Spreading a city's growth in children over its areas, sums kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.errors import DataError, MissingFileError, OptionError

Floats = npt.NDArray[np.float64]


def spread_growth(children: pd.Series, city_children: float, growth: float, dwellings: pd.Series | None) -> Floats:
    """Children per area when the city's children grow by a factor.

    Parameters
    ----------
    children
        Children per area now; NaN is unknown and stays so.
    city_children
        Children of the city now, those who cannot be located included.
    growth
        Ratio of the city's children then to now.
    dwellings
        New dwellings per area, same index: the extra children go where they come. None: every area grows alike.

    Returns
    -------
    numpy.ndarray
        Per area. Without ``dwellings`` each area grows by the factor; with them the sum over the areas grows by the
        growth of the city, as children who cannot be located live somewhere too.
    """
    now = children.to_numpy(dtype="float64")
    if dwellings is None or growth == 1:
        return now * growth
    share = dwellings.to_numpy(dtype="float64") / float(dwellings.sum())
    return now + (growth - 1) * city_children * share


def new_dwellings_by_area(given: Mapping[str, float] | str | Path, areas: pd.Index[Any]) -> pd.Series:
    """Read new dwellings per area: a mapping, or a CSV with the columns ``area_id`` and ``new_dwellings``.

    Raises
    ------
    MissingFileError
        When the file does not exist.
    DataError
        When the file lacks a column, or names an area twice.
    OptionError, or DataError when it stands in a file
        When an area is not known, a number is negative or unknown, or all are 0.
    """
    if isinstance(given, Mapping):
        values, where = pd.Series(dict(given), dtype="float64"), "new_dwellings"
    else:
        values, where = _read(Path(given)), str(given)
    wrong = OptionError if isinstance(given, Mapping) else DataError
    strange = [str(area) for area in values.index if area not in areas]
    if strange:
        raise wrong(f"{where}: there is no area {strange[0]!r}; the areas are {', '.join(map(str, areas))}")
    found = values.reindex(areas, fill_value=0.0).astype("float64")
    if not (np.isfinite(found) & (found >= 0)).all() or found.sum() <= 0:
        raise wrong(f"{where}: new dwellings must be numbers from 0 and not all 0")
    return found


def check_file(path: Path) -> None:
    """Refuse a CSV of new dwellings that is not there, before any work; `MissingFileError` names it."""
    if not path.is_file():
        raise MissingFileError(f"{path} does not exist; name a CSV with the columns area_id and new_dwellings")


def _read(path: Path) -> pd.Series:
    check_file(path)
    try:
        table = pd.read_csv(path, sep=None, engine="python", dtype={"area_id": "str"}, encoding="utf-8-sig")
    except (ValueError, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise DataError(f"{path}: is not a CSV table ({error})") from error
    missing = [column for column in ("area_id", "new_dwellings") if column not in table.columns]
    if missing:
        raise DataError(f"{path}: column {', '.join(missing)} is missing (found: {', '.join(map(str, table.columns))})")
    if table["area_id"].duplicated().any():
        raise DataError(f"{path}: area {table['area_id'][table['area_id'].duplicated()].iloc[0]} stands twice")
    numbers = pd.to_numeric(table["new_dwellings"], errors="coerce")
    if numbers.isna().any():
        row = int(np.flatnonzero(numbers.isna())[0])
        raise DataError(f"{path}: {table['new_dwellings'].iloc[row]!r} in row {row + 1} is not a number")
    return pd.Series(numbers.to_numpy(), index=table["area_id"])
