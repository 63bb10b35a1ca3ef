"""Trees on real data: the 35,000 trees of Las Palmas on a raster burnt from OSM, and the 1 m maps of a Flemish town."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kortrijk_geo import trees
from kortrijk_geo.mapping import write_page
from kortrijk_geo.pack.city import City
from kortrijk_geo.results import ThemeResult

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def palms(las_palmas: City) -> ThemeResult:
    return trees.analyse(las_palmas)


def test_las_palmas_keeps_clear_of_its_trees_and_says_what_it_does_not_know(
    las_palmas: City, palms: ThemeResult, tmp_path: Path
) -> None:
    assert len(las_palmas.trees) > 35_000
    sites = palms.layers["sites"]
    assert len(sites) > 10_000
    crown_m = np.sqrt(28 / np.pi)
    near = las_palmas.trees.sindex.nearest(sites.geometry, return_all=False, return_distance=True)[1]
    pixel_m = 2.0
    assert near.min() > crown_m + 2 - pixel_m, "2 m from the crown, to a pixel"
    assert np.isnan(palms.city["canopy_share"]), "a raster burnt from OSM knows too little ground"
    assert np.isnan(palms.city["homes_meeting_3_share"]), "no crown is known"
    notes = " ".join(palms.notes)
    assert "bomen is de kroon onbekend" in notes
    assert "grof: gebrand uit vectoren" in notes
    assert [layer.column for layer in trees.spec(palms).area_layers if layer.shown] == ["plantable_m2"]
    write_page(trees.spec(palms), tmp_path / "bomen.html")
    assert (tmp_path / "bomen.html").stat().st_size < 3_000_000


def test_the_crown_threshold_decides_in_las_palmas(las_palmas: City) -> None:
    """With every mapped tree counted some homes have three in sight, with crowns just too small none has.

    The trees of OSM are no inventory, so that is the least share; the share itself is unknown.
    """
    every, none = (trees.analyse(las_palmas, assumed_crown_m2=crown).city for crown in (28.0, 27.9))
    assert 0.2 < every["homes_meeting_3_low_share"] < 0.4
    assert none["homes_meeting_3_low_share"] == 0
    assert np.isnan(every["homes_meeting_3_share"])


def test_canopy_of_sint_genesius_rode_is_that_of_the_reference(real_data: Path, sint_genesius_rode: City) -> None:
    files = real_data / "sint_genesius_rode"
    result = trees.analyse(sint_genesius_rode)
    sectors = json.loads((files / "reference_green_2021.json").read_text(encoding="utf-8"))["sectors"]
    reference = {
        sector: next(one["percentage"] for one in found["classes"] if one["code"] == 1) / 100
        for sector, found in sectors.items()
        if sector in result.areas.index
    }
    assert len(reference) == 22
    for sector, share in reference.items():
        assert result.areas.loc[sector, "canopy_share"] == pytest.approx(share, abs=0.005), sector
    assert np.isnan(result.city["pit_m2"]), "the map of sealing tells no buildings from paving"
    assert result.city["plantable_m2"] <= result.city["unsealed_m2"]
