"""The fabric of the demo: from blocks to lots, buildings and parcels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.demo.country import Ribbon, make_fields, make_ribbon
from kortrijk_geo.demo.field import Waves
from kortrijk_geo.demo.lots import Lots, Style, slice_blocks
from kortrijk_geo.demo.roles import BUSINESS, GREEN, HOMES, OPEN
from kortrijk_geo.demo.shapes import box_axes, largest_polygons, quads
from kortrijk_geo.demo.zones import CORE, NEIGHBOUR, RURAL, SUBURB, URBAN

if TYPE_CHECKING:
    from kortrijk_geo.demo.figures import Figures
    from kortrijk_geo.demo.streets import Network

# Per zone: lot width, setback, side gap, depth of the building in m; share of rows with flats; from edge of the land to
# the middle of the street.
_HOUSES = {
    CORE: (7.8, 0.0, 0.0, 12.0, 0.42, 5.5),
    URBAN: (10.6, 2.5, 0.3, 11.0, 0.10, 6.0),
    SUBURB: (20.0, 6.5, 3.4, 10.0, 0.025, 6.5),
    NEIGHBOUR: (40.0, 5.0, 13.0, 11.0, 0.0, 6.5),
}
_FLATS = (24.0, 3.0, 0.5, 15.0)
_BUSINESS = (75.0, 14.0, 9.0, 62.0)
_OPEN_ROW_M = 6.0
# Less land than this carries no building.
_LAND_M2 = 250.0
_TOWN_COST = 1100.0
_WOODS_SHARE = 0.035
# Share of the houses that are a shop or workshop only.
_SHOPS = {CORE: 0.05, URBAN: 0.025}
_CAR_KINDS = ("primary", "secondary", "tertiary", "unclassified", "residential")
# Length and depth of the building on a block of its own (m, at most 0.6 of the block), and its use.
_SPECIAL = {
    "school": (62.0, 15.0, "school"),
    "sport": (36.0, 16.0, "sport"),
    "church": (42.0, 17.0, "church"),
    "hospital": (120.0, 55.0, "hospital"),
    "campus": (90.0, 34.0, "school"),
    "community": (34.0, 20.0, "public"),
    "works": (75.0, 32.0, "commercial"),
}


@dataclass(frozen=True)
class Fabric:
    """Lots and the rest of the land.

    Parameters
    ----------
    lots
        Columns ``kind`` (house, flats, ribbon, shop, business, special role), ``face``, ``part``, ``cost``, ``zone``
        and geometries ``lot``, ``building``, ``drive``, ``terrace`` (None where there is none).
    rest
        Columns ``use``, ``part`` and ``lot``: land without a building of its own.
    land
        Building land of every face, streets taken off (one polygon or None per face).
    """

    lots: pd.DataFrame
    rest: pd.DataFrame
    land: np.ndarray


def make_fabric(
    net: Network,
    role: np.ndarray,
    part: np.ndarray,
    cost: np.ndarray,
    fig: Figures,
    near: shapely.Geometry,
    rng: np.random.Generator,
) -> Fabric:
    """Build the fabric.

    Parameters
    ----------
    role, part, cost
        Per face, see `roles.assign_roles`.
    near
        Polygon within which fields are worked out (where land cover is drawn).
    """
    row_m = np.array([_HOUSES[zone][5] if zone in _HOUSES else _OPEN_ROW_M for zone in net.zone])
    land = largest_polygons(shapely.buffer(net.faces, -row_m, quad_segs=2, join_style="mitre"), least_m2=_LAND_M2)
    there = np.array([shape is not None for shape in land])
    shapely.prepare(net.faces)
    homes = np.flatnonzero(there & (role == HOMES))
    business = np.flatnonzero(there & (role == BUSINESS))
    tables, rests = [], []
    for faces, kinds, style in (
        (homes, *_home_rows(net.zone[homes], rng)),
        (business, np.full(2 * len(business), "business", dtype=object), _business_style(len(business), rng)),
    ):
        lots = slice_blocks(land[faces], style, rng)
        tables.append(_lots_table(lots, faces, kinds))
        rests.append(pd.DataFrame({"face": faces[lots.scrap_block], "lot": lots.scraps, "use": "garden"}))
    open_faces = np.flatnonzero(there & (role == OPEN))
    ribbon, fields = _open_land(net, land, open_faces, part, cost, fig, near, rng)
    tables.append(
        pd.DataFrame(
            {
                "face": open_faces[ribbon.block],
                "kind": "ribbon",
                "lot": ribbon.lot,
                "building": ribbon.building,
                "drive": ribbon.drive,
                "terrace": None,
            }
        )
    )
    rests.append(fields)
    special = np.flatnonzero(there & np.isin(role, list(_SPECIAL)))
    tables.append(_special(land[special], special, role[special]))
    whole = np.flatnonzero(there & ~np.isin(role, [HOMES, BUSINESS, OPEN, GREEN, *_SPECIAL]))
    rests.append(pd.DataFrame({"face": whole, "lot": land[whole], "use": role[whole]}))
    lots_table = pd.concat(tables, ignore_index=True)
    rest = pd.concat(rests, ignore_index=True)
    for table in (lots_table, rest):
        table["part"], table["zone"] = part[table["face"]], net.zone[table["face"]]
    lots_table["cost"] = cost[lots_table["face"]]
    shop = (lots_table["kind"] == "house") & (
        rng.random(len(lots_table)) < lots_table["zone"].map(_SHOPS).fillna(0.0).to_numpy()
    )
    lots_table["kind"] = lots_table["kind"].mask(shop, "shop")
    return Fabric(lots_table, rest, land)


def without_empty_blocks(fabric: Fabric, settled: np.ndarray) -> Fabric:
    """Turn blocks of the city on which nobody settled into meadows; ``settled`` holds rows of ``fabric.lots``.

    The lots keep their row labels.
    """
    lots, rest = fabric.lots, fabric.rest
    of_homes = lots["kind"].isin(["house", "flats"]) & (lots["part"] >= 0)
    empty = np.setdiff1d(lots.loc[of_homes, "face"], lots.loc[settled, "face"])
    meadow = pd.DataFrame({"face": empty, "lot": fabric.land[empty], "use": "pasture"})
    meadow["part"] = lots.groupby("face")["part"].first().reindex(empty).to_numpy()
    meadow["zone"] = RURAL
    gone, rest_gone = lots["face"].isin(empty), rest["face"].isin(empty)
    return Fabric(lots[~gone], pd.concat([rest[~rest_gone], meadow], ignore_index=True), fabric.land)


def _home_rows(zone: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, Style]:
    """Kind and style of the two rows of each block of homes."""
    values = np.array([_HOUSES[code] for code in np.repeat(zone, 2)]).reshape(-1, 6)
    rows = len(values)
    flats = rng.random(rows) < values[:, 4]
    shade = rng.uniform(0.86, 1.2, rows)
    slot = np.where(flats, _FLATS[0], values[:, 0]) * shade
    setback = np.where(flats, _FLATS[1] * (values[:, 1] > 0), values[:, 1] * rng.uniform(0.3, 1.6, rows))
    gap = np.where(flats, _FLATS[2], values[:, 2] * rng.uniform(0.3, 1.4, rows))
    depth = np.where(flats, _FLATS[3], values[:, 3] * rng.uniform(0.9, 1.25, rows))
    return np.where(flats, "flats", "house").astype(object), Style(slot, setback, gap, depth)


def _business_style(blocks: int, rng: np.random.Generator) -> Style:
    slot, setback, gap, depth = _BUSINESS
    shade = rng.uniform(0.6, 1.4, 2 * blocks)
    return Style(slot * shade, setback * rng.uniform(0.5, 1.5, 2 * blocks), gap * shade, depth * shade)


def _lots_table(lots: Lots, faces: np.ndarray, kinds: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "face": faces[lots.block],
            "kind": kinds[lots.row],
            "lot": lots.lot,
            "building": lots.building,
            "drive": lots.drive,
            "terrace": lots.terrace,
        }
    )


def _open_land(
    net: Network,
    land: np.ndarray,
    faces: np.ndarray,
    part: np.ndarray,
    cost: np.ndarray,
    fig: Figures,
    near: shapely.Geometry,
    rng: np.random.Generator,
) -> tuple[Ribbon, pd.DataFrame]:
    roads = net.streets.geometry.to_numpy()[net.streets["kind"].isin(_CAR_KINDS).to_numpy()]
    in_city = part[faces] >= 0
    chance = np.where(in_city, 0.16 + 1.5 * np.append(fig.of_parts("ribbon"), 0.0)[part[faces]], 0.07)
    rough = Waves.draw(rng, ((1500.0, 0.7), (500.0, 0.6)))
    ribbon = make_ribbon(land[faces], chance, roads, rough, rng)
    shown = shapely.intersects(land[faces], near)
    number = np.cumsum(shown) - 1
    part_ribbon = np.flatnonzero(shown[ribbon.block])
    kept = Ribbon(
        number[ribbon.block[part_ribbon]],
        ribbon.lot[part_ribbon],
        ribbon.building[part_ribbon],
        ribbon.drive[part_ribbon],
    )
    pieces = make_fields(land[faces[shown]], kept, rng)
    tree = shapely.STRtree(land[faces])
    inside = shapely.point_on_surface(pieces)
    piece, owner = tree.query(inside, predicate="within")
    face = np.zeros(len(pieces), dtype=int)
    face[piece] = faces[owner]
    # Land left open in town is no ploughland.
    in_town = cost[face] < _TOWN_COST
    use = np.where((rng.random(len(pieces)) < 0.62) & ~in_town, "arable", "pasture")
    use = np.where(rng.random(len(pieces)) < _WOODS_SHARE, "wood", use)
    return ribbon, pd.DataFrame({"face": face, "lot": pieces, "use": use})


def _special(blocks: np.ndarray, faces: np.ndarray, role: np.ndarray) -> pd.DataFrame:
    """Blocks with one building each."""
    centre, along, length, width = box_axes(blocks)
    wanted = np.array([_SPECIAL[name][:2] for name in role]).reshape(-1, 2)
    half = np.minimum(wanted, 0.6 * np.column_stack([length, width])) / 2
    aside = np.column_stack([np.zeros(len(blocks)), 0.25 * width - half[:, 1] / 2])
    building = quads(centre, along, aside - half, aside + half)
    yard = quads(centre, along, aside - half - [0, 1] * (1.2 * half[:, [1, 1]]), aside + half)
    return pd.DataFrame(
        {
            "face": faces,
            "kind": role,
            "lot": blocks,
            "building": _cut(building, blocks),
            "drive": None,
            "terrace": _cut(yard, blocks),
        }
    )


def _cut(shapes: np.ndarray, blocks: np.ndarray) -> np.ndarray:
    return largest_polygons(shapely.intersection(shapes, blocks), least_m2=_LAND_M2)
