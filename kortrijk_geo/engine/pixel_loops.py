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
def block_counts(mask: Flags, factor: int) -> Ints:
    """Count the True pixels of square blocks of ``factor`` pixels; the last ones have the pixels that are there."""
    rows, columns = mask.shape
    counts = np.zeros((-(-rows // factor), -(-columns // factor)), dtype=np.int64)
    # Column by column first, a loop that a processor takes many steps of at once.
    of_column = np.empty(columns, dtype=np.int32)
    for down in range(counts.shape[0]):
        of_column[:] = 0
        for row in range(down * factor, min((down + 1) * factor, rows)):
            for column in range(columns):
                of_column[column] += mask[row, column]
        for column in range(columns):
            counts[down, column // factor] += of_column[column]
    return counts


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
    """What is marked: a number is written in some layers of ``out`` where the group of the pixel is wanted.

    ``everyone`` tells that all groups are.
    """

    number: int
    layers: Ints
    group: Bytes
    wanted: Flags
    everyone: bool
    out: Bytes


class Runs(NamedTuple):
    """Runs of pixels: where those of each row stand, the first column of each run, and the one after its last."""

    first: Ints
    begin: Ints
    end: Ints


@compiled
def _mark(line: int, begin: int, end: int, marking: Marking) -> None:
    number, layers, group, wanted, everyone, out = marking
    # A loop without a question is many times as fast.
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
def mark_near(runs: Runs, spans: Ints, halo: int, marking: Marking) -> None:
    """Mark near runs of pixels.

    Near is within ``spans`` columns on either side, per row from 0 outwards; the runs are of rows and columns with a
    halo that the rest lacks.
    """
    rows, columns = marking.group.shape
    first, begin, end = runs
    change = np.zeros(columns + 1, dtype=np.int32)
    for line in range(rows):
        _count_near(first, begin, end, spans, line + halo, halo, change)
        depth, start = 0, -1
        for column in range(columns + 1):
            depth += change[column]
            change[column] = 0
            if depth > 0 and start < 0 and column < columns:
                start = column
            elif start >= 0 and (depth == 0 or column == columns):
                _mark(line, start, column, marking)
                start = -1


@compiled
def runs_of(source: Bytes, sought: Flags) -> Runs:
    """Return the runs of pixels whose value is sought."""
    height, width = source.shape
    first = np.zeros(height + 1, dtype=np.int64)
    begin, end = np.empty(1_024 + width, dtype=np.int64), np.empty(1_024 + width, dtype=np.int64)
    runs = 0
    for row in range(height):
        if runs + width > len(begin):
            begin, end = np.concatenate((begin, begin)), np.concatenate((end, end))
        before = False
        for column in range(width):
            here = sought[source[row, column]]
            if here != before:
                if here:
                    begin[runs] = column
                else:
                    end[runs] = column
                    runs += 1
                before = here
        if before:
            end[runs] = width
            runs += 1
        first[row + 1] = runs
    return Runs(first, begin[:runs].copy(), end[:runs].copy())


@compiled
def values_there(source: Bytes) -> Flags:
    """Tell of each value whether a pixel has it."""
    there = np.zeros(256, dtype=np.bool_)
    for row in range(source.shape[0]):
        for column in range(source.shape[1]):
            there[source[row, column]] = True
    return there


@compiled
def _count_near(
    first: Ints, begin: Ints, end: Ints, spans: Ints, line: int, halo: int, change: npt.NDArray[np.int32]
) -> None:
    """Write in ``change`` at which columns of a line the pixels near runs begin (1 more) and end (1 less)."""
    columns = len(change) - 1
    for row in range(max(line + 1 - len(spans), 0), min(line + len(spans), len(first) - 1)):
        reach = spans[abs(row - line)] + halo
        for run in range(first[row], first[row + 1]):
            left, right = max(begin[run] - reach, 0), min(end[run] + reach - 2 * halo, columns)
            if left < right:
                change[left] += 1
                change[right] -= 1


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
    near = np.zeros(mask.shape, dtype=np.bool_)
    first, begin, end = runs_of(mask.view(np.uint8), np.array([False, True]))
    change = np.zeros(mask.shape[1] + 1, dtype=np.int32)
    for line in range(mask.shape[0]):
        _count_near(first, begin, end, spans, line, 0, change)
        depth = 0
        for column in range(mask.shape[1]):
            depth += change[column]
            change[column] = 0
            near[line, column] = depth > 0
        change[-1] = 0
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
