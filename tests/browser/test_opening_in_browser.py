"""What a page does while it opens, and what it leaves until a reader comes near."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from kortrijk_geo.mapping import PageExtras, PointLayer, write_page
from kortrijk_geo.results import Scale

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.browser

Opener = Callable[..., Any]
# A canvas is emptied by giving it a size, which precedes every drawing.
COUNT_DRAWINGS = """() => {
  window.drawings = 0;
  const known = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, "width");
  Object.defineProperty(HTMLCanvasElement.prototype, "width", { ...known, set(value) {
    if (this.classList.contains("kg-points")) window.drawings += 1;
    known.set.call(this, value);
  } });
}"""
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
TABLE = """() => {
  const box = document.querySelector("#tabel .scroll");
  const row = box.querySelector("tbody tr:last-child");
  return {
    laid: row.checkVisibility({ contentVisibilityAuto: true }),
    height: box.offsetHeight,
    page: document.documentElement.scrollHeight,
    down: box.scrollTop,
  };
}"""


def until(page: Any, told: str) -> None:
    """Wait until an expression holds; the policy of the pages leaves no other way to ask again."""
    for _ in range(200):
        if page.evaluate(told):
            return
        page.wait_for_timeout(50)
    raise AssertionError(told)


def test_points_are_drawn_once_when_a_page_opens(browser: Any, samples: ModuleType, tmp_path: Path) -> None:
    write_page(samples.spec(points=3_000), tmp_path / "page.html")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    page.add_init_script(f"({COUNT_DRAWINGS})()")
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    page.evaluate(TWO_FRAMES)
    assert page.evaluate("window.drawings") == 1
    # A window of another size is another map.
    page.set_viewport_size({"width": 900, "height": 900})
    until(page, "window.drawings > 1")
    assert page.evaluate("KortrijkAtlas.views[0].whole")
    context.close()


def test_a_point_of_a_crowd_lets_the_one_below_through(open_page: Opener, samples: ModuleType, tmp_path: Path) -> None:
    homes = samples.homes(2_100)
    homes["walk_m_shop"] = 100.0
    homes.loc[2_099, "walk_m_shop"] = 5_000.0
    east, north = samples.CENTRE
    away = shapely.points(np.column_stack([np.full(2_098, east + 2_000), np.full(2_098, north)]))
    homes.geometry = [*away, shapely.Point(east, north), shapely.Point(east, north)]
    scale = Scale((400,), "metres", "cividis_r")
    layer = PointLayer(homes, "Woningen", {}, column="walk_m_shop", scale=scale, radius_px=3, shown=True)
    spec = samples.spec(points=0, shapes=False)
    write_page(type(spec)(**{**vars(spec), "point_layers": (layer,)}), tmp_path / "page.html")
    page = open_page(tmp_path / "page.html")
    found = page.evaluate("""() => {
      const view = KortrijkAtlas.views[0];
      const { layer, source } = view.overlays[0];
      const steps = KortrijkAtlas.decodeLine(source.steps);
      view.map.setView(steps[steps.length - 1], 13.5, { animate: false });
      const at = view.map.latLngToLayerPoint(steps[steps.length - 1]).subtract(layer._bounds.min);
      const pixel = layer._container.getContext("2d").getImageData(Math.round(at.x), Math.round(at.y), 1, 1).data;
      return { pixel: [...pixel], colours: source.classes.map(({ colour }) => colour) };
    }""")
    below, above = ([int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in found["colours"][:2])
    # Each covers 70 %: of what shows through 70 % is the one below.
    wanted = [(0.7 * top + 0.3 * 0.7 * under) / 0.91 for under, top in zip(below, above, strict=True)]
    assert found["pixel"] == pytest.approx([*wanted, 0.91 * 255], abs=4)


def test_a_long_table_is_laid_out_when_a_reader_comes_near(
    open_page: Opener, samples: ModuleType, tmp_path: Path
) -> None:
    write_page(samples.spec(samples.result(500)), tmp_path / "page.html")
    page = open_page(tmp_path / "page.html", viewport={"width": 1280, "height": 500})
    page.wait_for_selector("html[data-ready]")
    before = page.evaluate(TABLE)
    assert not before["laid"]
    page.locator("#tabel").scroll_into_view_if_needed()
    until(page, f"({TABLE})().laid")
    after = page.evaluate(TABLE)
    assert (after["height"], after["page"]) == (before["height"], before["page"])
    page.evaluate("document.querySelector('#tabel .scroll').scrollTop = 3000")
    page.evaluate("window.scrollTo({ top: 0, behavior: 'instant' })")
    until(page, f"!({TABLE})().laid")
    page.locator("#tabel").scroll_into_view_if_needed()
    until(page, f"({TABLE})().down === 3000")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('#tabel .scroll')).contentVisibility") == "visible"


def test_a_short_table_is_there_at_once(open_page: Opener, samples: ModuleType, tmp_path: Path) -> None:
    write_page(samples.spec(), tmp_path / "page.html")
    page = open_page(tmp_path / "page.html", viewport={"width": 1280, "height": 500})
    assert page.evaluate(TABLE)["laid"]


def test_a_long_table_is_there_without_scripts(open_page: Opener, samples: ModuleType, tmp_path: Path) -> None:
    write_page(samples.spec(samples.result(150)), tmp_path / "page.html")
    page = open_page(tmp_path / "page.html", java_script_enabled=False)
    page.locator("#tabel tbody tr").last.scroll_into_view_if_needed()
    assert page.locator("#tabel tbody tr").last.is_visible()


def test_streets_are_read_when_someone_comes_to_search(open_page: Opener, samples: ModuleType, tmp_path: Path) -> None:
    write_page(samples.spec(), tmp_path / "page.html", extras=PageExtras(addresses=samples.addresses()))
    page = open_page(tmp_path / "page.html")
    page.wait_for_selector("html[data-ready]")
    page.evaluate("""() => {
      window.books = 0;
      const make = KortrijkAtlas.addressBook;
      KortrijkAtlas.addressBook = (...given) => ((window.books += 1), make(...given));
    }""")
    page.locator("#search").focus()
    assert page.evaluate("window.books") == 1
    page.locator("#search").fill("Dorpsstraat 2")
    page.locator("#search").press("Enter")
    assert page.evaluate("window.books") == 1
    assert "Dorpsstraat 2" in page.locator("#hits").inner_text() + page.locator("#search-status").inner_text()
