"""Streets made to meet: ends that lie together joined, streets cut where others cross or touch them.

In a pack two streets meet only where their ends coincide exactly. Files drawn for the eye have ends a millimetre apart,
side streets that end on the middle of a main street, and whole lines that cross. Streets of different level (bridges,
tunnels) cross without meeting; they meet where one of them comes down: at its end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Lines = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

JOIN_ENDS_M = 0.05
# Coordinates of some 10^6 m that were computed in two ways differ by less.
_SAME_M = 1e-6
_START, _END, _MIDDLE = 0, 1, 2


@dataclass(frozen=True)
class Meetings:
    """Places where two streets cross or touch, between the ends of one of them at least.

    Parameters
    ----------
    xy
        Where (n, 2).
    first, second
        Rows of the streets.
    along_first, along_second
        Metres from the start of each to the place.
    touches
        Whether the first street ends there; both run on where it does not.
    corners
        Whether both streets have a corner there, as those have that share a node in OpenStreetMap.
    """

    xy: Floats
    first: Rows
    second: Rows
    along_first: Floats
    along_second: Floats
    touches: Flags
    corners: Flags

    def __len__(self) -> int:
        return len(self.xy)

    def __getitem__(self, rows: Flags | Rows) -> Meetings:
        return Meetings(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class _Segments:
    """The straight parts of streets: street, start, end, metres along the street at the start, and own length."""

    street: Rows
    start: Floats
    end: Floats
    along: Floats
    length: Floats

    def at(self, rows: Rows, share: Floats) -> Floats:
        """Metres along the street of a share of a segment."""
        return self.along[rows] + share * self.length[rows]


def ends_of(lines: Lines) -> Floats:
    """Return the starts of all streets, then their ends (2n, 2)."""
    xy, street = shapely.get_coordinates(lines, return_index=True)
    first = np.searchsorted(street, np.arange(len(lines)))
    last = np.append(first[1:], len(xy)) - 1
    ends: Floats = xy[np.concatenate([first, last])]
    return ends


def clusters(xy: Floats, within_m: float) -> Rows:
    """Give each point the number of its place; points near each other, or near one between them, share a place."""
    spots, spot = np.unique(xy[:, 0] + 1j * xy[:, 1], return_inverse=True)
    links = cKDTree(np.column_stack([spots.real, spots.imag])).query_pairs(within_m, output_type="ndarray")
    graph = coo_array((np.ones(len(links), bool), (links[:, 0], links[:, 1])), shape=(len(spots), len(spots)))
    labels: Rows = connected_components(graph, directed=False)[1].astype(np.intp)[spot]
    return labels


def meetings(lines: Lines, level: Floats, within_m: float = JOIN_ENDS_M) -> Meetings:
    """Find the places where streets cross on one level, or where the end of one lies on the middle of another.

    Parameters
    ----------
    lines
        LineStrings in metres.
    level
        Level of each (`kortrijk_geo.ingest.levels`).
    within_m
        How near an end must lie to a street to touch it.
    """
    segments = _segments(lines)
    tree = shapely.STRtree(np.asarray(shapely.linestrings(np.stack([segments.start, segments.end], axis=1))))
    length = shapely.length(lines)
    twin = _twins(lines)
    kinds = [_touching(lines, segments, tree, level, length, within_m), _crossing(segments, tree, level)]
    every = Meetings(*(np.concatenate([getattr(one, name) for one in kinds]) for name in Meetings.__dataclass_fields__))
    inner = _inside(every.along_second, length[every.second], within_m)
    inner &= every.touches | _inside(every.along_first, length[every.first], within_m)
    # Both directions of one street, drawn twice, lie on each other and need not be cut for that.
    inner &= (twin[every.first] != twin[every.second]) | (every.first == every.second)
    return every[inner]


def _inside(along: Floats, length: Floats, within_m: float) -> Flags:
    inside: Flags = (along > within_m) & (along < length - within_m)
    return inside


def _twins(lines: Lines) -> Rows:
    same: Rows = np.unique(np.asarray(shapely.to_wkb(shapely.normalize(lines)), dtype=object), return_inverse=True)[1]
    return same


def _segments(lines: Lines) -> _Segments:
    xy, street = shapely.get_coordinates(lines, return_index=True)
    inside = street[1:] == street[:-1]
    length = np.hypot(*np.diff(xy, axis=0).T) * inside
    total = np.concatenate([[0.0], np.cumsum(length)])
    first = np.searchsorted(street, street)
    along = total - total[first]
    kept = np.flatnonzero(inside & (length > 0))
    return _Segments(street[kept], xy[kept], xy[kept + 1], along[kept], length[kept])


def _touching(
    lines: Lines, segments: _Segments, tree: shapely.STRtree, level: Floats, length: Floats, within_m: float
) -> Meetings:
    """Find the ends that lie on the middle of a street, their own included."""
    xy = ends_of(lines)
    end, segment = tree.query(shapely.points(xy), predicate="dwithin", distance=within_m)
    owner = end % len(lines)
    delta = segments.end[segment] - segments.start[segment]
    share = np.clip(((xy[end] - segments.start[segment]) * delta).sum(axis=1) / segments.length[segment] ** 2, 0.0, 1.0)
    street, along = segments.street[segment], segments.at(segment, share)
    # A street of another level is met where this one comes down from or up to it, or where the file has a corner of it.
    to_corner = _to_corner(share, segments.length[segment])
    meets = (level[owner] == level[street]) | (level[owner] != 0) | (to_corner <= within_m)
    along_owner = np.where(end < len(lines), 0.0, length[owner])
    rows = np.flatnonzero(meets)
    return Meetings(
        xy[end[rows]], owner[rows], street[rows], along_owner[rows], along[rows], np.ones(len(rows), dtype=bool),
        to_corner[rows] <= within_m,
    )  # fmt: skip


def _crossing(segments: _Segments, tree: shapely.STRtree, level: Floats) -> Meetings:
    """Find the places where segments of one level cross; parallel ones part at a corner, where others cross."""
    piece, other = tree.query(tree.geometries, predicate="intersects")
    street, far = segments.street[piece], segments.street[other]
    kept = (piece < other) & (level[street] == level[far]) & ~((street == far) & (other - piece == 1))
    piece, other = piece[kept], other[kept]
    first, second = segments.end[piece] - segments.start[piece], segments.end[other] - segments.start[other]
    between = segments.start[other] - segments.start[piece]
    turn = _cross(first, second)
    slanted = np.abs(turn) > 1e-9 * segments.length[piece] * segments.length[other]
    piece, other, first, second, between, turn = (
        values[slanted] for values in (piece, other, first, second, between, turn)
    )
    share = np.clip(_cross(between, second) / turn, 0.0, 1.0)
    far_share = np.clip(_cross(between, first) / turn, 0.0, 1.0)
    corners = (_to_corner(share, segments.length[piece]) <= _SAME_M) & (
        _to_corner(far_share, segments.length[other]) <= _SAME_M
    )
    return Meetings(
        segments.start[piece] + share[:, None] * first, segments.street[piece], segments.street[other],
        segments.at(piece, share), segments.at(other, far_share), np.zeros(len(piece), dtype=bool), corners,
    )  # fmt: skip


def _to_corner(share: Floats, length: Floats) -> Floats:
    """Metres from a place on a segment to the nearest of its two ends."""
    metres: Floats = np.minimum(share, 1.0 - share) * length
    return metres


def _cross(first: Floats, other: Floats) -> Floats:
    product: Floats = first[:, 0] * other[:, 1] - first[:, 1] * other[:, 0]
    return product


@dataclass(frozen=True)
class Cut:
    """Streets that meet exactly: the pieces, the row of the street of each, and how far ends were moved (2n)."""

    lines: Lines
    street: Rows
    moved_m: Floats


def cut(lines: Lines, at: Meetings, within_m: float) -> Cut:
    """Join the ends that lie together and cut streets at meetings, so that all meet exactly.

    The pieces stand in the order of the streets. A street that is no longer than its joined ends are apart is left out.
    """
    ends, length, number = ends_of(lines), shapely.length(lines), len(lines)
    points = np.concatenate([ends, at.xy])
    place = clusters(points, within_m)
    # Of the points of a place the first counts: an end where there is one.
    node = points[np.unique(place, return_index=True)[1]][place]
    moved = np.hypot(*(node[: len(ends)] - ends).T)
    streets, along = np.concatenate([at.first, at.second]), np.concatenate([at.along_first, at.along_second])
    spot, xy = np.tile(place[len(ends) :], 2), np.tile(node[len(ends) :], (2, 1))
    kept = np.flatnonzero(_inside(along, length[streets], within_m))
    kept = kept[np.lexsort((along[kept], spot[kept], streets[kept]))]
    same = (np.diff(streets[kept]) == 0) & (np.diff(spot[kept]) == 0) & (np.diff(along[kept]) <= 2 * within_m)
    kept = kept[np.append(True, ~same)] if len(kept) else kept
    changed = np.isin(np.arange(number), streets[kept])
    changed |= (moved.reshape(2, -1) > 0).any(axis=0)
    rows = np.flatnonzero(changed)
    fixed = (
        np.concatenate([rows, rows, streets[kept]]),
        np.concatenate([np.zeros(len(rows)), length[rows], along[kept]]),
        np.concatenate([node[rows], node[number + rows], xy[kept]]),
        np.concatenate([np.full(len(rows), _START), np.full(len(rows), _END), np.full(len(kept), _MIDDLE)]),
    )
    pieces, owner = _pieces(lines[changed], rows, *fixed, within_m) if len(rows) else (lines[:0], rows)
    street = np.concatenate([np.flatnonzero(~changed), owner])
    order = np.argsort(street, kind="stable")
    return Cut(np.concatenate([lines[~changed], pieces])[order], street[order], moved)


def _pieces(
    lines: Lines, rows: Rows, street: Rows, along: Floats, xy: Floats, role: Rows, within_m: float
) -> tuple[Lines, Rows]:
    """Lay streets through the fixed places on them, and divide them there; their own corners beside these go.

    Parameters
    ----------
    lines, rows
        Streets, and their numbers, in ascending order.
    street, along, xy, role
        Fixed places: on which street, how far along, where, and whether it is its start, its end or a cut between.
    """
    corner, at_line = shapely.get_coordinates(lines, return_index=True)
    step = np.hypot(*np.diff(corner, axis=0, prepend=corner[:1]).T)
    step[np.flatnonzero(np.diff(at_line, prepend=-1))] = 0.0
    total = np.cumsum(step)
    at = total - total[np.searchsorted(at_line, at_line)]
    owner = rows[at_line]
    # Places of one street never reach those of the next, so that one sorted array finds the neighbours on all.
    stride = float(at.max()) + 10 * within_m + 1.0
    keys, mine = along + np.searchsorted(rows, street) * stride, at + at_line * stride
    ordered = np.sort(keys)
    after = np.searchsorted(ordered, mine)
    near = np.minimum(
        np.abs(mine - ordered[np.maximum(after - 1, 0)]), np.abs(ordered[np.minimum(after, len(keys) - 1)] - mine)
    )
    free = near > within_m
    closing, opening = np.flatnonzero(role != _START), np.flatnonzero(role != _END)
    all_street = np.concatenate([owner[free], street[closing], street[opening]])
    all_key = np.concatenate([mine[free], keys[closing], keys[opening]])
    all_xy = np.concatenate([corner[free], xy[closing], xy[opening]])
    opens = np.concatenate([np.zeros(int(free.sum()) + len(closing), bool), np.ones(len(opening), bool)])
    order = np.lexsort((opens, all_key, all_street))
    piece = np.cumsum(opens[order]) - 1
    pieces = np.asarray(shapely.linestrings(all_xy[order], indices=piece), dtype=object)
    has_length = shapely.length(pieces) > 0
    return pieces[has_length], all_street[order][opens[order]][has_length]
