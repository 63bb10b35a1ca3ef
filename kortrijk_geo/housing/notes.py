"""What a Dutch reader of the social housing figures is told: its words, and the remarks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kortrijk_geo.housing.counts import WHERE
from kortrijk_geo.text.dutch import against_norms, brief_number, count_text, names_text
from kortrijk_geo.text.remarks import Detail

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from kortrijk_geo.housing.clusters import Found
    from kortrijk_geo.housing.counts import Counts
    from kortrijk_geo.housing.norms import Norms
    from kortrijk_geo.pack.city import City


def status(
    rate: float, *, households: float, contradicts: bool, below: tuple[bool | None, bool | None],
    limits: tuple[float, float],
) -> str:  # fmt: skip
    """Say in Dutch how an area stands against the norm and the reference norm."""
    if contradicts:
        return "tegenstrijdige cijfers"
    if households <= 0:
        return "geen huishoudens"
    hidden = "" if math.isfinite(rate) else " (klein aantal, afgeschermd)"
    if below[0] is None:
        return "onbekend"
    return against_norms(*limits, below=below[0], below_reference=below[1]) + (hidden if below[0] else "")


def spread_notes(level: str, whole: Mapping[str, Any], suffix: str = "") -> list[str]:
    """Tell how evenly the dwellings are spread over the areas of a level."""

    def percent(key: str) -> str:
        return brief_number(round(100 * whole[f"{key}{suffix}"], 1))

    if not math.isfinite(whole[f"dissimilarity{suffix}"]):
        return [f"Spreiding over de {WHERE[level]}: niet te berekenen."]
    uneven = (
        f"dissimilariteit {percent('dissimilarity')} % (toeval alleen geeft al {percent('dissimilarity_by_chance')} %)"
    )
    around = (
        f"isolatie {percent('isolation')} % (zo veel van de huishoudens rond een sociale huurder huren ook sociaal)"
    )
    return [Detail(f"Spreiding over de {WHERE[level]}: {uneven}, Gini {percent('gini')} %, {around}.")]


def cluster_notes(clusters: Found, areas: gpd.GeoDataFrame, norms: Norms) -> list[str]:
    """Tell which areas took no part in looking for clusters, and what was found or why nothing."""
    rules = norms.clusters
    small = areas.loc[areas["small_area"].fillna(value=False).to_numpy(bool), "name"]
    notes = []
    if len(small):
        notes.append(
            f"Minder dan {norms.small.households} private huishoudens, waar één woning meer dan één punt is"
            f" ({len(small)}): {names_text(list(small))}. Ze doen niet mee in het zoeken naar clusters."
        )
    if clusters.why_not:
        return [*notes, f"Geen clusters gezocht: {clusters.why_not}."]
    seen = f"Moran's I {brief_number(round(clusters.moran, 3))}, kans op toeval {brief_number(round(clusters.p, 4))}"
    return [
        *notes,
        Detail(
            f"Clusters ({seen}; {clusters.tested} gebieden): {count_text(rules.permutations)} permutaties met vast"
            f" zaad, {brief_number(100 * rules.alpha)} % valse treffers toegelaten."
        ),
    ]


def no_look_ahead(city: City, counts: Counts, norms: Norms) -> str:
    """Say in Dutch why there is no look ahead that nobody asked for; empty when there can be one."""
    nis = city.info.nis_code
    forecast, target = norms.households.get(nis), norms.targets.get(nis)
    if forecast is None or target is None:
        return "Geen vooruitblik: van deze gemeente zijn geen doel en huishoudensvooruitzichten bekend."
    if not all(value > 0 for value in counts.city.values()):
        return "Geen vooruitblik: het aantal sociale woningen of huishoudens van de stad is onbekend."
    record = city.info.layers.get(counts.level)
    year = record.reference_date[:4] if record is not None else ""
    if not year.isdigit() or not forecast.years[0] <= int(year) < target.year:
        return f"Geen vooruitblik: de cijfers zijn van {year or 'een onbekend jaar'}, buiten de vooruitzichten."
    return ""
