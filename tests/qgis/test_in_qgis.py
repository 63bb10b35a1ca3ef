"""QGIS itself opens the project of an atlas from a moved folder: whole, with the page's classes, maps and prints."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import small_town

from kortrijk_geo import catalogue
from kortrijk_geo.atlas.comparison import Comparison
from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.mapping.legend import NO_DATA, class_numbers, overlay_classes, scale_classes
from kortrijk_geo.mapping.qgis.styles import page_styles
from kortrijk_geo.mapping.spec import MapSpec, PointLayer, ShapeLayer
from kortrijk_geo.text.safe import plain

PYTHON = "/usr/bin/python3"
DAY = dt.date(2026, 11, 28)
MOST_ROWS = 60
A4_WIDTH_MM = 297
NO_DATA_FILL, HOLLOW = "#dfe3e8", "#ffffff"


@cache
def why_no_qgis() -> str:
    """Return why QGIS cannot be asked here; empty where it can."""
    try:
        done = subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, text=True, check=False)
    except OSError as error:
        return f"QGIS is not there ({error}); `make qgis` installs it"
    return (
        "" if done.returncode == 0 else f"{PYTHON} has no QGIS ({done.stderr[-200:].strip()}); `make qgis` installs it"
    )


def ask(folder: Path, home: Path, project: Path, probes: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Let QGIS open a project and tell what it makes of it."""
    asked = {"project": str(project), "pictures": str(folder), "probes": probes}
    # Its own Python sees nothing of ours, and keeps its settings out of the user's home.
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    done = subprocess.run(
        [PYTHON, Path(__file__).with_name("in_qgis.py")], input=json.dumps(asked), capture_output=True, text=True,
        check=False, timeout=300, env=environment | {"HOME": str(home), "XDG_RUNTIME_DIR": str(home)},
    )  # fmt: skip
    assert "ANSWER" in done.stdout, done.stderr[-3000:]
    return dict(json.loads(done.stdout.partition("ANSWER")[2]))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, MapSpec], Path]:
    """The pages of a small town that QGIS gets a group of, by their names, and the project of its atlas."""
    if reason := why_no_qgis():
        pytest.skip(reason)
    city = small_town.write_town(tmp_path_factory.mktemp("town"), name="Kleinstad")
    out = tmp_path_factory.mktemp("atlas")
    report = write_atlas(city, out / "maps", on=DAY, comparisons=[
        Comparison("childcare", ("vroeger", "later"), {"on": dt.date(2020, 1, 1)}, {"on": dt.date(2024, 12, 31)})
    ])  # fmt: skip
    assert report.ok, report.failed
    results = catalogue.Analyses(city, catalogue.run_options(out / "maps", DAY, {}), strict=True)
    pages = {}
    for name in catalogue.THEMES:
        spec = catalogue.theme_module(name).spec(results.result(name))
        if spec.own_page is None:
            pages[spec.result.page] = spec
    moved = out / "een ander é pad"
    shutil.move(out / "maps", moved)
    return pages, moved / "kleinstad.qgz"


@pytest.fixture(scope="module")
def specs(written: tuple[dict[str, MapSpec], Path]) -> dict[str, MapSpec]:
    return written[0]


@pytest.fixture(scope="module")
def answer(written: tuple[dict[str, MapSpec], Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    specs, project = written
    before = {path.name: path.read_bytes() for path in project.parent.glob("*.gpkg")}
    probes: dict[str, list[dict[str, Any]]] = {}
    for page, spec in specs.items():
        for key, layer in keyed_layers(page, spec).items():
            probes[key] = [attributes for attributes, _ in expected(layer, spec)]
    kept = os.environ.get("KORTRIJK_GEO_ARTEFACTS")
    folder = Path(kept) / "qgis" if kept else tmp_path_factory.mktemp("qgis")
    told = ask(folder.absolute(), tmp_path_factory.mktemp("home"), project, probes)
    assert {path.name: path.read_bytes() for path in project.parent.glob("*.gpkg")} == before
    return told


def keyed_layers(page: str, spec: MapSpec) -> dict[str, Any]:
    """Return the layers of a page by their ids in the project."""
    overlays = [layer for layer in (*spec.shape_layers, *spec.point_layers) if layer.table]
    layers = [*spec.area_layers, *overlays]
    styles = page_styles(spec)
    assert len(styles) == len(layers)
    return {
        f"{page}_{style.table}_{place}": layer for place, (style, layer) in enumerate(zip(styles, layers, strict=True))
    }


def expected(layer: Any, spec: MapSpec) -> list[tuple[dict[str, Any], list[str] | None]]:
    """Return rows to be painted, with label and colour on the page, None where the page does not draw them."""
    if not isinstance(layer, (PointLayer, ShapeLayer)):
        values = [*spec.result.areas[layer.column].astype(float), math.nan]
        for limit in layer.scale.limits:
            values += [math.nextafter(limit, -math.inf), limit, math.nextafter(limit, math.inf)]
        numbers = class_numbers(np.array(values), layer.scale.limits)
        classes = [[each["label"], each["colour"]] for each in scale_classes(layer.scale)] + [[NO_DATA, NO_DATA_FILL]]
        return [({layer.column: plain(value)}, classes[number]) for value, number in zip(values, numbers, strict=True)]
    table = spec.result.published().areas.reset_index() if layer.table == "areas" else spec.result.layers[layer.table]
    frame = layer.frame
    if layer.table == "areas":  # whose overlays are numbered anew
        frame = frame.set_index(table.index[table["name"].isin(frame["name"])])
    classes, numbers = overlay_classes(layer)
    hollow = HOLLOW if isinstance(layer, PointLayer) else "#6b7280"
    rows = []
    for place, row in enumerate(frame.index[:MOST_ROWS]):
        number = 0 if numbers is None else numbers[place]
        rows.append((row, [NO_DATA, hollow] if number < 0 else [classes[number]["label"], classes[number]["colour"]]))
    undrawn = table.index.difference(frame.index)[:MOST_ROWS] if layer.where else []
    rows += [(row, None) for row in undrawn]
    columns = [name for name in table.columns if name != "geometry"]
    return [({name: _value(table.loc[row, name]) for name in columns}, wanted) for row, wanted in rows]


def _value(value: Any) -> Any:
    return None if value is None or value is pd.NA or value is pd.NaT else plain(value)


def test_it_opens_whole_from_a_moved_folder(answer: dict[str, Any], specs: dict[str, MapSpec]) -> None:
    assert answer["read"]
    assert answer["said"] == []
    assert answer["crs"] == "EPSG:31370"
    assert [key for key, layer in answer["layers"].items() if not (layer["valid"] and layer["crs_valid"])] == []
    titles = [spec.title for spec in specs.values()]
    assert [title for title in answer["groups"] if title in titles] == titles
    assert any("vroeger en later" in title for title in answer["groups"])
    seen = [title for title, group in answer["groups"].items() if group["seen"]]
    assert seen == titles[:1]
    for page, spec in specs.items():
        assert set(answer["groups"][spec.title]["layers"]) == set(keyed_layers(page, spec))
        assert answer["groups"][spec.title]["radio"] == ["Gebieden"]


def test_every_value_has_the_class_and_colour_of_the_page(answer: dict[str, Any], specs: dict[str, MapSpec]) -> None:
    painted = {"areas": 0, "points": 0, "undrawn": 0}
    for page, spec in specs.items():
        for key, layer in keyed_layers(page, spec).items():
            for (attributes, wanted), drawn in zip(expected(layer, spec), answer["painted"][key], strict=True):
                if wanted is None:
                    assert drawn == [], (key, attributes)
                    painted["undrawn"] += 1
                    continue
                assert len(drawn) == 1, (key, attributes, wanted)
                label, colour, edge = drawn[0]
                assert label in {wanted[0], ""}, (key, attributes, wanted)  # one symbol for all needs no label
                assert colour == wanted[1], (key, attributes, wanted)
                assert edge != colour or not isinstance(layer, PointLayer), key
                painted["points" if isinstance(layer, PointLayer) else "areas"] += 1
    assert min(painted["areas"], painted["points"]) > 100, painted
    assert painted["undrawn"] > 0, painted


def test_every_group_is_drawn(answer: dict[str, Any], specs: dict[str, MapSpec]) -> None:
    assert set(answer["themes"]) == set(answer["groups"])
    for title, theme in answer["themes"].items():
        assert theme["errors"] == []
        assert theme["layers"] == answer["groups"][title]["shown"]
        assert theme["picture"]["white"] < 0.9, title
        assert theme["picture"]["colours"] > 10, title


def test_every_group_is_printed_with_legend_scale_and_source(answer: dict[str, Any]) -> None:
    assert set(answer["layouts"]) == set(answer["groups"])
    for title, layout in answer["layouts"].items():
        assert layout["done"], title
        assert {"QgsLayoutItemMap", "QgsLayoutItemLegend", "QgsLayoutItemScaleBar"} <= set(layout["items"])
        assert title in layout["texts"]
        assert layout["right_mm"] <= A4_WIDTH_MM, f"{title}: a long head of the legend runs off the sheet"
        assert any(text.startswith("Bron: ") for text in layout["texts"])
        assert layout["picture"]["white"] < 0.9, title
        assert layout["picture"]["colours"] > 20, title


def test_columns_and_tips_are_dutch(answer: dict[str, Any]) -> None:
    layer = answer["layers"]["kinderopvang_areas_0"]
    assert layer["aliases"]["children_0_2"] == "Kinderen van 0 tot 2 jaar"
    assert layer["legend"][-1] == NO_DATA
    assert "Plaatsen per 100 kinderen: [%" in layer["tip"]
