"""A page is written without folium: loading that takes as long as a small theme."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from kortrijk_geo.mapping.draw import draw_map
from kortrijk_geo.mapping.page import page_html

if TYPE_CHECKING:
    from types import ModuleType

LOADED = """
import importlib, sys
from kortrijk_geo import catalogue
for name in catalogue.THEMES:
    importlib.import_module(catalogue.theme_module(name).__name__).spec
import kortrijk_geo.mapping.page
print(sorted({name.partition(".")[0] for name in sys.modules} & {"folium", "branca", "requests"}))
"""


def test_neither_themes_nor_pages_load_folium() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_page_and_folium_map_open_alike(samples: ModuleType) -> None:
    page, drawn = page_html(samples.spec()), draw_map(samples.spec()).get_root().render()
    for option in ("zoom", "zoomControl", "preferCanvas", "zoomSnap", "maxZoom"):
        of_page = page.split(f'"{option}":')[1].split(",")[0]
        assert f'"{option}": {of_page},' in drawn
