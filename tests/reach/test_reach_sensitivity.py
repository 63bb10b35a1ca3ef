"""The band of the headline: the same distances at other speeds, and one kind of place fewer."""

from __future__ import annotations

from pathlib import Path

import pytest

import kortrijk_geo as kg
from kortrijk_geo.reach import rules
from kortrijk_geo.reach.options import choose
from kortrijk_geo.reach.rules import load_settings

SHARE = "share_all_walk_15"


@pytest.fixture
def result(small, two_kinds):
    """Two homes: h1 is 810 m from both kinds; h2 890 m from the shop only, 1,100 m from the pharmacy."""
    homes = [small.home("h1", "W1", 30, 100, 10), small.home("h2", "W2", 70, 1_000, 0)]
    places = [small.amenity("shop", 110, 0, shop="supermarket"), small.amenity("p", 900, 0, amenity="pharmacy")]
    places += [small.amenity("p2", 0, 0, amenity="pharmacy")]
    city = small.build(homes=small.frame(homes), amenities=small.frame(places))
    return city, kg.reach.analyse(city, categories=two_kinds, modes=["walk"], proximity=False)


def test_the_band_is_what_an_analysis_at_each_speed_gives(result, two_kinds):
    city, analysed = result
    speeds, kinds = analysed.sensitivity
    assert (speeds.key, speeds.option, speeds.low, speeds.high) == (SHARE, "walk_m_per_min", 3.5, 4.8)
    assert [value for value, _ in speeds.at] == [3.5, 4.0, pytest.approx(4.8)]
    for km_per_h, share in speeds.at:
        other = kg.reach.analyse(
            city, categories=two_kinds, modes=["walk"], proximity=False, walk_m_per_min=km_per_h / 0.06
        )
        assert other.city[SHARE] == pytest.approx(share)
    # h2 walks 890 m to the shop: 875 m at 3.5 km/h, 1,000 m at 4 km/h.
    assert [share for _, share in speeds.at] == pytest.approx([0.3, 1.0, 1.0])
    assert kinds.at == ((0.0, 1.0), (1.0, 1.0))
    assert analysed.headlines[0].value == analysed.city[SHARE] == 1.0


def test_the_band_stands_under_the_headline_in_the_fold_in_json_and_in_the_workbook(result):
    from kortrijk_geo.mapping.page import page_html

    _, analysed = result
    band = "30,0 % bij 3,5 km/u, 100,0 % bij 4 km/u, 100,0 % bij 4,8 km/u; 100,0 % heeft er minstens 1 van de 2"
    assert analysed.headlines[0].band == band
    record = analysed.to_json()["sensitivity"][0]
    assert (record["low"], record["high"]) == (3.5, pytest.approx(4.8))
    assert record["at"][0] == {"value": 3.5, "headline": pytest.approx(0.3)}
    sheet = analysed.sheets()["Gevoeligheid"]
    assert sheet["kerncijfer dan"].tolist() == pytest.approx([0.3, 1.0, 1.0, 1.0, 1.0])
    page = page_html(kg.reach.spec(analysed))
    assert band in page
    assert "Snelheid te voet: 30,0 % bij 3,5 km/u" in page


def test_other_speeds_are_data_and_a_file_without_them_has_no_band(small, two_kinds, tmp_path):
    rule = load_settings().sensitivity
    assert rule.walk_km_per_h == (3.5, 4.0, 4.8)
    assert rule.source
    text = Path(rules.__file__).with_name("settings.toml").read_text(encoding="utf-8")
    start = text.index("# The band of the headline")
    own = tmp_path / "settings.toml"
    own.write_text(text[:start] + text[text.index("# The guideline sizes") :], encoding="utf-8")
    assert choose(settings=own).settings.sensitivity is None
    analysed = kg.reach.analyse(small.build(), settings=own, categories=two_kinds, modes=["walk"], proximity=False)
    assert analysed.sensitivity == []
    assert analysed.headlines[0].band == ""


def test_a_headline_of_which_too_little_is_known_has_no_band(small, two_kinds):
    boundary = small.layers()["boundary"].assign(population=10_000.0)  # of which 70 live in a home that is known
    analysed = kg.reach.analyse(small.build(boundary=boundary), categories=two_kinds, modes=["walk"], proximity=False)
    assert analysed.headlines[0].value is None
    assert (analysed.headlines[0].band, analysed.sensitivity) == ("", [])
