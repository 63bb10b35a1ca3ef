"""kortrijk-geo reach."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    open_or_build,
    print_json,
    print_notes,
    print_table,
    progress,
    writable,
)
from kortrijk_geo_cli.reach_transit import answer_of_points, points_asked, typed_point
from kortrijk_geo_cli.rides import check_day
from kortrijk_geo_cli.timetable_change import read_added, typed_changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.mapping.spec import MapSpec
    from kortrijk_geo.pack.city import City


# What is longer names no half of a map.
_LONGEST_NAME = 30


def reach(
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    start: Annotated[
        str | None, typer.Option("--from", metavar="X,Y", help="Who lives within the limit of this point (pack CRS)?")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="X,Y", help="Of transit: the route from --from to here, in words.")
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="HH:MM", help="Of --to: one departure, not a whole window.")] = None,
    minutes: Annotated[
        int | None,
        typer.Option(help="Limit in minutes (default 15; of --mode transit 30, with --from 15, 30 and 45)."),
    ] = None,
    mode: Annotated[
        list[str] | None,
        typer.Option(help="walk or cycle, or both; or transit alone. Default all that the pack has."),
    ] = None,
    categories: Annotated[
        str | None,
        typer.Option(help="'default', 'city' (that of transit), 'bruno2024', or the path of your own TOML file."),
    ] = None,
    day: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Of transit: the day. Default the Tuesday of most service.")
    ] = None,
    from_time: Annotated[str | None, typer.Option(metavar="HH:MM", help="Of transit: first departure.")] = None,
    to_time: Annotated[str | None, typer.Option(metavar="HH:MM", help="Of transit: until before this time.")] = None,
    slack: Annotated[int | None, typer.Option(help="Of transit: seconds at the stop before a departure.")] = None,
    settings: Annotated[Path | None, typer.Option(help="Your own speeds and limits (TOML) instead of ours.")] = None,
    walk_speed: Annotated[float | None, typer.Option(help="Walking speed, m/min (default 80).")] = None,
    cycle_speed: Annotated[float | None, typer.Option(help="Cycling speed, m/min (default 250).")] = None,
    max_snap: Annotated[float | None, typer.Option(help="Farthest a home may lie from a street, m.")] = None,
    snap_to: SnapToOption = SnapTo.LARGEST,
    green_min_ha: Annotated[float | None, typer.Option(help="Least size of public green, ha.")] = None,
    proximity: Annotated[
        bool, typer.Option(help="Also proximity time and F15 (Bruno et al. 2024), which take most of the time.")
    ] = True,
    without_line: Annotated[
        list[str] | None,
        typer.Option(help="Of transit: compare with a timetable without this line (name or id); more often."),
    ] = None,
    headway: Annotated[
        list[str] | None,
        typer.Option(metavar="LINE=MINUTES", help="Of transit: compare with this line every so many minutes."),
    ] = None,
    move_stop: Annotated[
        list[str] | None,
        typer.Option(metavar="ID=X,Y", help="Of transit: compare with this stop elsewhere (pack CRS)."),
    ] = None,
    add_trips: Annotated[
        list[Path] | None, typer.Option(metavar="PLAN.zip", help="Of transit: compare with the trips of this feed too.")
    ] = None,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who reaches what within 15 minutes, on foot, by bicycle and by public transport: bereik.html, .gpkg, .xlsx.

    With --mode transit: within 30 minutes by bus and train, every minute of a window: bereik_ov.html, .gpkg and .xlsx;
    with --without-line, --headway, --move-stop or --add-trips: bereik_ov_vergelijking, before and after.
    """
    from kortrijk_geo.reach import check_options

    shared: dict[str, Any] = {
        "settings": settings,
        "walk_m_per_min": walk_speed,
        "cycle_m_per_min": cycle_speed,
        "max_snap_m": max_snap,
        "snap_to": snap_to.value,
    }
    of_transit = {
        "day": day,
        "from_time": from_time,
        "to_time": to_time,
        "slack_s": slack,
        "without_line": without_line,
        "headway": headway,
        "move_stop": move_stop,
        "add_trips": add_trips,
        "to": end,
        "at": at,
    }
    if mode and "transit" in mode:
        _refuse_with_transit(mode, green_min_ha)
        when = {"day": _day(day), "from_time": from_time, "to_time": to_time, "slack_s": slack}
        options = {**shared, **when, "categories": categories or "city", "minutes": minutes}
        changes = typed_changes(without_line, headway, move_stop)
        if start is not None or end is not None or at is not None:
            asked = points_asked(start, end, at, minutes)
            answer_of_points(pack, asked, {**shared, **when, **changes}, add_trips or (), as_json=as_json)
            return
        _by_transit(pack, out, options, changes, add_trips or (), tiles=tiles, as_json=as_json)
        return
    # The page of all modes tells of bus and train too; a change of the timetable has a page of its own.
    on_page = ("day", "from_time", "to_time", "slack_s") if mode is None and start is None else ()
    if meant := [name for name, value in of_transit.items() if value is not None and name not in on_page]:
        raise typer.BadParameter(f"{', '.join(meant)}: is said of --mode transit")
    categories = categories or "default"
    modes = tuple(mode) if mode else None
    point = None if start is None else typed_point(start)
    whole: dict[str, Any] = {"categories": categories, "green_min_ha": green_min_ha, "proximity": proximity}
    if on_page:
        whole |= {"day": _day(day), "from_time": from_time, "to_time": to_time, "slack_s": slack}
    check_options(modes=modes, minutes=minutes, **whole, **shared)
    city = open_or_build(pack, out if point is None else None)
    if point is not None:
        _from_point(city, point, modes or ("walk", "cycle"), minutes, shared, as_json=as_json)
        return
    from kortrijk_geo.catalogue import theme_spec

    check_day(city, whole.get("day"))
    writable(out)
    with progress("Reach") as step:
        step("walking and cycling to the nearest places")
        spec: MapSpec = theme_spec("reach", city, modes=modes, minutes=minutes, **whole, **shared)
        step("drawing")
        finish(city, spec, out, tiles=tiles, as_json=as_json)


def _refuse_with_transit(mode: list[str], green_min_ha: float | None) -> None:
    """Refuse what is of the other modes."""
    if len(mode) > 1:
        raise typer.BadParameter("--mode transit stands alone: walking and cycling are beside it on its page")
    if green_min_ha is not None:
        raise typer.BadParameter("--green-min-ha: is not said of --mode transit")


def _by_transit(
    pack: Path,
    out: Path,
    options: dict[str, Any],
    changes: dict[str, Any],
    plans: Sequence[Path],
    *,
    tiles: str | None,
    as_json: bool,
) -> None:
    from kortrijk_geo.reach import analyse_transit, transit_spec
    from kortrijk_geo.reach.transit_options import choose_transit

    choose_transit(**options, **changes)
    city = open_or_build(pack, out)
    check_day(city, options["day"])
    changes["added_trips"] = read_added(city, plans)
    ride = choose_transit(**options, **changes).ride
    writable(out)
    with progress("Reach") as step:
        step("riding to the nearest places, every minute")
        result = analyse_transit(city, **options, **changes)
        spec = transit_spec(result)
        if ride.change:
            from kortrijk_geo.reach.transit_gains import timetables_compared

            step("the same as it is now")
            before, change = analyse_transit(city, **options), str(ride.change)
            then = change if len(change) <= _LONGEST_NAME else "met de wijzigingen"
            spec = timetables_compared(before, result, names=("nu", then), change=change)
        step("drawing")
        finish(city, spec, out, tiles=tiles, as_json=as_json)


def _day(text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date; write YYYY-MM-DD, for instance 2026-11-24") from error


def _from_point(
    city: City,
    point: tuple[float, float],
    modes: tuple[str, ...],
    minutes: int | None,
    shared: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    from kortrijk_geo.reach import reach_from
    from kortrijk_geo.text.dutch import HOW

    reaches = [reach_from(city, *point, mode=mode, minutes=minutes, **shared) for mode in modes]
    if as_json:
        print_json(
            {
                "pack": city.name,
                "synthetic": city.synthetic,
                "from": list(point),
                "reach": [r.to_json() for r in reaches],
            }
        )
        return
    reaches = [reached.published() for reached in reaches]
    print_table(
        f"{city.name}: wie woont binnen bereik van {point[0]:g},{point[1]:g}",
        ["wijze", "minuten", "meter", "inwoners", "kinderen 0-2", "woningen", "huishoudens"],
        [
            [
                HOW[f.mode],
                *(f.minutes, f.limit_m, f.residents, f.children_0_2, f.dwellings, f.households),
            ]
            for f in reaches
        ],
    )
    print_notes(dict.fromkeys(note for f in reaches for note in f.notes))
