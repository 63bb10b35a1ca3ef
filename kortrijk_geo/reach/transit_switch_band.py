"""What the headlines of the third switch would be with another slack, or on slower feet: the same rides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.capacity.rules import KM_PER_H
from kortrijk_geo.figure import SHARE, with_own
from kortrijk_geo.reach.figures import weighted_share
from kortrijk_geo.results import Sensitivity
from kortrijk_geo.text.dutch import brief_number, list_text, number_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.reach.figures import Weighing
    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.transit_switch import Rides


def ride_sensitivities(weighing: Weighing, rides: Rides, chosen: Chosen) -> list[Sensitivity]:
    """Return the share that has every place of a set, at other slacks and at the slowest speed on foot of the rules.

    The rides stay those of the day. Of speeds only the slowest is asked: between it and the own one the share lies too,
    for who walks faster is never later.
    """
    ride = rides.net.ride
    own = _shares(weighing, rides, _own(rides))
    outcomes = []
    if slacks := ride.rules.sensitivity:
        at = {
            float(slack_s): own
            if slack_s == ride.slack_s
            else _shares(weighing, rides, rides.reached(replace(ride, slack_s=int(slack_s))))
            for slack_s in with_own(slacks.seconds, own_values(rides)["slack_s"])
        }
        label = "Seconden aan de halte voor een vertrek"
        outcomes += _outcomes("slack_s", label, "s aan de halte", at, slacks.source)
    if speeds := chosen.settings.sensitivity:
        slow = min(speeds.walk_km_per_h)
        at = {
            km_per_h: own
            if km_per_h != slow
            else _shares(weighing, rides, rides.reached(replace(ride, walk_m_per_min=slow / KM_PER_H)))
            for km_per_h in with_own([slow], own_values(rides)["walk_m_per_min"])
        }
        outcomes += _outcomes("walk_m_per_min", "Snelheid te voet", "km/u", at, speeds.source)
    return outcomes


def ride_band_text(key: str, outcomes: Sequence[Sensitivity], own: Mapping[str, float]) -> str:
    """Return the line under a headline: "64,3 % bij 1 s, 60,4 % bij 120 s aan de halte; 56,5 % bij 3,5 km/u te voet".

    What was used itself is the headline; ``own`` says it by option.
    """
    parts = []
    for outcome in (outcome for outcome in outcomes if outcome.key == key):
        others = [(value, share) for value, share in outcome.at if value != own[outcome.option] and share is not None]
        texts = [
            f"{number_text(share, 'share')} bij {brief_number(value)} {outcome.unit.split()[0]}"
            for value, share in others
        ]
        if texts:
            where = " te voet" if outcome.option == "walk_m_per_min" else " aan de halte"
            parts.append(list_text(texts, len(texts)) + where)
    return "; ".join(parts)


def own_values(rides: Rides) -> dict[str, float]:
    """Return by option of the band what was used."""
    ride = rides.net.ride
    return {"slack_s": float(ride.slack_s), "walk_m_per_min": ride.walk_m_per_min * KM_PER_H}


def _own(rides: Rides) -> dict[str, np.ndarray]:
    """Return by set which homes have all of it within its limit, as measured."""
    seconds = rides.seconds["transit"]
    return {key: seconds[key] <= rides.limit(key) * 60 for key in rides.sets if key in seconds}


def _shares(weighing: Weighing, rides: Rides, reached: Mapping[str, np.ndarray]) -> dict[str, float | None]:
    """Return by headline the share of the city."""
    weights = np.where(rides.placed, weighing.weights, 0.0)
    return {
        f"share_{key}_transit_{rides.limit(key)}": plain(
            weighted_share(has_all, weights, np.zeros(len(weights), int), 1)[0]
        )
        for key, has_all in reached.items()
    }


def _outcomes(
    option: str, label: str, unit: str, at: dict[float, dict[str, float | None]], source: str
) -> list[Sensitivity]:
    keys = dict.fromkeys(key for shares in at.values() for key in shares)
    return [
        Sensitivity(
            key, option, label, unit, tuple((value, shares[key]) for value, shares in at.items()), SHARE, source
        )
        for key in keys
    ]
