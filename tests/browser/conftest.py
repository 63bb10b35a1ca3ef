"""A real browser without a network: any console error, page error, policy violation or request fails the test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kortrijk_geo.atlas.comparison import Comparison
from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.demo import with_planned_childcare
from kortrijk_geo.pack.city import City

LOCAL = ("file:", "data:", "blob:")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def demo_atlas(demo: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole atlas of the demo city on a fixed day."""
    out = tmp_path_factory.mktemp("demo-atlas")
    planned = Comparison("childcare", ("nu", "met de geplande opvang"), scenario=with_planned_childcare(demo))
    report = write_atlas(demo, out, on=dt.date(2026, 7, 1), comparisons=[planned])
    assert report.ok, report.failed
    assert report.unavailable == {}
    return out


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a file in the browser and check, at the end of the test, that nothing went wrong and nothing was asked."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def opened(path: Path, viewport: dict[str, int] | None = None, hash: str = "", **options: Any) -> Any:  # noqa: A002
        context = browser.new_context(viewport=viewport or DESK, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda m: complaints.append(f"console: {m.text}") if m.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
        page.on("request", lambda r: None if r.url.startswith(LOCAL) else complaints.append(f"request: {r.url}"))
        page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(path.as_uri() + hash)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
