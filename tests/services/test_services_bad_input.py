"""What a pack does not know, or says wrongly, of services: unknown is never 0, and is told."""

from __future__ import annotations

import json
import math
from copy import copy

import numpy as np
import pytest
import service_town

import kortrijk_geo as kg
from kortrijk_geo.errors import DataError, MissingLayerError

AGES = [name for name in service_town.AGES if name.startswith("age_")]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return service_town.write_town(tmp_path_factory.mktemp("town"))


def test_a_missing_capacity_makes_its_wijk_and_who_is_near_unknown(town):
    amenities = town.amenities
    amenities.loc[amenities["name"] == "care 1000", "capacity"] = np.nan
    result = kg.services.analyse(town.replace(amenities=amenities))
    assert math.isnan(result.areas.loc["W", "capacity_residential_care"])
    assert result.areas.loc["O", "capacity_residential_care"] == 0
    assert math.isnan(result.city["capacity_residential_care"])
    assert math.isnan(result.city["per_100_residential_care"])
    assert math.isnan(result.areas.loc["W", "catchment_residential_care_walk"])
    assert any(
        note.startswith("Van 1 van de 2 woonzorgcentra is het aantal plaatsen onbekend") for note in result.notes
    )
    # Where it is, and who reaches it, is known all the same.
    assert result.areas.loc["W", "share_beyond_residential_care_walk"] == 0


def test_no_capacity_at_all_leaves_reach_only(town):
    result = kg.services.analyse(town.replace(amenities=town.amenities.drop(columns="capacity")))
    sized = [name for name in result.city if name.startswith(("capacity_", "per_100_", "catchment_"))]
    assert len(sized) == 6 * 4
    assert all(math.isnan(result.city[name]) for name in sized)
    assert any(note.startswith("Hoeveel plaatsen ze hebben, is van geen enkele bekend") for note in result.notes)
    drawn = {layer.column for layer in kg.services.spec(result).area_layers}
    assert "share_beyond_basic_school_walk" in drawn
    assert not [name for name in drawn if name.startswith(("per_100_", "catchment_"))]


@pytest.mark.parametrize("wrong", [-12.0, "12 bedden"])
def test_a_capacity_that_is_no_count_is_refused(town, wrong):
    amenities = town.amenities
    amenities["capacity"] = amenities["capacity"].astype(object)
    amenities.loc[2, "capacity"] = wrong
    with pytest.raises(DataError, match="capacity"):
        kg.services.analyse(town.replace(amenities=amenities))


def test_a_kind_without_places_is_unknown(town):
    result = kg.services.analyse(town)
    assert result.areas["share_beyond_sport_walk"].isna().all()
    assert result.headline("share_beyond_sport_walk").value is None
    assert "sportplekken" in result.headline("share_beyond_sport_walk").reason
    assert math.isnan(result.city["locations_sport"])
    assert any(note.startswith("Onbekend, want het pakket kent er geen") for note in result.notes)


def test_a_source_that_knows_all_places_and_has_none_leaves_everybody_without(town):
    from dataclasses import replace

    record = replace(town.info.layers["amenities"], covers=("sport",))
    knowing = copy(town)
    knowing.info = replace(town.info, layers={**town.info.layers, "amenities": record})
    result = kg.services.analyse(knowing)
    assert result.areas["share_beyond_sport_walk"].tolist() == [1, 1]
    assert result.city["locations_sport"] == 0
    spots = result.layers["blind_spots"]
    assert spots.loc[spots["kind"] == "sport", "nearest_m"].isna().all()


def test_unreachable_homes_are_without_reach_and_are_told(town):
    result = kg.services.analyse(town)
    assert any("geen weg naar een voorziening leidt: tot 2" in note for note in result.notes)
    assert result.areas.loc["O", "share_beyond_family_doctor_cycle"] == pytest.approx(2 / 22)


def test_a_home_off_every_street_is_unknown_and_a_part_is_never_the_whole(town):
    homes = town.homes
    far = homes.geometry.to_numpy().copy()
    rows = np.flatnonzero((homes["area_id"] == "O").to_numpy())[:3]
    from shapely.affinity import translate

    for row in rows:
        far[row] = translate(far[row], yoff=-350)
    moved = town.replace(homes=homes.set_geometry(far, crs=homes.crs))
    result = kg.services.analyse(moved)
    # 19 of 22 homes are known: no figure of the wijk; 39 of 42 are, so the city's says of how many it is.
    assert math.isnan(result.areas.loc["O", "share_beyond_library_walk"])
    assert math.isnan(result.areas.loc["O", "people_beyond_library_walk"])
    assert result.headline("share_beyond_library_walk").known_share == pytest.approx(39 / 42)
    assert math.isnan(result.city["people_beyond_library_walk"])
    assert any("te ver van een straat om iets over te zeggen: 3" in note for note in result.notes)


def test_unknown_ages_leave_inhabitants_and_then_dwellings(town):
    homes = town.homes.drop(columns=AGES)
    areas = town.areas.drop(columns=AGES)
    result = kg.services.analyse(town.replace(homes=homes, areas=areas))
    assert result.areas["people_residential_care"].isna().all()
    assert result.areas["per_100_residential_care"].isna().all()
    assert result.areas["catchment_residential_care_walk"].isna().all()
    assert result.labels["share_beyond_residential_care_walk"].startswith("Inwoners verder dan")
    assert result.areas.loc["O", "people_beyond_basic_school_walk"] == pytest.approx(5 * service_town.RESIDENTS)
    assert any("is geteld in inwoners" in note for note in result.notes)
    nobody = homes.assign(residents=np.nan, children_0_2=np.nan)
    counted = kg.services.analyse(town.replace(homes=nobody, areas=areas))
    assert counted.labels["share_beyond_family_doctor_walk"].startswith("Woningen verder dan")
    assert counted.areas.loc["O", "people_beyond_basic_school_walk"] == pytest.approx(5 * 8)


def test_ages_known_in_one_wijk_only_are_those_of_that_wijk(town):
    homes = town.homes
    homes.loc[homes["area_id"] == "O", AGES] = np.nan
    areas = town.areas
    areas.loc[areas["area_id"] == "O", AGES] = np.nan
    boundary = town.boundary.drop(columns=AGES)
    result = kg.services.analyse(town.replace(homes=homes, areas=areas, boundary=boundary))
    assert result.areas.loc["W", "people_basic_school"] == 100
    assert math.isnan(result.areas.loc["O", "people_basic_school"])
    assert math.isnan(result.city["people_basic_school"])
    assert math.isnan(result.areas.loc["O", "share_beyond_basic_school_walk"])
    assert result.headline("share_beyond_basic_school_walk").value is None


def test_few_people_are_in_no_published_file(town, tmp_path):
    homes, areas = town.homes, town.areas
    homes.loc[homes["area_id"] == "W", ["age_65_79", "age_80_plus"]] = [0.1, 0.1]
    areas.loc[areas["area_id"] == "W", ["age_65_79", "age_80_plus"]] = [2.0, 2.0]
    boundary = town.boundary.assign(age_65_79=2.0 + 88, age_80_plus=2.0 + 44)
    result = kg.services.analyse(town.replace(homes=homes, areas=areas, boundary=boundary))
    public = result.to_json()
    west, east = ({row["area_id"]: row for row in public["areas"]}[name] for name in ("W", "O"))
    for row in (west, east):  # the other follows from the total, so it is hidden too
        assert row["people_residential_care"] is row["per_100_residential_care"] is None
    assert west["people_library"] == 20 * service_town.RESIDENTS
    assert any("staat dat aantal in geen bestand" in note for note in public["notes"])
    result.to_geopackage(tmp_path / "a.gpkg")
    import pyogrio

    written = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="areas")
    assert written["people_residential_care"].isna().all()
    drawn = kg.services.spec(result).result.areas
    assert drawn["people_residential_care"].isna().all()  # the page holds no more than the files
    layers = {name for name, _ in pyogrio.list_layers(tmp_path / "a.gpkg")}
    assert layers == {"areas", "blind_spots", "locations"}  # no layer tells what one home holds
    assert "age_" not in json.dumps(public["areas"])


def test_a_pack_without_streets_says_what_it_needs(tmp_path):
    bare = service_town.write_town(tmp_path, streets=None)
    with pytest.raises(MissingLayerError, match=r"Services needs streets.*\[layers\.streets\]"):
        kg.services.analyse(bare)
