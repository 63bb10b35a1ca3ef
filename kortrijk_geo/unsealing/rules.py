"""What sealed ground stays, the criteria, the costs and the rainwater regulation, each from its TOML file.

Numbers are written whole or as text, such as "1.5".
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from kortrijk_geo.errors import OptionError
from kortrijk_geo.rules import (
    AboveZero,
    Euros,
    Id,
    Items,
    Measure,
    OneOf,
    OtherValues,
    Rules,
    Share,
    Sourced,
    Tables,
    Text,
    Whole,
    WholeOrText,
    read_rules,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

HERE = Path(__file__).parent
SURFACES = ("other", "road")
AXES = ("priority", "opportunity")
MOST = 5
CLASSES = 3
# What can be measured of a patch: numbers and texts.
NUMBERS = ("avoided_runoff_60mm_mm", "heat_above_mean_c", "residents_near", "area_sealed_share", "m2", "width_m")
NEAR = "residents_near"
TEXTS = ("owner", "use")

SizeAboveZero = Annotated[AboveZero, WholeOrText]
Part = Annotated[Share, WholeOrText]
Bounds = Annotated[tuple[Measure, ...], Items(ascending=True)]
Score = Annotated[int, Whole(1, MOST)]
Version = Literal["1"]


# ---- rules.toml: what sealed ground stays, how patches are made, storms, targets


class Access(Sourced):
    """Strip to every building."""

    width_m: Measure


class Terrace(Sourced):
    """Ground that every dwelling keeps as a terrace."""

    m2_per_dwelling: Measure


class Parking(Sourced):
    """Ground that the parking of a dwelling keeps."""

    m2_per_space: Measure
    spaces_per_dwelling: Measure


class Use(Sourced):
    """The share of the other sealed ground of a parcel that stays for its use."""

    uses: Annotated[tuple[Text, ...], Items()]
    label: Text
    kept_share: Part


class Footway(Sourced):
    """Passage that stays free beside a road."""

    free_m: Measure


class Patch(Sourced):
    """The least patch, and the raster that cuts patches on no parcel."""

    least_width_m: Measure
    least_pixels: Annotated[int, Whole(1, 10)]
    least_m2: Measure
    cell_m: SizeAboveZero

    def width_px(self, pixel_m: float) -> int:
        """Return the least width in whole pixels; ``pixel_m`` is the side of a pixel in that direction."""
        return max(self.least_pixels, math.ceil(self.least_width_m / pixel_m))


class Roads(Sourced):
    """How far from the axis a road is narrowed, and how far around a junction it is not."""

    reach_m: Measure
    junction_m: Measure


class Way(Sourced):
    """The width that kinds of streets need."""

    kinds: Annotated[tuple[Text, ...], Items()]
    need_m: SizeAboveZero


class Storms(Sourced):
    """Amounts of rain that are always reported."""

    mm: Bounds


class Accuracy(Sourced):
    """How far the map may be off, and the least share of known ground with which a share is told."""

    percentage_points: Measure
    least_known_share: Part


class PlanLimits(Sourced):
    """Up to how many patches a plan is exact, and the rain that its m3 go with."""

    exact_most_patches: Annotated[int, Whole(0, 1_000_000)]
    rain_mm: Measure


class Target(Sourced):
    """What a municipality wants by a year: m2 unsealed, m3 of rain kept."""

    nis_code: Text
    m2: SizeAboveZero
    m3: SizeAboveZero
    until: Annotated[int, Whole(2000, 2200)]


class UnsealingRules(Rules):
    """The whole of ``rules.toml``; kinds of streets that no way names are never narrowed, other uses are unknown."""

    version: Version
    access: Access
    terrace: Terrace
    parking: Parking
    footway: Footway
    patch: Patch
    roads: Roads
    storms: Storms
    accuracy: Accuracy
    plan: PlanLimits
    least_m2_elsewhere: OtherValues | None = None
    ways: Annotated[tuple[Way, ...], Tables()] = Field((), alias="way")
    uses: Annotated[tuple[Use, ...], Tables()] = Field((), alias="use")
    targets: Annotated[dict[str, Target], Tables("nis_code")] = Field(default_factory=dict, alias="target")

    def model_post_init(self, _: Any) -> None:
        """Refuse a kind of street that has two widths, and a use that has two shares."""
        kinds = [kind for way in self.ways for kind in way.kinds]
        for place, kind in enumerate(kinds):
            if kind in kinds[:place]:
                raise ValueError(f"way: kind {kind} already has a width")
        uses = [use for table in self.uses for use in table.uses]
        for place, use in enumerate(uses):
            if use in uses[:place]:
                raise ValueError(f"use: {use} already has a share")

    @property
    def way_need_m(self) -> dict[str, float]:
        """The width that a street needs, by its kind."""
        return {kind: way.need_m for way in self.ways for kind in way.kinds}

    @property
    def kept_share(self) -> dict[str, float]:
        """The share that stays, by the use of a parcel."""
        return {use: table.kept_share for table in self.uses for use in table.uses}

    @property
    def sourced(self) -> tuple[Sourced, ...]:
        """The tables that every analysis uses, with where they come from."""
        return (*(table for _, table in self if isinstance(table, Sourced)), *self.ways, *self.uses)


# ---- criteria.toml: axis, measure, class bounds, scores and weights


def _check_classes(bounds: tuple[float, ...], values: tuple[Any, ...], name: str) -> None:
    if len(values) != len(bounds) + 1:
        raise ValueError(f"{len(bounds)} bounds make {len(bounds) + 1} classes, found {len(values)} {name}")


class Classes(Sourced):
    """The classes of an axis."""

    bounds: Bounds
    labels: Annotated[tuple[Text, ...], Items()]

    def model_post_init(self, _: Any) -> None:
        """Refuse labels that the bounds, or the colours of the map, do not go with."""
        _check_classes(self.bounds, self.labels, "labels")
        if len(self.labels) != CLASSES:
            raise ValueError(f"needs {CLASSES} classes, the map has a colour for each; found {len(self.labels)}")


class Criterion(Sourced):
    """One criterion: a number in classes (``bounds``, ``scores``) or a text (``texts``), scored 1 to 5.

    ``within_m`` is how far around a patch residents count; no other measure has it.
    """

    id: Id
    axis: Annotated[str, OneOf(AXES)]
    measure: Annotated[str, OneOf([*NUMBERS, *TEXTS])]
    label: Text
    weight: SizeAboveZero
    within_m: SizeAboveZero | None = None
    bounds: Bounds = ()
    scores: Annotated[tuple[Score, ...], Items(twice=True)] = ()
    texts: dict[str, Score] = Field(default_factory=dict, alias="values")

    def model_post_init(self, _: Any) -> None:
        """Refuse classes for a text, a score per text for a number, and scores that do not go with the bounds."""
        needed = ["values"] if self.measure in TEXTS else ["bounds", "scores"]
        filled = {"bounds": self.bounds, "scores": self.scores, "values": self.texts}
        if [key for key, value in filled.items() if value] != needed:
            raise ValueError(f"the measure {self.measure} needs {' and '.join(needed)}, and nothing else")
        if self.measure not in TEXTS:
            _check_classes(self.bounds, self.scores, "scores")
        if (self.within_m is not None) != (self.measure == NEAR):
            raise ValueError(f"within_m goes with the measure {NEAR}, and only with that")


class Criteria(Rules):
    """All criteria, and the classes of the two axes."""

    version: Version
    classes: Classes
    criteria: Annotated[tuple[Criterion, ...], Tables("id")] = Field(alias="criterion")

    def model_post_init(self, _: Any) -> None:
        """Refuse an axis without criteria, and two distances within which residents are counted."""
        for axis in AXES:
            if not self.of(axis):
                raise ValueError(f"no criterion has axis {axis}")
        if sum(criterion.measure == NEAR for criterion in self.criteria) > 1:
            raise ValueError(f"criterion: the measure {NEAR} can stand once")

    @property
    def near_m(self) -> float | None:
        """How far around a patch residents count; None when no criterion asks."""
        return next((criterion.within_m for criterion in self.criteria if criterion.measure == NEAR), None)

    def of(self, axis: str) -> tuple[Criterion, ...]:
        """Return the criteria of one axis."""
        return tuple(criterion for criterion in self.criteria if criterion.axis == axis)


# ---- costs.toml: an amount may be unknown, never guessed


class Cost(Sourced):
    """Euros per square metre and per patch; NaN where unknown."""

    surface: Annotated[str, OneOf(SURFACES)]
    eur_per_m2: Euros
    eur_per_patch: Euros


class Costs(Rules):
    """Cost by kind of surface: "other" sealed ground or "road"."""

    version: Version
    by_surface: Annotated[dict[str, Cost], Tables("surface")] = Field(alias="cost")

    def model_post_init(self, _: Any) -> None:
        """Refuse a surface that is left out."""
        for surface in SURFACES:
            if surface not in self.by_surface:
                raise ValueError(f'surface {surface} is missing; write its amounts, or "unknown"')

    @property
    def known(self) -> bool:
        """Whether every amount is known."""
        return all(math.isfinite(cost.eur_per_m2 + cost.eur_per_patch) for cost in self.by_surface.values())


# ---- regulation.toml: the sizes that the regional rainwater regulation asks for


class Infiltration(Rules):
    """Sizes of infiltration, and the surface that does not count."""

    volume_l_per_m2: SizeAboveZero
    area_share: Part
    dwelling_with_tank_m2: Measure
    exempt_plot_below_m2: Measure


class Buffer(Rules):
    """Measure of a buffer and what it may let go, from a surface on."""

    volume_l_per_m2: SizeAboveZero
    outflow_l_per_s_per_ha: SizeAboveZero
    from_m2: Measure


class Tank(Rules):
    """Litres of a rainwater tank by the surface of the roof."""

    roof_below_m2: Bounds
    litres: Bounds
    litres_per_m2_beyond: SizeAboveZero

    def model_post_init(self, _: Any) -> None:
        """Refuse limits and sizes that do not go together."""
        if len(self.litres) != len(self.roof_below_m2):
            raise ValueError("roof_below_m2 and litres are not equally many")


class Regulation(Sourced):
    """The sizes of the regulation; its methods work on arrays of square metres."""

    version: Version
    infiltration: Infiltration
    buffer: Buffer
    tank: Tank

    def counted_m2(
        self, drained_m2: ArrayLike, *, dwellings_with_tank: ArrayLike = 0, plot_m2: ArrayLike = np.inf
    ) -> Floats:
        """Drained surface that counts, m2: less 30 per dwelling with a compliant tank; 0 on plots below 120 m2."""
        drained, dwellings = _from_zero(drained_m2), _from_zero(dwellings_with_tank)
        counted = np.maximum(drained - self.infiltration.dwelling_with_tank_m2 * dwellings, 0.0)
        return np.where(_from_zero(plot_m2) < self.infiltration.exempt_plot_below_m2, 0.0, counted)

    def infiltration_m3(self, counted_m2: ArrayLike) -> Floats:
        """Least volume of infiltration, m3: 33 litres for each counted square metre."""
        return _from_zero(counted_m2) * self.infiltration.volume_l_per_m2 / 1000

    def infiltration_m2(self, counted_m2: ArrayLike) -> Floats:
        """Least surface of infiltration, m2: 8 % of the counted surface."""
        return _from_zero(counted_m2) * self.infiltration.area_share

    def buffer_m3(self, counted_m2: ArrayLike) -> Floats:
        """Volume of a buffer, m3: 43 litres for each counted square metre, from 1,000 m2 on."""
        counted = _from_zero(counted_m2)
        return np.where(counted >= self.buffer.from_m2, counted * self.buffer.volume_l_per_m2 / 1000, 0.0)

    def outflow_l_per_s(self, counted_m2: ArrayLike) -> Floats:
        """Most that the buffer may let go, l/s: 5 per hectare; infinite below 1,000 m2, where none is asked."""
        counted = _from_zero(counted_m2)
        return np.where(counted >= self.buffer.from_m2, counted * self.buffer.outflow_l_per_s_per_ha / 10_000, np.inf)

    def tank_l(self, roof_m2: ArrayLike) -> Floats:
        """Volume of a rainwater tank, litres, by the surface of the roof; a roof on a limit takes the larger size."""
        roof = _from_zero(roof_m2)
        place = np.digitize(roof, self.tank.roof_below_m2)
        fixed = np.array([*self.tank.litres, 0.0])[place]
        return np.where(place == len(self.tank.litres), roof * self.tank.litres_per_m2_beyond, fixed)


def _from_zero(values: ArrayLike) -> Floats:
    numbers = np.asarray(values, dtype=np.float64)
    if (numbers < 0).any():
        first = numbers[numbers < 0].flat[0]
        raise OptionError(f"{first:g} is below 0; surfaces and numbers of dwellings are 0 or more")
    return numbers


# ---- reading: the package's file unless another is named; errors as `kortrijk_geo.rules.read_rules`


def load_rules(path: str | Path | None = None) -> UnsealingRules:
    """Read what sealed ground stays."""
    return read_rules(UnsealingRules, path or HERE / "rules.toml")


def load_criteria(path: str | Path | None = None) -> Criteria:
    """Read the criteria."""
    return read_rules(Criteria, path or HERE / "criteria.toml")


def load_costs(path: str | Path | None = None) -> Costs:
    """Read the costs, those of the package (all unknown) unless a file is named; `DataError` names file and key."""
    return read_rules(Costs, path or HERE / "costs.toml")


def load_regulation(path: str | Path | None = None) -> Regulation:
    """Read the rainwater regulation."""
    return read_rules(Regulation, path or HERE / "regulation.toml")
