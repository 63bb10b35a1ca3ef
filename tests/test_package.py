"""The wheel as others get it: installed outside the checkout, in a folder that its user cannot write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import small_town

import kortrijk_geo as kg

ROOT = Path(__file__).parent.parent
RECIPES = sorted(path.stem for path in (ROOT / "data" / "recipes").glob("*.toml"))
# The kernel lets root write anywhere by these two rights; without them its own read-only folder is read-only.
ROOT_RIGHTS = "--bounding-set=-dac_override,-dac_read_search"

pytestmark = pytest.mark.xdist_group("package")


@dataclass(frozen=True)
class Environment:
    """A virtual environment with the wheel in it, and a folder of the user to work in."""

    bin: Path
    site_packages: Path
    home: Path

    def run(self, *command: object) -> subprocess.CompletedProcess[str]:
        """Run a command in the user's folder, without what a shell of a developer adds and root may do."""
        rights = ["setpriv", ROOT_RIGHTS, "--inh-caps=-all"] if os.geteuid() == 0 and shutil.which("setpriv") else []
        return subprocess.run(
            [*rights, *map(str, command)],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.home,
            env={**clean_environment(), "HOME": str(self.home), "COLUMNS": "200", "NO_COLOR": "1"},
        )

    def kortrijk_geo(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return self.run(self.bin / "kortrijk-geo", *arguments)


def clean_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "MYPYPATH"}}


def call(*command: object, cwd: Path) -> None:
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, cwd=cwd, env=clean_environment()
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a source distribution, its unpacked content in ``source``, and the wheel that is built from that."""
    pytest.importorskip("hatchling", reason="hatchling builds the wheel; it is in the extra 'test'")
    folder = tmp_path_factory.mktemp("built")
    call(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (folder / archive.name.removesuffix(".tar.gz")).rename(folder / "source")
    call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=folder / "source")
    return folder


@pytest.fixture(scope="session")
def install(built: Path) -> Callable[[Path], Environment]:
    """Make an environment in a folder, with the wheel and nothing else."""

    def install_in(folder: Path) -> Environment:
        venv = folder / "venv"
        call(sys.executable, "-m", "venv", "--without-pip", venv, cwd=folder)
        (wheel,) = built.glob("*.whl")
        options = ["--quiet", "--no-index", "--no-deps", "--disable-pip-version-check"]
        call(sys.executable, "-m", "pip", "--python", venv / "bin/python", "install", *options, wheel, cwd=folder)
        (site_packages,) = venv.glob("lib/python*/site-packages")
        (folder / "home").mkdir()
        return Environment(venv / "bin", site_packages, folder / "home")

    return install_in


@pytest.fixture(scope="session")
def installed(
    install: Callable[[Path], Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Environment]:
    """An environment with the wheel, read-only, and the dependencies of the environment that the tests run in."""
    environment = install(tmp_path_factory.mktemp("installed"))
    # A path in a .pth file comes after site-packages, and .pth files behind it (of an editable install) are not read.
    borrowed = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
    (environment.site_packages / "dependencies.pth").write_text("\n".join(borrowed) + "\n")
    packages = [environment.site_packages / name for name in ("kortrijk_geo", "kortrijk_geo_cli")]
    paths = [path for package in packages for path in (package, *package.rglob("*"))]
    for path in reversed(paths):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield environment
    for path in paths:
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_the_wheel_and_the_source_hold_types_and_recipes(built: Path, installed: Environment) -> None:
    package = installed.site_packages / "kortrijk_geo"
    source = built / "source"
    assert (package / "py.typed").is_file()
    assert (source / "kortrijk_geo" / "py.typed").is_file()
    for folder in (package / "data", source / "data"):
        shipped = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        assert shipped == {"catalog.toml", "recipes/README.md", *(f"recipes/{name}.toml" for name in RECIPES)}


def test_it_is_the_wheel_that_runs_and_its_folder_is_read_only(installed: Environment) -> None:
    code = (
        "import kortrijk_geo, kortrijk_geo_cli, pathlib\n"
        "print(kortrijk_geo.__file__, kortrijk_geo_cli.__file__)\n"
        "pathlib.Path(kortrijk_geo.__file__).with_name('written').touch()"
    )
    done = installed.run(installed.bin / "python", "-c", code)
    places = [installed.site_packages / name / "__init__.py" for name in ("kortrijk_geo", "kortrijk_geo_cli")]
    assert done.stdout.split() == list(map(str, places))
    if done.returncode == 0:
        (installed.site_packages / "kortrijk_geo" / "written").unlink()
        pytest.skip("this user may write read-only folders (root without the command setpriv)")
    assert "PermissionError" in done.stderr


def test_the_commands_answer_outside_the_checkout(installed: Environment) -> None:
    assert installed.kortrijk_geo("--version").stdout.strip() == kg.__version__
    done = installed.kortrijk_geo("pack", "recipes", "--copy-to", "mine")
    assert done.returncode == 0, done.stderr
    for name in RECIPES:
        assert name in done.stdout
        assert (installed.home / "mine" / "recipes" / f"{name}.toml").is_file()
    refused = installed.kortrijk_geo("pack", "build", "las_plamas", "--out", "pack")
    assert refused.returncode == 3
    assert "did you mean 'las_palmas'" in refused.stderr


def test_a_theme_writes_from_a_package_that_is_read_only(installed: Environment) -> None:
    small_town.write_town(installed.home / "town")
    done = installed.kortrijk_geo("housing", "--pack", "town/pack", "--out", "maps")
    assert done.returncode == 0, done.stderr
    names = {path.name for path in (installed.home / "maps").iterdir()}
    assert names == {f"sociaal_wonen.{kind}" for kind in ("html", "gpkg", "xlsx", "geojson")}


@pytest.mark.real
def test_a_shipped_recipe_becomes_a_pack_and_a_map(real_data: Path, installed: Environment) -> None:
    for command in (
        ["pack", "build", "wechelderzande", "--files", real_data / "wechelderzande", "--out", "data/village"],
        ["pack", "check", "data/village"],
        ["reach", "--pack", "data/village", "--out", "village"],
    ):
        done = installed.kortrijk_geo(*command)
        assert done.returncode == 0, done.stderr
    assert "1538" in (installed.home / "data" / "village" / "pack.toml").read_text()
    assert (installed.home / "village" / "bereik.html").is_file()


def test_mypy_reads_the_types_of_the_wheel(install: Callable[[Path], Environment], tmp_path: Path) -> None:
    # Without the dependencies: reading their types takes mypy 15 seconds, and the face is ours.
    environment = install(tmp_path)
    (environment.home / "user.py").write_text(
        'import kortrijk_geo as kg\nresult = kg.reach.analyse(kg.open_city("pack"), minutes=10)\nreveal_type(result)\n'
    )
    options = ["--strict", "--cache-dir", os.devnull, "--python-executable", environment.bin / "python"]
    done = environment.run(sys.executable, "-m", "mypy", *options, "user.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'Revealed type is "kortrijk_geo.reach.analysis.ReachResult"' in done.stdout


def test_the_citation_names_this_version_and_licence() -> None:
    citation = (ROOT / "CITATION.cff").read_text().splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "cff-version: 1.2.0" in citation
    assert f'version: "{kg.__version__}"' in citation
    assert f"license: {project['license']}" in citation


def test_the_changelog_tells_of_this_version() -> None:
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]
    assert headings[0] == "## Unreleased"
    assert headings[1].split()[1] == kg.__version__
