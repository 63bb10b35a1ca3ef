"""The places of a kind of service in a pack: where they are, and what they hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.engine.rates import area_of, existing_on
from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.amenities import covers_all, places_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.services.rules import Kind

COLUMNS = ("location_id", "kind", "name", "capacity", "area_id")
# The tag of places that a plan adds to those of the pack.
ADDED = "added"
_IDS = {"amenities": "amenity_id", "childcare": "location_id", "city_sites": "site_id"}


@dataclass(frozen=True)
class Locations:
    """The places of a kind in the whole pack, its surroundings too.

    Parameters
    ----------
    frame
        A point per place: ``location_id``, ``kind``, ``name``, ``capacity`` (NaN unknown), ``area_id`` (None outside
        the study area).
    known
        Whether anything is known of the kind: the pack has places of it, or a source that covers it has none.
    notes
        Dutch remarks on what was assumed.
    """

    frame: gpd.GeoDataFrame
    known: bool
    notes: list[str]


def read_locations(city: City, kinds: Sequence[Kind]) -> dict[str, Locations]:
    """Return the places of every kind, by its id.

    Raises
    ------
    DataError
        When the tags of an amenity are not a JSON object, or the layer lacks the column that a kind counts.
    """
    layers = {name: city.layer(name) for name in dict.fromkeys(kind.layer for kind in kinds) if city.has(name)}
    tags = {name: city.amenity_tags if name == "amenities" else _texts_of(rows) for name, rows in layers.items()}
    return {
        kind.id: _of_kind(city, kind, layers[kind.layer], tags[kind.layer])
        if kind.layer in tags
        else Locations(_frame(city, kind, city.areas.iloc[:0], "area_id"), known=False, notes=[])
        for kind in kinds
    }


def _of_kind(city: City, kind: Kind, layer: gpd.GeoDataFrame, tags: Sequence[Mapping[str, str]]) -> Locations:
    if not kind.rules:
        sure, assumed = np.ones(len(layer), bool), np.zeros(len(layer), bool)
    else:
        sure, assumed = places_of(kind, tags)
    notes = []
    if kind.assumed is not None and assumed.any():
        notes.append(f"{kind.label[:1].upper()}{kind.label[1:]}: {kind.assumed.note} (aantal: {assumed.sum()}).")
    counted = sure | assumed
    if kind.layer == "amenities":
        counted, doubled = _own_list(counted, tags)
        if doubled:
            notes.append(
                f"{kind.plural[:1].upper()}{kind.plural[1:]}: alleen de eigen lijst telt ({counted.sum()} plekken); wat"
                f" een andere bron van dezelfde soort kent ({doubled}), telt niet mee, zodat niets dubbel telt."
            )
    if kind.layer == "childcare":
        counted &= existing_on(layer, city.reference_day("childcare", "areas") or dt.date.max).to_numpy()
    record = city.info.layers.get(kind.layer)
    covered = covers_all(frozenset(record.covers if record else ()), kind)
    frame = _frame(city, kind, layer[counted], _IDS[kind.layer])
    return Locations(frame, known=len(frame) > 0 or covered, notes=notes)


def _own_list(counted: npt.NDArray[np.bool_], tags: Sequence[Mapping[str, str]]) -> tuple[npt.NDArray[np.bool_], int]:
    """Leave out what tags tell of a kind of which a list gives the places; return what counts, and how many do not.

    A row of a list has the name of a kind as its category, one of OpenStreetMap a tag (``key=value``). Both would be
    the same places twice, with the capacity of one and the other. What is `ADDED` comes on top of either.
    """
    added = np.array([ADDED in tag for tag in tags], dtype=bool)
    listed = counted & ~added & np.array(["=" not in tag["category"] for tag in tags], dtype=bool)
    kept = counted & (listed | added) if listed.any() else counted
    return kept, int((counted & ~kept).sum())


def _frame(city: City, kind: Kind, rows: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    """Return rows of a layer as places of a kind; of a building a point inside it."""
    points = rows.geometry.representative_point() if (rows.geom_type != "Point").any() else rows.geometry
    unknown = pd.Series(None, index=rows.index, dtype="object")
    frame = gpd.GeoDataFrame(
        {
            "location_id": rows[key].astype("object"),
            "kind": kind.id,
            "name": rows["name"] if "name" in rows.columns and key != "area_id" else unknown,
            "capacity": _capacity(kind, rows),
            "area_id": area_of(points, city.areas),
        },
        geometry=points,
        crs=city.crs,
    )
    return frame.reset_index(drop=True)


def _capacity(kind: Kind, rows: gpd.GeoDataFrame) -> pd.Series:
    """Return what places hold, NaN where the pack does not tell."""
    if kind.capacity is None or kind.capacity.column not in rows.columns:
        return pd.Series(np.nan, index=rows.index, dtype="float64")
    values = rows[kind.capacity.column]
    if not pd.api.types.is_numeric_dtype(values):
        raise DataError(
            f"layer {kind.layer}: column {kind.capacity.column}, the capacity of {kind.id}, holds texts and no numbers;"
            " name another column in the file of kinds"
        )
    capacity: pd.Series = values.astype("float64")
    return capacity


def _texts_of(layer: gpd.GeoDataFrame) -> list[dict[str, str]]:
    """Return the texts of every row by column, as tags."""
    columns = [name for name in layer.columns if name != layer.geometry.name and layer[name].dtype == object]
    return [
        {name: value for name, value in zip(columns, row, strict=True) if isinstance(value, str)}
        for row in layer[columns].itertuples(index=False)
    ]
