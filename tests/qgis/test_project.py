"""The project of an atlas as a file: relative, the same twice, of all pages, and its owner's once it was saved."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pytest

from kortrijk_geo import catalogue
from kortrijk_geo.atlas.project import project_name
from kortrijk_geo.atlas.writing import publish_theme, write_atlas
from kortrijk_geo.errors import OutputError
from kortrijk_geo.mapping.spec import MapSpec
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack

PROJECT = "voorbeeldstad.qgz"


@pytest.fixture
def town(samples: ModuleType, tmp_path: Path) -> City:
    areas = samples.areas().reset_index()[["area_id", "name", "population", "geometry"]]
    boundary = gpd.GeoDataFrame({"name": ["Voorbeeldstad"]}, geometry=[areas.union_all()], crs=areas.crs)
    records = {name: LayerRecord("Stad", "2024-01-01", "CC0", synthetic=True) for name in ("boundary", "areas")}
    info = PackInfo(name="Voorbeeldstad", crs="EPSG:31370", synthetic=True, layers=records)
    write_pack(tmp_path / "pack", info, {"boundary": boundary, "areas": areas})
    return open_city(tmp_path / "pack")


@pytest.fixture
def themes(samples: ModuleType, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Two themes, of which a test can replace the analysis; points and shapes are in their GeoPackage."""
    analyses: dict[str, Any] = {
        "sample": lambda *_, **__: samples.result(),
        "other": lambda *_, **__: samples.result(page="ander", theme="other"),
    }

    def spec(result: Any) -> MapSpec:
        page = samples.spec(result, points=20)
        result.layers = {"homes": page.point_layers[0].frame}
        homes = replace(page.point_layers[0], table="homes")
        return replace(page, title=catalogue.THEMES[result.theme].title, point_layers=(homes,), shape_layers=())

    monkeypatch.setattr(catalogue, "theme_module", lambda name: SimpleNamespace(analyse=analyses[name], spec=spec))
    pages = {"sample": ("voorbeeld", "Voorbeeld"), "other": ("ander", "Ander")}
    monkeypatch.setattr(catalogue, "THEMES", {name: catalogue.Theme(name, *page) for name, page in pages.items()})
    return analyses


def read(path: Path) -> ET.Element:
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        return ET.fromstring(archive.read(name))


def groups(path: Path) -> list[str | None]:
    return [group.get("name") for group in read(path).findall("layer-tree-group/layer-tree-group")]


def test_every_page_is_a_group_with_all_its_layers_beside_the_project(
    town: City, themes: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "maps"
    report = write_atlas(town, out)
    assert PROJECT in [path.name for path in report.written]
    assert json.loads((out / "atlas.json").read_text())["project"] == PROJECT
    assert f'href="{PROJECT}"' in (out / "index.html").read_text()
    root = read(out / PROJECT)
    assert groups(out / PROJECT) == ["Voorbeeld", "Ander"]
    layers = root.findall("projectlayers/maplayer")
    ids = [layer.findtext("id") for layer in layers]
    assert len(set(ids)) == len(ids) == 8
    assert {layer.findtext("datasource") for layer in layers} == {
        f"./{page}.gpkg|layername={table}" for page in ("voorbeeld", "ander") for table in ("areas", "homes")
    }
    assert [leaf.get("id") for leaf in root.find("layer-tree-group").iter("layer-tree-layer")] != ids  # points on top
    radio = root.find("layer-tree-group/layer-tree-group/layer-tree-group")
    assert radio.get("mutually-exclusive") == "1"
    assert [leaf.get("checked") for leaf in radio] == ["Qt::Checked", "Qt::Unchecked", "Qt::Unchecked"]
    assert root.get("version") == "3.22.0"
    assert str(tmp_path) not in ET.tostring(root, encoding="unicode")


def test_every_page_has_a_print_with_legend_source_and_the_mark_of_invented_data(
    town: City, themes: dict[str, Any], tmp_path: Path
) -> None:
    write_atlas(town, tmp_path / "maps")
    layouts = read(tmp_path / "maps" / PROJECT).findall("Layouts/Layout")
    assert [layout.get("name") for layout in layouts] == ["Voorbeeld", "Ander"]
    for layout in layouts:
        texts = [item.get("labelText", "") for item in layout.findall("LayoutItem")]
        assert any("DEMO: fictieve gegevens, niet voor beslissingen" in text for text in texts)
        assert any(text.startswith("Bron: OpenStreetMap-bijdragers, ") for text in texts)
        named = [leaf.get("name") for leaf in layout.iter("layer-tree-layer")]
        assert named == ["Woningen", "Alles binnen 15 minuten (te voet)"]


def test_it_is_the_same_twice_and_from_kept_pages(town: City, themes: dict[str, Any], tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_atlas(town, tmp_path / name)
    first = (tmp_path / "a" / PROJECT).read_bytes()
    assert (tmp_path / "b" / PROJECT).read_bytes() == first
    write_atlas(town, tmp_path / "a", only=("sample",))
    assert (tmp_path / "a" / PROJECT).read_bytes() == first


def test_a_theme_that_is_not_there_has_no_group(town: City, themes: dict[str, Any], tmp_path: Path) -> None:
    themes["sample"] = lambda city, **_: city.require("homes", theme="sample")
    write_atlas(town, tmp_path / "maps")
    assert groups(tmp_path / "maps" / PROJECT) == ["Ander"]


def test_no_project_is_written_where_there_is_nothing_to_draw(
    town: City, themes: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "maps"
    write_atlas(town, out)
    for name in themes:
        themes[name] = lambda city, **_: city.require("homes", theme="sample")
    write_atlas(town, out)
    assert not (out / PROJECT).exists()
    assert json.loads((out / "atlas.json").read_text())["project"] == ""
    assert ".qgz" not in (out / "index.html").read_text()


def test_the_command_of_a_theme_renews_the_project_of_its_atlas(
    town: City, themes: dict[str, Any], samples: ModuleType, tmp_path: Path
) -> None:
    out = tmp_path / "maps"
    write_atlas(town, out)
    before = (out / PROJECT).read_bytes()
    page = catalogue.theme_module("sample").spec(samples.result())
    publish_theme(town, replace(page, area_layers=page.area_layers[:1]), out, say=lambda _: None)
    assert groups(out / PROJECT) == ["Voorbeeld", "Ander"]
    assert len(read(out / PROJECT).findall("projectlayers/maplayer")) == 6
    assert (out / PROJECT).read_bytes() != before


def test_a_project_that_its_owner_saved_is_not_replaced(town: City, themes: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "maps"
    write_atlas(town, out)
    with zipfile.ZipFile(out / PROJECT, "w") as archive:
        archive.writestr("voorbeeldstad.qgs", "<qgis/>")
    with pytest.raises(OutputError, match=r"holds a voorbeeldstad\.qgz that is not of an earlier run"):
        write_atlas(town, out)
    (out / PROJECT).write_bytes(b"no zip")
    with pytest.raises(OutputError, match=r"holds a voorbeeldstad\.qgz that is not of an earlier run"):
        write_atlas(town, out)


@pytest.mark.parametrize(
    ("city", "name"),
    [("Kortrijk", "kortrijk"), ("Sint-Genesius-Rode", "sint_genesius_rode"), ("Liège", "liege"), ("東京", "atlas")],
)
def test_its_name_is_that_of_the_city(city: str, name: str) -> None:
    assert project_name(SimpleNamespace(name=city)) == f"{name}.qgz"
