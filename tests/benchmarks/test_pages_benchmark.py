"""Size, time to ready and frame times of pages in a real browser, printed; run with KORTRIJK_GEO_BENCHMARKS=1.

The limits are those of the project: under 3 MB, ready within 1.5 s, 95 % of the frames of a drag within 50 ms.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kortrijk_geo.mapping import write_page

if TYPE_CHECKING:
    from types import ModuleType

    from kortrijk_geo.city import City

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not os.environ.get("KORTRIJK_GEO_BENCHMARKS"), reason="set KORTRIJK_GEO_BENCHMARKS=1"),
]
FRAMES = """() => { window.frames_ms = []; let last = performance.now();
  const tick = (now) => { window.frames_ms.push(now - last); last = now; requestAnimationFrame(tick); };
  requestAnimationFrame(tick); }"""
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def measure(browser: Any, path: Path) -> dict[str, float]:
    """Open a page three times with a cold browser context, then drag its map to and fro."""
    ready = []
    for _ in range(3):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.as_uri())
        ready.append(page.evaluate(READY))
    page.evaluate("KortrijkAtlas.views[0].overlays.forEach((o, n) => KortrijkAtlas.views[0].show(n, true))")
    box = page.locator(".leaflet-container").bounding_box()
    x, y = box["x"] + box["width"] / 3, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(FRAMES)
    for step in range(60):
        page.mouse.move(x + 120 * np.sin(step / 6), y + 60 * np.cos(step / 6))
    frames = page.evaluate("window.frames_ms.slice(2)")
    page.mouse.up()
    page.close()
    return {
        "MB": path.stat().st_size / 1e6,
        "ready_s": float(np.median(ready)) / 1000,
        "frame_p95_ms": float(np.percentile(frames, 95)),
        "frames": len(frames),
    }


def report(name: str, found: dict[str, float]) -> None:
    print(f"\n{name}: " + ", ".join(f"{key} {value:.2f}" for key, value in found.items()))  # noqa: T201 - what a benchmark is for
    assert found["MB"] < 3
    assert found["ready_s"] < 1.5
    assert found["frame_p95_ms"] < 50


@pytest.mark.parametrize("areas", [14, 145, 500])
def test_an_invented_page_with_35000_homes(browser: Any, samples: ModuleType, tmp_path: Path, areas: int) -> None:
    started = time.perf_counter()
    write_page(samples.spec(samples.result(areas), points=35_000), tmp_path / "page.html")
    written = time.perf_counter() - started
    report(f"{areas} areas, 35,000 homes (written in {written:.2f} s)", measure(browser, tmp_path / "page.html"))


def test_the_pages_of_the_demo(browser: Any, demo: City, tmp_path: Path) -> None:
    from kortrijk_geo.atlas import write_atlas

    atlas = write_atlas(demo, tmp_path)
    assert atlas.ok
    for path in atlas.written:
        if path.suffix == ".html" and path.name != "index.html":
            report(path.name, measure(browser, path))
