"""The demo city lies where Kortrijk lies, tiles, and has the makings of a city."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kortrijk_geo.demo.figures import figures

SECTORS = (7, 7, 6, 13, 3, 6, 2, 6, 6, 20, 7, 12, 13, 5)
DISTRICT_KM2 = {row["code"]: row["km2"] for row in figures().districts}


def test_wijken_have_their_names_places_and_surfaces(demo):
    areas = demo.areas.set_index("area_id")
    assert len(areas) == 14
    for row in figures().wijken:
        wijk = areas.loc[row["code"]]
        assert wijk["name"] == row["name"]
        assert wijk.geometry.contains(shapely.Point(row["point"]))
        assert wijk.geometry.area / 1e4 == pytest.approx(row["hectares"], rel=0.1)


def test_deelgemeenten_have_their_surfaces(demo):
    found = (demo.districts.set_index("district_id").geometry.area / 1e6).to_dict()
    assert found == pytest.approx(DISTRICT_KM2, rel=0.1)


def test_the_city_fills_the_published_bounding_box(demo):
    assert demo.boundary.total_bounds == pytest.approx(figures().published["bbox"], abs=250)


@pytest.mark.parametrize("layer", ["areas", "subareas", "districts"])
def test_areas_tile_the_boundary(demo, layer):
    shapes = demo.layer(layer).geometry.to_numpy()
    city = demo.boundary.geometry.iloc[0]
    assert shapely.coverage_is_valid(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(city.area, rel=1e-9)
    assert shapely.union_all(shapes).symmetric_difference(city).area < 1.0


def test_sectors_nest_in_wijken_but_wijken_do_not_nest_in_deelgemeenten(demo):
    sectors = demo.subareas
    areas = demo.areas.set_index("area_id")
    assert tuple(sectors.groupby("parent_id").size()[areas.index]) == SECTORS
    inside = shapely.within(sectors.representative_point().to_numpy(), areas.geometry[sectors["parent_id"]].to_numpy())
    assert inside.all()
    watermolen = sectors[sectors["parent_id"] == "34022W06"]["district_id"].value_counts().to_dict()
    zuid = sectors[sectors["parent_id"] == "34022W12"]["district_id"].value_counts().to_dict()
    assert watermolen == {"34022B": 3, "34022Z": 3}
    assert zuid == {"34022Z": 11, "34022F": 1}


def test_there_are_homes_enough_in_the_city_and_around_it(demo):
    homes = demo.homes
    inside = homes["area_id"].notna()
    assert 25_000 <= inside.sum() <= 35_000
    city = demo.boundary.geometry.iloc[0]
    around = homes[~inside]
    assert not around.geometry.intersects(city).any()
    # In each direction people live up to a cycling limit away: no edge is bare.
    centre = city.centroid
    angle = np.arctan2(around.geometry.y - centre.y, around.geometry.x - centre.x)
    far = shapely.distance(around.geometry.to_numpy(), city)
    sector = np.digitize(angle, np.linspace(-np.pi, np.pi, 13))
    for number in np.unique(sector):
        assert (far[sector == number] < 1_500).sum() > 20
        assert (far[sector == number] > 2_500).sum() > 20


def test_homes_stand_in_buildings_beside_streets(demo):
    homes = demo.homes.geometry.to_numpy()
    buildings = shapely.STRtree(demo.buildings.geometry.to_numpy())
    assert len(np.unique(buildings.query(homes, predicate="intersects")[0])) == len(homes)
    walk = demo.streets[demo.streets["walk"]].geometry.to_numpy()
    near = shapely.STRtree(walk).query_nearest(homes, return_distance=True, all_matches=False)[1]
    assert np.quantile(near, 0.95) < 30
    assert near.max() < 100


def _nodes(streets):
    lines = streets.geometry.to_numpy()
    ends = shapely.get_coordinates(np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)]))
    number = np.unique(ends, axis=0, return_inverse=True)[1].ravel()
    return number[: len(lines)], number[len(lines) :]


def test_walking_connects_everybody(demo):
    walk = demo.streets[demo.streets["walk"]]
    first, last = _nodes(walk)
    size = max(first.max(), last.max()) + 1
    component = connected_components(coo_array((np.ones(len(walk)), (first, last)), shape=(size, size)))[1]
    nearest = shapely.STRtree(walk.geometry.to_numpy()).nearest(demo.homes.geometry.to_numpy())
    home = component[first[nearest]]
    assert (home == np.bincount(home).argmax()).mean() > 0.99


def test_bicycles_can_leave_and_reach_every_street_though_some_are_one_way(demo):
    streets = demo.streets
    assert (streets["cycle_forward"] & ~streets["cycle_backward"]).sum() > 50
    first, last = _nodes(streets)
    go, back = streets["cycle_forward"].to_numpy(), streets["cycle_backward"].to_numpy()
    size = max(first.max(), last.max()) + 1
    rows, columns = np.concatenate([first[go], last[back]]), np.concatenate([last[go], first[back]])
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    label = connected_components(graph, directed=True, connection="strong")[1]
    used = np.unique(np.concatenate([first[go], last[go]]))
    assert np.bincount(label[used]).max() / len(used) > 0.99


def test_streets_are_cut_at_junctions_and_cross_barriers_on_few_bridges(demo):
    walk = demo.streets[demo.streets["walk"]]
    lines = walk.geometry.to_numpy()
    tree = shapely.STRtree(lines)
    crossing, other = tree.query(lines, predicate="crosses")
    # A bent street may graze another near a sharp corner; no more than that.
    assert len(np.unique(crossing)) < 0.002 * len(lines), (crossing[:3], other[:3])
    leie = demo.water[demo.water["name"] == "Leie"].geometry.iloc[0]
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    bridges = shapely.intersects(lines, leie) & shapely.dwithin(middle, leie, 120)
    assert 6 <= bridges.sum() <= 40
    assert set(walk[bridges]["kind"]) <= {"primary", "secondary", "tertiary", "cycleway"}


def test_streets_have_dead_ends_footpaths_and_cycleways(demo):
    kinds = demo.streets["kind"].value_counts()
    for kind in ("motorway", "primary", "secondary", "tertiary", "residential", "footway", "cycleway", "path", "track"):
        assert kinds[kind] > 0
    first, last = _nodes(demo.streets)
    degree = np.bincount(np.concatenate([first, last]))
    assert (degree == 1).sum() > 200


def test_green_comes_in_the_sizes_that_norms_speak_of(demo):
    public = demo.green[demo.green["public"]]
    hectares = public.geometry.area / 1e4
    assert (hectares >= 1).sum() >= 15
    assert (hectares >= 10).sum() >= 3
    assert (hectares >= 30).sum() >= 1


def test_every_kind_of_service_is_there_and_kooigem_has_little(demo):
    amenities = demo.amenities
    tags = amenities["tags"].map(json.loads)
    for pair in (
        "shop=supermarket", "shop=bakery", "amenity=school", "amenity=childcare", "amenity=doctors",
        "amenity=pharmacy", "leisure=playground", "highway=bus_stop", "railway=station", "leisure=sports_centre",
        "leisure=swimming_pool", "amenity=library", "amenity=theatre", "tourism=museum", "amenity=community_centre",
        "amenity=pub", "amenity=post_office", "amenity=bank", "amenity=restaurant", "amenity=university",
    ):  # fmt: skip
        key, value = pair.split("=")
        assert any(found.get(key) == value for found in tags), pair
    kooigem, centrum = (demo.areas.set_index("area_id").geometry[code] for code in ("34022W07", "34022W08"))
    assert amenities.geometry.within(kooigem).sum() < 25
    assert amenities.geometry.within(centrum).sum() > 5 * amenities.geometry.within(kooigem).sum()


def test_parcels_do_not_overlap_and_every_home_of_the_city_has_one(demo):
    parcels = demo.parcels.geometry.to_numpy()
    tree = shapely.STRtree(parcels)
    one, two = tree.query(parcels, predicate="overlaps")
    pair = one < two
    shared = shapely.area(shapely.intersection(parcels[one[pair]], parcels[two[pair]]))
    assert shared.sum() < 1e-3 * shapely.area(parcels).sum()
    homes = demo.homes[demo.homes["area_id"].notna()].geometry.to_numpy()
    assert len(np.unique(tree.query(homes, predicate="intersects")[0])) > 0.999 * len(homes)


@pytest.mark.parametrize(
    ("layer", "pick", "codes"),
    [
        ("buildings", None, {1}),
        ("homes", None, {1}),
        ("water", "river", {2, 3, 5}),
        ("trees", None, {1, 2, 3, 9, 12, 14}),
        ("green", "wood", {5, 6, 9, 11, 12, 13, 14}),
    ],
)
def test_land_cover_agrees_with_the_vectors(demo, layer, pick, codes):
    frame = demo.layer(layer)
    if pick:
        frame = frame[frame["kind"] == pick]
    if layer == "water":
        lines = shapely.intersection(frame.geometry.to_numpy(), demo.boundary.geometry.iloc[0])
        low, high = np.array(shapely.total_bounds(lines)).reshape(2, 2)
        points = shapely.points(np.random.default_rng(1).uniform(low, high, (4000, 2)))
        points = points[shapely.intersects(points, shapely.union_all(lines).buffer(-3))]
    else:
        points = shapely.point_on_surface(frame.geometry.to_numpy())
    assert _share(demo, points, codes) > 0.98


def test_carriageways_are_road_in_the_land_cover(demo):
    streets = demo.streets[demo.streets["kind"].isin(["residential", "secondary", "tertiary", "unclassified"])]
    points = shapely.line_interpolate_point(streets.geometry.to_numpy(), 0.5, normalized=True)
    assert _share(demo, points, {2}) > 0.98


def _share(demo, points, codes):
    with rasterio.open(demo.raster("land_cover")) as raster:
        inside = shapely.intersects(points, shapely.box(*raster.bounds).buffer(-2))
        found = np.array([value[0] for value in raster.sample(shapely.get_coordinates(points[inside]))])
    assert len(found) > 20
    return np.isin(found, list(codes)).mean()


def test_land_cover_covers_the_city_without_gaps(demo):
    with rasterio.open(demo.raster("land_cover")) as raster:
        left, bottom, right, top = demo.boundary.total_bounds
        assert raster.bounds.left <= left
        assert raster.bounds.bottom <= bottom
        assert raster.bounds.right >= right
        assert raster.bounds.top >= top
        assert raster.crs.to_epsg() == 31370
        assert raster.res == (2, 2)
        codes = np.unique(raster.read(1))
    assert codes.min() >= 1
    assert codes.max() <= 14
