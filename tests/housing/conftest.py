"""What several tests of the social housing theme share."""

from __future__ import annotations

import pytest
from housing_town import town


@pytest.fixture
def four():
    """Four areas: 10, 0, 30 and 5 social dwellings in 100, 50, 120 and 200 households."""
    return town([10, 0, 30, 5], [100, 50, 120, 200], total=(45, 470))
