"""Rows of a file that is added: examples skipped, corrections put in, and those without a place listed to correct."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.files import write_workbook
from kortrijk_geo.ingest.adding_rules import adding_rules
from kortrijk_geo.ingest.placing import address_columns, misses
from kortrijk_geo.ingest.readers import read_raw
from kortrijk_geo.ingest.report import named
from kortrijk_geo.ingest.shaping import choose, mend
from kortrijk_geo.ingest.tables import TableFormat, code_text, find_column, read_table
from kortrijk_geo.ingest.total_rows import is_total
from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kortrijk_geo.ingest.readers import Workshop
    from kortrijk_geo.ingest.recipe_parts import Part
    from kortrijk_geo.ingest.report import Findings

# Columns of the list of rows without a place, and its sheet; what begins with `RIGHT` is filled in by who corrects it.
ROW, WHY, NEAREST, LEAVE_OUT, RIGHT = "rij", "reden", "dichtst bij", "weglaten", "juist: "
SHEET = "te verbeteren"
_YES = frozenset({"ja", "j", "x", "yes", "1", "waar", "true"})
_REASONS = {
    "unreadable": "het adres is niet leesbaar",
    "no number": "het huisnummer ontbreekt",
    "no street": "deze straat bestaat niet",
    "elsewhere": "deze straat bestaat niet in die gemeente of postcode",
    "no number near": "dit huisnummer bestaat niet, en geen er vlakbij",
    "several": "het adres past bij meerdere huizen",
}
_NO_PLACE, _OUTSIDE = "geen coördinaten", "ligt buiten de stad en haar rand"
_NO_CODE = "deze code of naam is geen wijk of sector van de gegevensset"


def without_examples(frame: pd.DataFrame, *, name: str, layer: str, findings: Findings) -> pd.DataFrame:
    """Leave out the example rows of a template.

    Raises
    ------
    DataError
        When there are no others.
    """
    mark = adding_rules().example_mark
    example = pd.Series(False, index=frame.index)
    for column in frame.columns.drop("geometry", errors="ignore"):
        example |= code_text(frame[column]).fillna("").str.startswith(mark)
    if not example.any():
        return frame
    rows = named(example.index[example])
    if example.all():
        raise DataError(f"{name}: holds only the example of the template (row {rows}); fill in your own rows below it")
    count = int(example.sum())
    findings.add("info", layer, f"{name}: {count:,} example rows of the template skipped (row {rows})", count)
    return frame[~example]


def totals_in(frame: pd.DataFrame) -> pd.Series:
    """Tell which rows are called a total in any of their cells."""
    totals = pd.Series(False, index=frame.index)
    for column in frame.columns.drop("geometry", errors="ignore"):
        totals |= code_text(frame[column]).map(is_total).astype(bool)
    return totals


@dataclass(frozen=True)
class Corrections:
    """Corrected cells of a file, as `write_unmatched` lists the rows and someone filled them in."""

    name: str
    table: pd.DataFrame

    @classmethod
    def read(cls, path: Path) -> Corrections:
        """Read a workbook of corrections.

        Raises
        ------
        DataError
            When it is none.
        """
        table = read_table(path, TableFormat()).frame
        if ROW not in table.columns or not any(str(column).startswith(RIGHT) for column in table.columns):
            raise DataError(
                f"{path.name}: is no list of rows to correct: columns {ROW!r} and {RIGHT.strip()!r} are missing; give"
                " the one that pack add wrote"
            )
        return cls(path.name, table)

    def apply(self, frame: pd.DataFrame, *, name: str, layer: str, findings: Findings) -> pd.DataFrame:
        """Put the corrected cells in the rows they are of, and leave out the rows that are to be.

        Raises
        ------
        DataError
            When a row is not that of the file: the list belongs to another one.
        """
        numbers = pd.to_numeric(code_text(self.table[ROW]), errors="coerce")
        result, out, corrected = frame.copy(), [], 0
        for line, number in zip(self.table.index, numbers, strict=True):
            row: Any = int(number) if is_finite(number) else None
            cells = self.table.loc[line]
            if row not in frame.index or not _is_same(cells, frame.loc[row]):
                raise DataError(
                    f"{self.name}: row {line} is not row {row if row is not None else '?'} of {name}; the list belongs"
                    " to another file, or the file was changed since"
                )
            if str(cells.get(LEAVE_OUT) or "").strip().casefold() in _YES:
                out.append(row)
                continue
            right = {
                str(column).removeprefix(RIGHT): cells[column]
                for column in self.table.columns
                if str(column).startswith(RIGHT) and str(cells[column] if pd.notna(cells[column]) else "").strip()
            }
            corrected += bool(right)
            for column, value in right.items():
                result[column] = result[column].astype(object)
                result.loc[row, column] = value
        if corrected:
            findings.add("info", layer, f"{name}: {corrected:,} rows corrected by {self.name}", corrected)
        if out:
            text = f"{name}: {len(out):,} rows left out because {self.name} says so (row {named(out)})"
            findings.add("warning", layer, text, len(out))
        return result.drop(index=out)


def _is_same(cells: Any, row: Any) -> bool:
    own = [column for column in row.index if column in cells.index]
    return bool(own) and code_text(cells[own]).fillna("").tolist() == code_text(row[own]).fillna("").tolist()


@dataclass(frozen=True)
class Unmatched:
    """The rows of a file without a place: their own columns, why, what is nearest; and how many rows there are."""

    rows: pd.DataFrame
    why: dict[Any, str]
    of: int
    nearest: dict[Any, str] = field(default_factory=dict)
    correct: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Share of all rows."""
        return len(self.why) / self.of if self.of else 0.0

    def table(self) -> pd.DataFrame:
        """Return the list to correct: each row by its number, as its file shows it."""
        own = pd.DataFrame(self.rows.drop(columns="geometry", errors="ignore")).map(_shown)
        result = pd.DataFrame({ROW: self.rows.index.to_numpy()}, index=self.rows.index).join(own)
        result[WHY] = [self.why[row] for row in self.rows.index]
        result[NEAREST] = [self.nearest.get(row) for row in self.rows.index]
        for column in self.correct:
            result[f"{RIGHT}{column}"] = None
        result[LEAVE_OUT] = None
        return result.astype(object).where(result.notna(), None)


def write_unmatched(path: Path, unmatched: Unmatched) -> Path:
    """Write the list to correct beside what someone may be correcting already, and return where."""
    free = path
    for number in range(2, 1000):
        if not free.exists():
            break
        free = path.with_name(f"{path.stem}_{number}{path.suffix}")
    write_workbook(free, {SHEET: unmatched.table()})
    return free


def _shown(cell: Any) -> Any:
    return cell if isinstance(cell, (int, float, bool)) or cell is None else code_text(pd.Series([cell])).iloc[0]


def unmatched_rows(part: Part, shop: Workshop) -> Unmatched:
    """Return the rows of a part of a layer that have no place in the pack.

    Raises
    ------
    KortrijkGeoError
        As the readers, when the file cannot be read.
    """
    raw, _, name = read_raw(part, shop)
    chosen = choose(raw, part, name=name)
    if part.reader == "table-addresses":
        assert shop.addresses is not None, "a file with addresses is planned where there are some to find them by"
        lost = misses(chosen, part, shop.addresses, name=name)
        columns = address_columns(chosen, part, name)
        return _unmatched(
            chosen, {row: _REASONS[miss.reason] for row, miss in lost.items()}, columns.values(),
            {row: " of ".join(miss.nearest) for row, miss in lost.items()},
        )  # fmt: skip
    shapes = gpd.GeoSeries(chosen.geometry).to_crs(shop.recipe.crs)
    nowhere = (shapes.isna() | shapes.is_empty).to_numpy()
    outside = ~nowhere & ~shapely.intersects(shapes.to_numpy(), shop.extent)
    why = {row: _NO_PLACE if lost else _OUTSIDE
           for row, lost, out in zip(chosen.index, nowhere, outside, strict=True) if lost or out}  # fmt: skip
    return _unmatched(chosen, why, [part.options[axis] for axis in ("x", "y", "lon", "lat") if axis in part.options])


def unmatched_codes(part: Part, shop: Workshop, known: pd.Series) -> Unmatched:
    """Return the rows of a table that is joined whose code is none of ``known``; totals are no such rows."""
    raw, _, name = shop.table(part)
    chosen = mend(choose(raw, part, name=name), part, name=name)
    key = find_column(chosen, part.options["key"], where=f"{name}, key")
    codes = code_text(chosen[key]).map(lambda code: part.get("rename", {}).get(code, code))
    apart = totals_in(chosen) | codes.isin(list(part.get("not_located", ())))
    counted = chosen[~apart.to_numpy()]
    lost = codes[~apart & ~codes.isin(set(code_text(known).dropna()))]
    return _unmatched(counted, dict.fromkeys(lost.index, _NO_CODE), [key])


def _unmatched(
    chosen: pd.DataFrame, why: dict[Any, str], correct: Iterable[str], nearest: dict[Any, str] | None = None
) -> Unmatched:
    rows = chosen.loc[np.isin(chosen.index, list(why))]
    return Unmatched(rows, why, len(chosen), nearest or {}, tuple(dict.fromkeys(correct)))
