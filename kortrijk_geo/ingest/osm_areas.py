"""Areas from OSM: closed ways, and multipolygon and boundary relations.

Multipolygons follow the even-odd rule on the outlines of their members, as libosmium does: roles are not needed, a
stretch that two members share cancels out, and a face is inside when a ray from it meets an odd number of segments.
A multipolygon that lacks a member, a node or an end is left out: of a forest whose outline is cut off, the clearings
would become the forest.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.ingest.osm_geometry import distinct, vertices

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from kortrijk_geo.ingest.osm_file import OsmFile, Relation

_NAMED = 5
_AREA_RELATIONS = frozenset({"multipolygon", "boundary"})
# Tags that say nothing of what an area is.
_SILENT = frozenset({"type", "source", "created_by", "note", "fixme"})

Tags = dict[str, str]


@dataclass(frozen=True)
class Areas:
    """Polygons, their ids (``w1`` closed way, ``r1`` relation) and tags, and what was left out of them."""

    ids: list[str]
    tags: list[Tags]
    shapes: NDArray[np.object_]
    findings: tuple[str, ...]


def areas(file: OsmFile, xy: NDArray[np.float64], wanted: Callable[[Tags], bool]) -> Areas:
    """Build the areas whose tags are ``wanted``: closed ways and multipolygon or boundary relations.

    Invalid polygons are repaired (their polygonal part is kept). Rings with missing nodes, with fewer than three
    different corners, or that stay open, are left out. All are counted in the findings.
    """
    counts: Counter[str] = Counter()
    row_of = {int(osm_id): row for row, osm_id in enumerate(file.way_ids)}
    relations, relation_tags, drawn = _relations(file, row_of, wanted, counts)
    rows = [row for row, tags in enumerate(file.way_tags) if tags and row not in drawn and wanted(tags)]
    closed, rings = _rings(file, xy, np.array(rows, dtype=np.int64), counts)
    built, outlines, broken = _multipolygons(file, xy, relations, row_of)
    shapes = np.concatenate([rings, outlines])
    ids = [f"w{file.way_ids[row]}" for row in closed] + [f"r{relations[number].osm_id}" for number in built]
    tags = [file.way_tags[row] for row in closed] + [relation_tags[number] for number in built]
    shapes, usable = _repaired(shapes, counts)
    return Areas(
        ids=[osm_id for osm_id, keep in zip(ids, usable, strict=True) if keep],
        tags=[tag for tag, keep in zip(tags, usable, strict=True) if keep],
        shapes=shapes[usable],
        findings=tuple(_sentences(counts, broken)),
    )


def _rings(
    file: OsmFile, xy: NDArray[np.float64], rows: NDArray[np.int64], counts: Counter[str]
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    start, end = file.way_start[:-1][rows], file.way_start[1:][rows]
    some = end - start >= 2
    closed = some.copy()
    closed[some] = file.refs[start[some]] == file.refs[end[some] - 1]
    rows = rows[closed]
    vertex, sizes = vertices(file, rows)
    ring = np.repeat(np.arange(len(rows)), sizes)
    whole = np.bincount(ring, weights=np.isnan(xy[vertex, 0]), minlength=len(rows)) == 0
    corners = np.bincount(ring[distinct(ring, xy[vertex, 0], xy[vertex, 1])[0]], minlength=len(rows))
    enough = corners >= 3
    counts["gap"] += int((~whole).sum())
    counts["thin"] += int((whole & ~enough).sum())
    kept = (whole & enough)[ring]
    if not kept.any():
        return rows[:0], np.empty(0, dtype=object)
    number = np.unique(ring[kept], return_inverse=True)[1]
    return rows[whole & enough], shapely.polygons(shapely.linearrings(xy[vertex[kept]], indices=number))


def _relations(
    file: OsmFile, row_of: dict[int, int], wanted: Callable[[Tags], bool], counts: Counter[str]
) -> tuple[list[Relation], list[Tags], set[int]]:
    """Relations that are areas, their tags, and the rows of outer ways that must not become an area a second time."""
    relations, all_tags, drawn = [], [], set()
    for relation in file.relations:
        if relation.tags.get("type") not in _AREA_RELATIONS:
            counts["other relations"] += wanted(relation.tags)
            continue
        outer = [
            row_of[ref] for kind, ref, role in relation.members if kind == "w" and role != "inner" and ref in row_of
        ]
        tags = relation.tags
        if not set(tags) - _SILENT:
            # The old way of tagging: the outer way says what the area is.
            speaking = [file.way_tags[row] for row in outer if wanted(file.way_tags[row])]
            tags = speaking[0] if speaking and all(other == speaking[0] for other in speaking) else tags
        if not wanted(tags):
            continue
        relations.append(relation)
        all_tags.append(tags)
        same = {row for row in outer if file.way_tags[row] and _says_no_more(file.way_tags[row], tags, wanted)}
        counts["drawn"] += len(same)
        drawn |= same
    return relations, all_tags, drawn


def _says_no_more(way: Tags, relation: Tags, wanted: Callable[[Tags], bool]) -> bool:
    own = {key: value for key, value in way.items() if relation.get(key) != value}
    return wanted(way) and not wanted(own)


def _multipolygons(
    file: OsmFile, xy: NDArray[np.float64], relations: list[Relation], row_of: dict[int, int]
) -> tuple[list[int], NDArray[np.object_], dict[str, list[int]]]:
    """Return the numbers of the relations that enclose something, their shapes, and the ids of those left out."""
    has_gap = np.zeros(len(file.way_ids), dtype=bool)
    has_gap[np.searchsorted(file.way_start, np.flatnonzero(np.isnan(xy[:, 0])), side="right") - 1] = True
    incomplete, rows, owner = set(), [], []
    for number, relation in enumerate(relations):
        refs = {ref for kind, ref, _ in relation.members if kind == "w"}
        ways = sorted(row_of[ref] for ref in refs if ref in row_of)
        if len(ways) < len(refs) or has_gap[ways].any():
            incomplete.add(number)
        else:
            rows += ways
            owner += [number] * len(ways)
    of, place, ends = _outlines(file, xy, np.array(rows, dtype=np.int64), np.array(owner, dtype=np.int64))
    built, shapes = _even_odd(of, place[ends[:, 0]], place[ends[:, 1]])
    whole = set(built)
    left_out = {
        "incomplete": [relations[at].osm_id for at in sorted(incomplete)],
        "open": [relation.osm_id for at, relation in enumerate(relations) if at not in incomplete | whole],
    }
    return built, shapes, left_out


def _outlines(
    file: OsmFile, xy: NDArray[np.float64], rows: NDArray[np.int64], owner: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Segments that a relation's ways hold an odd number of times, of the relations without an open end.

    Returns
    -------
    relation, place, ends
        Number of the relation of each segment, sorted; metres of every node (n, 2); the two nodes of each segment.
    """
    vertex, sizes = vertices(file, rows)
    _, first, node = np.unique(file.refs[vertex], return_index=True, return_inverse=True)
    member = np.repeat(np.arange(len(rows)), sizes)
    step = np.flatnonzero(member[1:] == member[:-1])
    relation = np.repeat(owner, sizes)[step]
    low, high = np.minimum(node[step], node[step + 1]), np.maximum(node[step], node[step + 1])
    at, times = distinct(relation, low, high)
    at = at[times % 2 == 1]
    relation, ends = relation[at], np.stack([low[at], high[at]], axis=1)
    met, degree = distinct(np.repeat(relation, 2), ends.ravel())
    is_open = np.isin(relation, np.repeat(relation, 2)[met[degree % 2 == 1]])
    return relation[~is_open], xy[vertex[first]], ends[~is_open]


def _even_odd(
    relation: NDArray[np.int64], start: NDArray[np.float64], end: NDArray[np.float64]
) -> tuple[list[int], NDArray[np.object_]]:
    """Return the numbers of the relations whose segments enclose an area, and that area."""
    has_length = (start != end).any(axis=1)
    relation, start, end = relation[has_length], start[has_length], end[has_length]
    numbers, group = np.unique(relation, return_inverse=True)
    pieces = np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object)
    outlines = np.asarray(shapely.multilinestrings(pieces, indices=group), dtype=object)
    faces, of = shapely.get_parts(shapely.polygonize(outlines[:, None]), return_index=True)
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    kept = np.ones(len(faces), dtype=bool)
    for number in np.flatnonzero(np.bincount(of, minlength=len(numbers)) > 1):
        mine = np.flatnonzero(of == number)
        segments = slice(*np.searchsorted(group, [number, number + 1]))
        kept[mine] = _meets_odd(inside[mine], start[segments], end[segments])
    faces, of = faces[kept], of[kept]
    shapes = np.array(shapely.multipolygons(faces, indices=np.unique(of, return_inverse=True)[1]), dtype=object)
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return numbers[np.unique(of)].tolist(), shapes


def _meets_odd(points: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell for each point whether a ray to the east meets an odd number of the segments."""
    odd = np.zeros(len(points), dtype=bool)
    for number, (x, y) in enumerate(points):
        crosses = (start[:, 1] > y) != (end[:, 1] > y)
        low, high = start[crosses], end[crosses]
        at_x = low[:, 0] + (y - low[:, 1]) / (high[:, 1] - low[:, 1]) * (high[:, 0] - low[:, 0])
        odd[number] = np.count_nonzero(at_x > x) % 2 == 1
    return odd


def _repaired(shapes: NDArray[np.object_], counts: Counter[str]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    shapes = shapes.copy()
    invalid = np.flatnonzero(~shapely.is_valid(shapes))
    for number in invalid:
        parts = shapely.get_parts(shapely.make_valid(shapes[number]))
        parts = shapely.get_parts(parts)
        shapes[number] = shapely.union_all(parts[shapely.area(parts) > 0])
    usable = np.asarray(shapely.area(shapes) > 0)
    counts["repaired"] += int(usable[invalid].sum())
    counts["flat"] += int((~usable).sum())
    return shapes, usable


def _sentences(counts: Counter[str], broken: dict[str, list[int]]) -> list[str]:
    texts = {
        "gap": "closed ways lack nodes that are not in the file: left out of the areas",
        "thin": "closed ways have fewer than three different corners: left out of the areas",
        "repaired": "areas cross themselves: repaired, their polygonal part is kept",
        "flat": "areas have no surface: left out",
        "drawn": "outer ways carry the same tags as their multipolygon: counted once, as the multipolygon",
        "other relations": "relations are of a type that is not read as an area (site, building, ...): left out",
    }
    sentences = [f"areas: {counts[key]} {text}" for key, text in texts.items() if counts[key]]
    reasons = {
        "incomplete": "multipolygons have members or nodes that are not in the file: left out",
        "open": "multipolygons are not closed or enclose nothing: left out",
    }
    for key, text in reasons.items():
        if osm_ids := broken[key]:
            named = ", ".join(f"r{osm_id}" for osm_id in osm_ids[:_NAMED]) + (", ..." if len(osm_ids) > _NAMED else "")
            sentences.append(f"areas: {len(osm_ids)} {text} ({named})")
    return sentences
