"""Cutting land into blocks: each too-large block is cut across its longer side until it suits its zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.demo.shapes import box_axes, quads

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_DEPTH = 24
_LEAST_M2 = 900.0


@dataclass(frozen=True)
class Cuts:
    """The lines along which blocks were cut.

    Parameters
    ----------
    blocks
        The block of each cut.
    lines
        LineStrings right through the block and beyond.
    last
        True where neither side was cut again.
    """

    blocks: np.ndarray
    lines: np.ndarray
    last: np.ndarray

    def trimmed(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the LineStrings from edge to edge of the blocks, and which are of a last cut."""
        pieces, owner = shapely.get_parts(shapely.intersection(self.blocks, self.lines), return_index=True)
        straight = shapely.get_type_id(pieces) == 1
        return pieces[straight], self.last[owner[straight]]


def cut_blocks(
    blocks: np.ndarray, limits: Callable[[np.ndarray], np.ndarray], rng: np.random.Generator
) -> tuple[np.ndarray, Cuts]:
    """Cut blocks until each is within its limits.

    Parameters
    ----------
    blocks
        Polygons.
    limits
        Function of blocks (n) to their allowed short and long side, (n, 2) metres.
    rng
        Source of the irregularity.

    Returns
    -------
    leaves, cuts
        The final polygons, and where they were cut.
    """
    leaves: list[np.ndarray] = []
    cut: list[np.ndarray] = []
    lines: list[np.ndarray] = []
    parents: list[np.ndarray] = []
    cut_again: set[int] = set()
    parent = np.full(len(blocks), -1)
    count = 0
    for _ in range(_MAX_DEPTH):
        sound = shapely.area(blocks) > _LEAST_M2
        leaves.append(blocks[~sound])
        blocks, parent = blocks[sound], parent[sound]
        if not len(blocks):
            break
        centre, along, length, width = box_axes(blocks)
        allowed = limits(blocks) * rng.uniform(0.85, 1.15, len(blocks))[:, None]
        over_width, over_length = width / allowed[:, 0], length / allowed[:, 1]
        needs = np.maximum(over_width, over_length) > 1
        leaves.append(blocks[~needs])
        across = (over_length >= over_width)[needs]
        blocks, parent = blocks[needs], parent[needs]
        cut_again.update(parent[parent >= 0].tolist())
        if not len(blocks):
            break
        line, half, two = _cut(blocks, centre[needs], along[needs], length[needs], width[needs], across, rng)
        number = count + np.arange(len(line))
        count += len(line)
        cut.append(blocks)
        lines.append(line)
        parents.append(number)
        sides, owner = shapely.get_parts(np.concatenate([half, two]), return_index=True)
        polygon = shapely.get_type_id(sides) == 3
        blocks, parent = sides[polygon], np.concatenate([number, number])[owner[polygon]]
    last = ~np.isin(np.concatenate(parents), list(cut_again))
    return np.concatenate(leaves), Cuts(np.concatenate(cut), np.concatenate(lines), last)


def _cut(
    blocks: np.ndarray,
    centre: np.ndarray,
    along: np.ndarray,
    length: np.ndarray,
    width: np.ndarray,
    across: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut each block once, and return lines and halves; ``across`` means through its long axis."""
    turn = rng.normal(0, 0.05, len(blocks))
    normal = np.where(across[:, None], along, np.column_stack([-along[:, 1], along[:, 0]]))
    normal = np.column_stack(
        [
            normal[:, 0] * np.cos(turn) - normal[:, 1] * np.sin(turn),
            normal[:, 0] * np.sin(turn) + normal[:, 1] * np.cos(turn),
        ]
    )
    side = np.where(across, length, width)
    foot = centre + normal * (rng.uniform(-0.09, 0.09, len(blocks)) * side)[:, None]
    reach = 2 * (length + width)
    zero = np.zeros(len(blocks))
    half = quads(foot, normal, np.column_stack([-reach, -reach]), np.column_stack([zero, reach]))
    two = quads(foot, normal, np.column_stack([zero, -reach]), np.column_stack([reach, reach]))
    edge = np.column_stack([-normal[:, 1], normal[:, 0]]) * reach[:, None]
    line = np.asarray(shapely.linestrings(np.stack([foot - edge, foot + edge], axis=1)))
    return line, shapely.intersection(blocks, half), shapely.intersection(blocks, two)
