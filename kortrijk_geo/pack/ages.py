"""People by age: which ages each column of a pack counts, and whether they can be so beside all inhabitants."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.layers import AGES

if TYPE_CHECKING:
    import pandas as pd

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.pack.layers import Layer

# First and last age that a column counts; inf where it is open-ended.
BANDS: dict[str, tuple[int, float]] = {
    "children_0_2": (0, 2),
    "age_3_5": (3, 5),
    "age_6_11": (6, 11),
    "age_12_17": (12, 17),
    "age_65_79": (65, 79),
    "age_80_plus": (80, math.inf),
}
# What the people of a column are called in Dutch, as part of a sentence.
DUTCH_AGES: dict[str, str] = {
    "children_0_2": "kinderen van 0 tot 2 jaar",
    "age_3_5": "kinderen van 3 tot 5 jaar",
    "age_6_11": "kinderen van 6 tot 11 jaar",
    "age_12_17": "jongeren van 12 tot 17 jaar",
    "age_65_79": "inwoners van 65 tot 79 jaar",
    "age_80_plus": "inwoners van 80 jaar en ouder",
}
_ROUNDING = 0.5


@dataclass(frozen=True)
class AgeCount:
    """How many people of some ages a city has (NaN unknown), and of how many of its areas that is known."""

    column: str
    label: str
    people: float
    areas_known: int
    areas: int
    estimated: bool


def count_ages(city: City) -> list[AgeCount]:
    """Return what a pack knows of people by age; an age of which it has no column is left out."""
    boundary, areas = city.boundary, city.areas
    counts = []
    for column, label in DUTCH_AGES.items():
        if column in boundary.columns or column in areas.columns:
            people = float(boundary[column].iloc[0]) if column in boundary.columns else math.nan
            known = int(areas[column].notna().sum()) if column in areas.columns else 0
            estimated = column in city.info.layers["areas"].estimates
            counts.append(AgeCount(column, label, people, known, len(areas), estimated))
    return counts


def check_ages(layer: Layer, table: pd.DataFrame, where: str) -> None:
    """Refuse rows with more people of known ages than inhabitants; the ages of a pack do not overlap.

    Homes are not held to it: whole people of each age are dealt over them one age after another, so that a single home
    may get one too many while the sums of its area are kept.

    Raises
    ------
    DataError
        Names the first such row, counted from 1, with what it says.
    """
    columns = [column for column in BANDS if column in table.columns]
    if "population" not in table.columns or not set(columns) & set(AGES):
        return
    sums = table[columns].sum(axis=1)
    wrong = (table[list(AGES.keys() & set(columns))].notna().any(axis=1)) & (sums > table["population"] + _ROUNDING)
    if not wrong.any():
        return
    row = int(wrong.to_numpy().argmax())
    cells = table.iloc[row]
    known = ", ".join(f"{column} {cells[column]:,.0f}" for column in columns if cells[column] == cells[column])
    names = [str(cells[key]) for key in (layer.key or "", "name") if key in table.columns]
    raise DataError(
        f"{where}: row {row + 1} ({', '.join(names)}): its ages add up to {sums.iloc[row]:,.0f}"
        f" ({known}), more than its population of {cells['population']:,.0f} ({int(wrong.sum())} such rows); take both"
        " from one table of one day, or leave the column that is wrong empty (unknown)"
    )
