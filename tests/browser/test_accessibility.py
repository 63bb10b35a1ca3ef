"""No page breaks a rule of WCAG 2.1 level A or AA that axe can judge, whatever it shows; those of the demo are judged
where they are visited, in test_demo_pages_in_browser.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from wcag import violations

from kortrijk_geo.mapping import PageExtras, write_page
from kortrijk_geo.mapping.compare import compare

pytestmark = pytest.mark.browser
Opener = Callable[..., Any]
PHONE = {"width": 360, "height": 740}


def test_every_state_of_a_page_is_accessible(samples: ModuleType, tmp_path: Path, open_page: Opener) -> None:
    write_page(samples.spec(), tmp_path / "page.html", extras=PageExtras("index.html", addresses=samples.addresses()))
    page = open_page(tmp_path / "page.html")
    page.evaluate("KortrijkAtlas.views[0].overlays.forEach((_, place) => KortrijkAtlas.views[0].show(place, true))")
    page.evaluate("KortrijkAtlas.views[0].hover(3, true); KortrijkAtlas.views[0].select(4)")
    page.get_by_label("Zoek een gebied of adres").fill("dorps")
    page.locator("details").evaluate_all("(all) => all.forEach((one) => (one.open = true))")
    assert page.locator("#hits button").count() > 1
    assert violations(page) == []
    page.get_by_role("button", name="Kaartlagen").click()
    page.get_by_role("button", name="Legenda").click()
    assert violations(page) == []


def test_a_comparison_is_accessible(samples: ModuleType, tmp_path: Path, open_page: Opener) -> None:
    spec = compare(samples.spec(), samples.spec(samples.result(13)), names=("2015", "2024"))
    write_page(spec, tmp_path / "page.html")
    for size in (None, PHONE):
        page = open_page(tmp_path / "page.html", viewport=size)
        assert violations(page) == []


def test_of_many_rows_those_that_are_not_like_the_others_are_judged(
    samples: ModuleType, tmp_path: Path, open_page: Opener
) -> None:
    write_page(samples.spec(samples.result(60)), tmp_path / "page.html")
    page = open_page(tmp_path / "page.html")
    rows = page.locator("#areas-table tbody")
    texts = "(body) => [...body.rows].map((row) => row.outerHTML)"
    odd = {40: "<td><button></button></td>", 45: '<td role="nothing">5</td>', 50: '<td><img src="data:,"></td>'}
    for row, cell in odd.items():
        rows.evaluate("(body, [row, cell]) => { body.rows[row].cells[1].outerHTML = cell; }", [row, cell])
    before = rows.evaluate(texts)
    broken = sorted(line.partition(":")[0] for line in violations(page))
    assert broken == ["aria-roles", "button-name", "image-alt"]
    assert rows.evaluate(texts) == before
