"""Which columns and headlines of two results are of one quantity, and whether both define it the same way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kortrijk_geo.mapping.definitions import differing
from kortrijk_geo.results import Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kortrijk_geo.results import Figure, ThemeResult


@dataclass(frozen=True)
class ColumnPair:
    """A column of the earlier result and one of the later, of one quantity."""

    old: Column
    new: Column

    @property
    def same(self) -> bool:
        """Whether both count the same: only then is there a difference."""
        return self.old.definition == self.new.definition

    @property
    def was(self) -> str:
        """Name of the earlier column in the comparison."""
        return f"{self.old.name}_before"

    @property
    def change(self) -> str:
        """Name of the difference."""
        return f"{self.new.name}_change"

    def label(self, names: tuple[str, str], old: str, new: str) -> str:
        """Return the label of both; where these differ and count something else, that of each behind its state."""
        return new if self.same or old == new else f"{names[0]}: {old} / {names[1]}: {new}"


def pair_columns(
    old: ThemeResult, new: ThemeResult, old_names: Sequence[str], new_names: Iterable[str]
) -> list[ColumnPair]:
    """Pair columns by name, or where an option stands in the name, by quantity; what one result lacks has no pair."""
    earlier, later = _by_name(old), _by_name(new)
    of_quantity = {column.quantity: name for name in old_names if (column := _column(earlier, name)).quantity}
    pairs = []
    for name in dict.fromkeys(new_names):
        column = _column(later, name)
        match = name if name in old_names else of_quantity.get(column.quantity)
        if match is not None:
            pairs.append(ColumnPair(_column(earlier, match), column))
    return pairs


@dataclass(frozen=True)
class FigurePair:
    """A headline of the earlier result and one of the later, of one quantity."""

    old: Figure
    new: Figure
    old_definition: str
    new_definition: str

    @property
    def same(self) -> bool:
        """Whether both count the same: only then is there a difference."""
        return self.old_definition == self.new_definition


def pair_figures(old: ThemeResult, new: ThemeResult) -> list[FigurePair]:
    """Pair headlines by key, or by quantity of the column that they are the city's value of."""
    earlier, later = _by_name(old), _by_name(new)
    was = {figure.key: figure for figure in old.headlines}
    of_quantity = {column.quantity: key for key in was if (column := _column(earlier, key)).quantity}
    pairs = []
    for figure in new.headlines:
        key = figure.key if figure.key in was else of_quantity.get(_column(later, figure.key).quantity)
        if key is not None:
            definitions = [
                "; ".join(
                    part for part in dict.fromkeys((one.definition, _column(columns, one.key).definition)) if part
                )
                for one, columns in ((was[key], earlier), (figure, later))
            ]
            pairs.append(FigurePair(was[key], figure, *definitions))
    return pairs


def why_apart(columns: Iterable[ColumnPair], figures: Iterable[FigurePair], names: tuple[str, str]) -> list[str]:
    """Tell in Dutch what is not subtracted: a sentence for each way in which the two define it differently."""
    apart: dict[tuple[str, str], list[str]] = {}
    wordings = [(pair.new.label, pair.old.definition, pair.new.definition) for pair in columns if not pair.same]
    wordings += [(pair.new.label, pair.old_definition, pair.new_definition) for pair in figures if not pair.same]
    for label, old, new in wordings:
        apart.setdefault((differing(old, new), differing(new, old)), []).append(label)
    return [
        "Niet van elkaar afgetrokken, want anders bepaald"
        f" ({names[0]}: {old or 'niet gezet'}; {names[1]}: {new or 'niet gezet'}): {'; '.join(dict.fromkeys(labels))}."
        for (old, new), labels in apart.items()
    ]


def _by_name(result: ThemeResult) -> dict[str, Column]:
    return {column.name: column for column in result.columns}


def _column(columns: dict[str, Column], name: str) -> Column:
    return columns.get(name) or Column(name, name)
