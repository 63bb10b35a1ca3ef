"""The map as a `folium.Map`: a researcher can add layers to it and save it; it carries Leaflet and all data itself."""

from __future__ import annotations

from typing import Any, cast

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement

from kortrijk_geo.mapping import standalone
from kortrijk_geo.mapping.document import opening_view
from kortrijk_geo.text.safe import html_text

_INLINED = {"leaflet", "leaflet_css"}


class RawElement(Element):
    """Text that goes into the page as it is; branca would read it as a template once more."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_: Any) -> str:
        """Return the text."""
        return self.text


class AtlasLayers(MacroElement):
    """All that the drawing room puts on a map: its data as one JSON block, and the call that draws them."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "AtlasLayers"
        self.document = document

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]  # as branca's own MacroElement
        """Add styles, scripts, data and the call to the page around the map."""
        figure, name = cast("Figure", self.get_root()), self.get_name()
        page_map = cast("folium.Map", self._parent)
        figure.header.add_child(RawElement(standalone.inside("style", standalone.map_style())), name="kg_style")
        for key, script in (
            ("kg_leaflet", standalone.leaflet_script()),
            ("kg_icons", _icon_script()),
            ("kg_script", standalone.map_script()),
        ):
            figure.header.add_child(RawElement(standalone.inside("script", script)), name=key)
        if _extended(page_map):
            _give_back_links(page_map, figure)
        figure.html.add_child(RawElement(standalone.data_block(name, self.document)), name=name)
        call = f'KortrijkAtlas.draw({page_map.get_name()}, "{name}");'
        figure.script.add_child(RawElement(call), name=name)
        super().render(**kwargs)  # type: ignore[no-untyped-call]


def folium_map(document: dict[str, Any]) -> folium.Map:
    """Make the map of a document."""
    view = opening_view(document)
    page_map = folium.Map(
        location=view["center"],
        zoom_start=view["zoom"],
        tiles=None,
        zoom_control=view["zoomControl"],
        prefer_canvas=view["preferCanvas"],
        zoom_snap=view["zoomSnap"],
    )
    page_map.options["max_zoom"] = view["maxZoom"]  # folium keeps its own max_zoom argument for tiles
    # On this map alone; folium's lists belong to the class, and so to every other map.
    page_map.default_js, page_map.default_css = [], []
    figure = cast("Figure", page_map.get_root())
    figure.title = str(html_text(f"{document['title']} - {document['pack']}"))
    page_map.add_child(AtlasLayers(document))
    return page_map


def _extended(page_map: folium.Map) -> bool:
    return any(not isinstance(child, AtlasLayers) for child in page_map._children.values())  # noqa: SLF001 - no accessor


def _give_back_links(page_map: folium.Map, figure: Figure) -> None:
    for links, tag in ((type(page_map).default_js, JavascriptLink), (type(page_map).default_css, CssLink)):
        for name, url in links:
            if name not in _INLINED:
                figure.header.add_child(tag(url), name=name)


def _icon_script() -> str:
    pictures = ("marker-icon.png", "marker-icon-2x.png", "marker-shadow.png")
    icon, retina, shadow = map(standalone.leaflet_picture, pictures)
    return (
        'L.Icon.Default.imagePath = "";'
        f'L.Icon.Default.mergeOptions({{iconUrl: "{icon}", iconRetinaUrl: "{retina}", shadowUrl: "{shadow}"}});'
    )
