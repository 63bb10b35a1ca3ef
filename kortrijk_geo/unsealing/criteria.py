"""The table of criteria (``criteria.toml``): axis, measure, class bounds, scores, weights, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kortrijk_geo import strict_toml as read
from kortrijk_geo.errors import DataError
from kortrijk_geo.unsealing.reading import HERE, above_zero, ascending, open_table, origin

if TYPE_CHECKING:
    from pathlib import Path

FILE = HERE / "criteria.toml"
AXES = ("priority", "opportunity")
MOST = 5
CLASSES = 3
# What can be measured of a patch; the first ones are numbers, the last ones texts.
NUMBERS = ("avoided_runoff_60mm_mm", "heat_above_mean_c", "residents_100m", "area_sealed_share", "m2", "width_m")
TEXTS = ("owner", "use")


@dataclass(frozen=True)
class Criterion:
    """One criterion: a number in classes (``bounds``, ``scores``) or a text (``texts``), scored 1 to 5."""

    id: str
    axis: str
    measure: str
    label: str
    weight: float
    bounds: tuple[float, ...]
    scores: tuple[int, ...]
    texts: dict[str, int]
    origin: read.Origin


@dataclass(frozen=True)
class Criteria:
    """All criteria, and the classes of the two axes."""

    criteria: tuple[Criterion, ...]
    class_bounds: tuple[float, ...]
    class_labels: tuple[str, ...]

    def of(self, axis: str) -> tuple[Criterion, ...]:
        """Return the criteria of one axis."""
        return tuple(criterion for criterion in self.criteria if criterion.axis == axis)


def load_criteria(path: Path | None = None) -> Criteria:
    """Read the criteria, those of the package unless a file is named; `DataError` names file and key."""
    top = open_table(path or FILE)
    classes = top.table("classes")
    origin(classes)
    bounds = classes.take("bounds", ascending)
    labels = classes.take("labels", read.many(read.text))
    if len(labels) != len(bounds) + 1:
        raise DataError(f"{classes.where}: {len(bounds)} bounds make {len(bounds) + 1} classes, found {len(labels)}")
    if len(labels) != CLASSES:
        raise DataError(f"{classes.where}: needs {CLASSES} classes, the map has a colour for each; found {len(labels)}")
    criteria = tuple(read.by_key(map(_criterion, top.tables("criterion")), "id", top.name("criterion")).values())
    top.done()
    empty = [axis for axis in AXES if not any(criterion.axis == axis for criterion in criteria)]
    if empty:
        raise DataError(f"{top.where}: no criterion has axis {empty[0]}")
    return Criteria(criteria, bounds, labels)


def _criterion(table: read.Table) -> Criterion:
    measure = table.take("measure", read.one_of(*NUMBERS, *TEXTS))
    is_text = measure in TEXTS
    found = Criterion(
        id=table.take("id", read.identifier),
        axis=table.take("axis", read.one_of(*AXES)),
        measure=measure,
        label=table.take("label", read.text),
        weight=table.take("weight", above_zero),
        bounds=() if is_text else table.take("bounds", ascending),
        scores=() if is_text else table.take("scores", read.array(read.whole(1, MOST))),
        texts=table.take("values", _values) if is_text else {},
        origin=origin(table),
    )
    if not is_text and len(found.scores) != len(found.bounds) + 1:
        raise DataError(
            f"{table.where}: {len(found.bounds)} bounds make {len(found.bounds) + 1} classes,"
            f" found {len(found.scores)} scores"
        )
    return found


def _values(value: object, where: str) -> dict[str, int]:
    if not isinstance(value, dict) or not value:
        raise DataError(f"{where}: is not a table of texts with a score")
    return {name: read.whole(1, MOST)(score, f"{where}.{name}") for name, score in value.items()}
