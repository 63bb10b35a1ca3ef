"""The headlines of unsealing: what is sealed and by which map, what of it can go, the plan, the rain that it keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.figure import Figure, at_least, too_little
from kortrijk_geo.text.dutch import decimal_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.unsealing.options import Chosen
    from kortrijk_geo.unsealing.plan import Plan
    from kortrijk_geo.unsealing.rules import Target

_NO_USES = "gebouwen en wegen zijn op de kaart niet te onderscheiden"
_UNKNOWN_USE = "van de grond die open kan is het gebruik onbekend"


def headlines(
    city: City,
    whole: Mapping[str, float],
    known_share: float,
    plan: Plan | None,
    chosen: Chosen,
    target: Target | None,
    *,
    tells_uses: bool,
) -> list[Figure]:
    """Return the headlines; ``known_share`` is of the ground, ``tells_uses`` whether buildings and roads stand apart.

    The target goes with the plan: what could go is not what will, and a plan is not yet work done.
    """
    map_source = "; ".join(map(str, city.sources("land_cover")))
    uses = "; ".join(dict.fromkeys([map_source, *map(str, city.sources("parcels")), chosen.rules.access.source]))
    runoff = chosen.curve_numbers.initial_abstraction.source
    # Its date is in the source: where two maps make the land cover, the sealed ground may be of the younger one.
    by_map = "volgens de bodembedekkingskaart"

    def figure(key: str, label: str, unit: str, source: str, reason: str = "") -> Figure:
        value = whole[key] if np.isfinite(whole[key]) else None
        known = None if np.isnan(known_share) else known_share
        why = "" if value is not None or too_little(known) else reason
        found = Figure(key, label, value, unit, source=source, known_share=known, known_of="grond", reason=why)
        # A share is told of nearly all ground or not at all; a sum over what is known is the least that there is.
        if unit == "aandeel":
            return found
        least = at_least(found)
        if tells_uses or key == "sealed_m2" or value is None:
            return least
        # Where buildings and roads are not told apart all that is sealed could go, which is the most; of a part of the
        # ground that is neither the least nor the most.
        most = None if least.value is None else value
        return replace(found, value=None, high=most, reason=_NO_USES)

    figures = [
        figure("sealed_share", f"Verhardingsgraad {by_map}", "aandeel", map_source),
        figure("removable_m2", "Onthardingspotentieel op grond met gekend gebruik (m²)", "m²", uses, _UNKNOWN_USE),
    ]
    if plan is not None:
        wanted = chosen.target_m2 if chosen.target_m2 is not None else None if target is None else target.m2
        by = "" if target is None or chosen.target_m2 is not None else target.source
        label = f"Plan, nog niet uitgevoerd: ontharding van {decimal_text(len(plan.patches), 0)} vlakken"
        value = float(plan.patches["m2"].sum())
        figures.append(Figure("plan_m2", label, value, "m²", wanted, uses, target_source=by))
    figures += [
        figure(f"avoided_runoff_{storm}mm_m3", f"Vermeden afstroming bij {storm} mm (m³)", "m³", runoff, _UNKNOWN_USE)
        for storm in (60, 20)
    ]
    figures.append(figure("sealed_m2", f"Verharde oppervlakte {by_map} (m²)", "m²", map_source))
    return figures
