"""On the streets of the demo city every distance equals networkx's on the streets as they are."""

from __future__ import annotations

import pytest
from street_oracle import check_city


@pytest.mark.parametrize(("mode", "limit_m"), [("walk", 1200.0), ("cycle", 3750.0)])
def test_the_demo_city_equals_networkx(demo, mode, limit_m):
    check_city(demo, mode, limit_m, n_facilities=20)
