"""What can be asked of the sample theme."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypedDict, Unpack

from kortrijk_geo.options import Option, takes
from shade_theme.rules import load_rules


class Options(TypedDict, total=False):
    """The options of the sample theme."""

    rules: Annotated[Path | None, Option("A file like ``rules.toml``; None for the theme's own.")]


@takes(Options)
def check_options(**options: Unpack[Options]) -> None:
    """Refuse what is wrong in itself."""
    load_rules(options["rules"])
