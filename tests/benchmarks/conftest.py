"""What is measured is computed, whatever ran before; all that is measured ends in one table, for the README."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

HEAD = ("| what | CPU s | peak MB | beside it, in the same run |", "| --- | ---: | ---: | --- |")
_ROWS = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session", autouse=True)
def nothing_kept(kept_answers: object) -> Iterator[None]:
    """Turn the cache of results off, for the commands that are started too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KORTRIJK_GEO_CACHE", "off")
        yield


@pytest.fixture(scope="session")
def tell(pytestconfig: pytest.Config) -> Callable[..., None]:
    """Put a row in the table that is printed at the end."""
    rows = pytestconfig.stash.setdefault(_ROWS, [])

    def add(what: str, cpu_s: float, peak_mb: float | None = None, beside: str = "") -> None:
        rows.append(f"| {what} | {cpu_s:.2f} | {'' if peak_mb is None else f'{peak_mb:,.0f}'} | {beside} |")

    return add


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table."""
    if rows := config.stash.get(_ROWS, []):
        terminalreporter.section("benchmarks")
        terminalreporter.write("\n".join((*HEAD, *rows, "")))
