"""What keeps a sum provisional, each point closed by what it says closes it, and no sum called certain before that."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from decimal import Decimal

import geopandas as gpd
import pytest
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.city import City
from kortrijk_geo.pack.files import LayerRecord
from kortrijk_geo.premium.confirming import read_confirmations
from kortrijk_geo.premium.deciding import decide
from kortrijk_geo.premium.rulebooks import load_rulebooks
from kortrijk_geo.premium.sheet import render_sheet

NOW = dt.datetime(2026, 3, 2, 10, 30, tzinfo=dt.UTC)
# What no source confirms of the rules of 2021 and a sum for group care hangs on; then of the plan, for a childminder.
GROUP_2021 = ("rulebook", "amounts", "caps", "area_unit", "reference_date")
FAMILY_PLAN = ("caps", "valid_from", "vulnerable", "conditions", "area_unit", "reference_date")


def fields(decision) -> list[str]:
    return [point.field for point in decision.open_points]


def dated(city: City, **days: str) -> City:
    """Return the city with other days in the records of its layers."""
    layers = {name: LayerRecord("verzonnen", days.get(name, "2020-12-31"), synthetic=True) for name in city.info.layers}
    info = dataclasses.replace(city.info, layers=layers)
    return City(city.folder, info, {name: city.layer(name) for name in city.layers})


def test_a_complete_application_lists_what_no_source_confirms(ask):
    decision = ask("45")
    assert fields(decision) == ["amounts.group-below-norm", "rulebook", "caps.group", "area_unit", "reference_date"]
    assert all(point.text and f'veld "{point.field}"' in point.closes for point in decision.open_points)


@pytest.mark.parametrize("left", GROUP_2021)
def test_every_one_of_them_must_be_confirmed(ask, left):
    assert ask("45", confirmed=GROUP_2021).status == "eligible"
    decision = ask("45", confirmed=[field for field in GROUP_2021 if field != left])
    assert (decision.status, decision.total_eur) == ("provisional", Decimal("8550.00"))
    assert [field.partition(".")[0] for field in fields(decision)] == [left]


def test_a_confirmed_application_is_eligible_and_keeps_its_documents(ask):
    document = json.loads(json.dumps(ask("45", confirmed=GROUP_2021).to_json()))
    assert (document["status"], document["total_eur"], document["open_points"]) == ("eligible", "8550.00", [])
    assert [one["field"] for one in document["confirmed"]] == list(GROUP_2021)
    assert document["confirmed"][0]["document"] == "Raadsbesluit"
    assert ask("45", confirmed=GROUP_2021).digest != ask("45").digest


def test_the_start_of_a_childminder_under_the_plan_is_eligible_once_confirmed(ask):
    asked = {"on": "2020-06-01", "kind": "family", "new_places": 4, "answers": {}, "assume_yes": True}
    decision = ask("70", **asked, confirmed=FAMILY_PLAN)
    assumed = [o.condition.id for o in decision.conditions if o.answer == "assumed"]
    assert set(fields(decision)) == {*(f"conditions.{name}" for name in assumed), "places.date", "children_0_2.date"}


def test_after_2021_the_amounts_must_be_said_to_hold_still(ask):
    assert fields(ask("45", on="2026-03-01", confirmed=GROUP_2021))[-1] == "amounts_confirmed_until"
    confirmed = (*GROUP_2021, "amounts_confirmed_until")
    assert "amounts_confirmed_until" not in fields(ask("45", on="2026-03-01", confirmed=confirmed))


def test_a_count_of_another_day_is_told_with_its_day_and_what_one_day_gives(ask, city):
    town = dated(city, areas="2021-12-31")  # children of 2021, places as of 2020
    decision = ask("45", city=town, confirmed=GROUP_2021)
    assert (decision.status, fields(decision)) == ("provisional", ["children_0_2.date"])
    assert "van 31 december 2021" in decision.open_points[0].text
    # On the day of the children another 50 places are there: 95 per 100.
    assert "Beide op 31 december 2021: 95,0 per 100 kinderen, € 4.598,00" in decision.open_points[0].text
    area = decision.to_json()["area"]
    assert (area["places_date"], area["children_date"]) == ("2020-12-31", "2021-12-31")


def test_a_count_without_a_day_is_an_open_point(ask, city):
    decision = ask("45", city=dated(city, childcare=""), confirmed=GROUP_2021)
    assert (decision.status, fields(decision)) == ("provisional", ["places.date"])
    assert "heeft geen datum" in decision.open_points[0].text


def test_a_year_alone_is_its_last_day(ask, city):
    assert ask("45", city=dated(city, childcare="2020", areas="2020"), confirmed=GROUP_2021).status == "eligible"


def test_the_rules_of_2021_ask_about_vulnerable_areas_where_that_can_matter(ask, city):
    assert "vulnerable" not in fields(ask("45")), "it has the larger amount by its rate"
    assert "vulnerable" not in fields(ask("70")), "the pack knows that it is not vulnerable"
    for said in (True, None):
        areas = city.areas.copy()
        areas["vulnerable"] = areas["vulnerable"].astype(object)
        areas.loc[areas["area_id"] == "W70", "vulnerable"] = said
        decision = ask("70", city=city.replace(areas=areas), confirmed=GROUP_2021)
        assert (decision.total_eur, fields(decision)) == (Decimal("4598.00"), ["vulnerable"])


def test_an_address_that_is_not_the_one_asked_is_an_open_point(ask):
    asked = {"address": "Dorp 1", "address_remark": "dichtstbijzijnde nummer bij 'Dorp 3'", "address_is_near": True}
    decision = ask("45", **asked, confirmed=GROUP_2021)
    assert (decision.status, fields(decision)) == ("provisional", ["location"])
    assert ask("45", **asked, confirmed=(*GROUP_2021, "location")).status == "eligible"


def test_near_a_border_with_another_outcome_the_other_amount_is_told(ask):
    decision = ask("70", x=2012.0, confirmed=GROUP_2021)  # 55 per 100 on the other side
    assert (decision.status, fields(decision)) == ("provisional", ["location"])
    assert "12 m van de grens met Midden" in decision.open_points[0].text
    assert "€ 8.550,00 en niet € 4.598,00" in decision.open_points[0].text
    near = decision.to_json()["near_border"]
    assert (near["within_m"], near["standing"]) == (25.0, "to be confirmed")
    assert near["areas"] == [{"area_id": "W55", "name": "Midden", "distance_m": 12.0, "total_eur": "8550.00"}]
    assert ask("70", x=2012.0, confirmed=(*GROUP_2021, "location")).status == "eligible"
    assert ask("70", x=2026.0, confirmed=GROUP_2021).status == "eligible"


def test_near_a_border_with_the_same_outcome_it_is_told_and_nothing_is_open(ask):
    decision = ask("45", x=995.0, confirmed=GROUP_2021)
    assert decision.status == "eligible"
    assert [one["name"] for one in decision.to_json()["near_border"]["areas"]] == ["Midden"]


def test_near_the_end_of_the_city_there_is_nothing_beyond(ask):
    decision = ask("45", y=10.0, confirmed=GROUP_2021)
    assert (decision.status, fields(decision)) == ("provisional", ["location"])
    assert decision.to_json()["near_border"]["areas"] == [
        {"area_id": None, "name": "buiten de stad", "distance_m": 10.0, "total_eur": None}
    ]


@pytest.mark.parametrize(("x", "y"), [(0, 1e9), (-1001, 500), (72133, 169304)])
def test_a_point_outside_all_that_the_pack_knows_is_an_error_and_no_refusal(ask, x, y):
    with pytest.raises(DataError, match="as metres in EPSG:31370 this point lies outside the layers of the pack"):
        ask(x=x, y=y)


def test_coordinates_in_degrees_are_told_in_metres(ask, city):
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(city.crs, "EPSG:4326", always_xy=True).transform(70_500, 169_500)
    layers = {name: city.layer(name) for name in ("boundary", "areas", "childcare")}
    there = city.replace(**{n: f.set_geometry(f.geometry.translate(70_000, 169_000)) for n, f in layers.items()})
    assert ask(x=70_500, y=169_500, city=there).area.name == "Laag"
    for x, y in ((lon, lat), (lat, lon)):
        with pytest.raises(DataError, match=r"in degrees it would be x 70500, y 169500, in the pack: did you mean --x"):
            ask(x=x, y=y, city=there)
    with pytest.raises(DataError, match=r"as longitude 4.35 .* outside the pack too"):
        ask(x=4.35, y=50.85, city=there)
    with pytest.raises(DataError, match=r"x and y exchanged .* did you mean --x 70500 --y 169500"):
        ask(x=169_500, y=70_500, city=there)


def test_an_application_of_today_is_one_of_the_clock_in_kortrijk(ask, city):
    late = dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC)  # 00.30 on 3 March there
    application = dataclasses.replace(ask().application, date=dt.date(2026, 3, 3))
    assert decide(application, city, load_rulebooks(), now=late).application.date == dt.date(2026, 3, 3)
    assert late > NOW


@pytest.mark.parametrize(
    ("field", "date", "said"),
    [
        ("amounts.group-below-nrom", "2021-09-13", "has no field 'amounts.group-below-nrom'; did you mean"),
        ("rulebok", "2021-09-13", "did you mean 'rulebook'"),
        ("rulebook", "2027-01-01", "lies ahead of the day of the advice"),
    ],
)
def test_a_confirmation_that_cannot_be_one_is_refused(ask, city, tmp_path, field, date, said):
    path = tmp_path / "bevestigd.toml"
    path.write_text(f'[[confirm]]\nfield = "{field}"\ndocument = "Raadsbesluit"\ndate = {date}\nwho = "Secretaris"\n')
    with pytest.raises(DataError, match=said):
        decide(ask().application, city, load_rulebooks(), now=NOW, confirmations=read_confirmations(path))


def test_an_unknown_amount_cannot_be_confirmed(ask):
    with pytest.raises(DataError, match=r"amounts\.group-place is unknown .* rulebook of your own"):
        ask("45", on="2020-12-01", confirmed=["amounts.group-place"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[confirm]]\nfield = "rulebook"\n', r"confirm\[1\]\.document is missing"),
        ("[[bevestig]]\n", "bevestig is not a known key"),
        ('[[confirm]]\nfield = "a"\ndocument = "d"\ndate = "2021-01-01"\nwho = "w"\n', r"confirm\[1\]\.date"),
    ],
)
def test_a_broken_file_of_confirmations_names_file_and_key(tmp_path, text, said):
    path = tmp_path / "bevestigd.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=rf"bevestigd\.toml: {said}"):
        read_confirmations(path)


def test_an_area_for_which_the_rulebook_has_no_amount_is_not_eligible_for_nothing(ask, own_rulebook):
    books = own_rulebook({'when = "not below norm"': 'when = "vulnerable"'})
    decision = ask("70", rulebooks=books)
    assert (decision.status, decision.total_eur, decision.lines) == ("not eligible", Decimal("0.00"), ())
    [reason] = decision.reasons
    assert reason.startswith(
        "Het reglement noemt geen bedrag voor deze aanvraag: groepsopvang in Hoog, start, 19 nieuwe"
    )
    assert reason in render_sheet(decision)
    assert decision.to_json()["reasons"] == [reason]


def test_a_pack_that_was_changed_gives_no_premium_unless_that_is_accepted(ask, city):
    childcare = city.childcare
    childcare.loc[childcare["location_id"] == "a", "places"] = 137.0
    edited = city.replace(childcare=childcare)
    with pytest.raises(DataError, match=r"was changed after it was built: childcare; .* --accept-changed"):
        ask("45", city=edited, accept_changed=False)
    decision = ask("45", city=edited, accept_changed=True, confirmed=GROUP_2021)
    assert (decision.status, fields(decision)) == ("provisional", ["pack"])
    proof = decision.to_json()["provenance"]
    assert proof["pack_changes"] == ["Gewijzigd sinds de opbouw: kinderopvang."]
    assert proof["pack_digest"] != city.digest
    assert "Gewijzigd sinds de opbouw: kinderopvang." in render_sheet(decision)
    refused = ask("45", city=edited, accept_changed=True, answers={"days_per_week": 4})
    assert "Gewijzigd sinds de opbouw: kinderopvang." in render_sheet(refused)


def test_layers_that_count_the_children_of_the_area_differently_are_an_open_point(ask, city):
    homes = gpd.GeoDataFrame(
        {
            "home_id": ["h1", "h2"],
            "area_id": ["W45", "W70"],
            "children_0_2": [99.0, 100.0],
            "dwellings": [90.0, 90.0],
            "residents": [200.0, 200.0],
        },
        geometry=[shapely.Point(500, 500), shapely.Point(2500, 500)],
        crs=city.crs,
    )
    town = city.replace(homes=homes)
    decision = ask("45", city=town, confirmed=GROUP_2021)
    assert (decision.status, fields(decision)) == ("provisional", ["children_0_2"])
    assert "99 kinderen van 0 tot 2 jaar, de wijk 100" in decision.open_points[0].text
    assert ask("70", city=town, confirmed=GROUP_2021).status == "eligible"
