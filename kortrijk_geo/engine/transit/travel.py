"""How long from every home to the nearest place, on foot and by public transport, for every departure of a window.

A trip is: leave at a whole step of the window, walk to a stop, be there ``slack_s`` before the vehicle leaves, ride,
walk from stop to stop where one changes (again with the slack), and walk from the last stop to the place; or walk all
the way, where that is quicker. All times are whole seconds. Hence a later departure never arrives earlier, and no trip
takes longer than walking. Waiting at home is not part of a trip that leaves later, waiting at the stop is.

Slack 0 is refused: where a hop takes 0 seconds, what one may change to would hang on the order of the file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kortrijk_geo.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.engine.transit.hops import Hops
    from kortrijk_geo.engine.transit.walks import Walks

Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Arrays = tuple[Ints, ...]

SLACK_S = 60


@dataclass(frozen=True)
class Window:
    """Departures from ``from_s`` until before ``to_s``, one every ``step_s`` seconds; seconds since the day began."""

    from_s: int
    to_s: int
    step_s: int = 60

    def __post_init__(self) -> None:
        if not (0 <= self.from_s < self.to_s and self.step_s >= 1):
            raise OptionError(f"departures from {self.from_s} s to {self.to_s} s, every {self.step_s} s, are none")

    def __len__(self) -> int:
        return len(range(self.from_s, self.to_s, self.step_s))

    def rank(self, share: float) -> int:
        """Return which departure, from the quickest (1) on, no more than ``share`` of them are quicker than."""
        if not 0 < share <= 1:
            raise OptionError(f"a share of departures lies above 0 and is at most 1, not {share!r}")
        return max(1, math.ceil(round(share * len(self), 9)))


@dataclass(frozen=True)
class Profile:
    """By when one must be at each stop to arrive at a place of one kind at which time; see `scan`."""

    begins: Ints
    count: Ints
    shortest_s: Ints
    ready_s: Ints
    arrival_s: Ints
    from_s: int

    def entries(self, stop: int) -> list[tuple[int, int]]:
        """Return (be there by, arrive at) of one stop, the latest first."""
        rows = slice(self.begins[stop], self.begins[stop] + self.count[stop])
        return list(zip(self.ready_s[rows].tolist(), self.arrival_s[rows].tolist(), strict=True))

    def every_departure(self, walks: Walks, direct_s: Ints, window: Window) -> Ints:
        """Return the seconds of each home (row) and departure (column), `NEVER` where there is no way.

        Parameters
        ----------
        walks
            From homes to stops.
        direct_s
            Seconds from each home to its nearest place on foot, `NEVER` for none.
        window
            The departures.
        """
        from kortrijk_geo.engine.transit import scan

        walked, stacks, when = self._asked(walks, direct_s, window)
        return scan.every_departure(walked, stacks, when, np.asarray(direct_s, np.int32), len(window))

    def at_shares(self, walks: Walks, direct_s: Ints, window: Window, shares: Sequence[float]) -> Ints:
        """Return the seconds within which each share of departures arrives: (homes, shares), .5 for the median.

        It is the time of one of the departures, the least that so many of them do not exceed, and never a mean of two.
        """
        from kortrijk_geo.engine.transit import scan

        ranks = np.array([window.rank(share) for share in shares], np.int32)
        walked, stacks, when = self._asked(walks, direct_s, window)
        return scan.ranked(walked, stacks, when, np.asarray(direct_s, np.int32), len(window), ranks)

    def _asked(self, walks: Walks, direct_s: Ints, window: Window) -> tuple[Arrays, Arrays, tuple[int, int]]:
        if window.from_s < self.from_s:
            raise OptionError(f"the hops were scanned from {self.from_s} s on, not from {window.from_s} s")
        if len(walks) != len(direct_s):
            raise OptionError(f"walks of {len(walks)} homes to stops, of {len(direct_s)} to places")
        stacks = (self.begins, self.count, self.shortest_s, self.ready_s, self.arrival_s)
        walked = (walks.first, walks.stop, walks.walk_s)
        return walked, stacks, (window.from_s, window.step_s)


def profile_to(hops: Hops, footpaths: Walks, to_place_s: Ints, *, slack_s: int = SLACK_S, from_s: int = 0) -> Profile:
    """Scan the hops of a day once, backward from the places of one kind.

    Parameters
    ----------
    hops
        Of the day, all whole trips.
    footpaths
        Between stops, with the walk of each to itself.
    to_place_s
        Seconds on foot from each stop to its nearest place, `NEVER` for none.
    slack_s
        How long before a vehicle leaves one must be at its stop, from 1 s.
    from_s
        Before this no home is left.

    Raises
    ------
    OptionError
        When ``slack_s`` is less than a second, or the arrays are not of the same stops.
    """
    from kortrijk_geo.engine.transit import scan

    begins = _room(hops, footpaths, len(to_place_s), slack_s)
    n_trips = int(hops.trip.max(initial=-1)) + 1
    paths = (footpaths.first, footpaths.stop, footpaths.walk_s)
    reach = scan.scan(hops.arrays, paths, begins, np.asarray(to_place_s, np.int32), int(slack_s), n_trips, from_s)
    count, shortest_s, ready_s, arrival_s = reach
    return Profile(begins, count, shortest_s, ready_s, arrival_s, from_s)


def homes_within(
    hops: Hops,
    footpaths: Walks,
    places: Walks,
    homes: Walks,
    on_foot: Flags,
    window: Window,
    limit_s: int,
    *,
    share: float = 0.5,
    slack_s: int = SLACK_S,
) -> Flags:
    """Return from which homes each of many places is within a limit at a share of departures: (places, homes).

    It says what `Profile.at_shares` does of each place alone, without the seconds: hops that leave too late, and homes
    from which no trip at all is short enough, are passed over.

    Parameters
    ----------
    hops, footpaths, slack_s
        As of `profile_to`.
    places, homes
        The walks from each place, and from each home, to the stops near it.
    on_foot
        (places, homes) who is within the limit on foot; it is written to.
    window, limit_s, share
        The departures, the longest trip, and how many of the departures may not take longer.

    Raises
    ------
    OptionError
        As `profile_to`, and when the arrays are not of the same places and homes.
    """
    from kortrijk_geo.engine.transit import scan

    if on_foot.shape != (len(places), len(homes)):
        raise OptionError(f"walks of {len(places)} places and {len(homes)} homes, flags of {on_foot.shape}")
    hops = hops.where(hops.leaves_s < window.to_s + limit_s)
    begins = _room(hops, footpaths, len(footpaths), slack_s)
    n_trips = int(hops.trip.max(initial=-1)) + 1
    near, paths, walks = ((each.first, each.stop, each.walk_s) for each in (places, footpaths, homes))
    scan.mark_homes_within(
        hops.arrays, paths, begins, int(slack_s), n_trips, near, walks, (window.from_s, window.step_s), len(window),
        int(limit_s), window.rank(share), on_foot,
    )  # fmt: skip
    return on_foot


def _room(hops: Hops, footpaths: Walks, n_stops: int, slack_s: int) -> Ints:
    """Return where the stack of each stop begins; errors as `profile_to`."""
    if isinstance(slack_s, bool) or slack_s != int(slack_s) or not 1 <= slack_s <= 3600:
        raise OptionError(f"slack_s must be whole seconds from 1 to 3600, found {slack_s!r}")
    if len(footpaths) != n_stops or max(hops.from_stop.max(initial=0), hops.to_stop.max(initial=0)) >= max(n_stops, 1):
        raise OptionError("hops, footpaths and walks to places are not of the same stops")
    boarded = np.bincount(hops.from_stop[hops.boards], minlength=n_stops)
    return np.concatenate([[0], np.cumsum(boarded)]).astype(np.int32)
