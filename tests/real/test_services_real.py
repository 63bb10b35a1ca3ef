"""Services on Las Palmas: no capacities and no ages, so reach only, of whoever is known."""

from __future__ import annotations

import numpy as np
import pytest

from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.pack.amenities import tags_of

PHARMACY = """
[[kind]]
id = "pharmacy"
label = "apotheek"
plural = "apotheken"
people = ["residents"]
people_label = "inwoners"
source = "OSM"
date = "2023"
standing = "keuze van het instrument"
rules = [{ amenity = "pharmacy" }]
"""


@pytest.fixture(scope="module")
def result(las_palmas, tmp_path_factory):
    from kortrijk_geo import services

    source = services.__file__.replace("__init__.py", "services.toml")
    own = tmp_path_factory.mktemp("rules") / "eigen.toml"
    with open(source, encoding="utf-8") as shipped:  # noqa: PTH123
        own.write_text(shipped.read() + PHARMACY, encoding="utf-8")
    return services.analyse(las_palmas, services=own)


@pytest.mark.real
def test_reach_only_and_of_whom_is_said(result, las_palmas):
    counts = result.layers["locations"]["kind"].value_counts()
    kinds = [tags.get("amenity") for tags in tags_of(las_palmas.amenities)]
    assert counts["pharmacy"] == kinds.count("pharmacy") == 81  # the extract has 82, one of them outside the pack
    assert kinds.count("school") == 163
    assert 0 < counts["basic_school"] <= 163
    sized = [name for name in result.city if name.startswith(("capacity_", "per_100_", "catchment_"))]
    unknown = [name for name in sized if result.city[name] != 0]
    assert all(np.isnan(result.city[name]) for name in unknown)
    assert not [key for key in result.city if key.startswith("short_")]  # the targets are those of Kortrijk
    figure = result.headline("share_beyond_basic_school_walk")
    assert 0 < figure.value < 1
    assert any("is geteld in" in note for note in result.notes)
    assert not any("Inspiratienota" in str(source) for source in result.sources)


@pytest.mark.real
def test_the_share_beyond_a_pharmacy_is_that_of_the_nearest_of_every_home(result, las_palmas):
    graph = StreetGraph.from_streets(las_palmas.streets, "walk")
    homes = las_palmas.homes
    kinds = [tags.get("amenity") for tags in tags_of(las_palmas.amenities)]
    pharmacies = las_palmas.amenities[[kind == "pharmacy" for kind in kinds]]
    at_homes = graph.place(homes.geometry)
    metres = graph.nearest(at_homes, graph.place(pharmacies.geometry))[1]
    who = "residents" if homes["residents"].notna().any() else "dwellings"
    people = homes[who].to_numpy() if homes[who].notna().any() else np.ones(len(homes))
    counted = at_homes.placed & homes["area_id"].notna().to_numpy() & np.isfinite(people)
    expected = people[counted & ~(metres <= 1200)].sum() / people[counted].sum()
    assert result.headline("share_beyond_pharmacy_walk").value == pytest.approx(expected)
