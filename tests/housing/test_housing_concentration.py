"""Indices of concentration: worked examples, their invariants, and PySAL's segregation as an outside check."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kortrijk_geo.errors import DataError
from kortrijk_geo.housing.concentration import (
    dissimilarity,
    dissimilarity_by_chance,
    gini,
    isolation,
    isolation_adjusted,
    lorenz,
    usable,
)

AREAS = st.lists(
    st.integers(1, 400).flatmap(lambda homes: st.tuples(st.integers(0, homes), st.just(homes))), min_size=2, max_size=25
)


def arrays(areas):
    social, households = (np.array(column, dtype=float) for column in zip(*areas, strict=True))
    assume(0 < social.sum() < households.sum())
    return social, households


def test_a_worked_example():
    # 20 of 100 and 0 of 100: all social dwellings in the first; others 80 and 100 of 180.
    # D = 1/2 (|1 - 80/180| + |0 - 100/180|) = 100/180; xPx = 20/100; P = 0.1: (0.2 - 0.1) / 0.9.
    social, households = np.array([20.0, 0.0]), np.array([100.0, 100.0])
    assert dissimilarity(social, households) == pytest.approx(100 / 180)
    assert isolation(social, households) == pytest.approx(0.2)
    assert isolation_adjusted(social, households) == pytest.approx(1 / 9)
    assert gini(social, households) == pytest.approx(100 / 180)
    assert lorenz(social, households).to_numpy().tolist() == [[0, 0], [100 / 180, 0], [1, 1]]


def test_the_definition_of_gini_over_all_pairs_of_areas():
    social, households = np.array([10.0, 0, 30, 5]), np.array([100.0, 50, 120, 200])
    share, total = social / households, households.sum()
    p = social.sum() / total
    pairs = np.abs(share[:, None] - share) * households[:, None] * households
    assert gini(social, households) == pytest.approx(pairs.sum() / (2 * total**2 * p * (1 - p)))


@pytest.mark.parametrize("social", [[0.0, 0.0], [30.0, 50.0]])
def test_without_a_social_dwelling_or_anything_else_there_is_nothing_to_spread(social):
    social, households = np.array(social), np.array([30.0, 50.0])
    assert np.isnan(dissimilarity(social, households))
    assert np.isnan(dissimilarity_by_chance(social, households, draws=5, seed=1))
    assert np.isnan(isolation_adjusted(social, households))
    assert np.isnan(isolation(social, households)) == (not social.any())


@pytest.mark.xdist_group("segregation")  # which one worker imports, for seconds
@pytest.mark.parametrize("seed", range(5))
def test_pysal_segregation_gives_the_same_indices(seed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what its plotting libraries say when they are imported is not ours
        singlegroup = pytest.importorskip("segregation.singlegroup", reason="PySAL segregation is not installed")
    rng = np.random.default_rng(seed)
    households = rng.integers(50, 3000, 40)
    social = rng.binomial(households, rng.beta(1, 8, 40))
    frame = pd.DataFrame({"social": social, "households": households})
    theirs = {
        name: getattr(singlegroup, name)(frame, "social", "households").statistic
        for name in ("Dissim", "Isolation", "Gini", "CorrelationR")
    }
    x, t = social.astype(float), households.astype(float)
    assert dissimilarity(x, t) == pytest.approx(theirs["Dissim"], abs=1e-9)
    assert isolation(x, t) == pytest.approx(theirs["Isolation"], abs=1e-9)
    assert gini(x, t) == pytest.approx(theirs["Gini"], abs=1e-9)
    assert isolation_adjusted(x, t) == pytest.approx(theirs["CorrelationR"], abs=1e-9)


@given(AREAS)
def test_bounds_and_the_curve(areas):
    social, households = arrays(areas)
    d, g = dissimilarity(social, households), gini(social, households)
    assert -1e-9 <= d <= g + 1e-9 <= 1 + 2e-9  # Gini is never below the dissimilarity
    curve = lorenz(social, households)
    assert d == pytest.approx((curve["share_others"] - curve["share_social"]).max(), abs=1e-9)
    assert -1e-9 <= isolation_adjusted(social, households) <= 1 + 1e-9


@given(AREAS, st.randoms())
def test_order_and_scale_make_no_difference(areas, random):
    social, households = arrays(areas)
    order = list(range(len(social)))
    random.shuffle(order)
    for index in (dissimilarity, isolation, isolation_adjusted, gini):
        value = index(social, households)
        assert index(social[order], households[order]) == pytest.approx(value, abs=1e-9)
        assert index(7 * social, 7 * households) == pytest.approx(value, abs=1e-9)


@given(AREAS)
def test_areas_of_the_same_share_can_be_taken_together(areas):
    social, households = arrays(areas)
    twice = np.concatenate([social, social[:1]]), np.concatenate([households, households[:1]])
    once = social.copy(), households.copy()
    once[0][0] *= 2
    once[1][0] *= 2
    for index in (dissimilarity, isolation, gini):
        assert index(*twice) == pytest.approx(index(*once), abs=1e-9)


def test_an_even_spread_is_0_and_a_full_separation_1():
    assert dissimilarity(np.array([5.0, 10.0]), np.array([50.0, 100.0])) == pytest.approx(0)
    assert gini(np.array([5.0, 10.0]), np.array([50.0, 100.0])) == pytest.approx(0, abs=1e-12)
    assert dissimilarity(np.array([50.0, 0.0]), np.array([50.0, 100.0])) == 1
    assert isolation_adjusted(np.array([50.0, 0.0]), np.array([50.0, 100.0])) == pytest.approx(1)


def test_chance_alone_makes_small_areas_uneven_and_is_the_same_each_time():
    small = np.full(100, 2.0), np.full(100, 20.0)
    large = np.full(10, 200.0), np.full(10, 2000.0)
    by_chance = [dissimilarity_by_chance(*areas, draws=100, seed=1) for areas in (small, large)]
    assert by_chance[0] > 0.2
    assert 0 < by_chance[1] < 0.05
    assert dissimilarity_by_chance(*small, draws=100, seed=1) == by_chance[0]
    # Two areas of one household and one social dwelling: wherever it falls, the two are fully separated.
    assert dissimilarity_by_chance(np.array([1.0, 0.0]), np.array([1.0, 1.0]), draws=10, seed=1) == 1


def test_without_social_dwellings_or_without_others_there_is_no_index():
    assert np.isnan(dissimilarity(np.zeros(2), np.ones(2)))
    assert np.isnan(isolation(np.zeros(2), np.ones(2)))
    assert np.isnan(gini(np.zeros(2), np.ones(2)))
    assert np.isnan(isolation_adjusted(np.ones(2), np.ones(2)))
    assert np.isnan(dissimilarity_by_chance(np.zeros(2), np.ones(2), draws=10, seed=1))


def test_unknown_counts_must_be_left_out_first():
    social, households = np.array([1.0, np.nan, 5.0]), np.array([10.0, 10.0, 4.0])
    assert usable(social, households).tolist() == [True, False, False]
    with pytest.raises(DataError, match="leave it out"):
        dissimilarity(social, households)
