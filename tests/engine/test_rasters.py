"""The raster engine on rasters small enough to count by hand, and its invariants."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import CRS
from rasterio.errors import NotGeoreferencedWarning
from scipy import ndimage

from kortrijk_geo.engine.polygons import mask_to_polygons, overlay_png
from kortrijk_geo.engine.rasters import Grid, block_cache, geotiff_profile, grid_of
from kortrijk_geo.engine.surfaces import block_means, buffered, disc
from kortrijk_geo.engine.zonal import class_areas, disjoint_groups
from kortrijk_geo.errors import CrsError, DataError, MissingFileError, OptionError
from kortrijk_geo.trees.surroundings import Cells

LAMBERT = CRS("EPSG:31370")
ORIGIN = (70_000.0, 170_000.0)


def make_raster(path: Path, pixels: np.ndarray, *, pixel_m: float = 1.0, **profile: Any) -> Path:
    grid = Grid(Affine(pixel_m, 0, ORIGIN[0], 0, -pixel_m, ORIGIN[1]), pixels.shape[1], pixels.shape[0], LAMBERT)
    options = {**geotiff_profile(grid, dtype=str(pixels.dtype), nodata=0), **profile}
    with rasterio.open(path, "w", **options) as target:
        target.write(pixels, 1)
    return path


def zone(left: float, top: float, right: float, bottom: float) -> shapely.Polygon:
    """A rectangle in metres east and south of the raster's corner."""
    return shapely.box(ORIGIN[0] + left, ORIGIN[1] - bottom, ORIGIN[0] + right, ORIGIN[1] - top)


def zones(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"id": [f"z{n}" for n in range(len(shapes))]}, geometry=list(shapes), crs=LAMBERT)


def test_class_areas_by_hand(tmp_path: Path) -> None:
    pixels = np.array([[1, 1, 8, 8], [1, 9, 9, 8]], dtype="uint8")
    path = make_raster(tmp_path / "a.tif", pixels, pixel_m=2)
    areas = class_areas(path, zones(zone(0, 0, 4, 4), zone(4, 0, 8, 4)), key="id")
    assert areas.columns.tolist() == [1, 8, 9]
    assert areas.loc["z0"].tolist() == [12, 0, 4]
    assert areas.loc["z1"].tolist() == [0, 12, 4]


def test_a_sliver_smaller_than_a_pixel_keeps_its_value(tmp_path: Path) -> None:
    path = make_raster(tmp_path / "a.tif", np.array([[1, 8]], dtype="uint8"), pixel_m=10)
    areas = class_areas(path, zones(zone(9, 1, 12, 2)), key="id")
    assert areas.loc["z0"].tolist() == pytest.approx([1, 2])


def test_zones_that_overlap_each_get_all_their_pixels(tmp_path: Path) -> None:
    path = make_raster(tmp_path / "a.tif", np.full((10, 10), 8, dtype="uint8"))
    areas = class_areas(
        path, zones(zone(0, 0, 10, 10), zone(2, 2, 4, 4), zone(3, 3, 6, 6), zone(0, 0, 10, 10)), key="id"
    )
    assert areas[8].tolist() == [100, 4, 9, 100]


def test_codes_of_any_size_are_counted_whether_zones_overlap_or_are_slivers(tmp_path: Path) -> None:
    pixels = np.full((10, 10), 3, dtype="uint8")
    pixels[5:] = 250
    path = make_raster(tmp_path / "a.tif", pixels)
    areas = class_areas(path, zones(zone(0, 0, 10, 2), zone(0, 1, 10, 10), zone(1.1, 5.1, 1.3, 5.3)), key="id")
    assert areas.columns.tolist() == [3, 250]
    assert areas[3].tolist() == [20, 40, 0]
    assert areas[250].tolist() == pytest.approx([0, 50, 0.04])


def test_a_zone_outside_the_raster_has_nothing(tmp_path: Path) -> None:
    path = make_raster(tmp_path / "a.tif", np.full((4, 4), 8, dtype="uint8"))
    areas = class_areas(path, zones(zone(50, 50, 60, 60), zone(2, 2, 6, 6)), key="id")
    assert areas[8].tolist() == [0, 4]


def test_zones_that_only_touch_are_counted_in_one_turn() -> None:
    assert len(disjoint_groups(np.array([zone(0, 0, 1, 1), zone(1, 0, 2, 1)]), tolerance_m2=0.5)) == 1
    assert len(disjoint_groups(np.array([zone(0, 0, 2, 2), zone(1, 0, 3, 2)]), tolerance_m2=0.5)) == 2
    assert disjoint_groups(np.array([], dtype=object), tolerance_m2=0.5) == []


def test_class_areas_refuse_what_cannot_be_counted(tmp_path: Path) -> None:
    floats = make_raster(tmp_path / "f.tif", np.ones((2, 2), dtype="float32"))
    with pytest.raises(DataError, match="holds float32"):
        class_areas(floats, zones(zone(0, 0, 1, 1)), key="id")
    codes = make_raster(tmp_path / "c.tif", np.ones((2, 2), dtype="uint8"))
    with pytest.raises(CrsError, match="bring them to one CRS"):
        class_areas(codes, zones(zone(0, 0, 1, 1)).to_crs(3812), key="id")
    with pytest.raises(DataError, match="'z0' stands twice"):
        class_areas(codes, zones(zone(0, 0, 1, 1), zone(1, 1, 2, 2)).assign(id="z0"), key="id")


def test_rasters_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    pixels = np.ones((600, 600), dtype="uint8")
    with pytest.raises(MissingFileError, match=r"no\.tif: there is no such raster"):
        grid_of(tmp_path / "no.tif")
    (tmp_path / "text.tif").write_text("not a raster")
    with pytest.raises(DataError, match=r"text\.tif: cannot be read as a raster"):
        grid_of(tmp_path / "text.tif")
    with pytest.raises(CrsError, match="no coordinate reference system"):
        grid_of(make_raster(tmp_path / "nocrs.tif", pixels, crs=None))
    with pytest.raises(CrsError, match="in degrees"):
        grid_of(make_raster(tmp_path / "degrees.tif", pixels, crs="EPSG:4326"))
    turned = Affine(1, 0, *ORIGIN[:1], 0, -1, ORIGIN[1]) * Affine.rotation(10)
    with pytest.raises(DataError, match="is rotated"):
        grid_of(make_raster(tmp_path / "turned.tif", pixels, transform=turned))


def test_a_truncated_raster_is_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    path = make_raster(tmp_path / "a.tif", rng.integers(1, 15, (600, 600), dtype="uint8"))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=r"a\.tif: cannot be read"):
        class_areas(path, zones(zone(0, 0, 600, 600)), key="id")


def test_the_whole_grid_is_covered_once() -> None:
    grid = Grid(Affine(1, 0, 0, 0, -1, 0), 5000, 3000, LAMBERT)
    for parts in (grid.windows(2048), grid.strips(1024)):
        assert sum(int(part.width) * int(part.height) for part in parts) == 5000 * 3000


def test_the_disc_has_the_surface_of_its_circle() -> None:
    for radius in (25.0, 100.0, 300.0):
        assert disc(radius, 5).sum() * 25 == pytest.approx(np.pi * radius**2, rel=2e-4)


def shares_within(values: np.ndarray, valid: np.ndarray, *, radius_m: float, cell_m: float) -> np.ndarray:
    """Share of the valid land within a radius, as the trees theme reckons canopy."""
    grid = Grid(Affine(cell_m, 0, 0, 0, -cell_m, 0), values.shape[1], values.shape[0], LAMBERT)
    whole = np.ones(values.shape, dtype=np.float32)
    return Cells(grid, values, valid, whole, whole).canopy_within(radius_m, least_known=0)


def test_a_uniform_raster_is_all_of_it_up_to_the_corners() -> None:
    everything = np.ones((80, 90), dtype=np.float32)
    shares = shares_within(everything, everything, radius_m=100, cell_m=5)
    np.testing.assert_allclose(shares, 1, atol=1e-5)


def test_the_shares_of_all_classes_add_to_one_and_nothing_valid_is_unknown() -> None:
    codes = np.random.default_rng(2).integers(0, 4, (60, 70))
    valid = (codes > 0).astype(np.float32)
    valid[:, :35] = 0
    total = sum(
        shares_within((codes == code).astype(np.float32) * valid, valid, radius_m=50, cell_m=5) for code in (1, 2, 3)
    )
    assert np.isnan(total[:, :20]).all(), "no valid land within 50 m is unknown, not 0"
    np.testing.assert_allclose(total[:, 40:], 1, atol=1e-4)


def test_shares_within_100_m_are_those_of_a_brute_force_count() -> None:
    rng = np.random.default_rng(3)
    trees = ndimage.gaussian_filter(rng.standard_normal((500, 500)), 6) > 0.02
    shares = shares_within(block_means(trees, 5), np.ones((100, 100), np.float32), radius_m=100, cell_m=5)
    y, x = np.indices(trees.shape) + 0.5
    for row, column in rng.integers(0, 100, (40, 2)):
        within = np.hypot(y - (row * 5 + 2.5), x - (column * 5 + 2.5)) <= 100
        assert shares[row, column] == pytest.approx(trees[within].mean(), abs=0.015)


def test_block_means_keep_the_sum_at_ragged_edges() -> None:
    mask = np.random.default_rng(5).random((5, 7)) < 0.6
    means = block_means(mask, 3)
    assert means.shape == (2, 3)
    for down, across in np.ndindex(2, 3):
        block = mask[3 * down : 3 * down + 3, 3 * across : 3 * across + 3]
        assert means[down, across] == np.float32(block.mean())


def test_a_negative_distance_is_refused() -> None:
    with pytest.raises(OptionError, match=r"-1\.0 m"):
        buffered(np.array([zone(0, 0, 1, 1)]), -1.0)
    assert shapely.area(buffered(np.array([zone(0, 0, 10, 10)]), 0.0))[0] == pytest.approx(100)


def test_polygons_keep_the_surface_and_drop_crumbs_and_threads() -> None:
    mask = np.zeros((60, 60), dtype=bool)
    mask[10:40, 10:40] = True
    mask[5, :] = True  # a thread one pixel wide
    mask[50:53, 50:53] = True  # 9 m2
    found = mask_to_polygons(mask, Affine(1, 0, ORIGIN[0], 0, -1, ORIGIN[1]), LAMBERT)
    assert found["m2"].tolist() == pytest.approx([900])
    assert found.is_valid.all()


def test_the_overlay_lies_where_the_codes_lie() -> None:
    codes = np.zeros((100, 100), dtype="uint8")
    codes[:, 50:] = 9
    png, (west, south, east, north) = overlay_png(
        codes, Affine(1, 0, ORIGIN[0], 0, -1, ORIGIN[1]), LAMBERT, colours={9: (0, 128, 0, 255)}
    )
    corner = gpd.GeoSeries([shapely.Point(ORIGIN[0] + 50, ORIGIN[1] - 50)], crs=LAMBERT).to_crs(4326).iloc[0]
    assert west < corner.x < east
    assert south < corner.y < north
    with warnings.catch_warnings(action="ignore", category=NotGeoreferencedWarning), rasterio.MemoryFile(png) as memory:
        picture = memory.open()
        palette = np.array([colour for _, colour in sorted(picture.colormap(1).items())])
        colours = palette[picture.read(1)].transpose(2, 0, 1)
    assert colours.shape[0] == 4
    assert colours[3, 60, 10] == 0
    assert colours[:, 60, -30].tolist() == [0, 128, 0, 255]


def test_the_cache_of_the_process_is_as_it_was_afterwards(tmp_path: Path) -> None:
    from rasterio.env import get_gdal_config

    before = get_gdal_config("GDAL_CACHEMAX")
    path = tmp_path / "small.tif"
    profile = geotiff_profile(Grid(Affine(1, 0, 0, 0, -1, 8), 8, 8, CRS("EPSG:31370")), dtype="uint8", nodata=0)
    with rasterio.open(path, "w", **profile) as made:
        made.write(np.ones((1, 8, 8), dtype="uint8"))
    with rasterio.open(path) as source, rasterio.Env():
        with block_cache(source, 100):
            assert get_gdal_config("GDAL_CACHEMAX") == 64 * 2**20  # bytes
        assert get_gdal_config("GDAL_CACHEMAX") == before
    with rasterio.open(path) as source, pytest.raises(KeyError), block_cache(source, 100):
        raise KeyError
    assert get_gdal_config("GDAL_CACHEMAX") == before
