"""Addresses made light enough to travel in a page, so that an address is found without any network.

A street is one row: its house numbers, their places as steps of 1e-5 degree, and the area they lie in, which is found
here with the exact shapes; the shapes in the page are simplified and could tell another area near a border.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.mapping import geometry

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

# About 10 bytes an address: beyond this a page would leave its 3 MB, and streets alone can be found.
MOST_ADDRESSES = 60_000
_OUTSIDE = -1


def gazetteer(addresses: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return streets with their house numbers as plain data.

    Parameters
    ----------
    addresses
        Layer ``addresses`` of a pack.
    areas
        The areas of the page, in any CRS; the row of the area is told of each address, -1 outside all of them.

    Returns
    -------
    dict
        ``streets``: per street its ``name``, its ``place`` (postcode and municipality), ``numbers``, ``steps`` and
        ``areas`` (one row number, or one per address); ``numbered`` is False where there are too many addresses, and
        each street then has one address, in its middle, without a number.
    """
    if addresses.empty:
        return {"streets": [], "numbered": True}
    numbered = len(addresses) <= MOST_ADDRESSES
    table = pd.DataFrame(
        {
            "name": addresses["street"].astype(str),
            "place": _place(addresses),
            "number": addresses["house_number"].astype(str),
            "area": _areas_of(addresses, areas),
        }
    )
    table["order"] = _house_order(table["number"])
    table["point"] = geometry.degrees(geometry.web_shapes(addresses, "addresses"))
    table = table[~shapely.is_missing(table["point"].to_numpy())].sort_values(
        ["name", "place", "order", "number"], kind="stable"
    )
    streets = []
    for (name, place), rows in table.groupby(["name", "place"], sort=True):
        kept = rows if numbered else rows.iloc[[len(rows) // 2]]
        inside = kept["area"].tolist()
        streets.append(
            {
                "name": name,
                "place": place,
                "numbers": kept["number"].tolist() if numbered else [""],
                "steps": geometry.point_steps(kept["point"].to_numpy()),
                "areas": inside[0] if len(set(inside)) == 1 else inside,
            }
        )
    return {"streets": streets, "numbered": numbered}


def _place(addresses: gpd.GeoDataFrame) -> pd.Series:
    parts = [addresses[name].fillna("").astype(str) for name in ("postcode", "municipality") if name in addresses]
    empty = pd.Series("", index=addresses.index)
    return sum((part + " " for part in parts), start=empty).str.strip()


def _areas_of(addresses: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> NDArray[np.int64]:
    points = addresses.geometry.to_crs(areas.crs).to_numpy()
    point, area = shapely.STRtree(areas.geometry.to_numpy()).query(points, predicate="intersects")
    found = np.full(len(points), _OUTSIDE, dtype=np.int64)
    # On a common border the first area counts, as everywhere in a pack: it is written last.
    order = np.lexsort((-area, point))
    found[point[order]] = area[order]
    return found


def _house_order(numbers: pd.Series) -> pd.Series:
    """Order 2 before 10, and 10 before 10A, which sorting text would not."""
    return numbers.str.extract(r"(\d{1,9})", expand=False).astype("float64").fillna(np.inf)
