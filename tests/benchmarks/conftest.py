"""What is measured is computed, whatever ran before; all that is measured ends in one table, for docs/bench.md.

A row names the file that measures it: ``KORTRIJK_GEO_BENCHMARKS=1 pytest tests/benchmarks/FILE`` does it alone. What
fails, or is not measured, has a row that says why. The table is printed below all else, and stands in ``bench.md`` of
the folder that KORTRIJK_GEO_ARTEFACTS names.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

HEAD = (
    "| what | CPU s | peak MB | mark | beside it, in the same run | measured by |",
    "| --- | ---: | ---: | --- | --- | --- |",
)
ROW = "row of the table"
_ITEM = pytest.StashKey[pytest.Item]()


@pytest.fixture(scope="session", autouse=True)
def nothing_kept(kept_answers: object) -> Iterator[None]:
    """Turn the cache of results off, for the commands that are started too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KORTRIJK_GEO_CACHE", "off")
        yield


@pytest.fixture(scope="session")
def tell(pytestconfig: pytest.Config) -> Callable[..., None]:
    """Put a row in the table that is printed at the end."""

    def add(what: str, cpu_s: float | None, peak_mb: float | None = None, beside: str = "", *, mark: str = "") -> None:
        seconds = "" if cpu_s is None else f"{cpu_s:.2f}" if cpu_s >= 0.1 else f"{cpu_s:.4f}"
        memory = "" if peak_mb is None else f"{peak_mb:,.0f}"
        item = pytestconfig.stash[_ITEM]
        # A property of the test reaches the table from another process too, and before the test fails.
        item.user_properties.append(
            (ROW, f"| {what} | {seconds} | {memory} | {mark} | {beside} | `{item.path.name}` |")
        )

    return add


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.config.stash[_ITEM] = item


class Table:
    """Gathers the rows of all tests, in this process or in the one that measures."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.rows: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "teardown" or report.failed or report.skipped:
            rows = [str(row) for name, row in report.user_properties if name == ROW]
            self.rows += [row for row in rows if row not in self.rows]
        if report.failed or report.skipped:
            file, _, test = report.nodeid.partition("::")
            said = "**failed**" if report.failed else "not measured"
            name = PurePosixPath(file).name
            self.rows.append(f"| {said}: {test.partition('@')[0]} | | | | {_reason(report)} | `{name}` |")

    def pytest_unconfigure(self) -> None:
        if not self.rows:
            return
        table = "\n".join((*HEAD, *self.rows))
        print(f"\n{table}")  # noqa: T201 - what a benchmark is for
        if folder := os.environ.get("KORTRIJK_GEO_ARTEFACTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            (Path(folder) / "bench.md").write_text(f"{table}\n", encoding="utf-8")


def _reason(report: pytest.TestReport) -> str:
    """Why a test failed or was skipped, on one line that breaks no table."""
    if isinstance(report.longrepr, tuple):
        text = report.longrepr[2]
    else:
        crash = getattr(report.longrepr, "reprcrash", None)
        text = str(report.longrepr) if crash is None else crash.message
    return text.strip().partition("\n")[0].replace("|", "\\|")[:200]


def pytest_configure(config: pytest.Config) -> None:
    """Gather rows, but not in a worker, and only where something is measured."""
    if os.environ.get("KORTRIJK_GEO_BENCHMARKS") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Table(config), "table of benchmarks")
