"""Figures of tables: nothing counted twice, in part, or under a name that does not fit, without a word."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
from shapely.geometry import box

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.pack.city import open_city

X, Y = 72000, 168000
HEAD = """
name = "Dorp"
crs = "EPSG:31370"
buffer_m = 100
[study_area]
of = "areas"
[layers.areas]
reader = "vector"
file = "areas.gpkg"
columns = { area_id = "code", name = "naam" }
source = "us"
licence = "CC0"
reference_date = "2025-01-01"
"""
JOIN = '[[layers.areas.tables]]\nfile = "t.csv"\nkey = "code"\ncolumns = { population = "inwoners" }\n'


class Village:
    """Raw files of a village of areas in a row, and the pack built from them."""

    def __init__(self, folder, codes=("W1", "W2")):
        self.folder = folder
        shapes = [box(X + 1000 * place, Y, X + 1000 * place + 1000, Y + 1000) for place in range(len(codes))]
        areas = gpd.GeoDataFrame({"code": codes, "naam": codes}, geometry=shapes, crs="EPSG:31370")
        areas.to_file(folder / "areas.gpkg", layer="areas")

    def build(self, recipe, table=None, name="t.csv"):
        if table is not None:
            (self.folder / name).write_text(table, encoding="utf-8")
        (self.folder / "r.toml").write_text(HEAD + recipe, encoding="utf-8")
        self.report = build_pack(self.folder / "r.toml", self.folder, self.folder / "pack")
        return open_city(self.folder / "pack")

    def population(self, recipe, table):
        return self.build(recipe, table).areas["population"].tolist()

    def said(self, text):
        return [item.level for item in self.report.findings if text in item.message]


@pytest.fixture
def village(tmp_path):
    return Village(tmp_path)


AGES = "code;0 jaar;1 jaar;2 jaar;3 jaar\nW1;10;11;12;99\nW2;4;-;6;99\n"
SUM_OF = JOIN.replace('population = "inwoners"', 'children_0_2 = { sum_of = ["0 jaar", "1 jaar", "2 jaar"] }')


def test_columns_are_added_and_unknown_plus_known_is_unknown(village):
    children = village.build(SUM_OF, AGES).areas["children_0_2"]
    assert children.iloc[0] == 33
    assert np.isnan(children.iloc[1])
    assert village.said("column children_0_2: 1 values are unknown") == ["warning"]
    total = '[[study_area.tables]]\nfile = "t.csv"\ncolumns.children_0_2.sum_of = ["0 jaar", "2 jaar"]\n'
    assert village.build(total).boundary["children_0_2"].iloc[0] == 32


def test_columns_of_a_layer_are_added_too(village):
    frame = gpd.read_file(village.folder / "areas.gpkg")
    frame.assign(a=[1, 2], b=[10, 20]).to_file(village.folder / "areas.gpkg", layer="areas")
    (village.folder / "r.toml").write_text(
        HEAD.replace('name = "naam" }', 'name = "naam", population.sum_of = ["a", "b"] }')
    )
    build_pack(village.folder / "r.toml", village.folder, village.folder / "pack")
    assert open_city(village.folder / "pack").areas["population"].tolist() == [11, 22]


def test_one_of_several_columns_is_never_taken_without_a_word(village):
    several = JOIN.replace('population = "inwoners"', 'children_0_2 = ["0 jaar", "1 jaar", "2 jaar"]')
    with pytest.raises(DataError, match=r"columns\.children_0_2: '0 jaar', '1 jaar', '2 jaar' are all there.*sum_of"):
        village.build(several, AGES)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ('children_0_2 = { sum_of = ["0 jaar", "9 jaar"] }', "has no column '9 jaar'"),
        ('children_0_2 = { sum_of = ["0 jaar", "0 JAAR"] }', "comes to one column twice"),
        ('children_0_2 = { sum_of = ["0 jaar", "0 jaar"] }', "each column once"),
        ("children_0_2 = { sum_of = [] }", "each column once"),
        ("children_0_2 = { sum_of = [1] }", "must be a column name"),
        ('children_0_2 = { sum = ["0 jaar"] }', "sum_of"),
        ('name = { sum_of = ["0 jaar"] }', "sum_of adds numbers, and name is none"),
    ],
)
def test_sums_that_cannot_be_are_refused(village, columns, message):
    with pytest.raises(DataError, match=message):
        village.build(JOIN.replace('population = "inwoners"', columns), AGES)


SEXES = "code;geslacht;inwoners\nW1;M;490\nW1;V;510\nW1;Totaal;1000\nW2;M;290\nW2;V;310\nW2;Totaal;600\n"
NO_WORD = SEXES.replace("Totaal", "0")


@pytest.mark.parametrize(
    "table", [SEXES, NO_WORD, SEXES.replace("Totaal", "TOTAL"), SEXES.replace("Totaal", "Subtotaal:")]
)
def test_totals_beside_their_parts_are_refused_until_the_recipe_says_what_they_are(village, table):
    with pytest.raises(DataError, match=r"t\.csv: row 4 \(W1, .*1000\) is a total .*2 such rows: 4, 7.*without_totals"):
        village.build(JOIN + "sum = true\n", table)
    assert village.population(JOIN + "sum = true\nwithout_totals = true\n", table) == [1000, 600]
    assert village.said("2 rows that are totals of others left out (row 4, 7)") == ["info"]
    assert village.population(JOIN + "sum = true\nwithout_totals = false\n", table) == [2000, 1200]


@pytest.mark.parametrize("value", ['"Totaal"', '["M", "V"]'])
def test_where_chooses_the_totals_or_their_parts(village, value):
    assert village.population(JOIN + f"sum = true\nwhere = {{ geslacht = {value} }}\n", SEXES) == [1000, 600]


def test_a_sum_by_chance_in_one_of_many_groups_is_none(village):
    table = "code;leeftijd;inwoners\nW1;0;5\nW1;1;3\nW1;2;8\n"
    with pytest.raises(DataError, match="row 4 "):
        village.build(JOIN + "sum = true\n", table)
    three = Village(village.folder, ("W1", "W2", "W3"))
    table += "W2;0;5\nW2;1;3\nW2;2;7\nW3;0;1\nW3;1;1\nW3;2;1\n"
    assert three.population(JOIN + "sum = true\n", table) == [16, 15, 3]


def test_a_total_must_fit_in_every_column_that_is_known(village):
    join = JOIN.replace("{ ", '{ children_0_2 = "k", ') + "sum = true\n"
    table = "code;inwoners;k\nW1;1;1\nW1;2;2\nW1;3;{}\nW2;1;1\n"
    for children in ("3", "?"):
        with pytest.raises(DataError, match="row 4 "):
            village.build(join, table.format(children))
    assert village.population(join, table.format("4")) == [6, 1]


def test_a_key_called_total_is_no_area_and_left_out_by_name(village):
    table = "code;inwoners\nW1;490\nW2;290\nTotaal;780\n"
    assert village.population(JOIN, table) == [490, 290]
    assert village.said("1 rows have a code of no area, left out: Totaal") == ["warning"]
    assert village.population(JOIN + "without_totals = true\n", table) == [490, 290]
    assert village.said("code of no area") == []
    city = village.build(JOIN + "without_totals = true\nnot_located = []\n", table)
    assert city.boundary["population"].iloc[0] == 780


TOTAL = '[[study_area.tables]]\nfile = "t.csv"\ncolumns = { population = "inwoners" }\n'


@pytest.mark.parametrize(
    "table", ["code;inwoners\nW1;490\nW2;290\nTotaal;780\n", "code;inwoners\nA;780\nW1;490\nW2;290\n"]
)
def test_totals_of_the_city_do_not_count_their_total(village, table):
    with pytest.raises(DataError, match=r"row [24] .* is a total of other rows"):
        village.build(TOTAL, table)
    assert village.build(TOTAL + "without_totals = true\n", table).boundary["population"].iloc[0] == 780


NESTED = "code;leeftijd;s;naam;inwoners\n" + "".join(
    f"{code};{age};{sex};{name};{count}\n"
    for code, ages in (("W1", [(1, 2), (3, 4)]), ("W2", [(1, 5), (2, 2)]))
    for age, (men, women) in enumerate(ages)
    for sex, name, count in (("m", "man", men), ("v", "vrouw", women), ("t", "samen", men + women))
)


def test_a_category_that_is_the_sum_of_the_others_in_every_group_is_a_total(village):
    with pytest.raises(DataError, match=r"row 4 \(W1, 0, t, samen and 1 more\) is a total .*rows: 4, 7, 10, 13\)"):
        village.build(JOIN + "sum = true\n", NESTED)
    assert village.population(JOIN + "sum = true\nwithout_totals = true\n", NESTED) == [10, 10]


def test_subtotals_by_name(village):
    table = "wijk;inwoners\nA;1\nB;2\nTot. noord;3\nC;4\nD;5\nTotaal zuid;9\n"
    assert village.build(TOTAL + "without_totals = true\n", table).boundary["population"].iloc[0] == 12


@pytest.mark.parametrize(
    ("cell", "remedy"),
    [("<5", r'say unknown = \["<5"\]'), ("n.b.", r'unknown = \["n\.b\."\]'), ("12,5", 'say decimal = ","')],
)
def test_a_cell_that_is_no_number_says_how_to_mend_it(village, cell, remedy):
    with pytest.raises(DataError, match=f"row 2 has .* is not a number .*{remedy}"):
        village.build(JOIN + 'decimal = "."\n', f"code;inwoners\nW1;{cell}\nW2;2\n")


def test_keys_in_other_capitals_say_how_to_mend_them(village):
    with pytest.raises(DataError, match=r'capitals only: say rename = { "w1" = "W1"'):
        village.build(JOIN, "code;inwoners\nw1;1\nw2;2\n")


def test_without_totals_where_there_are_none_is_told(village):
    assert village.population(JOIN + "sum = true\nwithout_totals = true\n", "code;inwoners\nW1;4\nW2;2\n") == [4, 2]
    assert village.said("without_totals = true, but no row is a total") == ["warning"]


@pytest.mark.parametrize(
    ("cells", "decimal", "hint"),
    [
        (("1.111", "2.5"), ".", 'if the dot marks thousands, say decimal = ","'),
        (("1,111", "2,5"), ",", 'if the comma marks thousands, say decimal = "."'),
        (("12.5", "3"), ".", "if fractions are estimates, say estimate = true"),
    ],
)
def test_fractions_of_people_are_refused_unless_they_are_estimates(village, cells, decimal, hint):
    table = "code;inwoners\nW1;{}\nW2;{}\n".format(*cells)
    join = JOIN + f'decimal = "{decimal}"\n'
    with pytest.raises(
        DataError, match=rf"column inwoners: row 2 has {cells[0]}, no whole number of inhabitants.*{hint}"
    ):
        village.build(join, table)
    assert village.population(join + "estimate = true\n", table)[0] == float(cells[0].replace(",", "."))


def test_thousands_are_read_when_the_recipe_says_so(village):
    table = "code;inwoners\nW1;1.111\nW2;20.500\n"
    assert village.population(JOIN + 'decimal = ","\n', table) == [1111, 20500]


@pytest.mark.parametrize("cell", ["1e300", "9" * 30, "9" * 400])
def test_what_no_city_has_is_refused(village, cell):
    with pytest.raises(DataError, match=r"row 2 has .*, which is too large to be right"):
        village.build(JOIN, f"code;inwoners\nW1;{cell}\nW2;1\n")


def test_names_that_mostly_do_not_match_are_an_error_with_the_nearest(tmp_path):
    names = [f"WIJK {letter * 3}" for letter in "ABCDEFGHIJ"]
    village = Village(tmp_path, names)
    rows = [name if place < 3 else f"{name.title()} Centrum" for place, name in enumerate(names)]
    table = "code;inwoners\n" + "".join(f"{row};100\n" for row in rows)
    with pytest.raises(
        DataError,
        match=r"7 of its 10 codes are no area_id.*7 of 10 areas .*: Wijk Ddd Centrum \(nearest: WIJK DDD\).*rename",
    ):
        village.build(JOIN, table)
    rename = ", ".join(f'"{row}" = "{name}"' for row, name in zip(rows[3:9], names[3:9], strict=True))
    population = village.population(JOIN + f'rename = {{ {rename}, "Elders" = "WIJK AAA" }}\n', table)
    assert population[:9] == [100] * 9
    assert np.isnan(population[9])
    assert village.said("1 rows have a code of no area, left out: Wijk Jjj Centrum (nearest: WIJK JJJ)") == ["warning"]
    assert village.said("rename names codes that the table lacks: Elders") == ["warning"]
    checked = [item.message for item in check_pack(tmp_path / "pack") if item.level == "warning"]
    assert any("1 rows have a code of no area, left out: Wijk Jjj Centrum" in message for message in checked)


def test_a_table_of_a_whole_country_may_hold_more_than_the_city(village):
    table = "code;inwoners\nW1;1\nW2;2\n" + "".join(f"Z{row};5\n" for row in range(50))
    assert village.population(JOIN, table) == [1, 2]


def test_zeros_that_a_spreadsheet_dropped_come_back(tmp_path):
    village = Village(tmp_path, ("01", "02"))
    table = "code;inwoners\n1;100\n2;50\n"
    with pytest.raises(DataError, match=r"none of its codes.*did they lose their zeros\? say pad = { code = 2 }"):
        village.build(JOIN, table)
    assert village.population(JOIN + "pad = { code = 2 }\n", table) == [100, 50]


def test_pad_of_a_layer_by_the_name_in_the_file_or_in_the_layer(tmp_path):
    for name in ("code", "area_id"):
        village = Village(tmp_path, ("1", "12"))
        city = village.build(f"pad = {{ {name} = 2 }}\n")
        assert city.areas["area_id"].tolist() == ["01", "12"]


def test_keys_are_recoded_and_an_unknown_one_is_named(village):
    table = "code;inwoners\n1;100\n2;50\n"
    recode = 'recode = { code = { "1" = "W1", "2" = "W2" } }\n'
    assert village.population(JOIN + recode, table) == [100, 50]
    with pytest.raises(DataError, match=r"column code: '3' in row 4 is not in recode\.code"):
        village.build(JOIN + recode, table + "3;1\n")


def test_rows_without_a_value_are_left_out_on_request(village):
    table = "code;inwoners;soort\nW1;100;a\nW1;;\nW2;50;b\n"
    assert village.population(JOIN + 'where_not_empty = "soort"\n', table) == [100, 50]
    assert village.population(JOIN + 'where_not_empty = ["soort", "inwoners"]\n', table) == [100, 50]
    with pytest.raises(DataError, match="where_not_empty: has no column 'leeg'"):
        village.build(JOIN + 'where_not_empty = "leeg"\n', table)


SUBAREAS = JOIN.replace("areas.tables", "subareas.tables")


def test_one_table_feeds_areas_and_subareas_with_the_same_people_who_cannot_be_located(village):
    layer = (
        '[layers.subareas]\nreader = "vector"\nfile = "areas.gpkg"\ncolumns = { subarea_id = "code", name = "naam" }\n'
    )
    lost = 'not_located = ["ZZ"]\n'
    table = "code;inwoners\nW1;100\nW2;50\nZZ;7\n"
    city = village.build(JOIN + lost + layer + SUBAREAS + lost, table)
    assert city.boundary["population"].tolist() == [157]
    with pytest.raises(DataError, match="157 there and 150 here; leave one out"):
        village.build(JOIN + lost + layer + SUBAREAS + 'where = { code = ["W1", "W2"] }\nnot_located = []\n', table)


CARE = """
[layers.childcare]
reader = "table-points"
file = "c.xlsx"
x = "x"
y = "y"
crs = "EPSG:31370"
date_format = "%d/%m/%Y"
"""


def test_true_dates_need_no_form_and_stand_beside_texts(village):
    made = openpyxl.Workbook()
    made.active.append(["location_id", "name", "kind", "places", "x", "y", "opens", "closes"])
    opens = [dt.date(2020, 9, 1), "15/03/2021", None]
    closes = [dt.datetime.fromisoformat("9999-12-31"), "-", dt.datetime.fromisoformat("2024-05-06T13:00")]
    for place, days in enumerate(zip(opens, closes, strict=True)):
        made.active.append([f"c{place}", f"Nest {place}", "group", 9, X + 9 * place, Y + 9, *days])
    made.save(village.folder / "c.xlsx")
    childcare = village.build(CARE).childcare
    assert childcare["opens"].fillna("").tolist() == ["2020-09-01", "2021-03-15", ""]
    assert childcare["closes"].fillna("").tolist() == ["9999-12-31", "", "2024-05-06"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-09-01", "2020-09-01"),
        ("2020-09-01T23:30:00+02:00", "2020-09-01"),
        ("2020-09-01T00:30:00+02:00", "2020-09-01"),
        ("2020/09/01 00:00:00+00", "2020-09-01"),
        ("20200901", "2020-09-01"),
        ("2020-09-01T12:00:00Z", "2020-09-01"),
    ],
)
def test_a_date_stays_the_date_that_the_file_writes(village, text, day):
    care = CARE.replace("c.xlsx", "c.csv").replace('date_format = "%d/%m/%Y"\n', "")
    rows = f"location_id;name;kind;places;x;y;opens\nc1;Nest;group;9;{X};{Y};{text}\nc2;Ei;group;9;{X};{Y};2021-01-01\n"
    assert village.build(care, rows, "c.csv").childcare["opens"].tolist() == [day, "2021-01-01"]
    for bad in ("gisteren", "2020", "01/09/2020", "2020-13-01", "44075"):
        with pytest.raises(DataError, match=f"row 2 has '{bad}', which is not a date in the form YYYY-MM-DD"):
            village.build(care, rows.replace(text, bad), "c.csv")


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [("%Y", "2020", "2020-12-31"), ("%m/%Y", "02/2020", "2020-02-29"), ("%d/%m/%Y", "03/02/2020", "2020-02-03")],
)
def test_a_date_known_to_the_year_or_the_month_is_its_last_day(village, form, text, day):
    care = CARE.replace("c.xlsx", "c.csv").replace("%d/%m/%Y", form)
    rows = f"location_id;name;kind;places;x;y;opens\nc1;Nest;group;9;{X};{Y};{text}\n"
    assert village.build(care, rows, "c.csv").childcare["opens"].tolist() == [day]


PLACES = '\n[[layers.amenities]]\nreader = "table-points"\nfile = "c.csv"\nx = "x"\ny = "y"\ncrs = "EPSG:31370"\n'
ROWS = f"amenity_id;category;x;y\na1;library;{X};{Y}\na2;shop=bakery;{X};{Y}\n"


@pytest.mark.parametrize(
    ("said", "covers"),
    [
        ("", ("library", "shop=bakery")),  # what it names
        ('covers = ["library", "pharmacy"]\n', ("library", "pharmacy")),
        ("covers = []\n", ()),
        ('covers = ["*"]\n', ("*",)),
    ],
)
def test_a_pack_knows_which_kinds_of_place_its_source_covers(village, said, covers):
    assert village.build(PLACES + said, ROWS, "c.csv").info.layers["amenities"].covers == covers


def test_only_amenities_cover_kinds_of_place(village):
    with pytest.raises(DataError, match="covers may be said of amenities, not of childcare"):
        village.build(CARE + 'covers = ["*"]\n')


def test_one_location_under_two_ids_is_told_by_the_build_and_the_check(village):
    care = CARE.replace("c.xlsx", "c.csv").replace("%d/%m/%Y", "%Y-%m-%d")
    head = "location_id;name;kind;places;x;y;opens;closes\n"
    rows = [
        f"c1;De Beer;group;9;{X};{Y};;",
        f"c2;DE  beer;group;9;{X + 0.5};{Y};;",
        f"c3;De Beer;group;9;{X + 90};{Y};;",
    ]
    village.build(care, head + "\n".join(rows) + "\n", "c.csv")
    text = "1 pairs of locations have one name and one place, under two ids: c1 and c2 (De Beer)"
    assert village.said(text) == ["warning"]
    assert [item.level for item in check_pack(village.folder / "pack") if text in item.message] == ["warning"]
    rows = [f"c1;De Beer;group;9;{X};{Y};;2023-01-01", f"c2;De Beer;group;9;{X};{Y};2023-01-01;"]
    village.build(care, head + "\n".join(rows) + "\n", "c.csv")
    assert village.said("under two ids") == []


@pytest.mark.parametrize(("column", "level"), [("jaar", ["warning"]), ("Peiljaar", ["warning"]), ("geboortejaar", [])])
def test_rows_of_several_years_that_are_added_up_are_told(village, column, level):
    table = f"code;{column};inwoners\nW1;2023;10\nW1;2024;11\nW2;2023;20\nW2;2024;23\n"
    assert village.population(JOIN + "sum = true\n", table) == [21, 43]
    assert village.said("2 years are added up") == level
    assert [one.level for one in check_pack(village.folder / "pack") if "years are added up" in one.message] == level
    village.population(JOIN + f'sum = true\nwhere = {{ {column} = "2024" }}\n', table)
    assert village.said("years are added up") == []


def test_rows_that_are_in_a_table_twice_are_told_by_the_build_and_the_check(village):
    table = "code;geslacht;inwoners\nW1;M;490\nW1;V;510\nW1;M;490\nW2;M;1\n"
    assert village.population(JOIN + "sum = true\n", table) == [1490, 1]
    text = "1 rows are the same as one above in every column, and are added up again (row 4)"
    assert village.said(text) == ["warning"]
    assert [one.level for one in check_pack(village.folder / "pack") if text in one.message] == ["warning"]


@pytest.mark.parametrize("column", ["kwartaal", "datum", "toestandsdatum", "maand"])
def test_rows_of_several_moments_that_are_added_up_are_told(village, column):
    table = f"code;{column};inwoners\nW1;2024-01;10\nW1;2024-04;11\nW2;2024-01;20\n"
    village.population(JOIN + "sum = true\n", table)
    assert village.said("2 years are added up") == ["warning"]
