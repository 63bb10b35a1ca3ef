"""The study area of a recipe: a box, a polygon of a file or of OpenStreetMap, the union or the hull of a layer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.crs import settle_crs
from kortrijk_geo.ingest.derive import hull
from kortrijk_geo.ingest.geometry import clean, to_pack
from kortrijk_geo.ingest.joins import sum_table
from kortrijk_geo.ingest.readers import read_part
from kortrijk_geo.ingest.report import Findings, named
from kortrijk_geo.ingest.shaping import select
from kortrijk_geo.ingest.vectors import read_vector
from kortrijk_geo.pack.layers import COUNTS

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.ingest.readers import Workshop
    from kortrijk_geo.ingest.recipe_parts import Part


@dataclass
class Totals:
    """Totals of the city, each given once."""

    known: dict[str, float] = field(default_factory=dict)
    _given_by: dict[str, str] = field(default_factory=dict)

    def add(self, column: str, value: float, table: str) -> None:
        """Keep a total; `DataError` when another table of the recipe gave another one.

        One table may feed areas and subareas: the city has one total then, known if either knows it.
        """
        if value < 0 or math.isinf(value):
            raise DataError(f"{table}: {column} is {value:g}, must be 0 or more")
        before = self.known.get(column, math.nan)
        if not math.isnan(before) and not math.isnan(value) and not math.isclose(before, value):
            raise DataError(
                f"{table}: {column} of the city is also given by {self._given_by[column]},"
                f" {before:,.10g} there and {value:,.10g} here; leave one out"
            )
        if column in self.known and math.isnan(value):
            return
        self.known[column] = value
        self._given_by[column] = table


def study_area(shop: Workshop) -> tuple[BaseGeometry, dict[str, pd.DataFrame], Totals]:
    """Return the polygon of the study area in the pack's CRS, layers that had to be read for it, and its totals.

    Raises
    ------
    DataError
        When the polygon cannot be had.
    """
    part = shop.recipe.study_area
    ready: dict[str, pd.DataFrame] = {}
    if part.reader == "bbox":
        shape = _box(part, shop.recipe.crs)
    elif part.reader == "file":
        shape = _from_file(part, shop)
    elif part.reader == "osm_relation":
        shape = _from_osm(part, shop)
    else:
        shape, ready = _from_layer(part, shop)
    shape = _polygons(shape)
    if shape.is_empty or shape.area <= 0:
        raise DataError(f"{part.table}: the study area has no surface")
    return shape, ready, _totals(part, shop)


def _box(part: Part, crs: str) -> BaseGeometry:
    box = shapely.box(*part.options["bbox"])
    box_crs = part.get("bbox_crs", crs)
    # A straight line in degrees is a curve in metres: points every hundredth of a side keep the box's shape.
    fine = shapely.segmentize(box, max(box.bounds[2] - box.bounds[0], box.bounds[3] - box.bounds[1]) / 100)
    known = settle_crs(
        None, box_crs, override=False, name=f"{part.table}, bbox_crs", findings=Findings(), into="boundary"
    )
    moved: BaseGeometry = gpd.GeoSeries([box if box_crs == crs else fine], crs=known).to_crs(crs).iloc[0]
    if not all(map(math.isfinite, moved.bounds)):
        raise DataError(f"{part.table}: bbox {part.options['bbox']} cannot be in {box_crs}; is the order x, y?")
    return moved


def _from_file(part: Part, shop: Workshop) -> BaseGeometry:
    path = shop.locate(part)
    options = {key: part.get(key) for key in ("layer", "crs", "encoding", "inside") if key in part.options}
    frame = read_vector(
        path, findings=shop.findings, into="boundary", crs_override=bool(part.get("crs_override", False)), **options
    )
    chosen = select(frame, part.get("where", {}), name=path.name)
    cleaned = clean(gpd.GeoDataFrame(chosen), "boundary", name=path.name, findings=shop.findings)
    moved = to_pack(cleaned, shop.recipe.crs, None, "boundary", name=path.name, findings=shop.findings)
    return shapely.union_all(moved.geometry.to_numpy())


def _from_osm(part: Part, shop: Workshop) -> BaseGeometry:
    extract = shop.extract(part)
    wanted = str(part.options["osm_relation"]).lstrip("r")
    admin = extract.layers["admin"]
    outline = admin[admin["osm_id"] == f"r{wanted}"]
    if outline.empty:
        whole = named((f"{row.osm_id} {row.name_}" for row in admin.rename(columns={"name": "name_"}).itertuples()), 8)
        raise DataError(
            f"{part.table}: {part.options['file']} holds no whole boundary of relation {wanted} (cut off by the"
            " extract?);"
            f" whole ones: {whole or 'none'}"
        )
    shop.dates.setdefault(str(part.options["file"]), extract.reference_date)
    shape: BaseGeometry = outline.geometry.iloc[0]
    return shape


def _from_layer(part: Part, shop: Workshop) -> tuple[BaseGeometry, dict[str, pd.DataFrame]]:
    name = str(part.get("of") or part.get("hull_of"))
    parts = shop.recipe.layers[name]
    needing = [piece.reader for piece in parts if piece.reader in {"thiessen", "homes", "overpass", "table-addresses"}]
    if needing:
        raise DataError(
            f"{part.table}: layer {name} is made by reader {needing[0]!r}, which needs the study area itself"
        )
    frames = [frame for piece in parts if (frame := read_part(piece, shop)) is not None]
    if not frames:
        raise DataError(f"{part.table}: layer {name} is empty")
    frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataError(f"{part.table}: layer {name} has no geometry")
    if "of" in part.options:
        return shapely.union_all(frame.geometry.to_numpy()), {name: frame}
    return hull(frame, float(part.get("hull_buffer_m", 0.0))), {name: frame}


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shapely.make_valid(shape))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _totals(part: Part, shop: Workshop) -> Totals:
    totals = Totals()
    for column in COUNTS:
        if column in part.options:
            totals.add(column, float(part.options[column]), part.table)
    for table_part in part.get("tables", ()):
        table, fmt, name = shop.table(table_part)
        for column, value in sum_table(table, table_part, fmt, name=name, findings=shop.findings).items():
            totals.add(column, value, table_part.table)
    return totals
