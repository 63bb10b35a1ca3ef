from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kortrijk_geo.reach.figures import missing_most, weighted_mean, weighted_quantile, weighted_share, within_limit

GROUP = np.array([0, 0, 1])
WEIGHTS = np.array([10.0, 30.0, 5.0])


def test_share_and_mean_per_group():
    hit = np.array([True, False, True])
    assert weighted_share(hit, WEIGHTS, GROUP, 3)[:2].tolist() == [0.25, 1.0]
    assert np.isnan(weighted_share(hit, WEIGHTS, GROUP, 3)[2])
    assert weighted_mean(np.array([2.0, 6.0, 9.0]), WEIGHTS, GROUP, 2).tolist() == [5.0, 9.0]


def test_quantile_is_the_value_that_so_many_do_not_exceed():
    values = np.array([4.0, 1.0, 2.0, 3.0, np.inf])
    weights = np.ones(5)
    group = np.zeros(5, int)
    assert weighted_quantile(values, weights, group, 1, 0.5).tolist() == [3.0]
    assert weighted_quantile(values, weights, group, 1, 0.8).tolist() == [4.0]
    assert weighted_quantile(values, weights, group, 1, 0.9).tolist() == [np.inf]
    assert np.isnan(weighted_quantile(values, np.zeros(5), group, 1, 0.5)).all()


@given(
    hnp.arrays(float, st.integers(1, 30), elements=st.floats(0, 1e4)),
    st.data(),
)
def test_a_quantile_with_whole_weights_is_that_of_repeated_values(values, data):
    weights = data.draw(hnp.arrays(np.int64, len(values), elements=st.integers(1, 9)))
    quantile = data.draw(st.sampled_from([0.1, 0.5, 0.9]))
    repeated = np.sort(np.repeat(values, weights))
    wanted = repeated[int(np.ceil(quantile * len(repeated) * (1 - 1e-12))) - 1]
    found = weighted_quantile(values, weights.astype(float), np.zeros(len(values), int), 1, quantile)
    assert found[0] == wanted


def test_the_limit_is_within_and_the_unknown_is_not():
    assert within_limit(np.array([1_200.0, 1_200.0000001, 1_200.1, np.inf, np.nan]), 1_200).tolist() == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_what_is_missing_most_leaves_the_unknown_out():
    shares = np.array([[0.5, 0.2, np.nan], [0.4, 0.4, 0.9], [1.0, 1.0, np.nan], [np.nan, np.nan, np.nan]])
    assert missing_most(shares).tolist() == [1, 0, -1, -2]


def test_groups_do_not_mix():
    rng = np.random.default_rng(3)
    values, weights, group = rng.random(400) * 50, rng.random(400), rng.integers(0, 7, 400)
    together = weighted_quantile(values, weights, group, 7, 0.9)
    for g in range(7):
        inside = group == g
        alone = weighted_quantile(values[inside], weights[inside], np.zeros(inside.sum(), int), 1, 0.9)
        assert together[g] == pytest.approx(alone[0])
