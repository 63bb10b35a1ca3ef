"""Gaps: which areas fall short of the norm of places per 100 children, and by how many places."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.capacity.network import KEYS, Level
from kortrijk_geo.childcare.locations import count_day, read_locations
from kortrijk_geo.childcare.notes import day_notes, not_located, small_notes
from kortrijk_geo.childcare.privacy import few_children
from kortrijk_geo.childcare.rules import Norm, load_norms
from kortrijk_geo.childcare.rules import norms as package_norms
from kortrijk_geo.engine.rates import area_of, below_norm, places_by_area, rate, shortage
from kortrijk_geo.errors import OptionError
from kortrijk_geo.pack.childcare import children_by_area
from kortrijk_geo.text.dutch import against_norms

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from kortrijk_geo.pack.city import City

_COUNTED = ("places", "places_group", "places_family", "income_related_places", "locations", "unknown_places")


@dataclass(frozen=True)
class Gaps:
    """The count of places and children on a day.

    Parameters
    ----------
    level
        Layer of the areas.
    on
        Day of the count; None when the pack does not tell it.
    norm, reference
        The norm that decides on ``below_norm`` and ``shortage_places``, and the one it is compared with.
    areas
        One row per area, index ``area_id``: ``name``, ``children_0_2``, ``places``, ``places_group``,
        ``places_family``, ``income_related_places``, ``locations``, ``unknown_places`` (locations without known
        places), ``places_per_100_children``, ``income_related_places_per_100_children``, ``shortage_places`` (whole
        places, rounded up), ``below_norm``,
        ``below_reference_norm``, ``status`` (Dutch), ``few_children`` (hardly any), ``geometry``. Unknown is NaN or NA.
    city
        The same for the whole study area, children who cannot be located included; ``children_not_located``;
        ``shortage_places`` is that of the city as a whole, ``shortage_places_areas`` the sum over its areas.
    locations
        Every location with its area and a Dutch remark; see `kortrijk_geo.childcare.locations.read_locations`.
    notes
        Dutch remarks.
    """

    level: str
    on: dt.date | None
    norm: Norm
    reference: Norm
    areas: gpd.GeoDataFrame
    city: dict[str, Any]
    locations: gpd.GeoDataFrame
    notes: list[str]


def check_level(level: str) -> None:
    """Raise `OptionError` when no layer of areas is called so."""
    if level not in KEYS:
        raise OptionError.of_choice("level", level, KEYS)


def find_gaps(
    city: City,
    *,
    level: Level = "areas",
    norm: float | str | None = None,
    reference_norm: float | str | None = None,
    norms: str | Path | None = None,
    on: dt.date | None = None,
) -> Gaps:
    """Count places and children per area and hold them against the norm.

    Parameters
    ----------
    city
        A pack with the layers ``childcare``, ``areas`` and the one of ``level``.
    level
        ``areas`` (Kortrijk: wijken), ``subareas`` (statistical sectors) or ``districts`` (deelgemeenten).
    norm, reference_norm
        Id of a norm of ``norms.toml`` or a number of places per 100 children; None for the defaults of that file.
    norms
        A file like ``norms.toml``; None for the package's own.
    on
        Day of the count; None for the reference date of the pack.

    Raises
    ------
    MissingLayerError
        When the pack lacks a layer.
    OptionError
        When an option has a value that cannot be used.
    MissingFileError, DataError
        When the file of norms does not exist or breaks its rules.
    """
    check_level(level)
    city.require("childcare", "areas", level, theme="Childcare")
    rules = load_norms(norms)
    nis_code = city.info.nis_code
    wanted = rules.find(norm).seen_from(nis_code)
    reference = rules.find(reference_norm, reference=True).seen_from(nis_code)
    day = on or count_day(city)
    locations, notes = read_locations(city, day, rules.plausible)
    key = KEYS[level]
    layer = city.layer(level)
    children, from_where = _children(city, level)
    counted = _count(locations, layer, key)
    areas = gpd.GeoDataFrame(
        {"name": layer["name"].to_numpy(), "children_0_2": children}, index=pd.Index(layer[key], name="area_id"),
        geometry=layer.geometry.to_numpy(), crs=layer.crs,
    )  # fmt: skip
    for column in _COUNTED:
        areas[column] = counted[column].to_numpy()
    areas = areas.assign(**_judgement(areas, wanted, reference), few_children=few_children(areas, rules.small.children))
    whole = _city_row(city, locations, areas, wanted, reference)
    notes = [*day_notes(city, day, rules.series_break, on=on), *from_where, *notes]
    notes += [*not_located(whole["children_not_located"]), *small_notes(areas, rules.small.children)]
    ordered = [*(column for column in areas.columns if column != "geometry"), "geometry"]
    return Gaps(level, day, wanted, reference, areas[ordered], whole, locations, notes)


def children_from_0_4(children_0_4: float) -> float:
    """Estimate children aged 0-2 where only those aged 0-4 are known, by the factor of ``norms.toml``."""
    return children_0_4 * package_norms().estimate.children_0_2_per_child_0_4


def fractional_shortage(places: float, children: float, norm: float) -> float:
    """Places short of the norm, not rounded: max(0, norm x children / 100 - places); NaN when unknown.

    For comparison with studies that publish parts of places; decisions use whole places.
    """
    if not (math.isfinite(places) and math.isfinite(children)):
        return math.nan
    exact = [Fraction(round(value * 10**6), 10**6) for value in (places, children, norm)]
    return float(max(Fraction(0), exact[2] * exact[1] / 100 - exact[0]))


def _count(locations: gpd.GeoDataFrame, layer: gpd.GeoDataFrame, key: str) -> pd.DataFrame:
    """Count what exists; `read_locations` has already decided on the day."""
    import datetime as dt

    undated = locations[locations["counted"]].drop(columns=["opens", "closes", "standing"])
    return places_by_area(undated, layer, on=dt.date.max, key=key)


def _children(city: City, level: str) -> tuple[np.ndarray, list[str]]:
    """Children aged 0-2 per area of the level, and the remark on where they come from."""
    children = children_by_area(city, level)
    remark = {
        "sectors": ["De kinderen van 0 tot 2 jaar zijn per gebied opgeteld uit de statistische sectoren."],
        "": ["Het pakket kent per gebied geen kinderen van 0 tot 2 jaar: tekorten onbekend."],
    }
    return children.counts, remark.get(children.layer, [])


def _judgement(frame: pd.DataFrame, norm: Norm, reference: Norm) -> dict[str, Any]:
    """Return the columns that hold places and children against both norms."""
    places, children = frame["places"], frame["children_0_2"]
    wanted, lower = norm.places_per_100_children, reference.places_per_100_children
    below, below_lower = below_norm(places, children, wanted), below_norm(places, children, lower)
    return {
        "places_per_100_children": rate(places, children),
        "income_related_places_per_100_children": rate(frame["income_related_places"], children),
        "shortage_places": shortage(places, children, wanted),
        "below_norm": below,
        "below_reference_norm": below_lower,
        "status": [_status(*row, wanted, lower) for row in zip(places, children, below, below_lower, strict=True)],
    }


def _status(  # the arguments are one row, then the two norms
    places: float, children: float, below: Any, below_reference: Any, norm: float, reference: float
) -> str:
    if not (math.isfinite(places) and math.isfinite(children)):
        return "onbekend"
    if children <= 0:
        return "plaatsen, geen kinderen" if places > 0 else "geen kinderen"
    return against_norms(norm, reference, below=bool(below), below_reference=bool(below_reference))


def _city_row(
    city: City, locations: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, norm: Norm, reference: Norm
) -> dict[str, Any]:
    boundary = city.boundary.assign(area_id="city")[["area_id", "geometry"]]
    inside = locations["area_id"].notna() | area_of(locations, boundary).notna()
    # The box holds all that was found inside: a location on the border of an area is not lost to a rounded boundary.
    box = boundary.set_geometry(boundary.geometry.envelope.buffer(1e6))
    counted = _count(locations[inside], box, "area_id").reset_index(drop=True)
    in_areas = areas["children_0_2"].sum(skipna=False)
    known = city.boundary.get("children_0_2", pd.Series([np.nan])).iloc[0]
    row = pd.DataFrame({"children_0_2": [in_areas if math.isnan(known) else known]})
    for column in _COUNTED:
        row[column] = counted[column]
    row = row.assign(**_judgement(row, norm, reference))
    whole: dict[str, Any] = {str(column): row[column].iloc[0] for column in row.columns}
    whole["children_not_located"] = math.nan if math.isnan(known) else known - in_areas
    whole["shortage_places_areas"] = areas["shortage_places"].sum(skipna=False)
    return whole
