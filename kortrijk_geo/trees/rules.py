"""The planting rules of ``rules.toml``: what the ground is, what takes ground away and how far, checked when read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from kortrijk_geo import strict_toml as toml
from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.layers import BBK_CODES, LAYERS
from kortrijk_geo.strict_toml import Origin, Table, above_zero, by_key, day, flag, identifier, many, one_of, text, whole

Effect = Literal["plant", "permission", "unseal", "exclude"]
OWNERS = ("public", "social", "company", "private", "unknown")
UNKNOWN_OWNER = OWNERS.index("unknown")
_MOST_SIZES = 3
from_zero = toml.number(0)
origin = partial(toml.origin, date=day)


@dataclass(frozen=True)
class Size:
    """A size class of trees: ``spacing_m`` is the least distance between two of them."""

    id: str
    label: str
    spacing_m: float
    origin: Origin


@dataclass(frozen=True)
class Ground:
    """What the codes of the land cover mean for planting."""

    id: str
    label: str
    codes: tuple[int, ...]
    effect: Effect
    origin: Origin


@dataclass(frozen=True)
class Rule:
    """What takes ground away, how far, on whose land; see the head of ``rules.toml``.

    ``distances_m`` has one distance per size class, in their order; ``owners`` are places in `OWNERS`.
    """

    id: str
    label: str
    effect: Effect
    distances_m: tuple[float, ...]
    layer: str | None
    kinds: tuple[str, ...]
    codes: tuple[int, ...]
    codes_without_layer: bool
    canopy: bool
    measure_from: str
    half_width_m: float
    owners: tuple[int, ...]
    utility: bool
    origin: Origin


@dataclass(frozen=True)
class Hedge:
    """How metres of hedge and facade garden are measured; owners are places in `OWNERS`."""

    step_m: float
    owners: tuple[int, ...]
    facade_owners: tuple[int, ...]
    origin: Origin


@dataclass(frozen=True)
class Target:
    """What one city has to plant, by which year."""

    nis_code: str
    trees: int
    hedge_m: int
    by: int
    origin: Origin


@dataclass(frozen=True)
class Rules:
    """The whole of a rules file; ``rules`` holds those that exclude first, each kind in the order of the file."""

    version: str
    title: str
    sizes: tuple[Size, ...]
    grounds: tuple[Ground, ...]
    rules: tuple[Rule, ...]
    least_m2: float
    least_width_m: float
    unknown_crown_m2: float
    hedge: Hedge
    targets: tuple[Target, ...]
    accuracy_points: float
    origins: tuple[Origin, ...]

    @property
    def excluding(self) -> int:
        """How many of ``rules`` exclude; they come first."""
        return sum(rule.effect == "exclude" for rule in self.rules)

    def target_of(self, nis_code: str) -> Target | None:
        """Return the target of the municipality, None when the file has none for it."""
        return next((target for target in self.targets if target.nis_code == nis_code), None)


def load_rules(path: Path | None = None) -> Rules:
    """Read a rules file, or the package's own.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When it breaks its form: an unknown or missing key, a negative distance, a code that stands nowhere or twice.
    """
    top = toml.open_table(path or Path(__file__).with_name("rules.toml"))
    sizes = by_key(map(_size, top.tables("size")), "id", top.name("size"))
    if not 1 <= len(sizes) <= _MOST_SIZES:
        raise DataError(
            f"{top.where}: has {len(sizes)} tables [[size]], from 1 to {_MOST_SIZES} size classes can be used"
        )
    grounds = tuple(map(_ground, top.tables("ground")))
    rules = tuple(_rule(row, tuple(sizes)) for row in top.tables("rule"))
    by_key((*grounds, *rules), "id", top.name("ground and rule"))  # a spot is told by either
    _check_codes(top, grounds)
    space, crown, accuracy = map(top.table, ("space", "unknown_crown", "accuracy"))
    found = Rules(
        version=top.take("version", text),
        title=top.take("title", text),
        sizes=tuple(sizes.values()),
        grounds=grounds,
        rules=tuple(sorted(rules, key=lambda rule: rule.effect != "exclude")),
        least_m2=space.take("least_m2", from_zero),
        least_width_m=space.take("least_width_m", from_zero),
        unknown_crown_m2=crown.take("crown_m2", from_zero),
        hedge=_hedge(top.table("hedge")),
        targets=tuple(map(_target, top.tables("target"))),
        accuracy_points=accuracy.take("percentage_points", from_zero),
        origins=(origin(space), origin(crown), origin(accuracy)),
    )
    top.done()
    return found


def owner(value: object, where: str) -> int:
    """Read an owner as its place in `OWNERS`."""
    return OWNERS.index(one_of(*OWNERS)(value, where))


def _size(table: Table) -> Size:
    return Size(
        table.take("id", identifier), table.take("label", text), table.take("spacing_m", above_zero), origin(table)
    )


def _ground(table: Table) -> Ground:
    return Ground(
        id=table.take("id", identifier),
        label=table.take("label", text),
        codes=table.take("codes", many(whole(1, max(BBK_CODES)))),
        effect=_effect(table, "plant", "permission", "unseal", "exclude"),
        origin=origin(table),
    )


def _effect(table: Table, *allowed: Effect) -> Effect:
    value = table.take("effect", one_of(*allowed))
    return next(effect for effect in allowed if effect == value)


def _rule(table: Table, sizes: tuple[str, ...]) -> Rule:
    layer = table.take_or("layer", one_of(*(name for name, one in LAYERS.items() if one.shape != "none")), None)
    codes = table.take_or("codes", many(whole(1, max(BBK_CODES))), ())
    canopy = table.take_or("canopy", flag, False)
    if layer is None and not codes and not canopy:
        raise DataError(f"{table.where}: names nothing to keep away from; give layer, codes or canopy")
    found = Rule(
        id=table.take("id", identifier),
        label=table.take("label", text),
        effect=_effect(table, "exclude", "permission"),
        distances_m=_distances(table, sizes),
        layer=layer,
        kinds=table.take_or("kinds", many(text), ()),
        codes=codes,
        codes_without_layer=table.take_or("codes_without_layer", flag, False),
        canopy=canopy,
        measure_from=table.take_or("measure_from", one_of("shape", "boundary", "crown"), "shape"),
        half_width_m=table.take_or("half_width_m", from_zero, 0.0),
        owners=table.take_or("owners", many(owner), ()),
        utility=table.take_or("utility", flag, False),
        origin=origin(table),
    )
    if found.kinds and (layer is None or "kind" not in LAYERS[layer].columns):
        raise DataError(f"{table.name('kinds')}: layer {layer} has no kinds")
    if found.measure_from == "crown" and layer != "trees":
        raise DataError(f"{table.name('measure_from')}: only layer trees has crowns")
    return found


def _distances(table: Table, sizes: tuple[str, ...]) -> tuple[float, ...]:
    """Read one distance for all size classes, or a table with one for each."""

    def read(value: object, where: str) -> tuple[float, ...]:
        if not isinstance(value, dict):
            return (from_zero(value, where),) * len(sizes)
        each = Table(value, where)
        found = tuple(each.take(size, from_zero) for size in sizes)
        each.done()
        return found

    return table.take("distance_m", read)


def _hedge(table: Table) -> Hedge:
    return Hedge(
        table.take("step_m", above_zero),
        table.take("owners", many(owner)),
        table.take("facade_owners", many(owner)),
        origin(table),
    )


def _target(table: Table) -> Target:
    return Target(
        nis_code=table.take("nis_code", text),
        trees=table.take("trees", whole(1, 10**9)),
        hedge_m=table.take("hedge_m", whole(1, 10**9)),
        by=table.take("by", whole(2000, 2200)),
        origin=origin(table),
    )


def _check_codes(top: Table, grounds: tuple[Ground, ...]) -> None:
    told = [code for ground in grounds for code in ground.codes]
    wrong = sorted(set(BBK_CODES) - set(told)) or sorted({code for code in told if told.count(code) > 1})
    if wrong:
        raise DataError(
            f"{top.name('ground')}: code {wrong[0]} ({BBK_CODES[wrong[0]]}) must stand in one [[ground]],"
            f" it stands in {told.count(wrong[0])}"
        )
