"""kortrijk-geo compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kortrijk_geo_cli.common import (
    DEMO_PACK,
    MAPS,
    JsonOption,
    OutOption,
    TilesOption,
    finish,
    open_or_build,
    progress,
    writable,
)

_OPTION_HELP = "Option of the theme, NAME=VALUE, for instance on=2029-01-01; may be given more often."


def compare(
    theme: Annotated[str, typer.Argument(help="reach, childcare, trees, unseal or housing.")],
    before: Annotated[Path, typer.Option(help="City pack of the earlier state.")] = DEMO_PACK,
    after: Annotated[Path | None, typer.Option(help="City pack of the later state; by default the same one.")] = None,
    before_name: Annotated[str, typer.Option(help="What the page calls the earlier state.")] = "vroeger",
    after_name: Annotated[str, typer.Option(help="What the page calls the later state.")] = "later",
    before_option: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help=_OPTION_HELP)] = None,
    after_option: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help=_OPTION_HELP)] = None,
    out: OutOption = MAPS,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two packs, or one pack with two options, by one theme: <page>_vergelijking.html, .gpkg and .xlsx."""
    from kortrijk_geo.atlas.comparison import Comparison, check_comparison, compare_cities, read_options
    from kortrijk_geo.catalogue import theme_name

    theme = theme_name(theme)
    before_given, after_given = (read_options(theme, _named(texts or [])) for texts in (before_option, after_option))
    asked = Comparison(theme, (before_name, after_name), before_given, after_given)
    check_comparison(asked)
    earlier = open_or_build(before, out)
    later = earlier if after is None else open_or_build(after)
    writable(out)
    with progress("Compare") as step:
        step(f"computing {theme} twice")
        spec = compare_cities(asked, earlier, later)
    finish(later, spec, out, tiles=tiles, as_json=as_json)


def _named(texts: list[str]) -> dict[str, str]:
    """Take NAME=VALUE apart."""
    options = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"{text!r} is no option; write NAME=VALUE, for instance on=2029-01-01")
        options[name.strip()] = value
    return options
