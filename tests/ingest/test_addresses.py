"""Addresses by a recipe: from OpenStreetMap, vector files and tables; dirty rows counted, every number once."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from pyproj import Transformer
from shapely.geometry import Point, box

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.addresses import house_numbers, tidy_addresses
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.services import write_osm
from kortrijk_geo.pack.city import open_city
from kortrijk_geo.pack.layers import DUTCH_NAMES, LAYERS
from kortrijk_geo.pack.validation import validate

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
"""
BEST = """
[layers.addresses]
reader = "table-points"
file = "best.csv"
x = "EPSG:31370_x"
y = "EPSG:31370_y"
crs = "EPSG:31370"
where = { municipality_id = "34022" }
[layers.addresses.columns]
address_id = "address_id"
street = "streetname_nl"
house_number = "house_number"
postcode = "postcode"
municipality = "municipality_name_nl"
"""


@pytest.fixture
def build(tmp_path):
    """Build a village of one square kilometre by a table of addresses; return the findings about them and the city."""
    files = tmp_path / "files"
    files.mkdir()
    village = gpd.GeoDataFrame(
        {"area_id": ["01"], "name": ["Dorp"]}, geometry=[box(X, Y, X + 1000, Y + 1000)], crs="EPSG:31370"
    )
    village.to_file(files / "areas.gpkg")

    def built(recipe):
        (tmp_path / "dorp.toml").write_text(HEAD + recipe, encoding="utf-8")
        report = build_pack(tmp_path / "dorp.toml", files, tmp_path / "pack")
        assert [finding for finding in check_pack(tmp_path / "pack") if finding.level == "error"] == []
        said = {item.message: item.count for item in report.findings if item.layer == "addresses"}
        return said, open_city(tmp_path / "pack")

    built.files = files
    return built


def addresses(*rows, **columns):
    """Rows of (id, x, y, street, number, postcode)."""
    ids, x, y, street, number, postcode = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"address_id": ids, "street": street, "house_number": number, "postcode": postcode, **columns},
        geometry=gpd.points_from_xy([X + one for one in x], [Y + one for one in y]),
        crs="EPSG:31370",
    )


def tidied(*rows, **columns):
    findings = Findings()
    found = tidy_addresses(addresses(*rows, **columns), findings)
    return found, [(item.level, item.message, item.count) for item in findings.items]


def test_the_contract_has_a_street_and_a_number_for_every_row():
    assert DUTCH_NAMES["addresses"] == "adressen"
    assert LAYERS["addresses"].key == "address_id"
    good = addresses(("a1", 0, 0, "Markt", "1", None))
    assert validate("addresses", good, crs="EPSG:31370", origin="here")["postcode"].isna().all()
    assert len(validate("addresses", good.drop(columns="postcode"), crs="EPSG:31370", origin="here")) == 1
    for column in ("street", "house_number"):
        with pytest.raises(DataError, match=f"{column} is missing"):
            validate("addresses", good.drop(columns=column), crs="EPSG:31370", origin="here")
        with pytest.raises(DataError, match=f"column {column}: an empty value in row 0"):
            validate("addresses", good.assign(**{column: [None]}), crs="EPSG:31370", origin="here")
    with pytest.raises(DataError, match="is not a point"):
        validate("addresses", good.set_geometry(good.buffer(5)), crs="EPSG:31370", origin="here")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("12", ["12"]),
        ("12;14", ["12", "14"]),
        ("12, 14 ;16", ["12", "14", "16"]),
        ("12-14", ["12-14"]),
        ("12;12", ["12"]),
        (";", []),
        ("", []),
    ],
)
def test_several_numbers_are_taken_apart_and_ranges_are_not(text, numbers):
    assert house_numbers(text) == numbers


def test_every_number_of_a_row_gets_a_row_of_its_own():
    found, said = tidied(("n1", 0, 0, "Markt", "12;14", "8500"), ("n2", 50, 0, "Markt", "16-18", "8500"))
    assert list(zip(found["address_id"], found["house_number"], strict=True)) == [
        ("n1-1", "12"),
        ("n1-2", "14"),
        ("n2", "16-18"),
    ]
    assert found.geometry[0] == found.geometry[1]
    assert found.crs.to_epsg() == 31370
    assert said == [("info", "1 rows hold several house numbers: taken apart into 2", 1)]


def test_an_id_that_is_made_never_takes_that_of_another_row():
    found, _ = tidied(("a", 0, 0, "Markt", "1;2", "8500"), ("a-1", 50, 0, "Markt", "3", "8500"))
    assert found["address_id"].is_unique
    assert found.loc[found["house_number"] == "3", "address_id"].item() == "a-1"


def test_rows_that_cannot_be_found_by_address_are_counted_and_named():
    found, said = tidied(
        ("n1", 0, 0, None, "1", None),
        ("n2", 20, 0, "Markt", None, None),
        ("n3", 40, 0, "Markt", "s/n", None),
        ("n4", 60, 0, None, None, None),
        ("n5", 80, 0, "Markt", "5", None),
    )
    assert found["address_id"].tolist() == ["n5"]
    text = "4 rows cannot be found by address, left out: 2 without a street, 2 without a house number (n1, n2, n3, n4)"
    assert said == [("warning", text, 4)]


def test_the_same_address_within_ten_metres_is_kept_once():
    found, said = tidied(
        ("n1", 0, 0, "Markt", "1a", "8500"),
        ("n2", 9, 0, "MARKT", "1A", "8500"),
        ("n3", 11, 0, "Markt", "1a", "8500"),
        ("n4", 12, 0, "Markt", "1a", "8500"),
        ("n5", 0, 0, "Markt", "1a", "8501"),
        ("n6", 0, 0, "Markt", "1b", "8500"),
        ("n7", 0, 0, "Kerkstraat", "1a", "8500"),
    )
    assert found["address_id"].tolist() == ["n1", "n3", "n5", "n6", "n7"]
    assert said == [("info", "2 rows repeat street, number and postcode of another within 10 m: left out", 2)]


def test_an_unknown_postcode_is_no_other_postcode_and_the_row_that_knows_it_stays():
    found, _ = tidied(("n1", 0, 0, "Markt", "1", None), ("n2", 3, 0, "Markt", "1", "8500"))
    assert found[["address_id", "postcode"]].to_numpy().tolist() == [["n2", "8500"]]
    without = addresses(("n1", 0, 0, "Markt", "1", None), ("n2", 3, 0, "Markt", "1", None)).drop(columns="postcode")
    assert tidy_addresses(without, Findings())["address_id"].tolist() == ["n1"]


def test_a_loose_separator_is_no_part_of_the_number():
    found, said = tidied(("n1", 0, 0, "Markt", "12;", None))
    assert found[["address_id", "house_number"]].to_numpy().tolist() == [["n1", "12"]]
    assert said == []


@pytest.mark.parametrize("number", [None, "s/n"])
def test_no_row_may_be_left(number):
    found, said = tidied(("n1", 0, 0, "Markt", number, None), ("n2", 20, 0, "Markt", number, None))
    assert found.empty
    assert said[0][2] == 2


def test_other_columns_stay():
    found, _ = tidied(("n1", 0, 0, "Markt", "1;3", None), status=["current"])
    assert found["status"].tolist() == ["current", "current"]


def test_openstreetmap_gives_addresses_of_nodes_and_buildings(build):
    lonlat = Transformer.from_crs("EPSG:31370", "EPSG:4326", always_xy=True)

    def node(number, x, y, **tags):
        lon, lat = lonlat.transform(X + x, Y + y)
        tags = {f"addr:{key}": value for key, value in tags.items()}
        return {"type": "node", "id": number, "lon": lon, "lat": lat, "tags": tags}

    corners = [node(10 + at, x, y) for at, (x, y) in enumerate(((400, 400), (420, 400), (420, 420), (400, 420)))]
    house = {
        "type": "way", "id": 1, "nodes": [10, 11, 12, 13, 10],
        "tags": {"building": "house", "addr:place": "Gehucht", "addr:housenumber": "7"},
    }  # fmt: skip
    write_osm(
        [
            node(1, 10, 10, street="Markt", housenumber="1;3", postcode="8500", city="Kortrijk"),
            node(2, 30, 10, street="Markt", housenumber="5-7"),
            node(3, 50, 10, housenumber="9"),
            node(4, -5000, 10, street="Markt", housenumber="11"),
            *corners,
            house,
        ],
        build.files / "dorp.osm.pbf",
    )
    said, city = build('[layers.addresses]\nreader = "osm"\nfile = "dorp.osm.pbf"\n')
    columns = ["address_id", "street", "house_number", "postcode", "municipality"]
    found = city.addresses[columns].astype(object).where(city.addresses[columns].notna(), None)
    assert found.to_numpy().tolist() == [
        ["n1-1", "Markt", "1", "8500", "Kortrijk"],
        ["n1-2", "Markt", "3", "8500", "Kortrijk"],
        ["n2", "Markt", "5-7", None, None],
        ["w1", "Gehucht", "7", None, None],
    ]
    assert city.addresses.geometry[3].within(box(X + 400, Y + 400, X + 420, Y + 420))
    assert "dorp.osm.pbf: 1 lie outside the study area and its buffer: left out" in said
    assert said["1 rows cannot be found by address, left out: 1 without a street, 0 without a house number (n3)"] == 1
    assert set(city.info.layers["addresses"].notes) == set(said)


def test_an_extract_without_one_whole_address_leaves_the_layer_out(build):
    lon, lat = Transformer.from_crs("EPSG:31370", "EPSG:4326", always_xy=True).transform(X + 5, Y + 5)
    node = {"type": "node", "id": 1, "lon": lon, "lat": lat, "tags": {"addr:housenumber": "9"}}
    write_osm([node], build.files / "dorp.osm.pbf")
    said, city = build('[layers.addresses]\nreader = "osm"\nfile = "dorp.osm.pbf"\n')
    assert not city.has("addresses")
    assert any("1 without a street" in text for text in said)


def test_the_register_has_a_row_per_box_and_is_read_by_its_lambert_columns(build):
    (build.files / "best.csv").write_text(
        "EPSG:31370_x,EPSG:31370_y,address_id,box_number,house_number,municipality_id,municipality_name_nl,postcode,streetname_nl\n"
        f"{X + 100}.5,{Y + 100}.25,11,0101,12,34022,Kortrijk,8500,Grote Markt\n"
        f"{X + 100}.5,{Y + 100}.25,12,0102,12,34022,Kortrijk,8500,Grote Markt\n"
        f"{X + 130}.0,{Y + 100}.0,13,,14A,34022,Kortrijk,8500,Grote Markt\n"
        f"{X + 160}.0,{Y + 100}.0,14,,,34022,Kortrijk,8500,Grote Markt\n"
        f"{X + 5000}.0,{Y + 100}.0,15,,1,34022,Kortrijk,8500,Ver weg\n"
        f"{X + 190}.0,{Y + 100}.0,16,,1,34023,Kuurne,8520,Kerkstraat\n",
        encoding="utf-8",
    )
    said, city = build(BEST)
    assert city.addresses.drop(columns="geometry").to_numpy().tolist() == [
        ["11", "Grote Markt", "12", "8500", "Kortrijk"],
        ["13", "Grote Markt", "14A", "8500", "Kortrijk"],
    ]
    assert city.addresses.geometry[0] == Point(X + 100.5, Y + 100.25)
    assert said["1 rows repeat street, number and postcode of another within 10 m: left out"] == 1
    assert said["1 rows cannot be found by address, left out: 0 without a street, 1 without a house number (14)"] == 1
    assert said["best.csv: 1 features outside the study area and its buffer left out"] == 1


def test_a_workbook_whose_numbers_are_numbers(build):
    rows = {"straat": ["Markt", "Markt"], "nr": [1.0, 3.0], "pc": [8500, 8500], "x": [X + 1, X + 30], "y": [Y, Y]}
    pd.DataFrame(rows).to_excel(build.files / "adressen.xlsx", index=False)
    _, city = build(
        '[layers.addresses]\nreader = "table-points"\nfile = "adressen.xlsx"\nx = "x"\ny = "y"\ncrs = "EPSG:31370"\n'
        'ids_from_rows = true\ncolumns = { street = "straat", house_number = "nr", postcode = "pc" }\n'
        'values = { municipality = "Kortrijk" }\n'
    )
    assert city.addresses.drop(columns="geometry").to_numpy().tolist() == [
        ["2", "Markt", "1", "8500", "Kortrijk"],
        ["3", "Markt", "3", "8500", "Kortrijk"],
    ]


def test_a_vector_file_in_degrees(build):
    frame = addresses(("crab.1", 10, 10, "Markt", "1", "8500"), ("crab.2", 40, 10, "Markt", "2,4", "8500"))
    frame.rename(columns={"street": "STRAATNM", "house_number": "HNR"}).to_crs(4326).to_file(
        build.files / "crab.geojson"
    )
    said, city = build(
        '[layers.addresses]\nreader = "vector"\nfile = "crab.geojson"\n'
        'columns = { address_id = "address_id", street = "STRAATNM", house_number = "HNR", postcode = "postcode" }\n'
    )
    assert city.addresses["house_number"].tolist() == ["1", "2", "4"]
    assert city.addresses.geometry[0].distance(Point(X + 10, Y + 10)) < 0.01
    assert said == {"1 rows hold several house numbers: taken apart into 2": 1}


def test_a_table_without_numbers_is_refused_by_name(build):
    (build.files / "best.csv").write_text("x,y,address_id,street\n72010,168010,1,Markt\n", encoding="utf-8")
    recipe = '[layers.addresses]\nreader = "table-points"\nfile = "best.csv"\nx = "x"\ny = "y"\ncrs = "EPSG:31370"\n'
    with pytest.raises(DataError, match=r"layer addresses needs house_number; name them in columns"):
        build(recipe)
