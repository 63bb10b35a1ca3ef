"""The options of the neighbourhood types: what can be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypedDict, Unpack

import pandas as pd

from kortrijk_geo.options import Option, takes
from kortrijk_geo.profile.model import read_model
from kortrijk_geo.profile.rules import load_rules


class Options(TypedDict, total=False):
    """The options of `kortrijk_geo.profile.analyse`."""

    centroids: Annotated[
        Path | None,
        Option("Frozen types written by `write_centroids`: the areas are told by them, nothing is grouped anew."),
    ]
    rules: Annotated[Path | None, Option("A file like ``profile.toml``; None for the package's own.")]
    population: Annotated[
        pd.Series | None,
        Option("Inhabitants by area id, for their density where the results know none; None for those of the pack."),
    ]
    seed: Annotated[int | None, Option("Of every random choice; None for that of the rules.")]


@takes(Options)
def check_options(**options: Unpack[Options]) -> None:
    """Refuse a file that is wrong in itself, before a pack is read; errors as `analyse`."""
    load_rules(options["rules"])
    if options["centroids"] is not None:
        read_model(options["centroids"])
