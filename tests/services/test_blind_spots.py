"""Clusters of homes equal scikit-learn's DBSCAN, in whatever order the homes stand, and keep all people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.cluster import DBSCAN

from kortrijk_geo.services.blind_spots import clusters_of, spots_of
from kortrijk_geo.services.reached import tally

EPS, CORE = 100.0, 10.0


@st.composite
def villages(draw):
    """Some homes on a coarse grid, so that many stand at the same place or exactly at the distance."""
    many = draw(st.integers(0, 60))
    xy = draw(hnp.arrays(np.int64, (many, 2), elements=st.integers(0, 12))).astype(float) * 50.0
    people = draw(hnp.arrays(np.int64, many, elements=st.integers(1, 6))).astype(float)
    return xy, people


@settings(max_examples=150)
@given(villages())
def test_clusters_equal_scikit_learn(village):
    xy, people = village
    ours = clusters_of(xy, people, neighbour_m=EPS, core_people=CORE)
    if not len(xy):
        assert not len(ours)
        return
    fitted = DBSCAN(eps=EPS, min_samples=int(CORE)).fit(xy, sample_weight=people)
    core = np.zeros(len(xy), bool)
    core[fitted.core_sample_indices_] = True
    np.testing.assert_array_equal(ours >= 0, fitted.labels_ >= 0)
    # Which cluster a border home joins hangs on the order in theirs; cores part in one way only.
    pairs = {(a, b) for a, b in zip(ours[core].tolist(), fitted.labels_[core].tolist(), strict=True)}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


@settings(max_examples=100)
@given(villages(), st.randoms(use_true_random=False))
def test_the_order_of_the_homes_makes_no_difference(village, random):
    xy, people = village
    order = list(range(len(xy)))
    random.shuffle(order)
    wanted = {"neighbour_m": EPS, "core_people": CORE, "least_people": 15.0}
    spots, mixed = spots_of(xy, people, **wanted), spots_of(xy[order], people[order], **wanted)
    assert [spot.people for spot in spots] == [spot.people for spot in mixed]
    homes = np.concatenate([spot.homes for spot in spots]) if spots else np.zeros(0, int)
    assert len(np.unique(homes)) == len(homes)
    assert sum(spot.people for spot in spots) <= people.sum()
    assert all(spot.middle in spot.homes for spot in spots)


@settings(max_examples=100)
@given(st.integers(1, 40).flatmap(lambda n: st.tuples(
    hnp.arrays(float, n, elements=st.one_of(st.just(np.nan), st.floats(0, 50))),
    hnp.arrays(bool, n), hnp.arrays(bool, n), hnp.arrays(np.int64, n, elements=st.integers(-1, 3)),
)))  # fmt: skip
def test_a_tally_adds_up_and_is_silent_where_too_little_is_known(case):
    people, known, beyond, group = case
    beyond = beyond & known
    counted = tally(people, known, beyond, group, 4)
    fewer = tally(people, known, beyond & (np.arange(len(people)) % 2 == 0), group, 4)
    for number in range(4):
        rows = group == number
        share, far = counted.share[number], counted.people[number]
        assert np.isnan(share) or 0 <= share <= 1
        assert np.isnan(share) or counted.known_share[number] >= 0.95
        if rows.any() and known[rows].all() and np.isfinite(people[rows]).all() and people[rows].sum() > 0:
            assert far == pytest.approx(np.sum(people[rows & beyond]), rel=1e-12)
            assert fewer.people[number] <= far  # more places never leave more people without
        if not rows.any():
            assert np.isnan(share)
