"""What is wrong or unknown in a list of sites is an error that names it, or is told; it is never 0."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import site_town
import small_town
from tiny_city import box, point

import kortrijk_geo as kg
from kortrijk_geo.errors import DataError, MissingLayerError, OptionError

NUMBERS = [f"{part}{group}_walk" for part in ("", "overlap_", "loss_") for group in ("people", "children", "over_80")]


@pytest.fixture(autouse=True)
def one_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    """On foot only, which is quicker."""
    monkeypatch.setitem(site_town.WALK, "modes", ("walk",))


def rows_of(city: kg.City) -> tuple[gpd.GeoDataFrame, str, kg.sites.SitesResult]:
    result = kg.sites.analyse(city, **site_town.WALK)
    return result.layers["city_sites"].set_index("site_id"), " ".join(result.notes), result


def test_a_site_outside_the_city_is_told_and_shown_and_in_no_sum_of_the_city(tmp_path: Path) -> None:
    inside, _, before = rows_of(site_town.town(tmp_path / "before"))
    rows, told, result = rows_of(site_town.town(tmp_path / "after", ("far", point(-30, 100), "bibliotheek")))
    assert "Buiten de stad: 1 plekken (Plek far)" in told
    assert (rows.loc["far", "area"], rows.loc["far", "remark"].split("; ")[0]) == ("buiten de stad", "buiten de stad")
    assert rows.loc["far", "people_walk"] > 0
    assert result.city["city_sites"] == before.city["city_sites"] == len(site_town.SITES)
    assert result.areas["city_sites"].sum() == len(site_town.SITES)
    assert result.headline("city_sites").value == len(site_town.SITES)
    # Who reaches it has an alternative all the same.
    assert rows.loc["west", "loss_people_walk"] < inside.loc["west", "loss_people_walk"]


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"city_sites, column site_id: the value west in row 0 .*each value once"):
        site_town.town(tmp_path, ("west", point(40, 90), "bibliotheek"))


def test_the_same_use_on_the_same_spot_is_one_place_and_told(tmp_path: Path) -> None:
    alone, _, _ = rows_of(site_town.town(tmp_path / "alone"))
    rows, told, result = rows_of(site_town.town(tmp_path / "twice", ("again", point(23, 90), "Bib")))
    assert "Wellicht twee keer in de lijst, zelfde gebruik op dezelfde plek: Plek west, Plek again" in told
    assert rows.loc["west", "loss_people_walk"] == rows.loc["again", "loss_people_walk"]
    assert rows.loc["west", "loss_people_walk"] == pytest.approx(alone.loc["west", "loss_people_walk"], rel=0.2)
    assert "twee keer in de lijst" in rows.loc["again", "remark"]
    assert result.city["city_sites"] == len(site_town.SITES) + 1
    other, told, _ = rows_of(site_town.town(tmp_path / "other", ("again", point(23, 90), "buurthuis")))
    assert "twee keer" not in told
    assert other.loc["west", "remark"] == "enkel plekken van de stad bekend: het verlies kan te hoog zijn"


def test_a_site_without_a_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"layer city_sites: row 6 has no geometry"):
        site_town.town(tmp_path, ("nowhere", None, "bibliotheek"))


def test_a_floor_below_zero_is_refused_and_an_unknown_one_stays_unknown(tmp_path: Path) -> None:
    sites = site_town.sites()
    sites.loc[1, "floor_m2"] = -5.0
    with pytest.raises(DataError, match=r"column floor_m2: the value -5.0 in row 1 breaks the rule: a number from 0"):
        small_town.write_town(tmp_path / "negative", city_sites=sites)
    sites.loc[1, "floor_m2"] = np.nan
    _, _, result = rows_of(small_town.write_town(tmp_path / "unknown", city_sites=sites))
    assert np.isnan(result.city["floor_m2"])
    assert result.to_json()["city"]["floor_m2"] is None


def test_a_use_that_is_missing_or_not_known_is_told_and_never_guessed(tmp_path: Path) -> None:
    city = site_town.town(
        tmp_path, ("blank", point(60, 90), None), ("odd", point(90, 90), "bibliotheekje"), ("gap", point(99, 90), " ")
    )
    rows, told, result = rows_of(city)
    assert "Gebruik niet herkend bij 1 plekken: bibliotheekje." in told
    assert "Gebruik niet ingevuld bij 2 plekken (Plek blank, Plek gap)" in told
    for site in ("blank", "odd", "gap"):
        assert rows.loc[site, "people_walk"] > 0
        assert rows.loc[site, [name for name in NUMBERS if name.startswith(("overlap_", "loss_"))]].isna().all()
        assert rows.loc[site, "use_key"] is None
    # Whom they serve does not make them an alternative.
    alone, _, _ = rows_of(site_town.town(tmp_path / "alone"))
    assert rows.loc["west", "loss_people_walk"] == alone.loc["west", "loss_people_walk"]
    assert rows.loc["depot", "remark"] == "niet vergeleken: niemand gaat naar de dichtste"
    assert result.headlines


def test_a_use_of_which_nothing_is_known_is_no_use_that_is_lacked(tmp_path: Path) -> None:
    _, told, result = rows_of(site_town.town(tmp_path))
    assert "Geen gegevens over" in told
    assert "cultuur" in told
    assert np.isnan(result.city["people_without_culture_walk"])
    assert result.areas["share_culture_walk"].isna().all()
    assert "culture" not in set(result.layers["city_sites"]["most_lacked_walk"])


def test_homes_that_reach_no_street_leave_everything_unknown(tmp_path: Path) -> None:
    city = site_town.town(tmp_path)
    far = city.homes.set_geometry(city.homes.translate(0, 50_000))
    rows, told, result = rows_of(city.replace(homes=far))
    assert "Woonpunten verder dan 100 m van een straat (te voet): 32" in told
    assert rows[NUMBERS].isna().all(axis=None)
    assert np.isnan(result.city["share_library_walk"])
    assert np.isnan(result.city["people_without_library_walk"])
    assert result.headline("share_any_site_walk").value is None


def test_a_site_too_far_from_a_street_is_unknown_and_told(tmp_path: Path) -> None:
    rows, told, _ = rows_of(site_town.town(tmp_path, ("field", box(900, 900, 920, 920), "bibliotheek")))
    assert "Plekken verder dan 100 m van een straat (te voet): Plek field" in told
    assert rows.loc["field", NUMBERS].isna().all()
    assert np.isnan(rows.loc["field", "lacking_people_walk"])


def test_a_pack_without_ages_has_inhabitants_only(tmp_path: Path) -> None:
    city = site_town.town(tmp_path)
    ages = ["children_0_2", *(name for name in city.homes.columns if name.startswith("age_"))]
    rows, told, result = rows_of(city.replace(homes=city.homes.assign(children_0_2=np.nan).drop(columns=ages[1:])))
    assert "geen leeftijden om kinderen (0-17), 65-plussers, 80-plussers te tellen" in told
    assert rows["people_walk"].notna().all()
    assert rows[["children_walk", "over_65_walk", "over_80_walk", "loss_children_walk"]].isna().all(axis=None)
    assert {site["children_walk"] for site in result.site_records()} == {None}


def test_unknown_inhabitants_are_no_part_of_a_sum_that_looks_whole(tmp_path: Path) -> None:
    city = site_town.town(tmp_path)
    homes = city.homes.copy()
    homes.loc[homes["area_id"] == "W0", "residents"] = np.nan
    rows, told, result = rows_of(city.replace(homes=homes))
    assert "Van 4 woonpunten is het aantal inwoners onbekend" in told
    assert np.isnan(rows.loc["west", "people_walk"])
    assert rows.loc["east", "people_walk"] > 0
    assert np.isnan(result.areas.loc["W0", "share_library_walk"])
    nobody, told, _ = rows_of(city.replace(homes=homes.assign(residents=np.nan)))
    assert "kent geen inwoners per woning" in told
    assert nobody["people_walk"].isna().all()


def test_homes_and_areas_that_count_different_people_leave_no_figure(tmp_path: Path) -> None:
    city = site_town.town(tmp_path)
    rows, told, result = rows_of(city.replace(homes=city.homes.assign(age_80_plus=city.homes["age_80_plus"] * 2)))
    assert rows[["over_80_walk", "loss_over_80_walk", "over_65_walk"]].isna().all(axis=None)
    assert rows["people_walk"].notna().all()
    assert "inwoners van 80 jaar en ouder" in told
    rows, told, result = rows_of(city.replace(homes=city.homes.assign(residents=city.homes["residents"] * 2)))
    assert rows["people_walk"].isna().all()
    assert result.headline("without_loss_walk").value is None
    assert result.uses[["share_walk", "people_without_walk", "without_loss_walk"]].isna().all(axis=None)


def test_a_pack_without_sites_or_with_an_empty_list_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingLayerError, match=r"sites needs city_sites.*add a table \[layers.city_sites\]"):
        kg.sites.analyse(site_town.town(tmp_path / "none", city_sites=None))
    city = site_town.town(tmp_path / "some")
    with pytest.raises(DataError, match="layer city_sites: has no rows; add the city's sites with pack add sites"):
        kg.sites.analyse(city.replace(city_sites=city.city_sites.iloc[:0]))


@pytest.mark.parametrize(
    "options", [{"minutes": 0}, {"minutes": 2.5}, {"modes": ("fly",)}, {"walk_m_per_min": -1}, {"snap_to": "near"}]
)
def test_an_option_that_cannot_be_used_is_refused_before_a_pack_is_read(options: dict[str, object]) -> None:
    with pytest.raises(OptionError, match=next(iter(options))):
        kg.sites.check_options(**options)


OWN = """
version = "1"
title = "Eigen"
source = "test"
date = "2026"
standing = "test"
[[use]]
key = "library"
label = "bibliotheek"
words = ["leeshuis"]
[[use]]
key = "other"
label = "iets anders"
words = ["bib"]
"""


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('words = ["bib"]', 'words = ["Leeshuis "]', "the word 'leeshuis' means both library and other"),
        ('key = "other"', 'key = "any_site"', "not 'any_site'"),
        ('key = "other"', 'key = "library"', "library"),
        ('label = "iets anders"', "label = 5", "label"),
        ('words = ["bib"]', 'layer = "trees"', "layer"),
        (OWN[OWN.index("[[use]]") :], "", "use is missing"),
    ],
)
def test_uses_that_are_wrong_name_file_and_key(tmp_path: Path, old: str, new: str, wrong: str) -> None:
    file = tmp_path / "gebruik.toml"
    file.write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=r"gebruik\.toml") as error:
        kg.sites.check_options(uses=file)
    assert wrong in str(error.value)


def test_a_file_of_the_user_replaces_the_uses(tmp_path: Path) -> None:
    file = tmp_path / "gebruik.toml"
    file.write_text(OWN, encoding="utf-8")
    city = site_town.town(tmp_path / "town", ("own", point(60, 90), "Leeshuis"))
    result = kg.sites.analyse(city, uses=file, **site_town.WALK)
    rows = result.layers["city_sites"].set_index("site_id")
    assert rows.loc["own", "use_label"] == rows.loc["west", "use_label"] == "bibliotheek"
    assert "eigen regels in plaats van die van de toolkit: gebruik.toml" in result.notes[0]
    assert "Gebruik niet herkend bij 4 plekken: buurthuis, speelplein, kerk, loods" in " ".join(result.notes)
