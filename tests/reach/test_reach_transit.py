"""Reach by public transport over a street of 1,600 m and one bus: figures that can be had by hand, and what is told."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest
from street_bus import feed
from typer.testing import CliRunner

import kortrijk_geo as kg
from kortrijk_geo.errors import DataError, MissingLayerError, OptionError
from kortrijk_geo_cli.main import app

DAY = dt.date(2026, 11, 24)
A_SECOND = 1.001 / 60  # degrees of a feed are no metres: a hair between stop and place is a second on foot


def analyse(city, two_kinds, **options):
    return kg.reach.analyse_transit(
        city, **{"categories": two_kinds, "from_time": "07:00", "to_time": "07:20", "minutes": 15, **options}
    )


def of_home(result, key):
    homes = result.layers["homes"].set_index("home_id")
    return homes.loc[key, [f"{way}_minutes_pharmacy" for way in ("transit", "transit90", "walk", "any")]].tolist()


def test_the_home_by_the_stop_waits_rides_and_walks(riding, two_kinds):
    """Home h1: 10 m to its street, at the stop; a bus at 00 and 20 takes 5 minutes, to the pharmacy's door."""
    result = analyse(riding(0, 20, 40), two_kinds)
    # 10 m are 7.5 s, counted as 8, and a minute at the stop: from 07:00 on one takes the bus of 07:20, in 25 minutes,
    # from 07:18 in 7; at 07:19 the next one, in 26, and walking takes 19. Half of the 20 departures take at most 16.
    transit, transit90, walk, quickest = of_home(result, "h1")
    assert transit == pytest.approx(16, abs=A_SECOND)
    assert transit90 == walk, "who would wait longer walks"
    assert walk == pytest.approx(np.ceil((10 + 1_500) / 80 * 60) / 60)
    assert quickest == pytest.approx(np.ceil((10 + 1_500) / 250 * 60) / 60), "by bicycle"
    assert result.options["day"] == "2026-11-03"


def test_shares_are_of_inhabitants_and_what_is_unknown_is_in_none(riding, two_kinds):
    result = analyse(riding(0, 20, 40), two_kinds, day=DAY, walk_m_per_min=60.0)
    west, city = result.areas.loc["W1"], result.city
    # h1 (10 inhabitants) takes 25.2 minutes on foot, 16 at the median by bus; h4 (20) has no way at all.
    assert west["share_pharmacy_walk_15"] == 0
    assert west["share_pharmacy_transit_30"] == pytest.approx(1 / 3)
    assert west["share_pharmacy_transit_15"] == 0
    assert west["share_pharmacy_any_15"] == pytest.approx(1 / 3)
    # h3 (5) is too far from any street: in no share, and told.
    assert city["known_share_transit"] == pytest.approx(60 / 70)
    assert city["share_pharmacy_transit_15"] == pytest.approx(30 / 60)
    assert any("Woonpunten verder dan 100 m van een straat: 1 van 4" in note for note in result.notes)
    assert {figure.key for figure in result.headlines} >= {"share_all_transit_15", "share_all_transit90_15"}


def test_a_headway_halved_and_a_line_cut_change_what_they_should(riding, two_kinds):
    often, seldom = (analyse(riding(*minutes), two_kinds, day=DAY) for minutes in ((0, 10, 20, 30, 40), (0, 20, 40)))
    assert [of_home(each, "h1")[0] for each in (often, seldom)] == pytest.approx([11, 16], abs=A_SECOND)
    none = analyse(riding(0, last=6), two_kinds, day=DAY)  # nothing rides after six
    assert of_home(none, "h1")[0] == of_home(none, "h1")[2], "on foot"
    same = analyse(riding(0, 20, 40), two_kinds, day=DAY)
    for name in seldom.areas.columns.drop("geometry"):
        np.testing.assert_array_equal(same.areas[name], seldom.areas[name], err_msg=name)


def test_a_line_taken_out_leaves_walking_and_none_taken_out_changes_nothing(riding, two_kinds):
    city = riding(0, 20, 40)
    whole = analyse(city, two_kinds, day=DAY)
    cut = analyse(city, two_kinds, day=DAY, without_lines=["4"])
    assert of_home(whole, "h1")[0] < of_home(cut, "h1")[0] == of_home(cut, "h1")[2]
    assert any(note.startswith("Zonder lijn 4") for note in cut.notes)
    assert cut.layers["stops"].empty
    same = analyse(city, two_kinds, day=DAY, without_lines=[])
    for name in whole.areas.columns.drop("geometry"):
        np.testing.assert_array_equal(same.areas[name], whole.areas[name], err_msg=name)
    with pytest.raises(OptionError, match="has no line '5'"):
        analyse(city, two_kinds, day=DAY, without_lines=["5"])
    with pytest.raises(OptionError, match="must be a list"):
        analyse(city, two_kinds, day=DAY, without_lines="4")


def test_the_command_compares_with_a_timetable_without_a_line(riding, two_kinds, tmp_path):
    city = riding(0, 20, 40)
    command = ["reach", "--pack", str(city.folder), "--out", str(tmp_path / "maps"), "--mode", "transit", "--day",
               "2026-11-24", "--categories", str(two_kinds), "--minutes", "10", "--walk-speed", "40",
               "--without-line", "4"]  # fmt: skip
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    page = (tmp_path / "maps" / "bereik_ov_vergelijking.html").read_text(encoding="utf-8")
    assert "zonder lijn 4" in page


def test_stops_tell_their_departures_and_the_method_its_numbers(riding, two_kinds):
    result = analyse(riding(0, 20, 40), two_kinds, day=DAY, to_time="08:00")
    stops = result.layers["stops"]
    assert stops[["name", "departures_per_hour"]].to_numpy().tolist() == [["Halte west", 3.0]]
    method = kg.reach.transit_spec(result).method
    assert "van 07:00 tot 08:00" in method
    assert "24 november 2026" in method
    assert "60 seconden" in method


def test_a_longer_slack_and_a_slower_walk_never_help(riding, two_kinds):
    city = riding(0, 20, 40)
    plain = of_home(analyse(city, two_kinds, day=DAY), "h1")[:2]
    for worse in ({"slack_s": 120}, {"walk_m_per_min": 60.0}):
        other = of_home(analyse(city, two_kinds, day=DAY, **worse), "h1")[:2]
        assert all(a >= b for a, b in zip(other, plain, strict=True))


def test_what_cannot_be_is_refused(riding, small, two_kinds):
    city = riding(0, 20, 40)
    with pytest.raises(OptionError, match="no service on 2026-11-28"):
        analyse(city, two_kinds, day=dt.date(2026, 11, 28))
    with pytest.raises(OptionError, match="07:60' is no time"):
        analyse(city, two_kinds, from_time="07:60")
    with pytest.raises(OptionError, match="must lie after from_time"):
        analyse(city, two_kinds, to_time="06:00")
    with pytest.raises(OptionError, match="slack_s"):
        analyse(city, two_kinds, slack_s=0)
    with pytest.raises(MissingLayerError, match="timetable"):
        analyse(small.build(), two_kinds)
    file = city.folder / "timetable.npz"
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(DataError, match="was changed after the pack was opened"):
        analyse(city, two_kinds)


def test_a_day_outside_the_validity_or_beyond_the_holidays_is_told(small, tmp_path, two_kinds):
    info = [
        "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date",
        "x,http://x,nl,20261110,20261130",
    ]
    bus = feed(tmp_path / "bus.zip", small, (0, 20, 40))
    import zipfile

    with zipfile.ZipFile(bus, "a") as archive:
        archive.writestr("feed_info.txt", "\n".join(info))
        archive.writestr("calendar_dates.txt", "service_id,date,exception_type\nweek,20261103,2\n")
    city = small.build().add("gtfs", bus, tmp_path / "told", source="Bus")
    notes = analyse(city, two_kinds).notes
    assert any("dinsdag 10 november 2026 (gekozen: de dinsdag met de meeste ritten" in note for note in notes)
    assert any("uitzonderingen van bus zijn bekend tot 3 november 2026" in note for note in notes)
    outside = analyse(city, two_kinds, day=dt.date(2026, 12, 1)).notes
    assert any("buiten de geldigheid van bus" in note for note in outside)


def test_the_command_writes_its_page_and_its_json(riding, two_kinds, tmp_path):
    city = riding(0, 20, 40)
    command = ["reach", "--pack", str(city.folder), "--out", str(tmp_path / "maps"), "--mode", "transit",
               "--categories", str(two_kinds), "--day", "2026-11-24", "--from-time", "07:00",
               "--to-time", "07:20"]  # fmt: skip
    done = CliRunner().invoke(app, [*command, "--json"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["options"]["day"] == "2026-11-24"
    assert document["city"]["share_pharmacy_transit_30"] == pytest.approx(40 / 60)
    written = {path.name for path in (tmp_path / "maps").iterdir()}
    assert {"bereik_ov.html", "bereik_ov.gpkg", "bereik_ov.xlsx"} <= written
    page = (tmp_path / "maps" / "bereik_ov.html").read_text(encoding="utf-8")
    assert "Bereik met bus en trein" in page
    for wrong, message in (
        (["--mode", "walk"], "stands alone"), (["--green-min-ha", "1"], "is not said of --mode transit"),
        (["--day", "24/11/2026"], "is not a date"),
    ):  # fmt: skip
        refused = CliRunner().invoke(app, [*command, *wrong])
        assert refused.exit_code == 2
        assert message in " ".join(refused.output.replace("│", " ").split())
    on_foot = ["reach", "--pack", str(city.folder), "--mode", "walk", "--day", "2026-11-24"]
    other = CliRunner().invoke(app, on_foot)
    assert (other.exit_code, "is said of --mode transit" in " ".join(other.output.replace("│", " ").split())) == (
        2,
        True,
    )


def test_what_is_walked_names_no_timetable_as_its_source(riding, two_kinds):
    result = analyse(riding(0, 20, 40), two_kinds, day=DAY)
    walked, ridden = (result.headline(f"share_all_{way}_15") for way in ("walk", "transit"))
    assert "Bus" in ridden.source
    assert "Bus" not in walked.source
    assert "vertrek elke minuut" not in walked.definition
