"""Raw files and a recipe of an invented hamlet, and what the figures of its pack are; mutations change all three.

A mutation says in `Draft.right` which figures are right after it, or that nobody can say (`Draft.nobody_knows`). A
build of the changed files then gives these figures, or is refused, or tells of the difference in ``pack check``.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import openpyxl
import rasterio
from affine import Affine
from pyogrio.errors import DataSourceError
from pyproj.exceptions import CRSError
from shapely.errors import GEOSException

from kortrijk_geo.pack.city import City

X, Y = 72_000, 168_000
LAMBERT = "urn:ogc:def:crs:EPSG::31370"
Figures = dict[str, Any]
Change = Callable[["Draft", random.Random], None]
MUTATIONS: dict[str, Change] = {}


def mutation(change: Change) -> Change:
    """Make a change known by the name of its function."""
    assert change.__name__ not in MUTATIONS
    MUTATIONS[change.__name__] = change
    return change


@dataclass
class Sheet:
    """A table, and how it is written to a file."""

    header: list[str]
    rows: list[list[Any]]
    separator: str = ";"
    decimal: str = ","
    thousands: str = ""
    encoding: str = "utf-8"
    newline: str = "\n"
    above: list[str] = field(default_factory=list)
    quoted: bool = False
    other_sheets: dict[str, tuple[bool, list[list[Any]]]] = field(default_factory=dict)

    def column(self, name: str) -> int:
        return self.header.index(name)

    def content(self, name: str) -> bytes:
        """Write it as the ending of its name says."""
        return self._workbook() if name.endswith(".xlsx") else self._text()

    def _text(self) -> bytes:
        stream = io.StringIO()
        stream.writelines(line + self.newline for line in self.above)
        quoting = csv.QUOTE_ALL if self.quoted else csv.QUOTE_MINIMAL
        writer = csv.writer(stream, delimiter=self.separator, lineterminator=self.newline, quoting=quoting)
        writer.writerow(self.header)
        writer.writerows([self._cell(cell) for cell in row] for row in self.rows)
        return stream.getvalue().encode(self.encoding, "replace")

    def _cell(self, cell: Any) -> Any:
        if isinstance(cell, bool) or not isinstance(cell, (int, float)):
            return "" if cell is None else cell
        written = f"{cell:,}" if self.thousands else f"{cell}"
        return written.replace(",", "\0").replace(".", self.decimal).replace("\0", self.thousands)

    def _workbook(self) -> bytes:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, (hidden, rows) in self.other_sheets.items():
            other = book.create_sheet(name)
            other.sheet_state = "hidden" if hidden else "visible"
            for row in rows:
                other.append(row)
        sheet = book.create_sheet("gegevens")
        for row in [*([line] for line in self.above), self.header, *self.rows]:
            sheet.append(row)
        book.active = len(book.sheetnames) - 1
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()


@dataclass
class Draft:
    """Recipe and raw files before they are written, what was changed, and the figures that are right."""

    recipe: dict[str, Any]
    sheets: dict[str, Sheet]
    shapes: dict[str, dict[str, Any]]
    height: dict[str, Any]
    right: Figures | None
    done: list[str] = field(default_factory=list)
    bytes_changed: list[Callable[[dict[str, bytes]], None]] = field(default_factory=list)
    toml_changed: list[Callable[[str], str]] = field(default_factory=list)
    gis: dict[str, str] = field(default_factory=dict)

    def nobody_knows(self) -> None:
        """Say that no figure can be called right."""
        self.right = None

    def table(self, name: str) -> dict[str, Any]:
        """Table of the recipe that reads a file."""
        layers = self.recipe["layers"]
        joins = layers["areas"]["tables"] if isinstance(layers.get("areas"), dict) else []
        return next(one for one in [*layers.values(), *joins] if one["file"] == name)

    def rename(self, old: str, new: str) -> None:
        """Write a table or layer to a file of another name."""
        self.table(old)["file"] = new
        store = self.sheets if old in self.sheets else self.shapes
        store[new] = store.pop(old)

    def any_sheet(self, rng: random.Random) -> tuple[str, Sheet]:
        name = rng.choice(sorted(self.sheets))
        return name, self.sheets[name]

    def apply(self, name: str, rng: random.Random) -> None:
        """Change the draft by one mutation; after others it may find nothing left that it can change."""
        try:
            MUTATIONS[name](self, rng)
        except (KeyError, IndexError, TypeError, AttributeError, ValueError, StopIteration):
            if not self.done:
                raise
            self.nobody_knows()
        self.done.append(name)

    def toml(self) -> str:
        """Text of the recipe."""
        text = toml_text(self.recipe)
        for change in self.toml_changed:
            text = change(text)
        return text

    def write(self, folder: Path, *, rasters: bool = True) -> Path:
        """Write recipe.toml and raw/ in a folder; return the path of the recipe."""
        raw = folder / "raw"
        raw.mkdir(parents=True)
        files = {name: sheet.content(name) for name, sheet in self.sheets.items()}
        files |= {name: json.dumps(collection).encode() for name, collection in self.shapes.items()}
        for change in self.bytes_changed:
            change(files)
        for name, content in files.items():
            (raw / name).write_bytes(content)
        for name, ending in self.gis.items():
            as_gis(raw / name, raw / f"{Path(name).stem}{ending}")
        if rasters:
            write_height(raw / "height.tif", **self.height)
        (folder / "recipe.toml").write_text(self.toml(), encoding="utf-8", errors="surrogatepass")
        return folder / "recipe.toml"


def toml_text(table: dict[str, Any]) -> str:
    """Write a recipe; tables within tables inline, which TOML reads alike."""
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items())


def _key(key: str) -> str:
    return json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, float):
        return "nan" if math.isnan(value) else repr(value)
    return json.dumps(value)


def as_gis(source: Path, target: Path) -> None:
    """Write a GeoJSON file as a program of GIS would; what that cannot read keeps its content under the new name."""
    try:
        gpd.read_file(source).to_file(target)
    except (GEOSException, DataSourceError, CRSError, ValueError, TypeError, RuntimeError):
        target.write_bytes(source.read_bytes())


def write_height(path: Path, *, scale: float = 1.0, offset: float = 0.0, pixels: Any = None, **profile: Any) -> None:
    """Write heights of the hamlet: 20 m in the west and 30 in the east, unless other pixels are given."""
    values = np.repeat([[20.0, 30.0]], 100, axis=1)[np.zeros(200, dtype=int)] if pixels is None else pixels
    stored = ((np.asarray(values) - offset) / scale).astype(profile.pop("dtype", "float32"))
    options = {
        "driver": "GTiff", "count": 1, "height": stored.shape[0], "width": stored.shape[1], "dtype": stored.dtype,
        "crs": "EPSG:31370", "transform": Affine(6, 0, X - 100, 0, -6, Y + 1100), "nodata": -9999.0, **profile,
    }  # fmt: skip
    with rasterio.open(path, "w", **options) as target:
        target.write(stored, 1)
        target.scales, target.offsets = (scale,), (offset,)


def square(x: float, y: float, side: float = 500.0) -> list[list[float]]:
    """Ring of a square with its lower left corner in metres from that of the hamlet."""
    corners = [(0, 0), (side, 0), (side, side), (0, side), (0, 0)]
    return [[X + x + dx, Y + y + dy] for dx, dy in corners]


def collection(kind: str, coordinates: list[Any], **columns: list[Any]) -> dict[str, Any]:
    """GeoJSON of shapes of one kind."""
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    features = [
        {"type": "Feature", "properties": row, "geometry": {"type": kind, "coordinates": places}}
        for row, places in zip(rows, coordinates, strict=True)
    ]
    return {"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": LAMBERT}}, "features": features}


def hamlet() -> Draft:
    """Four areas of 500 x 500 m, a grid of streets, eight homes, three crèches, two schools and a raster of heights."""
    record = {"source": "invented", "licence": "CC0", "reference_date": "2025-01-01"}
    points = {"reader": "table-points", "x": "x", "y": "y", "crs": "EPSG:31370", "decimal": ",", **record}
    corners = [(0, 0), (500, 0), (0, 500), (500, 500)]
    codes = ["01", "02", "03", "04"]
    names = ["Centrum", "Sint-Één", "Oost", "Hoge Kouter"]
    grid = [-60, 250, 500, 750, 1060]
    lines = [[[X + a, Y + y], [X + b, Y + y]] for y in grid for a, b in pairwise(grid)]
    lines += [[[X + x, Y + a], [X + x, Y + b]] for x in grid for a, b in pairwise(grid)]
    people, children = [1234, 2345, 987, 1010], [41, 52, None, 17]
    people_rows = [list(row) for row in zip(codes, people, children, strict=True)]
    residents = [617, 617, 1172, 1173, 493, 494, 505, 505]
    places = [(X + x + step, Y + y + step) for x, y in corners for step in (150, 350)]
    homes = [[f"h{n}", *place, residents[n], 300 + n] for n, place in enumerate(places)]
    creches = [
        ["k1", "De Bij", "group", 21, "2020-09-01", X + 260, Y + 240],
        ["k2", "Ukkie", "family", 8, "2024-01-01", X + 700, Y + 260],
        ["k3", "Kabouter", "group", 1_036, None, X + 740, Y + 755],
    ]
    schools = [["a1", "amenity=school", X + 255.5, Y + 255.5], ["a2", "amenity=pharmacy", X + 745.5, Y + 745.5]]
    recipe = {
        "name": "Proefgehucht", "crs": "EPSG:31370", "buffer_m": 100, "study_area": {"of": "areas", **record},
        "layers": {
            "areas": {
                "reader": "vector", "file": "areas.geojson", "columns": {"area_id": "code", "name": "naam"}, **record,
                "tables": [{"file": "people.csv", "key": "wijk", "decimal": ",", **record,
                            "columns": {"population": "inwoners", "children_0_2": "kinderen"}}],
            },
            "streets": {"reader": "vector", "file": "streets.geojson", **record,
                        "columns": {"street_id": "id", "kind": "soort"},
                        "values": {"walk": True, "cycle_forward": True, "cycle_backward": True}},
            "homes": {**points, "file": "homes.csv",
                      "columns": {"home_id": "id", "residents": "bewoners", "dwellings": "woningen"}},
            "childcare": {**points, "file": "creches.csv",
                          "columns": {"location_id": "id", "name": "naam", "kind": "soort", "places": "plaatsen",
                                      "opens": "opening"}},
            "amenities": {**points, "file": "schools.csv", "columns": {"amenity_id": "id", "category": "soort"}},
        },
        "rasters": {"elevation": {"reader": "raster", "file": "height.tif", **record}},
    }  # fmt: skip
    right = {
        "names": dict(zip(codes, names, strict=True)),
        "population": dict(zip(codes, map(float, people), strict=True)),
        "children": {"01": 41.0, "02": 52.0, "03": math.nan, "04": 17.0},
        "surface": dict.fromkeys(codes, 250_000.0),
        "places": {"k1": 21.0, "k2": 8.0, "k3": 1036.0},
        "opens": {"k1": "2020-09-01", "k2": "2024-01-01", "k3": None},
        "residents": {f"h{n}": float(count) for n, count in enumerate(residents)},
        "where": {f"h{n}": place for n, place in enumerate(places)},
        "amenities": {"a1": "amenity=school", "a2": "amenity=pharmacy"},
        "streets": {"metres": 11_200.0, "parts": 1.0},
        "height": {"west": 20.0, "east": 30.0},
    }
    return Draft(
        recipe=recipe,
        sheets={
            "people.csv": Sheet(["wijk", "inwoners", "kinderen"], people_rows),
            "homes.csv": Sheet(["id", "x", "y", "bewoners", "woningen"], homes),
            "creches.csv": Sheet(["id", "naam", "soort", "plaatsen", "opening", "x", "y"], creches),
            "schools.csv": Sheet(["id", "soort", "x", "y"], schools),
        },
        shapes={
            "areas.geojson": collection("Polygon", [[square(*corner)] for corner in corners], code=codes, naam=names),
            "streets.geojson": collection("LineString", lines, id=[f"s{n}" for n in range(len(lines))],
                                          soort=["residential"] * len(lines)),
        },
        height={},
        right=right,
    )  # fmt: skip


def figures(city: City) -> Figures:
    """Measure in a pack what `hamlet` says is right."""
    areas, homes, creches = (city.layer(name) for name in ("areas", "homes", "childcare"))

    def by(frame: Any, key: str, column: str) -> dict[str, Any]:
        return dict(zip(frame[key], frame[column] if column in frame else [math.nan] * len(frame), strict=True))

    streets = city.layer("streets")
    graph = nx.Graph(tuple((round(x, 2), round(y, 2)) for x, y, *_ in (line.coords[0], line.coords[-1]))
                     for line in streets.geometry)  # fmt: skip
    with rasterio.open(city.raster("elevation")) as source:
        heights = [value[0] for value in source.sample([(X + 250, Y + 500), (X + 800, Y + 500)], masked=True)]
    west, east = (math.nan if np.ma.is_masked(value) else float(value) for value in heights)
    return {
        "names": by(areas, "area_id", "name"),
        "population": by(areas, "area_id", "population"),
        "children": by(areas, "area_id", "children_0_2"),
        "surface": dict(zip(areas["area_id"], areas.area, strict=True)),
        "places": by(creches, "location_id", "places"),
        "opens": by(creches, "location_id", "opens"),
        "residents": by(homes, "home_id", "residents"),
        "where": dict(zip(homes["home_id"], zip(homes.geometry.x, homes.geometry.y, strict=True), strict=True)),
        "amenities": by(city.layer("amenities"), "amenity_id", "category"),
        "streets": {"metres": float(streets.length.sum()), "parts": float(nx.number_connected_components(graph))},
        "height": {"west": west, "east": east},
    }


def differences(measured: Figures, right: Figures) -> list[str]:
    """Tell which figures are not the right ones; places and lengths may differ by what a transformation rounds."""
    wrong = []
    for name, expected in right.items():
        wrong += [f"{name}: {key} is absent" for key in expected if key not in measured[name]]
        wrong += [f"{name}: {key} is new" for key in measured[name] if key not in expected]
        for key, value in expected.items():
            if key in measured[name] and not _alike(measured[name][key], value, 1e-3 if name == "surface" else 1e-4):
                wrong.append(f"{name}: {key} is {measured[name][key]!r}, not {value!r}")
    return wrong


def _alike(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, tuple):
        return math.dist(one, other) < 1.0
    if one is None or other is None or isinstance(one, str) or isinstance(other, str):
        return one == other or (other is None and one != one)  # noqa: PLR0124 - NaN
    one, other = float(one), float(other)
    return math.isclose(one, other, rel_tol=tolerance) or (math.isnan(one) and math.isnan(other))


def mutated(seed: int, names: list[str], least: int = 1, most: int = 2) -> Draft:
    """Return the hamlet after one or more mutations, the same for the same seed."""
    rng = random.Random(seed)
    draft = copy.deepcopy(hamlet())
    for name in rng.sample(names, rng.randint(least, most)):
        draft.apply(name, rng)
    return draft
