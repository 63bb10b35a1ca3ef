"""People by age added to a pack: wide and long tables, single years and bands, per wijk or of the whole city."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from added_town import DATED, POPULATION, WIJKEN, files_of, findings_of, refused, write_book, write_town

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.adding import again
from kortrijk_geo.ingest.adding_ages import ages_in
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.template import write_template
from kortrijk_geo.pack.layers import AGES

HEAD = ("Wijkcode", "Wijknaam", "3-5 jaar", "6-11 jaar", "12-17 jaar", "65-79 jaar", "80 jaar en ouder")
WIDE = [HEAD, *((code, name, 4 + n, 7, 6, 15, 5) for n, (code, name) in enumerate(WIJKEN.items()))]
CITY = [("Leeftijd", "Aantal"), *((age, 5) for age in range(101))]
REAL = Path(os.environ.get("KORTRIJK_GEO_REAL_DATA", "/nowhere")) / "kortrijk/population_by_age_2015.csv"


@pytest.fixture
def city(tmp_path):
    return write_town(tmp_path / "stad")


@pytest.fixture
def book(tmp_path):
    return lambda rows, name="leeftijden.xlsx": write_book(tmp_path / name, rows)


def _long(ages=range(101), *, without=()):
    rows = [(code, age, 1) for code in WIJKEN for age in ages if (code, age) not in without]
    return [("Wijkcode", "Leeftijd", "Aantal"), *rows]


def test_ages_per_wijk_change_the_areas_the_homes_and_the_city(city, book):
    before = files_of(city.folder)
    new = city.add("ages", book(WIDE), **DATED)
    assert files_of(city.folder) == before
    assert new.areas["age_3_5"].tolist() == [4, 5, 6, 7]
    assert new.boundary[list(AGES)].iloc[0].tolist() == [22, 28, 24, 60, 20]
    assert new.homes.groupby("area_id")["age_65_79"].sum().tolist() == [15] * 4
    # Homes of one, three, one and three dwellings: due are 15/8 and 45/8.
    assert new.homes.loc[new.homes["area_id"] == "34022W08", "age_65_79"].tolist() == [2, 6, 1, 6]
    assert new.info.layers["areas"].estimates == {}, "counted per wijk, so no estimate"
    assert not [finding for finding in check_pack(new.folder) if finding.level == "error"]


def test_a_wijk_or_an_age_without_a_number_is_unknown(city, book):
    rows = [HEAD[:5], *((code, name, 4, None if code == "34022W10" else 7, 6) for code, name in WIJKEN.items())]
    new = city.add("ages", book(rows), **DATED)
    np.testing.assert_array_equal(new.areas["age_6_11"], [7, 7, np.nan, 7])
    assert new.boundary["age_6_11"].isna().all()
    assert new.homes.loc[new.homes["area_id"] == "34022W10", "age_6_11"].isna().all()
    assert "age_80_plus" not in new.areas
    with_open_end = findings_of(city, "ages", book(rows), **DATED)
    assert with_open_end["ages_not_in_table"].endswith("het blijft zoals in de gegevensset")


def test_single_years_and_bands_that_nest_are_added_up(city, book):
    names = [*(f"{age} jaar" for age in range(3, 18)), "65 tem 69 jaar", "70 tem 79 jaar", "80 tem 89 jaar", "90+ jaar"]
    rows = [("Wijkcode", *names), *((code, *[2] * len(names)) for code in WIJKEN)]
    areas = city.add("ages", book(rows), **DATED).areas
    assert areas.loc[0, list(AGES)].tolist() == [6, 12, 12, 4, 4]


def test_bands_of_other_ages_are_refused_with_those_that_are_needed(city, book):
    rows = [("Wijkcode", "65 tem 74 jaar", "75 tem 84 jaar", "85+ jaar"), *((code, 9, 5, 2) for code in WIJKEN)]
    text = refused(city.add, "ages", book(rows), **DATED)
    assert "leeftijden (65-74, 75-84, 85+) is geen van 3-5, 6-11, 12-17, 65-79, 80+ op te tellen" in text
    assert "vraag losse jaren, of precies deze leeftijden" in text


def test_of_bands_that_fit_in_part_the_rest_stays_unknown_and_is_told(city, book):
    # As Antwerp publishes them.
    names = ("Aantal 60 tem 69-jarigen|2025", "Aantal 70 tem 79-jarigen|2025", "Aantal 80 tem 89-jarigen|2025",
             "Aantal 90+'ers|2025")  # fmt: skip
    file = book([("Wijken", *names), *((name, 9, 8, 7, 6) for name in WIJKEN.values())])
    new = city.add("ages", file, **DATED)
    assert new.areas["age_80_plus"].tolist() == [13] * 4
    assert "age_65_79" not in new.areas
    said = findings_of(city, "ages", file, **DATED)["ages_of_table_do_not_fit"]
    assert said.startswith("aantal inwoners van 65 tot 79 jaar (65-79) wordt niet gelezen: de leeftijden 60-69, 70-79")


def test_a_long_table_is_read_as_a_wide_one(city, book):
    new = city.add("ages", book(_long()), **DATED)
    assert new.areas[list(AGES)].to_numpy().tolist() == [[3, 6, 6, 15, 21]] * 4
    assert new.boundary["age_80_plus"].tolist() == [84]


def test_a_row_that_is_missing_in_a_long_table_is_not_nobody(city, book):
    file = book(_long(without={("34022W09", 4)}))
    new = city.add("ages", file, **DATED)
    np.testing.assert_array_equal(new.areas["age_3_5"], [3, np.nan, 3, 3])
    assert new.areas["age_6_11"].tolist() == [6] * 4
    assert new.boundary["age_3_5"].isna().all()
    said = findings_of(city, "ages", file, **DATED)["ages_rows_missing"]
    assert said == "aantal kinderen van 3 tot 5 jaar is onbekend voor 34022W09: rijen van de leeftijden 3-5 ontbreken"


def test_an_area_twice_is_refused(city, book):
    with pytest.raises(DataError, match="stand on more than one row: 34022W08"):
        city.add("ages", book([*WIDE, WIDE[1]]), **DATED)
    twice = refused(city.add, "ages", book([*_long(), ("34022W08", 66, 1)]), **DATED)
    assert "rij 406 (34022W08, 66) staat er twee keer" in twice


def test_an_unknown_area_is_refused(city, book):
    rows = [HEAD, ("99999W01", "Elders", *WIDE[1][2:]), *WIDE[2:]]
    text = refused(city.add, "ages", book(rows), **DATED)
    assert "1 van 4 rijen (25 %)" in text


@pytest.mark.parametrize(
    ("cell", "told"), [(-3, "is negative"), ("12 jaar", "is not a number"), (2.5, "no whole number")]
)
def test_what_is_no_count_is_refused_with_its_row(city, book, cell, told):
    rows = [*WIDE[:2], (*WIDE[2][:3], cell, *WIDE[2][4:]), *WIDE[3:]]
    with pytest.raises(DataError, match=rf"leeftijden.xlsx, column 6-11 jaar: row 3 has .*{told}"):
        city.add("ages", book(rows), **DATED)


def test_more_people_of_these_ages_than_inhabitants_are_refused(city, book):
    rows = [*WIDE[:4], (*WIDE[4][:5], 60, 30)]
    text = refused(city.add, "ages", book(rows), **DATED)
    # Kortrijk West has 100 inhabitants; 7 + 7 + 6 + 60 + 30 = 110.
    assert "rij 4 (34022W11, Kortrijk West): de leeftijden zijn samen 110" in text
    assert "meer dan de 100 inwoners" in text
    assert "laat de kolom die fout is leeg (onbekend)" in text


def test_a_total_that_is_not_the_sum_of_its_rows_is_refused(city, book):
    text = refused(city.add, "ages", book([*WIDE, ("Totaal", "", 22, 28, 24, 61, 20)]), **DATED)
    assert "inwoners van 65 tot 79 jaar zijn samen 60 en de rij met het totaal zegt 61" in text


def test_a_table_of_the_whole_city_is_spread_over_its_wijken_and_called_an_estimate(city, book):
    file = book(CITY)
    new = city.add("ages", file, **DATED)
    # 15 people of 65 to 79 for 5 each: 75 over wijken of 400, 300, 200 and 100 inhabitants are 30, 22.5, 15 and 7.5.
    assert new.areas["age_65_79"].tolist() == [30, 23, 15, 7]
    assert new.boundary["age_65_79"].tolist() == [75]
    assert new.homes.groupby("area_id")["age_65_79"].sum().tolist() == [30, 23, 15, 7]
    how = "raming: 75 inwoners van 65 tot 79 jaar in de hele stad, verdeeld over de wijken naar inwoners"
    assert new.info.layers["areas"].estimates["age_65_79"] == how
    assert new.info.layers["homes"].estimates["age_65_79"] == how
    assert new.info.layers["boundary"].estimates == {}, "the city's own total was counted"
    said = findings_of(city, "ages", file, **DATED)["spread_total"]
    assert said.endswith("verdeeld over de wijken naar aantal inwoners, een raming")


def test_a_count_per_wijk_takes_the_place_of_an_estimate(city, book):
    spread = city.add("ages", book(CITY), **DATED)
    counted = spread.add("ages", book(WIDE, "geteld.xlsx"), spread.folder.with_name("geteld"), **DATED)
    assert counted.areas["age_65_79"].tolist() == [15] * 4
    assert counted.info.layers["areas"].estimates == {}
    assert counted.info.layers["homes"].estimates == {}
    made = again(counted.folder, city.folder, city.folder.parent, city.folder.with_name("opnieuw"))
    assert files_of(made.folder) == files_of(counted.folder)


def test_the_same_age_twice_in_a_table_of_the_city_is_refused(city, book):
    rows = [(*CITY[0], "Geslacht"), *((*row, sex) for row in CITY[1:] for sex in "MV")]
    assert "geen kolom heeft de codes of namen van de wijken" in refused(city.add, "ages", book(rows), **DATED)
    assert "(66) staat er twee keer" in refused(city.add, "ages", book([*CITY, (66, 5)], "twee.xlsx"), **DATED)
    men = city.add("ages", book(rows), where={"Geslacht": "M"}, **DATED)
    assert men.boundary["age_3_5"].tolist() == [15]


def test_one_row_of_the_whole_city_is_spread_too_and_one_of_elsewhere_is_not(city, book):
    head, counts = ("Gemeente", *HEAD[2:]), (20, 40, 40, 75, 25)
    new = city.add("ages", book([head, ("Kortrijk", *counts)]), **DATED)
    assert new.boundary[list(AGES)].iloc[0].tolist() == list(counts)
    assert new.areas["age_3_5"].tolist() == [8, 6, 4, 2]
    assert set(new.info.layers["areas"].estimates) == set(AGES)
    text = refused(
        city.add, "ages", book([head, ("Gent", *counts)], "gent.xlsx"), city.folder.with_name("gent"), **DATED
    )
    assert "geen kolom heeft de codes of namen van de wijken" in text


def test_a_table_of_another_municipality_is_refused(city, book):
    rows = [(*CITY[0], "NIS"), *((*row, 44021) for row in CITY[1:])]
    text = refused(city.add, "ages", book(rows), **DATED)
    assert "is van gemeente 44021 (kolom NIS), en de gegevensset van 34022" in text
    own = city.add("ages", book([(*CITY[0], "NIS"), *((*row, 34022) for row in CITY[1:])], "eigen.xlsx"), **DATED)
    assert own.boundary["age_65_79"].tolist() == [75]


@pytest.mark.skipif(not REAL.is_file(), reason="the real table of Kortrijk is not here")
def test_the_published_table_of_kortrijk(tmp_path):
    town = write_town(tmp_path / "eerst")
    people = [100 * each for each in POPULATION]
    city = write_town(
        tmp_path / "stad", areas=town.areas.assign(population=people),
        boundary=town.boundary.assign(population=sum(people)),
    )  # fmt: skip
    new = city.add("ages", REAL, **DATED)
    assert new.boundary[list(AGES)].iloc[0].tolist() == [2_480, 4_618, 4_599, 10_745, 5_364]
    assert new.areas["age_80_plus"].sum() == 5_364
    # In a town of a thousand they cannot be.
    assert "meer dan de 400 inwoners" in refused(town.add, "ages", REAL, **DATED)


def test_cells_name_ages_in_several_ways():
    assert ages_in("80 en ouder") == ages_in("80+") == ages_in("80 jaar en ouder")
    assert ages_in("65 - 79") == (65, 79)
    assert ages_in("Totaal") is None
    assert ages_in("999") is None


def test_the_template_has_a_column_for_each_age_and_can_be_sent_back(city, tmp_path):
    path = tmp_path / "sjabloon.xlsx"
    write_template("ages", path)
    assert "VOORBEELD" not in refused(city.add, "ages", path, **DATED)
    book = openpyxl.load_workbook(path)
    for code, name, *counts in WIDE[1:]:
        book["Gegevens"].append((code, name, *counts))
    book.save(path)
    assert city.add("ages", path, **DATED).areas["age_80_plus"].tolist() == [5] * 4
