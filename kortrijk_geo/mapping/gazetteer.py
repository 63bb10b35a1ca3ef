"""Addresses made light enough to travel in a page, so that an address is found without any network.

A street is one row: its house numbers, their places as steps of 1e-5 degree, and the area they lie in, which is found
here with the exact shapes; the shapes in the page are simplified and could tell another area near a border.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.mapping import geometry
from kortrijk_geo.pack.address_text import address_rules

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Column = NDArray[np.object_]

# About 10 bytes an address: beyond this a page would leave its 3 MB, and streets alone can be found.
MOST_ADDRESSES = 60_000
_OUTSIDE = -1
_RULES = (
    "least_likeness", "least_lead", "farthest_number", "same_house_m", "endings", "box_words", "number_words",
    "countries", "words", "word_ends",
)  # fmt: skip


def gazetteer(addresses: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return streets with their house numbers as plain data.

    Parameters
    ----------
    addresses
        Layer ``addresses`` of a pack; its column ``district`` (`with_districts`) travels along where it is there.
    areas
        The areas of the page, in any CRS; the row of the area is told of each address, -1 outside all of them.

    Returns
    -------
    dict
        ``streets``: per street its ``name``, its ``place`` (postcode and municipality), ``numbers``, ``steps`` and
        ``areas`` (one row number, or one per address); ``numbered`` is False where there are too many addresses: each
        street then has no numbers, one place, in its middle, and the row numbers of all areas that it runs through.
        ``districts`` is told as ``areas`` is, where the pack has them.
    """
    if addresses.empty:
        return {"streets": [], "numbered": True}
    points = geometry.web_shapes(addresses, "addresses")
    there = ~shapely.is_missing(points)
    table = pd.DataFrame(
        {
            "name": addresses["street"].astype(str).to_numpy(),
            "place": _place(addresses),
            "number": addresses["house_number"].astype(str).to_numpy(),
            "area": _areas_of(addresses, areas),
            "district": addresses["district"].to_numpy() if "district" in addresses else "",
            "point": points,
        }
    )[there]
    table["house"] = _house_order(table["number"])
    table = table.sort_values(["name", "place", "house", "number"], kind="stable")
    # Where a street begins in the table, and where the last one ends.
    streets = table[["name", "place"]]
    edges = np.append(np.flatnonzero((streets != streets.shift()).any(axis=1)), len(table))
    numbered = len(table) <= MOST_ADDRESSES
    columns = [table[name].to_numpy(dtype=object) for name in ("name", "place", "number", "area", "district")]
    points = table["point"].to_numpy()
    shown, ends = (points, edges[1:]) if numbered else (points[(edges[:-1] + edges[1:]) // 2], np.arange(1, len(edges)))
    each = zip(pairwise(edges), geometry.point_steps_of_each(shown, ends), strict=True)
    return {
        "streets": [
            _street(steps, *(column[begin:end] for column in columns), numbered=numbered)
            for (begin, end), steps in each
        ],
        "numbered": numbered,
    }


def matching_rules() -> dict[str, Any]:
    """Return the words and limits by which a page finds an address, those of the whole product."""
    rules = address_rules()
    return {name: getattr(rules, name) for name in _RULES}


def _street(
    steps: list[int], names: Column, places: Column, numbers: Column, areas: Column, districts: Column, *,
    numbered: bool,
) -> dict[str, Any]:  # fmt: skip
    row = {
        "name": names[0],
        "place": places[0],
        "numbers": numbers.tolist() if numbered else [],
        "steps": steps,
        "areas": _each_or_all(areas, numbered=numbered),
    }
    return {**row, "districts": _each_or_all(districts, numbered=numbered)} if any(districts) else row


def _each_or_all(values: Column, *, numbered: bool) -> Any:
    """Return the value of each address, or one where all have the same, or each value once where none has a number."""
    different = list(dict.fromkeys(values.tolist()))
    return different[0] if len(different) == 1 else values.tolist() if numbered else different


def _place(addresses: gpd.GeoDataFrame) -> Column:
    parts = [addresses[name].fillna("").astype(str) for name in ("postcode", "municipality") if name in addresses]
    empty = pd.Series("", index=addresses.index)
    return np.asarray(sum((part + " " for part in parts), start=empty).str.strip(), dtype=object)


def _areas_of(addresses: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> NDArray[np.int64]:
    points = addresses.geometry.to_crs(areas.crs).to_numpy()
    point, area = shapely.STRtree(areas.geometry.to_numpy()).query(points, predicate="intersects")
    area_index = np.full(len(points), _OUTSIDE, dtype=np.int64)
    # On a common border the first area counts, as everywhere in a pack: it is written last.
    order = np.lexsort((-area, point))
    area_index[point[order]] = area[order]
    return area_index


def _house_order(numbers: pd.Series) -> NDArray[np.float64]:
    """Order 2 before 10, and 10 before 10A, which sorting text would not."""
    place, different = pd.factorize(numbers)  # every street has the same
    leading = pd.Series(different).str.extract(r"(\d{1,9})", expand=False).astype("float64").fillna(np.inf)
    return np.asarray(leading, dtype=np.float64)[place]
