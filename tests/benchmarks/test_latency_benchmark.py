"""CPU seconds of one question from a cold process, and of what every command pays; run by ``make bench``.

Limits are for a machine that does nothing else: the floor of a question is what importing pandas, geopandas, pyogrio
and typer takes, which is measured beside it in the same run.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not os.environ.get("KORTRIJK_GEO_BENCHMARKS"), reason="set KORTRIJK_GEO_BENCHMARKS=1")
ROUNDS = 5
CLI = ("-m", "kortrijk_geo_cli.main")
FLOOR = "import typer._adapters, rich.console, rich.table, pandas, geopandas, pyogrio"


def cpu_s(*arguments: str) -> float:
    """Median of what some runs of this Python take, after one that leaves bytecode and files at hand."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    seconds = []
    for _ in range(ROUNDS + 1):
        before = os.times()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment)
        after = os.times()
        seconds.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return statistics.median(seconds[1:])


def test_one_question_from_a_cold_process(demo, tell):
    pack = str(demo.folder)
    place = ("--new-places", "10", "--x", "72133", "--y", "169304")
    premium = ("childcare", "premium", "--pack", pack, "--kind", "group", "--date", "2026-11-27", *place)
    rows = {
        "import kortrijk_geo": (cpu_s("-c", "import kortrijk_geo"), 0.05),
        "--help": (cpu_s(*CLI, "--help"), 0.35),
        "(importing pandas, geopandas, pyogrio, typer)": (cpu_s("-c", FLOOR), None),
        "childcare premium": (cpu_s(*CLI, *premium), 1.0),
        "reach --from": (cpu_s(*CLI, "reach", "--pack", pack, "--from", "72133,169304"), 1.0),
        "reach --mode transit --from": (
            cpu_s(*CLI, "reach", "--pack", pack, "--mode", "transit", "--from", "72133,169304"),
            2.0,
        ),
    }
    for name, (seconds, goal) in rows.items():
        tell(f"cold process: {name}", seconds, mark="" if goal is None else f"{goal} s")
    # Of a busy machine every figure is larger; beside the floor of the same run it is not.
    floor = rows["(importing pandas, geopandas, pyogrio, typer)"][0]
    assert rows["childcare premium"][0] < 1.2 * floor  # it imports no pandas
    assert rows["reach --from"][0] < 2 * floor  # nor does this
    assert rows["reach --mode transit --from"][0] < 3.5 * floor  # nor this, but it loads compiled code
