"""The atlas that a desk makes: in a process of its own, of the pack that the desk has, or with a reason why not."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from small_city import build_small_city

from kortrijk_geo.desk.web.routes.atlas import AtlasMaker
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import write_pack

PATIENCE_S = 120


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The small city, on the disk."""
    folder, city = tmp_path_factory.mktemp("town") / "pack", build_small_city()
    write_pack(folder, city.info, {name: city.layer(name) for name in city.layers}, {})
    return open_city(folder)


def made(maker: AtlasMaker, city: City, digest: str) -> Path | None:
    """Ask until the atlas is there, or it is said why not."""
    end = time.monotonic() + PATIENCE_S
    while True:
        folder = maker.ready(city, digest)
        if folder is not None or maker.failure:
            return folder
        assert time.monotonic() < end, "the atlas does not come"
        time.sleep(0.1)


def test_an_atlas_is_made_once_and_leaves_nothing_behind_in_the_desk(tmp_path: Path, town: City) -> None:
    before = set(sys.modules)
    folder = made(AtlasMaker(tmp_path), town, town.digest)
    assert folder is not None
    assert not {name for name in set(sys.modules) - before if name.startswith("kortrijk_geo.atlas")}
    written = (folder / "index.html").stat().st_mtime_ns
    assert made(AtlasMaker(tmp_path), town, town.digest) == folder
    assert (folder / "index.html").stat().st_mtime_ns == written


def test_a_pack_that_is_another_by_now_is_not_drawn_under_the_name_of_the_old(tmp_path: Path, town: City) -> None:
    maker = AtlasMaker(tmp_path)
    assert made(maker, town, "0" * 64) is None
    assert maker.failure == "het stadspakket is veranderd; start het loket opnieuw"


def test_a_pack_that_is_gone_is_told(tmp_path: Path) -> None:
    maker, city = AtlasMaker(tmp_path), build_small_city()
    assert made(maker, city, city.digest) is None
    assert "test-city" in maker.failure
