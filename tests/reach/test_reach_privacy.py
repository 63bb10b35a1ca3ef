"""No file of reach tells of few people what it may not: a share times the inhabitants beside it is a count."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from street_bus import feed
from typer.testing import CliRunner

import kortrijk_geo as kg
from kortrijk_geo_cli.main import app

SHARE = "share_pharmacy_transit_30"
FEW = [3.0, 300, 5, 200, 7]


@pytest.fixture
def few_pack(small, tmp_path):
    """The same, as a pack in files."""
    town = small.build(homes=small.layers()["homes"].assign(residents=FEW))
    bus = feed(tmp_path / "bus.zip", small, (0, 20, 40))
    return town.add("gtfs", bus, tmp_path / "riding", source="Bus", date="2026-11-01")


def analyse(city, two_kinds, **options):
    return kg.reach.analyse_transit(
        city, categories=two_kinds, from_time="07:00", to_time="07:20", minutes=30, **options
    )


@pytest.fixture
def few(riding, small):
    """The city with a bus in which 3 of the 203 inhabitants of West have the pharmacy."""
    return riding(0, 20, 40).replace(homes=small.layers()["homes"].assign(residents=FEW))


def test_a_share_of_few_is_in_no_file_and_not_in_the_total(few, two_kinds, tmp_path):
    result = analyse(few, two_kinds)
    assert result.areas[SHARE].tolist() == [pytest.approx(3 / 203), 1]
    public = result.published()
    assert public.areas[SHARE].isna().all(), "of the total of the city the share of East would tell that of West"
    assert public.city[SHARE] == pytest.approx(303 / 503)
    assert any("minder dan 10 inwoners" in note for note in public.notes)
    assert [row[SHARE] for row in result.to_json()["areas"]] == [None, None]
    result.to_geopackage(tmp_path / "reach.gpkg")
    assert gpd.read_file(tmp_path / "reach.gpkg", layer="areas")[SHARE].isna().all()
    assert "residents" not in gpd.read_file(tmp_path / "reach.gpkg", layer="homes").columns
    assert public.published() is public


def test_nobody_and_everybody_are_no_secret(few, two_kinds):
    public = analyse(few, two_kinds).published()
    assert public.areas["share_pharmacy_walk_15"].tolist() == [0, 1]


def test_a_headline_of_few_says_about_how_much_it_is(riding, small, two_kinds):
    homes = small.layers()["homes"].assign(residents=[3.0, 1_000, 5, 4, 7])
    city = riding(0, 20, 40).replace(homes=homes)
    figure = analyse(city, two_kinds).published().headline("share_all_transit_30")
    assert figure.value is None
    assert figure.reason == "meer dan 99 %: het gaat om minder dan 10 inwoners, niet gepubliceerd hoeveel"


def test_the_page_of_all_modes_keeps_the_same_rule(few, two_kinds):
    result = kg.reach.analyse(few, categories=two_kinds, proximity=False, minutes=20)
    own = "share_pharmacy_walk_20"
    document = json.loads(json.dumps(result.to_json(), allow_nan=False))
    public = result.published()
    # On foot h1 of 3 takes 19 minutes.
    assert result.areas[own].iloc[0] == pytest.approx(3 / 203)
    assert public.areas[own].isna().all()
    assert public.areas["weighted_share_walk_20"].isna().all(), "a mean of two shares, one of which is told"
    assert [row[own] for row in document["areas"]] == [None, None]
    assert "residents" not in public.layers["homes"]
    assert "residents" in result.layers["homes"]


def test_dwellings_are_no_people(riding, small, two_kinds):
    homes = small.without_residents(small.layers()["homes"])
    result = analyse(riding(0, 20, 40).replace(homes=homes), two_kinds)
    assert result.options["weights"] == "dwellings"
    np.testing.assert_array_equal(result.published().areas[SHARE], result.areas[SHARE])


@pytest.mark.parametrize("options", [["--mode", "transit"], []])
def test_few_people_around_a_point_are_not_told(few_pack, small, options):
    def ask(x):
        command = ["reach", "--pack", str(few_pack.folder), "--from", f"{small.x0 + x},{small.y0}", "--minutes", "2"]
        told = CliRunner().invoke(app, [*command, "--json", *options])
        assert told.exit_code == 0, told.output
        return json.loads(told.stdout)["reach"][0]

    alone = ask(100)
    assert [alone[name] for name in ("residents", "children_0_2", "households")] == [None, None, None]
    assert alone["dwellings"] == 5, "anyone may count them in the street"
    assert any("Van minder dan 10 mensen staat er geen aantal" in note for note in alone["notes"])
    there = ask(1_500)
    assert (there["residents"], there["children_0_2"]) == (300, None)


def test_the_shape_around_a_point_tells_no_few_either(few, small):
    places = small.frame([{"place_id": "west", "geometry": shapely.Point(100, 0)}])
    drawn = kg.reach.isochrones_from(few, places, modes=["walk"], minutes=[2])
    assert drawn["residents"].isna().all()
    assert drawn["dwellings"].tolist() == [5]
