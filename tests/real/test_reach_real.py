"""Reach on Las Palmas as OpenStreetMap has it: invariants, and a sample of distances against networkx."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import shapely

import kortrijk_geo as kg

pytestmark = pytest.mark.real
SAMPLE = 25


@pytest.fixture(scope="module")
def result(las_palmas):
    return kg.reach.analyse(las_palmas)


def test_shares_are_shares_and_all_is_never_more_than_one_of_them(result):
    keys = [
        key for key in result.options["category_keys"] if key not in result.options["categories_without_data"]["walk"]
    ]
    assert len(keys) >= 10
    for mode in ("walk", "cycle"):
        for minutes in (5, 10, 15, 20):
            shares = result.areas[[f"share_{key}_{mode}_{minutes}" for key in keys]].to_numpy()
            every = result.areas[f"share_all_{mode}_{minutes}"].to_numpy()
            known = np.isfinite(shares)
            assert ((shares[known] >= 0) & (shares[known] <= 1)).all()
            assert np.isfinite(result.city[f"share_all_{mode}_{minutes}"])
            some = known.all(axis=1)
            assert (every[some] <= shares[some].min(axis=1) + 1e-12).all()
    for fewer, more in pairwise((5, 10, 15, 20)):
        difference = result.areas[f"share_all_walk_{more}"] - result.areas[f"share_all_walk_{fewer}"]
        assert (difference.dropna() >= -1e-12).all()


def test_cycling_brings_more_within_fifteen_minutes_than_walking(result):
    assert result.city["share_all_cycle_15"] > result.city["share_all_walk_15"] > 0


def test_the_city_is_the_mean_of_its_areas(result):
    counted = result.areas["counted_walk"].to_numpy()
    for key in ("all", *result.options["category_keys"]):
        share = result.areas[f"share_{key}_walk_15"].to_numpy()
        known = np.isfinite(share)
        if known.any():
            mean = (share[known] * counted[known]).sum() / counted[known].sum()
            assert result.city[f"share_{key}_walk_15"] == pytest.approx(mean)


def cut_graph(streets, points):
    """A graph of all streets, those cut on which a point lies, and an edge from each point to its street.

    A point lies on the nearest street of the longest connected part; on that of any part where that is 100 m away.
    """
    lines = streets.geometry.to_numpy()
    tree = shapely.STRtree(lines)
    whole = nx.MultiGraph([(line.coords[0], line.coords[-1], {"m": line.length}) for line in lines])
    longest = max(nx.connected_components(whole), key=lambda part: whole.subgraph(part).size(weight="m"))
    largest = np.flatnonzero([line.coords[0] in longest for line in lines])
    tree_of_largest = shapely.STRtree(lines[largest])
    graph = nx.MultiGraph()
    on_street = {}
    for number, point in enumerate(points):
        row = int(largest[tree_of_largest.nearest(point)])
        if lines[row].distance(point) > 100:
            row = int(tree.nearest(point))
        on_street.setdefault(row, []).append((lines[row].project(point), ("foot", number)))
        graph.add_edge(("point", number), ("foot", number), m=point.distance(lines[row]))
    for row, line in enumerate(lines):
        stops = sorted(
            [(0.0, line.coords[0]), *on_street.get(row, []), (line.length, line.coords[-1])], key=lambda s: s[0]
        )
        for (here, a), (there, b) in pairwise(stops):
            graph.add_edge(a, b, m=there - here)
    return graph


def test_a_sample_of_homes_has_the_distances_of_networkx(las_palmas, result):
    rng = np.random.default_rng(5)
    homes = result.layers["homes"]
    homes = homes.iloc[rng.choice(np.flatnonzero(homes["walk_snap_m"].notna()), SAMPLE, replace=False)]
    places = result.layers["facilities"]
    keys = ("pharmacy", "public_green", "library_culture")
    places = places[places["category"].isin(keys) & places["walk_snap_m"].notna()]
    streets = las_palmas.streets[las_palmas.streets["walk"]]
    graph = cut_graph(streets, [*homes.geometry, *places.geometry])
    for key in keys:
        starts = {("point", SAMPLE + row) for row in np.flatnonzero(places["category"] == key)}
        reach = nx.multi_source_dijkstra_path_length(graph, starts, weight="m")
        wanted = [reach.get(("point", row), np.nan) for row in range(SAMPLE)]
        np.testing.assert_allclose(homes[f"walk_m_{key}"], wanted, atol=1e-6, rtol=0)
        assert np.isfinite(wanted).sum() > SAMPLE / 2


def test_who_lives_near_a_pharmacy_is_who_the_distances_say(las_palmas, result):
    places = result.layers["facilities"]
    place = places[places["category"] == "pharmacy"].iloc[0]
    near = kg.reach.reach_from(las_palmas, place.geometry.x, place.geometry.y, "walk", 15)
    homes = result.layers["homes"]
    assert 0 < near.homes <= (homes["walk_m_pharmacy"] <= 1_200).sum()
    assert near.polygon.geometry.iloc[0].covers(place.geometry)


def test_the_other_set_of_categories(las_palmas):
    nine = kg.reach.analyse(las_palmas, categories="bruno2024", modes=["walk"])
    assert len(nine.options["category_keys"]) == 9
    assert 0 <= nine.city["f15_walk"] <= 1
    assert nine.city["proximity_minutes_walk"] > nine.city["median_minutes_eating_walk"]
