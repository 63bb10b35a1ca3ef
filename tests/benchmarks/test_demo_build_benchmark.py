"""How long the demo city takes to build, and how much memory: the goal is 20 s CPU and 1 GB."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

_RUN = """
import json, sys, time
from pathlib import Path
from kortrijk_geo.demo import build_demo
info = build_demo(Path(sys.argv[1]))
print(json.dumps({
    "cpu_s": time.process_time(),
    "peak_mb": int(Path("/proc/self/status").read_text("ascii").split("VmHWM:")[1].split()[0]) / 1024,
    "rows": {name: record.rows for name, record in info.layers.items()},
}))
"""


@pytest.mark.skipif(
    os.environ.get("KORTRIJK_GEO_BENCHMARKS") != "1", reason="benchmarks run with KORTRIJK_GEO_BENCHMARKS=1"
)
def test_the_demo_builds_within_its_budget(tmp_path, tell):
    done = subprocess.run(  # the program is this Python and the code above
        [sys.executable, "-c", _RUN, str(tmp_path / "demo")], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    megabytes = sum(file.stat().st_size for file in (tmp_path / "demo").iterdir()) / 1e6
    tell(
        "building the demo city", found["cpu_s"], found["peak_mb"], f"{megabytes:.0f} MB on disk", mark="20 s, 1,000 MB"
    )
    assert found["cpu_s"] < 20
    assert found["peak_mb"] < 1000
