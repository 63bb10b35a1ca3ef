"""The page file: nothing from elsewhere, a policy that names every script, the same bytes for the same figures."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path
from types import ModuleType

import folium
import pytest

from kortrijk_geo.errors import DataError, OutputError
from kortrijk_geo.mapping import PageExtras, draw_map, standalone, write_page
from kortrijk_geo.mapping.figures import card, period
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo.results import Figure, Source

ASKED = re.compile(r"""(?:src|href)\s*=\s*["']?(https?:)?//|url\(\s*["']?https?:|@import""")


def test_the_page_asks_no_other_host_for_anything(samples: ModuleType) -> None:
    for page in (page_html(samples.spec()), draw_map(samples.spec()).get_root().render()):
        assert standalone.leaflet_script() in page
        # Leaflet holds a link to its own site, for people to follow; the page does not show it.
        assert not ASKED.search(page.replace(standalone.leaflet_script(), ""))


def test_the_policy_names_every_script_and_style_that_stands_in_the_page(samples: ModuleType) -> None:
    page = page_html(samples.spec())
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1])
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    for tag in ("script", "style"):
        texts = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert texts
        for text in texts:
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy
    assert not re.search(r"<[^>]+\son[a-z]+=", re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL))
    assert not re.search(r"<[^>]+\sstyle=", re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL))


def test_executable_scripts_hold_no_data(samples: ModuleType) -> None:
    page = page_html(samples.spec())
    for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL):
        assert "Wijk A0" not in script
        assert "Opvang" not in script
    assert page.count('<script type="application/json"') == 1


def test_equal_figures_give_equal_bytes(samples: ModuleType, tmp_path: Path) -> None:
    for name in ("one.html", "two.html"):
        write_page(samples.spec(), tmp_path / name, downloads=("voorbeeld.gpkg",))
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    assert b"\r" not in (tmp_path / "one.html").read_bytes()


def test_the_page_says_what_a_council_member_must_know(samples: ModuleType) -> None:
    page = page_html(samples.spec(), downloads=("voorbeeld.gpkg",), extras=PageExtras(index="index.html"))
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert '<html lang="nl">' in page
    assert "<title>Hoe dichtbij is alles? - Voorbeeldstad</title>" in page
    assert page.count("<h1>") == page.count("<main") == 1
    for wanted in (
        "57,9 %",
        "Doel 60 %: 2,1 procentpunt onder het doel",
        "Toestand 1 januari 2023 tot 1 mei 2024",
        "81.045",
        "DEMO: fictieve gegevens, niet voor beslissingen",
        "OpenStreetMap-bijdragers, 1 mei 2024, ODbL 1.0",
        "Van 12 woonpunten is de afstand niet bekend.",
        "voorbeeld.gpkg",
        "onbekend",
    ):
        assert wanted in text
    assert "DEMO" not in page_html(samples.spec(samples.result(synthetic=False)))


def test_a_page_that_cannot_be_written_leaves_the_old_one(
    samples: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    path.write_text("the old page")

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"page\.html cannot be written: No space left"):
        write_page(samples.spec(), path)
    assert path.read_text() == "the old page"
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.html"]


def test_text_that_would_end_a_script_is_refused() -> None:
    with pytest.raises(DataError, match="closing tag"):
        standalone.inside("script", "x = '</SCRIPT>'")


def test_a_folium_map_comes_out_that_can_be_extended_and_saved(samples: ModuleType, tmp_path: Path) -> None:
    drawn = draw_map(samples.spec())
    assert isinstance(drawn, folium.Map)
    folium.Marker([50.82, 3.26], popup="een punt", icon=folium.Icon()).add_to(drawn)
    folium.LayerControl().add_to(drawn)
    drawn.save(tmp_path / "map.html")
    text = (tmp_path / "map.html").read_text()
    assert "een punt" in text
    # Popups and icons of folium need jquery and awesome-markers, Leaflet itself stays inside.
    assert "jquery" in text
    assert "leaflet@1.9.3" not in text


def test_a_later_plain_map_is_as_folium_makes_it(samples: ModuleType) -> None:
    scripts, styles = list(folium.Map.default_js), list(folium.Map.default_css)
    drawn = draw_map(samples.spec())
    drawn.get_root().render()
    drawn.add_js_link("mine", "https://example.org/mine.js")
    page_html(samples.spec())
    assert (folium.Map.default_js, folium.Map.default_css) == (scripts, styles)
    plain = folium.Map().get_root().render()
    assert "leaflet@1.9.3" in plain
    assert "KortrijkAtlas" not in plain
    assert "mine.js" not in plain


def test_a_name_is_no_template_for_folium(samples: ModuleType) -> None:
    frame = samples.areas()
    frame["name"] = "{{ 7 * 7 }}{% raw %}"
    text = draw_map(samples.spec(samples.result(frame=frame, pack="{{ 7 * 7 }}"))).get_root().render()
    assert r"\u007b{ 7 * 7 }}\u007b% raw %}" in text


@pytest.mark.parametrize(
    ("value", "target", "unit", "texts"),
    [
        (0.579, 0.6, "aandeel", ("57,9 %", "60 %", "2,1 procentpunt onder het doel")),
        (0.65, 0.6, "aandeel", ("65,0 %", "60 %", "5,0 procentpunt boven het doel")),
        (57.9, 60.0, "per 100", ("57,9", "60", "2,1 onder het doel")),
        (1_376.0, 1_400.0, "plaatsen", ("1.376", "1.400", "24 onder het doel")),
        (59.996, 60.0, "per 100", ("59,996", "60", "0,004 onder het doel")),
        (60.0, 60.0, "per 100", ("60", "60", "gelijk aan het doel")),
        (None, 3.0, "plaatsen", ("onbekend", "3", "")),
        (float("nan"), None, "aandeel", ("onbekend", "", "")),
        (50.0, 0.0, "plaatsen", ("50", "0", "50 boven het doel")),
        (203_331.4, 1.0, "plaatsen", ("203.331", "1", "203.330 boven het doel")),
    ],
)
def test_a_card_tells_value_target_and_gap(
    value: float | None, target: float | None, unit: str, texts: tuple[str, ...]
) -> None:
    found = card(Figure("key", "label", value, unit, target))
    assert (found.value, found.target, found.gap) == texts


def test_the_period_of_the_sources_is_named() -> None:
    assert period([]) == "onbekend"
    assert period([Source("a", "2024")]) == "2024"
    assert (
        period([Source("a", "2024-03-01"), Source("b"), Source("c", "2023-01-01")]) == "1 januari 2023 tot 1 maart 2024"
    )
