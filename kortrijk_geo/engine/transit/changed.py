"""What a change of the rides of a day leaves as it was: only homes near a stop whose times change take other times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.compiled import compiled

if TYPE_CHECKING:
    from kortrijk_geo.engine.transit.travel import Profile
    from kortrijk_geo.engine.transit.walks import Walks

Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


def changed_stops(before: Profile, after: Profile) -> Flags:
    """Whether each stop of ``after`` has other entries than before; one that was not there has, if it has any."""
    old, new = ((each.begins, each.count, each.ready_s, each.arrival_s) for each in (before, after))
    return np.asarray(_changed_stops(old, new))


def homes_near(walks: Walks, profile: Profile, stops: Flags, direct_s: Ints) -> Flags:
    """Whether a trip by one of these stops can be quicker than walking all the way, of each home."""
    rows = (walks.first, walks.stop, walks.walk_s)
    return np.asarray(_homes_near(rows, profile.shortest_s, stops, np.asarray(direct_s, np.int32)))


@compiled
def _changed_stops(old: Any, new: Any) -> Flags:
    begins, count, ready_s, arrival_s = old
    new_begins, new_count, new_ready_s, new_arrival_s = new
    changed = np.zeros(len(new_count), np.bool_)
    for stop in range(len(new_count)):
        n = count[stop] if stop < len(count) else 0
        changed[stop] = n != new_count[stop]
        if changed[stop] or n == 0:
            continue
        at, new_at = begins[stop], new_begins[stop]
        for i in range(n):
            if ready_s[at + i] != new_ready_s[new_at + i] or arrival_s[at + i] != new_arrival_s[new_at + i]:
                changed[stop] = True
                break
    return changed


@compiled
def _homes_near(walks: Any, shortest_s: Ints, stops: Flags, direct_s: Ints) -> Flags:
    first, stop, walk_s = walks
    near = np.zeros(len(direct_s), np.bool_)
    for home in range(len(direct_s)):
        for path in range(first[home], first[home + 1]):
            if stops[stop[path]] and walk_s[path] + np.int64(shortest_s[stop[path]]) < direct_s[home]:
                near[home] = True
                break
    return near
