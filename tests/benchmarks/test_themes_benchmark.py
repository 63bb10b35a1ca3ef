"""Trees and unsealing from begin to end: the demo, four demos, and the demo at 1 m (175 Mpx, 81 km2 of ground).

Run with KORTRIJK_GEO_BENCHMARKS=1, or with KORTRIJK_GEO_BENCHMARKS=large for two demos at 1 m too (350 Mpx, 162 km2 of
ground). Each run is a process of its own, imports included; what numba compiles once for all later runs is compiled
before.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not os.environ.get("KORTRIJK_GEO_BENCHMARKS"), reason="benchmarks run with KORTRIJK_GEO_BENCHMARKS=1"
)
JOBS = Path(__file__).with_name("theme_jobs.py")
THEMES = ("trees", "unsealing")
MARKS = {"demo": "5 s, 1,500 MB", "four demos": "4.4 times the demo, 1,500 MB"}
CITIES = {"demo": (1, 1), "demo at 1 m": (1, 2), "four demos": (4, 1)}
if os.environ.get("KORTRIJK_GEO_BENCHMARKS") == "large":
    CITIES["two demos at 1 m"] = (2, 2)


def run(*job: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(JOBS), *job], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def figures(
    tmp_path_factory: pytest.TempPathFactory, tell: Callable[..., None]
) -> dict[tuple[str, str], dict[str, float]]:
    found = {}
    for city, (copies, finer) in CITIES.items():
        folder = tmp_path_factory.mktemp("themes")
        run("make", str(folder), str(copies), str(finer))
        for theme in THEMES:
            times = 2 if city == "demo" else 1  # the first run compiles
            found[city, theme] = [json.loads(run(theme, str(folder)).splitlines()[-1]) for _ in range(times)][-1]
            of = found[city, theme]
            tell(f"{theme} of the {city}", of["cpu_s"], of["peak_mb"], mark=MARKS.get(city, "1,500 MB"))
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_memory_is_bounded_by_the_strip(figures, theme):
    for city in CITIES:
        assert figures[city, theme]["peak_mb"] < 1_500, city


@pytest.mark.parametrize("theme", THEMES)
def test_four_cities_take_hardly_more_than_four_times_one(figures, theme):
    assert figures["four demos", theme]["cpu_s"] < 4.4 * figures["demo", theme]["cpu_s"]


@pytest.mark.parametrize("theme", THEMES)
def test_four_cities_have_four_times_the_ground_of_one(figures, theme):
    # To the order in which one sums.
    assert figures["four demos", theme]["m2"] == pytest.approx(4 * figures["demo", theme]["m2"], rel=1e-14)
