"""A city made ready for many changes of its timetable: who has its places within the limit then, and now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd

from kortrijk_geo.capacity.prepared_rides import PreparedRides
from kortrijk_geo.capacity.transit import TransitNetwork
from kortrijk_geo.errors import OptionError
from kortrijk_geo.figure import too_little_of
from kortrijk_geo.options import takes
from kortrijk_geo.pack.homes import homes_inside
from kortrijk_geo.reach.facilities import find_facilities
from kortrijk_geo.reach.figures import known_share, of_areas_and_city, unless, weigh, weighted_share
from kortrijk_geo.reach.times import rows_on_streets
from kortrijk_geo.reach.transit_options import TransitOptions, choose_transit

if TYPE_CHECKING:
    from kortrijk_geo.capacity.timetable_change import TimetableChange
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.reach.figures import Weighing
    from kortrijk_geo.reach.transit_options import TransitChosen

CITY = "city"


@dataclass(frozen=True)
class TransitChange:
    """What a changed timetable does.

    Parameters
    ----------
    change
        What is changed.
    before, after
        Shares of inhabitants within the limit by bus and train, at half of all departures: a row per area and one of
        the whole city (`CITY`), a column per category and ``all`` of them together; as `analyse_transit` has them.
    """

    change: TimetableChange
    before: pd.DataFrame
    after: pd.DataFrame

    @property
    def difference(self) -> pd.DataFrame:
        """After less before; unknown where one of them is."""
        return self.after - self.before


@dataclass(frozen=True)
class PreparedTransit:
    """A city made ready; made by `prepare_transit`.

    Parameters
    ----------
    city, chosen
        The pack and the options.
    rides
        To the places of every category of which anything is known.
    keys
        These categories.
    shares
        As the timetable is now; see `TransitChange`.
    """

    city: City
    chosen: TransitChosen
    rides: PreparedRides
    keys: tuple[str, ...]
    weighing: Weighing
    shares: pd.DataFrame

    def __repr__(self) -> str:
        return f"PreparedTransit({self.city.name!r}, {self.rides.net.day}, {len(self.keys)} categories)"

    def changed(self, change: TimetableChange) -> TransitChange:
        """Tell who has the places within the limit by a changed timetable, and now; this object stays as it is.

        Raises
        ------
        OptionError
            As `kortrijk_geo.capacity.timetable_change.TimetableChange.apply`, and when a stop is moved to where no
            street is.
        """
        after = _shares(self.rides.changed(change), self.keys, self.weighing, self.chosen, self.shares.index)
        return TransitChange(change, self.shares, after)


@takes(TransitOptions)
def prepare_transit(city: City, **options: Unpack[TransitOptions]) -> PreparedTransit:
    """Make a city ready for many changes of its timetable.

    >>> ready = kg.reach.prepare_transit(city)  # doctest: +SKIP
    >>> ready.changed(TimetableChange.of(headways={"4": 10})).difference.loc["city"]  # doctest: +SKIP

    Parameters
    ----------
    city
        A pack with layers ``areas``, ``homes``, ``streets`` and ``amenities``, and a ``timetable``.
    **options
        See `kortrijk_geo.reach.TransitOptions`.

    Raises
    ------
    MissingLayerError, DataError, OptionError
        As `kortrijk_geo.reach.analyse_transit`; and when the options change the timetable.
    """
    chosen = choose_transit(**options)
    if chosen.ride.change:
        raise OptionError(f"a city is prepared with its timetable as it is; give {chosen.ride.change} to changed()")
    city.require("areas", "homes", "streets", "amenities", "timetable", theme="Reach by public transport")
    homes, facilities = homes_inside(city), find_facilities(city, chosen.categories, max_snap_m=chosen.ride.max_snap_m)
    net = TransitNetwork.of(city.streets, city.timetable(), chosen.ride)
    points = net.place(facilities.frame)
    places = {}
    for key in chosen.categories.keys:
        rows, known = rows_on_streets(key, facilities, points)
        if known:
            places[key] = points[rows]
    rides = PreparedRides.of(net, net.leaving(homes), list(places.values()))
    weighing, ids = weigh(city.areas, homes, population=city.population), pd.Index([*city.areas["area_id"], CITY])
    return PreparedTransit(
        city, chosen, rides, tuple(places), weighing, _shares(rides, tuple(places), weighing, chosen, ids)
    )


def _shares(
    rides: PreparedRides, keys: tuple[str, ...], weighing: Weighing, chosen: TransitChosen, ids: pd.Index
) -> pd.DataFrame:
    """Return the shares within the limit, of each area and of the city; as `analyse_transit` counts them."""
    limit_s = chosen.minutes * 60
    hits = {key: each.taken_s[:, 0] <= limit_s for key, each in zip(keys, rides.kinds, strict=True)}
    if hits:
        hits = {"all": np.logical_and.reduce(list(hits.values())), **hits}
    counted = np.where(rides.origins.places.placed, weighing.weights, 0.0)

    def shares_of(group: np.ndarray, expected: np.ndarray) -> dict[str, np.ndarray]:
        few = too_little_of(known_share(counted, group, expected))
        return {key: unless(few, weighted_share(hit, counted, group, len(expected))) for key, hit in hits.items()}

    shares = of_areas_and_city(weighing, shares_of)
    return pd.DataFrame({key: np.append(values, city) for key, (values, city) in shares.items()}, index=ids)
