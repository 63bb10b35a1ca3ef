"""kortrijk-geo reach."""

from __future__ import annotations

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

if TYPE_CHECKING:
    from kortrijk_geo.mapping.spec import MapSpec
    from kortrijk_geo.pack.city import City


def reach(
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    start: Annotated[
        str | None, typer.Option("--from", metavar="X,Y", help="Who lives within the limit of this point (pack CRS)?")
    ] = None,
    minutes: Annotated[int | None, typer.Option(help="Limit in minutes (default 15).")] = None,
    mode: Annotated[list[str] | None, typer.Option(help="walk or cycle; may be given twice. Default both.")] = None,
    categories: Annotated[
        str, typer.Option(help="'default', 'bruno2024', or the path of your own TOML file.")
    ] = "default",
    settings: Annotated[Path | None, typer.Option(help="Your own speeds and limits (TOML) instead of ours.")] = None,
    walk_speed: Annotated[float | None, typer.Option(help="Walking speed, m/min (default 80).")] = None,
    cycle_speed: Annotated[float | None, typer.Option(help="Cycling speed, m/min (default 250).")] = None,
    max_snap: Annotated[float | None, typer.Option(help="Farthest a home may lie from a street, m.")] = None,
    snap_to: SnapToOption = SnapTo.LARGEST,
    green_min_ha: Annotated[float | None, typer.Option(help="Least size of public green, ha.")] = None,
    proximity: Annotated[
        bool, typer.Option(help="Also proximity time and F15 (Bruno et al. 2024), which take most of the time.")
    ] = True,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who reaches what within 15 minutes, on foot and by bicycle: bereik.html, .gpkg and .xlsx."""
    from kortrijk_geo.reach import check_options

    shared: dict[str, Any] = {
        "settings": settings,
        "walk_m_per_min": walk_speed,
        "cycle_m_per_min": cycle_speed,
        "max_snap_m": max_snap,
        "snap_to": snap_to.value,
    }
    modes = tuple(mode) if mode else ("walk", "cycle")
    point = None if start is None else _point(start)
    whole: dict[str, Any] = {"categories": categories, "green_min_ha": green_min_ha, "proximity": proximity}
    check_options(modes=modes, minutes=minutes, **whole, **shared)
    city = open_or_build(pack, out if point is None else None)
    if point is not None:
        _from_point(city, point, modes, minutes, shared, as_json=as_json)
        return
    from kortrijk_geo.catalogue import theme_spec

    writable(out)
    with progress("Reach") as step:
        step("walking and cycling to the nearest places")
        spec: MapSpec = theme_spec("reach", city, modes=modes, minutes=minutes, **whole, **shared)
        step("drawing")
        finish(city, spec, out, tiles=tiles, as_json=as_json)


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
    print_table(
        f"{city.name}: wie woont binnen bereik van {point[0]:g},{point[1]:g}",
        ["wijze", "minuten", "meter", "inwoners", "kinderen 0-2", "woningen", "huishoudens"],
        [
            [
                {"walk": "te voet", "cycle": "met de fiets"}[f.mode],
                *(f.minutes, f.limit_m, f.residents, f.children_0_2, f.dwellings, f.households),
            ]
            for f in reaches
        ],
    )
    print_notes(dict.fromkeys(note for f in reaches for note in f.notes))


def _point(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a point; write X,Y, for instance 72133,169304") from error
    return x, y
