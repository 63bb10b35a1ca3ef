"""Care for the elderly, and how much room places have in people, beds or dwellings: all invented (``care.toml``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.demo.boundaries import CRS
from kortrijk_geo.demo.services import names_of
from kortrijk_geo.rules import read_toml

if TYPE_CHECKING:
    from kortrijk_geo.demo.figures import Figures

_PLACES, _CAPACITY = 2, 3  # random streams of their own: everything else in the city stays as it is
_LEAST_DWELLINGS = 5


def care() -> dict[str, list[dict[str, Any]]]:
    """Read ``care.toml``."""
    rules: dict[str, Any] = read_toml(Path(__file__).with_name("care.toml"))[0]
    return rules


def with_care(amenities: gpd.GeoDataFrame, homes: pd.DataFrame, fig: Figures) -> gpd.GeoDataFrame:
    """Return the amenities and, after them, places of care; each at a building with flats, no two at one."""
    rng = np.random.default_rng([fig.seed, _PLACES])
    flats = homes[homes["dwellings"] >= _LEAST_DWELLINGS]
    part, free = flats["part"].to_numpy(), np.ones(len(flats), dtype=bool)
    rows: list[dict[str, Any]] = []
    for spec in care()["care"]:
        for side, count in ((part >= 0, spec["city"]), (part < 0, spec["around"])):
            picked = rng.choice(np.flatnonzero(side & free), count, replace=False)
            free[picked] = False
            rows += [{"spec": spec, "part": int(part[at]), "geometry": flats["point"].iloc[at]} for at in picked]
    names = names_of(pd.Series([row["spec"]["label"] for row in rows]), pd.Series([row["part"] for row in rows]), fig)
    tags = [row["spec"]["tags"] for row in rows]
    added = gpd.GeoDataFrame(
        {
            "amenity_id": [f"v{len(amenities) + number:05d}" for number in range(len(rows))],
            "category": [row["spec"]["category"] for row in rows],
            "name": names,
            "tags": [
                json.dumps({**own, "name": name}, ensure_ascii=False, sort_keys=True)
                for own, name in zip(tags, names, strict=True)
            ],
        },
        geometry=[row["geometry"] for row in rows],
        crs=CRS,
    )
    return pd.concat([amenities, added], ignore_index=True)


def with_capacity(amenities: gpd.GeoDataFrame, fig: Figures) -> gpd.GeoDataFrame:
    """Return the amenities with the capacity of those that have one; unknown of the others."""
    rng = np.random.default_rng([fig.seed, _CAPACITY])
    tags = amenities["tags"].map(json.loads)
    capacity = np.full(len(amenities), np.nan)
    for spec in care()["capacity"]:
        rows = np.flatnonzero(tags.map(lambda own, wanted=spec["tags"]: wanted.items() <= own.items()))
        low, high = spec["between"]
        step = spec["step"]
        capacity[rows] = step * rng.integers(low // step, high // step + 1, len(rows))
    return amenities.assign(capacity=capacity)
