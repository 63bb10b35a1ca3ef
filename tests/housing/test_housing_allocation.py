"""Allocation: small cases against every possible plan, the limits, and what happens first."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from housing_town import CRS, squares, town
from hypothesis import given, settings
from hypothesis import strategies as st

from kortrijk_geo import housing
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.housing.allocation import allocate
from kortrijk_geo.housing.allocation_program import NoRoomError, Question, Weights, solve
from kortrijk_geo.reach.analysis import ReachResult
from kortrijk_geo.reach.options import choose
from kortrijk_geo.results import ThemeResult

NAN = float("nan")
FIXED = {"fixed_households": True, "year": 2040}


def reach_result(shares, *, ids=None, theme="reach"):
    ids = ids or [f"A{i:02d}" for i in range(len(shares))]
    areas = gpd.GeoDataFrame({"share_all_walk_15": shares}, index=ids, geometry=squares(len(ids)), crs=CRS)
    return ReachResult(
        theme, "bereik", "Dorp", areas, {}, [], [], chosen=choose(modes=("walk",)), who="residents", least=10
    )


def every_plan(question):
    rooms = [range(min(int(most), question.units) + 1) for most in question.most]
    return [np.array(plan) for plan in itertools.product(*rooms) if sum(plan) == question.units]


QUESTIONS = (
    st.integers(2, 4)
    .flatmap(
        lambda n: st.builds(
            Question,
            units=st.integers(1, 7),
            most=st.lists(st.integers(2, 5), min_size=n, max_size=n).map(np.array),
            social=st.lists(st.integers(0, 30), min_size=n, max_size=n).map(lambda one: np.array(one, float)),
            households=st.lists(st.integers(40, 400), min_size=n, max_size=n).map(lambda one: np.array(one, float)),
            nearness=st.lists(st.floats(0, 1), min_size=n, max_size=n).map(np.array),
        )
    )
    .filter(lambda question: question.units <= question.most.sum())
)


@settings(max_examples=40)
@given(QUESTIONS, st.floats(0.1, 0.9))
def test_no_plan_at_all_is_better(question, share):
    weights = Weights(share, 1 - share)
    answer = solve(question, weights)
    plans = every_plan(question)
    assert answer.placed.sum() == question.units
    assert (answer.placed <= question.most).all()
    assert answer.isolation_range[1] == pytest.approx(min(map(question.isolation, plans)), abs=1e-9)
    assert answer.nearness_range[1] == pytest.approx(max(map(question.mean_nearness, plans)), abs=1e-9)
    worst, best = answer.isolation_range
    far, close = answer.nearness_range
    if worst - best < 1e-6 or close - far < 1e-6:
        return

    def score(plan):
        even = (worst - question.isolation(plan)) / (worst - best)
        near = (question.mean_nearness(plan) - far) / (close - far)
        return weights.concentration * even + weights.nearness * near

    assert score(answer.placed) == pytest.approx(max(map(score, plans)), abs=1e-5)


def test_all_weight_on_one_aim_takes_that_aim_alone():
    question = Question(
        3, np.array([3, 3]), np.array([20.0, 0.0]), np.array([100.0, 100.0]), np.array([1.0, 0.0])
    )  # fmt: skip
    assert solve(question, Weights(1, 0)).placed.tolist() == [0, 3]
    assert solve(question, Weights(0, 1)).placed.tolist() == [3, 0]


FEW_KINDS = QUESTIONS.map(
    lambda question: replace(
        question, nearness=np.where(question.nearness > 0.5, 0.9, 0.1), households=np.full(len(question.most), 100.0)
    )
)


@settings(max_examples=40)
@given(FEW_KINDS, st.floats(0, 1))
def test_among_plans_alike_in_one_aim_the_other_decides(question, share):
    answer = solve(question, Weights(share, 1 - share))
    worths = [(question.isolation(plan), question.mean_nearness(plan)) for plan in every_plan(question)]
    least, most = min(even for even, _ in worths), max(near for _, near in worths)
    worst = min(even for even, near in worths if near > most - 1e-9)
    far = max(near for even, near in worths if even < least + 1e-9)
    assert answer.isolation_range == pytest.approx((worst, least), abs=1e-12)
    assert answer.nearness_range == pytest.approx((far, most), abs=1e-12)
    if worst - least > 1e-9 and most - far > 1e-9:

        def score(even, near):
            return share * (worst - even) / (worst - least) + (1 - share) * (near - far) / (most - far)

        best = max(score(*worth) for worth in worths)
        assert score(answer.isolation, answer.nearness) == pytest.approx(best, abs=1e-9)


def five_equal_areas(units, most, social):
    near = np.array([0.9, 0.1, 0.1, 0.1, 0.1])
    return Question(units, np.full(5, most), np.full(5, social), np.full(5, 4000.0), near)


def test_both_aims_weigh_alike_when_most_areas_are_equally_near():
    # Even is 16 each; near is 20 and 15 in the others, for 16 + 4 = 20 more squares. With 18, nearness gains 2 of 4 and
    # evenness loses 2^2 + 1 + 1 = 6 of 20: 0.7 + 0.5. With 17 it is 18 / 20 + 1 / 4 and with 19 it is 8 / 20 + 3 / 4.
    answer = solve(five_equal_areas(80, 20, 100.0), Weights(0.5, 0.5))
    assert answer.placed[0] == 18
    assert sorted(answer.placed[1:]) == [15, 15, 16, 16]
    assert answer.isolation_range == pytest.approx(((120**2 + 4 * 115**2) / (580 * 4000), 116 / 4000), abs=1e-12)
    assert answer.nearness_range == pytest.approx((0.26, 0.3), abs=1e-12)


def test_areas_equally_near_share_what_the_nearest_cannot_take():
    answer = solve(five_equal_areas(30, 10, 5.0), Weights(0, 1))
    assert answer.placed.tolist() == [10, 5, 5, 5, 5]
    assert answer.isolation_range[0] == pytest.approx((15**2 + 4 * 10**2) / (55 * 4000), abs=1e-12)


def test_of_areas_equally_empty_the_nearest_comes_first():
    question = Question(1, np.array([1, 1]), np.array([5.0, 5.0]), np.array([100.0, 100.0]), np.array([0.1, 0.9]))
    assert solve(question, Weights(1, 0)).placed.tolist() == [0, 1]


def test_a_share_that_differs_by_rounding_alone_is_no_nearer():
    question = Question(
        4, np.array([4, 4]), np.array([0.0, 0.0]), np.array([100.0, 100.0]), np.array([0.1 + 0.2, 0.3])
    )  # fmt: skip
    assert solve(question, Weights(0, 1)).placed.tolist() == [2, 2]


def test_new_dwellings_go_where_there_are_few():
    plan = allocate(town([20, 0, 10, 10], [100, 100, 100, 100]), 10, vacant=0, most_share_per_area=1.0, **FIXED)
    assert plan.table["new_dwellings"].tolist() == [0, 10, 0, 0]
    assert plan.after["dissimilarity"] < plan.before["dissimilarity"]
    assert plan.after["isolation"] < plan.before["isolation"] + 10 / 400
    assert plan.table["social_per_100_households_after"].tolist() == [20, 10, 10, 10]
    assert plan.weights == {"concentration": 1.0, "nearness": 0.0}


def test_services_nearby_draw_dwellings_as_far_as_their_weight_goes():
    city = town([5, 5, 5, 5], [100, 100, 100, 100])
    reach = reach_result([0.9, 0.1, 0.1, 0.1])
    share = {"reach": reach, "vacant": 0, "most_share_per_area": 1.0, "most_per_100_households": 30.0}
    only_near = allocate(city, 12, weight_concentration=0, **share, **FIXED)
    assert only_near.table["new_dwellings"].tolist() == [12, 0, 0, 0]
    only_even = allocate(city, 12, weight_nearness=0, **share, **FIXED)
    assert only_even.table["new_dwellings"].tolist() == [3, 3, 3, 3]
    both = allocate(city, 12, **share, **FIXED).table["new_dwellings"]
    assert 3 < both.iloc[0] < 12
    assert both.sum() == 12


def test_vacant_dwellings_are_let_again_where_they_stand_beside_the_new_ones():
    city = town([30, 10, 0], [300, 300, 300])
    plan = allocate(city, 20, vacant=8, most_share_per_area=1.0, **FIXED)
    assert plan.table["relet_dwellings"].tolist() == [6, 2, 0]
    assert (plan.relet, plan.new) == (8, 20)
    assert plan.table["new_dwellings"].sum() == 20
    assert plan.after["social_per_100_households"] == pytest.approx(100 * (40 + 8 + 20) / 900)
    assert any(note.startswith("20 woningen zijn nieuw. Daarnaast worden 8 leegstaande") for note in plan.notes)
    known = allocate(city, 20, vacant={"A02": 15, "A00": 1}, most_share_per_area=1.0, **FIXED)
    assert known.table["relet_dwellings"].tolist() == [1, 0, 15]
    assert known.table["new_dwellings"].sum() == 20
    few = allocate(city, 5, vacant={"A02": 15, "A00": 1}, most_share_per_area=1.0, **FIXED)
    assert (few.relet, few.new) == (16, 5), "one does not take the place of the other"


def test_dwellings_let_again_count_before_new_ones_are_placed():
    city = town([10, 10], [100, 100])
    options = {"vacant": {"A00": 4}, "most_share_per_area": 1.0, **FIXED}
    even = allocate(city, 4, most_per_100_households=30.0, **options).table
    assert even["new_dwellings"].tolist() == [0, 4], "both have 14 then"
    capped = allocate(city, 5, most_per_100_households=15.0, **options).table
    assert capped["most_new_dwellings"].tolist() == [1, 5], "14 stand in A00 when the new ones come"


def test_kortrijks_thousand_are_built_and_its_vacancy_counts_only_where_that_is_asked():
    kortrijk = town([3000, 213], [17000, 17924])
    plan = allocate(kortrijk, most_share_per_area=1.0)
    assert (plan.relet, plan.new) == (0, 1000)
    assert plan.table["new_dwellings"].sum() == 1000
    assert round(plan.after["social_per_100_households"], 1) == 11.1  # the note's own figure
    asked = allocate(kortrijk, vacant=True, most_share_per_area=1.0)
    assert (asked.relet, asked.new) == (500, 1000)
    # 4,713 dwellings per 37,890 households.
    assert asked.after["social_per_100_households"] == pytest.approx(12.4386, abs=1e-4)
    elsewhere = allocate(town([50, 0], [500, 500], nis_code="34040"), 20, vacant=True, most_share_per_area=1.0, **FIXED)
    assert (elsewhere.relet, elsewhere.new) == (0, 20)


def test_the_vacancy_is_a_figure_of_its_own_and_no_new_dwelling():
    city = town([813, 800, 800, 800], [8731] * 4, total=(3213, 34924))
    for options, again in (({}, 0), ({"relet": True}, 500)):
        result = housing.analyse(city, reach=False, allocation=True, **options)
        figures = {figure.key: figure for figure in result.headlines}
        assert figures["vacant_dwellings"].value == 500
        assert "Plan voor sociale vooruitgang" in figures["vacant_dwellings"].source
        assert (result.city["relet_dwellings"], result.city["new_dwellings"]) == (again, 1000)
        assert result.areas["new_dwellings"].sum() == 1000
        assert round(result.city["social_per_100_households_2040"], 1) == 11.1
        after = result.areas["social_dwellings_after"].sum()
        assert result.city["social_dwellings_after"] == after == 3213 + 1000 + again, "the city has its total too"
        assert ("eerst leegstaande woningen" in housing.spec(result).method) is (again > 0), "as the plan was made"
    other = housing.analyse(town([50, 50], [500, 500], nis_code="34040"))
    assert "vacant_dwellings" not in {figure.key for figure in other.headlines}


def test_caps_and_limits_are_kept():
    city = town([0, 0, 40], [100, 100, 400])
    plan = allocate(city, 20, vacant=0, caps={"A00": 5, "A02": 15}, **FIXED)
    assert plan.table["new_dwellings"].tolist() == [5, 0, 15]
    plan = allocate(city, 20, vacant=0, most_per_100_households=12.0, most_share_per_area=0.5, **FIXED)
    assert plan.table["most_new_dwellings"].tolist() == [10, 10, 8]
    assert (plan.table["new_dwellings"] <= plan.table["most_new_dwellings"]).all()
    assert plan.table["new_dwellings"].sum() == 20


def test_too_little_room_says_how_much_there_is():
    with pytest.raises(NoRoomError, match=r"can take 12 dwellings under these caps, 20 are asked"):
        allocate(town([0, 0], [100, 100]), 20, vacant=0, caps={"A00": 5, "A01": 7}, **FIXED)
    result = housing.analyse(town([15, 15], [100, 100]))  # 500 new dwellings cannot go under 15 per 100 of 200
    assert any("Geen voorstel van verdeling" in note for note in result.notes)
    with pytest.raises(NoRoomError):
        housing.analyse(town([15, 15], [100, 100]), allocation=True)


def test_households_grow_as_in_the_city():
    plan = allocate(town([10, 10], [17000, 17924]), 100, vacant=0, most_share_per_area=1.0)
    assert plan.table["households_private_after"].sum() == pytest.approx(37890)
    assert plan.year == 2040


def test_before_and_after_by_hand():
    # Households double: 18 and 30 dwellings on 200 households each, 4 let again and 4 new, all where there are fewest.
    plan = allocate(
        town([10, 30], [100, 100]), 4, vacant={"A00": 4}, most_share_per_area=1.0, year=2040,
        households={2024: 200, 2040: 400},
    )  # fmt: skip
    assert plan.table["social_dwellings_after"].tolist() == [18, 30]
    assert plan.table["social_per_100_households_after"].tolist() == [9, 15]
    assert plan.table["location_quotient"].tolist() == pytest.approx([0.5, 1.5])
    assert plan.table["location_quotient_after"].tolist() == pytest.approx([0.75, 1.25])
    index = ("dissimilarity", "isolation", "social_per_100_households")
    assert [plan.before[one] for one in index] == pytest.approx([90 / 160 - 10 / 40, 1000 / 4000, 20])
    assert [plan.after[one] for one in index] == pytest.approx([182 / 352 - 18 / 48, 1224 / 9600, 12])


def test_areas_with_unknown_figures_take_no_dwellings_and_are_named():
    city = town([5, NAN, 60, 5], [100, 100, 50, 100], total=(75, 400))
    plan = allocate(city, 6, vacant=0, most_share_per_area=1.0, **FIXED)
    assert plan.table["new_dwellings"].tolist() == [3, 0, 0, 3]
    assert plan.table["social_dwellings_after"].isna().tolist() == [False, True, True, False]
    assert any("Gebied A01, Gebied A02" in note for note in plan.notes)
    near = allocate(city, 6, vacant=0, most_share_per_area=1.0, reach=reach_result([0.5, 0.5, 0.5, NAN]), **FIXED)
    assert near.table["new_dwellings"].tolist() == [6, 0, 0, 0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vacant": -1}, "vacant is -1"),
        ({"vacant": {"Z": 1}}, "vacant names Z"),
        ({"caps": {"Z": 1}}, "caps names Z"),
        ({"caps": {"A00": 1.5}}, "cap of A00"),
        ({"caps": {"A00": 9}, "most_share_per_area": 0.5}, "do not give both"),
        ({"most_per_100_households": 0}, "most_per_100_households"),
        ({"most_share_per_area": 2}, "most_share_per_area"),
        ({"weight_nearness": 1}, "needs a result of the reach theme"),
        ({"weight_concentration": -1}, "weights are -1"),
        ({"reach": reach_result([0.5, 0.5]), "mode": "cycle"}, "mode is 'cycle'"),
        ({"reach": reach_result([0.5, 0.5], theme="trees")}, "theme 'trees'"),
        (
            {"reach": ThemeResult("reach", "bereik", "Dorp", town([5], [100]).areas, {}, [], [])},
            "its modes and minutes",
        ),
        ({"reach": reach_result([0.5, 0.5]), "weight_concentration": 0, "weight_nearness": 0}, "above 0"),
    ],
)
def test_options_that_cannot_be_used(options, message):
    with pytest.raises(OptionError, match=message):
        allocate(town([5, 5], [100, 100]), 4, **{"vacant": 0, **options}, **FIXED)


def test_a_reach_result_of_other_areas_is_refused():
    with pytest.raises(DataError, match="no figures for area A01"):
        allocate(town([5, 5], [100, 100]), 4, vacant=0, reach=reach_result([0.5], ids=["A00"]), **FIXED)


def test_the_plan_is_in_the_result_before_and_after():
    city = town([400, 0, 100, 100], [4000, 4000, 4000, 4000], total=(600, 16000))
    result = housing.analyse(city, extra_dwellings=100, fixed_households=True, year=2040)
    assert result.areas["relet_dwellings"].sum() + result.areas["new_dwellings"].sum() == 100
    assert result.city["social_per_100_households_after"] == pytest.approx(100 * 700 / 16000)
    assert result.options["allocation"]["before"]["dissimilarity"] == pytest.approx(result.city["dissimilarity"])
    assert set(result.areas.columns) - set(result.labels) == {"geometry"}
    json.dumps(result.to_json(), allow_nan=False)


def test_the_proposal_in_the_result_weighs_nearness_as_much_as_spreading():
    # Five equal areas, 80 dwellings, at most 20 each. Even is 16 each; near is 20 in four and 0 far away. With 16 - d
    # far away, nearness gains d / 16 and evenness loses (d^2 + d^2 / 4) / 320: together most for d = 8.
    city = town([100] * 5, [4000] * 5, total=(500, 20_000), nis_code="34040")
    options = {"extra_dwellings": 80, "fixed_households": True, "year": 2040}
    alone = housing.analyse(city, **options)
    assert alone.areas["new_dwellings"].tolist() == [16] * 5
    assert alone.options["allocation"]["weights"] == {"concentration": 1, "nearness": 0}
    near = housing.analyse(city, reach=reach_result([0.9, 0.9, 0.9, 0.9, 0.1]), **options)
    assert near.areas["new_dwellings"].tolist() == [18, 18, 18, 18, 8]
    assert near.options["allocation"]["weights"] == {"concentration": 0.5, "nearness": 0.5}
    worth = near.options["allocation"]["worth"]["nearness"]
    assert (worth["worst"], worth["worth"], worth["best"]) == pytest.approx((0.74, 0.82, 0.9))


def test_what_the_proposal_rests_on_is_told_once():
    result = housing.analyse(town([100] * 5, [4000] * 5, nis_code="34022"), extra_dwellings=600, relet=True)
    proposal = [note.removeprefix("Voorstel: ") for note in result.notes if note.startswith("Voorstel: ")]
    assert any("Daarnaast worden 500 leegstaande" in note for note in proposal)
    assert not set(proposal) & set(result.notes), "the look ahead is the result's own"


def test_a_plan_for_other_areas_does_not_fit_a_result():
    city = town([400, 0], [4000, 4000])
    plan = allocate(city, 10, vacant=0, most_share_per_area=1.0, **FIXED)
    other = housing.analyse(town([400, 0, 1], [4000, 4000, 90]), allocation=False)
    with pytest.raises(OptionError, match="same areas"):
        housing.with_allocation(other, plan)
    json.dumps(plan.to_json(), allow_nan=False)
    document = plan.to_json()
    assert (document["new"], document["relet"], document["year"]) == (10, 0, 2040)
    assert [row["new_dwellings"] for row in document["areas"]] == [0, 10]
    assert "table" not in document
