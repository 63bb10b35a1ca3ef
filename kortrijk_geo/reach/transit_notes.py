"""What a reader must know of reach by public transport, in Dutch: the method, and what is unknown or assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kortrijk_geo.capacity.ride_notes import ride_method, ride_notes
from kortrijk_geo.capacity.rules import KM_PER_H
from kortrijk_geo.text.dutch import decimal_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy as np

    from kortrijk_geo.capacity.transit import TransitNetwork
    from kortrijk_geo.reach.facilities import Facilities
    from kortrijk_geo.reach.options import Chosen, Riding
    from kortrijk_geo.reach.rules import CategorySet
    from kortrijk_geo.reach.transit_options import TransitChosen
    from kortrijk_geo.reach.transit_switch import Rides
    from kortrijk_geo.reach.transit_times import TransitTimes

_BEYOND = (
    "Voorzieningen buiten het pakket tellen niet mee, ook als een rit ernaartoe gaat: wie dicht bij een andere stad"
    " woont, heeft in werkelijkheid meer binnen bereik."
)


def transit_method(options: Mapping[str, Any]) -> str:
    """Say how reach by public transport is measured."""
    by_bicycle = decimal_text(options["cycle_m_per_min"] * KM_PER_H, 1)
    return f"{ride_method(options)} Snelheid met de fiets {by_bicycle} km/u."


def switch_method(options: Mapping[str, Any], riding: Riding) -> str:
    """Say how the third switch of page ``bereik`` is measured."""
    names = ", ".join(riding.places.labels.values())
    of_city = f" De voorzieningen van de stad, binnen {riding.minutes} minuten: {names}." if names else ""
    quickest = (
        " Te voet, met de fiets of met bus en trein: voor elke soort telt de snelste manier."
        if "cycle" in options["modes"]
        else ""
    )
    return f"Met bus en trein: {ride_method(options)}{of_city}{quickest}"


def transit_notes(
    homes: gpd.GeoDataFrame, facilities: Facilities, net: TransitNetwork, times: TransitTimes, chosen: TransitChosen
) -> list[str]:
    """Return the remarks on the day and its timetable, and on what is unknown."""
    return [
        *ride_notes(net),
        *_of_kinds(chosen.categories, times.available, facilities, "alle voorzieningen"),
        *_off_streets(homes, times.placed, chosen.ride.max_snap_m),
        _BEYOND,
    ]


def switch_notes(homes: gpd.GeoDataFrame, rides: Rides, chosen: Chosen, riding: Riding) -> list[str]:
    """Return the remarks of public transport on the page of the other modes, which has told what is unknown of them."""
    of_city = rides.metres.available[rides.n_page :]
    return [
        *ride_notes(rides.net),
        *_of_kinds(riding.places, of_city, rides.facilities, "alle voorzieningen van de stad"),
        *([] if "walk" in chosen.modes else _off_streets(homes, rides.placed, chosen.max_snap_m)),
        _BEYOND,
    ]


def _of_kinds(categories: CategorySet, available: np.ndarray, facilities: Facilities, everything: str) -> list[str]:
    """Tell of which categories nothing is known, and which are nowhere."""
    known = list(zip(categories.labels.items(), available, strict=True))
    remarks = []
    if absent := [name for (_, name), is_known in known if not is_known]:
        remarks.append(
            f"Geen gegevens over {', '.join(absent)}: het aandeel daarvan is onbekend, en '{everything}' gaat"
            " over de andere."
        )
    counts = facilities.place_counts()
    if nowhere := [name for (key, name), is_known in known if is_known and not counts.get(key)]:
        remarks.append(f"Nergens in het pakket: {', '.join(nowhere)}. Niemand bereikt die.")
    return remarks


def _off_streets(homes: gpd.GeoDataFrame, placed: np.ndarray, max_snap_m: float) -> list[str]:
    lost = int((~placed).sum())
    if not lost:
        return []
    text = (
        f"Woonpunten verder dan {max_snap_m:g} m van een straat: {decimal_text(lost, 0)} van"
        f" {decimal_text(len(homes), 0)}. Hun bereik is onbekend, zij tellen in geen aandeel mee."
    )
    return [text]
