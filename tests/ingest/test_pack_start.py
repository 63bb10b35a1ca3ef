"""A new user begins a recipe from a folder of files, builds it, and the figures of the pack are those of the files."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely

from kortrijk_geo.errors import DataError, OutputError
from kortrijk_geo.ingest.aliases import ages_of, choose_count, load_aliases
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.ingest.reference import BEGIN, END, columns_text
from kortrijk_geo.ingest.starting import start_recipe
from kortrijk_geo.pack.layers import LAYERS

LEFT, LOW, SIDE = 72_000, 167_000, 500
WIJKEN = {"W1": "Centrum", "W2": "Station", "W3": "Noord", "W4": "Heide"}
CRECHES = (("De Kabouters", 24), ("Zonnestraal", 18), ('\'t "Nestje"', 8))
CHILDREN = "Wijk;0 jaar;1 jaar;2 jaar\nCentrum;10;12;9\nStation;8;-;7\nNoord;5;6;4\nHeide;11;9;10\n"


def write_wijken(folder: Path) -> None:
    corners = [(LEFT + column * SIDE, LOW + row * SIDE) for row in (0, 1) for column in (0, 1)]
    boxes = [shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners]
    frame = gpd.GeoDataFrame({"wijkcode": list(WIJKEN), "wijknaam": list(WIJKEN.values())}, geometry=boxes, crs=31370)
    frame.to_file(folder / "wijken.gpkg", layer="wijken")


def write_creches(folder: Path, *, placed: bool) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Kinderopvang 2025"])
    sheet.append([])
    sheet.append(["Naam opvang", "Straat", "Huisnummer", "Postcode", "Vergunde plaatsen", *(["X", "Y"] * placed)])
    for number, (name, places) in enumerate(CRECHES, 1):
        sheet.append([name, "Dorp", number, 8500, places, *([LEFT + 100 * number, LOW + 100 * number] * placed)])
    book.save(folder / "creches.xlsx")


def write_extract(folder: Path) -> None:
    """Write an extract of OpenStreetMap: one street and one house with two dwellings in each wijk."""
    places = [
        (LEFT + column * SIDE + 250, LOW + row * SIDE + 250) for row in (0, 1) for column in (0, 1)
    ]  # the middle of each wijk
    nodes: list[tuple[float, float]] = []
    ways: list[tuple[list[int], dict[str, str]]] = []
    for number, (x, y) in enumerate(places, 1):
        first = len(nodes) + 1
        nodes += [(x, y), (x + 10, y), (x + 10, y + 10), (x, y + 10), (x - 50, y - 20), (x + 50, y - 20)]
        house = {"building": "house", "building:flats": "2", "addr:street": "Dorp", "addr:housenumber": str(number)}
        ways.append(([first, first + 1, first + 2, first + 3, first], house))
        ways.append(([first + 4, first + 5], {"highway": "residential", "name": "Dorp"}))
    degrees = gpd.GeoSeries([shapely.Point(place) for place in nodes], crs=31370).to_crs(4326)
    lines = ['<osm version="0.6">']
    lines += [
        f'<node id="{n}" lat="{point.y:.7f}" lon="{point.x:.7f}" version="1"/>' for n, point in enumerate(degrees, 1)
    ]
    for number, (refs, tags) in enumerate(ways, 1):
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        inner += "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        lines.append(f'<way id="{number}" version="1">{inner}</way>')
    (folder / "dorp.osm").write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "dorp"
    made.mkdir()
    write_wijken(made)
    (made / "kinderen.csv").write_text(CHILDREN, encoding="utf-8")
    return made


def test_a_folder_becomes_a_pack_in_two_commands(folder, tmp_path):
    write_creches(folder, placed=True)
    write_extract(folder)
    started = start_recipe(folder, tmp_path / "dorp.toml")
    build_pack(started.path, folder, tmp_path / "pack")
    assert not [one for one in check_pack(tmp_path / "pack") if one.level == "error"]
    layers = {name: gpd.read_file(tmp_path / "pack/city.gpkg", layer=name) for name in ("areas", "childcare", "homes")}
    children = layers["areas"].set_index("area_id")["children_0_2"]
    assert children.drop("W2").to_dict() == {"W1": 31, "W3": 15, "W4": 30}
    assert children.isna()["W2"], "one of its ages is a dash"
    places = layers["childcare"].set_index("name")["places"].to_dict()
    assert places == dict(CRECHES)
    assert layers["homes"]["dwellings"].sum() == 8
    assert {one.file for one in started.remarks if one.verdict == "taken"} == {
        "wijken.gpkg", "kinderen.csv", "creches.xlsx", "dorp.osm",
    }  # fmt: skip
    doubts = [one.message for one in started.remarks if one.verdict == "in doubt"]
    assert any("not_located = []" in text and "unknown, as it is in 1 of the areas" in text for text in doubts)
    assert any("family day care" in text for text in doubts)


def test_creches_by_address_are_placed_or_are_told(folder, tmp_path):
    write_creches(folder, placed=False)
    started = start_recipe(folder, tmp_path / "dorp.toml")
    build_pack(started.path, folder, tmp_path / "pack")
    assert 'street = "Straat"' in started.text
    assert 'postcode = "Postcode"' in started.text
    (creches,) = {one.verdict for one in started.remarks if one.file == "creches.xlsx"}
    assert creches == "in doubt", "there are no addresses in this folder to find them by"


def test_creches_by_address_stand_at_their_house_where_the_folder_has_addresses(folder, tmp_path):
    write_creches(folder, placed=False)
    write_extract(folder)
    started = start_recipe(folder, tmp_path / "dorp.toml")
    build_pack(started.path, folder, tmp_path / "pack")
    creches = gpd.read_file(tmp_path / "pack/city.gpkg", layer="childcare").set_index("name")
    assert creches["places"].to_dict() == dict(CRECHES)
    for column, (name, _) in enumerate(CRECHES[:2]):
        assert creches.geometry[name].distance(shapely.Point(LEFT + column * SIDE + 255, LOW + 255)) < 10
    assert ("creches.xlsx", "taken") in {(one.file, one.verdict) for one in started.remarks}


def test_what_is_doubtful_is_a_comment_with_the_alternatives(folder, tmp_path):
    rows = "wijknummer;Inwoners 2023;Inwoners 2024;aantal huishoudens\nW1;1;2;1\nW2;3;4;1\nW3;5;6;2\nW4;7;8;3\n"
    rows += "Totaal;16;20;7\n"
    (folder / "bevolking.csv").write_text(rows, encoding="utf-8")
    started = start_recipe(folder, tmp_path / "dorp.toml")
    build_pack(started.path, folder, tmp_path / "pack")
    areas = gpd.read_file(tmp_path / "pack/city.gpkg", layer="areas")
    assert areas["households_private"].tolist() == [1, 1, 2, 3]
    assert "population" not in areas or areas["population"].isna().all()
    assert '# columns.population = "Inwoners 2023"' in started.text
    assert '# columns.population = "Inwoners 2024"' in started.text
    assert "without_totals = true" in started.text
    assert "(households_private 7)" in started.text


def test_a_recipe_that_exists_is_never_written_over(folder, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text("# mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"mine\.toml exists already and is not written over"):
        start_recipe(folder, mine)
    assert mine.read_text(encoding="utf-8") == "# mine"


def test_a_folder_without_areas_is_refused_and_nothing_is_written(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/kinderen.csv").write_text(CHILDREN, encoding="utf-8")
    with pytest.raises(DataError, match="no file holds polygons of areas"):
        start_recipe(tmp_path / "raw", tmp_path / "dorp.toml")
    assert not (tmp_path / "dorp.toml").exists()


@pytest.mark.parametrize(
    ("columns", "taken"),
    [
        (["0 jaar", "1 jaar", "2 jaar", "3 jaar"], ("0 jaar", "1 jaar", "2 jaar")),
        (["0 jaar", "2 jaar"], None),
        (["0 tot 3 jaar"], None),
        (["Kinderen 0-2 (2025)", "0 jaar", "1 jaar", "2 jaar"], "Kinderen 0-2 (2025)"),
        (["Huishoudens met kinderen 0-2"], None),
    ],
)
def test_children_are_one_column_or_three_ages_that_follow_on_each_other(columns, taken):
    assert choose_count(columns, load_aliases().of_column("areas", "children_0_2"), "children_0_2").taken == taken


def test_ages_up_to_are_not_read_as_including():
    assert ages_of("0 tot en met 2 jaar") == (0, 2)
    assert ages_of("0 tot 2 jaar") is None


def test_each_column_of_the_contract_has_a_dutch_name():
    nameless = [
        f"{layer}.{column}"
        for layer, spec in LAYERS.items()
        for column in spec.columns
        if len(load_aliases().of_column(layer, column)) < 2
    ]
    assert not nameless


def test_the_manual_has_the_layers_and_columns_of_the_contract():
    manual = (Path(__file__).parents[2] / "data/recipes/README.md").read_text(encoding="utf-8")
    assert manual.partition(BEGIN)[2].partition(END)[0].strip() == columns_text()
