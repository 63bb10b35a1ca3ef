"""The street engine equals networkx on the streets as they are, whatever their shape; hypothesis draws the towns."""

from __future__ import annotations

import os
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from street_oracle import Oracle, Street, streets_of

from kortrijk_geo.engine.snapping import Snapper
from kortrijk_geo.engine.streets import StreetGraph

CRS = "EPSG:31370"
# Raise it to search longer.
EXAMPLES = int(os.environ.get("KORTRIJK_GEO_EXAMPLES", "40"))
NEAR = {"rtol": 0, "atol": 1e-6, "equal_nan": True}

corner = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda at: (at[0] * 100.0, at[1] * 100.0))


@st.composite
def towns(draw, *, distinct=False):
    """A streets layer: one-way streets, loops, rings, parallel and doubled streets, dead ends and separate parts."""
    rows = []
    for number in range(draw(st.integers(1, 10))):
        start, end = draw(corner), draw(corner)
        bend = draw(st.integers(-2, 2)) * 7.0 + (number * 0.5 if distinct else 0.0)
        if start == end:
            line = [start, (start[0] + 30 + bend, start[1]), (start[0] + 30, start[1] + 40), start]
        elif bend:
            line = [start, ((start[0] + end[0]) / 2 + bend, (start[1] + end[1]) / 2 - bend), end]
        else:
            line = [start, end]
        ways = draw(st.sampled_from([(True, True), (True, False), (False, True)]))
        rows.append((f"s{number}", "residential", draw(st.sampled_from([True, True, True, False])), *ways, line))
    frame = gpd.GeoDataFrame(
        [row[:5] for row in rows],
        columns=["street_id", "kind", "walk", "cycle_forward", "cycle_backward"],
        geometry=[shapely.LineString(row[5]) for row in rows],
        crs=CRS,
    )
    return frame[frame.is_valid].reset_index(drop=True)


@st.composite
def points_by(draw, lines, most=6):
    """Points along the streets, at ends, halfway and beside them; some coincide, some are too far from any street."""
    found = []
    for _ in range(draw(st.integers(1, most))):
        line = lines[draw(st.integers(0, len(lines) - 1))]
        along = line.interpolate(draw(st.integers(0, 8)) / 8, normalized=True)
        # Beside the street on a slope that is not halfway between any two streets: there a point could mean either.
        beside = draw(st.sampled_from([0.0, 0.0, 3.0, -12.5, 400.0]))
        point = shapely.Point(along.x + beside, along.y + beside * 0.37)
        assume(all(_has_one_spot(point, each) for each in lines))
        found.append(point)
    return gpd.GeoSeries(found, crs=CRS)


def _has_one_spot(point, line):
    """Whether one place along a line is nearest to a point; halfway a bend it may be two."""
    pieces = [shapely.LineString(ends) for ends in pairwise(line.coords)]
    spots = [piece.interpolate(piece.project(point)) for piece in pieces]
    nearest = [spot for spot in spots if spot.distance(point) < line.distance(point) + 1e-6]
    return all(spot.distance(nearest[0]) < 1e-6 for spot in nearest)


@st.composite
def cases(draw, *, distinct=False):
    """A town, a mode that can use it, homes and shops."""
    frame = draw(towns(distinct=distinct).filter(len))
    mode = draw(st.sampled_from(["walk", "cycle"] if frame["walk"].any() else ["cycle"]))
    lines = list(frame.geometry)
    return frame, mode, draw(points_by(lines)), draw(points_by(lines, most=5))


def solve(frame, mode, homes, shops):
    graph = StreetGraph.from_streets(frame, mode)
    origins, facilities = graph.place(homes), graph.place(shops)
    oracle = Oracle(streets_of(frame, mode), homes=(homes, origins.street), shops=(shops, facilities.street))
    return graph, origins, facilities, oracle.metres("homes", "shops")


def off_limit(metres, limit_m):
    """Rounding decides on which side a trip of exactly the limit falls; all others must agree."""
    return ~np.isclose(np.where(np.isfinite(metres), metres, -1.0), limit_m, rtol=0, atol=1e-6)


def dense(pairs, shape):
    table = np.full(shape, np.nan)
    table[pairs.facility, pairs.origin] = pairs.metres
    return table


@given(cases())
@settings(max_examples=EXAMPLES)
def test_nearest_is_the_smallest_of_all_trips(case):
    graph, origins, facilities, expected = solve(*case)
    facility, metres = graph.nearest(origins, facilities)
    best = np.where(np.isnan(expected), np.inf, expected).min(axis=0)
    np.testing.assert_allclose(metres, np.where(np.isinf(best), np.nan, best), **NEAR)
    assert ((facility == -1) == np.isnan(metres)).all()
    found = np.flatnonzero(facility >= 0)
    np.testing.assert_allclose(expected[facility[found], found], metres[found], **NEAR)


@given(cases(), st.sampled_from([20.0, 90.0, 260.0, 5000.0, np.inf]))
@settings(max_examples=EXAMPLES)
def test_within_finds_every_pair_up_to_the_limit_and_no_other(case, limit_m):
    graph, origins, facilities, expected = solve(*case)
    pairs = graph.within(facilities, origins, limit_m)
    found = dense(pairs, expected.shape)
    clear = off_limit(expected, limit_m)
    np.testing.assert_allclose(found[clear], np.where(expected > limit_m, np.nan, expected)[clear], **NEAR)
    order = np.lexsort((pairs.origin, pairs.facility))
    assert (order == np.arange(len(pairs))).all(), "sorted by facility, then origin"
    assert len(set(zip(pairs.facility.tolist(), pairs.origin.tolist(), strict=True))) == len(pairs), "each pair once"


@given(cases(), st.sampled_from([90.0, 260.0]))
@settings(max_examples=EXAMPLES)
def test_nearest_honours_the_limit_on_the_whole_trip(case, limit_m):
    graph, origins, facilities, _ = solve(*case)
    _, free = graph.nearest(origins, facilities)
    facility, metres = graph.nearest(origins, facilities, limit_m)
    np.testing.assert_array_equal(metres, np.where(free <= limit_m, free, np.nan))
    assert ((facility >= 0) == (free <= limit_m)).all()


@given(cases(), st.integers(1, 6), st.sampled_from([150.0, np.inf]))
@settings(max_examples=EXAMPLES)
def test_k_nearest_are_the_first_k_of_all_trips(case, k, limit_m):
    graph, origins, facilities, expected = solve(*case)
    facility, metres = graph.k_nearest(origins, facilities, k, limit_m)
    near = np.sort(np.where(expected <= limit_m, expected, np.inf), axis=0)
    near = np.vstack([near, np.full((k, len(origins)), np.inf)])[:k].T
    clear = off_limit(near, limit_m)
    np.testing.assert_allclose(metres[clear], np.where(np.isinf(near), np.nan, near)[clear], **NEAR)
    for row, (which, far) in enumerate(zip(facility, metres, strict=True)):
        named = which[which >= 0]
        assert len(set(named.tolist())) == len(named) == np.isfinite(far).sum()
        np.testing.assert_allclose(expected[named, row], far[: len(named)], **NEAR)


@given(cases())
@settings(max_examples=EXAMPLES)
def test_a_route_is_as_long_as_it_says_and_runs_from_point_to_point(case):
    graph, origins, facilities, expected = solve(*case)
    for j in range(len(facilities)):
        for i in range(len(origins)):
            line, metres = graph.route(origins, i, facilities, j)
            np.testing.assert_allclose(metres, expected[j, i], **NEAR)
            if np.isnan(metres):
                assert line.is_empty
                continue
            assert line.length == pytest.approx(metres, abs=1e-5)
            ends = line.coords if not line.is_empty else [case[2].iloc[i].coords[0], case[3].iloc[j].coords[0]]
            assert shapely.Point(ends[0]).distance(case[2].iloc[i]) < 1e-6
            assert shapely.Point(ends[-1]).distance(case[3].iloc[j]) < 1e-6


@given(cases(), st.sampled_from([40.0, 130.0, 333.0, 5000.0]), st.sampled_from(["to", "from"]))
@settings(max_examples=EXAMPLES)
def test_reached_parts_hold_exactly_the_street_points_within_the_limit(case, limit_m, trips):
    frame, mode, _, shops = case
    graph = StreetGraph.from_streets(frame, mode)
    places = graph.place(shops)
    parts = graph.reached(places, 0, limit_m, trips=trips)
    assert set(parts.geom_type) <= {"LineString"}
    # Every street point that the engine can place on that very street, 1/16 apart, ends left out.
    samples, rows = [], []
    for row, line in enumerate(frame.geometry):
        for part in range(1, 16):
            samples.append(line.interpolate(part / 16, normalized=True))
            rows.append(row)
    spots = graph.place(gpd.GeoSeries(samples, crs=CRS), snap_to="any")
    pairs = (places[:1], spots) if trips == "to" else (spots, places[:1])
    near = graph.within(*pairs, 10 * limit_m)
    metres = np.full(len(samples), np.inf)
    metres[near.origin if trips == "to" else near.facility] = near.metres
    for spot, row, street, far in zip(samples, rows, spots.street, metres, strict=True):
        if row != street or abs(far - limit_m) < 1e-3:
            continue
        on_it = any(part.distance(spot) < 1e-6 for part in parts[parts.index == row])
        assert on_it == (far <= limit_m)


@st.composite
def networks(draw):
    """Streets between nodes with costs of their own, zero among them, and the networkx graph of them."""
    frame = draw(towns(distinct=True).filter(len))
    streets, graph = [], nx.MultiDiGraph(crs=CRS)
    numbers = {}
    for line, ahead, back in zip(frame.geometry, frame["cycle_forward"], frame["cycle_backward"], strict=True):
        cost = draw(st.sampled_from([line.length, line.length, 0.0, 2.5 * line.length, 0.25 * line.length]))
        ends = [numbers.setdefault(line.coords[at], len(numbers)) for at in (0, -1)]
        streets.append(Street(line, ("node", ends[0]), ("node", ends[1]), cost, ahead, back))
        for node, at in zip(ends, (0, -1), strict=True):
            graph.add_node(node, x=line.coords[at][0], y=line.coords[at][1])
        if ahead:
            graph.add_edge(*ends, length=cost, geometry=line)
        if back:
            graph.add_edge(*ends[::-1], length=cost, geometry=line.reverse())
    return streets, graph


@given(st.data())
@settings(max_examples=EXAMPLES)
def test_networkx_graphs_with_costs_of_their_own_and_zero_length_edges(data):
    streets, graph = data.draw(networks())
    lines = [street.line for street in streets]
    homes, shops = data.draw(points_by(lines)), data.draw(points_by(lines))
    ours = StreetGraph.from_networkx(graph, "cycle")
    # The engine numbers the streets as networkx lists its edges; here each is found back by its line.
    row_of = {line.wkb: row for row, street in enumerate(streets) for line in (street.line, street.line.reverse())}
    to_row = np.array([row_of[line.wkb] for line in ours._table.lines])
    origins, facilities = ours.place(homes), ours.place(shops)

    def rows(places):
        return np.where(places.placed, to_row[places.street], -1)

    oracle = Oracle(streets, homes=(homes, rows(origins)), shops=(shops, rows(facilities)))
    expected = oracle.metres("homes", "shops")
    for limit_m in (120.0, np.inf):
        found = dense(ours.within(facilities, origins, limit_m), expected.shape)
        clear = off_limit(expected, limit_m)
        np.testing.assert_allclose(found[clear], np.where(expected > limit_m, np.nan, expected)[clear], **NEAR)
    best = np.where(np.isnan(expected), np.inf, expected).min(axis=0)
    np.testing.assert_allclose(ours.nearest(origins, facilities)[1], np.where(np.isinf(best), np.nan, best), **NEAR)


@given(cases(distinct=True))
@settings(max_examples=EXAMPLES)
def test_there_and_back_through_networkx_changes_no_distance(case):
    graph, origins, facilities, expected = solve(*case)
    again = StreetGraph.from_networkx(graph.to_networkx(), case[1])
    homes, shops = again.place(case[2]), again.place(case[3])
    table = dense(again.within(shops, homes, np.inf), expected.shape)
    # networkx lists the streets in another order, so a point midway between two may now be given to the other one.
    same = _same_spot(graph, facilities, again, shops)[:, None] & _same_spot(graph, origins, again, homes)
    np.testing.assert_allclose(table[same], expected[same], **NEAR)


def _same_spot(graph, places, other_graph, others):
    assert (places.placed == others.placed).all()
    lines = dict(zip(graph._table.row.tolist(), graph._table.lines, strict=True))
    pairs = zip(places.street.tolist(), others.street.tolist(), strict=True)
    same_line = np.array([a < 0 or lines[a].equals(other_graph._table.lines[b]) for a, b in pairs])
    return same_line & (np.hypot(places.snapped_x - others.snapped_x, places.snapped_y - others.snapped_y) < 1e-6)


@given(cases(), st.sampled_from([5.0, 100.0, np.inf]))
@settings(max_examples=EXAMPLES)
def test_the_grid_and_the_cells_put_points_on_the_same_spot(case, max_m):
    frame, _, homes, shops = case
    lines = np.asarray(frame.geometry.array)
    # A point far away too, and one in the middle of what may be a ring.
    xy = np.vstack(
        [shapely.get_coordinates(homes.array), shapely.get_coordinates(shops.array), [[1e7, -1e7], [50, 50]]]
    )
    by_grid, by_cells = (Snapper(lines, compiled=compiled).snap(xy, max_m) for compiled in (True, False))
    for name in ("street", "along_m", "distance_m", "xy"):
        np.testing.assert_array_equal(getattr(by_grid, name), getattr(by_cells, name))


@given(cases(), st.integers(1, 4), st.data())
@settings(max_examples=EXAMPLES)
def test_the_entrances_of_a_place_count_once_at_the_nearest(case, k, data):
    graph, origins, facilities, expected = solve(*case)
    place = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(expected), max_size=len(expected))), np.int32)
    trips = np.where(np.isnan(expected), np.inf, expected)
    to_place = np.array([trips[place == number].min(axis=0, initial=np.inf) for number in range(3)])
    facility, metres = graph.k_nearest(origins, facilities, k, place=place)
    wanted = np.vstack([np.sort(to_place, axis=0), np.full((k, len(origins)), np.inf)])[:k].T
    np.testing.assert_allclose(metres, np.where(np.isinf(wanted), np.nan, wanted), **NEAR)
    row, nth = np.nonzero(facility >= 0)
    np.testing.assert_allclose(trips[facility[row, nth], row], metres[row, nth], **NEAR)
    pairs = graph.within(facilities, origins, 150.0, place=place)
    found = dense(pairs, to_place.shape)
    clear = off_limit(to_place, 150.0)
    np.testing.assert_allclose(found[clear], np.where(to_place <= 150.0, to_place, np.nan)[clear], **NEAR)
    counts = graph.counts_within(facilities, origins, 150.0, place=place)
    np.testing.assert_array_equal(counts, np.bincount(pairs.origin, minlength=len(origins)))


def scipy_metres(graph, origins, facilities):
    """Trips by scipy from one facility after another: array (facilities, origins), infinite for none."""
    rows = []
    for row in range(len(facilities)):
        cut = graph._cut(facilities[row : row + 1])
        ends = graph._ends(cut, origins)
        first, end, cost_m = cut.arcs.arrays
        matrix = csr_array((cost_m, end, first), shape=(cut.arcs.n_nodes, cut.arcs.n_nodes))
        metres = dijkstra(matrix, indices=cut.starts[0])
        rows.append(np.minimum(metres[ends.left] + ends.left_m, metres[ends.right] + ends.right_m))
    return np.array(rows)


@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_many_places_on_a_large_grid_of_streets_equal_scipy_one_by_one(mode):
    """Enough places for labels to be refused at full nodes, enough homes for several words of bits and batches."""
    draw = np.random.default_rng(3)
    side, step = 14, 80.0
    lines = [
        shapely.LineString([(i * step, j * step), ((i + di) * step, (j + dj) * step)])
        for i in range(side) for j in range(side) for di, dj in ((1, 0), (0, 1)) if i + di < side and j + dj < side
    ]  # fmt: skip
    frame = gpd.GeoDataFrame(
        {"walk": True, "cycle_forward": draw.random(len(lines)) < 0.8, "cycle_backward": draw.random(len(lines)) < 0.8},
        geometry=lines,
        crs=CRS,
    )
    graph = StreetGraph.from_streets(frame, mode)
    spots = [gpd.GeoSeries.from_xy(*draw.uniform(0, (side - 1) * step, (2, n)), crs=CRS) for n in (400, 60)]
    origins, facilities = (graph.place(some) for some in spots)
    place = draw.integers(0, 25, 60).astype(np.int32)
    trips = scipy_metres(graph, origins, facilities)
    to_place = np.array([trips[place == number].min(axis=0, initial=np.inf) for number in range(25)])
    exact = {"rtol": 0, "atol": 1e-9, "equal_nan": True}
    for table, numbers in ((trips, None), (to_place, place)):
        nearest = np.sort(table, axis=0)[:7].T
        found = graph.k_nearest(origins, facilities, 7, place=numbers)[1]
        np.testing.assert_allclose(found, np.where(np.isinf(nearest), np.nan, nearest), **exact)
        pairs = graph.within(facilities, origins, 500.0, place=numbers)
        np.testing.assert_allclose(dense(pairs, table.shape), np.where(table <= 500.0, table, np.nan), **exact)
    kind = np.arange(60) % 3
    near, counts = graph.within(facilities, origins, 500.0).by_kind(kind, 400)
    for number in range(3):
        some = np.where(trips[kind == number] <= 500.0, trips[kind == number], np.inf)
        np.testing.assert_array_equal(counts[:, number], np.isfinite(some).sum(axis=0))
        least = some.min(axis=0)
        np.testing.assert_allclose(near[:, number], np.where(np.isinf(least), np.nan, least), **exact)
