"""A prepared city answers at once: who lives near a point, and what changes with a place; run by ``make bench``."""

from __future__ import annotations

import os
import statistics
import time

import numpy as np
import pytest

import kortrijk_geo as kg
from kortrijk_geo.sites.change import prepare_use
from kortrijk_geo.sites.choice import choose

pytestmark = pytest.mark.skipif(not os.environ.get("KORTRIJK_GEO_BENCHMARKS"), reason="set KORTRIJK_GEO_BENCHMARKS=1")
QUESTIONS = 40


def test_a_prepared_city_answers_at_once(demo, tell):
    begin = time.process_time()
    prepared = kg.reach.prepare(demo)
    preparing = time.process_time() - begin
    draw = np.random.default_rng(8500)
    homes = demo.homes[demo.homes["area_id"].notna()].sample(QUESTIONS, random_state=draw)
    seconds = {"who lives within 15 minutes of here": [], "what changes if a library opens here": []}
    for point in homes.geometry:
        for name, ask in zip(
            seconds, (prepared.within, lambda x, y: prepared.change("library_culture", opened=[(x, y)])), strict=True
        ):
            begin = time.process_time()
            ask(point.x, point.y)
            seconds[name].append(time.process_time() - begin)
    tell("preparing the demo for questions", preparing)
    for (name, each), mark_ms in zip(seconds.items(), (50, 200), strict=True):
        tell(f"prepared city: {name}", statistics.median(each), beside=f"most {max(each):.4f} s", mark=f"{mark_ms} ms")
    medians = [statistics.median(each) for each in seconds.values()]
    assert medians[0] < 0.05
    assert medians[1] < 0.2


def test_a_change_of_one_site_is_told_at_once(demo, tell):
    """By ``kg.reach.prepare``, and by the use as the sites are compared."""
    reached, ready = kg.reach.prepare(demo), prepare_use(demo, "library")
    sites = ready.ground.stock.sites
    free = sites[sites["area_id"].notna() & (sites["use"] != "library")].sample(QUESTIONS, random_state=20)
    own = sites[sites["use"] == "library"]["site_id"].tolist()
    seconds = {"kg.reach.prepare": [], "prepare_use": [], "prepare_use, one closes": []}
    for row, (site, at) in enumerate(zip(free["site_id"], free.geometry, strict=True)):
        for name, ask in zip(
            seconds,
            (
                lambda at=at: reached.change("library_culture", opened=[(at.x, at.y)]),
                lambda site=site: ready.change(opened=[site]),
                lambda site=site, row=row: ready.change(opened=[site], closed=[own[row % len(own)]]),
            ),
            strict=True,
        ):
            begin = time.process_time()
            ask()
            seconds[name].append(time.process_time() - begin)
    for name, each in seconds.items():
        tell(
            f"one site becomes a library: {name}",
            statistics.median(each),
            beside=f"most {max(each):.4f} s",
            mark="200 ms",
        )
    assert max(statistics.median(each) for each in seconds.values()) < 0.2


@pytest.mark.parametrize("objective", ["covered", "mean", "worst"])
def test_three_sites_are_chosen_within_fifteen_seconds(demo, tell, objective):
    begin = time.process_time()
    made = choose(demo, use="library", count=3, objective=objective)
    took = time.process_time() - begin
    tell(
        f"three of {len(made.places.candidates)} sites, {objective}",
        took,
        beside=f"gap {made.choice.gap:.5f}",
        mark="15 s",
    )
    assert took < 15
