"""A city made ready for many questions: who lives within reach of here, and what changes when a place does.

The streets, the homes on them and the distance of every home to the places of every category are kept. A change of
places works out anew only what it touches, and leaves what it changes from as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.errors import OptionError, did_you_mean
from kortrijk_geo.options import takes
from kortrijk_geo.reach.facilities import find_facilities
from kortrijk_geo.reach.isochrones import OnStreets, minutes_of, point_of, reach_on, total_of
from kortrijk_geo.reach.options import TRANSIT, Options, choose
from kortrijk_geo.reach.times import count_places, is_known, nearest_of_kinds

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kortrijk_geo.engine.streets import Places
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.reach.facilities import Facilities
    from kortrijk_geo.reach.isochrones import FromPoint
    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.rules import Mode

    Point = tuple[float, float]


@dataclass(frozen=True)
class Distances:
    """Distances of one mode; rows are the homes of the pack, columns the categories.

    Parameters
    ----------
    on
        Streets and homes.
    points
        The facilities on the streets.
    metres, counts
        To the nearest place, and distinct places within the limit; see `kortrijk_geo.reach.times.ModeTimes`.
    """

    on: OnStreets
    points: Places
    metres: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class Moved:
    """Who gets the category within the limit, and who loses it, by one mode; homes of the study area.

    Parameters
    ----------
    homes_gain, homes_lose
        Homes on the streets; None when nothing is known of the category before or after.
    residents_gain, residents_lose
        Inhabitants of these; None also where they are unknown for any of them.
    """

    homes_gain: int | None
    homes_lose: int | None
    residents_gain: float | None
    residents_lose: float | None


@dataclass(frozen=True)
class Change:
    """What a change of places does.

    Parameters
    ----------
    after
        The city as it then is, ready for the next question.
    category
        The category whose places change.
    modes
        By mode who gains and who loses.
    """

    after: Prepared
    category: str
    modes: dict[Mode, Moved]


@dataclass(frozen=True)
class Prepared:
    """A city made ready; made by `prepare`.

    Parameters
    ----------
    city
        The pack.
    chosen
        The options.
    facilities
        The places of all categories, with the changes that were made.
    distances
        By mode.
    """

    city: City
    chosen: Chosen
    facilities: Facilities
    distances: dict[Mode, Distances]

    def __repr__(self) -> str:
        return f"Prepared({self.city.name!r}, {len(self.facilities.frame)} facilities, {', '.join(self.distances)})"

    def within(self, x: float, y: float, minutes: float | None = None, mode: Mode = "walk") -> FromPoint:
        """Count who lives within ``minutes`` of the point; see `kortrijk_geo.reach.reach_from`.

        Raises
        ------
        OptionError
            When the city was not prepared for the mode, or as `kortrijk_geo.reach.reach_from`.
        """
        if mode not in self.distances:
            raise OptionError.of_choice("mode", mode, tuple(self.distances))
        chosen = replace(self.chosen, modes=(mode,))
        limit = minutes_of(minutes, chosen)
        return reach_on(self.distances[mode].on, point_of(x, y, self.city.crs), [limit], chosen)[0]

    def change(
        self,
        category: str,
        *,
        opened: Sequence[Point] = (),
        closed: Collection[str] = (),
        moved: Mapping[str, Point] | None = None,
    ) -> Change:
        """Tell what changes when places of a category open, close or move; this object stays as it is.

        Parameters
        ----------
        category
            Key of the category.
        opened
            Coordinates of new places, in the pack's CRS.
        closed
            ``place_id`` of places that close, with all their entrances.
        moved
            Where places move to, by ``place_id``; a place with several entrances then has one.

        Raises
        ------
        OptionError
            When the category or a place is not there, a place both moves and closes, or a point lies farther than
            ``max_snap_m`` from the streets.
        """
        frame = self.facilities.frame
        column = self._column(category)
        moves = dict(moved or {})
        gone = self._rows_of(category, [*closed, *moves])
        new = self._new_rows(category, opened, moves)
        kept = np.setdiff1d(np.arange(len(frame)), gone)
        all_rows = gpd.GeoDataFrame(pd.concat([frame.iloc[kept], new], ignore_index=True), crs=frame.crs)
        facilities = replace(self.facilities, frame=all_rows)
        distances, who = {}, {}
        for mode, now in self.distances.items():
            then = self._after(now, mode, column, gone, kept, new)
            distances[mode], who[mode] = then, self._moved(now, then, column)
        return Change(replace(self, facilities=facilities, distances=distances), category, who)

    def _after(
        self, now: Distances, mode: Mode, column: int, gone: np.ndarray, kept: np.ndarray, new: gpd.GeoDataFrame
    ) -> Distances:
        """Return the distances of a mode without the rows ``gone`` and with the ``new`` ones."""
        graph, homes = now.on.graph, now.on.places
        added = graph.place(new, **self.chosen.snap)
        far = np.flatnonzero(~added.placed)
        if len(far):
            raise OptionError(
                f"the point {added.x[far[0]]:g},{added.y[far[0]]:g} lies farther than {self.chosen.max_snap_m:g} m from"
                f" any street of mode {mode!r}; choose a point nearer to a street"
            )
        limit_m = self.chosen.limit_m(mode, self.chosen.minutes)
        ids = self.facilities.frame["place_id"].to_numpy()
        metres, counts = now.metres.copy(), now.counts.copy()
        counts[homes.placed, column] = np.nan_to_num(counts[homes.placed, column])
        for points, names, sign in ((now.points[gone], ids[gone], -1), (added, new["place_id"].to_numpy(), 1)):
            if points.placed.any():
                counts[homes.placed, column] += sign * count_places(graph, homes, points, names, limit_m)[homes.placed]
        points = now.points[kept].with_more(added)
        key = self.chosen.categories.keys[column]
        mine = kept[self.facilities.frame["category"].to_numpy()[kept] == key]
        if len(gone):
            metres[:, column] = graph.nearest(homes, now.points[mine])[1]
        metres[:, column] = np.fmin(metres[:, column], graph.nearest(homes, added)[1])
        if not is_known(key, len(mine) + len(new), int(now.points[mine].placed.sum()) + len(new), self.facilities):
            counts[:, column] = np.nan
        return Distances(now.on, points, metres, counts)

    def _moved(self, now: Distances, then: Distances, column: int) -> Moved:
        homes = now.on.homes
        inside = homes["inside"] & now.on.places.placed
        if any(np.isnan(one.counts[now.on.places.placed, column]).all() for one in (now, then)):
            return Moved(None, None, None, None)
        before, after = now.counts[:, column] > 0, then.counts[:, column] > 0
        gain, lose = inside & after & ~before, inside & before & ~after
        residents = homes["residents"]
        return Moved(int(gain.sum()), int(lose.sum()), total_of(residents[gain]), total_of(residents[lose]))

    def _column(self, category: str) -> int:
        keys = self.chosen.categories.keys
        if category not in keys:
            raise OptionError(f"there is no category {category!r}{did_you_mean(category, keys)}")
        return keys.index(category)

    def _rows_of(self, category: str, place_ids: Sequence[str]) -> np.ndarray:
        frame = self.facilities.frame
        if len(set(place_ids)) < len(place_ids):
            raise OptionError("a place closes or moves once")
        rows = np.flatnonzero((frame["category"] == category) & frame["place_id"].isin(place_ids))
        strange = set(place_ids) - set(frame["place_id"].iloc[rows])
        if strange:
            raise OptionError(f"category {category} has no place with place_id {min(strange)!r}")
        return rows

    def _new_rows(self, category: str, opened: Sequence[Point], moves: Mapping[str, Point]) -> gpd.GeoDataFrame:
        taken, number, names = set(self.facilities.frame["place_id"]), 0, []
        for _ in opened:
            while (name := f"opened-{number + 1}") in taken:
                number += 1
            taken.add(name)
            names.append(name)
        ids = [*names, *moves]
        xy = [*opened, *moves.values()]
        return gpd.GeoDataFrame(
            {
                "facility_id": [f"{category}:{name}" for name in ids],
                "category": category,
                "place_id": ids,
                "name": pd.Series([None] * len(ids), dtype=object),
            },
            geometry=gpd.points_from_xy([x for x, _ in xy], [y for _, y in xy]),
            crs=self.city.crs,
        )


@takes(Options)
def prepare(city: City, **options: Unpack[Options]) -> Prepared:
    """Make a city ready for many questions.

    Parameters
    ----------
    city
        A pack with layers ``areas``, ``homes``, ``streets`` and ``amenities``.
    **options
        See `kortrijk_geo.reach.Options`; proximity time is left out.

    Raises
    ------
    MissingLayerError, DataError, OptionError
        As `kortrijk_geo.reach.analyse`.
    """
    asked = choose(**options)
    if asked.riding is not None and asked.riding.asked:
        raise OptionError(f"modes: a city is prepared for walk and cycle, not for {TRANSIT}")
    chosen = replace(asked, proximity_categories=None, riding=None)
    city.require("areas", "homes", "streets", "amenities", theme="Reach")
    facilities = find_facilities(city, chosen.categories, max_snap_m=chosen.max_snap_m)
    distances = {}
    for mode in chosen.modes:
        on = OnStreets.of(city, replace(chosen, modes=(mode,)))
        points = on.graph.place(facilities.frame, **chosen.snap)
        limit_m = chosen.limit_m(mode, chosen.minutes)
        metres, counts, _ = nearest_of_kinds(on.graph, on.places, facilities, points, chosen.categories.keys, limit_m)
        distances[mode] = Distances(on, points, metres, counts)
    return Prepared(city, chosen, facilities, distances)
