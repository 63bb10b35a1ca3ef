"""Tables that are added to a pack by the codes or names of its wijken, or by the codes of its sectors."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.adding_rows import totals_in
from kortrijk_geo.ingest.aliases import fold, load_aliases
from kortrijk_geo.ingest.report import named
from kortrijk_geo.ingest.starting_columns import joined_columns, key_of
from kortrijk_geo.ingest.starting_text import Block
from kortrijk_geo.ingest.tables import code_text
from kortrijk_geo.pack.wijk_codes import current_codes_by_row, wijk_codes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.ingest.looking import Rows
    from kortrijk_geo.pack.city import City

# By which layers a code of a sector becomes one of a wijk: the layer, its key, and its column with the wijk.
_THROUGH = (("subareas", "subarea_id", "parent_id"), ("sectors", "sector_id", "area_id"))


def join_blocks(rows: Rows, columns: Sequence[str], said: Mapping[str, str], city: City) -> list[Block]:
    """Return the tables that join counts to the areas of a pack, and to its subareas where it is by sector.

    Parameters
    ----------
    rows
        The table.
    columns
        The counts; of several, those that the table has.
    said
        Columns of the pack, and those of the table, as someone says.
    city
        The pack.

    Raises
    ------
    DataError
        When no column has the codes or names of the areas or sectors, when an old code and the name beside it are two
        wijken, or when it is not clear which column is the count, of several any.
    """
    if rows.shape:
        raise DataError(f"{rows.label}: is a map, and a table with a row for each wijk is needed; save it as .xlsx")
    renamed, renames = _of_today(rows, city)
    key, on, layer = _key(renamed, said, city)
    _refuse_sectors_too(renamed, key, layer, city)
    _refuse_other_names(renamed, key, on, city)
    chosen = joined_columns(rows, "areas", key, said)
    sources = {column: chosen.keys["columns"][column] for column in columns if column in chosen.keys["columns"]}
    if not sources:
        dutch = load_aliases().of_column("areas", columns[0])[0]
        raise DataError(
            f"{rows.label}: no column is surely {dutch} ({columns[0]}); name it with --map {columns[0]}=COLUMN"
            f" (found: {named(rows.columns, 30)})"
        )
    keys = {"file": rows.file, **rows.keys, "key": key, **_set_apart(rows.frame, key), "columns": sources}
    if key in renames:
        keys["rename"] = renames[key]
    if layer == "areas":
        return [_block("areas", rows, keys | {"on": on})]
    through = next({"layer": name, "key": id_, "to": area} for name, id_, area in _THROUGH if name == layer)
    blocks = [_block("areas", rows, keys | {"sum": True, "through": through})]
    if layer == "subareas":
        blocks.insert(0, _block("subareas", rows, keys | {"on": on}))
    return blocks


def _block(layer: str, rows: Rows, keys: dict[str, Any]) -> Block:
    return Block(f"layers.{layer}.tables", layer, rows.label, keys, several=True)


def _of_today(rows: Rows, city: City) -> tuple[Rows, dict[str, dict[str, str]]]:
    """Return a table with the wijk codes of before 2025 written as those of today, and by column which those are."""
    known, areas = wijk_codes(), set(city.areas["area_id"])
    frame, renames = rows.frame.copy(), dict[str, dict[str, str]]()
    if not areas & set(known.names):
        return rows, renames
    for column in rows.columns:
        codes = code_text(frame[column])
        if codes.isin(known.current).any():
            taken = codes.notna() & (codes != "")
            today = current_codes_by_row(codes[taken], where=f"{rows.label}, column {column}")
            _refuse_both(codes[taken], today, f"{rows.label}, column {column}")
            frame.loc[today.index, column] = today
            renames[column] = {
                old: new for old, new in zip(codes[taken], today, strict=True) if old.strip().upper() in known.current
            }
    return replace(rows, frame=frame), renames


def _refuse_both(codes: pd.Series, today: pd.Series, where: str) -> None:
    for code in today[today.duplicated()].unique():
        forms = sorted(set(codes[today == code]))
        if len(forms) > 1:
            raise DataError(
                f"{where}: {' and '.join(forms)} are the same wijk, before and since 2025; keep one of them"
            )


def _key(rows: Rows, said: Mapping[str, str], city: City) -> tuple[str, str, str]:
    """Return the column of the table with codes or names, that of the layer, and the layer."""
    areas = city.areas
    for on in ("area_id", "name"):
        if on in said:
            return said[on], on, "areas"
    if "subarea_id" not in said:
        key, on = key_of(rows, {name: areas[name] for name in ("area_id", "name")})
        if key and _fit(rows, key, areas[on])[0]:
            return key, on, "areas"
    layers = [(name, id_) for name, id_, _ in _THROUGH if city.has(name)]
    for layer, id_ in layers:
        known = city.layer(layer)[id_]
        key = said.get("subarea_id") or key_of(rows, {id_: known})[0]
        if key and _fit(rows, key, known)[0]:
            return key, id_, layer
    targets = {"wijk": areas["area_id"], "name of a wijk": areas["name"]}
    if layers:
        targets["sector"] = pd.concat([city.layer(layer)[id_] for layer, id_ in layers])
    fits = {(column, what): _fit(rows, column, codes) for column in rows.columns for what, codes in targets.items()}
    (column, what), (fit, count) = max(fits.items(), key=lambda item: item[1][0] / max(item[1][1], 1))
    raise DataError(
        f"{rows.label}: no column has the codes or names of the wijken of {city.name}, nor the codes of its sectors;"
        f" best is {column}, of which {fit:,} of {count:,} values are a {what}; is it a file of another municipality or"
        " of another year? Name the column with --map area_id=COLUMN"
    )


def _fit(rows: Rows, column: str, known: pd.Series) -> tuple[int, int]:
    """Return how many different values of a column are known, and how many there are."""
    values = set(code_text(rows.frame[column]).dropna()) - {""}
    return len(values & set(code_text(known).dropna())), len(values)


def _refuse_sectors_too(rows: Rows, key: str, layer: str, city: City) -> None:
    """Refuse wijken and their sectors in one table: who adds those up counts everybody twice."""
    if layer != "areas":
        return
    codes = code_text(rows.frame[key]).dropna()
    nowhere = {fold(code) for code in (*wijk_codes().not_located, *load_aliases().total_keys)}
    for name, id_, _ in _THROUGH:
        if city.has(name):
            parts = codes[codes.isin(set(code_text(city.layer(name)[id_]))) & ~codes.map(fold).isin(nowhere)]
            if len(parts):
                raise DataError(
                    f"{rows.label}: has rows of wijken and of sectors ({named(parts)}), which would count the same"
                    " twice; keep one of the two"
                )


def _refuse_other_names(rows: Rows, key: str, on: str, city: City) -> None:
    """Refuse a code beside the name of another area: one of them is wrong, or of another year."""
    if on != "area_id":
        return
    names = dict(zip(city.areas["area_id"], city.areas["name"], strict=True))
    known = {fold(name) for name in names.values()}
    codes = code_text(rows.frame[key])
    for column in rows.columns:
        texts = code_text(rows.frame[column])
        for row in rows.frame.index:
            code, text = codes[row], texts[row]
            if code in names and text and fold(text) in known and fold(text) != fold(names[code]):
                raise DataError(
                    f"{rows.label}: row {row} has the code {code}, which is {names[code]}, and the name {text}; are"
                    " they of another year? Correct one of them"
                )


def _set_apart(frame: pd.DataFrame, key: str) -> dict[str, Any]:
    """Return the keys for rows that are totals, and for those that are of no area at all."""
    codes = set(code_text(frame[key]).dropna()) - {""}
    nowhere = {*wijk_codes().not_located, *load_aliases().total_keys}
    lost = sorted(code for code in codes if code in nowhere or fold(code) in map(fold, nowhere))
    return {"not_located": lost, **({"without_totals": True} if totals_in(frame).any() else {})}
