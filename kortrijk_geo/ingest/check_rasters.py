"""Checks of the rasters of a pack: readable, in its CRS, square cells, legal codes, covering it, unchanged."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from kortrijk_geo.ingest.report import named
from kortrijk_geo.pack.layers import RASTERS

if TYPE_CHECKING:
    from kortrijk_geo.ingest.report import Findings
    from kortrijk_geo.pack.city import City


def check_raster(city: City, name: str, findings: Findings) -> None:
    """Report what is wrong with one raster."""
    import rasterio
    from rasterio.crs import CRS

    path = city.raster(name)
    if not path.is_file():
        findings.add("error", name, f"{path.name} is missing; build the pack again")
        return
    with path.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != city.info.rasters[name].sha256:
            findings.add("error", name, "was changed after the pack was built: its hash is not that of pack.toml")
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None or raster.crs != CRS.from_user_input(city.crs):
                findings.add("error", name, f"is in {raster.crs or 'no CRS'}, the pack in {city.crs}")
                return
            wide, high = (abs(size) for size in raster.res)
            if not np.isclose(wide, high, rtol=1e-6) or raster.transform.b or raster.transform.d:
                findings.add("error", name, f"its cells are not upright squares ({wide:g} by {high:g} m)")
            _codes(raster, name, findings)
            if "boundary" in city.layers:
                west, south, east, north = city.boundary.total_bounds
                box = raster.bounds
                if (
                    west < box.left - wide
                    or south < box.bottom - wide
                    or east > box.right + wide
                    or north > box.top + wide
                ):
                    findings.add("warning", name, "does not cover the whole boundary")
    except rasterio.errors.RasterioIOError as error:
        findings.add("error", name, f"{path.name} cannot be read ({error})")


def _codes(raster: Any, name: str, findings: Findings) -> None:
    legend = RASTERS[name].codes
    if not legend:
        return
    known = {*legend, 0}
    strange: set[int] = set()
    for _, window in raster.block_windows(1):
        strange |= set(np.unique(raster.read(1, window=window)).tolist()) - known
    if strange:
        findings.add("error", name, f"has codes that are not in its legend: {named(sorted(strange))}", len(strange))
