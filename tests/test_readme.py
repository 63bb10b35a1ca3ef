"""What the README tells people to run, run; and what it points to is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import planner
import pytest
from desk_server import running_desk

from kortrijk_geo.pack.city import City

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    kortrijk-geo (.+)$", README, re.MULTILINE)
DESK = "desk"  # runs until it is stopped
SNIPPETS = re.findall(r"^```python\n(.+?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(demo: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which the demo city is built already."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "demo").symlink_to(demo.folder)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != DESK])
def test_every_command_runs(command: str, folder: Path) -> None:
    done = planner.run(*shlex.split(command), cwd=folder)
    assert done.returncode == 0, done.stderr
    assert len(list(folder.iterdir())) > 1, "it wrote a file"


def test_the_desk_starts_with_the_demo_city(folder: Path) -> None:
    assert DESK in COMMANDS
    with running_desk(folder / "desk") as server:
        server.wait_for_figures()
        assert "DEMO" in server.answer("/")[1].decode()


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_every_piece_of_python_runs(snippet: str, folder: Path) -> None:
    names: dict[str, object] = {}
    exec(snippet, names)
    assert {"kg", "result"} <= set(names)


def test_every_target_of_make_is_one() -> None:
    targets = re.findall(r"^    make (\w+)", README, re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets == ["demo", "desk", "test"]
    assert all(f"\n{target}:" in makefile for target in targets)


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_every_link_leads_to_a_file(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []
