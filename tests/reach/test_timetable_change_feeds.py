"""A changed timetable equals a pack built of a changed feed; the command, its page, and who gains and loses."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest
from pyproj import Transformer
from small_feed import TABLES, write_feed
from typer.testing import CliRunner

import kortrijk_geo as kg
from kortrijk_geo.errors import OptionError
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.timetable import read_plan
from kortrijk_geo.reach.transit_gains import gains, timetables_compared
from kortrijk_geo_cli.main import app

DAY = dt.date(2026, 11, 24)
DEGREES = Transformer.from_crs("EPSG:31370", "EPSG:4326", always_xy=True)
EVERY_20 = [360, 380, 400, 420, 440, 460]


def feed(path, small, departures, *, west=100, five=(), days="1,1,1,1,1,0,0"):
    """Line 4, from the west to (1,600, 0) in 5 minutes, at these minutes of the day; line 5 at those of ``five``."""
    rows = [(name, *DEGREES.transform(small.x0 + x, small.y0)) for name, x in (("west", west), ("east", 1_600))]
    times, trips = [TABLES["stop_times.txt"][0]], [TABLES["trips.txt"][0]]
    for route, minute in [*(("r", minute) for minute in departures), *(("q", minute) for minute in five)]:
        leaves, arrives = (f"{at // 60:02d}:{at % 60:02d}:00" for at in (minute, minute + 5))
        trip = f"t{minute}" if route == "r" else f"q{minute}"
        trips.append(f"{route},week,{trip},Oost")
        times += [f"{trip},{leaves},{leaves},west,1", f"{trip},{arrives},{arrives},east,2"]
    stops = ["stop_id,stop_name,stop_lat,stop_lon", *(f"{n},Halte {n},{lat:.9f},{lon:.9f}" for n, lon, lat in rows)]
    return write_feed(
        path, stops=stops, stop_times=times, trips=trips,
        routes=[TABLES["routes.txt"][0], "r,1,4,Station - Rand,3", "q,1,5,Station - Rand,3"],
        calendar=[TABLES["calendar.txt"][0], f"week,{days},20261101,20261231"],
    )  # fmt: skip


@pytest.fixture
def pack(small, tmp_path):
    """Make the small city with a feed ``bus``."""
    made = iter(range(100))

    def make(departures, **options):
        bus = feed(tmp_path / "bus.zip", small, departures, **options)
        return small.build().add("gtfs", bus, tmp_path / f"riding{next(made)}", source="Bus")

    return make


def analyse(city, two_kinds, **options):
    return kg.reach.analyse_transit(
        city,
        **{"categories": two_kinds, "from_time": "07:00", "to_time": "07:40", "minutes": 15, "day": DAY, **options},
    )


def assert_same(result, other):
    for name in other.areas.columns.drop("geometry"):
        np.testing.assert_array_equal(result.areas[name], other.areas[name], err_msg=name)
    for name in other.layers["homes"].columns.drop("geometry"):
        np.testing.assert_array_equal(result.layers["homes"][name], other.layers["homes"][name], err_msg=name)
    assert [figure.value for figure in result.headlines] == [figure.value for figure in other.headlines]


def test_a_headway_equals_a_pack_of_a_feed_with_that_headway(pack, two_kinds):
    now = pack(EVERY_20)
    often = pack(list(range(360, 461, 10)))
    seldom = pack([360, 405, 450, 460])
    plain = analyse(now, two_kinds)
    for minutes, other in ((10, often), (45, seldom)):
        changed = analyse(now, two_kinds, headways={"4": minutes})
        assert_same(changed, analyse(other, two_kinds))
        assert (
            changed.areas["median_minutes_pharmacy_transit"].loc["W1"]
            != plain.areas.loc["W1", "median_minutes_pharmacy_transit"]
        )
        assert changed.options["headways"] == [f"4={minutes}"]
    note = next(note for note in changed.notes if note.startswith("Lijn 4 om de 45 min:"))
    assert "6 ritten worden 4." in note
    assert any("Lijn 4 om de 45 minuten: een denkoefening" in note for note in changed.notes)
    assert_same(analyse(now, two_kinds, headways={"4": 20}), plain)


def test_a_moved_stop_equals_a_pack_of_a_feed_with_the_stop_there(pack, two_kinds):
    there = pack(EVERY_20, west=400)
    stops = there.timetable()
    at = (float(stops.stop_x[0]), float(stops.stop_y[0]))
    changed = analyse(pack(EVERY_20), two_kinds, moved_stops={"west": at})
    assert_same(changed, analyse(there, two_kinds))
    assert any(note.startswith("Verplaatst is: halte Halte west.") for note in changed.notes)
    assert changed.layers["stops"].geometry.x.tolist() == [at[0]]


def test_trips_added_equal_a_pack_of_both_feeds_and_ids_stay_apart(pack, small, tmp_path, two_kinds):
    now = pack(EVERY_20)
    plan = feed(tmp_path / "plan.zip", small, [430, 450])
    added = read_plan([plan], now, Findings())
    changed = analyse(now, two_kinds, added_trips=added)
    both = kg.reach.transit_options.choose_transit(day=DAY, added_trips=added).ride.change.apply(now.timetable(), DAY)
    assert both.trip_id.tolist() == [*(f"bus:t{minute}" for minute in EVERY_20), "plan:t430", "plan:t450"]
    assert len(set(both.stop_id.tolist())) == 4
    one = pack(sorted([*EVERY_20, 430, 450]))
    assert_same(changed, analyse(one, two_kinds))
    assert changed.options["added_trips"] == ["plan"]


def test_a_plan_of_another_day_or_city_is_refused(pack, small, tmp_path, two_kinds):
    now = pack(EVERY_20)
    sundays = read_plan([feed(tmp_path / "plan.zip", small, [430], days="0,0,0,0,0,0,1")], now, Findings())
    with pytest.raises(OptionError, match="the plan plan has no service on 2026-11-24"):
        analyse(now, two_kinds, added_trips=sundays)
    (tmp_path / "other").mkdir()
    same_name = read_plan([feed(tmp_path / "other" / "bus.zip", small, [430])], now, Findings())
    with pytest.raises(OptionError, match="has a feed 'bus' already"):
        analyse(now, two_kinds, added_trips=same_name)


def test_who_gains_and_who_loses_is_counted_by_category_and_area(pack, two_kinds):
    city = pack(EVERY_20)
    now = analyse(city, two_kinds, minutes=17)
    cut = analyse(city, two_kinds, minutes=17, without_lines=["4"])
    # Home h1 (10 inhabitants) takes 16 minutes at the median by bus, 19 on foot; the others do as before.
    table = gains(now, cut).set_index(["category", "area_id"])
    assert table.loc["pharmacy"].to_numpy().tolist() == [[0, 10], [0, 0]]
    assert table.loc["food_shop"].to_numpy().tolist() == [[0, 0], [0, 0]]
    back = gains(cut, now).set_index(["category", "area_id"])
    assert back.loc["pharmacy"].to_numpy().tolist() == [[10, 0], [0, 0]]
    np.testing.assert_array_equal(gains(now, now)[["gained", "lost"]], 0)
    spec = timetables_compared(now, cut, names=("nu", "zonder lijn 4"), change="zonder lijn 4")
    by_category, by_area = spec.rankings
    assert spec.lead == (
        "Wat als: zonder lijn 4? Alle 2 voorzieningen binnen 17 minuten: 0 inwoners winnen die, 10 verliezen die."
    )
    assert by_category.frame.set_index("category")["lost"].to_dict() == {"all": 10, "food_shop": 0, "pharmacy": 10}
    assert by_area.frame[["name", "label", "lost"]].to_numpy().tolist()[-1] == ["West", "Apotheek", 10]
    assert spec.result.areas["share_pharmacy_transit_17_change"].tolist() == [pytest.approx(-1 / 3), 0]
    with pytest.raises(OptionError, match="one limit"):
        gains(now, analyse(city, two_kinds, minutes=16))


def test_a_few_people_who_lose_are_in_no_table(pack, small, two_kinds):
    homes = small.layers()["homes"].assign(residents=[3.0, 30, 5, 20, 7])
    city = pack(EVERY_20).replace(homes=homes)
    now = analyse(city, two_kinds, minutes=17)
    cut = analyse(city, two_kinds, minutes=17, without_lines=["4"])
    assert gains(now, cut)["lost"].max() == 3
    spec = timetables_compared(now, cut, names=("nu", "zonder lijn 4"), change="zonder lijn 4")
    by_category, by_area = spec.rankings
    assert by_category.frame["lost"].isna().tolist() == [True, False, True]
    assert by_area.frame["lost"].isna().all()
    assert "minder dan 10 verliezen die" in spec.lead
    # Nor do shares and differences tell them, with the inhabitants of West beside them.
    shares, told = ["share_pharmacy_transit_17", "share_pharmacy_transit_17_change"], spec.result
    assert told.areas[shares].isna().to_numpy()[0].all()
    assert np.isnan([told.to_json()["city"][name] or np.nan for name in shares]).all()
    assert all(figure.value is None for figure in told.headlines if figure.key == "share_all_transit_17")


def test_a_window_may_run_over_midnight_and_one_in_which_nothing_rides_is_told(pack, two_kinds):
    city = pack([1_445])  # one bus, at 24:05
    night = analyse(city, two_kinds, from_time="23:50", to_time="24:10")
    minutes = night.layers["homes"].set_index("home_id").loc["h1"]
    # From 23:52 to 24:03 on the bus is quicker than 19 minutes on foot: half of the departures take at most 16.
    assert minutes["transit_minutes_pharmacy"] == pytest.approx(16, abs=0.02)
    assert any("waarvan er 1 van 23:50 tot 24:10 ergens vertrekken" in note for note in night.notes)
    idle = analyse(city, two_kinds, from_time="03:00", to_time="03:30")
    assert any("van 03:00 tot 03:30 rijdt niets" in note for note in idle.notes)
    assert any("waarvan er 0 van 03:00 tot 03:30" in note for note in idle.notes)
    assert not any("rijdt niets" in note for note in night.notes)
    with pytest.raises(OptionError, match="for instance 24:30"):
        analyse(city, two_kinds, from_time="23:50", to_time="00:10")


def run(city, two_kinds, tmp_path, *options):
    command = ["reach", "--pack", str(city.folder), "--out", str(tmp_path / "maps"), "--mode", "transit", "--day",
               "2026-11-24", "--categories", str(two_kinds), "--minutes", "10", "--walk-speed", "40"]  # fmt: skip
    return CliRunner().invoke(app, [*command, *options])


def test_the_command_writes_the_comparison_of_all_changes(pack, small, two_kinds, tmp_path):
    city = pack(EVERY_20, five=EVERY_20)
    plan = feed(tmp_path / "plan.zip", small, [430, 450])
    done = run(city, two_kinds, tmp_path, "--without-line", "5", "--headway", "4=10", "--move-stop",
               f"bus:west={small.x0 + 400},{small.y0}", "--add-trips", str(plan), "--json")  # fmt: skip
    assert done.exit_code == 0, done.output
    page = (tmp_path / "maps" / "bereik_ov_vergelijking.html").read_text(encoding="utf-8")
    assert (
        "Wat als: zonder lijn 5, lijn 4 om de 10 minuten, halte bus:west verplaatst, met de ritten van plan erbij"
        in page
    )
    assert "(nu en met de wijzigingen)" in page
    assert "Lijn om de zoveel minuten" in page
    assert "Wie wint en wie verliest" in page
    assert "een denkoefening" in page
    assert "plan: 2 of 2 trips call in or near the study area" in done.stderr
    document = json.loads(done.stdout)
    assert document["city"]["share_pharmacy_transit_10_change"] >= 0


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--headway", "4"], 2, "write 2=10"),
        (["--headway", "4=tien"], 2, "'tien' is no whole number of minutes"),
        (["--headway", "4=0"], 2, "headway of line 4 is 0"),
        (["--headway", "4=10", "--headway", "4=20"], 2, "4 is named twice"),
        (["--headway", "44=10"], 2, "has no line '44'; did you mean '4'"),
        (["--move-stop", "west=1"], 2, "is no point; write X,Y"),
        (["--move-stop", "wst=70000,168000"], 2, "has no stop 'wst'; did you mean"),
        (["--move-stop", "west=110000,168000"], 2, "farther than 100 m from any street"),
        (["--day", "2035-01-02"], 2, "valid: bus 2026-11-01 - 2026-12-31"),
        (["--add-trips", "no.zip"], 3, "no.zip: there is no such file"),
    ],
)
def test_the_command_refuses_what_cannot_be(pack, two_kinds, tmp_path, options, code, message):
    done = run(pack(EVERY_20), two_kinds, tmp_path, *options)
    raised = done.exception
    assert (done.exit_code if isinstance(raised, SystemExit) else raised.exit_code) == code, done.output
    assert message in " ".join(f"{done.output} {raised}".replace("│", " ").split())
    assert "--day" not in options or "Reach:" not in done.output, "refused before anything is computed"
    assert not (tmp_path / "maps" / "bereik_ov_vergelijking.html").exists()
