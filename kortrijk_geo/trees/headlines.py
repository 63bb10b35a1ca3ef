"""The headlines of trees: room for trees by who decides over the ground, what homes have now, room for hedges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.results import Figure
from kortrijk_geo.text.dutch import decimal_text
from kortrijk_geo.trees.homes import bounds_of_all

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.trees.homes import HomesMeasured
    from kortrijk_geo.trees.options import Chosen

_NO_PARCELS = "het pakket heeft geen percelen"
_BOUNDED = "ondergrens: de bomen in het pakket, geen volledige inventaris; bovengrens: de kronenkaart"


def headlines(whole: dict[str, float], chosen: Chosen, city: City, homes: HomesMeasured | None) -> list[Figure]:
    """Return the headlines, those over which the city decides first.

    Room for trees is no planted tree: the city's number stands in the label of its own ground, not as a goal that the
    room meets, and the number of all owners together never stands without the part that is public.
    """
    need, map_source = chosen.need, "; ".join(map(str, city.sources("land_cover")))
    owners = "; ".join(dict.fromkeys([map_source, *map(str, city.sources("parcels"))]))

    def figure(key: str, label: str, unit: str, source: str, *, goal: float | None = None, reason: str = "") -> Figure:
        value = whole[key] if np.isfinite(whole[key]) else None
        return Figure(key, label, value, unit, goal, source, reason="" if value is not None else reason)

    return [
        figure(
            "tree_sites_public",
            f"Plaatsen voor bomen op openbare percelen{_wanted(chosen, city, 'trees')}",
            "plaatsen",
            owners,
            reason=_NO_PARCELS,
        ),
        figure(
            "tree_sites_unknown",
            "Plaatsen voor bomen op grond zonder perceel (vaak openbaar domein, eigenaar na te gaan)",
            "plaatsen",
            owners,
        ),
        figure(
            "tree_sites_private",
            "Plaatsen voor bomen bij particulieren (de stad beslist er niet over)",
            "plaatsen",
            owners,
            reason=_NO_PARCELS,
        ),
        figure(
            "canopy_share",
            "Aandeel boomkronen op land",
            "aandeel",
            need.thirty.origin.source,
            goal=need.thirty.least_share,
        ),
        *_homes(whole, chosen, homes),
        figure(
            "tree_equity_score", "Tree Equity Score (0-100, laag is dringend)", "van 100", need.equity.origin.source
        ),
        figure("tree_sites", f"Plaatsen voor bomen bij alle eigenaars samen{_of_which(whole)}", "plaatsen", map_source),
        figure("plantable_m2", "Plantbare oppervlakte bij alle eigenaars samen (m²)", "m²", map_source),
        figure(
            "hedge_public_m",
            f"Meters openbare perceelsgrens waar een haag kan{_wanted(chosen, city, 'hedge_m')}",
            "m",
            owners,
            reason=_NO_PARCELS,
        ),
        figure(
            "hedge_m",
            "Meters van alle perceelsgrenzen waar een haag kan: een theoretische lengte, geen plan",
            "m",
            owners,
            reason=_NO_PARCELS,
        ),
    ]


def _homes(whole: dict[str, float], chosen: Chosen, measured: HomesMeasured | None) -> list[Figure]:
    """Return the shares of homes; bounds where the layer of trees is no inventory and leaves too many homes open."""
    three = chosen.need.three
    low, high = (np.nan, np.nan) if measured is None else bounds_of_all(measured)
    bounds = {
        "homes_meeting_3_30_300_share": (low, high),
        "homes_meeting_3_share": (whole["homes_meeting_3_low_share"], whole["homes_meeting_3_high_share"]),
    }
    labels = {
        "homes_meeting_3_30_300_share": "Woningen die aan 3, 30 en 300 voldoen",
        "homes_meeting_3_share": f"Woningen met minstens {three.least_crowns} boomkronen binnen {three.within_m:g} m",
    }
    figures = []
    for key, (least, most) in bounds.items():
        known, bounded = np.isfinite(whole[key]), np.isfinite(least + most)
        figures.append(
            Figure(
                key,
                labels[key],
                whole[key] if known else None,
                "aandeel",
                source=three.origin.source,
                low=least if bounded and not known else None,
                high=most if bounded and not known else None,
                reason=_BOUNDED if bounded and not known else "",
            )
        )
    return figures


def _wanted(chosen: Chosen, city: City, what: str) -> str:
    """Say in a label what the city wants to plant, and by when where that is its own target."""
    target = chosen.rules.target_of(city.info.nis_code)
    wanted = chosen.target_trees if what == "trees" else chosen.target_hedge_m
    if wanted is None:
        return ""
    by = f" tegen {target.by}" if target and wanted == getattr(target, what) else ""
    return f" ({decimal_text(wanted, 0)} te planten{by})"


def _of_which(whole: dict[str, float]) -> str:
    public = whole["tree_sites_public"]
    if not np.isfinite(public):
        return ", eigenaar onbekend"
    return f", waarvan {decimal_text(public, 0)} op openbare percelen"
