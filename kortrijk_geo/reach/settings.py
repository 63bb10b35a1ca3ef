"""The options of the reach theme: package defaults with their source, and the check of what a caller asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kortrijk_geo.errors import OptionError
from kortrijk_geo.nearest import did_you_mean
from kortrijk_geo.reach.categories import CategorySet, load_categories
from kortrijk_geo.strict_toml import Table, above_zero, array, open_table, origin, text, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

Mode = Literal["walk", "cycle"]
MODES: tuple[Mode, ...] = ("walk", "cycle")


@dataclass(frozen=True)
class Setting:
    """One number of ``settings.toml`` with where it comes from."""

    value: float
    source: str
    date: str
    standing: str


@dataclass(frozen=True)
class GreenSize:
    """One guideline: green of at least ``min_ha`` hectares within ``max_m`` metres."""

    key: str
    label: str
    min_ha: float
    max_m: float
    source: str
    date: str
    standing: str


@dataclass(frozen=True)
class Settings:
    """The whole of ``settings.toml``."""

    speeds_m_per_min: dict[Mode, Setting]
    minutes: Setting
    other_minutes: tuple[int, ...]
    max_snap_m: Setting
    proximity_places: Setting
    proximity_set: str
    isochrone_buffer_m: Setting
    green: tuple[GreenSize, ...]


@dataclass(frozen=True)
class Options:
    """Everything the figures of one analysis depend on; see `options`."""

    categories: CategorySet
    proximity_categories: CategorySet | None
    modes: tuple[Mode, ...]
    minutes: int
    other_minutes: tuple[int, ...]
    speeds_m_per_min: dict[Mode, float]
    max_snap_m: float
    proximity_places: int

    @property
    def all_minutes(self) -> tuple[int, ...]:
        """The limit that counts first, then the others ascending."""
        return (self.minutes, *sorted(set(self.other_minutes) - {self.minutes}))

    def limit_m(self, mode: Mode, minutes: float) -> float:
        """How far one gets in so many minutes, m."""
        return self.speeds_m_per_min[mode] * minutes

    def record(self) -> dict[str, Any]:
        """Return the options as plain values, for ``ThemeResult.options``."""
        green = sorted({c.min_ha for c in self.categories.categories if c.layer == "green"})
        return {
            "categories": self.categories.name,
            "categories_version": self.categories.version,
            "category_keys": list(self.categories.keys),
            "category_labels": self.categories.labels,
            "category_weights": {c.key: c.weight for c in self.categories.categories},
            "green_min_ha": green[0] if len(green) == 1 else green,
            "modes": list(self.modes),
            "minutes": self.minutes,
            "other_minutes": list(self.other_minutes),
            **{f"{mode}_m_per_min": self.speeds_m_per_min[mode] for mode in self.modes},
            "max_snap_m": self.max_snap_m,
            "proximity_places": self.proximity_places,
            "proximity_categories": self.proximity_categories.name if self.proximity_categories else None,
        }


def options(
    *,
    categories: str | Path = "default",
    modes: Sequence[str] = MODES,
    minutes: int | None = None,
    other_minutes: Sequence[int] | None = None,
    walk_m_per_min: float | None = None,
    cycle_m_per_min: float | None = None,
    max_snap_m: float | None = None,
    green_min_ha: float | None = None,
    proximity: bool = True,
    proximity_places: int | None = None,
) -> Options:
    """Return the options of an analysis, what is not given as ``settings.toml`` says.

    Parameters
    ----------
    categories
        "default", "bruno2024", or the path of a TOML file like ``categories.toml``.
    modes
        "walk", "cycle" or both.
    minutes, other_minutes
        The limit that counts, and further limits, whole minutes from 1 to 120.
    walk_m_per_min, cycle_m_per_min
        Speeds, m/min.
    max_snap_m
        How far a home or place may lie from the nearest street, m.
    green_min_ha
        Least size of public green, ha, instead of the category's own.
    proximity, proximity_places
        Whether to compute proximity time and F15 (Bruno et al. 2024), and over how many nearest places.

    Raises
    ------
    OptionError
        When a value cannot be used.
    MissingFileError, DataError
        When the category file does not exist or breaks its rules.
    """
    base = settings()
    chosen = load_categories(categories)
    if green_min_ha is not None:
        chosen = chosen.with_green_min_ha(_positive("green_min_ha", green_min_ha))
    wrong = [mode for mode in modes if mode not in MODES]
    if wrong or not modes or isinstance(modes, str):
        hint = did_you_mean(wrong[0], MODES) if wrong and not isinstance(modes, str) else ""
        raise OptionError(f"modes must be one or both of {', '.join(MODES)}, found {modes!r}{hint}")
    main = _minutes("minutes", int(base.minutes.value) if minutes is None else minutes)
    others = base.other_minutes if other_minutes is None else other_minutes
    places = int(base.proximity_places.value) if proximity_places is None else proximity_places
    if isinstance(places, bool) or not isinstance(places, int) or places < 1:
        raise OptionError(f"proximity_places must be a whole number from 1, found {places!r}")
    speeds = {"walk": walk_m_per_min, "cycle": cycle_m_per_min}
    return Options(
        categories=chosen,
        proximity_categories=load_categories(base.proximity_set) if proximity else None,
        modes=tuple(mode for mode in MODES if mode in modes),
        minutes=main,
        other_minutes=tuple(_minutes("other_minutes", value) for value in others),
        speeds_m_per_min={
            mode: base.speeds_m_per_min[mode].value
            if speeds[mode] is None
            else _positive(f"{mode}_m_per_min", speeds[mode])
            for mode in MODES
        },
        max_snap_m=base.max_snap_m.value if max_snap_m is None else _positive("max_snap_m", max_snap_m),
        proximity_places=places,
    )


def check_options(**given: Any) -> None:
    """Refuse an option that is wrong in itself, before a pack is read; errors as `options`."""
    options(**given)


def _positive(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value <= 0:
        raise OptionError(f"{name} must be a number above 0, found {value!r}")
    return float(value)


def _minutes(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1 or not 1 <= value <= 120:
        raise OptionError(f"{name} must be whole minutes from 1 to 120, found {value!r}")
    return int(value)


@cache
def settings() -> Settings:
    """Return the package's settings."""
    return parse_settings(Path(__file__).with_name("settings.toml"))


def parse_settings(path: Path) -> Settings:
    """Read a file as ``settings.toml``; `DataError` names the key that is unknown, missing or wrong."""
    top = open_table(path)
    top.take("version", text)
    speed, limit, proximity = map(top.table, ("speed", "limit", "proximity"))
    found = Settings(
        speeds_m_per_min={mode: _setting(speed.table(mode), "m_per_min") for mode in MODES},
        minutes=_setting(limit, "minutes"),
        other_minutes=limit.take("other_minutes", array(whole(1, 120))),
        max_snap_m=_setting(top.table("snap"), "max_m"),
        proximity_places=_setting(proximity, "places"),
        proximity_set=proximity.take("set", text),
        isochrone_buffer_m=_setting(top.table("isochrone"), "buffer_m"),
        green=tuple(map(_green, top.tables("green", needed=True))),
    )
    top.done()
    return found


def _setting(table: Table, key: str) -> Setting:
    return Setting(table.take(key, above_zero), **vars(origin(table)))


def _green(table: Table) -> GreenSize:
    return GreenSize(
        key=table.take("key", text),
        label=table.take("label", text),
        min_ha=table.take("min_ha", above_zero),
        max_m=table.take("max_m", above_zero),
        **vars(origin(table)),
    )
