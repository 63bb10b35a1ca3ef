"""Trend: the gaps of several years side by side, from one pack per year, as a table, a chart and a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from kortrijk_geo.childcare.columns import RESTS
from kortrijk_geo.childcare.gaps import find_gaps
from kortrijk_geo.childcare.notes import break_note
from kortrijk_geo.childcare.privacy import without_few
from kortrijk_geo.childcare.rules import load_norms
from kortrijk_geo.errors import OptionError
from kortrijk_geo.files import write_workbook
from kortrijk_geo.pack.gate import rows_through_gate
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kortrijk_geo.capacity.network import Level
    from kortrijk_geo.pack.city import City

CITY = "city"
_FIGURES = ("children_0_2", "places", "places_per_100_children", "shortage_places", "below_norm", "status")
_BREAK = {
    "first_year": "van",
    "last_year": "tot en met",
    "places_too_many": "plaatsen te veel geteld",
    "kind": "soort opvang",
    "text": "uitleg",
    "source": "bron",
}


@dataclass(frozen=True)
class Trend:
    """Gaps over the years.

    Parameters
    ----------
    table
        One row per year and area, the city first (``area_id`` "city"): ``year``, ``area_id``, ``name``, the figures of
        `find_gaps`, and ``series_break`` (the year lies in a break of the source's series).
    chart
        The same for drawing, as plain values: ``years``, ``norms``, ``series`` (id, name, one value per year, None is
        unknown), ``break`` (the `SeriesBreak` of the norms; None when no year lies in it) and ``notes``.
    notes
        Dutch remarks: the break of the series, then those of every year.
    """

    table: pd.DataFrame
    chart: dict[str, Any]
    notes: list[str]


def compare_years(
    packs: Iterable[tuple[int, City]],
    *,
    level: Level = "areas",
    norm: float | str | None = None,
    reference_norm: float | str | None = None,
    norms: str | Path | None = None,
) -> Trend:
    """Compare several years.

    Parameters
    ----------
    packs
        Year and pack, in any order. Areas are matched by id; an area that a year lacks is unknown there.
    level, norm, reference_norm, norms
        See `kortrijk_geo.childcare.gaps.find_gaps`.

    Raises
    ------
    OptionError
        When there is no pack, or a year is given twice.
    """
    ordered = sorted(packs, key=lambda pair: pair[0])
    years = [year for year, _ in ordered]
    if not years:
        raise OptionError("a trend needs at least one pack with its year")
    if len(set(years)) < len(years):
        raise OptionError(f"a trend needs each year once, found {', '.join(map(str, years))}")
    rules = load_norms(norms)
    broken = rules.series_break
    rows, notes = [], []
    for year, city in ordered:
        gaps = find_gaps(city, level=level, norm=norm, reference_norm=reference_norm, norms=norms)
        whole = {"area_id": CITY, "name": city.name, **{key: gaps.city[key] for key in _FIGURES}}
        public, hidden = without_few(gaps.areas, rules.small.children)  # a trend is made to be published
        areas = pd.DataFrame(public.drop(columns="geometry")).reset_index()[["area_id", "name", *_FIGURES]]
        of_year = pd.concat([pd.DataFrame([whole]).astype({"below_norm": "boolean"}), areas], ignore_index=True)
        of_year, differing = rows_through_gate(of_year, city, RESTS, level=level, whole=CITY)
        of_year.insert(0, "year", year)
        of_year["series_break"] = broken.covers(year)
        rows.append(of_year)
        notes += [f"{year}: {note}" for note in (*city.proof.sentences, *differing, *gaps.notes, *hidden)]
    table = pd.concat(rows, ignore_index=True)
    if table["series_break"].any():
        notes.insert(0, break_note(broken))
    chart = {
        "years": years,
        "norms": [
            {"label": held.label, "value": held.places_per_100_children}
            for held in (rules.find(norm), rules.find(reference_norm, reference=True))
        ],
        "series": [_series(area, part, years) for area, part in table.groupby("area_id", sort=False)],
        "break": broken.model_dump() if table["series_break"].any() else None,
        "notes": notes,
    }
    return Trend(table, chart, notes)


def _series(area: object, part: pd.DataFrame, years: list[int]) -> dict[str, Any]:
    values = part.set_index("year")["places_per_100_children"].reindex(years)
    return {"id": str(area), "name": str(part["name"].iloc[-1]), "values": [plain(value) for value in values]}


def write_trend(trend: Trend, path: str | Path) -> None:
    """Write a trend to a workbook, whole or not at all.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    chart = trend.chart
    lines = pd.DataFrame({"jaar": chart["years"]}, dtype="object")
    for series in chart["series"]:
        name = series["name"] if series["name"] not in lines.columns else f"{series['name']} ({series['id']})"
        lines[name] = pd.Series(series["values"], dtype="object")
    for norm in chart["norms"]:
        lines[norm["label"]] = norm["value"]
    sheets = {
        "Trend": lines,
        "Cijfers": trend.table.astype("object").where(trend.table.notna(), None),
        "Opmerkingen": pd.DataFrame({"opmerking": trend.notes}),
    }
    if chart["break"] is not None:
        sheets["Reeksbreuk"] = pd.DataFrame([chart["break"]], dtype="object").rename(columns=_BREAK)
    write_workbook(path, sheets, lines="Trend")
