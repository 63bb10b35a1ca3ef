"""Tables joined to areas on a code: codes without a partner are counted and named, unknown plus known is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from kortrijk_geo.errors import DataError, nearest
from kortrijk_geo.ingest.numbers import column_numbers
from kortrijk_geo.ingest.report import NAMED, NO_AREA, NO_ROW, NOT_THROUGH, named
from kortrijk_geo.ingest.shaping import choose, mend
from kortrijk_geo.ingest.tables import TableFormat, code_text, find_column
from kortrijk_geo.ingest.total_rows import is_total, tell_years, without_totals
from kortrijk_geo.pack.layers import COUNTS, LAYERS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kortrijk_geo.ingest.recipe_parts import Part
    from kortrijk_geo.ingest.report import Findings

# A table of which fewer codes fit, in a layer of which fewer rows find theirs, is written otherwise than the layer.
MATCHED_LEAST = 0.5
_NUMBERS = frozenset({"count", "number", "money"})


@dataclass(frozen=True)
class Joined:
    """A layer with the columns of a table, and the city's totals where the table gives them (NaN = unknown)."""

    frame: pd.DataFrame
    totals: dict[str, float]


def join_table(
    frame: pd.DataFrame,
    table: pd.DataFrame,
    part: Part,
    fmt: TableFormat,
    *,
    name: str,
    findings: Findings,
    through: pd.DataFrame | None = None,
    vintage: str = "",
) -> Joined:
    """Join the columns of a table to the rows of a layer.

    Parameters
    ----------
    frame
        Rows of the layer.
    table
        Rows of the table, as read.
    part
        Its table in the recipe: ``key``, ``on``, ``columns``, ``sum``, ``through``, ``not_located``, ``absent``, and
        what mends its keys: ``recode``, ``pad``, ``rename``.
    through
        Layer that says to which code a code of the table belongs (sector to wijk).
    vintage
        Which division the codes are of that the table is held against: those of the layer, or of ``through``.

    Returns
    -------
    Joined
        An area gets NaN where it has no row in the table, or where one of its rows is unknown.

    Raises
    ------
    DataError
        When a code stands twice and no sum is asked, a code is empty, rows are totals of others, most codes do not
        fit, or the table is of another vintage and any code does not.
    """
    layer = LAYERS[part.layer]
    on = part.get("on", layer.key)
    if on is None or on not in frame.columns:
        raise DataError(f"{part.table}: layer {part.layer} has no column {on!r} to join on")
    rows = mend(choose(table, part, name=name), part, name=name)
    codes = _codes(rows, part, name, findings)
    values = _values(rows, part, fmt, name, findings)
    if part.get("sum") or part.get("without_totals"):
        kept = without_totals(rows, values, codes, part, name=name, findings=findings)
        tell_years(rows[kept], codes[kept], part, name=name, findings=findings)
        codes, values = codes[kept], values[kept]
    lost = {str(code) for code in part.get("not_located", ())}
    _report_lost(codes, lost, part, name, findings)
    known = frame[on] if through is None else through[find_column(through, part.options["through"]["key"], where=name)]
    _judge_vintage(codes[~codes.isin(lost)], code_text(known)[lambda code: ~code.isin(lost)], part, vintage, name=name)
    twice = codes[codes.duplicated()].unique()
    if len(twice) and not part.get("sum"):
        raise DataError(
            f"{name}: {len(twice):,} codes in {part.options['key']} stand on more than one row: {named(twice)};"
            " say sum = true when they are to be added"
        )
    located = ~codes.isin(lost)
    targets = codes[located]
    if through is not None:
        targets = _lead_through(targets, part, through, name, findings)
    result, unmatched = _spread(frame, on, targets, values[located], part, name=name, findings=findings)
    if through is not None:
        result = _void_incomplete(result, codes, part, through, on=on, findings=findings)
    totals: dict[str, float] = {}
    if "not_located" in part.options:
        for column in result:
            if column in COUNTS:
                # Codes of no area at all are other places, or an error that is reported; they are not the city's.
                parts = pd.concat([result[column], values.loc[codes.isin(lost), column]])
                totals[column] = float(parts.sum(skipna=False)) if not unmatched else float("nan")
    joined = frame.copy()
    for column in result:
        joined[column] = result[column].to_numpy()
    return Joined(joined, totals)


def _codes(rows: pd.DataFrame, part: Part, name: str, findings: Findings) -> pd.Series:
    """Return the key of each row, under the name that ``rename`` gives it."""
    codes = code_text(rows[find_column(rows, part.options["key"], where=f"{name}, key")])
    if codes.isna().any() or (codes == "").any():
        raise DataError(f"{name}: row {codes.index[codes.isna() | (codes == '')][0]} has no {part.options['key']}")
    rename: Mapping[str, str] = part.get("rename", {})
    unused = sorted(set(rename) - set(codes))
    if unused:
        findings.add(
            "warning", part.layer, f"{name}: rename names codes that the table lacks: {named(unused)}", len(unused)
        )
    return codes.map(lambda code: rename.get(code, code))


def _values(rows: pd.DataFrame, part: Part, fmt: TableFormat, name: str, findings: Findings) -> pd.DataFrame:
    layer = LAYERS[part.layer]
    columns: dict[str, Any] = {}
    for target, source in part.options["columns"].items():
        spec = layer.columns[target]
        if spec.kind in _NUMBERS:
            numbers = column_numbers(rows, source, spec, part, fmt, name=name, target=target)
            columns[target] = numbers.series
            if numbers.unknown:
                shown = source if isinstance(source, str) else target
                message = f"{name}, column {shown}: {numbers.unknown:,} values are unknown"
                findings.add("warning", part.layer, message, numbers.unknown)
        elif part.get("sum"):
            raise DataError(f"{part.table}: {target} is not a number, so it cannot be summed")
        else:
            columns[target] = code_text(rows[find_column(rows, source, where=f"{name}, columns.{target}")])
    return pd.DataFrame(columns, index=rows.index)


def _report_lost(codes: pd.Series, lost: set[str], part: Part, name: str, findings: Findings) -> None:
    absent = sorted(lost - set(codes))
    if absent:
        findings.add(
            "warning", part.layer, f"{name}: not_located names codes that the table lacks: {named(absent)}", len(absent)
        )
    count = int(codes.isin(lost).sum())
    if count:
        findings.add(
            "info", part.layer, f"{name}: {count:,} rows that cannot be located count in the city, in no area", count
        )


def _lead_through(codes: pd.Series, part: Part, through: pd.DataFrame, name: str, findings: Findings) -> pd.Series:
    spec: Mapping[str, str] = part.options["through"]
    key = find_column(through, spec["key"], where=f"{part.table}, through.key")
    to = find_column(through, spec["to"], where=f"{part.table}, through.to")
    steps = pd.Series(through[to].to_numpy(), index=through[key].to_numpy())
    if steps.index.has_duplicates:
        raise DataError(f"{part.table}: {key} of layer {spec['layer']} is not unique")
    nowhere = codes[~codes.isin(steps.index)]
    if len(nowhere):
        findings.add(
            "warning",
            part.layer,
            f"{name}: {len(nowhere):,} {NOT_THROUGH} {spec['layer']}: {_with_nearest(nowhere, steps.index)}",
            len(nowhere),
        )
    reached = codes.map(steps)
    return reached.where(reached.notna(), codes)


def _spread(
    frame: pd.DataFrame, on: str, targets: pd.Series, values: pd.DataFrame, part: Part, *, name: str, findings: Findings
) -> tuple[pd.DataFrame, int]:
    areas = code_text(frame[on])
    strangers = targets[~targets.isin(set(areas))]
    if len(strangers):
        _judge_match(targets, areas, part, on=on, name=name)
        findings.add(
            "warning",
            part.layer,
            f"{name}: {len(strangers):,} {NO_AREA}: {_with_nearest(strangers, areas)}",
            len(strangers),
        )
    without = areas[~areas.isin(set(targets))]
    zero = part.get("absent") == "zero"
    if len(without):
        how = "areas have no row in it, so 0, as the recipe says" if zero else NO_ROW
        findings.add(
            "info" if zero else "warning",
            part.layer,
            f"{name}: {len(without):,} {how}: {named(without)}",
            len(without),
        )
    grouped = values.groupby(targets.to_numpy())
    # An area of which one part is unknown is unknown.
    sums = grouped.agg(_strict_sum) if part.get("sum") else values.set_axis(targets.to_numpy())
    if not part.get("sum") and sums.index.has_duplicates:
        twice = sums.index[sums.index.duplicated()].unique()
        raise DataError(f"{name}: {len(twice):,} areas have several rows: {named(twice)}; say sum = true to add them")
    result = sums.reindex(areas)
    if zero:
        absent = ~areas.isin(set(targets)).to_numpy()
        numeric = [column for column in result if column in COUNTS]
        result.loc[absent, numeric] = 0.0
    return result, len(strangers)


def _judge_match(targets: pd.Series, areas: pd.Series, part: Part, *, on: str, name: str) -> None:
    """Raise `DataError` when most codes fit nowhere and most areas find no row: the table is written otherwise."""
    codes, known = set(targets[~targets.map(is_total).astype(bool)]), set(areas)
    fit = codes & known
    lost = sorted(codes - known)
    padded = max(map(len, known))
    hint = f"; did they lose their zeros? say pad = {{ {part.options['key']} = {padded} }}"
    hint = hint if any(code.zfill(padded) in known for code in lost) else ""
    folded = {code.casefold(): code for code in known}
    other = next((code for code in lost if code.casefold() in folded), None)
    if other is not None:
        hint += f'; some differ in capitals only: say rename = {{ "{other}" = "{folded[other.casefold()]}", ... }}'
    if not fit:
        column = f"; is {part.options['key']!r} the right column?"
        raise DataError(
            f"{name}: none of its codes ({named(lost or targets.unique(), 3)}) is an {on} of layer {part.layer}"
            f" ({named(areas, 3)}){hint or column}"
        )
    if max(len(fit) / len(codes), len(fit) / len(known)) < MATCHED_LEAST:
        raise DataError(
            f"{name}: {len(lost):,} of its {len(codes):,} codes are no {on} of layer {part.layer}, and"
            f" {len(known - fit):,} of {len(known):,} areas find no row: {_with_nearest(lost, known)}{hint};"
            ' mend the names with rename = { "old" = "new" }, or choose rows with where'
        )


def _judge_vintage(codes: pd.Series, known: pd.Series, part: Part, vintage: str, *, name: str) -> None:
    """Raise `DataError` when a table of another vintage does not have exactly the codes that it is held against.

    A division that was reformed keeps some codes for other ground: only where all of them are the same it is the same.
    """
    other = str(part.get("vintage", ""))
    if not other or not vintage or other == vintage:
        return
    ours, theirs = set(known), set(codes)
    fit = ours & theirs
    if fit == ours == theirs:
        return
    raise DataError(
        f"{name}: is of vintage {other}, and layer {part.layer} is held against codes of {vintage}: {len(fit):,} of"
        f" {len(ours):,} codes have a row in it, and {len(fit):,} of its {len(theirs):,} codes are known"
        f" (not, for instance, {named(sorted(ours ^ theirs), 3)}); take files of one vintage"
    )


def _with_nearest(codes: Collection[str], known: Collection[str]) -> str:
    """List codes, the first of them with the nearest that is known."""
    each = list(dict.fromkeys(codes))
    texts = [f"{code} (nearest: {near})" if (near := nearest(code, known)) else code for code in each[:NAMED]]
    return named(texts + each[NAMED:])


def _strict_sum(values: pd.Series) -> float:
    return float(values.sum(skipna=False))


def _void_incomplete(
    result: pd.DataFrame, codes: pd.Series, part: Part, through: pd.DataFrame, *, on: str, findings: Findings
) -> pd.DataFrame:
    """Make an area unknown of which a sector has no row in the table, unless the recipe says that absent means zero."""
    if part.get("absent") == "zero":
        return result
    spec: Mapping[str, str] = part.options["through"]
    missing = through[~code_text(through[spec["key"]]).isin(set(codes)) & through[spec["to"]].isin(set(result.index))]
    if missing.empty:
        return result
    areas = sorted(set(missing[spec["to"]]))
    findings.add(
        "warning",
        part.layer,
        f"{len(missing):,} rows of layer {spec['layer']} are not in the table ({named(missing[spec['key']])}),"
        f" so {on} {named(areas)} are unknown",
        len(missing),
    )
    numeric = [
        column for column in result if LAYERS[part.layer].columns[str(column)].kind in {"count", "number", "money"}
    ]
    result.loc[result.index.isin(areas), numeric] = float("nan")
    return result


def sum_table(table: pd.DataFrame, part: Part, fmt: TableFormat, *, name: str, findings: Findings) -> dict[str, float]:
    """Sum columns of a table over its rows into totals of the city; unknown when one of the rows is.

    Raises
    ------
    DataError
        As `to_numbers`, and when no row fits ``where`` or a value asked for in a list of ``where`` is absent.
    """
    rows = choose(table, part, name=name)
    for wanted, values in part.get("where", {}).items():
        codes = set(code_text(rows[find_column(rows, wanted, where=name)]))
        absent = [str(value) for value in (values if isinstance(values, list) else [values]) if str(value) not in codes]
        if absent:
            raise DataError(f"{part.table}: {name} has no row with {wanted} = {named(absent)}")
    numbers = {
        target: column_numbers(rows, source, COUNTS[target], part, fmt, name=name, target=target)
        for target, source in part.options["columns"].items()
    }
    summed = pd.DataFrame({target: column.series for target, column in numbers.items()}, index=rows.index)
    whole = pd.Series("", index=rows.index)
    kept = without_totals(rows, summed, whole, part, name=name, findings=findings)
    tell_years(rows[kept], whole[kept], part, name=name, findings=findings)
    summed = summed[kept]
    for target, source in part.options["columns"].items():
        unknown = int(summed[target].isna().sum())
        if unknown:
            shown = source if isinstance(source, str) else target
            findings.add(
                "warning",
                "boundary",
                f"{name}, column {shown}: {unknown:,} values are unknown, so {target} of the city is",
                unknown,
            )
    return {str(target): float(column.sum(skipna=False)) for target, column in summed.items()}
