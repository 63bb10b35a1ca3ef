"""The Dutch words of the childcare theme that several of its rooms use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.childcare.catchment import HOW

if TYPE_CHECKING:
    from kortrijk_geo.childcare.rules import Norm

LOCATION_FIELDS = {
    "name": "naam",
    "kind_label": "soort",
    "places": "plaatsen",
    "income_related_places": "waarvan inkomensgerelateerd",
    "children_in_reach_walk": "kinderen in bereik te voet (gewogen)",
    "remark": "opmerking",
}
KINDS = {"group": ("groepsopvang", "#0072b2"), "family": ("gezinsopvang", "#e69f00")}
HOME_FIELDS = {
    "children_0_2": "kinderen 0-2",
    "catchment_places_per_100_children": "plaatsen per 100 kinderen te voet",
    "catchment_cycle_places_per_100_children": "plaatsen per 100 kinderen met de fiets",
}


def number(value: float) -> str:
    """Write a norm as a Dutch reader expects it."""
    return f"{value:g}".replace(".", ",")


def labels(norm: Norm, reference: Norm, minutes: dict[str, float], shown: dict[str, str]) -> dict[str, str]:
    """Dutch label of every column of the areas.

    Parameters
    ----------
    norm, reference
        The norms the figures are held against.
    minutes
        Minutes of the longest trip per mode.
    shown
        Column of the catchment per mode.
    """
    wanted, lower = number(norm.places_per_100_children), number(reference.places_per_100_children)
    trips = {
        column: f"Plaatsen per 100 kinderen binnen {number(round(minutes[mode], 1))} minuten {HOW[mode]}"
        for mode, column in shown.items()
    }
    return {
        "name": "Gebied",
        "children_0_2": "Kinderen van 0 tot 2 jaar",
        "places": "Opvangplaatsen",
        "places_group": "Plaatsen in groepsopvang",
        "places_family": "Plaatsen in gezinsopvang",
        "income_related_places": "Inkomensgerelateerde plaatsen",
        "locations": "Opvanglocaties",
        "unknown_places": "Locaties zonder bekend aantal plaatsen",
        "places_per_100_children": "Plaatsen per 100 kinderen",
        "shortage_places": f"Tekort aan plaatsen tot {norm.label} {wanted}",
        "below_norm": f"Onder {norm.label} {wanted}",
        "below_reference_norm": f"Onder {reference.label} {lower}",
        "status": "Toestand",
        **trips,
    }
