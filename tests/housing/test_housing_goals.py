"""Social housing is held against the city's goal in Kortrijk; an average of cities is only a comparison."""

from __future__ import annotations

from housing_town import town

from kortrijk_geo import housing


def test_kortrijk_has_the_goal_of_its_targets_and_another_city_a_comparison():
    rate, added = housing.analyse(town([50, 50], [500, 500], nis_code="34022")).headlines[:2]
    assert (rate.target, rate.target_kind, added.target, added.target_kind) == (11.1, "aim", 1000, "adopted")
    assert "Inspiratienota 2024" in rate.target_source
    elsewhere = housing.analyse(town([50, 50], [500, 500], nis_code="34040"))
    rate = elsewhere.headlines[0]
    assert (rate.target, rate.target_kind) == (9, "comparison")
    assert "Kortrijk" not in rate.target_source
    assert not [source for source in elsewhere.sources if "Kortrijk" in source.name]
    asked = housing.analyse(town([50, 50], [500, 500], nis_code="34022"), norm=6).headlines[0]
    assert (asked.target, asked.target_kind) == (6, "comparison")
