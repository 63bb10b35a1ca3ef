"""The best k sites: every small question is also answered by trying all choices, and by spopt."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kortrijk_geo.engine.choosing import least_mean, least_worst, most_covered, reachable
from kortrijk_geo.errors import DataError, OptionError

slow = settings(max_examples=40)
LIMIT_M = 500.0


def town(seed, *, ways=True):
    """Homes and sites at random, some already served, some without a way to a site."""
    draw = np.random.default_rng(seed)
    homes, sites = int(draw.integers(1, 40)), int(draw.integers(2, 8))
    a, b = draw.uniform(0, 2_000, (homes, 1, 2)), draw.uniform(0, 2_000, (1, sites, 2))
    metres = np.abs(a - b).sum(axis=2).astype(np.float32).astype(float)
    if ways:
        metres[draw.random(metres.shape) < 0.03] = np.inf
        metres[draw.random(homes) < 0.05] = np.inf
    before = np.where(draw.random(homes) < 0.3, draw.uniform(0, 1_500, homes), np.inf) if draw.random() < 0.5 else None
    count = int(draw.integers(1, sites + 1))
    keep = draw.choice(sites, int(draw.integers(0, min(count, 2) + 1)), replace=False)
    return metres, draw.integers(0, 9, homes).astype(float), count, before, keep


def choices(metres, count, keep):
    for some in combinations(range(metres.shape[1]), count):
        if set(keep) <= set(some):
            yield np.array(some)


def nearest(metres, sites, before):
    least = metres[:, sites].min(axis=1)
    return least if before is None else np.minimum(least, before)


def keeps_to(choice, count, keep):
    assert len(set(choice.sites.tolist())) == count
    assert set(keep) <= set(choice.sites.tolist())


@slow
@given(st.integers(0, 100_000), st.booleans())
def test_most_covered_is_the_best_of_all_choices(seed, merge):
    metres, people, count, before, keep = town(seed)
    choice = most_covered(
        metres <= LIMIT_M, people, count, before=None if before is None else before <= LIMIT_M, keep=keep,
        most_rows=3 if merge else 1500,
    )  # fmt: skip

    def covered(sites):
        return people[nearest(metres, sites, before) <= LIMIT_M].sum()

    best = max(covered(sites) for sites in choices(metres, count, keep))
    keeps_to(choice, count, keep)
    assert choice.value == pytest.approx(covered(choice.sites))
    assert choice.proven
    assert choice.value == pytest.approx(best)
    assert choice.bound == pytest.approx(best)


@slow
@given(st.integers(0, 100_000))
def test_least_mean_tells_its_value_and_a_bound_below_the_best(seed):
    metres, people, count, before, keep = town(seed)
    rows = reachable(metres, before) & (people > 0)
    if not rows.any():
        with pytest.raises(DataError):
            least_mean(metres, people, count, before=before, keep=keep)
        return
    choice = least_mean(metres, people, count, before=before, keep=keep)
    finite = [table[np.isfinite(table)].max(initial=0) for table in (metres, np.zeros(0) if before is None else before)]
    far = 2 * max(finite)

    def mean(sites):
        return float(np.average(np.minimum(nearest(metres, sites, before)[rows], far), weights=people[rows]))

    best = min(mean(sites) for sites in choices(metres, count, keep))
    keeps_to(choice, count, keep)
    assert choice.method == "heuristic"
    assert choice.value == pytest.approx(mean(choice.sites), rel=1e-6)
    assert choice.bound <= best * (1 + 1e-6)
    if choice.proven:
        assert choice.value == pytest.approx(best, rel=1e-6)


@slow
@given(st.integers(0, 100_000))
def test_least_worst_is_the_best_of_all_choices(seed):
    metres, people, count, before, keep = town(seed)
    rows = reachable(metres, before) & (people > 0)
    worst = [nearest(metres, sites, before)[rows].max(initial=-1) for sites in choices(metres, count, keep)]
    if not rows.any():
        with pytest.raises(DataError):
            least_worst(metres, people, count, before=before, keep=keep)
        return
    if not np.isfinite(min(worst)):
        with pytest.raises(OptionError, match="all homes have a way"):
            least_worst(metres, people, count, before=before, keep=keep)
        return
    choice = least_worst(metres, people, count, before=before, keep=keep)
    keeps_to(choice, count, keep)
    assert choice.proven
    assert choice.value == pytest.approx(min(worst), rel=1e-6)
    assert choice.value == pytest.approx(nearest(metres, choice.sites, before)[rows].max(), rel=1e-6)


@slow
@given(st.integers(0, 100_000))
def test_more_sites_are_never_worse(seed):
    metres, people, _, before, _ = town(seed, ways=False)
    people += 1
    for count in range(1, metres.shape[1]):
        few, more = (
            (
                most_covered(metres <= LIMIT_M, people, k).value,
                -least_mean(metres, people, k, before=before).bound,
                -least_worst(metres, people, k, before=before).value,
            )
            for k in (count, count + 1)
        )
        assert few[0] <= more[0] + 1e-6
        assert few[2] <= more[2] + 1e-6
        # The bound of few is below what few can do, which more can do too.
        assert -least_mean(metres, people, count + 1, before=before).bound <= -few[1] * (1 + 1e-6)


@pytest.fixture
def plain():
    """A hundred homes and a dozen sites, everywhere a way."""
    draw = np.random.default_rng(20)
    a, b = draw.uniform(0, 3_000, (100, 1, 2)), draw.uniform(0, 3_000, (1, 12, 2))
    return np.abs(a - b).sum(axis=2).round().astype(float), draw.integers(1, 30, 100).astype(float)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("count", [1, 3, 5])
def test_spopt_finds_nothing_better(plain, count):
    import pulp
    from spopt.locate import MCLP, PCenter, PMedian

    metres, people = plain
    solver = pulp.PULP_CBC_CMD(msg=False)

    def solved(model):
        model = model.solve(solver)
        assert model.problem.status == 1
        return model.problem.objective.value()

    covered = solved(MCLP.from_cost_matrix(metres, people, LIMIT_M, p_facilities=count))
    assert most_covered(metres <= LIMIT_M, people, count).value == pytest.approx(covered)
    mean = solved(PMedian.from_cost_matrix(metres, people, p_facilities=count)) / people.sum()
    ours = least_mean(metres, people, count)
    assert ours.bound <= mean * (1 + 1e-6)
    assert ours.value == pytest.approx(mean, rel=1e-6)
    assert least_worst(metres, people, count).value == pytest.approx(
        solved(PCenter.from_cost_matrix(metres, p_facilities=count)), rel=1e-6
    )


def test_the_merging_error_is_told_and_the_figures_are_of_all_homes():
    draw = np.random.default_rng(5)
    reach, people = draw.random((300, 25)) < 0.15, draw.integers(1, 9, 300).astype(float)
    whole, merged = (most_covered(reach, people, 6, most_rows=rows) for rows in (1500, 20))
    assert whole.merging_error == 0
    assert merged.merging_error > 0
    assert merged.rows == 20 < whole.rows
    assert merged.value == people[reach[:, merged.sites].any(axis=1)].sum() == whole.value
    assert merged.bound >= whole.value - 1e-6


def test_a_choice_from_merged_homes_alone_keeps_a_true_bound():
    draw = np.random.default_rng(6)
    reach, people = draw.random((400, 30)) < 0.12, draw.integers(1, 9, 400).astype(float)
    best = most_covered(reach, people, 7).value
    hurried = most_covered(reach, people, 7, most_rows=15, time_limit_s=0.0)
    assert hurried.value <= best + 1e-6 <= hurried.bound + 2e-6
    assert hurried.value == people[reach[:, hurried.sites].any(axis=1)].sum()
    assert hurried.proven == (hurried.gap <= 1e-6)
    assert (hurried.method == "exact") == hurried.proven


def test_homes_without_a_way_make_no_mean_infinite():
    metres = np.array([[100.0, 300.0], [np.inf, 200.0], [np.inf, np.inf]])
    people = np.array([1.0, 1.0, 50.0])
    assert reachable(metres).tolist() == [True, True, False]
    assert least_mean(metres, people, 1).value == 250.0
    # Beside the first site the second home would count as twice the longest trip: (100 + 600) / 2.
    assert least_mean(metres, people, 1).sites.tolist() == [1]
    assert least_mean(metres, people, 1, keep=[0]).value == 350.0
    assert least_worst(metres, people, 1).value == 300.0


@pytest.mark.parametrize("ask", [least_mean, least_worst, most_covered])
def test_a_wrong_question_is_refused(ask):
    table = np.ones((3, 4), dtype=bool if ask is most_covered else float)
    people = np.ones(3)
    with pytest.raises(OptionError, match="5 sites are asked; there are 4"):
        ask(table, people, 5)
    with pytest.raises(OptionError, match="0 sites are asked"):
        ask(table, people, 0)
    with pytest.raises(OptionError, match="2 sites are kept, more than the 1"):
        ask(table, people, 1, keep=[0, 1])
    with pytest.raises(DataError, match="3 homes in the table of sites, 2"):
        ask(table, people[:2], 1)
    for wrong in (np.nan, -1.0):
        with pytest.raises(DataError, match="negative or unknown"):
            ask(table, np.array([1.0, 1.0, wrong]), 1)
    if ask is not most_covered:
        with pytest.raises(DataError, match="a distance is negative or not a number"):
            ask(np.full((3, 4), np.nan), people, 1)
