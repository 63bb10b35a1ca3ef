"""What the shortage would be under other norms: the same places and children, another limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.engine.rates import shortage
from kortrijk_geo.figure import Sensitivity, of_known, with_own

if TYPE_CHECKING:
    from kortrijk_geo.childcare.gaps import Gaps
    from kortrijk_geo.figure import Figure
    from kortrijk_geo.rules import OtherValues

_UNIT = "plaatsen per 100 kinderen"


def sensitivities(counted: Gaps, headlines: list[Figure], rules: OtherValues | None) -> list[Sensitivity]:
    """Return how many areas lie below other norms, and how many places they and the city are short of these."""
    if rules is None:
        return []
    areas, limits = counted.areas, with_own(rules.values, counted.norm.places_per_100_children)
    by_area = [shortage(areas["places"], areas["children_0_2"], limit) for limit in limits]
    whole = [shortage([counted.city["places"]], [counted.city["children_0_2"]], limit)[0] for limit in limits]
    values: dict[str, tuple[str, list[float | None]]] = {
        "areas_below_norm": ("gebieden", [float((short > 0).sum()) for short in by_area]),
        "shortage_places": ("plaatsen", [float(short) if np.isfinite(short) else None for short in whole]),
        "shortage_places_areas": ("plaatsen", [float(np.nansum(short)) for short in by_area]),
    }
    outcomes = [
        Sensitivity(key, "norm", "Norm", _UNIT, tuple(zip(limits, at, strict=True)), unit, rules.source)
        for key, (unit, at) in values.items()
    ]
    return of_known(outcomes, headlines)
