"""What is measured is computed, whatever ran before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def nothing_kept(kept_answers: object) -> Iterator[None]:
    """Turn the cache of results off, for the commands that are started too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KORTRIJK_GEO_CACHE", "off")
        yield
