"""kortrijk-geo services [KIND]."""

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


class KindOrCommand(typer.core.TyperGroup):
    """A group in which what is no command is the kind that is asked for: ``services library``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command that shows services before what is no command."""
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["show", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=KindOrCommand, help="Who has schools, care, doctors, sport and play near, and what lacks: services [KIND]."
)


@app.command("show")
@computing
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
    snap_to: SnapToOption = SnapTo.LARGEST,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who reaches each kind of service, what it holds and blind spots: voorzieningen.html, .gpkg and .xlsx."""
    from kortrijk_geo.catalogue import theme_spec
    from kortrijk_geo.services import check_options

    options: dict[str, Any] = {"kind": kind, "services": services, "forecast": forecast, "snap_to": snap_to.value}
    check_options(**options)
    city = open_or_build(pack, out)
    writable(out)
    with progress("Services") as step:
        step("walking and cycling to the nearest places")
        spec = theme_spec("services", city, **options)
        step("drawing")
        finish(city, spec, out, tiles=tiles, as_json=as_json)
