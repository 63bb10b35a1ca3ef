"""The demo's addresses: every building on its street, odd and even apart; and the rest of the demo as it was."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from kortrijk_geo.demo.figures import skeleton
from kortrijk_geo.demo.street_names import invent_names, words
from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.pack.files import frame_digest
from kortrijk_geo.pack.layers import AGES

# First digits of the sha256 of version 1, which had no addresses. Whoever changes the city itself on purpose raises its
# version and copies the new digits from pack.toml.
BEFORE = {
    "boundary": "cd2e1570f50b4ca4",
    "areas": "308b7822d1608372",
    "subareas": "a92b14c3add4c9a8",
    "districts": "d54ca71a9d37baa2",
    "homes": "aaa4f0960b9678ad",
    "streets": "fbc5f2eacb31435f",
    "amenities": "e0f025467a8deae0",
    "childcare": "76504c4bd0de07e1",
    "buildings": "5fccdc1f03faf107",
    "parcels": "de91e4a8f9d3f15a",
    "trees": "95c9442171eb073f",
    "green": "6877046b359ab0f2",
    "water": "5c9cbe838a72f2c3",
    "constraints": "89b304d40d9d1c55",
    "land_cover": "1a223c406fc18db8",
    "soil_group": "70ad5fa0163bfdd8",
    "surface_temperature": "2013103db38a4411",
}
POSTCODES = {
    "Kortrijk": "8500", "Heule": "8501", "Bissegem": "8501", "Marke": "8510", "Rollegem": "8510", "Bellegem": "8510",
    "Kooigem": "8510", "Aalbeke": "8511",
}  # fmt: skip


@pytest.fixture(scope="module")
def numbered(demo):
    """Addresses with the nearest street piece, and metres along it."""
    found = demo.addresses
    lines = demo.streets[demo.streets["walk"]].geometry.to_numpy()
    points = found.geometry.to_numpy()
    piece = shapely.STRtree(lines).query_nearest(points, all_matches=False)[1]
    return pd.DataFrame(
        {
            "street": found["street"],
            "number": found["house_number"].astype(int),
            "piece": piece,
            "along": shapely.line_locate_point(lines[piece], points),
            "point": points,
            "line": lines[piece],
        }
    )


def test_the_rest_of_the_demo_is_as_it_was(demo):
    records = {**demo.info.layers, **demo.info.rasters}
    assert set(records) - set(BEFORE) == {"addresses", "city_sites", "timetable"}
    digests = {name: records[name].sha256 for name in BEFORE}
    # Columns and rows that came later left those of before as they were.
    for name in ("boundary", "areas", "subareas", "districts", "homes"):
        digests[name] = frame_digest(demo.layer(name).drop(columns=list(AGES)))
    amenities = demo.amenities
    digests["amenities"] = frame_digest(amenities[~_of_care(amenities)].drop(columns="capacity"))
    assert {name: sha256[:16] for name, sha256 in digests.items()} == BEFORE


def _of_care(amenities):
    return amenities["category"].str.startswith("social_facility=")


def test_a_demo_without_addresses_is_of_an_older_version(demo):
    assert demo.info.layers["boundary"].notes == ("demo city, version 4",)


def test_the_pack_is_sound(demo):
    assert [finding for finding in check_pack(demo.folder) if finding.level == "error"] == []


def test_every_building_of_the_city_has_one_address(demo):
    inner = shapely.point_on_surface(demo.buildings.geometry.to_numpy())
    inside = shapely.intersects(demo.boundary.geometry.iloc[0], inner)
    assert len(demo.addresses) == inside.sum() > 30_000
    assert not demo.addresses.duplicated(["street", "house_number"]).any()
    tree = shapely.STRtree(demo.addresses.geometry.to_numpy())
    homes = demo.homes[demo.homes["area_id"].notna()].geometry.to_numpy()
    far = tree.query_nearest(homes, return_distance=True, all_matches=False)[1]
    assert (far < 0.01).all()


def test_every_address_is_beside_a_street(demo, numbered):
    assert shapely.distance(numbered["point"].to_numpy(), numbered["line"].to_numpy()).max() < 60


def test_postcodes_are_those_of_the_deelgemeenten(demo):
    placed = gpd.sjoin(demo.addresses, demo.districts[["name", "geometry"]], predicate="intersects")
    placed = placed[~placed.index.duplicated()]
    assert (placed["name"].map(POSTCODES) == placed["postcode"]).mean() > 0.999
    assert set(placed["name"]) == set(POSTCODES)
    assert set(demo.addresses["municipality"]) == {"Kortrijk"}


def test_neighbours_of_one_side_do_not_have_the_street_between_them(numbered):
    pairs = numbered.merge(numbered.assign(number=numbered["number"] - 2), on=["street", "number", "piece"])
    pairs = pairs[pairs.groupby(["street", "piece"])["number"].transform("size") >= 4]
    between = _between(pairs)
    near = shapely.length(between) < 40
    assert near.sum() > 10_000
    assert not shapely.intersects(between, pairs["line_x"].to_numpy())[near].any()


def test_odd_and_even_have_the_street_between_them(numbered):
    odd = numbered["number"] % 2 == 1
    pairs = numbered[odd].merge(numbered[~odd], on=["street", "piece"])
    between = _between(pairs)
    near = shapely.length(between) < 40
    assert near.sum() > 5_000
    # Beyond the head of a dead end the two sides meet.
    assert shapely.intersects(between, pairs["line_x"].to_numpy())[near].mean() > 0.99


def _between(pairs):
    ends = [shapely.get_coordinates(pairs[name].to_numpy()) for name in ("point_x", "point_y")]
    return shapely.linestrings(np.stack(ends, axis=1))


def test_numbers_ascend_along_the_street(numbered):
    rows = numbered.assign(odd=numbered["number"] % 2).sort_values("number")
    count = rows.groupby(["street", "piece", "odd"])["number"].transform("size")
    steps = rows[count >= 4].groupby(["street", "piece", "odd"])["along"].diff().dropna()
    of = rows.loc[steps.index]
    up = (steps >= 0).groupby([of["street"], of["piece"]]).mean()
    assert len(up) > 1_000
    assert up.isin([0.0, 1.0]).mean() > 0.99


def test_streets_have_names_of_main_roads_or_made_of_the_words(demo):
    names = set(demo.addresses["street"])
    assert 1_000 < len(names) < 3_000
    roads = {row["name"] for row in skeleton()["road"]}
    assert {"Doorniksewijk", "Meensesteenweg", "Ringlaan", "Aalbeeksesteenweg"} <= names & roads
    stems = [stem for theme in words()["stems"].values() for stem in theme]
    made = {stem + ending for row in words()["endings"] for stem in stems for ending in row["endings"]}
    assert names <= roads | made
    assert roads.isdisjoint(made)
    assert len(stems) == len(set(stems))


def test_a_main_road_runs_on_over_many_junctions(numbered):
    pieces = numbered.groupby("street")["piece"].nunique()
    assert pieces["Meensesteenweg"] > 20
    assert numbered.groupby("street")["number"].max()["Meensesteenweg"] > 100


def test_names_are_made_once_each_and_large_streets_take_the_first_ending():
    kind = np.array(["residential"] * 500 + ["track"] * 3, dtype=object)
    size = np.arange(503)
    names = invent_names(kind, size, np.arange(503)[::-1])
    assert len(set(names)) == 503
    assert names[499].endswith("straat")
    assert names[0].endswith("laan")
    assert all(name.endswith("pad") for name in names[500:])


def test_too_few_words_are_an_error():
    kind = np.full(1_000, "track", dtype=object)
    with pytest.raises(DataError, match=r"street_names\.toml: too few stems for 1000 streets that end in pad"):
        invent_names(kind, np.ones(1_000), np.arange(1_000))
