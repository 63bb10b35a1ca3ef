"""The city's own buildings and land in the demo: on its amenities, homes, buildings and parcels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.demo.boundaries import CRS
from kortrijk_geo.rules import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from kortrijk_geo.demo.figures import Figures

_STREAM = 4  # random numbers of their own: everything else in the city stays as it is
_HOMES = ("house", "apartments")


def make_city_sites(layers: Mapping[str, pd.DataFrame], homes: pd.DataFrame, fig: Figures) -> gpd.GeoDataFrame:
    """Put the sites of ``city_sites.toml`` in the city, no two at one place.

    Parameters
    ----------
    layers
        ``areas``, ``amenities``, ``buildings`` and ``parcels`` of the demo.
    homes
        Of `people.settle`.
    """
    rng = np.random.default_rng([fig.seed, _STREAM])
    taken: set[bytes] = set()
    rows: list[dict[str, Any]] = []
    known: dict[str, tuple[NDArray[np.object_], list[str], NDArray[np.int64], list[bytes]]] = {}
    wanted: dict[str, Any] = read_toml(Path(__file__).with_name("city_sites.toml"))[0]
    for spec in wanted["site"]:
        if spec["on"] not in known:
            points, names = _candidates(spec["on"], layers, homes)
            known[spec["on"]] = points, names, _area_of(points, layers["areas"]), shapely.to_wkb(points).tolist()
        points, names, area, places = known[spec["on"]]
        free = np.array([place not in taken for place in places], dtype=bool) & (area >= 0)
        picked = np.sort(rng.choice(np.flatnonzero(free), spec["count"], replace=False))
        taken.update(places[at] for at in picked)
        floor = _floor(spec, len(picked), rng)
        rows += [
            {"spec": spec, "point": points[at], "area": area[at], "floor": size, "name": names[at]}
            for at, size in zip(picked, floor, strict=True)
        ]
    wijk = layers["areas"]["name"].to_numpy()
    head = pd.Series([f"{row['spec']['label']} {wijk[row['area']]}" for row in rows])
    number = head.groupby(head).cumcount() + 1
    made = [f"{text} {count}" for text, count in zip(head, number, strict=True)]
    return gpd.GeoDataFrame(
        {
            "site_id": [f"s{index:03d}" for index in range(1, len(rows) + 1)],
            "name": [row["name"] or name for row, name in zip(rows, made, strict=True)],
            "use": [row["spec"]["use"] for row in rows],
            "floor_m2": [row["floor"] for row in rows],
            "owner": [row["spec"]["owner"] for row in rows],
        },
        geometry=[row["point"] for row in rows],
        crs=CRS,
    )


def _candidates(
    on: str, layers: Mapping[str, pd.DataFrame], homes: pd.DataFrame
) -> tuple[NDArray[np.object_], list[str]]:
    """Return the points where a site may be, and the names that they have already."""
    what, _, kind = on.partition(":")
    if what == "amenity":
        rows = layers["amenities"][layers["amenities"]["category"] == kind]
        return rows.geometry.to_numpy(), rows["name"].tolist()
    if what == "home":
        points = homes["point"].to_numpy()[(homes["social_dwellings"] > 0).to_numpy()]
    elif what == "parcel":
        points = shapely.point_on_surface(layers["parcels"].geometry.to_numpy()[layers["parcels"]["use"] == kind])
    else:
        buildings = layers["buildings"]
        empty = (buildings["dwellings"] == 0) | buildings["use"].isin(_HOMES)
        points = shapely.point_on_surface(buildings.geometry.to_numpy()[(buildings["use"] == kind) & empty])
    return points, [""] * len(points)


def _area_of(points: NDArray[np.object_], areas: pd.DataFrame) -> NDArray[np.int64]:
    """Return the row of the area of each point, -1 outside the city; on a border the first."""
    area_at = np.full(len(points), -1)
    point, area = shapely.STRtree(areas["geometry"].to_numpy()).query(points, predicate="intersects")
    area_at[point[::-1]] = area[::-1]
    return area_at


def _floor(spec: dict[str, Any], count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return floor areas between the least and most of a use, to ten square metres; unknown of what has no floor."""
    if "floor_m2" not in spec:
        return np.full(count, np.nan)
    low, high = spec["floor_m2"]
    sizes: NDArray[np.float64] = np.exp(rng.uniform(np.log(low), np.log(high), count))
    return sizes.round(-1)
