"""kortrijk-geo childcare gaps | catchment | outlook | expand | premium."""

from __future__ import annotations

import typer

from kortrijk_geo_cli import premium

app = typer.Typer(help="Places per 100 children, catchments, the next places, the premium.", no_args_is_help=True)
app.command("premium")(premium.premium)
