"""The next places beside those that are decided, for the children of a coming year, and between equal plans."""

from __future__ import annotations

import dataclasses
from itertools import combinations_with_replacement

import geopandas as gpd
import pandas as pd
import pytest
from childcare_town import CRS, X0, area, frame, home, layers, location
from shapely import Point

from kortrijk_geo.childcare import expand, measure_catchment, network
from kortrijk_geo.childcare.coming import coming_city
from kortrijk_geo.childcare.rules import forecast
from kortrijk_geo.errors import OptionError
from kortrijk_geo.pack.city import City


def spots(*xs):
    return frame([{"name": f"plek {x}", "geometry": Point(x, 0)} for x in xs])


def with_plans(town, *plans, **changed):
    rows = gpd.GeoDataFrame(pd.concat([layers()["childcare"], frame(list(plans))], ignore_index=True), crs=CRS)
    return town(childcare=rows, **changed)


def placed(result):
    return result.layers["sites"].groupby("area_id")["places"].sum().to_dict()


def decided(opens="2028-09-01", places=8.0):
    return location("d", 2_450, places, name="Beslist", standing="decided", opens=opens)


def test_places_that_are_decided_are_not_planned_again(town):
    # Short: B 4 and C 8. With 8 decided in C only B is short; without them C is the larger.
    question = {"places": 4, "unit": 4, "candidates": spots(1_500, 2_500), "objective": "area_shortage"}
    city = with_plans(town, decided())
    with_them, without = expand(city, **question), expand(city, decided=False, **question)
    assert with_them.areas["places"].tolist() == [30, 20, 12, 8]
    assert with_them.areas["shortage_places"].tolist() == [0, 4, 0, 0]
    assert placed(with_them) == {"B": 4}
    assert without.areas["places"].tolist() == [30, 20, 4, 8]
    assert without.areas["shortage_places"].tolist() == [0, 4, 8, 0]
    rate = next(figure for figure in with_them.headlines if figure.key == "places_per_100_children")
    assert rate.value == pytest.approx(100 * 70 / 105)
    assert rate.definition == "met 8 besliste plaatsen"
    assert {figure.definition for figure in without.headlines} == {""}
    assert any("Beslist (8 plaatsen, opent 1 september 2028)" in note for note in with_them.notes)
    assert any("niet meetellen (op vraag): Beslist" in note for note in without.notes)
    assert not any("Condédreef" in note for note in with_them.notes), "that is of another city"


def test_what_the_forecast_knows_as_decided_and_the_pack_has_no_place_for_is_named(town):
    city = town()
    kortrijk = City(city.folder, dataclasses.replace(city.info, nis_code="34022"))
    then = coming_city(kortrijk, None, forecast=forecast(), scenario=forecast().scenario(None), decided=True)
    assert any("Niet meegeteld: Condédreef, 54 plaatsen, beslist" in note for note in then.notes)


def test_the_children_of_the_year_and_what_is_decided_by_then(town):
    # By 2040 the children are 8.2 % more: A 43.28, B 43.28, C 21.64, so 26, 26 and 13 places are needed.
    question = {"places": 4, "unit": 4, "candidates": spots(1_500, 2_500), "objective": "area_shortage"}
    late = expand(with_plans(town, decided(opens="2041-01-01")), years=[2040], **question)
    assert late.areas["children_0_2"].tolist() == pytest.approx([43.28, 43.28, 21.64, 0])
    assert late.city["children_0_2"] == pytest.approx(105 * 1.082)
    assert late.areas["shortage_places"].tolist() == [0, 6, 9, 0]
    assert late.on.isoformat() == "2040-12-31"
    assert any("(opent niet tegen 2040 of zonder datum): Beslist" in note for note in late.notes)
    by_then = expand(with_plans(town, decided()), years=[2040], **question)
    assert by_then.areas["shortage_places"].tolist() == [0, 6, 1, 0]
    assert placed(by_then) == {"B": 4}
    assert {figure.definition for figure in by_then.headlines} == {
        "met 8 besliste plaatsen, met de kinderen van 2040 (raming)"
    }
    assert any(note.startswith("Aanname: de kinderen van 0 tot 2 jaar groeien met") for note in by_then.notes)


def test_what_is_chosen_by_2030_stays_when_the_places_by_2040_are_chosen(town):
    # Units of 4: 8 of the 14 in 2030; of what is left then in 2040 (2 and 5, or 6 and 1) two units take 6 at most.
    # By 2030 the children are 41.23 in B and 20.62 in C: 25 and 13 places needed, so 5 and 9 short; by 2040 6 and 9.
    result = expand(
        town(), places=8, unit=4, candidates=spots(1_500, 2_500), objective="area_shortage", years=[2040, 2030]
    )
    sites = result.layers["sites"]
    by_year = sites.groupby(["year", "area_id"])["places"].sum().to_dict()
    assert sum(places for (year, _), places in by_year.items() if year == 2030) == 8
    assert sites["site_id"].is_unique
    assert sites["places"].sum() == 16
    assert [phase["year"] for phase in result.options["phases"]] == [2030, 2040]
    assert [phase["value"] for phase in result.options["phases"]] == [8, 6]
    assert (result.areas["places_after"] - result.areas["places"]).tolist() == [0, 8, 8, 0]
    assert {figure.key for figure in result.headlines} >= {"objective_value", "objective_value_2030"}
    assert any(note.startswith("Tegen 2030: 8 nieuwe plaatsen") for note in result.notes)


def test_every_layer_grows_alike_so_that_they_keep_agreeing(town):
    city = town()
    then = coming_city(city, 2040, forecast=forecast(), scenario=forecast().scenario(None), decided=True)
    for name in ("boundary", "areas", "homes"):
        pd.testing.assert_series_equal(then.city.layer(name)["children_0_2"], city.layer(name)["children_0_2"] * 1.082)
    assert city.areas["children_0_2"].tolist() == [40, 40, 20, 0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"years": [2020]}, "must come after 2024"),
        ({"years": [2060]}, "2060 lies outside"),
        ({"years": [2030, 2030]}, "each year once"),
        ({"years": [2030], "on": pd.Timestamp("2024-12-31").date()}, "on and years"),
        ({"scenario": "hoop"}, "no scenario 'hoop'"),
    ],
)
def test_years_that_cannot_be(town, options, message):
    with pytest.raises(OptionError, match=message):
        expand(town(), places=4, unit=4, candidates=spots(1_500), **options)


def test_between_plans_of_equal_shortage_the_one_with_more_gain_by_catchment(town):
    # One wijk of 60 children in three homes; any three units take 12 of its shortage away. The first unit by the home
    # of 30 gains most, but three there overshoot what that home lacks: by catchment the best plan spreads them.
    content = {
        "areas": frame([area("A", 0, 4_000, 60.0)]),
        "boundary": layers()["boundary"].assign(children_0_2=60.0),
        "homes": frame([home("a", "A", 10.0, 100), home("b", "A", 25.0, 1_900), home("c", "A", 25.0, 3_900)]),
        "childcare": frame([location("ka", 100, 6.0)]),
    }
    city, xs = town(**content), (100, 1_900, 3_900)

    def gain(plan):
        new = frame([location(f"n{number}", x, 8.0) for number, x in enumerate(plan)])
        childcare = gpd.GeoDataFrame(pd.concat([city.childcare, new], ignore_index=True), crs=CRS)
        net = network(city)
        homes = measure_catchment(city.replace(childcare=childcare), net=net).homes
        return float((net.people * homes.clip(max=60.0)).sum() / 60)

    result = expand(city, places=24, unit=8, candidates=spots(*xs), objective="area_shortage")
    plan = tuple(
        sorted(
            round(x - X0)
            for x, units in zip(result.layers["sites"].geometry.x, result.layers["sites"]["units"], strict=True)
            for _ in range(units)
        )
    )
    worth = {each: gain(each) for each in combinations_with_replacement(xs, 3)}
    assert result.options["plan"]["value"] == 24  # short 36 - 6 = 30, wherever the 24 stand
    assert worth[plan] == pytest.approx(max(worth.values()), rel=1e-3)
    assert min(worth.values()) < 0.9 * max(worth.values())
