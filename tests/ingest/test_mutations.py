"""Recipes, raw files and packs changed at random, seeded: read right, told or refused; never a traceback, never a hang.

KORTRIJK_GEO_MUTATIONS=1 tries ten times as many builds and twice as many files.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import time
from contextlib import contextmanager, suppress

import mutations
import mutations_of_shapes  # noqa: F401 - makes its mutations known
import mutations_of_tables  # noqa: F401 - makes its mutations known
import mutations_of_workbooks  # noqa: F401 - makes its mutations known
import pytest
from mutations_of_texts import change_pack, changed_text, osm_town
from typer.testing import CliRunner

from kortrijk_geo.errors import KortrijkGeoError
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.osm import read_osm
from kortrijk_geo.ingest.readers import Workshop, read_part
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.ingest.recipe_parts import load_recipe
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.pack.city import open_city
from kortrijk_geo.pack.files import read_info
from kortrijk_geo_cli.main import app

MANY = bool(os.environ.get("KORTRIJK_GEO_MUTATIONS"))
BUILDS, FILES, PACKS = (500, 2_000, 200) if MANY else (50, 1_000, 20)
AT_ONCE = 50
# A file takes milliseconds and a build a second; the machine may be busy with other tests.
FILE_S, BUILD_S = 20, 90
NAMES = sorted(mutations.MUTATIONS)

pytestmark = [
    pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarm clock to tell a hang by"),
    # What GDAL and GEOS remark on odd files is no failure; a command shows its own messages only.
    pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning"),
]


class _HangError(BaseException):
    """The alarm went; no reader catches it."""


@contextmanager
def within(seconds, what):
    """Fail, naming the input, when the block takes longer."""

    def ring(*_):
        raise _HangError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except _HangError:
        pytest.fail(f"{what}: took more than {seconds} s")
    except KortrijkGeoError:
        raise
    except Exception as error:
        error.add_note(f"input: {what}")
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def content_of(folder):
    return {
        path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def remarks(pack):
    """What `pack check` warns of, without the numbers in it."""
    return {(one.layer, one.message) for one in check_pack(pack) if one.level != "info"}


@pytest.fixture(scope="session")
def unchanged(tmp_path_factory):
    """The hamlet as it is: its pack, and what `pack check` says of it."""
    folder = tmp_path_factory.mktemp("hamlet") / "plain"
    recipe = mutations.hamlet().write(folder)
    build_pack(recipe, folder / "raw", folder / "pack")
    return folder / "pack", remarks(folder / "pack")


def test_the_hamlet_itself_is_right(unchanged):
    pack, _ = unchanged
    assert mutations.differences(mutations.figures(open_city(pack)), mutations.hamlet().right) == []


def test_a_wrong_figure_would_be_seen(unchanged):
    measured = mutations.figures(open_city(unchanged[0]))
    measured["population"]["02"] += 1
    measured["height"]["west"] = 0.0
    assert len(mutations.differences(measured, mutations.hamlet().right)) == 2


@pytest.mark.parametrize("seed", range(BUILDS))
def test_a_build_is_right_or_refused(unchanged, tmp_path, seed):
    # Every mutation has its turn; then two or three together.
    rng = random.Random(seed)
    first = NAMES[seed * 7 % len(NAMES)]
    draft = mutations.hamlet()
    for name in [first, *rng.sample(NAMES, seed % 3)]:
        draft.apply(name, rng)
    what = f"seed {seed}: {', '.join(draft.done)}"
    recipe = draft.write(tmp_path / "case")
    (tmp_path / "case" / "nota.txt").write_text("of the user", encoding="utf-8")
    before = content_of(tmp_path)
    pack = tmp_path / "case" / "pack"
    with within(BUILD_S, what):
        refused = True
        with suppress(KortrijkGeoError):
            build_pack(recipe, tmp_path / "case" / "raw", pack)
            refused = False
        if refused:
            assert content_of(tmp_path) == before, f"{what}: a refused build left something behind"
            return
        new = remarks(pack) - unchanged[1]
        wrong = mutations.differences(mutations.figures(open_city(pack)), draft.right) if draft.right else []
    outside = {path: digest for path, digest in content_of(tmp_path).items() if pack.name not in path.parts}
    assert outside == before, what
    assert not wrong or new, f"{what}: {wrong} and pack check says nothing of it"


@pytest.mark.parametrize("start", range(0, FILES, AT_ONCE))
def test_a_file_is_read_or_refused(tmp_path, start):
    for seed in range(start, start + AT_ONCE):
        rng = random.Random(seed)
        folder = tmp_path / str(seed)
        kind = seed % 5
        if kind == 3:
            folder.mkdir()
            path = folder / "town.osm"
            path.write_bytes(changed_text(osm_town(rng), rng).encode("utf-8", "surrogatepass"))
            _read(lambda path=path: read_osm(path, crs="EPSG:31370"), f"seed {seed}: {path}")
        elif kind == 4:
            _read_recipe_text(folder, rng, seed)
        else:
            draft = mutations.hamlet()
            for name in rng.sample([name for name in NAMES if "height" not in name], rng.randint(1, 3)):
                draft.apply(name, rng)
            recipe = draft.write(folder, rasters=False)
            what = f"seed {seed}: {', '.join(draft.done)}"
            _read(lambda recipe=recipe, rng=rng: _one_layer(recipe, rng), what)
        shutil.rmtree(folder)


def _read(reading, what):
    started = time.perf_counter()
    with within(FILE_S, what), suppress(KortrijkGeoError):
        reading()
    assert time.perf_counter() - started < FILE_S, what


def _one_layer(recipe, rng):
    plan = load_recipe(recipe)
    part = rng.choice([part for name in sorted(plan.layers) for part in plan.layers[name]])
    read_part(part, Workshop(plan, recipe.parent / "raw", Findings(), lambda _: None))


def _read_recipe_text(folder, rng, seed):
    """Change the text of a recipe, or of the description of a pack."""
    folder.mkdir()
    path = folder / rng.choice(["recipe.toml", "pack.toml"])
    text = mutations.toml_text(mutations.hamlet().recipe) if path.name == "recipe.toml" else PACK_TOML
    path.write_bytes(changed_text(text, rng).encode("utf-8", "surrogatepass"))
    read = load_recipe if path.name == "recipe.toml" else read_info
    _read(lambda: read(path if read is load_recipe else folder), f"seed {seed}: {path.name}")


PACK_TOML = """\
format_version = 1
name = "Dorp"
nis_code = "34022"
crs = "EPSG:31370"
buffer_m = 100.0
synthetic = true
[layers.areas]
source = "ons"
reference_date = "2025-01-01"
licence = "CC0"
synthetic = false
rows = 4
sha256 = "00"
notes = ["areas.gpkg: 1 row", "x"]
"""


@pytest.mark.parametrize("start", range(0, PACKS, 5))
def test_a_changed_pack_is_checked_and_used_without_a_traceback(unchanged, tmp_path, start):
    for seed in range(start, start + 5):
        rng = random.Random(seed)
        pack, out = tmp_path / f"pack{seed}", tmp_path / f"out{seed}"
        shutil.copytree(unchanged[0], pack)
        what = f"seed {seed}: {change_pack(pack, rng)}"
        before = content_of(pack)
        for command in (["pack", "check", pack], ["childcare", "gaps", "--pack", pack, "--out", out]):
            with within(BUILD_S, f"{what}, {command[0]}"):
                result = CliRunner().invoke(app, [str(word) for word in command])
            assert isinstance(result.exception, (SystemExit, KortrijkGeoError, type(None))), (what, result.exception)
        assert content_of(pack) == before, f"{what}: the pack was changed"
