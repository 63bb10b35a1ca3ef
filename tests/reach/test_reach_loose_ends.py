"""Places and homes beside a loose end of street: on the network where it is near, and told."""

from __future__ import annotations

import pytest

import kortrijk_geo as kg
from kortrijk_geo.errors import OptionError


@pytest.fixture
def city(small):
    """One street with all homes, and the only pharmacy 50 m from a path of 196 m that hangs on nothing, 89 m from it.

    By bicycle the street is the same; on the far loose end of the small city nobody is near anything else.
    """
    layers = small.layers()
    streets = [
        small.street("main", (0, 0), (1_600, 0)),
        small.street("scrap", (700, 139), (896, 139)),
        small.street("far", (0, 1_000), (200, 1_000)),
    ]
    homes = [
        small.home("h1", "W1", 30, 100, 10),
        small.home("h2", "W2", 40, 1_000, 0),
        small.home("h3", "W2", 10, 850, 95),
        small.home("h4", "W1", 20, 100, 1_000),
    ]
    places = [
        small.amenity("shop", 200, 20, shop="supermarket"),
        small.amenity("pharmacy", 800, 89, amenity="pharmacy"),
        small.amenity("far shop", 50, 1_000, shop="supermarket"),
    ]
    return small.build(
        streets=small.frame(streets), homes=small.frame(homes), amenities=small.frame(places), areas=layers["areas"]
    )


@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_one_loose_path_does_not_take_a_kind_of_place_from_the_whole_city(city, two_kinds, mode):
    ask = {"categories": two_kinds, "modes": [mode], "minutes": 20, "proximity": False}
    result, nearest = (kg.reach.analyse(city, snap_to=snap, **ask) for snap in ("largest", "any"))
    assert nearest.city[f"share_pharmacy_{mode}_20"] == pytest.approx(10 / 100)  # the home that lies on the scrap too
    assert result.city[f"share_pharmacy_{mode}_20"] == pytest.approx(80 / 100)
    homes = result.layers["homes"].set_index("home_id")
    assert homes.loc["h1", f"{mode}_m_pharmacy"] == pytest.approx(10 + 700 + 89)
    assert homes.loc["h3", f"{mode}_m_pharmacy"] == pytest.approx(95 + 50 + 89)
    assert homes.loc["h4", f"{mode}_m_food_shop"] == pytest.approx(50)
    assert (result.options["snap_to"], nearest.options["snap_to"]) == ("largest", "any")


def test_what_was_moved_and_what_stays_on_a_loose_end_is_told_by_kind(city, two_kinds):
    result = kg.reach.analyse(city, categories=two_kinds, modes=["walk"], proximity=False)
    loose = "een los stuk straat (zonder weg te voet heen en terug naar de rest van het stratennet)"
    moved, home, place = (note for note in result.notes if loose in note)
    assert moved.startswith(f"Het dichtst bij {loose}, en daarom aan de dichtste straat van het net zelf gelegd:")
    assert moved.endswith("woonpunten 1 (10 inwoners), punten van voorzieningen 1 (apotheek 1).")
    assert home == f"Woonpunten die op {loose} blijven liggen: 1 (20 inwoners)."
    assert place.startswith(f"Punten van voorzieningen die op {loose} blijven liggen")
    assert place.endswith("voedingswinkel 1.")


def test_of_few_people_no_remark_tells_how_many_they_are(city, two_kinds):
    homes = city.homes.assign(residents=city.homes["home_id"].map({"h1": 30.0, "h2": 40.0, "h3": 3.0, "h4": 5.0}))
    result = kg.reach.analyse(city.replace(homes=homes), categories=two_kinds, modes=["walk"], proximity=False)
    few = "1 (minder dan 10 inwoners)"
    assert any(f"blijven liggen: {few}." in note for note in result.notes)
    assert any(f"geen weg hebben naar minstens één soort voorziening: {few}." in note for note in result.notes)
    assert any(f"gelegd: woonpunten {few}," in note for note in result.notes)


def test_who_lives_near_a_point_snaps_the_same_way(city, small):
    at = (small.x0 + 800, small.y0 + 89)
    assert kg.reach.reach_from(city, *at, mode="walk", minutes=20).homes == 3
    assert kg.reach.reach_from(city, *at, mode="walk", minutes=20, snap_to="any").homes == 1
    with pytest.raises(OptionError, match="snap_to is 'main', must be one of largest, any"):
        kg.reach.analyse(city, snap_to="main")
