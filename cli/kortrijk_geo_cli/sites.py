"""kortrijk-geo sites."""

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
    computing,
    finish,
    open_or_build,
    progress,
    writable,
)

app = typer.Typer(help="Weigh the city's own buildings and land by the people around them.")


@app.callback(invoke_without_command=True)
@computing
def sites(
    ctx: typer.Context,
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    uses: Annotated[Path | None, typer.Option(help="Your own uses and their words (TOML) instead of ours.")] = None,
    settings: Annotated[Path | None, typer.Option(help="Your own speeds and limits (TOML) instead of ours.")] = None,
    mode: Annotated[list[str] | None, typer.Option(help="walk or cycle; may be given twice. Default both.")] = None,
    minutes: Annotated[int | None, typer.Option(help="Limit in minutes (default 15).")] = None,
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
    }  # fmt: skip
    theme_module("sites").check_options(**options)
    city = open_or_build(pack, out)
    writable(out)
    with progress("Sites") as step:
        step("walking and cycling to every site")
        spec = theme_spec("sites", city, **options)
        step("drawing")
        result: Any = spec.result
        also = {"sites": result.site_records()} if as_json else {}
        finish(city, spec, out, tiles=tiles, as_json=as_json, also=also)
