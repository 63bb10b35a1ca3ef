"""The norm of the sample theme."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from kortrijk_geo.rules import Number, Rules, Sourced, read_rules


class Norm(Sourced):
    """So much green per inhabitant is wanted."""

    m2_per_inhabitant: Annotated[float, Number(0.1, 1_000)]


class ShadeRules(Rules):
    """The whole of ``rules.toml``."""

    norm: Norm


def load_rules(path: str | Path | None = None) -> ShadeRules:
    """Read the user's own rules, or the theme's."""
    return read_rules(ShadeRules, Path(__file__).with_name("rules.toml") if path is None else Path(path))
