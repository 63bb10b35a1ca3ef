"""Dutch names of the columns of a GeoPackage, with their units, for attribute tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.text.dutch import unit_label, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kortrijk_geo.mapping.spec import MapSpec

# What tables of several themes share.
_USUAL = {
    "area_id": "Code van het gebied",
    "name": "Naam",
    "home_id": "Code van het woonpunt",
    "parcel_id": "Code van het perceel",
    "residents": "Inwoners",
    "dwellings": "Woningen",
    "owner": "Eigenaar",
    "category": "Soort",
    "m2": "Oppervlakte (m²)",
    "m": "Lengte (m)",
}


def area_aliases(spec: MapSpec) -> dict[str, str]:
    """Return the alias of every column of the areas."""
    areas = spec.result.areas
    declared = {
        column.name: column.scale.unit if column.scale and not column.unit else column.unit
        for column in spec.result.columns
    }
    labels = spec.result.labels
    names = [name for name in areas.columns if name != areas.geometry.name]
    labelled = {
        name: unit_label(labels[name], unit_of(name, areas[name], declared.get(name)))
        for name in names
        if name in labels
    }
    return field_aliases(["area_id", *names], {}) | labelled


def field_aliases(columns: Iterable[str], labels: Mapping[str, str]) -> dict[str, str]:
    """Return the alias of every column of another table that a page or several themes name."""
    named = {**_USUAL, **labels}
    return {name: named[name][:1].upper() + named[name][1:] for name in columns if name in named}
