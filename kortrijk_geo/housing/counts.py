"""The counts that the theme rests on, per area and for the city, and every disagreement between them, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.housing.density import contradictory
from kortrijk_geo.pack.wijk_codes import changed_parents, current_codes, wijk_codes
from kortrijk_geo.text.dutch import count_text, names_text

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City

Level = Literal["areas", "subareas", "districts"]
KEYS: dict[str, str] = {"areas": "area_id", "subareas": "subarea_id", "districts": "district_id"}
COLUMNS = ("social_dwellings", "households_private")

WHAT = {"social_dwellings": "sociale huurwoningen", "households_private": "private huishoudens"}
WHERE = {"areas": "wijken", "subareas": "statistische sectoren", "districts": "deelgemeenten"}


@dataclass(frozen=True)
class Counts:
    """Social dwellings and private households.

    Parameters
    ----------
    level
        Layer of the areas.
    frame
        Index ``area_id``; ``name``, ``social_dwellings``, ``households_private`` (NaN is unknown), ``geometry``.
    city
        The same two for the whole study area, people who cannot be located included.
    area_m2
        Surface of each area: of a sector the official one where the pack gives it, else that of its polygon.
    notes
        Dutch remarks.
    """

    level: str
    frame: gpd.GeoDataFrame
    city: dict[str, float]
    area_m2: np.ndarray
    notes: list[str]

    @property
    def contradicting(self) -> pd.Series:
        """Whether the counts of each area contradict each other; False where one of them is unknown."""
        wrong = contradictory(*(self.frame[column].to_numpy() for column in COLUMNS))
        return pd.Series(wrong, index=self.frame.index)

    @property
    def city_believed(self) -> dict[str, float]:
        """The counts of the city without the areas whose counts contradict each other."""
        wrong = self.frame[self.contradicting]
        return {column: self.city[column] - float(wrong[column].sum()) for column in COLUMNS}


def check_level(level: str) -> None:
    """Raise `OptionError` when no layer of areas is called so."""
    if level not in KEYS:
        raise OptionError.of_choice("level", level, KEYS)


def read_counts(city: City, *, level: Level = "areas", table: pd.DataFrame | None = None) -> Counts:
    """Read the counts of a level.

    Parameters
    ----------
    city
        A pack with the layer of ``level``. What that layer does not know is added up from the pack's statistical
        sectors, where all sectors of an area are known.
    level
        ``areas`` (Kortrijk: wijken), ``subareas`` (statistical sectors) or ``districts`` (deelgemeenten).
    table
        Counts that take the place of the pack's: ``area_id`` and one or both of ``social_dwellings`` and
        ``households_private``. Old wijk codes of Kortrijk are understood; rows of people who cannot be located count in
        the city only; an area without a row is unknown.

    Raises
    ------
    MissingLayerError
        When the pack lacks the layer.
    DataError
        When the city counts more social dwellings than households, or the table cannot be used.
    OptionError
        When there is no such level.
    """
    check_level(level)
    city.require(level, theme="Social housing")
    layer = city.layer(level)
    notes: list[str] = []
    frame = gpd.GeoDataFrame(
        {"name": layer["name"].to_numpy()}, index=pd.Index(layer[KEYS[level]], name="area_id"),
        geometry=layer.geometry.to_numpy(), crs=layer.crs,
    )  # fmt: skip
    whole: dict[str, float] = {}
    from_table = _given(table, frame.index, notes) if table is not None else {}
    for column in COLUMNS:
        if column in from_table:
            values, whole[column] = from_table[column]
        else:
            values, summed = _from_pack(city, level, column)
            whole[column] = _boundary(city, column)
            if summed:
                notes.append(f"De {WHAT[column]} per {WHERE[level]} zijn opgeteld uit de statistische sectoren.")
        frame.insert(len(frame.columns) - 1, column, values)
        notes += _against_city(values, whole, column, level)
    notes += [*_contradictions(frame, level), *_unknown(frame, level), *_against_sectors(city, from_table)]
    if contradictory(*(np.array([whole[column]]) for column in COLUMNS))[0]:
        raise DataError(
            f"{city.folder}: the city counts {whole['social_dwellings']:g} social dwellings and"
            f" {whole['households_private']:g} private households; each is let to a household, so one of them is wrong"
        )
    return Counts(level, frame, whole, _area_m2(city, level), notes)


def _area_m2(city: City, level: Level) -> np.ndarray:
    layer = city.layer(level)
    drawn: np.ndarray = layer.geometry.area.to_numpy(dtype="float64")
    if level != "subareas" or "official_area_ha" not in layer.columns:
        return drawn
    official: np.ndarray = layer["official_area_ha"].to_numpy(dtype="float64") * 10_000
    return np.where(official > 0, official, drawn)


def _boundary(city: City, column: str) -> float:
    return float(city.boundary[column].iloc[0]) if column in city.boundary.columns else math.nan


def _from_pack(city: City, level: Level, column: str) -> tuple[np.ndarray, bool]:
    layer = city.layer(level)
    if column in layer.columns and layer[column].notna().any():
        return layer[column].to_numpy(dtype="float64"), False
    for parts, key in _parts(city, level):
        if column in parts.columns and parts[column].notna().any() and key in parts.columns:
            sums = parts.groupby(key)[column].agg(lambda values: values.sum(skipna=False))
            return sums.reindex(layer[KEYS[level]]).to_numpy(dtype="float64"), True
    return np.full(len(layer), np.nan), False


def _parts(city: City, level: Level) -> list[tuple[pd.DataFrame, str]]:
    """Layers of sectors with the column that says to which area of the level a sector belongs."""
    keys = {"areas": ("parent_id", "area_id"), "districts": ("district_id", "district_id")}.get(level)
    if keys is None:
        return []
    return [(city.layer(name), key) for name, key in zip(("subareas", "sectors"), keys, strict=True) if city.has(name)]


def _given(table: pd.DataFrame, ids: pd.Index, notes: list[str]) -> dict[str, tuple[np.ndarray, float]]:
    columns = [column for column in COLUMNS if column in table.columns]
    if "area_id" not in table.columns or not columns:
        raise DataError(f"table of counts: needs a column area_id and one of {', '.join(COLUMNS)}")
    codes = current_codes(table["area_id"], where="table of counts, column area_id")
    twice = codes[codes.duplicated()]
    if len(twice):
        raise DataError(f"table of counts: area {twice.iloc[0]} stands there twice")
    lost = codes.isin(wijk_codes().not_located)
    strangers = codes[~codes.isin(ids) & ~lost]
    if not codes.isin(ids).any():
        raise DataError(
            f"table of counts: none of its codes ({', '.join(codes[:3])}) is an area of the pack ({', '.join(ids[:3])})"
        )
    if len(strangers):
        notes.append(
            f"{len(strangers)} rijen van de opgegeven tabel horen bij geen gebied en tellen niet mee:"
            f" {names_text(list(strangers))}; het totaal van de stad is daarom onbekend."
        )
    supplied = {}
    for column in columns:
        values = pd.to_numeric(table[column], errors="coerce")
        wrong = (values.isna() & table[column].notna()) | (values < 0)
        if wrong.any():
            raise DataError(
                f"table of counts, column {column}: {table.loc[wrong, column].iloc[0]} of area"
                f" {codes[wrong].iloc[0]} is not a number from 0; leave an unknown count empty"
            )
        by_code = pd.Series(values.to_numpy(dtype="float64"), index=codes.to_numpy())
        in_city = by_code[by_code.index.isin(ids) | by_code.index.isin(wijk_codes().not_located)]
        all_there = not len(strangers) and ids.isin(by_code.index).all()
        total = float(in_city.sum(skipna=False)) if all_there else math.nan
        supplied[column] = by_code.reindex(ids).to_numpy(), total
    return supplied


def _against_city(values: np.ndarray, whole: dict[str, float], column: str, level: Level) -> list[str]:
    """Fill in the city's total where only the parts know it; report where total and parts disagree."""
    in_areas, total, unknown = float(np.nansum(values)), whole[column], int(np.isnan(values).sum())
    if math.isnan(total):
        whole[column] = math.nan if unknown else in_areas
        return []
    what, where = WHAT[column], WHERE[level]
    gap = total - in_areas
    if abs(gap) < 0.5:
        return []
    both = f"De stad telt {count_text(total)} {what}, de gebieden ({where}) samen {count_text(in_areas)}"
    if gap < 0:
        return [f"{both}: de delen zijn meer dan het geheel. Het cijfer van de stad is gebruikt; controleer de bron."]
    if unknown:
        return [
            f"{both}: de overige {count_text(gap)} liggen in {unknown} gebieden met een onbekend aantal, of nergens."
        ]
    return [f"{both}: {count_text(gap)} zijn aan geen gebied toegewezen en tellen enkel in de stad."]


def _contradictions(frame: gpd.GeoDataFrame, level: Level) -> list[str]:
    wrong = frame[contradictory(frame["social_dwellings"].to_numpy(), frame["households_private"].to_numpy())]
    if wrong.empty:
        return []
    texts = [
        f"{name} ({count_text(social)} woningen, {count_text(households)} huishoudens)"
        for name, social, households in zip(wrong["name"], *(wrong[column] for column in COLUMNS), strict=True)
    ]
    sentence = "Meer verhuurde sociale woningen dan huishoudens kan niet; de dichtheid is daar onbekend"
    return [f"{sentence} ({WHERE[level]}): {names_text(texts)}."]


def _unknown(frame: gpd.GeoDataFrame, level: Level) -> list[str]:
    notes = []
    for column in COLUMNS:
        missing = frame.loc[frame[column].isna(), "name"]
        if len(missing):
            notes.append(
                f"Aantal {WHAT[column]} onbekend ({WHERE[level]}, {len(missing)} van {len(frame)}):"
                f" {names_text(list(missing))}. Onbekend is niet nul."
            )
    empty = frame.loc[frame["households_private"] == 0, "name"]
    if len(empty):
        notes.append(f"Zonder private huishoudens, dus zonder dichtheid ({WHERE[level]}): {names_text(list(empty))}.")
    return notes


def _against_sectors(city: City, from_table: dict[str, Any]) -> list[str]:
    """Report areas whose count is not the sum of their sectors, and sectors of which two layers name another area."""
    notes = []
    areas = city.areas.set_index("area_id") if city.has("areas") else pd.DataFrame()
    for parts, key in _parts(city, "areas"):
        for column in COLUMNS:
            if column in from_table or not {column, key} <= set(parts.columns) or column not in areas.columns:
                continue
            sums = parts.groupby(key)[column].agg(lambda values: values.sum(skipna=False)).reindex(areas.index)
            differs = (sums - areas[column]).abs() > 0.5
            texts = [
                f"{name} (wijk {count_text(own)}, sectoren {count_text(summed)})"
                for name, own, summed in zip(areas["name"][differs], areas[column][differs], sums[differs], strict=True)
            ]
            if texts:
                notes.append(
                    f"Het aantal {WHAT[column]} van deze gebieden is niet de som van hun sectoren: {names_text(texts)}."
                )
    return list(dict.fromkeys([*notes, *_moved(city)]))


def _moved(city: City) -> list[str]:
    if not city.has("subareas", "sectors") or "area_id" not in city.layer("sectors").columns:
        return []
    ours = city.layer("subareas").rename(columns={"subarea_id": "sector_id", "parent_id": "area_id"})
    theirs = city.layer("sectors")
    moved = changed_parents(theirs[["sector_id", "area_id"]], pd.DataFrame(ours[["sector_id", "area_id"]]))
    if moved.empty:
        return []
    texts = [f"{row.sector_id} ({row.before} werd {row.after})" for row in moved.itertuples()]
    sentence = f"{count_text(len(moved))} sectoren horen in de lijst van sectoren bij een ander gebied dan op de kaart"
    return [f"{sentence}; de kaart is gebruikt: {names_text(texts)}. Vergelijk hun gebieden niet met oudere cijfers."]
