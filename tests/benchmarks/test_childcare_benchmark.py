"""Catchment and siting at full size: CPU of ours beside PySAL access and bare HiGHS, results compared.

Run with ``make bench``. The catchment gets 30,000 homes and 200 locations on the streets of the demo; the location
model gets 2,000 candidates and 1,500 demand points, as dense as a city on foot. Demands are on ratios within one run,
and on what is counted, not timed: the proven gap. The figures are printed.
"""

from __future__ import annotations

import os
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import sparse

from kortrijk_geo.engine.catchment import steps, two_step
from kortrijk_geo.engine.siting import GAP, Limits, best_worst, most_gain
from kortrijk_geo.engine.siting_program import Choices, Program
from kortrijk_geo.engine.streets import StreetGraph

N_HOMES, N_LOCATIONS = 30_000, 200
LIMITS, WEIGHTS = [400.0, 800.0, 1_200.0], [1.0, 0.68, 0.22]

pytestmark = pytest.mark.skipif(not os.environ.get("KORTRIJK_GEO_BENCHMARKS"), reason="set KORTRIJK_GEO_BENCHMARKS=1")


class Clock:
    """CPU seconds of the block."""

    def __enter__(self):
        self.began = time.process_time()
        return self

    def __exit__(self, *_):
        self.cpu_s = time.process_time() - self.began


def points_on(streets, n, draw):
    """Points along the streets, as likely on every metre."""
    length = streets.geometry.length.to_numpy()
    chosen = draw.choice(len(streets), n, p=length / length.sum())
    along = shapely.line_interpolate_point(streets.geometry.to_numpy()[chosen], draw.random(n), normalized=True)
    return gpd.GeoSeries(along, crs=streets.crs)


def test_catchment_of_30000_homes(demo, tell):
    from access import weights
    from access.fca import two_stage_fca

    draw = np.random.default_rng(34022)
    streets = demo.streets[demo.streets["walk"]]
    homes, locations = (points_on(streets, n, draw) for n in (N_HOMES, N_LOCATIONS))
    demand, supply = draw.gamma(0.5, 0.2, N_HOMES), draw.integers(4, 40, N_LOCATIONS).astype(float)
    with Clock() as graph_clock:
        graph = StreetGraph.from_streets(demo.streets, "walk")
    with Clock() as ours_clock:
        at_home, at_location = graph.place(homes), graph.place(locations)
        pairs = graph.within(at_location, at_home, LIMITS[-1])
        ours = two_step(
            pairs.facility, pairs.origin, pairs.metres, supply=supply, demand=demand, decay=steps(LIMITS, WEIGHTS)
        )
    with Clock() as two_steps_clock:
        two_step(pairs.facility, pairs.origin, pairs.metres, supply=supply, demand=demand, decay=steps(LIMITS, WEIGHTS))
    with Clock() as theirs_clock:
        theirs = two_stage_fca(
            demand_df=pd.DataFrame({"demand": demand}),
            supply_df=pd.DataFrame({"supply": supply}, index=pd.RangeIndex(N_LOCATIONS, name="geoid")),
            cost_df=pd.DataFrame({"origin": pairs.origin, "dest": pairs.facility, "cost": pairs.metres}),
            max_cost=LIMITS[-1],
            demand_index=True,
            demand_name="demand",
            supply_name="supply",
            weight_fn=weights.step_fn(dict(zip(LIMITS, WEIGHTS, strict=True))),
        ).reindex(range(N_HOMES), fill_value=0.0)
    tell(f"catchment, {N_HOMES:,} homes and {N_LOCATIONS} locations: graph", graph_clock.cpu_s)
    tell("- points, pairs and both steps", ours_clock.cpu_s, beside=f"{len(pairs.metres):,} pairs")
    by_access = f"by PySAL access {theirs_clock.cpu_s:.2f} s"
    tell("- both steps alone", two_steps_clock.cpu_s, beside=by_access, mark="a fifth of access")
    assert np.abs(ours.per_origin - theirs.to_numpy()).max() < 1e-9
    assert two_steps_clock.cpu_s * 5 < theirs_clock.cpu_s


def dense_city(seed, n=2_000, m=1_500, existing=150, limit_m=1_200.0):
    """Clustered candidates, homes and childcare: what one unit of 10 places adds per point, and what points lack."""
    draw = np.random.default_rng(seed)
    centres, weight = draw.uniform(0, 9_000, (12, 2)), draw.dirichlet(np.full(12, 1.5))

    def around(count):
        return centres[draw.choice(12, count, p=weight)] + draw.normal(0, 900, (count, 2))

    homes, candidates, childcare = around(m), around(n), around(existing)
    children = draw.gamma(1.5, 1.0, m)
    children *= 2_400 / children.sum()
    places = draw.integers(5, 15, existing).astype(float)
    places *= 1_400 / places.sum()
    decay = steps([limit_m / 3, 2 * limit_m / 3, limit_m], WEIGHTS)

    def weights(to):
        return decay(np.linalg.norm(homes[:, None] - to[None], axis=2))

    old, new = weights(childcare), weights(candidates)
    reached = children @ old
    now = 100 * old @ np.divide(places, reached, out=np.zeros(existing), where=reached > 0)
    served = children @ new
    useful = served > 0
    gain = sparse.csc_array(1_000 * new[:, useful] / served[useful])
    return gain, np.maximum(0, 60 - now), children / 60, candidates[useful], now, homes


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("limits", [{}, {"max_sites": 4}, {"min_distance_m": 600.0}], ids=["free", "sites", "distance"])
def test_100_places_over_2000_candidates_and_1500_points(seed, limits, tell):
    gain, room, value, points, *_ = dense_city(seed)
    asked = Limits(10, points, np.full(len(points), 10), **limits)
    with Clock() as clock:
        plan = most_gain(gain, room, value, asked)
    asked_for = ", ".join(f"{name} {limit:g}" for name, limit in limits.items()) or "no limit"
    what = f"100 places over 2,000 candidates and 1,500 points, {asked_for} (town {seed})"
    tell(what, clock.cpu_s, beside=f"gap {plan.gap:.2%}", mark=f"gap {GAP:.2%}, proven")
    assert plan.units.sum() == 10
    assert plan.proven
    assert plan.gap <= GAP


def test_leaving_out_candidates_is_cheaper_than_the_whole_program(tell):
    gain, room, value, points, *_ = dense_city(1)
    limits = Limits(10, points, np.full(len(points), 10), max_sites=4)
    with Clock() as ours_clock:
        plan = most_gain(gain, room, value, limits)
    with Clock() as whole_clock:
        choices = Choices.under(limits, gain.nnz)
        _, bound = Program.of(gain, room, value, np.zeros(len(points)), choices).solve(120.0, GAP)
    whole = f"the whole program by HiGHS {whole_clock.cpu_s:.1f} s"
    tell("100 places, at most 4 sites, candidates left out", ours_clock.cpu_s, beside=whole, mark="less than the whole")
    assert plan.value <= bound * (1 + 1e-9)
    assert ours_clock.cpu_s < whole_clock.cpu_s


@pytest.mark.parametrize("seed", [1, 2])
def test_the_worst_off_of_14_areas(seed, tell):
    gain, _, value, points, now, homes = dense_city(seed)
    children = value * 60
    hearts = homes[np.random.default_rng(seed).choice(len(homes), 14, replace=False)]
    area = np.linalg.norm(homes[:, None] - hearts[None], axis=2).argmin(axis=1)
    share = sparse.csr_array((children, (area, np.arange(len(now)))), shape=(14, len(now)))
    total = np.bincount(area, weights=children)
    mean = sparse.diags_array(1 / total) @ share
    with Clock() as clock:
        plan = best_worst(sparse.csc_array(mean @ gain), mean @ now, Limits(10, points, np.full(len(points), 10)))
    tell(
        f"100 places for the worst off of 14 areas (town {seed})",
        clock.cpu_s,
        beside=f"gap {plan.gap:.2%}",
        mark="proven",
    )
    assert plan.proven
