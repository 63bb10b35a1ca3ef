"""The expansion of services: equal to the best of all plans, in steps of years, and what it refuses."""

from __future__ import annotations

import json
from itertools import combinations_with_replacement

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import service_town
from service_sites import (
    CARE,
    GROWTH_2030,
    GROWTH_2040,
    PEOPLE,
    added,
    chosen,
    chosen_of,
    origin,
    people_to,
    points,
    reach_of_homes,
)

import kortrijk_geo as kg
from kortrijk_geo.errors import CrsError, DataError, MissingLayerError, OptionError
from kortrijk_geo.services.decided import grown
from kortrijk_geo.services.map import spec
from kortrijk_geo.services.rules import load_services


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return service_town.write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def build(tmp_path):
    """Build the town with some layers changed."""
    return lambda **changed: service_town.write_town(tmp_path / "pack", **changed)


@pytest.mark.parametrize("max_sites", [None, 1, 2])
def test_the_plan_is_the_best_of_all(town, max_sites):
    xs, level = (300, 1_200, 2_100, 2_900, 3_600), 100 * (50 + 15) / PEOPLE
    before = people_to(town, level)
    tried = {
        plan: people_to(added(town, plan, 5), level) - before
        for plan in combinations_with_replacement(xs, 3)
        if max_sites is None or len(set(plan)) <= max_sites
    }
    result = kg.services.expand(town, CARE, places=15, unit=5, candidates=points(town, *xs), max_sites=max_sites)
    plan = result.options["plan"]
    assert result.options["level_per_100"] == pytest.approx(level)
    assert plan["value"] == pytest.approx(tried[chosen(result, origin(town)[0])])
    assert plan["value"] >= max(tried.values()) * 0.999
    assert (plan["proven"], plan["method"]) == (True, "exact")
    assert plan["bound"] >= max(tried.values()) * (1 - 1e-9)


def test_the_worst_off_area_is_lifted_as_high_as_any_plan_can(town):
    xs = (300, 1_200, 2_100, 3_600)

    def lowest(city):
        people, reached = reach_of_homes(city)
        ids = city.homes["area_id"].to_numpy()
        return min(np.average(reached[ids == area], weights=people[ids == area]) for area in ("W", "O"))

    best = max(lowest(added(town, plan, 5)) for plan in combinations_with_replacement(xs, 2))
    result = kg.services.expand(town, CARE, places=10, unit=5, candidates=points(town, *xs), objective="worst_off")
    assert result.options["plan"]["value"] == pytest.approx(best, rel=1e-3)


def test_the_first_year_is_decided_first_and_kept(town):
    xs = (300, 1_200, 2_100, 2_900, 3_600)
    kind, west = load_services().find(CARE), origin(town)[0]
    result = kg.services.expand(
        town, CARE, places=20, unit=5, year=2040, places_first=10, candidates=points(town, *xs)
    )  # fmt: skip
    sites = result.layers["sites"]
    then, later = (grown(town, kind, growth) for growth in (GROWTH_2030, GROWTH_2040))
    levels = 100 * 60 / (PEOPLE * GROWTH_2030), 100 * 70 / (PEOPLE * GROWTH_2040)
    by_year = {year: chosen_of(rows, west) for year, rows in sites.groupby("year")}
    assert list(by_year) == [2030, 2040]
    pairs = list(combinations_with_replacement(xs, 2))
    first = {plan: people_to(added(then, plan, 5), levels[0]) for plan in pairs}
    assert first[by_year[2030]] >= max(first.values()) * 0.999
    kept = added(later, by_year[2030], 5)
    second = {plan: people_to(added(kept, plan, 5), levels[1]) for plan in pairs}
    assert second[by_year[2040]] >= max(second.values()) * 0.999
    assert [phase["year"] for phase in result.options["phases"]] == [2030, 2040]
    assert result.options["plan"]["value"] == pytest.approx(second[by_year[2040]] - people_to(kept, levels[1]))
    assert sites["places"].groupby(sites["year"]).sum().tolist() == [10, 10]


def test_without_a_split_of_ones_own_a_straight_line_parts_the_places(town):
    result = kg.services.expand(town, CARE, places=400, unit=20, year=2040, candidates=points(town, 300, 2_900))
    # 6 of the 16 years from 2024 to 2040 are 150 of 400 places: 160 in whole units of 20.
    assert result.layers["sites"].groupby("year")["places"].sum().to_dict() == {2030: 160, 2040: 240}


def test_before_and_after_are_measured_with_the_places_in_the_pack(town):
    result = kg.services.expand(town, CARE, places=10, unit=5, candidates=points(town, 2_900, 3_600))
    xs = chosen(result, origin(town)[0])
    expected = kg.services.analyse(added(town, xs, 5), kind=CARE)
    for name in ("capacity", "per_100", "catchment_walk", "people_beyond_walk", "share_beyond_cycle"):
        start, _, mode = name.rpartition("_") if name.endswith(("walk", "cycle")) else (name, "", "")
        column = f"{start}_{CARE}_{mode}" if mode else f"{name}_{CARE}"
        np.testing.assert_allclose(result.areas[f"{column}_after"], expected.areas[column])
        assert result.city[f"{column}_after"] == pytest.approx(expected.city[column])
    assert result.city[f"capacity_{CARE}"] == 50
    assert result.city[f"capacity_{CARE}_after"] == 60
    assert set(result.areas.columns) - {"geometry"} <= set(result.labels)


def test_what_is_decided_counts_from_its_year(town, tmp_path):
    decided = points(town, 3_600, 2_900, capacity=[30, 20], opens=["2028-09", "2035"])
    path = tmp_path / "beslist.gpkg"
    decided.to_file(path)
    options = {"places": 5, "unit": 5, "candidates": points(town, 300, 3_500)}
    today = kg.services.expand(town, CARE, decided=path, **options)
    assert today.city[f"capacity_{CARE}"] == 100  # of no year: all that is decided
    then = kg.services.expand(town, CARE, decided=decided, year=2030, **options)
    assert then.city[f"capacity_{CARE}"] == 80
    assert then.city[f"people_{CARE}"] == round(PEOPLE * GROWTH_2030)
    assert any("niet meegeteld" in note and "plek 2900 (20)" in note for note in then.notes)


def test_limits_hold_over_all_years_together(town):
    spots = points(town, 2_700, 2_800, 2_900, 3_600)
    result = kg.services.expand(
        town, CARE, places=20, unit=5, year=2040, places_first=10, candidates=spots, min_distance_m=300,
        max_places_per_site=10,
    )  # fmt: skip
    sites = result.layers["sites"]
    places = sites.groupby(sites.geometry.x.round())["places"].sum()
    assert places.max() <= 10
    assert (np.diff(places.index) >= 300).all()


def test_a_norm_that_is_asked_for_is_the_level_and_the_notes_say_so(town):
    result = kg.services.expand(
        town, CARE, places=5, unit=5, norm=30.0, candidates=points(town, 3_600), objective="area_shortage"
    )
    # East has 22 homes of 6 people: 30 per 100 of them are 39.6 places, and it has none.
    assert result.options["level_per_100"] == 30
    assert result.options["plan"]["value"] == 5
    assert any("een norm die gevraagd werd: 30 plaatsen per 100 65-plussers" in note for note in result.notes)


def test_few_people_are_told_in_no_file(town, build):
    homes = town.homes.copy()
    west = origin(town)[0]
    few = (homes.geometry.x - west > 3_000).to_numpy()
    homes.loc[few, ["age_65_79", "age_80_plus"]] = 0.0
    homes.loc[np.flatnonzero(few)[0], "age_65_79"] = 3.0
    city = build(homes=homes)
    result = kg.services.expand(
        city, CARE, places=5, unit=5, norm=60.0, candidates=points(city, 3_999, 300), max_places_per_site=5
    )
    sites = result.layers["sites"].assign(people_in_reach=[3.0] * len(result.layers["sites"]))
    public = result.published().layers["sites"]
    assert not (public["people_in_reach"] < 5).any()
    result.layers["sites"] = sites
    assert result.published().layers["sites"]["people_in_reach"].isna().all()
    assert "age_80_plus" not in {name for frame in result.layers.values() for name in frame.columns}


def test_an_area_of_few_is_not_told_by_the_columns_after(town, build):
    homes, areas = town.homes.copy(), town.areas.copy()
    east = (homes["area_id"] == "O").to_numpy()
    homes.loc[east, ["age_65_79", "age_80_plus"]] = 0.0
    homes.loc[np.flatnonzero(east)[:1], "age_80_plus"] = 4.0
    areas.loc[areas["area_id"] == "O", ["age_65_79", "age_80_plus"]] = [0.0, 4.0]
    whole = town.boundary.assign(age_65_79=[80.0], age_80_plus=[44.0])
    result = kg.services.expand(
        build(homes=homes, areas=areas, boundary=whole), CARE, places=5, unit=5, candidates=points(town, 2_100)
    )
    telling = [f"{name}_{CARE}_after" for name in ("per_100",)] + [f"people_beyond_{CARE}_walk_after"]
    assert result.areas.loc["O", telling[0]] == pytest.approx(125)  # 5 places on 4 people
    assert result.published().areas.loc["O", telling].isna().all()


def test_a_norm_of_the_kind_gives_the_shortage_before_and_after(town, tmp_path):
    norm = (
        'value = 60.0\nunit = "places per 100 people"\nlabel = "proefnorm"\nsource = "test"\ndate = "2026"\n'
        'standing = "test"\n'
    )
    place = 'unit = "places"\nlabel = "plaatsen"\n\n[[kind.target]]\nyear = 2040\nextra = 400'
    own = service_town.changed_file(
        tmp_path, "services", (place, place.replace("[[kind.target]]", f"[kind.norm]\n{norm}\n[[kind.target]]"))
    )
    options = {"places": 20, "unit": 10, "services": own, "candidates": points(town, 2_500, 3_000)}
    result = kg.services.expand(town, CARE, objective="area_shortage", **options)
    # 20 homes of 6 people in the west need 72 places and have 50, 22 homes in the east need 80 and have none.
    assert result.areas[f"short_{CARE}"].to_dict() == {"W": 22, "O": 80}
    assert result.areas[f"short_{CARE}_after"].to_dict() == {"W": 22, "O": 60}
    assert result.options["level_per_100"] == 60
    then = kg.services.expand(town, CARE, year=2030, **options)
    assert f"short_{CARE}_2030" not in then.areas.columns  # of 2030 it is the figure itself
    assert then.areas.loc["O", f"short_{CARE}"] == np.ceil(0.6 * 132 * GROWTH_2030)


def test_the_page_has_the_sites_on_the_map_and_in_a_table(town):
    result = kg.services.expand(town, CARE, places=10, unit=5, year=2040, candidates=points(town, 2_900, 3_600))
    page = spec(result)
    assert [layer.table for layer in page.point_layers] == ["locations", "sites"]
    (table,) = page.plans
    assert table.frame["together"].iloc[-1] == 10
    assert set(table.frame["year"]) <= {"2030", "2040"}
    assert page.lead.startswith("Waar brengt nieuw aanbod van woonzorgcentra")
    assert any(layer.column == f"catchment_{CARE}_walk_after" for layer in page.area_layers)
    assert result.to_json()["options"]["plan"]["proven"] is True


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"places": 105}, "105 places cannot be made of units of 10; ask 100 or 110"),
        ({"unit": 0}, "unit is 0"),
        ({"objective": "cheapest"}, "objective is 'cheapest'"),
        ({"mode": "car"}, "mode is 'car'"),
        ({"norm": -1}, "norm is -1"),
        ({"kind": "library"}, "library have no capacity"),
        ({"kind": "kerk"}, "there is no kind of service 'kerk'"),
        ({"year": 2020}, "year is 2020, must come after 2024"),
        ({"year": 2050}, "nothing is published of 65-plussers from 2024 to 2050"),
        ({"kind": "basic_school", "year": 2040}, "nothing is published of kinderen van 3 tot 11 jaar"),
        ({"places_first": 10}, "places_first is of a year before the one asked"),
        ({"places_first": 15, "year": 2040}, "places_first is 15"),
        ({"min_distance_m": 5_000, "max_places_per_site": 50}, "the minimum distance of 5000 m binds"),
        ({"max_places_per_site": 10}, "too few candidates"),
        ({"candidates": "kerken"}, "neither public buildings, schools, grid nor a file"),
    ],
)
def test_what_cannot_be_is_explained(town, options, message):
    asked = {"kind": CARE, "candidates": points(town, 500, 2_900), **options}
    with pytest.raises(OptionError, match=message):
        kg.services.expand(town, asked.pop("kind"), **asked)


def test_a_pack_without_ages_without_capacity_or_without_candidates_is_refused(town, build):
    options = {"places": 10, "unit": 5, "candidates": points(town, 500)}
    ages = [name for name in service_town.AGES if name.startswith("age_")]
    with pytest.raises(DataError, match="no home on a street counts age_65_79"):
        kg.services.expand(build(homes=town.homes.drop(columns=ages)), CARE, **options)
    with pytest.raises(DataError, match="of no residential_care the capacity is known"):
        kg.services.expand(build(amenities=town.amenities.assign(capacity=np.nan)), CARE, norm=30, **options)
    nowhere = points(town, 90_000)
    with pytest.raises(DataError, match="there is no candidate"):
        kg.services.expand(town, CARE, **{**options, "candidates": nowhere})
    care = town.amenities[town.amenities["category"].ne("amenity=school").to_numpy()]
    with pytest.raises(MissingLayerError, match="has no schools"):
        kg.services.expand(build(amenities=care), CARE, places=10, unit=5, candidates="schools")


def test_one_unknown_capacity_leaves_no_mean_to_hold_against(town, build):
    sizes = town.amenities["capacity"].mask(town.amenities["amenity_id"] == "a3")
    city = build(amenities=town.amenities.assign(capacity=sizes))
    with pytest.raises(DataError, match="not all known, so there is no mean"):
        kg.services.expand(city, CARE, places=10, unit=5, candidates=points(town, 500, 2_900))
    result = kg.services.expand(city, CARE, places=10, unit=5, norm=30, candidates=points(town, 1_900, 3_600))
    assert np.isnan(result.city[f"capacity_{CARE}_after"])  # unknown stays unknown
    assert any(note.startswith("Van 1 van de 2 woonzorgcentra is de capaciteit onbekend") for note in result.notes)
    # All who reach a site at 1,900 m reach the place of unknown size there: only farther east new ones do certain good.
    assert chosen(result, origin(town)[0]) == (3_600, 3_600)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"capacity": ["12 bedden"]}, "row 0 needs a geometry and a capacity from 0, found 12 bedden"),
        ({"capacity": [-3]}, "found -3"),
        ({}, "has no column capacity"),
        ({"capacity": [5], "opens": ["ooit"]}, "opens in row 0 is 'ooit'"),
    ],
)
def test_decided_places_that_cannot_be(town, columns, message):
    with pytest.raises(DataError, match=message):
        kg.services.expand(
            town, CARE, places=10, unit=5, candidates=points(town, 500), decided=points(town, 900, **columns)
        )
    with pytest.raises(CrsError, match="decided: has no coordinate reference system"):
        kg.services.expand(
            town, CARE, places=10, unit=5, candidates=points(town, 500),
            decided=points(town, 900, capacity=[5]).set_crs(None, allow_override=True),
        )  # fmt: skip


def test_the_command_tells_the_plan_as_json(town, tmp_path):
    from typer.testing import CliRunner

    from kortrijk_geo_cli.main import app

    spots = tmp_path / "plekken.gpkg"
    points(town, 2_900, 3_600).to_file(spots)
    options = ["--places", "10", "--unit", "5", "--year", "2040", "--candidates", str(spots), "--json"]
    ran = CliRunner().invoke(
        app, ["services", "expand", CARE, "--pack", str(town.folder), "--out", str(tmp_path / "maps"), *options]
    )
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert told["options"]["plan"]["proven"] is True
    assert told["city"][f"capacity_{CARE}_after"] == 60
    sites = gpd.read_file(tmp_path / "maps" / "voorzieningen.gpkg", layer="sites")
    assert sites["places"].sum() == 10
    assert isinstance(sites, pd.DataFrame)
