"""What a pack says of itself after files were added: of which day each count is, what was added, what is estimated."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from added_town import CHILDREN, CRECHES, WIJKEN, write_book, write_town

from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.ingest.wording import recognise
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import write_pack
from kortrijk_geo.premium.place import count_areas
from kortrijk_geo.premium.rulebooks import load_rulebooks

DAY = dt.date(2025, 6, 1)
DATED = {"date": "2025-06-01", "source": "de stad", "licence": "CC0"}


@pytest.fixture
def city(tmp_path: Path) -> City:
    return write_town(tmp_path / "stad")


@pytest.fixture
def creches(tmp_path: Path) -> Path:
    return write_book(tmp_path / "creches.xlsx", CRECHES)


@pytest.fixture
def children(tmp_path: Path) -> Path:
    return write_book(tmp_path / "kinderen.xlsx", CHILDREN)


def test_children_are_of_the_day_of_their_file_not_of_the_oldest_count_of_the_wijken(city, creches, children, tmp_path):
    both = city.add("childcare", creches, **DATED).add("children", children, **DATED)
    assert both.info.layers["areas"].reference_date == "2025-01-01"  # of its oldest count
    assert both.info.layers["areas"].date_of("households_private") == "2025-01-01"
    counts = count_areas(both, load_rulebooks()[-1], on=DAY)
    assert {count.children_date for count in counts.values()} == {"2025-06-01"}
    later = city.add("children", children, tmp_path / "later", **{**DATED, "date": "2025-07-01"})
    assert later.digest != city.add("children", children, tmp_path / "eerder", **DATED).digest
    undated = city.add("children", children, tmp_path / "zonder").add("childcare", creches, **DATED)
    assert {count.children_date for count in count_areas(undated, load_rulebooks()[-1], on=DAY).values()} == {""}


def test_what_was_said_of_unknown_children_ends_when_they_are_known(city, children, tmp_path):
    note = "children_0_2 of homes are unknown, because children_0_2 of the areas is"
    layers = {**city.info.layers}
    layers["homes"] = replace(layers["homes"], notes=(note,), estimates={"dwellings": "raming: een per adres"})
    layers["areas"] = replace(layers["areas"], estimates={"children_0_2": "raming: verdeeld", "population": "raming"})
    write_pack(tmp_path / "bouw", replace(city.info, layers=layers), {name: city.layer(name) for name in city.layers})
    new = open_city(tmp_path / "bouw").add("children", children, tmp_path / "nieuw", **DATED)
    assert not any("unknown" in text for text in new.info.layers["homes"].notes)
    assert dict(new.info.layers["homes"].estimates) == {"dwellings": "raming: een per adres"}
    assert dict(new.info.layers["areas"].estimates) == {"population": "raming"}


def test_a_source_that_is_added_twice_is_named_once(city, children, tmp_path):
    other = write_book(tmp_path / "sociaal.xlsx", [("Wijkcode", "Sociale huurwoningen"), *((c, 4) for c in WIJKEN)])
    new = city.add("children", children, **DATED).add("social_dwellings", other, **DATED)
    assert new.info.layers["areas"].source == "proef; de stad (2025-06-01)"
    assert new.info.layers["areas"].licence == "CC0"


def test_the_atlas_tells_what_was_added_and_speaks_no_recipes_where_it_says_what_is_needed(city, creches, tmp_path):
    new = city.add("childcare", creches, synthetic=True, **DATED)
    write_atlas(new, tmp_path / "maps")
    index = (tmp_path / "maps" / "index.html").read_text(encoding="utf-8")
    row = index.split("Toegevoegd door de stad")[1].split("</table>")[0]
    for text in ("kinderopvang", "creches.xlsx", "de stad", "1 juni 2025", "ja"):
        assert text in row
    needed = index.split("Bereik: alles binnen een kwartier")[1].split("</li>")[0]
    assert "Wat bekend is en wat er nodig is" in needed
    assert "[layers.streets]" not in needed
    write_atlas(city, tmp_path / "eerst")
    assert "Toegevoegd door de stad" not in (tmp_path / "eerst" / "index.html").read_text(encoding="utf-8")


def test_wijken_and_sectors_in_one_table_are_refused(city, tmp_path):
    rows = [*CHILDREN, ("34022A00-", "Sector 0", 5), ("34022A01-", "Sector 1", 5)]
    with pytest.raises(DataError, match="rows of wijken and of sectors") as error:
        city.add("children", write_book(tmp_path / "gemengd.xlsx", rows), accept_unmatched=True, **DATED)
    reading = recognise(str(error.value))
    assert reading is not None
    assert "houd een van beide" in reading.text("nl")


def test_an_empty_workbook_and_a_sheet_that_is_not_there_are_told_in_dutch(city, tmp_path):
    book = openpyxl.Workbook()
    book.save(tmp_path / "leeg.xlsx")
    with pytest.raises(DataError) as empty:
        city.add("children", tmp_path / "leeg.xlsx", **DATED)
    book.create_sheet("Uitleg")
    for sheet_shown in book.worksheets:
        for row in CHILDREN:
            sheet_shown.append(row)
    book.save(tmp_path / "twee.xlsx")
    with pytest.raises(OptionError) as sheet:
        city.add("children", tmp_path / "twee.xlsx", sheet="Blad2", **DATED)
    for error, dutch in ((empty, "geen enkel zichtbaar blad bevat een tabel"), (sheet, "moet een zijn van")):
        reading = recognise(str(error.value))
        assert reading is not None
        assert dutch in reading.text("nl")
