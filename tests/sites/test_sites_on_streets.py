"""The figures of every site against networkx over the streets of a small town, on foot and by bicycle."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import site_town
from shapely.ops import nearest_points
from street_oracle import Oracle, streets_of
from tiny_city import point

import kortrijk_geo as kg
from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.pack.city import City

COLUMNS = {
    "people": ["residents"],
    "children": ["children_0_2", "age_3_5", "age_6_11", "age_12_17"],
    "over_65": ["age_65_79", "age_80_plus"],
    "over_80": ["age_80_plus"],
}
# Amenities of the town that are the like of a site, by row.
THEIRS = {"bibliotheek": 1, "speelplein": 2}
OPTIONS = {"walk_m_per_min": 80.0, "cycle_m_per_min": 110.0, "minutes": 3}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The town with more sites, one-way cycling on the north, and a library of somebody else."""
    city = site_town.town(
        tmp_path_factory.mktemp("town"),
        ("north", point(160, 310), "bibliotheek"),
        ("lawn", site_town.triangle((430, 120), (470, 180), (425, 190)), "speelplein"),
    )
    streets = city.streets.copy()
    streets.loc[streets.index[:3], "cycle_backward"] = False
    amenities = city.amenities.copy()
    amenities.loc[amenities.index[1], "category"] = "amenity=library"
    return city.replace(streets=streets, amenities=amenities)


def entrance(shape: shapely.Geometry, streets: list[shapely.LineString]) -> list[shapely.Point]:
    """Where a shape is entered: its crossings with streets, else the point nearest to one."""
    if isinstance(shape, shapely.Point):
        return [shape]
    shared = [part for line in streets for part in shapely.get_parts(shape.boundary.intersection(line))]
    crossings = [part for part in shared if not part.is_empty]
    if crossings:
        return crossings
    near = min(streets, key=shape.distance)
    return [nearest_points(shape.boundary, near)[0]]


@pytest.mark.parametrize(("mode", "speed"), [("walk", 80.0), ("cycle", 110.0)])
def test_reach_overlap_and_loss_are_those_of_networkx(town: City, mode: str, speed: float) -> None:
    rows = kg.sites.analyse(town, **OPTIONS).layers["city_sites"].set_index("site_id")
    lines = list(town.streets.geometry)
    places: dict[str, tuple[str, list[shapely.Point]]] = {
        row.site_id: (str(row.use).casefold(), entrance(row.geometry, lines)) for row in town.city_sites.itertuples()
    }
    theirs = {f"their {use}": (use, [town.amenities.geometry.iloc[row]]) for use, row in THEIRS.items()}
    places |= theirs
    points = [(key, at) for key, (_, entered) in places.items() for at in entered]
    graph = StreetGraph.from_streets(town.streets, mode)
    shapes = np.array([at for _, at in points], dtype=object)
    homes = town.homes.geometry
    oracle = Oracle(
        streets_of(town.streets, mode),
        homes=(homes, graph.place(homes).street),
        places=(shapes, graph.place(shapes).street),
    )
    metres = oracle.metres("homes", "places")
    reached = {
        key: (metres[[n for n, (name, _) in enumerate(points) if name == key]] <= speed * 3 + 1e-6).any(axis=0)
        for key in places
    }
    assert 0.2 < np.mean(list(reached.values())) < 0.8, "some homes are reached and some are not"
    for key, (use, _) in places.items():
        if key in theirs:
            continue
        others = [reached[other] for other, (its, _) in places.items() if other != key and its == use]
        elsewhere = np.any(others, axis=0) if others else np.zeros(len(homes), bool)
        for group, columns in COLUMNS.items():
            people = town.homes[columns].sum(axis=1).to_numpy()
            assert rows.loc[key, f"{group}_{mode}"] == pytest.approx(people[reached[key]].sum())
            if use == "loods":
                continue
            loss = people[reached[key] & ~elsewhere].sum()
            assert rows.loc[key, f"loss_{group}_{mode}"] == pytest.approx(loss)
            assert rows.loc[key, f"overlap_{group}_{mode}"] == pytest.approx(people[reached[key] & elsewhere].sum())


def test_the_shares_of_an_area_are_of_its_inhabitants_who_have_the_use(town: City) -> None:
    result = kg.sites.analyse(town, **OPTIONS)
    library = town.city_sites[town.city_sites["use"].str.casefold() == "bibliotheek"]
    at = np.array([*library.geometry, town.amenities.geometry.iloc[1]], dtype=object)
    graph = StreetGraph.from_streets(town.streets)
    metres = graph.nearest(graph.place(town.homes), graph.place(at))[1]
    has = metres <= 240 + 1e-6
    people = town.homes["residents"].to_numpy()
    for area in town.areas["area_id"]:
        inside = (town.homes["area_id"] == area).to_numpy()
        share = people[inside & has].sum() / people[inside].sum()
        assert result.areas.loc[area, "share_library_walk"] == pytest.approx(share)
        assert result.areas.loc[area, "people_without_library_walk"] == pytest.approx(people[inside & ~has].sum())
    assert result.city["share_library_walk"] == pytest.approx(people[has].sum() / people.sum())
