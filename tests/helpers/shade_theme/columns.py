"""The columns of the areas."""

from __future__ import annotations

from kortrijk_geo.results import Column, Scale
from kortrijk_geo.text.dutch import decimal_text
from shade_theme.rules import Norm

FIRST = "green_m2_per_inhabitant"


def columns(norm: Norm) -> list[Column]:
    """Return the columns, with the norm among the limits."""
    wanted = norm.m2_per_inhabitant
    scale = Scale((wanted / 2, wanted, 2 * wanted), "number")
    return [
        Column("name", "Gebied"),
        Column("green_m2", "Groen (m²)", "whole", table=True),
        Column(
            FIRST,
            "Groen per inwoner (m²)",
            group="Per gebied",
            scale=scale,
            table=True,
        ),
        Column("below_norm", f"Onder {decimal_text(wanted, 0)} m² per inwoner"),
    ]
