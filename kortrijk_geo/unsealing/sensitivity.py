"""What could go with larger patches only, and what rain that keeps on other soil where it is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.figure import Sensitivity, of_known, with_own
from kortrijk_geo.unsealing.curve_numbers import GROUPS

if TYPE_CHECKING:
    import pandas as pd

    from kortrijk_geo.figure import Figure
    from kortrijk_geo.unsealing.options import Chosen

_STORM_MM = 60


def sensitivities(patches: pd.DataFrame, headlines: list[Figure], chosen: Chosen) -> list[Sensitivity]:
    """Return the potential with larger patches only, and the runoff avoided on either soil that stands for an unknown.

    A smaller least patch would need another search.
    """
    outcomes = []
    counted = patches[patches["counted"]]
    if (rules := chosen.rules.least_m2_elsewhere) is not None:
        own, m2 = chosen.rules.patch.least_m2, counted["m2"].to_numpy(float)
        at = tuple(
            (least, float(m2[m2 >= least].sum() if least > own else m2.sum()))
            for least in with_own([more for more in rules.values if more > own], own)  # noqa: PD011 - a field
        )
        outcomes.append(Sensitivity("removable_m2", "least_m2", "Kleinste vlak dat telt", "m²", at, "m²", rules.source))
    soil = chosen.curve_numbers.soil
    column = f"avoided_runoff_{_STORM_MM}mm"
    sums = {soil.unknown: f"{column}_m3", soil.unknown_high: f"{column}_high_m3"}
    if len(sums) > 1:
        groups = tuple(
            (float(GROUPS.index(group) + 1), float(counted[name].sum())) for group, name in sorted(sums.items())
        )
        label = "Bodemgroep waar die onbekend is (1 is A, 4 is D)"
        outcomes.append(Sensitivity(f"{column}_m3", "soil_unknown", label, "", groups, "m³", soil.source))
    return of_known(outcomes, headlines)
