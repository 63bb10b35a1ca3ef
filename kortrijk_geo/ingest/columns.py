"""Columns of a raw file that a GeoPackage cannot hold as they are: kept, under a name and in a type that it can."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from kortrijk_geo.ingest.report import named
from kortrijk_geo.pack.layers import LAYERS

if TYPE_CHECKING:
    from kortrijk_geo.ingest.report import Findings

# Names that a GeoPackage needs itself, and the most characters that programs accept.
_TAKEN = ("fid", "geom", "geometry")
_LONGEST = 63
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def holdable(frame: pd.DataFrame, layer: str, *, name: str, findings: Findings) -> pd.DataFrame:
    """Return the rows with columns that a GeoPackage holds and gives back; names of the layer's contract stay.

    SQL knows no capitals, so of columns alike but for case the later one gets a number; as do those named as a column
    that a GeoPackage has itself. What was renamed is told.
    """
    contract = {*LAYERS[layer].columns, "geometry"}
    used = {*_TAKEN, *(column.casefold() for column in contract if column in frame.columns)}
    names: list[str] = []
    for column in frame.columns:
        wanted = column if column in contract else _free(str(column), used)
        used.add(wanted.casefold())
        names.append(wanted)
    changed = [f"{new} ({old})" for old, new in zip(frame.columns, names, strict=True) if old != new]
    if changed:
        findings.add(
            "info", layer, f"{name}: {len(changed):,} columns kept under a name that a GeoPackage can hold:"
            f" {named(changed)}", len(changed),
        )  # fmt: skip
        frame = frame.set_axis(names, axis=1)
    extra = {column: _typed(frame[column]) for column in frame.columns if column not in contract}
    return frame.assign(**extra) if extra else frame


def _free(column: str, used: set[str]) -> str:
    base = _UNSAFE.sub(" ", column).strip() or "column"
    wanted, number = base[:_LONGEST], 1
    while wanted.casefold() in used:
        number += 1
        end = f"_{number}"
        wanted = base[: _LONGEST - len(end)] + end
    return wanted


def _typed(values: pd.Series) -> pd.Series:
    """Values as they come back from a GeoPackage: numbers, true or false, moments, or text."""
    if isinstance(values.dtype, (pd.DatetimeTZDtype, pd.CategoricalDtype)) or values.dtype.kind in "mcV":
        return values.astype("str").where(values.notna(), None)
    if pd.api.types.is_extension_array_dtype(values.dtype) and values.dtype.kind in "iubf":
        return values.astype("float64")
    if values.dtype.kind == "u":
        return values.astype("float64")
    if values.dtype.kind in "OTU" or pd.api.types.is_string_dtype(values):
        texts = values.where(values.isna(), values.astype("str"))
        return texts.where(texts.isna(), texts.astype("str").str.replace(_UNSAFE, " ", regex=True))
    return values
