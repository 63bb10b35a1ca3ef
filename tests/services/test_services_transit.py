"""Services by public transport: one street, one bus, figures that can be had by hand, and what is told or refused."""

from __future__ import annotations

import datetime as dt
import json
import math

import numpy as np
import pytest
import service_town
from bus_line import median_s, with_bus
from typer.testing import CliRunner

import kortrijk_geo as kg
from kortrijk_geo.errors import DataError, MissingLayerError, OptionError
from kortrijk_geo.pack.city import open_city
from kortrijk_geo_cli.main import app

DAY = dt.date(2026, 11, 24)
RUSH = {"day": DAY, "from_time": "07:00", "to_time": "07:20"}
EVERY, RIDE, STOP = 20, 6, 130  # no home takes a limit to the second, for degrees of a feed are no metres
LIBRARY = """
version = "1"
title = "Bibliotheek"
source = "test"
date = "2026"
standing = "test"

[[category]]
key = "library"
label = "bibliotheek"
weight = 1
source = "test"
standing = "test"
rules = [{ amenity = "library" }]
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return service_town.write_town(tmp_path_factory.mktemp("on_foot"))


@pytest.fixture(scope="module")
def riding(town, tmp_path_factory):
    """The town with a bus from its west end to the library, every 20 minutes."""
    return with_bus(town, tmp_path_factory.mktemp("bus"), (STOP, 500), (3_900, 500), every=EVERY, ride=RIDE)


def beyond_by_hand(minutes):
    """Homes of the town that have the library beyond so many minutes at half of the departures; all have 20 people."""
    along = [50.0 + 100 * n for n in range(40)]
    walks = [(abs(x - STOP) + 10, abs(x - 3_900) + 10) for x in along]
    seconds = [
        median_s(to_stop_m=stop if stop <= 1_200 else math.inf, from_stop_m=0, on_foot_m=foot, every=EVERY, ride=RIDE,
                 departures=20)
        for stop, foot in walks
    ]  # fmt: skip
    return [x for x, taken in zip(along, seconds, strict=True) if taken > minutes * 60]


def test_who_is_beyond_reach_at_half_of_the_departures_can_be_told_by_hand(riding):
    result = kg.services.analyse(riding, kind="library", **RUSH)
    far = beyond_by_hand(30)
    assert 0 < len(far) < 15, "some are near by bus, some on foot, and some neither"
    # The island has no way at all: two homes beyond reach.
    assert result.city["people_beyond_library_transit"] == 20.0 * (len(far) + 2)
    assert result.city["share_beyond_library_transit"] == pytest.approx((len(far) + 2) / 42)
    west = [x for x in far if x < 2_000]
    assert result.areas.loc["W", "people_beyond_library_transit"] == 20.0 * len(west)
    assert result.areas.loc["W", "people_beyond_library_walk"] == 20.0 * 20
    (headline,) = [figure for figure in result.headlines if figure.key == "share_beyond_library_transit"]
    assert "verder dan 30 minuten met bus en trein van een bibliotheek" in headline.label
    (band,) = [outcome for outcome in result.sensitivity if outcome.key == "share_beyond_library_transit"]
    assert dict(band.at)[45] == pytest.approx((len(beyond_by_hand(45)) + 2) / 42)


def test_a_kind_may_have_minutes_of_its_own(riding, tmp_path):
    own = service_town.changed_file(
        tmp_path, "services", ('id = "library"\n', 'id = "library"\ntransit_minutes = 20\n')
    )
    result = kg.services.analyse(riding, kind="library", services=own, **RUSH)
    assert result.city["people_beyond_library_transit"] == 20.0 * (len(beyond_by_hand(20)) + 2)
    assert "20 minuten met bus en trein" in result.labels["share_beyond_library_transit"]
    assert any("20 minuten" in note for note in result.notes if note.startswith("Met bus en trein is binnen bereik"))
    for wrong in ("0", "121", "true", '"kort"'):
        path = service_town.changed_file(
            tmp_path, "services", ('id = "library"\n', f'id = "library"\ntransit_minutes = {wrong}\n')
        )
        with pytest.raises(DataError, match="transit_minutes"):
            kg.services.analyse(riding, kind="library", services=path)


def test_reach_and_services_give_the_same_share_of_the_same_places(riding, tmp_path):
    path = tmp_path / "bibliotheek.toml"
    path.write_text(LIBRARY, encoding="utf-8")
    reach = kg.reach.analyse_transit(riding, categories=path, **RUSH)
    services = kg.services.analyse(riding, kind="library", **RUSH)
    within = 1 - services.areas["share_beyond_library_transit"]
    np.testing.assert_allclose(within, reach.areas["share_library_transit_30"], rtol=1e-12)
    assert services.city["share_beyond_library_transit"] == pytest.approx(1 - reach.city["share_library_transit_30"])


def test_without_a_timetable_all_is_as_it_was_and_with_one_no_other_figure_differs(town, riding):
    without, on_foot = kg.services.analyse(town), kg.services.analyse(riding, modes=("walk", "cycle"))
    assert not [name for name in [*without.city, *without.options] if "transit" in name]
    both = kg.services.analyse(riding, **RUSH)
    added = {name for name in both.city if name.endswith("_transit")}
    assert {"share_beyond_family_doctor_transit", "people_beyond_family_doctor_transit"} <= added
    assert not any(name.startswith("catchment") for name in added)
    for name in without.areas.columns.drop("geometry"):
        np.testing.assert_array_equal(on_foot.areas[name], without.areas[name], err_msg=name)
        np.testing.assert_array_equal(both.areas[name], without.areas[name], err_msg=name)
    assert json.dumps(on_foot.to_json()["city"]) == json.dumps(without.to_json()["city"])


def test_a_home_off_the_streets_and_a_kind_nobody_knows_are_unknown(riding):
    result = kg.services.analyse(riding, **RUSH)
    assert np.isnan(result.city["share_beyond_sport_transit"]) == np.isnan(result.city["share_beyond_sport_walk"])
    unknown = [name for name, value in result.city.items() if name.endswith("_transit") and np.isnan(value)]
    assert unknown, "of some kind the pack knows no place"
    for name in unknown:
        assert np.isnan(result.city[name.replace("_transit", "_walk")])


def test_few_people_beyond_reach_are_in_no_file(riding, tmp_path):
    least = service_town.changed_file(tmp_path, "services", ("[small]\npeople = 5", "[small]\npeople = 401"))
    result = kg.services.analyse(riding, kind="library", services=least, **RUSH)
    assert result.areas["people_beyond_library_transit"].notna().all()
    public = result.published()
    assert public.areas[["people_beyond_library_transit", "share_beyond_library_transit"]].isna().all(axis=None)
    assert math.isnan(public.city["people_beyond_library_transit"])
    assert [figure.value for figure in public.headlines if figure.key.endswith("_transit")] == [None]
    assert not [outcome for outcome in public.sensitivity if outcome.key.endswith("_transit")]


def test_the_page_tells_its_own_limit_the_day_and_the_method(riding):
    result = kg.services.analyse(riding, **RUSH)
    shown = kg.services.spec(result)
    assert "share_beyond_library_transit" in {layer.column for layer in shown.area_layers}
    assert "share_beyond_library_transit" in shown.table
    assert "24 november 2026" in shown.method
    assert any("Met bus en trein is binnen bereik" in note and "hoogstens 30 minuten" in note for note in result.notes)
    assert any(note.startswith("Dienstregeling van dinsdag 24 november 2026") for note in result.notes)
    assert any(source.name.startswith("Bus") for source in result.sources)


def test_what_cannot_be_is_refused(town, riding):
    with pytest.raises(MissingLayerError, match=r"needs timetable.*on_foot.*pack add .* gtfs"):
        kg.services.analyse(town, modes=("transit",))
    with pytest.raises(MissingLayerError, match="timetable"):
        kg.services.analyse(town, day=DAY)
    with pytest.raises(OptionError, match="no service on 2026-11-28"):
        kg.services.analyse(riding, day=dt.date(2026, 11, 28))
    with pytest.raises(OptionError, match="day: is said of the mode transit"):
        kg.services.analyse(riding, modes=("walk",), day=DAY)
    with pytest.raises(OptionError, match="modes must be"):
        kg.services.analyse(riding, modes=("bus",))
    with pytest.raises(OptionError, match="slack_s"):
        kg.services.analyse(riding, slack_s=0)
    with pytest.raises(OptionError, match="has no line '5'"):
        kg.services.analyse(riding, without_lines=["5"])


def test_an_expansion_reckons_on_foot_and_by_bicycle_alone(riding):
    result = kg.services.expand(riding, "residential_care", places=10, candidates="grid")
    assert not [name for name in result.areas.columns if "transit" in name]


def test_the_command_takes_the_mode(town, riding, tmp_path):
    asked = ["services", "library", "--out", str(tmp_path), "--json", "--mode", "transit", "--day", "2026-11-24",
             "--from-time", "07:00", "--to-time", "07:20"]  # fmt: skip
    done = CliRunner().invoke(app, [*asked, "--pack", str(riding.folder)])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["city"]["people_beyond_library_transit"] == 20.0 * (len(beyond_by_hand(30)) + 2)
    assert document["options"]["transit_minutes"] == 30
    cut = CliRunner().invoke(app, [*asked, "--pack", str(riding.folder), "--without-line", "4"])
    assert json.loads(cut.stdout)["city"]["people_beyond_library_transit"] == 20.0 * (15 + 2)
    refused = CliRunner().invoke(app, [*asked, "--pack", str(town.folder)])
    assert isinstance(refused.exception, MissingLayerError)


def test_a_timetable_without_a_tuesday_leaves_walking_and_cycling_and_says_so(town, tmp_path):
    city = with_bus(town, tmp_path, (STOP, 500), (3_900, 500), every=EVERY, ride=RIDE, days="0,0,0,0,0,0,1")
    result = kg.services.analyse(city)
    assert "share_beyond_library_transit" not in result.areas
    assert any(note.startswith("Bereik met bus en trein is niet berekend") for note in result.notes)
    with pytest.raises(DataError, match="nothing runs on any Tuesday"):
        kg.services.analyse(city, modes=["walk", "cycle", "transit"])


def test_a_timetable_that_cannot_be_read_is_no_timetable_without_a_tuesday(town, tmp_path):
    city = with_bus(town, tmp_path, (STOP, 500), (3_900, 500), every=EVERY, ride=RIDE, days="0,0,0,0,0,0,1")
    city.raster("timetable").write_bytes(b"cut off")
    with pytest.raises(DataError, match="timetable"):
        kg.services.analyse(open_city(city.folder))


def test_a_changed_timetable_is_marked_and_takes_no_place_of_the_real_one(riding, tmp_path):
    result = kg.services.analyse(riding, without_lines=["4"], **RUSH)
    assert result.page == "voorzieningen_wat_als"
    assert kg.services.spec(result).title.endswith("(wat als: zonder lijn 4)")
    assert all(figure.label.endswith("(wat als: zonder lijn 4)") for figure in result.headlines)
    assert kg.services.analyse(riding, **RUSH).page == "voorzieningen"
