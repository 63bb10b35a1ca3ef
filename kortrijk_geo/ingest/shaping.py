"""Rows of a raw file made into rows of a layer: chosen, renamed, recoded, and typed as the layer's contract says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.dates import wall_clock
from kortrijk_geo.ingest.numbers import to_numbers
from kortrijk_geo.ingest.report import named
from kortrijk_geo.ingest.tables import TableFormat, code_text, find_column
from kortrijk_geo.pack.layers import LAYERS, Column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kortrijk_geo.ingest.recipe_parts import Part
    from kortrijk_geo.ingest.report import Findings

_TRUE = frozenset({"true", "1", "1.0", "yes", "y", "t", "ja", "j", "waar", "oui"})
# Columns that the build works out itself where no column of the file has them.
_FOUND_LATER = {"subareas": ("parent_id",)}
_FALSE = frozenset({"false", "0", "0.0", "no", "n", "f", "nee", "onwaar", "non"})


def select(frame: pd.DataFrame, where: Mapping[str, Any], *, name: str) -> pd.DataFrame:
    """Keep the rows whose columns have one of the values asked for, compared as text.

    Raises
    ------
    DataError
        When a column is missing or no row is left.
    """
    kept = np.ones(len(frame), dtype=bool)
    for wanted, values in where.items():
        column = find_column(frame, wanted, where=f"{name}, where")
        allowed = {str(value) for value in (values if isinstance(values, list) else [values])}
        texts = code_text(frame[column]).fillna("")
        if not texts.isin(allowed).any():
            found = named(sorted(texts.unique()), 8)
            raise DataError(f"{name}: no row has {column} = {' or '.join(sorted(allowed))!r} (found: {found})")
        kept &= texts.isin(allowed).to_numpy()
    if not kept.all() and not kept.any():
        raise DataError(f"{name}: no row fits where = {dict(where)}")
    return frame[kept]


def latest(frame: pd.DataFrame, spec: Mapping[str, str], part: Part, *, name: str, findings: Findings) -> pd.DataFrame:
    """Keep of the rows with the same id the one with the latest date.

    Of equal dates that is the last in the file. Rows without an id are left out, and counted.

    Raises
    ------
    DataError
        When a date is missing or cannot be read.
    """
    ids = code_text(frame[find_column(frame, spec["id"], where=f"{name}, latest.id")])
    nameless = ids.isna() | (ids == "")
    if nameless.any():
        count, rows = int(nameless.sum()), named(ids.index[nameless])
        findings.add("warning", part.layer, f"{name}: {count:,} rows without {spec['id']} left out (row {rows})", count)
        frame, ids = frame[~nameless], ids[~nameless]
    by = find_column(frame, spec["by"], where=f"{name}, latest.by")
    dates = _dates(frame[by], spec.get("format"), f"{name}, column {by}")
    if dates.isna().any():
        raise DataError(f"{name}, column {by}: row {dates.index[dates.isna()][0]} has no date")
    order = pd.DataFrame({"id": ids, "date": dates}).sort_values("date", kind="stable")
    kept = order.drop_duplicates("id", keep="last").index
    dropped = len(frame) - len(kept)
    if dropped:
        findings.add(
            "info",
            part.layer,
            f"{name}: {dropped:,} older rows left out, the latest {by} of each {spec['id']} kept",
            dropped,
        )
    return frame.loc[frame.index.isin(kept)]


def _dates(values: pd.Series, form: str | None, where: str) -> pd.Series:
    texts = values if pd.api.types.is_datetime64_any_dtype(values) else code_text(values).replace("", None)
    written = texts if form or pd.api.types.is_datetime64_any_dtype(texts) else wall_clock(texts)
    dates = pd.to_datetime(written, format=form or "ISO8601", errors="coerce")
    bad = texts.notna() & dates.isna()
    if bad.any():
        raise DataError(
            f"{where}: row {texts.index[bad][0]} has {texts[bad].iloc[0]!r}, which is not a date in the form"
            f" {form or 'YYYY-MM-DD'} ({int(bad.sum())} such rows)"
        )
    return dates


def shape_rows(frame: pd.DataFrame, part: Part, fmt: TableFormat, *, name: str, findings: Findings) -> pd.DataFrame:
    """Give the rows the columns of their layer, in its types; geometry is carried along.

    Columns are those named in ``columns``, and no others; without ``columns`` the file's own.

    Raises
    ------
    DataError
        When a column is missing, or a value cannot be what the contract says; file, column and row are named.
    """
    layer = LAYERS[part.layer]
    # First the latest row of each, then the choice: a place that has closed since must not come back as it was before.
    chosen = frame
    if "latest" in part.options:
        chosen = latest(frame, part.options["latest"], part, name=name, findings=findings)
    known = len(chosen)
    chosen = select(chosen, part.get("where", {}), name=name)
    if len(chosen) < known:
        findings.add("info", part.layer, f"{name}: {len(chosen):,} of {known:,} rows chosen by where", len(chosen))
    result = _changed(_renamed(chosen, part, name), part, name)
    for column, spec in layer.columns.items():
        if column in result.columns:
            where = f"{name}, column {column}"
            result[column] = _typed(result[column], spec, part, fmt, where=where, findings=findings)
        elif spec.required and spec.nullable:
            result[column] = np.nan if spec.kind in {"number", "count", "money"} else None
            findings.add("info", part.layer, f"{name}: {column} is not given, so unknown", len(result))
    missing = [
        column
        for column, spec in layer.columns.items()
        if spec.required and column not in result.columns and column not in _FOUND_LATER.get(part.layer, ())
    ]
    if missing:
        raise DataError(
            f"{part.table}: layer {part.layer} needs {', '.join(missing)}; name them in columns = {{...}}"
            f" (found in {name}: {', '.join(str(column) for column in frame.columns if column != 'geometry')})"
        )
    return result


def _renamed(frame: pd.DataFrame, part: Part, name: str) -> pd.DataFrame:
    mapping = part.get("columns")
    if mapping is None:
        return frame.copy()
    columns = {
        target: frame[find_column(frame, source, where=f"{name}, columns.{target}")]
        for target, source in mapping.items()
    }
    result = frame[["geometry"]].copy() if "geometry" in frame.columns else pd.DataFrame(index=frame.index)
    for target, values in columns.items():
        result[target] = values
    return result


def _changed(result: pd.DataFrame, part: Part, name: str) -> pd.DataFrame:
    """Apply, in this order, ``recode``, ``first_characters``, ``values`` and ``ids_from_rows``."""
    for column, table in part.get("recode", {}).items():
        result[column] = _recoded(result, column, table, name)
    for column, length in part.get("first_characters", {}).items():
        source = find_column(result, column, where=f"{name}, first_characters")
        result[source] = code_text(result[source]).str.slice(0, int(length))
    for column, value in part.get("values", {}).items():
        result[column] = value
    if part.get("ids_from_rows") and (key := LAYERS[part.layer].key):
        result[key] = [str(row) for row in result.index]
    if part.layer == "amenities" and "tags" not in result.columns:
        result["tags"] = "{}"
    return result


def _recoded(frame: pd.DataFrame, column: str, table: Mapping[str, Any], name: str) -> pd.Series:
    texts = code_text(frame[find_column(frame, column, where=f"{name}, recode")]).fillna("")
    strange = texts[~texts.isin(table)]
    if len(strange):
        raise DataError(
            f"{name}, column {column}: {strange.iloc[0]!r} in row {strange.index[0]} is not in recode.{column}"
            f" ({len(strange)} such rows)"
        )
    return texts.map(table)


def _typed(
    values: pd.Series, spec: Column, part: Part, fmt: TableFormat, *, where: str, findings: Findings
) -> pd.Series:
    if spec.kind in {"count", "number", "money"}:
        numbers = to_numbers(values, where=where, decimal=fmt.decimal, unknown=fmt.unknown)
        if numbers.unknown and spec.kind == "count":
            findings.add("info", part.layer, f"{where}: {numbers.unknown:,} values are unknown", numbers.unknown)
        return numbers.series
    if spec.kind == "flag":
        return _flags(values, where, nullable=spec.nullable)
    if spec.kind == "date":
        dates = _dates(values.where(~code_text(values).isin(fmt.unknown), None), part.get("date_format"), where)
        days: pd.Series = dates.dt.strftime("%Y-%m-%d").astype(object)
        return days.where(dates.notna(), None)
    texts = code_text(values)
    return texts.where(texts != "", None)


def _flags(values: pd.Series, where: str, *, nullable: bool) -> pd.Series:
    texts = code_text(values).str.casefold()
    texts = texts.where(texts != "", None)
    strange = texts.notna() & ~texts.isin(_TRUE | _FALSE)
    if not nullable:
        strange |= texts.isna()
    if strange.any():
        row = texts.index[strange][0]
        raise DataError(f"{where}: {values[row]!r} in row {row} is not true or false ({int(strange.sum())} such rows)")
    result = texts.isin(_TRUE)
    return result.astype("boolean").where(texts.notna(), pd.NA) if texts.isna().any() else result


def refuse_twice(frame: pd.DataFrame, key: str | None, *, name: str) -> None:
    """Raise `DataError` naming the ids that stand twice or are empty."""
    if key is None or key not in frame.columns:
        return
    ids = frame[key]
    if ids.isna().any():
        raise DataError(f"{name}: row {ids.index[ids.isna()][0]} has no {key} ({int(ids.isna().sum())} such rows)")
    twice = ids[ids.duplicated()].unique()
    if len(twice):
        raise DataError(f"{name}: {len(twice):,} values of {key} stand on more than one row: {named(twice)}")
