"""The small town with sites of the city: two libraries in the west and east, a third outside, a depot, a church."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
import small_town
from tiny_city import box, frame, point

from kortrijk_geo.pack.city import City


def triangle(*corners: tuple[float, float]) -> shapely.Polygon:
    """A shape with one corner nearest to a street."""
    return shapely.Polygon([point(*corner) for corner in corners])


# Site, its shape and use; floors and names follow. Streets run along y = 100 and y = 300, and across every 150 m.
SITES = {
    "west": (point(20, 90), "Bibliotheek"),
    "east": (point(580, 110), "bibliotheek"),
    "hall": (triangle((200, 20), (260, 30), (230, 60)), "buurthuis"),
    "land": (box(280, 250, 420, 340), "speelplein"),
    "church": (point(310, 290), "kerk"),
    "depot": (point(400, 110), "loods"),
}
# A minute on foot, so that the town is larger than what one reaches.
WALK = {"walk_m_per_min": 80.0, "minutes": 3}


def sites(*extra: tuple[str, Any, str | None], without: tuple[str, ...] = ()) -> gpd.GeoDataFrame:
    """The sites, and more of them as (id, shape, use)."""
    rows = [(key, shape, use) for key, (shape, use) in SITES.items() if key not in without] + list(extra)
    return frame(
        [shape for _, shape, _ in rows],
        site_id=[key for key, _, _ in rows],
        name=[f"Plek {key}" for key, _, _ in rows],
        use=pd.array([use for _, _, use in rows], dtype="str"),
        floor_m2=[100.0 * (n + 1) for n in range(len(rows))],
        owner=["stad"] * len(rows),
    )


def town(folder: Path, *extra: tuple[str, Any, str | None], **layers: Any) -> City:
    """The town with these sites; ``layers`` take the place of its others, of which None leaves one out."""
    gone = tuple(name for name, layer in layers.items() if layer is None)
    changed = {name: layer for name, layer in layers.items() if layer is not None}
    return small_town.write_town(folder, without=gone, **{"city_sites": sites(*extra), **changed})
