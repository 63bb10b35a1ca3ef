"""One job of the raster benchmark per process: makes the raster and the zones, or does one thing and measures itself.

Usage: python raster_jobs.py JOB TOOL FOLDER; prints one JSON object with CPU seconds, wall seconds and peak memory.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from affine import Affine
from pyproj import CRS
from rasterio.windows import Window
from scipy import ndimage

from kortrijk_geo.engine.rasters import Grid, geotiff_profile
from kortrijk_geo.engine.scanline import Scan, paint
from kortrijk_geo.engine.surfaces import buffered
from kortrijk_geo.engine.zonal import class_areas
from kortrijk_geo.trees.cover import CoverFiles
from kortrijk_geo.trees.surroundings import make_cells

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH, HEIGHT = 10_000, 11_000
WEST, NORTH = 65_000.0, 175_000.0
LAMBERT = CRS("EPSG:31370")
CODES = np.array([1, 2, 3, 5, 6, 7, 8, 9, 11, 12], dtype="uint8")
TREES = (9, 12)


def grid_of(height: int) -> Grid:
    return Grid(Affine(1.0, 0, WEST, 0, -1.0, NORTH), WIDTH, height, LAMBERT)


def make_raster(path: Path, height: int) -> None:
    """Patches of ten classes: fields of 40 m with edges frayed at 5 m, each thousand rows of their own."""
    with rasterio.open(path, "w", **geotiff_profile(grid_of(height), dtype="uint8", nodata=0)) as target:
        for number, top in enumerate(range(0, height, 1000)):
            rng = np.random.default_rng(number)
            fields = ndimage.zoom(rng.random((26, WIDTH // 40 + 1), dtype="float32"), 40, order=1)[:1000, :WIDTH]
            frayed = np.kron(rng.random((200, WIDTH // 5), dtype="float32"), np.ones((5, 5), "float32"))
            mixed = 0.65 * fields + 0.35 * frayed
            ranked = np.digitize(mixed, np.quantile(mixed[::20, ::20], np.arange(0.1, 1.0, 0.1)))
            target.write(CODES[ranked], 1, window=Window(0, top, WIDTH, 1000))


def tiles(columns: int, rows: int, height: int, corner_m: float) -> gpd.GeoDataFrame:
    """Crooked zones that tile the raster, with a corner every so many metres along their borders."""
    rng = np.random.default_rng(columns)
    x, y = np.meshgrid(np.linspace(0, WIDTH, columns + 1), np.linspace(0, height, rows + 1))
    free = np.zeros(x.shape, dtype=bool)
    free[1:-1, 1:-1] = True
    x = x + free * rng.uniform(-0.25, 0.25, x.shape) * WIDTH / columns
    y = y + free * rng.uniform(-0.25, 0.25, x.shape) * height / rows
    row, column = (index.ravel() for index in np.indices((rows, columns)))
    corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column), (row, column)]
    straight = shapely.polygons(np.stack([np.column_stack([x[at], y[at]]) for at in corners], axis=1))

    def bend(points: np.ndarray) -> np.ndarray:
        waves = np.column_stack([np.sin(points[:, 1] / 37.7), np.sin(points[:, 0] / 41.3)])
        inside = ((points > 20) & (points < (WIDTH - 20, height - 20))).all(axis=1)
        bent = points + 0.1 * corner_m * waves * inside[:, None]
        return np.column_stack([WEST + bent[:, 0], NORTH - bent[:, 1]])

    # Borders are cut at whole steps from the same end for both neighbours, so that they keep sharing them.
    shapes = shapely.transform(shapely.segmentize(straight, corner_m), bend)
    return gpd.GeoDataFrame({"zone": np.arange(len(shapes))}, geometry=shapes, crs=LAMBERT)


def obstacles(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Buildings, pieces of street and trees, and how far each keeps others off."""
    rng = np.random.default_rng(7)
    x, y = WEST + rng.uniform(0, WIDTH, count), NORTH - rng.uniform(0, HEIGHT, count)
    wide, high = rng.uniform(6, 20, count), rng.uniform(6, 20, count)
    buildings = shapely.box(x, y, x + wide, y + high)
    streets = shapely.linestrings(np.stack([np.column_stack([x, y]), np.column_stack([x + 60, y + high])], axis=1))
    shapes = np.where(
        np.arange(count) % 3 == 0, buildings, np.where(np.arange(count) % 3 == 1, streets, shapely.points(x, y))
    )
    return shapes, np.array([4.0, 3.5, 2.0])[np.arange(count) % 3]


def prepare(folder: Path, times: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    height = HEIGHT * times
    make_raster(folder / "codes.tif", height)
    tiles(12, 12, height, 25.0 * times).to_file(folder / "sectors.gpkg")
    tiles(150, 200, height, 15.0 * times).to_file(folder / "parcels.gpkg")


def peak_mb() -> float:
    """Peak of this process's own memory; ru_maxrss would count that of the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def measured(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    cpu, wall = time.process_time(), time.perf_counter()
    found = work()
    return found, {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall, "peak_mb": peak_mb()}


def areas_by(tool: str, raster: Path, zones: gpd.GeoDataFrame) -> Callable[[], Any]:
    if tool == "ours":
        return lambda: class_areas(raster, zones, key="zone")
    if tool == "exactextract":
        import exactextract

        return lambda: exactextract.exact_extract(
            str(raster), zones, ["unique", "frac", "count"], output="pandas", strategy="raster-sequential"
        )
    import rasterstats

    return lambda: rasterstats.zonal_stats(zones, str(raster), categorical=True)


def trees_share(tool: str, found: Any) -> np.ndarray:
    """Share of trees per zone, to compare the tools' answers."""
    if tool == "ours":
        return np.asarray(found[list(TREES)].sum(axis=1) / found.sum(axis=1))
    if tool == "exactextract":
        pairs = zip(found["unique"], found["frac"], strict=True)
        return np.array([share[np.isin(codes, TREES)].sum() for codes, share in pairs])
    return np.array([sum(row.get(code, 0) for code in TREES) / sum(row.values()) for row in found])


def exclusion(folder: Path) -> dict[str, float]:
    shapes, distance = obstacles(60_000)
    grid = grid_of(HEIGHT)
    # Burnt from the last rule to the first, as the trees theme does.
    order, numbers = np.argsort(-(np.arange(len(shapes)) % 3), kind="stable"), np.arange(len(shapes)) % 3 + 1

    def work() -> int:
        scan = Scan(buffered(shapes[order], distance[order]), grid)
        sizes = ((int(window.row_off), (int(window.height), grid.width)) for window in grid.strips())
        return sum(int((paint(scan.spans(top, size[0]), numbers[order], size) > 0).sum()) for top, size in sizes)

    taken, figures = measured(work)
    return {**figures, "share": taken / (WIDTH * HEIGHT)}


def shares(folder: Path, radius_m: float) -> dict[str, float]:
    cell = 5

    path = folder / "codes.tif"
    files = CoverFiles(path, None, grid_of(HEIGHT))

    def work() -> np.ndarray:
        cells = make_cells(files, shapely.box(*files.grid.bounds), cell_m=cell)
        return cells.canopy_within(radius_m, least_known=0)

    found, figures = measured(work)
    return {**figures, "error_pp": 100 * max(brute_errors(path, found, radius_m, cell))}


def brute_errors(path: Path, found: np.ndarray, radius_m: float, cell: int) -> list[float]:
    """Differences with counting every pixel within the radius, at 150 places, a third of them along the edges."""
    rng = np.random.default_rng(9)
    rows, columns = rng.integers(0, found.shape[0], 150), rng.integers(0, found.shape[1], 150)
    rows[:25], columns[25:50] = 0, found.shape[1] - 1
    errors = []
    with rasterio.open(path) as source:
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            y, x = (row + 0.5) * cell, (column + 0.5) * cell
            top, left = max(0, int(y - radius_m)), max(0, int(x - radius_m))
            bottom, right = min(HEIGHT, int(y + radius_m) + 1), min(WIDTH, int(x + radius_m) + 1)
            codes = source.read(1, window=Window(left, top, right - left, bottom - top))
            far = np.hypot(np.arange(top, bottom)[:, None] + 0.5 - y, np.arange(left, right)[None] + 0.5 - x)
            counts = (far <= radius_m) & (codes != 5)
            errors.append(abs(float(np.isin(codes, TREES)[counts].mean()) - float(found[row, column])))
    return errors


def run(job: str, tool: str, folder: Path) -> dict[str, float]:
    if job == "prepare":
        return measured(lambda: prepare(folder, int(tool)))[1]
    if job in {"sectors", "parcels"}:
        zones = gpd.read_file(folder / f"{job}.gpkg")
        found, figures = measured(areas_by(tool, folder / "codes.tif", zones))
        np.save(folder / f"{job}_{tool}.npy", trees_share(tool, found))
        return figures
    if job == "exclusion":
        return exclusion(folder)
    return shares(folder, float(job.removeprefix("shares_")))


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))  # noqa: T201 - read by the benchmark
