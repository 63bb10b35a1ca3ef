"""Where things stand on a page: panels and tooltips on small maps, on paper, in forced colours and in tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kortrijk_geo.atlas.overview import written_page
from kortrijk_geo.mapping import draw_map, write_page
from kortrijk_geo.mapping.index import index_html
from kortrijk_geo.pack.files import PackInfo

pytestmark = pytest.mark.browser
Opener = Callable[..., Any]
PHONE = {"width": 360, "height": 740}
ZOOMED = {"width": 640, "height": 450}
DESK = {"width": 1280, "height": 900}
WIDE = {"width": 1920, "height": 1080}
# What the margins leave of A4, landscape.
SHEET = {"width": 1054, "height": 725}
AREA = "path.leaflet-interactive[data-row]"
VIEW = "KortrijkAtlas.views[0]"
AREAS_BOX = f"""() => {{
  const boxes = [...document.querySelectorAll("{AREA}")].map((path) => path.getBoundingClientRect());
  const [right, bottom] = [Math.max(...boxes.map((b) => b.right)), Math.max(...boxes.map((b) => b.bottom))];
  const [left, top] = [Math.min(...boxes.map((b) => b.left)), Math.min(...boxes.map((b) => b.top))];
  return {{ right, bottom, width: right - left, height: bottom - top }};
}}"""


@pytest.fixture(scope="module")
def page_file(samples: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("layout") / "voorbeeld.html"
    spec = samples.spec()
    shapes = tuple(replace(layer, filled=True) for layer in spec.shape_layers)
    write_page(replace(spec, shape_layers=shapes), path, downloads=("voorbeeld.gpkg",))
    return path


def test_what_is_drawn_on_canvas_goes_to_paper_as_a_fine_picture(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    drawn = page.locator(".leaflet-pane canvas")
    live = drawn.evaluate_all("(all) => all.forEach((one) => (one.live = true)) || all.length")
    assert live == 3  # the ground, the lines and the homes
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    on_paper = drawn.evaluate_all("""(all) => all.map((one) => {
      const { data } = one.getContext("2d").getImageData(0, 0, one.width, one.height);
      return [!!one.live, data.some((value) => value > 0), one.width / parseFloat(one.style.width)];
    })""")
    assert [one[:2] for one in on_paper] == [[False, True]] * live
    assert [round(one[2]) for one in on_paper[:2]] == [2, 2]
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert drawn.evaluate_all("(all) => all.map((one) => !!one.live)") == [True] * live


@pytest.fixture(scope="module")
def map_file(samples: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map by itself, as a notebook shows it."""
    path = tmp_path_factory.mktemp("alone") / "map.html"
    draw_map(samples.spec()).save(path)
    return path


@pytest.mark.parametrize("size", [PHONE, ZOOMED, DESK, WIDE], ids=["phone", "zoomed in", "desk", "wide"])
def test_the_city_fills_the_map_and_no_panel_covers_it(
    page_file: Path, open_page: Opener, size: dict[str, int]
) -> None:
    page = open_page(page_file, viewport=size)
    box = page.locator(".leaflet-container").bounding_box()
    assert page.locator(".leaflet-container .kg-panel").count() == 0
    areas = page.evaluate(AREAS_BOX)
    assert max(areas["width"] / box["width"], areas["height"] / box["height"]) > 0.9
    assert page.evaluate(f"{VIEW}.map.getBounds().contains({VIEW}.data.bounds)")


def test_a_map_comes_first_on_a_phone(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file, viewport=PHONE)
    top = page.locator(".mapbox").bounding_box()["y"]
    assert top < PHONE["height"] / 3
    assert page.locator(".figures").first.bounding_box()["y"] > top
    assert page.locator(".kg-legend").bounding_box()["y"] > top
    assert page.locator(".at-once").is_visible()


@pytest.mark.parametrize("size", [PHONE, ZOOMED], ids=["phone", "zoomed in"])
def test_no_panel_covers_the_areas_of_a_small_map(map_file: Path, open_page: Opener, size: dict[str, int]) -> None:
    page = open_page(map_file, viewport=size)
    box = page.locator(".leaflet-container").bounding_box()
    corner = page.locator(".leaflet-bottom.leaflet-left").bounding_box()
    assert corner["height"] <= 0.41 * box["height"]
    assert page.evaluate(AREAS_BOX)["bottom"] <= corner["y"]
    assert page.get_by_role("button", name="Kaartlagen").get_attribute("aria-expanded") == "false"


def test_the_lowest_map_still_shows_every_area(map_file: Path, open_page: Opener) -> None:
    page = open_page(map_file, viewport={"width": 500, "height": 160})
    assert page.evaluate(f"{VIEW}.map.getBounds().contains({VIEW}.data.bounds)")


def test_one_sheet_holds_map_legend_table_and_the_chosen_area(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file, viewport=PHONE)
    page.get_by_role("button", name="Legenda").click()
    page.evaluate(f"{VIEW}.select(4)")
    assert page.pdf(prefer_css_page_size=True, print_background=True).count(b"/Type /Page\n") == 1
    page.set_viewport_size(SHEET)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    parts = [page.locator(part).bounding_box() for part in (".mapbox", ".kg-legend", "#areas-table", "#card")]
    for place, one in enumerate(parts):
        assert one["x"] + one["width"] <= SHEET["width"] + 1
        assert one["y"] + one["height"] <= SHEET["height"]
        for other in parts[place + 1 :]:
            beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            assert beside or one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
    areas = page.evaluate(AREAS_BOX)
    assert max(areas["width"] / parts[0]["width"], areas["height"] / parts[0]["height"]) > 0.9
    assert page.locator(".kg-legend .kg-panel-body").is_visible()
    assert page.locator("#card h3").inner_text() == page.locator("tr.chosen th").inner_text()
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert not page.locator(".kg-legend .kg-panel-body").is_visible()


def test_panels_follow_the_size_of_the_page(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    opened = page.get_by_role("button", name="Kaartlagen")
    for size, state in ((ZOOMED, "false"), (DESK, "true")):
        page.set_viewport_size(size)
        page.locator(f'.kg-layers button[aria-expanded="{state}"]').wait_for()
        assert opened.get_attribute("aria-expanded") == state
        box, legend = (page.locator(part).bounding_box() for part in (".mapbox", ".kg-legend"))
        below, beside = legend["y"] >= box["y"] + box["height"], legend["x"] + legend["width"] <= box["x"]
        assert (below, beside) == (state == "false", state == "true")


def test_panels_follow_the_size_of_a_map_by_itself(map_file: Path, open_page: Opener) -> None:
    page = open_page(map_file)
    for size, corner, opened in ((ZOOMED, "left", "false"), (DESK, "right", "true")):
        page.set_viewport_size(size)
        page.locator(f".leaflet-bottom.leaflet-{corner} .kg-legend").wait_for()
        assert page.get_by_role("button", name="Kaartlagen").get_attribute("aria-expanded") == opened


def test_an_area_reached_by_the_keyboard_comes_out_from_behind_a_panel(map_file: Path, open_page: Opener) -> None:
    page = open_page(map_file)
    page.locator(f'{AREA}[data-row="7"]').focus()
    page.evaluate(f"""() => {{
      const {{ map }} = {VIEW};
      const legend = document.querySelector(".kg-legend").getBoundingClientRect();
      const box = map.getContainer().getBoundingClientRect();
      const to = L.point(legend.x + legend.width / 2 - box.x, legend.y + legend.height / 2 - box.y);
      map.panBy(map.latLngToContainerPoint({VIEW}.place(8)).subtract(to), {{ animate: false }});
    }}""")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.row") == "8"
    at = page.evaluate(f"{VIEW}.map.latLngToContainerPoint({VIEW}.place(8))")
    size = page.evaluate(f"{VIEW}.map.getSize()")
    assert (at["x"], at["y"]) == (pytest.approx(size["x"] / 2, abs=2), pytest.approx(size["y"] / 2, abs=2))
    assert page.locator(".kg-tip strong").inner_text() == "Wijk I8"


def test_a_tooltip_stays_within_the_map(samples: ModuleType, tmp_path: Path, open_page: Opener) -> None:
    labels = {name: f"{name} met een heel lange uitleg " * 4 for name in ("population", "places_per_100", "below")}
    result = samples.result()
    path = tmp_path / "page.html"
    write_page(
        samples.spec(
            replace(
                result,
                columns=[replace(column, label=labels.get(column.name, column.label)) for column in result.columns],
            )
        ),
        path,
    )
    for size in (DESK, ZOOMED):
        page = open_page(path, viewport=size)
        box = page.locator(".leaflet-container").bounding_box()
        for row in range(14):
            page.evaluate(f"{VIEW}.hover({row}, true)")
            tip = page.locator(".kg-tip").bounding_box()
            assert tip["y"] >= box["y"], row
            assert tip["y"] + tip["height"] <= box["y"] + box["height"], row
        assert page.locator(".kg-tip dt").count() >= 1
        label, whole = (page.locator(f".kg-tip {name}").first.bounding_box()["width"] for name in ("dt", "dl"))
        assert label >= 0.54 * whole


def test_colours_and_choice_are_seen_in_forced_colours(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file, forced_colors="active")
    background = "(all) => all.map((one) => getComputedStyle(one).backgroundColor)"
    swatches = page.locator(".kg-legend .kg-swatch").evaluate_all(background)
    assert len(set(swatches)) > 5
    groups = page.locator(".kg-groups bdi").evaluate_all(background)
    assert len(groups) == len(set(groups)) == 2


def test_closing_the_card_keeps_the_keyboard_there(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    page.evaluate(f"{VIEW}.select(4)")
    page.get_by_role("button", name="Sluiten").press("Enter")
    assert page.evaluate("document.activeElement.id") == "card"


def test_the_first_column_of_a_table_stays_in_sight(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file, viewport=PHONE)
    region = page.get_by_role("region", name="Tabel van de gebieden")
    region.scroll_into_view_if_needed()
    region.evaluate("(one) => one.scrollTo(80, 60)")
    left = region.bounding_box()["x"]
    for part in ("thead", "tbody", "tfoot"):
        cell = page.locator(f"#areas-table {part} th").first
        assert cell.bounding_box()["x"] == pytest.approx(left, abs=2), part
        assert cell.evaluate("(one) => getComputedStyle(one).backgroundColor") != "rgba(0, 0, 0, 0)"
    # The head lies over the first column, and the first column over the figures.
    top = page.evaluate("([x, y]) => document.elementFromPoint(x, y).closest('thead, tbody').tagName", [
        left + 10, region.bounding_box()["y"] + 8,
    ])  # fmt: skip
    assert top == "THEAD"


def test_no_figure_is_cut_at_the_edge_of_the_sheet(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file, viewport=DESK)
    page.evaluate("""() => {
      for (const row of document.getElementById("areas-table").rows) {
        const last = row.cells[row.cells.length - 1];
        for (let more = 0; more < 9; more++) row.append(last.cloneNode(true));
        const figures = [...row.cells].slice(2);
        if (!row.closest("thead")) figures.forEach((cell) => (cell.textContent = "17.402.436"));
        figures.forEach((cell) => cell.classList.remove("text"));
      }
    }""")
    page.set_viewport_size(SHEET)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    edges = page.locator("#areas-table :is(th, td)").evaluate_all(
        "(all) => all.filter((one) => one.offsetWidth).map((one) => one.getBoundingClientRect().right)"
    )
    assert max(edges) <= SHEET["width"] + 1
    assert "kolommen staan op de pagina zelf" in page.locator(".kg-beyond-note").inner_text()


def test_a_printed_index_keeps_each_tile_on_one_page(samples: ModuleType, tmp_path: Path, open_page: Opener) -> None:
    info = PackInfo(name="Voorbeeldstad", crs="EPSG:31370", synthetic=True, layers={})
    pages = [written_page(samples.spec(), ("voorbeeld.html", "voorbeeld.gpkg"))]
    text = index_html(info, samples.areas(), samples.context(), pages, digest="0" * 64, synthetic=True)
    (tmp_path / "index.html").write_bytes(text.encode())
    page = open_page(tmp_path / "index.html")
    page.emulate_media(media="print")
    assert page.locator(".tile").evaluate("(one) => getComputedStyle(one).breakInside") == "avoid"
    assert not page.locator(".tile .links").is_visible()


def test_a_click_on_a_filled_shape_chooses_the_area_below_it(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    page.evaluate(f"{VIEW}.show(1, false)")
    page.get_by_label("Binnen 15 minuten", exact=True).check()
    box = page.locator(".leaflet-kg-shapes-pane path").bounding_box()
    at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    below = page.evaluate(
        "([x, y]) => document.elementsFromPoint(x, y).find((one) => one.dataset.row).dataset.row", list(at)
    )
    page.mouse.move(at[0] - 9, at[1])
    page.mouse.click(*at)
    assert page.evaluate(f"{VIEW}.selected") == int(below)
    assert page.locator(".kg-tip dd").all_inner_texts() == ["Binnen 15 minuten", "1.234"]


def test_a_number_stays_on_one_line_with_its_unit(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file, viewport=PHONE)
    for place, least in ((".kg-legend", 5), ("#histogram-caption", 2)):
        lines = page.locator(f"{place} .kg-number").evaluate_all("(all) => all.map((n) => n.getClientRects().length)")
        assert len(lines) >= least
        assert set(lines) == {1}
