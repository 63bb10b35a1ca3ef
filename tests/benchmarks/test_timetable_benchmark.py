"""How long reading a national feed takes, of which a city needs little, and how little memory that asks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    os.environ.get("KORTRIJK_GEO_BENCHMARKS") != "1", reason="benchmarks run with KORTRIJK_GEO_BENCHMARKS=1"
)


JOBS = Path(__file__).with_name("feed_jobs.py")


def run(*words: object) -> dict:
    command = [sys.executable, str(JOBS), *map(str, words)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)  # our own program


def read(feed: Path) -> dict:
    return run("read", feed, 12_000)


def test_a_feed_is_read_fast_and_memory_does_not_grow_with_what_is_elsewhere(tmp_path, tell):
    small, large = tmp_path / "small.zip", tmp_path / "large.zip"
    run("write", small, 10_000)
    megabytes = run("write", large, 100_000)["bytes"] / 1e6
    read(small)  # compiles
    least, most = read(small), read(large)
    beside = f"{megabytes / most['cpu_s']:.0f} MB of stop_times.txt per CPU s; {most['trips']:,} of 100,000 trips kept"
    tell(f"reading a GTFS feed with {megabytes:.0f} MB of calls", most["cpu_s"], most["peak_mb"], beside, mark="600 MB")
    assert most["peak_mb"] < 600
    assert most["peak_mb"] < least["peak_mb"] + megabytes
    assert 0 < most["trips"] < 10_000
