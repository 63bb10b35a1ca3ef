"""The one reading of a pack's childcare counts: which places can be believed, and how many children an area has.

The theme of childcare and the premium both count by it, so that an area has one rate wherever it is shown.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np

from kortrijk_geo.pack.layers import LAYERS
from kortrijk_geo.rules import Rules, Sourced, Whole, read_rules

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.pack.rows import Rows

CAPACITIES = ("places", "income_related_places")


class MostPlaces(Sourced):
    """More places than this in one location cannot be believed."""

    group: Annotated[int, Whole(1, 100_000)]
    family: Annotated[int, Whole(1, 100_000)]


class Small(Sourced):
    """With fewer children an area is small, and its children are not published."""

    children: Annotated[int, Whole(1, 1000)]


class ChildcareLimits(Rules):
    """The whole of ``childcare.toml``."""

    plausible: MostPlaces
    small: Small


@cache
def _limits() -> ChildcareLimits:
    return read_rules(ChildcareLimits, Path(__file__).with_name("childcare.toml"))


def most_places() -> MostPlaces:
    """Return the package's own limits of belief."""
    return _limits().plausible


def small_area() -> Small:
    """Return how few children make an area small, for the package itself and a file of a user's own without it."""
    return _limits().small


class Children(NamedTuple):
    """Children aged 0-2 of each area, NaN where unknown, and the layer that tells them; empty when none does."""

    counts: NDArray[np.float64]
    layer: str


def unbelievable(locations: pd.DataFrame | Rows, most: MostPlaces | None = None) -> NDArray[np.bool_]:
    """Tell which childcare locations have more places than can be believed, in the order of ``locations``."""
    if "places" not in locations:
        return np.zeros(len(locations), dtype=bool)
    limit = most or most_places()
    allowed = {"group": limit.group, "family": limit.family}
    kinds, places = np.asarray(locations["kind"], dtype=object), np.asarray(locations["places"], dtype="float64")
    return np.asarray(places > [allowed.get(kind, np.nan) for kind in kinds], dtype=bool)


def believed(locations: gpd.GeoDataFrame, most: MostPlaces | None = None) -> gpd.GeoDataFrame:
    """Return a copy of childcare locations in which places that cannot be believed, and those not told, are NaN."""
    locations = locations.copy()
    for column in CAPACITIES:
        if column not in locations.columns:
            locations[column] = np.nan
    locations.loc[unbelievable(locations, most), list(CAPACITIES)] = np.nan
    return locations


def believed_rows(city: City) -> Rows:
    """Return what counts of the locations of a city; places that cannot be believed are NaN, as in `believed`."""
    locations = city.rows("childcare", "kind", *CAPACITIES, "opens", "closes", "standing", "geometry")
    wrong = unbelievable(locations)
    capacities = {name: np.where(wrong, np.nan, locations[name]) for name in CAPACITIES if name in locations}
    return replace(locations, arrays={**locations.arrays, **capacities})


def children_by_area(city: City, level: str) -> Children:
    """Count children aged 0-2 per area: as the layer tells them, else added up from the pack's table of sectors.

    Parameters
    ----------
    city
        A pack with the layer ``level``.
    level
        ``areas``, ``subareas`` or ``districts``.

    Returns
    -------
    Children
        In the order of the layer; an area with one unknown sector is unknown.
    """
    key = LAYERS[level].key
    assert key is not None
    layer = city.rows(level, key, "children_0_2")
    if "children_0_2" in layer and np.isfinite(layer["children_0_2"]).any():
        return Children(layer["children_0_2"], level)
    if level != "subareas" and city.has("sectors"):
        sectors = city.layer("sectors")
        if "children_0_2" in sectors.columns and key in sectors.columns:
            summed = sectors.groupby(key)["children_0_2"].agg(lambda values: values.sum(skipna=False))
            return Children(summed.reindex(layer[key]).to_numpy(dtype="float64"), "sectors")
    return Children(np.full(len(layer), np.nan), "")
