"""What several tests share is computed once in a run with two workers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ATLAS = """
import pytest

@pytest.fixture(scope="session")
def demo_atlas(pytestconfig):
    with (pytestconfig.rootpath / "log").open("a") as log:
        log.write("atlas\\n")
"""
OF_THE_ATLAS = """
import os, pytest

@pytest.mark.parametrize("page", range(4))
def test_page(page, demo_atlas, pytestconfig):
    with (pytestconfig.rootpath / "log").open("a") as log:
        log.write(f"page {os.environ['PYTEST_XDIST_WORKER']}\\n")
"""
OF_THE_FILE = """
import os, pytest

@pytest.fixture(scope="module")
def result(pytestconfig):
    with (pytestconfig.rootpath / "log").open("a") as log:
        log.write("result\\n")

@pytest.mark.parametrize("area", range(4))
def test_area(area, result, pytestconfig):
    with (pytestconfig.rootpath / "log").open("a") as log:
        log.write(f"area {os.environ['PYTEST_XDIST_WORKER']}\\n")
"""


@pytest.fixture
def log(tmp_path: Path) -> list[str]:
    """What a run on two workers notes of two files with one atlas and a file with a result of its own."""
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    room = tmp_path / "tests" / "browser"
    room.mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("conftest.py"), room.parent)
    (room / "conftest.py").write_text(ATLAS)
    (room / "test_pages.py").write_text(OF_THE_ATLAS)
    (room / "test_more_pages.py").write_text(OF_THE_ATLAS)
    (room.parent / "test_result.py").write_text(OF_THE_FILE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadgroup"]
    outer = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=tmp_path, env=outer, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return (tmp_path / "log").read_text().splitlines()


def test_tests_of_one_atlas_or_of_one_result_go_to_one_worker(log: list[str]) -> None:
    assert log.count("atlas") == log.count("result") == 1
    pages = [line for line in log if line.startswith("page ")]
    areas = [line for line in log if line.startswith("area ")]
    assert (len(pages), len(areas)) == (8, 4)
    assert len(set(pages)) == len(set(areas)) == 1
    assert pages[0].split()[1] != areas[0].split()[1], "the second worker takes the other group"
