"""Themes of the demo and of a city four times as large: CPU seconds grow with the city. Run by ``make bench``.

Trees and unsealing, which go by pixels, are in test_themes_benchmark.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not os.environ.get("KORTRIJK_GEO_BENCHMARKS"), reason="set KORTRIJK_GEO_BENCHMARKS=1")
ROUNDS = 5
MARKS_S = {"reach": (6, 30)}
# Both in turn in one process, after a first run that loads and, at need, compiles.
WORK = """
import json, statistics, sys, time
import kortrijk_geo as kg
from kortrijk_geo import cache, catalogue
from larger_city import four_times

cities = {"demo": kg.open_city(sys.argv[1])}
cities["four times"] = four_times(cities["demo"])
theme = catalogue.theme_module(sys.argv[3])
seconds = {name: [] for name in cities}
with cache.without_cache():
    theme.analyse(cities["demo"])
    for _ in range(int(sys.argv[2])):
        for name, city in cities.items():
            begin = time.process_time()
            result = theme.analyse(city)
            seconds[name].append(time.process_time() - begin)
            assert len(result.areas) == len(city.areas)
            assert sys.argv[3] != "reach" or len(result.layers["homes"]) > 0
print(json.dumps({name: statistics.median(values) for name, values in seconds.items()}))
"""


@pytest.mark.parametrize("theme", ["reach", "childcare", "services", "sites", "housing"])
def test_four_times_the_city_costs_at_most_four_and_four_tenths(demo, tell, theme):
    paths = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", WORK, str(demo.folder), str(ROUNDS), theme],
        check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    seconds = json.loads(done.stdout.splitlines()[-1])
    ratio = seconds["four times"] / seconds["demo"]
    marks_s = MARKS_S.get(theme)
    tell(f"{theme} of the demo", seconds["demo"], mark=f"{marks_s[0]} s" if marks_s else "")
    tell(
        f"{theme} of four times the city",
        seconds["four times"],
        beside=f"{ratio:.1f} times the demo",
        mark=f"{marks_s[1]} s, 4.4 times" if marks_s else "4.4 times",
    )
    if marks_s:
        assert seconds["demo"] <= marks_s[0]
        assert seconds["four times"] <= marks_s[1]
    assert seconds["four times"] <= 4.4 * seconds["demo"]
