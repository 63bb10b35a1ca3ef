"""Fixtures that every test room shares: the real input, the demo city, packs built from the real recipes."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from kortrijk_geo.pack.city import City

ROOT = Path(__file__).parent.parent
BROWSERS = ("/usr/bin/chromium", "chromium", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RECIPES = ROOT / "data" / "recipes"
# Fixtures of the whole run that take a minute and more; packs are not among them, for they stay on disk.
COSTLY = ("demo_atlas",)
# Files that take longest. They come before all others, so that no worker waits at the end; those that need the demo
# come behind those that do not, since another worker is building it for its atlas. This order holds, for xdist is told
# (in pyproject.toml) not to put those with the most tests first.
LONG = (
    "test_package", "test_killed_runs", "test_reach_real", "test_trees_real", "test_kortrijk_real", "test_jobs",
    "test_desk_rubbish", "test_notebooks", "test_demo_pack", "test_desk_in_browser",
)  # fmt: skip


# No test is held to a time: on a busy machine, or where compiled code is read first, an example takes what it takes.
settings.register_profile("untimed", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
# What tests write as GeoPackage themselves need not outlive a power cut.
os.environ["OGR_SQLITE_SYNCHRONOUS"] = "OFF"


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Keep the garbage collector off what stays as long as the run, by a tenth of which it went through it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(10_000)
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share a result go to one worker under ``--dist loadgroup``, so that it is computed once in a run."""
    for item in items:
        if isinstance(item, pytest.Function) and (group := _shared_by(item)):
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Costly first, then the long files in their order, then other groups, and single tests last to even it out."""
    if set(COSTLY) & set(getattr(item, "fixturenames", ())):
        return 0
    if item.path.stem in LONG:
        return 1 + LONG.index(item.path.stem)
    return 1 + len(LONG) + (item.get_closest_marker("xdist_group") is None)


def _shared_by(item: pytest.Function) -> str | None:
    """Name of the costly fixture of a test; else its file, where that has a fixture that lives as long."""
    for name in COSTLY:
        if name in item.fixturenames:
            return name
    fixtures = item._fixtureinfo.name2fixturedefs.values()
    return item.path.stem if any(fixture[-1].scope == "module" for fixture in fixtures) else None


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder with the real input files; skips where it is absent."""
    folder = Path(os.environ.get("KORTRIJK_GEO_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the real input files are absent ({folder}); set KORTRIJK_GEO_REAL_DATA")
    return folder


@pytest.fixture(scope="session")
def samples() -> ModuleType:
    """The invented theme of tests/helpers/sample_theme.py."""
    import sample_theme

    return sample_theme


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def packs(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One folder for packs that several tests (and test workers) share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "packs"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def kept_answers(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Path]:
    """The cache of results of this run, which its workers and the commands that they start share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KORTRIJK_GEO_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def demo(packs: Path) -> City:
    """The demo city, built once."""
    from kortrijk_geo.demo import demo_city

    with _one_at_a_time(packs / "demo.lock"):
        return demo_city(packs / "demo")


def _real_city(packs: Path, name: str, files: Path) -> City:
    from kortrijk_geo.ingest.recipe import build_pack
    from kortrijk_geo.pack.city import open_city

    with _one_at_a_time(packs / f"{name}.lock"):
        if not (packs / name).exists():
            build_pack(RECIPES / f"{name}.toml", files, packs / name)
    return open_city(packs / name)


@pytest.fixture(scope="session")
def las_palmas(packs: Path, real_data: Path) -> City:
    """Las Palmas, built from its OSM extract."""
    return _real_city(packs, "las_palmas", real_data / "las_palmas")


@pytest.fixture(scope="session")
def wechelderzande(packs: Path, real_data: Path) -> City:
    """Wechelderzande, built from its OSM extract."""
    return _real_city(packs, "wechelderzande", real_data / "wechelderzande")


@pytest.fixture(scope="session")
def sint_genesius_rode(packs: Path, real_data: Path) -> City:
    """Sint-Genesius-Rode, built from its maps of sealing and green."""
    return _real_city(packs, "sint_genesius_rode", real_data / "sint_genesius_rode")


@pytest.fixture(scope="session")
def kortrijk_boundaries(packs: Path, real_data: Path) -> City:
    """Kortrijk's real boundaries and sector table."""
    return _real_city(packs, "kortrijk_boundaries", real_data / "kortrijk")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium or Chrome, from KORTRIJK_GEO_BROWSER or the usual places; skips where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api")
    named = os.environ.get("KORTRIJK_GEO_BROWSER")
    path = named or next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium or Chrome is installed; set KORTRIJK_GEO_BROWSER")
    root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *root])
        yield running
        running.close()
