"""Amenities and childcare of the demo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.demo.boundaries import CRS
from kortrijk_geo.demo.roles import apportion
from kortrijk_geo.demo.zones import CORE
from kortrijk_geo.rules import read_toml

if TYPE_CHECKING:
    from kortrijk_geo.demo.figures import Figures

_MAIN = ("primary", "secondary", "tertiary")
_STOP_M = 420.0
_HEART_M = 450.0


def wanted() -> dict[str, list[dict[str, Any]]]:
    """Read ``amenities.toml``: the roles of blocks and the amenities."""
    amenities: dict[str, Any] = read_toml(Path(__file__).with_name("amenities.toml"))[0]
    return amenities


def make_amenities(
    places: pd.DataFrame,
    homes: pd.DataFrame,
    streets: gpd.GeoDataFrame,
    station: tuple[float, float],
    childcare: gpd.GeoDataFrame,
    fig: Figures,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Put the amenities of ``amenities.toml`` in place, and bus stops along main streets.

    Parameters
    ----------
    places
        Columns ``role``, ``part`` and ``point``: blocks with a role of their own, and parks.
    homes
        Of `people.settle`.
    station
        Place of the railway station.
    """
    main = streets.geometry.to_numpy()[streets["kind"].isin(_MAIN).to_numpy()]
    on_main = np.zeros(len(homes), dtype=bool)
    on_main[shapely.STRtree(homes["point"].to_numpy()).query(main, predicate="dwithin", distance=26.0)[1]] = True
    rows: list[dict[str, Any]] = []
    for spec in wanted()["amenity"]:
        for part, point in _spots(spec, places, homes, on_main, fig, rng):
            rows.append({"spec": spec, "part": part, "geometry": point})
    amenities = gpd.GeoDataFrame(
        {
            "category": [f"{row['spec']['key']}={row['spec']['value']}" for row in rows],
            "label": [row["spec"]["label"] for row in rows],
            "part": [row["part"] for row in rows],
            "tags": [{row["spec"]["key"]: row["spec"]["value"], **row["spec"].get("tags", {})} for row in rows],
        },
        geometry=[row["geometry"] for row in rows],
        crs=CRS,
    )
    amenities["name"] = names_of(amenities["label"], amenities["part"], fig)
    amenities = pd.concat(
        [amenities, _stops(streets, homes, rng), _station(station), _nurseries(childcare)], ignore_index=True
    )
    amenities.insert(0, "amenity_id", [f"v{number:05d}" for number in range(len(amenities))])
    named = [
        json.dumps({**tags, "name": name}, ensure_ascii=False, sort_keys=True)
        for tags, name in zip(amenities["tags"], amenities["name"], strict=True)
    ]
    return gpd.GeoDataFrame(
        {
            "amenity_id": amenities["amenity_id"],
            "category": amenities["category"],
            "name": amenities["name"],
            "tags": named,
        },
        geometry=list(amenities["geometry"]),
        crs=CRS,
    )


def _spots(
    spec: dict[str, Any],
    places: pd.DataFrame,
    homes: pd.DataFrame,
    on_main: np.ndarray,
    fig: Figures,
    rng: np.random.Generator,
) -> list[tuple[int, shapely.Point]]:
    """Choose the places of one kind of amenity: part and point of each."""
    if spec["place"] in {"home", "centre", "main", "core"}:
        part, point = homes["part"].to_numpy(), homes["point"].to_numpy()
        weight = homes["residents"].to_numpy() + 1.0
        if spec["place"] in {"centre", "main"}:
            near = np.exp(-np.maximum(homes["cost"].to_numpy(), 0) / _HEART_M)
            weight = weight * (0.05 + near) * np.where(on_main, 6.0 if spec["place"] == "centre" else 40.0, 1.0)
        if spec["place"] == "core":
            weight = np.where((homes["zone"] == CORE) | (part < 0), weight, 0.0)
        spots = []
        for side, count in ((part >= 0, spec["city"]), (part < 0, spec["around"])):
            share = np.where(side, weight, 0.0)
            picked = rng.choice(len(part), count, replace=False, p=share / share.sum())
            spots += [(int(part[index]), point[index]) for index in picked]
        return spots
    of_role = places[places["role"] == spec["place"]]
    part, point = of_role["part"].to_numpy(), of_role["point"].to_numpy()
    spots = []
    people = fig.of_parts("population")
    left = np.ones(len(part), dtype=bool)
    for index, count in enumerate(apportion(spec["city"], people)):
        for place in rng.permutation(np.flatnonzero((part == index) & left))[:count]:
            left[place] = False
            spots.append((index, point[place]))
    short = spec["city"] - len(spots)
    for place in rng.permutation(np.flatnonzero((part >= 0) & left))[:short]:
        spots.append((int(part[place]), point[place]))
    for place in rng.permutation(np.flatnonzero(part < 0))[: spec["around"]]:
        spots.append((-1, point[place]))
    return spots


def names_of(label: pd.Series, part: pd.Series, fig: Figures) -> list[str]:
    """Return names that are clearly made up: the kind, the wijk and a number."""
    wijk = fig.wijk_of_part
    where = [fig.wijken[wijk[index]]["name"] if index >= 0 else "buiten Kortrijk" for index in part]
    head = [f"{kind} {place}" for kind, place in zip(label, where, strict=True)]
    number = pd.Series(head).groupby(head).cumcount() + 1
    return [f"{name} {count}" for name, count in zip(head, number, strict=True)]


def _stops(streets: gpd.GeoDataFrame, homes: pd.DataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Bus stops along main streets, at regular distances, where people live within 250 m."""
    main = shapely.get_parts(
        shapely.line_merge(shapely.union_all(streets.geometry.to_numpy()[streets["kind"].isin(_MAIN).to_numpy()]))
    )
    count = np.maximum(1, (shapely.length(main) / _STOP_M).astype(int))
    count[shapely.length(main) < 150] = 0
    line = np.repeat(np.arange(len(main)), count)
    place = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    share = (place + rng.uniform(0.3, 0.7, len(line))) / count[line]
    points = shapely.line_interpolate_point(main[line], share, normalized=True)
    near = shapely.STRtree(homes["point"].to_numpy()).query(points, predicate="dwithin", distance=250.0)[0]
    people = np.bincount(near, minlength=len(points))
    points = points[people >= 6]
    return gpd.GeoDataFrame(
        {
            "category": "highway=bus_stop",
            "tags": [{"highway": "bus_stop", "public_transport": "platform"}] * len(points),
            "name": [f"Halte {number + 1:03d}" for number in range(len(points))],
        },
        geometry=points,
        crs=CRS,
    )


def _station(at: tuple[float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "category": ["railway=station"],
            "tags": [{"railway": "station", "public_transport": "station"}],
            "name": ["Station Kortrijk (demo)"],
        },
        geometry=[shapely.Point(at)],
        crs=CRS,
    )


def _nurseries(childcare: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    now = childcare[childcare["standing"] == "existing"]
    return gpd.GeoDataFrame(
        {
            "category": "amenity=childcare",
            "tags": [
                {"amenity": "childcare", "capacity": str(int(places)), "ref": ref}
                for places, ref in zip(now["places"], now["location_id"], strict=True)
            ],
            "name": now["name"].to_numpy(),
        },
        geometry=now.geometry.to_numpy(),
        crs=CRS,
    )


def make_childcare(homes: pd.DataFrame, fig: Figures, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Childcare locations: the published number of places in the city, planned ones, and some around the city."""
    rows: list[dict[str, Any]] = []
    part, point = homes["part"].to_numpy(), homes["point"].to_numpy()
    weight = (homes["residents"].to_numpy() + 1.0) * (0.1 + np.exp(-np.maximum(homes["cost"].to_numpy(), 0) / 800.0))
    quota = [(index, row["places"]) for index, row in enumerate(fig.parts)]
    around = round(homes.loc[homes["part"] < 0, "children_0_2"].sum() * 0.52)
    for index, places in [*quota, (-1, around)]:
        sizes = _sizes(places, rng)
        here = np.flatnonzero(part == index)
        chance = weight[here] / weight[here].sum()
        for size, spot in zip(sizes, rng.choice(here, len(sizes), replace=False, p=chance), strict=True):
            rows.append({"part": index, "places": size, "geometry": point[spot]})
    locations = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)
    group = locations["places"] > 8
    locations["kind"] = np.where(group, "group", "family")
    locations["name"] = names_of(
        pd.Series(np.where(group, "Kinderdagverblijf", "Onthaalouder")), locations["part"], fig
    )
    tied = rng.random(len(locations)) < np.where(group, 0.66, 0.85)
    locations["income_related_places"] = np.where(tied, locations["places"], 0)
    locations["opens"] = [
        f"{year}-{month:02d}-01"
        for year, month in zip(
            rng.integers(1998, 2025, len(locations)), rng.integers(1, 13, len(locations)), strict=True
        )
    ]
    locations["standing"] = "existing"
    planned = pd.DataFrame(fig.published["planned_childcare"])
    planned["part"] = [[row["wijk"] for row in fig.parts].index(code) for code in planned.pop("wijk")]
    planned["geometry"] = [point[rng.choice(np.flatnonzero(part == index))] for index in planned["part"]]
    locations = pd.concat([locations, gpd.GeoDataFrame(planned, geometry="geometry", crs=CRS)], ignore_index=True)
    locations.insert(0, "location_id", [f"k{number:03d}" for number in range(len(locations))])
    locations["closes"] = None
    return gpd.GeoDataFrame(
        locations[["location_id", "name", "kind", "places", "income_related_places", "opens", "closes", "standing"]],
        geometry=list(locations["geometry"]),
        crs=CRS,
    )


def _sizes(places: int, rng: np.random.Generator) -> list[int]:
    """Split places over locations: mostly group care of 14-36, some childminders of 4-8."""
    sizes: list[int] = []
    while (left := places - sum(sizes)) > 0:
        size = int(rng.integers(14, 37)) if rng.random() < 0.6 else int(rng.integers(4, 9))
        sizes.append(min(size, left))
    return sizes
