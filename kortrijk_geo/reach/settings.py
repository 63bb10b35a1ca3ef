"""The settings of the reach theme: speeds, limits and sizes, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from kortrijk_geo.strict_toml import Table, above_zero, array, open_table, origin, text, whole

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
