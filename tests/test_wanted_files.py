"""What a map cannot tell yet: the page says what is known, marks what is a raming, and asks for the right files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from sector_village import village
from small_town import write_town

import kortrijk_geo as kg
from kortrijk_geo.atlas.wanted import known_spec, wanted_files, wanted_for
from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.catalogue import THEMES, inhabitants
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.description import Published
from kortrijk_geo.pack.layers import COUNTS, LAYERS, RASTERS

PUBLISHED = """
[[published]]
theme = "childcare"
key = "places_per_100_children"
label = "Plaatsen per 100 kinderen, hele stad"
value = 57.9
unit = "plaatsen per 100 kinderen"
date = "2022"
source = "De Krant"
remark = "1.376 plaatsen voor 2.331 kinderen"
"""


@pytest.fixture(scope="module")
def dorp(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("dorp")
    recipe = village(folder)
    recipe.write_text(recipe.read_text() + PUBLISHED)
    build_pack(recipe, folder, folder / "pack")
    return open_city(folder / "pack")


@pytest.fixture(scope="module")
def maps(dorp: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("maps")
    report = write_atlas(dorp, out)
    assert report.ok
    assert "childcare" in report.unavailable
    return out


def test_the_page_shows_the_published_figure_with_its_source_and_no_figure_per_wijk(maps: Path) -> None:
    page = (maps / "kinderopvang.html").read_text(encoding="utf-8")
    assert "Plaatsen per 100 kinderen, hele stad (gepubliceerd)" in page
    assert "57,9" in page
    assert "De Krant" in page
    assert "1.376 plaatsen voor 2.331 kinderen" in page
    assert "Toestand <bdi>2022</bdi>" in page
    document = json.loads((maps / "atlas.json").read_text(encoding="utf-8"))
    entry = next(page for page in document["pages"] if page["page"] == "kinderopvang")
    assert (entry["status"], "result" in entry) == ("niet beschikbaar", False)


def test_the_page_asks_for_the_files_that_make_it(maps: Path) -> None:
    page = (maps / "kinderopvang.html").read_text(encoding="utf-8")
    assert "Lever een lijst van opvanglocaties met adres en vergunde plaatsen" in page
    assert "Lever het aantal kinderen van 0, 1 en 2 jaar per wijk" in page
    assert "kortrijk-geo pack template childcare" in page
    assert "Lever de bomeninventaris" not in page


def test_the_index_leads_to_it_and_marks_what_is_a_raming(maps: Path) -> None:
    index = (maps / "index.html").read_text(encoding="utf-8")
    assert 'href="kinderopvang.html">Wat bekend is en wat er nodig is' in index
    assert "Inwoners (raming)" in index
    assert 'href="wijktypes.html"' not in index


def test_page_and_workbook_mark_the_column_and_say_how_it_was_made(maps: Path) -> None:
    how = "Raming: 101 inwoners in de hele stad, verdeeld over de statistische sectoren naar private huishoudens."
    page = (maps / "sociaal_wonen.html").read_text(encoding="utf-8")
    assert how in page
    assert "Inwoners (raming)" in page
    assert "Private huishoudens (raming)" not in page
    book = openpyxl.load_workbook(maps / "sociaal_wonen.xlsx")
    assert "Inwoners (raming)" in [row[1].value for row in book["Kolommen"].iter_rows()]
    assert [row[0].value for row in book["Opmerkingen"].iter_rows()][1] == how


def test_what_the_pack_counts_is_not_asked_for_and_an_estimate_is_no_count(dorp: City) -> None:
    gives = {one.sentence for one in wanted_for("reach", dorp)}
    assert any("inwoners per wijk" in sentence for sentence in gives)
    assert not any("adrespunten" in sentence for sentence in gives)
    counted = dorp.replace(areas=dorp.areas.assign(population=[60.0, 41.0]))  # counted by whoever replaced it
    assert not any("inwoners per wijk" in one.sentence for one in wanted_for("reach", counted))


def test_an_estimate_is_no_inhabitants_of_which_a_density_is_made(dorp: City) -> None:
    assert inhabitants(dorp) is None
    counted = inhabitants(dorp.replace(areas=dorp.areas.assign(population=[60.0, 41.0])))
    assert counted is not None
    assert counted.tolist() == [60.0, 41.0]


def test_of_an_invented_city_nothing_is_asked(dorp: City) -> None:
    invented = City(dorp.folder, replace(dorp.info, synthetic=True))
    assert all(wanted_for(theme, invented) == () for theme in THEMES)
    assert known_spec("trees", invented).result.synthetic


def test_what_is_known_is_drawn_in_classes_that_split_the_areas(dorp: City) -> None:
    spec = known_spec("trees", dorp)
    (shown,) = (layer for layer in spec.area_layers if layer.column == "population")
    assert shown.scale.limits, "areas of 41 and 60 inhabitants share no colour"


def test_figures_of_a_theme_that_rest_on_an_estimate_are_called_one(tmp_path: Path) -> None:
    town = write_town(tmp_path / "town")
    layers = {**town.info.layers}
    layers["areas"] = replace(layers["areas"], estimates={"population": "raming: 100 inwoners, verdeeld"})
    plain = kg.reach.analyse(town)
    guessed = kg.reach.analyse(City(town.folder, replace(town.info, layers=layers)))
    marked = {column.name for column in guessed.columns if column.label.endswith(" (raming)")}
    assert {"population", "share_all_walk_15"} <= marked
    assert "dwellings" not in marked
    assert not any(column.label.endswith(" (raming)") for column in plain.columns)
    assert guessed.notes[0] == "Raming: 100 inwoners, verdeeld."
    assert [figure.value for figure in guessed.headlines] == [figure.value for figure in plain.headlines]
    assert guessed.headlines[0].label.endswith(" (raming)")


def test_every_wanted_file_names_what_a_pack_can_hold() -> None:
    aliases = Path(kg.__file__).with_name("ingest") / "aliases.toml"
    known = {text.casefold() for text in aliases.read_text(encoding="utf-8").split('"')}
    for file in wanted_files():
        assert set(file.themes) <= set(THEMES)
        assert bool(file.layer) != bool(file.area_column)
        assert file.layer in {"", *LAYERS, *RASTERS}
        assert file.area_column in {"", *COUNTS}
        for column in file.columns:
            name = column.partition(" (")[0]
            assert name.casefold() in known or name in {"straat", "huisnummer"}, column


def test_what_was_published_stays_beside_a_rate_that_the_pack_cannot_tell(tmp_path: Path) -> None:
    town = write_town(tmp_path / "town")
    rate = Published(
        theme="childcare", key="places_per_100_children", label="Plaatsen per 100 kinderen, hele stad", value=57.9,
        date="2022", source="De Krant", unit="plaatsen per 100 kinderen", remark="1.376 plaatsen voor 2.331 kinderen",
    )  # fmt: skip
    published = City(town.folder, replace(town.info, published=(rate,)))
    measured = [figure.key for figure in kg.childcare.analyse(published).headlines]
    assert "places_per_100_children_published" not in measured
    counted = [name for name in town.layers if "children_0_2" in town.layer(name).columns]
    unknown = published.replace(**{name: town.layer(name).assign(children_0_2=float("nan")) for name in counted})
    figures = {figure.key: figure for figure in kg.childcare.analyse(unknown).headlines}
    assert figures["places_per_100_children"].value is None
    beside = figures["places_per_100_children_published"]
    assert (beside.value, beside.source) == (57.9, "De Krant")
    assert beside.reason == "2022: 1.376 plaatsen voor 2.331 kinderen"
