"""Small inputs of streets and OpenStreetMap that once gave a wrong figure, from raw files to the figure."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.pack.city import open_city

pytestmark = pytest.mark.real


@pytest.fixture
def built(real_data, tmp_path):
    def run(case):
        folder = real_data / "cases" / case
        if not folder.is_dir():
            pytest.skip(f"{folder} is not there")
        report = build_pack(folder / "recipe.toml", folder / "raw", tmp_path / "pack")
        return report, open_city(tmp_path / "pack")

    return run


def reach(folder):
    command = [sys.executable, "-c", "from kortrijk_geo_cli.main import run; run()", "reach", "--json"]
    done = subprocess.run(
        [*command, "--pack", folder / "pack", "--out", folder / "maps"], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("case", "warning"),
    [
        ("08-streets-whole-lines", "375 places where streets cross"),
        ("09-streets-ends-1mm-apart", None),
        ("18-osm-overpass-out-geom", None),
        ("21-amenity-tags-hstore", None),
        ("22-graphml-oneway-list", "1 simplified edges are one-way for a part"),
    ],
)
def test_the_same_streets_in_five_files_reach_the_same(built, tmp_path, case, warning):
    report, _ = built(case)
    city = reach(tmp_path)["city"]
    assert (city["share_all_walk_15"], city["share_primary_school_walk_15"]) == (0.3975, 0.67875)
    warnings = [item.message for item in report.findings if item.level == "warning"]
    assert any(warning in message for message in warnings) if warning else not warnings
    assert not any(item.level == "error" for item in check_pack(tmp_path / "pack"))


def test_buildings_that_josm_marks_as_deleted_are_no_homes(built):
    report, city = built("10-osm-josm-action-delete")
    assert (len(city.homes), len(city.buildings)) == (6, 6)
    assert any("4 objects are marked as deleted" in item.message for item in report.findings)


def test_a_side_street_that_ends_on_the_middle_of_the_main_street_is_met(built, tmp_path):
    built("23-streets-t-junction-and-multipolygon")
    areas = reach(tmp_path)["areas"]
    assert areas
    checked = [item.message for item in check_pack(tmp_path / "pack") if item.level == "warning"]
    assert any("at 70750.0 168250.0 (side, main)" in message for message in checked)
