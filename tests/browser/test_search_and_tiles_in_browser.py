"""Search on address within the page, and a tile background from a real server, in a real browser."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import shapely

from kortrijk_geo.mapping import PageExtras, gazetteer, write_page
from kortrijk_geo.mapping.compare import compare
from kortrijk_geo.mapping.tiles import Tiles, load_tiles

pytestmark = pytest.mark.browser
Opener = Callable[..., Any]
# A PNG of one grey pixel; a browser stretches it over its tile.
GREY = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGM4AQAAygDJmcpdfgAAAABJRU5ErkJggg=="


@pytest.fixture(scope="module")
def page_file(samples: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "voorbeeld.html"
    write_page(samples.spec(), path, extras=PageExtras(addresses=samples.addresses()))
    return path


def search(page: Any, text: str) -> list[str]:
    page.get_by_label("Zoek een gebied of adres").fill(text)
    return page.locator("#hits button").all_inner_texts()


def test_an_address_is_found_and_its_area_chosen(page_file: Path, open_page: Opener, samples: ModuleType) -> None:
    page = open_page(page_file)
    hits = search(page, "sint-eloois 7")
    assert hits == ["Sint-Élooisstraat 7 8500 Voorbeeldstad", "Sint-Élooisstraat 7A 8500 Voorbeeldstad"]
    assert page.locator("#search-status").inner_text() == "2 adressen gevonden"
    page.get_by_label("Zoek een gebied of adres").press("Enter")
    status = page.locator("#search-status").inner_text()
    assert status == "Sint-Élooisstraat 7, 8500 Voorbeeldstad gekozen"
    address = samples.addresses().query("house_number == '7' and street == 'Sint-Élooisstraat'").geometry.iloc[0]
    areas = samples.areas()
    home = areas[shapely.covers(areas.geometry.to_numpy(), address)]["name"].iloc[0]
    assert page.locator("#card h3").inner_text() == home
    at = page.evaluate(
        "(() => { const v = KortrijkAtlas.views[0]; return v.map.distance(v.map.getCenter(), v.pin.getLatLng()); })()"
    )
    assert at < 5
    assert page.evaluate("KortrijkAtlas.views[0].map.getZoom()") >= 17


def test_a_street_without_a_number_shows_the_whole_street(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    assert search(page, "dorpsstraat 3")[0] == "Dorpsstraat 3 8500 Voorbeeldstad"
    assert page.locator("#search-status").inner_text().startswith("1 straat")
    page.locator("#hits button").first.click()
    inside = """((view) => {
      const street = view.data.addresses.streets.find(({ name }) => name === "Dorpsstraat 3");
      return KortrijkAtlas.decodeLine(street.steps).every((place) => view.map.getBounds().contains(place));
    })(KortrijkAtlas.views[0])"""
    assert page.evaluate(inside)


def test_areas_come_before_streets_and_what_is_nowhere_is_said(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    assert search(page, "wijk c2") == ["Wijk C2"]
    assert search(page, "we")[-1] == "Verweg 8500 Voorbeeldstad"
    assert search(page, "nergens 5") == []
    assert page.locator("#search-status").inner_text() == "geen gebied of adres gevonden"


def test_an_address_outside_all_areas_chooses_none(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    search(page, "verweg 1")
    page.locator("#hits button").first.click()
    assert page.evaluate("KortrijkAtlas.views[0].selected") is None
    assert page.evaluate("!!KortrijkAtlas.views[0].pin")


def test_hostile_street_names_stay_text(samples: ModuleType, tmp_path: Path, open_page: Opener) -> None:
    addresses = samples.addresses(streets=1, houses=len(samples.HOSTILE) - 2)
    addresses["street"] = list(samples.HOSTILE)
    addresses["house_number"] = list(samples.HOSTILE)
    addresses["municipality"] = list(samples.HOSTILE)
    write_page(samples.spec(), tmp_path / "page.html", extras=PageExtras(addresses=addresses))
    page = open_page(tmp_path / "page.html")
    assert len(search(page, "img")) == 1
    page.locator("#hits button").first.click()
    assert page.evaluate("window.attacked") is None
    assert page.locator("img").count() == 0


def test_numbers_in_street_names_and_the_town_after_the_number_are_understood(
    samples: ModuleType, tmp_path: Path, open_page: Opener
) -> None:
    rows = [
        ("12 Julistraat", "5", "Kortrijk"), ("12 Julistraat", "12", "Kortrijk"), ("Kerkstraat", "1", "Marke"),
        *(("Kerkstraat", f"1{letter}", "Kortrijk") for letter in ("", *"ABCDEFGH")),
    ]  # fmt: skip
    addresses = samples.addresses().iloc[: len(rows)].copy()
    addresses[["street", "house_number", "municipality"]] = rows
    write_page(samples.spec(), tmp_path / "page.html", extras=PageExtras(addresses=addresses))
    page = open_page(tmp_path / "page.html")
    assert search(page, "12 julistraat 5") == ["12 Julistraat 5 8500 Kortrijk"]
    assert search(page, "12 julistraat 12")[0] == "12 Julistraat 12 8500 Kortrijk"
    assert search(page, "kerkstraat 1, marke") == ["Kerkstraat 1 8500 Marke"]
    assert search(page, "kerkstraat 1")[:2] == ["Kerkstraat 1 8500 Kortrijk", "Kerkstraat 1 8500 Marke"]
    assert search(page, "kerkstraat 1 8500 kortrijk")[0] == "Kerkstraat 1 8500 Kortrijk"


def test_where_there_are_too_many_addresses_streets_are_found(
    samples: ModuleType, tmp_path: Path, open_page: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gazetteer, "MOST_ADDRESSES", 10)
    write_page(samples.spec(), tmp_path / "page.html", extras=PageExtras(addresses=samples.addresses()))
    page = open_page(tmp_path / "page.html")
    page.get_by_label("Zoek een gebied of straat").fill("dorpsstraat 3 12")
    assert page.locator("#hits button").all_inner_texts() == ["Dorpsstraat 3 8500 Voorbeeldstad"]
    page.get_by_label("Zoek een gebied of straat").press("Enter")
    assert page.locator("#search-status").inner_text() == "Dorpsstraat 3, 8500 Voorbeeldstad gekozen"
    assert page.evaluate("!!KortrijkAtlas.views[0].pin")


def test_choosing_another_area_takes_the_address_away(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    search(page, "sint-eloois 7")
    page.get_by_label("Zoek een gebied of adres").press("Enter")
    assert page.evaluate("document.activeElement.id") == "search"
    page.locator("#areas-table tbody button").first.click()
    assert page.evaluate("KortrijkAtlas.views[0].pin") is None
    assert page.locator("#search-status").inner_text() == ""


class TileServer(ThreadingHTTPServer):
    """Answers every tile of the web tiling with one grey picture, and remembers what it was asked."""

    def __init__(self, *, works: bool) -> None:
        self.asked: list[tuple[str, str | None]] = []
        png = base64.b64decode(GREY)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.server.asked.append((self.path, self.headers.get("Referer")))
                self.send_response(200 if works else 503)
                self.send_header("Content-Type", "image/png")
                self.end_headers()
                if works:
                    self.wfile.write(png)

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def tiles(self) -> Tiles:
        url = f"http://127.0.0.1:{self.server_port}/{{z}}/{{x}}/{{y}}.png"
        changed = {"url": url, "label": "Proefkaart", "attribution": "Bron: <b>Proef</b>"}
        return load_tiles("grb").model_copy(update=changed)


@pytest.fixture
def serve() -> Iterator[Callable[..., TileServer]]:
    running: list[TileServer] = []

    def start(*, works: bool = True) -> TileServer:
        running.append(TileServer(works=works))
        threading.Thread(target=running[-1].serve_forever, daemon=True).start()
        return running[-1]

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def open_online(browser: Any, path: Path) -> tuple[Any, list[str]]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.locator(".kg-credit", has_text="Proef").wait_for()
    return page, [url for url in asked if not url.startswith(("file:", "data:"))]


def test_tiles_come_from_their_own_server_alone(
    browser: Any, samples: ModuleType, tmp_path: Path, serve: Callable[..., TileServer]
) -> None:
    server = serve()
    write_page(samples.spec(), tmp_path / "page.html", extras=PageExtras(tiles=server.tiles))
    page, asked = open_online(browser, tmp_path / "page.html")
    assert asked
    assert all(url.startswith(server.tiles.origin) for url in asked)
    assert all(referrer is None for _, referrer in server.asked)
    assert page.locator(".kg-credit").inner_text() == "Bron: <b>Proef</b> (Gratis open data licentie Vlaanderen v1.02)"
    assert page.locator(".leaflet-container.kg-on-tiles").count() == 1
    context = page.get_by_label("Ondergrond (wegen, spoor, water, groen)")
    assert not context.is_checked()
    page.get_by_label("Proefkaart").uncheck()
    assert context.is_checked()
    assert page.locator(".leaflet-tile").count() == 0
    assert page.locator(".kg-on-tiles, .kg-credit").count() == 0
    page.close()


def test_without_its_server_the_page_keeps_its_own_ground_and_says_so(
    browser: Any, samples: ModuleType, tmp_path: Path, serve: Callable[..., TileServer]
) -> None:
    write_page(samples.spec(), tmp_path / "page.html", extras=PageExtras(tiles=serve(works=False).tiles))
    page, _ = open_online(browser, tmp_path / "page.html")
    assert "Proefkaart is niet bereikbaar" in page.locator(".kg-credit").inner_text()
    assert page.get_by_label("Ondergrond (wegen, spoor, water, groen)").is_checked()
    assert page.locator(".kg-on-tiles").count() == 0
    page.close()


def test_two_states_on_tiles_keep_the_colours_of_the_legend(
    browser: Any, samples: ModuleType, tmp_path: Path, serve: Callable[..., TileServer]
) -> None:
    spec = compare(samples.spec(), samples.spec(samples.result(13)), names=("2015", "2024"))
    write_page(spec, tmp_path / "page.html", extras=PageExtras(tiles=serve().tiles))
    page, _ = open_online(browser, tmp_path / "page.html")
    opacity = "(name) => getComputedStyle(document.querySelector(`.leaflet-kg-${name}-pane`)).opacity"
    assert page.evaluate(opacity, "areas") == page.evaluate(opacity, "before") == "1"
    page.get_by_text("Verschil", exact=True).click()
    assert page.evaluate(opacity, "areas") == "0.62"
    page.close()


def test_an_area_is_found_without_spaces_and_with_a_wrong_letter(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    assert search(page, "wijkk10") == []  # a number is never guessed
    page.evaluate("KortrijkAtlas.views[0].data.names")
    near = "(text) => KortrijkAtlas.nearNames(['Heule Sente', 'Heule Centrum', 'Marke'], text)"
    assert page.evaluate(near, "heulesente") == [0]
    assert page.evaluate(near, "heule sentte") == [0]
    assert page.evaluate(near, "Márkee") == [2]
    assert page.evaluate(near, "heule") == [0, 1]
    assert page.evaluate(near, "zwevegem") == []


def test_a_place_is_found_by_its_name(samples: ModuleType, tmp_path: Path, open_page: Opener) -> None:
    spec = samples.spec()
    homes, places = spec.point_layers
    named = places.frame.assign(name=[f"Crèche {row}" for row in range(len(places.frame))])
    places = replace(places, frame=named, fields={"name": "naam", **places.fields}, shown=False)
    write_page(replace(spec, point_layers=(homes, places)), tmp_path / "page.html")
    page = open_page(tmp_path / "page.html")
    box = page.get_by_label("Zoek een gebied")
    box.fill("creche 7")
    assert page.locator("#hits button").all_inner_texts() == [f"Crèche 7 {places.label}"]
    box.press("Enter")
    assert page.locator("#search-status").inner_text() == "Crèche 7 gekozen"
    there = named.to_crs(4326).geometry.iloc[7]
    at = page.evaluate("KortrijkAtlas.views[0].pin.getLatLng()")
    assert (at["lng"], at["lat"]) == (pytest.approx(there.x, abs=1e-4), pytest.approx(there.y, abs=1e-4))
    areas = spec.result.areas
    inside = areas[shapely.covers(areas.geometry.to_numpy(), named.geometry.iloc[7])]["name"]
    assert page.locator("#card h3").inner_text() == inside.iloc[0]
    assert page.evaluate("KortrijkAtlas.views[0].overlays.at(-1).shown")


def test_a_name_of_the_city_and_of_areas_is_asked(samples: ModuleType, tmp_path: Path, open_page: Opener) -> None:
    result = samples.result()
    result.pack = "Kortrijk (demo)"
    result.areas["name"] = ["Kortrijk Noord", "Kortrijk Zuid", *result.areas["name"][2:]]
    write_page(samples.spec(result), tmp_path / "page.html")
    page = open_page(tmp_path / "page.html")
    box = page.get_by_label("Zoek een gebied")
    box.fill("kortrijk")
    assert page.locator("#hits button").all_inner_texts() == [
        "Kortrijk, de hele stad",
        "Kortrijk Noord",
        "Kortrijk Zuid",
    ]
    box.press("Enter")
    assert page.evaluate("KortrijkAtlas.views[0].selected") is None
    assert page.locator("#search-status").inner_text().endswith("kies er een")
    page.locator("#hits button").nth(2).click()
    assert page.locator("#card h3").inner_text() == "Kortrijk Zuid"


def test_what_is_nowhere_leaves_nothing_chosen(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    search(page, "sint-eloois 7")
    box = page.get_by_label("Zoek een gebied of adres")
    box.press("Enter")
    assert page.locator("#card h3").count() == 1
    search(page, "nergens 5")
    box.press("Enter")
    assert page.locator("#card h3").count() == 0
    assert page.evaluate("KortrijkAtlas.views[0].pin") is None
    assert page.locator("#search-status").inner_text() == "geen gebied of adres gevonden"
