"""Unsealing against published tables and an outside reference."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from kortrijk_geo.city import open_city
from kortrijk_geo.unsealing import analyse
from kortrijk_geo.unsealing.water import runoff_mm

pytestmark = pytest.mark.real
INCH_MM = 25.4


def test_all_110_values_of_tr55_table_2_1(real_data):
    with (real_data / "reference" / "tr55_table_2_1.csv").open(encoding="utf-8") as file:
        rows = [[float(value) for value in row.values()] for row in csv.DictReader(file)]
    curve_number, rain_inch, runoff_inch = np.array(rows).T
    assert len(rows) == 110
    computed = runoff_mm(rain_inch * INCH_MM, curve_number) / INCH_MM
    assert np.abs(computed - runoff_inch).max() <= 0.005 + 1e-9
