"""Overpass and OSMnx: a local server answers as Overpass does, also when it is busy, refuses, or gives up."""

from __future__ import annotations

import json
import threading
import urllib.parse
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import geopandas as gpd
import networkx as nx
import pytest
from shapely.geometry import LineString, box

from kortrijk_geo.errors import DataError, ServiceError
from kortrijk_geo.ingest.osm_rules import load_rules
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.ingest.services import ask_overpass, overpass_query, write_osm
from kortrijk_geo.pack.city import open_city

# A crossing by the Leie: a street, a one-way street, a footpath that touches the first in its middle, and a pharmacy.
NODES = {1: (3.260, 50.830), 2: (3.262, 50.830), 3: (3.264, 50.830), 4: (3.262, 50.832), 5: (3.264, 50.832)}
ELEMENTS = [
    {"type": "way", "id": 10, "nodes": [1, 2, 3], "tags": {"highway": "residential", "name": "Kaai"}},
    {"type": "way", "id": 11, "nodes": [3, 5], "tags": {"highway": "residential", "oneway": "yes"}},
    {"type": "way", "id": 12, "nodes": [2, 4], "tags": {"highway": "footway"}},
    *({"type": "node", "id": number, "lon": lon, "lat": lat} for number, (lon, lat) in NODES.items()),
    {"type": "node", "id": 6, "lon": 3.261, "lat": 50.831, "tags": {"amenity": "pharmacy", "name": "De Leie"}},
]
ANSWER = {
    "version": 0.6,
    "generator": "Overpass API 0.7.62",
    "osm3s": {"timestamp_osm_base": "2026-03-04T05:06:07Z", "copyright": "OpenStreetMap"},
    "elements": ELEMENTS,
}
HTML_ERROR = (
    '<?xml version="1.0"?><html><head><title>OSM3S Response</title></head><body>'
    "<p><strong>Error</strong>: line 1: parse error: &quot;wy&quot; </p></body></html>"
)
STATUS = "Connected as: 1\nCurrent time: 2026-03-04T05:06:07Z\nRate limit: 2\n{slots}\nCurrently running queries:\n"


class Overpass(ThreadingHTTPServer):
    """Gives its scripted answers in turn, the last one for ever; keeps what it was asked."""

    def __init__(self, *answers, slots="2 slots available now."):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = list(answers)
        self.slots = slots
        self.asked: list[str] = []
        self.status_asked = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/api/interpreter"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.status_asked += 1
        self.reply(200, STATUS.format(slots=self.server.slots), "text/plain")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append(urllib.parse.parse_qs(body)["data"][0])
        answers = self.server.answers
        status, content = answers.pop(0) if len(answers) > 1 else answers[0]
        text = content if isinstance(content, str) else json.dumps(content)
        self.reply(status, text, "application/json")

    def reply(self, status, text, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """Keep quiet."""


@pytest.fixture
def serve():
    running = []

    def start(*answers, **options):
        server = Overpass(*answers, **options)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def ask(server, **options):
    return ask_overpass(server.url, "[out:json];node(1);out;", **{"pause_s": 0.01, "timeout_s": 10.0, **options})


def test_an_answer_gives_elements_and_the_moment_they_are_of(serve):
    answer = ask(serve((200, ANSWER)))
    assert answer.elements == ELEMENTS
    assert answer.reference_date == "2026-03-04"


def test_a_busy_server_is_asked_again(serve):
    server = serve((504, HTML_ERROR), (429, HTML_ERROR), (200, ANSWER))
    told = []
    assert len(ask(server, progress=told.append).elements) == len(ELEMENTS)
    assert len(server.asked) == 3
    assert server.status_asked == 1
    assert "busy (504)" in told[0]


def test_the_status_page_says_how_long_to_wait(serve):
    slots = "Slot available after: 2026-03-04T05:06:08Z, in 0 seconds.\nSlot available after: later, in 77 seconds."
    told = []
    ask(serve((429, HTML_ERROR), (200, ANSWER), slots=slots), progress=told.append, pause_s=50.0)
    assert told == ["Overpass is busy (429); asking again in 1 s"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((429, HTML_ERROR), r"stayed busy \(status 429\) after 3 tries"),
        ((504, HTML_ERROR), r"stayed busy \(status 504\) after 3 tries"),
        ((400, HTML_ERROR), 'refused the query with status 400: Error : line 1: parse error: "wy"'),
        ((200, HTML_ERROR), "something other than JSON: Error : line 1"),
        ((200, "[]"), "JSON without elements"),
        ((200, {"elements": [], "remark": 'runtime error: Query timed out in "query" at line 1'}), "gave up half-way"),
        ((200, ""), "something other than JSON: nothing"),
    ],
)
def test_an_answer_that_is_none_is_a_service_error_naming_the_address(serve, answer, message):
    server = serve(answer)
    with pytest.raises(ServiceError, match=message) as caught:
        ask(server, retries=2)
    assert server.url in str(caught.value)
    assert isinstance(caught.value, ConnectionError)


def test_no_server_at_all(serve):
    server = serve((200, ANSWER))
    url = server.url
    server.shutdown()
    server.server_close()
    with pytest.raises(ServiceError, match="cannot be reached"):
        ask_overpass(url, "q", timeout_s=2.0)
    with pytest.raises(DataError, match="not an http or https address"):
        ask_overpass("file:///etc/hostname", "q")


def test_the_query_asks_for_what_the_tag_rules_know():
    query = overpass_query(["streets", "amenities"], (3.2, 50.8, 3.3, 50.9), load_rules(), timeout_s=60)
    assert query.startswith("[out:json][timeout:60];(")
    assert 'way["highway"](50.8000000,3.2000000,50.9000000,3.3000000);' in query
    assert 'nwr["amenity"](' in query
    assert '"railway"~"^(halt|station|' in query
    assert query.endswith("(._;>;);out body;")
    with pytest.raises(DataError, match="no layer 'parcels'"):
        overpass_query(["parcels"], (0, 0, 1, 1), load_rules(), timeout_s=60)


def test_an_element_without_its_parts_is_a_service_error(tmp_path):
    with pytest.raises(ServiceError, match="not as Overpass writes it"):
        write_osm([{"type": "node", "id": 1}], tmp_path / "a.osm.pbf")


RECIPE = """
name = "Kaai"
crs = "EPSG:31370"
buffer_m = 50
[study_area]
bbox = [3.2595, 50.8295, 3.2645, 50.8325]
bbox_crs = "EPSG:4326"
[layers.areas]
reader = "vector"
file = "areas.gpkg"
[layers.streets]
reader = "{reader}"
{options}
{amenities}
"""
AMENITIES = '[layers.amenities]\nreader = "overpass"\nurl = "{url}"\npause_s = 0.01\n'


@pytest.fixture
def build(tmp_path):
    (tmp_path / "files").mkdir()
    gpd.GeoDataFrame(
        {"area_id": ["a"], "name": ["Kaai"]}, geometry=[box(3.2595, 50.8295, 3.2645, 50.8325)], crs="EPSG:4326"
    ).to_file(tmp_path / "files" / "areas.gpkg")

    def run(reader, options, amenities=""):
        (tmp_path / "kaai.toml").write_text(RECIPE.format(reader=reader, options=options, amenities=amenities))
        report = build_pack(tmp_path / "kaai.toml", tmp_path / "files", tmp_path / "pack")
        return report, open_city(tmp_path / "pack")

    return run


def ends(streets):
    """Streets as (kind, metres, forward, backward), in an order that does not hang on ids."""
    return sorted(
        zip(streets["kind"], streets.length.round(-1), streets["cycle_forward"], streets["cycle_backward"], strict=True)
    )


EXPECTED = [
    ("footway", 220.0, False, False),
    ("residential", 140.0, True, True),
    ("residential", 140.0, True, True),
    ("residential", 220.0, True, False),
]


def test_streets_and_amenities_of_a_pack_come_from_one_question(serve, build):
    server = serve((200, ANSWER))
    report, city = build("overpass", f'url = "{server.url}"\npause_s = 0.01', AMENITIES.format(url=server.url))
    assert ends(city.streets) == EXPECTED
    assert city.streets["walk"].all()
    assert city.amenities[["category", "name"]].to_numpy().tolist() == [["amenity=pharmacy", "De Leie"]]
    assert city.info.layers["amenities"].covers == ("amenity=pharmacy",)
    assert len(server.asked) == 1
    assert report.info.layers["streets"].reference_date == "2026-03-04"


def test_nothing_in_the_study_area_is_an_error(serve, build):
    server = serve((200, {**ANSWER, "elements": []}))
    with pytest.raises(DataError, match="knows nothing in the study area"):
        build("overpass", f'url = "{server.url}"')


def test_a_graph_that_osmnx_saved_gives_the_same_streets(tmp_path, build):
    osmnx = pytest.importorskip("osmnx")
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for number, (lon, lat) in NODES.items():
        graph.add_node(number, x=lon, y=lat)
    for way in ELEMENTS[:3]:
        steps = list(zip(way["nodes"], way["nodes"][1:], strict=False))
        oneway = way["tags"].get("oneway") == "yes"
        for start, end in steps:
            common = {"osmid": way["id"], "highway": way["tags"]["highway"], "oneway": oneway, "length": 1.0}
            graph.add_edge(start, end, **common, reversed=False)
            if not oneway:
                graph.add_edge(end, start, **common, reversed=True)
    graph.edges[2, 4, 0]["highway"] = ["footway", "path"]
    graph.edges[2, 4, 0]["geometry"] = LineString([NODES[2], (3.2621, 50.831), NODES[4]])
    graph.edges[4, 2, 0]["highway"] = ["footway", "path"]
    graph.edges[4, 2, 0]["geometry"] = LineString([NODES[4], (3.2621, 50.831), NODES[2]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        osmnx.save_graphml(graph, tmp_path / "files" / "graph.graphml")
    report, city = build("graphml", 'file = "graph.graphml"')
    assert ends(city.streets) == EXPECTED
    assert any("1 simplified edges join several kinds" in item.message for item in report.findings)


@pytest.mark.parametrize(
    ("content", "message"), [("<html></html>", "not a GraphML file"), ("code;n", "not a GraphML file")]
)
def test_a_graphml_file_that_is_none(tmp_path, build, content, message):
    (tmp_path / "files" / "graph.graphml").write_text(content)
    with pytest.raises(DataError, match=message):
        build("graphml", 'file = "graph.graphml"')
