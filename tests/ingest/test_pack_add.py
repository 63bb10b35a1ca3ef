"""A planner adds the city's own tables to a pack: a new pack beside the old, made again byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from added_town import (
    CHILDREN,
    CRECHES,
    DATED,
    DWELLINGS,
    SIDE,
    WIJKEN,
    cells,
    files_of,
    findings_of,
    frame,
    refused,
    write_book,
    write_town,
)  # fmt: skip
from address_list import X, Y, house_points, place_of
from tiny_city import write_codes

from kortrijk_geo.errors import MissingFileError
from kortrijk_geo.ingest.adding import again
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.pack.city import City


@pytest.fixture
def city(tmp_path) -> City:
    return write_town(tmp_path / "stad")


@pytest.fixture
def book(tmp_path):
    return lambda rows, name="bestand.xlsx": write_book(tmp_path / name, rows)


def test_creches_by_address_become_a_layer_of_a_new_pack(city, book):
    before = files_of(city.folder)
    new = city.add("childcare", book(CRECHES), **DATED)
    assert new.folder == city.folder.with_name("stad-childcare")
    assert files_of(city.folder) == before
    placed = new.childcare.set_index("name")
    assert placed.geometry["Bij"] == place_of("Meensesteenweg 12, 8500 Kortrijk")
    assert placed.geometry["Mier"] == place_of("Kerkstraat 1, 8501 Kortrijk")
    assert placed["places"].tolist() == [21, 14, 8]
    assert placed["kind"].tolist() == ["group", "group", "family"]
    assert new.digest != city.digest
    assert {name: new.info.recorded[name] for name in city.info.layers} == city.info.recorded
    record = new.info.layers["childcare"]
    assert (record.source, record.reference_date, record.licence) == ("de stad", "2025-01-01", "CC0")
    assert new.verified
    assert not [finding for finding in check_pack(new.folder) if finding.level == "error"]


def test_children_by_wijk_change_the_areas_the_homes_and_the_city(city, book):
    new = city.add("children", book(CHILDREN), **DATED)
    assert new.areas["children_0_2"].tolist() == [10, 20, 30, 40]
    assert new.boundary["children_0_2"].tolist() == [100]
    assert new.homes.groupby("area_id")["children_0_2"].sum().tolist() == [10, 20, 30, 40]
    # A home of three dwellings gets three times the children of one with one: due are 15/4 and 45/4.
    assert new.homes.loc[new.homes["area_id"] == "34022W10", "children_0_2"].tolist() == [4, 11, 4, 11]
    assert new.info.layers["areas"].source == "proef; de stad (2025-01-01)"
    assert new.info.recorded["addresses"] == city.info.recorded["addresses"]


def test_what_was_counted_of_the_old_figures_is_unknown(tmp_path, book):
    known = {"subareas": [5.0] * 8, "districts": [40.0]}
    towns = write_town(tmp_path / "eerst")
    subareas = towns.subareas.assign(children_0_2=known["subareas"])
    district = frame([towns.boundary.geometry.iloc[0]], district_id=["D"], name=["Deel"], children_0_2=[40.0])
    areas = towns.areas.assign(children_0_2=[10.0] * 4)
    city = write_town(tmp_path / "stad", subareas=subareas, districts=district, areas=areas)
    rows = [CHILDREN[0], *((code, name, 10 if n else 25) for n, (code, name) in enumerate(WIJKEN.items()))]
    new = city.add("children", book(rows), **DATED)
    assert new.subareas["children_0_2"].isna().tolist() == [True] * 2 + [False] * 6
    assert new.districts["children_0_2"].isna().all()
    said = findings_of(city, "children", book(rows), **DATED)
    assert said["added_unknown_elsewhere"].startswith("aantal kinderen van 0 tot 2 jaar van ")


def test_an_unknown_wijk_stays_unknown_and_the_city_keeps_its_figure(tmp_path, book):
    city = write_town(tmp_path / "stad")
    city = write_town(tmp_path / "met", boundary=city.boundary.assign(children_0_2=90.0))
    file = book([*CHILDREN[:3], (CHILDREN[3][0], CHILDREN[3][1], None)])
    new = city.add("children", file, **DATED)
    np.testing.assert_array_equal(new.areas["children_0_2"], [10, 20, np.nan, np.nan])
    assert new.homes.loc[new.homes["area_id"] == "34022W10", "children_0_2"].isna().all()
    assert new.boundary["children_0_2"].tolist() == [90]
    said = findings_of(city, "children", file, **DATED)
    assert (
        said["added_city_stays"]
        == "aantal kinderen van 0 tot 2 jaar van de stad blijft 90: niet alle wijken zijn bekend"
    )
    assert "Kortrijk Oost, Kortrijk West" in said["count_unknown_in_areas"]


def test_a_city_with_fewer_than_its_known_wijken_is_unknown(tmp_path, book):
    city = write_town(tmp_path / "eerst")
    city = write_town(tmp_path / "stad", boundary=city.boundary.assign(children_0_2=25.0))
    new = city.add("children", book(CHILDREN[:3]), **DATED)
    assert new.boundary["children_0_2"].isna().all()


def test_a_table_by_sector_is_added_up_to_its_wijken(city, book):
    rows = [("Sectorcode", "0 jaar", "1 jaar", "2 jaar"), *((f"34022A{n:02d}-", 1, 2, n) for n in range(8))]
    new = city.add("children", book(rows), **DATED)
    assert new.subareas["children_0_2"].tolist() == [3 + n for n in range(8)]
    assert new.areas["children_0_2"].tolist() == [7, 11, 15, 19]
    assert new.boundary["children_0_2"].tolist() == [52]


def test_social_dwellings_by_name_of_the_wijk(city, book):
    new = city.add("social_dwellings", book(DWELLINGS), **DATED)
    assert new.areas["social_dwellings"].tolist() == [5, 10, 15, 20]


def test_old_letters_are_read_as_the_codes_of_today_and_told(city, book):
    old = {"34022W08": "34022WM", "34022W09": "34022WD", "34022W10": "34022WE", "34022W11": "34022WN"}
    rows = [(old[code], name, count) for code, name, count in CHILDREN[1:]]
    file = book([CHILDREN[0], *rows, ("Totaal", "", 100)])
    new = city.add("children", file, columns={"wijkcode": "Wijkcode"}, **DATED)
    assert new.areas["children_0_2"].tolist() == [10, 20, 30, 40]
    said = findings_of(city, "children", file, columns={"wijkcode": "Wijkcode"}, **DATED)
    assert "4 wijkcodes van vóór 2025" in said["added_old_codes"]
    assert "34022WM = 34022W08 (Kortrijk Centrum)" in said["added_old_codes"]
    assert "otaal" not in said["added_old_codes"]


def test_a_row_with_the_total_is_left_out_and_is_the_total_of_the_city(city, book):
    file = book([*CHILDREN, ("onbekend", "", 7), ("Totaal", "", 107)])
    new = city.add("children", file, **DATED)
    assert new.areas["children_0_2"].sum() == 100
    assert new.boundary["children_0_2"].tolist() == [107]


def test_trees_by_coordinates_and_sites_as_polygons(city, book, tmp_path):
    trees = book([("boomnummer", "X", "Y", "hoogte"), *((f"b{n}", X + 10 * n, Y + 20, 6 + n) for n in range(1, 4))])
    new = city.add("trees", trees, inventory=True, **DATED)
    assert new.info.layers["trees"].inventory
    assert new.trees["height_m"].tolist() == [7, 8, 9]
    assert new.trees.geometry.iloc[0].equals(shapely.Point(X + 10, Y + 20))
    shapes = frame([shapely.box(X + 5, Y + 5, X + 25, Y + 25)], naam=["Loods"], gebouwnummer=["7"], functie=["opslag"])
    shapes.to_file(tmp_path / "patrimonium.gpkg")
    sites = new.add("sites", tmp_path / "patrimonium.gpkg", **DATED).city_sites
    assert sites[["site_id", "name", "use"]].to_numpy().tolist() == [["7", "Loods", "opslag"]]
    assert sites.geometry.area.tolist() == [400]


def test_sites_of_the_city_by_address(city, book):
    rows = [
        ("nummer", "naam gebouw", "straat", "huisnummer", "postcode"),
        ("1", "Stadhuis", "Grote Markt", "54", "8500"),
    ]
    new = city.add("sites", book(rows), **DATED)
    assert new.city_sites.geometry.iloc[0] == place_of("Grote Markt 54, 8500 Kortrijk")


def test_amenities_replace_those_of_their_category_only(tmp_path, book):
    places = frame([shapely.Point(X + 10 * n, Y + 10) for n in range(1, 4)], amenity_id=["2", "o2", "o3"],
                   category=["shop=supermarket", "library_culture", "library_culture"], tags=["{}"] * 3)  # fmt: skip
    city = write_town(tmp_path / "stad", amenities=places)
    file = book([("categorie", "naam", "x", "y"), ("library_culture", "Bib", X + 20, Y + 20)])
    new = city.add("amenities", file, **DATED)
    assert new.amenities["category"].tolist() == ["shop=supermarket", "library_culture"]
    assert new.amenities["name"].tolist()[1] == "Bib"
    assert new.amenities["amenity_id"].is_unique
    assert json.loads(new.amenities["tags"].iloc[1]) == {}
    assert new.info.layers["amenities"].covers == ("library_culture",)


def test_parcels_of_a_map_with_dutch_owners(city, tmp_path):
    frame(cells(), CaPaKey=[f"p{n}" for n in range(4)], eigenaar=["stad", "privé", "stad", "bedrijf"]).to_file(
        tmp_path / "percelen.shp"
    )
    new = city.add("parcels", tmp_path / "percelen.shp", **DATED)
    assert new.parcels["owner"].tolist() == ["public", "private", "public", "company"]
    assert {Path(name).suffix for name in new.info.added[0].files} == {".shp", ".dbf", ".shx", ".prj", ".cpg"}
    made = again(new.folder, city.folder, tmp_path, tmp_path / "opnieuw")
    assert files_of(made.folder) == files_of(new.folder)


def test_land_cover_by_its_legend(city, tmp_path):
    codes = np.full((40, 40), 8, dtype="uint8")
    codes[:20] = 3
    write_codes(tmp_path / "kaart.tif", codes, pixel_m=10.0)
    moved = tmp_path / "bbk.tif"
    _put(tmp_path / "kaart.tif", moved)
    assert "--legend bbk" in refused(city.add, "land_cover", _put(tmp_path / "kaart.tif", tmp_path / "bodem.tif"))
    new = city.add("land_cover", moved, **DATED)
    assert new.rasters == ("land_cover",)
    assert new.info.rasters["land_cover"].source == "de stad"
    made = again(new.folder, city.folder, tmp_path, tmp_path / "opnieuw")
    assert files_of(made.folder) == files_of(new.folder)


def test_a_map_of_what_is_sealed_is_composed_with_the_layers_of_the_pack(city, tmp_path):
    codes = np.zeros((40, 40), dtype="uint8")
    codes[:20] = 1
    write_codes(tmp_path / "kaart.tif", codes, pixel_m=10.0)
    new = city.add("land_cover", _put(tmp_path / "kaart.tif", tmp_path / "jaarbak_2024.tif"), **DATED)
    assert new.info.rasters["land_cover"].source == "de stad"
    made = again(new.folder, city.folder, tmp_path, tmp_path / "opnieuw")
    assert files_of(made.folder) == files_of(new.folder)


def _put(source: Path, target: Path) -> Path:
    """Write a raster again where the town lies."""
    import rasterio
    from affine import Affine

    with rasterio.open(source) as read:
        values, profile = read.read(1), read.profile
    profile |= {"transform": Affine(10, 0, X - 50, 0, -10, Y + 2 * SIDE + 50), "nodata": 255}
    with rasterio.open(target, "w", **profile) as write:
        write.write(values, 1)
    return target


def test_addresses_of_a_file_where_the_pack_has_none(tmp_path, book):
    city = write_town(tmp_path / "stad", without=("addresses",))
    file = book(CRECHES)
    assert "geef" not in (why := refused(city.add, "childcare", file))
    assert "--addresses" in why
    houses = house_points()
    table = pd.DataFrame(houses.drop(columns="geometry")).assign(x=houses.geometry.x, y=houses.geometry.y)
    table.to_csv(tmp_path / "adressen.csv", index=False)
    new = city.add("childcare", file, addresses=tmp_path / "adressen.csv", **DATED)
    assert new.childcare.geometry.iloc[0] == place_of("Meensesteenweg 12, 8500 Kortrijk")
    assert not new.has("addresses")
    made = again(new.folder, city.folder, tmp_path, tmp_path / "opnieuw")
    assert files_of(made.folder) == files_of(new.folder)


def test_two_additions_are_made_again_byte_for_byte(city, book, tmp_path):
    first = city.add("childcare", book(CRECHES, "creches.xlsx"), **DATED)
    second = first.add("children", book(CHILDREN, "kinderen.xlsx"), **DATED)
    assert [step.kind for step in second.info.added] == ["childcare", "children"]
    assert [step.base for step in second.info.added] == [city.digest, first.digest]
    made = again(second.folder, city.folder, tmp_path, tmp_path / "opnieuw")
    assert files_of(made.folder) == files_of(second.folder)
    made = again(second.folder, first.folder, tmp_path, tmp_path / "halfweg")
    assert files_of(made.folder) == files_of(second.folder)


def test_it_is_not_made_again_of_another_base_or_file(city, book, tmp_path):
    file = book(CRECHES, "creches.xlsx")
    new = city.add("childcare", file, **DATED)
    other = write_town(tmp_path / "ander", areas=city.areas.assign(population=[1.0, 2.0, 3.0, 4.0]))
    assert "is niet de gegevensset waaraan creches.xlsx" in refused(
        again, new.folder, other.folder, tmp_path, tmp_path / "x"
    )
    assert "noteert niets" in refused(again, city.folder, city.folder, tmp_path, tmp_path / "x")
    write_book(file, [*CRECHES, ("104", "Mug", "groepsopvang", "Veldstraat", "12/1", "8500", 5)])
    assert "niet het bestand dat is toegevoegd" in refused(again, new.folder, city.folder, tmp_path, tmp_path / "x")
    file.unlink()
    with pytest.raises(MissingFileError, match=r"creches\.xlsx"):
        again(new.folder, city.folder, tmp_path, tmp_path / "x")
    assert not (tmp_path / "x").exists()
