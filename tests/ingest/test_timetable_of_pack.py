"""The timetable of a pack: added as a feed, built by a recipe, checked, proven by its digest."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import small_town
from pyproj import Transformer
from small_feed import TABLES, write_feed
from tiny_city import NORTH, WEST
from typer.testing import CliRunner

from kortrijk_geo.errors import DataError, MissingLayerError
from kortrijk_geo.ingest.adding import again
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.recipe_parts import load_recipe
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.timetable import check_timetable
from kortrijk_geo.ingest.wording import recognise
from kortrijk_geo.pack.city import open_city
from kortrijk_geo_cli.main import app

DEGREES = Transformer.from_crs("EPSG:31370", "EPSG:4326", always_xy=True)


def stops(*places):
    """Rows of ``stops.txt`` at (id, metres east, metres south of the corner of the town)."""
    rows = [(name, *DEGREES.transform(WEST + x, NORTH - y)) for name, x, y in places]
    return ["stop_id,stop_name,stop_lat,stop_lon", *(f"{name},Halte,{lat:.8f},{lon:.8f}" for name, lon, lat in rows)]


@pytest.fixture
def town(tmp_path):
    return small_town.write_town(tmp_path / "town")


@pytest.fixture
def bus(tmp_path):
    return write_feed(tmp_path / "bus.zip", stops=stops(("a", 10, 110), ("b", 300, 310), ("c", 9_000, 310)))


def test_a_feed_is_added_and_the_digest_covers_it(town, bus, tmp_path):
    with pytest.raises(MissingLayerError, match="lacks"):
        town.timetable()
    city = town.add("gtfs", bus, tmp_path / "with", source="De Lijn", date="2026-11-01", licence="open")
    assert city.timetable().trip_id.tolist() == ["bus:t1"]
    assert city.digest != town.digest
    assert city.verified
    assert "De Lijn" in city.source_text("timetable")
    other = write_feed(tmp_path / "other.zip", stops=stops(("a", 10, 110), ("b", 300, 310), ("c", 9_000, 310)),
                       stop_times=[*TABLES["stop_times.txt"][:3], "t1,07:21:00,07:21:00,c,3"])  # fmt: skip
    assert town.add("gtfs", other, tmp_path / "other").digest != city.digest, "a minute more is another pack"
    same = again(city.folder, town.folder, bus.parent, tmp_path / "again")
    assert same.digest == city.digest
    (city.folder / "timetable.npz").write_bytes((tmp_path / "other" / "timetable.npz").read_bytes())
    changed = open_city(city.folder)
    assert changed.changed_layers == ("timetable",)
    with pytest.raises(DataError, match="was changed after the pack was opened"):
        city.timetable()


def test_the_command_adds_a_feed_and_check_tells_of_its_days(town, bus, tmp_path):
    done = CliRunner().invoke(
        app, ["pack", "add", str(town.folder), "gtfs", str(bus), "--out", str(tmp_path / "new"), "--yes"]
    )
    assert done.exit_code == 0, done.output
    assert "ritten die in of bij het studiegebied stoppen en in hun geheel bewaard blijven: 1 van 1" in " ".join(
        done.output.split()
    )
    said = [finding.message for finding in check_pack(tmp_path / "new") if finding.layer == "timetable"]
    assert "feed bus is valid from 2026-11-01 to 2026-12-31 and has 1 trips" in said
    week = next(text for text in said if text.startswith("trips by day"))
    assert week.endswith("2026-11-06: 1, 2026-11-07: 0, 2026-11-08: 0")
    assert any(text.startswith("2 days of that week have no service") for text in said)
    assert all(recognise(text) for text in said), said
    shown = CliRunner().invoke(app, ["pack", "show", str(tmp_path / "new")]).output
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in shown.splitlines()]
    assert ["bus", "2026-11-01", "2026-12-31", "1", "3", "1"] in rows, "lines, stops and trips of the feed"


def test_check_tells_blank_times_stops_far_from_streets_and_a_feed_given_twice(town, tmp_path):
    feed = write_feed(
        tmp_path / "bus.zip",
        stops=stops(("a", 10, 110), ("b", 300, 310), ("c", 310, 210), ("d", 75, 210)),
        stop_times=[*TABLES["stop_times.txt"], "t2,07:00:00,07:00:00,a,1", "t2,,,d,2", "t2,07:20:00,07:20:00,c,3",
                    "t3,07:00:00,07:00:00,a,1", "t3,07:05:00,07:06:00,b,2", "t3,07:20:00,07:20:00,c,3"],
        trips=[*TABLES["trips.txt"], "r,week,t2,x", "r,week,t3,x"],
    )  # fmt: skip
    streets = town.streets
    town.replace(streets=streets)
    city = town.add("gtfs", feed, tmp_path / "new")
    said = {finding.message: finding.level for finding in check_pack(city.folder) if finding.layer == "timetable"}
    assert any("1 of 9 calls have no time" in text for text in said)
    twins = next(text for text in said if "same as another" in text)
    assert (twins, said[twins]) == (
        "1 trips on 2026-11-03 are the same as another, as if a feed came twice: bus:t3", "warning"
    )  # fmt: skip
    assert not any("from any street" in text for text in said)
    lonely = city.replace(streets=town.streets.iloc[:1])
    findings = Findings()
    check_timetable(lonely, findings, area=town.boundary.geometry.iloc[0])
    (far,) = [item for item in findings.items if "from any street" in item.message]
    assert far.message.startswith("3 of 4 stops in the study area lie more than 100 m from any street")
    assert far.places == ("bus:b", "bus:c", "bus:d")


def test_a_recipe_names_feeds_in_a_table_of_its_own(tmp_path):
    text = """
name = "Dorp"
crs = "EPSG:31370"
[study_area]
bbox = [0, 0, 600, 400]
bbox_crs = "EPSG:31370"
[layers.areas]
reader = "vector"
file = "areas.gpkg"
[timetable]
file = ["bus.zip", "rail.zip"]
source = "De Lijn en NMBS"
reference_date = 2026-11-01
"""
    path = tmp_path / "dorp.toml"
    path.write_text(text)
    part = load_recipe(path).rasters["timetable"]
    assert part.get("file") == ["bus.zip", "rail.zip"]
    assert part.get("reference_date") == dt.date(2026, 11, 1).isoformat()
    path.write_text(text.replace("[timetable]", "[rasters.timetable]\nreader = 'raster'"))
    with pytest.raises(DataError, match=r"the timetable comes from \[timetable\]"):
        load_recipe(path)
    path.write_text(text.replace("source", "sauce"))
    with pytest.raises(DataError, match=r"\[timetable\]: sauce is not a known key"):
        load_recipe(path)


def test_a_second_feed_comes_beside_the_first_and_the_first_again_replaces_it(town, bus, tmp_path):
    rail_stops = stops(("S1", 20, 110), ("S2", 300, 300))
    rail = write_feed(
        tmp_path / "rail.zip", stops=rail_stops, routes=[TABLES["routes.txt"][0], "r,1,IC,,2"],
        stop_times=[TABLES["stop_times.txt"][0], "t1,08:00:00,08:00:00,S1,1", "t1,08:05:00,08:05:00,S2,2"],
    )  # fmt: skip
    one = town.add("gtfs", bus, tmp_path / "one", source="De Lijn", date="2026-11-01")
    command = ["pack", "add", str(one.folder), "gtfs", str(rail), "--source", "NMBS", "--date", "2026-11-02"]
    done = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "two"), "--yes"])
    assert done.exit_code == 0, done.output
    assert "bestand bus van de gegevensset (ritten: 1) blijft naast rail" in " ".join(done.output.split()).replace(
        "│ │ │ ", ""
    )
    two = open_city(tmp_path / "two")
    both = two.timetable()
    assert (both.feed.tolist(), both.trip_id.tolist()) == (["bus", "rail"], ["bus:t1", "rail:t1"])
    assert both.line_name[both.trip_line].tolist() == ["4", "IC"]
    assert [each in two.source_text("timetable") for each in ("De Lijn", "NMBS")] == [True, True]
    assert any(note.startswith("bus: ") for note in two.info.rasters["timetable"].notes)
    # Another month of the first, under another name, with a minute more.
    later = write_feed(
        tmp_path / "bus_december.zip", stops=stops(("a", 10, 110), ("b", 300, 310), ("c", 9_000, 310)),
        stop_times=[*TABLES["stop_times.txt"][:3], "t1,07:21:00,07:21:00,c,3"],
    )  # fmt: skip
    three = two.add("gtfs", later, tmp_path / "three", source="De Lijn", date="2026-12-01")
    table = three.timetable()
    assert table.trip_id.tolist() == ["rail:t1", "bus_december:t1"]
    assert table.stop_id[table.call_stop].tolist()[:2] == ["rail:S1", "rail:S2"]
    record = three.info.rasters["timetable"]
    assert "feed bus of the pack, with 1 trips, is replaced by bus_december: 3 of 3 stops are the same" in record.notes
    assert not any(note.startswith("bus: ") for note in record.notes), "nothing more is said of what is gone"
    assert again(three.folder, town.folder, tmp_path, tmp_path / "again").digest == three.digest


def test_another_feed_of_the_same_name_is_refused_for_it_would_replace_the_first(town, bus, tmp_path):
    city = town.add("gtfs", bus, tmp_path / "one")
    (tmp_path / "rail").mkdir()
    other = write_feed(
        tmp_path / "rail" / "bus.zip", stops=stops(("S1", 20, 110), ("S2", 300, 300)),
        stop_times=[TABLES["stop_times.txt"][0], "t1,08:00:00,08:00:00,S1,1", "t1,08:05:00,08:05:00,S2,2"],
    )  # fmt: skip
    with pytest.raises(DataError, match=r"bus\.zip: the pack has a feed bus with other stops already"):
        city.add("gtfs", other, tmp_path / "two")
    assert not (tmp_path / "two").exists()


def test_feeds_without_a_day_together_are_told_before_anything_is_written(town, bus, tmp_path):
    late = [TABLES["calendar.txt"][0], "week,1,1,1,1,1,0,0,20270101,20271231"]
    rail = write_feed(
        tmp_path / "rail.zip", stops=stops(("S1", 20, 110), ("S2", 300, 300)), calendar=late,
        stop_times=[TABLES["stop_times.txt"][0], "t1,08:00:00,08:00:00,S1,1", "t1,08:05:00,08:05:00,S2,2"],
    )  # fmt: skip
    city = town.add("gtfs", bus, tmp_path / "one")
    command = ["pack", "add", str(city.folder), "gtfs", str(rail), "--out", str(tmp_path / "two"), "--json"]
    said = [each["text"] for each in json.loads(CliRunner().invoke(app, command).stdout)["findings"]]
    assert any(text.startswith("geen enkele dag ligt binnen de geldigheid van alle bestanden") for text in said), said
