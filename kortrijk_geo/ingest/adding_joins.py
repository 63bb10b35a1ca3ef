"""Counts of a table that are added to the areas of a pack: joined by code, or spread where only the city has them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.adding_checks import check_areas, check_table_total, tell_newer
from kortrijk_geo.ingest.adding_follow import OF_HOMES, followed, outdated
from kortrijk_geo.ingest.adding_rows import totals_in, unmatched_codes
from kortrijk_geo.ingest.joins import join_table, sum_table
from kortrijk_geo.ingest.numbers import column_numbers
from kortrijk_geo.ingest.shaping import choose
from kortrijk_geo.ingest.spreading import spread_totals
from kortrijk_geo.ingest.tables import code_text, find_column
from kortrijk_geo.pack.ages import check_ages
from kortrijk_geo.pack.files import LayerRecord
from kortrijk_geo.pack.layers import COUNTS, LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kortrijk_geo.ingest.adding_change import Change, Work
    from kortrijk_geo.ingest.adding_rows import Unmatched
    from kortrijk_geo.ingest.readers import Workshop
    from kortrijk_geo.ingest.recipe_parts import Part
    from kortrijk_geo.ingest.spreading import Estimates
    from kortrijk_geo.pack.city import City

# Of few rows one is the sum of the others by chance.
_LEAST_PARTS = 3
_ROUNDING = 0.5


def join_counts(change: Change, work: Work, city: City, shop: Workshop, judge: Callable[[Unmatched], None]) -> None:
    """Put the counts of a table in the areas, and what follows from them in the other layers.

    Raises
    ------
    DataError
        When too many rows have no area, rows are totals of others, or a count cannot be so.
    """
    totals: dict[str, float] = {}
    table_totals: dict[str, float] = {}
    estimates: Estimates = {}
    parts = _parts("areas", shop)
    if parts:
        _join(change, work, city, shop, judge, totals)
        for part in parts:
            table_totals |= {column: _total_of(part, column, shop) for column in part.options["columns"]}
        part = parts[0]
    else:
        part = shop.recipe.study_area.get("tables")[0]
        estimates = _spread(change, work, city, shop, totals)
    columns = [column for column in work.kind.counts if column in totals or column in table_totals]
    areas = change.frames["areas"]
    given = set(change.frames)
    for column in columns:
        check_areas(areas, column, shop.findings)
    check_ages(LAYERS["areas"], pd.DataFrame(areas.drop(columns="geometry")), f"{work.file}, layer areas")
    for column in columns:
        # One count after another: each finds the layers as the one before left them.
        layers = city.replace(**{name: frame for name, frame in change.frames.items() if name != "areas"})
        change.frames |= followed(
            layers, areas, column, totals, table_totals.get(column, np.nan), given, shop.findings
        )  # fmt: skip
        if column in OF_HOMES and "areas" in estimates:
            estimates.setdefault("homes", {})[OF_HOMES[column]] = estimates["areas"][column]
    tell_newer(str(part.get("reference_date", "")), city, "areas", shop.findings)
    said = said_by(part, work.file)
    for layer in change.frames:
        change.records[layer] = _record(layer, city.info.layers[layer], said, columns, estimates, shop)


def _record(
    layer: str, before: LayerRecord, said: LayerRecord, columns: list[str], estimates: Estimates, shop: Workshop
) -> LayerRecord:
    of_homes = {OF_HOMES.get(column, column) for column in columns} if layer == "homes" else set(columns)
    past = {outdated(column) for column in columns}
    held = tuple(note for note in before.notes if note not in past)
    notes = (*held, *(note for note in shop.findings.notes(layer) if note not in held))
    guessed = {name: how for name, how in before.estimates.items() if name not in of_homes}
    dates = {**before.dates, **dict.fromkeys(columns, said.reference_date)}
    return replace(
        together(before, said), notes=notes, estimates=guessed | estimates.get(layer, {}), dates=dates
    )  # fmt: skip


def _parts(layer: str, shop: Workshop) -> list[Part]:
    """Return the tables that are joined to a layer."""
    return [table for parent in shop.recipe.layers.get(layer, ()) for table in parent.options.get("tables", ())]


def _join(
    change: Change, work: Work, city: City, shop: Workshop, judge: Callable[[Unmatched], None],
    totals: dict[str, float],
) -> None:  # fmt: skip
    parts = _parts("areas", shop)
    part = parts[0]
    through = city.layer(part.options["through"]["layer"]) if "through" in part.options else None
    known = city.areas[part.get("on", "area_id")]
    if through is not None:
        known = through[part.options["through"]["key"]]
    change.unmatched = unmatched_codes(part, shop, known)
    for each in parts:
        _refuse_sum_of_others(change.unmatched, each, shop)
    judge(change.unmatched)
    for layer in ("subareas", "areas"):
        for table_part in _parts(layer, shop):
            table, fmt, name = shop.table(table_part)
            frame = change.frames[layer] if layer in change.frames else city.layer(layer)
            joined = join_table(
                frame.drop(columns=list(table_part.options["columns"]), errors="ignore"), table, table_part, fmt,
                name=name, findings=shop.findings, through=through if "through" in table_part.options else None,
            )  # fmt: skip
            change.frames[layer] = joined.frame
            if layer == "areas":
                totals |= joined.totals
    if renamed := part.get("rename", {}):
        codes = ", ".join(f"{old} = {new} ({name})" for old, new, name in _named(renamed, city))
        message = f"{work.file}: {len(renamed):,} wijk codes of before 2025 read as those of today: {codes}"
        shop.findings.add("warning", "areas", message, len(renamed))


def _spread(change: Change, work: Work, city: City, shop: Workshop, totals: dict[str, float]) -> Estimates:
    """Spread what a table says of the whole city over its areas, in proportion to their inhabitants."""
    for part in shop.recipe.study_area.get("tables"):
        table, fmt, name = shop.table(part)
        totals |= sum_table(table, part, fmt, name=name, findings=shop.findings)
    frames: dict[str, pd.DataFrame] = {
        name: city.layer(name).drop(columns=list(totals), errors="ignore")
        for name in ("areas", "subareas")
        if city.has(name)
    }
    estimates = spread_totals(
        dict.fromkeys(totals, "population"), frames, totals, table=work.file, findings=shop.findings
    )  # fmt: skip
    change.frames |= {name: frames[name] for name in estimates}
    return estimates


def _named(renamed: Mapping[str, str], city: City) -> list[tuple[str, str, str]]:
    names = dict(zip(city.areas["area_id"], city.areas["name"], strict=True))
    return [(old, new, names.get(new, "")) for old, new in renamed.items()]


def _refuse_sum_of_others(lost: Unmatched, part: Part, shop: Workshop) -> None:
    """Refuse a row of no area that is the sum of the rows of areas: a total under a code of its own."""
    if not lost.why:
        return
    raw, fmt, name = shop.table(part)
    rows = choose(raw, part, name=name)
    for column, source in part.options["columns"].items():
        numbers = column_numbers(rows, source, COUNTS[column], part, fmt, name=name, target=column).series
        parts = numbers[~totals_in(rows) & ~numbers.index.isin(list(lost.why))]
        total = float(parts.sum())
        for row in numbers.index.intersection(list(lost.why)):
            if len(parts) >= _LEAST_PARTS and total and abs(float(numbers[row]) - total) <= _ROUNDING:
                key = find_column(rows, part.options["key"], where=name)
                raise DataError(
                    f"{name}: row {row} ({code_text(rows[key])[row]}) is the total of the other rows, which would count"
                    " them twice; take it out, or call it Totaal"
                )


def _total_of(part: Part, column: str, shop: Workshop) -> float:
    """Return the total that a row of a table gives, which its other rows must add up to; NaN without one."""
    raw, fmt, name = shop.table(part)
    rows = choose(raw, part, name=name)
    totals = totals_in(rows)
    if totals.sum() != 1:
        return float("nan")
    source = part.options["columns"][column]
    numbers = column_numbers(rows, source, COUNTS[column], part, fmt, name=name, target=column).series
    total = float(numbers[totals].iloc[0])
    check_table_total(numbers[~totals], total, column, name=name)
    return total


def said_by(part: Any, file: str) -> LayerRecord:
    """Return what a table says of where it comes from, as the record of a layer."""
    return LayerRecord(
        source=str(part.get("source") or file), reference_date=str(part.get("reference_date", "")),
        licence=str(part.get("licence", "")), synthetic=bool(part.get("synthetic", False)),
        inventory=bool(part.get("inventory", False)),
    )  # fmt: skip


def together(before: LayerRecord, added: LayerRecord) -> LayerRecord:
    """Return the record of a layer that comes from two sources; it is as old as the oldest."""
    dated = f"{added.source} ({added.reference_date})" if added.reference_date else added.source
    sources = dict.fromkeys(filter(None, (*before.source.split("; "), dated)))
    dates = sorted(date for date in (before.reference_date, added.reference_date) if date)
    return replace(
        before, source="; ".join(sources), reference_date=dates[0] if dates else "",
        licence="; ".join(dict.fromkeys(filter(None, (*before.licence.split("; "), added.licence)))),
        synthetic=before.synthetic or added.synthetic,
    )  # fmt: skip
