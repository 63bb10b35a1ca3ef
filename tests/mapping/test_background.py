"""Streets and buildings in a page: at their place within half a step, named, light, the same bytes, none without."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tiny_city import make_city

import kortrijk_geo as kg
from kortrijk_geo.mapping import background as room
from kortrijk_geo.mapping.background import encode, varints
from kortrijk_geo.mapping.spec import PageExtras

STEP = 1.0
PLACE = st.integers(-20_000_000, 20_000_000).map(float)
LINES = st.lists(st.lists(st.tuples(PLACE, PLACE), min_size=2, max_size=6), max_size=5)


class Reader:
    """Reads a block as its module describes it, by nothing of the code that wrote it."""

    def __init__(self, block: str) -> None:
        self.content = zlib.decompress(base64.b64decode(block))
        self.at = 0

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.content[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return -(value + 1) // 2 if value % 2 else value // 2

    def column(self, count: int) -> list[int]:
        return [self.number() for _ in range(count)]

    def shapes(self, counts: list[int]) -> list[np.ndarray]:
        x, y = (np.cumsum(self.column(sum(counts)), dtype=np.int64) for _ in range(2))
        return np.split(np.column_stack([x, y]), np.cumsum(counts)[:-1]) if counts else []

    def all(self) -> tuple[list[tuple[int, str, np.ndarray]], list[np.ndarray]]:
        length = self.number()
        names = ["", *self.content[self.at : self.at + length].decode().split("\n")]
        self.at += length
        count = self.number()
        classes, called, points = (self.column(count) for _ in range(3))
        streets = list(zip(classes, [names[place] for place in called], self.shapes(points), strict=True))
        buildings = self.shapes(self.column(self.number()))
        assert self.at == len(self.content)
        return streets, buildings


def lines_of(places: list[list[tuple[float, float]]]) -> np.ndarray:
    return np.array([shapely.LineString(line) for line in places], dtype=object)


@given(st.lists(st.integers(-(2**40), 2**40)))
def test_every_number_comes_back(numbers: list[int]) -> None:
    reader = Reader(base64.b64encode(zlib.compress(varints(np.array(numbers, dtype=np.int64)))).decode())
    assert reader.column(len(numbers)) == numbers
    assert reader.at == len(reader.content)


@given(LINES, st.floats(-0.49, 0.49))
def test_lines_come_back_within_half_a_step(places: list[list[tuple[float, float]]], off: float) -> None:
    lines = shapely.transform(lines_of(places), lambda xy: xy + off) if places else np.array([], dtype=object)
    names = [f"Straat {row % 2}" for row in range(len(lines))]
    streets, buildings = Reader(encode(lines, np.arange(len(lines)), names, np.array([], dtype=object))).all()
    assert buildings == []
    kept = {kind: (name, points) for kind, name, points in streets}
    for row, line in enumerate(lines):
        xy = np.round(shapely.get_coordinates(line))
        xy = xy[np.append(True, (np.diff(xy, axis=0) != 0).any(axis=1))]
        assert (row in kept) == (len(xy) > 1)
        if row in kept:
            name, points = kept[row]
            assert name == names[row]
            assert points.shape == xy.shape
            away = shapely.distance(shapely.points(points.astype(float)), line)
            assert away.max() <= STEP * np.sqrt(0.5) + 1e-6


def test_a_building_comes_back_as_its_corners() -> None:
    corners = np.array([[500.4, 6_000_000.2], [512.1, 6_000_000.2], [512.1, 6_000_009.7], [500.4, 6_000_009.7]])
    tiny = shapely.box(0, 0, 0.3, 0.3).exterior
    outlines = np.array([shapely.LinearRing(corners), tiny], dtype=object)
    streets, buildings = Reader(encode(np.array([], dtype=object), np.array([], np.int64), [], outlines)).all()
    assert streets == []
    assert len(buildings) == 1
    assert np.abs(buildings[0] - corners).max() <= STEP / 2


def test_a_name_that_looks_like_two_stays_one() -> None:
    lines = lines_of([[(0, 0), (9, 9)], [(9, 9), (20, 5)]])
    streets, _ = Reader(encode(lines, np.array([3, 3]), ["Twee\nregels", "Ander"], np.array([], dtype=object))).all()
    assert [name for _, name, _ in streets] == ["Twee regels", "Ander"]


def test_the_demo_has_its_streets_and_buildings_at_their_place(demo: kg.City) -> None:
    block = room.background_block(demo)
    assert block == room.background_block(demo)
    assert len(block) < 420_000
    streets, buildings = Reader(block).all()
    boundary = demo.boundary.geometry.union_all()
    inside = demo.buildings[demo.buildings.intersects(boundary)]
    assert len(buildings) >= len(inside)
    drawn = gpd.GeoSeries([shapely.Polygon(ring) for ring in buildings], crs="EPSG:3857").to_crs(demo.crs)
    nearest = inside.geometry.iloc[:: len(inside) // 200]
    there = shapely.STRtree(drawn.to_numpy()).query_nearest(nearest.centroid.to_numpy(), all_matches=False)[1]
    shared = shapely.area(shapely.intersection(drawn.to_numpy()[there], nearest.to_numpy()))
    assert (shared / nearest.area.to_numpy() > 0.8).all()
    called = {name for _, name, _ in streets if name}
    known = set(demo.addresses["street"])
    assert called <= known
    assert len(called) > 0.85 * len(known)


def test_an_address_at_a_corner_is_of_the_first_of_the_streets_there() -> None:
    corner, lines = (0, 0), ([(0, 0), (-80, 0)], [(90, 90), (0, 0)], [(0, 40), (9, 40), (0, 0)])
    streets = gpd.GeoDataFrame(geometry=[shapely.LineString(line) for line in lines], crs=31370)
    doors = [("Korte", (-5, -5)), ("Korte", (-7, -2)), ("Hoek", corner), ("Hoek", corner), ("Hoek", (20, 900))]
    addresses = gpd.GeoDataFrame(
        {"street": [street for street, _ in doors]}, geometry=[shapely.Point(at) for _, at in doors], crs=31370
    )
    # Four doors at the first street, two of each name: the first of the alphabet; and none at the others.
    assert list(room.names_by_addresses(streets, addresses)) == ["Hoek", None, None]
    assert list(room.names_by_addresses(streets[::-1], addresses)) == ["Hoek", None, "Korte"]


def test_streets_are_called_by_their_own_names_where_the_layer_has_them(demo: kg.City) -> None:
    few = demo.streets.iloc[:50].assign(name=[None, "Sint-Jorisstraat"] * 25)
    lines, _, names = room.street_lines(few)
    assert set(names) == {"", "Sint-Jorisstraat"}
    length = shapely.length(few.to_crs(3857).geometry.to_numpy()).sum()
    assert shapely.length(lines).sum() == pytest.approx(length, 1e-3)


def test_a_street_without_a_line_is_none_and_moves_no_name() -> None:
    nothing = shapely.MultiLineString()
    shapes = [
        shapely.LineString([(72_000, 168_000), (72_300, 168_000)]),
        nothing,
        shapely.LineString([(72_000, 168_100), (72_300, 168_100)]),
    ]
    streets = gpd.GeoDataFrame({"kind": "residential", "name": ["A", "B", "C"]}, geometry=shapes, crs=31370)
    lines, _, names = room.street_lines(streets)
    assert names == ["A", "C"]
    assert len(lines) == 2
    assert room.street_lines(streets[1:2])[2] == []


def test_a_pack_without_streets_and_buildings_has_no_background(tmp_path: Path) -> None:
    city = make_city(tmp_path, np.ones((10, 10), dtype=np.uint8))
    assert not city.has("streets")
    assert room.background_block(city) == ""


def test_too_many_buildings_leave_the_smallest_out(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = [shapely.box(100 * side, 5_000_000, 101 * side, 5_000_000 + side) for side in range(5, 55)]
    buildings = gpd.GeoDataFrame(geometry=boxes, crs="EPSG:3857")
    assert len(room.building_outlines(buildings)) == 50
    monkeypatch.setattr(room, "_MOST_BUILDING_POINTS", 40)
    rings = room.building_outlines(buildings)
    assert sorted(shapely.area(shapely.polygons(rings)) ** 0.5) == list(range(45, 55))


def test_every_page_of_an_atlas_carries_the_one_block(samples: ModuleType) -> None:
    from kortrijk_geo.mapping.document import map_document

    assert map_document(samples.spec(), PageExtras(background="abc"))["background"] == "abc"
    assert map_document(samples.spec())["background"] == ""


def test_a_street_of_any_number_of_bends_is_named_along_its_last_piece() -> None:
    bends = range(1, 12)
    winding = [[(300 * step, 900 * row + 200 * (step % 2)) for step in range(row + 1)] for row in bends]
    streets = gpd.GeoDataFrame(geometry=[shapely.LineString(line) for line in winding], crs=31370)
    doors = [(f"Straat {row}", shapely.LineString(line[-2:]).interpolate(at, normalized=True))
             for row, line in zip(bends, winding, strict=True) for at in (0.4, 0.6)]  # fmt: skip
    addresses = gpd.GeoDataFrame(
        {"street": [street for street, _ in doors]}, geometry=[point for _, point in doors], crs=31370
    )
    assert list(room.names_by_addresses(streets, addresses)) == [f"Straat {row}" for row in bends]
