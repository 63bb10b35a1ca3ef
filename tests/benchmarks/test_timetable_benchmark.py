"""How long reading a national feed takes, of which a city needs little, and how little memory that asks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import feed_jobs
import pytest

pytestmark = pytest.mark.skipif(
    os.environ.get("KORTRIJK_GEO_BENCHMARKS") != "1", reason="benchmarks run with KORTRIJK_GEO_BENCHMARKS=1"
)


def read(feed: Path) -> dict:
    done = subprocess.run(  # the program is this Python and feed_jobs.py
        [sys.executable, feed_jobs.__file__, str(feed), "12000"], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_a_feed_is_read_fast_and_memory_does_not_grow_with_what_is_elsewhere(tmp_path, tell):
    small, large = tmp_path / "small.zip", tmp_path / "large.zip"
    feed_jobs.write_feed(small, 10_000)
    megabytes = feed_jobs.write_feed(large, 100_000) / 1e6
    read(small)  # compiles
    least, most = read(small), read(large)
    beside = f"{megabytes / most['cpu_s']:.0f} MB of stop_times.txt per CPU s; {most['trips']:,} of 100,000 trips kept"
    tell(f"reading a GTFS feed with {megabytes:.0f} MB of calls", most["cpu_s"], most["peak_mb"], beside, mark="600 MB")
    assert most["peak_mb"] < 600
    assert most["peak_mb"] < least["peak_mb"] + megabytes
    assert 0 < most["trips"] < 10_000
