"""On the streets of Las Palmas every distance equals networkx's on the streets as they are."""

from __future__ import annotations

import pytest
from street_oracle import check_city


@pytest.mark.real
@pytest.mark.parametrize(("mode", "limit_m"), [("walk", 1200.0), ("cycle", 3750.0)])
def test_las_palmas_equals_networkx(las_palmas, mode, limit_m):
    check_city(las_palmas, mode, limit_m, n_facilities=40)
