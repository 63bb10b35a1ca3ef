"""The index of the atlas in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kortrijk_geo.atlas.overview import written_page
from kortrijk_geo.mapping.index import index_html
from kortrijk_geo.pack.files import LayerRecord, PackInfo
from kortrijk_geo.text.safe import visible

pytestmark = pytest.mark.browser


def test_the_index_opens_and_hostile_names_stay_text(
    samples: ModuleType, tmp_path: Path, open_page: Callable[..., Any]
) -> None:
    names = samples.HOSTILE
    areas = samples.areas(len(names))
    areas["name"] = list(names)
    records = {name: LayerRecord(name, name, name, synthetic=True) for name in names}
    info = PackInfo(name=" ".join(names), crs="EPSG:31370", nis_code=names[0], synthetic=True, layers=records)
    page = written_page(samples.spec(samples.result(len(names))), ("voorbeeld.html", "voorbeeld.gpkg"))
    hostile = {
        "page": names[1],
        "title": names[0],
        "status": names[4],
        "why": names[1],
        "reason": names[2],
        "files": [],
    }
    bars = {**page, "picture": {"bars": [[name, 3, name] for name in names]}, "sources": list(names), "state": names[0]}
    colours = {**page, "picture": {"colours": list(names)}}
    pages = [page, bars, colours, hostile]
    text = index_html(info, areas, samples.context(), pages, digest="0" * 64, synthetic=True)
    (tmp_path / "index.html").write_bytes(text.encode())
    for size in (None, {"width": 360, "height": 740}):
        page = open_page(tmp_path / "index.html", viewport=size)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.locator(".tile").count() == 4
        assert page.locator(".tile svg").count() == 3
        assert page.locator(".heat tbody th").all_text_contents() == [visible(name) for name in names]
        assert page.evaluate("window.attacked") is None
        assert page.locator("script, img, iframe").count() == 1  # that of bar and table
        assert page.locator(".demo").is_visible()
        assert page.locator(".tile h3 a").first.get_attribute("href") == "voorbeeld.html"
