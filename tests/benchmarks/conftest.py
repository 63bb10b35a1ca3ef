"""What is measured is computed, whatever ran before; all that is measured ends in one table, for docs/evidence.md.

A row names the file that measures it: ``KORTRIJK_GEO_BENCHMARKS=1 pytest tests/benchmarks/FILE`` does it alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import pytest

HEAD = (
    "| what | CPU s | peak MB | beside it, in the same run | measured by |",
    "| --- | ---: | ---: | --- | --- |",
)
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

    def add(what: str, cpu_s: float | None, peak_mb: float | None = None, beside: str = "") -> None:
        seconds = "" if cpu_s is None else f"{cpu_s:.2f}" if cpu_s >= 0.1 else f"{cpu_s:.4f}"
        memory = "" if peak_mb is None else f"{peak_mb:,.0f}"
        file = PurePosixPath(os.environ["PYTEST_CURRENT_TEST"].partition("::")[0]).name
        rows.append(f"| {what} | {seconds} | {memory} | {beside} | `{file}` |")

    return add


def pytest_unconfigure(config: pytest.Config) -> None:
    """Print the table, below all else."""
    if rows := config.stash.get(_ROWS, []):
        print("\n".join(("", *HEAD, *rows)))  # noqa: T201 - what a benchmark is for
