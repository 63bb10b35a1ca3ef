"""The small inputs with rasters that once ended in a wrong figure, from the folder of cases where that is there."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import rasterio

from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.recipe import build_pack

CASES = Path(os.environ.get("KORTRIJK_GEO_REAL_DATA", "absent")) / "cases"


@pytest.mark.parametrize(
    ("case", "raster", "mean", "missing"),
    [
        ("06-raster-scale-temperature", "surface_temperature", 20.0, 0.0),
        ("07-raster-internal-mask", "elevation", 20.0, 35.0),
    ],
)
def test_a_raster_is_read_with_its_scale_and_its_mask(
    tmp_path: Path, case: str, raster: str, mean: float, missing: float
) -> None:
    folder = CASES / case
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there; set KORTRIJK_GEO_REAL_DATA")
    build_pack(folder / "recipe.toml", folder / "raw", tmp_path / "pack")
    with rasterio.open(tmp_path / "pack" / f"{raster}.tif") as source:
        values = source.read(1, masked=True)
    assert float(np.ma.mean(values)) == pytest.approx(mean, abs=0.05)
    told = [finding.message for finding in check_pack(tmp_path / "pack") if finding.layer == raster]
    assert any(f"({missing:.1f}%) has no data" in text for text in told) == (missing > 0)
