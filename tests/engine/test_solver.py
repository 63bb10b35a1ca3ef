"""The solver answers as scipy does and writes nothing to standard output."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint

from kortrijk_geo.engine import solver


def test_a_knapsack_by_hand() -> None:
    worth, weight = np.array([60.0, 100.0, 120.0]), np.array([10.0, 20.0, 30.0])
    found = solver.milp(
        -worth, integrality=np.ones(3), bounds=Bounds(0, 1), constraints=LinearConstraint(weight[None, :], ub=50)
    )
    assert found.x.round().tolist() == [0, 1, 1]


def test_what_compiled_code_prints_does_not_reach_standard_output(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solver.optimize, "milp", lambda *_: os.write(1, b"HiGHS says hello\n"))
    solver.milp()
    sys.stdout.write("ours\n")
    assert capfd.readouterr().out == "ours\n"


def test_what_compiled_code_wrote_into_a_buffer_does_not_come_after_it() -> None:
    # To a pipe C writes in blocks: the words below are still in its buffer when the search is over.
    program = """
import ctypes
from kortrijk_geo.engine import solver

solver.optimize.milp = lambda: ctypes.CDLL(None).puts(b"HiGHS says hello")
solver.milp()
print("{}")
"""
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=surroundings
    )
    assert answer.stdout == "{}\n"
