"""The layers of a pack from OSM objects, streets excepted: amenities, buildings, green, water, trees, constraints, ...

Every function takes the objects and the tag rules and returns a frame as the contract of the layer has it. What is left
out is counted in ``notes``, a counter of English sentences without their number.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from kortrijk_geo.ingest import osm_geometry
from kortrijk_geo.ingest.report import INTERPOLATED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from kortrijk_geo.ingest.osm_areas import Areas
    from kortrijk_geo.ingest.osm_file import OsmFile
    from kortrijk_geo.ingest.osm_rules import TagRules

Tags = dict[str, str]
Notes = Counter[str]


@dataclass(frozen=True)
class Objects:
    """All that layers are made of: the raw file, metres of its references and nodes, its areas, the rules, the CRS."""

    file: OsmFile
    xy: NDArray[np.float64]
    node_xy: NDArray[np.float64]
    areas: Areas
    rules: TagRules
    crs: str
    notes: Notes = field(default_factory=Counter)

    @cached_property
    def inside(self) -> NDArray[Any]:
        """A point inside every area."""
        return np.asarray(shapely.point_on_surface(self.areas.shapes), dtype=object)

    def nodes(self) -> Iterable[tuple[int, Tags]]:
        """Tagged nodes that have a place in the CRS, as (row, tags)."""
        placed = np.isfinite(self.node_xy[:, 0]).tolist()
        return ((row, tags) for row, tags in enumerate(self.file.node_tags) if placed[row])

    def frame(self, columns: dict[str, Any], shapes: Any) -> gpd.GeoDataFrame:
        """Make a frame in the CRS of the pack."""
        return gpd.GeoDataFrame(columns, geometry=shapes, crs=self.crs)

    def lines(self, kind_of: Callable[[Tags], str | None]) -> tuple[list[str], list[str], list[Tags], NDArray[Any]]:
        """Known stretches of ways that ``kind_of`` gives a kind: (kinds, ids, tags, shapes)."""
        kinds = {row: kind for row, tags in enumerate(self.file.way_tags) if tags and (kind := kind_of(tags))}
        shapes, owner = osm_geometry.lines(self.file, self.xy, np.array(list(kinds), dtype=np.int64))
        rows = owner.tolist()
        ids = [f"w{self.file.way_ids[row]}" for row in rows]
        return [kinds[row] for row in rows], ids, [self.file.way_tags[row] for row in rows], shapes


def amenities(objects: Objects) -> gpd.GeoDataFrame:
    """Places people go to: tagged nodes, and a point inside areas; ``tags`` keeps every tag of the object."""
    rules = objects.rules.amenities
    ids, categories, all_tags, shapes = [], [], [], []
    nodes = ((f"n{objects.file.node_ids[row]}", tags, row, True) for row, tags in objects.nodes())
    areas = ((osm_id, tags, row, False) for row, (osm_id, tags) in enumerate(_pairs(objects.areas)))
    for osm_id, tags, row, is_node in (*nodes, *areas):
        category = rules.category(tags)
        if category is None:
            objects.notes["amenities: {} objects are street furniture or of no use as a destination: left out"] += (
                rules.names(tags)
            )
        elif rules.is_out_of_use(tags):
            objects.notes["amenities: {} places are no longer in use: left out"] += 1
        else:
            ids.append(osm_id)
            categories.append(category)
            all_tags.append(tags)
            shapes.append(shapely.Point(objects.node_xy[row]) if is_node else objects.inside[row])
    for osm_id, category, tags, middle in _open_platforms(objects):
        ids.append(osm_id)
        categories.append(category)
        all_tags.append(tags)
        shapes.append(middle)
    _count_open_ways(objects)
    return objects.frame(
        {
            "amenity_id": ids,
            "category": categories,
            "name": [tags.get("name") for tags in all_tags],
            "tags": [json.dumps(tags, ensure_ascii=False, sort_keys=True) for tags in all_tags],
        },
        shapes,
    )


def _pairs(areas: Areas) -> Iterable[tuple[str, Tags]]:
    return zip(areas.ids, areas.tags, strict=True)


def _open_platforms(objects: Objects) -> Iterable[tuple[str, str, Tags, Any]]:
    """Platforms of stops that are drawn as an open line, at the middle of its longest known stretch."""
    rows = np.array([row for row in _open_ways(objects.file) if _is_platform(objects, row)], dtype=np.int64)
    shapes, owner = osm_geometry.lines(objects.file, objects.xy, rows)
    middles = np.asarray(shapely.line_interpolate_point(shapes, 0.5, normalized=True), dtype=object)
    longest = dict(zip(owner[order := np.argsort(shapely.length(shapes), kind="stable")].tolist(), order, strict=True))
    for row, stretch in sorted(longest.items()):
        tags = objects.file.way_tags[row]
        category = objects.rules.amenities.category(tags)
        if category is not None and not objects.rules.amenities.is_out_of_use(tags):
            yield f"w{objects.file.way_ids[row]}", category, tags, middles[stretch]


def _open_ways(file: OsmFile) -> Iterable[int]:
    ends = file.way_start[1:] - 1
    for row, tags in enumerate(file.way_tags):
        is_closed = ends[row] > file.way_start[row] and file.refs[file.way_start[row]] == file.refs[ends[row]]
        if tags and not is_closed:
            yield row


def _is_platform(objects: Objects, row: int) -> bool:
    category = objects.rules.amenities.category(objects.file.way_tags[row])
    return category is not None and category.startswith("public_transport=") and "platform" in category


def _count_open_ways(objects: Objects) -> None:
    for row in _open_ways(objects.file):
        tags = objects.file.way_tags[row]
        if "highway" not in tags and not _is_platform(objects, row):
            is_place = objects.rules.amenities.category(tags) is not None
            objects.notes["amenities: {} places are drawn as an open line: left out"] += is_place


def buildings(objects: Objects) -> gpd.GeoDataFrame:
    """Footprints. Columns beyond the contract: ``landuse`` around it, ``place`` (what amenity it is itself)."""
    rules, quantities, notes = objects.rules.buildings, objects.rules, Counter[str]()
    rows = [
        row
        for row, tags in enumerate(objects.areas.tags)
        if "building" in tags and tags["building"] not in rules.not_buildings
    ]
    tags = [objects.areas.tags[row] for row in rows]
    shapes = objects.areas.shapes[rows]
    levels = np.array([quantities.number(tag.get("building:levels"), "levels", notes) for tag in tags])
    height = np.array([quantities.number(tag.get("height"), "height_m", notes) for tag in tags])
    flats = [quantities.number(tag.get("building:flats"), "flats", notes) for tag in tags]
    for name, count in notes.items():
        objects.notes[f"buildings: {{}} values of {name} are not a number in its range: taken as unknown"] += count
    points = sum("building" in tag and tag["building"] not in rules.not_buildings for _, tag in objects.nodes())
    objects.notes["buildings: {} buildings are drawn as a point: left out"] += points
    return objects.frame(
        {
            "building_id": [objects.areas.ids[row] for row in rows],
            "use": [None if tag["building"] in rules.unknown_use else tag["building"] for tag in tags],
            "dwellings": np.array(flats, dtype=np.float64),
            "height_m": np.where(np.isnan(height), levels * rules.storey_m, height).astype(np.float64),
            "landuse": _landuse_at(objects, objects.inside[rows]),
            "place": [objects.rules.amenities.category(tag) for tag in tags],
        },
        shapes,
    )


def _landuse_at(objects: Objects, points: NDArray[Any]) -> list[str | None]:
    """Landuse of the smallest landuse area around each point, None outside all of them."""
    rows = [row for row, tags in enumerate(objects.areas.tags) if "landuse" in tags]
    landuse: list[str | None] = [None] * len(points)
    if not rows or not len(points):
        return landuse
    shapes = objects.areas.shapes[rows]
    point, area = shapely.STRtree(shapes).query(points, predicate="within")
    order = np.lexsort((area, -shapely.area(shapes)[area], point))
    for at, inside in zip(point[order].tolist(), area[order].tolist(), strict=True):
        landuse[at] = objects.areas.tags[rows[inside]]["landuse"]
    return landuse


def green(objects: Objects) -> gpd.GeoDataFrame:
    """Green areas with their kind and whether they are public."""
    picked = [
        (osm_id, *kind, tags.get("name"), shape)
        for osm_id, tags, shape in zip(objects.areas.ids, objects.areas.tags, objects.areas.shapes, strict=True)
        if (kind := objects.rules.green.kind(tags)) is not None
    ]
    ids, kinds, public, names, shapes = _columns(picked, 5)
    return objects.frame(
        {"green_id": ids, "kind": kinds, "public": np.array(public, dtype=bool), "name": names}, shapes
    )


def water(objects: Objects) -> gpd.GeoDataFrame:
    """Open watercourses as lines, water areas as polygons."""
    rules = objects.rules.water
    kinds, ids, tags, shapes = objects.lines(rules.line_kind)
    return _lines_and_areas(objects, (kinds, ids, tags, shapes), rules.area_kind)


def constraints(objects: Objects) -> gpd.GeoDataFrame:
    """Build the layer of what limits planting or building, as lines and areas."""
    rules = objects.rules.constraints
    lines = objects.lines(lambda tags: rules.kind(tags, "line"))
    protected = sum("heritage" in tags and rules.kind(tags, "area") is not None for _, tags in objects.nodes())
    objects.notes["constraints: {} protected monuments are drawn as a point: left out"] += protected
    return _lines_and_areas(objects, lines, lambda tags: rules.kind(tags, "area"))


def _lines_and_areas(
    objects: Objects,
    lines: tuple[list[str], list[str], list[Tags], NDArray[Any]],
    kind_of: Callable[[Tags], str | None],
) -> gpd.GeoDataFrame:
    kinds, ids, tags, shapes = lines
    areas = [
        (kind, osm_id, tag, shape)
        for osm_id, tag, shape in zip(objects.areas.ids, objects.areas.tags, objects.areas.shapes, strict=True)
        if (kind := kind_of(tag)) is not None
    ]
    area_kinds, area_ids, area_tags, area_shapes = _columns(areas, 4)
    return objects.frame(
        {
            "kind": [*kinds, *area_kinds],
            "name": [tag.get("name") for tag in (*tags, *area_tags)],
            "osm_id": [*ids, *area_ids],
        },
        [*shapes, *area_shapes],
    )


def trees(objects: Objects) -> gpd.GeoDataFrame:
    """Single trees; the crown is a circle of the tagged diameter."""
    rows = [row for row, tags in objects.nodes() if tags.get("natural") == "tree"]
    tags = [objects.file.node_tags[row] for row in rows]
    unreadable: Counter[str] = Counter()
    crown_m = np.array([objects.rules.number(tag.get("diameter_crown"), "crown_m", unreadable) for tag in tags])
    height_m = [objects.rules.number(tag.get("height"), "height_m", unreadable) for tag in tags]
    for name, count in unreadable.items():
        objects.notes[f"trees: {{}} values of {name} are not a number in its range: taken as unknown"] += count
    return objects.frame(
        {
            "tree_id": [f"n{objects.file.node_ids[row]}" for row in rows],
            "crown_m2": (np.pi / 4 * crown_m**2).astype(np.float64),
            "height_m": np.array(height_m, dtype=np.float64),
        },
        shapely.points(objects.node_xy[rows]),
    )


def addresses(objects: Objects) -> gpd.GeoDataFrame:
    """Objects with a house number, as points; ``place`` says which are a shop or service rather than a front door."""
    nodes = (
        (f"n{objects.file.node_ids[row]}", tags, shapely.Point(objects.node_xy[row]))
        for row, tags in objects.nodes()
        if "addr:housenumber" in tags
    )
    areas = (
        (osm_id, tags, objects.inside[row])
        for row, (osm_id, tags) in enumerate(_pairs(objects.areas))
        if "addr:housenumber" in tags
    )
    ids, tags, shapes = _columns([*nodes, *areas], 3)
    lines = sum("addr:interpolation" in tag for tag in objects.file.way_tags)
    objects.notes[f"addresses: {{}} {INTERPOLATED}"] += lines
    return objects.frame(
        {
            "address_id": ids,
            "street": [tag.get("addr:street") or tag.get("addr:place") for tag in tags],
            "house_number": [tag["addr:housenumber"] for tag in tags],
            "postcode": [tag.get("addr:postcode") for tag in tags],
            "municipality": [tag.get("addr:city") for tag in tags],
            "place": [objects.rules.amenities.category(tag) for tag in tags],
        },
        shapes,
    )


def admin(objects: Objects) -> gpd.GeoDataFrame:
    """Administrative areas that the extract holds whole."""
    rows = [row for row, tags in enumerate(objects.areas.tags) if tags.get("boundary") == "administrative"]
    tags = [objects.areas.tags[row] for row in rows]
    return objects.frame(
        {
            "osm_id": [objects.areas.ids[row] for row in rows],
            "admin_level": [tag.get("admin_level") for tag in tags],
            "name": [tag.get("name") for tag in tags],
            "ref_ins": [tag.get("ref:INS") for tag in tags],
            "population": [_population(tag, objects.notes) for tag in tags],
        },
        objects.areas.shapes[rows],
    )


def place_names(objects: Objects) -> gpd.GeoDataFrame:
    """Named settlements and quarters, as points."""
    rows = [row for row, tags in objects.nodes() if "place" in tags]
    tags = [objects.file.node_tags[row] for row in rows]
    return objects.frame(
        {
            "osm_id": [f"n{objects.file.node_ids[row]}" for row in rows],
            "name": [tag.get("name") for tag in tags],
            "place": [tag["place"] for tag in tags],
            "population": [_population(tag, objects.notes) for tag in tags],
        },
        shapely.points(objects.node_xy[rows]),
    )


def _population(tags: Tags, notes: Notes) -> float:
    text = tags.get("population")
    digits = "" if text is None else text.replace(" ", "").replace("\u00a0", "")
    if digits.isdecimal():
        return float(digits)
    notes["places: {} numbers of inhabitants are not a whole number: taken as unknown"] += text is not None
    return float("nan")


def _columns(rows: list[Any], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
