"""``make bench`` ends in one table, whatever becomes of a benchmark: kept, failed, skipped or dead with its process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOM = Path(__file__).parent
MEASURED = """
import os
import pytest

@pytest.fixture(scope="module")
def figures(tell):
    tell("of the module", 2.0)

def test_kept(figures, tell):
    tell("quick", 0.01234, 1200.4, "a peer 3 s", mark="1 s")

def test_missed(tell):
    tell("slow", 9.0, mark="1 s")
    assert 9.0 < 1.0, "a | b"

def test_absent():
    pytest.skip("no peer")

def test_dead(tell):
    os._exit(3)

def test_later(tell):
    tell("later", None)
"""
TABLE = """\
| what | CPU s | peak MB | mark | beside it, in the same run | measured by |
| --- | ---: | ---: | --- | --- | --- |
| of the module | 2.00 |  |  |  | `test_measured.py` |
| quick | 0.0123 | 1,200 | 1 s | a peer 3 s | `test_measured.py` |
| slow | 9.00 |  | 1 s |  | `test_measured.py` |
| **failed**: test_missed | | | | AssertionError: a \\| b | `test_measured.py` |
| not measured: test_absent | | | | Skipped: no peer | `test_measured.py` |
| **failed**: test_dead | | | | worker 'gw0' crashed while running 'tests/benchmarks/test_measured.py::test_dead' | \
`test_measured.py` |
| later |  |  |  |  | `test_measured.py` |
"""


def test_the_table_tells_of_every_benchmark(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    benchmarks = tmp_path / "tests" / "benchmarks"
    benchmarks.mkdir(parents=True)
    shutil.copy(ROOM / "conftest.py", benchmarks.parent)
    shutil.copy(ROOM / "benchmarks" / "conftest.py", benchmarks)
    (benchmarks / "test_measured.py").write_text(MEASURED)
    outer = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    asked = {"KORTRIJK_GEO_BENCHMARKS": "1", "KORTRIJK_GEO_ARTEFACTS": str(tmp_path / "left")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "1", "tests/benchmarks"],
        cwd=tmp_path, env={**outer, **asked}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert (tmp_path / "left" / "bench.md").read_text(encoding="utf-8") == TABLE
    assert done.stdout.endswith(TABLE)
