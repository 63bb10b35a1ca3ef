"""Runoff: published marks, worked examples, and what must always hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.unsealing.curve_numbers import load_curve_numbers
from kortrijk_geo.unsealing.rules import HERE, load_regulation
from kortrijk_geo.unsealing.water import avoided_mm, retention_mm, runoff_m3, runoff_mm

SEALED, GRASS = 98.0, {"A": 39.0, "B": 61.0, "C": 74.0, "D": 80.0}
curve_numbers = st.floats(1, 100)
rains = st.floats(0, 500)


def test_the_retention_of_invest():
    np.testing.assert_allclose(retention_mm([100, 65, 90, 30]), [0, 136.769, 28.222, 592.667], atol=5e-4)


@pytest.mark.parametrize(
    ("rain_mm", "expected_m3"),
    [(20, (1.49, 1.49, 1.48, 1.41)), (40, (3.44, 3.41, 3.00, 2.62)), (60, (5.42, 5.02, 4.07, 3.40))],
)
def test_a_hundred_square_metres_of_sealing_become_grass(rain_mm, expected_m3):
    avoided = 100 * avoided_mm(rain_mm, SEALED, list(GRASS.values())) / 1000
    np.testing.assert_allclose(avoided, expected_m3, atol=0.005)


def test_a_mixed_surface_is_summed_and_not_averaged():
    summed = runoff_m3([0.6, 0.4], 20, [SEALED, GRASS["C"]]).sum() * 1000
    assert summed == pytest.approx(9.0, abs=0.05)
    averaged = float(runoff_mm(20, 0.6 * SEALED + 0.4 * GRASS["C"]))
    assert averaged == pytest.approx(3.8, abs=0.05)


@given(rain=rains, cn=curve_numbers, held=st.floats(0, 1))
def test_runoff_lies_between_nothing_and_the_rain(rain, cn, held):
    depth = float(runoff_mm(rain, cn, initial_abstraction=held))
    assert 0 <= depth <= rain + 1e-9


@given(rain=rains, before=curve_numbers, after=curve_numbers, m2=st.floats(0, 1e6))
def test_avoided_runoff_lies_between_nothing_and_all_the_rain_on_it(rain, before, after, m2):
    low, high = sorted((before, after))
    avoided_m3 = m2 * float(avoided_mm(rain, high, low)) / 1000
    assert -1e-9 <= avoided_m3 <= rain * m2 / 1000 + 1e-9


@given(cn=curve_numbers, held=st.floats(0.01, 1))
def test_rain_below_the_initial_abstraction_does_not_run_off(cn, held):
    first = held * float(retention_mm(cn))
    assert float(runoff_mm(0.999 * first, cn, initial_abstraction=held)) == 0


def test_a_smaller_initial_abstraction_gives_more_runoff():
    assert runoff_mm(20, 74, initial_abstraction=0.05) > runoff_mm(20, 74)


def test_an_unknown_curve_number_gives_unknown_runoff():
    assert np.isnan(runoff_mm(20, [np.nan, 98])).tolist() == [True, False]


@pytest.mark.parametrize(("rain", "cn", "held"), [(-1, 80, 0.2), (20, 0, 0.2), (20, 101, 0.2), (20, 80, 1.5)])
def test_impossible_numbers_are_refused(rain, cn, held):
    with pytest.raises(OptionError):
        runoff_mm(rain, cn, initial_abstraction=held)


def test_every_land_cover_but_water_has_curve_numbers():
    numbers = load_curve_numbers()
    assert np.isnan(numbers.table[[0, 5], 1:]).all()
    assert (numbers.table[[1, 2, 3, 4], 1:] == 98).all()
    assert numbers.after[1:].tolist() == list(GRASS.values())
    low, after = numbers.known(high=False)
    assert (low[3, 0], after[0]) == (98, GRASS["D"])
    assert numbers.known(high=True)[1][0] == GRASS["A"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("codes = [9, 12, 14]", "codes = [9, 12]", "land cover 14 has no curve numbers"),
        ("codes = [7]", "codes = [7, 8]", "land cover 8 already has curve numbers"),
        ("[77, 86, 91, 94]", "[77, 86, 91]", "four curve numbers"),
        ("[77, 86, 91, 94]", "[77, 86, 91, 194]", "four curve numbers"),
        ('cover = "grass"', 'cover = "gras"', "must be one of"),
        ('unknown = "D"', 'unkown = "D"', "soil.unkown is not a known key; did you mean unknown"),
    ],
)
def test_a_table_of_curve_numbers_that_is_wrong_is_named(tmp_path, old, new, told):
    path = tmp_path / "numbers.toml"
    text = (HERE / "curve_numbers.toml").read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=told) as caught:
        load_curve_numbers(path)
    assert str(path) in str(caught.value)


def test_the_sizes_of_the_rainwater_regulation():
    rule = load_regulation()
    assert rule.counted_m2(250, dwellings_with_tank=2, plot_m2=500) == 190
    assert rule.counted_m2(50, dwellings_with_tank=2) == 0
    assert rule.counted_m2(100, plot_m2=119) == 0
    assert rule.infiltration_m3(190) == pytest.approx(6.27)
    assert rule.infiltration_m2(190) == pytest.approx(15.2)
    assert rule.buffer_m3([999, 1000]).tolist() == [0, 43]
    assert rule.outflow_l_per_s([999, 10_000]).tolist() == [np.inf, 5]
    assert rule.tank_l([60, 80, 119, 120, 199, 200, 350]).tolist() == [5000, 7500, 7500, 10000, 10000, 20000, 35000]
    with pytest.raises(OptionError, match="below 0"):
        rule.tank_l(-1)


def test_limits_and_sizes_of_tanks_go_together(tmp_path):
    path = tmp_path / "regulation.toml"
    text = (HERE / "regulation.toml").read_text(encoding="utf-8")
    path.write_text(text.replace("litres = [5000, 7500, 10000]", "litres = [5000, 7500]"), encoding="utf-8")
    with pytest.raises(DataError, match="tank: roof_below_m2 and litres are not equally many"):
        load_regulation(path)
