"""Ranking, filter by value, pictures, CSV, plan table and filter of points, in a real browser without a network."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rasterio
from axe_playwright_python.base import AXE_SCRIPT

from kortrijk_geo.mapping import MapSpec, PlanTable, write_page
from kortrijk_geo.results import Scale
from kortrijk_geo.text.dutch import number_text

pytestmark = pytest.mark.browser
Opener = Callable[..., Any]
FORMULA = "=HYPERLINK(1)"
VIEW = "KortrijkAtlas.views[0]"


@pytest.fixture(scope="module")
def spec(samples: ModuleType) -> MapSpec:
    """The sample page with a goal, a plan, and points that have names, shapes and a filter."""
    areas = samples.areas()
    areas.loc[areas.index[0], "name"] = FORMULA
    page = samples.spec(samples.result(frame=areas))
    share = Scale.of_data("share", goals=[("doel", 0.6)]).fitted(areas["share_near"])
    first, *others = page.area_layers
    homes, places = page.point_layers
    plan = PlanTable(
        "Vlakken", "Plan", pd.DataFrame({"rank": [1, 2], "who": ["school", None], "m2": [1_200.4, 3.0]}),
        {"rank": "Volgorde", "who": "Eigenaar", "m2": "Oppervlakte (m²)"}, {"m2": "whole"}, "Een rekenvoorbeeld.",
    )  # fmt: skip
    return replace(
        page,
        area_layers=(replace(first, scale=share), *others),
        point_layers=(homes, replace(places, name="title", filter="kind", marks={"family": "ring"}, shown=True)),
        plans=(plan,),
    )


@pytest.fixture(scope="module")
def page_file(spec: MapSpec, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("charts") / "voorbeeld.html"
    write_page(spec, path)
    return path


def saved(page: Any, button: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.locator(f"#{button}").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_the_ranking_goes_from_high_to_low_with_unknown_last(page_file: Path, open_page: Opener, spec: MapSpec) -> None:
    page = open_page(page_file)
    values = spec.result.areas["share_near"]
    order = [*values.dropna().sort_values(ascending=False).index, *values.index[values.isna()]]
    bars = page.locator("#ranking-list .rank")
    assert bars.locator(".rank-name").all_inner_texts() == spec.result.areas.loc[order, "name"].tolist()
    limits = spec.area_layers[0].scale.limits
    wanted = [number_text(value, "share", limits) for value in values[order]]
    assert bars.locator(".rank-value").all_inner_texts() == wanted
    assert wanted[-1] == "onbekend"
    assert bars.nth(13).locator(".rank-bar").count() == 0
    assert page.locator("#ranking-key li").all_inner_texts() == ["stad als geheel 57,9 %", "doel 60,0 %"]
    # The bar of the highest reaches the end, and a goal stands as far as its value.
    width = bars.first.locator(".rank-track").bounding_box()["width"]
    assert bars.first.locator(".rank-bar").bounding_box()["width"] == pytest.approx(width, abs=1)
    goal = page.evaluate("document.querySelector('.rank-goal').style.left")
    assert float(goal.rstrip("%")) == pytest.approx(60 / values.max(), abs=0.01)


def test_a_bar_selects_its_area_also_by_keyboard(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    first = page.locator("#ranking-list .rank").first
    first.focus()
    page.keyboard.press("Enter")
    assert first.get_attribute("aria-pressed") == "true"
    assert page.evaluate(f"{VIEW}.selected") == int(first.get_attribute("data-row"))
    assert first.locator(".rank-name").inner_text() in page.locator("#card h3").inner_text()


def test_the_ranking_follows_the_layer(page_file: Path, open_page: Opener, spec: MapSpec) -> None:
    page = open_page(page_file)
    page.evaluate(f"{VIEW}.setLayer(2)")
    best = spec.result.areas["places_per_100"].idxmax()
    assert page.locator("#ranking-list .rank-name").first.inner_text() == spec.result.areas.loc[best, "name"]


def test_the_filter_dims_map_bars_and_table_and_tells_it(page_file: Path, open_page: Opener, spec: MapSpec) -> None:
    page = open_page(page_file)
    values = spec.result.areas["share_near"].to_numpy()
    handle = page.get_by_label("vanaf")
    handle.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    least = np.sort(values[np.isfinite(values)])[5]
    outside = {row for row, value in enumerate(values) if not value >= least}
    assert len(outside) == 6  # five are lower, of one nothing is known

    def dimmed(selector: str) -> set[int]:
        rows = page.locator(selector).evaluate_all("(all) => all.map((one) => Number(one.dataset.row))")
        return set(rows)

    assert dimmed("#areas-table tr.dimmed") == outside
    assert dimmed("#ranking-list .rank.dimmed") == outside
    assert dimmed('path.leaflet-interactive[data-row][fill-opacity="0.12"]') == outside
    assert page.locator("#histogram rect.dimmed").count() == 5
    told = page.locator("#filter-status")
    assert told.get_attribute("role") == "status"
    assert told.inner_text().startswith("8 van 14 gebieden: van ")
    assert handle.get_attribute("aria-valuetext") == number_text(least, "share", spec.area_layers[0].scale.limits)
    # Lower than the other handle is as far as one goes.
    page.get_by_label("tot en met").focus()
    page.keyboard.press("Home")
    assert page.locator("#filter-status").inner_text().startswith("1 van 14")
    page.get_by_role("button", name="Wis filter").click()
    assert dimmed("#areas-table tr.dimmed") == set()
    assert page.locator('path[data-row][fill-opacity="0.12"]').count() == 0
    assert not page.get_by_role("button", name="Wis filter").is_visible()


def test_a_filter_ends_with_its_layer(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    page.evaluate(f"{VIEW}.filterTo(0.4, 0.8)")
    assert page.locator("#areas-table tr.dimmed").count() > 0
    page.evaluate(f"{VIEW}.setLayer(1)")
    assert page.locator("#areas-table tr.dimmed").count() == 0


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_pictures_of_map_and_ranking_are_whole(page_file: Path, open_page: Opener, tmp_path: Path) -> None:
    page = open_page(page_file)
    wide, high = page.evaluate(f"[{VIEW}.map.getSize().x, {VIEW}.map.getSize().y]")
    colour = page.evaluate(f"{VIEW}.layer().classes[0].colour")
    for button in ("save-map", "save-chart"):
        path = saved(page, button, tmp_path)
        assert path.name.endswith("-demo-kaart.png" if button == "save-map" else "-demo-grafiek.png")
        with rasterio.open(path) as picture:
            pixels = picture.read()[:3].astype(int)
        if button == "save-map":
            assert pixels.shape[2] == 2 * (wide + 330)
            assert pixels.shape[1] >= 2 * high
        else:
            assert pixels.shape[2] == 2_000
        # The mark of invented data on top, and areas or bars in the colours of the legend below it.
        assert pixels[:, 4, 4].tolist() == [0x7A, 0x1F, 0x00]
        wanted = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)])[:, None, None]
        assert (np.abs(pixels - wanted).max(axis=0) <= 2).sum() > 500
        red, green, blue = pixels
        assert len(np.unique((red << 16) | (green << 8) | blue)) > 50
    assert page.locator("#save-status").inner_text() == "De grafiek is bewaard als afbeelding."


def test_with_tiles_on_there_is_no_picture_and_a_reason(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    page.evaluate(f"{VIEW}.map.getPane('tilePane').append(Object.assign(new Image(), {{className: 'leaflet-tile'}}))")
    page.locator("#save-map").click()
    page.wait_for_function("document.getElementById('save-status').textContent !== ''")
    assert page.locator("#save-status").inner_text().startswith("Geen afbeelding: met een achtergrondkaart")


def test_the_csv_is_the_table_as_a_dutch_spreadsheet_reads_it(
    page_file: Path, open_page: Opener, tmp_path: Path, spec: MapSpec
) -> None:
    content = saved(open_page(page_file), "save-table", tmp_path).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert head[:2] == ["Gebied", "Alles binnen 15 minuten (%)"]
    assert "Inwoners" in head
    assert rows[0][0] == f"'{FORMULA}"
    assert rows[2][1] == "onbekend"
    shares = spec.result.areas["share_near"]
    assert float(rows[0][1].replace(",", ".")) == pytest.approx(100 * shares.iloc[0])
    people = head.index("Inwoners")
    assert [float(row[people]) for row in rows[:14]] == spec.result.areas["population"].tolist()
    assert rows[14] == ["DEMO: fictieve gegevens, niet voor beslissingen"]


def test_the_plan_stands_as_a_table(page_file: Path, open_page: Opener) -> None:
    table = open_page(page_file).locator("#plan .plan-table")
    assert table.locator("th[scope=col]").all_inner_texts() == ["Volgorde", "Eigenaar", "Oppervlakte (m²)"]
    lines = [line.locator("th, td").all_inner_texts() for line in table.locator("tbody tr").all()]
    assert lines == [["1", "school", "1.200"], ["2", "onbekend", "3"]]


def test_points_have_names_shapes_and_a_filter(page_file: Path, open_page: Opener, spec: MapSpec) -> None:
    page = open_page(page_file)
    assert page.locator(".kg-legend .kg-mark").count() == 1
    title = page.evaluate(f"{VIEW}.overlays.at(-1).tip(3).querySelector('strong').textContent")
    assert title == "Opvang 3"
    terms = page.evaluate(f"[...{VIEW}.overlays.at(-1).tip(3).querySelectorAll('dt')].map((one) => one.textContent)")
    assert terms == ["Soort", "Plaatsen"]
    place = spec.point_layers[1].frame.to_crs(4326).geometry.iloc[3]  # a family
    hit = f"{VIEW}.overlays.at(-1).layer.hit(L.latLng({place.y}, {place.x}))"
    assert page.evaluate(hit) == 3
    page.get_by_label("Toon Soort").select_option("groepsopvang")
    assert page.evaluate(hit) != 3
    page.get_by_label("Toon Soort").select_option("alle")
    assert page.evaluate(hit) == 3


@pytest.mark.parametrize("width", [360, 1280])
def test_charts_are_accessible_and_fit(page_file: Path, open_page: Opener, width: int) -> None:
    page = open_page(page_file, viewport={"width": width, "height": 800})
    page.evaluate(f"{VIEW}.filterTo(0.4, 0.8)")
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("() => axe.run({ runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21aa'] } })")
    assert [one["id"] for one in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
