"""Addresses made fit to be searched: a street and a number each, "12;14" taken apart, the same one kept once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.ingest.report import named

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.ingest.report import Findings

_SEPARATORS = re.compile(r"[;,]")
# A shop and the building it is in, a building and its boxes: often the same address twice, at slightly other points.
SAME_PLACE_M = 10.0


def house_numbers(text: str) -> list[str]:
    """Return the different numbers of a value such as "12;14" or "12, 14"; a range ("12-14") is one number."""
    return list(dict.fromkeys(part.strip() for part in _SEPARATORS.split(text) if part.strip()))


def tidy_addresses(addresses: gpd.GeoDataFrame, findings: Findings) -> gpd.GeoDataFrame:
    """Give every house number one row.

    Parameters
    ----------
    addresses
        Points with the columns of the layer, some of them empty; metres.
    findings
        Counts what is taken apart, left out (no street, or a number without a digit, as "s/n"), and kept once.

    Returns
    -------
    GeoDataFrame
        Rows in their order. Of a value with several numbers the ids get ``-1``, ``-2`` ...
    """
    apart = _one_number_each(addresses.reset_index(drop=True), findings)
    street = apart["street"].notna()
    number = apart["house_number"].fillna("").str.contains(r"\d")
    if (lost := ~street | ~number).any():
        findings.add(
            "warning", "addresses",
            f"{lost.sum():,} rows cannot be found by address, left out: {(~street).sum():,} without a street,"
            f" {(street & ~number).sum():,} without a house number ({named(apart.loc[lost, 'address_id'])})",
            int(lost.sum()),
        )  # fmt: skip
    placed = apart[~lost]
    again = _stands_before(placed)
    if again.any():
        findings.add(
            "info", "addresses",
            f"{again.sum():,} rows repeat street, number and postcode of another within {SAME_PLACE_M:g} m: left out",
            int(again.sum()),
        )  # fmt: skip
    return placed[~again].reset_index(drop=True)


def _one_number_each(addresses: gpd.GeoDataFrame, findings: Findings) -> gpd.GeoDataFrame:
    numbers = [house_numbers(text) for text in addresses["house_number"].fillna("")]
    several = np.array([len(each) > 1 for each in numbers], dtype=bool)
    apart = gpd.GeoDataFrame(addresses.assign(house_number=numbers).explode("house_number"), crs=addresses.crs)
    part = several[apart.index]
    count = (apart.groupby(level=0).cumcount() + 1).to_numpy()
    apart = apart.reset_index(drop=True)
    apart["address_id"] = apart["address_id"].where(~part, apart["address_id"] + "-" + pd.Series(count.astype(str)))
    # An id that so becomes another row's own is told apart once more; ids stood once each before.
    while (twice := apart["address_id"].duplicated(keep=False).to_numpy() & part).any():
        apart.loc[twice, "address_id"] += "-0"
    if several.any():
        message = f"{several.sum():,} rows hold several house numbers: taken apart into {part.sum():,}"
        findings.add("info", "addresses", message, int(several.sum()))
    return apart


def _stands_before(addresses: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which rows are at the place of another that is kept; an unknown postcode differs from none."""
    postcode = addresses["postcode"] if "postcode" in addresses.columns else pd.Series("", index=addresses.index)
    code = postcode.fillna("").to_numpy(dtype=object)
    key = addresses["street"].str.casefold() + "\n" + addresses["house_number"].str.casefold()
    same = pd.factorize(key)[0]
    points: NDArray[Any] = addresses.geometry.to_numpy()
    again = np.ones(len(addresses), dtype=bool)
    # Rows with a postcode come first: they are the ones to keep.
    rest = np.argsort(code == "", kind="stable")
    while len(rest):
        first = pd.Series(rest).groupby(same[rest]).transform("first").to_numpy()
        again[first] = False
        far = shapely.distance(points[rest], points[first]) > SAME_PLACE_M
        rest = rest[far | ((code[rest] != code[first]) & (code[rest] != ""))]
    return again
