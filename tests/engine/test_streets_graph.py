"""The street engine on towns small enough to reckon by hand, and what it says of bad input."""

from __future__ import annotations

import pickle

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from shapely import LineString, Point

from kortrijk_geo.engine import sweep
from kortrijk_geo.engine.streets import StreetGraph, isochrone_polygon, seconds
from kortrijk_geo.errors import CrsError, DataError, OptionError

CRS = "EPSG:31370"


def streets(*lines, walk=True, ahead=True, back=True, crs=CRS):
    table = {"walk": walk, "cycle_forward": ahead, "cycle_backward": back, "kind": "residential"}
    frame = gpd.GeoDataFrame(table, geometry=[LineString(line) for line in lines], crs=crs, index=range(len(lines)))
    return frame.assign(street_id=[f"s{row}" for row in range(len(lines))])


def points(*xy, crs=CRS):
    return gpd.GeoSeries([Point(at) for at in xy], crs=crs)


def metres(graph, origin, facility, **snap):
    return float(graph.nearest(graph.place(points(origin), **snap), graph.place(points(facility), **snap))[1][0])


HIGH_STREET = streets([(0, 0), (600, 0)], [(600, 0), (1200, 0)])
# A block of 100 m by 100 m that may be cycled round one way only, anticlockwise, in four streets.
ROUND = streets([(0, 0), (100, 0)], [(100, 0), (100, 100)], [(100, 100), (0, 100)], [(0, 100), (0, 0)], back=False)


def test_the_trip_is_the_way_along_the_street_and_both_snap_distances():
    graph = StreetGraph.from_streets(HIGH_STREET)
    assert metres(graph, (100, 8), (1100, -20)) == 8 + 1000 + 20


def test_a_chain_of_streets_is_one_edge():
    graph = StreetGraph.from_streets(HIGH_STREET)
    assert (graph.n_nodes, graph.n_edges) == (2, 1)


def test_a_chain_ends_where_the_one_way_rule_changes():
    frame = streets([(0, 0), (600, 0)], [(600, 0), (1200, 0)], back=[True, False])
    assert StreetGraph.from_streets(frame, "walk").n_edges == 1
    graph = StreetGraph.from_streets(frame, "cycle")
    assert graph.n_edges == 2
    assert metres(graph, (500, 0), (900, 0)) == 400
    assert np.isnan(metres(graph, (900, 0), (500, 0)))


def test_one_way_streets_send_the_cyclist_round_the_block_and_the_walker_straight():
    assert metres(StreetGraph.from_streets(ROUND, "cycle"), (60, 0), (20, 0)) == 360
    assert metres(StreetGraph.from_streets(ROUND, "cycle"), (20, 0), (60, 0)) == 40
    assert metres(StreetGraph.from_streets(ROUND, "walk"), (60, 0), (20, 0)) == 40


def test_a_ring_without_a_junction_is_one_loop():
    graph = StreetGraph.from_streets(ROUND, "cycle")
    assert (graph.n_nodes, graph.n_edges) == (1, 1)


def test_streets_that_cross_without_a_common_end_do_not_meet():
    graph = StreetGraph.from_streets(streets([(0, 0), (100, 0)], [(50, -50), (50, 50)]))
    assert np.isnan(metres(graph, (0, 0), (50, 50), snap_to="any"))


def test_a_home_between_two_shops_on_one_street_goes_to_the_nearer():
    graph = StreetGraph.from_streets(HIGH_STREET)
    homes, shops = graph.place(points((500, 0), (300, 0), (700, 0))), graph.place(points((400, 0), (700, 0)))
    facility, far = graph.nearest(homes, shops)
    assert facility.tolist() == [0, 0, 1]
    assert far.tolist() == [100, 100, 0]


def test_the_limit_counts_the_whole_trip_and_is_reached_inclusive():
    graph = StreetGraph.from_streets(HIGH_STREET)
    shop, homes = graph.place(points((0, 0))), graph.place(points((1200, 0), (1190, 11), (1190, 10)))
    assert graph.within(shop, homes, 1200).origin.tolist() == [0, 2]
    assert graph.nearest(homes, shop, 1200)[0].tolist() == [0, -1, 0]


def test_pairs_stand_by_facility_then_origin_and_have_compact_types():
    graph = StreetGraph.from_streets(HIGH_STREET)
    shops, homes = graph.place(points((1100, 0), (0, 0))), graph.place(points((1000, 0), (10, 0), (1150, 0)))
    pairs = graph.within(shops, homes, 200)
    assert list(zip(pairs.facility, pairs.origin, pairs.metres, strict=True)) == [(0, 0, 100), (0, 2, 50), (1, 1, 10)]
    assert (pairs.facility.dtype, pairs.origin.dtype, pairs.metres.dtype) == (np.int32, np.int32, np.float64)
    assert len(pairs) == 3


def test_batches_hold_the_same_pairs_with_each_facility_in_one_batch(monkeypatch):
    monkeypatch.setattr(sweep, "BATCH", 50)
    graph = StreetGraph.from_streets(HIGH_STREET)
    shops = graph.place(points(*((x, 0) for x in range(0, 1201, 50))))
    homes = graph.place(points(*((x, 3) for x in range(0, 1201, 25))))
    whole = graph.within(shops, homes, 100)
    batches = list(graph.within_batches(shops, homes, 100))
    assert len(batches) > 1
    assert sum(map(len, batches)) == len(whole)
    assert sum(len(set(batch.facility.tolist())) for batch in batches) == len(shops)


def test_a_point_too_far_from_any_street_is_not_placed_and_stays_in_its_row():
    graph = StreetGraph.from_streets(HIGH_STREET)
    places = graph.place(points((100, 101), (200, 99), (300, 0)))
    assert places.placed.tolist() == [False, True, True]
    assert np.isnan(places.snap_m[0])
    assert places.snap_m[1:].tolist() == [99, 0]
    facility, far = graph.nearest(places, graph.place(points((0, 0), (0, 500))))
    assert facility.tolist() == [-1, 0, 0]
    np.testing.assert_array_equal(far, [np.nan, 299, 300])


def test_the_snap_limit_can_be_changed():
    assert StreetGraph.from_streets(HIGH_STREET).place(points((0, 101)), max_snap_m=150).snap_m.tolist() == [101]


def test_a_category_without_places_is_reached_by_nobody():
    graph = StreetGraph.from_streets(HIGH_STREET)
    homes, nothing = graph.place(points((0, 0))), graph.place(points())
    assert graph.nearest(homes, nothing)[0].tolist() == [-1]
    assert len(graph.within(nothing, homes, 100)) == 0
    assert np.isnan(graph.k_nearest(homes, nothing, 2)[1]).all()
    assert len(graph.nearest(nothing, homes)[0]) == 0


def test_some_rows_of_places_are_places():
    graph = StreetGraph.from_streets(HIGH_STREET)
    shops = graph.place(points((0, 0), (600, 0), (1200, 0)))
    kind = np.array([1, 2, 1])
    facility, far = graph.nearest(graph.place(points((650, 0))), shops[kind == 1])
    assert (facility.tolist(), far.tolist()) == ([1], [550])


def test_the_k_nearest_are_padded_where_there_are_fewer():
    graph = StreetGraph.from_streets(HIGH_STREET)
    facility, far = graph.k_nearest(graph.place(points((100, 0))), graph.place(points((1000, 0), (0, 0))), 3)
    assert facility.tolist() == [[1, 0, -1]]
    np.testing.assert_array_equal(far, [[100, 900, np.nan]])


def test_the_k_nearest_are_the_same_of_more_places_than_a_number_of_16_bits_tells_apart():
    n = 33_000
    graph = StreetGraph.from_streets(streets([(0, 0), (n, 0)]))
    everywhere = graph.place(gpd.GeoSeries(gpd.points_from_xy(np.arange(n) + 0.5, np.zeros(n)), crs=CRS))
    # In 16 bits the number of the last place would be below 0.
    facility, far = graph.k_nearest(graph.place(points((n - 0.75, 0), (0.25, 0))), everywhere, 2)
    assert facility.tolist() == [[n - 1, n - 2], [0, 1]]
    np.testing.assert_allclose(far, [[0.25, 0.75], [0.25, 1.25]], atol=1e-6)


def test_a_route_follows_the_streets_from_door_to_door():
    frame = streets([(0, 0), (100, 0)], [(100, 0), (100, 50)], [(100, 0), (200, 0)])
    graph = StreetGraph.from_streets(frame)
    line, far = graph.route(graph.place(points((0, 5))), 0, graph.place(points((103, 50))), 0)
    assert far == 5 + 150 + 3
    assert list(line.coords) == [(0, 5), (0, 0), (100, 0), (100, 50), (103, 50)]


def test_there_is_no_route_to_another_island():
    graph = StreetGraph.from_streets(streets([(0, 0), (100, 0)], [(0, 50), (100, 50)]))
    line, far = graph.route(graph.place(points((0, 0))), 0, graph.place(points((0, 50)), snap_to="any"), 0)
    assert line.is_empty
    assert np.isnan(far)


def test_reached_parts_and_the_isochrone_around_them():
    cross = streets([(-500, 0), (0, 0)], [(0, 0), (500, 0)], [(0, 0), (0, 500)])
    graph = StreetGraph.from_streets(cross)
    parts = graph.reached(graph.place(points((0, 0))), 0, 300)
    assert parts.length.sum() == pytest.approx(900)
    assert parts.crs == graph.crs
    area = isochrone_polygon(parts, buffer_m=10)
    assert area.geom_type == "Polygon"
    assert area.contains(Point(299, 5))
    assert not area.contains(Point(311, 0))


def test_cyclists_reach_other_streets_than_those_from_which_they_come():
    graph = StreetGraph.from_streets(ROUND, "cycle")
    place = graph.place(points((50, 0)))
    to, away = graph.reached(place, 0, 100), graph.reached(place, 0, 100, trips="from")
    assert shapely.union_all(to.values).equals(LineString([(50, 0), (0, 0), (0, 50)]))
    assert shapely.union_all(away.values).equals(LineString([(50, 0), (100, 0), (100, 50)]))


def test_nothing_is_reached_when_the_street_is_farther_than_the_limit():
    graph = StreetGraph.from_streets(HIGH_STREET)
    parts = graph.reached(graph.place(points((50, 40))), 0, 30)
    assert len(parts) == 0
    assert isochrone_polygon(parts).is_empty


# A network of 900 m, and 140 m north of it a scrap of path of 196 m that hangs on nothing.
SCRAP = streets([(0, 0), (900, 0)], [(0, 140), (196, 140)])


def test_a_place_by_a_scrap_of_path_goes_to_the_network_when_that_is_within_the_limit():
    graph = StreetGraph.from_streets(SCRAP)
    meeting_place = graph.place(points((100, 90), (500, 90), (100, 120)))
    assert meeting_place.snap_m.tolist() == [90, 90, 20]
    assert meeting_place.street.tolist() == [0, 0, 1]
    assert meeting_place.moved.tolist() == [True, False, False]
    assert meeting_place.off_largest.tolist() == [False, False, True]
    assert metres(graph, (300, 0), (100, 90)) == 200 + 90
    assert np.isnan(metres(graph, (300, 0), (100, 120)))


def test_points_snap_to_any_part_where_that_is_asked():
    graph = StreetGraph.from_streets(SCRAP)
    places = graph.place(points((100, 90), (500, 90)), snap_to="any")
    assert places.snap_m.tolist() == [50, 90]
    assert (places.moved.tolist(), places.off_largest.tolist()) == ([False, False], [True, False])
    assert places[1:].off_largest.tolist() == [False]
    with pytest.raises(OptionError, match="snap_to is 'main', must be one of largest, any"):
        graph.place(points((0, 0)), snap_to="main")


def test_a_cyclist_does_not_start_in_a_one_way_dead_end_but_a_walker_does():
    frame = streets([(0, 0), (900, 0)], [(900, 0), (900, 80)], back=[True, False])
    home = points((905, 80))
    assert StreetGraph.from_streets(frame, "walk").place(home).snap_m.tolist() == [5]
    cyclist = StreetGraph.from_streets(frame, "cycle").place(home)
    assert (cyclist.street.tolist(), cyclist.moved.tolist()) == ([0], [True])
    assert cyclist.snap_m.tolist() == [np.hypot(5, 80)]


def test_where_nobody_can_come_back_no_part_is_the_largest_and_nothing_moves():
    graph = StreetGraph.from_streets(streets([(0, 0), (900, 0)], [(0, 50), (100, 50)], back=False), "cycle")
    places = graph.place(points((50, 40)))
    assert (places.street.tolist(), places.moved.tolist(), places.off_largest.tolist()) == ([1], [False], [False])


def test_of_parts_of_the_same_length_the_first_is_the_largest():
    graph = StreetGraph.from_streets(streets([(0, 0), (100, 0)], [(0, 50), (100, 50)]))
    assert graph.place(points((50, 45))).street.tolist() == [0]


def test_the_component_report_counts_who_lies_off_the_main_network_and_where():
    frame = streets([(0, 0), (900, 0)], [(0, 500), (100, 500)], [(0, 800), (50, 800)])
    graph = StreetGraph.from_streets(frame)
    homes = graph.place(points((10, 0), (20, 0), (50, 500), (5000, 5000)))
    shops = graph.place(points((0, 0), (10, 800)))
    report = graph.component_report(homes=homes, shops=shops)
    assert report.index.tolist() == [0, 1, 2, -1]
    assert report["homes"].tolist() == [2, 1, 0, 1]
    assert report["shops"].tolist() == [1, 0, 1, 0]
    np.testing.assert_array_equal(report["street_m"], [900, 100, 50, np.nan])
    assert report[["x", "y"]].to_numpy().tolist() == [[450, 0], [50, 500], [25, 800], [5000, 5000]]


def test_a_one_way_dead_end_lies_off_the_main_network_for_cyclists_only():
    frame = streets([(0, 0), (900, 0)], [(900, 0), (900, 300)], back=[True, False])
    home = points((900, 200))
    walk, cycle = StreetGraph.from_streets(frame, "walk"), StreetGraph.from_streets(frame, "cycle")
    assert walk.component_report(homes=walk.place(home))["homes"].tolist() == [1]
    assert cycle.component_report(homes=cycle.place(home))["homes"].tolist() == [0, 1]


def test_the_report_of_parallel_one_way_streets_ends():
    frame = streets([(0, 0), (90, 9), (200, 0)], [(0, 0), (200, 0)], [(200, 0), (90, -9), (0, 0)], back=False)
    graph = StreetGraph.from_streets(frame, "cycle")
    assert graph.component_report()["street_m"].tolist() == [pytest.approx(frame.length.sum())]


def test_a_line_of_no_length_is_harmless():
    frame = streets([(0, 0), (100, 0)], [(100, 0), (100, 0)], [(100, 0), (200, 0)])
    assert metres(StreetGraph.from_streets(frame), (0, 0), (200, 0)) == 200


def test_graph_places_and_pairs_survive_pickling():
    graph = StreetGraph.from_streets(ROUND, "cycle")
    homes = graph.place(points((20, 0), (60, 0)))
    again, places = pickle.loads(pickle.dumps((graph, homes)))
    pairs = pickle.loads(pickle.dumps(graph.within(homes, homes, 1000)))
    np.testing.assert_array_equal(
        again.within(places, again.place(points((20, 0), (60, 0))), 1000).metres, pairs.metres
    )


def test_the_networkx_graph_has_the_names_that_osmnx_uses():
    graph = StreetGraph.from_streets(streets([(0, 0), (50, 5), (100, 0)], back=False), "cycle").to_networkx()
    assert isinstance(graph, nx.MultiDiGraph)
    assert graph.graph["crs"] == CRS
    assert graph.nodes[0] == {"x": 0, "y": 0}
    ((start, end, data),) = graph.edges(data=True)
    assert (start, end, data["oneway"], data["highway"], data["osmid"]) == (0, 1, True, "residential", "s0")
    assert data["length"] == data["geometry"].length


def test_an_undirected_networkx_graph_without_geometry_is_straight_and_both_ways():
    graph = nx.Graph(crs=CRS)
    graph.add_node("a", x=0, y=0)
    graph.add_node("b", x=30, y=40)
    graph.add_edge("a", "b")
    assert metres(StreetGraph.from_networkx(graph, "cycle"), (30, 40), (0, 0)) == 50


def test_seconds_follow_from_the_speed():
    np.testing.assert_array_equal(seconds(np.array([80.0, np.nan]), speed_m_per_min=80), [60, np.nan])


@pytest.mark.parametrize(
    ("frame", "mode", "error", "says"),
    [
        (streets([(0, 0), (1, 0)], walk=False), "walk", DataError, "none of the 1 streets"),
        (streets([(0, 0), (1, 0)], ahead=False, back=False), "cycle", DataError, "none of the 1 streets"),
        (streets([(0, 0), (1, 0)], crs="EPSG:4326"), "walk", CrsError, "degrees"),
        (streets([(0, 0), (1, 0)], crs=None), "walk", CrsError, "no coordinate reference system"),
        (streets([(0, 0), (1, 0)]).drop(columns="walk"), "walk", DataError, "column walk is missing"),
        (streets([(0, 0), (1, 0)], walk=[None]), "walk", DataError, "row 0 has no value for walk"),
        (streets([(0, 0), (1, 0)]).set_geometry(points((0, 0))), "walk", DataError, "row 0 is not a line"),
        (streets([(0, 0), (float("inf"), 0)]), "walk", DataError, "row 0 has a coordinate that is not a number"),
        (streets([(0, 0), (1, 0)]).set_geometry([None], crs=CRS), "walk", DataError, "row 0 has no geometry"),
        (streets(), "walk", DataError, "none of the 0 streets"),
        (streets([(0, 0), (1, 0)]), "car", OptionError, "must be 'walk' or 'cycle'"),
    ],
)
def test_streets_at_fault_are_named(frame, mode, error, says):
    with pytest.raises(error, match=says):
        StreetGraph.from_streets(frame, mode)


@pytest.mark.parametrize(
    ("bad", "error", "says"),
    [
        (gpd.GeoSeries([Point(0, 0), None], index=["a", "b"], crs=CRS), DataError, "row b has no geometry"),
        (gpd.GeoSeries([Point(0, 0), Point()], index=["a", "b"], crs=CRS), DataError, "row b has an empty geometry"),
        (gpd.GeoSeries([Point(float("nan"), 0)], crs=CRS), DataError, "row 0 has "),
        (gpd.GeoSeries([LineString([(0, 0), (1, 1)])], crs=CRS), DataError, "row 0 is not a point"),
        (points((3.3, 50.8), crs="EPSG:4326"), CrsError, "are in EPSG:4326, the streets in EPSG:31370"),
        (points((0, 0), crs=None), CrsError, "no coordinate reference system"),
        ([Point(0, 0)], DataError, "not a list"),
    ],
)
def test_points_at_fault_are_named(bad, error, says):
    with pytest.raises(error, match=says):
        StreetGraph.from_streets(HIGH_STREET).place(bad)


@pytest.mark.parametrize("limit", [0, -5, float("nan"), None, "far", True])
def test_limits_must_be_metres_above_zero(limit):
    graph = StreetGraph.from_streets(HIGH_STREET)
    place = graph.place(points((0, 0)))
    for ask in (
        lambda: graph.nearest(place, place, limit),
        lambda: graph.within(place, place, limit),
        lambda: graph.k_nearest(place, place, 1, limit),
        lambda: graph.reached(place, 0, limit),
        lambda: graph.place(points((0, 0)), max_snap_m=limit),
    ):
        with pytest.raises(OptionError, match=r"above 0"):
            ask()


def test_other_options_at_fault_are_named():
    graph = StreetGraph.from_streets(HIGH_STREET)
    place = graph.place(points((0, 0)))
    with pytest.raises(OptionError, match="k is 0"):
        graph.k_nearest(place, place, 0)
    with pytest.raises(OptionError, match="there is no row 1"):
        graph.reached(place, 1, 100)
    with pytest.raises(OptionError, match="must be 'to' or 'from'"):
        graph.reached(place, 0, 100, trips="both")
    with pytest.raises(OptionError, match="another street graph"):
        StreetGraph.from_streets(ROUND).nearest(place, place)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda graph: graph.nodes["a"].pop("x"), "node 'a' has no x and y"),
        (lambda graph: graph.nodes["a"].update(x=float("inf")), "node 'a' has x inf"),
        (lambda graph: graph.edges["a", "b"].update(length=-1), "edge 'a'-'b' has length -1"),
        (lambda graph: graph.edges["a", "b"].update(geometry=Point(0, 0)), "geometry of edge 'a'-'b' is not a line"),
        (lambda graph: graph.remove_edge("a", "b"), "has no edges"),
        (lambda graph: graph.graph.clear(), "no coordinate reference system"),
    ],
)
def test_networkx_graphs_at_fault_are_named(change, says):
    graph = nx.Graph(crs=CRS)
    graph.add_node("a", x=0, y=0)
    graph.add_node("b", x=30, y=40)
    graph.add_edge("a", "b", length=50)
    change(graph)
    with pytest.raises(DataError, match=says):
        StreetGraph.from_networkx(graph)
