"""What the pages of the demo city show in the browser is what its files hold: tables, maps, headlines, workbooks."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workbook import sheet_rows

from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.targets import load_targets
from kortrijk_geo.targets.notes import amount
from kortrijk_geo.text.dutch import UNKNOWN, number_text

pytestmark = pytest.mark.browser

THEME_PAGES = [theme.page for name, theme in THEMES.items() if name != "targets"]
TEXTS = "(cells) => cells.map((cell) => cell.textContent.trim())"


def figures(atlas: Path, page: str) -> dict[str, Any]:
    pages = json.loads((atlas / "atlas.json").read_text(encoding="utf-8"))["pages"]
    return next(one["result"] for one in pages if one["page"] == page)


def sheet(atlas: Path, page: str, name: str) -> list[dict[str, Any]]:
    return sheet_rows(atlas / f"{page}.xlsx", name)


def headline_text(figure: dict[str, Any]) -> str:
    """The number of a headline, or its bounds, as a Dutch reader writes it."""
    value, limits = figure["value"], [] if figure["target"] is None else [figure["target"]]
    if value is None and figure["low"] is not None and figure["unit"] == "aandeel":
        low, high = math.floor(figure["low"] * 1000) / 10, math.ceil(figure["high"] * 1000) / 10
        return f"tussen {low:.1f} % en {high:.1f} %".replace(".", ",")
    if figure["unit"] == "aandeel":
        return number_text(value, "share", limits)
    whole = value is not None and (value == round(value) or abs(value) >= 10_000)
    return f"{number_text(value, 'whole' if whole else 'number', limits)} {figure['unit']}".strip()


@pytest.mark.parametrize("name", THEME_PAGES)
def test_table_and_map_of_a_page_show_the_figures_of_the_json(
    demo_atlas: Path, open_page: Callable[..., Any], name: str
) -> None:
    result = figures(demo_atlas, name)
    areas, city = result["areas"], result["city"]
    page = open_page(demo_atlas / f"{name}.html")
    data = json.loads(page.locator('script[type="application/json"]').text_content())
    assert data["names"] == [area["name"] for area in areas]
    assert set(data["values"]) == {one["column"] for one in [*data["table"], *data["layers"]]}
    for column, values in data["values"].items():
        assert values == [area[column] for area in areas], column
    limits = {layer["column"]: layer["limits"] for layer in data["layers"]}

    def check(selector: str, column: str, unit: str, edges: list[float]) -> None:
        cells = page.eval_on_selector_all(f"#areas-table tbody td[{selector}]", TEXTS)
        assert cells == [number_text(area[column], unit, edges) for area in areas], column
        foot = number_text(city[column], unit, edges) if column in city else ""
        assert page.eval_on_selector_all(f"#areas-table tfoot td[{selector}]", TEXTS) == [foot], column

    assert len(data["table"]) == page.locator("#areas-table thead th[data-column]").count()
    for one in data["table"]:
        check(f'data-column="{one["column"]}"', one["column"], one["unit"], limits.get(one["column"], []))
    for place, layer in enumerate(data["layers"]):
        assert layer.get("city") == city.get(layer["column"])
        page.evaluate("(place) => KortrijkAtlas.views[0].setLayer(place)", place)
        check("data-active", layer["column"], layer["unit"], layer["limits"])
    assert {one["unit"] for one in data["table"] if "share" in one["column"].split("_")} <= {"share"}


@pytest.mark.parametrize("name", THEME_PAGES)
def test_headlines_of_a_page_and_of_the_index_are_those_of_the_json(
    demo_atlas: Path, open_page: Callable[..., Any], name: str
) -> None:
    headlines = figures(demo_atlas, name)["headlines"]
    page = open_page(demo_atlas / f"{name}.html")
    shown = page.eval_on_selector_all(".figures .figure .value", TEXTS)
    assert shown == [headline_text(figure) for figure in headlines]
    assert page.eval_on_selector_all(".figures .figure .label", TEXTS) == [figure["label"] for figure in headlines]
    index = open_page(demo_atlas / "index.html")
    tile = index.locator(".tile").filter(has=index.locator(f'h3 a[href="{name}.html"]'))
    assert tile.locator(".big").text_content().strip() == headline_text(headlines[0])


@pytest.mark.parametrize("name", THEME_PAGES)
def test_the_workbook_and_geojson_of_a_page_hold_the_figures_of_the_json(demo_atlas: Path, name: str) -> None:
    result = figures(demo_atlas, name)

    def same(found: Any, wanted: Any) -> bool:
        return bool(found == (pytest.approx(wanted, rel=1e-12) if isinstance(wanted, float) else wanted))

    rows = sheet(demo_atlas, name, "Gebieden")
    assert len(rows) == len(result["areas"])
    features = json.loads((demo_atlas / f"{name}.geojson").read_text(encoding="utf-8"))["features"]
    for area, row, feature in zip(result["areas"], rows, features, strict=True):
        assert {key for key, value in area.items() if not same(row[key], value)} == set()
        assert {key for key, value in area.items() if not same(feature["properties"][key], value)} == set()
    (whole,) = sheet(demo_atlas, name, "Stad")
    wanted = {key: value for key, value in result["city"].items() if key in result["areas"][0]}
    assert set(whole) == {"area_id", "name", *wanted}
    assert {key for key, value in wanted.items() if not same(whole[key], value)} == set()
    book = sheet(demo_atlas, name, "Kerncijfers")
    for figure, row in zip(result["headlines"], book, strict=True):
        assert {key for key, value in figure.items() if not same(row[key], value)} == set(), figure["key"]


def test_the_targets_page_shows_the_figures_of_the_json(demo_atlas: Path, open_page: Callable[..., Any]) -> None:
    result = figures(demo_atlas, "doelen")
    assert json.loads((demo_atlas / "doelen.json").read_text(encoding="utf-8")) == result
    known = {target.key: target for target in load_targets().targets}
    wanted = {t["label"]: amount(t["now"], known[t["key"]]) for t in result["targets"]}
    assert len(set(wanted.values()) - {UNKNOWN}) > 5
    page = open_page(demo_atlas / "doelen.html")
    shown = page.eval_on_selector_all(
        ".goal", "(goals) => goals.map((g) => ['h3', '.now bdi'].map((s) => g.querySelector(s).textContent.trim()))"
    )
    assert dict(shown) == wanted
