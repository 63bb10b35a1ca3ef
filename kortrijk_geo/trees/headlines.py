"""The headlines of trees: room for trees by who decides over the ground, what homes have now, room for hedges."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kortrijk_geo.figure import Figure, Goal, at_least, towards
from kortrijk_geo.text.dutch import decimal_text
from kortrijk_geo.trees.homes import VERDICTS
from kortrijk_geo.trees.notes import WHO

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.trees.homes import HomesMeasured
    from kortrijk_geo.trees.options import Chosen

_NO_HOMES = "het pakket heeft geen woningen"
_NO_PARCELS = "het pakket heeft geen percelen"
_SUMS = ("tree_sites", "plantable_", "hedge_")
_BOUNDED = "ondergrens: de bomen in het pakket, geen volledige inventaris; bovengrens: de kronenkaart"


def headlines(whole: dict[str, float], chosen: Chosen, city: City, homes: HomesMeasured | None) -> list[Figure]:
    """Return the headlines, those over which the city decides first.

    Room for trees is no planted tree: the city's number stands in the label of its own ground, not as a goal that the
    room meets, and the number of all owners together never stands without the part that is public.
    """
    need, map_source = chosen.need, "; ".join(map(str, city.sources("land_cover")))
    canopy_source = city.source_text("green_cover") or map_source
    ground: dict[str, Any] = {"known_share": whole["land_cover_known_share"], "known_of": "grond"}
    owners = "; ".join(dict.fromkeys([map_source, *map(str, city.sources("parcels"))]))

    def figure(key: str, label: str, unit: str, source: str, *, reason: str = "") -> Figure:
        value = whole[key] if np.isfinite(whole[key]) else None
        found = Figure(key, label, value, unit, source=source, reason="" if value is not None else reason)
        # A sum over the ground that is known is the least that there is.
        return at_least(replace(found, **ground)) if key.startswith(_SUMS) else found

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
            "Plaatsen voor bomen op grond zonder perceel (vaak openbaar domein, eigenaar na te gaan)"
            if city.has("parcels")
            else "Plaatsen voor bomen waarvan de eigenaar onbekend is (het pakket heeft geen percelen)",
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
        towards(
            figure("canopy_share", "Aandeel boomkronen op land", "aandeel", canopy_source),
            Goal(need.thirty.least_share, "guideline", need.thirty.origin.source),
        ),
        *_homes(whole, chosen, homes),
        figure(
            "tree_equity_score",
            "Boomscore (Tree Equity Score, 0-100, laag is dringend)",
            "van 100",
            need.equity.origin.source,
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
    """Return the shares of homes; bounds where what is known of trees leaves too many homes open."""
    three = chosen.need.three
    labels = {
        "homes_meeting_3_30_300_share": "Woningen die aan 3, 30 en 300 voldoen",
        "homes_meeting_3_share": f"Woningen met minstens {three.least_crowns} boomkronen binnen {three.within_m:g} m",
    }
    if measured is None:
        unknown: dict[str, Any] = {"value": None, "unit": "aandeel", "source": three.origin.source, "reason": _NO_HOMES}
        return [Figure(key, label, **unknown) for key, label in labels.items()]
    figures = []
    for key, verdicts in zip(labels, (VERDICTS, ("meets_3",)), strict=True):
        low, high, known_share = measured.share_bounds(verdicts)
        known = np.isfinite(whole[key])
        reason = "" if measured.inventory or known else _BOUNDED
        figures.append(
            Figure(
                key,
                labels[key],
                whole[key] if known else None,
                "aandeel",
                source=three.origin.source,
                # Without value the bounds say how much is not known.
                known_share=known_share if known else None,
                known_of=WHO[measured.who],
                low=None if known else low,
                high=None if known else high,
                reason=reason,
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
