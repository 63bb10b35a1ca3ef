"""Reach, supply and shortages of services: by hand on a town along one street, against networkx and PySAL access."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import service_town
import shapely
from street_oracle import Oracle, streets_of

import kortrijk_geo as kg
from kortrijk_geo.services.locations import read_locations
from kortrijk_geo.services.measured import measure_kinds
from kortrijk_geo.services.rules import load_forecast, load_services


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return service_town.write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def result(town):
    return kg.services.analyse(town)


def test_who_lives_beyond_a_quarter_on_foot_is_what_a_ruler_says(result):
    areas = result.areas
    assert areas.loc["W", "share_beyond_basic_school_walk"] == 0
    # The last three homes of the street and the two of the island, 5 children each; 22 homes in all.
    assert areas.loc["O", "share_beyond_basic_school_walk"] == pytest.approx(5 / 22)
    assert areas.loc["O", "people_beyond_basic_school_walk"] == pytest.approx(25)
    assert result.city["share_beyond_basic_school_walk"] == pytest.approx(5 / 42)
    assert areas.loc["W", "share_beyond_library_walk"] == 1
    assert areas.loc["O", "people_beyond_library_walk"] == pytest.approx(9 * service_town.RESIDENTS)
    assert result.city["people_beyond_family_doctor_cycle"] == pytest.approx(2 * service_town.RESIDENTS)


@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_reach_equals_networkx(town, result, mode):
    rules = load_services()
    kinds = [rules.find(name) for name in ("basic_school", "residential_care", "family_doctor", "library")]
    homes, measured = measure_kinds(town, kinds, rules, load_forecast(), snap_to="largest")
    graph = _graph(town, mode)
    for kind, one in zip(kinds, measured, strict=True):
        places = read_locations(town, [kind])[kind.id].frame.geometry
        on_street = {"homes": graph.place(town.homes.geometry), "places": graph.place(places)}
        points = {"homes": town.homes.geometry, "places": places}
        oracle = Oracle(
            streets_of(town.streets, mode), **{name: (points[name], on.street) for name, on in on_street.items()}
        )
        table = oracle.metres("homes", "places")
        nearest = np.where(np.isnan(table).all(axis=0), np.inf, np.nanmin(np.nan_to_num(table, nan=np.inf), axis=0))
        np.testing.assert_allclose(one.trips[mode].metres, nearest, atol=1e-6)
        people = one.weights.people
        beyond = nearest > rules.limit_m(kind, mode)
        for area_id in town.areas["area_id"]:
            inside = (homes.frame["area_id"] == area_id).to_numpy()
            share = people[inside & beyond].sum() / people[inside].sum()
            assert result.areas.loc[area_id, f"share_beyond_{kind.id}_{mode}"] == pytest.approx(share)


def _graph(town, mode):
    from kortrijk_geo.engine.streets import StreetGraph

    return StreetGraph.from_streets(town.streets, mode)


@pytest.mark.parametrize(
    ("kind", "mode"), [("residential_care", "walk"), ("basic_school", "walk"), ("basic_school", "cycle")]
)
def test_catchments_equal_pysal_access(town, result, kind, mode):
    from access import weights
    from access.fca import two_stage_fca

    rules = load_services()
    known = rules.find(kind)
    graph, limit = _graph(town, mode), rules.limit_m(known, mode)
    frame = read_locations(town, [known])[kind].frame
    homes = town.homes
    people = homes[list(known.people)].sum(axis=1).to_numpy()
    pairs = graph.within(graph.place(frame.geometry), graph.place(homes.geometry), limit)
    steps = dict(zip([share * limit for share in rules.steps.shares], rules.steps.weights, strict=True))
    expected = two_stage_fca(
        demand_df=pd.DataFrame({"demand": people}),
        supply_df=pd.DataFrame({"supply": frame["capacity"].to_numpy()}, index=pd.RangeIndex(len(frame), name="geoid")),
        cost_df=pd.DataFrame({"origin": pairs.origin, "dest": pairs.facility, "cost": pairs.metres}),
        max_cost=limit, demand_index=True, demand_name="demand", supply_name="supply",
        weight_fn=weights.step_fn(steps),
    ).reindex(np.arange(len(homes)), fill_value=0.0)  # fmt: skip
    # The two homes of the island reach nothing, and count with nothing.
    for area_id in town.areas["area_id"]:
        inside = (homes["area_id"] == area_id).to_numpy()
        mean = 100 * np.average(expected[inside], weights=people[inside])
        assert result.areas.loc[area_id, f"catchment_{kind}_{mode}"] == pytest.approx(mean)
    assert result.city[f"catchment_{kind}_{mode}"] > 0


def test_supply_and_its_rate_are_those_of_the_places_inside(result):
    assert result.areas.loc["W", "capacity_residential_care"] == 50
    assert result.areas.loc["O", "capacity_residential_care"] == 0
    assert result.areas.loc["W", "people_residential_care"] == 20 * 6
    assert result.areas.loc["W", "per_100_residential_care"] == pytest.approx(100 * 50 / 120)
    assert result.city["capacity_basic_school"] == 180
    assert result.areas["locations_basic_school"].tolist() == [1, 1]
    # Nobody told how many doctors work there: unknown, and never 0.
    assert math.isnan(result.areas.loc["O", "capacity_family_doctor"])
    assert math.isnan(result.city["per_100_family_doctor"])
    assert result.areas["catchment_family_doctor_walk"].isna().all()


def test_a_kind_without_norm_has_no_verdict_and_says_what_norm_may_be_given(result):
    assert not [name for name in result.areas.columns if name.startswith("short_")]
    (note,) = [note for note in result.notes if note.startswith("Geen norm met bron bekend")]
    assert "'places per 100 people' voor basisscholen" in note
    assert "'doctors per 100 people' voor huisartsen" in note


def test_the_targets_of_the_city_are_promises_and_that_of_the_region_is_told_beside(result):
    assert result.headline("promised_residential_care_2040").value == 400
    assert result.headline("promised_assisted_living_2040").value == 186
    assert result.headline("promised_day_care_elderly_2040").value == 45
    assert "Inspiratienota 2024" in result.headline("promised_residential_care_2040").source
    assert not [key for key in result.city if key.startswith(("short_", "promised_secondary_school"))]
    assert any("in de regio zijn tegen 2030 400 extra plaatsen nodig" in note for note in result.notes)


def test_people_to_come_are_only_those_that_are_published(result):
    city = result.city
    assert city["people_residential_care_2040"] == round(42 * 6 * 21_700 / 17_000)
    assert city["people_residential_care_2030"] == round(42 * 6 * (17_000 + 4_700 * 6 / 16) / 17_000)
    assert city["people_library_2040"] == 42 * 20 + 6_500  # what is published, on the count of the pack
    assert result.ahead.set_index("kind").loc["Bibliotheken", "foreseen"] == "inwoners: 6.500 meer in 2040 dan in 2024"
    assert any("toegepast op de telling van dit pakket (2024)" in note for note in result.notes)
    (unknown,) = [note for note in result.notes if note.startswith("Hoeveel er in 2030 en 2040 zijn")]
    assert "kinderen van 3 tot 11 jaar" in unknown
    assert "inwoners" not in unknown
    # Of children only what comes after 2030 is published, of youngsters nothing.
    assert math.isnan(city["people_basic_school_2040"])
    assert math.isnan(city["people_secondary_school_2040"])
    row = result.ahead.set_index("kind").loc["Basisscholen"]
    assert row["foreseen"] == "kinderen van 3 tot 11 jaar: 300 meer in 2040 dan in 2030"
    assert result.ahead.set_index("kind").loc["Woonzorgcentra", "promised"] == "400 plaatsen meer tegen 2040"


def test_a_pack_of_later_years_knows_no_shortage_unless_the_base_is_given(tmp_path):
    later = service_town.write_town(tmp_path / "later", date="2027-12-31")
    figure = kg.services.analyse(later).headline("promised_residential_care_2040")
    assert figure.value is None
    assert "sinds 2024" in figure.reason
    own = service_town.changed_file(
        tmp_path, "services", ("year = 2040\nextra = 400\n", "year = 2040\nextra = 400\nbase = 20\n")
    )
    told = kg.services.analyse(later, services=own)
    assert told.headline("promised_residential_care_2040").value == 20 + 400 - 50


NORM = """
[kind.norm]
value = 50.0
unit = "places per 100 people"
label = "eigen norm"
source = "Besluit van de stad"
date = "2026"
standing = "beleidskeuze van de stad"

[[kind.target]]
year = 2040
extra = 400
"""


def test_a_norm_of_the_user_gives_a_verdict_now_and_later(town, tmp_path):
    own = service_town.changed_file(tmp_path, "services", ("\n[[kind.target]]\nyear = 2040\nextra = 400\n", NORM))
    found = kg.services.analyse(town, services=own, kind="woonzorgcentrum")
    areas = found.areas
    assert areas["short_residential_care"].tolist() == [60 - 50, 66]
    in_2040 = 21_700 / 17_000
    assert areas["short_residential_care_2040"].tolist() == [
        math.ceil(60 * in_2040 - 50), math.ceil(66 * in_2040)
    ]  # fmt: skip
    assert found.city["short_residential_care"] == 126 - 50
    for end in ("", "_2030", "_2040"):
        figure = found.headline(f"short_residential_care{end}")
        assert figure.value == found.city[figure.key]
        assert "norm: 50 per 100 65-plussers (eigen norm)" in figure.definition
    assert found.headline("promised_residential_care_2040").value == found.city["promised_residential_care_2040"] == 400
    assert found.options["services_file"] == "eigen.toml"
    assert any("alsof elke wijk even sterk groeit" in note for note in found.notes)
    assert list(found.ahead["kind"]) == ["Woonzorgcentra"]


def test_the_blind_spots_are_where_nobody_has_one(result, town):
    spots = result.layers["blind_spots"]
    assert (spots["people"].diff().dropna() <= 0).all()
    library = spots[spots["kind"] == "library"].iloc[0]
    assert library["people"] == 27 * service_town.RESIDENTS  # the street from its west end to 2,650 m
    assert library["area_id"] == "W"
    assert library["nearest_name"] == "library 3900"
    # The middle is the home at 1,350 m.
    assert library["nearest_m"] == pytest.approx(3_900 - 1_350 + 10)
    island = spots[(spots["kind"] == "library") & spots["nearest_m"].isna()]
    assert island["people"].tolist() == [2 * service_town.RESIDENTS]
    assert island["nearest_name"].isna().all()
    for spot in spots.itertuples():
        assert spot.geometry.contains(shapely.Point(spot.x, spot.y))
        assert spot.people >= load_services().blind_spots.least_people
    assert spots["area_id"].isin(town.areas["area_id"]).all()


def test_who_walks_slower_is_told_beside_the_reach_of_all(result):
    slower = [one for one in result.sensitivity if one.option == "walk_m_per_min"]
    assert {one.key for one in slower} == {"share_beyond_basic_school_walk", "share_beyond_residential_care_walk"}
    school = next(one for one in slower if "school" in one.key)
    outcomes = vars(school)["at"]
    assert [value for value, _ in outcomes] == pytest.approx([3.75, 4.8])
    # 937.5 m from 200 and 2,500, 10 m to the street: who lives farther along the street, and the two of the island.
    along = [50 + 100 * n for n in range(40)]
    far = [x for x in along if min(abs(x - 200), abs(x - 2_500)) + 10 > 937.5]
    assert outcomes[0][1] == pytest.approx((len(far) + 2) / 42)
    assert outcomes[1][1] == result.headline("share_beyond_basic_school_walk").value
    assert "3,5 tot 4 km/u" in school.source


def test_a_note_says_how_many_of_those_beyond_live_in_a_blind_spot(result):
    (note,) = [note for note in result.notes if "maar een deel in een blinde vlek" in note]
    spots = result.layers["blind_spots"]
    for kind, plural in (("basic_school", "basisscholen"), ("library", "bibliotheken")):
        inside = spots.loc[spots["kind"] == kind, "people"].sum()
        beyond = round(result.city[f"people_beyond_{kind}_walk"])
        assert (f"{plural} {inside} van {beyond}" in note) == (0 < inside < beyond)
