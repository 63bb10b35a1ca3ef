"""The notebooks: nothing of a run is kept in git, each opens with a question, runs to its check, and shows its map."""

from __future__ import annotations

import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import v4

ROOT = Path(__file__).parents[2]
NAMES = (
    "00_tour",
    "01_reach",
    "02_childcare",
    "03_trees",
    "04_unsealing",
    "05_housing",
    "06_targets_and_types",
    "07_services",
    "08_sites",
)
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
# A map of the whole demo city; more makes a saved notebook slow to open.
MOST_MAP_BYTES = 2_500_000


def _read(name):
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def _files():
    rooms = (ROOT / "notebooks", ROOT / "data", ROOT / "maps")
    return {path: path.stat().st_mtime_ns for room in rooms for path in room.rglob("*")}


def test_every_notebook_is_tested_and_named_in_the_readme():
    found = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    assert found == list(NAMES)
    readme = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    assert all(f"({name}.ipynb)" in readme for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_run_is_kept(name):
    notebook = _read(name)
    nbformat.validate(notebook)
    assert notebook.metadata == KERNEL
    assert all(cell.metadata == {} for cell in notebook.cells)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    # As nbformat writes it, so that a run that is saved and stripped changes no line.
    text = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
    assert text == nbformat.writes(notebook) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_it_opens_with_a_question_and_holds_a_check(name):
    notebook = _read(name)
    assert notebook.cells[0].cell_type == "markdown"
    assert "?" in notebook.cells[0].source
    last_code = [cell for cell in notebook.cells if cell.cell_type == "code"][-1]
    assert "\nassert " in last_code.source


@pytest.fixture(scope="module")
def run(demo, tmp_path_factory):
    """Run a notebook as Jupyter does, in one kernel for all: starting and importing takes longer than most of them."""
    folder = tmp_path_factory.mktemp("notebooks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KORTRIJK_GEO_DEMO", str(demo.folder))
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        patch.setenv("TMPDIR", str(folder))
        for place in ("CONFIG", "DATA", "RUNTIME"):
            patch.setenv(f"JUPYTER_{place}_DIR", str(folder / "jupyter" / place.lower()))
        client = NotebookClient(
            v4.new_notebook(), timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
        )

        def run_afresh(notebook):
            client.nb = notebook
            client.execute_cell(v4.new_code_cell("%reset -f"), 0, store_history=False)
            client.reset_execution_trackers()
            for place, cell in enumerate(notebook.cells):
                client.execute_cell(cell, place)

        with client.setup_kernel():
            yield run_afresh


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_to_its_check_and_shows_a_map(name, run):
    there = _files()
    notebook = _read(name)
    start = time.perf_counter()
    run(notebook)
    print(f"{name}: {time.perf_counter() - start:.1f} s")  # noqa: T201 - what a run of each costs is worth knowing
    shown = [
        output.data["text/html"]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "text/html" in output.get("data", {})
    ]
    maps = [html for html in shown if "leaflet" in html]
    assert maps
    assert max(map(len, maps)) < MOST_MAP_BYTES
    assert _files() == there


def test_a_notebook_does_not_see_the_names_of_another(run):
    run(v4.new_notebook(cells=[v4.new_code_cell("city = 1")]))
    run(v4.new_notebook(cells=[v4.new_code_cell("assert 'city' not in globals()")]))
