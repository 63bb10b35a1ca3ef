"""Ground for tiny cities."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def meadow() -> np.ndarray:
    """40 x 60 m of open ground."""
    return np.full((40, 60), 8, dtype=np.uint8)
