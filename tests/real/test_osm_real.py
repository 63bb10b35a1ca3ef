"""Real extracts, clipped and dirty as they are, against what osmium itself says of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import numpy as np
import osmium
import pytest
import shapely
from pyproj import Transformer

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.addresses import tidy_addresses
from kortrijk_geo.ingest.homes import homes_from_osm, spread
from kortrijk_geo.ingest.osm import read_osm
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.pack.layers import LAYERS
from kortrijk_geo.pack.validation import validate

pytestmark = pytest.mark.real
EXTRACTS = {
    "las_palmas": ("las_palmas/las_palmas_20230221.osm.pbf", "EPSG:32628"),
    "wechelderzande": ("wechelderzande/wechelderzande.osm.pbf", "EPSG:31370"),
    "lebbeke": ("lebbeke/lebbeke.osm", "EPSG:31370"),
}


@pytest.fixture(scope="module")
def extracts(real_data):
    return {name: read_osm(real_data / file, crs=crs) for name, (file, crs) in EXTRACTS.items()}


@pytest.mark.parametrize("name", EXTRACTS)
def test_every_layer_keeps_its_contract_and_every_finding_counts(extracts, name):
    extract, crs = extracts[name], EXTRACTS[name][1]
    for layer, frame in extract.layers.items():
        if layer == "addresses":
            frame = tidy_addresses(frame, Findings())  # noqa: PLW2901 - a pack takes them when they are made fit
        if layer in LAYERS:
            validate(layer, frame, crs=crs, origin=name)
        assert frame.crs == crs
    assert all(any(character.isdigit() for character in finding) for finding in extract.findings)
    assert all("{" not in finding for finding in extract.findings)


def test_las_palmas_holds_what_its_makers_counted(extracts, real_data):
    """Counts of objects in the raw file, taken straight from osmium."""
    layers = extracts["las_palmas"].layers
    raw: Counter[str] = Counter()
    for thing in osmium.FileProcessor(str(real_data / EXTRACTS["las_palmas"][0])):
        for key in ("amenity", "natural"):
            if key in thing.tags:
                raw[f"{thing.type_str()} {key}={thing.tags[key]}"] += 1
    categories = layers["amenities"].category.value_counts()
    assert len(layers["trees"]) == raw["n natural=tree"] == 35_515
    for value in ("school", "kindergarten", "pharmacy", "restaurant"):
        objects = sum(raw[f"{kind} amenity={value}"] for kind in "nwr")
        assert objects - 1 <= categories[f"amenity={value}"] <= objects, value
    assert extracts["las_palmas"].reference_date == "2023-02-21"


def test_multipolygons_are_those_of_libosmium(extracts, real_data):
    """Every relation that libosmium assembles has the same surface here, and no other becomes an area."""
    file, crs = EXTRACTS["las_palmas"]
    to_metres = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    factory, theirs = osmium.geom.WKBFactory(), {}
    keys = osmium.filter.KeyFilter("building")
    for thing in osmium.FileProcessor(str(real_data / file)).with_areas(keys).with_filter(keys):
        if thing.is_area() and not thing.from_way() and thing.tags["building"] != "no":
            shape = shapely.from_wkb(factory.create_multipolygon(thing))
            theirs[f"r{thing.orig_id()}"] = shapely.transform(
                shape, lambda degrees: np.column_stack(to_metres.transform(degrees[:, 0], degrees[:, 1]))
            ).area
    buildings = extracts["las_palmas"].layers["buildings"].set_index("building_id")
    ours = buildings.area[buildings.index.str.startswith("r")]
    assert len(theirs) > 1_900
    assert set(ours.index) == set(theirs)
    assert (ours - [theirs[osm_id] for osm_id in ours.index]).abs().max() < 1e-6


def test_streets_meet_where_ways_share_a_node_and_nowhere_else(extracts, real_data):
    """Every junction of the raw file is an end of its streets, at exactly the coordinates of its node."""
    file, crs = EXTRACTS["las_palmas"]
    streets = extracts["las_palmas"].layers["streets"]
    kept = set(streets.street_id.str.extract(r"^w(\d+)-")[0].astype(int))
    uses: Counter[int] = Counter()
    degrees = {}
    for way in osmium.FileProcessor(str(real_data / file)).with_locations():
        if way.is_way() and way.id in kept:
            known = [node for node in way.nodes if node.location.valid()]
            uses.update(node.ref for node in known)
            degrees.update((node.ref, (node.lon, node.lat)) for node in known)
    # Where two nodes stand at one place, a street may pass over the junction of others without meeting them.
    alone = {place for place, nodes in Counter(degrees.values()).items() if nodes == 1}
    junctions = np.array([degrees[ref] for ref, times in uses.items() if times > 1 and degrees[ref] in alone])
    to_metres = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    places = set(zip(*(axis.tolist() for axis in to_metres.transform(*junctions.T)), strict=True))
    corners, street = shapely.get_coordinates(streets.geometry.to_numpy(), return_index=True)
    is_end = np.ones(len(corners), dtype=bool)
    is_end[1:-1] = (street[1:-1] != street[:-2]) | (street[1:-1] != street[2:])
    assert len(places) > 10_000
    assert places <= set(map(tuple, corners[is_end].tolist()))
    assert places.isdisjoint(map(tuple, corners[~is_end].tolist()))


def test_las_palmas_is_a_whole_municipality_with_room_to_walk_around_it(extracts):
    extract = extracts["las_palmas"]
    (town,) = extract.layers["admin"].itertuples()
    assert (town.osm_id, town.admin_level, town.population) == ("r340783", "8", 378_675)
    assert town.geometry.area == pytest.approx(103.267e6, rel=1e-4)
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:32628", always_xy=True)
    covered = shapely.transform(
        shapely.segmentize(shapely.box(*extract.extent_lonlat), 0.001),
        lambda degrees: np.column_stack(to_metres.transform(degrees[:, 0], degrees[:, 1])),
    )
    assert town.geometry.buffer(1_200).within(covered)


def test_clipped_villages_have_no_whole_boundary_and_say_so(extracts):
    for name in ("wechelderzande", "lebbeke"):
        assert extracts[name].layers["admin"].empty
        assert any(
            "multipolygons have members or nodes that are not in the file" in text for text in extracts[name].findings
        )


def test_homes_of_las_palmas_hold_its_inhabitants_exactly(extracts):
    layers = extracts["las_palmas"].layers
    areas = layers["admin"].rename(columns={"osm_id": "area_id"})[["area_id", "geometry"]]
    homes, _ = homes_from_osm(layers["buildings"], layers["addresses"], areas, boundary=areas.geometry[0])
    validate("homes", homes, crs="EPSG:32628", origin="las_palmas")
    residents, _ = spread({"r340783": 378_675}, homes, "residents", weights="footprint_m2")
    assert residents.sum() == 378_675
    assert residents[homes.area_id.isna()].isna().all()
    assert len(homes) > 15_000


def test_a_study_area_keeps_what_touches_it(extracts, real_data):
    file, crs = EXTRACTS["las_palmas"]
    whole = extracts["las_palmas"].layers
    centre = shapely.Point(458_500, 3_110_500).buffer(1_500)
    part = read_osm(real_data / file, crs=crs, extent=centre)
    for name, frame in part.layers.items():
        expected = whole[name][whole[name].intersects(centre)]
        assert len(frame) == len(expected), name
        lost = len(whole[name]) - len(frame)
        if lost:
            assert f"{name}: {lost} lie outside the study area and its buffer: left out" in part.findings


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_real_pbf_cut_in_the_middle_is_refused(real_data, tmp_path, share):
    content = (real_data / EXTRACTS["las_palmas"][0]).read_bytes()
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(DataError, match=r"cut\.osm\.pbf: is cut off"):
        read_osm(cut, crs="EPSG:32628")


def test_las_palmas_is_read_in_less_than_500_mb(real_data):
    """Peak memory of a process that does nothing else, imports included."""
    file, crs = EXTRACTS["las_palmas"]
    program = (
        "import json, re, sys; from pathlib import Path; from kortrijk_geo.ingest.osm import read_osm;"
        "extract = read_osm(Path(sys.argv[1]), crs=sys.argv[2]);"
        # The kernel's own high-water mark: ru_maxrss would be that of the test process that forked this one.
        "peak_kb = int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text()).group(1));"
        "print(json.dumps([peak_kb, len(extract.layers['streets'])]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(real_data / file), crs], capture_output=True, text=True, check=True
    )
    peak_kb, streets = json.loads(done.stdout)
    assert streets > 20_000
    assert peak_kb < 500 * 1024
