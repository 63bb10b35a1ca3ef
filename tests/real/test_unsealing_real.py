"""Unsealing against published tables and an outside reference."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from kortrijk_geo.mapping import write_page
from kortrijk_geo.unsealing import analyse, spec
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


@pytest.fixture(scope="module")
def rode(sint_genesius_rode):
    return analyse(sint_genesius_rode)


def test_sealed_share_per_sector_of_sint_genesius_rode_is_that_of_the_reference(rode, real_data):
    path = real_data / "sint_genesius_rode" / "reference_sealing_2024.json"
    reference = json.loads(path.read_text(encoding="utf-8"))["sectors"]
    assert len(rode.areas) == 22
    for sector, share in rode.areas["sealed_share"].items():
        assert 100 * share == pytest.approx(reference[sector]["sealedPercentage"], abs=0.1), sector


def test_sint_genesius_rode_says_what_its_maps_do_not_tell(rode, tmp_path):
    assert rode.areas["sealed_building_m2"].isna().all()
    # Nothing tells what the sealed ground is used for, so what of it could go is unknown.
    for unknown in ("removable_m2", "avoided_runoff_60mm_m3", "avoided_runoff_60mm_high_m3"):
        assert np.isnan(rode.city[unknown]), unknown
    assert rode.city["unknown_use_m2"] <= rode.city["sealed_m2"]
    for told in ("geen gebouwen en wegen", "geen percelen", "bodemgroep is overal onbekend", "Geen plan"):
        assert any(told in note for note in rode.notes), told
    write_page(spec(rode), tmp_path / "ontharding.html")
    assert (tmp_path / "ontharding.html").stat().st_size < 3_000_000
