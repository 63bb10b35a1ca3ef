"""Growth: 1,000 social dwellings more by 2040 is 11.1 per 100, because the households grow too."""

from __future__ import annotations

import json

import numpy as np
import pytest
from housing_town import town

from kortrijk_geo import housing
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.housing.growth import project_growth
from kortrijk_geo.pack.files import LayerRecord

NAN = float("nan")


@pytest.fixture
def kortrijk():
    """Kortrijk's published totals over three areas."""
    return town([1213, 1000, 1000], [10924, 12000, 12000], total=(3213, 34924))


def test_the_note_of_the_city_is_reproduced(kortrijk):
    ahead = project_growth(kortrijk)
    assert (ahead.base_year, ahead.year, ahead.extra_dwellings) == (2024, 2040, 1000)
    assert round(ahead.per_100_now, 1) == 9.2
    assert ahead.households_then == pytest.approx(37890)
    assert round(ahead.per_100_then, 1) == 11.1
    assert not ahead.fixed_households


def test_a_fixed_denominator_is_only_there_for_who_asks_and_says_that_it_overstates(kortrijk):
    ahead = project_growth(kortrijk, fixed_households=True)
    assert round(ahead.per_100_then, 1) == 12.1
    assert ahead.fixed_households
    assert any("overschat" in note for note in ahead.notes)
    elsewhere = town([50, 50], [500, 500], nis_code="34040")
    with pytest.raises(OptionError, match="no household forecast is known"):
        project_growth(elsewhere, extra_dwellings=10, year=2030)
    assert project_growth(elsewhere, extra_dwellings=10, year=2030, fixed_households=True).per_100_then == 11
    with pytest.raises(OptionError, match="at once"):
        project_growth(elsewhere, extra_dwellings=10, year=2030, fixed_households=True, households={2024: 1, 2030: 2})


def test_what_it_takes_to_stand_still_and_to_reach_a_norm(kortrijk):
    ahead = project_growth(kortrijk, norm=12.0)
    # 3,213 x 37,890 / 34,924 is 3,485.9; 9 per 100 of 37,890 is 3,410.1; 12 per 100 is 4,546.8.
    assert ahead.keep_dwellings == 273
    assert ahead.needed == {"given": 1334, "centre_cities": 198, "flemish": 0}
    again = project_growth(kortrijk, extra_dwellings=273)
    assert again.per_100_then >= again.per_100_now > project_growth(kortrijk, extra_dwellings=272).per_100_then


def test_the_years_in_between_follow_the_forecast(kortrijk):
    table = project_growth(kortrijk).table.set_index("year")
    assert table.index.tolist() == list(range(2024, 2041))
    assert table.at[2030, "households_private"] == pytest.approx(35793)
    assert table.at[2032, "social_dwellings"] == 3713
    assert table.at[2040, "social_per_100_households"] == pytest.approx(project_growth(kortrijk).per_100_then)


def test_todays_households_are_the_packs_and_only_the_growth_is_the_forecasts():
    ahead = project_growth(town([50, 50], [500, 500]))
    assert ahead.households_then == pytest.approx(1000 * 37890 / 34924)


def test_households_may_be_given_by_year():
    city = town([50, 50], [500, 500], nis_code="")
    ahead = project_growth(city, extra_dwellings=20, year=2034, households={2044: 1200, 2024: 1000})
    assert ahead.households_then == pytest.approx(1100)
    assert ahead.per_100_then == pytest.approx(100 * 120 / 1100)


def test_fewer_households_need_no_more_dwellings_to_stand_still():
    city = town([50, 50], [500, 500])
    ahead = project_growth(city, extra_dwellings=0, year=2034, households={2024: 1000, 2034: 800})
    assert (ahead.extra_dwellings, ahead.keep_dwellings) == (0, 0)
    assert (ahead.per_100_now, ahead.per_100_then) == pytest.approx((10, 12.5))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"year": 2024}, "must come after 2024"),
        ({"year": 2050}, "runs from 2023 to 2040, not to 2050"),
        ({"base_year": 2015}, "not to 2015"),
        ({"extra_dwellings": -1}, "extra_dwellings is -1"),
        ({"extra_dwellings": 1.5}, "extra_dwellings is 1.5"),
        ({"extra_dwellings": True}, "extra_dwellings is True"),
        ({"households": {2024: 100}}, "at least two years"),
        ({"households": {2024: 100, 2040: 0}}, "above 0"),
    ],
)
def test_options_that_cannot_be_used(kortrijk, options, message):
    with pytest.raises(OptionError, match=message):
        project_growth(kortrijk, **options)


def test_a_whole_number_of_dwellings_to_stand_still_is_not_rounded_up():
    city = town([50, 50], [500, 500])
    for then, keep in ((1100, 10), (1200, 20), (1201, 21)):  # 100 x 1.201 is 120.1
        ahead = project_growth(city, extra_dwellings=0, year=2034, households={2024: 1000, 2034: then})
        assert ahead.keep_dwellings == keep


def test_the_year_of_the_count_is_that_of_the_areas():
    city = town([50, 50], [500, 500])
    city.info.layers["boundary"] = LayerRecord("grenzen", "2015-12-31")
    assert project_growth(city).base_year == 2024


def test_unknown_counts_stop_the_look_ahead():
    with pytest.raises(DataError, match="must be known"):
        project_growth(town([1, NAN], [50, 60]))


def test_a_city_without_households_cannot_be_looked_ahead_for():
    with pytest.raises(DataError, match=r"private households \(0\) must be known and above 0"):
        project_growth(town([0, 0], [0, 0], total=(0, 0)))


def test_a_pack_without_date_needs_a_base_year():
    city = town([50, 50], [500, 500], reference_date="")
    with pytest.raises(DataError, match="give base_year"):
        project_growth(city)
    assert project_growth(city, base_year=2024).base_year == 2024


def test_headlines_carry_the_targets(kortrijk):
    result = housing.analyse(kortrijk)
    found = {figure.key: figure for figure in result.headlines}
    assert found["social_per_100_households"].target == 11.1, "the aim of the targets, not an average of cities"
    assert round(found["social_per_100_households"].value, 1) == 9.2
    assert (found["social_dwellings_added"].value, found["social_dwellings_added"].target) == (0, 1000)
    assert round(found["social_per_100_households_2040"].value, 1) == 11.1
    assert found["keep_dwellings"].value == 273
    json.dumps(project_growth(kortrijk).to_json(), allow_nan=False)


@pytest.mark.parametrize(
    ("options", "why", "error"),
    [
        ({"nis_code": "34040"}, "geen doel", OptionError),
        ({"reference_date": "2015-01-01"}, "van 2015", OptionError),
        ({"reference_date": ""}, "onbekend jaar", DataError),
    ],
)
def test_without_forecast_there_is_no_look_ahead_and_a_note_says_so(options, why, error):
    result = housing.analyse(town([50, 50], [500, 500], **options))
    assert any("Geen vooruitblik" in note and why in note for note in result.notes)
    assert "new_dwellings" not in result.areas
    with pytest.raises(error):
        housing.analyse(town([50, 50], [500, 500], **options), allocation=True)


def test_a_table_of_another_year_can_take_the_place_of_the_packs_counts(kortrijk):
    import pandas as pd

    table = pd.DataFrame({"area_id": ["A00", "A01", "A02"], "social_dwellings": [1300, 1000, 1000]})
    result = housing.analyse(kortrijk, table=table, base_year=2026)
    assert result.city["social_dwellings"] == 3300
    assert result.city["social_per_100_households_2040"] == pytest.approx(
        100 * 4300 / (34924 * 37890 / np.interp(2026, [2024, 2030], [34924, 35793]))
    )
