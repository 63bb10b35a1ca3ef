"""Checks across layers: areas tile the boundary, sums agree, homes lie where they say, streets reach far enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.ingest.check_streets import check_streets
from kortrijk_geo.ingest.report import named
from kortrijk_geo.ingest.tag_text import is_tags
from kortrijk_geo.pack.layers import AGES, COUNTS

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.ingest.report import Findings, Level
    from kortrijk_geo.pack.city import City

# Digitising leaves slivers: a gap or overlap counts from this surface, and is an error from this share of the boundary.
TOLERANCE_M2 = 1.0
TOLERANCE_SHARE = 0.001
# Sums are of whole persons, so that half a person is rounding.
TOLERANCE_SUM = 0.5
# A home on the line between two areas is in both.
TOLERANCE_PLACE_M = 0.01


def check_content(city: City, sound: frozenset[str], findings: Findings) -> None:
    """Run the checks whose layers are sound."""
    if {"boundary", "areas"} <= sound:
        _tiling(city.areas, city.boundary.geometry.iloc[0], findings)
        _totals(city.areas, city.boundary, findings)
    if {"areas", "subareas"} <= sound:
        _references(city.subareas, "subareas", "parent_id", city.areas["area_id"], findings)
        _sums(
            city.subareas,
            "subareas",
            "parent_id",
            city.areas,
            columns={name: name for name in COUNTS},
            findings=findings,
        )
    for name in ("subareas", "sectors"):
        if {"districts", name} <= sound and "district_id" in city.layer(name).columns:
            _references(city.layer(name), name, "district_id", city.districts["district_id"], findings)
    if {"areas", "sectors"} <= sound and "area_id" in city.sectors.columns:
        _references(city.sectors, "sectors", "area_id", city.areas["area_id"], findings)
    if {"areas", "homes"} <= sound:
        _references(city.homes, "homes", "area_id", city.areas["area_id"], findings)
        _sums(
            city.homes, "homes", "area_id", city.areas,
            columns={"population": "residents", "children_0_2": "children_0_2", **{age: age for age in AGES}},
            findings=findings,
        )  # fmt: skip
        _places(city.homes, city.areas, findings)
    _streets(city, sound, findings)
    if "amenities" in sound:
        _tags(city.amenities, findings)


def _streets(city: City, sound: frozenset[str], findings: Findings) -> None:
    if {"boundary", "streets"} <= sound:
        _edges(city.streets, city.boundary, city.info.buffer_m, findings)
    if "streets" in sound:
        homes = city.homes if "homes" in sound else None
        check_streets(city.streets, homes, city.info.layers["streets"].notes, findings)
    elif "streets" not in city.layers:
        findings.add("info", "streets", "the pack has no streets: nothing that goes by distance can be worked out")


def _tiling(areas: gpd.GeoDataFrame, boundary: BaseGeometry, findings: Findings) -> None:
    shapes, names = areas.geometry.to_numpy(), areas["name"].to_numpy()
    limit = float(shapely.area(boundary)) * TOLERANCE_SHARE
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="intersects")
    pairs = left < right
    shared = shapely.area(shapely.intersection(shapes[left[pairs]], shapes[right[pairs]]))
    overlaps = [
        (size, f"{names[i]} and {names[j]} {size:,.0f} m2")
        for i, j, size in zip(left[pairs], right[pairs], shared, strict=True)
    ]
    union = shapely.union_all(shapes)
    gaps = _patches(shapely.difference(boundary, union), tree, names)
    beyond = _patches(shapely.difference(union, boundary), tree, names)
    for found, what in (
        (overlaps, "areas overlap"),
        (gaps, "the boundary has gaps between areas, near"),
        (beyond, "areas lie outside the boundary, near"),
    ):
        kept = sorted((one for one in found if one[0] > TOLERANCE_M2), reverse=True)
        total = sum(size for size, _ in kept)
        if kept:
            findings.add(
                "error" if total > limit else "warning", "areas",
                f"{what} {named(text for _, text in kept)}: {total:,.0f} m2 in all"
                f" (patches over {TOLERANCE_M2:g} m2; an error above {limit:,.0f} m2, {TOLERANCE_SHARE:.1%} of it)",
                len(kept), [text for _, text in kept],
            )  # fmt: skip


def _patches(shape: BaseGeometry, tree: shapely.STRtree, names: np.ndarray) -> list[tuple[float, str]]:
    parts = shapely.get_parts(shapely.get_parts(shape))
    parts = parts[shapely.area(parts) > TOLERANCE_M2]
    if not len(parts):
        return []
    near = tree.nearest(parts)
    sizes = pd.Series(shapely.area(parts)).groupby(names[near]).sum()
    return [(float(size), f"{name} {size:,.0f} m2") for name, size in sizes.items()]


def _totals(areas: gpd.GeoDataFrame, boundary: gpd.GeoDataFrame, findings: Findings) -> None:
    for column, spec in COUNTS.items():
        total = float(boundary[column].iloc[0]) if column in boundary.columns else np.nan
        known = areas[column].dropna() if column in areas.columns else pd.Series(dtype=float)
        if known.empty:
            continue
        if len(known) < len(areas):
            unknown = areas.loc[areas[column].isna(), "name"]
            findings.add(
                "warning",
                "areas",
                f"{column} is unknown in {len(unknown)} areas: {named(unknown)}",
                len(unknown),
                unknown,
            )
        if np.isnan(total):
            findings.add("info", "boundary", f"{column} of the city is not given; the areas have {known.sum():,.0f}")
        elif known.sum() > total + TOLERANCE_SUM:
            findings.add(
                "error",
                "areas",
                f"{column} of the areas adds up to {known.sum():,.0f}, more than the city's {total:,.0f}",
            )
        elif len(known) == len(areas) and known.sum() < total - TOLERANCE_SUM:
            rest = total - known.sum()
            level: Level = "warning" if rest > 0.02 * total else "info"
            findings.add(
                level,
                "areas",
                f"{rest:,.0f} of the city's {total:,.0f} {spec.unit} are in no area (not located)",
                round(rest),
            )


def _references(frame: pd.DataFrame, layer: str, column: str, known: pd.Series, findings: Findings) -> None:
    given = frame[column].dropna()
    lost = given[~given.isin(set(known))]
    if len(lost):
        # People who cannot be located have a sector of their own, which is in no area.
        level: Level = "info" if layer == "sectors" else "error"
        findings.add(
            level,
            layer,
            f"{column} of {len(lost):,} rows is not in the pack: {named(lost.unique())}",
            len(lost),
            lost.unique(),
        )


def _sums(
    parts: pd.DataFrame, layer: str, by: str, areas: gpd.GeoDataFrame, *, columns: dict[str, str], findings: Findings
) -> None:  # fmt: skip
    """Compare what parts add up to with what their area has; where either is unknown there is nothing to compare."""
    for of_areas, of_parts in columns.items():
        if of_areas not in areas.columns or of_parts not in parts.columns or parts[of_parts].isna().all():
            continue
        expected = areas.set_index("area_id")[of_areas].dropna()
        found = parts.groupby(by)[of_parts].agg(lambda group: group.sum(skipna=False)).reindex(expected.index)
        empty = ~expected.index.isin(parts[by])
        found = found.where(~empty, 0.0)
        wrong = (found - expected).abs() > TOLERANCE_SUM
        if wrong.any():
            texts = [f"{area} {found[area]:,.0f} for {expected[area]:,.0f}" for area in expected.index[wrong]]
            findings.add(
                "error",
                layer,
                f"{of_parts} does not add up to {of_areas} of the areas: {named(texts)}",
                int(wrong.sum()),
                expected.index[wrong],
            )
        unknown = found.isna()
        if unknown.any():
            findings.add(
                "warning",
                layer,
                f"{of_parts} is unknown in part of areas {named(expected.index[unknown])}",
                int(unknown.sum()),
                expected.index[unknown],
            )


def _places(homes: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, findings: Findings) -> None:
    place = pd.Series(np.arange(len(areas)), index=areas["area_id"])
    owner = homes["area_id"].map(place)
    has = owner.notna().to_numpy()
    points, shapes = homes.geometry.to_numpy(), areas.geometry.to_numpy()
    apart = np.zeros(len(homes))
    apart[has] = shapely.distance(points[has], shapes[owner[has].astype(int).to_numpy()])
    elsewhere = apart > TOLERANCE_PLACE_M
    if elsewhere.any() and "subarea_id" in homes.columns:
        # By its code a home is of a sector, whose polygon may be simplified.
        by_code = elsewhere & homes["subarea_id"].notna().to_numpy()
        if by_code.any():
            count = int(by_code.sum())
            message = f"{count:,} homes lie outside their area and belong to it by the code of their sector"
            findings.add("info", "homes", message, count)
        elsewhere &= ~by_code
    if elsewhere.any():
        ids = homes.loc[elsewhere, "home_id"]
        findings.add(
            "error", "homes", f"{len(ids):,} homes lie outside the area that area_id names: {named(ids)}", len(ids), ids
        )
    nowhere = homes["area_id"].isna().to_numpy()
    inside = np.zeros(len(homes), dtype=bool)
    hit = shapely.STRtree(shapes).query(points[nowhere], predicate="within")[0]
    inside[np.flatnonzero(nowhere)[hit]] = True
    if inside.any() and "subarea_id" in homes.columns:
        by_code = inside & homes["subarea_id"].notna().to_numpy()
        if by_code.any():
            message = f"{int(by_code.sum()):,} homes lie in an area and are of a sector of a neighbour by its code"
            findings.add("info", "homes", message, int(by_code.sum()))
        inside &= ~by_code
    if inside.any():
        ids = homes.loc[inside, "home_id"]
        message = f"{len(ids):,} homes lie in an area but have no area_id: {named(ids)}"
        findings.add("error", "homes", message, len(ids), ids)


def _edges(streets: gpd.GeoDataFrame, boundary: gpd.GeoDataFrame, buffer_m: float, findings: Findings) -> None:
    """Compare, on each side, how far streets reach beyond the boundary with the buffer that the pack promises."""
    west, south, east, north = boundary.total_bounds
    reach = streets.total_bounds
    beyond = {"west": west - reach[0], "south": south - reach[1], "east": reach[2] - east, "north": reach[3] - north}
    short = {side: distance for side, distance in beyond.items() if distance < buffer_m * 0.95}
    if buffer_m <= 0:
        findings.add("warning", "streets", "the pack has no buffer: reach is too short near the boundary (buffer_m)")
    elif short:
        texts = (f"{side} {max(distance, 0.0):,.0f} m" for side, distance in short.items())
        findings.add(
            "warning", "streets",
            f"reach less than buffer_m = {buffer_m:,.0f} m beyond the boundary in the {named(texts)}: sea, or an"
            " extract cut too short, which makes reach near that edge too low", len(short), short,
        )  # fmt: skip


def _tags(amenities: gpd.GeoDataFrame, findings: Findings) -> None:
    """Report tags that no theme can read."""
    texts = amenities["tags"].astype(str)
    wrong = amenities.loc[[not is_tags(text) for text in texts], "amenity_id"]
    if len(wrong):
        findings.add(
            "error",
            "amenities",
            f"tags of {len(wrong):,} rows are not a JSON object: {named(wrong)}",
            len(wrong),
            wrong,
        )
