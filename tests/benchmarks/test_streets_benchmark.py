"""The street engine beside networkx, pandana and bare scipy: CPU and memory of one workload, results compared.

Run with ``make bench``. Every tool gets the walking streets of Las Palmas, 30,000 points as origins and 1,250 as
facilities in 8 categories, and runs in its own process, five times in turn; its least CPU time is in the table, and the
median of the rounds counts. Bare scipy is in the table because it does the same by hand; the demands are on networkx
and pandana, which offer the whole workload. Loading the tools is told apart: numba takes .5 s and 100 MB of its own.
"""

from __future__ import annotations

import json
import os
import pickle
import statistics
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

WORKERS = Path(__file__).with_name("street_workers.py")
N_ORIGINS, N_FACILITIES, N_CATEGORIES, LIMIT_M = 30_000, 1_250, 8, 1_200.0
ROUNDS = 5
MARKS = {"networkx": "30 times ours in the median", "pandana": "30 times ours, 4 times the memory"}

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not os.environ.get("KORTRIJK_GEO_BENCHMARKS"), reason="set KORTRIJK_GEO_BENCHMARKS=1"),
]


@pytest.fixture(scope="module")
def case(las_palmas, tmp_path_factory):
    """Folder with the input of all tools: streets, points on vertices of streets, categories and limit."""
    streets = las_palmas.streets
    streets = streets[streets["walk"]].reset_index(drop=True)
    xy, street = shapely.get_coordinates(np.asarray(streets.geometry.array), return_index=True)
    is_end = (np.diff(street, prepend=-1) != 0) | (np.diff(street, append=-1) != 0)
    spots, spot, times = np.unique(xy[:, 0] + 1j * xy[:, 1], return_inverse=True, return_counts=True)
    # Where one street crosses over another a point could mean either; at junctions and on one street it is clear.
    clear = spots[(times == 1) | (times == np.bincount(spot, weights=is_end))]
    draw = np.random.default_rng(20230221)
    drawn = [draw.choice(clear, n, replace=False) for n in (N_ORIGINS, N_FACILITIES)]
    points = [gpd.GeoSeries(shapely.points(at.real, at.imag), crs=streets.crs) for at in drawn]
    folder = tmp_path_factory.mktemp("streets")
    content = (streets, *points, np.arange(N_FACILITIES) % N_CATEGORIES, LIMIT_M)
    (folder / "case.pickle").write_bytes(pickle.dumps(content))
    return folder


def run(tool, folder):
    done = subprocess.run([sys.executable, WORKERS, tool, folder], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def load(tool, folder):
    with np.load(folder / f"{tool}.npz") as stored:
        return {name: stored[name] for name in stored.files}


def check_equal(ours, theirs, tolerance_m):
    """Compare two results; a pair within the tolerance of the limit may be in one only."""
    near = np.where(np.isnan(ours["nearest"]), LIMIT_M, ours["nearest"])
    other = np.where(np.isnan(theirs["nearest"]), LIMIT_M, theirs["nearest"])
    np.testing.assert_allclose(near, other, rtol=0, atol=tolerance_m)
    keys = [result["facility"].astype(np.int64) * N_ORIGINS + result["origin"] for result in (ours, theirs)]
    both, left, right = np.intersect1d(*keys, return_indices=True)
    np.testing.assert_allclose(ours["metres"][left], theirs["metres"][right], rtol=0, atol=tolerance_m)
    for result, key in zip((ours, theirs), keys, strict=True):
        alone = result["metres"][~np.isin(key, both)]
        assert (np.abs(alone - LIMIT_M) <= tolerance_m).all(), "pairs that only one tool has lie at the limit"
    unsure = np.zeros((N_ORIGINS, N_CATEGORIES), bool)
    for result in (ours, theirs):
        at_limit = np.abs(result["metres"] - LIMIT_M) <= tolerance_m
        unsure[result["origin"][at_limit], result["facility"][at_limit] % N_CATEGORIES] = True
    np.testing.assert_array_equal(ours["counts"][~unsure], theirs["counts"][~unsure])


def test_the_street_workload_costs_a_thirtieth_of_networkx(case, tell):
    tools = ["kortrijk_geo", "networkx", "scipy"]
    importing = subprocess.run([sys.executable, "-c", "import pandana"], capture_output=True, text=True, check=False)
    if importing.returncode == 0:
        tools.append("pandana")
    runs = {tool: [] for tool in tools}
    for _ in range(ROUNDS):
        for tool in tools:
            runs[tool].append(run(tool, case))
    loading = statistics.median(result["seconds"].pop("load") for result in runs["kortrijk_geo"])
    measured = {}
    for tool, results in runs.items():
        best = min((result["seconds"] for result in results), key=lambda seconds: sum(seconds.values()))
        measured[tool] = best, min(result["peak_mb"] for result in results)
    cpu = {tool: sum(seconds.values()) for tool, (seconds, _) in measured.items()}
    rounds = [[sum(result["seconds"].values()) for result in runs[tool]] for tool in ("networkx", "kortrijk_geo")]
    ratios = [round(theirs / ours, 1) for theirs, ours in zip(*rounds, strict=True)]
    ours = load("kortrijk_geo", case)
    for tool, (_, peak_mb) in measured.items():
        times = "" if tool == "kortrijk_geo" else f"{cpu[tool] / cpu['kortrijk_geo']:.1f} times ours"
        tell(f"{len(ours['metres']):,} pairs over streets: {tool}", cpu[tool], peak_mb, times, mark=MARKS.get(tool, ""))
    rounds = f"networkx / ours {statistics.median(ratios):.1f} in the median of rounds, {min(ratios)} to {max(ratios)}"
    tell("- loading what is compiled, apart", loading, beside=rounds, mark="30 in the median")
    if "pandana" not in tools:
        why = importing.stderr.strip().rpartition("\n")[2]
        tell(f"not measured: pandana ({why})", None, mark=MARKS["pandana"])
    # Pandana counts in millimetres, so the sum of many streets may be off by some centimetres.
    for tool, tolerance_m in (("networkx", 1e-6), ("scipy", 1e-6), ("pandana", 0.2)):
        if tool in tools:
            check_equal(ours, load(tool, case), tolerance_m)
    assert statistics.median(ratios) >= 30
    if "pandana" in tools:
        assert cpu["kortrijk_geo"] * 30 <= cpu["pandana"]
        assert measured["kortrijk_geo"][1] * 4 <= measured["pandana"][1]
