"""Why a GTFS feed is of no use: where its stops are, or the first row that is wrong, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.gtfs_times import is_time

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.ingest.gtfs_tables import Feed

_TIMES = ("arrival_time", "departure_time")


def elsewhere(feed: Feed, near: BaseGeometry, crs: str) -> DataError:
    """Say why no stop of a feed lies in ``near``, in the CRS of the pack: by its places, or by how they are written."""
    origin = f"{feed.path.name}, stops.txt"
    table = feed.table("stops.txt", ["stop_id"], "stop_lat", "stop_lon")
    lat, lon = (_number(table[key]) for key in ("stop_lat", "stop_lon"))
    if _no_degrees(lat, lon).any():
        found = feed.first_row(
            "stops.txt",
            lambda cells: bool(_no_degrees(*(_number(pd.Series([cells[key]])) for key in ("stop_lat", "stop_lon")))[0]),
        )
        if found is not None:
            row, cells = found
            return DataError(
                f"{origin}, row {row}: stop_lat is {cells['stop_lat']} and stop_lon {cells['stop_lon']}, which are no"
                " degrees, and no stop lies in the study area; GTFS wants degrees of WGS84 (EPSG:4326), export the"
                " stops so"
            )
    turned = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lat, lon)
    if shapely.contains_xy(near, *turned).any():
        return DataError(
            f"{origin}: no stop lies in the study area, but some do when stop_lat and stop_lon change places; correct"
            " the names of these two columns"
        )
    return DataError(
        f"{feed.path.name}: none of its {len(table):,} stops lies in the study area or its buffer; is it a feed of this"
        " region?"
    )


def none_usable(feed: Feed, stop_ids: Collection[str], trip_ids: Collection[str], heard: Sequence[str]) -> DataError:
    """Say why none of these trips is left: by the first row of a call that is wrong, else by all that was heard."""
    useless = f"none of the {len(trip_ids):,} trips in the study area can be used"

    def wrong(cells: Mapping[str, str]) -> str | None:
        """Return the column of a call that makes its trip unusable; without trips near by, an unknown stop may."""
        columns = ["stop_id"] if cells.get("stop_id", "") not in stop_ids else []
        if cells["trip_id"] in trip_ids:
            columns += [key for key in _TIMES if not is_time(cells.get(key, ""))]
        return columns[0] if columns and (cells["trip_id"] in trip_ids or not trip_ids) else None

    found = feed.first_row("stop_times.txt", lambda cells: wrong(cells) is not None)
    column = None if found is None else wrong(found[1])
    if found is None or column is None:
        if trip_ids:
            return DataError(f"{feed.path.name}: {useless}: {'; '.join(heard)}")
        return DataError(
            f"{feed.path.name}: no trip of it calls in the study area or its buffer; is it a feed of this region?"
        )
    at = f"{feed.path.name}, stop_times.txt, row {found[0]}: {column} is {found[1][column] or 'blank'}, which"
    if column == "stop_id":
        return DataError(f"{at} stops.txt lacks; {useless}; take both tables of one export")
    return DataError(
        f"{at} is no time; {useless}; write times as HH:MM:SS, such as 07:30:00 (in Excel the cell format hh:mm:ss,"
        " then CSV UTF-8)"
    )


def _number(texts: pd.Series) -> np.ndarray:
    return np.asarray(pd.to_numeric(texts, errors="coerce"), float)


def _no_degrees(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    return np.asarray((np.abs(lat) > 90) | (np.abs(lon) > 180))
