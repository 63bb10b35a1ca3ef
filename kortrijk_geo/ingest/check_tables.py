"""The check of what comes from tables: one location under two ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.ingest.report import named

if TYPE_CHECKING:
    import geopandas as gpd

    from kortrijk_geo.ingest.report import Findings

# Two locations of one name so near to each other are one.
SAME_PLACE_M = 1.0


def same_locations(childcare: gpd.GeoDataFrame, findings: Findings) -> None:
    """Tell of locations with one name at one place under two ids; one that follows another in time is no double."""
    names = childcare["name"].map(lambda name: " ".join(str(name).casefold().split())).to_numpy()
    points = childcare.geometry.to_numpy()
    left, right = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_PLACE_M)
    opens, closes = (
        childcare[column].fillna(otherwise).to_numpy() if column in childcare else np.full(len(childcare), otherwise)
        for column, otherwise in (("opens", "0"), ("closes", "9999-99"))
    )
    together = (opens[left] < closes[right]) & (opens[right] < closes[left])
    pairs = (left < right) & (names[left] == names[right]) & together
    if pairs.any():
        ids, called = childcare["location_id"].to_numpy(), childcare["name"].to_numpy()
        texts = [f"{ids[i]} and {ids[j]} ({called[i]})" for i, j in zip(left[pairs], right[pairs], strict=True)]
        findings.add(
            "warning", "childcare",
            f"{len(texts):,} pairs of locations have one name and one place, under two ids: {named(texts)}", len(texts),
            texts,
        )  # fmt: skip
