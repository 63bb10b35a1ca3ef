"""Feeds as they come: every fault that real ones have is read as it is meant, or left out and told with its number."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pytest
from small_feed import CRS, NEAR, STOPS, TABLES, stop, write_feed

from kortrijk_geo.engine.transit.day import DAY_S, hops_of
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.ingest import gtfs_tables
from kortrijk_geo.ingest.gtfs import read_feeds
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.wording import recognise
from kortrijk_geo.pack.timetable import FORBIDDEN, Timetable

DAY = dt.date(2026, 11, 24)  # a Tuesday
TIMES = TABLES["stop_times.txt"]
TURNED = [STOPS[0].replace("stop_lat,stop_lon", "stop_lon,stop_lat"), *STOPS[1:]]


@pytest.fixture
def read(tmp_path):
    """Read a feed with some tables replaced; ``read.said`` are the messages."""

    def read(**changed) -> Timetable:
        findings = Findings()
        table = read_feeds([write_feed(tmp_path / "bus.zip", **changed)], NEAR, CRS, findings)
        read.said = [item.message.removeprefix("bus: ") for item in findings.items]
        return table

    return read


def calls(table, trip="t1"):
    """(stop, arrives, leaves) of a trip, as text and minutes after 7."""
    at = table.trip_id.tolist().index(f"bus:{trip}")
    rows = slice(table.trip_first[at], table.trip_first[at + 1])
    return [
        (table.stop_id[stop].removeprefix("bus:"), (a - 25200) / 60, (b - 25200) / 60)
        for stop, a, b in zip(table.call_stop[rows], table.call_arrives_s[rows], table.call_leaves_s[rows], strict=True)
    ]


def leaves(table, day=DAY, from_s=0, to_s=DAY_S // 2):
    """Minutes at which hops leave, by default on the day itself."""
    return (hops_of(table, day, from_s, to_s)[0].leaves_s / 60).tolist()


def test_a_feed_is_read_whole(read):
    table = read()
    assert calls(table) == [("a", 0, 0), ("b", 5, 6), ("c", 20, 20)]
    assert (table.line_name.tolist(), table.trip_sign.tolist(), table.line_kind.tolist()) == (["4"], ["Rand"], [3])
    np.testing.assert_allclose(table.stop_x, [71_500, 72_000, 75_500], atol=0.1)
    assert table.valid() == (dt.date(2026, 11, 1), dt.date(2026, 12, 31))
    assert read.said == ["1 of 1 trips call in or near the study area and are kept whole"]


def test_a_bom_spaces_in_the_header_and_no_last_newline_change_nothing(read):
    def odd(lines, header):
        return ("\ufeff" + "\r\n".join([header, *lines[1:]])).encode()

    plain = read()
    other = read(
        stops=odd(STOPS, "stop_id, stop_name , stop_lat,stop_lon"),
        stop_times=odd(TIMES, " trip_id,arrival_time, departure_time,stop_id ,stop_sequence"),
        trips=odd([TABLES["trips.txt"][0], "r , week,t1 , Rand"], TABLES["trips.txt"][0]),
        calendar=odd(TABLES["calendar.txt"], TABLES["calendar.txt"][0]),
    )
    for name in vars(plain):
        np.testing.assert_array_equal(getattr(other, name), getattr(plain, name), err_msg=name)


def test_tables_in_a_folder_of_the_archive_and_in_pieces(tmp_path, monkeypatch):
    import zipfile

    monkeypatch.setattr(gtfs_tables, "PIECE", 2)  # trips are cut by the pieces, rows of another one between them
    mixed = [TIMES[0], TIMES[3], "t2,08:00:00,08:00:00,a,1", TIMES[1], "t2,08:09:00,08:09:00,b,2", TIMES[2]]
    inner = write_feed(tmp_path / "plain.zip", stop_times=mixed, trips=[*TABLES["trips.txt"], "r,week,t2,Rand"])
    with zipfile.ZipFile(inner) as old, zipfile.ZipFile(tmp_path / "bus.zip", "w") as new:
        for name in old.namelist():
            new.writestr(f"feed/{name}", old.read(name))
    table = read_feeds([tmp_path / "bus.zip"], NEAR, CRS, Findings())
    assert calls(table) == [("a", 0, 0), ("b", 5, 6), ("c", 20, 20)]
    assert calls(table, "t2") == [("a", 60, 60), ("b", 69, 69)]


def test_blank_times_are_passed_by_distance_and_counted(read):
    blank = ["t1,07:00:00,07:00:00,a,1", "t1,,,b,2", "t1,07:20:00,07:20:00,c,3"]
    table = read(stop_times=[TIMES[0], *blank])
    assert calls(table)[1] == ("b", 2.5, 2.5), "500 of 4,000 m as the crow flies"
    assert "1 of 3 calls have no time and are passed in proportion to the way between those that have" in read.said
    told = [f"{row},{metres}" for row, metres in zip(blank, (0, 30, 40), strict=True)]
    assert calls(read(stop_times=[f"{TIMES[0]},shape_dist_traveled", *told]))[1] == ("b", 15, 15), "as the feed has it"
    falling = [f"{row},{metres}" for row, metres in zip(blank, (0, 50, 40), strict=True)]
    assert calls(read(stop_times=[f"{TIMES[0]},shape_dist_traveled", *falling]))[1] == ("b", 2.5, 2.5)


def test_blank_times_are_passed_by_order_where_a_stop_has_no_place(read):
    blank = [TIMES[0], "t1,07:00:00,07:00:00,a,1", "t1,,,n,2", "t1,07:20:00,07:20:00,b,3"]
    table = read(stop_times=blank, stops=[*STOPS, "n,Nergens,0,0"])
    assert calls(table)[1] == ("n", 10, 10)
    assert np.isnan(table.stop_x[table.stop_id.tolist().index("bus:n")])
    assert "1 stops have no place (none, 0,0 or no degrees), so that nobody walks there: n" in read.said


def test_one_of_two_times_stands_for_both_and_a_trip_without_its_ends_is_left_out(read):
    rows = ["t1,,07:00:00,a,1", "t1,07:05:00,,b,2", "t1,07:20:00,,c,3", "t2,,,a,1", "t2,07:05:00,07:05:00,b,2"]
    table = read(stop_times=[TIMES[0], *rows], trips=[*TABLES["trips.txt"], "r,week,t2,Rand"])
    assert calls(table) == [("a", 0, 0), ("b", 5, 5), ("c", 20, 20)]
    assert "1 trips have no first or last time, left out: t2" in read.said


def test_a_night_trip_runs_on_into_the_next_day_and_tomorrows_first_is_there(read):
    night = ["t1,23:50:00,23:50:00,a,1", "t1,24:10:00,24:10:00,b,2", "t1,25:30:00,25:30:00,c,3"]
    table = read(stop_times=[TIMES[0], *night])
    assert leaves(table, DAY, from_s=23 * 3600, to_s=DAY_S) == [23 * 60 + 50, 24 * 60 + 10]
    assert leaves(table, DAY, from_s=0, to_s=3600) == [10], "the trip of Monday"
    monday_night = hops_of(table, DAY, 0, 3600)[0]
    assert (monday_night.arrives_s.tolist(), monday_night.leaves_s.tolist()) == ([90 * 60], [600])
    early = [TIMES[0], "t1,00:20:00,00:20:00,a,1", "t1,00:40:00,00:40:00,b,2"]
    assert leaves(read(stop_times=early), DAY, from_s=23 * 3600, to_s=DAY_S) == [24 * 60 + 20], "of Wednesday"


def test_frequencies_run_a_trip_again_and_again_but_not_by_itself(read):
    header = "trip_id,start_time,end_time,headway_secs,exact_times"
    table = read(frequencies=[header, "t1,08:00:00,09:00:00,1200,1"])
    assert leaves(table) == [480, 486, 500, 506, 520, 526]
    assert not any("headway" in text for text in read.said)
    same = read(frequencies=[header, "t1,08:00:00,09:00:00,1200,0"])
    assert leaves(same) == leaves(table)
    assert any(text.startswith("1 trips are known by their headway only") for text in read.said)
    more = read(
        frequencies=[header, "t1,08:00:00,08:20:00,1200,1", "t1,10:00:00,10:30:00,1800,1"],
        trips=[*TABLES["trips.txt"], "r,week,t2,Rand"],
        stop_times=[*TIMES, "t2,07:30:00,07:30:00,a,1", "t2,07:40:00,07:40:00,b,2"],
    )
    assert leaves(more) == [450, 480, 486, 600, 606]
    with pytest.raises(DataError, match="trips have a headway, or a window for it, that is none"):
        read(frequencies=[header, "t1,08:00:00,09:00:00,0,1"])
    two = {"trips": [*TABLES["trips.txt"], "r,week,t2,Rand"]}
    times = [*TIMES, "t2,07:30:00,07:30:00,a,1", "t2,07:40:00,07:40:00,b,2"]
    assert leaves(read(frequencies=[header, "t1,09:00:00,08:00:00,600,1"], stop_times=times, **two)) == [450]
    assert any(text.endswith("a window for it, that is none, left out: t1") for text in read.said), read.said


def test_a_trip_of_a_route_that_is_not_there_runs_and_is_told(read):
    table = read(trips=[TABLES["trips.txt"][0], "x9,week,t1,Rand"])
    assert calls(table) == [("a", 0, 0), ("b", 5, 6), ("c", 20, 20)]
    assert "1 trips are of a route that routes.txt lacks, and have no line name: x9" in read.said


def test_of_no_blank_time_filled_in_nothing_is_said(read):
    rows = [*TIMES, "t2,,,a,1", "t2,07:05:00,07:05:00,b,2"]
    read(stop_times=rows, trips=[*TABLES["trips.txt"], "r,week,t2,Rand"])
    assert not any(text.startswith("0 of") for text in read.said), read.said


def test_where_one_may_not_board_or_alight(read):
    rows = [f"{row},{flags}" for row, flags in zip(TIMES[1:], ("0,1", "1,0", ",1"), strict=True)]
    table = read(stop_times=[f"{TIMES[0]},pickup_type,drop_off_type", *rows])
    hops = hops_of(table, DAY, 0, DAY_S // 2)[0]
    assert (hops.boards.tolist(), hops.alights.tolist()) == ([True, False], [True, False])


def test_calls_that_must_be_asked_for_count_and_are_told(read):
    rows = [f"{row},{kind}" for row, kind in zip(TIMES[1:], ("2", "0", "3"), strict=True)]
    hops = hops_of(read(stop_times=[f"{TIMES[0]},pickup_type", *rows]), DAY, 0, DAY_S // 2)[0]
    assert hops.boards.all()
    assert "2 calls must be asked for by phone or of the driver, and count as any other" in read.said


def test_platforms_belong_to_their_station_and_have_its_place_without_their_own(read):
    header = f"{STOPS[0]},location_type,parent_station"
    stops = [
        header,
        stop("S", 72_000, rest=",1,"),
        stop("a", 71_990, rest=",0,S"),
        "b,Perron 2,,,0,S",
        stop("c", 75_500),
    ]
    table = read(stops=stops)
    stations = dict(zip(table.stop_id.tolist(), table.stop_station.tolist(), strict=True))
    assert stations["bus:a"] == stations["bus:b"] != -1
    assert stations["bus:c"] == -1
    assert table.stop_x[table.stop_id.tolist().index("bus:b")] == pytest.approx(72_000, abs=0.05)


def test_transfers_hold_for_all_platforms_of_a_station_unless_a_pair_is_named(read):
    header = f"{STOPS[0]},location_type,parent_station"
    stops = [
        header,
        stop("S", 72_000, rest=",1,"),
        stop("a", 71_990, rest=",0,S"),
        stop("b", 72_010, rest=",0,S"),
        stop("c", 75_500),
    ]
    transfers = [
        "from_stop_id,to_stop_id,transfer_type,min_transfer_time,from_route_id",
        "S,S,2,300,", "a,b,2,90,", "c,c,3,,", "b,a,0,,", "a,b,2,999,r", "x,a,2,60,",
    ]  # fmt: skip
    table = read(stops=stops, transfers=transfers)
    ids = [text.removeprefix("bus:") for text in table.stop_id]
    least = {
        (ids[a], ids[b]): s for a, b, s in zip(table.change_from, table.change_to, table.change_s.tolist(), strict=True)
    }
    assert least == {("a", "a"): 300, ("a", "b"): 90, ("b", "a"): 300, ("b", "b"): 300, ("c", "c"): FORBIDDEN}
    assert "1 changes hold for some lines or trips only, and are not followed" in read.said


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["t2,09:00:00,09:00:00,a,1", "t2,08:00:00,08:00:00,b,2"], "1 trips run backward in time, left out: t2"),
        (["t2,09:00:00,08:59:00,a,1", "t2,09:30:00,09:30:00,b,2"], "1 trips run backward in time, left out: t2"),
        (["t2,09:00:00,09:00:00,a,1"], "1 trips have one call only, left out: t2"),
        (["t2,09:00:00,09:00:00,a,1", "t2,soon,soon,b,2"], "1 trips have a time that is none, left out: t2"),
        (["t2,09:00:00,09:00:00,a,1", "t2,09:10:00,09:10:00,x,2"], "1 trips call at a stop that stops.txt lacks"),
        (["t2,09:00:00,09:00:00,a,1", "t2,09:10:00,09:10:00,b,1"], "1 trips have two calls with one stop_sequence"),
        (["t9,09:00:00,09:00:00,a,1"], "1 trips of stop_times.txt are not in trips.txt, left out: t9"),
    ],
)
def test_a_trip_that_cannot_be_is_left_out_and_told(read, rows, message):
    table = read(stop_times=[*TIMES, *rows], trips=[*TABLES["trips.txt"], "r,week,t2,Rand"])
    assert table.trip_id.tolist() == ["bus:t1"]
    assert any(text.startswith(message) for text in read.said), read.said


def test_flexible_trips_are_left_out_and_told(read):
    header = f"{TIMES[0]},start_pickup_drop_off_window,end_pickup_drop_off_window,location_id"
    plain = [f"{row},,," for row in TIMES[1:]]
    flex = ["t2,,,a,1,08:00:00,18:00:00,", "t2,,,,2,08:00:00,18:00:00,zone"]
    table = read(stop_times=[header, *plain, *flex], trips=[*TABLES["trips.txt"], "r,week,t2,Rand"])
    assert table.trip_id.tolist() == ["bus:t1"]
    assert "1 trips are flexible, without times at stops, left out: t2" in read.said


def test_days_only_in_calendar_dates(read):
    dates = ["service_id,date,exception_type", "week,20261124,1", "week,20261126,1"]
    table = read(leave_out=("calendar.txt",), calendar_dates=dates)
    assert [day.day for day, trips in table.trips_by_day(*table.valid()).items() if trips] == [24, 26]
    assert leaves(table) == [420, 426]
    assert not any("holidays" in text for text in read.said), "these days are its service, not its exceptions"


def test_a_day_without_service_is_refused_and_the_nearest_told(read):
    table = read()
    with pytest.raises(
        OptionError, match=r"no service on 2026-11-28; the last before it is 2026-11-27, the first after"
    ):
        hops_of(table, dt.date(2026, 11, 28))
    told = r"no service on 2029-01-01, nor within 400 days of it \(valid: bus 2026-11-01 - 2026-12-31\)"
    with pytest.raises(OptionError, match=told):
        hops_of(table, dt.date(2029, 1, 1))


def test_an_exception_takes_a_day_out_and_exceptions_that_end_before_the_service_are_told(read):
    table = read(calendar_dates=["service_id,date,exception_type", "week,20261124,2"])
    assert not len(table.trips_on(DAY))
    assert table.feed_exceptions_to.tolist() == [DAY.toordinal()]
    assert any("exceptions are told until 2026-11-24, service until 2026-12-31" in text for text in read.said)
    assert table.busiest_tuesday() == dt.date(2026, 11, 3)


def test_a_service_without_days_is_left_out_and_the_validity_of_the_feed_is_its_own_word(read):
    info = [
        "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date",
        "x,http://x,nl,20261110,20261130",
    ]
    table = read(
        feed_info=info,
        trips=[*TABLES["trips.txt"], "r,never,t2,Rand"],
        stop_times=[*TIMES, "t2,09:00:00,09:00:00,a,1", "t2,09:10:00,09:10:00,b,2"],
    )
    assert table.valid() == (dt.date(2026, 11, 10), dt.date(2026, 11, 30))
    assert table.busiest_tuesday() == dt.date(2026, 11, 10)
    assert "1 trips have a service without days, left out: t2" in read.said


def test_trips_that_do_not_come_near_are_no_part_and_those_that_do_are_whole(read):
    rows = ["t2,09:00:00,09:00:00,c,1", "t2,09:10:00,09:10:00,d,2"]
    table = read(
        stops=[*STOPS, stop("d", 80_000)],
        stop_times=[*TIMES, *rows],
        trips=[*TABLES["trips.txt"], "r,week,t2,Rand"],
    )
    assert table.trip_id.tolist() == ["bus:t1"]
    assert table.stop_id.tolist() == ["bus:a", "bus:b", "bus:c"], "the last one lies outside"
    assert "1 of 2 trips call in or near the study area and are kept whole" in read.said


def test_ids_of_two_feeds_are_kept_apart(tmp_path):
    bus = write_feed(
        tmp_path / "bus.zip", transfers=["from_stop_id,to_stop_id,transfer_type,min_transfer_time", "a,b,2,90"]
    )
    info = [
        "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date",
        "x,http://x,nl,20261201,20270201",
    ]
    rail = write_feed(tmp_path / "rail.zip", feed_info=info, routes=[TABLES["routes.txt"][0], "r,1,IC,,2"],
                      transfers=["from_stop_id,to_stop_id,transfer_type,min_transfer_time", "b,c,2,30"])  # fmt: skip
    table = read_feeds([bus, rail], NEAR, CRS, Findings())
    assert table.trip_id.tolist() == ["bus:t1", "rail:t1"]
    assert table.line_name[table.trip_line].tolist() == ["4", "IC"]
    assert table.stop_id[table.call_stop].tolist() == ["bus:a", "bus:b", "bus:c", "rail:a", "rail:b", "rail:c"]
    pairs = [(table.stop_id[a], table.stop_id[b]) for a, b in zip(table.change_from, table.change_to, strict=True)]
    assert pairs == [("bus:a", "bus:b"), ("rail:b", "rail:c")]
    assert table.valid() == (dt.date(2026, 12, 1), dt.date(2026, 12, 31)), "where both are valid"
    with pytest.raises(DataError, match="two feeds are called bus"):
        read_feeds([bus, bus], NEAR, CRS, Findings())


def test_feeds_without_a_common_day_ask_for_one(tmp_path):
    later = [TABLES["calendar.txt"][0], "week,1,1,1,1,1,0,0,20270101,20271231"]
    files = [write_feed(tmp_path / "bus.zip"), write_feed(tmp_path / "rail.zip", calendar=later)]
    table = read_feeds(files, NEAR, CRS, Findings())
    with pytest.raises(DataError, match=r"no day lies inside the validity of all feeds.*bus 2026-11-01 - 2026-12-31"):
        table.busiest_tuesday()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"leave_out": ("stop_times.txt",)}, r"bus\.zip: holds no stop_times\.txt"),
        ({"leave_out": ("calendar.txt",)}, "neither calendar.txt nor calendar_dates.txt"),
        ({"trips": ["route_id,trip_id", "r,t1"]}, r"bus\.zip, trips\.txt: has no column service_id"),
        ({"stops": [STOPS[0], stop("a", 90_000)]}, "none of its 1 stops lies in the study area"),
        (
            {"stops": [*STOPS, stop("d", 71_600)], "stop_times": [TIMES[0], TIMES[3]]},
            "no trip of it calls in the study",
        ),
        ({"stops": TURNED}, r"bus\.zip, stops\.txt: no stop lies .* stop_lat and stop_lon change places"),
        (
            {"stops": [STOPS[0], "a,Halte,,", "b,Halte,168000,71500.5"]},
            r"bus\.zip, stops\.txt, row 3: stop_lat is 168000 and stop_lon 71500\.5, which are no degrees.*EPSG:4326",
        ),
        (
            {"stop_times": [TIMES[0], "", "t1,07:00:00,0.2917,a,1", TIMES[2], TIMES[3]]},
            r"stop_times\.txt, row 3: departure_time is 0\.2917, which is no time; none of the 1 trips",
        ),
        (
            {"stop_times": [*TIMES[:2], TIMES[2].replace(",b,", ",oud,"), TIMES[3]]},
            r"stop_times\.txt, row 3: stop_id is oud, which stops\.txt lacks",
        ),
        ({"stop_times": TIMES[:2]}, r"none of the 1 trips in the study area can be used: bus: 1 trips have one call"),
        ({"stops": [line.replace(",", ";") for line in STOPS]}, r"bus\.zip, stops\.txt: is separated by ;, .*commas"),
        ({"stops": "\n".join(STOPS).encode("utf-16")}, r"bus\.zip, stops\.txt: is UTF-16.*save it again as CSV UTF-8"),
        (
            {"trips": "\n".join(TABLES["trips.txt"]).replace("Rand", "Caf\xe9").encode("latin-1")},
            "trips.*save it again as CSV UTF-8",
        ),
        (
            {"stop_times": [line.replace(":00,", ",") for line in TIMES]},
            r"stop_times\.txt, row 2: arrival_time is 07:00, which is no time.*HH:MM:SS",
        ),
        ({"stops": b"stop_id,stop_name\na,\xff\xfe\n"}, r"stops\.txt: is no text table in UTF-8"),
        (
            {"calendar": [TABLES["calendar.txt"][0], "week,1,1,1,1,1,0,0,2026-11-01,20261231"]},
            "'2026-11-01' is no date",
        ),
    ],
)
def test_what_is_no_feed_is_refused_in_a_sentence(read, changed, message):
    with pytest.raises(DataError, match=message):
        read(**changed)


@pytest.mark.parametrize(
    ("changed", "dutch"),
    [
        ({"stops": [STOPS[0], stop("a", 90_000)]}, r"bus.zip: geen enkele halte ervan \(1\) ligt in of bij"),
        ({"stops": TURNED}, "maar wel als stop_lat en stop_lon van plaats wisselen"),
        ({"stops": [STOPS[0], "a,Halte,168000,71500"]}, "rij 2: stop_lat is 168000 en stop_lon 71500, dat zijn geen"),
        (
            {"stop_times": [line.replace(":00,", ",") for line in TIMES]},
            "rij 2: arrival_time is 07:00, dat is geen",
        ),
        ({"stop_times": [TIMES[0], TIMES[1].replace(",a,", ",oud,")]}, "rij 2: stop_id is oud, en die staat niet in"),
    ],
)
def test_why_a_feed_is_of_no_use_is_known_in_dutch(read, changed, dutch):
    with pytest.raises(DataError) as raised:
        read(**changed)
    told = recognise(str(raised.value))
    assert told is not None
    assert re.search(dutch, told.text("nl"))


def test_no_archive_is_refused(tmp_path):
    (tmp_path / "bus.zip").write_bytes(b"<html>404</html>")
    with pytest.raises(DataError, match=r"bus\.zip: is no ZIP archive"):
        read_feeds([tmp_path / "bus.zip"], NEAR, CRS, Findings())


def test_written_and_read_again_it_is_the_same_byte_for_byte(read, tmp_path):
    table = read()
    table.write(tmp_path / "one.npz")
    again = Timetable.read(tmp_path / "one.npz")
    again.write(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes((tmp_path / "one.npz").read_bytes()[:-200])
    with pytest.raises(DataError, match=r"cut\.npz: is no timetable"):
        Timetable.read(tmp_path / "cut.npz")
    vars(again)["call_stop"][0] = 99
    again.write(tmp_path / "bent.npz")
    with pytest.raises(DataError, match="do not belong together"):
        Timetable.read(tmp_path / "bent.npz")
