"""Who comes to a point by public transport, and the route in words: a street of 1,600 m and a bus every 20 minutes.

The bus rides eastwards only, from (100, 0) to (1,600, 0) in 5 minutes. Home h1, of 10 inhabitants, lies 10 m from its
stop there.
"""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest
import shapely
from pyproj import Transformer
from small_feed import TABLES, write_feed
from typer.testing import CliRunner

import kortrijk_geo as kg
from kortrijk_geo.errors import DataError, MissingLayerError, OptionError
from kortrijk_geo_cli.main import app

DAY = dt.date(2026, 11, 24)
SATURDAY = dt.date(2026, 11, 28)
WINDOW = {"day": DAY, "from_time": "07:00", "to_time": "07:20"}


@pytest.fixture
def city(small, tmp_path):
    """Make the small city with its bus at 00, 20 and 40 of the hours six and seven."""
    degrees = Transformer.from_crs("EPSG:31370", "EPSG:4326", always_xy=True)
    times, trips = [TABLES["stop_times.txt"][0]], [TABLES["trips.txt"][0]]
    for hour, minute in ((hour, minute) for hour in (6, 7) for minute in (0, 20, 40)):
        trips.append(f"r,week,t{hour}{minute},Oost")
        times += [f"t{hour}{minute},{hour}:{minute:02d}:00,{hour}:{minute:02d}:00,west,1",
                  f"t{hour}{minute},{hour}:{minute + 5:02d}:00,{hour}:{minute + 5:02d}:00,east,2"]  # fmt: skip
    stops = ["stop_id,stop_name,stop_lat,stop_lon"]
    for name, place, x in (("west", "Markt", 100), ("east", "Station", 1_600)):
        lon, lat = degrees.transform(small.x0 + x, small.y0)
        stops.append(f"{name},{place},{lat:.9f},{lon:.9f}")
    bus = write_feed(tmp_path / "bus.zip", stops=stops, stop_times=times, trips=trips)
    return lambda **layers: small.build(**layers).add("gtfs", bus, tmp_path / "riding", source="Bus", date="2026-11-01")


def test_who_comes_to_a_point_at_half_of_the_departures(small, city):
    """To the stop in the east h1 takes 16 minutes (19 on foot), h2 100 m on foot, and h5 lives there, in the buffer."""
    quarter, more = kg.reach.reach_by_transit(city(), small.x0 + 1_600, small.y0, [17, 15], **WINDOW)
    assert (quarter.minutes, quarter.homes, quarter.residents, quarter.homes_outside) == (15, 1, 30, 1)
    assert (more.minutes, more.homes, more.residents, more.children_0_2, more.dwellings) == (17, 2, 40, 4, 20)
    # West has 14 households on 5 + 10 dwellings; East has 20 on 15 + 2.5, of which h2 has 15.
    assert more.households == pytest.approx(14 * 5 / 15 + 20 * 15 / 17.5)
    assert (more.mode, more.limit_m, more.options["day"]) == ("transit", None, "2026-11-24")
    on_foot = kg.reach.reach_from(small.build(), small.x0 + 1_600, small.y0, minutes=17)
    assert on_foot.residents == 30


def test_trips_go_from_home_to_point_and_the_notes_say_so(small, city):
    there = kg.reach.reach_by_transit(city(), small.x0 + 100, small.y0, [17], **WINDOW)[0]
    assert there.residents == 10, "no bus rides back to the west: h2 walks 17.5 minutes"
    notes = " ".join(there.notes)
    for said in ("van woning naar punt (niet van het punt weg)", "24 november 2026", "Woonpunten verder dan 100 m"):
        assert said in notes


def test_the_limits_are_those_of_the_rules_and_inhabitants_may_be_unknown(small, city):
    pack = city(homes=small.without_residents(small.layers()["homes"]))
    reaches = kg.reach.reach_by_transit(pack, small.x0 + 1_600, small.y0, **WINDOW)
    assert [each.minutes for each in reaches] == [15, 30, 45]
    assert (reaches[1].residents, reaches[1].homes, reaches[1].dwellings) == (None, 2, 20)
    assert json.loads(json.dumps(reaches[1].to_json(), allow_nan=False))["residents"] is None


def test_the_shape_is_where_one_comes_from_in_time(small, city):
    """In 16.2 minutes: who walks 1,296 m, and who is by the stop in the west; not who lives between."""
    places = small.frame([{"place_id": "oost", "geometry": shapely.Point(1_600, 0)}])
    pack = city()
    drawn = kg.reach.isochrones_by_transit(pack, places, minutes=[16.2, 3], **WINDOW)
    assert drawn[["place_id", "mode", "minutes", "residents"]].to_numpy().tolist() == [
        ["oost", "transit", 3, 30], ["oost", "transit", 16.2, 40],
    ]  # fmt: skip
    ground = drawn.geometry.iloc[1]
    assert ground.is_valid
    for x, inside in ((100, True), (150, True), (255, False), (400, True), (1_000, True), (1_600, True)):
        assert shapely.covers(ground, small.moved(shapely.Point(x, 0))) == inside, x
    assert shapely.covers(ground, drawn.geometry.iloc[0])
    with pytest.raises(DataError, match="place_id"):
        kg.reach.isochrones_by_transit(pack, places.drop(columns="place_id"))
    with pytest.raises(OptionError, match="at least one place"):
        kg.reach.isochrones_by_transit(pack, places.iloc[:0])


def test_isochrones_stand_on_the_page_the_widest_as_an_outline(small, city, two_kinds):
    pack = city()
    places = small.frame([{"place_id": "oost", "geometry": shapely.Point(1_600, 0)}])
    ways = [
        kg.reach.isochrones_by_transit(pack, places, **WINDOW),
        kg.reach.isochrones_from(pack, places, modes=["walk"]),
    ]
    shapes = pd.concat(ways, ignore_index=True)
    page = kg.reach.spec(kg.reach.analyse(pack, categories=two_kinds, proximity=False))
    layers = kg.reach.with_isochrones(page, shapes).shape_layers[-2:]
    assert [(layer.label, layer.filled, len(layer.frame)) for layer in layers] == [
        ("Bereik met bus en trein", False, 3), ("Bereik te voet", True, 1),
    ]  # fmt: skip


def test_the_route_of_one_departure_in_words(small, city):
    way = kg.reach.route(
        city(), (small.x0 + 100, small.y0 + 10), (small.x0 + 1_590, small.y0), at="07:10", day=DAY
    )  # fmt: skip
    (words,) = way.words
    assert words == (
        "Vertrek 07:10. 10 m te voet (1 min) naar halte Markt, lijn 4 richting Oost om 07:20 (aankomst 07:25 Station),"
        " 10 m te voet (1 min) naar het punt. Aankomst 07:26: 16 minuten."
    )
    trip = way.trips[0]
    assert trip.seconds == pytest.approx(15 * 60 + 8, abs=1)
    assert [(leg.mode, leg.from_stop, leg.to_stop) for leg in trip.legs] == [
        ("walk", None, "Markt"), ("ride", "Markt", "Station"), ("walk", "Station", None),
    ]  # fmt: skip
    assert (way.walk_s, way.options["at"], way.day) == (1_125, "07:10", DAY)
    document = json.loads(json.dumps(way.to_json(), allow_nan=False))
    assert document["trips"][0]["legs"][1]["line"] == "4"


def test_the_routes_of_a_window_are_told_once_for_those_who_arrive_together(small, city):
    """On foot 18:45: quicker until 07:06, and again after the last minute that catches the bus of 07:20."""
    way = kg.reach.route(city(), (small.x0 + 100, small.y0 + 10), (small.x0 + 1_590, small.y0), **WINDOW)
    assert [(trip.first_s // 60 - 420, trip.leaves_s // 60 - 420, len(trip.legs)) for trip in way.trips] == [
        (0, 6, 1), (7, 18, 3), (19, 19, 1),
    ]  # fmt: skip
    first, walked, ridden, again = way.words
    assert first == (
        "Vertrek van 07:00 tot 07:20: de helft van de vertrekken duurt hoogstens 17 minuten, negen op de tien hoogstens"
        " 19 minuten; te voet 19 minuten."
    )
    assert walked == (
        "Van 07:00 tot en met 07:06 even lang, het laatst zo: Vertrek 07:06. Helemaal te voet, 1.500 m: met bus of"
        " trein is niet sneller. Aankomst 07:25: 19 minuten."
    )
    assert ridden.startswith("Van 07:07 tot en met 07:18 met dezelfde aankomst, het laatst zo: Vertrek 07:18. 10 m")
    assert again.startswith("Vertrek 07:19. Helemaal te voet")


def test_without_a_way_that_is_told(small, city):
    way = kg.reach.route(city(), (small.x0 + 100, small.y0 + 1_000), (small.x0 + 300, small.y0), at="07:10", day=DAY)
    assert way.words == ["Vertrek 07:10. Er is geen weg meer, ook niet te voet."]
    assert (way.walk_s, way.median_s, way.trips[0].seconds) == (None, None, None)


@pytest.mark.parametrize(
    ("start", "options", "said"),
    [
        ((0, 0), {}, "outside the pack"), ((900, 500), {}, "choose a point nearer to a street"),
        ((float("nan"), 0), {}, "finite"), ("70100,168000", {}, "two numbers"), ((1, "2"), {}, "two numbers"),
        ((100, 0), {"at": "24:00"}, "end of the day"), ((100, 0), {"at": "25:10"}, "is no time"),
        ((100, 0), {"at": "kwart"}, "is no time"), ((100, 0), {"day": SATURDAY}, "no service on 2026-11-28"),
        ((100, 0), {"at": "07:10", "from_time": "07:00"}, "at is one departure"),
    ],
)  # fmt: skip
def test_a_route_that_cannot_be(small, city, *, start, options, said):
    if start != (0, 0) and not isinstance(start, str) and not isinstance(start[1], str):
        start = (small.x0 + start[0], small.y0 + start[1])
    with pytest.raises(OptionError, match=said):
        kg.reach.route(city(), start, (small.x0 + 1_590, small.y0), **{"day": DAY, **options})


@pytest.mark.parametrize(
    ("point", "options", "said"),
    [
        ((-9_000, 0), {}, "outside the pack"), ((900, 500), {}, "within 100 m"), ((float("inf"), 0), {}, "finite"),
        ((100, 0), {"minutes": [0]}, "minutes"), ((100, 0), {"minutes": [121]}, "minutes"),
        ((100, 0), {"minutes": []}, "at least one"), ((100, 0), {"day": SATURDAY}, "no service"),
        ((100, 0), {"without_lines": ["5"]}, "has no line '5'"),
    ],
)  # fmt: skip
def test_a_point_that_cannot_be_used(small, city, *, point, options, said):
    with pytest.raises(OptionError, match=said):
        kg.reach.reach_by_transit(city(), small.x0 + point[0], small.y0 + point[1], **{**WINDOW, **options})


def test_without_a_timetable_there_is_neither(small):
    with pytest.raises(MissingLayerError, match="timetable"):
        kg.reach.reach_by_transit(small.build(), small.x0 + 100, small.y0)
    with pytest.raises(MissingLayerError, match="timetable"):
        kg.reach.route(small.build(), (small.x0 + 100, small.y0), (small.x0 + 300, small.y0))


def test_the_command_tells_who_comes_and_the_route(small, city):
    command = ["reach", "--pack", str(city().folder), "--mode", "transit", "--day", "2026-11-24"]
    start, end = f"{small.x0 + 100},{small.y0 + 10}", f"{small.x0 + 1_590},{small.y0}"

    def run(*more):
        return CliRunner().invoke(app, [*command, *more])

    window = ["--from-time", "07:00", "--to-time", "07:20"]
    shown = run("--from", end, *window)
    assert shown.exit_code == 0, shown.output
    assert "wie met bus en trein naar 71590,168000 komt" in shown.output
    document = json.loads(run("--from", end, "--minutes", "17", "--json", *window).stdout)
    assert [each["residents"] for each in document["reach"]] == [40]
    told = run("--from", start, "--to", end, "--at", "07:10")
    assert "- Vertrek 07:10. 10 m te voet (1 min) naar halte Markt, lijn 4" in told.stdout
    way = json.loads(run("--from", start, "--to", end, "--json", *window).stdout)
    assert (len(way["trips"]), way["end"]) == (3, [71_590.0, 168_000.0])
    cut = json.loads(run("--from", start, "--to", end, "--at", "07:10", "--without-line", "4", "--json").stdout)
    assert [leg["mode"] for leg in cut["trips"][0]["legs"]] == ["walk"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--to", "1,2"], "are said with --from"), (["--at", "07:10"], "are said with --from"),
        (["--from", "1,2", "--at", "07:10"], "said with --to"), (["--from", "Markt"], "is not a point"),
        (["--from", "1,2", "--to", "1;2"], "is not a point"), (["--from", "1,2,3"], "is not a point"),
        (["--from", "1,2", "--to", "3,4", "--minutes", "10"], "is not said with --to"),
    ],
)  # fmt: skip
def test_the_command_refuses_what_does_not_belong_together(city, options, said):
    refused = CliRunner().invoke(app, ["reach", "--pack", str(city().folder), "--mode", "transit", *options])
    assert refused.exit_code == 2
    assert said in " ".join(refused.output.replace("│", " ").split())


def test_the_command_refuses_a_time_outside_the_day(city):
    points = ["--from", "70100,168000", "--to", "70200,168000", "--at", "24:30"]
    refused = CliRunner().invoke(app, ["reach", "--pack", str(city().folder), "--mode", "transit", *points])
    assert isinstance(refused.exception, OptionError)
    assert "'24:30' is no time" in str(refused.exception)


def test_a_route_is_of_transit_only(city):
    refused = CliRunner().invoke(app, ["reach", "--pack", str(city().folder), "--from", "1,2", "--to", "3,4"])
    assert (refused.exit_code, "is said of --mode transit" in " ".join(refused.output.split())) == (2, True)
