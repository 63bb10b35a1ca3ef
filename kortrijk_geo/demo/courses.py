"""Streets as people know them: pieces that run on in one direction over junctions, from a start near the centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.demo.network import line_ends

# A street runs on where it turns by less than this at a junction.
_TURN_DEGREES = 55.0
# The direction in which a piece leaves a junction is that of its first metres.
_LOOK_M = 20.0


@dataclass(frozen=True)
class Courses:
    """Streets made of pieces, arrays with one value per piece.

    Parameters
    ----------
    lines
        The pieces.
    course
        Index of the street that each piece is part of.
    turned
        Whether the piece is drawn against the direction of its street.
    start_m
        Metres along the street to where it enters the piece.
    """

    lines: np.ndarray
    course: np.ndarray
    turned: np.ndarray
    start_m: np.ndarray

    def place(self, points: np.ndarray, piece: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Metres along the street, and whether on its left side, of points beside the pieces given for them."""
        lines, turned = self.lines[piece], self.turned[piece]
        length = shapely.length(lines)
        at = shapely.line_locate_point(lines, points)
        foot, tip = (
            shapely.get_coordinates(shapely.line_interpolate_point(lines, metres))
            for metres in (np.maximum(at - 0.5, 0.0), np.minimum(at + 0.5, length))
        )
        along, aside = tip - foot, shapely.get_coordinates(points) - foot
        left = along[:, 0] * aside[:, 1] - along[:, 1] * aside[:, 0] > 0
        return self.start_m[piece] + np.where(turned, length - at, at), left != turned


def find_courses(lines: np.ndarray, group: np.ndarray, centre: shapely.Point) -> Courses:
    """Join pieces to streets.

    Parameters
    ----------
    lines
        Pieces from junction to junction, LineStrings.
    group
        A value per piece; only pieces of one group are joined.
    centre
        Every street starts at the end that is nearer to this point.
    """
    partner = _partners(lines, group)
    far = shapely.distance(_starts(lines), centre)
    length = shapely.length(lines)
    course, turned, start_m = np.full(len(lines), -1), np.zeros(len(lines), dtype=bool), np.zeros(len(lines))
    # Open streets from one of their ends, then rings.
    for count, first in enumerate([*np.flatnonzero(partner < 0), *np.flatnonzero(partner >= 0)]):
        if course[first // 2] >= 0:
            continue
        halves = _walk(int(first), partner)
        if far[halves[-1] ^ 1] < far[halves[0]]:
            halves = [half ^ 1 for half in reversed(halves)]
        pieces = np.array(halves) // 2
        course[pieces], turned[pieces] = count, np.array(halves) % 2 == 1
        start_m[pieces] = np.cumsum(length[pieces]) - length[pieces]
    return Courses(lines, np.unique(course, return_inverse=True)[1], turned, start_m)


def _starts(lines: np.ndarray) -> np.ndarray:
    """Point from which each half leaves its junction."""
    return np.column_stack([shapely.get_point(lines, 0), shapely.get_point(lines, -1)]).ravel()


def _partners(lines: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Find the half that each half runs on into, -1 where the street ends; halves 2p and 2p + 1 are of piece p."""
    first, last = line_ends(lines)
    look = np.column_stack([np.full(len(lines), _LOOK_M), np.full(len(lines), -_LOOK_M)]).ravel()
    seen = shapely.line_interpolate_point(np.repeat(lines, 2), look)
    away = shapely.get_coordinates(seen) - shapely.get_coordinates(_starts(lines))
    away /= np.maximum(np.hypot(*away.T), 1e-9)[:, None]
    half = pd.DataFrame({"node": np.column_stack([first, last]).ravel(), "group": np.repeat(group, 2)})
    half["half"] = np.arange(len(half))
    pairs = half.merge(half, on=["node", "group"], suffixes=("", "_on"))
    incoming, two = pairs.loc[pairs["half"] < pairs["half_on"], ["half", "half_on"]].to_numpy().T
    straight = -(away[incoming] * away[two]).sum(axis=1)
    order = np.lexsort((two, incoming, -straight))
    order = order[straight[order] > np.cos(np.radians(_TURN_DEGREES))]
    partner = np.full(len(half), -1)
    for a, b in zip(incoming[order].tolist(), two[order].tolist(), strict=True):
        if partner[a] < 0 and partner[b] < 0:
            partner[a], partner[b] = b, a
    return partner


def _walk(first: int, partner: np.ndarray) -> list[int]:
    """List the halves through which a street enters its pieces, until it ends or is back where it started."""
    halves: list[int] = []
    half = first
    while half >= 0 and (not halves or half != first):
        halves.append(half)
        half = int(partner[half ^ 1])
    return halves
