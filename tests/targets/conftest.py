"""Small results of themes, built by hand, and a targets file of five promises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from targets_head import targets_of

from kortrijk_geo.results import Column, Source, ThemeResult

PAGES = {"childcare": "kinderopvang", "housing": "sociaal_wonen", "reach": "bereik", "trees": "bomen"}

TARGETS = """
[[target]]
key = "rate"
label = "Plaatsen per 100"
subject = "Opvang"
goal = 60
unit = "per 100"
direction = "at_least"
counted = "level"
by = 2030
baseline = 50
baseline_date = 2020
measured = { theme = "childcare", column = "places_per_100_children" }
area_goal = true
source = "Nota"
date = "2020"
standing = "doel"

[[target]]
key = "more_places"
label = "Extra plaatsen"
subject = "Opvang"
goal = 100
unit = "plaatsen"
direction = "at_least"
counted = "change"
by = 2030
baseline = 1000
baseline_date = 2020
measured = { theme = "childcare", column = "places" }
area_goal = false
source = "Nota"
date = "2020"
standing = "doel"

[[target]]
key = "emission"
label = "Uitstoot tegenover 2005"
subject = "Klimaat"
goal = 0.6
unit = "aandeel"
direction = "reduce"
counted = "level"
by = 2030
baseline = 1
baseline_date = 2005
measured = "not measured by this toolkit"
source = "Nota"
date = "2020"
standing = "doel"

[[target.published]]
date = 2015
value = 0.8
source = "Verslag"

[[target]]
key = "trees_planted"
label = "Bomen geplant"
subject = "Groen"
goal = 6000
unit = "bomen"
direction = "at_least"
counted = "level"
by = 2030
baseline = 0
baseline_date = 2024
measured = "not measured by this toolkit"
possible = { theme = "trees", column = "tree_sites", label = "plantplaatsen" }
source = "Nota"
date = "2020"
standing = "doel"

[[target]]
key = "near"
label = "Alles dichtbij"
subject = "Nabijheid"
goal = "unknown"
unit = "aandeel"
direction = "at_least"
counted = "level"
by = "unknown"
baseline = "unknown"
measured = { theme = "reach", column = "share_all_walk_15" }
area_goal = false
source = "Nota"
date = "2020"
standing = "principe"
"""


@pytest.fixture
def targets_file(tmp_path: Path) -> Path:
    path = tmp_path / "doelen.toml"
    path.write_text(targets_of("Voorbeeldstad", "12345", TARGETS), encoding="utf-8")
    return path


@pytest.fixture
def make_result() -> Callable[..., ThemeResult]:
    """Make a theme's result from a city row and columns of three areas."""

    def make(
        theme: str, city: dict[str, Any], areas: dict[str, list[Any]] | None = None, **changes: Any
    ) -> ThemeResult:
        shapes = [shapely.box(left, 0, left + 1_000, 1_000) for left in (0, 1_000, 2_000)]
        frame = gpd.GeoDataFrame(
            {"name": ["Noord", "Zuid", "Oost"], **(areas or {})},
            index=pd.Index(["A", "B", "C"], name="area_id"),
            geometry=shapes,
            crs="EPSG:31370",
        )
        given = {
            "theme": theme,
            "page": PAGES[theme],
            "pack": "Voorbeeldpakket",
            "areas": frame,
            "city": city,
            "headlines": [],
            "columns": [Column("name", "Gebied"), *(Column(key, key.replace("_", " ")) for key in areas or {})],
            "sources": [Source(f"Bron van {theme}", "2024-12-31", "CC0")],
            "options": {"on": "2025-12-31"},
            "pack_digest": "abc123",
        }
        return ThemeResult(**{**given, **changes})

    return make


@pytest.fixture
def childcare(make_result: Callable[..., ThemeResult]) -> ThemeResult:
    """57 places per 100 children and 1,060 places at the end of 2025; the rate of Oost is unknown."""
    areas = {"places_per_100_children": [70.0, 44.0, float("nan")], "places": [700.0, 300.0, 60.0]}
    return make_result("childcare", {"places_per_100_children": 57.0, "places": 1060.0}, areas)


@pytest.fixture
def on() -> dt.date:
    return dt.date(2025, 12, 31)
