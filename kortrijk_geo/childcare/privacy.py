"""What may be published: no children of one home, and no count of children, or what tells it, where there are few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kortrijk_geo.capacity.privacy import hidden_rows, without_few_counts
from kortrijk_geo.text.dutch import names_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

# With places and norm, rate and shortage of an area give its children as well as their number does.
TELLING = (
    "children_0_2", "places_per_100_children", "income_related_places_per_100_children", "shortage_places",
    "places_needed",
)  # fmt: skip
_COUNTS = ("children_in_reach", "children_below_norm_in_reach")


def few_children(areas: pd.DataFrame, least: int) -> pd.arrays.BooleanArray:
    """Whether an area has children, but fewer than ``least``; NA where that is unknown."""
    children = areas["children_0_2"].to_numpy(dtype="float64")
    return pd.array([pd.NA if np.isnan(count) else bool(0 < count < least) for count in children], dtype="boolean")


def hidden_areas(areas: pd.DataFrame, least: int) -> NDArray[np.bool_]:
    """Tell the areas of which the number of children is not published; see `hidden_rows`."""
    return hidden_rows(areas["children_0_2"].to_numpy(dtype="float64"), least)


def without_few(areas: gpd.GeoDataFrame, least: int) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return areas as they may be published, and Dutch notes on what is left out of them."""
    hidden = hidden_areas(areas, least)
    if not hidden.any():
        return areas, []
    telling = [column for column in areas.columns if column.startswith(TELLING)]
    public = areas.copy()
    public.loc[hidden, telling] = np.nan
    few = areas["few_children"].fillna(value=False).to_numpy(dtype=bool)
    beside = list(areas["name"][hidden & ~few])
    text = (
        f"In {int(few.sum())} gebieden wonen minder dan {least} kinderen van 0 tot 2 jaar: hun aantal, en wat het"
        " verraadt (plaatsen per 100 kinderen, tekort), staat in geen bestand en geldt er als onbekend."
    )
    notes = [text]
    if beside:
        notes.append(f"Ook van {names_text(beside)} staat het er niet: anders volgt dat van de andere uit het totaal.")
    return public, notes


def without_children(layers: Mapping[str, gpd.GeoDataFrame], least: int) -> dict[str, gpd.GeoDataFrame]:
    """Return layers as they may be published: no children of a home, no counts in reach of fewer than ``least``."""
    without = {name: frame.drop(columns="children_0_2", errors="ignore") for name, frame in layers.items()}
    return without_few_counts(without, _COUNTS, least)
