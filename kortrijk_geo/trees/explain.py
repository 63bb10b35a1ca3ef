"""Why a tree can or cannot stand at one spot: its ground, its owner, and every rule that takes it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from rasterio.windows import Window

from kortrijk_geo.errors import OptionError
from kortrijk_geo.pack.layers import BBK_CODES
from kortrijk_geo.trees.cover import CoverFiles
from kortrijk_geo.trees.plantable import PlantingGround
from kortrijk_geo.trees.rules import OWNERS, load_rules

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.trees.outcomes import Outcome
    from kortrijk_geo.trees.rules import PlantingRules


@dataclass(frozen=True)
class SizeVerdict:
    """What a spot is for one size class: the outcome that decides, and the labels of all rules that take it."""

    size: str
    label: str
    outcome: Outcome
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """One spot explained; ``ground`` is the name of its land cover code, ``area_id`` is None outside every area."""

    x: float
    y: float
    ground_code: int
    ground: str
    owner: str
    area_id: str | None
    sizes: tuple[SizeVerdict, ...]


def explain(city: City, x: float, y: float, *, rules: Path | None = None) -> Explanation:
    """Explain the pixel under a point, just as `analyse` counts it.

    Parameters
    ----------
    city
        A pack with ``areas`` and ``land_cover``.
    x, y
        The point, in the pack's CRS, metres.
    rules
        A rules file instead of the package's own.

    Raises
    ------
    OptionError
        When the point lies outside the land cover.
    MissingLayerError, DataError, CrsError, MissingFileError
        As `analyse`.
    """
    planting = load_rules(rules)
    files = CoverFiles.of(city)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise OptionError(f"x and y must be numbers, found {x} and {y}")
    columns, rows, inside = files.grid.places(np.array([x]), np.array([y]))
    if not inside[0]:
        raise OptionError(f"the point {x:g}, {y:g} lies outside {files.land_cover} ({city.crs})")
    spot = int(columns[0]), int(rows[0])
    layers = near_layers(city, files, planting, x, y)
    whole = _pixel(city, files, planting, layers, *spot)
    # Each rule by itself: together, the first hides the others.
    alone = [
        _pixel(city, files, planting.model_copy(update={"rules": (rule,)}), layers, *spot).taken
        for rule in planting.rules
    ]
    areas = city.areas[city.areas.intersects(shapely.Point(x, y))]
    return Explanation(
        x=x,
        y=y,
        ground_code=whole.code,
        ground=BBK_CODES.get(whole.code, "unknown"),
        owner=whole.owner,
        area_id=None if areas.empty else str(areas["area_id"].iloc[0]),
        sizes=tuple(
            SizeVerdict(
                size.id,
                size.label,
                whole.outcomes[place],
                tuple(rule.label for rule, taken in zip(planting.rules, alone, strict=True) if taken[place]),
            )
            for place, size in enumerate(planting.sizes)
        ),
    )


@dataclass(frozen=True)
class _Pixel:
    code: int
    owner: str
    outcomes: tuple[Outcome, ...]
    taken: tuple[bool, ...]


def rule_layers(city: City, rules: PlantingRules) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of a city that the rules are about, and its parcels."""
    wanted = dict.fromkeys([*(rule.layer for rule in rules.rules if rule.layer is not None), "parcels"])
    return {name: city.layer(name) for name in wanted if city.has(name)}


def near_layers(city: City, files: CoverFiles, rules: PlantingRules, x: float, y: float) -> dict[str, gpd.GeoDataFrame]:
    """Return `rule_layers` with only what a rule could reach the point from."""
    layers = rule_layers(city, rules)
    crown = layers["trees"]["crown_m2"] if "trees" in layers and "crown_m2" in layers["trees"].columns else []
    widest_m2 = max([rules.unknown_crown.crown_m2, *(value for value in crown if math.isfinite(value))])
    reach_m = math.sqrt(widest_m2 / math.pi) + max(
        (max(rule.distances_m) + rule.half_width_m for rule in rules.rules), default=0.0
    )
    reach_m += max(files.grid.pixel_m)
    box = shapely.box(x - reach_m, y - reach_m, x + reach_m, y + reach_m)
    return {name: frame[frame.intersects(box)] for name, frame in layers.items()}


def _pixel(
    city: City, files: CoverFiles, rules: PlantingRules, layers: dict[str, gpd.GeoDataFrame], column: int, row: int
) -> _Pixel:
    ground = PlantingGround(files, rules, layers, areas=city.areas, boundary=city.boundary.geometry.iloc[0])
    with files.opened() as reader:
        pixels = ground.pixels(reader, Window(0, row, files.grid.width, 1))
    return _Pixel(
        code=int(pixels.cover.codes[0, column]),
        owner=OWNERS[int(pixels.owner[0, column])],
        outcomes=tuple(ground.outcomes.all[int(pixel_row[0, column])] for pixel_row in pixels.outcomes),
        taken=tuple(bool(pixel_row[0, column]) for pixel_row in pixels.reasons),
    )
