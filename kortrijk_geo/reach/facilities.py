"""Which points of a pack are the places of each category: amenities by their tags, childcare, entrances of green."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.engine.green_entrances import green_entrances
from kortrijk_geo.engine.rates import existing_on
from kortrijk_geo.pack.amenities import covers, places_of, tags_of
from kortrijk_geo.text.remarks import Detail

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.reach.rules import Category, CategorySet

COLUMNS = ("facility_id", "category", "place_id", "name")


@dataclass(frozen=True)
class Facilities:
    """The places of a set of categories.

    Parameters
    ----------
    frame
        One row per point: ``facility_id``, ``category``, ``place_id``, ``name``, geometry. A place with several
        entrances has several points with one ``place_id``; a place in two categories has a row in each.
    notes
        Dutch remarks: what was assumed or left out, with counts.
    layers
        Names of the pack's layers the points come from.
    covered
        Categories that a source of the pack knows all places of: without a place nobody has one. Of another category
        without a place nothing is known.
    """

    frame: gpd.GeoDataFrame
    notes: list[str]
    layers: tuple[str, ...]
    covered: frozenset[str] = frozenset()

    def rows(self, category: str) -> np.ndarray:
        """Positions of the rows of one category."""
        return np.flatnonzero((self.frame["category"] == category).to_numpy())

    def place_counts(self) -> dict[str, int]:
        """Return the number of distinct places by category, as far as there are any."""
        counts = self.frame.groupby("category")["place_id"].nunique()
        return {str(key): int(value) for key, value in counts.items()}


def find_facilities(city: City, categories: CategorySet, *, max_snap_m: float) -> Facilities:
    """Collect the places of all categories in the whole pack, buffer included.

    Parameters
    ----------
    city
        The pack; layers ``childcare`` and ``green`` are used where the set asks for them and the pack has them.
    categories
        The set.
    max_snap_m
        How far from a street the edge of a green area that no street crosses may lie, m.

    Raises
    ------
    DataError
        When the tags of an amenity are not a JSON object.
    """
    amenities = city.amenities
    tags = tags_of(amenities)
    parts: list[gpd.GeoDataFrame] = []
    notes: list[str] = []
    layers = ["amenities"]
    for category, label in zip(categories.categories, categories.labels.values(), strict=True):
        if category.layer is not None and city.has(category.layer):
            layers.append(category.layer)
            places = (
                _from_childcare(city, notes)
                if category.layer == "childcare"
                else _from_green(city, category, max_snap_m)
            )
            parts.append(_labelled(places, category.key))
            if category.layer_use == "instead":
                continue
        elif category.layer is not None:
            notes.append(_absent_layer(category, label))
        parts.append(_labelled(_from_amenities(amenities, tags, category, label, notes), category.key))
    none = gpd.GeoDataFrame({name: pd.Series(dtype="object") for name in COLUMNS}, geometry=[])
    frame = gpd.GeoDataFrame(pd.concat(parts or [none], ignore_index=True), geometry="geometry", crs=city.crs)
    record = city.info.layers.get("amenities")
    words = frozenset(record.covers if record else ())
    covered = frozenset(c.key for c in categories.categories if (c.layer and city.has(c.layer)) or covers(words, c))
    return Facilities(frame[[*COLUMNS, "geometry"]], list(dict.fromkeys(notes)), tuple(dict.fromkeys(layers)), covered)


def _from_amenities(
    amenities: gpd.GeoDataFrame, tags: list[dict[str, str]], category: Category, label: str, notes: list[str]
) -> gpd.GeoDataFrame:
    sure, assumed = places_of(category, tags)
    if category.assumed is not None and assumed.any():
        notes.append(f"{label[:1].upper()}{label[1:]}: {category.assumed.note} (aantal: {assumed.sum()}).")
    rows = amenities[sure | assumed]
    name = rows["name"] if "name" in rows.columns else pd.Series(None, index=rows.index, dtype="object")
    return gpd.GeoDataFrame({"place_id": rows["amenity_id"], "name": name}, geometry=rows.geometry)


def _from_childcare(city: City, notes: list[str]) -> gpd.GeoDataFrame:
    """Locations that exist on the day that childcare is counted, as in the theme of childcare."""
    layer = city.childcare
    exists = existing_on(layer, city.reference_day("childcare", "areas") or dt.date.max).to_numpy()
    if not exists.all():
        notes.append(Detail(f"Opvanglocaties die nog niet of niet meer bestaan en niet meetellen: {(~exists).sum()}."))
    rows = layer[exists]
    return gpd.GeoDataFrame({"place_id": rows["location_id"], "name": rows["name"]}, geometry=rows.geometry)


def _from_green(city: City, category: Category, max_snap_m: float) -> gpd.GeoDataFrame:
    return green_entrances(
        city.green, city.streets, min_ha=category.min_ha, kinds=category.kinds, max_street_m=max_snap_m
    )


def _absent_layer(category: Category, label: str) -> str:
    dutch = {"childcare": "kinderopvang", "green": "groen"}[str(category.layer)]
    instead = "; de plaatsen komen uit de voorzieningen van OSM" if category.rules else ""
    return f"Het pakket heeft geen laag {dutch} voor de categorie {label}{instead}."


def _labelled(places: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    """Add category and ids; the second and later points of a place get ``#2``, ``#3`` and so on."""
    frame = places.assign(category=key, place_id=places["place_id"].astype(str))
    nth = frame.groupby("place_id").cumcount().to_numpy()
    suffix = np.where(nth > 0, np.char.add("#", (nth + 1).astype(str)), "")
    frame["facility_id"] = [f"{key}:{place}{end}" for place, end in zip(frame["place_id"], suffix, strict=True)]
    return frame
