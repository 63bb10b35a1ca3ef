"""The options of the theme of services: what can be asked."""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 - `takes` reads them
from pathlib import Path  # noqa: TC003
from typing import TYPE_CHECKING, Annotated, Unpack

from kortrijk_geo.capacity.ride import NO_DAY, Ride, RideOptions, choose_ride, said_of_rides
from kortrijk_geo.engine.places import SnapTo, check_snap_to
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.options import Option, check_modes, takes
from kortrijk_geo.services.reached import REACH_MODES
from kortrijk_geo.services.rules import load_forecast, load_services

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.services.rules import Services


class Options(RideOptions, total=False):
    """The options of `kortrijk_geo.services.analyse`."""

    kind: Annotated[str | None, Option("One kind of service, by its id or Dutch name; None for all.")]
    services: Annotated[str | Path | None, Option("TOML file instead of the package's ``services.toml``.")]
    forecast: Annotated[str | Path | None, Option("TOML file instead of the package's ``forecast.toml``.")]
    modes: Annotated[
        Sequence[str] | None,
        Option('"walk" and "cycle", which always count, and "transit" (None: where the pack has a timetable).'),
    ]
    snap_to: Annotated[
        SnapTo,
        Option('Onto the "largest" part of the network where that is near enough, or "any" street.', "largest"),
    ]


@takes(Options)
def check_options(**options: Unpack[Options]) -> None:
    """Refuse an option that is wrong in itself, before a pack is read.

    Raises
    ------
    OptionError
        When there is no such kind of service, or a value cannot be used.
    MissingFileError, DataError
        When a file does not exist or breaks its rules.
    """
    known = load_services(options["services"])
    if (modes := options["modes"]) is not None:
        check_modes(modes, REACH_MODES)
        if "transit" not in modes and (names := said_of_rides(options)):
            raise OptionError(f"{', '.join(names)}: is said of the mode transit, which is not asked for")
    if options["kind"] is not None:
        known.find(options["kind"])
    load_forecast(options["forecast"])
    check_snap_to(options["snap_to"])
    _ride(known, options)


def ride_of(city: City, rules: Services, options: Options) -> Ride | None:
    """Return how rides are measured over a city: None where it has no timetable, or they are not asked for.

    Raises
    ------
    MissingLayerError
        When they are asked for, and the city has no timetable.
    OptionError
        As `check_options`.
    """
    modes = options["modes"]
    if "transit" in modes if modes is not None else said_of_rides(options):
        city.require("timetable", theme="Services by public transport")
    elif modes is not None or not city.has("timetable"):
        return None
    else:
        timetable = city.timetable()  # one that cannot be read is an error, whoever asked
        # Nobody asked: a pack whose feeds have no day together still has its walking and cycling.
        try:
            timetable.busiest_tuesday()
        except DataError:
            return None
    return _ride(rules, options)


def no_day(city: City, ride: Ride | None, options: Options) -> list[str]:
    """Return the Dutch remark that rides are left out for want of a day, where that is so."""
    left_out = ride is None and options["modes"] is None and city.has("timetable")
    return [NO_DAY] if left_out else []


def _ride(rules: Services, options: Options) -> Ride:
    return choose_ride(
        options, walk_m_per_min=rules.m_per_min["walk"], max_snap_m=rules.snap.max_m, snap_to=options["snap_to"]
    )
