"""Two results of one theme side by side: the difference of every area, what is unknown, and what cannot be compared."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.mapping import MapSpec
from kortrijk_geo.mapping.compare import change_scale, compare
from kortrijk_geo.mapping.figures import card
from kortrijk_geo.mapping.legend import class_numbers
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo.results import Column
from kortrijk_geo.text.dutch import class_texts, number_text

NAMES = ("2015", "2024")


def two(samples: ModuleType, **changes: Any) -> tuple[MapSpec, MapSpec]:
    """The sample town, and the same town nine years earlier with fewer places near."""
    later, earlier = samples.areas(), samples.areas()
    earlier["share_near"] = earlier["share_near"] * 0.8
    old = samples.result(frame=earlier, pack_digest="a" * 64, city={"share_near": 0.5, "population": None}, **changes)
    return samples.spec(old), samples.spec(samples.result(frame=later, pack_digest="b" * 64))


def test_every_area_has_before_after_and_difference(samples: ModuleType) -> None:
    before, after = two(samples)
    found = compare(before, after, names=NAMES).result
    old, new = before.result.areas["share_near"], after.result.areas["share_near"]
    assert found.page == "voorbeeld_vergelijking"
    pd.testing.assert_series_equal(found.areas["share_near_before"], old, check_names=False)
    pd.testing.assert_series_equal(found.areas["share_near"], new, check_names=False)
    pd.testing.assert_series_equal(found.areas["share_near_change"], new - old, check_names=False)
    assert np.isnan(found.areas["share_near_change"].iloc[2])
    assert found.city["share_near_change"] == pytest.approx(0.079)
    assert found.city["population_change"] is None  # unknown before is an unknown change
    assert "places_per_100_change" not in found.city  # and what the city had no figure of, has no change either
    assert found.labels["share_near_before"] == "Alles binnen 15 minuten: 2015"


def test_both_sides_are_coloured_by_the_same_classes(samples: ModuleType) -> None:
    before, after = two(samples)
    narrow = replace(before.area_layers[0], scale=replace(before.area_layers[0].scale, limits=(0.1,)))
    spec = compare(replace(before, area_layers=(narrow, *before.area_layers[1:])), after, names=NAMES)
    assert spec.area_layers[0].scale == after.area_layers[0].scale
    assert spec.area_layers[0].before == "share_near_before"
    assert [layer.group for layer in spec.area_layers] == ["2015 en 2024"] * 3 + ["Verschil"] * 3


def test_headlines_tell_what_was_and_what_changed(samples: ModuleType) -> None:
    before, after = two(samples)
    old = [replace(figure, value=0.5) if figure.key == "share_near" else figure for figure in before.result.headlines]
    before = replace(before, result=replace(before.result, headlines=old[:-1]))
    spec = compare(before, after, names=NAMES)
    figures = {figure.key: figure.value for figure in spec.result.headlines}
    assert figures["share_near_before"] == 0.5
    assert figures["share_near_change"] == pytest.approx(0.079)
    assert not {key for key in figures if key.startswith("gap")}, "only one of the two has it"
    assert "Enkel in 2024, dus niet vergeleken: iets dat niemand weet." in spec.result.notes
    told = {figure.key: card(figure) for figure in spec.result.headlines}
    assert told["share_near"].label == "inwoners met alles binnen 15 minuten te voet, 2024"
    assert told["share_near_change"].value == "+7,9 procentpunt"
    page = page_html(spec)
    assert "2015: 50,0 %, verschil +7,9 procentpunt" in page
    assert "2015: 1.376, verschil 0" in page


def test_areas_that_only_one_state_has_stay_with_an_unknown_difference(samples: ModuleType) -> None:
    before, after = two(samples)
    before = replace(before, result=replace(before.result, areas=before.result.areas.iloc[1:]))
    after = replace(after, result=replace(after.result, areas=after.result.areas.iloc[:-1]))
    spec = compare(before, after, names=NAMES)
    assert len(spec.result.areas) == 14
    assert spec.result.areas["share_near_change"].isna().sum() == 3
    assert spec.result.areas.geometry.notna().all()
    notes = " ".join(spec.result.notes)
    assert "Enkel in 2024: Wijk A0" in notes
    assert "Enkel in 2015: Wijk N13" in notes


def test_other_borders_options_and_crs_are_told(samples: ModuleType) -> None:
    before, after = two(samples, options={"minutes": 10})
    moved = before.result.areas.copy()
    moved.loc["W001", "geometry"] = shapely.buffer(moved.loc["W001", "geometry"], -600)
    before = replace(before, result=replace(before.result, areas=moved.to_crs("EPSG:3812")))
    notes = compare(before, after, names=NAMES).result.notes
    assert any("De grenzen verschillen van Wijk B1;" in note for note in notes)
    assert any("Niet met dezelfde instellingen berekend: Minuten onderweg" in note for note in notes)
    assert notes[0].startswith("2015: Voorbeeldstad, toestand ")
    assert notes[0].endswith("kenmerk aaaaaaaaaaaa.")


def test_what_cannot_be_compared_is_refused(samples: ModuleType) -> None:
    before, after = two(samples)
    with pytest.raises(OptionError, match="one theme"):
        compare(replace(before, result=replace(before.result, theme="reach")), after, names=NAMES)
    with pytest.raises(OptionError, match="different names"):
        compare(before, after, names=("2024", "2024"))
    with pytest.raises(OptionError, match="different names"):
        compare(before, after, names=(" ", "2024"))
    with pytest.raises(DataError, match="no area in common"):
        other = before.result.areas.set_index("A" + before.result.areas.index)
        compare(replace(before, result=replace(before.result, areas=other)), after, names=NAMES)
    with pytest.raises(OptionError, match="share_near, which the earlier result does not have"):
        compare(replace(before, area_layers=before.area_layers[1:]), after, names=NAMES)
    with pytest.raises(OptionError, match="shows no map"):
        compare(before, replace(after, area_layers=()), names=NAMES)


def test_numbers_of_the_table_are_compared_too_and_what_only_one_shows_is_told(samples: ModuleType) -> None:
    before, after = two(samples)
    spec = compare(replace(before, area_layers=before.area_layers[:1]), after, names=NAMES)
    assert spec.result.areas["population_change"].eq(0).all()
    assert "below_change" not in spec.result.areas.columns
    assert not [column for column in spec.table if column.startswith("population")]
    alone = next(note for note in spec.result.notes if note.startswith("Enkel in 2024, dus niet vergeleken"))
    assert "Plaatsen per 100" in alone


@given(st.lists(st.floats(-1e6, 1e6), min_size=0, max_size=20), st.sampled_from(["points", "change", "whole_change"]))
def test_no_change_is_always_in_the_middle_class_and_the_limits_are_even(values: list[float], unit: Any) -> None:
    scale = change_scale(pd.Series(values, dtype=float), unit)
    low, less, more, high = scale.limits
    assert low < less < 0 < more < high
    for value in (0.0, less / 2, *values, *scale.limits, low / 2, 1e9, 0.4999, 0.5, 1.0):
        size = round(value) if unit == "whole_change" else value
        here, mirrored = class_numbers(np.array([size, -size], dtype=float), scale.limits)
        assert here + mirrored == 4, "a loss and a gain of the same size are as strong"
    assert class_numbers(np.array([0.0]), scale.limits)[0] == 2
    if unit == "whole_change":
        assert class_numbers(np.array([1.0, -1.0]), scale.limits).tolist() == [3, 1]


def test_noise_is_no_change() -> None:
    scale = change_scale(pd.Series([1e-17, -1e-17, 0.0]), "points")
    assert class_numbers(np.array([1e-17, -1e-17]), scale.limits).tolist() == [2, 2]
    assert class_texts(scale.limits, "points")[2] == "-1 tot 1 procentpunt"


def test_a_change_is_written_with_its_sign() -> None:
    assert number_text(0.0312, "points") == "+3,1 procentpunt"
    assert number_text(-2.26, "change") == "-2,3"
    assert number_text(12.0, "whole_change") == "+12"
    assert number_text(0.00001, "points") == "0,0 procentpunt"
    assert number_text(None, "change") == "onbekend"


def test_the_sum_of_the_areas_stands_beside_a_comparison_whose_whole_is_another_number(samples: ModuleType) -> None:
    before, after = two(samples)
    short = Column("population", "Tekort", "whole", table=True, adds=True)
    sides = []
    for side in (before, after):
        columns = [short if column.name == "population" else column for column in side.result.columns]
        sides.append(replace(side, result=replace(side.result, columns=columns, city={"population": 1.0})))
    sums = compare(*sides, names=NAMES).result.sums()
    whole = float(after.result.areas["population"].sum())
    assert sums["population"] == sums["population_before"] == whole
    assert "population_change" not in sums, "no change is none, in the whole as in the sum"
