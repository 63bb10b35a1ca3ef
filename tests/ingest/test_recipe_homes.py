"""Homes of a recipe: buildings of an OpenStreetMap file, with the residents of their area spread over them exactly."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from pyproj import Transformer
from shapely.geometry import box

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.ingest.services import write_osm
from kortrijk_geo.pack.city import open_city

X, Y = 72000, 168000
RECIPE = """
name = "Dorp"
crs = "EPSG:31370"
buffer_m = 200
[study_area]
of = "areas"
[layers.areas]
reader = "vector"
file = "areas.gpkg"
[layers.streets]
reader = "osm"
file = "dorp.osm.pbf"
[layers.trees]
reader = "osm"
file = "dorp.osm.pbf"
[layers.homes]
reader = "homes"
file = "dorp.osm.pbf"
source = "OpenStreetMap contributors"
"""


def village_osm(houses):
    """A street along the bottom and houses of 10 by 10 m, each at (x, y) from the corner of the village."""
    lonlat = Transformer.from_crs("EPSG:31370", "EPSG:4326", always_xy=True)
    elements = []

    def way(points, tags):
        first = len(elements) + 1
        places = [lonlat.transform(X + x, Y + y) for x, y in points]
        elements.extend(
            {"type": "node", "id": first + step, "lon": lon, "lat": lat} for step, (lon, lat) in enumerate(places)
        )
        nodes = list(range(first, first + len(points)))
        elements.append({"type": "way", "id": len(elements) + 1, "nodes": nodes, "tags": tags})
        return elements[-1]["nodes"]

    way([(-150, 5), (1150, 5)], {"highway": "residential"})
    for x, y in houses:
        nodes = way([(x, y), (x + 10, y), (x + 10, y + 10), (x, y + 10)], {"building": "house"})
        nodes.append(nodes[0])
    return elements


@pytest.fixture
def build(tmp_path):
    (tmp_path / "files").mkdir()

    def run(population, children, houses):
        gpd.GeoDataFrame(
            {"area_id": ["a", "b"], "name": ["a", "b"], "population": population, "children_0_2": children},
            geometry=[box(X, Y, X + 500, Y + 100), box(X + 500, Y, X + 1000, Y + 100)], crs="EPSG:31370",
        ).to_file(tmp_path / "files" / "areas.gpkg")  # fmt: skip
        write_osm(village_osm(houses), tmp_path / "files" / "dorp.osm.pbf")
        (tmp_path / "dorp.toml").write_text(RECIPE)
        return build_pack(tmp_path / "dorp.toml", tmp_path / "files", tmp_path / "pack"), open_city(tmp_path / "pack")

    return run


HOUSES = [(50, 50), (100, 50), (150, 50), (600, 50), (700, 50), (-100, 50)]


def test_the_residents_of_every_area_are_spread_over_its_homes_exactly(build, tmp_path):
    report, city = build([100.0, 7.0], [10.0, np.nan], HOUSES)
    per_area = city.homes.groupby("area_id")[["residents", "children_0_2"]].sum(min_count=1)
    assert per_area["residents"].tolist() == [100.0, 7.0]
    assert per_area["children_0_2"].iloc[0] == 10.0
    assert np.isnan(per_area["children_0_2"].iloc[1])
    buffer = city.homes[city.homes["area_id"].isna()]
    assert len(buffer) == 1
    assert buffer["residents"].isna().all()
    assert "trees" not in report.info.layers
    assert any(finding.layer == "trees" and "has no trees" in finding.message for finding in report.findings)
    assert [finding for finding in check_pack(tmp_path / "pack") if finding.level == "error"] == []


def test_no_home_at_all_is_an_error(build):
    with pytest.raises(DataError, match="homes"):
        build([100.0, 7.0], [10.0, 1.0], [])
