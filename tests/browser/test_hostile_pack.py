"""A real pack in which every text is an attack: the whole atlas shows it as text, and nothing runs or leaves."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import pytest
import small_town

from kortrijk_geo.atlas.comparison import Comparison
from kortrijk_geo.atlas.writing import AtlasReport, write_atlas
from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.pack.city import City
from kortrijk_geo.pack.layers import LAYERS
from kortrijk_geo.text.safe import visible

pytestmark = pytest.mark.browser

ATTACKS = (
    "<img src=x onerror=window.attacked=1>",
    "</script><script>window.attacked=2</script>",
    "${window.attacked=3}",
    "<iframe srcdoc='<script>parent.attacked=4</script>'></iframe>",
    "javascript:window.attacked=5//",
    "\"'`><svg onload=window.attacked=6>",
    "{{7*7}}{% raise %}{#",
    "\u202exe.cod\u202c",
    "=cmd()",
    "../../",
    "<!--",
    "regel\neen\x1b[31m",
)
THEME_PAGES = [*(theme.page for name, theme in THEMES.items() if name != "targets"), "kinderopvang_vergelijking"]
# What a browser would run, fetch or follow, other than our own.
FOREIGN = """() => [...document.querySelectorAll("*")].filter((e) =>
  e.matches("iframe, object, embed, form[action], base, svg svg, svg script") ||
  (e.matches("img, image") && !(e.getAttribute("src") || "").startsWith("data:image/png;base64,")) ||
  /^\\s*javascript:/i.test(e.getAttribute("href") || "") ||
  [...e.attributes].some((a) => a.name.startsWith("on"))
).map((e) => e.outerHTML.slice(0, 200))"""
# Every layer, every tooltip, every area: returns the texts of the tooltips.
EXERCISE = """() => {
  const view = KortrijkAtlas.views[0];
  const told = [];
  view.data.layers.forEach((_, place) => view.setLayer(place));
  view.data.names.forEach((_, row) => {
    view.hover(row, true);
    view.select(row);
    told.push(view.tip.getElement().textContent);
  });
  const sources = [...view.data.pictures, ...view.data.shapes, ...view.data.points];
  view.overlays.forEach((overlay, place) => {
    view.show(place, true);
    const many = overlay.tip && sources[place].fields.length ? sources[place].fields[0].values.length : 0;
    for (let row = 0; row < many; row += 1) {
      view.showTip(overlay.tip(row), view.map.getCenter());
      told.push(view.tip.getElement().textContent);
    }
  });
  return told;
}"""


def hostile(words: str) -> str:
    """Every attack around these words, another one in front each time, the same for the same words."""
    turn = zlib.crc32(words.encode()) % len(ATTACKS)
    first, *others = ATTACKS[turn:] + ATTACKS[:turn]
    return f"{first}{words} {' '.join(others)}"


def hostile_town(folder: Path, dates: dict[str, str], **options: Any) -> City:
    layers = small_town.layers(hostile)
    for rows in layers.values():
        rows[hostile("kolom")] = hostile("waarde")  # a column that the contract does not know
    return small_town.write_town(folder, text=hostile, dates=dates, **layers, **options)


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> AtlasReport:
    folder = tmp_path_factory.mktemp("hostile") / "deep"
    # With the days of these layers a theme reckons, so that there a text stops it.
    dates = {layer: hostile("2024-12-31") for layer in LAYERS if layer not in {"childcare", "areas", "amenities"}}
    city = hostile_town(folder, dates)
    around = sorted(folder.parent.rglob("*"))
    both = Comparison("childcare", (hostile("nu"), hostile("later")), after={"norm": 50.0})
    report = write_atlas(city, folder / "maps", on=dt.date(2026, 7, 1), comparisons=[both])
    assert (report.failed, report.unavailable) == ({}, {})
    assert sorted(set(folder.parent.rglob("*")) - set(around)) == sorted([report.out, *report.written])
    return report


def check_harmless(page: Any, scripts: int) -> None:
    page.wait_for_timeout(200)
    assert page.evaluate("window.attacked") is None
    assert page.evaluate(FOREIGN) == []
    assert page.locator("script").count() == scripts


def test_a_town_whose_texts_are_attacks_has_them_everywhere(atlas: AtlasReport) -> None:
    text = (atlas.out.parent / "pack" / "pack.toml").read_text(encoding="utf-8")
    assert text.count("window.attacked=1") >= 3 * len(LAYERS)
    for name, layer in LAYERS.items():
        rows = pyogrio.read_dataframe(atlas.out.parent / "pack" / "city.gpkg", layer=name)
        for column, spec in layer.columns.items():
            if spec.kind in {"id", "text"} and not spec.allowed and column in rows.columns:
                told = rows[column].dropna()
                assert told.str.contains("window.attacked=1").any(), (name, column)


@pytest.mark.parametrize("name", THEME_PAGES)
def test_a_theme_page_shows_attacks_as_text(atlas: AtlasReport, open_page: Callable[..., Any], name: str) -> None:
    names = [visible(hostile(f"Wijk {n}")) for n in range(8)]
    page = open_page(atlas.out / f"{name}.html")
    told = page.evaluate(EXERCISE)
    check_harmless(page, scripts=5 + page.locator("#matrix").count())  # a matrix brings its own
    assert [text.strip() for text in page.locator("#areas-table tbody th").all_text_contents()] == names
    assert all(text.startswith(name) for text, name in zip(told, names, strict=False))
    assert page.locator("#card h3").text_content() == names[7]
    page.get_by_label("Zoek een gebied").fill("Wijk 3")
    assert page.locator("#hits button").all_text_contents() == [names[3]]
    page.get_by_label("Zoek een gebied").press("Enter")
    assert page.locator("#card h3").text_content() == names[3]
    page.get_by_label("Zoek een gebied").fill("Straat 2")
    streets = [f"{visible(hostile('Straat 2'))} {visible(hostile('8500'))} {visible(hostile('Kleinstad'))}"]
    assert page.locator("#hits button").all_text_contents() == streets
    page.get_by_label("Zoek een gebied").press("Enter")
    assert visible(hostile("Kleinstad")) in page.locator("body").text_content()
    for words in {"bereik": ["Plek 1"], "kinderopvang": ["Opvang 0", "Opvang 1"]}.get(name, []):
        assert any(visible(hostile(words)) in text for text in told), words
    check_harmless(page, scripts=5 + page.locator("#matrix").count())  # a matrix brings its own


def test_index_and_targets_show_attacks_as_text(atlas: AtlasReport, open_page: Callable[..., Any]) -> None:
    page = open_page(atlas.out / "index.html")
    check_harmless(page, scripts=1)
    assert page.locator(".heat tbody th").all_text_contents() == [visible(hostile(f"Wijk {n}")) for n in range(8)]
    assert visible(hostile("Kleinstad")) in page.locator("h1").text_content()
    shown = page.locator("body").text_content()
    for words in ("Bron van areas", "Bron van land_cover", "CC0", "2024-12-31"):
        assert visible(hostile(words)) in shown
    assert page.locator(".tile h3 a").count() == len(THEMES) + 1
    page = open_page(atlas.out / "doelen.html")
    check_harmless(page, scripts=1)
    assert visible(hostile("Kleinstad")) in page.locator("body").text_content()
    assert visible(hostile("Wijk 5")) in page.locator("table").last.text_content()


def test_a_theme_that_fails_on_an_attack_tells_it_as_text(tmp_path: Path, open_page: Callable[..., Any]) -> None:
    slow = ("homes", "streets", "amenities", "land_cover", "green_cover", "surface_temperature", "soil_group")
    city = hostile_town(tmp_path, {"childcare": hostile("2024-12-31")}, without=slow)
    report = write_atlas(city, tmp_path / "maps")
    assert set(report.failed) == {"childcare"}
    page = open_page(tmp_path / "maps" / "index.html")
    check_harmless(page, scripts=1)
    assert "omdat er iets niet klopt in de gegevens" in page.locator(".tile", has_text="mislukt").text_content()
    told = json.loads((tmp_path / "maps" / "atlas.json").read_text(encoding="utf-8"))["pages"]
    assert any("window.attacked=1" in each.get("reason", "") for each in told)


def test_files_beside_the_pages_hold_attacks_as_plain_values(atlas: AtlasReport) -> None:
    names = [hostile(f"Wijk {n}") for n in range(8)]
    books = sorted(atlas.out.glob("*.xlsx"))
    assert len(books) == len(THEMES) + 1
    for path in books:
        with zipfile.ZipFile(path) as book:
            for part in book.namelist():
                content = book.read(part)
                assert not (part.startswith("xl/worksheets/") and (b"<f>" in content or b"<hyperlink" in content)), part
            assert not [part for part in book.namelist() if "external" in part.lower()]
        for sheet in openpyxl.load_workbook(path):
            assert {cell.data_type for row in sheet for cell in row} <= {"s", "n", "b"}, (path.name, sheet.title)
    figures = json.loads((atlas.out / "atlas.json").read_text(encoding="utf-8"))
    for page in figures["pages"]:
        if page["theme"] != "targets":
            assert [area["name"] for area in page["result"]["areas"]] == names
            layer = pyogrio.read_dataframe(atlas.out / f"{page['page']}.gpkg", layer="areas")
            assert layer["name"].tolist() == names
            features = json.loads((atlas.out / f"{page['page']}.geojson").read_text(encoding="utf-8"))["features"]
            assert [feature["properties"]["name"] for feature in features] == names
