"""The raster engine on 110 million pixels beside rasterstats and exactextract; run with KORTRIJK_GEO_BENCHMARKS=1.

Each job runs in a process of its own and measures its CPU seconds (the least of the runs) and its peak memory, imports
and zones included. Peers are called in the way that was quickest for them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(
    os.environ.get("KORTRIJK_GEO_BENCHMARKS") != "1", reason="benchmarks run with KORTRIJK_GEO_BENCHMARKS=1"
)
JOBS = Path(__file__).with_name("raster_jobs.py")
PEERS = ("exactextract", "rasterstats")
Figures = dict[str, float]


def run(job: str, tool: str, folder: Path, *, times: int = 1) -> Figures:
    """Run a job in a process of its own; the run with the least CPU time counts."""
    found = []
    for _ in range(times):
        command = [sys.executable, "-W", "ignore", str(JOBS), job, tool, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return min(found, key=lambda figures: figures["cpu_s"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rasters")
    run("prepare", "1", path)
    return path


@pytest.fixture(scope="module")
def report(tell: Callable[..., None]) -> Callable[..., None]:
    """Puts what a job took in the table."""

    def add(what: str, figures: Figures, note: str = "", mark: str = "") -> None:
        tell(f"110 million pixels: {what}", figures["cpu_s"], figures["peak_mb"], note, mark=mark)

    return add


@pytest.mark.parametrize(("job", "factor"), [("sectors", 1.0), ("parcels", 5.0)])
def test_class_areas_beside_peers(folder, report, job, factor):
    for peer in PEERS:
        pytest.importorskip(peer)
    ours = run(job, "ours", folder, times=3)
    peers = {
        "exactextract": run(job, "exactextract", folder, times=2),
        "rasterstats": run(job, "rasterstats", folder, times=2 if job == "sectors" else 1),
    }
    report(f"class areas, {job}: this engine", ours, mark=f"4 s, 600 MB; peers {factor:g} times")
    exact = np.load(folder / f"{job}_exactextract.npy")
    for peer, figures in peers.items():
        report(f"class areas, {job}: {peer}", figures, f"{figures['cpu_s'] / ours['cpu_s']:.1f} times ours")
    apart = np.abs(np.load(folder / f"{job}_ours.npy") - exact)
    assert np.mean(apart) < 0.005, "pixel centres and exact cover agree"
    assert ours["cpu_s"] < 4
    assert ours["peak_mb"] < 600
    assert ours["cpu_s"] * factor <= min(figures["cpu_s"] for figures in peers.values())


def test_exclusion_of_60_000_buffered_features(folder, report):
    figures = run("exclusion", "ours", folder, times=2)
    report("exclusion, 60,000 buffered features", figures, f"{figures['share']:.1%} of the ground taken", "5 s")
    assert figures["cpu_s"] < 5


@pytest.mark.parametrize("radius_m", [100, 300])
def test_shares_within_a_radius(folder, report, radius_m):
    figures = run(f"shares_{radius_m}", "ours", folder, times=2)
    note = f"largest error {figures['error_pp']:.2f} percentage points"
    report(f"tree share within {radius_m} m, reading included", figures, note, "6 s, 1.5 percentage points")
    assert figures["cpu_s"] < 6  # canopy, land, what is known and the study area, each read and summed
    assert figures["error_pp"] < 1.5


def test_memory_does_not_grow_with_the_height(folder, report, tmp_path):
    run("prepare", "4", tmp_path)
    for job in ("sectors", "parcels"):
        once, four = run(job, "ours", folder), run(job, "ours", tmp_path)
        beside = f"{once['peak_mb']:,.0f} MB at once the height"
        report(f"{job} at 4 times the height (440 million pixels)", four, beside, "1.15 times the memory")
        assert four["peak_mb"] < 1.15 * once["peak_mb"]
