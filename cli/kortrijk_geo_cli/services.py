"""kortrijk-geo services [KIND]."""

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


class KindOrCommand(typer.core.TyperGroup):
    """A group in which what is no command is the kind that is asked for: ``services library``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command that shows services before what is no command."""
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["show", *args]
        return super().parse_args(ctx, args)


app = Commands(
    cls=KindOrCommand, help="Who has schools, care, doctors, sport and play near, and what lacks: services [KIND]."
)


@app.command("show", computes=True)
def show(
    kind: Annotated[
        str | None, typer.Argument(help="One kind, by its id or Dutch name: library, bibliotheek. Default all.")
    ] = None,
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    services: Annotated[
        Path | None, typer.Option(help="Your own kinds, norms and targets (TOML) instead of ours.")
    ] = None,
    forecast: Annotated[Path | None, typer.Option(help="Your own forecast by age (TOML) instead of ours.")] = None,
    mode: Annotated[
        list[str] | None,
        typer.Option(help="walk, cycle (both always count) and transit. Default transit too, if the pack has it."),
    ] = None,
    day: DayOption = None,
    from_time: FromTimeOption = None,
    to_time: ToTimeOption = None,
    slack: SlackOption = None,
    without_line: WithoutLineOption = None,
    snap_to: SnapToOption = SnapTo.LARGEST,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who reaches each kind of service, what it holds and blind spots: voorzieningen.html, .gpkg and .xlsx."""
    from kortrijk_geo.catalogue import theme_spec
    from kortrijk_geo.services import check_options

    options: dict[str, Any] = {
        "kind": kind, "services": services, "forecast": forecast, "snap_to": snap_to.value,
        "modes": None if mode is None else tuple(mode), **ride_options(day, from_time, to_time, slack, without_line),
    }  # fmt: skip
    check_options(**options)
    city = open_or_build(pack, out)
    check_day(city, options["day"])
    writable(out)
    with progress("Services") as step:
        step("on the way to the nearest places")
        spec = theme_spec("services", city, **options)
        step("drawing")
        finish(city, spec, out, tiles=tiles, as_json=as_json)


class Objective(StrEnum):
    """What new capacity should do."""

    TO_NORM = "to_norm"
    OVER_NORM = "over_norm"
    AREA_SHORTAGE = "area_shortage"
    WORST_OFF = "worst_off"


@app.command("expand", computes=True)
def expand(
    kind: Annotated[str, typer.Argument(help="The kind, by its id or Dutch name: residential_care, woonzorgcentrum.")],
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    places: Annotated[int, typer.Option(help="Capacity to add (places, dwellings, doctors).")] = 100,
    unit: Annotated[int, typer.Option(help="It is added in units of so much.")] = 10,
    year: Annotated[
        int | None, typer.Option(help="Year in whose people it should do its good (default today).")
    ] = None,
    places_first: Annotated[
        int | None, typer.Option(help="How much of it must be there by 2030 already (default: a straight line).")
    ] = None,
    candidates: Annotated[
        str, typer.Option(help='"public buildings", schools, grid, or a file with places of your own.')
    ] = "public buildings",
    objective: Annotated[Objective, typer.Option(help="What the capacity should do.")] = Objective.TO_NORM,
    mode: Annotated[str | None, typer.Option(help="walk or cycle (default: that of the kind).")] = None,
    norm: Annotated[
        float | None,
        typer.Option(help="Capacity per 100 people (default: that of the kind, else an even spread)."),
    ] = None,
    max_sites: Annotated[int | None, typer.Option(help="Most sites.")] = None,
    max_places_per_site: Annotated[int | None, typer.Option(help="Most new capacity on one site.")] = None,
    min_distance: Annotated[float, typer.Option(help="Least distance between two new sites, m.")] = 0.0,
    decided: Annotated[
        Path | None, typer.Option(help="File of points with name, capacity and opens: counts as existing.")
    ] = None,
    services: Annotated[
        Path | None, typer.Option(help="Your own kinds, norms and targets (TOML) instead of ours.")
    ] = None,
    forecast: Annotated[Path | None, typer.Option(help="Your own forecast by age (TOML) instead of ours.")] = None,
    snap_to: SnapToOption = SnapTo.LARGEST,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Choose where new capacity does most good, for today or by a later year: exact, with the proven gap."""
    from kortrijk_geo.capacity.siting import Wishes
    from kortrijk_geo.services.expansion import check_question
    from kortrijk_geo.services.expansion import expand as choose
    from kortrijk_geo.services.map import spec

    limits: dict[str, Any] = {
        "places": places,
        "unit": unit,
        "max_sites": max_sites,
        "max_places_per_site": max_places_per_site,
        "min_distance_m": min_distance,
    }
    question: dict[str, Any] = {
        "year": year,
        "places_first": places_first,
        "objective": objective.value,
        "mode": mode,
        "norm": norm,
        "services": services,
        "forecast": forecast,
        "snap_to": snap_to.value,
    }
    check_question(kind, Wishes(**limits), candidates, **question)
    city = open_or_build(pack, out)
    writable(out)
    with progress("Services") as step:
        step("looking for the best sites")
        result = choose(city, kind, candidates=candidates, decided=decided, **limits, **question)
        step("drawing")
        finish(city, spec(result), out, tiles=tiles, as_json=as_json)
    if not as_json:
        sites = result.published().layers["sites"]
        words = {"name": "plek", "area_id": "gebied", "year": "tegen", "places": "nieuw"}
        words |= {"people_in_reach": f"{result.kinds[0].people_label} in bereik"}
        columns = [name for name in words if name in sites.columns]
        rows = sites[columns].astype({"year": "str"} if "year" in columns else {})
        rows["area_id"] = rows["area_id"].map(result.areas["name"])
        print_table("Gekozen plekken", [words[name] for name in columns], rows.to_numpy(dtype="object").tolist())
