"""A real browser without a network: any console error, page error, policy violation or request fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

LOCAL = ("file:", "data:", "blob:")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


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
