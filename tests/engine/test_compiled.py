"""Compiled code is kept where the user may write, which need not be the package, and runs where it cannot be kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import kortrijk_geo

# All that is imported from Python's own folders, which may be closed to others, is imported first.
AS_NOBODY = """
import os, sys, warnings
import numba, numpy as np
numba.njit(lambda x: x.sum())(np.ones(2))
import kortrijk_geo.engine.sweep
os.setgid(65534); os.setuid(65534)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    from kortrijk_geo.engine import searches
    metres, counts = searches.by_kind(np.array([1, 0, 1]), np.array([30.0, 5.0, 20.0]), 3)
assert np.array_equal(metres, [5, 20, np.nan], equal_nan=True), metres
assert counts.tolist() == [1, 2, 0]
print(sum(searches.by_kind.stats.cache_hits.values()), {str(w.message) for w in caught})
"""


@pytest.fixture
def package():
    """A folder with a copy of the package in which only root writes, and ``home``, which is the user nobody's."""
    if os.geteuid() != 0:
        pytest.skip("only root becomes another user")
    with tempfile.TemporaryDirectory() as name:  # pytest's own is closed to others
        folder = Path(name)
        folder.chmod(0o755)
        ours = shutil.ignore_patterns("__pycache__")
        shutil.copytree(Path(kortrijk_geo.__file__).parent, folder / "kortrijk_geo", ignore=ours)
        (folder / "home").mkdir()
        os.chown(folder / "home", 65534, 65534)
        yield folder


def run(package: Path, **places: Path) -> str:
    kept = {key: value for key, value in os.environ.items() if key not in {"NUMBA_CACHE_DIR", "XDG_CACHE_HOME"}}
    done = subprocess.run(
        [sys.executable, "-B", "-c", AS_NOBODY],
        env={**kept, "PYTHONPATH": str(package), **{key: str(value) for key, value in places.items()}},
        cwd=package,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("named", ["HOME", "NUMBA_CACHE_DIR"])
def test_a_user_who_may_not_write_in_the_package_keeps_the_code_in_a_folder_of_their_own(package, named):
    places = {"HOME": package / "nowhere", named: package / "home"}
    assert run(package, **places) == "0 set()"
    kept = {path.name.split("-")[0] for path in (package / "home").rglob("*.nbi")}
    assert kept == {"searches.by_kind"}
    assert run(package, **places) == "1 set()", "the second run finds it"
    assert not list((package / "kortrijk_geo").rglob("*.nbi"))


def test_without_any_folder_the_code_is_compiled_anew_and_the_user_told_what_to_do(package):
    for _ in range(2):
        hits, told = run(package, HOME=package / "nowhere").split(" ", 1)
        assert hits == "0"
        assert "set NUMBA_CACHE_DIR to a folder that you can write" in told
