"""Expansion: the next places, chosen exactly, and what they change."""

from __future__ import annotations

from itertools import combinations_with_replacement

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from childcare_town import CRS, X0, Y0, frame, layers, location, write_town
from shapely import Point, box

from kortrijk_geo.capacity.candidates import find_candidates
from kortrijk_geo.capacity.demand_points import gather
from kortrijk_geo.capacity.rules import CandidateRules
from kortrijk_geo.childcare import analyse, expand, find_gaps, measure_catchment, network
from kortrijk_geo.errors import CrsError, DataError, MissingFileError, MissingLayerError, OptionError
from kortrijk_geo.rules import read_rules


def spots(*xs, **columns):
    found = frame([{"name": f"plek {x}", "geometry": Point(x, 0)} for x in xs])
    return found.assign(**columns)


def children_to_norm(city, norm=60.0):
    """The objective, from the catchment as it is measured: a child halfway to the norm counts half."""
    net = network(city)
    found = measure_catchment(city, net=net)
    inside = net.homes["area_id"].notna().to_numpy()
    return float((net.people * np.minimum(found.homes, norm))[inside].sum() / norm)


def with_places(city, xs, unit):
    new = frame([location(f"n{number}", x, float(unit)) for number, x in enumerate(xs)])
    return city.replace(childcare=gpd.GeoDataFrame(pd.concat([city.childcare, new], ignore_index=True), crs=CRS))


XS = (300, 1_200, 1_700, 2_300, 2_900, 3_400)


@pytest.fixture(scope="module")
def gain_of_plans(tmp_path_factory):
    """What every plan of three times four places gains, by the places of its sites."""
    city = write_town(tmp_path_factory.mktemp("town"))
    before = children_to_norm(city)
    return {
        plan: children_to_norm(with_places(city, plan, 4)) - before for plan in combinations_with_replacement(XS, 3)
    }


@pytest.mark.parametrize("max_sites", [None, 1, 2])
def test_most_children_to_the_norm_is_the_best_of_all_plans(town, gain_of_plans, max_sites):
    city = town()
    tried = {plan: gain for plan, gain in gain_of_plans.items() if max_sites is None or len(set(plan)) <= max_sites}
    result = expand(city, places=12, unit=4, candidates=spots(*XS), max_sites=max_sites)
    sites = result.layers["sites"]
    chosen = tuple(
        sorted(x for x, units in zip(sites.geometry.x - X0, sites["units"], strict=True) for _ in range(units))
    )
    plan = result.options["plan"]
    assert plan["value"] == pytest.approx(tried[chosen])
    assert plan["value"] >= max(tried.values()) * 0.999
    assert plan["gap"] <= 0.001
    assert plan["method"] == "exact"


def test_the_figures_after_are_measured_anew_with_the_places_in_the_pack(town):
    city = town()
    result = expand(city, places=12, unit=4, candidates=spots(1_200, 2_300))
    sites = result.layers["sites"]
    assert sites["places"].sum() == 12
    xs = [x for x, units in zip(sites.geometry.x - X0, sites["units"], strict=True) for _ in range(units)]
    after = with_places(city, xs, 4)
    expected = analyse(after)
    for column in ("places", "shortage_places", "catchment_places_per_100_children"):
        pd.testing.assert_series_equal(
            result.areas[f"{column}_after"], expected.areas[column], check_names=False, check_dtype=False
        )
        assert result.city[f"{column}_after"] == pytest.approx(expected.city[column])
    assert result.areas["places"].tolist() == find_gaps(city).areas["places"].tolist()  # before stays before
    homes = result.layers["homes"]
    gained = homes["catchment_places_per_100_children_after"] - homes["catchment_places_per_100_children"]
    assert (gained >= -1e-9).all()
    assert set(result.areas.columns) - {"geometry"} <= set(result.labels)


def test_the_smallest_total_shortage(town):
    # Short: A 0, B 4, C 8. Units of 4: one to B, two to C, and no other plan takes all 12 away.
    result = expand(town(), places=12, unit=4, candidates=spots(500, 1_500, 1_600, 2_500), objective="area_shortage")
    assert result.areas["shortage_places_after"].tolist() == [0, 0, 0, 0]
    assert result.options["plan"]["value"] == 12
    assert result.layers["sites"].groupby("area_id")["places"].sum().to_dict() == {"B": 4, "C": 8}


def test_the_worst_off_is_lifted_as_high_as_any_plan_can(town):
    city, net = town(), network(town())

    def lowest(found):
        return found.areas.min()  # D has no children, so no value

    xs = (500, 1_500, 2_500)
    best = max(
        lowest(measure_catchment(with_places(city, plan, 4), net=net)) for plan in combinations_with_replacement(xs, 2)
    )
    result = expand(city, places=8, unit=4, candidates=spots(*xs), objective="worst_off")
    after = result.areas["catchment_places_per_100_children_after"]
    assert result.options["plan"]["value"] == pytest.approx(after.min())
    assert after.min() >= best * 0.999
    assert result.options["plan"]["method"] == "exact"


def test_an_area_that_no_candidate_reaches_is_named(town):
    result = expand(town(), places=4, unit=4, candidates=spots(2_500), objective="worst_off")
    assert any("Geen kandidaat heeft kinderen van Wijk A in bereik" in note for note in result.notes)


def test_children_over_the_norm_all_or_nothing(town):
    city = town()
    result = expand(city, places=16, unit=4, candidates=spots(500, 1_500, 2_500), objective="children_over_norm")
    gained = result.city["children_over_norm_after"] - result.city["children_over_norm"]
    assert result.options["plan"]["value"] == pytest.approx(gained)
    assert result.options["plan"]["method"] == "exact"
    figures = {figure.key: figure.value for figure in result.headlines}
    assert figures["children_over_norm_after"] == result.city["children_over_norm_after"]


def test_by_bicycle_the_same_site_reaches_more(town):
    reach = {
        mode: expand(town(), places=4, unit=4, candidates=spots(2_000), mode=mode).layers["sites"]["children_in_reach"][
            0
        ]
        for mode in ("walk", "cycle")
    }
    assert reach == {"walk": 60, "cycle": 110}  # within 1200 m: b and c; within 3750 m: everybody


def test_existing_places_stay_and_sites_keep_their_distance(town):
    result = expand(town(), places=8, unit=4, candidates=spots(1_400, 1_500, 1_600, 2_500), min_distance_m=500)
    xs = np.sort(result.layers["sites"].geometry.x.to_numpy())
    assert (np.diff(xs) >= 500).all()
    assert (result.areas["places_after"] >= result.areas["places"]).all()


def test_a_site_of_ones_own_layer_holds_no_more_than_it_says(town):
    result = expand(town(), places=8, unit=4, candidates=spots(1_500, 2_500, max_places=[100.0, 5.0]))
    places = result.layers["sites"].set_index("name")["places"]
    assert places.get("plek 2500", 0) <= 4
    assert expand(town(), places=8, unit=4, candidates=spots(1_500, 2_500), max_places_per_site=4).layers["sites"][
        "places"
    ].tolist() == [4, 4]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"places": 105}, "105 places cannot be made of units of 10; ask 100 or 110"),
        ({"places": 0}, "places is 0"),
        ({"unit": -1}, "unit is -1"),
        ({"objective": "cheapest"}, "objective is 'cheapest'"),
        ({"max_sites": 0}, "max_sites is 0"),
        ({"min_distance_m": -1}, "min_distance_m"),
        ({"max_places_per_site": 10}, "too few candidates: 2 candidates hold 2 units together, 10 are asked"),
        ({"max_places_per_site": 50, "max_sites": 1}, "the limit of 1 sites binds"),
        ({"max_places_per_site": 50, "min_distance_m": 5_000}, "the minimum distance of 5000 m binds"),
        ({"mode": "car"}, "mode is 'car'"),
    ],
)
def test_what_cannot_be_is_explained(town, options, message):
    with pytest.raises(OptionError, match=message):
        expand(town(), **{"candidates": spots(1_500, 2_500), **options})


def buildings():
    rows = [("b1", "school", 500), ("b2", "public", 1_500), ("b3", "house", 2_000), ("b4", "school", 4_500)]
    return frame([{"building_id": key, "use": use, "geometry": box(x, 10, x + 20, 30)} for key, use, x in rows])


def amenities():
    rows = [("a1", "amenity=school", 505), ("a2", "amenity=library", 2_600), ("a3", "shop=bakery", 2_700)]
    return frame(
        [{"amenity_id": key, "category": category, "name": "=naam" if key == "a1" else None, "tags": "{}",
          "geometry": Point(x, 20)} for key, category, x in rows]
    )  # fmt: skip


def test_schools_and_public_buildings_each_place_once_and_inside_the_city(town):
    city = town(buildings=buildings(), amenities=amenities())
    schools, label, notes = find_candidates(city, "schools")
    assert (label, schools["name"].tolist()) == ("scholen", ["=naam"])
    assert notes == ["1 kandidaten liggen buiten het studiegebied en vallen weg."]
    public, _, _ = find_candidates(city, "public buildings")
    assert public["name"].tolist() == ["public b2", "amenity=library a2"]


def test_a_grid(town):
    grid, _, _ = find_candidates(town(), "grid", grid_step_m=100.0)
    assert len(grid) == 40 * 2
    assert grid.total_bounds[0] >= X0
    with pytest.raises(OptionError, match="larger step"):
        find_candidates(town(), "grid", grid_step_m=0.1)
    with pytest.raises(OptionError, match="above 0"):
        find_candidates(town(), "grid", grid_step_m=-5)


def test_a_layer_of_ones_own_from_a_file_in_another_crs(town, tmp_path):
    city = town()
    path = tmp_path / "plekken.gpkg"
    spots(1_500, 2_500).to_crs("EPSG:4326").to_file(path)
    found, label, _ = find_candidates(city, path)
    assert label == "plekken.gpkg"
    assert found.geometry.x.to_numpy() - X0 == pytest.approx([1_500, 2_500], abs=0.01)
    assert found.geometry.y.to_numpy() == pytest.approx([Y0, Y0], abs=0.01)


def test_candidates_that_cannot_be(town, tmp_path):
    city = town()
    with pytest.raises(OptionError, match="neither public buildings, schools, grid nor a file"):
        find_candidates(city, "kerken")
    with pytest.raises(OptionError, match="did you mean 'schools'"):
        find_candidates(city, "school")
    with pytest.raises(MissingFileError, match=r"kerken\.gpkg"):
        find_candidates(city, "kerken.gpkg")
    with pytest.raises(MissingLayerError, match="buildings"):
        find_candidates(city, "schools")
    with pytest.raises(CrsError):
        find_candidates(city, spots(500).set_crs(None, allow_override=True))
    with pytest.raises(DataError, match="row 1 has no geometry"):
        find_candidates(city, gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[Point(X0, Y0), None], crs=CRS))
    with pytest.raises(DataError, match="max_places in row 0 is 'veel'"):
        find_candidates(city, spots(500, max_places=["veel"]))
    with pytest.raises(DataError, match="no candidate"):
        find_candidates(city, spots(9_000))
    path = tmp_path / "plekken.gpkg"
    path.write_text("geen kaart", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        find_candidates(city, path)
    with pytest.raises(MissingLayerError, match="no schools"):
        find_candidates(town(buildings=buildings().iloc[1:3]), "schools")


def test_candidates_that_reach_nobody_are_dropped_and_counted(town):
    far = spots(2_500, 3_900)
    far.loc[1, "geometry"] = Point(X0 + 3_900, Y0 + 99)
    homes = layers()["homes"].iloc[:2]  # nobody lives east of 1500
    result = expand(town(homes=homes), places=4, unit=4, candidates=far)
    assert len(result.layers["sites"]) == 1
    assert any(note.startswith("1 kandidaten hebben geen kind in bereik") for note in result.notes)


def test_homes_are_gathered_within_their_area_and_children_kept(town, demo):
    net = network(demo)
    area = pd.Index(demo.areas["area_id"]).get_indexer(pd.Index(net.homes["area_id"]))
    demand = gather(net, area.astype(np.int64))
    assert len(demand.people) <= 1_500
    assert demand.people.sum() == pytest.approx(net.people[area >= 0].sum())
    used = demand.point >= 0
    assert (demand.area[demand.point[used]] == area[used]).all()


def test_the_demo_is_solved_and_proven(demo):
    result = expand(demo, places=100, unit=10)
    plan = result.options["plan"]
    assert plan["method"] == "exact"
    assert plan["gap"] <= 0.001
    assert result.layers["sites"]["places"].sum() == 100
    assert result.city["places_after"] == result.city["places"] + 100
    assert result.city["shortage_places_areas_after"] < result.city["shortage_places_areas"]
    assert any("bewezen" in note for note in result.notes)


def test_a_broken_file_of_candidates_names_file_and_key(tmp_path):
    from importlib.resources import files

    text = (files("kortrijk_geo.capacity") / "candidates.toml").read_text(encoding="utf-8")
    path = tmp_path / "eigen.toml"
    path.write_text(text.replace("step_m = 250.0", "stap_m = 250.0"), encoding="utf-8")
    with pytest.raises(DataError, match=r"grid.*step_m"):
        read_rules(CandidateRules, path)
