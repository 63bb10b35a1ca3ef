"""What a build replaces in its folder and what stays; which folders it refuses; small, mounted and read-only disks."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from kortrijk_geo.errors import DataError, MissingFileError, OutputError
from kortrijk_geo.pack.city import open_city
from kortrijk_geo.pack.files import LayerRecord, PackInfo, read_info, write_pack

CRS = "EPSG:31370"
RECORD = LayerRecord("us", "2025-01-01", "CC0")


def layers(names: tuple[str, ...] = ("Noord", "Zuid")) -> dict[str, gpd.GeoDataFrame]:
    shapes = [box(1_000 * n, 0, 1_000 * n + 1_000, 1_000) for n in range(len(names))]
    areas = {"area_id": [f"a{n}" for n in range(len(names))], "name": list(names)}
    return {
        "boundary": gpd.GeoDataFrame({"name": ["Dorp"]}, geometry=[box(0, 0, 1_000 * len(names), 1_000)], crs=CRS),
        "areas": gpd.GeoDataFrame(areas, geometry=shapes, crs=CRS),
    }


def write(
    out: Path, *, name: str = "Dorp", nis: str = "34022", names: tuple[str, ...] = ("Noord", "Zuid"),
    rasters: dict[str, Path] | None = None, replace_other: bool = False,
) -> PackInfo:  # fmt: skip
    records = dict.fromkeys(("boundary", "areas"), RECORD)
    info = PackInfo(name, CRS, nis, layers=records, rasters=dict.fromkeys(rasters or {}, RECORD))
    return write_pack(out, info, layers(names), rasters, replace_other=replace_other)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def add_files(folder: Path) -> dict[str, bytes]:
    """Put files of a user beside a pack, an atlas in it among them; return them."""
    for name in (
        "dorp.qgz",
        "nota.md",
        "city.qgz",
        "city.qml",
        "elevation.qml",
        "atlas/index.html",
        ".building-plans/a",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"my {name}")
    return {name: text for name, text in content(folder).items() if text.startswith(b"my ")}


@pytest.fixture
def raster(tmp_path: Path) -> Path:
    path = tmp_path / "made.tif"
    path.write_bytes(b"pixels")
    return path


def test_files_of_the_user_beside_a_pack_stay(tmp_path: Path, raster: Path) -> None:
    out = tmp_path / "pack"
    write(out, rasters={"elevation": raster, "soil_group": raster})
    mine = add_files(out)
    info = write(out, names=("Noord", "Zuid", "Oost"), rasters={"elevation": raster})
    assert len(open_city(out).areas) == 3
    assert read_info(out) == info
    assert set(content(out)) == {"pack.toml", "city.gpkg", "elevation.tif", *mine}
    assert mine.items() <= content(out).items()


def test_what_gdal_and_sqlite_keep_beside_old_files_is_not_read_with_new_ones(tmp_path: Path, raster: Path) -> None:
    out = tmp_path / "pack"
    write(out, rasters={"elevation": raster})
    ends = ("city.gpkg-wal", "city.gpkg-shm", "elevation.tif.aux.xml", "elevation.tif.ovr", "elevation.tif.msk")
    for name in ends:
        (out / name).write_text("of the old file")
    write(out, rasters={"elevation": raster})
    assert set(content(out)) == {"pack.toml", "city.gpkg", "elevation.tif"}


@pytest.mark.parametrize(
    ("name", "nis", "said"),
    [
        ("Gent", "34022", "the pack of Dorp (NIS 34022), and this is one of Gent (NIS 34022)"),
        ("Dorp", "44021", "the pack of Dorp (NIS 34022), and this is one of Dorp (NIS 44021)"),
        ("Dorp", "", "the pack of Dorp (NIS 34022), and this is one of Dorp (no NIS code)"),
    ],
)
def test_the_pack_of_another_city_is_replaced_only_when_asked(tmp_path: Path, name: str, nis: str, said: str) -> None:
    out = tmp_path / "pack"
    write(out)
    mine = add_files(out)
    before = content(out)
    with pytest.raises(OutputError) as refused:
        write(out, name=name, nis=nis)
    assert str(refused.value) == f"{out} holds {said}; name another folder, or replace it with --replace"
    assert content(out) == before
    write(out, name=name, nis=nis, replace_other=True)
    assert open_city(out).name == name
    assert mine.items() <= content(out).items()


@pytest.mark.parametrize("text", ['[pack]\nname = "npm"\n', "", "format = 1\n", "not TOML", "\0\0"])
def test_a_pack_toml_of_another_program_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "pack.toml").write_text(text)
    (tmp_path / "thesis.txt").write_text("years of work")
    before = content(tmp_path)
    for replace_other in (False, True):
        with pytest.raises(OutputError, match=r"pack\.toml that is not of a city pack; it is left alone"):
            write(tmp_path, replace_other=replace_other)
        assert content(tmp_path) == before


def test_a_broken_pack_of_ours_is_replaced_when_asked(tmp_path: Path, raster: Path) -> None:
    out = tmp_path / "pack"
    write(out, rasters={"elevation": raster})
    broken = (out / "pack.toml").read_text().replace("format_version = 1", "format_version = 1 1")
    (out / "pack.toml").write_text(broken)
    mine = add_files(out)
    with pytest.raises(OutputError, match=r"with --replace the pack in .* is replaced, whichever city it was of"):
        write(out)
    assert (out / "pack.toml").read_text() == broken
    write(out, replace_other=True)
    assert set(content(out)) == {"pack.toml", "city.gpkg", *mine}


@pytest.mark.parametrize("name", ["city.gpkg", "elevation.tif", "nota.md", "pack.toml/a"])
def test_a_folder_with_files_and_no_pack_is_refused(tmp_path: Path, raster: Path, name: str) -> None:
    path = tmp_path / "out" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    first = Path(name).parts[0]
    with pytest.raises(OutputError, match=rf"out holds other files \({first}\) and no pack\.toml"):
        write(tmp_path / "out", rasters={"elevation": raster}, replace_other=True)
    assert content(tmp_path / "out") == {name: b"mine"}


def test_a_file_that_pack_toml_does_not_name_is_not_replaced(tmp_path: Path, raster: Path) -> None:
    write(tmp_path / "out")
    (tmp_path / "out" / "elevation.tif").write_text("my own heights")
    before = content(tmp_path / "out")
    for replace_other in (False, True):
        with pytest.raises(OutputError, match=r"out holds elevation\.tif, which its pack\.toml does not name"):
            write(tmp_path / "out", rasters={"elevation": raster}, replace_other=replace_other)
    assert content(tmp_path / "out") == before
    write(tmp_path / "out")
    assert (tmp_path / "out" / "elevation.tif").read_text() == "my own heights"


def test_layers_and_styles_that_a_user_saved_in_the_pack_are_not_dropped(tmp_path: Path) -> None:
    out = tmp_path / "pack"
    for table, said in (("mijn_notities", "mijn_notities"), ("layer_styles", "layer_styles")):
        write(out, replace_other=True)
        if table == "layer_styles":
            with closing(sqlite3.connect(out / "city.gpkg")) as database, database:
                database.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, styleQML TEXT)")
        else:
            layers()["areas"].to_file(out / "city.gpkg", layer=table, mode="a")
        before = content(out)
        with pytest.raises(OutputError, match=rf"city\.gpkg also holds {said}, which no build made"):
            write(out)
        assert content(out) == before
    (out / "city.gpkg").write_bytes(b"not a database")
    write(out)  # which mends what cannot be read
    assert len(open_city(out).areas) == 2


def test_places_of_all_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "nowhere").symlink_to("made")
    for out in (tmp_path / "link", tmp_path / "nowhere"):
        write(out)
        write(out)
        assert out.is_symlink()
    monkeypatch.chdir(tmp_path / "real")
    add_files(tmp_path / "real")
    for place in ("", ".", "../real/", "./deep/deeper/"):
        write(Path(place))
        assert len(open_city(place).areas) == 2
    assert set(content(tmp_path / "made")) == {"pack.toml", "city.gpkg"}
    assert (tmp_path / "real" / "nota.md").read_text() == "my nota.md"
    (tmp_path / "hidden" / ".git").mkdir(parents=True)
    write(tmp_path / "hidden")


@pytest.mark.parametrize("umask", [0o002, 0o077])
def test_the_umask_holds_for_folder_and_files(tmp_path: Path, raster: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write(tmp_path / "pack", rasters={"elevation": raster})
    finally:
        os.umask(before)
    assert (tmp_path / "pack").stat().st_mode & 0o777 == 0o777 & ~umask
    for path in (tmp_path / "pack").iterdir():
        assert path.stat().st_mode & 0o777 == 0o666 & ~umask, path.name


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    if not shutil.which("mount") or os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False).returncode:
        pytest.skip("this machine may not mount")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_mount_point_is_a_folder_as_any(tmp_path: Path) -> None:
    out = tmp_path / "disk"
    with mounted(out, "size=8m"):
        (out / "lost+found").mkdir()
        write(out)
        mine = add_files(out)
        write(out, names=("Noord",))
        assert set(content(out)) == {"pack.toml", "city.gpkg", *mine}
        assert len(open_city(out).areas) == 1


@pytest.mark.parametrize("megabytes", [1, 2, 3, 4])
def test_a_disk_without_room_for_the_new_pack_keeps_the_old_one(tmp_path: Path, megabytes: int, raster: Path) -> None:
    raster.write_bytes(bytes(1_000_000 * megabytes))
    out = tmp_path / "disk" / "pack"
    with mounted(tmp_path / "disk", "size=4m"):
        write(out)
        mine = add_files(out)
        before = content(out)
        if megabytes < 4:
            write(out, rasters={"elevation": raster})
            assert set(content(out)) == {*before, "elevation.tif"}
            return
        with pytest.raises(OutputError, match="pack cannot be written: No space left on device"):
            write(out, rasters={"elevation": raster})
        assert content(out) == before
        assert mine.items() <= before.items()
        with pytest.raises(OutputError, match="No space left on device"):
            write(tmp_path / "disk" / "other", rasters={"elevation": raster})
        assert not (tmp_path / "disk" / "other").exists()


def test_a_read_only_disk_is_refused_before_any_work_and_read_as_it_is(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "size=8m"):
        write(disk / "pack")
        shutil.copytree(disk / "pack", disk / "half")
        (disk / "half" / ".publishing").mkdir()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        for out in (disk / "pack", disk / "new"):
            with pytest.raises(OutputError, match=f"{out.name} cannot be written: Read-only file system"):
                write(out)
        assert len(open_city(disk / "pack").areas) == 2
        with pytest.raises(OutputError, match=r"was killed, and its last files cannot be put in place here: Read-only"):
            open_city(disk / "half")


def test_a_pack_that_was_being_put_in_place_is_whole_when_it_is_opened(tmp_path: Path) -> None:
    """As a build leaves it that is killed after the first of its renames."""
    out, new = tmp_path / "pack", tmp_path / "new"
    write(out)
    write(new, names=("Noord", "Zuid", "Oost"))
    journal = out / ".publishing"
    (journal / "new").mkdir(parents=True)
    (journal / "list.json").write_text(
        '{"scratch": ".building-abcd1234", "new": ["city.gpkg", "pack.toml"], "stale": []}'
    )
    shutil.copy(new / "city.gpkg", out / "city.gpkg")
    shutil.copy(new / "pack.toml", journal / "new" / "pack.toml")
    assert len(open_city(out).areas) == 3
    assert content(out) == content(new)
    (out / ".publishing").mkdir()
    with pytest.raises(DataError, match=r"\.publishing is no journal of this program"):
        open_city(out)


def test_a_folder_that_a_killed_first_build_left_is_no_pack_and_may_be_built_in(tmp_path: Path) -> None:
    out = tmp_path / "pack"
    (out / ".building-abcd1234" / "new").mkdir(parents=True)
    (out / ".building-abcd1234" / ".kortrijk-geo.scratch").touch()
    (out / ".kortrijk-geo.lock").touch()
    with pytest.raises(MissingFileError, match="is no city pack"):
        open_city(out)
    write(out)
    assert set(content(out)) == {"pack.toml", "city.gpkg"}
