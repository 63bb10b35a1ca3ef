"""Tables of what a plan proposes: on the page, and as sheets of the workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from kortrijk_geo.errors import DataError
from kortrijk_geo.text.dutch import number_text, unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.mapping.spec import PlanTable
    from kortrijk_geo.text.dutch import Unit

# Nobody reads further on a page; the sheet of the workbook has all.
MOST_ROWS = 200


@dataclass(frozen=True)
class ShownPlan:
    """A plan as the page writes it: ``columns`` are (label, kind), ``rows`` their texts, of ``count`` there are."""

    title: str
    note: str
    sheet: str
    columns: list[tuple[str, str]]
    rows: list[list[str]]
    count: int


def shown_plans(plans: Sequence[PlanTable]) -> list[ShownPlan]:
    """Return the plans as texts, the first rows of each.

    Raises
    ------
    DataError
        When a plan has not the columns that it names.
    """
    return [_shown(plan) for plan in plans]


def plan_sheets(plans: Sequence[PlanTable]) -> dict[str, pd.DataFrame]:
    """Return every row of the plans by the name of their sheet, numbers as numbers, under their Dutch labels."""
    return {plan.sheet: columns_of(plan).rename(columns=plan.labels) for plan in plans}


def _shown(plan: PlanTable) -> ShownPlan:
    frame = columns_of(plan)
    units: dict[str, Unit] = {name: unit_of(name, frame[name], plan.units.get(name)) for name in frame.columns}
    cells = [[number_text(value, units[name]) for value in frame[name].head(MOST_ROWS)] for name in frame.columns]
    kinds = [(plan.labels[name], "text" if units[name] == "text" else "number") for name in frame.columns]
    return ShownPlan(
        plan.title, plan.note, plan.sheet, kinds, [list(row) for row in zip(*cells, strict=True)], len(frame)
    )


def columns_of(plan: PlanTable) -> pd.DataFrame:
    """Return the columns that a table shows; `DataError` when one is not there."""
    absent = [name for name in plan.labels if name not in plan.frame.columns]
    if absent:
        raise DataError(f"plan {plan.title}: has no column {', '.join(absent)} to show")
    return pd.DataFrame(plan.frame[list(plan.labels)]).reset_index(drop=True)
