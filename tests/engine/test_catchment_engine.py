"""The catchment arithmetic: by hand, against PySAL access, and its sums."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kortrijk_geo.engine.catchment import gaussian, in_reach, steps, two_step, weighted_mean
from kortrijk_geo.errors import DataError, OptionError


def test_steps_count_their_limits_in():
    weigh = steps([400, 800, 1_200], [1, 0.68, 0.22])
    assert weigh(np.array([0, 400, 400.1, 800, 1_200, 1_200.1])).tolist() == [1, 1, 0.68, 0.68, 0.22, 0]


def test_gaussian_by_hand():
    weigh = gaussian(600, 1_200)
    assert weigh(np.array([0, 600, 1_200, 1_201])) == pytest.approx([1, np.exp(-0.5), np.exp(-2), 0])


def test_two_steps_by_hand():
    # Facility 0 (10 places) has homes 0 and 1 near, facility 1 (6 places) has home 1 near and home 2 far.
    found = two_step(
        np.array([0, 0, 1, 1]),
        np.array([0, 1, 1, 2]),
        np.array([100.0, 200.0, 100.0, 900.0]),
        supply=np.array([10.0, 6.0, 3.0]),
        demand=np.array([10.0, 10.0, 20.0, 5.0]),
        decay=steps([500, 1_000], [1, 0.5]),
    )
    assert found.demand_in_reach.tolist() == [20, 20, 0]
    assert found.per_facility[:2].tolist() == [0.5, 0.3]
    assert np.isnan(found.per_facility[2])
    assert found.per_origin == pytest.approx([0.5, 0.8, 0.15, 0])


def random_case(seed, facilities=12, origins=60):
    draw = np.random.default_rng(seed)
    metres = draw.uniform(0, 2_000, (facilities, origins))
    facility, origin = np.nonzero(metres <= 1_200)
    supply = draw.integers(0, 40, facilities).astype(float)
    demand = draw.integers(0, 6, origins).astype(float)
    return facility, origin, metres[facility, origin], supply, demand


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("decay", ["steps", "gaussian"])
def test_equal_to_pysal_access(seed, decay):
    from access import weights
    from access.fca import two_stage_fca

    facility, origin, metres, supply, demand = random_case(seed)
    ours = steps([400, 800, 1_200], [1, 0.68, 0.22]) if decay == "steps" else gaussian(600, 1_200)
    theirs = weights.step_fn({400: 1, 800: 0.68, 1_200: 0.22}) if decay == "steps" else weights.gaussian(600)
    expected = two_stage_fca(
        demand_df=pd.DataFrame({"demand": demand}),
        supply_df=pd.DataFrame({"supply": supply}, index=pd.RangeIndex(len(supply), name="geoid")),
        cost_df=pd.DataFrame({"origin": origin, "dest": facility, "cost": metres}),
        max_cost=1_200,
        demand_index=True,
        demand_name="demand",
        supply_name="supply",
        weight_fn=theirs,
    ).reindex(range(len(demand)), fill_value=0.0)
    found = two_step(facility, origin, metres, supply=supply, demand=demand, decay=ours)
    assert np.abs(found.per_origin - expected.to_numpy()).max() < 1e-9


@given(st.integers(0, 10_000))
def test_every_place_with_demand_in_reach_is_shared_out_whole(seed):
    facility, origin, metres, supply, demand = random_case(seed)
    found = two_step(facility, origin, metres, supply=supply, demand=demand, decay=gaussian(600, 1_200))
    assert (demand * found.per_origin).sum() == pytest.approx(supply[found.demand_in_reach > 0].sum())


def test_what_is_in_reach():
    assert in_reach(np.array([0, 1, 1]), np.array([2, 2, 0]), np.array([5.0, 7.0]), 3).tolist() == [7, 0, 12]


def test_means_leave_out_what_is_unknown_or_in_no_group():
    means = weighted_mean(
        np.array([10.0, 20.0, np.nan, 50.0, 9.0]),
        np.array([1.0, 3.0, 5.0, 0.0, np.nan]),
        np.array([0, 0, 0, 1, -1]),
        3,
    )
    assert means[0] == 17.5
    assert np.isnan(means[1:]).all()


def test_no_pairs_at_all():
    none = np.empty(0, dtype=int)
    found = two_step(none, none, np.empty(0), supply=np.ones(2), demand=np.ones(3), decay=gaussian(1, 2))
    assert found.per_origin.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("limits", "weights"), [([], []), ([100], [1, 2]), ([200, 100], [1, 1]), ([0, 100], [1, 1]), ([100], [-1])]
)
def test_steps_that_cannot_be(limits, weights):
    with pytest.raises(OptionError, match="decay in steps"):
        steps(limits, weights)


@pytest.mark.parametrize("width", [0, -1, np.nan])
def test_a_gaussian_that_cannot_be(width):
    with pytest.raises(OptionError, match="Gaussian"):
        gaussian(width, 100)


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf])
def test_supply_and_demand_must_be_known(wrong):
    one, nil = np.ones(1), np.zeros(1, dtype=int)
    with pytest.raises(DataError, match="supply in row 0"):
        two_step(nil, nil, one, supply=np.array([wrong]), demand=one, decay=gaussian(1, 2))
    with pytest.raises(DataError, match="demand in row 0"):
        two_step(nil, nil, one, supply=one, demand=np.array([wrong]), decay=gaussian(1, 2))
