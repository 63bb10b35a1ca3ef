"""What the headline would be at other speeds, or with a kind of place fewer: the same distances, other limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.capacity.rules import KM_PER_H
from kortrijk_geo.figure import SHARE, with_own
from kortrijk_geo.reach.figures import weighted_share, within_limit
from kortrijk_geo.results import Sensitivity
from kortrijk_geo.text.dutch import HOW, brief_number, list_text, number_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.reach.figures import Weighing
    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.times import ModeTimes


def sensitivities(weighing: Weighing, measured: Sequence[ModeTimes], chosen: Chosen) -> list[Sensitivity]:
    """Return what the share that has every kind of place within the limit hangs on, mode by mode.

    Nothing is searched again: the distances stay, the limit or the number of kinds changes.
    """
    rules = chosen.settings.sensitivity
    return [] if rules is None else [one for times in measured for one in _of_mode(weighing, times, chosen)]


def _of_mode(weighing: Weighing, times: ModeTimes, chosen: Chosen) -> list[Sensitivity]:
    rules = chosen.settings.sensitivity
    n_kinds = int(times.available.sum())
    if rules is None or not n_kinds:
        return []
    trips = np.sort(times.trip_m[:, times.available], axis=1)
    weights = np.where(times.placed, weighing.weights, 0.0)

    def share(km_per_h: float, n_missing: int) -> float | None:
        hits = within_limit(trips[:, -1 - n_missing], km_per_h / KM_PER_H * chosen.minutes)
        value: float | None = plain(weighted_share(hits, weights, np.zeros(len(hits), int), 1)[0])
        return value

    key, speed = f"share_all_{times.mode}_{chosen.minutes}", chosen.speeds_m_per_min[times.mode] * KM_PER_H
    speeds = rules.walk_km_per_h if times.mode == "walk" else ()
    outcomes = []
    if speeds:
        at = tuple((value, share(value, 0)) for value in with_own(speeds, speed))
        outcomes.append(
            Sensitivity(key, f"{times.mode}_m_per_min", "Snelheid te voet", "km/u", at, SHARE, rules.source)
        )
    if n_kinds > 1:
        some = tuple((float(n_missing), share(speed, n_missing)) for n_missing in (0, 1))
        label = f"Soorten die {HOW[times.mode]} mogen ontbreken, van de {n_kinds}"
        outcomes.append(Sensitivity(key, "categories_missing", label, "", some, SHARE, rules.source))
    return outcomes


def band_text(key: str, outcomes: Sequence[Sensitivity], n_kinds: int) -> str:
    """Return the line under a headline: "21 % bij 3,5 km/u, 31 % bij 4 km/u; 68 % heeft er minstens 11 van de 12"."""
    parts = []
    for one in (one for one in outcomes if one.key == key and all(value is not None for _, value in one.at)):
        if one.option == "categories_missing":
            parts.append(f"{number_text(one.at[-1][1], 'share')} heeft er minstens {n_kinds - 1} van de {n_kinds}")
        else:
            speeds = [f"{number_text(value, 'share')} bij {brief_number(speed)} {one.unit}" for speed, value in one.at]
            parts.append(list_text(speeds, len(speeds)))
    return "; ".join(parts)
