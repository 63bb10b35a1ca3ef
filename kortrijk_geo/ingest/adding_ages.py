"""Tables of people by age, wide or long, per wijk or of the whole city: by which tables of a recipe they are read."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.adding_codes import join_blocks
from kortrijk_geo.ingest.aliases import ages_of, ages_that_tile, choose_column, choose_count, fold, load_aliases
from kortrijk_geo.ingest.report import named
from kortrijk_geo.ingest.starting_text import Block
from kortrijk_geo.ingest.tables import code_text
from kortrijk_geo.ingest.total_rows import is_total
from kortrijk_geo.pack.ages import BANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from kortrijk_geo.ingest.looking import Rows
    from kortrijk_geo.pack.city import City

Ages = tuple[float, float]
# A column that is called so, and of which this many values are ages, says of which age its row is.
_LEAST_AGES = 3
_OLDEST = 130
_NIS = re.compile(r"[1-9]\d{4}")


def age_blocks(rows: Rows, columns: Sequence[str], said: Mapping[str, str], city: City) -> list[Block]:
    """Return the tables that read people by age: joined to the areas, or summed to totals of the city.

    Parameters
    ----------
    rows
        The table: wide (a column for each age) or long (a row for each age).
    columns
        Ages of the pack.
    said
        Columns of the pack, and those of the table, as someone says.
    city
        The pack.

    Raises
    ------
    DataError
        When no age of the pack can be made of those of the table, a row stands twice, or as `join_blocks`.
    """
    age = _age_column(rows)
    if age is None:
        return _wide(rows, columns, said, city)
    people = _people_column(rows, age, columns, said)
    ages = {text: stated for text in code_text(rows.frame[age]).dropna().unique() if (stated := ages_in(text))}
    bands = {column: tiled for column in columns if (tiled := ages_that_tile(ages, column))}
    if not bands:
        _refuse(rows, ages)
    others = [column for column in rows.columns if column not in {age, people}]
    if not any(len(code_text(rows.frame[column]).dropna().unique()) > 1 for column in others):
        _refuse_other_city(rows, others, city)
        return _of_city(rows, age, people, bands, columns, ages)
    others_said = {column: source for column, source in said.items() if column not in columns}
    joined = join_blocks(rows, ["population"], {**others_said, "population": people}, city)
    return _by_area(rows, age, people, bands, columns, ages, joined)


def ages_in(text: str) -> Ages | None:
    """Return the first and last age that a cell names; None when it names none.

    Examples
    --------
    >>> ages_in("3"), ages_in("65-79"), ages_in("80+"), ages_in("80 jaar en ouder"), ages_in("Totaal")
    ((3, 3), (65, 79), (80, inf), (80, inf), None)
    """
    ages = ages_of(text) or ages_of(f"{text} jaar")
    return ages if ages and (ages[1] <= _OLDEST or ages[1] == math.inf) else None


def _age_column(rows: Rows) -> str | None:
    """Return the column of a long table that says of which age a row is."""
    for column in rows.columns:
        if choose_column([column], load_aliases().age_columns).taken is not None:
            texts = code_text(rows.frame[column]).dropna().unique()
            if sum(ages_in(text) is not None for text in texts) >= _LEAST_AGES:
                return column
    return None


def _people_column(rows: Rows, age: str, columns: Sequence[str], said: Mapping[str, str]) -> str:
    """Return the column of a long table with the numbers of people."""
    if mapped := [source for column, source in said.items() if column in {*columns, "population"}]:
        return mapped[0]
    others = [column for column in rows.columns if column != age]
    for words in (load_aliases().of_column("areas", "population"), load_aliases().people_columns):
        if isinstance(taken := choose_column(others, words).taken, str):
            return taken
    raise DataError(
        f"{rows.label}: no column is surely inwoners (population); name it with --map population=COLUMN"
        f" (found: {named(rows.columns, 30)})"
    )


def _wide(rows: Rows, columns: Sequence[str], said: Mapping[str, str], city: City) -> list[Block]:
    stated = {column: ages for column in rows.columns if (ages := ages_of(column)) is not None}
    words = load_aliases()
    fits = [
        column
        for column in columns
        if column in said or choose_count(rows.columns, words.of_column("areas", column), column).taken
    ]
    if not fits and stated:
        _refuse(rows, stated)
    blocks = _one_row_of_city(rows, fits, said, city) or join_blocks(rows, columns, said, city)
    for block in blocks:
        sources = block.keys["columns"]
        held = {column: source for column, source in sources.items() if _has_any(rows.frame, source)}
        if not held:
            raise DataError(f"{rows.label}: has no number in {named(sources.values())}; fill in one of its columns")
        block.keys["columns"] = held
    blocks[-1].about += _absent(columns, blocks[-1].keys["columns"], stated.values())
    return blocks


def _one_row_of_city(rows: Rows, fits: Sequence[str], said: Mapping[str, str], city: City) -> list[Block]:
    """Return the table that reads a row which says that it is of the whole city; none where it is not the only one."""
    cells = {fold(text) for column in rows.columns for text in code_text(rows.frame[column]).dropna()}
    if len(rows.frame) != 1 or rows.shape or not cells & {fold(city.name), city.info.nis_code} - {""}:
        return []
    if cells & {fold(name) for name in city.areas["name"]}:
        return []  # a wijk that is called as the city
    words = load_aliases()
    sources = {
        column: said.get(column) or choose_count(rows.columns, words.of_column("areas", column), column).taken
        for column in fits
    }
    written = {column: {"sum_of": list(own)} if isinstance(own, tuple) else own for column, own in sources.items()}
    keys = {"file": rows.file, **rows.keys, "columns": written, "without_totals": False}
    return [Block("study_area.tables", "areas", rows.label, keys, several=True)]


def _refuse_other_city(rows: Rows, columns: Sequence[str], city: City) -> None:
    """Refuse a table whose code of a municipality is that of another."""
    for column in columns:
        codes = set(code_text(rows.frame[column]).dropna())
        if (
            city.info.nis_code
            and codes != {city.info.nis_code}
            and all(_NIS.fullmatch(code) for code in codes)
            and codes
        ):
            raise DataError(
                f"{rows.label}: is of municipality {named(sorted(codes))} (column {column}), and the pack of"
                f" {city.info.nis_code}; take the table of this municipality"
            )


def _has_any(frame: pd.DataFrame, source: str | dict[str, list[str]]) -> bool:
    own = source["sum_of"] if isinstance(source, dict) else [source]
    return any(code_text(frame[column]).fillna("").ne("").any() for column in own)


def _of_city(
    rows: Rows, age: str, people: str, bands: Mapping[str, tuple[str, ...]], columns: Sequence[str],
    ages: Mapping[str, Ages],
) -> list[Block]:  # fmt: skip
    """Return the tables that add up the rows of each age to a total of the city."""
    texts = code_text(rows.frame[age])
    _refuse_twice(rows, texts[texts.isin(list(ages))])
    blocks = []
    for column, tiled in bands.items():
        keys = {"file": rows.file, **rows.keys, "columns": {column: people}, "where": {age: list(tiled)}}
        blocks.append(Block("study_area.tables", "areas", rows.label, keys | {"without_totals": False}, several=True))
    blocks[-1].about += _absent(columns, bands, ages.values())
    return blocks


def _by_area(
    rows: Rows, age: str, people: str, bands: Mapping[str, tuple[str, ...]], columns: Sequence[str],
    ages: Mapping[str, Ages], joined: Sequence[Block],
) -> list[Block]:  # fmt: skip
    """Return the tables that add up the rows of each age of an area; an area that lacks one of them is unknown."""
    key = joined[-1].keys["key"]
    texts, codes = code_text(rows.frame[age]), code_text(rows.frame[key]).fillna("")
    _refuse_twice(rows, (codes + ", " + texts)[texts.isin(list(ages))])
    each = list(dict.fromkeys(code for code in codes if code and not is_total(code)))
    blocks, remarks = [], []
    for column, tiled in bands.items():
        counts = codes[texts.isin(tiled)].value_counts()
        whole = [code for code in each if counts.get(code, 0) == len(tiled)]
        lacking = [code for code in each if code not in whole]
        if lacking:
            remarks.append(f"{column} is unknown of {named(lacking)}: rows of ages {_shown(BANDS[column])} are missing")
        if not whole:
            continue
        where = {age: list(tiled), **({key: whole} if len(whole) < codes.nunique() else {})}
        more = {"columns": {column: people}, "where": where, "sum": True, "without_totals": False}
        blocks += [replace(block, keys={**block.keys, **more}, about=[], open_=[], plain=[]) for block in joined]
    if not blocks:
        raise DataError(f"{rows.label}: no area has rows of all ages of {named(bands)}; {remarks[0]}")
    blocks[-1].about += [*remarks, *_absent(columns, bands, ages.values())]
    return sorted(blocks, key=lambda block: block.feeds == "areas")


def _refuse_twice(rows: Rows, keys: pd.Series) -> None:
    twice = keys[keys.duplicated()]
    if len(twice):
        raise DataError(
            f"{rows.label}: row {twice.index[0]} ({twice.iloc[0]}) stands there twice ({len(twice):,} such rows); keep"
            " one, or choose rows with --where"
        )


def _absent(columns: Sequence[str], held: Iterable[str], stated: Iterable[Ages]) -> list[str]:
    """Say which ages the table does not give, and which of its own do not fit."""
    remarks, own = [], list(stated)
    for column in (column for column in columns if column not in held):
        first, last = BANDS[column]
        near = [ages for ages in own if ages[0] <= last and ages[1] >= first]
        why = f"its ages {named(map(_shown, near))} do not fit" if near else "the table does not have it"
        remarks.append(f"{column} (ages {_shown(BANDS[column])}) is not read: {why}; it stays as the pack has it")
    return remarks


def _refuse(rows: Rows, ages: Mapping[str, Ages]) -> None:
    wanted = ", ".join(_shown(BANDS[column]) for column in BANDS if column != "children_0_2")
    raise DataError(
        f"{rows.label}: of its ages ({named(map(_shown, ages.values()), 12)}) none of {wanted} can be added up; ask for"
        " single years of age, or for exactly these ages"
    )


def _shown(ages: Ages) -> str:
    first, last = ages
    return f"{first:.0f}+" if last == math.inf else f"{first:.0f}" if first == last else f"{first:.0f}-{last:.0f}"
