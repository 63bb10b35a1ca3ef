"""Colours of the classes of a scale, from the ramps of ``ramps.toml``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from kortrijk_geo.errors import DataError, OptionError, did_you_mean
from kortrijk_geo.strict_toml import read_toml

_KEYS = {"anchors", "source", "date", "standing"}
_HEX = re.compile(r"#[0-9a-f]{6}")


@cache
def ramps() -> dict[str, tuple[str, ...]]:
    """Return the anchors of every ramp, from low to high.

    Raises
    ------
    DataError
        When ``ramps.toml`` has a ramp with other keys than these or with an anchor that is no colour.
    """
    raw: dict[str, Any] = read_toml(Path(__file__).with_name("ramps.toml"))[0]
    for name, ramp in raw.items():
        if set(ramp) != _KEYS:
            raise DataError(f"ramps.toml: {name} must have the keys {', '.join(sorted(_KEYS))} and no others")
        if len(ramp["anchors"]) < 2 or not all(_HEX.fullmatch(colour) for colour in ramp["anchors"]):
            raise DataError(f"ramps.toml: anchors of {name} must be two or more colours like #1d91c0")
    return {name: tuple(ramp["anchors"]) for name, ramp in raw.items()}


def class_colours(ramp: str, classes: int) -> list[str]:
    """Return ``classes`` colours spread evenly over a ramp, from low to high.

    Raises
    ------
    OptionError
        When no ramp has this name.
    """
    known = ramps()
    name = ramp.removesuffix("_r")
    if name not in known:
        raise OptionError(f"no colour ramp is called {ramp!r}{did_you_mean(name, known, otherwise='the ramps are')}")
    anchors = known[name]
    if classes == 1:
        return [anchors[len(anchors) // 2]]
    colours = [_between(anchors, step / (classes - 1)) for step in range(classes)]
    return colours[::-1] if ramp.endswith("_r") else colours


def _between(anchors: tuple[str, ...], position: float) -> str:
    place = position * (len(anchors) - 1)
    low = min(int(place), len(anchors) - 2)
    part = place - low
    pairs = zip(_rgb(anchors[low]), _rgb(anchors[low + 1]), strict=True)
    return "#" + "".join(f"{round(start + (end - start) * part):02x}" for start, end in pairs)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
