"""Names of the demo's streets: main roads as the skeleton calls them, others made of words of ``street_names.toml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from kortrijk_geo.demo.shapes import bend
from kortrijk_geo.errors import DataError
from kortrijk_geo.rules import read_toml

if TYPE_CHECKING:
    import geopandas as gpd

    from kortrijk_geo.demo.plan import Plan

# Streets are drawn to the centimetre along the courses of the plan.
_ON_COURSE_M = 0.5
_FILE = "street_names.toml"


@cache
def words() -> dict[str, Any]:
    """Read ``street_names.toml``."""
    names: dict[str, Any] = read_toml(Path(__file__).with_name(_FILE))[0]
    return names


def main_roads(streets: gpd.GeoDataFrame, plan: Plan) -> np.ndarray:
    """Name of the main road that each street piece is part of, empty for all others."""
    roads = plan.of("road")
    middle = shapely.line_interpolate_point(streets.geometry.to_numpy(), 0.5, normalized=True)
    road, piece = shapely.STRtree(middle).query(
        bend(plan.lines("road"), plan.warp), predicate="dwithin", distance=_ON_COURSE_M
    )
    kind = streets["kind"].to_numpy()
    names = np.full(len(streets), "", dtype=object)
    # Where two roads share a course, the first in the skeleton has the name.
    for at, index in sorted(zip(piece.tolist(), road.tolist(), strict=True), reverse=True):
        if roads[index].kind == kind[at]:
            names[at] = roads[index].name
    return names


def invent_names(kind: np.ndarray, buildings: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Name streets, no two alike.

    Parameters
    ----------
    kind
        Of each street, as the layer ``streets`` has it.
    buildings
        How many stand at each street: ``-straat`` and ``-laan`` are larger than ``-hof``.
    along
        Place of each street in an order in which neighbours follow each other.

    Raises
    ------
    DataError
        When the words do not make names enough.
    """
    names = np.full(len(kind), "", dtype=object)
    for row in words()["endings"]:
        stems = np.array([stem for theme in row["stems"] for stem in words()["stems"][theme]], dtype=object)
        streets = np.flatnonzero(np.isin(kind, row["kinds"]))
        streets = streets[np.argsort(-buildings[streets], kind="stable")]
        if len(streets) > len(stems) * len(row["endings"]):
            raise DataError(
                f"{_FILE}: too few stems for {len(streets)} streets that end in {', '.join(row['endings'])}"
            )
        for start, ending in zip(range(0, len(streets), len(stems)), row["endings"], strict=False):
            alike = streets[start : start + len(stems)]
            alike = alike[np.argsort(along[alike], kind="stable")]
            names[alike] = stems[np.arange(len(alike)) * len(stems) // len(alike)] + ending
    return names
