"""What an index opens with: one large map with its classes and labels, and what stands out beside it."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

from kortrijk_geo.atlas.overview import written_page
from kortrijk_geo.mapping.index import Remark, index_html, page_tile
from kortrijk_geo.mapping.thumbnail import ground_of
from kortrijk_geo.pack.files import PackInfo

ATTACK = "<script>window.attacked=1</script>"


def index(samples: ModuleType, *, opening: str = "voorbeeld", synthetic: bool = False, **shown: Any) -> str:
    info = PackInfo(name="Voorbeeldstad", crs="EPSG:31370", synthetic=synthetic)
    pages = [written_page(samples.spec(), ("voorbeeld.html", "voorbeeld.gpkg"))]
    return index_html(
        info, samples.areas(), samples.context(), pages, digest="0" * 64, synthetic=synthetic, opening=opening, **shown
    )


def test_the_large_map_tells_its_classes_and_the_value_of_an_area(samples: ModuleType) -> None:
    page = index(samples)
    look = written_page(samples.spec(), ("voorbeeld.html",))["picture"]
    map_part = page.split('<figure class="opening">')[1].split("</figure>")[0]
    assert len(look["texts"]) == len(look["colours"]) == len(samples.areas())
    for entry in look["classes"]:
        assert f"<bdi>{entry['label']}</bdi>" in map_part
        assert f'fill="{entry["colour"]}"' in map_part
    assert re.search(r"<tspan[^>]+>\d+,\d %</tspan>", map_part), "a label holds the figure of its area"
    assert look["title"] == "inwoners met alles binnen 15 minuten te voet", "the headline of the same column names it"


def test_what_stands_out_is_text_with_a_link_and_a_demo_says_so(samples: ModuleType) -> None:
    remarks = [Remark(f"Het laagst in {ATTACK}.", "voorbeeld", "Hoe dichtbij?")]
    page = index(samples, remarks=remarks, synthetic=True)
    story = page.split('id="remarks-title"')[1].split("</section>")[0]
    assert "In een fictieve stad" in story
    assert 'href="voorbeeld.html"' in story
    assert "&lt;script&gt;" in story
    assert ATTACK not in page
    assert "In een fictieve stad" not in index(samples, remarks=remarks)


def test_without_a_map_or_anything_to_say_the_tiles_come_first(samples: ModuleType) -> None:
    page = index(samples, opening="")
    assert 'class="story' not in page.split("</style>")[1]
    assert 'class="opening"' not in page.split("</style>")[1]


def test_a_tile_of_counts_opens_with_one_that_is_not_zero(samples: ModuleType) -> None:
    counts = {"gehaald": 0.0, "achter op schema": 4.0, "niet gehaald": 0.0, "onbekend": 34.0}
    headlines = [{"key": word, "label": word, "value": count, "unit": "doelen"} for word, count in counts.items()]
    page = {"page": "doelen", "title": "Doelen", "files": ["doelen.html"], "result": {"headlines": headlines}}
    with_bars = {**page, "picture": {"bars": [[word, int(count), "#000"] for word, count in counts.items()]}}
    areas = samples.areas()

    def values(told: dict[str, Any]) -> list[str]:
        return [str(card.value) for card in page_tile(told, ground_of(areas, {})).cards]

    assert values(with_bars) == ["4", "34"]
    assert values(page)[0] == "0", "a count of none is a figure where no bars tell it"
