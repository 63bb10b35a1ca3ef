"""Which points of a pack are the places of each category: amenities by their tags, childcare, entrances of green."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.engine.green_entrances import green_entrances
from kortrijk_geo.engine.rates import existing_on
from kortrijk_geo.pack.amenities import covers, places_of
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
        return self._rows.get(category, np.zeros(0, np.intp))

    @cached_property
    def _rows(self) -> dict[str, np.ndarray]:
        return {str(key): rows for key, rows in self.frame.groupby("category").indices.items()}

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
    amenities, tags = _points(city.amenities, "amenity_id"), city.amenity_tags
    parts: list[pd.DataFrame] = []
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
            parts.append(places.assign(category=category.key))
            if category.layer_use == "instead":
                continue
        elif category.layer is not None:
            notes.append(_absent_layer(category, label))
        parts.append(amenities[_of_category(tags, category, label, notes)].assign(category=category.key))
    record = city.info.layers.get("amenities")
    words = frozenset(record.covers if record else ())
    covered = frozenset(c.key for c in categories.categories if (c.layer and city.has(c.layer)) or covers(words, c))
    none = amenities.iloc[:0].assign(category="")
    frame = _labelled(pd.concat(parts or [none], ignore_index=True), city.crs)
    return Facilities(frame, list(dict.fromkeys(notes)), tuple(dict.fromkeys(layers)), covered)


def _points(layer: gpd.GeoDataFrame, identity: str) -> pd.DataFrame:
    """Return the points of a layer without geopandas, which would look at their CRS with every category."""
    name = layer["name"] if "name" in layer.columns else None
    return pd.DataFrame({"place_id": layer[identity].astype(str), "name": name, "geometry": layer.geometry.to_numpy()})


def _of_category(tags: list[dict[str, str]], category: Category, label: str, notes: list[str]) -> npt.NDArray[np.bool_]:
    """Tell which amenities are of a category."""
    sure, assumed = places_of(category, tags)
    if category.assumed is not None and assumed.any():
        notes.append(f"{label[:1].upper()}{label[1:]}: {category.assumed.note} (aantal: {assumed.sum()}).")
    return sure | assumed


def _from_childcare(city: City, notes: list[str]) -> pd.DataFrame:
    """Locations that exist on the day that childcare is counted, as in the theme of childcare."""
    layer = city.childcare
    exists = existing_on(layer, city.reference_day("childcare", "areas") or dt.date.max).to_numpy()
    if not exists.all():
        notes.append(Detail(f"Opvanglocaties die nog niet of niet meer bestaan en niet meetellen: {(~exists).sum()}."))
    return _points(layer[exists], "location_id")


def _from_green(city: City, category: Category, max_snap_m: float) -> pd.DataFrame:
    entrances = green_entrances(
        city.green, city.streets, min_ha=category.min_ha, kinds=category.kinds, max_street_m=max_snap_m
    )
    return _points(entrances, "place_id")


def _absent_layer(category: Category, label: str) -> str:
    dutch = {"childcare": "kinderopvang", "green": "groen"}[str(category.layer)]
    instead = "; de plaatsen komen uit de voorzieningen van OSM" if category.rules else ""
    return f"Het pakket heeft geen laag {dutch} voor de categorie {label}{instead}."


def _labelled(places: pd.DataFrame, crs: str) -> gpd.GeoDataFrame:
    """Add ids; the second and later points of a place get ``#2``, ``#3`` and so on."""
    nth = places.groupby(["category", "place_id"], sort=False).cumcount().to_numpy()
    suffix = np.where(nth > 0, np.char.add("#", (nth + 1).astype(str)), "")
    ids = [
        f"{key}:{place}{end}" for key, place, end in zip(places["category"], places["place_id"], suffix, strict=True)
    ]
    frame = places.assign(facility_id=pd.Series(ids, dtype=places["place_id"].dtype))
    return gpd.GeoDataFrame(frame[[*COLUMNS, "geometry"]], geometry="geometry", crs=crs)
