"""Results of themes on invented areas, with planted groups or with none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from kortrijk_geo.results import Source, ThemeResult

COLUMNS = {
    "reach": ("population", "share_all_walk_15"),
    "childcare": ("places_per_100_children",),
    "trees": ("canopy_share",),
    "unsealing": ("sealed_share",),
}
# inhabitants, share near, places per 100, canopy, sealed: a dense heart, green suburbs, villages.
PLANTED = np.array(
    [[9_000, 0.90, 70.0, 0.05, 0.70], [2_500, 0.50, 40.0, 0.35, 0.40], [300, 0.05, 60.0, 0.12, 0.10]]
)  # fmt: skip


def planted(count: int = 15, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Values of areas around the three planted groups, and the group of each."""
    random = np.random.default_rng(seed)
    groups = np.arange(count) % 3
    return PLANTED[groups] * random.normal(1, 0.07, (count, 5)), groups


def noise(count: int = 15, seed: int = 1) -> np.ndarray:
    """Values of areas in one cloud."""
    random = np.random.default_rng(seed)
    return np.column_stack([np.exp(random.normal(7, 1, count)), *random.uniform(0.1, 0.9, (4, count))])


def themes(
    values: np.ndarray, *, ids: Sequence[str] | None = None, order: Sequence[int] | None = None, **changes: Any
) -> dict[str, ThemeResult]:
    """Make the results of four themes from a table of five columns; every area is 1 km2."""
    count = len(values)
    names = list(ids or [f"W{place:02d}" for place in range(count)])
    shapes = [shapely.box(1_000 * place, 0, 1_000 * (place + 1), 1_000) for place in range(count)]
    rows = list(range(count)) if order is None else list(order)
    results, column = {}, 0
    for theme, columns in COLUMNS.items():
        data = {name: values[rows, column + place] for place, name in enumerate(columns)}
        column += len(columns)
        frame = gpd.GeoDataFrame(
            {"name": [f"Wijk {names[row]}" for row in rows], **data},
            index=pd.Index([names[row] for row in rows], name="area_id"),
            geometry=[shapes[row] for row in rows],
            crs="EPSG:31370",
        )
        given = {
            "theme": theme, "page": theme, "pack": "Voorbeeldpakket", "areas": frame,
            "city": {name: float(np.nansum(found)) for name, found in data.items()}, "headlines": [],
            "columns": [], "sources": [Source(f"Bron van {theme}", "2025")], "pack_digest": "abc",
        }  # fmt: skip
        results[theme] = ThemeResult(**{**given, **changes})
    return results


@pytest.fixture
def make_themes() -> Callable[..., dict[str, ThemeResult]]:
    return themes


@pytest.fixture
def planted_values() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    return planted


@pytest.fixture
def noise_values() -> Callable[..., np.ndarray]:
    return noise


@pytest.fixture(scope="session")
def quick_rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's rules with fewer resamples, for tests that need no more."""
    text = (Path(__file__).parents[2] / "kortrijk_geo" / "profile" / "profile.toml").read_text(encoding="utf-8")
    for old, new in (
        ("resamples = 200", "resamples = 12"),
        ("clouds = 99", "clouds = 19"),
        ("restarts = 10", "restarts = 3"),
    ):
        assert old in text
        text = text.replace(old, new)
    path = tmp_path_factory.mktemp("rules") / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return path
