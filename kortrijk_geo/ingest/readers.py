"""One part of a recipe read: file opened by the reader it names, rows shaped, geometry made fit for the pack."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from kortrijk_geo.errors import DataError, reading
from kortrijk_geo.ingest.crs import drop_impossible, settle_crs
from kortrijk_geo.ingest.derive import thiessen
from kortrijk_geo.ingest.files import locate
from kortrijk_geo.ingest.geometry import clean, to_pack
from kortrijk_geo.ingest.numbers import to_numbers
from kortrijk_geo.ingest.placing import place_rows
from kortrijk_geo.ingest.report import WORTH_A_LOOK, Findings, named
from kortrijk_geo.ingest.shaping import shape_rows
from kortrijk_geo.ingest.streets_layer import add_levels
from kortrijk_geo.ingest.tables import TableFormat, find_column, read_table
from kortrijk_geo.ingest.total_rows import without_own_totals
from kortrijk_geo.ingest.vectors import read_vector
from kortrijk_geo.pack.layers import LAYERS
from kortrijk_geo.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.ingest.osm import OsmExtract
    from kortrijk_geo.ingest.recipe_parts import Part, Recipe
    from kortrijk_geo.ingest.report import Level
    from kortrijk_geo.pack.addresses import AddressBook


_OPENSTREETMAP = frozenset({"osm", "overpass", "graphml"})


@dataclass
class Workshop:
    """What the readers of one build share: the recipe, the raw files, the findings, and OSM files read before.

    ``mend`` may change the rows of a table before anything is made of them.
    """

    recipe: Recipe
    files: Path
    findings: Findings
    say: Callable[[str], None]
    boundary: BaseGeometry | None = None
    extent: BaseGeometry | None = None
    dates: dict[str, str] = field(default_factory=dict)
    addresses: AddressBook | None = None
    mend: Callable[[Part, pd.DataFrame], pd.DataFrame] | None = None
    _extracts: dict[str, OsmExtract] = field(default_factory=dict)
    _answers: dict[str, OsmExtract] = field(default_factory=dict)

    def locate(self, part: Part) -> Path:
        """Path of the raw file that a part names."""
        return locate(self.files, str(part.options["file"]), table=part.table)

    def extract(self, part: Part) -> OsmExtract:
        """Read an OSM file, once per build."""
        path = self.locate(part)
        if str(path) not in self._extracts:
            self.say(f"reading {path.name}")
            self._extracts[str(path)] = self.read_osm(path, path.name)
        return self._extracts[str(path)]

    def read_osm(self, path: Path, name: str) -> OsmExtract:
        """Read an OSM file, cut to the extent where that is known, and keep what its reader found."""
        from kortrijk_geo.ingest.osm import read_osm

        extract = read_osm(path, crs=self.recipe.crs, extent=self.extent)
        for message in extract.findings:
            # "areas:" is about closed ways and multipolygons of all layers, not about the layer areas.
            layer, _, text = message.partition(": ")
            known = layer in self.recipe.layers and layer != "areas"
            level: Level = "warning" if any(sign in message for sign in WORTH_A_LOOK) else "info"
            self.findings.add(level, layer if known else "pack", f"{name}: {text if known else message}")
        return extract

    def overpass(self, part: Part) -> OsmExtract:
        """Ask Overpass for all layers that this recipe wants of the same service, once per build."""
        from kortrijk_geo.ingest.osm_rules import load_rules
        from kortrijk_geo.ingest.services import ask_overpass, overpass_query, write_osm

        url = str(part.options["url"])
        if url not in self._answers:
            if self.extent is None:
                raise DataError(f"{part.table}: reader 'overpass' needs a study area that does not come from it")
            self.say(f"asking {url}")
            parts = [each for parts in self.recipe.layers.values() for each in parts]
            layers = [
                each.get("layer", each.layer) for each in parts if each.reader == "overpass" and each.get("url") == url
            ]
            timeout_s = float(part.get("timeout_s", 180.0))
            box = gpd.GeoSeries([self.extent], crs=self.recipe.crs).to_crs(4326).total_bounds
            query = overpass_query(layers, tuple(box), load_rules(), timeout_s=timeout_s)
            answer = ask_overpass(
                url, query, timeout_s=timeout_s, retries=int(part.get("retries", 4)),
                pause_s=float(part.get("pause_s", 5.0)), progress=self.say,
            )  # fmt: skip
            if not answer.elements:
                raise DataError(f"{part.table}: {url} knows nothing in the study area; is it the right place?")
            self._answers[url] = self._through_file(lambda path: write_osm(answer.elements, path), url)
            self.dates[url] = answer.reference_date
        return self._answers[url]

    def graphml(self, part: Part) -> OsmExtract:
        """Read the streets of a GraphML file that OSMnx saved."""
        from kortrijk_geo.ingest.graphs import graphml_to_osm

        path = self.locate(part)

        def write(out: Path) -> None:
            for key, count in graphml_to_osm(path, out).items():
                self._tell_mixed(path.name, part.layer, key, count)

        return self._through_file(write, path.name)

    def _tell_mixed(self, name: str, layer: str, key: str, count: int) -> None:
        from kortrijk_geo.ingest.graphs import NO_STREET, ODD_ONE_WAY

        if count:
            texts = {
                "highway": "simplified edges join several kinds of street; the first was taken",
                "oneway": "simplified edges are one-way for a part; taken as open in both directions",
                NO_STREET: "edges have no highway: left out",
                ODD_ONE_WAY: "edges have a oneway that is neither true nor false; taken as open in both directions",
            }
            several = f"simplified edges have several values of {key}; the one that closes was taken, else the first"
            self.findings.add("warning", layer, f"{name}: {count:,} {texts.get(key, several)}", count)

    def _through_file(self, write: Callable[[Path], object], name: str) -> OsmExtract:
        with scratch_folder() as folder:
            path = folder / "answer.osm.pbf"
            write(path)
            return self.read_osm(path, name)

    def table(self, part: Part) -> tuple[pd.DataFrame, TableFormat, str]:
        """Read the table that a part names, and report what was noticed on the way."""
        fmt = table_format(part)
        table = read_table(self.locate(part), fmt)
        for note in table.notes:
            self.findings.add("warning", part.layer, note)
        return table.frame if self.mend is None else self.mend(part, table.frame), fmt, table.origin


def table_format(part: Part) -> TableFormat:
    """Return how the table of a part is written, as far as the recipe says."""
    options = {
        key: part.get(key)
        for key in ("sheet", "header", "separator", "encoding", "decimal", "inside")
        if key in part.options
    }
    if "unknown" in part.options:
        options["unknown"] = ("", *map(str, part.options["unknown"]))
    return TableFormat(**options)


def read_part(part: Part, shop: Workshop) -> pd.DataFrame | gpd.GeoDataFrame | None:
    """Read one part of a layer.

    Returns
    -------
    DataFrame or None
        Rows with the columns of the layer, in the pack's CRS, cut to the extent; None where OpenStreetMap has none of
        them here, which is reported.

    Raises
    ------
    KortrijkGeoError
        Naming the file, when it cannot be read as the recipe says.
    """
    if part.reader == "thiessen":
        return _read_thiessen(part, shop)
    raw, fmt, name = read_raw(part, shop)
    if part.reader in _OPENSTREETMAP:
        raw = _near(raw, part, shop, name)
    if raw.empty:
        shop.findings.add("warning", part.layer, f"{name}: has no {part.layer} in the study area and its buffer")
        return None
    rows = shape_rows(raw, part, fmt, name=name, findings=shop.findings)
    rows = without_own_totals(rows, part, name=name, findings=shop.findings)
    if LAYERS[part.layer].shape == "none":
        return rows
    if part.reader == "table-addresses":
        return place_rows(rows, raw, part, _book(part, shop), name=name, crs=shop.recipe.crs, findings=shop.findings)
    if part.layer == "streets":
        rows = add_levels(rows, raw)
    placed = clean(
        gpd.GeoDataFrame(rows, geometry="geometry", crs=raw.crs), part.layer, name=name, findings=shop.findings,
        as_points=bool(part.get("as_points", False)),
    )  # fmt: skip
    return to_pack(
        placed, shop.recipe.crs, shop.extent, part.layer, name=name, findings=shop.findings,
        may_be_empty=bool(part.get("sheet_of_several", False)),
    )  # fmt: skip


def _book(part: Part, shop: Workshop) -> AddressBook:
    if shop.addresses is None:
        raise DataError(
            f"{part.table}: reader 'table-addresses' looks its rows up in layer addresses, which is not there or empty;"
            " add a table [layers.addresses] with the addresses of the study area"
        )
    return shop.addresses


def _near(frame: gpd.GeoDataFrame, part: Part, shop: Workshop, name: str) -> gpd.GeoDataFrame:
    """Keep of a layer of OpenStreetMap what touches the extent, which its reader may not have known yet."""
    if shop.extent is None:
        return frame
    inside = shapely.intersects(frame.geometry.to_numpy(), shop.extent)
    lost = int((~inside).sum())
    if lost:
        message = f"{name}: {lost:,} features outside the study area and its buffer left out"
        shop.findings.add("info", part.layer, message, lost)
    return frame[inside]


def read_raw(part: Part, shop: Workshop) -> tuple[Any, TableFormat, str]:
    """Return the rows of a file before they are shaped, how its cells are written, and its name for messages.

    Raises
    ------
    KortrijkGeoError
        Naming the file, when it cannot be read as the recipe says.
    """
    fmt = table_format(part)
    if part.reader == "vector":
        options = {key: part.get(key) for key in ("layer", "crs", "encoding", "inside") if key in part.options}
        path = shop.locate(part)
        frame = read_vector(
            path, findings=shop.findings, into=part.layer, crs_override=bool(part.get("crs_override", False)), **options
        )
        name = path.name + (f", layer {part.get('layer')}" if part.get("layer") else "")
        return frame, fmt, name
    if part.reader in {"table", "table-addresses"}:
        return shop.table(part)
    if part.reader == "table-points":
        table, fmt, name = shop.table(part)
        return _points(table, part, fmt, name, shop), fmt, name
    read = {"osm": shop.extract, "overpass": shop.overpass, "graphml": shop.graphml}
    extract = read[part.reader](part)
    name = str(part.get("file") or part.get("url"))
    shop.dates.setdefault(name, extract.reference_date)
    wanted = part.get("layer", part.layer)
    if wanted not in extract.layers:
        raise DataError(f"{part.table}: OpenStreetMap gives no layer {wanted!r}; it gives {', '.join(extract.layers)}")
    return extract.layers[wanted], fmt, name


def _points(table: pd.DataFrame, part: Part, fmt: TableFormat, name: str, shop: Workshop) -> gpd.GeoDataFrame:
    """Make points of the coordinate columns of a table; rows without coordinates keep an empty place."""
    if "wkt" in part.options:
        column = find_column(table, part.options["wkt"], where=f"{name}, wkt")
        texts = [str(cell).strip() if cell else None for cell in table[column]]
        with reading(name, f"column {column} cannot be read", "write it as WKT"):
            shapes = np.asarray(shapely.from_wkt([text or None for text in texts], on_invalid="ignore"), dtype=object)
        bad = shapely.is_missing(shapes) & np.array([bool(text) for text in texts])
        if bad.any():
            raise DataError(f"{name}, column {column}: row {table.index[bad][0]} is not WKT ({bad.sum()} such rows)")
    else:
        east, north = ("lon", "lat") if "lon" in part.options else ("x", "y")
        x, y = (
            to_numbers(
                table[find_column(table, part.options[axis], where=f"{name}, {axis}")],
                where=f"{name}, column {part.options[axis]}",
                decimal=fmt.decimal, unknown=fmt.unknown, negative=True,
            ).series
            for axis in (east, north)
        )  # fmt: skip
        known = (x.notna() & y.notna()).to_numpy()
        shapes = np.asarray(shapely.points(x.fillna(0.0), y.fillna(0.0)), dtype=object)
        shapes[~known] = None
    crs = settle_crs(
        None, part.get("crs", "EPSG:4326"), override=False, name=name, findings=shop.findings, into=part.layer
    )
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index), crs=crs)
    return drop_impossible(frame, name=name, findings=shop.findings, into=part.layer)


def _read_thiessen(part: Part, shop: Workshop) -> gpd.GeoDataFrame:
    seeds_part: Part = part.options["points"]
    if shop.boundary is None:
        raise DataError(f"{part.table}: Thiessen areas need a study area that does not come from them")
    raw, fmt, name = read_raw(seeds_part, shop)
    if raw.empty:
        raise DataError(f"{part.table}: {name} has no points in the study area")
    options = {**seeds_part.options, **{key: part.options[key] for key in ("columns", "values") if key in part.options}}
    shaped = shape_rows(
        raw,
        type(part)(seeds_part.table, part.layer, seeds_part.reader, options),
        fmt,
        name=name,
        findings=shop.findings,
    )
    points = gpd.GeoDataFrame(shaped, geometry="geometry", crs=raw.crs)
    lost = points.geometry.isna() | points.geometry.is_empty
    if lost.any():
        shop.findings.add(
            "warning",
            part.layer,
            f"{name}: {int(lost.sum()):,} rows without a place (row {named(points.index[lost])})",
            int(lost.sum()),
        )
    key = str(LAYERS[part.layer].key)
    return thiessen(
        points[~lost].to_crs(shop.recipe.crs), shop.boundary, key=key, dissolve=bool(part.get("dissolve", False)),
        name=name, layer=part.layer, findings=shop.findings,
    )  # fmt: skip
