"""Raw rasters: opened with care, and read onto the grid of the pack, as they are or resampled by nearest, knowingly.

What a file says of its values is read with them: no data, masks and alpha bands (unknown), scale and offset of a band.
"""

from __future__ import annotations

import warnings
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import numpy as np
import rasterio
from rasterio.dtypes import dtype_rev, typename_fwd
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from kortrijk_geo.errors import CrsError, DataError, reading
from kortrijk_geo.gdal_files import open_raster_file
from kortrijk_geo.ingest.files import locate
from kortrijk_geo.ingest.vectors import same_crs, settle_crs
from kortrijk_geo.pack.layers import RASTERS
from kortrijk_geo.pack.validation import check_crs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from numpy.typing import NDArray
    from pyproj import CRS
    from rasterio.io import DatasetReader

    from kortrijk_geo.engine.rasters import Grid
    from kortrijk_geo.ingest.readers import Workshop
    from kortrijk_geo.ingest.recipe_parts import Part

Bounds = tuple[float, float, float, float]
# Blocks above the first size are slow to read window by window; above the second they break the bound on memory.
_SLOW_BLOCK_BYTES, _MOST_BLOCK_BYTES = 64 * 2**20, 1024 * 2**20
_ALIGNED_PX = 0.01
# Part of a pixel by which an approximated transformation may be off: as good as none, since 0 is refused by rasterio.
_TOLERANCE_PX = 1e-6
# How files spell the units of measured rasters.
_SPELT = {
    "m": frozenset({"m", "metre", "meter", "metres", "meters", "mtaw", "m taw", "m.a.s.l.", "masl"}),
    "degrees C": frozenset({"c", "\u00b0c", "\u2103", "degc", "deg c", "celsius", "degrees c", "degrees celsius"}),
}
_METRES_PER_DEGREE = 111_320


@dataclass(frozen=True)
class RawRaster:
    """One band of a raster file, opened; ``mask`` is the band of ``source`` that is 0 where nothing is known."""

    source: DatasetReader
    name: str
    band: int
    crs: CRS
    nodata: float | None
    mask: int | None = None
    scale: float = 1.0
    offset: float = 0.0

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of its pixels."""
        dtype: np.dtype[np.generic] = np.dtype(self.source.dtypes[self.band - 1])
        return dtype

    @property
    def scaled(self) -> bool:
        """Whether its pixels must be multiplied or shifted to be values."""
        return self.scale != 1 or self.offset != 0

    @property
    def upright(self) -> bool:
        """Whether it is north up and not rotated."""
        transform = self.source.transform
        return not (transform.b or transform.d) and transform.a > 0 and transform.e < 0

    @property
    def pixel(self) -> tuple[float, float]:
        """Width and height of a pixel, in the units of its CRS."""
        transform = self.source.transform
        return float(np.hypot(transform.a, transform.d)), float(np.hypot(transform.b, transform.e))

    @property
    def bounds(self) -> Bounds:
        """Least and greatest x and y of its corners, in its own CRS: west, south, east, north."""
        a, b, west, d, e, north = tuple(self.source.transform)[:6]
        column, row = np.meshgrid((0, self.source.width), (0, self.source.height))
        x, y = west + a * column + b * row, north + d * column + e * row
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    def is_nodata(self, pixels: NDArray[np.generic]) -> NDArray[np.bool_]:
        """Tell which pixels have the declared value for no data, as a pixel of the file's type holds it."""
        if self.nodata is None or not (np.isfinite(self.nodata) or self.dtype.kind == "f"):
            return np.zeros(pixels.shape, dtype=bool)
        with np.errstate(over="ignore"):
            value = self.dtype.type(self.nodata) if self.dtype.kind == "f" else self.nodata
        return np.asarray(pixels == value)


@contextmanager
def open_raw(part: Part, shop: Workshop, file: str) -> Iterator[RawRaster]:
    """Open a raster file that a part of a recipe names.

    Raises
    ------
    MissingFileError
        When it is not there.
    CrsError
        When it has no CRS or another than the recipe says, or is in degrees or feet and the recipe does not say so.
    DataError
        When it is no raster, is cut off, has no such band, no place on the map, or blocks too large for memory; when
        it is rotated and the recipe does not name its CRS.
    """
    path = locate(shop.files, file, table=part.table)
    name = path.name
    with ExitStack() as stack:
        with readable(name), warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            source = stack.enter_context(open_raster_file(path))
        raw = _checked(source, name, part, shop)
        if (mask := _mask(raw)) is not None:
            with readable(name):
                both = stack.enter_context(rasterio.open(_beside_mask(raw, path, mask)))
            raw = RawRaster(both, name, 1, raw.crs, raw.nodata, 2, raw.scale, raw.offset)
        yield raw


def readable(name: str) -> AbstractContextManager[None]:
    """Turn whatever GDAL and rasterio raise at a file that cannot be read into one clear sentence."""
    return reading(name, "cannot be read as a raster, it is of another format or cut off", "fetch it again")


def _checked(source: DatasetReader, name: str, part: Part, shop: Workshop) -> RawRaster:
    band = int(part.get("band", 1))
    if band > source.count:
        raise DataError(f"{part.table}: band = {band}, but {name} has {source.count} bands")
    if "complex" in source.dtypes[band - 1]:
        raise DataError(f"{name}: band {band} holds complex numbers; choose another band, or convert it")
    _check_place(source, name)
    with readable(name):
        declared = source.crs.to_wkt() if source.crs else None
    part_crs = part.get("crs")
    crs = settle_crs(
        _horizontal(declared), part_crs, override=bool(part.get("crs_override", False)), name=name,
        findings=shop.findings, into=part.layer,
    )  # fmt: skip
    scale, offset = _scaling(source, name, band)
    _check_unit(source, name, band, part)
    raw = RawRaster(source, name, band, crs, part.get("nodata", source.nodatavals[band - 1]), None, scale, offset)
    if raw.scaled:
        message = f"{name}: band {band} is multiplied by {scale:g} and {offset:g} is added, as the file says"
        shop.findings.add("info", part.layer, message)
    # Whoever names the CRS in the recipe knows what the file is in, and has it reprojected.
    if part_crs is None:
        _in_metres(raw, part)
        if not raw.upright:
            raise DataError(
                f"{name}: is rotated or not north up; name its crs in the recipe to have it reprojected, or warp it"
            )
    _check_blocks(raw, part, shop)
    return raw


def _check_place(source: DatasetReader, name: str) -> None:
    place = tuple(source.transform)[:6]
    if source.transform.is_identity:
        raise DataError(f"{name}: has no place on the map (no transform); georeference it first")
    if not np.isfinite(place).all() or source.transform.determinant == 0:
        raise DataError(f"{name}: has a place on the map that cannot be {place}; georeference it anew")


def _scaling(source: DatasetReader, name: str, band: int) -> tuple[float, float]:
    scale, offset = float(source.scales[band - 1]), float(source.offsets[band - 1])
    if not (np.isfinite(scale) and np.isfinite(offset) and scale):
        raise DataError(f"{name}: band {band} has the scale {scale:g} and offset {offset:g}, which cannot be; mend it")
    return scale, offset


def _check_unit(source: DatasetReader, name: str, band: int, part: Part) -> None:
    """Refuse a measured band that says that it is in another unit than the pack."""
    contract, unit = RASTERS.get(part.layer), (source.units[band - 1] or "").strip()
    if contract is None or contract.codes or not unit:
        return
    if unit.casefold() not in _SPELT[contract.unit]:
        raise DataError(
            f"{name}: band {band} is in {unit!r}, {part.layer} is in {contract.unit}; bring it to {contract.unit} first"
        )


def _check_blocks(raw: RawRaster, part: Part, shop: Workshop) -> None:
    name, (rows, columns) = raw.name, raw.source.block_shapes[raw.band - 1]
    block = rows * columns * raw.dtype.itemsize
    if block > _SLOW_BLOCK_BYTES:
        advice = f"is stored in blocks of {columns:,} by {rows:,} pixels ({block / 2**20:,.0f} MB each)"
        if block > _MOST_BLOCK_BYTES:
            raise DataError(f"{name}: {advice}, too much for memory; convert it: gdal_translate -co TILED=YES")
        message = f"{name} {advice}: slow to read; gdal_translate -co TILED=YES helps"
        shop.findings.add("info", part.layer, message)


def _horizontal(declared: str | None) -> CRS | None:
    """Return what a CRS says of the plane: heights have a datum of their own, which moves no pixel."""
    from pyproj import CRS

    if declared is None:
        return None
    crs = CRS.from_wkt(declared)
    while crs.is_compound:
        crs = crs.sub_crs_list[0]
    return crs


def _in_metres(raw: RawRaster, part: Part) -> None:
    """Refuse a CRS in degrees or feet, with the lines that have it reprojected."""
    try:
        check_crs(raw.crs, origin=raw.name)
    except CrsError as error:
        known = raw.crs.to_authority()
        crs = ":".join(known) if known else raw.crs.name
        why = f"{crs} is in degrees" if raw.crs.is_geographic else f"{crs} is not in metres"
        size = float(f"{min(raw.pixel) * metres_per_unit(raw.crs):.1g}")
        raise CrsError(
            f'{raw.name}: {why}; add crs = "{crs}" to its table in the recipe and pixel_m = {size:g}'
            f" (metres) to [rasters.{part.layer}]"
        ) from error


def metres_per_unit(crs: CRS) -> float:
    """Return about how long a unit of the axes of a CRS is."""
    return _METRES_PER_DEGREE if crs.is_geographic else float(crs.axis_info[0].unit_conversion_factor)


def _mask(raw: RawRaster) -> str | None:
    """Return the band of GDAL that says where the pixels of a band are known: an alpha band or a mask."""
    kinds = raw.source.colorinterp
    if ColorInterp.alpha in kinds:
        alpha = kinds.index(ColorInterp.alpha) + 1
        if alpha == raw.band:
            raise DataError(f"{raw.name}: band {alpha} is its alpha band, which says only where there are data")
        return str(alpha)
    with readable(raw.name):
        flags = raw.source.mask_flag_enums[raw.band - 1]
    return f"mask,{raw.band}" if MaskFlags.per_dataset in flags else None


def _beside_mask(raw: RawRaster, path: Path, mask: str) -> str:
    """Describe the raster for GDAL with the mask as an ordinary second band, which warping leaves as it is."""
    source, file = raw.source, escape(str(path))
    dtype = typename_fwd[dtype_rev[source.dtypes[raw.band - 1]]]

    def band(number: int, origin: str) -> str:
        return (
            f'<VRTRasterBand dataType="{dtype}" band="{number}"><SimpleSource>'
            f'<SourceFilename relativeToVRT="0">{file}</SourceFilename><SourceBand>{origin}</SourceBand>'
            "</SimpleSource></VRTRasterBand>"
        )

    place = ",".join(repr(float(number)) for number in source.transform.to_gdal())
    return (
        f'<VRTDataset rasterXSize="{source.width}" rasterYSize="{source.height}"><SRS>{escape(raw.crs.to_wkt())}</SRS>'
        f"<GeoTransform>{place}</GeoTransform>"
        f"{band(1, str(raw.band))}{band(2, mask)}</VRTDataset>"
    )


@contextmanager
def on_grid(
    raw: RawRaster, grid: Grid, shop: Workshop, into: str, *, fill: float, measured: bool = False
) -> Iterator[Callable[[Window], NDArray[np.generic]]]:
    """Give a function that reads a window of ``grid`` from the raster; what is masked or outside it is ``fill``.

    Pixels that lie as the grid's are read as they are. Others are resampled by nearest, each by its own
    transformation, so that windows agree with the whole, and a finding tells how far they moved.

    Parameters
    ----------
    fill
        Value for what the raster does not cover; for codes one that means no data, and so may occur.
    measured
        Read values, scaled as the file says, as float64 in which no data is ``fill`` too; else the file's own pixels.
    """
    dtype = "float64" if measured else raw.source.dtypes[raw.band - 1]
    bands = [raw.band] if raw.mask is None else [raw.band, raw.mask]

    def made(pixels: NDArray[np.generic]) -> NDArray[np.generic]:
        values = pixels[0]
        unknown = np.zeros(values.shape, bool) if raw.mask is None else ~(pixels[1] > 0)
        if measured:
            unknown |= raw.is_nodata(values)
            values = values.astype("float64") * raw.scale + raw.offset if raw.scaled else values
        return np.where(unknown, np.asarray(fill, dtype=dtype), values.astype(dtype, copy=False))

    shift = _shift(raw, grid)
    if shift is not None:
        left, top = round(shift[0]), round(shift[1])
        if max(abs(shift[0] - left), abs(shift[1] - top)) < _ALIGNED_PX:
            yield lambda window: _read(raw, bands, window, left, top, fill, dtype, made)
            return
    shop.findings.add("info", into, _moved(raw, grid, shift))
    with readable(raw.name):
        warped = WarpedVRT(
            raw.source, src_crs=raw.crs.to_wkt(), crs=grid.crs.to_wkt(), transform=grid.transform, width=grid.width,
            height=grid.height, resampling=Resampling.nearest, src_nodata=fill, nodata=fill, tolerance=_TOLERANCE_PX,
            warp_mem_limit=64, dtype="float64" if measured else None,
        )  # fmt: skip
    with warped:

        def read(window: Window) -> NDArray[np.generic]:
            with readable(raw.name):
                pixels = warped.read(bands, window=window)
            return made(pixels)

        yield read


def _read(
    raw: RawRaster, bands: list[int], window: Window, left: int, top: int, fill: float, dtype: str,
    made: Callable[[NDArray[np.generic]], NDArray[np.generic]],
) -> NDArray[np.generic]:  # fmt: skip
    row, column = top + int(window.row_off), left + int(window.col_off)
    rows, columns = int(window.height), int(window.width)
    up, down = max(row, 0), min(row + rows, raw.source.height)
    west, east = max(column, 0), min(column + columns, raw.source.width)
    pixels: NDArray[np.generic] = np.full((rows, columns), fill, dtype=dtype)
    if up < down and west < east:
        with readable(raw.name):
            inside = raw.source.read(bands, window=Window(west, up, east - west, down - up))
        pixels[up - row : down - row, west - column : east - column] = made(inside)
    return pixels


def _shift(raw: RawRaster, grid: Grid) -> tuple[float, float] | None:
    """Columns and rows of the raster at which the grid begins; None where their pixels are not alike."""
    if not (same_crs(raw.crs, grid.crs) and raw.upright and np.allclose(raw.pixel, grid.pixel_m, rtol=1e-6)):
        return None
    transform = raw.source.transform
    return (grid.transform.c - transform.c) / transform.a, (grid.transform.f - transform.f) / transform.e


def _moved(raw: RawRaster, grid: Grid, shift: tuple[float, float] | None) -> str:
    if shift is not None:
        column, row = shift
        east, south = (column - round(column)) * grid.pixel_m[0], (row - round(row)) * grid.pixel_m[1]
        return (
            f"{raw.name}: its pixels lie {abs(east):.2f} m {'west' if east > 0 else 'east'} and {abs(south):.2f} m"
            f" {'north' if south > 0 else 'south'} of the grid that is written; resampled by nearest, moved that much"
        )
    wide, high = raw.pixel
    size = f"{wide:g} by {high:g} {raw.crs.axis_info[0].unit_name if raw.crs.axis_info else 'units'}"
    size = size.replace("metre", "m").replace("degree", "degrees")
    known = raw.crs.to_authority()
    farthest_m = np.hypot(wide, high) / 2 * metres_per_unit(raw.crs)
    return (
        f"{raw.name}: resampled by nearest from {':'.join(known) if known else raw.crs.name}, {size}, to"
        f" {grid.crs.to_string()}, {grid.pixel_m[0]:g} m"
        + (f"; values moved by at most {farthest_m:.1f} m" if raw.crs.is_projected else "")
    )
