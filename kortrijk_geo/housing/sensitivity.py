"""How many areas would be below other norms: the same counts, another limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.figure import Sensitivity, of_known, with_own
from kortrijk_geo.housing.density import below_norm, bounds

if TYPE_CHECKING:
    import pandas as pd

    from kortrijk_geo.figure import Figure
    from kortrijk_geo.housing.figures import Against


def sensitivities(areas: pd.DataFrame, headlines: list[Figure], against: Against) -> list[Sensitivity]:
    """Return how many areas lie below other norms."""
    rules = against.rules.sensitivity
    if rules is None:
        return []
    low, high = bounds(
        areas["social_dwellings"].to_numpy(float), areas["households_private"].to_numpy(float),
        suppressed_below=against.suppressed_below,
    )  # fmt: skip
    limits = with_own(rules.values, against.limits[0])
    at = tuple(
        (limit, float(below_norm(low, high, limit).fillna(value=False).to_numpy(bool).sum())) for limit in limits
    )
    unit = next((figure.unit for figure in headlines if figure.key == "areas_below_norm"), "")
    outcome = Sensitivity(
        "areas_below_norm", "norm", "Norm", "sociale huurwoningen per 100 huishoudens", at, unit, rules.source
    )
    return of_known([outcome], headlines)
