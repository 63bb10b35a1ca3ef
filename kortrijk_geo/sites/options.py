"""The options of the theme of the city's sites: what can be asked, and what is chosen where nothing is."""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 - `takes` reads it
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003
from typing import Annotated, Any, Unpack

from kortrijk_geo.capacity.ride import Ride, RideOptions, choose_ride, said_of_rides
from kortrijk_geo.capacity.rules import KM_PER_H
from kortrijk_geo.engine.places import SnapTo, check_snap_to
from kortrijk_geo.errors import OptionError
from kortrijk_geo.options import Option, above_zero, check_modes, check_whole, takes
from kortrijk_geo.sites.rules import BY_STREETS, MODES, Mode, Settings, UseSet, load_settings, load_uses


class Options(RideOptions, total=False):
    """The options of `kortrijk_geo.sites.analyse`."""

    uses: Annotated[str | Path | None, Option("TOML file instead of the package's ``uses.toml``.")]
    settings: Annotated[str | Path | None, Option("TOML file instead of the package's ``settings.toml``.")]
    modes: Annotated[Sequence[str], Option('"walk", "cycle", "transit", or several.', BY_STREETS)]
    minutes: Annotated[
        int | None,
        Option(
            "How long people are on their way, from 1 to 120 (None: settings.toml; transit: transit.toml).",
            unit="minutes",
        ),
    ]
    walk_m_per_min: Annotated[float | None, Option("Walking speed (None: settings.toml).", unit="m/min")]
    cycle_m_per_min: Annotated[float | None, Option("Cycling speed (None: settings.toml).", unit="m/min")]
    max_snap_m: Annotated[
        float | None,
        Option("How far a home or site may lie from the nearest street (None: settings.toml).", unit="m"),
    ]
    snap_to: Annotated[
        SnapTo,
        Option(
            'Onto the "largest" part of the network where that is within ``max_snap_m``, or "any" street.', "largest"
        ),
    ]


@dataclass(frozen=True)
class Chosen:
    """The options of one analysis, checked, with what was not given: everything its figures depend on."""

    uses: UseSet
    settings: Settings
    modes: tuple[Mode, ...]
    minutes: int
    ride: Ride
    ride_minutes: int
    speeds_m_per_min: dict[Mode, float]
    max_snap_m: float
    snap_to: SnapTo

    @property
    def snap(self) -> dict[str, Any]:
        """How points are placed on the streets, as `kortrijk_geo.engine.streets.StreetGraph.place` takes it."""
        return {"max_snap_m": self.max_snap_m, "snap_to": self.snap_to}

    def minutes_of(self, mode: Mode) -> int:
        """How long the longest trip by a mode takes."""
        return self.ride_minutes if mode == "transit" else self.minutes

    def limit_m(self, mode: Mode) -> float:
        """Length of the longest trip, m."""
        return self.speeds_m_per_min[mode] * self.minutes

    def farthest_m(self, mode: Mode) -> float:
        """Length of the longest trip at any speed that is told, m."""
        others = self.settings.sensitivity if mode == "walk" else None
        speeds = [km_per_h / KM_PER_H for km_per_h in others.walk_km_per_h] if others is not None else []
        return max([self.speeds_m_per_min[mode], *speeds]) * self.minutes

    def record(self) -> dict[str, Any]:
        """Return the options as plain values, for ``ThemeResult.options``."""
        return {
            "uses_version": self.uses.version,
            "modes": list(self.modes),
            "minutes": self.minutes if {*self.modes} & {*BY_STREETS} else None,
            **{f"{mode}_m_per_min": self.speeds_m_per_min[mode] for mode in self.modes if mode in BY_STREETS},
            **self.snap,
            "same_rows_m": self.settings.same.rows_m,
            "same_amenity_m": self.settings.same.amenity_m,
            "few_people": self.settings.few.people,
        }


@takes(Options)
def choose_options(**options: Unpack[Options]) -> Chosen:
    """Check the options of an analysis, what is not given as ``settings.toml`` says.

    Parameters
    ----------
    **options
        See `Options`.

    Raises
    ------
    OptionError
        When a value cannot be used.
    MissingFileError, DataError
        When a file of rules does not exist or breaks its rules.
    """
    settings = load_settings(options["settings"])
    modes = options["modes"]
    check_modes(modes, MODES)
    if "transit" not in modes and (names := said_of_rides(options)):
        raise OptionError(f"{', '.join(names)}: is said of the mode transit, which is not asked for")
    minutes = settings.limit.minutes if options["minutes"] is None else options["minutes"]
    check_whole("minutes", minutes, least=1, most=120)
    snap = options["max_snap_m"]
    max_snap_m = settings.snap.max_m if snap is None else above_zero("max_snap_m", snap, most=1_000_000)
    snap_to = check_snap_to(options["snap_to"])
    usual = {"walk": settings.speed.walk_m_per_min, "cycle": settings.speed.cycle_m_per_min}
    asked = {"walk": options["walk_m_per_min"], "cycle": options["cycle_m_per_min"]}
    speeds: dict[Mode, float] = {
        mode: usual[mode] if asked[mode] is None else above_zero(f"{mode}_m_per_min", asked[mode], most=10_000)
        for mode in BY_STREETS
    }
    ride = choose_ride(options, walk_m_per_min=speeds["walk"], max_snap_m=max_snap_m, snap_to=snap_to)
    return Chosen(
        uses=load_uses(options["uses"]),
        settings=settings,
        modes=tuple(mode for mode in MODES if mode in modes),
        minutes=int(minutes),
        ride=ride,
        ride_minutes=ride.rules.limit.minutes if options["minutes"] is None else int(minutes),
        speeds_m_per_min=speeds,
        max_snap_m=max_snap_m,
        snap_to=snap_to,
    )


def check_options(**options: Unpack[Options]) -> None:
    """Refuse an option that is wrong in itself, before a pack is read; errors as `choose_options`."""
    choose_options(**options)
