"""The published figures of Kortrijk, their invented split over the demo's parts, and the bones the city grows on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from kortrijk_geo.errors import DataError
from kortrijk_geo.rules import read_toml

_HERE = Path(__file__).parent
_SPLIT = ("population", "households_private", "children_0_2", "social_dwellings")
_KEYS = {
    "districts": {"code", "name", "postcode", "population", "km2"},
    "wijken": {"code", "name", "hectares", "point", "shift", "stretch", "median_income_eur"},
    "parts": {"wijk", "district", "hectares", "sectors", *_SPLIT, "places", "homes", "ribbon"},
}
_OPTIONAL = {"parts": {"toward"}}


@dataclass(frozen=True)
class Figures:
    """What ``figures.toml`` says, checked: the parts sum to the published totals.

    Parameters
    ----------
    version
        Version of the demo city; a pack of another version is built again.
    seed
        Seed of every random choice.
    published
        Published totals by name, and ``bbox``.
    ages
        People by age in 2015 and what is published of today, with the sources.
    districts, wijken, parts
        One dict per row, as in the file.
    """

    version: int
    seed: int
    published: dict[str, Any]
    ages: dict[str, Any]
    districts: list[dict[str, Any]]
    wijken: list[dict[str, Any]]
    parts: list[dict[str, Any]]

    def of_parts(self, key: str) -> np.ndarray:
        """One number per part, in the order of the file."""
        return np.array([part[key] for part in self.parts])

    @property
    def wijk_of_part(self) -> np.ndarray:
        """Index of each part's wijk."""
        codes = [wijk["code"] for wijk in self.wijken]
        return np.array([codes.index(part["wijk"]) for part in self.parts])


@cache
def figures() -> Figures:
    """Read and check ``figures.toml``.

    Raises
    ------
    DataError
        When a key is missing or unknown, or when parts do not sum to a published total.
    """
    path = _HERE / "figures.toml"
    raw: dict[str, Any] = read_toml(path)[0]
    for table, keys in _KEYS.items():
        for number, row in enumerate(raw[table], start=1):
            odd = (set(row) - _OPTIONAL.get(table, set())) ^ keys
            if odd:
                raise DataError(f"{path.name}, {table} {number}: missing or unknown {', '.join(sorted(odd))}")
    fig = Figures(**{key: raw[key] for key in ("version", "seed", "published", "ages", *_KEYS)})
    for key in _SPLIT:
        _must_be_equal(path.name, f"parts.{key}", int(fig.of_parts(key).sum()), fig.published[key])
    _must_be_equal(path.name, "parts.places", int(fig.of_parts("places").sum()), fig.published["childcare_places"])
    for district in fig.districts:
        people = sum(part["population"] for part in fig.parts if part["district"] == district["code"])
        _must_be_equal(path.name, f"population of {district['name']}", people, district["population"])
    for wijk in fig.wijken:
        hectares = sum(part["hectares"] for part in fig.parts if part["wijk"] == wijk["code"])
        _must_be_equal(path.name, f"hectares of {wijk['name']}", hectares, wijk["hectares"])
    return fig


def _must_be_equal(file: str, what: str, total: int, wanted: int) -> None:
    if total != wanted:
        raise DataError(f"{file}, {what}: the parts sum to {total}, the published figure is {wanted}")


def version_note(fig: Figures) -> str:
    """Return the note by which a pack of this version of the demo is known."""
    return f"demo city, version {fig.version}"


@cache
def skeleton() -> dict[str, Any]:
    """Read ``skeleton.toml``: rivers, railways, roads, parks and industry, in EPSG:31370 metres."""
    bones: dict[str, Any] = read_toml(_HERE / "skeleton.toml")[0]
    return bones
