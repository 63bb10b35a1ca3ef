"""The wijken, sectors and deelgemeenten of the demo: grown from points, hectares and bounding box, not copied.

Each wijk is the set of places where its distance, less the wijk's own allowance, is least; the allowances are found by
iteration so that the surfaces equal the published hectares (a capacity-constrained Voronoi diagram with additive
weights). A smooth bending of the plane makes borders irregular. The cells become polygons, simplified as one coverage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from kortrijk_geo.demo.field import Grid, Warp
from kortrijk_geo.errors import DataError

if TYPE_CHECKING:
    from kortrijk_geo.demo.figures import Figures

CRS = "EPSG:31370"
_STEP_M = 25.0
_FILLET_M = 330.0
_BENDS = ((3000.0, 90.0), (1200.0, 60.0), (420.0, 24.0), (210.0, 12.0))
_SIMPLIFY_M = 60.0


@dataclass(frozen=True)
class Boundaries:
    """The areas of the demo, without their counts.

    Parameters
    ----------
    sectors
        Columns ``subarea_id``, ``name``, ``part`` (index), ``wijk`` (index), ``district_id``; polygons tiling the city.
    wijken, districts
        Unions of sectors, in the order of the figures.
    city
        Union of all.
    """

    sectors: gpd.GeoDataFrame
    wijken: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    city: shapely.Polygon


def make_boundaries(fig: Figures, rng: np.random.Generator) -> Boundaries:
    """Grow wijken, parts and sectors on a grid and turn them into polygons that tile the city."""
    left, bottom, right, top = fig.published["bbox"]
    warp = Warp.draw(rng, _BENDS)
    weights = _grow(fig, Grid.over((left, bottom, right, top), 100.0), warp, np.zeros(len(fig.wijken)), rounds=100)[1]
    grid = Grid.over((left, bottom, right, top), _STEP_M)
    wijk, _ = _grow(fig, grid, warp, weights, rounds=6)
    part = _split_wijken(fig, grid, _one_piece_each(wijk))
    sector_of_cell, part_of_sector = _sectors(fig, grid, part, warp)
    shapes = _polygons(grid, sector_of_cell, len(part_of_sector))
    return _frames(fig, shapes, part_of_sector)


def _distances(fig: Figures, grid: Grid, warp: Warp) -> np.ndarray:
    xx, yy = grid.centres()
    bent = warp(np.column_stack([xx.ravel(), yy.ravel()]))
    hearts = warp(np.array([wijk["point"] for wijk in fig.wijken], dtype=float))
    distances = np.empty((len(fig.wijken), grid.rows, grid.columns), dtype=np.float32)
    for index, wijk in enumerate(fig.wijken):
        bearing, ratio = wijk["stretch"]
        angle = np.radians(90.0 - bearing)
        east, north = (bent - hearts[index] - np.array(wijk["shift"], dtype=float)).T
        along = east * np.cos(angle) + north * np.sin(angle)
        across = north * np.cos(angle) - east * np.sin(angle)
        distances[index] = np.hypot(along / np.sqrt(ratio), across * np.sqrt(ratio)).reshape(grid.rows, grid.columns)
    return distances


def _grow(fig: Figures, grid: Grid, warp: Warp, weights: np.ndarray, *, rounds: int) -> tuple[np.ndarray, np.ndarray]:
    wanted = np.array([wijk["hectares"] for wijk in fig.wijken]) * 1e4
    if not weights.any():
        weights = np.sqrt(wanted / np.pi)
    distance = _distances(fig, grid, warp)
    label, excess = np.zeros((grid.rows, grid.columns), dtype=int), np.empty_like(distance)
    for _ in range(rounds):
        np.subtract(distance, weights[:, None, None].astype(np.float32), out=excess)
        least, first = excess.min(axis=0), excess.argmin(axis=0)
        # A soft minimum fills the notches between neighbouring cells, as the outline of one city would.
        np.negative(np.subtract(excess, least, out=excess), out=excess)
        np.exp(np.divide(excess, _FILLET_M, out=excess), out=excess)
        inside = least - _FILLET_M * np.log(excess.sum(axis=0)) < 0
        label = np.where(inside, first, -1)
        grown_m2 = np.bincount(label[inside], minlength=len(wanted)) * grid.step**2
        weights = weights + 0.7 * (np.sqrt(wanted / np.pi) - np.sqrt(grown_m2 / np.pi))
    return label, weights


def _one_piece_each(label: np.ndarray) -> np.ndarray:
    """Give every fragment of a cell to the neighbour around it, and fill holes in the city."""
    from scipy import ndimage

    loose = ndimage.binary_fill_holes(label >= 0) & (label < 0)
    for index, window in enumerate(ndimage.find_objects(label + 1)):
        pieces, count = ndimage.label(label[window] == index)
        if count > 1:
            largest = np.bincount(pieces.ravel())[1:].argmax() + 1
            loose[window] |= (pieces > 0) & (pieces != largest)
    if not loose.any():
        return label
    firm = (label >= 0) & ~loose
    nearest = ndimage.distance_transform_edt(~firm, return_distances=False, return_indices=True)
    return np.where(loose, label[tuple(nearest)], label)


def _split_wijken(fig: Figures, grid: Grid, wijk: np.ndarray) -> np.ndarray:
    """Cut the parts that lie `toward` another wijk off their wijk: the cells that are nearest to it."""
    xx, yy = grid.centres()
    part = np.full(wijk.shape, -1)
    wijk_of_part = fig.wijk_of_part
    points = {row["code"]: row["point"] for row in fig.wijken}
    order = sorted(range(len(fig.parts)), key=lambda index: "toward" in fig.parts[index])
    for index in order:
        row = fig.parts[index]
        cells = np.flatnonzero(wijk.ravel() == wijk_of_part[index])
        if "toward" in row:
            x, y = points[row["toward"]]
            far = np.hypot(xx.ravel()[cells] - x, yy.ravel()[cells] - y)
            share = row["hectares"] / fig.wijken[wijk_of_part[index]]["hectares"]
            cells = cells[np.argsort(far, kind="stable")[: round(share * len(cells))]]
        part.ravel()[cells] = index
    return _one_piece_each(part)


def _sectors(fig: Figures, grid: Grid, part: np.ndarray, warp: Warp) -> tuple[np.ndarray, np.ndarray]:
    """Divide each part into its number of sectors, small ones near the heart, by weighted k-means."""
    from scipy.spatial import cKDTree

    xx, yy = grid.centres()
    label = np.full(part.shape, -1)
    owner: list[int] = []
    for index, row in enumerate(fig.parts):
        cells = np.flatnonzero(part.ravel() == index)
        heart = np.array([fig.wijken[fig.wijk_of_part[index]]["point"]], dtype=float)
        # In the bent plane, so that borders between sectors are as irregular as those between wijken.
        xy = warp(np.column_stack([xx.ravel()[cells], yy.ravel()[cells]]))
        far = np.hypot(*(xy - warp(heart)).T)
        weight = 0.05 + np.exp(-far / 600.0)
        rank = np.argsort(far, kind="stable")
        heavy = np.cumsum(weight[rank]) / weight.sum()
        # Seeds on a spiral through the part, evenly over the weight.
        seeds = xy[rank[np.searchsorted(heavy, (np.arange(row["sectors"]) + 0.5) / row["sectors"])]]
        some, heft = xy[::5], weight[::5]
        for _ in range(20):
            nearest = cKDTree(seeds).query(some)[1]
            total = np.bincount(nearest, weights=heft, minlength=len(seeds))
            moved = np.column_stack(
                [np.bincount(nearest, weights=heft * axis, minlength=len(seeds)) for axis in some.T]
            )
            seeds = np.where(total[:, None] > 0, moved / np.maximum(total, 1e-9)[:, None], seeds)
        nearest = cKDTree(seeds).query(xy)[1]
        label.ravel()[cells] = nearest + len(owner)
        owner += [index] * row["sectors"]
    return _one_piece_each(label), np.array(owner)


def _polygons(grid: Grid, label: np.ndarray, count: int) -> np.ndarray:
    from affine import Affine
    from rasterio import features

    transform = Affine(grid.step, 0, grid.left, 0, -grid.step, grid.top)
    pieces: list[list[shapely.Geometry]] = [[] for _ in range(count)]
    for shape, value in features.shapes(label.astype(np.int16), mask=label >= 0, transform=transform):
        pieces[int(value)].append(shapely.geometry.shape(shape))
    # A vertex at each corner of a cell, so that neighbours share every vertex of their border.
    whole = shapely.segmentize([shapely.union_all(piece) for piece in pieces], grid.step)
    return np.asarray(shapely.coverage_simplify(whole, _SIMPLIFY_M))


def _frames(fig: Figures, shapes: np.ndarray, part_of_sector: np.ndarray) -> Boundaries:
    wijk_of_sector = fig.wijk_of_part[part_of_sector]
    number = np.zeros(len(shapes), dtype=int)
    for wijk in range(len(fig.wijken)):
        number[wijk_of_sector == wijk] = np.arange((wijk_of_sector == wijk).sum()) + 1
    sectors = gpd.GeoDataFrame(
        {
            "subarea_id": [
                f"{fig.wijken[wijk]['code']}-{n:02d}" for wijk, n in zip(wijk_of_sector, number, strict=True)
            ],
            "name": [f"{fig.wijken[wijk]['name']} {n:02d}" for wijk, n in zip(wijk_of_sector, number, strict=True)],
            "part": part_of_sector,
            "wijk": wijk_of_sector,
            "district_id": [fig.parts[part]["district"] for part in part_of_sector],
        },
        geometry=shapes,
        crs=CRS,
    )
    wijken = [shapely.coverage_union_all(shapes[wijk_of_sector == index]) for index in range(len(fig.wijken))]
    districts = [
        shapely.coverage_union_all(shapes[(sectors["district_id"] == row["code"]).to_numpy()]) for row in fig.districts
    ]
    return Boundaries(
        sectors,
        gpd.GeoDataFrame(
            {"area_id": [row["code"] for row in fig.wijken], "name": [row["name"] for row in fig.wijken]},
            geometry=wijken,
            crs=CRS,
        ),
        gpd.GeoDataFrame(
            {"district_id": [row["code"] for row in fig.districts], "name": [row["name"] for row in fig.districts]},
            geometry=districts,
            crs=CRS,
        ),
        _one_polygon(shapely.coverage_union_all(shapes)),
    )


def _one_polygon(shape: shapely.Geometry) -> shapely.Polygon:
    if not isinstance(shape, shapely.Polygon):
        raise DataError("figures.toml, wijken: points, hectares, shift and stretch give a city in several pieces")
    return shape
