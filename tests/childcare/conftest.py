"""The town of one street, built as each test wants it."""

from __future__ import annotations

import childcare_town
import pytest


@pytest.fixture
def town(tmp_path):
    """Build the town with some layers changed."""
    made = iter(range(100))

    def build(**changed):
        return childcare_town.write_town(tmp_path / f"pack{next(made)}", **changed)

    return build
