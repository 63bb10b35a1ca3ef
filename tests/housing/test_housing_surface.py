"""The density surface: a kernel that keeps every dwelling, in bands, from the addresses that there are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from housing_town import CRS, X, Y, areas_layer, make_city, points, town
from shapely.geometry import box

from kortrijk_geo import housing
from kortrijk_geo.errors import CrsError, DataError, OptionError
from kortrijk_geo.housing.surface import density_bands, density_surface, social_addresses


def series(*places):
    return gpd.GeoSeries(points(*places), crs=CRS)


def surface(places, dwellings, bandwidth_m=300.0, cell_m=20.0):
    return density_surface(series(*places), np.array(dwellings, float), bandwidth_m=bandwidth_m, cell_m=cell_m)


def test_one_dwelling_has_the_kernel_around_it():
    found = surface([(510, 510)], [1])
    rows, columns = np.indices(found.per_km2.shape)
    x = found.transform.c + (columns + 0.5) * 20
    y = found.transform.f - (rows + 0.5) * 20
    away = np.hypot(x - X - 510, y - Y - 510)
    expected = np.where(away < 300, 3e6 / (np.pi * 300**2) * (1 - (away / 300) ** 2) ** 2, 0)
    np.testing.assert_allclose(found.per_km2, expected, atol=1e-9)
    assert found.per_km2.max() == pytest.approx(3e6 / (np.pi * 300**2))  # an address in the middle of a cell


def test_the_surface_holds_as_many_dwellings_as_there_are():
    rng = np.random.default_rng(0)
    places, dwellings = rng.uniform(0, 2000, (200, 2)), rng.integers(1, 30, 200)
    found = surface(map(tuple, places), dwellings)
    assert found.per_km2.sum() * 0.02**2 == pytest.approx(dwellings.sum(), rel=2e-3)


def test_many_addresses_in_parts_give_the_same(monkeypatch):
    rng = np.random.default_rng(1)
    places, dwellings = [tuple(one) for one in rng.uniform(0, 1000, (50, 2))], rng.integers(1, 9, 50)
    whole = surface(places, dwellings)
    monkeypatch.setattr("kortrijk_geo.housing.surface._MOST_PAIRS", 5000)
    np.testing.assert_allclose(surface(places, dwellings).per_km2, whole.per_km2, rtol=1e-12)


def test_bands_are_nested_and_the_widest_comes_first():
    found = density_bands(surface([(500, 500), (560, 500)], [10, 10]), (20.0, 80.0, 1e6), CRS)
    assert found["at_least_per_km2"].tolist() == [20.0, 80.0]
    assert found["m2"].is_monotonic_decreasing
    assert found.geometry.iloc[0].buffer(15).contains(found.geometry.iloc[1])
    # At 20 per km2 of a peak near 212: the radius where (1 - (r/h)^2)^2 is that share, for both addresses together.
    assert found["m2"].iloc[0] == pytest.approx(np.pi * 300**2 * 0.7, rel=0.25)


@pytest.mark.parametrize(("bandwidth", "message"), [(30, "at least two cells"), (float("nan"), "at least two cells")])
def test_a_bandwidth_that_misses_addresses_is_refused(bandwidth, message):
    with pytest.raises(OptionError, match=message):
        surface([(0, 0)], [1], bandwidth_m=bandwidth)


def test_without_addresses_there_is_no_surface_and_a_note_says_so(four):
    result = housing.analyse(four)
    assert "density_surface" not in result.layers
    assert any("Geen dichtheidsvlak" in note for note in result.notes)


def test_addresses_that_are_given_are_used(four):
    addresses = gpd.GeoDataFrame({"dwellings": [40, 5]}, geometry=points((500, 500), (2500, 500)), crs=CRS)
    result = housing.analyse(four, addresses=addresses, bandwidth_m=250)
    assert len(result.layers["density_surface"]) >= 2
    assert result.options["bandwidth_m"] == 250
    assert any("2 opgegeven adressen. Samen 45 woningen, volgens de telling 45" in note for note in result.notes)


@pytest.mark.parametrize(
    ("columns", "crs", "error", "message"),
    [
        ({}, "EPSG:4326", CrsError, "reproject"),
        ({"dwellings": [1, -1]}, CRS, DataError, "row 1 is not a number from 0"),
        ({"dwellings": [1, None]}, CRS, DataError, "row 1 is not a number from 0"),
    ],
)
def test_addresses_that_cannot_be_used(four, columns, crs, error, message):
    addresses = gpd.GeoDataFrame(columns, geometry=points((0, 0), (1, 1)), crs=crs)
    with pytest.raises(error, match=message):
        social_addresses(four, addresses)


def test_an_address_without_point_is_refused(four):
    with pytest.raises(DataError, match="must have a point"):
        social_addresses(four, gpd.GeoDataFrame(geometry=[None, *points((0, 0))], crs=CRS))


def homes_layer(**columns):
    return gpd.GeoDataFrame(
        {
            "home_id": ["h1", "h2", "h3"], "area_id": ["A00", "A00", None], "dwellings": [4.0, 6.0, 9.0],
            "residents": [8.0, 12.0, 9.0], "children_0_2": [0.0, 1.0, 1.0], **columns,
        },
        geometry=points((100, 100), (600, 600), (900, 100)), crs=CRS,
    )  # fmt: skip


def test_homes_that_know_their_social_dwellings_come_before_parcels():
    parcels = gpd.GeoDataFrame(
        {"parcel_id": ["p"], "owner": ["social"]}, geometry=[box(X, Y, X + 950, Y + 200)], crs=CRS
    )
    areas = areas_layer([4, 2], [20, 20])
    known = social_addresses(make_city(areas, homes=homes_layer(social_dwellings=[0.0, 3.0, 5.0]), parcels=parcels))
    assert known.dwellings.tolist() == [3.0]  # the third home lies outside the study area
    estimate = social_addresses(make_city(areas, homes=homes_layer(), parcels=parcels))
    assert estimate.dwellings.tolist() == [4.0]
    assert "raming" in estimate.note
    assert social_addresses(make_city(areas, homes=homes_layer())) is None
    assert social_addresses(town([1], [2])) is None
