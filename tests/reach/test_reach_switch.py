"""The third switch of page ``bereik``: bus and train beside walking and cycling, where the pack has a timetable."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest
from typer.testing import CliRunner

import kortrijk_geo as kg
from kortrijk_geo.errors import DataError, MissingLayerError, OptionError
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo_cli.main import app

DAY = dt.date(2026, 11, 24)
RIDE = {"day": DAY, "from_time": "07:00", "to_time": "07:20"}
OTHERS = ["walk", "cycle"]


@pytest.fixture
def city(riding):
    return riding(0, 20, 40)


@pytest.fixture
def result(city, two_kinds):
    return kg.reach.analyse(city, categories=two_kinds, proximity=False, **RIDE)


def test_a_pack_without_a_timetable_gives_what_it_gave(small, two_kinds):
    pack = small.build()
    by_default, named = (kg.reach.analyse(pack, categories=two_kinds, **modes) for modes in ({}, {"modes": OTHERS}))
    assert by_default.to_json() == named.to_json()
    assert "day" not in by_default.options
    assert page_html(kg.reach.spec(by_default)) == page_html(kg.reach.spec(named))


def test_all_that_the_other_modes_tell_stays_as_it_is(result, city, two_kinds):
    before = kg.reach.analyse(city, categories=two_kinds, proximity=False, modes=OTHERS)
    names = before.areas.columns.drop("geometry")
    assert list(result.areas.columns[: len(names)]) == list(names)
    for name in names:
        np.testing.assert_array_equal(result.areas[name], before.areas[name], err_msg=name)
        np.testing.assert_equal(result.city.get(name), before.city.get(name), err_msg=name)
    columns, figures = result.columns, {figure.key: figure for figure in result.headlines}
    assert [column for column in columns if column.name in before.labels] == before.columns
    assert [figures[figure.key] for figure in before.headlines] == before.headlines
    homes = result.layers["homes"]
    assert homes[before.layers["homes"].columns].equals(before.layers["homes"])
    assert result.layers["facilities"].equals(before.layers["facilities"])
    assert result.notes[: len(before.notes)] == before.notes


def test_it_tells_of_its_kinds_what_the_page_of_public_transport_tells(result, city, two_kinds):
    own = kg.reach.analyse_transit(city, categories=two_kinds, minutes=15, **RIDE)
    of_city = kg.reach.analyse_transit(city, categories="city", minutes=30, **RIDE)
    for key in ("all", "food_shop", "pharmacy"):
        for way in ("transit", "transit90", "any"):
            name = f"share_{key}_{way}_15"
            np.testing.assert_array_equal(result.areas[name], own.areas[name], err_msg=name)
        for name in (f"share_{key}_transit_45", f"median_minutes_{key}_transit", f"median_minutes_{key}_transit90"):
            np.testing.assert_array_equal(result.areas[name], own.areas[name], err_msg=name)
    name = "share_supermarket_transit_30"
    assert result.city[name] == of_city.city[name] > 0
    assert result.city["share_all_of_city_transit_30"] == of_city.city["share_all_transit_30"]
    assert np.isnan(result.city["share_hospital_transit_30"]), "the pack has none, and no source that has all"
    assert any("Geen gegevens over ziekenhuis" in note for note in result.notes)
    assert result.layers["stops"].equals(own.layers["stops"])


def test_by_any_way_is_by_the_quickest(result):
    # h1, 10 of the 30 of the west, cycles to the pharmacy in 6 minutes; on foot it takes 19, by bus 16 at the median.
    west = result.areas.loc["W1"]
    shares = [west[f"share_pharmacy_{way}_15"] for way in ("walk", "transit", "any")]
    assert shares == pytest.approx([0, 0, 1 / 3])
    assert west["share_pharmacy_transit_30"] == pytest.approx(1 / 3)
    keys = [figure.key for figure in result.headlines]
    assert keys[:5] == [
        "share_all_walk_15", "share_all_cycle_15", "share_all_transit_15", "share_all_any_15",
        "share_all_of_city_transit_30",
    ]  # fmt: skip


def test_a_kind_of_both_sets_is_told_once(city):
    result = kg.reach.analyse(city, categories="city", proximity=False, **RIDE)
    names = [column.name for column in result.columns]
    assert len(set(names)) == len(names)
    assert "share_supermarket_transit_15" in names
    assert "share_all_of_city_transit_30" not in names
    assert result.options["city_places"] == []
    assert kg.reach.spec(result).method


def test_the_band_is_what_an_analysis_with_each_slack_and_speed_gives(city, two_kinds):
    asked = {"categories": two_kinds, "proximity": False, "minutes": 17, **RIDE}
    result = kg.reach.analyse(city, **asked)
    checked = [one for one in result.sensitivity if "_transit_" in one.key]
    assert {(one.key, one.option) for one in checked} == {
        (key, option)
        for key in ("share_all_transit_17", "share_all_of_city_transit_30")
        for option in ("slack_s", "walk_m_per_min")
    }
    for outcome in checked:
        assert len(outcome.at) == {"slack_s": 3, "walk_m_per_min": 2}[outcome.option]
        assert outcome.source
        for value, share in outcome.at:
            other = int(value) if outcome.option == "slack_s" else value / 0.06
            again = kg.reach.analyse(city, **{**asked, outcome.option: other})
            assert again.city[outcome.key] == share, (outcome.key, outcome.option, value)
    slack = next(one for one in checked if one.key == "share_all_transit_17" and one.option == "slack_s")
    assert len({share for _, share in slack.at}) > 1, "two minutes at the stop make h1 late"
    band = result.headline("share_all_transit_17").band
    assert " bij 1 s, " in band
    assert "bij 120 s aan de halte; " in band
    assert band.endswith("bij 3,5 km/u te voet")


def test_rides_are_refused_where_they_cannot_be(small, city, two_kinds):
    pack = small.build()
    for asked in ({"modes": ["walk", "transit"]}, {"day": DAY}):
        with pytest.raises(MissingLayerError, match="timetable"):
            kg.reach.analyse(pack, categories=two_kinds, **asked)
    with pytest.raises(OptionError, match="alone it is kg"):
        kg.reach.analyse(city, modes=["transit"])
    with pytest.raises(OptionError, match="slack_s: is said of transit"):
        kg.reach.analyse(city, modes=["walk"], slack_s=30)
    with pytest.raises(OptionError, match="is prepared for walk and cycle"):
        kg.reach.prepare(city, modes=["walk", "transit"])
    with pytest.raises(OptionError, match="no service on 2026-11-28"):
        kg.reach.analyse(city, categories=two_kinds, day=dt.date(2026, 11, 28))


def test_a_timetable_without_a_tuesday_leaves_walking_and_says_so(riding, two_kinds):
    city = riding(0, ends="20261102")  # a Sunday and a Monday
    result = kg.reach.analyse(city, categories=two_kinds, proximity=False)
    assert "share_all_transit_15" not in result.areas
    assert any(note.startswith("Bereik met bus en trein is niet berekend") for note in result.notes)
    assert page_html(kg.reach.spec(result))
    with pytest.raises(DataError, match="nothing runs on any Tuesday"):
        kg.reach.analyse(city, categories=two_kinds, modes=["walk", "transit"])


def test_command_and_api_agree_and_the_page_has_the_switch(city, two_kinds, tmp_path):
    command = ["reach", "--pack", str(city.folder), "--out", str(tmp_path / "maps"), "--categories", str(two_kinds),
               "--no-proximity", "--day", "2026-11-24", "--from-time", "07:00", "--to-time", "07:20",
               "--json"]  # fmt: skip
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    result = kg.reach.analyse(city, categories=str(two_kinds), proximity=False, **RIDE)
    told, answer = json.loads(done.stdout), json.loads(json.dumps(result.to_json()))
    assert {key: told[key] for key in answer if key != "options"} == {
        key: answer[key] for key in answer if key != "options"
    }
    page = (tmp_path / "maps" / "bereik.html").read_text(encoding="utf-8")
    assert "Met bus en trein" in page
    assert "Haltes: vertrekken per uur" in page
    spec = kg.reach.spec(result)
    groups = {layer.group for layer in spec.area_layers}
    assert groups == {"Te voet", "Met de fiets", "Met bus en trein"}
    assert "van 07:00 tot 07:20" in spec.method
    assert "voor elke soort telt de snelste manier" in spec.method
    cut = CliRunner().invoke(app, ["reach", "--pack", str(city.folder), "--without-line", "4"])
    assert cut.exit_code == 2
