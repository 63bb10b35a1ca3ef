"""Theme pages in a real browser: layers, legend, search, table twin, keyboard, permalink, print, and hostile names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import folium
import numpy as np
import pytest
from pictures import keep_picture

from kortrijk_geo.mapping import PageExtras, draw_map, write_page
from kortrijk_geo.text.dutch import number_text

pytestmark = pytest.mark.browser
Opener = Callable[..., Any]
PHONE = {"width": 360, "height": 740}
AREA = "path.leaflet-interactive[data-row]"


@pytest.fixture(scope="module")
def page_file(samples: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "voorbeeld.html"
    write_page(
        samples.spec(), path, downloads=("voorbeeld.gpkg", "voorbeeld.xlsx"), extras=PageExtras(index="index.html")
    )
    return path


def legend_texts(page: Any) -> list[str]:
    return page.locator(".kg-legend li:not(.kg-legend-head) > span:nth-child(2)").all_inner_texts()


def test_the_page_opens_with_its_layers(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    assert page.locator(AREA).count() == 14
    assert page.locator("canvas.kg-points").count() == 1  # homes are shown, places not yet
    assert page.locator(".kg-demo").inner_text() == "DEMO: fictieve gegevens, niet voor beslissingen"
    assert page.locator("html").get_attribute("lang") == "nl"
    assert page.locator(".leaflet-control-scale-line").inner_text().endswith("km")
    assert legend_texts(page)[:6] == [
        "minder dan 20 %",
        "20 tot 40 %",
        "40 tot 60 %",
        "60 tot 80 %",
        "80 % of meer",
        "geen data",
    ]
    page.get_by_label("Opvang").check()
    assert page.locator("canvas.kg-points").count() == 2
    assert "gezinsopvang" in legend_texts(page)
    page.get_by_label("Binnen 15 minuten", exact=True).check()
    assert page.locator(".leaflet-kg-shapes-pane path").count() == 1
    keep_picture(page, "page")


def test_the_legend_and_the_colours_follow_the_layer(page_file: Path, open_page: Opener, samples: ModuleType) -> None:
    page = open_page(page_file)
    before = page.locator(AREA).first.get_attribute("fill")
    page.get_by_text("per fiets", exact=True).click()
    assert page.locator(".kg-legend-title").first.inner_text().split("\n") == ["Alles binnen 15 minuten", "per fiets"]
    page.get_by_label("Kleur de gebieden volgens").select_option(label="Plaatsen per 100")
    assert legend_texts(page)[:5] == ["minder dan 40", "40 tot 57,5", "57,5 tot 60", "60 tot 80", "80 of meer"]
    fills = [page.locator(f'{AREA}[data-row="{row}"]').get_attribute("fill") for row in range(14)]
    classes = page.evaluate("KortrijkAtlas.views[0].layer().classes.map((c) => c.colour)")
    values = samples.areas()["places_per_100"]
    places = np.searchsorted([40, 57.5, 60, 80], values, side="right")
    wanted = ["url(#kg-hatch)" if np.isnan(v) else classes[p] for v, p in zip(values, places, strict=True)]
    assert fills == wanted
    assert fills[0] != before or fills[1] != before
    unknown = page.locator(f'{AREA}[data-row="2"]').get_attribute("aria-label")
    assert unknown == "Wijk C2: Plaatsen per 100 (per fiets), onbekend"


def test_table_and_map_hold_the_same_figures_in_the_same_words(
    page_file: Path, open_page: Opener, samples: ModuleType
) -> None:
    page = open_page(page_file)
    areas = samples.areas()
    for row, (name, value, people) in enumerate(
        zip(areas["name"], areas["share_near"], areas["population"], strict=True)
    ):
        line = page.locator(f'#areas-table tbody tr[data-row="{row}"]')
        text = number_text(value, "share", (0.2, 0.4, 0.6, 0.8))
        assert line.locator("th").inner_text() == name
        assert line.locator("td[data-active]").inner_text() == text
        assert line.locator('td[data-column="population"]').inner_text() == number_text(people, "whole")
        label = page.locator(f'{AREA}[data-row="{row}"]').get_attribute("aria-label")
        assert label == f"{name}: Alles binnen 15 minuten (te voet), {text}"
    assert page.locator("#areas-table tfoot td[data-active]").inner_text() == "57,9 %"


def test_browser_and_python_write_numbers_alike(page_file: Path, open_page: Opener) -> None:
    rng = np.random.default_rng(3)
    values = [*rng.normal(0, 10 ** rng.uniform(-4, 7, 400)), 0.0, -0.04, 0.25, 0.5, 1.5, 2.5, -2.5, 59.96, 0.5996, 1e15]
    cases = [[float(v), unit, [0.6, 60.0]] for v in values for unit in ("share", "number", "whole", "metres")]
    cases += [[None, "share", []], [True, "text", []], ["tekst", "text", []]]
    page = open_page(page_file)
    found = page.evaluate("(cases) => cases.map((c) => KortrijkAtlas.numberText(...c))", cases)
    assert found == [number_text(value, unit, limits) for value, unit, limits in cases]


def test_search_finds_an_area_without_accents_and_chooses_it(
    samples: ModuleType, tmp_path: Path, open_page: Opener
) -> None:
    frame = samples.areas()
    frame.loc["W004", "name"] = "Sint-Élooi"
    write_page(samples.spec(samples.result(frame=frame)), tmp_path / "page.html")
    page = open_page(tmp_path / "page.html")
    page.get_by_label("Zoek een gebied").fill("eloo")
    assert page.locator("#hits button").all_inner_texts() == ["Sint-Élooi"]
    assert page.locator("#search-status").inner_text() == "1 gebied gevonden"
    page.get_by_label("Zoek een gebied").press("Enter")
    assert page.locator("#card h3").inner_text() == "Sint-Élooi"
    assert page.locator("#areas-table tr.chosen th").inner_text() == "Sint-Élooi"
    page.get_by_label("Zoek een gebied").fill("wijk")
    assert page.locator("#search-status").inner_text() == "13 gebieden gevonden, de eerste 8 staan hier"
    page.get_by_label("Zoek een gebied").fill("nergens")
    assert page.locator("#search-status").inner_text() == "0 gebieden gevonden"


def test_row_and_area_light_each_other(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    page.locator('#areas-table tr[data-row="5"]').hover()
    assert page.evaluate("KortrijkAtlas.views[0].hovered") == 5
    assert page.locator(".leaflet-kg-ring-pane path").first.get_attribute("d") != "M0 0"
    page.locator('#areas-table tr[data-row="6"] button').focus()
    assert page.evaluate("KortrijkAtlas.views[0].hovered") == 6
    page.evaluate("window.scrollTo(0, 0)")
    page.evaluate("KortrijkAtlas.views[0].show(1, false)")
    box = page.locator(f'{AREA}[data-row="7"]').bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=3)
    row = page.evaluate("KortrijkAtlas.views[0].hovered")
    assert row is not None
    assert page.locator("#areas-table tr.lit").get_attribute("data-row") == str(row)
    assert page.locator(".kg-tip strong").is_visible()


def test_the_table_sorts_and_keeps_unknown_last(page_file: Path, open_page: Opener, samples: ModuleType) -> None:
    page = open_page(page_file)
    head = page.locator("#areas-table th[data-active] button")
    order = samples.areas()["share_near"].reset_index(drop=True)
    for ascending in (False, True):
        head.click()
        rows = [int(line.get_attribute("data-row")) for line in page.locator("#areas-table tbody tr").all()]
        assert rows == order.sort_values(ascending=ascending, na_position="last").index.tolist()
    assert page.locator("#areas-table th[data-active]").get_attribute("aria-sort") == "ascending"


def test_areas_can_be_walked_with_the_keyboard(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    assert page.locator(f'{AREA}[tabindex="0"][role="button"][aria-label]').count() == 14
    page.locator(".leaflet-container").focus()
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.row"))
    assert reached == [str(row) for row in range(14)]
    assert page.evaluate("KortrijkAtlas.views[0].hovered") == 13
    assert page.locator(".kg-tip strong").inner_text() == "Wijk N13"
    page.keyboard.press("Enter")
    assert page.locator("#card h3").inner_text() == "Wijk N13"
    assert page.locator(f'{AREA}[aria-pressed="true"]').get_attribute("data-row") == "13"


def test_a_point_tells_its_fields(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    page.evaluate("KortrijkAtlas.views[0].show(1, false)")
    page.get_by_label("Opvang").check()
    at = page.evaluate(
        """() => {
          const view = KortrijkAtlas.views[0];
          const [lat, lng] = KortrijkAtlas.decodeLine(view.data.points[1].steps)[3];
          view.map.setView([lat, lng], 16, { animate: false });
          const box = view.map.getContainer().getBoundingClientRect();
          return [box.x + box.width / 2, box.y + box.height / 2];
        }"""
    )
    page.mouse.move(at[0] - 40, at[1])
    page.mouse.move(*at, steps=4)
    assert page.locator(".kg-tip dd").all_inner_texts() == ["Opvang 3", "gezinsopvang", "3"]


def test_a_link_shows_what_the_sender_saw(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    page.get_by_text("per fiets", exact=True).click()
    page.get_by_label("Opvang").check()
    page.evaluate("KortrijkAtlas.views[0].select(4, { zoom: true })")
    address = page.url
    assert "#laag=share_near_cycle&zicht=" in address
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Link kopiëren").click()
    page.get_by_text("De link is gekopieerd.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == address
    state = "(() => { const v = KortrijkAtlas.views[0]; return JSON.stringify([v.active, v.selected, v.overlays.map((o) => !!o.shown), v.map.getZoom()]); })()"  # noqa: E501
    again = open_page(page_file, hash=address[address.index("#") :])
    assert json.loads(again.evaluate(state)) == json.loads(page.evaluate(state))


@pytest.mark.parametrize(
    "hash",
    [
        "#laag=<img src=x onerror=alert(1)>",
        "#zicht=1/2",
        "#zicht=NaN/x/9e99&gebied=-1&ook=99,a",
        "#gebied=1e3&x",
        "#gebied=",
        "#%",
    ],
)  # fmt: skip
def test_a_broken_link_is_ignored(page_file: Path, open_page: Opener, hash: str) -> None:  # noqa: A002
    page = open_page(page_file, hash=hash)
    assert page.locator(AREA).count() == 14
    assert page.evaluate("KortrijkAtlas.views[0].active") == 0
    assert page.evaluate("KortrijkAtlas.views[0].selected") is None


def test_it_works_on_a_phone(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file, viewport=PHONE, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not page.get_by_label("Opvang").is_visible()
    page.get_by_role("button", name="Kaartlagen").tap()
    assert page.get_by_label("Opvang").is_visible()
    page.get_by_role("button", name="Kaartlagen").tap()
    page.evaluate("KortrijkAtlas.views[0].show(1, false)")
    page.locator(f'{AREA}[data-row="8"]').scroll_into_view_if_needed()
    box = page.locator(f'{AREA}[data-row="8"]').bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert page.locator("#card h3").inner_text().startswith("Wijk")
    keep_picture(page, "phone")


def test_controls_on_the_map_do_not_overlap(page_file: Path, open_page: Opener) -> None:
    overlaps = """() => {
      const controls = [...document.querySelectorAll(".leaflet-control")];
      const boxes = controls.map((e) => [e.className, e.getBoundingClientRect()]);
      const met = [];
      boxes.forEach(([a, x], i) => boxes.slice(i + 1).forEach(([b, y]) => {
        if (x.left < y.right && y.left < x.right && x.top < y.bottom && y.top < x.bottom) met.push([a, b]);
      }));
      return met;
    }"""
    for size in ({"width": 1280, "height": 900}, {"width": 1024, "height": 700}, {"width": 800, "height": 800}, PHONE):
        page = open_page(page_file, viewport=size)
        page.evaluate("KortrijkAtlas.views[0].show(0, true); KortrijkAtlas.views[0].show(2, true)")
        assert page.evaluate(overlaps) == [], size


def test_print_is_one_page_with_map_legend_and_table(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    before = page.evaluate("KortrijkAtlas.views[0].map.getZoom()")
    content = page.pdf(prefer_css_page_size=True, print_background=True)
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") == 1
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(".kg-legend").is_visible()
    assert page.locator("#areas-table").is_visible()
    assert 330 <= page.locator(".mapbox").bounding_box()["width"] <= 640
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("KortrijkAtlas.views[0].map.getZoom()") == before


def test_a_researchers_folium_map_opens_without_a_network(
    samples: ModuleType, tmp_path: Path, open_page: Opener
) -> None:
    drawn = draw_map(samples.spec())
    drawn.save(tmp_path / "map.html")
    page = open_page(tmp_path / "map.html")
    assert page.locator(AREA).count() == 14
    assert page.locator(".kg-demo").is_visible()
    assert page.locator(".leaflet-control-attribution").inner_text() == "Bron: OpenStreetMap-bijdragers; Statbel"
    assert isinstance(drawn, folium.Map)


@pytest.mark.parametrize(
    "case", ["no rows", "one row", "all unknown", "one value", "infinite", "500 areas", "long names"]
)
def test_odd_results_open(samples: ModuleType, tmp_path: Path, open_page: Opener, case: str) -> None:
    frame = samples.areas(500) if case == "500 areas" else samples.areas()
    if case == "no rows":
        frame = frame.iloc[:0]
    if case == "one row":
        frame = frame.iloc[:1]
    if case == "all unknown":
        frame[["share_near", "share_near_cycle", "places_per_100", "population"]] = np.nan
    if case == "one value":
        frame["share_near"] = 0.5
    if case == "infinite":
        frame.loc[frame.index[:2], "share_near"] = [np.inf, -np.inf]
    if case == "long names":
        frame["name"] = ["Onafgebroken" * 17 if n % 2 else "lange naam " * 18 for n in range(len(frame))]
    write_page(samples.spec(samples.result(frame=frame)), tmp_path / "page.html")
    for size in (None, PHONE):
        page = open_page(tmp_path / "page.html", viewport=size)
        assert page.locator(AREA).count() == len(frame)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        unknown = int((~np.isfinite(frame["share_near"].astype(float))).sum())
        assert page.locator(f'{AREA}[fill="url(#kg-hatch)"]').count() == unknown
        for place in (1, 2):
            page.evaluate(f"KortrijkAtlas.views[0].setLayer({place})")
        keep_picture(page, f"{case.replace(' ', '-')}-{'phone' if size else 'desk'}")
