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


@pytest.fixture(scope="session")
def kept_page(browser: Any) -> Iterator[Any]:
    """A page that the tests of a worker take turns with: a window and a process for each cost as much as a visit."""
    context = browser.new_context(viewport=DESK, offline=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def open_page(browser: Any, kept_page: Any) -> Iterator[Callable[..., Any]]:
    """Open a file in the browser and check, at the end of the test, that nothing went wrong and nothing was asked.

    The first visit of a test is to the kept page, unless it asks for a window of another kind.
    """
    complaints: list[str] = []
    pages: list[Any] = []
    listeners = {
        "console": lambda m: complaints.append(f"console: {m.text}") if m.type in ("error", "warning") else None,
        "pageerror": lambda error: complaints.append(f"page error: {error}"),
        "request": lambda r: None if r.url.startswith(LOCAL) else complaints.append(f"request: {r.url}"),
        "dialog": lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()),
    }

    def opened(path: Path, viewport: dict[str, int] | None = None, hash: str = "", **options: Any) -> Any:  # noqa: A002
        if options or kept_page in pages:
            page = browser.new_context(viewport=viewport or DESK, offline=True, **options).new_page()
        else:
            page = kept_page
            page.set_viewport_size(viewport or DESK)
        pages.append(page)
        for event, listener in listeners.items():
            page.on(event, listener)
        page.goto(path.as_uri() + hash)
        return page

    yield opened
    for page in pages:
        if page is not kept_page:
            page.context.close()
    if kept_page in pages:
        _clear(kept_page, listeners)
    assert complaints == []


def _clear(page: Any, listeners: dict[str, Callable[..., Any]]) -> None:
    """Leave a page as it was before its first visit."""
    page.goto("about:blank")
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    page.emulate_media(media="null")
    page.mouse.move(0, 0)
    page.context.clear_permissions()
