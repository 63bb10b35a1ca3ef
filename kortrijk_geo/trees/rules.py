"""The rules of trees, checked when read: where one may stand (``rules.toml``), and who needs them (``need.toml``)."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import numpy as np
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    TypeAdapter,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from kortrijk_geo.errors import did_you_mean
from kortrijk_geo.pack.layers import BBK_CODES, LAYERS
from kortrijk_geo.rules import (
    AboveZero,
    Dated,
    Flag,
    FromZero,
    Id,
    Items,
    OneOf,
    OtherValues,
    Rules,
    Share,
    Tables,
    Text,
    Whole,
    read_rules,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    import geopandas as gpd
    from numpy.typing import NDArray

Owner = Literal["public", "social", "company", "private", "unknown"]
OWNERS: tuple[Owner, ...] = get_args(Owner)
UNKNOWN_OWNER = OWNERS.index("unknown")
HEAT = "surface_temperature"
_MOST_SIZES = 3
_ALL_SIZES = ""  # no id, so no key of a table of distances
_AREA_COLUMNS = tuple(LAYERS["areas"].columns)
_DISTANCE = TypeAdapter(FromZero)


def _one_or_each(value: object, table: ValidatorFunctionWrapHandler) -> object:
    """Read one measure for all size classes, or a table with one for each."""
    return table(value) if isinstance(value, dict) else {_ALL_SIZES: _DISTANCE.validate_python(value)}


def _pairs(value: object) -> object:
    if not isinstance(value, list) or not value or not all(isinstance(row, list) and len(row) == 2 for row in value):
        raise ValueError("must be a list of pairs, as [[100, 10], [300, 6]]")
    return tuple(map(tuple, value))


def _rising(pairs: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    if any(left[0] >= right[0] for left, right in pairwise(pairs)):
        raise ValueError("the first numbers of the pairs must rise")
    return pairs


Codes = Annotated[tuple[Annotated[int, Whole(1, max(BBK_CODES))], ...], Items()]
Owners = Annotated[tuple[Owner, ...], Items()]
# By size class, in their order, once `PlantingRules` has it.
BySize = Annotated[
    dict[Id, FromZero], WrapValidator(_one_or_each, json_schema_input_type=FromZero | dict[Id, FromZero])
]
Knots = Annotated[tuple[tuple[FromZero, FromZero], ...], BeforeValidator(_pairs), AfterValidator(_rising)]


# ---- where a tree may stand


class Size(Dated):
    """A size class of trees: ``spacing_m`` is the least distance between two of them."""

    id: Id
    label: Text
    spacing_m: AboveZero


class Ground(Dated):
    """What the codes of the land cover mean for planting."""

    id: Id
    label: Text
    codes: Codes
    effect: Literal["plant", "permission", "unseal", "exclude"]


class Rule(Dated):
    """What takes ground away, how far, on whose land; see the head of ``rules.toml``."""

    id: Id
    label: Text
    effect: Literal["exclude", "permission"]
    distance_m: BySize
    layer: Annotated[str, OneOf(name for name, layer in LAYERS.items() if layer.shape != "none")] | None = None
    kinds: Annotated[tuple[Text, ...], Items()] = ()
    codes: Codes = ()
    codes_without_layer: Flag = False
    canopy: Flag = False
    measure_from: Literal["shape", "boundary", "crown"] = "shape"
    half_width_m: FromZero = 0.0
    owners: Owners = ()
    utility: Flag = False

    @model_validator(mode="after")
    def _about_something(self) -> Self:
        if self.layer is None and not self.codes and not self.canopy:
            raise ValueError("names nothing to keep away from; give layer, codes or canopy")
        if self.kinds and (self.layer is None or "kind" not in LAYERS[self.layer].columns):
            raise ValueError(f"kinds: layer {self.layer} has no kinds")
        if self.measure_from == "crown" and self.layer != "trees":
            raise ValueError("measure_from: only layer trees has crowns")
        return self

    @property
    def distances_m(self) -> tuple[float, ...]:
        """One distance per size class, in their order."""
        return tuple(self.distance_m.values())


class Space(Dated):
    """The least open ground under a tree of each size class."""

    least_m2: BySize
    least_width_m: BySize


class UnknownCrown(Dated):
    """The crown that a tree of unknown crown is kept clear with."""

    crown_m2: FromZero


class Hedge(Dated):
    """How metres of hedge and facade garden are measured, and what tells that a hedge stands there already."""

    step_m: AboveZero
    owners: Owners
    facade_owners: Owners
    existing_kinds: Annotated[tuple[Text, ...], Items(least=0)] = ()
    existing_within_m: FromZero = 0.0


class Target(Dated):
    """What one city has to plant, by which year."""

    nis_code: Text
    trees: Annotated[int, Whole(1, 10**9)]
    hedge_m: Annotated[int, Whole(1, 10**9)]
    by: Annotated[int, Whole(2000, 2200)]


class Accuracy(Dated):
    """The error of the land cover."""

    percentage_points: FromZero


class PlantingRules(Rules):
    """The whole of a rules file; ``rules`` holds those that exclude first, each kind in the order of the file."""

    version: Text
    title: Text
    sizes: Annotated[tuple[Size, ...], Tables("id")] = Field(alias="size")
    grounds: Annotated[tuple[Ground, ...], Tables()] = Field(alias="ground")
    rules: Annotated[tuple[Rule, ...], Tables()] = Field(default=(), alias="rule")
    space: Space
    unknown_crown: UnknownCrown
    hedge: Hedge
    targets: Annotated[tuple[Target, ...], Tables()] = Field(default=(), alias="target")
    accuracy: Accuracy

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if not 1 <= len(self.sizes) <= _MOST_SIZES:
            raise ValueError(f"has {len(self.sizes)} tables [[size]], from 1 to {_MOST_SIZES} size classes can be used")
        ids = [*(ground.id for ground in self.grounds), *(rule.id for rule in self.rules)]
        twice = next((name for name in ids if ids.count(name) > 1), None)
        if twice:  # a spot is told by either
            raise ValueError(f"ground and rule: id {twice} stands twice")
        codes = [code for ground in self.grounds for code in ground.codes]
        wrong = next((code for code in BBK_CODES if codes.count(code) != 1), None)
        if wrong:
            raise ValueError(
                f"ground: code {wrong} ({BBK_CODES[wrong]}) must stand in one [[ground]],"
                f" it stands in {codes.count(wrong)}"
            )
        return self

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        sizes = [size.id for size in self.sizes]
        rules = []
        for place, rule in enumerate(self.rules, start=1):
            distances = _each(rule.distance_m, sizes, f"rule[{place}].distance_m")
            rules.append(rule.model_copy(update={"distance_m": distances}))
        rules.sort(key=lambda rule: rule.effect != "exclude")
        least = {key: _each(getattr(self.space, key), sizes, f"space.{key}") for key in ("least_m2", "least_width_m")}
        for key, values in least.items():
            if any(larger < smaller for larger, smaller in pairwise(values.values())):
                raise ValueError(f"space.{key}: a larger tree cannot do with less than a smaller one")
        return self.model_copy(update={"rules": tuple(rules), "space": self.space.model_copy(update=least)})

    @property
    def excluding(self) -> int:
        """How many of ``rules`` exclude; they come first."""
        return sum(rule.effect == "exclude" for rule in self.rules)

    def target_of(self, nis_code: str) -> Target | None:
        """Return the target of the municipality, None when the file has none for it."""
        return next((target for target in self.targets if target.nis_code == nis_code), None)


def load_rules(path: Path | None = None) -> PlantingRules:
    """Read a rules file, or the package's own.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When it breaks its form: an unknown or missing key, a negative distance, a code that stands nowhere or twice.
    """
    return read_rules(PlantingRules, path or Path(__file__).with_name("rules.toml"))


def owner_places(owners: Iterable[Owner]) -> tuple[int, ...]:
    """Return owners as their places in `OWNERS`, as pixels hold them."""
    return tuple(OWNERS.index(owner) for owner in owners)


def owners_of(parcels: gpd.GeoDataFrame) -> NDArray[np.uint8]:
    """Return the owner of each parcel as its place in `OWNERS`."""
    place = {str(owner): number for number, owner in enumerate(OWNERS)}
    return np.array([place[owner] for owner in parcels["owner"].to_numpy(dtype=object)], dtype=np.uint8)


def _each(measure: dict[str, float], sizes: Sequence[str], where: str) -> dict[str, float]:
    """Return a measure for each size class, in their order."""
    if _ALL_SIZES in measure:
        return dict.fromkeys(sizes, measure[_ALL_SIZES])
    for size in sizes:
        if size not in measure:
            raise ValueError(f"{where}.{size} is missing")
    for key in measure:
        if key not in sizes:
            raise ValueError(f"{where}.{key} is not a known key{did_you_mean(key, sizes, otherwise='the keys are')}")
    return {size: measure[size] for size in sizes}


# ---- who needs trees: 3-30-300, marks, Tree Equity Score, need at one spot


class Three(Dated):
    """At least ``least_crowns`` crowns of ``least_crown_m2`` within ``within_m`` of the home."""

    least_crowns: Annotated[int, Whole(1, 1000)]
    least_crown_m2: FromZero
    within_m: AboveZero


class Thirty(Dated):
    """At least ``least_share`` of the land under canopy, within ``within_m`` of the home or in its area."""

    least_share: Share
    within_m: AboveZero
    measured_in: Literal["radius", "area"]


class ThreeHundred(Dated):
    """Public green of ``min_ha`` (``min_ha_dense`` where people live densely) within ``max_m`` along the streets."""

    max_m: AboveZero
    min_ha: AboveZero
    min_ha_dense: AboveZero
    dense_from_per_km2: AboveZero
    max_snap_m: AboveZero
    max_street_m: AboveZero
    kinds: Annotated[tuple[Text, ...], Items()]


class Marks(Dated):
    """Marks from 0 to 10, as knots of straight lines."""

    canopy_share: Knots
    green_m: Knots


class Indicator(Rules):
    """One indicator of who needs trees: a column of the areas, over the column ``per``; or the mean temperature."""

    id: Id
    label: Text
    of: Annotated[str, OneOf((HEAT, *_AREA_COLUMNS))]
    per: Annotated[str, OneOf(_AREA_COLUMNS)] | None = None
    more_need: Literal["high", "low"]
    weight: AboveZero


class Equity(Dated):
    """Tree Equity Score: the goal by density (people per km2 below, factor) and the indicators."""

    goal_share: Share
    density: Knots
    density_above: FromZero
    indicators: Annotated[tuple[Indicator, ...], Tables("id")] = Field(default=(), alias="indicator")


class Spot(Dated):
    """Weights and scales of the need at one spot."""

    canopy_weight: FromZero
    people_weight: FromZero
    heat_weight: FromZero
    people_within_m: AboveZero
    full_people: AboveZero
    full_dwellings: AboveZero


class Known(Dated):
    """How much must be known to tell a share of it; surfaces are averaged to cells of ``cell_m``.

    With fewer mapped trees per dwelling than ``least_trees_per_dwelling`` a tree that is not mapped may stand there.
    """

    least_share: Share
    cell_m: AboveZero
    least_trees_per_dwelling: FromZero = 0.0


class NeedRules(Rules):
    """The whole of a need file."""

    version: Text
    three: Three
    thirty: Thirty
    three_hundred: ThreeHundred
    marks: Marks
    equity: Equity
    spot: Spot
    known: Known
    thirty_elsewhere: OtherValues | None = None
    three_hundred_elsewhere: OtherValues | None = None


def load_need(path: Path | None = None) -> NeedRules:
    """Read a need file, or the package's own.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When it breaks its form; the message names file and key.
    """
    return read_rules(NeedRules, path or Path(__file__).with_name("need.toml"))
