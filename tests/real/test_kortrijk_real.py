"""The real Kortrijk from open files, and the other twelve municipalities of South-West Flanders by one form."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.ingest.report import verdict
from kortrijk_geo.ingest.shipped import find_recipe
from kortrijk_geo.pack.city import City, open_city

pytestmark = pytest.mark.real

W13 = {
    "33029": "Wervik", "34002": "Anzegem", "34003": "Avelgem", "34009": "Deerlijk", "34013": "Harelbeke",
    "34022": "Kortrijk", "34023": "Kuurne", "34025": "Lendelede", "34027": "Menen", "34040": "Waregem",
    "34041": "Wevelgem", "34042": "Zwevegem", "34043": "Spiere-Helkijn",
}  # fmt: skip
COUNTS = ("TF_CAR_HH_SECTOR.txt", "population_2015_2025.csv")


@pytest.fixture(scope="module")
def kortrijk(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    files = tmp_path_factory.mktemp("kortrijk") / "files"
    shutil.copytree(real_data / "kortrijk", files)
    for name in COUNTS:
        shutil.copy(real_data / "flanders" / name, files)
    build_pack(find_recipe("kortrijk"), files, files.parent / "pack")
    return open_city(files.parent / "pack")


@pytest.fixture(scope="module")
def flanders(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """The Flemish files but for the addresses, and these, which each municipality gets of itself and next to it."""
    files = tmp_path_factory.mktemp("flanders")
    for path in (real_data / "flanders").iterdir():
        if path.is_file():
            shutil.copy(path, files)
    addresses = [pd.read_csv(real_data / "flanders" / "addresses" / f"arr_{n}.csv", sep=";") for n in (33, 34)]
    of_file = [frame.assign(file=f"arr_{n}.csv") for n, frame in zip((33, 34), addresses, strict=True)]
    return files, pd.concat(of_file, ignore_index=True)


def test_the_parts_of_kortrijk_are_those_of_the_files(kortrijk: City) -> None:
    assert (len(kortrijk.areas), len(kortrijk.subareas), len(kortrijk.districts)) == (14, 113, 8)
    assert len(kortrijk.sectors) == 114
    # 33,692 address points, 460 of them at a point that an earlier row has.
    assert len(kortrijk.homes) == 33_692 - 460
    assert kortrijk.homes["dwellings"].sum() == 33_692
    notes = " ".join(kortrijk.info.layers["homes"].notes)
    assert "1,350 of 33,232 homes lie outside the polygon of their sector" in notes


def test_households_of_2019_are_whole_and_seventeen_are_of_no_wijk(kortrijk: City) -> None:
    assert kortrijk.boundary["households_private"].tolist() == [33_604.0]
    assert kortrijk.areas["households_private"].sum() == 33_604 - 17
    assert kortrijk.subareas["households_private"].sum() == 33_604 - 17
    # Dots are thousands marks: "1.111" in the centre.
    assert kortrijk.subareas.set_index("subarea_id").loc["34022A00-", "households_private"] == 1_111


def test_the_inhabitants_of_the_city_are_spread_exactly_and_called_a_raming(kortrijk: City) -> None:
    assert kortrijk.boundary["population"].tolist() == [80_776.0]
    for frame, column in ((kortrijk.areas, "population"), (kortrijk.subareas, "population"),
                          (kortrijk.homes, "residents")):  # fmt: skip
        assert frame[column].sum() == 80_776
        assert not frame[column].isna().any()
    estimates = {name: set(record.estimates) for name, record in kortrijk.info.layers.items() if record.estimates}
    assert estimates == {"areas": {"population"}, "subareas": {"population"}, "homes": {"residents", "dwellings"}}
    assert "population" not in kortrijk.info.layers["boundary"].estimates


def test_children_are_unknown_everywhere_and_the_published_pair_is_the_citys_alone(kortrijk: City) -> None:
    assert kortrijk.homes["children_0_2"].isna().all()
    assert "children_0_2" not in kortrijk.areas.columns
    assert "children_0_2" not in kortrijk.boundary.columns
    (published,) = kortrijk.info.published
    assert published.value == pytest.approx(100 * 1_376 / 2_331, abs=0.05)
    assert (published.source, published.date) == ("VRT NWS", "2022")


def test_it_checks_without_errors_and_names_what_it_lacks(kortrijk: City, tmp_path: Path) -> None:
    assert verdict(check_pack(kortrijk.folder)) != "wrong"
    report = write_atlas(kortrijk, tmp_path)
    assert report.ok
    assert {"reach", "childcare", "trees", "unsealing", "housing"} <= set(report.unavailable)
    for page in ("bereik", "kinderopvang", "bomen", "ontharding", "sociaal_wonen"):
        text = (tmp_path / f"{page}.html").read_text(encoding="utf-8")
        assert "Wat er nog nodig is" in text
        assert "Inwoners (raming)" in text
    assert not kortrijk.has("addresses")


@pytest.mark.parametrize("nis", W13)
def test_every_municipality_of_south_west_flanders_by_one_form(
    nis: str, flanders: tuple[Path, pd.DataFrame], tmp_path: Path
) -> None:
    files, addresses = flanders
    raw = tmp_path / "files"
    raw.mkdir()
    for path in files.iterdir():
        (raw / path.name).hardlink_to(path)
    sectors = gpd.read_file(files / "flanders_statistical_sectors_2021.gpkg", where=f"nis = '{nis}'")
    own = addresses["cd_sector"].isin(sectors["cd_sector"])
    for name, rows in addresses.groupby("file"):
        near = own[rows.index] | (rows.index % 50 == 0)
        rows[near].drop(columns="file").to_csv(raw / name, sep=";", index=False)
    build_pack(find_recipe("vlaamse_gemeente"), raw, tmp_path / "pack", settings={"nis": nis, "naam": W13[nis]})
    city = open_city(tmp_path / "pack")
    population = pd.read_csv(files / "population_2015_2025.csv", dtype={"nis": str}).set_index("nis")["pop_2025"]
    assert (city.name, city.info.nis_code) == (W13[nis], nis)
    assert len(city.subareas) == len(sectors)
    assert city.boundary["population"].tolist() == [population[nis]]
    assert city.areas["population"].sum() == population[nis]
    assert city.areas["households_private"].sum() == city.subareas["households_private"].sum()
    inside = city.homes[city.homes["area_id"].notna()]
    assert inside["dwellings"].sum() == own.sum()
    assert verdict(check_pack(city.folder)) != "wrong"
