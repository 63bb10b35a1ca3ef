"""What a reader must know of reach by public transport, in Dutch: the method, and what is unknown or assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kortrijk_geo.capacity.ride_notes import ride_method, ride_notes
from kortrijk_geo.capacity.rules import KM_PER_H
from kortrijk_geo.text.dutch import decimal_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from kortrijk_geo.capacity.transit import TransitNetwork
    from kortrijk_geo.reach.facilities import Facilities
    from kortrijk_geo.reach.transit_options import TransitChosen
    from kortrijk_geo.reach.transit_times import TransitTimes


def transit_method(options: Mapping[str, Any]) -> str:
    """Say how reach by public transport is measured."""
    by_bicycle = decimal_text(options["cycle_m_per_min"] * KM_PER_H, 1)
    return f"{ride_method(options)} Snelheid met de fiets {by_bicycle} km/u."


def transit_notes(
    homes: gpd.GeoDataFrame, facilities: Facilities, net: TransitNetwork, times: TransitTimes, chosen: TransitChosen
) -> list[str]:
    """Return the remarks on the day and its timetable, and on what is unknown."""
    remarks = ride_notes(net)
    labels = chosen.categories.labels
    absent = [name for name, known in zip(labels.values(), times.available, strict=True) if not known]
    if absent:
        remarks.append(
            f"Geen gegevens over {', '.join(absent)}: het aandeel daarvan is onbekend, en 'alle voorzieningen' gaat"
            " over de andere."
        )
    counts = facilities.place_counts()
    nowhere = [
        name
        for (key, name), known in zip(labels.items(), times.available, strict=True)
        if known and not counts.get(key)
    ]
    if nowhere:
        remarks.append(f"Nergens in het pakket: {', '.join(nowhere)}. Niemand bereikt die.")
    if lost := int((~times.placed).sum()):
        remarks.append(
            f"Woonpunten verder dan {chosen.ride.max_snap_m:g} m van een straat: {decimal_text(lost, 0)} van"
            f" {decimal_text(len(homes), 0)}. Hun bereik is onbekend, zij tellen in geen aandeel mee."
        )
    remarks.append(
        "Voorzieningen buiten het pakket tellen niet mee, ook als een rit ernaartoe gaat: wie dicht bij een andere stad"
        " woont, heeft in werkelijkheid meer binnen bereik."
    )
    return remarks
