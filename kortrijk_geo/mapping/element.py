"""The map as a `folium.Map`: a researcher can add layers to it and save it; it carries Leaflet and all data itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement
from markupsafe import Markup

from kortrijk_geo.mapping import standalone
from kortrijk_geo.mapping.document import map_document
from kortrijk_geo.text.safe import html_text, json_block

if TYPE_CHECKING:
    from kortrijk_geo.mapping.spec import MapSpec

_MAX_ZOOM = 18
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
        data = Markup('<script type="application/json" id="{}">{}</script>').format(name, json_block(self.document))
        figure.html.add_child(RawElement(data), name=name)
        call = f'KortrijkAtlas.draw({page_map.get_name()}, "{name}");'
        figure.script.add_child(RawElement(call), name=name)
        super().render(**kwargs)  # type: ignore[no-untyped-call]


def draw_map(spec: MapSpec) -> folium.Map:
    """Draw a theme's map.

    The map has no tiles and asks no other host for anything, also when it is saved with ``.save()``. As soon as other
    folium elements are added, folium's own links (jquery, bootstrap, markers) come back, since those may need them.

    Parameters
    ----------
    spec
        What to draw.

    Returns
    -------
    folium.Map
        A map that can be extended, shown in a notebook and saved.

    Raises
    ------
    DataError, CrsError, OptionError
        When the specification asks for what its result does not have; see `kortrijk_geo.mapping.document.map_document`.
    """
    return folium_map(map_document(spec))


def folium_map(document: dict[str, Any], *, name: str | None = None, attribution: bool = True) -> folium.Map:
    """Make the map of a document; ``name`` fixes its ids, so that equal maps are equal byte for byte."""
    (south, west), (north, east) = document["bounds"] or ((-60.0, -170.0), (75.0, 170.0))
    page_map = folium.Map(
        location=[round((south + north) / 2, 5), round((west + east) / 2, 5)],
        zoom_start=12 if document["bounds"] else 2,
        tiles=None,
        zoom_control=False,
        prefer_canvas=True,
        zoom_snap=0.05,
        attribution_control=attribution,
    )
    page_map.options["max_zoom"] = _MAX_ZOOM  # folium keeps its own max_zoom argument for tiles
    # On this map alone; folium's lists belong to the class, and so to every other map.
    page_map.default_js, page_map.default_css = [], []
    figure_of(page_map).title = str(html_text(f"{document['title']} - {document['pack']}"))
    layers = AtlasLayers(document)
    if name is not None:
        page_map._id, layers._id = name, f"{name}_data"  # noqa: SLF001 - folium offers no other way to name a map
    page_map.add_child(layers)
    return page_map


def figure_of(page_map: folium.Map) -> Figure:
    """Return the figure that holds the map."""
    return cast("Figure", page_map.get_root())


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
