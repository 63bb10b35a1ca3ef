"""Nothing that is published tells how old the people of a home are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pyogrio
import small_town

from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.pack.layers import AGES

OPTIONS = {"housing": {"extra_dwellings": 5, "year": 2040}, "targets": {"on": dt.date(2026, 7, 1)}}
# Themes that know no ages: theirs stand nowhere in what they write, not even per wijk.
PAGES = ("bereik", "kinderopvang", "bomen", "ontharding", "sociaal_wonen", "wijktypes", "doelen")


def columns_by_age(path: Path) -> Iterator[str]:
    """Name the columns by age of a published file, as LAYER.COLUMN."""
    if path.suffix in {".gpkg", ".geojson"}:
        for layer, _ in pyogrio.list_layers(path):
            for column in AGES:
                if column in pyogrio.read_info(path, layer=layer)["fields"]:
                    yield f"{layer}.{column}"
    elif path.suffix == ".xlsx":
        for sheet in openpyxl.load_workbook(path):
            for row in sheet.iter_rows(values_only=True):
                yield from (f"{sheet.title}.{cell}" for cell in row if cell in AGES)
    elif path.suffix in {".html", ".json"}:
        text = path.read_text(encoding="utf-8")
        yield from (f"{path.name}.{column}" for column in AGES if column in text)


def test_no_file_of_the_themes_tells_ages_per_home(tmp_path: Path) -> None:
    town = small_town.write_town(tmp_path / "town")
    assert town.homes["age_80_plus"].sum() > 0
    assert write_atlas(town, tmp_path / "maps", options=OPTIONS).ok
    written = [path for path in (tmp_path / "maps").iterdir() if path.stem in PAGES]
    assert {path.suffix for path in written} >= {".html", ".gpkg", ".xlsx"}
    assert len(written) > len(PAGES)
    assert {path.name: names for path in written if (names := list(columns_by_age(path)))} == {}


def test_what_holds_ages_is_seen(tmp_path: Path) -> None:
    town = small_town.write_town(tmp_path / "town")
    town.homes[["home_id", "age_80_plus", "geometry"]].to_file(tmp_path / "homes.gpkg", layer="homes")
    assert list(columns_by_age(tmp_path / "homes.gpkg")) == ["homes.age_80_plus"]
