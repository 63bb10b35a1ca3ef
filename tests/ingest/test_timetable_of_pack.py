"""The timetable of a pack: added as a feed, built by a recipe, checked, proven by its digest."""

from __future__ import annotations

import datetime as dt

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
    assert "1 van 1 ritten stoppen in of bij het studiegebied" in " ".join(done.output.split())
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
