"""kortrijk-geo sites."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

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
    computing,
    finish,
    open_or_build,
    print_table,
    progress,
    writable,
)
from kortrijk_geo_cli.rides import (
    DayOption,
    FromTimeOption,
    SlackOption,
    ToTimeOption,
    WithoutLineOption,
    check_day,
    ride_options,
)  # fmt: skip

app = Commands(help="Weigh the city's own buildings and land by the people around them.")


class Objective(StrEnum):
    """What a choice of sites should do."""

    COVERED = "covered"
    MEAN = "mean"
    WORST = "worst"


class Mode(StrEnum):
    """How people come."""

    WALK = "walk"
    CYCLE = "cycle"


@app.callback(invoke_without_command=True)
@computing
def sites(
    ctx: typer.Context,
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    uses: Annotated[Path | None, typer.Option(help="Your own uses and their words (TOML) instead of ours.")] = None,
    settings: Annotated[Path | None, typer.Option(help="Your own speeds and limits (TOML) instead of ours.")] = None,
    mode: Annotated[
        list[str] | None,
        typer.Option(help="walk, cycle, transit; more than one. Default the first two."),
    ] = None,
    minutes: Annotated[int | None, typer.Option(help="Limit in minutes (default 15, by public transport 30).")] = None,
    day: DayOption = None,
    from_time: FromTimeOption = None,
    to_time: ToTimeOption = None,
    slack: SlackOption = None,
    without_line: WithoutLineOption = None,
    walk_speed: Annotated[float | None, typer.Option(help="Walking speed, m/min (default 80).")] = None,
    cycle_speed: Annotated[float | None, typer.Option(help="Cycling speed, m/min (default 250).")] = None,
    max_snap: Annotated[float | None, typer.Option(help="Farthest a home or site may lie from a street, m.")] = None,
    snap_to: SnapToOption = SnapTo.LARGEST,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who lives around every site, who has another, who loses the last: stadspatrimonium.html, .gpkg, .xlsx."""
    if ctx.invoked_subcommand is not None:
        return
    from kortrijk_geo.catalogue import theme_module, theme_spec

    options: dict[str, Any] = {
        "uses": uses, "settings": settings, "modes": tuple(mode) if mode else ("walk", "cycle"), "minutes": minutes,
        "walk_m_per_min": walk_speed, "cycle_m_per_min": cycle_speed, "max_snap_m": max_snap, "snap_to": snap_to.value,
        **ride_options(day, from_time, to_time, slack, without_line),
    }  # fmt: skip
    theme_module("sites").check_options(**options)
    city = open_or_build(pack, out)
    check_day(city, options["day"])
    writable(out)
    with progress("Sites") as step:
        step("on the way to every site")
        spec = theme_spec("sites", city, **options)
        step("drawing")
        result: Any = spec.result
        also = {"sites": result.site_records()} if as_json else {}
        finish(city, spec, out, tiles=tiles, as_json=as_json, also=also)


@app.command("choose", computes=True)
def choose_sites(
    use: Annotated[list[str], typer.Option(help="A use, for instance library; several, or with commas, are a hub.")],
    count: Annotated[int, typer.Option(help="Sites to choose, those kept included.")] = 3,
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    close: Annotated[list[str] | None, typer.Option(metavar="ID", help="A site that closes; more than once.")] = None,
    keep: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="A site that must be in; more than once.")
    ] = None,
    objective: Annotated[
        Objective, typer.Option(help="Most people within reach, least mean distance, or least for the worst off.")
    ] = Objective.COVERED,
    mode: Annotated[Mode, typer.Option(help="How people come.")] = Mode.WALK,
    anew: Annotated[
        bool, typer.Option("--anew", help="The city's present sites of the use are candidates too.")
    ] = False,
    among: Annotated[
        list[str] | None, typer.Option(metavar="USE", help="Only sites of this use today; more than once.")
    ] = None,
    uses: Annotated[Path | None, typer.Option(help="Your own uses and their words (TOML) instead of ours.")] = None,
    settings: Annotated[Path | None, typer.Option(help="Your own speeds and limits (TOML) instead of ours.")] = None,
    minutes: Annotated[int | None, typer.Option(help="Limit in minutes (default 15).")] = None,
    snap_to: SnapToOption = SnapTo.LARGEST,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Choose the best sites for a use or a hub, before and after: stadspatrimonium_keuze.html, .gpkg and .xlsx."""
    from kortrijk_geo.sites.choice import check_choice, choose
    from kortrijk_geo.sites.choice_result import choice_spec

    asked: dict[str, Any] = {
        "use": use, "count": count, "close": tuple(close or ()), "keep": tuple(keep or ()),
        "objective": objective.value, "mode": mode.value, "anew": anew, "among": tuple(among or ()), "uses": uses,
        "settings": settings, "minutes": minutes, "snap_to": snap_to.value,
    }  # fmt: skip
    check_choice(**asked)
    city = open_or_build(pack, out)
    writable(out)
    with progress("Sites") as step:
        step("looking for the best sites")
        made = choose(city, **asked)
        step("drawing")
        spec = choice_spec(city, made)
    finish(city, spec, out, tiles=tiles, as_json=as_json, also={"choice": made.record()})
    if not as_json:
        rows = spec.result.layers["chosen"][["site_id", *spec.plans[0].labels]]
        print_table("Gekozen plekken", ["nummer", *spec.plans[0].labels.values()], rows.to_numpy("object").tolist())
