"""kortrijk-geo childcare gaps | catchment | outlook | expand | trend | premium | rulebook."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kortrijk_geo_cli import premium
from kortrijk_geo_cli.commands import Commands
from kortrijk_geo_cli.common import (
    DEMO_PACK,
    MAPS,
    JsonOption,
    OutOption,
    PackOption,
    SnapTo,
    SnapToOption,
    TilesOption,
    check_output,
    finish,
    number_or_text,
    open_or_build,
    print_json,
    print_notes,
    print_table,
    progress,
    writable,
)

if TYPE_CHECKING:
    from kortrijk_geo.childcare.analysis import ChildcareResult
    from kortrijk_geo.pack.city import City

app = Commands(help="Places per 100 children, catchments, the next places, the premium.", no_args_is_help=True)
app.command("premium")(premium.premium)
app.command("rulebook")(premium.rulebook)


class Level(StrEnum):
    """Layers that places can be counted by."""

    AREAS = "areas"
    SUBAREAS = "subareas"
    DISTRICTS = "districts"


class Objective(StrEnum):
    """What the next places should do."""

    CHILDREN_TO_NORM = "children_to_norm"
    CHILDREN_OVER_NORM = "children_over_norm"
    AREA_SHORTAGE = "area_shortage"
    WORST_OFF = "worst_off"


TREND_FILE = "kinderopvang_trend.xlsx"
LevelOption = Annotated[Level, typer.Option(help="Wijken, statistical sectors or deelgemeenten.")]
NormOption = Annotated[
    str | None, typer.Option(help="Places per 100 children, or the id of a norm of norms.toml (default 60).")
]
NormsOption = Annotated[Path | None, typer.Option(help="Your own norms (TOML) instead of ours.")]


@app.command(computes=True)
def gaps(
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    level: LevelOption = Level.AREAS,
    norm: NormOption = None,
    norms: NormsOption = None,
    on: Annotated[str | None, typer.Option(help="Day of the count, YYYY-MM-DD (default: that of the pack).")] = None,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where there are too few places: per 100 children aged 0-2, and short of the norm."""
    from kortrijk_geo.options import check_year, parse_date

    day = None if on is None else parse_date(on, "on")
    if day is not None:
        check_year("on", day.year)
    city, result = _analyse(pack, out, level=level.value, norm=number_or_text(norm), norms=norms, on=day)
    _finish(city, result, out, tiles=tiles, as_json=as_json)
    if not as_json:
        _print_areas(result, ["children_0_2", "places", "places_per_100_children", "shortage_places", "status"])


@app.command(computes=True)
def catchment(
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    level: LevelOption = Level.AREAS,
    method: Annotated[
        str, typer.Option(help="e2sfca, 2sfca, or ratio: plain places per 100 children in reach.")
    ] = "e2sfca",
    decay: Annotated[str, typer.Option(help="steps or gaussian.")] = "steps",
    minutes: Annotated[float | None, typer.Option(help="Limit in minutes (default 15).")] = None,
    snap_to: SnapToOption = SnapTo.LARGEST,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how many places per 100 children are within reach, across the borders of areas."""
    city, result = _analyse(
        pack, out, level=level.value, method=method, decay=decay, minutes=minutes, snap_to=snap_to.value
    )
    _finish(city, result, out, tiles=tiles, as_json=as_json)
    if not as_json:
        columns = [column for column in result.areas.columns if column.startswith("catchment_")]
        _print_areas(result, ["places_per_100_children", *columns])


@app.command(computes=True)
def outlook(
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    level: LevelOption = Level.AREAS,
    norm: NormOption = None,
    norms: NormsOption = None,
    years: Annotated[list[int] | None, typer.Option("--year", help="A year; may be given more often.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Id of a scenario of the forecast.")] = None,
    forecast: Annotated[Path | None, typer.Option(help="Your own forecast (TOML) instead of ours.")] = None,
    new_dwellings: Annotated[
        Path | None, typer.Option(help="CSV with area_id and new_dwellings: spread the extra children by them.")
    ] = None,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how many places are needed in 2030 and 2040, with and without the planned ones."""
    from kortrijk_geo.childcare import check_options
    from kortrijk_geo.childcare.outlook import YEARS, check_file, find_scenario, look_ahead, with_outlook
    from kortrijk_geo.options import check_year

    check_options(level=level.value, norm=number_or_text(norm), norms=norms)
    find_scenario(scenario, forecast)
    if new_dwellings is not None:
        check_file(new_dwellings)
    for year in years or ():
        check_year("year", year)
    city = open_or_build(pack, out)
    ahead = look_ahead(
        city,
        years=tuple(years or YEARS),
        level=level.value,
        norm=number_or_text(norm),
        norms=norms,
        scenario=scenario,
        forecast_file=forecast,
        new_dwellings=new_dwellings,
    )
    result = with_outlook(_result(city, out, level=level.value, norm=number_or_text(norm), norms=norms), ahead)
    _finish(city, result, out, tiles=tiles, as_json=as_json, also={"outlook": ahead.to_json()})
    if not as_json:
        _print_areas(result, [f"shortage_places_{year}" for year in ahead.years])


@app.command(computes=True)
def expand(
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    places: Annotated[int, typer.Option(help="Places to add.")] = 100,
    unit: Annotated[int, typer.Option(help="Places are added in units of so many.")] = 10,
    candidates: Annotated[
        str, typer.Option(help="'public buildings', 'schools', 'grid', or a vector file with points.")
    ] = "public buildings",
    objective: Annotated[Objective, typer.Option(help="What the places should do.")] = Objective.CHILDREN_TO_NORM,
    mode: Annotated[str, typer.Option(help="walk or cycle: how children are brought.")] = "walk",
    max_sites: Annotated[int | None, typer.Option(help="Most sites.")] = None,
    max_places_per_site: Annotated[int | None, typer.Option(help="Most new places on one site.")] = None,
    min_distance: Annotated[float, typer.Option(help="Least distance between two new sites, m.")] = 0.0,
    norm: NormOption = None,
    norms: NormsOption = None,
    years: Annotated[
        list[int] | None,
        typer.Option("--year", help="A year whose children count; given twice, so many places by each."),
    ] = None,
    decided: Annotated[
        bool, typer.Option("--decided/--no-decided", help="Count places that are decided as existing.")
    ] = True,
    scenario: Annotated[str | None, typer.Option(help="Id of a scenario of the forecast.")] = None,
    forecast: Annotated[Path | None, typer.Option(help="Your own forecast (TOML) instead of ours.")] = None,
    snap_to: SnapToOption = SnapTo.LARGEST,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Choose where the next places do most good: exact, with the proven gap."""
    from kortrijk_geo.capacity.siting import Wishes
    from kortrijk_geo.childcare import check_options
    from kortrijk_geo.childcare.expansion import check_question
    from kortrijk_geo.childcare.expansion import expand as choose
    from kortrijk_geo.childcare.outlook import find_scenario

    limits: dict[str, Any] = {
        "places": places,
        "unit": unit,
        "max_sites": max_sites,
        "max_places_per_site": max_places_per_site,
        "min_distance_m": min_distance,
    }
    question: dict[str, Any] = {"objective": objective.value, "mode": mode, "years": tuple(years or ())}
    check_options(norm=number_or_text(norm), norms=norms, snap_to=snap_to.value)
    check_question(Wishes(**limits), candidates, **question)
    find_scenario(scenario, forecast)
    city = open_or_build(pack, out)
    writable(out)
    with progress("Childcare") as step:
        step("looking for the best sites")
        result = choose(
            city, candidates=candidates, **limits, **question, decided=decided, scenario=scenario,
            forecast_file=forecast, norm=number_or_text(norm), norms=norms, snap_to=snap_to.value,
        )  # fmt: skip
    _finish(city, result, out, tiles=tiles, as_json=as_json)
    if not as_json:
        sites = result.layers["sites"]
        columns = ["name", "area_id", "places", "children_in_reach", "children_below_norm_in_reach"]
        titles = ["plek", "gebied", "plaatsen", "kinderen in bereik", "waarvan onder de norm"]
        print_table("Gekozen plekken", titles, sites[columns].to_numpy(dtype="object").tolist())


@app.command(computes=True)
def trend(
    series: Annotated[list[str], typer.Option("--series", help="YEAR=PACK; give it once per year.")],
    out: OutOption = MAPS,
    level: LevelOption = Level.AREAS,
    norm: NormOption = None,
    norms: NormsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the packs of several years: a table and a chart in kinderopvang_trend.xlsx."""
    from kortrijk_geo.childcare import check_options
    from kortrijk_geo.childcare.trend import compare_years, write_trend
    from kortrijk_geo.options import check_year
    from kortrijk_geo.pack.city import open_city

    check_options(level=level.value, norm=number_or_text(norm), norms=norms)
    folders = []
    for text in series:
        year, _, folder = text.partition("=")
        if not (year.isdecimal() and folder):
            raise typer.BadParameter(f"{text!r} is not YEAR=PACK, for instance 2024=data/kortrijk_2024")
        check_year("series", int(year))
        folders.append((int(year), folder))
    check_output(out / TREND_FILE, file=True)
    packs = [(year, open_city(folder)) for year, folder in folders]
    comparison = compare_years(packs, level=level.value, norm=number_or_text(norm), norms=norms)
    write_trend(comparison, out / TREND_FILE)
    if as_json:
        print_json(comparison.chart)
        return
    lines = comparison.chart["series"]
    rows = [[line["name"], *line["values"]] for line in lines]
    print_table("Plaatsen per 100 kinderen", ["gebied", *map(str, comparison.chart["years"])], rows)
    print_notes(comparison.notes)


def _analyse(pack: Path, out: Path, **options: Any) -> tuple[City, ChildcareResult]:
    from kortrijk_geo.childcare import check_options

    check_options(**options)
    city = open_or_build(pack, out)
    return city, _result(city, out, **options)


def _result(city: City, out: Path, **options: Any) -> ChildcareResult:
    from kortrijk_geo.childcare.analysis import analyse

    writable(out)
    with progress("Childcare") as step:
        step("counting places, walking and cycling to them")
        return analyse(city, **options)


def _finish(city: City, result: ChildcareResult, out: Path, **how: Any) -> None:
    from kortrijk_geo.childcare.map import spec

    finish(city, spec(result), out, **how)


def _print_areas(result: ChildcareResult, columns: list[str]) -> None:
    areas = result.areas.sort_values("name")
    rows = areas[["name", *columns]].to_numpy(dtype="object").tolist()
    rows.append([result.pack, *(result.city.get(column) for column in columns)])
    print_table("Per gebied", ["gebied", *(result.labels.get(column, column) for column in columns)], rows)
