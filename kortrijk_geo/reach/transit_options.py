"""The options of reach by public transport."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Unpack

from kortrijk_geo.capacity.ride import Ride, RideOptions, choose_ride
from kortrijk_geo.engine.places import SnapTo, check_snap_to
from kortrijk_geo.options import Option, above_zero, check_whole, takes
from kortrijk_geo.reach.rules import CategorySet, Mode, Settings, load_categories, load_settings

if TYPE_CHECKING:
    import datetime as dt


class TransitOptions(RideOptions, total=False):
    """The options of `kortrijk_geo.reach.analyse_transit`."""

    settings: Annotated[str | Path | None, Option("TOML file instead of the package's ``settings.toml``.")]
    categories: Annotated[
        str | Path, Option('"city", "default", "bruno2024", or the path of a TOML file like them.', "city")
    ]
    minutes: Annotated[int | None, Option("The limit that counts (None: transit.toml).", unit="minutes")]
    walk_m_per_min: Annotated[float | None, Option("Walking speed (None: settings.toml).", unit="m/min")]
    cycle_m_per_min: Annotated[float | None, Option("Cycling speed (None: settings.toml).", unit="m/min")]
    max_snap_m: Annotated[
        float | None, Option("How far a home, place or stop may lie from a street (None: settings.toml).", unit="m")
    ]
    snap_to: Annotated[SnapTo, Option('Onto the "largest" part of the network, or "any" street.', "largest")]


@dataclass(frozen=True)
class TransitChosen:
    """The options of one analysis, checked, with what was not given."""

    ride: Ride
    settings: Settings
    categories: CategorySet
    minutes: int
    cycle_m_per_min: float

    @property
    def all_minutes(self) -> tuple[int, ...]:
        """The limit that counts first, then the others ascending."""
        limit = self.ride.rules.limit
        return (self.minutes, *sorted({*limit.other_minutes, limit.minutes} - {self.minutes}))

    def record(self, day: dt.date) -> dict[str, Any]:
        """Return the options as plain values, for ``ThemeResult.options``."""
        return {
            "modes": ["transit"],
            "categories": self.categories.name,
            "categories_file": Path(self.categories.name).name,
            "categories_version": self.categories.version,
            "minutes": self.minutes,
            "other_minutes": list(self.all_minutes[1:]),
            **self.ride.record(day),
            "cycle_m_per_min": self.cycle_m_per_min,
        }


@takes(TransitOptions)
def choose_transit(**options: Unpack[TransitOptions]) -> TransitChosen:
    """Check the options of an analysis by public transport.

    Parameters
    ----------
    **options
        See `TransitOptions`.

    Raises
    ------
    OptionError
        When a value cannot be used.
    MissingFileError, DataError
        When a file of rules does not exist or breaks its contract.
    """
    settings = load_settings(options["settings"])
    asked: dict[Mode, float | None] = {"walk": options["walk_m_per_min"], "cycle": options["cycle_m_per_min"]}
    speeds = {
        mode: settings.speed.of(mode).m_per_min if value is None else above_zero(f"{mode}_m_per_min", value, 10_000)
        for mode, value in asked.items()
    }
    snap = options["max_snap_m"]
    ride = choose_ride(
        options, walk_m_per_min=speeds["walk"], snap_to=check_snap_to(options["snap_to"]),
        max_snap_m=settings.snap.max_m if snap is None else above_zero("max_snap_m", snap, 1_000_000),
    )  # fmt: skip
    minutes = ride.rules.limit.minutes if options["minutes"] is None else options["minutes"]
    check_whole("minutes", minutes, least=1, most=120)
    categories = load_categories(options["categories"])
    return TransitChosen(ride, settings, categories, int(minutes), speeds["cycle"])
