"""The arithmetic of targets, by worked examples: ten years from 50 to 60, and what five of them brought."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kortrijk_geo.targets.progress import UNKNOWN, progress, since, years
from kortrijk_geo.targets.rules import Point, Target, load_targets

HALFWAY = dt.date(2025, 12, 31)


@pytest.fixture
def rate(targets_file: Path) -> Target:
    return load_targets(targets_file).targets[0]


@pytest.fixture
def emission(targets_file: Path) -> Target:
    return load_targets(targets_file).targets[2]


def _now(value: float, day: dt.date = HALFWAY) -> Point:
    return Point(day, value, "test")


def test_halfway_with_7_of_10_is_on_track(rate: Target) -> None:
    found = progress(rate, _now(57), rate.baseline, HALFWAY)
    assert found.gap == 3
    assert found.pace_planned == pytest.approx(1, rel=1e-3)
    assert found.pace_needed == pytest.approx(3 / 5, rel=1e-3)
    assert found.pace_so_far == pytest.approx(7 / 5, rel=1e-3)
    assert found.expected == pytest.approx(64, rel=1e-3)
    assert (found.on_track, found.status) == (True, "op schema")


def test_halfway_with_4_of_10_is_behind(rate: Target) -> None:
    found = progress(rate, _now(54), rate.baseline, HALFWAY)
    assert (found.on_track, found.status) == (False, "achter op schema")
    assert found.expected == pytest.approx(58, rel=1e-3)


def test_a_reached_goal_needs_nothing_more_and_says_by_how_much_it_is_passed(rate: Target) -> None:
    found = progress(rate, _now(61.5), rate.baseline, HALFWAY)
    assert (found.gap, found.pace_needed, found.on_track, found.status) == (-1.5, 0.0, True, "gehaald")


def test_exactly_the_goal_is_reached_whatever_the_rounding(emission: Target) -> None:
    found = progress(emission, _now(0.1 + 0.2 + 0.3), emission.baseline, HALFWAY)  # 0.6000000000000001
    assert (found.gap, found.status) == (0.0, "gehaald")


def test_less_is_nearer_when_the_goal_is_to_reduce(emission: Target) -> None:
    found = progress(emission, _now(0.8, dt.date(2015, 12, 31)), emission.baseline, HALFWAY)
    assert found.gap == pytest.approx(0.2)
    assert found.pace_so_far == pytest.approx(0.02, rel=1e-3)
    assert found.pace_needed == pytest.approx(0.04, rel=1e-3)
    assert found.expected == pytest.approx(0.5, rel=1e-2)
    assert found.status == "op schema"
    worse = progress(emission, _now(1.1, dt.date(2015, 12, 31)), emission.baseline, HALFWAY)
    assert worse.pace_so_far < 0
    assert worse.status == "achter op schema"


def test_what_is_unknown_stays_unknown(rate: Target) -> None:
    nothing = progress(rate, None, None, HALFWAY)
    assert (nothing.gap, nothing.pace_needed, nothing.pace_so_far, nothing.expected) == (None,) * 4
    assert (nothing.on_track, nothing.status) == (None, UNKNOWN)
    assert nothing.pace_planned == pytest.approx(1, rel=1e-3)  # follows from the promise alone
    no_pace = progress(rate, _now(57), None, HALFWAY)
    assert (no_pace.gap, no_pace.on_track, no_pace.status) == (3, None, UNKNOWN)
    no_goal = progress(rate.model_copy(update={"goal": None}), _now(57), rate.baseline, HALFWAY)
    assert (no_goal.gap, no_goal.status) == (None, UNKNOWN)
    assert no_goal.pace_so_far is not None
    no_day = progress(rate.model_copy(update={"by": "unknown"}), _now(57), rate.baseline, HALFWAY)
    assert (no_day.gap, no_day.pace_needed, no_day.status) == (3, None, UNKNOWN)


def test_a_norm_that_holds_now_is_reached_or_missed(rate: Target) -> None:
    norm = rate.model_copy(update={"by": "standing"})
    assert progress(norm, _now(57), rate.baseline, HALFWAY).status == "niet gehaald"
    assert progress(norm, _now(60), rate.baseline, HALFWAY).status == "gehaald"


def test_after_the_last_day_only_a_figure_of_then_can_tell(rate: Target) -> None:
    late = dt.date(2031, 6, 1)
    assert progress(rate, _now(59, dt.date(2030, 12, 31)), rate.baseline, late).status == "niet gehaald"
    old = progress(rate, _now(59), rate.baseline, late)
    assert (old.status, old.pace_needed) == (UNKNOWN, None)
    assert progress(rate, _now(60), rate.baseline, late).status == "gehaald"


def test_the_pace_counts_from_the_baseline_or_the_oldest_figure_that_is_old_enough(rate: Target) -> None:
    day = dt.date(2021, 3, 1)
    old, older = Point(dt.date(2018, 1, 1), 48, "x"), Point(dt.date(2015, 1, 1), 45, "x")
    assert since(rate, _now(57), [old, older], 180) == rate.baseline
    assert since(rate, _now(51, day), [old, older], 180) == older  # the baseline is two months old
    assert since(rate, _now(51, day), [Point(dt.date(2021, 1, 1), 50, "x")], 180) is None
    assert since(rate.model_copy(update={"baseline_level": None}), _now(51), [], 180) is None
    same_day = rate.baseline.date
    assert since(rate, _now(50, same_day), [old, older], 180) == older  # what is the baseline itself has an older past
    assert since(rate, _now(50, same_day), [], 180) is None


@given(
    now=st.floats(-1e6, 1e6),
    goal=st.floats(-1e6, 1e6),
    start=st.floats(-1e6, 1e6),
    days=st.integers(200, 3_000),
)
def test_mirrored_targets_tell_the_mirrored_story(now: float, goal: float, start: float, days: int) -> None:
    base = Target(
        key="k", label="l", subject="s", goal=goal, unit="u", direction="at_least", counted="level", by=2030,
        baseline=start, baseline_date=2020, measured="not measured by this toolkit", source="s", date="d", standing="x",
    )  # fmt: skip
    mirror = base.model_copy(update={"goal": -goal, "direction": "reduce", "baseline_level": -start})
    day = base.baseline.date + dt.timedelta(days)
    up = progress(base, _now(now, day), base.baseline, day)
    down = progress(mirror, _now(-now, day), mirror.baseline, day)
    assert (up.gap, up.pace_needed, up.pace_so_far, up.status) == (
        down.gap, down.pace_needed, down.pace_so_far, down.status,
    )  # fmt: skip


def test_ten_years_are_ten_years() -> None:
    assert years(dt.date(2020, 12, 31), dt.date(2030, 12, 31)) == pytest.approx(10, abs=0.01)
