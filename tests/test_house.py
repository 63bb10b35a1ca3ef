"""The house keeps its arrows, its public face costs nothing to import, and ``--help`` loads nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import kortrijk_geo as kg

ROOT = Path(__file__).parent.parent

# The third-party packages that `kortrijk-geo --help` may load, and no others.
HELP_MAY_LOAD = {
    "annotated_doc",
    "attr",
    "kortrijk_geo",
    "kortrijk_geo_cli",
    "markdown_it",
    "mdurl",
    "pygments",
    "rich",
    "shellingham",
    "typer",
}


def _modules_after(code: str) -> set[str]:
    code += "\nimport sys; print('\\nMODULES', *sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = set(done.stdout.rpartition("MODULES ")[2].split())
    started_with = set(
        subprocess.run(
            [sys.executable, "-c", "import sys; print(*{name.partition('.')[0] for name in sys.modules})"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
    )
    return {name for name in names - started_with - sys.stdlib_module_names if not name.startswith("_")}


def test_help_loads_only_what_it_may() -> None:
    code = (
        "import sys; sys.argv = ['kortrijk-geo', '--help']\n"
        "from kortrijk_geo_cli.main import run\n"
        "try: run()\nexcept SystemExit as done: assert done.code == 0"
    )
    assert _modules_after(code) <= HELP_MAY_LOAD


def test_importing_the_public_face_loads_nothing_else() -> None:
    assert _modules_after("import kortrijk_geo") == {"kortrijk_geo"}


def test_the_public_face_is_there() -> None:
    assert {"open_city", "demo_city", "City", "reach", "targets", "profile"} <= set(dir(kg))
    for name in kg.__all__:
        assert getattr(kg, name) is not None


def test_the_arrows_of_the_house_hold() -> None:
    command = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [command, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_licence_is_apache_2() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text()


def test_every_module_stays_readable() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for room in ("kortrijk_geo", "cli")
        for path in (ROOT / room).rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert not long
