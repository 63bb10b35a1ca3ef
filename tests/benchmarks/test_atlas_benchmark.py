"""The whole atlas of the demo, computed and from kept answers: CPU seconds of every theme, and peak memory.

Run by ``make bench``. The marks of the project are 25 s computed, 10 s from kept answers, and 1 GB.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not os.environ.get("KORTRIJK_GEO_BENCHMARKS"), reason="set KORTRIJK_GEO_BENCHMARKS=1")
# Of each theme with its page; writing is told of the atlas as a whole.
MARKS_S = {
    "reach": "6 s", "trees": "5 s", "unsealing": "5 s", "profile": "1.5 s", "housing": "1 s", "childcare": "0.7 s",
}  # fmt: skip
# The first run of all compiles what it needs and is not counted.
RUN = """
import json, sys, time
from pathlib import Path
import kortrijk_geo as kg
from kortrijk_geo.atlas.writing import write_atlas

steps = []
report = write_atlas(
    kg.open_city(sys.argv[1]), Path(sys.argv[2]), progress=lambda text: steps.append((text, time.process_time()))
)
assert report.ok
ends = [begin for _, begin in steps[1:]] + [time.process_time()]
print(json.dumps({
    "steps": {text.split()[-1]: end - begin for (text, begin), end in zip(steps, ends)},
    "cpu_s": time.process_time(),
    "peak_mb": int(Path("/proc/self/status").read_text("ascii").split("VmHWM:")[1].split()[0]) / 1024,
}))
"""


def run(pack, out, cache):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "KORTRIJK_GEO_CACHE": str(cache)}
    command = [sys.executable, "-c", RUN, str(pack), str(out)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


def test_the_atlas_computed_and_from_kept_answers(demo, tmp_path, tell):
    run(demo.folder, tmp_path / "first", "off")
    computed = run(demo.folder, tmp_path / "computed", tmp_path / "cache")
    kept = run(demo.folder, tmp_path / "kept", tmp_path / "cache")
    tell("whole atlas of the demo, computed", computed["cpu_s"], computed["peak_mb"], mark="25 s (goal 15), 1,000 MB")
    for theme, seconds in computed["steps"].items():
        beside = f"from kept answers {kept['steps'][theme]:.2f} s"
        tell(f"- {theme}, computed and written", seconds, beside=beside, mark=MARKS_S.get(theme, ""))
    tell("whole atlas of the demo, from kept answers", kept["cpu_s"], kept["peak_mb"], mark="10 s")
    assert kept["cpu_s"] < computed["cpu_s"] / 4
    names = sorted(path.name for path in (tmp_path / "computed").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "kept").iterdir())
    for name in names:
        assert (tmp_path / "kept" / name).read_bytes() == (tmp_path / "computed" / name).read_bytes(), name
