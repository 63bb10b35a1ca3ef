"""Colours of the classes of a scale, from the ramps of ``ramps.toml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from kortrijk_geo.errors import OptionError, did_you_mean
from kortrijk_geo.rules import Items, Sourced, read_tables

_Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]


class _Ramp(Sourced):
    anchors: Annotated[tuple[_Colour, ...], Items(twice=True, least=2)]


@cache
def ramps() -> dict[str, tuple[str, ...]]:
    """Return the anchors of every ramp, from low to high."""
    return {name: ramp.anchors for name, ramp in read_tables(_Ramp, Path(__file__).with_name("ramps.toml")).items()}


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
