"""People by age in a pack: unknown is not zero, and they cannot be more than the inhabitants."""

from __future__ import annotations

import json
import math
from itertools import pairwise

import numpy as np
import pytest
from small_town import layers, write_town
from typer.testing import CliRunner

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.pack.ages import BANDS, count_ages
from kortrijk_geo.pack.layers import AGES, LAYERS
from kortrijk_geo.pack.validation import validate
from kortrijk_geo_cli.main import app

CRS = "EPSG:31370"


def _areas(**changed):
    return layers()["areas"].assign(**changed)


def test_every_layer_that_counts_people_may_count_them_by_age():
    for name in ("areas", "subareas", "districts", "boundary", "sectors", "homes"):
        columns = LAYERS[name].columns
        assert all(columns[age].nullable and not columns[age].required for age in AGES), name


def test_bands_do_not_overlap_and_each_column_has_one():
    assert set(BANDS) == {"children_0_2", *AGES}
    ends = sorted(BANDS.values())
    assert all(last < first for (_, last), (first, _) in pairwise(ends))
    assert ends[-1][1] == math.inf


def test_an_unknown_age_stays_unknown(tmp_path):
    ages = layers()["areas"]["age_80_plus"].astype(float).mask(np.arange(8) == 2)
    city = write_town(tmp_path, areas=_areas(age_80_plus=ages))
    assert city.areas["age_80_plus"].isna().tolist() == [n == 2 for n in range(8)]
    assert city.homes["age_65_79"].sum() == pytest.approx(city.areas["age_65_79"].sum())


def test_more_people_of_known_ages_than_inhabitants_are_refused():
    areas = _areas(age_65_79=[14.0, 15.0, 90.0, *[14.0] * 5])
    with pytest.raises(DataError) as refused:
        validate("areas", areas, crs=CRS, origin="town")
    text = str(refused.value)
    # Row 3 has 12 + 11 + 18 + 14 + 90 + 6 people of known ages and 120 inhabitants.
    assert "town, layer areas: row 3 (W2, Wijk 2): its ages add up to 151" in text
    assert "age_65_79 90" in text
    assert "population of 120" in text
    assert "leave the column that is wrong empty" in text


def test_what_is_known_counts_although_another_age_is_not():
    areas = _areas(age_65_79=[math.nan] * 8, age_6_11=[116.0, *[16.0] * 7])
    with pytest.raises(DataError, match=r"row 1 .* add up to 151 .* population of 100"):
        validate("areas", areas, crs=CRS, origin="town")


def test_without_inhabitants_or_ages_there_is_nothing_to_hold_against():
    areas = _areas(population=[math.nan] * 8, age_65_79=[900.0] * 8)
    assert validate("areas", areas, crs=CRS, origin="town")["age_65_79"].tolist() == [900.0] * 8
    plain = _areas(children_0_2=[900.0] * 8).drop(columns=list(AGES))
    assert validate("areas", plain, crs=CRS, origin="town")["children_0_2"].tolist() == [900.0] * 8


@pytest.mark.parametrize(("cell", "told"), [(-1.0, "a number from 0"), ("12 jaar", "is not a number")])
def test_what_is_no_count_is_refused(cell, told):
    with pytest.raises(DataError, match=told):
        validate("areas", _areas(age_3_5=[cell, *[9.0] * 7]), crs=CRS, origin="town")


def test_an_amenity_may_have_a_capacity():
    amenities = layers()["amenities"]
    checked = validate("amenities", amenities, crs=CRS, origin="town")
    assert checked["capacity"].tolist()[1] == 12.0
    assert np.isnan(checked["capacity"].tolist()[0])
    with pytest.raises(DataError, match="'12 bedden' in row 1 is not a number"):
        validate("amenities", amenities.assign(capacity=[None, "12 bedden", *[None] * (len(amenities) - 2)]), crs=CRS,
                 origin="town")  # fmt: skip


def test_show_and_check_tell_people_by_age(tmp_path):
    unknown = layers()["areas"]["age_6_11"].astype(float).mask(np.arange(8) == 2)
    boundary = layers()["boundary"].assign(age_80_plus=[30.0])
    city = write_town(tmp_path, areas=_areas(age_6_11=unknown), boundary=boundary)
    shown = CliRunner().invoke(app, ["pack", "show", str(city.folder)])
    assert shown.exit_code == 0
    assert "Inwoners naar leeftijd" in shown.output
    assert "kinderen van 6 tot 11 jaar" in shown.output
    assert "7 van 8" in shown.output
    told = json.loads(CliRunner().invoke(app, ["pack", "show", str(city.folder), "--json"]).stdout)
    # 4, 5, ... 11 people of 80 and over in eight wijken are 60, and the city says 30.
    assert told["ages"]["age_80_plus"] == 30
    assert told["ages"]["age_65_79"] == sum(range(14, 22))
    messages = [finding.message for finding in check_pack(city.folder)]
    assert any("age_80_plus of the areas adds up to 60, more than the city's 30" in text for text in messages)
    assert any("age_6_11 is unknown in 1 areas: Wijk 2" in text for text in messages)


def test_a_pack_without_ages_shows_none(tmp_path):
    plain = {name: frame.drop(columns=list(AGES), errors="ignore") for name, frame in layers().items()}
    city = write_town(tmp_path, **plain)
    assert [each.column for each in count_ages(city)] == ["children_0_2"]
