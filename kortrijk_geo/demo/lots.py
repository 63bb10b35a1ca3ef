"""Slicing blocks into lots with a building each: two rows back to back, fronts to the long streets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from kortrijk_geo.demo.shapes import box_axes, quads

_TWO_ROWS_M = 30.0
_LEAST_BUILDING_M2 = 32.0


@dataclass(frozen=True)
class Style:
    """How a row of lots is built; each number may be an array with one value per block or row.

    Parameters
    ----------
    slot_m
        Width of a lot along the street.
    setback_m
        Front garden.
    gap_m
        Free space at each side of the building.
    depth_m
        Depth of the building.
    """

    slot_m: np.ndarray
    setback_m: np.ndarray
    gap_m: np.ndarray
    depth_m: np.ndarray

    def take(self, rows: np.ndarray) -> Style:
        """Return the style of these rows."""
        return Style(self.slot_m[rows], self.setback_m[rows], self.gap_m[rows], self.depth_m[rows])


@dataclass(frozen=True)
class Lots:
    """Lots in arrays of one length; `scraps` are pieces of blocks that no lot took.

    Parameters
    ----------
    block
        Index of the block.
    row
        Index of the row (twice the block's, plus one for the second side).
    lot, building
        Polygons; a building may be None.
    drive, terrace
        Sealed ground before and behind the building, polygons or None.
    scraps, scrap_block
        Polygons and the index of their block.
    """

    block: np.ndarray
    row: np.ndarray
    lot: np.ndarray
    building: np.ndarray
    drive: np.ndarray
    terrace: np.ndarray
    scraps: np.ndarray
    scrap_block: np.ndarray


def slice_blocks(blocks: np.ndarray, style: Style, rng: np.random.Generator) -> Lots:
    """Slice blocks into lots.

    Parameters
    ----------
    blocks
        Polygons of building land, streets taken off.
    style
        One value per row: rows ``2 * i`` and ``2 * i + 1`` are the sides of block ``i``.
    """
    centre, along, length, width = box_axes(blocks)
    two = width > _TWO_ROWS_M
    side = np.where(rng.random(len(blocks)) < 0.5, 1, -1)
    row_block = np.concatenate([np.arange(len(blocks)), np.flatnonzero(two)])
    row_side = np.concatenate([np.where(two, 1, side), np.full(two.sum(), -1)])
    row_number = 2 * row_block + (row_side < 0)
    row_back = np.where(two, 0.0, -width / 2 - 1)[row_block]
    slots = np.maximum(1, np.round(length[row_block] / style.slot_m[row_number])).astype(int)
    row = np.repeat(np.arange(len(slots)), slots)
    place = np.arange(len(row)) - np.repeat(np.cumsum(slots) - slots, slots)
    block = row_block[row]
    # Local axes with the second one towards the front.
    axis = along[block] * row_side[row][:, None]
    half = length[block] / 2
    pitch = length[block] / slots[row]
    low = np.column_stack([place * pitch - half, row_back[row]])
    high = np.column_stack([(place + 1) * pitch - half, width[block] / 2 + 1])
    lot, scraps, scrap_owner = _largest(shapely.intersection(blocks[block], quads(centre[block], axis, low, high)))
    front, depth = _fronts(lot, centre[block], axis, (low[:, 0] + high[:, 0]) / 2, high[:, 1], row_back[row])
    look = style.take(row_number[row])
    back = np.maximum(front - look.setback_m - look.depth_m, front - depth + 0.5)
    ahead = front - look.setback_m
    left, right = low[:, 0] + look.gap_m, high[:, 0] - look.gap_m
    at = centre[block]
    building = _inside(quads(at, axis, np.column_stack([left, back]), np.column_stack([right, ahead])), lot)
    building[(shapely.area(building) < _LEAST_BUILDING_M2) | ~(depth > look.setback_m + 5.5)] = None
    middle = (left + right) / 2
    drive = quads(
        at,
        axis,
        np.column_stack([np.maximum(left, middle - 2.6), ahead]),
        np.column_stack([np.minimum(right, middle + 2.6), front + 1]),
    )
    drive[~(look.setback_m > 1)] = None
    terrace = _inside(quads(at, axis, np.column_stack([left, back - 4.5]), np.column_stack([right, back])), lot)
    built = np.array([shape is not None for shape in building])
    terrace[~built], drive[~built] = None, None
    sound = shapely.area(lot) > 1
    return Lots(
        block[sound],
        row_number[row][sound],
        lot[sound],
        building[sound],
        drive[sound],
        terrace[sound],
        np.concatenate([scraps, lot[~sound & ~shapely.is_empty(lot)]]),
        np.concatenate([block[scrap_owner], block[~sound & ~shapely.is_empty(lot)]]),
    )


def _largest(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Largest polygon of each geometry, the other polygons, and whose they are."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    polygon = shapely.get_type_id(parts) == 3
    parts, owner = parts[polygon], owner[polygon]
    size = shapely.area(parts)
    order = np.lexsort((-size, owner))
    first = np.ones(len(order), dtype=bool)
    first[1:] = owner[order][1:] != owner[order][:-1]
    largest = np.full(len(shapes), shapely.Polygon())
    largest[owner[order[first]]] = parts[order[first]]
    rest = order[~first]
    return largest, parts[rest], owner[rest]


def _inside(shapes: np.ndarray, lot: np.ndarray) -> np.ndarray:
    """Keep what lies in the lot; a shape that does is left as it is."""
    cut = ~shapely.covered_by(shapes, lot)
    inside = shapes.copy()
    inside[cut] = _largest(shapely.intersection(shapes[cut], lot[cut]))[0]
    return inside


def _fronts(
    lot: np.ndarray, centre: np.ndarray, axis: np.ndarray, u: np.ndarray, far: np.ndarray, near: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Local second coordinate of each lot's front in its middle, and the depth there; depth 0 where no lot is met."""
    across = np.column_stack([-axis[:, 1], axis[:, 0]])
    foot = centre + u[:, None] * axis
    ray = shapely.linestrings(np.stack([foot + near[:, None] * across, foot + far[:, None] * across], axis=1))
    xy, owner = shapely.get_coordinates(shapely.intersection(lot, ray), return_index=True)
    v = ((xy - centre[owner]) * across[owner]).sum(axis=1)
    front = np.full(len(lot), -np.inf)
    back = np.full(len(lot), np.inf)
    np.maximum.at(front, owner, v)
    np.minimum.at(back, owner, v)
    met = np.isfinite(front)
    return np.where(met, front, near), np.where(met, front, 0.0) - np.where(met, back, 0.0)
