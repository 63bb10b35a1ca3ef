"""Clusters: planted ones are found, noise is not, and esda agrees on statistics and chances."""

from __future__ import annotations

import warnings
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from housing_town import CRS, squares, town
from libpysal.graph import Graph
from shapely.affinity import translate

from kortrijk_geo import housing
from kortrijk_geo.housing.clusters import find_clusters
from kortrijk_geo.housing.norms import norms

RULES = replace(norms().clusters, permutations=999)
SIDE = 8


@pytest.fixture(scope="module")
def grid():
    return gpd.GeoSeries(squares(SIDE * SIDE, columns=SIDE), crs=CRS)


def planted():
    """A corner of nine areas with much social housing in an even city."""
    values = 5 + np.random.default_rng(3).normal(0, 1, (SIDE, SIDE))
    values[:3, :3] += 20
    return values.reshape(-1)


def test_a_planted_cluster_is_found_where_it_is(grid):
    found = find_clusters(grid, planted(), np.ones(SIDE * SIDE, bool), RULES)
    labels = np.array(found.label, dtype=object).reshape(SIDE, SIDE)
    assert (labels[:2, :2] == "hoog tussen hoog").all()
    assert not (labels[4:, 4:] == "hoog tussen hoog").any()
    assert found.moran > 0.4
    assert found.p < 0.01
    assert found.tested == SIDE * SIDE


def test_noise_has_no_clusters(grid):
    clusters, chances = 0, []
    for seed in range(5):
        values = np.random.default_rng(seed).normal(size=SIDE * SIDE)
        found = find_clusters(grid, values, np.ones(SIDE * SIDE, bool), RULES)
        clusters += sum(label != "geen cluster" for label in found.label)
        chances.append(found.p)
    assert clusters <= 1
    assert max(chances) > 0.1


def test_esda_gives_the_same_statistics_and_about_the_same_chances(grid):
    values = planted()
    found = find_clusters(grid, values, np.ones(len(values), bool), RULES)
    graph = Graph.build_contiguity(grid, rook=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on the meaning of a one-sided pseudo p-value, which is doubled here
        from esda.moran import Moran, Moran_Local

        theirs = Moran_Local(values, graph, permutations=999, seed=1)
        whole = Moran(values, graph, permutations=0)
    assert found.moran == pytest.approx(whole.I)
    assert found.expected == pytest.approx(-1 / (len(values) - 1))
    # Undo the correction for many tests by testing one area at a time: the rank order of chances is what must agree.
    ours, doubled = found.local_p, np.minimum(1, 2 * theirs.p_sim)
    assert (ours >= doubled * 0.7 - 0.02).all()  # a correction only makes chances larger
    assert np.corrcoef(ours, doubled)[0, 1] > 0.9


def test_the_same_seed_gives_the_same_figures_whatever_numpys_own_generator(grid):
    runs = []
    for state in (1, 2):
        np.random.seed(state)  # noqa: NPY002 - the point is that this one does not matter
        runs.append(find_clusters(grid, planted(), np.ones(SIDE * SIDE, bool), RULES))
    np.testing.assert_array_equal(runs[0].local_p, runs[1].local_p)
    assert runs[0].p == runs[1].p
    other = find_clusters(grid, planted(), np.ones(SIDE * SIDE, bool), replace(RULES, seed=RULES.seed + 1))
    assert (other.local_p != runs[0].local_p).any()


def test_unknown_and_left_out_areas_are_not_tested(grid):
    values, takes_part = planted(), np.ones(SIDE * SIDE, bool)
    values[5], takes_part[6] = np.nan, False
    found = find_clusters(grid, values, takes_part, RULES)
    assert [found.label[5], found.label[6]] == ["niet getoetst", "niet getoetst"]
    assert np.isnan(found.local_p[[5, 6]]).all()
    assert found.tested == SIDE * SIDE - 2


def test_an_area_without_neighbours_is_not_tested(grid):
    lonely = gpd.GeoSeries([*grid, translate(grid.iloc[0], 50_000, 50_000)], crs=CRS)
    found = find_clusters(lonely, np.append(planted(), 9.0), np.ones(len(lonely), bool), RULES)
    assert found.label[-1] == "niet getoetst"
    assert found.tested == SIDE * SIDE


def test_outlines_that_miss_each_other_by_less_than_the_tolerance_still_touch(grid):
    shrunk = gpd.GeoSeries(grid.buffer(-0.4, join_style="mitre"), crs=CRS)
    whole = find_clusters(grid, planted(), np.ones(SIDE * SIDE, bool), RULES)
    assert find_clusters(shrunk, planted(), np.ones(SIDE * SIDE, bool), RULES).moran == pytest.approx(whole.moran)


@pytest.mark.parametrize(("count", "value", "why"), [(5, None, "te weinig gebieden"), (16, 4.0, "dezelfde waarde")])
def test_what_cannot_be_tested_says_why(grid, count, value, why):
    values = planted()[:count] if value is None else np.full(count, value)
    found = find_clusters(grid.iloc[:count], values, np.ones(count, bool), RULES)
    assert why in found.why_not
    assert np.isnan(found.moran)
    assert set(found.label) == {"niet getoetst"}


def test_small_areas_are_flagged_and_take_no_part():
    social = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 50]
    households = [200] * 11 + [60]
    result = housing.analyse(town(social, households))
    assert result.areas["small_area"].tolist() == [False] * 11 + [True]
    assert result.areas["cluster"].iloc[-1] == "niet getoetst"
    assert any("Minder dan 100 private huishoudens" in note and "Gebied A11" in note for note in result.notes)
