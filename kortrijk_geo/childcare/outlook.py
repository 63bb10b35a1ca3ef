"""Outlook: the places that each area needs in coming years, with and without the places that are planned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.capacity.network import KEYS, Level
from kortrijk_geo.childcare.columns import PLANS, outlook_columns, outlook_rests
from kortrijk_geo.childcare.gaps import Gaps, find_gaps
from kortrijk_geo.childcare.notes import WHOSE_FORECAST, outlook_notes, planned_notes, target_notes
from kortrijk_geo.childcare.privacy import TELLING, hidden_areas
from kortrijk_geo.childcare.rules import Forecast, Planned, Scenario, forecast, load_norms
from kortrijk_geo.engine.rates import area_of, by_day, existing_on, places_by_area, rate, shortage
from kortrijk_geo.errors import DataError, MissingFileError, OptionError
from kortrijk_geo.pack.gate import rows_through_gate
from kortrijk_geo.results import Figure
from kortrijk_geo.rules import read_rules
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from kortrijk_geo.childcare.analysis import ChildcareResult
    from kortrijk_geo.pack.city import City

Floats = npt.NDArray[np.float64]
CITY = "city"
YEARS = (2030, 2040)


@dataclass(frozen=True)
class Outlook:
    """What the coming years need.

    Parameters
    ----------
    table
        One row per year and area, the city first (``area_id`` "city"), the base year included: ``year``, ``area_id``,
        ``name``, ``children_0_2``, ``places`` (existing on 31 December), ``places_decided``, ``places_under_study``,
        ``places_needed`` (for the norm, whole places), ``places_per_100_children``, and the places still short
        ``shortage_places`` (nothing planned), ``shortage_places_decided`` (with what is decided) and
        ``shortage_places_all`` (with what is under study too). The city's shortage is that of the city as a whole;
        ``shortage_places_areas`` in its row is the sum over its areas.
    base_year, years
        The year of the count and the years asked for.
    assumptions
        Dutch sentences: everything the figures rest on.
    targets
        Per target of the city: ``year``, ``target_extra_places``, ``needed_extra_places`` (for the norm, by this
        forecast, since the base year), ``source``.
    hidden
        Areas with so few children that what tells their number is not published; see `hidden_areas`.
    """

    table: pd.DataFrame
    base_year: int
    years: tuple[int, ...]
    assumptions: list[str]
    targets: list[dict[str, Any]]
    hidden: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return everything that may be published as plain values; unknown is None."""
        telling = [column for column in self.table.columns if column.startswith(TELLING)]
        public = self.table.astype(dict.fromkeys(telling, "float64"))
        public.loc[public["area_id"].isin(self.hidden), telling] = np.nan
        rows = public.to_dict("records")
        return {
            "base_year": self.base_year,
            "years": list(self.years),
            "rows": [{str(key): plain(value) for key, value in row.items()} for row in rows],
            "targets": [dict(target) for target in self.targets],
            "assumptions": list(self.assumptions),
        }


def find_scenario(name: str | None, forecast_file: str | Path | None = None) -> tuple[Forecast, Scenario]:
    """Return a forecast and the scenario of it that a caller means; errors as `look_ahead`."""
    known = forecast() if forecast_file is None else read_rules(Forecast, forecast_file)
    return known, known.scenario(name)


def look_ahead(
    city: City,
    *,
    years: Sequence[int] = YEARS,
    level: Level = "areas",
    norm: float | str | None = None,
    norms: str | Path | None = None,
    scenario: str | None = None,
    forecast_file: str | Path | None = None,
    new_dwellings: Mapping[str, float] | str | Path | None = None,
) -> Outlook:
    """Look ahead: children by the municipal forecast, places by their opening and closing dates, what is then short.

    Parameters
    ----------
    city
        A pack with layers ``childcare`` and ``areas`` (and the one of ``level``). Rows of ``childcare`` with the
        standing ``decided`` or ``under study`` are the planned places.
    years
        Years of which 31 December is asked for.
    level, norm, norms
        See `kortrijk_geo.childcare.gaps.find_gaps`.
    scenario
        Id of a scenario of the forecast; None for its first.
    forecast_file
        A file in the form of the package's ``forecast.toml``; None for that file.
    new_dwellings
        New dwellings per area id until the last year of the forecast (or a CSV with columns ``area_id`` and
        ``new_dwellings``): the city's extra children are spread in proportion to them. None spreads them in proportion
        to the children of today.

    Raises
    ------
    OptionError
        When a year is not covered, or a dwelling count cannot be used.
    DataError
        When the pack has no reference date.
    """
    known, chosen = find_scenario(scenario, forecast_file)
    whose = known.nis_code
    if whose and city.info.nis_code not in {"", whose}:
        raise OptionError(
            f"no forecast is known for {city.name} ({city.info.nis_code}): give forecast_file, a file"
            " in the form of forecast.toml"
        )
    counted = find_gaps(city, level=level, norm=norm, norms=norms)
    if counted.on is None:
        raise DataError(f"{city.folder}: has no reference date, so no year to start from; name it in the recipe")
    base = counted.on.year
    asked = tuple(sorted({int(year) for year in years}))
    if not asked or asked[0] <= base:
        raise OptionError(f"years is {list(years)}, must be one or more years after {base}, the year of the count")
    dwellings = new_dwellings_by_area(new_dwellings, counted.areas.index) if new_dwellings is not None else None
    planned = _planned(city, counted, known.planned)
    parts = [_year(city, counted, planned, base, 1.0, dwellings)]
    parts += [_year(city, counted, planned, year, chosen.growth(base, year), dwellings) for year in asked]
    parts[0], differing = rows_through_gate(parts[0], city, outlook_rests(spread=False), level=level, whole=CITY)
    ahead = outlook_rests(spread=dwellings is not None)
    ahead["children_0_2"] = ahead["places_needed"]  # Those of today are the pack's own count, those ahead rest on it.
    parts[1:] = [rows_through_gate(part, city, ahead, level=level, whole=CITY)[0] for part in parts[1:]]
    table = pd.concat(parts, ignore_index=True)
    whole = table[table["area_id"] == CITY].set_index("year")
    needed, places = whole["places_needed"], whole["places"]
    targets = [
        {
            "year": target.year,
            "target_extra_places": target.extra_places,
            "needed_extra_places": plain(float(needed[target.year]) - float(places[base])),
            "source": target.source,
        }
        for target in known.targets
        if target.year in needed.index
    ]
    assumptions = [
        *differing,
        *outlook_notes(counted.norm, chosen, base, asked, by_dwellings=dwellings is not None),
        *([] if whose in {"", city.info.nis_code} else [WHOSE_FORECAST]),
        *planned_notes(planned),
        *target_notes(targets),
    ]
    hidden = counted.areas.index[hidden_areas(counted.areas, load_norms(norms).small.children)]
    return Outlook(table, base, asked, assumptions, targets, tuple(map(str, hidden)))


def with_outlook(result: ChildcareResult, ahead: Outlook) -> ChildcareResult:
    """Return a result of `analyse` with the outlook in its areas, city, headlines, columns and notes.

    Columns per year: ``children_0_2_<year>``, ``places_needed_<year>``, ``shortage_places_<year>`` (nothing planned),
    ``shortage_places_decided_<year>`` and ``shortage_places_all_<year>``.
    """
    areas, whole, added, figures = result.areas.copy(), dict(result.city), [], []
    for year in ahead.years:
        rows = ahead.table[ahead.table["year"] == year].set_index("area_id")
        for column in outlook_columns(year):
            values = rows[column.name.removesuffix(f"_{year}")]
            areas.insert(len(areas.columns) - 1, column.name, values.reindex(areas.index))
            whole[column.name] = values[CITY]
            added.append(column)
        short = plain(rows.loc[CITY, "shortage_places"])
        figures.append(
            Figure(f"shortage_places_{year}", f"Plaatsen nog nodig tegen {year}, stad als geheel", short, "plaatsen")
        )
    return replace(
        result,
        areas=areas,
        city=whole,
        columns=[*result.columns, *added],
        headlines=[*result.headlines, *figures],
        notes=list(dict.fromkeys([*result.notes, *ahead.assumptions])),
        options={**result.options, "outlook_years": list(ahead.years), "outlook_base_year": ahead.base_year},
    )


def _year(
    city: City, counted: Gaps, planned: gpd.GeoDataFrame, year: int, growth: float, dwellings: pd.Series | None
) -> pd.DataFrame:
    key = KEYS[counted.level]
    day = counted.on if counted.on is not None and counted.on.year == year else dt.date(year, 12, 31)
    layer = city.layer(counted.level)
    existing = counted.locations[["kind", "places", "opens", "closes", "standing", "geometry"]]
    areas, city_children = counted.areas["children_0_2"], counted.city["children_0_2"]
    children = spread_growth(areas, city_children, growth, dwellings)
    there = places_by_area(existing, layer, on=day, key=key)["places"].to_numpy()
    inside = existing[_inside(city, counted)]
    now = inside[existing_on(inside, day)]
    due = planned[by_day(planned["opens"], day)]
    frame = pd.DataFrame(
        {
            "year": year,
            "area_id": [CITY, *areas.index],
            "name": [city.name, *counted.areas["name"]],
            "children_0_2": [city_children * growth, *children],
            "places": [now["places"].sum(skipna=False), *there],
        }
    )
    for standing in ("decided", "under study"):
        rows = due[due["standing"] == standing]
        per_area = rows.groupby("area")["places"].agg(lambda values: values.sum(skipna=False))
        column = f"places_{standing.replace(' ', '_')}"
        frame[column] = [rows["places"].sum(skipna=False), *per_area.reindex(areas.index, fill_value=0.0)]
    norm = counted.norm.places_per_100_children
    frame["places_needed"] = shortage(np.zeros(len(frame)), frame["children_0_2"], norm)
    frame["places_per_100_children"] = rate(frame["places"], frame["children_0_2"])
    decided, studied = frame["places_decided"], frame["places_under_study"]
    extras: tuple[pd.Series | float, ...] = (0.0, decided, decided + studied)
    for plan, extra in zip(PLANS, extras, strict=True):
        frame[f"shortage_places{plan}"] = shortage(frame["places"].add(extra), frame["children_0_2"], norm)
    frame["shortage_places_areas"] = np.nan
    frame.loc[0, "shortage_places_areas"] = frame["shortage_places"].iloc[1:].sum(skipna=False)
    return frame


def _inside(city: City, counted: Gaps) -> pd.Series:
    boundary = city.boundary.assign(area_id=CITY)[["area_id", "geometry"]]
    inside: pd.Series = counted.locations["area_id"].notna() | area_of(counted.locations, boundary).notna()
    return inside


def _planned(city: City, counted: Gaps, of_forecast: Sequence[Planned]) -> pd.DataFrame:
    """Planned places inside the study area: those of the pack, then those of the forecast file it does not know."""
    rows = counted.locations[counted.locations["standing"].isin(("decided", "under study")) & _inside(city, counted)]
    known = pd.DataFrame(
        {
            "name": rows["name"],
            "places": rows["places"],
            "standing": rows["standing"],
            "opens": rows["opens"].astype("str").where(rows["opens"].notna(), None),
            "area": area_of(rows, city.layer(counted.level), key=KEYS[counted.level]),
        }
    )
    names = counted.locations["name"].fillna("").str.casefold()
    new = [plan for plan in of_forecast if not names.str.contains(plan.match, regex=False).any()]
    extra = pd.DataFrame(
        {
            "name": [plan.name for plan in new],
            "places": [float(plan.places) for plan in new],
            "standing": [plan.standing for plan in new],
            "opens": [plan.opens.isoformat() if plan.opens else None for plan in new],
            "area": [plan.area_id for plan in new],
        }
    )
    together = pd.concat([part for part in (known, extra) if len(part)] or [known], ignore_index=True)
    together["opens"] = together["opens"].astype("str").where(together["opens"].notna(), None)
    return together


def spread_growth(children: pd.Series, city_children: float, growth: float, dwellings: pd.Series | None) -> Floats:
    """Children per area when the city's children grow by a factor.

    Parameters
    ----------
    children
        Children per area now; NaN is unknown and stays so.
    city_children
        Children of the city now, those who cannot be located included.
    growth
        Ratio of the city's children then to now.
    dwellings
        New dwellings per area, same index: the extra children go where they come. None: every area grows alike.

    Returns
    -------
    numpy.ndarray
        Per area. Without ``dwellings`` each area grows by the factor; with them the sum over the areas grows by the
        growth of the city, as children who cannot be located live somewhere too.
    """
    now = children.to_numpy(dtype="float64")
    if dwellings is None or growth == 1:
        return now * growth
    share = dwellings.to_numpy(dtype="float64") / float(dwellings.sum())
    return now + (growth - 1) * city_children * share


def new_dwellings_by_area(dwellings: Mapping[str, float] | str | Path, areas: pd.Index[Any]) -> pd.Series:
    """Read new dwellings per area: a mapping, or a CSV with the columns ``area_id`` and ``new_dwellings``.

    Raises
    ------
    MissingFileError
        When the file does not exist.
    DataError
        When the file lacks a column, or names an area twice.
    OptionError, or DataError when it stands in a file
        When an area is not known, a number is negative or unknown, or all are 0.
    """
    if isinstance(dwellings, Mapping):
        values, where = pd.Series(dict(dwellings), dtype="float64"), "new_dwellings"
    else:
        values, where = _read_dwellings(Path(dwellings)), str(dwellings)
    wrong = OptionError if isinstance(dwellings, Mapping) else DataError
    strange = [str(area) for area in values.index if area not in areas]
    if strange:
        raise wrong(f"{where}: there is no area {strange[0]!r}; the areas are {', '.join(map(str, areas))}")
    by_area = values.reindex(areas, fill_value=0.0).astype("float64")
    if not (np.isfinite(by_area) & (by_area >= 0)).all() or by_area.sum() <= 0:
        raise wrong(f"{where}: new dwellings must be numbers from 0 and not all 0")
    return by_area


def check_file(path: Path) -> None:
    """Refuse a CSV of new dwellings that is not there, before any work; `MissingFileError` names it."""
    if not path.is_file():
        raise MissingFileError(f"{path} does not exist; name a CSV with the columns area_id and new_dwellings")


def _read_dwellings(path: Path) -> pd.Series:
    check_file(path)
    try:
        table = pd.read_csv(path, sep=None, engine="python", dtype={"area_id": "str"}, encoding="utf-8-sig")
    except (ValueError, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise DataError(f"{path}: is not a CSV table ({error})") from error
    missing = [column for column in ("area_id", "new_dwellings") if column not in table.columns]
    if missing:
        raise DataError(f"{path}: column {', '.join(missing)} is missing (found: {', '.join(map(str, table.columns))})")
    if table["area_id"].duplicated().any():
        raise DataError(f"{path}: area {table['area_id'][table['area_id'].duplicated()].iloc[0]} stands twice")
    numbers = pd.to_numeric(table["new_dwellings"], errors="coerce")
    if numbers.isna().any():
        row = int(np.flatnonzero(numbers.isna())[0])
        raise DataError(f"{path}: {table['new_dwellings'].iloc[row]!r} in row {row + 1} is not a number")
    return pd.Series(numbers.to_numpy(), index=table["area_id"])
