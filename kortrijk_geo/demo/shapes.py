"""Small geometry tools of the demo: rounding corners, blobs, bending whole geometries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from kortrijk_geo.demo.field import Warp


def rounded(points: np.ndarray, *, rounds: int = 3) -> np.ndarray:
    """Cut the corners of a course of points (Chaikin), keeping its ends; (n, 2) in, (m, 2) out."""
    course = np.asarray(points, dtype=float)
    for _ in range(rounds if len(course) > 2 else 0):
        near = 0.75 * course[:-1] + 0.25 * course[1:]
        far = 0.25 * course[:-1] + 0.75 * course[1:]
        cut = np.stack([near, far], axis=1).reshape(-1, 2)
        course = np.vstack([course[:1], cut[1:-1], course[-1:]])
    return course


def blob(at: list[float], rng: np.random.Generator) -> shapely.Polygon:
    """Return a rounded, irregular outline; ``at`` is x, y, half axes in m and bearing of the first axis in degrees."""
    x, y, half_long, half_short, bearing = at
    turn = np.linspace(0, 2 * np.pi, 25)[:-1]
    reach = 1 + 0.10 * np.sin(2 * turn + rng.uniform(0, 6)) + 0.07 * np.sin(3 * turn + rng.uniform(0, 6))
    # A superellipse: fuller than an ellipse, as parcels of land are.
    along = half_long * np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.7 * reach
    across = half_short * np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.7 * reach
    angle = np.radians(90 - bearing)
    return shapely.Polygon(
        np.column_stack(
            [
                x + along * np.cos(angle) - across * np.sin(angle),
                y + along * np.sin(angle) + across * np.cos(angle),
            ]
        )
    )


def bend(shapes: np.ndarray, warp: Warp, *, step_m: float = 25.0) -> np.ndarray:
    """Bend geometries with the warp; long edges first get points every ``step_m``.

    Coordinates that are equal to the centimetre before are equal after, so that lines that met still meet.
    """
    dense = shapely.segmentize(shapes, step_m)
    xy = np.round(shapely.get_coordinates(dense), 2)
    unique, back = distinct(xy)
    return np.asarray(shapely.set_coordinates(dense, np.round(warp(unique), 2)[back]))


def distinct(xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places that differ, from west to east, and which of these each place is; (n, 2) in, (m, 2) and n out.

    A complex number is sorted as a place is, and many times faster than a row of a table.
    """
    unique, number = np.unique(np.ascontiguousarray(xy).view(complex).ravel(), return_inverse=True)
    return unique.view(float).reshape(-1, 2), number


def quads(centre: np.ndarray, along: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return rectangles in local axes.

    Parameters
    ----------
    centre
        (n, 2) origins of the local axes.
    along
        (n, 2) unit vectors of the first axis; the second is turned left.
    low, high
        (n, 2) local coordinates of two opposite corners, metres.
    """
    across = np.column_stack([-along[:, 1], along[:, 0]])
    corners = np.empty((len(centre), 5, 2))
    for index, (u, v) in enumerate(
        ((low[:, 0], low[:, 1]), (high[:, 0], low[:, 1]), (high[:, 0], high[:, 1]), (low[:, 0], high[:, 1]))
    ):
        corners[:, index] = centre + u[:, None] * along + v[:, None] * across
    corners[:, 4] = corners[:, 0]
    return np.asarray(shapely.polygons(corners))


def box_axes(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Centre, unit vector of the long axis, long and short side of each shape's least rectangle."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(shapes)).reshape(-1, 5, 2)
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 1]
    first_m, two = np.hypot(*first.T), np.hypot(*second.T)
    major = np.where((first_m >= two)[:, None], first, second)
    length = np.maximum(first_m, two)
    return corners[:, :4].mean(axis=1), major / length[:, None], length, np.minimum(first_m, two)


def largest_polygons(shapes: np.ndarray, *, least_m2: float) -> np.ndarray:
    """Largest polygon of each shape, None where it is smaller than ``least_m2``."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    order = np.argsort(shapely.area(parts), kind="stable")
    largest = np.full(len(shapes), None)
    largest[owner[order]] = parts[order]
    largest[~(shapely.area(largest) >= least_m2) | (shapely.get_type_id(largest) != 3)] = None
    return largest
