"""Sites of new care in the town of `service_town`, and by hand what its people then reach."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import service_town
from shapely import Point
from tiny_city import LAMBERT as CRS

from kortrijk_geo.services.decided import with_places
from kortrijk_geo.services.rules import load_services

CARE, PEOPLE, GROWTH_2030 = "residential_care", 42 * 6, (17_000 + 4_700 * 6 / 16) / 17_000
GROWTH_2040 = 21_700 / 17_000


def origin(town):
    return town.boundary.total_bounds[:2]


def points(town, *xs, **columns):
    west, south = origin(town)
    geometry = [Point(west + x, south + service_town.STREET_Y) for x in xs]
    return gpd.GeoDataFrame({"name": [f"plek {x}" for x in xs], **columns}, geometry=geometry, crs=CRS)


def added(town, xs, size):
    return with_places(town, load_services().find(CARE), points(town, *xs, capacity=[float(size)] * len(xs)))


def reach_of_homes(city):
    """Catchment on foot by hand: steps of 400, 800 and 1,200 m with 1, 0.68 and 0.22; the island reaches nothing."""
    care = city.amenities[city.amenities["tags"].str.contains("nursing_home") | city.amenities["category"].eq(CARE)]
    west, south = origin(city)
    homes = city.homes
    people = (homes["age_65_79"] + homes["age_80_plus"]).to_numpy()
    x, on_street = homes.geometry.x.to_numpy() - west, homes.geometry.y.to_numpy() - south < 900
    metres = np.abs(x[:, None] - (care.geometry.x.to_numpy() - west)) + service_town.HOME_Y - service_town.STREET_Y
    weight = np.select([metres <= 400, metres <= 800, metres <= 1_200], [1, 0.68, 0.22], 0.0) * on_street[:, None]
    per_place = care["capacity"].to_numpy() / (people @ weight)
    return people, 100 * weight @ per_place


def people_to(city, level):
    people, reached = reach_of_homes(city)
    return float((people * np.minimum(reached, level)).sum() / level)


def chosen_of(sites, west):
    units = zip(sites.geometry.x - west, sites["units"], strict=True)
    return tuple(sorted(round(x) for x, number in units for _ in range(number)))


def chosen(result, west):
    return chosen_of(result.layers["sites"], west)
