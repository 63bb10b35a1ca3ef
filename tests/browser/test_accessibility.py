"""No page breaks a rule of WCAG 2.1 level A or AA that axe can judge, on a desk and on a phone, whatever it shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from axe_rules import violations

from kortrijk_geo.mapping import PageExtras, write_page
from kortrijk_geo.mapping.compare import compare

pytestmark = pytest.mark.browser
Opener = Callable[..., Any]
PHONE = {"width": 360, "height": 740}
PAGES = [
    "index", "bereik", "kinderopvang", "kinderopvang_vergelijking", "bomen", "ontharding", "sociaal_wonen", "doelen",
    "wijken", "wijktypes",
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_a_page_of_the_demo_is_accessible(
    demo_atlas: Path, open_page: Opener, name: str, size: dict[str, int] | None
) -> None:
    page = open_page(demo_atlas / f"{name}.html", viewport=size)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


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
