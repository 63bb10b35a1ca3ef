"""CPU seconds of one question from a cold process, and of what every command pays; run by ``make bench``.

Limits are for a machine that does nothing else. Beside each question stands its floor, measured in the same run: what
it takes to import the libraries without which it cannot be asked, read and answered, and nothing of ours.
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
# Help is drawn by rich; a question is read by typer, which checks its options with pydantic, and answered in a table,
# from arrays and geometries of a GeoPackage. Before numba runs a first compiled function it loads all that it knows.
OF_HELP = "import typer.rich_utils"
OF_QUESTION = "import typer._adapters, rich.console, rich.table, numpy, shapely, sqlite3, tomllib"
OF_COMPILED = (
    f"{OF_QUESTION}; from numba.core.registry import cpu_target as cpu;"
    "cpu.typing_context.refresh(); cpu.target_context.refresh()"
)


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
    reach = ("reach", "--pack", pack, "--from", "72133,169304")
    rows = {
        "import kortrijk_geo": (cpu_s("-c", "import kortrijk_geo"), 0.05),
        "(libraries of --help)": (cpu_s("-c", OF_HELP), None),
        "--help": (cpu_s(*CLI, "--help"), 0.35),
        "(libraries of a question)": (cpu_s("-c", OF_QUESTION), None),
        "childcare premium": (cpu_s(*CLI, *premium), 1.0),
        "reach --from": (cpu_s(*CLI, *reach), 1.0),
        "(libraries of a question to compiled code)": (cpu_s("-c", OF_COMPILED), None),
        "reach --mode transit --from": (cpu_s(*CLI, *reach, "--mode", "transit"), 2.0),
    }
    for name, (seconds, goal) in rows.items():
        tell(f"cold process: {name}", seconds, mark="" if goal is None else f"{goal} s")
    # Of a busy machine every figure is larger; beside the floor of the same run it is not.
    help_s, question_s, compiled_s = (rows[name][0] for name in rows if name.startswith("("))
    assert rows["--help"][0] < 1.5 * help_s
    assert rows["childcare premium"][0] < 1.8 * question_s
    assert rows["reach --from"][0] < 3.0 * question_s
    assert rows["reach --mode transit --from"][0] < 2.05 * compiled_s
