"""The address service, played by a local server that speaks its JSON."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import pytest
import shapely

from kortrijk_geo.errors import DataError, OptionError, ServiceError
from kortrijk_geo.premium.address import Geocoder, find_address, load_geocoder, place_in_city


def house(address: str, x: float, y: float, *, municipality: str = "Kortrijk", number: str = "54") -> dict:
    return {
        "Municipality": municipality,
        "Zipcode": "8500",
        "Thoroughfarename": address.split(maxsplit=1)[0],
        "Housenumber": number,
        "FormattedAddress": address,
        "Location": {"Lat_WGS84": 50.8, "Lon_WGS84": 3.2, "X_Lambert72": x, "Y_Lambert72": y},
        "LocationType": "crab_huisnummer_afgeleidVanGebouw",
    }


MARKET = house("Grote Markt 54, 8500 Kortrijk", 72133.5, 169304.25)


class _Service(ThreadingHTTPServer):
    body: bytes = b"{}"
    status: int = 200
    asked: list[dict[str, list[str]]]


class _Handler(BaseHTTPRequestHandler):
    server: _Service

    def do_GET(self) -> None:
        self.server.asked.append(parse_qs(urlsplit(self.path).query))
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        """Keep the test output clean."""


@pytest.fixture
def service() -> Iterator[_Service]:
    server = _Service(("127.0.0.1", 0), _Handler)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _geocoder(port: int) -> Geocoder:
    return Geocoder(
        endpoint=f"http://127.0.0.1:{port}/Location",
        source="de adresdienst",
        crs="EPSG:31370",
        candidates=5,
        timeout_s=5,
    )


@pytest.fixture
def find(service):
    def ask(text: str, *records: object, crs: str = "EPSG:31370", municipality: str | None = "Kortrijk", raw=None):
        service.body = json.dumps({"LocationResult": list(records)}).encode() if raw is None else raw
        geocoder = _geocoder(service.server_port)
        return find_address(text, crs=crs, municipality=municipality, geocoder=geocoder)

    return ask


def test_one_house_is_found_in_the_crs_of_the_pack(find, service):
    place = find("  Grote Markt 54,\n Kortrijk ", MARKET)
    assert (place.x, place.y, place.address) == (72133.5, 169304.25, "Grote Markt 54, 8500 Kortrijk")
    assert service.asked == [{"q": ["Grote Markt 54, Kortrijk"], "c": ["5"]}]


def test_a_pack_in_another_crs_gets_its_own_coordinates(find):
    place = find("Grote Markt 54", MARKET, crs="EPSG:3812")
    assert (round(place.x) // 1000, round(place.y) // 1000) == (572, 669)


def test_an_address_that_is_not_found(find):
    with pytest.raises(OptionError, match="adres niet gevonden: 'Nergensstraat 1'"):
        find("Nergensstraat 1")


def test_a_house_in_another_municipality_is_said_and_not_used(find):
    brugge = house("Steenstraat 1, 8000 Brugge", 70000, 211000, municipality="Brugge")
    with pytest.raises(OptionError, match="niet in Kortrijk maar in Brugge"):
        find("Steenstraat 1", brugge)
    assert find("Steenstraat 1", brugge, municipality=None).municipality == "Brugge"
    assert find("Grote Markt 54", brugge, MARKET).municipality == "Kortrijk"


def test_several_houses_are_listed(find):
    other = house("Grote Markt 54A, 8500 Kortrijk", 72190.0, 169304.0)
    with pytest.raises(OptionError, match="niet eenduidig: Grote Markt 54, 8500 Kortrijk; Grote Markt 54A"):
        find("Grote Markt 54", MARKET, other)


def test_boxes_of_one_building_are_one_house(find):
    box = house("Grote Markt 54 bus 2, 8500 Kortrijk", 72134.0, 169304.25)
    assert find("Grote Markt 54", MARKET, box).x == 72133.5


def test_a_street_without_a_number_is_no_place(find):
    with pytest.raises(OptionError, match="add the house number"):
        find("Grote Markt", house("Grote Markt, 8500 Kortrijk", 72100, 169300, number=""))


@pytest.mark.parametrize("text", ["", "   ", "x" * 201])
def test_a_text_that_is_no_address_is_not_asked(find, service, text):
    with pytest.raises(OptionError, match="address"):
        find(text)
    assert service.asked == []


@pytest.mark.parametrize("raw", [b"", b"<html>", b"[]", b'{"LocationResult": {}}', b'{"LocationResult": [{}]}', b"{}"])
def test_an_answer_that_is_not_the_protocol(find, raw):
    with pytest.raises(ServiceError, match="--x and --y"):
        find("Grote Markt 54", raw=raw)


def test_a_place_without_coordinates(find):
    with pytest.raises(ServiceError, match="no coordinates"):
        find("Grote Markt 54", raw=json.dumps({"LocationResult": [house("A 1", float("nan"), 0.0)]}).encode())


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_a_service_that_refuses(find, service, status):
    service.status = status
    with pytest.raises(ServiceError, match=f"status {status}.*--x and --y"):
        find("Grote Markt 54", MARKET)


def test_a_service_that_is_not_there():
    geocoder = _geocoder(9)
    with pytest.raises(ServiceError, match=r"de adresdienst cannot be reached .*--x and --y"):
        find_address("Grote Markt 54", crs="EPSG:31370", geocoder=geocoder)


def test_where_the_service_is_is_data(tmp_path):
    assert load_geocoder().endpoint.startswith("https://geo.api.vlaanderen.be/geolocation/")
    path = tmp_path / "geocoder.toml"
    content = 'endpoint = "file:///etc/hosts"\nsource = "x"\ncrs = "EPSG:31370"\ncandidates = 5\ntimeout_s = 10\n'
    path.write_text(content)
    with pytest.raises(DataError, match="endpoint"):
        load_geocoder(path)
    path.write_text(
        content.replace("file:///etc/hosts", "http://localhost/").replace("candidates = 5", "candidates = 9")
    )
    with pytest.raises(DataError, match="candidates"):
        load_geocoder(path)


@pytest.fixture
def with_addresses(city):
    """The test city with two houses, in the pack only."""
    houses = gpd.GeoDataFrame(
        {
            "address_id": ["h1", "h2"],
            "street": ["Grote Markt", "Grote Markt"],
            "house_number": ["54", "58"],
            "postcode": ["8500", "8500"],
            "municipality": ["Teststad", "Teststad"],
        },
        geometry=[shapely.Point(500, 500), shapely.Point(2500, 500)],
        crs=city.crs,
    )
    return city.replace(addresses=houses)


def test_an_address_of_the_pack_is_found_without_any_service(with_addresses, service):
    for online in (False, True):
        geocoder = _geocoder(service.server_port)
        place = place_in_city("Grote Markt 54", with_addresses, online=online, geocoder=geocoder)
        assert (place.x, place.y, place.is_near) == (500, 500, False)
    assert service.asked == []


def test_what_the_pack_does_not_have_is_asked_of_the_service_only_online(with_addresses, service):
    geocoder = _geocoder(service.server_port)
    near = place_in_city("Grote Markt 56", with_addresses, geocoder=geocoder)
    assert near.is_near
    with pytest.raises(OptionError, match="ask the address service with --online"):
        place_in_city("Leiestraat 1", with_addresses, geocoder=geocoder)
    assert service.asked == []
    service.body = json.dumps({"LocationResult": [house("Grote Markt 56", 600, 600, municipality="Teststad")]}).encode()
    place = place_in_city("Grote Markt 56", with_addresses, online=True, geocoder=geocoder)
    assert (place.x, place.is_near, place.source) == (600, False, "de adresdienst")


def test_a_pack_without_addresses_asks_nobody_unless_told_to(city, service):
    with pytest.raises(OptionError, match=r"the pack has no addresses; .* --online"):
        place_in_city("Grote Markt 54", city, geocoder=_geocoder(service.server_port))
    assert service.asked == []
