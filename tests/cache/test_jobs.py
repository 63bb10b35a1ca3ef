"""An atlas of several processes is the atlas of one, byte for byte, and so is what stops a theme."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyogrio
import pytest
import small_town

import kortrijk_geo as kg
from kortrijk_geo import cache, catalogue
from kortrijk_geo.atlas.writing import AtlasReport, write_atlas
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.pack.city import City

RASTERS = ("land_cover", "green_cover", "surface_temperature", "soil_group")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return small_town.write_town(tmp_path_factory.mktemp("town"))


def atlas(city: City, out: Path, jobs: int) -> tuple[AtlasReport, dict[str, bytes]]:
    with cache.without_cache():
        report = write_atlas(city, out, on=dt.date(2026, 7, 1), jobs=jobs)
    return report, {path.name: path.read_bytes() for path in out.iterdir()}


def test_two_processes_write_the_same_bytes(town: City, tmp_path: Path) -> None:
    one, files = atlas(town, tmp_path / "one", 1)
    two, others = atlas(town, tmp_path / "two", 2)
    assert one.ok
    assert two.ok
    assert others == files


def test_themes_are_computed_elsewhere(town: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise AssertionError("computed in this process")

    monkeypatch.setattr("kortrijk_geo.reach.analysis.analyse", nowhere)
    analyses = catalogue.Analyses(town)
    analyses.compute(["housing", "trees"], 2)
    assert analyses.result("reach").theme == "reach"
    with pytest.raises(AssertionError):
        catalogue.Analyses(town).result("reach")


def test_what_stops_a_theme_is_the_same(tmp_path: Path) -> None:
    # Without rasters: what trees and unsealing take says nothing of it.
    city = small_town.write_town(tmp_path / "town", without=RASTERS)
    frame = city.childcare.assign(places=-5.0)
    pyogrio.write_dataframe(frame, city.folder / "city.gpkg", layer="childcare", append=False)
    one, _ = atlas(kg.open_city(city.folder), tmp_path / "one", 1)
    two, _ = atlas(kg.open_city(city.folder), tmp_path / "two", 2)
    assert set(one.failed) >= {"childcare"}
    assert two.failed == one.failed
    with pytest.raises(DataError, match="places"):
        write_atlas(kg.open_city(city.folder), tmp_path / "three", only=("childcare", "reach"), jobs=2)


@pytest.mark.parametrize("jobs", [0, -1, 1.5, 1000])
def test_jobs_is_a_whole_number_from_1(jobs: float, town: City, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="jobs"):
        write_atlas(town, tmp_path, jobs=jobs)  # type: ignore[arg-type]
