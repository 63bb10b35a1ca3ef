"""The options of the reach theme: what can be asked, and what is chosen where nothing is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, TypedDict, Unpack

from kortrijk_geo.capacity.ride import Ride, RideOptions, choose_ride, least_people, said_of_rides
from kortrijk_geo.engine.places import SnapTo, check_snap_to
from kortrijk_geo.errors import OptionError
from kortrijk_geo.options import Option, above_zero, check_modes, takes
from kortrijk_geo.reach.rules import MODES, CategorySet, Mode, Settings, load_categories, load_settings

# The way to go beside those of `MODES`, which hangs on a timetable.
TRANSIT = "transit"


class Travel(TypedDict, total=False):
    """How people get around, for one point as for all homes."""

    settings: Annotated[str | Path | None, Option("TOML file instead of the package's ``settings.toml``.")]
    walk_m_per_min: Annotated[float | None, Option("Walking speed (None: settings.toml).", unit="m/min")]
    cycle_m_per_min: Annotated[float | None, Option("Cycling speed (None: settings.toml).", unit="m/min")]
    max_snap_m: Annotated[
        float | None,
        Option("How far a home or place may lie from the nearest street (None: settings.toml).", unit="m"),
    ]
    snap_to: Annotated[
        SnapTo,
        Option(
            'Onto the "largest" part of the network where that is within ``max_snap_m``, or "any" street.', "largest"
        ),
    ]


class Options(Travel, RideOptions, total=False):
    """The options of `kortrijk_geo.reach.analyse`."""

    categories: Annotated[
        str | Path, Option('"default", "bruno2024", or the path of a TOML file like ``categories.toml``.', "default")
    ]
    modes: Annotated[
        Sequence[str] | None,
        Option('"walk", "cycle" or both, and "transit" beside them (None: all that the pack has data for).'),
    ]
    minutes: Annotated[
        int | None, Option("The limit that counts, from 1 to 120 (None: settings.toml).", unit="minutes")
    ]
    other_minutes: Annotated[
        Sequence[int] | None,
        Option("Further limits, from 1 to 120 (None: settings.toml).", unit="minutes"),
    ]
    green_min_ha: Annotated[float | None, Option("Least size of public green; None for the category's own.", unit="ha")]
    proximity: Annotated[bool, Option("Whether to compute proximity time and F15 (Bruno et al. 2024).", default=True)]
    proximity_places: Annotated[
        int | None,
        Option("Over how many nearest places proximity time is (None: settings.toml).", unit="places"),
    ]


@dataclass(frozen=True)
class Riding:
    """Public transport beside the other modes.

    Parameters
    ----------
    ride
        How a ride is measured.
    places
        Categories that one rides to and that are not among those of the page.
    asked
        Whether it was asked for: then a pack without a timetable is no good.
    """

    ride: Ride
    places: CategorySet
    asked: bool

    @property
    def minutes(self) -> int:
        """The limit that counts for `places`."""
        return self.ride.rules.limit.minutes

    @property
    def all_minutes(self) -> set[int]:
        """All limits that are told of a ride."""
        return {self.minutes, *self.ride.rules.limit.other_minutes}


@dataclass(frozen=True)
class Chosen:
    """The options of one analysis, checked, with what was not given: everything its figures depend on."""

    settings: Settings
    categories: CategorySet
    proximity_categories: CategorySet | None
    modes: tuple[Mode, ...]
    minutes: int
    other_minutes: tuple[int, ...]
    speeds_m_per_min: dict[Mode, float]
    max_snap_m: float
    snap_to: SnapTo
    proximity_places: int
    riding: Riding | None = None

    @property
    def all_minutes(self) -> tuple[int, ...]:
        """The limit that counts first, then the others ascending."""
        return (self.minutes, *sorted(set(self.other_minutes) - {self.minutes}))

    @cached_property
    def least_people(self) -> int:
        """From how many people on reach may be told."""
        return least_people(None if self.riding is None else self.riding.ride)

    @property
    def snap(self) -> dict[str, Any]:
        """How points are placed on the streets, as `kortrijk_geo.engine.streets.StreetGraph.place` takes it."""
        return {"max_snap_m": self.max_snap_m, "snap_to": self.snap_to}

    def limit_m(self, mode: Mode, minutes: float) -> float:
        """How far one gets in so many minutes, m."""
        return self.speeds_m_per_min[mode] * minutes

    def record(self) -> dict[str, Any]:
        """Return the options as plain values, for ``ThemeResult.options``."""
        green = sorted({c.min_ha for c in self.categories.categories if c.layer == "green"})
        return {
            "categories": self.categories.name,
            "categories_file": Path(self.categories.name).name,
            "categories_version": self.categories.version,
            "category_keys": list(self.categories.keys),
            "category_labels": self.categories.labels,
            "category_weights": {c.key: c.weight for c in self.categories.categories},
            "green_min_ha": green[0] if len(green) == 1 else green,
            "modes": list(self.modes),
            "minutes": self.minutes,
            "other_minutes": list(self.other_minutes),
            **{f"{mode}_m_per_min": self.speeds_m_per_min[mode] for mode in self.modes},
            **self.snap,
            "proximity_places": self.proximity_places,
            "proximity_categories": self.proximity_categories.name if self.proximity_categories else None,
        }


@takes(Options)
def choose(**options: Unpack[Options]) -> Chosen:
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
        When the settings or the category file does not exist or breaks its rules.
    """
    base = load_settings(options["settings"])
    chosen = load_categories(options["categories"])
    if options["green_min_ha"] is not None:
        chosen = chosen.with_green_min_ha(above_zero("green_min_ha", options["green_min_ha"], most=1_000_000))
    modes = _modes(options["modes"])
    if TRANSIT not in modes and (named := said_of_rides(options)):
        raise OptionError(f"{', '.join(named)}: is said of {TRANSIT}, which is not among the modes")
    main = _minutes("minutes", base.limit.minutes if options["minutes"] is None else options["minutes"])
    others = base.limit.other_minutes if options["other_minutes"] is None else options["other_minutes"]
    places = base.proximity.places if options["proximity_places"] is None else options["proximity_places"]
    if isinstance(places, bool) or not isinstance(places, int) or places < 1:
        raise OptionError(f"proximity_places must be a whole number from 1, found {places!r}")
    snap = options["max_snap_m"]
    max_snap_m = base.snap.max_m if snap is None else above_zero("max_snap_m", snap, most=1_000_000)
    snap_to = check_snap_to(options["snap_to"])
    asked: dict[Mode, float | None] = {"walk": options["walk_m_per_min"], "cycle": options["cycle_m_per_min"]}
    speeds = {
        mode: base.speed.of(mode).m_per_min if value is None else above_zero(f"{mode}_m_per_min", value, most=10_000)
        for mode, value in asked.items()
    }
    ride = choose_ride(options, walk_m_per_min=speeds["walk"], max_snap_m=max_snap_m, snap_to=snap_to)
    return Chosen(
        settings=base,
        categories=chosen,
        proximity_categories=load_categories(base.proximity.category_set) if options["proximity"] else None,
        modes=tuple(mode for mode in MODES if mode in modes),
        minutes=main,
        other_minutes=tuple(_minutes("other_minutes", value) for value in others),
        speeds_m_per_min=speeds,
        max_snap_m=max_snap_m,
        snap_to=snap_to,
        proximity_places=places,
        riding=_riding(options, ride, chosen) if TRANSIT in modes else None,
    )


def _modes(modes: Sequence[str] | None) -> Sequence[str]:
    """Check the ways to go; all of them where none is named."""
    if modes is None:
        return (*MODES, TRANSIT)
    others = modes if isinstance(modes, str) else [mode for mode in modes if mode != TRANSIT]
    if modes and not others:
        raise OptionError(f"modes: {TRANSIT} stands beside walk or cycle; alone it is kg.reach.analyse_transit")
    check_modes(others, MODES)
    return modes


def _riding(options: Mapping[str, Any], ride: Ride, categories: CategorySet) -> Riding:
    city = load_categories("city")
    places = tuple(category for category in city.categories if category.key not in categories.keys)
    asked = options["modes"] is not None or bool(said_of_rides(options))
    return Riding(ride, city.model_copy(update={"categories": places}), asked)


def check_options(**options: Unpack[Options]) -> None:
    """Refuse an option that is wrong in itself, before a pack is read; errors as `choose`."""
    choose(**options)


def _minutes(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1 or not 1 <= value <= 120:
        raise OptionError(f"{name} must be whole minutes from 1 to 120, found {value!r}")
    return int(value)
