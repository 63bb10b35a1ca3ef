"""Loops over the pixels of a strip, compiled: filling and counting spans, growing, opening, points that keep apart.

They know nothing of grids and rules; the modules that call them say what they mean.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.compiled import compiled

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


@compiled
def translate(codes: Bytes, table: Flags) -> Flags:
    """Return ``table[codes]``."""
    looked_up = np.empty(codes.shape, dtype=np.bool_)
    for row in range(codes.shape[0]):
        for column in range(codes.shape[1]):
            looked_up[row, column] = table[codes[row, column]]
    return looked_up


@compiled
def block_sums(values: npt.NDArray[np.generic], factor: int) -> npt.NDArray[np.float64]:
    """Sum square blocks of ``factor`` pixels; the last ones have the pixels that are there."""
    rows, columns = values.shape
    sums = np.zeros((-(-rows // factor), -(-columns // factor)))
    for row in range(rows):
        down = row // factor
        for across in range(sums.shape[1]):
            total = 0.0
            for column in range(across * factor, min((across + 1) * factor, columns)):
                total += values[row, column]
            sums[down, across] += total
    return sums


@compiled
def fill_spans(
    row: Ints, start: Ints, stop: Ints, value: npt.NDArray[np.generic], out: npt.NDArray[np.generic]
) -> None:
    """Fill spans, ordered by row and start, each with its value; where they overlap the one that starts first stays."""
    line, taken = -1, 0
    for span in range(len(row)):
        if row[span] != line:
            line, taken = row[span], 0
        for column in range(max(start[span], taken), stop[span]):
            out[line, column] = value[span]
        taken = max(taken, stop[span])


@compiled
def count_spans(row: Ints, start: Ints, stop: Ints, shape: Ints, codes: Bytes, counts: npt.NDArray[np.uint32]) -> bool:
    """Add to ``counts`` (shape x code) the pixels of spans, each pixel once, for the span that starts first.

    Return whether spans overlap.
    """
    line, taken, overlap = -1, 0, False
    for span in range(len(row)):
        if row[span] != line:
            line, taken = row[span], 0
        overlap |= start[span] < taken
        for column in range(max(start[span], taken), stop[span]):
            counts[shape[span], codes[line, column]] += 1
        taken = max(taken, stop[span])
    return overlap


class Marking(NamedTuple):
    """What is marked: a number is written in some layers of ``out`` where the group of the pixel is wanted."""

    number: int
    layers: Ints
    group: Bytes
    wanted: Flags
    out: Bytes


@compiled
def _mark(line: int, begin: int, end: int, marking: Marking) -> None:
    number, layers, group, wanted, out = marking
    # A loop without a question is many times as fast.
    everyone = wanted.all()
    for layer in layers:
        if everyone:
            for column in range(begin, end):
                out[layer, line, column] = number
        else:
            for column in range(begin, end):
                if wanted[group[line, column]]:
                    out[layer, line, column] = number


@compiled
def mark_spans(row: Ints, start: Ints, stop: Ints, marking: Marking) -> None:
    """Mark where spans lie."""
    for span in range(len(row)):
        _mark(row[span], start[span], stop[span], marking)


@compiled
def mark_near(source: Bytes, sought: Flags, spans: Ints, halo: int, marking: Marking) -> None:
    """Mark near pixels of ``source`` whose value is sought.

    Near is within ``spans`` columns on either side, per row from 0 outwards; ``source`` has a halo that the rest lacks.
    """
    rows, columns = marking.group.shape
    for at in range(source.shape[0]):
        column = 0
        while column < source.shape[1]:
            if not sought[source[at, column]]:
                column += 1
                continue
            first = column
            while column < source.shape[1] and sought[source[at, column]]:
                column += 1
            for down in range(1 - len(spans), len(spans)):
                line = at + down - halo
                if line < 0 or line >= rows:
                    continue
                begin = max(first - spans[abs(down)] - halo, 0)
                end = min(column + spans[abs(down)] - halo, columns)
                _mark(line, begin, end, marking)


@compiled
def open_mask(mask: Flags, rows: int, columns: int) -> Flags:
    """Keep the pixels that lie in a wholly True block of so many rows and columns."""
    height, width = mask.shape
    kept = np.zeros((height, width), dtype=np.bool_)
    # Of each column, how many rows up to this one end a run of enough columns; and how many rows are still to be kept.
    tall = np.zeros(width, dtype=np.int64)
    for row in range(height):
        run = 0
        for column in range(width):
            run = run + 1 if mask[row, column] else 0
            tall[column] = tall[column] + 1 if run >= columns else 0
            kept[row, column] = tall[column] >= rows
    # Each True pixel is now the last corner of a block; from there the block is filled back.
    tall[:] = 0
    for row in range(height - 1, -1, -1):
        run = 0
        for column in range(width - 1, -1, -1):
            run = columns if kept[row, column] else run - 1
            tall[column] = rows if run > 0 else tall[column] - 1
            kept[row, column] = tall[column] > 0
    return kept


@compiled
def grow_mask(mask: Flags, spans: Ints) -> Flags:
    """Return the pixels within ``spans`` columns on either side of a True one, per row from 0 outwards."""
    height, width = mask.shape
    near = np.zeros((height, width), dtype=np.bool_)
    for row in range(height):
        column = 0
        while column < width:
            if not mask[row, column]:
                column += 1
                continue
            first = column
            while column < width and mask[row, column]:
                column += 1
            for down in range(max(1 - len(spans), -row), min(len(spans), height - row)):
                reach = spans[abs(down)]
                for place in range(max(first - reach, 0), min(column + reach, width)):
                    near[row + down, place] = True
    return near


@compiled
def thin_out(free: Flags, spans: Ints) -> None:
    """Keep the first True pixel, row by row, clear what lies within ``spans`` of it, and so on, in place."""
    height, width = free.shape
    for row in range(height):
        column = 0
        while column < width:
            if not free[row, column]:
                column += 1
                continue
            for down in range(min(len(spans), height - row)):
                for near in range(max(column - spans[down], 0), min(column + spans[down] + 1, width)):
                    free[row + down, near] = False
            free[row, column] = True
            column += spans[0] + 1


@compiled
def clear_spans(mask: Flags, rows: Ints, columns: Ints, spans: Ints) -> None:
    """Set the pixels within ``spans`` of places, which may lie outside, to False."""
    height, width = mask.shape
    for place in range(len(rows)):
        for down in range(max(1 - len(spans), -rows[place]), min(len(spans), height - rows[place])):
            reach, column = spans[abs(down)], columns[place]
            for near in range(max(column - reach, 0), min(column + reach + 1, width)):
                mask[rows[place] + down, near] = False


@compiled
def count_within(mask: Flags, rows: Ints, columns: Ints, spans: Ints) -> Ints:
    """Count the True pixels within ``spans`` of each place in the mask."""
    height, width = mask.shape
    total = np.zeros(len(rows), dtype=np.int64)
    for place in range(len(rows)):
        for down in range(max(1 - len(spans), -rows[place]), min(len(spans), height - rows[place])):
            reach, column = spans[abs(down)], columns[place]
            for near in range(max(column - reach, 0), min(column + reach + 1, width)):
                total[place] += mask[rows[place] + down, near]
    return total
