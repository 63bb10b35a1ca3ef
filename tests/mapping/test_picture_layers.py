"""Pictures over the map: a mass that would be too heavy as shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kortrijk_geo.mapping import PictureLayer
from kortrijk_geo.mapping.document import map_document
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo.results import Picture

if TYPE_CHECKING:
    from types import ModuleType

PICTURE = Picture(b"\x89PNG\r\n", (3.2, 50.7, 3.3, 50.9), (("bos", "#00441b"), ("<b>gras</b>", "#74c476")))


def test_a_picture_goes_into_the_page_with_its_place_and_legend(samples: ModuleType) -> None:
    spec = replace(samples.spec(), picture_layers=(PictureLayer(PICTURE, "Groen", shown=True),))
    (found,) = map_document(spec)["pictures"]
    assert found["url"] == "data:image/png;base64,iVBORw0K"
    assert found["bounds"] == [[50.7, 3.2], [50.9, 3.3]], "south west, north east; latitude first"
    assert found["classes"][0] == {"label": "bos", "colour": "#00441b"}
    assert found["shown"]
    page = page_html(spec)
    assert "data:image/png;base64,iVBORw0K" in page
    assert "<b>gras</b>" not in page


def test_a_map_without_pictures_has_none(samples: ModuleType) -> None:
    assert map_document(samples.spec())["pictures"] == []
