"""The command kortrijk-geo: parses, calls, prints; computes nothing."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from kortrijk_geo import __version__
from kortrijk_geo.errors import KortrijkGeoError
from kortrijk_geo.garbage import seldom_collected
from kortrijk_geo_cli import atlas, childcare, compare, desk, pack, reach, services, sites, themes
from kortrijk_geo_cli.commands import Commands

app = Commands(
    name="kortrijk-geo",
    help="Childcare gaps, 15-minute reach and more: maps, tables and sourced figures for one municipality.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("demo", computes=True)(atlas.demo)
app.command("atlas", computes=True)(atlas.atlas)
app.command("compare", computes=True)(compare.compare)
app.command("reach", computes=True)(reach.reach)
app.command("trees", computes=True)(themes.trees)
app.command("unseal", computes=True)(themes.unseal)
app.command("housing", computes=True)(themes.housing)
app.command("profile", computes=True)(themes.profile)
app.command("targets", computes=True)(themes.targets)
app.add_typer(pack.app, name="pack")
app.add_typer(childcare.app, name="childcare")
app.add_typer(desk.app, name="desk")
app.add_typer(services.app, name="services")
app.add_typer(sites.app, name="sites")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Hold the options that come before a command."""


def run() -> None:
    """Run the command line; an error is one clear line on stderr and its own exit code, a bug keeps its traceback."""
    try:
        with seldom_collected():  # a tenth of a short answer otherwise: modules are objects that are kept, too
            app()
    except KortrijkGeoError as error:
        from kortrijk_geo.text.safe import visible

        typer.echo(f"Error: {visible(' '.join(str(error).split()))}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    run()
