"""Reach from a point in the small city of conftest.py.

The point (300, 5) lies 5 m from the street at x = 300. On foot h1 comes 10 + 200 + 5 = 215 m, h2 1,200 + 5 = 1,205 m.
By bicycle h2 cannot come: the street is one-way eastwards between x = 800 and 1,200.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

import kortrijk_geo as kg
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.reach import rules


@pytest.fixture
def city(small):
    return small.build()


def test_who_lives_within_fifteen_minutes(small, city):
    near = kg.reach.reach_from(city, small.x0 + 300, small.y0 + 5)
    assert near.limit_m == 1_200
    assert near.snap_m == pytest.approx(5)
    assert (near.homes, near.residents, near.children_0_2, near.dwellings) == (1, 10, 1, 5)
    # West has 14 households on 5 + 10 dwellings; 5 of them are near.
    assert near.households == pytest.approx(14 * 5 / 15)
    farther = kg.reach.reach_from(city, small.x0 + 300, small.y0 + 5, minutes=16)
    assert (farther.homes, farther.residents) == (2, 40)


def test_the_limit_itself_is_near(small, city):
    assert kg.reach.reach_from(city, small.x0 + 300, small.y0 + 5, walk_m_per_min=1_205 / 15).residents == 40


def test_settings_of_ones_own_give_limit_speed_and_drawing(small, city, tmp_path):
    ours = Path(rules.__file__).with_name("settings.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    text = ours.replace("\nminutes = 15", "\nminutes = 16").replace("buffer_m = 40.0", "buffer_m = 10")
    own.write_text(text, encoding="utf-8")
    near = kg.reach.reach_from(city, small.x0 + 300, small.y0 + 5, settings=own)
    assert (near.minutes, near.limit_m, near.residents) == (16, 1_280, 40)
    assert near.options["isochrone_buffer_m"] == 10
    assert any("10 m rond de straten" in note for note in near.notes)
    ours = kg.reach.reach_from(city, small.x0 + 300, small.y0 + 5, minutes=16)
    assert near.polygon.area.iloc[0] < ours.polygon.area.iloc[0] / 2


def test_by_bicycle_the_trip_is_from_home_to_point(small, city):
    there = kg.reach.reach_from(city, small.x0 + 300, small.y0 + 5, "cycle")
    assert there.residents == 10
    east = kg.reach.reach_from(city, small.x0 + 1_500, small.y0, "cycle")
    assert east.residents == 40  # h1 may cycle eastwards


def test_the_buffer_is_counted_apart(small, city):
    east = kg.reach.reach_from(city, small.x0 + 1_500, small.y0, minutes=2)
    assert (east.homes, east.homes_outside, east.residents_outside) == (1, 1, 7)
    assert any("stadsgrens" in note for note in east.notes)


def test_the_polygon_follows_the_streets_that_lead_to_the_point(small, city):
    walk = kg.reach.reach_from(city, small.x0 + 300, small.y0 + 5, minutes=2)  # 160 m, 155 along the street
    polygon = walk.polygon.geometry.iloc[0]
    assert polygon.is_valid
    for x, y, inside in (
        (300, 0, True),
        (146, 0, True),
        (90, 0, False),
        (454, 0, True),
        (510, 0, False),
        (400, 54, True),
    ):
        assert shapely.covers(polygon, small.moved(shapely.Point(x, y))) == inside, (x, y)
    # 1,000 m by bicycle to x = 1,250 would pass the one-way piece against the arrow from x = 1,300 on.
    cycle = kg.reach.reach_from(city, small.x0 + 700, small.y0, "cycle", minutes=4)
    assert not shapely.covers(cycle.polygon.geometry.iloc[0], small.moved(shapely.Point(1_000, 0)))
    assert shapely.covers(cycle.polygon.geometry.iloc[0], small.moved(shapely.Point(10, 0)))


def test_unknown_inhabitants_are_not_zero(small):
    city = small.build(homes=small.without_residents(small.layers()["homes"]))
    near = kg.reach.reach_from(city, small.x0 + 300, small.y0 + 5)
    assert near.residents is None
    assert near.dwellings == 5
    assert json.loads(json.dumps(near.to_json(), allow_nan=False))["residents"] is None


@pytest.mark.parametrize(
    ("x", "y", "mode", "minutes", "said"),
    [
        (3.26, 50.83, "walk", 15, "outside the pack"),
        (70_900, 168_500, "walk", 15, "within 100 m"),
        (float("nan"), 168_000, "walk", 15, "finite"),
        (70_300, 168_000, "bus", 15, "modes"),
        (70_300, 168_000, "walk", 0, "minutes"),
        (70_300, 168_000, "walk", 500, "minutes"),
    ],
)
def test_a_point_that_cannot_be_used(city, *, x, y, mode, minutes, said):
    with pytest.raises(OptionError, match=said):
        kg.reach.reach_from(city, x, y, mode, minutes)


def test_isochrones_of_several_places(small, city):
    schools = small.frame(
        [{"place_id": "a", "geometry": shapely.Point(300, 0)}, {"place_id": "b", "geometry": shapely.Point(1_500, 0)}]
    )
    found = kg.reach.isochrones_from(city, schools, minutes=(5, 15))
    assert len(found) == 2 * 2 * 2
    assert set(found["mode"]) == {"walk", "cycle"}
    east = found[(found["place_id"] == "b") & (found["mode"] == "walk")].set_index("minutes")
    assert east["residents"].tolist() == [30, 30]
    assert shapely.covers(east.geometry.loc[15.0], east.geometry.loc[5.0])
    with pytest.raises(DataError, match="place_id"):
        kg.reach.isochrones_from(city, schools.drop(columns="place_id"))
    with pytest.raises(DataError, match="31370"):
        kg.reach.isochrones_from(city, schools.to_crs(4326))
