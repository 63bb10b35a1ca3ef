"""Legends of land-cover rasters, the rules of composition and the widths of lines, read from ``landcover.toml``."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import numpy as np
from pydantic import AfterValidator, Field

from kortrijk_geo.pack.layers import RASTERS
from kortrijk_geo.rules import Flag, Id, Items, Measure, Rules, Sourced, Tables, Text, Whole, read_rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

RULES_FILE = Path(__file__).with_name("landcover.toml")
Feature = Literal["buildings", "roads", "rail", "water"]
Burnt = Literal[Feature, "crowns", "tracks", "paths"]
FEATURES = get_args(Feature)
SEALED = (1, 2, 3, 4)
OTHER_UNSEALED = 6
UNKNOWN_CODE = 255


def _code_of(raster: str) -> AfterValidator:
    """Return the check of a code of a raster of the pack."""

    def check(code: int) -> int:
        if code not in RASTERS[raster].codes:
            raise ValueError(f"{code} is no code of {raster}")
        return code

    return AfterValidator(check)


def _length(metres: float) -> float:
    if not 0 < metres <= 200:
        raise ValueError(f"{metres:g} is not a length of more than 0 and at most 200 m")
    return metres


Code = Annotated[int, Whole(0, 255)]
LandCoverCode = Annotated[Code, _code_of("land_cover")]
Metres = Annotated[Measure, AfterValidator(_length)]
Limit = Annotated[int, Whole(-10_000, 10_000)]


class CodeMeaning(Rules):
    """What one code of a legend is: its name, and its code in the rasters of a pack that it can feed."""

    code: Code
    name: Text
    land_cover: LandCoverCode | None = None
    green_cover: Annotated[Code, _code_of("green_cover")] | None = None
    soil_group: Annotated[Code, _code_of("soil_group")] | None = None


class Legend(Sourced):
    """What the codes of a raster mean."""

    about: Text
    nodata: Annotated[tuple[Code, ...], Items()]
    one_value: Literal["error", "warning"]
    codes: Annotated[tuple[CodeMeaning, ...], Tables("code")]

    def model_post_init(self, _: Any) -> None:
        """Refuse a code that has a meaning and is no data."""
        twice = next((code for code in self.names if code in self.nodata), None)
        if twice is not None:
            raise ValueError(f"codes: code {twice} stands twice, also in nodata")

    @cached_property
    def names(self) -> dict[int, str]:
        """The name of every code."""
        return {row.code: row.name for row in self.codes}

    def meaning(self, raster: str) -> dict[int, int]:
        """Return the code in the raster of that name of every code that has one."""
        return {row.code: code for row in self.codes if (code := getattr(row, raster)) is not None}

    def feeds(self, raster: str) -> bool:
        """Whether every code has a meaning in the raster of that name."""
        return set(self.meaning(raster)) == set(self.names)

    def without(self, raster: str) -> list[str]:
        """Codes that have no meaning in the raster, as ``4 (niet groen)``."""
        known = self.meaning(raster)
        return [f"{code} ({name})" for code, name in self.names.items() if code not in known]

    def table(self, raster: str) -> NDArray[np.uint8]:
        """Return for every byte its code in the raster; no data is 0, a code that is not in the legend 255."""
        table = np.full(256, UNKNOWN_CODE, dtype=np.uint8)
        table[list(self.nodata)] = 0
        for code, meant in self.meaning(raster).items():
            table[code] = meant
        return table


class Limits(Sourced):
    """Values that a measured raster can have."""

    lowest: Limit
    highest: Limit

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest."""
        return float(self.lowest), float(self.highest)


class Measures(Rules):
    """The limits of every measured raster."""

    surface_temperature: Limits
    elevation: Limits


class CompositionRule(Rules):
    """One rule: it fits a pixel that is sealed or not, lies on a feature (or anywhere), has a green code (or any)."""

    code: LandCoverCode
    sealed: Flag
    on: Feature | None = None
    green: Annotated[int, Whole(1, 4)] | None = None


class Composition(Sourced):
    """How a sealing map, a green map and vectors make a land cover."""

    rules: Annotated[tuple[CompositionRule, ...], Tables()]
    note_without_vectors: Text
    unsealed_footprint_share: Measure

    def model_post_init(self, _: Any) -> None:
        """Refuse rules that leave a pixel without a code."""
        for sealed in (True, False):
            if not any(rule.sealed == sealed and rule.on is None and rule.green is None for rule in self.rules):
                raise ValueError(f"rules: no rule takes what is left where sealed = {str(sealed).lower()}")

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


class Burn(Sourced):
    """How vectors alone make a coarse land cover."""

    pixel_m: Metres
    note: Text
    order: Annotated[tuple[Literal[Burnt, "green"], ...], Items()]
    codes: dict[Burnt, LandCoverCode]
    green: dict[Id, LandCoverCode]

    def model_post_init(self, _: Any) -> None:
        """Refuse a feature without its code, and a code that is not burnt."""
        for feature in sorted({*self.order, *self.codes} - {"green"}):
            if feature not in self.codes:
                raise ValueError(f"codes.{feature} is missing")
            if feature not in self.order:
                raise ValueError(f"codes.{feature} is not in order")


class StreetKind(Rules):
    """What a kind of street is on the ground, and how wide where the data do not say."""

    surface: Literal["roads", "paths", "tracks", "indoors"] = Field(alias="class")
    width_m: Metres


class Widths(Sourced):
    """Widths of lines in metres."""

    rail: Metres
    motorway: Metres
    water: dict[Id, Metres]
    water_other: Metres
    streets: dict[Id, StreetKind]
    street_other: StreetKind


class RasterLimits(Sourced):
    """How large a raster of a pack may be."""

    most_pixels: Annotated[int, Whole(1, 10**12)]


class LandCoverRules(Rules):
    """The whole of ``landcover.toml``."""

    limits: RasterLimits
    legends: dict[str, Legend]
    measures: Measures
    composition: Composition
    burn: Burn
    widths: Widths


@cache
def load_rules(path: Path = RULES_FILE) -> LandCoverRules:
    """Read and check the rules.

    Raises
    ------
    MissingFileError, DataError
        As `kortrijk_geo.rules.read_rules`.
    """
    return read_rules(LandCoverRules, path)
