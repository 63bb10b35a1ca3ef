"""Building the demo: the same bytes each time, marked synthetic, safe to ask for twice at once."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
import rasterio

from kortrijk_geo.demo import build_demo, demo_city
from kortrijk_geo.errors import DataError, OutputError
from kortrijk_geo.pack.files import read_info
from kortrijk_geo.pack.layers import TIMETABLE


def test_a_second_build_gives_the_same_bytes(demo, tmp_path):
    info = build_demo(tmp_path / "again")
    assert info.digest == demo.info.digest
    rasters = ("land_cover.tif", "surface_temperature.tif", "soil_group.tif")
    for file in ("city.gpkg", "pack.toml", "timetable.npz", *rasters):
        assert (tmp_path / "again" / file).read_bytes() == (demo.folder / file).read_bytes(), file


def test_everything_is_marked_synthetic_and_dated(demo):
    assert demo.info.name == "Kortrijk (demo)"
    assert demo.info.nis_code == "34022"
    assert demo.crs == "EPSG:31370"
    assert demo.synthetic
    for name, record in {**demo.info.layers, **demo.info.rasters}.items():
        assert record.synthetic
        assert record.source.startswith("Synthetische demostad")
        assert record.reference_date == ("2026-01-01" if name == "timetable" else "2024-12-31")
        assert record.licence == "CC0"


def test_the_pack_is_light(demo):
    assert sum(file.stat().st_size for file in demo.folder.iterdir()) < 60e6


@pytest.fixture
def quick_builds(demo, monkeypatch):
    """Builds that take the first rows of the finished pack instead of growing the city, and how many there were."""
    builds = []

    def grow(_):
        builds.append(1)
        rasters = {}
        for name in set(demo.rasters) - {TIMETABLE}:
            with rasterio.open(demo.raster(name)) as source:
                place = source.transform
                pixels = source.read(1, window=((0, 100), (0, 100)))
                rasters[name] = (pixels, place.c, place.f, place.a, source.nodata)
        return {name: demo.layer(name).head(200) for name in demo.layers}, rasters, demo.timetable()

    monkeypatch.setattr("kortrijk_geo.demo.build._grow", grow)
    return builds


def test_an_existing_demo_is_opened_as_it_is(quick_builds, tmp_path):
    first = demo_city(tmp_path / "demo")
    second = demo_city(tmp_path / "demo")
    assert len(quick_builds) == 1
    assert first.digest == second.digest


def test_a_demo_of_another_version_is_built_again(quick_builds, tmp_path):
    demo_city(tmp_path / "demo")
    description = tmp_path / "demo" / "pack.toml"
    text = description.read_text(encoding="utf-8")
    description.write_text(text.replace("demo city, version", "demo city, older version"), encoding="utf-8")
    demo_city(tmp_path / "demo")
    assert len(quick_builds) == 2
    assert description.read_text(encoding="utf-8") == text


def test_several_may_ask_for_it_at_once(quick_builds, tmp_path):
    with ThreadPoolExecutor(3) as pool:
        cities = list(pool.map(demo_city, [tmp_path / "demo"] * 3))
    assert len({city.digest for city in cities}) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo"]


def test_a_real_pack_is_never_replaced(demo, tmp_path):
    shutil.copytree(demo.folder, tmp_path / "real")
    description = tmp_path / "real" / "pack.toml"
    text = description.read_text(encoding="utf-8").replace("synthetic = true", "synthetic = false")
    description.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="not the demo city"):
        demo_city(tmp_path / "real")
    assert not read_info(tmp_path / "real").synthetic


def test_a_folder_with_other_files_is_refused_before_the_work(quick_builds, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "love.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(OutputError, match="holds other files"):
        demo_city(tmp_path / "letters")
    assert quick_builds == []
