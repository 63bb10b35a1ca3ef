"""The distances of a small random city against networkx on a graph built here, street by street and snap by snap."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from shapely import box

import kortrijk_geo as kg

SIDE, STEP = 7, 100.0


@pytest.fixture
def city(small):
    rng = np.random.default_rng(11)
    streets = []
    for i in range(SIDE):
        for j in range(SIDE):
            for di, dj in ((1, 0), (0, 1)):
                if i + di < SIDE and j + dj < SIDE and rng.random() < 0.8:
                    one_way = rng.random() < 0.4
                    ends = [(i * STEP, j * STEP), ((i + di) * STEP, (j + dj) * STEP)]
                    if rng.random() < 0.5:
                        ends.reverse()
                    streets.append(small.street(f"s{len(streets)}", *ends, backward=not one_way))
    far = (SIDE - 1) * STEP
    homes = [small.home(f"h{i}", "W1", 1 + i % 4, *rng.uniform(0, far, 2)) for i in range(60)]
    kinds = [{"shop": "supermarket"}, {"amenity": "pharmacy"}]
    places = [small.amenity(f"a{i}", *rng.uniform(0, far, 2), **kinds[i % 2]) for i in range(9)]
    area = {"area_id": "W1", "name": "Alles", "geometry": box(-50, -50, far + 50, far + 50)}
    return small.build(
        streets=small.frame(streets),
        homes=small.frame(homes),
        amenities=small.frame(places),
        areas=small.frame([area]),
        boundary=small.frame([{"name": "Klein", "geometry": area["geometry"]}]),
    )


def on_largest_part(streets, mode):
    """Whether each street lies on the part with the most metres from which one can get back to where one was."""
    graph = nx.DiGraph()
    ends = [(line.coords[0], line.coords[-1]) for line in streets.geometry]
    for (a, b), ahead, back in zip(ends, streets["cycle_forward"], streets["cycle_backward"], strict=True):
        graph.add_edges_from([(a, b)] if mode == "walk" or ahead else [])
        graph.add_edges_from([(b, a)] if mode == "walk" or back else [])
    parts = list(nx.strongly_connected_components(graph))
    inside = [np.array([a in part and b in part for a, b in ends]) for part in parts]
    return max(inside, key=lambda rows: streets.length[rows].sum())


def cut_graph(city, points, mode):
    """A directed graph with every street cut where a point is nearest to it, and an edge from point to street."""
    graph = nx.MultiDiGraph()
    on_street = {}
    largest = on_largest_part(city.streets, mode)
    for number, point in enumerate(points):
        away = city.streets.distance(point)
        if away[largest].min() <= 100:
            away = away.where(largest, np.inf)
        nearest = int(away.to_numpy().argmin())
        on_street.setdefault(nearest, []).append((city.streets.geometry.iloc[nearest].project(point), number))
        for ends in ((("point", number), ("foot", number)), (("foot", number), ("point", number))):
            graph.add_edge(*ends, m=away.iloc[nearest])
    for row in range(len(city.streets)):
        street = city.streets.iloc[row]
        line = street.geometry
        stops = [
            (0.0, line.coords[0]),
            *((at, ("foot", n)) for at, n in on_street.get(row, [])),
            (line.length, line.coords[-1]),
        ]
        stops.sort(key=lambda stop: stop[0])
        for (here, a), (there, b) in pairwise(stops):
            if mode == "walk" or street["cycle_forward"] or there == here:  # at the end of a street one is on its node
                graph.add_edge(a, b, m=there - here)
            if mode == "walk" or street["cycle_backward"] or there == here:
                graph.add_edge(b, a, m=there - here)
    return graph


@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_nearest_places_and_counts_equal_networkx(city, two_kinds, mode):
    result = kg.reach.analyse(city, categories=two_kinds, modes=[mode], minutes=5, proximity=False)
    homes, places = result.layers["homes"], result.layers["facilities"]
    graph = cut_graph(city, [*homes.geometry, *places.geometry], mode)
    limit_m = 5 * {"walk": 80, "cycle": 250}[mode]
    compared = 0
    for home in range(len(homes)):
        reach = nx.single_source_dijkstra_path_length(graph, ("point", home), weight="m")
        for key in ("food_shop", "pharmacy"):
            rows = np.flatnonzero(places["category"] == key)
            metres = [reach.get(("point", len(homes) + row), np.inf) for row in rows]
            found = homes[f"{mode}_m_{key}"].iloc[home]
            assert (np.inf if np.isnan(found) else found) == pytest.approx(min(metres), abs=1e-6)
            assert homes[f"{mode}_n_{key}"].iloc[home] == sum(m <= limit_m for m in metres)
            compared += np.isfinite(min(metres))
    assert compared > 60


def test_proximity_time_is_the_mean_over_kinds_of_the_mean_over_the_nearest(city, two_kinds, monkeypatch):
    from dataclasses import replace

    from kortrijk_geo.reach import analysis
    from kortrijk_geo.reach.options import choose
    from kortrijk_geo.reach.rules import load_categories

    chosen = replace(choose(categories=two_kinds, modes=["walk"], proximity_places=3))
    chosen = replace(chosen, proximity_categories=load_categories(two_kinds))
    monkeypatch.setattr(analysis, "choose", lambda **_: chosen)
    result = analysis.analyse(city)
    homes, places = result.layers["homes"], result.layers["facilities"]
    graph = cut_graph(city, [*homes.geometry, *places.geometry], "walk")
    wanted = []
    for home in range(len(homes)):
        reach = nx.single_source_dijkstra_path_length(graph, ("point", home), weight="m")
        means = []
        for key in ("food_shop", "pharmacy"):
            rows = np.flatnonzero(places["category"] == key)
            metres = sorted(reach.get(("point", len(homes) + row), np.inf) for row in rows)
            means.append(np.mean(metres[:3]) / 80)
        wanted.append(np.mean(means))
    np.testing.assert_allclose(homes["walk_proximity_minutes"], np.where(np.isinf(wanted), np.nan, wanted), atol=1e-9)
    known = np.isfinite(wanted)
    people = homes["residents"].to_numpy()[known]
    times = np.array(wanted)[known]
    assert result.city["proximity_minutes_walk"] == pytest.approx((times * people).sum() / people.sum())
    assert result.city["f15_walk"] == pytest.approx(people[times <= 15].sum() / people.sum())


@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_the_entrances_of_one_place_count_once_among_the_nearest(city, mode):
    from kortrijk_geo.engine.streets import StreetGraph
    from kortrijk_geo.reach.times import nearest_places

    rng = np.random.default_rng(4)
    graph = StreetGraph.from_streets(city.streets, mode=mode)
    origins = graph.place(city.homes)
    points = origins[rng.permutation(len(origins))[:30]]
    place_ids = np.array([f"p{i % 8}" for i in range(30)])  # eight places, three or four entrances each
    found = nearest_places(graph, origins, points, place_ids, 5)
    assert found.shape == (len(origins), 5)
    to_each = np.column_stack([graph.nearest(origins, points[place_ids == f"p{i}"])[1] for i in range(8)])
    wanted = np.sort(to_each, axis=1)[:, :5]
    np.testing.assert_allclose(found, wanted, atol=1e-9)
    assert np.isfinite(wanted).all(axis=1).sum() > 20
    assert np.isnan(nearest_places(graph, origins, points, place_ids, 9)).all()
