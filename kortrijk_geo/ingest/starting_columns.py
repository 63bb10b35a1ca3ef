"""Which columns of a file are those of a layer: by their names, and by whether their values can be so."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj.exceptions import ProjError

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.aliases import (
    Choice,
    called,
    choose_column,
    choose_count,
    fold,
    load_aliases,
    values_of,
    words_for,
)
from kortrijk_geo.ingest.joins import MATCHED_LEAST
from kortrijk_geo.ingest.numbers import to_numbers
from kortrijk_geo.ingest.recipe_rows import NUMBERS
from kortrijk_geo.ingest.starting_text import key_line
from kortrijk_geo.ingest.tables import TableFormat, code_text
from kortrijk_geo.ingest.total_rows import is_total
from kortrijk_geo.pack.layers import COUNTS, LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from kortrijk_geo.ingest.looking import Rows
    from kortrijk_geo.pack.layers import Column

_SHAPES = {
    "polygon": {"polygon", "line or polygon", "point or polygon"},
    "line": {"line", "line or polygon"},
    "point": {"point", "point or polygon"},
    "": {"point", "point or polygon", "none"},
    "mixed": set[str](),
}
# A name that so many layers have for a column tells no layer.
_COMMON = 3
# Points of a file are in a CRS when it puts this share of them in or near the areas.
_SHARE_NEAR = 0.8


@dataclass
class Columns:
    """What a recipe says of the columns of a file: keys, lines that the reader may take, and remarks."""

    keys: dict[str, Any] = field(default_factory=dict)
    open_: list[str] = field(default_factory=list)
    about: list[str] = field(default_factory=list)


def layer_of(rows: Rows) -> tuple[str, str]:
    """Return the layer that a file feeds, and by what: "name", "columns"; both empty when nothing tells."""
    fitting = [
        name
        for name, layer in LAYERS.items()
        if layer.shape in _SHAPES[rows.shape] and (not layer.one_row or len(rows.frame) == 1)
    ]
    for text in (str(rows.keys.get("layer") or rows.keys.get("sheet") or ""), PurePath(rows.file).stem):
        words = {name: called(text, words_for(name)) for name in fitting}
        longest = max(words.values(), key=len, default="")
        if longest:
            return next(name for name, word in words.items() if word == longest), "name"
    hits = {name: len(_telling(rows, name)) for name in fitting}
    best = max(hits.values(), default=0)
    winners = [name for name, count in hits.items() if count == best]
    return (winners[0], "columns") if best and len(winners) == 1 else ("", "")


def _telling(rows: Rows, layer: str) -> list[str]:
    """Return the columns that are called as those of this layer and of few others."""
    named_by = load_aliases().layers
    often = [fold(word) for each in named_by.values() for words in each.columns.values() for word in words]
    own = {
        column: [word for word in words if often.count(fold(word)) < _COMMON]
        for column, words in named_by[layer].columns.items()
    }
    return [column for column, words in own.items() if choose_column(rows.columns, words).taken is not None]


def columns_of(rows: Rows, layer: str, said: Mapping[str, str] | None = None) -> Columns:
    """Return which columns of a file feed which of a layer; those that someone ``said`` are not looked for."""
    result = Columns()
    said = said or {}
    columns: dict[str, Any] = {}
    contract = LAYERS[layer]
    if contract.key and contract.key in said:
        columns[contract.key] = said[contract.key]
    elif contract.key:
        _choose_id(rows, layer, contract.key, columns, result)
    for target, spec in contract.columns.items():
        if target == contract.key:
            continue
        words = load_aliases().of_column(layer, target)
        choice = (choose_count if spec.kind in NUMBERS else choose_column)(rows.columns, words, *_count(target, spec))
        choice = Choice(said[target]) if target in said else choice
        if isinstance(choice.taken, tuple):
            columns[target] = {"sum_of": list(choice.taken)}
        elif choice.taken is None:
            result.open_ += [_alternative(target, other, spec) for other in choice.others]
        elif spec.allowed:
            _choose_values(rows, target, spec, choice.taken, columns, result)
        elif choice.taken not in columns.values() or target == "name" or target in said:
            columns[target] = choice.taken
    _fill(rows, layer, columns, result)
    result.keys = {"columns": columns, **result.keys} if columns else result.keys
    return result


def _count(target: str, spec: Column) -> tuple[str, ...]:
    return (target,) if spec.kind in NUMBERS else ()


def _alternative(target: str, column: str, spec: Column) -> str:
    unit = f" ({spec.unit})" if spec.unit else ""
    return key_line(f"columns.{target}", column, f"is this the right column for {target}{unit}?")


def _choose_id(rows: Rows, layer: str, key: str, columns: dict[str, Any], result: Columns) -> None:
    """Take the first column called an id whose values are all there and each once; the name, or the rows, without."""
    words = load_aliases().of_column(layer, key)
    names = load_aliases().of_column(layer, "name") if "name" in LAYERS[layer].columns else ()
    for word in dict.fromkeys((*words, *names)):
        taken = choose_column(rows.columns, [word]).taken
        if not isinstance(taken, str):
            continue
        codes = code_text(rows.frame[taken])
        if codes.isna().any() or (codes == "").any() or codes.duplicated().any():
            continue
        columns[key] = taken
        if word not in words:
            result.about.append(f"No column of codes was seen: {taken} is the {key} too.")
        return
    result.keys["ids_from_rows"] = True
    result.about.append(f"No column has a value of its own on each row: {key} is the number of the row.")


def _choose_values(
    rows: Rows, target: str, spec: Column, column: str, columns: dict[str, Any], result: Columns
) -> None:
    """Take a column of categories when each of its values is one of the contract, or known by another name."""
    values = sorted(set(code_text(rows.frame[column]).dropna()) - {""})
    if set(values) <= set(spec.allowed):
        columns[target] = column
        return
    meanings = values_of(target, values) if target in load_aliases().categories_of else None
    if meanings is None:
        line = key_line(f"columns.{target}", column, f"its values must become {', '.join(spec.allowed)}")
        result.open_ += [line, key_line(f"recode.{target}", dict.fromkeys(values[:20], "..."))]
        return
    columns[target] = column
    empty = spec.nullable and (code_text(rows.frame[column]).fillna("") == "").any()
    result.keys.setdefault("recode", {})[target] = {**meanings, **({"": ""} if empty else {})}


def _fill(rows: Rows, layer: str, columns: dict[str, Any], result: Columns) -> None:
    """Give values to required columns that a file of one kind of things does not have."""
    values: dict[str, str] = {}
    if layer == "childcare" and "kind" not in columns:
        values["kind"] = "group"
        result.about.append('No column was seen that tells group from family day care: all are taken as "group".')
    if layer == "amenities" and "category" not in columns:
        kinds = [kind for kind, words in load_aliases().categories.items() if called(rows.label, words)]
        if len(kinds) == 1:
            values["category"] = kinds[0]
    if values:
        result.keys["values"] = values


def axes_of(rows: Rows) -> dict[str, str]:
    """Return the columns with coordinates: x and y, or lon and lat; empty without a pair."""
    words = load_aliases().coordinates
    for east, north in (("lon", "lat"), ("x", "y")):
        pair = {axis: choose_column(rows.columns, getattr(words, axis)).taken for axis in (east, north)}
        if all(isinstance(column, str) for column in pair.values()):
            return {axis: str(column) for axis, column in pair.items()}
    return {}


def address_of(rows: Rows) -> dict[str, str]:
    """Return the columns with street, number and, where there is one, postcode; empty without street and number."""
    wanted = {"street": "street", "number": "house_number", "postcode": "postcode"}
    columns = {
        key: choose_column(rows.columns, load_aliases().of_column("addresses", column)).taken
        for key, column in wanted.items()
    }
    if not columns["street"] or not columns["number"]:
        return {}
    return {key: str(column) for key, column in columns.items() if column}


def crs_of_points(rows: Rows, axes: dict[str, str], extent: gpd.GeoSeries) -> list[str]:
    """Return the CRS that put the points of a table in or near an extent, of those that are tried."""
    fmt = TableFormat()
    try:
        x, y = (
            to_numbers(
                rows.frame[axes[axis]], where=rows.label, unknown=fmt.unknown, negative=True, decimal=None
            ).series
            for axis in ("x", "y")
        )
    except DataError:
        return []
    known = (x.notna() & y.notna()).to_numpy()
    if not known.any():
        return []
    points = shapely.points(x[known], y[known])
    box = shapely.box(*extent.total_bounds)
    near = box.buffer(max(box.bounds[2] - box.bounds[0], box.bounds[3] - box.bounds[1]) / 2)
    fits = []
    for crs in load_aliases().coordinates.crs:
        try:
            moved = gpd.GeoSeries(points, crs=crs).to_crs(extent.crs)
        except ProjError:
            continue
        if np.mean(shapely.within(moved.to_numpy(), near)) >= _SHARE_NEAR:
            fits.append(crs)
    return fits


def key_of(rows: Rows, ids: dict[str, pd.Series]) -> tuple[str, str]:
    """Return the column of a table and that of a layer which have the same codes; both empty without such a pair.

    Where most values of no column are those of the layer, a column that is called as one of the layer's is meant.
    """
    best, key, on = 0.0, "", ""
    for column in rows.columns:
        texts = code_text(rows.frame[column]).dropna()
        codes = set(texts[~texts.map(is_total).astype(bool)]) - {""}
        for target, values in ids.items():
            known = set(code_text(values).dropna())
            fit = len(codes & known)
            share = max(fit / max(len(codes), 1), fit / max(len(known), 1))
            if fit and share >= MATCHED_LEAST and share > best:
                best, key, on = share, column, target
    if key:
        return key, on
    for target in ids:
        named = choose_column(
            rows.columns, load_aliases().of_column("areas", "name" if target == "name" else "area_id")
        )
        if isinstance(named.taken, str) and target == "name":
            return named.taken, target
    return "", ""


def joined_columns(rows: Rows, layer: str, key: str, said: Mapping[str, str] | None = None) -> Columns:
    """Return which columns of a table are counts of a layer; those that someone ``said`` are not looked for."""
    result = Columns()
    said = said or {}
    columns: dict[str, Any] = {}
    others = [column for column in rows.columns if column != key]
    for target in (name for name in (*COUNTS, "median_income_eur") if name in LAYERS[layer].columns):
        choice = choose_count(others, load_aliases().of_column(layer, target), target)
        choice = Choice(said[target]) if target in said else choice
        if isinstance(choice.taken, tuple):
            columns[target] = {"sum_of": list(choice.taken)}
        elif choice.taken is not None:
            columns[target] = choice.taken
        else:
            result.open_ += [_alternative(target, other, LAYERS[layer].columns[target]) for other in choice.others]
    result.keys = {"columns": columns}
    return result
