"""What share of the homes would meet 3-30-300 at other limits: the same crowns, canopy and distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.figure import SHARE, Sensitivity, of_known, with_own
from kortrijk_geo.text.safe import plain
from kortrijk_geo.trees.crowns import TOLERANCE_M
from kortrijk_geo.trees.homes import VERDICTS, known_mean, meets_all

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.figure import Figure
    from kortrijk_geo.trees.homes import HomesMeasured
    from kortrijk_geo.trees.rules import NeedRules

_KEY = "homes_meeting_3_30_300_share"


def sensitivities(measured: HomesMeasured | None, headlines: list[Figure], need: NeedRules) -> list[Sensitivity]:
    """Return the share of homes that meet all three rules at other shares of canopy and other distances to green."""
    if measured is None:
        return []
    frame, outcomes = measured.frame, []
    canopy = frame["canopy_near_share" if need.thirty.measured_in == "radius" else "canopy_area_share"].to_numpy(float)
    green_m, met = frame["green_m"].to_numpy(float), frame[list(VERDICTS)].to_numpy(float)

    def share(column: int, meets: NDArray[np.bool_]) -> float | None:
        verdicts = met.copy()
        verdicts[:, column] = np.where(np.isnan(met[:, column]), np.nan, meets)
        mean = known_mean(
            meets_all(verdicts), measured.weights, measured.area, int(measured.area.max()) + 1,
            least_known=need.known.least_share,
        )  # fmt: skip
        value: float | None = plain(float(mean[-1]))
        return value

    if (rules := need.thirty_elsewhere) is not None:
        least = with_own([100 * value for value in rules.values], 100 * need.thirty.least_share)
        at = tuple((value, share(1, canopy >= value / 100 - 1e-9)) for value in least)
        label = "Kronen rond de woning, minstens"
        outcomes.append(Sensitivity(_KEY, "thirty_least_share", label, "%", at, SHARE, rules.source))
    if (rules := need.three_hundred_elsewhere) is not None:
        most = with_own(rules.values, need.three_hundred.max_m)
        # A home without a way to green has no distance: it does not meet the rule at any.
        at = tuple((value, share(2, green_m <= value + TOLERANCE_M)) for value in most)
        label = "Openbaar groen te voet, hoogstens"
        outcomes.append(Sensitivity(_KEY, "three_hundred_max_m", label, "m", at, SHARE, rules.source))
    return of_known(outcomes, headlines)
