"""Tables of many rows that readers sort and choose from: on the page, and as sheets of the workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError
from kortrijk_geo.mapping.plans import columns_of
from kortrijk_geo.text.dutch import number_text, unit_of
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.mapping.spec import Ranking
    from kortrijk_geo.text.dutch import Unit

# A longer table makes a page slow; the sheet of the workbook has all.
MOST_ROWS = 1_000


@dataclass(frozen=True)
class ShownRanking:
    """A ranking as the page writes it.

    ``columns`` are (label, kind), ``rows`` the (text, number) of their cells, of ``count`` rows; ``filters`` are (place
    of the column, its label, the texts to choose from).
    """

    title: str
    note: str
    sheet: str
    columns: list[tuple[str, str]]
    rows: list[list[tuple[str, float | None]]]
    count: int
    filters: list[tuple[int, str, list[str]]]


def shown_rankings(rankings: Sequence[Ranking]) -> list[ShownRanking]:
    """Return rankings as texts, the first rows of each.

    Raises
    ------
    DataError
        When a ranking has not the columns that it names, or filters by a column that is not shown as text.
    """
    return [_shown(ranking) for ranking in rankings]


def _shown(ranking: Ranking) -> ShownRanking:
    frame = columns_of(ranking)
    names = list(frame.columns)
    units: dict[str, Unit] = {name: unit_of(name, frame[name], ranking.units.get(name)) for name in names}
    if any(units.get(name) != "text" for name in ranking.filters):
        raise DataError(f"ranking {ranking.title}: filters by {list(ranking.filters)}, which must be text")
    shown = frame.head(MOST_ROWS)
    cells = []
    for name in names:
        # Nothing to remark is not unknown.
        texts = ["" if value == "" else number_text(value, units[name]) for value in shown[name]]
        numbers = [None if units[name] == "text" else plain(value) for value in shown[name]]
        cells.append(list(zip(texts, numbers, strict=True)))
    filters = [
        (names.index(name), ranking.labels[name], sorted({text for text, _ in cells[names.index(name)]}))
        for name in ranking.filters
    ]
    kinds = [(ranking.labels[name], "text" if units[name] == "text" else "number") for name in names]
    rows = [list(row) for row in zip(*cells, strict=True)]
    return ShownRanking(ranking.title, ranking.note, ranking.sheet, kinds, rows, len(frame), filters)
