"""Rows of a raw file made into rows of a layer: chosen, renamed, recoded, and typed as the layer's contract says."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.numbers import column_numbers, to_numbers, whole_unit
from kortrijk_geo.ingest.report import named
from kortrijk_geo.ingest.tables import TableFormat, cell_text, code_text, find_column, is_missing
from kortrijk_geo.ingest.tag_text import tags_text
from kortrijk_geo.pack.layers import LAYERS, Column
from kortrijk_geo.text.dates import last_day

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
            held = named(sorted(texts.unique()), 8)
            raise DataError(f"{name}: no row has {column} = {' or '.join(sorted(allowed))!r} (found: {held})")
        kept &= texts.isin(allowed).to_numpy()
    if not kept.all() and not kept.any():
        raise DataError(f"{name}: no row fits where = {dict(where)}")
    return frame[kept]


def choose(frame: pd.DataFrame, part: Part, *, name: str) -> pd.DataFrame:
    """Keep the rows that ``where`` and ``where_not_empty`` of a table of the recipe choose.

    Raises
    ------
    DataError
        As `select`, and when no row has a value in a column of ``where_not_empty``.
    """
    kept = select(frame, part.get("where", {}), name=name)
    for wanted in part.get("where_not_empty", ()):
        column = find_column(kept, wanted, where=f"{name}, where_not_empty")
        kept = kept[code_text(kept[column]).fillna("") != ""]
        if kept.empty:
            raise DataError(f"{name}: no row has a value in {column}, so where_not_empty leaves none")
    return kept


def mend(frame: pd.DataFrame, part: Part, *, name: str, columns: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Apply ``recode`` and ``pad``; a column may be called as in the file or, with ``columns``, as in the layer.

    Raises
    ------
    DataError
        When there is no such column, or a value is not in ``recode``.
    """
    result = frame.copy()
    for column, table in part.get("recode", {}).items():
        result[column] = _recoded(result, column, table, name)
    for wanted, length in part.get("pad", {}).items():
        renamed = [target for target, source in (columns or {}).items() if source == wanted]
        for column in renamed or [find_column(result, wanted, where=f"{name}, pad")]:
            result[column] = code_text(result[column]).map(lambda code, n=length: code.zfill(n) if code else code)
    return result


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
    """Read moments as the file writes them: a cell that is a date needs no form, and a time zone moves no date."""
    read: dict[Any, dt.datetime | None] = {}
    for cell in values:
        if not is_missing(cell) and cell not in read:
            read[cell] = _moment(cell, form)
    bad = values.map(lambda cell: not is_missing(cell) and cell_text(cell) != "" and read[cell] is None).astype(bool)
    if bad.any():
        raise DataError(
            f"{where}: row {values.index[bad][0]} has {cell_text(values[bad].iloc[0])!r}, which is not a date in the"
            f" form {form or 'YYYY-MM-DD'} ({int(bad.sum())} such rows)"
        )
    return pd.Series([read.get(cell) for cell in values], index=values.index, dtype=object)


def _moment(cell: Any, form: str | None) -> dt.datetime | None:
    if isinstance(cell, pd.Timestamp):
        cell = cell.to_pydatetime(warn=False)
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, dt.date):
        return dt.datetime.combine(cell, dt.time())
    text = cell_text(cell)
    try:
        moment = dt.datetime.strptime(text, form) if form else dt.datetime.fromisoformat(text.replace("/", "-"))  # noqa: DTZ007 - a time zone moves no date
    except ValueError:
        return None
    return _last_moment(moment.replace(tzinfo=None), form or "")


def _last_moment(moment: dt.datetime, form: str) -> dt.datetime:
    """Return the last day of the year or month, where the form of dates writes no more than that."""
    signs = set(re.findall("%(.)", form))
    if not signs or not signs <= {"Y", "y", "m", "b", "B"}:
        return moment
    period = f"{moment.year:04}-{moment.month:02}" if signs & {"m", "b", "B"} else f"{moment.year:04}"
    return dt.datetime.combine(last_day(period), dt.time())


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
    chosen = choose(chosen, part, name=name)
    if len(chosen) < known:
        findings.add("info", part.layer, f"{name}: {len(chosen):,} of {known:,} rows chosen by where", len(chosen))
    result = _changed(_renamed(chosen, part, fmt, name), part, name)
    for column, spec in layer.columns.items():
        if column in result.columns:
            where = f"{name}, column {column}"
            result[column] = _typed(result[column], spec, part, fmt, where=where, findings=findings)
        elif spec.required and spec.nullable:
            result[column] = np.nan if spec.kind in {"number", "count", "money"} else None
            if not part.get("made_later"):
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


def _renamed(frame: pd.DataFrame, part: Part, fmt: TableFormat, name: str) -> pd.DataFrame:
    mapping = part.get("columns")
    if mapping is None:
        return frame.copy()
    known = LAYERS[part.layer].columns
    columns = {
        target: column_numbers(frame, source, known[target], part, fmt, name=name, target=target).series
        if isinstance(source, dict)
        else frame[find_column(frame, source, where=f"{name}, columns.{target}")]
        for target, source in mapping.items()
    }
    result = frame[["geometry"]].copy() if "geometry" in frame.columns else pd.DataFrame(index=frame.index)
    for target, values in columns.items():
        result[target] = values
    return result


def _changed(result: pd.DataFrame, part: Part, name: str) -> pd.DataFrame:
    """Apply, in this order, ``recode``, ``pad``, ``first_characters``, ``values`` and ``ids_from_rows``."""
    result = mend(result, part, name=name, columns=part.get("columns"))
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
        numbers = to_numbers(
            values, where=where, decimal=fmt.decimal, unknown=fmt.unknown, whole=whole_unit(spec, part)
        )
        if numbers.unknown and spec.kind == "count":
            findings.add("info", part.layer, f"{where}: {numbers.unknown:,} values are unknown", numbers.unknown)
        return numbers.series
    if spec.kind == "flag":
        return _flags(values, where, nullable=spec.nullable)
    if spec.kind == "date":
        raw = pd.Series(values.to_numpy(dtype=object), index=values.index)
        dates = _dates(raw.mask(code_text(raw).isin(fmt.unknown), None), part.get("date_format"), where)
        days = [moment.date().isoformat() if moment else None for moment in dates]
        return pd.Series(days, index=values.index, dtype=object)
    if part.layer == "amenities" and where.endswith(", column tags"):
        return _tags(values, where)
    texts = code_text(values)
    return texts.where(texts != "", None)


def _tags(values: pd.Series, where: str) -> pd.Series:
    tags = values.map(tags_text).astype(object)
    wrong = tags.isna()
    if wrong.any():
        row = tags.index[wrong][0]
        raise DataError(
            f"{where}: {str(values[row])[:60]!r} in row {row} is not tags ({int(wrong.sum())} such rows); write a JSON"
            ' object, {"amenity": "school"}, or hstore, "amenity"=>"school"'
        )
    return tags


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
