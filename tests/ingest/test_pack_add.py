"""A planner adds the city's own tables to a pack: a new pack beside the old, made again byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from added_town import CHILDREN, CRECHES, DWELLINGS, SIDE, WIJKEN, cells, frame, write_book, write_town
from address_list import X, Y, house_points, place_of
from tiny_city import write_codes

from kortrijk_geo.errors import DataError, MissingFileError, OptionError, OutputError
from kortrijk_geo.ingest.adding import again, prepared
from kortrijk_geo.ingest.adding_rows import LEAVE_OUT, RIGHT, ROW
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.wording import recognise
from kortrijk_geo.pack.city import City, open_city

DATED = {"date": "2025-01-01", "source": "de stad", "licence": "CC0"}


@pytest.fixture
def city(tmp_path) -> City:
    return write_town(tmp_path / "stad")


@pytest.fixture
def book(tmp_path):
    return lambda rows, name="bestand.xlsx": write_book(tmp_path / name, rows)


def findings_of(city: City, kind: str, file: Path, **options) -> dict[str, str]:
    """Return what the preview tells: the Dutch sentence of each finding, by its code."""
    with prepared(city, kind, file, city.folder.with_name("niets"), **options) as new:
        return {finding.code: finding.text("nl") for finding in new.findings}


def refused(call, *arguments, **options) -> str:
    """Return in Dutch why something is refused."""
    with pytest.raises(DataError) as error:
        call(*arguments, **options)
    reading = recognise(str(error.value))
    assert reading is not None, error.value
    return reading.text("nl")


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# What a planner adds.


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


# Made again.


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


# Rows without a place.


def many(good: int, bad: int, street: str = "Nergensstraat") -> list[tuple[object, ...]]:
    rows = [(f"g{n}", f"Naam {n}", "groepsopvang", "Meensesteenweg", "12", "8500", 5) for n in range(good)]
    rows += [(f"b{n}", f"Fout {n}", "groepsopvang", street, "1", "8500", 5) for n in range(bad)]
    return [CRECHES[0], *rows]


def list_of(path: Path) -> pd.DataFrame:
    return pd.read_excel(path, dtype=object)


def test_few_rows_without_a_place_are_left_out_and_listed(city, book, tmp_path):
    new = city.add("childcare", book(many(11, 1)), **DATED)
    assert len(new.childcare) == 11
    listed = list_of(tmp_path / "bestand_te_verbeteren.xlsx")
    assert listed[ROW].tolist() == [13]
    assert listed["Naam opvang"].tolist() == ["Fout 0"]
    assert listed["reden"].tolist() == ["deze straat bestaat niet"]
    assert list(listed.columns[-4:]) == [f"{RIGHT}{name}" for name in ("Straat", "Huisnummer", "Postcode")] + [
        LEAVE_OUT
    ]
    assert "childcare" in {finding.layer for finding in check_pack(new.folder) if finding.level == "warning"}


def test_more_than_a_tenth_is_refused_unless_accepted(city, book, tmp_path):
    file = book(many(10, 2))
    why = refused(city.add, "childcare", file, **DATED)
    assert why.startswith("bestand.xlsx: 2 van 12 rijen (17 %) hebben geen plaats in de gegevensset, meer dan 10 %")
    assert f"de lijst om te verbeteren is {tmp_path / 'bestand_te_verbeteren.xlsx'}" in why
    assert not (tmp_path / "stad-childcare").exists()
    new = city.add("childcare", file, accept_unmatched=True, **DATED)
    assert len(new.childcare) == 10
    assert (tmp_path / "bestand_te_verbeteren_2.xlsx").exists()


def test_a_corrected_list_is_given_back(city, book, tmp_path):
    file = book(many(8, 3))
    refused(city.add, "childcare", file, **DATED)
    path = tmp_path / "bestand_te_verbeteren.xlsx"
    correct(path, {10: {f"{RIGHT}Straat": "Kerkstraat", f"{RIGHT}Postcode": "8501"}, 11: {LEAVE_OUT: "ja"},
                   12: {f"{RIGHT}Straat": "Beekstraat"}})  # fmt: skip
    new = city.add("childcare", file, corrections=path, **DATED)
    placed = new.childcare.set_index("name")
    assert placed.geometry["Fout 0"] == place_of("Kerkstraat 1, 8501 Kortrijk")
    assert placed.geometry["Fout 2"] == place_of("Beekstraat 1, 8500 Kortrijk")
    assert "Fout 1" not in placed.index
    assert any("1 rows left out because" in note for note in new.info.layers["childcare"].notes)
    made = again(new.folder, city.folder, tmp_path, tmp_path / "opnieuw")
    assert files_of(made.folder) == files_of(new.folder)


def correct(path: Path, cells_of: dict[int, dict[str, object]]) -> None:
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.active
    columns = {cell.value: cell.column for cell in sheet[1]}
    for line in range(2, sheet.max_row + 1):
        for name, value in cells_of.get(sheet.cell(line, columns[ROW]).value, {}).items():
            sheet.cell(line, columns[name]).value = value
    workbook.save(path)


def test_the_list_of_another_file_is_refused(city, book, tmp_path):
    refused(city.add, "childcare", book(many(8, 3)), **DATED)
    path = tmp_path / "bestand_te_verbeteren.xlsx"
    assert "hoort bij een ander bestand" in refused(
        city.add, "childcare", book(many(3, 8), "ander.xlsx"), corrections=path, **DATED
    )
    assert "geen lijst" in refused(city.add, "childcare", book(CRECHES, "c.xlsx"), corrections=book(CHILDREN), **DATED)


def test_codes_of_no_wijk_are_corrected_too(city, book, tmp_path):
    rows = [CHILDREN[0], *((code.replace("W11", "W99"), "", count) for code, _, count in CHILDREN[1:])]
    file = book(rows)
    assert "1 van 4 rijen (25 %)" in refused(city.add, "children", file, **DATED)
    path = tmp_path / "bestand_te_verbeteren.xlsx"
    correct(path, {5: {f"{RIGHT}Wijkcode": "34022W11"}})
    assert city.add("children", file, corrections=path, **DATED).areas["children_0_2"].tolist() == [10, 20, 30, 40]


# Bad input.


def test_a_list_of_another_municipality_is_refused_with_the_share(city, book):
    brugge = [CRECHES[0], *((str(n), f"Ver {n}", "groepsopvang", "Steenstraat", n, 8000, 9) for n in range(1, 8))]
    why = refused(city.add, "childcare", book(brugge), **DATED)
    assert "7 van 7 rijen (100 %)" in why
    why = refused(city.add, "childcare", book(brugge), accept_unmatched=True, **DATED)
    assert "is het een bestand van deze gemeente" in why


def test_rows_of_flanders_are_chosen_by_their_municipality(city, book):
    rows = [(*row, gemeente) for row, gemeente in zip(CRECHES, ["Gemeente", *["Kortrijk"] * 3], strict=True)]
    rows += [(str(n), f"Ver {n}", "groepsopvang", "Steenstraat", n, 8000, 9, "Brugge") for n in range(1, 30)]
    file = book(rows)
    assert "29 van 32 rijen (91 %)" in refused(city.add, "childcare", file, **DATED)
    assert len(city.add("childcare", file, where={"Gemeente": "Kortrijk"}, **DATED).childcare) == 3


def test_codes_of_another_municipality_are_refused_with_the_share(city, book):
    rows = [("Wijkcode", "Wijknaam", "0-2 jaar"), *((f"31005W{n:02d}", f"Brugge {n}", n) for n in range(1, 9))]
    why = refused(city.add, "children", book(rows), **DATED)
    assert "waarvan 0 van 8 waarden een " in why
    assert "andere gemeente of van een ander jaar" in why


def test_sectors_of_another_year_are_refused_with_the_share(city, book):
    rows = [("Sectorcode", "0-2 jaar"), *((f"34022A{n:02d}{'-' if n < 6 else 'X'}", 3) for n in range(8))]
    assert "2 van 8 rijen (25 %)" in refused(city.add, "children", book(rows), **DATED)


def test_a_code_beside_the_name_of_another_wijk_is_refused(city, book):
    rows = [CHILDREN[0], *((code, name, 5) for code, name in zip(WIJKEN, reversed(WIJKEN.values()), strict=True))]
    why = refused(city.add, "children", book(rows), columns={"wijkcode": "Wijkcode"}, **DATED)
    assert why.startswith(
        "bestand.xlsx: rij 2 heeft de code 34022W08, en dat is Kortrijk Centrum, en de naam Kortrijk West"
    )


def test_one_wijk_under_its_old_and_its_new_code_is_refused(city, book):
    rows = [*[(code, "", count) for code, _, count in CHILDREN], ("34022WM", "", 10)]
    why = refused(city.add, "children", book(rows), **DATED)
    assert "34022W08 and 34022WM" in why or "34022W08 en 34022WM" in why
    assert "dezelfde wijk" in why


def test_totals_mixed_with_their_parts_are_refused(city, book):
    by_code = [*[(code, "", count) for code, _, count in CHILDREN], ("34022", "", 100)]
    assert "rij 6 (34022) is het totaal van de andere rijen" in refused(city.add, "children", book(by_code), **DATED)
    wrong = [*CHILDREN, ("Totaal", "", 120)]
    assert "samen 100 en de rij met het totaal zegt 120" in refused(city.add, "children", book(wrong), **DATED)
    sectors = [("Sectorcode", "0-2 jaar"), *((f"34022A{n:02d}-", 30) for n in range(8)), ("34022", 240)]
    assert "is het totaal van de andere rijen" in refused(city.add, "children", book(sectors), **DATED)


def test_an_address_that_fits_two_houses_is_listed_with_both(city, book, tmp_path):
    rows = [*many(11, 0), ("t", "Twee", "groepsopvang", "Kerkstraat", "1", "", 5)]
    new = city.add("childcare", book(rows), **DATED)
    assert "Twee" not in new.childcare["name"].tolist()
    listed = list_of(tmp_path / "bestand_te_verbeteren.xlsx")
    assert listed["reden"].tolist() == ["het adres past bij meerdere huizen"]
    assert listed["dichtst bij"].tolist() == ["Kerkstraat 1, 8500 Kortrijk of Kerkstraat 1, 8501 Kortrijk"]


def test_two_rows_at_one_place_under_one_name_are_told(city, book):
    twice = [*CRECHES, ("109", "Bij", "groepsopvang", "Meensesteenweg", "12", "8500", 21)]
    assert "101 en 109 (Bij)" in findings_of(city, "childcare", book(twice), **DATED)["locations_twice"]
    sites = [("nummer", "naam", "x", "y"), ("1", "Loods", X + 5, Y + 5), ("2", "loods", X + 5, Y + 5)]
    assert (
        "2 rijen hebben de naam en de plaats van een andere"
        in findings_of(city, "sites", book(sites), **DATED)["added_same_place"]
    )


def test_the_same_file_twice_is_refused_whatever_its_name(city, book, tmp_path):
    file = book(CRECHES)
    new = city.add("childcare", file, **DATED)
    assert "ditzelfde bestand is al aan" in refused(new.add, "childcare", file, **DATED)
    other = tmp_path / "ander.xlsx"
    other.write_bytes(file.read_bytes())
    assert "als bestand.xlsx" in refused(new.add, "childcare", other, **DATED)


def test_a_file_newer_than_the_pack_and_one_without_a_date_are_told(city, book):
    said = findings_of(city, "childcare", book(CRECHES), date="2026-03-01")
    assert (
        said["added_newer"] == "beschrijft 2026-03-01, de wijken van de gegevensset 2025-01-01: ze kunnen verschillen"
    )
    assert "added_no_date" in findings_of(city, "childcare", book(CRECHES))
    assert not {"added_newer", "added_no_date"} & set(findings_of(city, "childcare", book(CRECHES), **DATED))


def test_a_workbook_with_a_password_is_refused_with_the_remedy(city, tmp_path):
    file = tmp_path / "geheim.xlsx"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    why = refused(city.add, "childcare", file)
    assert why == (
        "geheim.xlsx: is beveiligd met een wachtwoord, of van vóór Excel 2007; bewaar het als .xlsx zonder wachtwoord"
    )


def test_more_social_dwellings_than_households_are_refused(city, book):
    rows = [DWELLINGS[0], *((name, 150) for name in WIJKEN.values())]
    why = refused(city.add, "social_dwellings", book(rows), **DATED)
    assert "3" in why
    assert "Kortrijk Noord (150" in why
    assert "Kortrijk Centrum" not in why
    rows = [CHILDREN[0], *((code, name, 101) for code, name in WIJKEN.items())]
    assert "Kortrijk West (101" in refused(city.add, "children", book(rows), **DATED)


def test_places_are_held_against_the_figure_of_the_municipality(city, book):
    file = book(CRECHES)
    said = findings_of(city, "childcare", file, expected_places=45, **DATED)
    assert said["added_places_expected"] == "de plaatsen in Kortrijk zijn samen 43, verwacht zijn er 45: 4,4 % verschil"
    why = refused(city.add, "childcare", file, expected_places=1376, **DATED)
    assert "samen 43, verwacht zijn er 1.376" in why
    assert "--expected-places" in why


def test_places_that_are_not_there_yet_are_not_expected(city, book):
    rows = [(*CRECHES[0], "stand", "opent"), *((*row, "bestaand", None) for row in CRECHES[1:])]
    rows += [("8", "Later", "groepsopvang", "Beekstraat", "1", "8500", 30, "beslist", None),
             ("9", "Nieuw", "groepsopvang", "Veldstraat", "12/1", "8500", 30, "bestaand", "2025-09-01")]  # fmt: skip
    said = findings_of(city, "childcare", book(rows), expected_places=43, **DATED)
    assert said["added_places_expected"].startswith("de plaatsen in Kortrijk zijn samen 43, verwacht zijn er 43")


def test_a_column_that_could_be_the_places_is_asked_for(city, book):
    rows = [(*CRECHES[0][:6], "Aantal plekken in totaal"), *CRECHES[1:]]
    why = refused(city.add, "childcare", book(rows), **DATED)
    assert "geen kolom is zeker opvangplaatsen (places); noem ze met --map places=" in why
    new = city.add("childcare", book(rows), columns={"Opvangplaatsen": "aantal plekken in totaal"}, **DATED)
    assert new.childcare["places"].tolist() == [21, 14, 8]
    with pytest.raises(OptionError, match=r"--map plaatsen=Plekken: .*no such column"):
        city.add("childcare", book(rows), out=city.folder.with_name("x"), columns={"plaatsen": "Plekken"}, **DATED)


def test_a_list_without_kinds_counts_as_group_and_says_so(city, book):
    rows = [row[:2] + row[3:] for row in CRECHES]
    new = city.add("childcare", book(rows), **DATED)
    assert set(new.childcare["kind"]) == {"group"}
    assert any("all locations are taken as group" in note for note in new.info.layers["childcare"].notes)


def test_several_sheets_need_a_choice(city, tmp_path):
    workbook = openpyxl.Workbook()
    for title in ("2024", "2025"):
        sheet = workbook.create_sheet(title)
        for row in CHILDREN:
            sheet.append(row)
    workbook.remove(workbook.worksheets[0])
    workbook.save(tmp_path / "jaren.xlsx")
    assert "2024, 2025" in refused(city.add, "children", tmp_path / "jaren.xlsx", **DATED)
    new = city.add("children", tmp_path / "jaren.xlsx", sheet="2025", **DATED)
    assert new.areas["children_0_2"].notna().all()


def test_nothing_is_written_over_and_a_changed_pack_is_not_added_to(city, book):
    file = book(CRECHES)
    new = city.add("childcare", file, **DATED)
    with pytest.raises(OutputError, match="exists already"):
        city.add("childcare", file, **DATED)
    with pytest.raises(OutputError, match="is the pack itself"):
        city.add("childcare", file, city.folder, **DATED)
    areas = gpd.read_file(new.folder / "city.gpkg", layer="areas")
    areas.assign(population=1.0).to_file(new.folder / "city.gpkg", layer="areas")
    assert "is niet meer de gegevensset die gemaakt is" in refused(
        open_city(new.folder).add, "children", book(CHILDREN), **DATED
    )
    with pytest.raises(OptionError, match="kind is 'kinderen', must be one of childcare, children"):
        city.add("kinderen", file)
