"""Streets with their names and buildings, light enough to travel in every page: what one recognises when zoomed in.

One block of text, the same for all pages of an atlas; ``static/background.js`` reads it. Places are whole metres of web
Mercator (0.6 m on the ground in Flanders), written as the step from the point before. A number is zigzag-coded (0, -1,
1, -2 as 0, 1, 2, 3) and takes a byte for every seven bits, the last one below 128; all of them are deflated and written
as base64. Columns stand one after another, for equal things compress best beside each other::

    names: how many bytes, then UTF-8 text with a line for each
    streets: how many; class, place in the names plus one (0: no name) and number of points of each; all x; all y
    buildings: how many; number of points of each; all x; all y
"""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.mapping import geometry

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.pack.city import City

    Numbers = NDArray[np.int64]

# Classes of streets, the most important first; a kind that is not here is a street as any other.
_LOCAL, _PATH = 3, 4
_CLASS_OF = {
    "motorway": 0, "trunk": 0, "primary": 1, "secondary": 1, "tertiary": 2,
    "track": _PATH, "cycleway": _PATH, "footway": _PATH, "path": _PATH, "bridleway": _PATH, "steps": _PATH,
}  # fmt: skip
_MARGIN_M = 200.0
_TOLERANCE = 0.8  # Mercator metres: finer than the grid can tell
_LEAST_FLOOR_M2 = 20.0
# Of a larger city the smallest buildings and the paths are left out: a page keeps its 3 MB.
_MOST_STREET_POINTS = 90_000
_MOST_BUILDING_POINTS = 180_000
_NEAR_STREET_M = 50.0
_PIECE_STEPS = 4
_LEAST_DOORS = 2


def background_block(city: City) -> str:
    """Return streets and buildings of a city and its edge as one block of text; empty where the pack has neither.

    Parameters
    ----------
    city
        The opened pack. Streets without a column ``name`` are called as the addresses along them are.

    Returns
    -------
    str
        The block, the same bytes for the same pack.
    """
    around = shapely.buffer(shapely.union_all(city.boundary.geometry.to_numpy()), _MARGIN_M)
    shapely.prepare(around)
    streets = _near(city.layer("streets"), around) if city.has("streets") else None
    buildings = _near(city.layer("buildings"), around) if city.has("buildings") else None
    if not any(frame is not None and len(frame) for frame in (streets, buildings)):
        return ""
    if streets is not None and "name" not in streets.columns and city.has("addresses"):
        streets = streets.assign(name=names_by_addresses(streets, city.layer("addresses")))
    lines, classes, names = street_lines(streets)
    return encode(lines, classes, names, building_outlines(buildings))


def names_by_addresses(streets: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return for each street the street name of most addresses that stand nearest to it, None where hardly any does.

    An address at a corner, as near to several streets, is of the first of them.
    """
    names = np.full(len(streets), None, dtype=object)
    points = addresses.geometry.to_crs(streets.crs).to_numpy()
    pieces, of = _pieces(streets.geometry.to_numpy())
    door, piece = shapely.STRtree(pieces).query_nearest(points, max_distance=_NEAR_STREET_M)
    doors = pd.DataFrame({"door": door, "street": of[piece]}).groupby("door", as_index=False)["street"].min()
    doors["name"] = addresses["street"].to_numpy()[doors["door"]]
    votes = doors.groupby(["street", "name"], sort=True).size().reset_index(name="doors")
    votes = votes[votes["doors"] >= _LEAST_DOORS].sort_values(["doors", "name"], ascending=[False, True], kind="stable")
    votes = votes.drop_duplicates("street")
    names[votes["street"].to_numpy()] = votes["name"].to_numpy()
    return names


def _pieces(lines: geometry.Geometries) -> tuple[geometry.Geometries, Numbers]:
    """Return short pieces of lines, and the line of each: the nearest piece is found far sooner than a long line."""
    parts, line = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    point, ends = np.arange(len(xy)), np.cumsum(shapely.get_num_coordinates(parts))
    last = ends[part] - 1
    first = np.append(0, ends[:-1])[part]
    begins = np.flatnonzero(((point - first) % _PIECE_STEPS == 0) & (point < last))
    # The last piece of a line may be shorter: its last point then stands there again.
    points = np.minimum(begins[:, None] + np.arange(_PIECE_STEPS + 1), last[begins, None])
    return np.asarray(shapely.linestrings(xy[points]), dtype=object), line[part[begins]]


def street_lines(streets: gpd.GeoDataFrame | None) -> tuple[geometry.Geometries, Numbers, list[str]]:
    """Return lines in web Mercator, each as long as its class and name last, with the class and the name of each."""
    if streets is None or streets.empty:
        return np.array([], dtype=object), np.array([], dtype=np.int64), []
    parts = pd.DataFrame({"kind": streets["kind"].map(_CLASS_OF).fillna(_LOCAL).astype(np.int64)})
    parts["name"] = streets["name"].fillna("").astype(str).str.strip() if "name" in streets.columns else ""
    parts["shape"] = geometry.web_shapes(streets, "streets")
    parts = parts[~shapely.is_missing(parts["shape"].to_numpy())]
    groups = parts.groupby(["kind", "name"], sort=True)
    # All at once, for a street at a time takes most of this; the pieces of a street keep their order.
    group = groups.ngroup().to_numpy()
    order = np.argsort(group, kind="stable")
    pieces, row = shapely.get_parts(parts["shape"].to_numpy()[order], return_index=True)
    is_line = shapely.get_type_id(pieces) == shapely.GeometryType.LINESTRING
    joined = shapely.multilinestrings(pieces[is_line], indices=group[order][row[is_line]])
    lines, of_group = shapely.get_parts(shapely.line_merge(joined), return_index=True)
    keys = list(groups.groups)
    lines = shapely.simplify(lines, _TOLERANCE)
    whole = np.cumsum(shapely.get_num_coordinates(lines)) <= _MOST_STREET_POINTS
    classes = np.array([kind for kind, _ in keys], dtype=np.int64)[of_group]
    return lines[whole], classes[whole], [keys[group][1] for group in of_group[whole]]


def building_outlines(buildings: gpd.GeoDataFrame | None) -> geometry.Geometries:
    """Return the outer rings of buildings in web Mercator, neighbours near each other; the largest where too many."""
    if buildings is None or buildings.empty:
        return np.array([], dtype=object)
    large = buildings[buildings.geometry.area >= _LEAST_FLOOR_M2]
    parts = shapely.get_parts(geometry.web_shapes(large, "buildings"))
    rings = shapely.get_exterior_ring(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    rings = shapely.simplify(rings[~shapely.is_missing(rings)], _TOLERANCE)
    by_size = np.argsort(-shapely.area(shapely.polygons(rings)), kind="stable")
    points = np.cumsum(shapely.get_num_coordinates(rings[by_size]) - 1)
    rings = rings[np.sort(by_size[points <= _MOST_BUILDING_POINTS])]
    return np.asarray(rings[_near_each_other(rings)], dtype=object)


def encode(lines: geometry.Geometries, classes: Numbers, names: Sequence[str], outlines: geometry.Geometries) -> str:
    """Write lines and closed rings in web Mercator as the block that the head of this module describes."""
    known = list(dict.fromkeys(name for name in names if name))
    place = {name: at for at, name in enumerate(known, start=1)}
    text = "\n".join(name.replace("\n", " ") for name in known).encode("utf-8")
    name_of = np.array([place.get(name, 0) for name in names], dtype=np.int64)
    line_points, line_xy = _grid(lines, closed=False)
    ring_points, ring_xy = _grid(outlines, closed=True)
    drawn_lines, drawn_rings = line_points >= 2, ring_points >= 3
    line_xy = line_xy[np.repeat(drawn_lines, line_points)]
    ring_xy = ring_xy[np.repeat(drawn_rings, ring_points)]
    streets = [classes[drawn_lines], name_of[drawn_lines], line_points[drawn_lines], *_steps(line_xy)]
    buildings = [ring_points[drawn_rings], *_steps(ring_xy)]
    numbers = [[drawn_lines.sum()], *streets, [drawn_rings.sum()], *buildings]
    columns = varints(np.concatenate([np.asarray(column, dtype=np.int64) for column in numbers]))
    content = varints(np.array([len(text)])) + text + columns
    return base64.b64encode(zlib.compress(content, 9)).decode("ascii")


def varints(numbers: Numbers) -> bytes:
    """Write whole numbers zigzag-coded, seven bits a byte, the lowest first."""
    zigzag = ((numbers << 1) ^ (numbers >> 63)).astype(np.uint64)
    length = np.ones(len(zigzag), dtype=np.int64)
    for bits in range(7, 64, 7):
        length += zigzag >= np.uint64(1 << bits)
    first = np.cumsum(length) - length
    content = np.zeros(int(length.sum()), dtype=np.uint8)
    for byte in range(int(length.max(initial=0))):
        longer = length > byte
        seven = (zigzag[longer] >> np.uint64(7 * byte)) & np.uint64(0x7F)
        more = np.where(length[longer] > byte + 1, 0x80, 0)
        content[first[longer] + byte] = seven.astype(np.uint8) | more.astype(np.uint8)
    return content.tobytes()


def _near(frame: gpd.GeoDataFrame, around: shapely.Geometry) -> gpd.GeoDataFrame:
    return frame[shapely.intersects(around, frame.geometry.to_numpy())]


def _grid(shapes: geometry.Geometries, *, closed: bool) -> tuple[Numbers, Numbers]:
    """Return how many points each shape keeps on the grid, and the points; of a ring without its first one again."""
    xy = np.round(shapely.get_coordinates(shapes)).astype(np.int64)
    row = np.repeat(np.arange(len(shapes)), shapely.get_num_coordinates(shapes))
    same_row = np.diff(row, append=-1) == 0
    again = np.append((np.diff(xy, axis=0) == 0).all(axis=1), False) & same_row
    # The last point of a ring is its first one; of equal neighbours the last one stays.
    drop = again | ~same_row if closed else again
    return np.bincount(row[~drop], minlength=len(shapes)), xy[~drop]


def _steps(xy: Numbers) -> tuple[Numbers, Numbers]:
    steps = np.diff(xy, axis=0, prepend=0)
    return steps[:, 0], steps[:, 1]


def _near_each_other(shapes: geometry.Geometries) -> Numbers:
    """Order shapes along a curve that fills the plane, so that steps from one to the next are short."""
    if not len(shapes):
        return np.array([], dtype=np.int64)
    centre = shapely.bounds(shapes)[:, :2]
    cell = ((centre - centre.min(axis=0)) / 64).astype(np.uint64)
    key = np.zeros(len(shapes), dtype=np.uint64)
    for bit in range(16):
        one = np.uint64(bit)
        key |= ((cell[:, 0] >> one) & np.uint64(1)) << np.uint64(2 * bit)
        key |= ((cell[:, 1] >> one) & np.uint64(1)) << np.uint64(2 * bit + 1)
    return np.argsort(key, kind="stable")
