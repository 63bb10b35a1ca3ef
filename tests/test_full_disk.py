"""A disk that is full, for real: a limit on the size of files, and a file system without room."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pandas as pd
import planner
import pytest
import small_town

from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.errors import OutputError
from kortrijk_geo.files import write_workbook
from kortrijk_geo.geopackage import write_geopackage
from kortrijk_geo.pack.city import City

SLOW = ("homes", "streets", "amenities", "land_cover", "green_cover", "surface_temperature", "soil_group")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> tuple[City, Path]:
    """A town and its atlas, without the themes that take long."""
    folder = tmp_path_factory.mktemp("town")
    city = small_town.write_town(folder, without=SLOW)
    write_atlas(city, folder / "maps")
    return city, folder / "maps"


def run(city: City, out: Path, *more: str, limit: int = 0) -> subprocess.CompletedProcess[str]:
    with files_of_at_most(limit) if limit else nullcontext():
        return planner.run("atlas", "--pack", city.folder, "--out", out, *more)


def check_refused(done: subprocess.CompletedProcess[str], out: Path, before: dict[str, bytes], line: str) -> None:
    assert done.returncode == 1, done.stderr
    said = [text for text in done.stderr.splitlines() if not text.startswith("Atlas: ")]
    assert said == [f"Error: {out} cannot be written: {line}"]
    assert done.stdout == ""
    assert content(out) == before
    assert [path for path in out.rglob("*") if path.is_dir()] == []


@pytest.mark.parametrize(
    ("only", "file"),
    [
        ("childcare", "kinderopvang.gpkg"),
        ("childcare", "kinderopvang.html"),
        ("targets", "doelen.xlsx"),
        ("targets", "doelen.json"),
        ("targets", "atlas.json"),
    ],
)
def test_an_atlas_that_does_not_fit_leaves_the_old_one_whole(
    atlas: tuple[City, Path], tmp_path: Path, only: str, file: str
) -> None:
    """Files are written in this order, each larger than those before: room for all but this one stops at this one."""
    city, maps = atlas
    shutil.copytree(maps, tmp_path / "fits")
    assert run(city, tmp_path / "fits", "--only", only).returncode == 0
    limit = (tmp_path / "fits" / file).stat().st_size - 300
    shutil.copytree(maps, tmp_path / "maps")
    done = run(city, tmp_path / "maps", "--only", only, limit=limit)
    check_refused(done, tmp_path / "maps", content(maps), f"File too large ({file})")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB; skips where one may not mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not shutil.which("mount") or os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], check=False).returncode:
        pytest.skip("this machine may not mount")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize(("free_kb", "file"), [(0, "bereik.gpkg"), (200, "")])
def test_a_full_file_system_leaves_the_old_atlas_whole(
    atlas: tuple[City, Path], small_disk: Path, free_kb: int, file: str
) -> None:
    city, maps = atlas
    out = small_disk / "maps"
    shutil.copytree(maps, out)
    free = shutil.disk_usage(small_disk).free
    (small_disk / "others").write_bytes(bytes(free - 1_024 * free_kb))
    done = run(city, out)
    file = file or done.stderr.rpartition("(")[2].rpartition(")")[0]
    check_refused(done, out, content(maps), f"No space left on device ({file})")
    (small_disk / "others").unlink()
    assert run(city, out).returncode == 0


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    found = small_town.layers()
    return {name: found[name] for name in ("areas", "sectors", "homes", "water")} | {"none": found["green"].iloc[:0]}


@pytest.mark.parametrize(
    ("write", "name", "step"), [(write_geopackage, "town.gpkg", 4_096), (write_workbook, "town.xlsx", 1_000)]
)
def test_a_file_is_whole_or_refused_at_every_size(
    tables: dict[str, pd.DataFrame], tmp_path: Path, write: Callable[..., None], name: str, step: int
) -> None:
    if write is write_workbook:
        tables = {key: pd.DataFrame(rows.drop(columns="geometry", errors="ignore")) for key, rows in tables.items()}
    path = tmp_path / name
    write(path, tables)
    whole = path.read_bytes()
    path.write_text("old")
    for size in range(step, len(whole), step):
        with files_of_at_most(size), pytest.raises(OutputError) as refused:
            write(path, tables)
        assert str(refused.value) == f"{path} cannot be written: File too large"
        assert content(tmp_path) == {name: b"old"}
    with files_of_at_most(len(whole)):
        write(path, tables)
    assert path.read_bytes() == whole


def test_a_pack_that_does_not_fit_leaves_the_old_one_whole(tmp_path: Path) -> None:
    small_town.write_town(tmp_path, without=SLOW)
    before = content(tmp_path / "pack")
    with files_of_at_most(50_000), pytest.raises(OutputError, match=r"pack cannot be written: File too large$"):
        small_town.write_town(tmp_path, without=SLOW, name="Nieuw")
    assert content(tmp_path / "pack") == before
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["pack"]
