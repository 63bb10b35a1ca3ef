"""Reach of the demo and of a city four times as large: CPU seconds grow with the city. Run by ``make bench``."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not os.environ.get("KORTRIJK_GEO_BENCHMARKS"), reason="set KORTRIJK_GEO_BENCHMARKS=1")
ROUNDS = 3
# Both in turn in one process, after a first run that loads and, at need, compiles.
WORK = """
import json, statistics, sys, time
import kortrijk_geo as kg
from larger_city import four_times

cities = {"demo": kg.open_city(sys.argv[1])}
cities["four times"] = four_times(cities["demo"])
kg.reach.analyse(cities["demo"])
seconds = {name: [] for name in cities}
for _ in range(int(sys.argv[2])):
    for name, city in cities.items():
        begin = time.process_time()
        result = kg.reach.analyse(city)
        seconds[name].append(time.process_time() - begin)
        assert len(result.layers["homes"]) > 0
print(json.dumps({name: statistics.median(values) for name, values in seconds.items()}))
"""


def test_reach_of_four_times_the_city_costs_at_most_four_and_four_tenths(demo, tell):
    paths = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", WORK, str(demo.folder), str(ROUNDS)],
        check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    seconds = json.loads(done.stdout.splitlines()[-1])
    ratio = seconds["four times"] / seconds["demo"]
    tell("reach of the demo", seconds["demo"], mark="6 s")
    tell(
        "reach of four times the city",
        seconds["four times"],
        beside=f"{ratio:.1f} times the demo",
        mark="30 s, 4.4 times",
    )
    assert seconds["demo"] <= 6
    assert seconds["four times"] <= 30
    assert seconds["four times"] <= 4.4 * seconds["demo"]
