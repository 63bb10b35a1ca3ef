"""What a figure rests on stands with it: unknown people, unknown places of others, and one closing at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import site_town
from tiny_city import point

import kortrijk_geo as kg
from kortrijk_geo.sites.rules import load_uses

ONLY_OWN = "enkel plekken van de stad bekend"


def analysed(city: kg.City) -> kg.sites.SitesResult:
    return kg.sites.analyse(city, modes=("walk",), **site_town.WALK)


@pytest.mark.parametrize(
    ("one", "other"),
    [("zwembad", "sportveld"), ("zwembad", "sporthal"), ("sporthal", "voetbalveld"), ("museum", "theater"),
     ("basisschool", "secundaire school"), ("jeugdhuis", "jeugdlokaal")],
)  # fmt: skip
def test_what_does_not_replace_one_another_is_no_one_use(one: str, other: str) -> None:
    uses = load_uses()
    first, second = uses.of_word[one], uses.of_word[other]
    assert first != second
    likes = {use.key: set(use.amenities) for use in uses.uses}
    assert not likes[first] & likes[second]


def test_a_pitch_is_no_other_pool(tmp_path: Path) -> None:
    city = site_town.town(tmp_path, ("pool", point(300, 100), "zwembad"), ("pitch", point(305, 100), "sportveld"))
    amenities = city.amenities.copy()
    amenities.loc[:, "category"] = "leisure=pitch"
    rows = analysed(city.replace(amenities=amenities)).layers["city_sites"].set_index("site_id")
    assert rows.loc["pool", "loss_people_walk"] == rows.loc["pool", "people_walk"] > 0
    assert rows.loc["pitch", "loss_people_walk"] < rows.loc["pitch", "people_walk"]


def test_a_sum_with_unknown_people_is_told_as_a_least(tmp_path: Path) -> None:
    city = site_town.town(tmp_path)
    homes = city.homes.copy()
    homes.loc[homes.index[0], "age_80_plus"] = np.nan
    # So few that what is known stands for the whole.
    homes.loc[homes.index[0], "residents"] = 0.01
    rows = analysed(city.replace(homes=homes)).layers["city_sites"].set_index("site_id")
    near, far = rows.loc["west"], rows.loc["east"]
    assert "80-plussers te voet: minstens" in near["remark"]
    assert near["over_80_walk"] > 0
    assert "minstens" not in (far["remark"] or "")


def test_a_use_of_which_no_place_of_others_is_known_is_marked_wherever_it_is_told(tmp_path: Path) -> None:
    city = site_town.town(tmp_path, childcare=None)  # of which the pack knows all
    own = city.replace(amenities=city.amenities.assign(category="shop=bakery"))
    result = analysed(own)
    rows = result.layers["city_sites"].set_index("site_id")
    assert ONLY_OWN in rows.loc["west", "remark"]
    assert rows["most_lacked_label_walk"].dropna().str.contains(ONLY_OWN).any()
    for key in ("largest_loss_walk", "most_lacked_people_walk"):
        assert ONLY_OWN in result.headline(key).label
    labels = {column.name: column.label for column in result.columns}
    assert ONLY_OWN in labels["people_without_library_walk"]
    assert result.uses.set_index("use").loc["library", "use_label"] == f"bibliotheek ({ONLY_OWN})"
    theirs = city.replace(amenities=city.amenities.assign(category="amenity=library"))
    labels = {column.name: column.label for column in analysed(theirs).columns}
    assert ONLY_OWN not in labels["people_without_library_walk"]


def test_a_headline_rests_on_a_use_of_which_places_of_others_are_known(tmp_path: Path) -> None:
    city = site_town.town(tmp_path, childcare=None)
    category = city.amenities["category"].astype(object).copy()
    category[:] = "shop=bakery"
    category.iloc[0] = "amenity=place_of_worship"
    result = analysed(city.replace(amenities=city.amenities.assign(category=category)))
    rows = result.layers["city_sites"]
    # Others lose more, but nobody knows whether they do.
    worst = rows.loc[rows["use_key"] == "worship", "loss_people_walk"].max()
    assert rows["loss_people_walk"].max() > worst
    assert result.headline("largest_loss_walk").value == round(worst)
    for key in ("largest_loss_walk", "most_lacked_people_walk"):
        assert "kerk of gebedshuis" in result.headline(key).label
        assert ONLY_OWN not in result.headline(key).label


def test_what_closing_all_sites_without_loss_together_costs_is_another_figure(tmp_path: Path) -> None:
    """Two churches side by side: of neither alone anybody loses the last, of both together everybody does."""
    city = site_town.town(tmp_path, ("twin", point(325, 290), "kerk"))
    result = kg.sites.analyse(city, modes=("walk",), walk_m_per_min=80.0, minutes=30)
    rows = result.layers["city_sites"].set_index("site_id")
    churches = rows.loc[["church", "twin"]]
    assert (churches["loss_people_walk"] == 0).all()
    everybody = city.homes["residents"].sum()
    assert result.city["lose_together_worship_walk"] == pytest.approx(everybody)
    assert result.city["lose_together_meeting_place_walk"] == 0  # the only one is not without loss
    assert result.uses.set_index("use").loc["worship", "lose_together_walk"] == pytest.approx(everybody)
    assert "één tegelijk" in result.headline("without_loss_walk").label
    assert any("Sluiten alle zulke plekken van één gebruik samen" in note for note in result.notes)


def test_schools_of_others_are_told_apart_by_their_tags(tmp_path: Path) -> None:
    city = site_town.town(tmp_path, ("school", point(20, 300), "basisschool"))
    amenities = city.amenities.copy()
    amenities["category"] = "amenity=school"
    amenities["tags"] = ['{"isced:level": "0;1"}', '{"isced:level": "2;3"}', *["{}"] * (len(amenities) - 2)]
    likes = analysed(city.replace(amenities=amenities)).layers["alternatives"]
    basic, secondary = amenities["amenity_id"].iloc[:2]
    schools = likes[likes["use"].str.endswith("school")]
    assert schools["like_id"].tolist() == [basic, secondary]
    assert schools["use"].tolist() == ["basic_school", "secondary_school"]


def test_who_walks_slower_reaches_what_a_slower_analysis_says(tmp_path: Path) -> None:
    city = site_town.town(tmp_path)
    (band,) = kg.sites.analyse(city, minutes=1).sensitivity
    assert (band.key, [speed for speed, _ in band.at]) == ("share_any_site_walk", [3.5, 4.0, pytest.approx(4.8)])
    for km_per_h, share in band.at:
        slower = kg.sites.analyse(city, minutes=1, walk_m_per_min=km_per_h / 0.06)
        assert share == slower.city["share_any_site_walk"]
    assert band.at[0][1] < band.at[-1][1]
