"""A pack is written whole or not at all, opens as it was written, and says what is wrong with it."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, Polygon, box

from kortrijk_geo.errors import CrsError, DataError, MissingFileError, MissingLayerError, OutputError
from kortrijk_geo.files import folder_updated
from kortrijk_geo.pack.city import open_city
from kortrijk_geo.pack.files import LayerRecord, PackInfo, read_info, write_pack
from kortrijk_geo.pack.validation import check_crs, validate

CRS = "EPSG:31370"
HOSTILE = "<script>alert('x')</script> ${y} \"quoted\"\nnew line \\ back"


def _boundary() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": ["Stad"]}, geometry=[box(0, 0, 2000, 1000)], crs=CRS)


def _areas(**columns: object) -> gpd.GeoDataFrame:
    table = {"area_id": ["34022W01", "34022W02"], "name": ["West", HOSTILE], **columns}
    return gpd.GeoDataFrame(table, geometry=[box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)], crs=CRS)


def _info(**more: object) -> PackInfo:
    record = LayerRecord("Test", "2024-12-31", "CC0", notes=("1 row was repaired",))
    return PackInfo("Stad", CRS, "34022", layers={"boundary": record, "areas": record, "homes": record}, **more)


def _write(out: Path, **layers: gpd.GeoDataFrame) -> PackInfo:
    return write_pack(out, _info(), {"boundary": _boundary(), "areas": _areas(), **layers})


def test_a_pack_opens_as_it_was_written(tmp_path: Path) -> None:
    written = _write(tmp_path / "pack", areas=_areas(population=[10, np.nan], vulnerable=[True, None]))
    city = open_city(tmp_path / "pack")
    assert city.info == written
    assert city.layers == ("boundary", "areas")
    assert list(city.areas["area_id"]) == ["34022W01", "34022W02"]
    assert city.areas["name"].iloc[1] == HOSTILE
    assert city.areas["population"].iloc[0] == 10
    assert city.areas["population"].isna().iloc[1], "unknown stays unknown"
    assert city.areas["vulnerable"].isna().tolist() == [False, True]
    assert city.info.layers["areas"].rows == 2
    assert city.info.layers["areas"].notes == ("1 row was repaired",)


def test_equal_layers_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        _write(tmp_path / name)
    for file in ("pack.toml", "city.gpkg"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_the_digest_follows_the_content(tmp_path: Path) -> None:
    one = _write(tmp_path / "one")
    two = _write(tmp_path / "two", areas=_areas(population=[1, 2]))
    assert one.digest != two.digest
    city = open_city(tmp_path / "one")
    assert city.digest == one.digest
    assert city.replace(areas=_areas(population=[1, 2])).digest != city.digest


def test_replace_gives_a_changed_copy_and_leaves_the_city_alone(tmp_path: Path) -> None:
    _write(tmp_path / "pack")
    city = open_city(tmp_path / "pack")
    changed = city.replace(areas=_areas(population=[5, 6]))
    assert list(changed.areas["population"]) == [5, 6]
    assert "population" not in city.areas.columns
    assert changed.boundary.equals(city.boundary)
    with pytest.raises(DataError, match=r"City\.replace, layer areas.*population"):
        city.replace(areas=_areas(population=["?", 3]))


def test_some_columns_of_a_layer_are_those_of_the_whole(tmp_path: Path) -> None:
    _write(tmp_path / "pack", areas=_areas(population=[10, np.nan], vulnerable=[True, None]))
    city, whole = open_city(tmp_path / "pack"), open_city(tmp_path / "pack").areas
    pd.testing.assert_frame_equal(
        city.columns("areas", "population", "area_id", "pets"), whole[["area_id", "population"]]
    )
    shapes = city.columns("areas", "vulnerable", "geometry")
    assert isinstance(shapes, gpd.GeoDataFrame)
    pd.testing.assert_frame_equal(shapes, whole[["vulnerable", "geometry"]])
    shapes.loc[0, "vulnerable"] = False
    assert city.columns("areas", "vulnerable", "geometry").equals(whole[["vulnerable", "geometry"]]), (
        "a copy of one's own"
    )
    changed = city.replace(areas=_areas(population=[5, 6]))
    assert changed.columns("areas", "population")["population"].tolist() == [5, 6]
    with pytest.raises(MissingLayerError, match="streets"):
        city.columns("streets", "walk")


def test_a_city_can_be_pickled(tmp_path: Path) -> None:
    _write(tmp_path / "pack")
    city = pickle.loads(pickle.dumps(open_city(tmp_path / "pack")))
    assert len(city.areas) == 2


def test_a_missing_layer_is_named_with_pack_and_recipe_line(tmp_path: Path) -> None:
    _write(tmp_path / "pack")
    city = open_city(tmp_path / "pack")
    with pytest.raises(MissingLayerError, match=r"reach needs streets.*pack.*\[layers\.streets\]"):
        city.require("areas", "streets", theme="reach")
    with pytest.raises(MissingLayerError, match=r"\[rasters\.land_cover\]"):
        city.raster("land_cover")
    with pytest.raises(AttributeError, match="no attribute 'wijken'"):
        _ = city.wijken


def test_a_folder_that_is_no_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="pack build"):
        open_city(tmp_path)


def test_a_pack_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    _write(tmp_path / "pack")
    toml = tmp_path / "pack" / "pack.toml"
    toml.write_text(toml.read_text().replace("format_version = 1", "format_version = 99"))
    with pytest.raises(DataError, match="format 99, this version reads up to 1"):
        open_city(tmp_path / "pack")


@pytest.mark.parametrize(
    "text", ["", "name = 3", "format_version = 1\nname = 'x'\ncrs='EPSG:31370'\nbogus = 1", "\x00"]
)
def test_a_broken_description_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "pack.toml").write_text(text)
    with pytest.raises(DataError, match=r"pack\.toml"):
        read_info(tmp_path)


def test_a_broken_vector_file_is_named(tmp_path: Path) -> None:
    _write(tmp_path / "pack")
    (tmp_path / "pack" / "city.gpkg").write_bytes(b"not a database")
    with pytest.raises(DataError, match=r"city\.gpkg, layer areas"):
        _ = open_city(tmp_path / "pack").areas


def test_nothing_half_written_after_an_error(tmp_path: Path) -> None:
    _write(tmp_path / "pack")
    before = (tmp_path / "pack" / "pack.toml").read_bytes()
    with pytest.raises(DataError):
        _write(tmp_path / "pack", areas=_areas(population=[-1, 2]))
    with (
        pytest.raises(ZeroDivisionError),
        folder_updated(tmp_path / "pack", [], last=(), stale=lambda _: set(), waiting=pytest.fail) as building,
    ):
        (building / "half").write_text("x")
        _ = 1 / 0
    assert (tmp_path / "pack" / "pack.toml").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]
    assert sorted(path.name for path in (tmp_path / "pack").iterdir()) == ["city.gpkg", "pack.toml"]


def test_a_folder_with_other_things_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("keep me")
    with pytest.raises(OutputError, match="holds other files"):
        _write(tmp_path / "letters")
    assert (tmp_path / "letters" / "dear.txt").read_text() == "keep me"
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="is a file"):
        _write(tmp_path / "file")


def test_a_layer_without_a_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no source is recorded for streets"):
        write_pack(tmp_path / "pack", _info(), {"boundary": _boundary(), "areas": _areas(), "streets": _areas()})
    with pytest.raises(DataError, match="needs the layers boundary"):
        write_pack(tmp_path / "pack", _info(), {"areas": _areas()})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"area_id": ["a", "a"]}, "area_id.*each value once"),
        ({"area_id": ["", "a"]}, "area_id.*not empty"),
        ({"name": [None, "x"]}, "name.*not empty"),
        ({"population": [-1, 2]}, "population.*from 0"),
        ({"population": [np.inf, 2]}, "population.*from 0"),
        ({"population": ["12 personen", 2]}, "population: '12 personen' in row 0 is not a number"),
        ({"vulnerable": ["ja", True]}, "vulnerable: 'ja' in row 0 is not true or false"),
    ],
)
def test_a_broken_column_is_named(change: dict[str, list[object]], message: str) -> None:
    with pytest.raises(DataError, match=f"f.gpkg, layer areas, column {message}"):
        validate("areas", _areas().assign(**change), crs=CRS, origin="f.gpkg")


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (None, "has no geometry"),
        (Polygon(), "has an empty geometry"),
        (Point(1, 1), "is not a polygon"),
        (Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), "has an invalid geometry"),
    ],
)
def test_a_broken_geometry_is_named(shape: object, message: str) -> None:
    frame = _areas()
    frame = frame.set_geometry(gpd.GeoSeries([frame.geometry.iloc[0], shape], crs=CRS))
    with pytest.raises(DataError, match=f"row 1 {message}"):
        validate("areas", frame, crs=CRS, origin="f.gpkg")


def test_missing_columns_and_geometry_are_named() -> None:
    with pytest.raises(DataError, match="column area_id, name is missing"):
        validate("areas", _boundary().drop(columns="name"), crs=CRS, origin="f.gpkg")
    with pytest.raises(DataError, match="has no geometry column"):
        validate("areas", pd.DataFrame({"area_id": ["a"], "name": ["b"]}), crs=CRS, origin="f.gpkg")
    with pytest.raises(DataError, match="no layer is called 'wijken'"):
        validate("wijken", _areas(), crs=CRS, origin="f.gpkg")
    with pytest.raises(DataError, match="has no rows"):
        validate("areas", _areas().iloc[:0], crs=CRS, origin="f.gpkg")


def test_a_wrong_crs_is_named() -> None:
    with pytest.raises(CrsError, match=r"is in EPSG:4326, the pack is in EPSG:31370"):
        validate("areas", _areas().to_crs(4326), crs=CRS, origin="f.gpkg")
    with pytest.raises(CrsError, match="has no coordinate reference system"):
        validate("areas", _areas().set_crs(None, allow_override=True), crs=CRS, origin="f.gpkg")
    with pytest.raises(CrsError, match="in degrees"):
        check_crs("EPSG:4326", origin="f.gpkg")
    with pytest.raises(CrsError, match="not in metres"):
        check_crs("EPSG:2263", origin="f.gpkg")
    with pytest.raises(CrsError, match="not a known"):
        check_crs("EPSG:0", origin="f.gpkg")
    with pytest.raises(CrsError, match="no coordinate reference system"):
        check_crs(None, origin="f.gpkg")


@pytest.mark.parametrize(
    "change", [{"covers": ("amenity=pharmacy",)}, {"reference_date": "2020-01-01"}, {"inventory": True}]
)
def test_the_digest_is_also_of_what_the_description_says_that_figures_hang_on(change) -> None:
    record = LayerRecord("a source", "2024-01-01", "CC0", sha256="a" * 64)
    info = PackInfo("Town", "EPSG:31370", layers={"amenities": record})
    other = replace(info, layers={"amenities": replace(record, **change)})
    assert other.digest != info.digest
    assert replace(info, layers={"amenities": replace(record, notes=("repaired",))}).digest == info.digest


def test_tags_of_amenities_are_read_once_and_a_changed_city_reads_its_own(demo):
    assert demo.amenity_tags is demo.amenity_tags
    changed = demo.replace(amenities=demo.amenities.iloc[:1])
    assert (len(changed.amenity_tags), len(demo.amenity_tags)) == (1, len(demo.amenities))
