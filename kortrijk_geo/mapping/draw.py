"""Drawing a theme's map for a researcher; folium, which takes half a second to load, is loaded when that is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.mapping.document import map_document

if TYPE_CHECKING:
    import folium

    from kortrijk_geo.mapping.spec import MapSpec


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
    from kortrijk_geo.mapping.element import folium_map

    return folium_map(map_document(spec))
