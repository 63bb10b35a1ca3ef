"""Legends of land-cover rasters, the rules of composition and the widths of lines, read from ``landcover.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.layers import RASTERS
from kortrijk_geo.strict_toml import Table, day, decimal, identifier, many, one_of, open_table, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

T = TypeVar("T")
RULES_FILE = Path(__file__).with_name("landcover.toml")
FEATURES = ("buildings", "roads", "rail", "water")
BURNT = ("green", "crowns", "tracks", "paths", *FEATURES)
GREEN_CODES = range(5)
SEALED = (1, 2, 3, 4)
OTHER_UNSEALED = 6
UNKNOWN_CODE = 255
_CLASSES = ("roads", "paths", "tracks", "indoors")
_code = whole(0, 255)


@dataclass(frozen=True)
class Legend:
    """What the codes of a raster mean: their names, and their code in each raster of a pack that they can feed."""

    name: str
    names: dict[int, str]
    nodata: tuple[int, ...]
    one_value_is_error: bool
    meaning: dict[str, dict[int, int]]

    def feeds(self, raster: str) -> bool:
        """Whether every code has a meaning in the raster of that name."""
        return set(self.meaning.get(raster, {})) == set(self.names)

    def without(self, raster: str) -> list[str]:
        """Codes that have no meaning in the raster, as ``4 (niet groen)``."""
        known = self.meaning.get(raster, {})
        return [f"{code} ({name})" for code, name in self.names.items() if code not in known]

    def table(self, raster: str) -> NDArray[np.uint8]:
        """Return for every byte its code in the raster; no data is 0, a code that is not in the legend 255."""
        table = np.full(256, UNKNOWN_CODE, dtype=np.uint8)
        table[list(self.nodata)] = 0
        for code, meant in self.meaning[raster].items():
            table[code] = meant
        return table


@dataclass(frozen=True)
class CompositionRule:
    """One rule: it fits a pixel that is sealed or not, lies on a feature (or anywhere), has a green code (or any)."""

    code: int
    sealed: bool
    on: str | None
    green: int | None


@dataclass(frozen=True)
class Composition:
    """How a sealing map, a green map and vectors make a land cover."""

    rules: tuple[CompositionRule, ...]
    note_without_vectors: str
    unsealed_footprint_share: float

    def table(self) -> NDArray[np.uint8]:
        """Return the code of every state, by number: 128 if sealed, 8, 16, 32, 64 per feature, and the green code."""
        table = np.zeros(256, dtype=np.uint8)
        for state in range(256):
            sealed, on, green = state >= 128, (state >> 3) & 15, state & 7
            fits = (
                rule.code
                for rule in self.rules
                if rule.sealed == sealed
                and (rule.on is None or on & (1 << FEATURES.index(rule.on)))
                and (rule.green is None or rule.green == green)
            )
            table[state] = next(fits, 0)
        return table


@dataclass(frozen=True)
class Burn:
    """How vectors alone make a coarse land cover."""

    pixel_m: float
    note: str
    order: tuple[str, ...]
    codes: dict[str, int]
    green: dict[str, int]


@dataclass(frozen=True)
class StreetKind:
    """What a kind of street is on the ground, and how wide where the data do not say."""

    surface: str
    width_m: float


@dataclass(frozen=True)
class Widths:
    """Widths of lines in metres."""

    rail: float
    motorway: float
    water: dict[str, float]
    water_other: float
    streets: dict[str, StreetKind]
    street_other: StreetKind


@dataclass(frozen=True)
class LandCoverRules:
    """The whole of ``landcover.toml``."""

    legends: dict[str, Legend]
    limits: dict[str, tuple[float, float]]
    composition: Composition
    burn: Burn
    widths: Widths


@cache
def load_rules(path: Path = RULES_FILE) -> LandCoverRules:
    """Read and check the rules.

    Raises
    ------
    MissingFileError, DataError
        Naming the file and the key that is missing, unknown or wrong.
    """
    root = open_table(path)
    measures = root.table("measures")
    rules = LandCoverRules(
        legends=root.take("legends", _legends),
        limits={name: _limits(measures.table(name)) for name, one in RASTERS.items() if not one.codes},
        composition=_composition(root.table("composition")),
        burn=_burn(root.table("burn")),
        widths=_widths(root.table("widths")),
    )
    for table in (measures, root):
        table.done()
    return rules


def _origin(table: Table) -> None:
    table.take("source", text)
    table.take("date", day)
    table.take("standing", text)


def _metres(value: object, where: str) -> float:
    metres = float(decimal(value, where))
    if not 0 < metres <= 200:
        raise DataError(f"{where}: {value!r} is not a length of more than 0 and at most 200 m")
    return metres


def _legends(value: object, where: str) -> dict[str, Legend]:
    table = Table(value, where)
    return {name: _legend(name, table.table(name)) for name in (value if isinstance(value, dict) else {})}


def _legend(name: str, table: Table) -> Legend:
    _origin(table)
    table.take("about", text)
    nodata = table.take("nodata", many(_code))
    one_value = table.take("one_value", one_of("error", "warning"))
    names: dict[int, str] = {}
    meaning: dict[str, dict[int, int]] = {}
    for row in table.tables("codes"):
        code = row.take("code", _code)
        if code in names or code in nodata:
            raise DataError(f"{row.name('code')}: code {code} stands twice")
        names[code] = row.take("name", text)
        for raster, contract in RASTERS.items():
            if contract.codes and row.has(raster):
                meant = row.take(raster, _code)
                if meant not in contract.codes:
                    raise DataError(f"{row.name(raster)}: {meant} is no code of {raster}")
                meaning.setdefault(raster, {})[code] = meant
        row.done()
    table.done()
    return Legend(name, names, nodata, one_value == "error", meaning)


def _limits(table: Table) -> tuple[float, float]:
    _origin(table)
    read = whole(-10_000, 10_000)
    found = float(table.take("lowest", read)), float(table.take("highest", read))
    table.done()
    return found


def _composition(table: Table) -> Composition:
    _origin(table)
    rules = []
    for row in table.tables("rules"):
        sealed = row.take("sealed", _flag)
        rules.append(
            CompositionRule(
                code=row.take("code", _land_cover),
                sealed=sealed,
                on=row.take_or("on", one_of(*FEATURES), None),
                green=row.take_or("green", whole(1, 4), None),
            )
        )
        row.done()
    for sealed in (True, False):
        if not any(rule.sealed == sealed and rule.on is None and rule.green is None for rule in rules):
            raise DataError(f"{table.name('rules')}: no rule takes what is left where sealed = {str(sealed).lower()}")
    composition = Composition(
        tuple(rules), table.take("note_without_vectors", text), float(table.take("unsealed_footprint_share", decimal))
    )
    table.done()
    return composition


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise DataError(f"{where}: {value!r} is not true or false")
    return value


def _land_cover(value: object, where: str) -> int:
    code = _code(value, where)
    if code not in RASTERS["land_cover"].codes:
        raise DataError(f"{where}: {code} is no code of land_cover")
    return code


def _burn(table: Table) -> Burn:
    _origin(table)
    order = table.take("order", many(one_of(*BURNT)))
    codes = table.table("codes")
    burn = Burn(
        pixel_m=table.take("pixel_m", _metres),
        note=table.take("note", text),
        order=order,
        codes={name: codes.take(name, _land_cover) for name in order if name != "green"},
        green=table.take("green", _by_kind(_land_cover)),
    )
    codes.done()
    table.done()
    return burn


def _widths(table: Table) -> Widths:
    _origin(table)
    widths = Widths(
        rail=table.take("rail", _metres),
        motorway=table.take("motorway", _metres),
        water=table.take("water", _by_kind(_metres)),
        water_other=table.take("water_other", _metres),
        streets=table.take("streets", _by_kind(_street)),
        street_other=table.take("street_other", _street),
    )
    table.done()
    return widths


def _street(value: object, where: str) -> StreetKind:
    table = Table(value, where)
    kind = StreetKind(table.take("class", one_of(*_CLASSES)), table.take("width_m", _metres))
    table.done()
    return kind


def _by_kind(read: Callable[[object, str], T]) -> Callable[[object, str], dict[str, T]]:
    """Make a reader of a table of kinds, each with a value that ``read`` reads."""

    def read_all(value: object, where: str) -> dict[str, T]:
        table = Table(value, where)
        kinds = value if isinstance(value, dict) else {}
        return {identifier(kind, where): table.take(kind, read) for kind in kinds}

    return read_all
