"""Clusters: planted ones are found, noise is not, and chances are those of all arrangements."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pytest
from housing_town import CRS, squares, town
from scipy.stats import false_discovery_control
from shapely.affinity import translate

from kortrijk_geo import housing
from kortrijk_geo.housing.clusters import find_clusters
from kortrijk_geo.housing.norms import norms

RULES = norms().clusters.model_copy(update={"permutations": 999})
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


def test_the_chances_are_those_of_all_arrangements():
    # Six areas in a row: few enough to deal the values out in every possible way.
    values, count = np.array([9.0, 8, 2, 1, 3, 5]), 6
    row = gpd.GeoSeries(squares(count, columns=count), crs=CRS)
    rules = RULES.model_copy(update={"least_areas": 4, "permutations": 20_000})
    found = find_clusters(row, values, np.ones(count, bool), rules)
    weights = np.zeros((count, count))
    for i in range(count):
        beside = [j for j in (i - 1, i + 1) if 0 <= j < count]
        weights[i, beside] = 1 / len(beside)
    z = (values - values.mean()) / values.std()

    def chance(drawn, seen):
        drawn = np.array(drawn)
        return min(1.0, 2 * min((drawn >= seen - 1e-9).mean(), (drawn <= seen + 1e-9).mean()))

    local = []
    for i in range(count):
        deals = itertools.permutations(np.delete(z, i))
        lags = [z[i] * (weights[i] @ np.insert(others, i, z[i])) for others in deals]
        local.append(chance(lags, z[i] * (weights[i] @ z)))
    ways = [np.array(one) for one in itertools.permutations(z)]
    whole = [one @ weights @ one / count for one in ways]
    assert found.moran == pytest.approx(z @ weights @ z / count)
    assert found.expected == pytest.approx(-1 / (count - 1))
    assert found.p == pytest.approx(chance(whole, found.moran), abs=0.02)
    np.testing.assert_allclose(found.local_p, false_discovery_control(local), atol=0.03)


def test_the_same_seed_gives_the_same_figures_whatever_numpys_own_generator(grid):
    runs = []
    for state in (1, 2):
        np.random.seed(state)  # noqa: NPY002 - the point is that this one does not matter
        runs.append(find_clusters(grid, planted(), np.ones(SIDE * SIDE, bool), RULES))
    np.testing.assert_array_equal(runs[0].local_p, runs[1].local_p)
    assert runs[0].p == runs[1].p
    other = find_clusters(
        grid, planted(), np.ones(SIDE * SIDE, bool), RULES.model_copy(update={"seed": RULES.seed + 1})
    )
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
