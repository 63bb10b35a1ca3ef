"""The options of the neighbourhood types: what can be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypedDict

from kortrijk_geo.options import Option


class Options(TypedDict, total=False):
    """The options of `kortrijk_geo.profile.analyse`."""

    centroids: Annotated[
        Path | None,
        Option("Frozen types written by `write_centroids`: the areas are told by them, nothing is grouped anew."),
    ]
    rules: Annotated[Path | None, Option("A file like ``profile.toml``; None for the package's own.")]
    seed: Annotated[int | None, Option("Of every random choice; None for that of the rules.")]
