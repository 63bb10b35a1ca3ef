"""A prepared city answers at once: who lives near a point, and what changes with a place; run by ``make bench``."""

from __future__ import annotations

import os
import statistics
import time

import numpy as np
import pytest

import kortrijk_geo as kg

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
