"""Plantable ground counted by hand, its invariants, and the explanation of a spot."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_city import box, frame, line, make_city, point, write_codes

from kortrijk_geo.errors import OptionError
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.trees.cover import CoverFiles
from kortrijk_geo.trees.explain import explain, rule_layers
from kortrijk_geo.trees.outcomes import KINDS
from kortrijk_geo.trees.plantable import SOFT_BIT, PlantingGround, Tally, verdicts
from kortrijk_geo.trees.rules import OWNERS, PlantingRules, load_rules

PLANTABLE = KINDS.index("plantable")


def ground_of(city: City, rules: PlantingRules | None = None) -> PlantingGround:
    rules = rules or load_rules()
    return PlantingGround(
        CoverFiles.of(city),
        rules,
        rule_layers(city, rules),
        areas=city.areas,
        boundary=city.boundary.geometry.iloc[0],
    )


def measured(city: City, out: Path, rules: PlantingRules | None = None) -> tuple[Tally, dict[str, list[float]]]:
    """The tally, and m2 per outcome and size class of the whole city."""
    ground = ground_of(city, rules)
    tally = ground.measure(out / "codes.tif", threads=1)
    m2 = tally.outcomes.sum(axis=(1, 2)) * tally.pixel_m2
    return tally, {one.id: m2[:, place].tolist() for place, one in enumerate(ground.outcomes.all)}


def test_a_facade_keeps_trees_away_by_their_size(tmp_path: Path, meadow: np.ndarray) -> None:
    """A house of 10 x 40 m across a meadow of 40 x 60 m takes a strip of 6, 4 or 2 m on both sides."""
    meadow[:, 20:30] = 1
    city = make_city(tmp_path, meadow, buildings=frame([box(20, 0, 30, 40)], building_id=["b"]))
    _, m2 = measured(city, tmp_path)
    assert m2["building"] == [400, 400, 400]
    assert m2["facade"] == [2 * 6 * 40, 2 * 4 * 40, 2 * 2 * 40]
    assert m2["plantable"] == [2400 - 400 - 480, 2400 - 400 - 320, 2400 - 400 - 160]


def test_without_a_layer_of_buildings_their_codes_are_kept_clear(tmp_path: Path, meadow: np.ndarray) -> None:
    meadow[:, 20:30] = 1
    _, m2 = measured(make_city(tmp_path, meadow), tmp_path)
    assert m2["facade"] == [480, 320, 160]


def test_carriageway_water_and_crown_from_the_land_cover(tmp_path: Path) -> None:
    """Distances from the edge of a pixel: a pixel counts when its centre lies within."""
    codes = np.full((1, 60), 8, dtype=np.uint8)
    codes = np.repeat(codes, 20, axis=0)
    codes[:, 10], codes[:, 30], codes[:, 50] = 2, 5, 9
    _, m2 = measured(make_city(tmp_path, codes), tmp_path)
    assert m2["carriageway"] == [2 * 4 * 20, 2 * 2 * 20, 2 * 1 * 20], "4, 2 and 1 m by size class"
    assert m2["water_edge"][0] == 2 * 3 * 20, "centres at 0.5, 1.5 and 2.5 m from the edge"
    assert m2["water_strip"] == [2 * 2 * 20] * 3, "the rest of 5 m, with permission"
    assert m2["crown_on_map"][0] == 2 * 2 * 20
    assert m2["canopy"][0] == 20


def test_owners_and_the_boundary_of_private_land(tmp_path: Path, meadow: np.ndarray) -> None:
    """Public 20 m, private 20 m, 20 m without parcel: only private land keeps 2 m from its boundary."""
    parcels = frame([box(0, 0, 20, 40), box(20, 0, 40, 40)], parcel_id=["p", "q"], owner=["public", "private"])
    tally, m2 = measured(make_city(tmp_path, meadow, parcels=parcels), tmp_path)
    by_owner = dict(zip(OWNERS, tally.best[:, :, PLANTABLE].sum(axis=0), strict=True))
    assert by_owner == {"public": 800, "private": 16 * 36, "unknown": 800, "social": 0, "company": 0}
    assert m2["parcel_boundary"] == [800 - 16 * 36] * 3


def test_what_needs_permission_or_unsealing_is_counted_apart(tmp_path: Path, meadow: np.ndarray) -> None:
    meadow[:, :10] = 7
    meadow[:, 10:20] = 3
    green = frame(
        [box(30, 0, 40, 40), box(50, 0, 60, 40)], green_id=["c", "f"], kind=["cemetery", "pitch"], public=[True, True]
    )
    tally, m2 = measured(make_city(tmp_path, meadow, green=green), tmp_path)
    best = dict(zip(KINDS, tally.best.sum(axis=(0, 1)), strict=True))
    assert best == {"plantable": 800, "permission": 800, "pit": 400, "excluded": 400, "unknown": 0}
    assert (m2["farmland"][0], m2["managed_green"][0], m2["sealed"][0], m2["sports_field"][0]) == (400, 400, 400, 400)


def test_lines_and_crowns_of_trees(tmp_path: Path, meadow: np.ndarray) -> None:
    """Gas keeps 3 m on both sides; a motorway 10 m and half its width; a crown of known size 2 m around it."""
    city = make_city(tmp_path / "gas", meadow, constraints=frame([line((30, -5), (30, 45))], kind=["gas"]))
    assert measured(city, tmp_path)[1]["gas"][0] == 6 * 40
    city = make_city(tmp_path / "way", meadow, constraints=frame([line((30, -9), (30, 49))], kind=["motorway"]))
    assert measured(city, tmp_path)[1]["motorway"][0] == pytest.approx(2 * 15.5 * 40, abs=40)
    trees = frame([point(30, 20)], tree_id=["t"], crown_m2=[np.pi * 16])
    taken = measured(make_city(tmp_path / "tree", meadow, trees=trees), tmp_path)[1]["tree"][0]
    assert taken == pytest.approx(np.pi * 6**2, abs=6)


def test_a_tree_of_unknown_crown_is_kept_clear_as_if_it_were_28_m2(tmp_path: Path, meadow: np.ndarray) -> None:
    trees = frame([point(30, 20)], tree_id=["t"], crown_m2=[np.nan])
    city = make_city(tmp_path, meadow, trees=trees)
    ground = ground_of(city)
    assert ground.obstacles.applied.unknown_crowns == 1
    assert measured(city, tmp_path)[1]["tree"][0] == pytest.approx(np.pi * (np.sqrt(28 / np.pi) + 2) ** 2, abs=6)


def test_ground_narrower_than_a_pit_holds_no_tree(tmp_path: Path) -> None:
    """At 1 m the least square is 3 x 3 pixels for the first size (9 m2), 2 x 2 for the second (4 m2) and third."""
    codes = np.zeros((20, 20), dtype=np.uint8)
    codes[:, 5] = 11
    codes[:, 10:12] = 11
    codes[:, 15:18] = 11
    _, m2 = measured(make_city(tmp_path, codes), tmp_path)
    assert m2["narrow"] == [20 + 40, 20, 20]
    assert m2["plantable"] == [60, 100, 100]


def test_a_railway_keeps_six_metres_from_its_ground_and_from_its_track(tmp_path: Path, meadow: np.ndarray) -> None:
    rails = frame([line((30, -9), (30, 49))], kind=["rail"])
    assert measured(make_city(tmp_path / "track", meadow, constraints=rails), tmp_path)[1]["rail"] == [12 * 40] * 3
    meadow[:, 28:32] = 4
    assert measured(make_city(tmp_path / "ground", meadow), tmp_path)[1]["rail"] == [12 * 40] * 3


def test_unknown_ground_is_no_plantable_ground(tmp_path: Path, meadow: np.ndarray) -> None:
    meadow[:10] = 0
    tally, m2 = measured(make_city(tmp_path, meadow), tmp_path)
    assert m2["unknown"] == [600, 600, 600]
    assert m2["plantable"] == [1800, 1800, 1800]
    assert tally.known.sum() == 1800


def test_a_crown_on_the_green_map_is_canopy_above_any_ground(tmp_path: Path, meadow: np.ndarray) -> None:
    meadow[:, :10] = 2
    green = np.full(meadow.shape, 2, dtype=np.uint8)
    green[:10] = 1
    tally, m2 = measured(make_city(tmp_path, meadow, rasters={"green_cover": green}), tmp_path)
    assert tally.canopy.sum() == 600, "also above the road"
    assert m2["road"][0] == 400
    assert m2["plantable"][0] == (40 - 10 - 2) * (60 - 10 - 4)


def random_codes(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    blocks = rng.choice(np.array([0, 1, 2, 3, 5, 7, 8, 8, 8, 9, 11], dtype=np.uint8), (8, 9))
    return np.kron(blocks, np.ones((6, 7), dtype=np.uint8))


def random_layers(seed: int) -> dict[str, gpd.GeoDataFrame]:
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 45, (6, 2))
    boxes = [box(x, y, x + 12, y + 9) for x, y in corner]
    return {
        "parcels": frame(boxes[:4], parcel_id=list("abcd"), owner=["public", "private", "social", "company"]),
        "buildings": frame(boxes[4:], building_id=["x", "y"]),
        "trees": frame([point(*one) for one in corner], tree_id=list("uvwxyz"), crown_m2=[9.0, 30, np.nan, 80, 5, 60]),
        "constraints": frame([line(*corner[:2]), line(*corner[2:4])], kind=["gas", "sewer"]),
    }


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), strip=st.sampled_from([1, 5, 16, 33]))
def test_invariants_of_any_city(seed: int, strip: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    layers = random_layers(seed)
    codes = random_codes(seed)
    split = frame([box(0, 0, 30, 48), box(30, 0, 63, 20)], area_id=["a", "b"], name=["A", "B"])
    ground = ground_of(make_city(folder, codes, areas=split, **layers))
    tally = ground.measure(folder / "whole.tif", strip_px=64, threads=1)
    # The parts are the whole, for every size class, ground in no area included.
    assert (tally.outcomes.sum(axis=(1, 2, 3)) == codes.size).all()
    assert tally.best.sum() == codes.size
    assert (tally.outcomes.sum(axis=(2, 3)) == tally.codes.sum(axis=1)).all()
    # Strips of any height, in any number of threads, give the same.
    again = ground.measure(folder / "strips.tif", strip_px=strip, threads=2)
    np.testing.assert_array_equal(again.outcomes, tally.outcomes)
    with rasterio.open(folder / "whole.tif") as one, rasterio.open(folder / "strips.tif") as other:
        whole = one.read(1)
        np.testing.assert_array_equal(whole, other.read(1))
    # Plantable ground is unsealed.
    soft = (whole & SOFT_BIT) > 0
    for size in range(3):
        assert (verdicts(whole, size, ("plantable", "permission")) <= soft).all()
    # An obstacle more never adds plantable ground; neither does a larger distance.
    more = {**layers, "water": frame([box(20, 10, 24, 40)], kind=["pond"])}
    obstructed = ground_of(make_city(folder / "more", codes, areas=split, **more))
    obstructed.measure(folder / "more.tif", threads=1)
    rules = load_rules()
    wider = rules.model_copy(
        update={
            "rules": tuple(
                rule.model_copy(update={"distance_m": {size: m + 1.5 for size, m in rule.distance_m.items()}})
                for rule in rules.rules
            )
        }
    )
    ground_of(make_city(folder / "wide", codes, areas=split, **layers), wider).measure(folder / "wide.tif", threads=1)
    for path in ("more.tif", "wide.tif"):
        with rasterio.open(folder / path) as source:
            less = source.read(1)
        for size in range(3):
            assert (verdicts(less, size, ("plantable",)) <= verdicts(whole, size, ("plantable",))).all()


def test_every_spot_is_explained_as_it_is_counted(tmp_path: Path) -> None:
    codes, layers = random_codes(3), random_layers(3)
    city = make_city(tmp_path, codes, **layers)
    ground = ground_of(city)
    ground.measure(tmp_path / "codes.tif", threads=1)
    with rasterio.open(tmp_path / "codes.tif") as source:
        planting = source.read(1)
    rng = np.random.default_rng(1)
    for row, column in zip(rng.integers(0, codes.shape[0], 12), rng.integers(0, codes.shape[1], 12), strict=True):
        spot = point(column + 0.5, row + 0.5)
        told = explain(city, spot.x, spot.y)
        assert told.ground_code == codes[row, column]
        for size, verdict in enumerate(told.sizes):
            for kind in ("plantable", "permission", "pit"):
                counted = verdicts(planting[row : row + 1, column : column + 1], size, (kind,))[0, 0]
                assert counted == (verdict.outcome.kind == kind)
            if verdict.outcome.kind == "plantable":
                assert verdict.rules == ()


def test_an_explanation_names_every_rule_that_takes_the_spot(tmp_path: Path, meadow: np.ndarray) -> None:
    """3 m from a house and 1 m from a pipe: too near for large and middle trees by both, for small ones by the pipe."""
    meadow[:, 20:30] = 1
    city = make_city(
        tmp_path,
        meadow,
        buildings=frame([box(20, 0, 30, 40)], building_id=["b"]),
        constraints=frame([line((34.5, 0), (34.5, 40))], kind=["gas"]),
    )
    told = explain(city, point(33, 20).x, point(33, 20).y)
    assert (told.ground, told.owner, told.area_id) == ("grass or shrub", "unknown", "a")
    facade, gas = "te dicht bij een gevel", "vrije strook van een gasvervoerleiding"
    assert [one.rules for one in told.sizes] == [(facade, gas), (facade, gas), (gas,)]
    assert [one.outcome.id for one in told.sizes] == ["facade", "facade", "gas"]


@pytest.mark.parametrize(("x", "y"), [(500.0, 20.0), (-1.0, 20.0)])
def test_a_spot_outside_the_land_cover_is_refused(tmp_path: Path, meadow: np.ndarray, x: float, y: float) -> None:
    city = make_city(tmp_path, meadow)
    with pytest.raises(OptionError, match="lies outside"):
        explain(city, point(x, y).x, point(x, y).y)
    with pytest.raises(OptionError, match="must be numbers"):
        explain(city, float("nan"), 0)


def test_a_code_that_is_no_bbk_code_is_named(tmp_path: Path, meadow: np.ndarray) -> None:
    meadow[3, 3] = 77
    city = make_city(tmp_path, meadow)
    with pytest.raises(ValueError, match=r"land_cover\.tif: holds code 77, which is no BBK code"):
        measured(city, tmp_path)


def test_a_raster_of_floats_is_refused(tmp_path: Path, meadow: np.ndarray) -> None:
    city = make_city(tmp_path, meadow)
    write_codes(city.raster("land_cover"), meadow.astype("float32"))
    with pytest.raises(ValueError, match="holds float32, codes of one byte"):
        CoverFiles.of(open_city(city.folder))
