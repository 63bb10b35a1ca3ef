"""The styles of a GeoPackage against the page: the same classes at every limit, and nothing that data can break."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pytest

from kortrijk_geo.errors import DataError
from kortrijk_geo.geopackage import read_styles
from kortrijk_geo.mapping.legend import class_numbers, scale_classes
from kortrijk_geo.mapping.qgis.expressions import class_conditions, column, text
from kortrijk_geo.mapping.qgis.styles import page_styles, table_titles
from kortrijk_geo.mapping.spec import MapSpec
from kortrijk_geo.results import Scale


@pytest.fixture
def spec(samples: ModuleType) -> MapSpec:
    """The invented theme, whose points and shapes are in its GeoPackage."""
    page = samples.spec()
    tables = ("homes", "locations")
    points = tuple(replace(layer, table=table) for layer, table in zip(page.point_layers, tables, strict=True))
    shapes = tuple(replace(layer, table="catchment") for layer in page.shape_layers)
    layers = {layer.table: layer.frame for layer in (*points, *shapes)}
    return replace(page, result=replace(page.result, layers=layers), point_layers=points, shape_layers=shapes)


def holds(condition: str, value: float | None) -> bool:
    """Whether a condition on ``"c"`` holds, as QGIS reads it: of what is not known only ``IS NULL`` does."""
    if condition.endswith("NULL"):
        return (value is None) == condition.endswith("IS NULL")
    return value is not None and all(
        {"<": value < float(limit), ">=": value >= float(limit)}[sign]
        for _, sign, limit in (part.split() for part in condition.split(" AND "))
    )


@pytest.mark.parametrize(
    "limits", [(0.1,), (0.2, 0.4, 0.6, 0.8), (-2.5, -0.5, 0.5, 2.5), (1e-7, 1e16), (57.5, math.nextafter(57.5, 99)), ()]
)
def test_a_value_on_a_limit_or_beside_it_is_in_the_class_of_the_page(limits: tuple[float, ...]) -> None:
    conditions = class_conditions('"c"', limits)
    values = [value for limit in limits for value in (math.nextafter(limit, -9e9), limit, math.nextafter(limit, 9e99))]
    values += [-1e300, 0.0, 1e300]
    for value, group in zip(values, class_numbers(np.array(values), limits), strict=True):
        assert [holds(condition, value) for condition in conditions] == [
            place == group for place in range(len(limits) + 1)
        ]
    assert not any(holds(condition, None) for condition in conditions)


def test_areas_have_the_classes_colours_and_labels_of_the_page(spec: MapSpec) -> None:
    styles = [style for style in page_styles(spec) if style.table == "areas"]
    assert [style.default for style in styles] == [True, False, False]
    for layer, style in zip(spec.area_layers, styles, strict=True):
        root = ET.fromstring(style.qml)
        rules = root.findall("renderer-v2/rules/rule")
        wanted = scale_classes(layer.scale)
        assert [rule.get("label") for rule in rules] == [*(each["label"] for each in wanted), "geen data"]
        colours = [fill.get("value") for fill in root.findall(".//symbol/layer/Option/Option[@name='color']")]
        as_text = [",".join(str(int(each["colour"][at : at + 2], 16)) for at in (1, 3, 5)) for each in wanted]
        assert colours == [*(f"{colour},255" for colour in as_text), "223,227,232,255"]
        assert rules[-1].get("filter") == f'"{layer.column}" IS NULL'


def test_columns_have_dutch_names_with_their_unit(spec: MapSpec) -> None:
    root = ET.fromstring(page_styles(spec)[0].qml)
    aliases = {alias.get("field"): alias.get("name") for alias in root.iterfind("aliases/alias")}
    assert aliases["share_near"] == "Alles binnen 15 minuten (0-1)"
    assert aliases["population"] == "Inwoners"
    assert aliases["area_id"] == "Code van het gebied"


def test_the_geopackage_tells_qgis_its_styles_titles_and_sources(spec: MapSpec, tmp_path: Path) -> None:
    for name in ("a.gpkg", "b.gpkg"):
        spec.result.to_geopackage(tmp_path / name, titles=table_titles(spec), styles=page_styles(spec))
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    assert read_styles(tmp_path / "a.gpkg") == page_styles(spec)
    with sqlite3.connect(tmp_path / "a.gpkg") as database:
        rows = database.execute(
            "SELECT f_table_name, f_table_schema, f_geometry_column, useAsDefault, update_time FROM layer_styles"
        ).fetchall()
        titles = dict(database.execute("SELECT table_name, identifier FROM gpkg_contents").fetchall())
        (about,) = database.execute("SELECT description FROM gpkg_contents WHERE table_name = 'areas'").fetchone()
        kind = database.execute("SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'").fetchone()
    database.close()
    assert {row[1:3] for row in rows} == {("", "geom")}  # QGIS matches them exactly
    assert {row[4] for row in rows} == {"2000-01-01T00:00:00.000Z"}
    assert sorted(table for table, *_, default, _ in rows if default) == ["areas", "catchment", "homes", "locations"]
    assert titles["areas"] == "Hoe dichtbij is alles?: gebieden"
    assert titles["locations"] == "Opvang"
    assert about.startswith("DEMO: fictieve gegevens, niet voor beslissingen. Bron: OpenStreetMap-bijdragers")
    assert kind == ("attributes",)
    first = gpd.read_file(tmp_path / "a.gpkg", layer=0)
    assert list(first["area_id"]) == list(spec.result.areas.index)


def test_a_geopackage_without_styles_has_no_table_of_them(spec: MapSpec, tmp_path: Path) -> None:
    spec.result.to_geopackage(tmp_path / "a.gpkg")
    assert read_styles(tmp_path / "a.gpkg") == []


def test_texts_and_names_that_look_like_expressions_stay_texts(spec: MapSpec, samples: ModuleType) -> None:
    assert column('a"b') == '"a""b"'
    assert text("l'été \\n") == "'l''été \\\\n'"
    for hostile in (*samples.HOSTILE, "\x00\x1b", "[% layer_property('a', 'path') %]"):
        layer = replace(
            spec.point_layers[1], label=hostile, fields={"title": hostile}, colours={hostile: (hostile, "#112233")}
        )
        style = page_styles(replace(spec, point_layers=(layer,)))[-1]
        root = ET.fromstring(style.qml)
        tip = root.findtext("mapTip") or ""
        assert tip.count("[%") == 1
        assert "<script" not in tip
        assert "<img" not in tip


def test_layers_of_one_name_are_told_apart(spec: MapSpec) -> None:
    twice = replace(spec, shape_layers=(*spec.shape_layers, *spec.shape_layers))
    names = [style.name for style in page_styles(twice) if style.table == "catchment"]
    assert names == ["Binnen 15 minuten", "Binnen 15 minuten (2)"]


def test_a_layer_that_its_table_cannot_paint_is_refused(spec: MapSpec) -> None:
    layer = replace(spec.point_layers[0], table="catchment")
    with pytest.raises(DataError, match="table catchment has no column walk_m_shop"):
        page_styles(replace(spec, point_layers=(layer,)))


def test_a_condition_holds_for_every_class_and_for_the_rest(spec: MapSpec) -> None:
    locations = replace(spec.point_layers[1], where='"places" > 3')
    root = ET.fromstring(page_styles(replace(spec, point_layers=(locations,)))[-1].qml)
    (parent,) = root.findall("renderer-v2/rules/rule")
    assert parent.get("filter") == '"places" > 3'
    assert [rule.get("filter") for rule in parent] == [
        "\"kind\" = 'group'", "\"kind\" = 'family'", "ELSE", '"kind" IS NULL',
    ]  # fmt: skip
    homes = replace(spec.point_layers[0], where='"residents" > 1', scale=Scale((400.0,), "metres"))
    root = ET.fromstring(page_styles(replace(spec, point_layers=(homes,)))[-1].qml)
    assert [rule.get("filter") for rule in root.findall("renderer-v2/rules/rule")] == [
        f'("residents" > 1) AND ({condition})'
        for condition in ('"walk_m_shop" < 400.0', '"walk_m_shop" >= 400.0', '"walk_m_shop" IS NULL')
    ]
