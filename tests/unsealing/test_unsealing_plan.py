"""The plan: choices that can be checked by trying them all, and what it tells when something cannot be."""

from __future__ import annotations

from itertools import product

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from kortrijk_geo.errors import OptionError
from kortrijk_geo.unsealing.knapsack import least_cost, most_benefit
from kortrijk_geo.unsealing.plan import make_plan
from kortrijk_geo.unsealing.rules import load_costs

amounts = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=9)
COSTS = """
version = "1"
[[cost]]
surface = "other"
eur_per_m2 = "{other}"
eur_per_patch = "{patch}"
source = "test"
date = 2026-01-01
standing = "test"
[[cost]]
surface = "road"
eur_per_m2 = "{road}"
eur_per_patch = "{patch}"
source = "test"
date = 2026-01-01
standing = "test"
"""


@given(items=amounts, part=st.floats(0.01, 1))
@settings(max_examples=60)
def test_the_least_cost_is_that_of_trying_all(items, part):
    cost, gain = np.array(items, dtype=float).T
    target = part * gain.sum()
    every = np.array(list(product([False, True], repeat=len(items))))
    best = min(cost[row].sum() for row in every if gain[row].sum() >= target)
    found = least_cost(cost, gain, target, exact_most=100)
    assert gain[found.chosen].sum() >= target
    assert cost[found.chosen].sum() == pytest.approx(best)
    assert found.gap == pytest.approx(0, abs=1e-4) or found.method == "greedy"
    greedy = least_cost(cost, gain, target, exact_most=0)
    spent = cost[greedy.chosen].sum()
    assert gain[greedy.chosen].sum() >= target
    assert spent * (1 - greedy.gap) <= best + 1e-9 <= spent + 2e-9


@given(items=amounts, part=st.floats(0, 1.2))
@settings(max_examples=60)
def test_the_most_benefit_is_that_of_trying_all(items, part):
    benefit, cost = np.array(items, dtype=float).T
    budget = part * cost.sum()
    every = np.array(list(product([False, True], repeat=len(items))))
    best = max(benefit[row].sum() for row in every if cost[row].sum() <= budget)
    found = most_benefit(benefit, cost, budget, exact_most=100)
    assert cost[found.chosen].sum() <= budget
    assert benefit[found.chosen].sum() == pytest.approx(best)
    greedy = most_benefit(benefit, cost, budget, exact_most=0)
    got = benefit[greedy.chosen].sum()
    assert got <= best + 1e-9
    if greedy.gap < 1:
        assert got / (1 - greedy.gap) >= best - 1e-9


def test_greedy_alone_would_be_wrong_here():
    # Per unit the first is cheapest, but two of it are needed and the second alone is enough.
    cost, gain = np.array([10.0, 10.0, 12.0]), np.array([9.0, 9.0, 10.0])
    assert least_cost(cost, gain, 10, exact_most=10).chosen.tolist() == [False, False, True]


def test_greedy_ends_with_the_patch_that_adds_least():
    # After 9 for 9, one unit is short: 10 for 11 are next in line, 1 for 2 is enough.
    cost, gain = np.array([9.0, 11.0, 2.0]), np.array([9.0, 10.0, 1.0])
    assert least_cost(cost, gain, 10, exact_most=0).chosen.tolist() == [True, False, True]


def test_greedy_passes_over_what_does_not_fit():
    benefit, cost = np.array([12.0, 5.0]), np.array([6.0, 5.0])
    assert most_benefit(benefit, cost, 5, exact_most=0).chosen.tolist() == [False, True]


def test_what_is_free_is_taken_at_a_gap_of_nothing():
    taken = most_benefit(np.array([0.5, 3.0, 2.0]), np.array([0.0, 2.0, 2.0]), 2, exact_most=0)
    assert taken.chosen.tolist() == [True, True, False]
    free = least_cost(np.zeros(2), np.array([5.0, 5.0]), 8, exact_most=0)
    assert (free.chosen.tolist(), free.gap) == ([True, True], 0)


def test_a_greedy_choice_that_is_proven_the_best_is_exact():
    # The relaxation spends 10 and greedy 18: what costs 8 more than its worth at 1 per unit, or less, is open: two.
    cost, gain = np.array([9.0, 9.0, 20.0]), np.array([9.0, 9.0, 10.0])
    proven = least_cost(cost, gain, 10, exact_most=2)
    assert (proven.chosen.tolist(), proven.method) == ([True, True, False], "exact")
    assert proven.gap == pytest.approx(0, abs=1e-4)


def test_many_patches_are_chosen_near_best_with_the_gap_told():
    rng = np.random.default_rng(3)
    gain = rng.lognormal(3, 1.5, 3_000).round(1)
    cost = gain * rng.uniform(10, 60, 3_000) + 100
    near = least_cost(cost, gain, 20_000, exact_most=40)
    exact = least_cost(cost, gain, 20_000, exact_most=5_000)
    assert near.method in {"near", "greedy"}
    assert gain[near.chosen].sum() >= 20_000
    assert 0 <= near.gap < 0.01
    assert cost[exact.chosen].sum() >= cost[near.chosen].sum() * (1 - near.gap) - 1e-6


def patches(*rows):
    """Patches of a surface, m2 and score each."""
    surface, m2, score = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "patch_id": [f"o{n}" for n in range(len(rows))],
            "area_id": "W1",
            "owner": "public",
            "surface": surface,
            "m2": np.array(m2, dtype=float),
            "score": np.array(score, dtype=float),
        },
        geometry=[shapely.box(n, 0, n + 1, 1) for n in range(len(rows))],
        crs="EPSG:31370",
    )


@pytest.fixture
def costs(tmp_path):
    def make(other="10.00", road="30.00", patch="50.00"):
        path = tmp_path / "costs.toml"
        path.write_text(COSTS.format(other=other, road=road, patch=patch), encoding="utf-8")
        return load_costs(path)

    return make


def plan(frame, costs, **asked):
    return make_plan(frame, m3=frame["m2"].to_numpy() * 0.05, costs=costs, **asked)


def test_without_costs_the_best_scores_come_first():
    frame = patches(("other", 100, 0.2), ("other", 50, 0.9), ("other", 60, 0.8))
    found = plan(frame, load_costs(), target=105)
    assert found.patches["patch_id"].tolist() == ["o1", "o2"]
    assert found.patches["total_m2"].tolist() == [50, 110]
    assert found.patches["total_m3"].tolist() == pytest.approx([2.5, 5.5])
    assert found.patches["eur"].isna().all()
    assert (found.by_cost, found.feasible, found.reached) == (False, True, 110)


def test_with_costs_the_fewest_euros_decide(costs):
    frame = patches(("other", 100, 0.2), ("other", 50, 0.9), ("road", 60, 0.8))
    found = plan(frame, costs(), target=100)
    assert found.patches["patch_id"].tolist() == ["o0"]
    assert found.patches["total_eur"].tolist() == [1_050]
    assert found.by_cost


def test_with_costs_the_cheapest_square_metre_comes_first(costs):
    # Per m2: 10 + 50 / 200 is 10.25, 10 + 50 / 100 is 10.50, 30 + 50 / 50 is 31.00.
    frame = patches(("road", 50, 0.9), ("other", 100, np.nan), ("other", 200, 0.1))
    found = plan(frame, costs(), target=350)
    assert found.patches["patch_id"].tolist() == ["o2", "o1", "o0"], "a patch without score can be chosen on euros"
    assert found.patches["total_eur"].tolist() == [2_050, 3_100, 4_650]
    assert (found.reached, found.maximum, found.unscored) == (350, 350, 1)


def test_a_budget_buys_the_most_benefit(costs):
    frame = patches(("other", 100, 0.2), ("other", 50, 0.9), ("road", 60, 0.8))
    assert plan(frame, costs(), budget_eur=1_100).patches["patch_id"].tolist() == ["o1"]
    assert plan(frame, costs(), budget_eur=1_100, benefit="m2").patches["patch_id"].tolist() == ["o0"]
    by_m2 = plan(frame, load_costs(), budget_m2=115)
    assert sorted(by_m2.patches["patch_id"]) == ["o1", "o2"]


def test_a_budget_can_buy_the_most_rain_kept(costs):
    frame, m3 = patches(("other", 100, 0.9), ("other", 90, 0.2)), np.array([1.0, 4.0])
    found = make_plan(frame, m3=m3, costs=costs(), budget_eur=1_050, benefit="m3", unit="m3")
    assert found.patches["patch_id"].tolist() == ["o1"]
    assert (found.reached, found.maximum, found.budget, found.budget_unit) == (4, 5, 1_050, "EUR")


def test_a_budget_in_m2_is_spent_on_m2_by_score_even_when_costs_are_known(costs):
    # Two of 50 m2 at 0.9 and 0.6 fit in 100 m2: 75 points; the cheap 100 m2 at 0.5 would bring 50.
    frame = patches(("other", 100, 0.5), ("road", 50, 0.9), ("other", 50, 0.6))
    found = plan(frame, costs(), budget_m2=100)
    assert found.patches["patch_id"].tolist() == ["o1", "o2"], (
        "the best score first, though its m2 costs thrice as much"
    )
    assert found.patches["total_eur"].tolist() == [1_550, 2_100]
    assert (found.by_cost, found.budget, found.budget_unit, found.reached) == (False, 100, "m2", 100)
    assert found.feasible


def test_without_costs_a_large_patch_with_a_good_score_goes_before_a_small_one_with_a_bad():
    # What is missed: 100 x 0.1 is 10, 60 x 0.9 is 54.
    found = plan(patches(("other", 100, 0.9), ("other", 60, 0.1)), load_costs(), target=50)
    assert found.patches["patch_id"].tolist() == ["o0"]


def test_of_patches_that_cost_the_same_the_best_score_comes_first(costs):
    found = plan(patches(("other", 50, 0.2), ("other", 50, 0.9)), costs(), target=100)
    assert found.patches["patch_id"].tolist() == ["o1", "o0"]


@pytest.mark.parametrize(
    ("asked", "exact", "greedy", "gap"),
    [
        # 1 EUR/m2 for 9 m2 twice, 1.25 for 10 m2: the relaxation spends 10 EUR, greedy 18.
        ({"target": 10}, ["o2"], ["o0", "o1"], 8 / 18),
        # The relaxation buys 12.5 m2 for 12.50 EUR, greedy 9.
        ({"budget_eur": 12.5, "benefit": "m2"}, ["o2"], ["o0"], 3.5 / 12.5),
    ],
)
def test_a_plan_tells_how_it_was_chosen_and_how_far_from_the_best_it_may_be(costs, asked, exact, greedy, gap):
    frame = patches(("other", 9, 0.5), ("other", 9, 0.5), ("road", 10, 0.5))
    prices = costs(other="1.00", road="1.25", patch="0.00")
    best = plan(frame, prices, **asked)
    assert (best.patches["patch_id"].tolist(), best.method) == (exact, "exact")
    assert best.gap == pytest.approx(0, abs=1e-4)
    quick = plan(frame, prices, exact_most=0, **asked)
    assert (quick.patches["patch_id"].tolist(), quick.method) == (greedy, "greedy")
    assert quick.gap == pytest.approx(gap)


def test_a_target_out_of_reach_tells_the_most_that_can_be_had():
    found = plan(patches(("other", 100, 0.2), ("other", 50, 0.9)), load_costs(), target=75_877, unit="m3")
    assert not found.feasible
    assert found.maximum == pytest.approx(7.5)
    assert len(found.patches) == 2


def test_a_patch_without_score_is_counted_and_not_chosen_on_score():
    found = plan(patches(("other", 100, np.nan), ("other", 50, 0.9)), load_costs(), target=40)
    assert found.patches["patch_id"].tolist() == ["o1"]
    assert found.unscored == 1


@pytest.mark.parametrize(
    "asked",
    [{}, {"target": 1, "budget_m2": 1}, {"target": 0}, {"budget_eur": 100}, {"target": np.inf}, {"budget_m2": np.nan}],
)
def test_a_question_that_cannot_be_answered_is_refused(asked):
    with pytest.raises(OptionError):
        plan(patches(("other", 100, 0.2)), load_costs(), **asked)
