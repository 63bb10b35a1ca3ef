"""kortrijk-geo trees | unseal | housing | profile | targets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kortrijk_geo_cli.common import (
    DEMO_PACK,
    MAPS,
    JsonOption,
    OutOption,
    PackOption,
    SnapTo,
    SnapToOption,
    TilesOption,
    finish,
    number_or_text,
    open_or_build,
    print_json,
    print_table,
    progress,
    writable,
)


def trees(
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    plant_on: Annotated[
        list[str] | None, typer.Option(help="plantable, permission or pit; may be given more often.")
    ] = None,
    rules: Annotated[Path | None, typer.Option(help="Your own distances (TOML) instead of ours.")] = None,
    need: Annotated[Path | None, typer.Option(help="Your own thresholds of need (TOML) instead of ours.")] = None,
    assumed_crown_m2: Annotated[
        float | None, typer.Option(help="Crown of trees of which the crown is unknown, m2.")
    ] = None,
    snap_to: SnapToOption = SnapTo.LARGEST,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where trees can stand and where they are needed: bomen.html, .gpkg and .xlsx."""
    options: dict[str, Any] = {
        "rules": rules, "need": need, "assumed_crown_m2": assumed_crown_m2, "snap_to": snap_to.value,
    }  # fmt: skip
    if plant_on:
        options["plant_on"] = tuple(plant_on)
    _run("trees", pack, out, options, tiles=tiles, as_json=as_json)


def unseal(
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    target_m2: Annotated[float | None, typer.Option(help="The plan must unseal so many m2.")] = None,
    target_m3: Annotated[float | None, typer.Option(help="The plan must keep so many m3 of rain.")] = None,
    budget_eur: Annotated[float | None, typer.Option(help="The plan may cost so much (needs --costs).")] = None,
    budget_m2: Annotated[float | None, typer.Option(help="The plan may unseal so many m2.")] = None,
    benefit: Annotated[str, typer.Option(help="With a budget: score, m2 or m3.")] = "score",
    costs: Annotated[Path | None, typer.Option(help="Your own cost table (TOML).")] = None,
    rules: Annotated[Path | None, typer.Option(help="Your own reservations (TOML) instead of ours.")] = None,
    criteria: Annotated[Path | None, typer.Option(help="Your own criteria (TOML) instead of ours.")] = None,
    curve_numbers: Annotated[Path | None, typer.Option(help="Your own curve numbers (TOML) instead of ours.")] = None,
    regulation: Annotated[Path | None, typer.Option(help="Your own infiltration rules (TOML) instead of ours.")] = None,
    storm: Annotated[list[float] | None, typer.Option(help="Rain in mm; may be given more often.")] = None,
    earlier: Annotated[Path | None, typer.Option(help="Land cover of an earlier date, for the trend.")] = None,
    earlier_date: Annotated[str, typer.Option(help="Date of that land cover, YYYY-MM-DD.")] = "",
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what can be unsealed, what rain that saves, and which patches first: ontharding.html, .gpkg and .xlsx."""
    options = {
        "target_m2": target_m2,
        "target_m3": target_m3,
        "budget_eur": budget_eur,
        "budget_m2": budget_m2,
        "benefit": benefit,
        "costs": costs,
        "rules": rules,
        "criteria": criteria,
        "curve_numbers": curve_numbers,
        "regulation": regulation,
        "storms_mm": tuple(storm) if storm else None,
        "earlier": earlier,
        "earlier_date": earlier_date,
    }
    _run("unsealing", pack, out, options, tiles=tiles, as_json=as_json)


def housing(
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    level: Annotated[str, typer.Option(help="areas, subareas or districts.")] = "areas",
    norm: Annotated[str | None, typer.Option(help="Dwellings per 100 households, or the id of a norm.")] = None,
    norms: Annotated[Path | None, typer.Option(help="Your own norms (TOML) instead of ours.")] = None,
    extra_dwellings: Annotated[int | None, typer.Option(help="Social dwellings to add by the year.")] = None,
    relet: Annotated[
        bool, typer.Option("--relet", help="Let the vacant social dwellings again too, beside the ones to add.")
    ] = False,
    year: Annotated[int | None, typer.Option(help="Year to look ahead to.")] = None,
    fixed_households: Annotated[
        bool, typer.Option("--fixed-households", help="Keep today's number of households (asked for knowingly).")
    ] = False,
    reach: Annotated[bool, typer.Option(help="Weigh nearness to services, from the reach theme.")] = True,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how dense social housing is and where the next homes go: sociaal_wonen.html, .gpkg and .xlsx."""
    options = {
        "level": level,
        "norm": number_or_text(norm),
        "norms": norms,
        "extra_dwellings": extra_dwellings,
        "relet": relet,
        "year": year,
        "fixed_households": fixed_households,
        "reach": None if reach else False,
    }
    _run("housing", pack, out, options, tiles=tiles, as_json=as_json)


def profile(
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    centroids: Annotated[
        Path | None, typer.Option(help="Neighbourhood types of an earlier atlas (wijktypes_centroiden.json).")
    ] = None,
    rules: Annotated[Path | None, typer.Option(help="Your own indicators (TOML) instead of ours.")] = None,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show which areas are alike over all themes, if there are such groups: wijktypes.html, .gpkg and .xlsx."""
    options = {"centroids": centroids, "rules": rules}
    _run("profile", pack, out, options, tiles=tiles, as_json=as_json)


def targets(
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    on: Annotated[str | None, typer.Option(help="Day of the run, YYYY-MM-DD (default: today).")] = None,
    targets: Annotated[Path | None, typer.Option(help="Your own targets (TOML) instead of ours.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show how far the city is from what it promised: doelen.html, .xlsx and .json."""
    import datetime as dt

    from kortrijk_geo.atlas.writing import write_atlas
    from kortrijk_geo.errors import OptionError
    from kortrijk_geo.options import parse_date
    from kortrijk_geo.targets import check_options

    day = None if on is None else parse_date(on, "on")
    if day is not None and day > dt.date.today():  # noqa: DTZ011 - the day of the user
        raise OptionError(f"on {day} has not come yet; targets are measured today or looked back at")
    check_options(targets=targets)
    city = open_or_build(pack, out)
    writable(out)
    with progress("Targets") as step:
        write_atlas(city, out, only=("targets",), options={"targets": {"targets": targets}}, on=day, progress=step)
    import json

    document = json.loads((out / "doelen.json").read_text(encoding="utf-8"))
    if as_json:
        print_json(document)
        return
    rows = [
        [t["label"], t["now"], t["goal"], t["unit"], t["by"], t["gap"], t["pace_needed_per_year"], t["status"]]
        for t in document["targets"]
    ]
    print_table(
        f"Doelen van {document['city_name']}, {document['on']}",
        ["doel", "nu", "doel", "eenheid", "tegen", "nog te doen", "per jaar nodig", "stand"],
        rows,
    )


def _run(theme: str, pack: Path, out: Path, options: dict[str, Any], *, tiles: str | None, as_json: bool) -> None:
    from kortrijk_geo.catalogue import theme_module, theme_spec

    theme_module(theme).check_options(**options)
    city = open_or_build(pack, out)
    writable(out)
    with progress(theme.capitalize()) as step:
        step("computing and drawing")
        spec = theme_spec(theme, city, **options)
        finish(city, spec, out, tiles=tiles, as_json=as_json)
