"""The CRS of raw files: what they declare, what the recipe says, and whether their coordinates can be in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from kortrijk_geo.errors import CrsError, DataError
from kortrijk_geo.ingest.report import named
from kortrijk_geo.pack.validation import same_crs

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.ingest.report import Findings

# No projected CRS has places so far from its origin; a corner that lies there is a slip of the file.
_FARTHEST_M = 1e8
# A vertex at 0 0 is a place of its own where it lies no farther from all others than this part of how far those reach.
_BESIDE = 0.01
# Without one of its areas a city is another city.
_WHOLE = frozenset({"areas", "subareas", "districts", "boundary"})
# Surfaces or lengths that a CRS makes this much too large or small are worth a warning.
_TOO_FAR_OFF = 0.01


def known_crs(declared: CRS | str | None) -> CRS | None:
    """Return what a file declares; None for nothing, and for the placeholders that programs write for it.

    Raises
    ------
    CRSError
        When it is no description of a CRS at all.
    """
    if declared is None:
        return None
    crs = CRS.from_user_input(declared)
    undefined = crs.type_name.startswith("Engineering") or crs.name.casefold().startswith(("undefined", "unspecified"))
    return None if undefined else crs


def report_distortion(shape: BaseGeometry, crs: str, findings: Findings) -> None:
    """Warn when surfaces or lengths at a place of the pack are far from true in its CRS."""
    known = CRS.from_user_input(crs)
    try:
        middle = shape.centroid
        lon, lat = Transformer.from_crs(known, "EPSG:4326", always_xy=True).transform(middle.x, middle.y)
        factors = pyproj.Proj(known).get_factors(lon, lat, errcheck=True)
    except ProjError:
        return
    lengths = (factors.meridional_scale - 1, factors.parallel_scale - 1)
    surface, length = factors.areal_scale - 1, max(lengths, key=abs)
    use = known.area_of_use
    outside = use is not None and not (use.west <= lon <= use.east and use.south <= lat <= use.north)
    if outside or max(abs(surface), abs(length)) > _TOO_FAR_OFF:
        why = f"is outside its area of use ({use.name[:60]})" if use and outside else "distorts here"
        findings.add(
            "warning", "pack",
            f"{crs} {why}: surfaces are {surface:+.1%} and lengths up to {length:+.1%} off; take the CRS of the"
            " country",
        )  # fmt: skip


def settle_crs(
    declared: CRS | str | None, told: str | None, *, override: bool, name: str, findings: Findings, into: str
) -> CRS:
    """Return the CRS to take for a file, from what it declares and what the recipe tells.

    Raises
    ------
    CrsError
        When neither says one, when they differ without ``crs_override``, or when the recipe's is unknown.
    """
    try:
        wanted = CRS.from_user_input(told) if told else None
    except CRSError as error:
        raise CrsError(f"{name}: crs = {told!r} is not a known coordinate reference system") from error
    try:
        found = known_crs(declared)
    except CRSError as error:
        raise CrsError(f'{name}: what it declares is no coordinate reference system; add crs = "EPSG:..."') from error
    if found is None:
        if wanted is None:
            raise CrsError(
                f'{name}: has no coordinate reference system; add crs = "EPSG:..." to its table in the recipe'
            )
        return wanted
    if wanted is None or same_crs(found, wanted):
        return found
    if not override:
        raise CrsError(
            f"{name}: declares {_crs_name(found)}, the recipe says crs = {told!r};"
            " leave crs out, or add crs_override = true when the file is wrong"
        )
    findings.add("warning", into, f"{name} declares {_crs_name(found)}; read as {told} because the recipe says so")
    return wanted


def _crs_name(crs: CRS) -> str:
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.name


def drop_impossible(frame: gpd.GeoDataFrame, *, name: str, findings: Findings, into: str) -> gpd.GeoDataFrame:
    """Drop the features whose coordinates cannot be in the frame's CRS; when that is most of them, the CRS is wrong.

    Raises
    ------
    CrsError
        When at least half of the features cannot be where the CRS puts them.
    DataError
        When an area has a vertex at 0 0 or one that is no number.
    """
    frame = _without_nowhere(frame, name=name, findings=findings, into=into)
    crs = frame.crs
    box = frame.geometry.bounds.to_numpy()
    known = ~np.isnan(box).any(axis=1)
    in_degrees = (np.abs(box[:, [0, 2]]) <= 180.0).all(axis=1) & (np.abs(box[:, [1, 3]]) <= 90.0).all(axis=1)
    if crs.is_geographic:
        wrong = known & ~in_degrees
        hint = 'they look like metres: name their true CRS with crs = "EPSG:..." and crs_override = true'
    else:
        wrong = known & (_far_from_use(box, crs) | (np.abs(box) > _FARTHEST_M).any(axis=1))
        if in_degrees[known].all() and wrong[known].all():
            hint = 'they look like degrees: say crs = "EPSG:4326" and crs_override = true'
        else:
            hint = 'name their true CRS with crs = "EPSG:..." and crs_override = true'
    if not wrong.any():
        return frame
    row = frame.index[wrong][0]
    x, y = box[np.flatnonzero(wrong)[0], :2]
    if wrong.sum() * 2 >= known.sum():
        raise CrsError(
            f"{name}: the coordinates of {int(wrong.sum()):,} of {len(frame):,} features cannot be in {_crs_name(crs)}"
            f" (feature {row} at {x:.6g}, {y:.6g}); {hint}"
        )
    findings.add(
        "warning",
        into,
        f"{name}: {int(wrong.sum()):,} features dropped, their coordinates cannot be in"
        f" {_crs_name(crs)} (feature {row} at {x:.6g}, {y:.6g})",
        int(wrong.sum()),
    )
    return frame[~wrong]


def _without_nowhere(frame: gpd.GeoDataFrame, *, name: str, findings: Findings, into: str) -> gpd.GeoDataFrame:
    """Drop the features with a vertex that a program wrote for a place that it did not know: 0 0, or no number."""
    points, rows = shapely.get_coordinates(frame.geometry.to_numpy(), return_index=True)
    broken = ~np.isfinite(points).all(axis=1)
    at_zero = (points == 0).all(axis=1)
    others = points[~broken & ~at_zero]
    if at_zero.any() and (not len(others) or _is_place(others, frame.crs)):
        at_zero[:] = False
    wrong = np.zeros(len(frame), dtype=bool)
    wrong[rows[broken | at_zero]] = True
    if not wrong.any():
        return frame
    what = "a vertex at 0 0 or one that is no number"
    features = named(frame.index[wrong])
    if into in _WHOLE or wrong.all():
        raise DataError(
            f"{name}: {int(wrong.sum()):,} features have {what} (feature {features}); mend them in the file"
        )
    message = f"{name}: {int(wrong.sum()):,} features dropped, they have {what} (feature {features})"
    findings.add("warning", into, f"{message}; mend them in the file", int(wrong.sum()))
    return frame[~wrong]


def _is_place(others: np.ndarray, crs: CRS) -> bool:
    """Whether 0 0 is a place like the others of a file: among them, or in the area of use of a projected CRS."""
    low, high = others.min(axis=0), others.max(axis=0)
    slack = _BESIDE * float(np.hypot(*(high - low)))
    near: bool = bool((low <= slack).all() and (high >= -slack).all())
    return near and not (crs.is_projected and _far_from_use(np.zeros((1, 4)), crs)[0])


def _far_from_use(box: np.ndarray, crs: CRS) -> np.ndarray:
    """Whether each box lies wholly outside the area of use of a projected CRS, widened by half its size."""
    use = crs.area_of_use
    if use is None:
        return np.zeros(len(box), dtype=bool)
    try:
        transformer = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
        west, south, east, north = transformer.transform_bounds(use.west, use.south, use.east, use.north)
    except ProjError:
        return np.zeros(len(box), dtype=bool)
    if not np.isfinite([west, south, east, north]).all():
        return np.zeros(len(box), dtype=bool)
    # The half-width margin would take degrees for metres near a false origin; those are caught by their size.
    wide, high = (east - west) / 2, (north - south) / 2
    outside: np.ndarray = (
        (box[:, 0] > east + wide) | (box[:, 2] < west - wide) | (box[:, 1] > north + high) | (box[:, 3] < south - high)
    )
    tiny = (np.abs(box) <= 180.0).all(axis=1) & ((box[:, 0] < west) | (box[:, 1] < south))
    far: np.ndarray = outside | tiny
    return far
