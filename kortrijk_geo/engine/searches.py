"""The searches over a street graph as compiled array code: the k nearest places by labels, and a bounded sweep.

Both are Dijkstra's, from the places over the arcs of a graph that was cut there (`cuts`). A label is a distance to one
place. Nodes are settled from near to far, so a node's first k labels of different places are its k nearest; and as a
trip from a home passes one of the two ends of its piece of street, the k nearest of the home are among the k of each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.compiled import compiled

Ints = npt.NDArray[np.int32]
Index = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int32] | npt.NDArray[np.int64]

# Which bit of a word is its only one: its product with a de Bruijn number begins with six bits of its own.
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_BIT_OF = np.argsort([(int(_DE_BRUIJN) << bit) % (1 << 64) >> 58 for bit in range(64)]).astype(np.int64)

# How far the search of the k nearest looks ahead at a time, and the sweep, of the mean of all arcs.
_STEP_OF_ARC, _SWEEP_STEP_OF_ARC = 0.5, 1.0


@compiled
def _push(keys: Floats, values: Whole, size: int, key: float, value: int) -> None:
    """Put a value with its key in a heap of ``size``; the least key stands first."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at], values[at] = keys[above], values[above]
        at = above
    keys[at], values[at] = key, value


@compiled
def _drop(keys: Floats, values: Whole, size: int) -> None:
    """Take the first out of a heap, which leaves ``size``."""
    key, value = keys[size], values[size]
    keys[size] = np.inf  # so that the last one has a neighbour too
    at, below = 0, 1
    while below < size:
        # Added and not asked: which of two is less no processor can foretell.
        below += keys[below + 1] < keys[below]
        if key <= keys[below]:
            break
        keys[at], values[at] = keys[below], values[below]
        at, below = below, 2 * below + 1
    keys[at], values[at] = key, value


@compiled
def _wait(heap: Any, later: Any, sizes: tuple[int, int], key: float, value: int, until: float) -> tuple[int, int]:
    """Put a value in the heap when its key comes up to ``until``, else behind the later ones; return both sizes."""
    size, n_later = sizes
    if key <= until:
        _push(heap[0], heap[1], size, key, value)
        return size + 1, n_later
    later[0][n_later], later[1][n_later] = key, value
    return size, n_later + 1


@compiled
def _step_m(arcs: Any, of_arc: float) -> float:
    """Return that many times the mean of all arcs."""
    cost_m: Floats = arcs[2]
    return of_arc * float(cost_m.sum()) / max(len(cost_m), 1)


@compiled
def _names(held: Any, begin: Any, count: Any, wanted: int) -> bool:
    """Whether one of the ``count`` numbers from ``begin`` on is ``wanted``."""
    for i in range(begin, begin + count):  # noqa: SIM110 - numba compiles no generators
        if held[i] == wanted:
            return True
    return False


@compiled
def _labels(arcs: Any, starts: Ints, place: Any, k: int, limit_m: float) -> tuple[Any, Ints, Floats]:
    """Return how many labels each node has, at most ``k``, and start and metres of each, nearest first.

    All places of a city grow at once, and what they pass over does not fit the processor's cache. So only what comes
    up to ``until`` stands in the heap, and the rest unsorted until that is empty; of the labels only their places stand
    by node, in numbers as small as those of ``place``, and the rest in a log that is put in order at the end.
    """
    first, end, cost_m = arcs
    n, n_starts, most = len(first) - 1, len(starts), k * len(end) + len(starts)
    count, held = np.zeros(n, place.dtype), np.empty(n * k, place.dtype)
    log_at, log_start, log_m = np.empty(n * k, np.int32), np.empty(n * k, np.int32), np.empty(n * k, np.float64)
    # A value is a node and, in its lower half, a start.
    keys, values = heap = np.empty(most, np.float64), np.empty(most, np.int64)
    later = np.empty(most, np.float64), np.empty(most, np.int64)
    keys[:n_starts] = 0.0
    for i in range(n_starts):
        values[i] = (np.int64(starts[i]) << 32) | i
    size, n_later, step_m = n_starts, 0, _step_m(arcs, _STEP_OF_ARC)
    until, n_labels = step_m, 0
    while size or n_later:
        if not size:
            until, waiting, n_later = later[0][:n_later].min() + step_m, n_later, 0
            for i in range(waiting):
                size, n_later = _wait(heap, later, (size, n_later), later[0][i], later[1][i], until)
        so_far, node, source = keys[0], values[0] >> 32, values[0] & 0xFFFFFFFF
        size -= 1
        _drop(keys, values, size)
        known, its_place = count[node], place[source]
        if known == k or _names(held, node * k, known, its_place):
            continue
        log_at[n_labels], log_start[n_labels], log_m[n_labels] = node * k + known, source, so_far
        n_labels += 1
        held[node * k + known] = its_place
        count[node] = known + 1
        for arc in range(first[node], first[node + 1]):
            onward, away = np.int64(end[arc]), so_far + cost_m[arc]
            if away <= limit_m and count[onward] < k and not _names(held, onward * k, count[onward], its_place):
                size, n_later = _wait(heap, later, (size, n_later), away, (onward << 32) | source, until)
    start, metres = np.empty(n * k, np.int32), np.empty(n * k, np.float64)
    for i in range(n_labels):
        start[log_at[i]], metres[log_at[i]] = log_start[i], log_m[i]
    return count, start.reshape((n, k)), metres.reshape((n, k))


@compiled
def k_nearest(
    arcs: Any, starts: Ints, place: Any, facility: Ints, ends: Any, k: int, limit_m: float
) -> tuple[Ints, Floats]:
    """Return facility and metres of the ``k`` nearest different places of each home; -1 and NaN where there are fewer.

    Parameters
    ----------
    arcs
        First arc of every node, end and metres of every arc.
    starts, place, facility
        Node of every start, the place that it is an entrance of, and what it is called in the answer. The numbers of
        ``place`` are of 16 bits where there are few enough, which takes half the memory.
    ends
        Of every home the nodes on its left and right and the metres to them, infinite where that is no way.
    k, limit_m
        How many, and how far at most.
    """
    left, right, left_m, right_m = ends
    count, start, metres = _labels(arcs, starts, place, k, limit_m)
    n = len(left)
    nearest, trip_m = np.full((n, k), -1, np.int32), np.full((n, k), np.nan)
    last = np.full(np.int64(place.max()) + 1, -1, np.int32)  # the last home that has each place
    for home in range(n):
        a, b = left[home], right[home]
        to_a = np.int64(count[a]) if np.isfinite(left_m[home]) else 0
        to_b = np.int64(count[b]) if np.isfinite(right_m[home]) else 0
        i, j, found = 0, 0, 0
        while found < k and (i < to_a or j < to_b):
            by_a = metres[a, i] + left_m[home] if i < to_a else np.inf
            by_b = metres[b, j] + right_m[home] if j < to_b else np.inf
            if by_a <= by_b:
                away, source = by_a, start[a, i]
                i += 1
            else:
                away, source = by_b, start[b, j]
                j += 1
            if away > limit_m:
                break
            if last[place[source]] != home:
                last[place[source]] = home
                nearest[home, found], trip_m[home, found] = facility[source], away
                found += 1
    return nearest, trip_m


@compiled
def _at_nodes(ends: Any, n_nodes: int) -> tuple[Ints, Ints, Floats]:
    """Return the homes at each node: where they begin, and home and metres of each."""
    left, right, left_m, right_m = ends
    first = np.zeros(n_nodes + 1, np.int32)
    for home in range(len(left)):
        first[left[home] + 1] += np.isfinite(left_m[home])
        first[right[home] + 1] += np.isfinite(right_m[home])
    first = np.cumsum(first).astype(np.int32)
    filled = first[:-1].copy()
    at, metres = np.empty(first[-1], np.int32), np.empty(first[-1], np.float64)
    for home in range(len(left)):
        for node, away in ((left[home], left_m[home]), (right[home], right_m[home])):
            if np.isfinite(away):
                at[filled[node]], metres[filled[node]] = home, away
                filled[node] += 1
    return first, at, metres


@compiled
def _scratch(arcs: Any) -> tuple[Floats, Ints, Any, Flags]:
    """Return what `_settle` writes in: infinite metres of nodes, nodes touched, lists of nodes to do, who is in one."""
    n = len(arcs[0]) - 1
    lists = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    return np.full(n, np.inf), np.empty(n, np.int32), lists, np.zeros(n, np.bool_)


@compiled
def _settle(  # noqa: C901 - one search in nested loops, as compiled code is
    arcs: Any, starts: Ints, limit_m: float, step_m: float, scratch: Any
) -> int:
    """Search from the starts of one place; return how many nodes within ``limit_m`` now have metres and are touched.

    No heap: nodes up to ``until`` are done round by round in any order, and again when a shorter way to one is found;
    the others wait until no such node is left (in the way of delta-stepping, Meyer and Sanders 2003, Journal of
    Algorithms 49, 114-152). Lengths add up along a way as in Dijkstra's method, so that the least is the same to the
    bit.
    """
    first, end, cost_m = arcs
    metres, touched, (near, following, later), waits = scratch
    n_near = n_touched = len(starts)
    metres[starts], touched[:n_near], near[:n_near] = 0.0, starts, starts
    n_later, until = 0, step_m
    while n_near:
        n_following = 0
        for node in near[:n_near]:
            waits[node] = False
            so_far = metres[node]
            for arc in range(first[node], first[node + 1]):
                onward, away = end[arc], so_far + cost_m[arc]
                if away <= limit_m and away < metres[onward]:
                    if np.isinf(metres[onward]):
                        touched[n_touched] = onward
                        n_touched += 1
                    metres[onward] = away
                    if not waits[onward]:
                        waits[onward] = True
                        if away <= until:
                            following[n_following] = onward
                            n_following += 1
                        else:
                            later[n_later] = onward
                            n_later += 1
        near, following, n_near = following, near, n_following
        if not n_near and n_later:
            waiting, n_later, until = n_later, 0, np.inf
            for node in later[:waiting]:
                until = min(until, metres[node] + step_m)
            for node in later[:waiting]:
                # Written in both and counted in one: which it is no processor can foretell.
                near[n_near] = later[n_later] = node
                is_near = metres[node] <= until
                n_near += is_near
                n_later += not is_near
    return n_touched


@compiled
def sweep(
    arcs: Any, starts: Ints, begins: Ints, ends: Any, limit_m: float, begin: int, room: int
) -> tuple[int, Ints, Ints, Floats]:
    """Find the homes within ``limit_m`` of each place, from place ``begin`` on, as long as there is room for pairs.

    Parameters
    ----------
    arcs, ends
        See `k_nearest`.
    starts, begins
        Node of every start, and the first start of every place and after the last.
    limit_m
        Length of the longest trip.
    begin, room
        The first place, and how many pairs to return at most; at least as many as there are homes.

    Returns
    -------
    place, homes, metres
        The first place that is not done, and the pairs by place and home: place, home, metres.
    """
    n_nodes, n_homes = len(arcs[0]) - 1, len(ends[0])
    at_first, at_home, at_m = _at_nodes(ends, n_nodes)
    place, home, trip_m = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.float64)
    best, scratch, step_m = np.full(n_homes, np.inf), _scratch(arcs), _step_m(arcs, _SWEEP_STEP_OF_ARC)
    metres, touched = scratch[:2]
    # One bit per home that is in reach, so that they come out in order without being sorted.
    reached = np.zeros((n_homes >> 6) + 1, np.uint64)
    total, this = 0, begin
    while this < len(begins) - 1 and total + n_homes <= room:
        low, high = len(reached), -1
        for node in touched[: _settle(arcs, starts[begins[this] : begins[this + 1]], limit_m, step_m, scratch)]:
            so_far, metres[node] = metres[node], np.inf
            for i in range(at_first[node], at_first[node + 1]):
                # Added and not asked, as above.
                away, who = so_far + at_m[i], at_home[i]
                within, word = away <= limit_m, who >> 6
                best[who] = min(best[who], away if within else np.inf)
                reached[word] |= np.uint64(within) << np.uint64(who & 63)
                low, high = min(low, word), max(high, word)
        for word in range(low, high + 1):
            bits = reached[word]
            reached[word] = 0
            while bits:
                lowest = bits & (~bits + np.uint64(1))
                bits ^= lowest
                who = (word << 6) + _BIT_OF[(lowest * _DE_BRUIJN) >> np.uint64(58)]
                place[total], home[total], trip_m[total] = this, who, best[who]
                best[who] = np.inf
                total += 1
        this += 1
    return this, place[:total], home[:total], trip_m[:total]


@compiled
def counts(arcs: Any, starts: Ints, begins: Ints, ends: Any, limit_m: float) -> Index:
    """Return for each home how many places are within ``limit_m``; see `sweep`, whose pairs are only counted here."""
    n_nodes, n_homes = len(arcs[0]) - 1, len(ends[0])
    at_first, at_home, at_m = _at_nodes(ends, n_nodes)
    count, last = np.zeros(n_homes, np.intp), np.full(n_homes, -1, np.int32)
    scratch, step_m = _scratch(arcs), _step_m(arcs, _SWEEP_STEP_OF_ARC)
    metres, touched = scratch[:2]
    for this in range(len(begins) - 1):
        for node in touched[: _settle(arcs, starts[begins[this] : begins[this + 1]], limit_m, step_m, scratch)]:
            for i in range(at_first[node], at_first[node + 1]):
                who = at_home[i]
                within = metres[node] + at_m[i] <= limit_m
                count[who] += within and last[who] != this
                last[who] = this if within else last[who]
            metres[node] = np.inf
    return count


@compiled
def by_kind(of_pair: Index, metres: Floats, size: int) -> tuple[Floats, Index]:
    """Return the least metres (NaN for none) and the number of pairs of each of ``size`` groups."""
    least, count = np.full(size, np.inf), np.zeros(size, np.intp)
    for pair in range(len(metres)):
        group = of_pair[pair]
        least[group] = min(least[group], metres[pair])
        count[group] += 1
    for group in range(size):
        if count[group] == 0:
            least[group] = np.nan
    return least, count
