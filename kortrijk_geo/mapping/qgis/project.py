"""A project of QGIS: a group of layers per page, with its styles from the GeoPackages beside it, and a print layout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from kortrijk_geo.mapping.qgis.layout import print_layout
from kortrijk_geo.mapping.qgis.styles import OVERLAY, QGIS_VERSION, ROLE, SHOWN
from kortrijk_geo.text.safe import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyproj import CRS

    from kortrijk_geo.geopackage import LayerStyle

    Bounds = tuple[float, float, float, float]

# The one style of a layer that its project knows.
STYLE = "standaard"
# Stands in a project that was written here; QGIS leaves it out of one that it saves.
MARK = "geschreven door kortrijk-geo"
_MARGIN = 0.05


@dataclass(frozen=True)
class PageLayers:
    """What a page has for a project.

    Parameters
    ----------
    page, title
        Name of the page, and its Dutch title.
    geopackage
        Name of its GeoPackage beside the project.
    styles
        Those of its layers, in the page's order.
    sources
        Dutch texts of where its figures come from.
    """

    page: str
    title: str
    geopackage: str
    styles: Sequence[LayerStyle]
    sources: Sequence[str] = ()


@dataclass(frozen=True)
class Drawn:
    """A layer of the tree: whether it lies ``over`` the areas, and whether its page opens with it."""

    id: str
    name: str
    element: ET.Element
    over: bool
    shown: bool


def project_text(
    title: str, pages: Sequence[PageLayers], *, crs: CRS, bounds: Bounds, warnings: Sequence[str] = ()
) -> str:
    """Return the project as text; equal pages give equal projects.

    Parameters
    ----------
    title
        Of the project and its layouts.
    pages
        In their order; the first is the one that is seen.
    crs, bounds
        Of the pages' layers; the opening view.
    warnings
        Dutch sentences that stand on every print, such as that the data are invented.
    """
    root = ET.Element("qgis", projectname=visible(title), version=QGIS_VERSION)
    ET.SubElement(root, "title").text = visible(" - ".join([title, *warnings]))
    _add_srs(ET.SubElement(root, "projectCrs"), crs)
    tree = ET.SubElement(root, "layer-tree-group")
    view = _wider(bounds)
    _add_view(root, crs, view)
    presets = ET.SubElement(root, "visibility-presets")
    layers = ET.SubElement(root, "projectlayers")
    layouts = ET.SubElement(root, "Layouts")
    for place, page in enumerate(pages):
        drawn = _drawn(page, crs)
        layers.extend(each.element for each in drawn)
        shown = _on_opening(drawn)
        _add_group(tree, page.title, drawn, shown, seen=place == 0)
        preset = ET.SubElement(presets, "visibility-preset", {"name": visible(page.title)})
        for each in shown:
            ET.SubElement(preset, "layer", id=each.id, visible="1", style=STYLE, expanded="1")
        layouts.append(
            print_layout(page.page, page.title, title, shown, bounds=view, sources=page.sources, warnings=warnings)
        )
    _add_properties(root, crs, view)
    ET.indent(root, " ")
    head = f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<!-- {MARK} -->\n"
    return head + ET.tostring(root, encoding="unicode") + "\n"


def _drawn(page: PageLayers, crs: CRS) -> list[Drawn]:
    drawn = []
    for place, style in enumerate(page.styles):
        qml = ET.fromstring(style.qml)  # noqa: S314 - of a GeoPackage that was written here
        told = {option.get("name"): option.get("value") for option in qml.iterfind("customproperties/Option/Option")}
        key = re.sub(r"\W", "_", f"{page.page}_{style.table}_{place}", flags=re.ASCII)
        element = _map_layer(key, style, page.geopackage, qml, crs)
        drawn.append(Drawn(key, style.name, element, told.get(ROLE) == OVERLAY, told.get(SHOWN) == "1"))
    return drawn


def _map_layer(key: str, style: LayerStyle, geopackage: str, qml: ET.Element, crs: CRS) -> ET.Element:
    looks = {name: value for name, value in qml.attrib.items() if name not in {"version", "styleCategories"}}
    layer = ET.Element("maplayer", {"type": "vector", "autoRefreshEnabled": "0", **looks})
    ET.SubElement(layer, "id").text = key
    ET.SubElement(layer, "datasource").text = f"./{geopackage}|layername={style.table}"
    ET.SubElement(layer, "layername").text = visible(style.name)
    _add_srs(ET.SubElement(layer, "srs"), crs)
    ET.SubElement(layer, "provider", encoding="UTF-8").text = "ogr"
    ET.SubElement(ET.SubElement(layer, "map-layer-style-manager", current=STYLE), "map-layer-style", name=STYLE)
    layer.extend(qml)
    return layer


def _on_opening(drawn: Sequence[Drawn]) -> list[Drawn]:
    """Return what a page shows when it opens, from the topmost: what lies over the areas, and one layer of areas."""
    over = [each for each in reversed(drawn) if each.over and each.shown]
    areas = [each for each in drawn if not each.over]
    return [*over, *([each for each in areas if each.shown] or areas)[:1]]


def _add_group(tree: ET.Element, title: str, drawn: Sequence[Drawn], shown: Sequence[Drawn], *, seen: bool) -> None:
    group = ET.SubElement(
        tree, "layer-tree-group", name=visible(title), checked=_checked(seen), expanded="1" if seen else "0"
    )
    areas = [each for each in drawn if not each.over]
    for each in reversed([each for each in drawn if each.over]):  # what comes first in a tree lies on top
        _add_leaf(group, each, checked=each in shown)
    if areas:
        chosen = next((place for place, each in enumerate(areas) if each in shown), -1)
        radio = ET.SubElement(
            group, "layer-tree-group",
            {"name": "Gebieden", "checked": _checked(True), "expanded": "1", "mutually-exclusive": "1",
             "mutually-exclusive-child": str(chosen)},
        )  # fmt: skip
        for each in areas:
            _add_leaf(radio, each, checked=each in shown)


def _add_leaf(parent: ET.Element, layer: Drawn, *, checked: bool) -> None:
    ET.SubElement(
        parent, "layer-tree-layer",
        id=layer.id, name=visible(layer.name), checked=_checked(checked), expanded="1" if checked else "0",
    )  # fmt: skip


def _checked(yes: bool) -> str:  # noqa: FBT001 - it writes a flag
    return "Qt::Checked" if yes else "Qt::Unchecked"


def _add_srs(parent: ET.Element, crs: CRS) -> None:
    """Add a CRS: its text makes it valid wherever the project is opened, its code alone does not."""
    system = ET.SubElement(parent, "spatialrefsys", nativeFormat="Wkt")
    ET.SubElement(system, "wkt").text = crs.to_wkt()
    authority = crs.to_authority()
    if authority is not None:
        ET.SubElement(system, "srid").text = authority[1]
        ET.SubElement(system, "authid").text = ":".join(authority)
    ET.SubElement(system, "description").text = crs.name
    ET.SubElement(system, "geographicflag").text = str(crs.is_geographic).lower()


def _wider(bounds: Bounds) -> Bounds:
    west, south, east, north = bounds
    margin = _MARGIN * max(east - west, north - south, 1.0)
    return west - margin, south - margin, east + margin, north + margin


def _add_view(root: ET.Element, crs: CRS, bounds: Bounds) -> None:
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    ET.SubElement(canvas, "units").text = "meters"
    add_extent(canvas, bounds)
    ET.SubElement(canvas, "rotation").text = "0"
    _add_srs(ET.SubElement(canvas, "destinationsrs"), crs)


def add_extent(parent: ET.Element, bounds: Bounds) -> None:
    """Add an extent as QGIS writes it."""
    extent = ET.SubElement(parent, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True):
        ET.SubElement(extent, name).text = f"{value:.2f}"


def _add_properties(root: ET.Element, crs: CRS, bounds: Bounds) -> None:
    properties = ET.SubElement(root, "properties")
    projection = ET.SubElement(properties, "SpatialRefSys")
    ET.SubElement(projection, "ProjectionsEnabled", type="int").text = "1"
    ET.SubElement(ET.SubElement(properties, "Paths"), "Absolute", type="bool").text = "false"
    geodetic = crs.geodetic_crs
    ellipsoid = None if geodetic is None or geodetic.ellipsoid is None else geodetic.ellipsoid.to_json_dict().get("id")
    if ellipsoid:
        measured = ET.SubElement(properties, "Measure")
        ET.SubElement(measured, "Ellipsoid", type="QString").text = f"{ellipsoid['authority']}:{ellipsoid['code']}"
    view = ET.SubElement(root, "ProjectViewSettings", UseProjectScales="0")
    extent = {name: f"{value:.2f}" for name, value in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True)}
    system = ET.SubElement(view, "DefaultViewExtent", extent)
    _add_srs(system, crs)
