"""A page as a print on A4: map, title, legend, scale bar, source, and what a reader must know of invented data."""

from __future__ import annotations

import math
import textwrap
import uuid
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from kortrijk_geo.text.dutch import list_text
from kortrijk_geo.text.safe import visible
from kortrijk_geo.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.mapping.qgis.project import Bounds, Drawn

_PAGE, _MAP, _LABEL, _LEGEND, _SCALE_BAR = "65638", "65639", "65641", "65642", "65646"
_WIDTH, _HEIGHT, _EDGE = 297.0, 210.0, 10.0  # mm, A4 lying
_MAP_BOX = (_EDGE, 26.0, 197.0, 160.0)  # x, y, width, height
_SIDE_BOX = (212.0, 26.0, 75.0, 138.0)
_MOST_SOURCES = 5
_LONGEST_SEGMENT = 20.0  # mm, of the scale bar
_LONGEST_HEAD = 38  # characters of a bold head of the legend that fit beside the map
_FONT, _DEMO_COLOUR = "Arial", "#b3261e"


def print_layout(
    page: str,
    title: str,
    project: str,
    shown: Sequence[Drawn],
    *,
    bounds: Bounds,
    sources: Sequence[str],
    warnings: Sequence[str],
) -> ET.Element:
    """Return the layout of a page, which draws what its map theme of the same title shows."""
    items = _Items(page)
    layout = ET.Element("Layout", name=visible(title), units="mm", printResolution="200", worldFileMap="")
    ET.SubElement(layout, "Snapper", snapToItems="1", snapToGrid="0", snapToGuides="1", tolerance="5")
    pages = ET.SubElement(layout, "PageCollection")
    pages.append(items.make(_PAGE, "blad", (0, 0, _WIDTH, _HEIGHT)))
    map_item = items.make(
        _MAP, "kaart", _MAP_BOX,
        followPreset="true", followPresetName=visible(title), frame="true", background="true", mapRotation="0",
    )  # fmt: skip
    ET.SubElement(map_item, "Extent", _fitted(bounds))
    layout.append(map_item)
    layout.append(items.label("titel", title, (_EDGE, 9, 270, 9), size=16, bold=True))
    mark = " ".join(warnings)
    lead = f"{project}. {mark}" if mark else project
    layout.append(items.label("merk", lead, (_EDGE, 18, 277, 6), size=9, colour=_DEMO_COLOUR if mark else "#374151"))
    layout.append(_legend(items, shown))
    bar = items.make(
        _SCALE_BAR, "schaal", (_SIDE_BOX[0], 172, 70, 12),
        mapUuid=items.id("kaart"), numMapUnitsPerScaleBarUnit="1", **_segment(bounds),
        numSegments="2", numSegmentsLeft="0", style="Single Box", height="2",
        segmentSizeMode="0", boxContentSpace="1", labelBarSpace="2", alignment="0",
    )  # fmt: skip
    bar.append(_text_style("text-style", 8))
    layout.append(bar)
    named = f"Bron: {list_text(sources, _MOST_SOURCES, '; ')}. " if sources else ""
    source = f"{named}Zie ook {page}.html. Gemaakt met kortrijk-geo {__version__}."
    layout.append(items.label("bron", source, (_EDGE, 188, 277, 14), size=7))
    return layout


class _Items:
    """The items of one layout; their ids are made of its page, so that equal pages give equal layouts."""

    def __init__(self, page: str) -> None:
        self._page = page

    def id(self, name: str) -> str:
        return f"{{{uuid.uuid5(uuid.NAMESPACE_URL, f'kortrijk-geo/{self._page}/{name}')}}}"

    def make(self, kind: str, name: str, box: tuple[float, float, float, float], **more: str) -> ET.Element:
        x, y, width, height = box
        given: dict[str, Any] = {
            "type": kind,
            "id": name,
            "uuid": self.id(name),
            "templateUuid": self.id(name),
            "position": f"{x:g},{y:g},mm",
            "positionOnPage": f"{x:g},{y:g},mm",
            "size": f"{width:g},{height:g},mm",
            "referencePoint": "0",
            "zValue": "0" if kind == _PAGE else "1",
            "visibility": "1",
            "opacity": "1",
            "background": "false",
            "frame": "false",
        }
        return ET.Element("LayoutItem", given | more)

    def label(
        self,
        name: str,
        text: str,
        box: tuple[float, float, float, float],
        *,
        size: int,
        bold: bool = False,
        colour: str = "#1f2933",
    ) -> ET.Element:
        # A text that begins an expression would be computed.
        shown = visible(text).replace("[%", "[ %")
        label = self.make(_LABEL, name, box, labelText=shown, htmlState="0", halign="1", valign="32")
        weight = 75 if bold else 50
        ET.SubElement(label, "LabelFont", description=f"{_FONT},{size},-1,5,{weight},0,0,0,0,0")
        red, green, blue = (str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
        ET.SubElement(label, "FontColor", red=red, green=green, blue=blue, alpha="255")
        label.append(_text_style("text-style", size, bold=bold, colour=colour))
        return label


def _legend(items: _Items, shown: Sequence[Drawn]) -> ET.Element:
    legend = items.make(
        _LEGEND, "legende", _SIDE_BOX,
        title="", map_uuid=items.id("kaart"), resizeToContents="1", columnCount="1", splitLayer="0",
        symbolWidth="6", symbolHeight="3.5", wrapString="", legendFilterByAtlas="0", boxSpace="0",
    )  # fmt: skip
    styles = ET.SubElement(legend, "styles")
    for name, size, bold in (("title", 10, True), ("group", 9, True), ("subgroup", 9, True), ("symbolLabel", 8, False)):
        weight = 75 if bold else 50
        style = ET.SubElement(
            styles, "style", name=name, alignment="1", marginTop="4" if bold else "0.8", marginLeft="0" if bold else "2"
        )
        style.append(_text_style("text-style", size, bold=bold))
        ET.SubElement(style, "styleFont", description=f"{_FONT},{size},-1,5,{weight},0,0,0,0,0")
    # A tree of its own: one that follows the project's shows what is hidden as well.
    tree = ET.SubElement(legend, "layer-tree-group", name="", checked="Qt::Checked", expanded="1")
    for each in shown:
        layer = ET.SubElement(
            tree, "layer-tree-layer", id=each.id, name=visible(each.name), checked="Qt::Checked", expanded="1",
        )  # fmt: skip
        # The legend does not fold a long name by itself, and would run off the sheet.
        head = "\n".join(textwrap.wrap(visible(each.name), _LONGEST_HEAD))
        told = ET.SubElement(ET.SubElement(layer, "customproperties"), "Option", type="Map")
        ET.SubElement(told, "Option", type="QString", name="legend/title-label", value=head)
    return legend


def _text_style(tag: str, size: int, *, bold: bool = False, colour: str = "#1f2933") -> ET.Element:
    channels = ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return ET.Element(
        tag, fontFamily=_FONT, fontSize=str(size), fontSizeUnit="Point", fontWeight="75" if bold else "50",
        namedStyle="Bold" if bold else "Regular", textColor=f"{channels},255",
    )  # fmt: skip


def _metres_per_mm(bounds: Bounds) -> float:
    west, south, east, north = bounds
    _, _, width, height = _MAP_BOX
    return max((east - west) / width, (north - south) / height)


def _segment(bounds: Bounds) -> dict[str, str]:
    """Return length and unit of a segment of the scale bar: round, and short enough to stand beside any map."""
    longest = max(_metres_per_mm(bounds) * _LONGEST_SEGMENT, 1.0)
    power = 10.0 ** math.floor(math.log10(longest))
    metres = max(step * power for step in (1, 2, 5) if step * power <= longest)
    unit, label, size = ("km", "km", 1000) if metres >= 1000 else ("meters", "m", 1)
    return {"unitType": unit, "unitLabel": label, "numUnitsPerSegment": f"{metres / size:g}"}


def _fitted(bounds: Bounds) -> dict[str, str]:
    """Return an extent of the map's own proportions around the bounds."""
    west, south, east, north = bounds
    _, _, width, height = _MAP_BOX
    scale = _metres_per_mm(bounds)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    edges = {
        "xmin": middle_x - scale * width / 2,
        "ymin": middle_y - scale * height / 2,
        "xmax": middle_x + scale * width / 2,
        "ymax": middle_y + scale * height / 2,
    }
    return {name: f"{value:.2f}" for name, value in edges.items()}
