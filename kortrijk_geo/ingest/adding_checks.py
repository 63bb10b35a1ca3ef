"""Whether what a file adds to a pack can be so: its sums against known ones, its counts against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.adding_rules import adding_rules
from kortrijk_geo.ingest.check_tables import same_locations
from kortrijk_geo.ingest.report import named
from kortrijk_geo.pack.childcare import unbelievable
from kortrijk_geo.pack.layers import LAYERS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.ingest.report import Findings
    from kortrijk_geo.pack.city import City

# What a count of an area cannot be more than.
_MOST = {"social_dwellings": "households_private", "children_0_2": "population"}
_ROUNDING = 0.5


def check_childcare(frame: gpd.GeoDataFrame, city: City, expected: float | None, date: str, findings: Findings) -> None:
    """Hold places against what is expected of the municipality, and tell what cannot be believed.

    What is expected are the places that are there: those of locations that are planned, or not open on ``date``, are
    not added up.

    Raises
    ------
    DataError
        When no places are known, or their sum is too far from what is expected.
    """
    same_locations(frame, findings)
    wrong = frame["location_id"][unbelievable(frame)]
    if len(wrong):
        ids = named(wrong)
        text = f"{len(wrong):,} locations have more places than can be believed, so theirs count as unknown: {ids}"
        findings.add("warning", "childcare", text, len(wrong))
    inside = shapely.intersects(frame.geometry.to_numpy(), city.boundary.geometry.iloc[0])
    places = frame["places"][inside]
    unknown = int(places.isna().sum())
    if places.notna().sum() == 0:
        raise DataError(f"childcare: no location in {city.name} has a known number of places; fill in that column")
    if unknown:
        findings.add("warning", "childcare", f"places of {unknown:,} locations are unknown", unknown)
    if expected is None:
        return
    total = float(places[_there(frame, date)[inside]].sum())
    off = abs(total - expected) / max(total, expected, 1.0)
    text = f"places in {city.name} add up to {total:,.0f}, expected are {expected:,.0f}: {off:.1%} apart"
    if off > adding_rules().most_off:
        raise DataError(
            f"{text}, more than {adding_rules().most_off:.0%}; is the list whole, of this date and of this"
            " municipality? Correct it, or leave --expected-places out"
        )
    findings.add("warning" if off else "info", "childcare", text)


def _there(frame: gpd.GeoDataFrame, date: str) -> NDArray[np.bool_]:
    """Tell which locations exist, and are open on a day where one is given."""
    there = np.ones(len(frame), dtype=bool)
    if "standing" in frame.columns:
        there &= (frame["standing"].fillna("existing") == "existing").to_numpy(dtype=bool)
    if date and "opens" in frame.columns:
        there &= (frame["opens"].fillna("") <= date).to_numpy(dtype=bool)
    if date and "closes" in frame.columns:
        there &= (frame["closes"].fillna("9999") > date).to_numpy(dtype=bool)
    return there


def check_areas(areas: gpd.GeoDataFrame, column: str, findings: Findings) -> None:
    """Hold a count of the areas against the one that it is a part of.

    Raises
    ------
    DataError
        When an area has more of the part than of the whole, or nothing is known of any.
    """
    if areas[column].isna().all():
        raise DataError(f"areas: {column} is known of none of them; fill in that column")
    whole = _MOST.get(column, "")
    if whole in areas.columns:
        wrong = areas[areas[column] > areas[whole] + _ROUNDING]
        if len(wrong):
            texts = [f"{name} ({part:.0f} / {most:.0f})"
                     for name, part, most in zip(wrong["name"], wrong[column], wrong[whole], strict=True)]  # fmt: skip
            raise DataError(
                f"areas: more {column} than {whole} in {len(wrong):,} of them: {named(texts)}; one of the two is of"
                " another year or another area"
            )
    unknown = areas["name"][areas[column].isna()]
    if len(unknown):
        text = f"{column} is unknown in {len(unknown)} areas: {named(unknown)}"
        findings.add("warning", "areas", text, len(unknown), unknown)


def check_table_total(values: pd.Series, total: float, column: str, *, name: str) -> None:
    """Refuse a table whose row with a total is not the sum of its other rows.

    Raises
    ------
    DataError
        When both are known and differ.
    """
    known = float(values.sum(skipna=False))
    if not np.isnan([known, total]).any() and abs(known - total) > _ROUNDING:
        raise DataError(
            f"{name}: the rows of {column} add up to {known:,.0f} and the row with their total says {total:,.0f}; a row"
            " is missing or stands there twice"
        )


def tell_same_places(frame: gpd.GeoDataFrame, layer: str, findings: Findings) -> None:
    """Tell of rows that stand at one place under one name: the same thing, twice."""
    if "name" not in frame.columns:
        return
    key = str(LAYERS[layer].key)
    at = pd.DataFrame({"place": frame.geometry.to_wkb(), "name": frame["name"].fillna("").str.casefold().to_numpy()})
    again = at.duplicated(keep=False).to_numpy() & (at["name"] != "").to_numpy()
    if again.any():
        count = int(again.sum())
        text = f"{count:,} rows have the name and the place of another: {named(frame[key][again])}"
        findings.add("warning", layer, text, count)


def tell_newer(date: str, city: City, layer: str, findings: Findings) -> None:
    """Tell of a file that describes a later day than the areas of the pack do."""
    known = city.reference_day("areas", "boundary")
    if not date:
        findings.add("warning", layer, "no date was given with --date: nobody will know how old these figures are")
    elif known is not None and date > known.isoformat():
        findings.add("warning", layer, f"describes {date}, the areas of the pack {known.isoformat()}: they may differ")
