"""A matrix on the page of a theme: every area against some of its columns, in the colours of their layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.errors import DataError
from kortrijk_geo.mapping.document import area_names
from kortrijk_geo.mapping.heat import Cell, ink_of
from kortrijk_geo.mapping.legend import class_numbers, scale_classes
from kortrijk_geo.text.dutch import number_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from kortrijk_geo.results import Column, ThemeResult

# A larger matrix nobody reads; the workbook has every row.
MOST_ROWS = 200


@dataclass(frozen=True)
class Matrix:
    """What a matrix shows: Dutch title, a sentence above it, and by column of the areas its Dutch head."""

    title: str
    note: str
    columns: dict[str, str]


@dataclass(frozen=True)
class DrawnMatrix:
    """A matrix as the page writes it: heads, rows of name and cells, the city, and the style of its classes."""

    title: str
    note: str
    heads: list[str]
    rows: list[tuple[str, list[Cell]]]
    city: list[str]
    areas: int
    style: str


def drawn_matrix(matrix: Matrix, result: ThemeResult) -> DrawnMatrix:
    """Return a matrix as texts and classes.

    Raises
    ------
    DataError
        When the result has no such column, or one without a scale.
    """
    described = {column.name: column for column in result.columns if column.scale is not None}
    absent = [name for name in matrix.columns if name not in described or name not in result.areas.columns]
    if absent:
        raise DataError(f"theme {result.theme}: its matrix has no coloured column {', '.join(absent)}")
    looks: dict[str, str] = {}
    cells = [_cells(result, described[name], looks) for name in matrix.columns]
    city = [_text(described[name], result.city.get(name)) for name in matrix.columns]
    names = area_names(result)
    rows = [(name, [column[row] for column in cells]) for row, name in enumerate(names[:MOST_ROWS])]
    style = "".join(f".heat .{look}{{background:{colour};color:{ink_of(colour)}}}" for colour, look in looks.items())
    return DrawnMatrix(matrix.title, matrix.note, list(matrix.columns.values()), rows, city, len(names), style)


def _cells(result: ThemeResult, column: Column, looks: dict[str, str]) -> list[Cell]:
    if column.scale is None:
        return []
    values = result.areas[column.name].to_numpy(dtype=float, na_value=np.nan)
    colours = [each["colour"] for each in scale_classes(column.scale)]
    cells = []
    for value, number in zip(values, class_numbers(values, column.scale.limits), strict=True):
        look = "none" if np.isnan(value) else looks.setdefault(colours[int(number)], f"m{len(looks)}")
        cells.append(Cell(plain(value), _text(column, value), look))
    return cells


def _text(column: Column, value: object) -> str:
    return number_text(value, column.scale.unit, column.scale.limits) if column.scale else ""
