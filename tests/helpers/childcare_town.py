"""A town on one street of 4 km, small enough to compute by hand; coordinates are metres from its corner."""

from __future__ import annotations

import geopandas as gpd
from shapely import LineString, Point, box
from shapely.affinity import translate
from written_once import written_once

from kortrijk_geo.pack.city import open_city
from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack

CRS = "EPSG:31370"
X0, Y0 = 70_000.0, 168_000.0


def frame(rows):
    found = gpd.GeoDataFrame(rows, crs=CRS)
    return found.set_geometry(gpd.GeoSeries([translate(shape, X0, Y0) for shape in found.geometry], crs=CRS))


def location(key, x, places, *, y=0.0, **more):
    row = {
        "location_id": key,
        "name": f"Opvang {key}",
        "kind": "group",
        "places": places,
        "income_related_places": None,
    }
    return {**row, "opens": None, "closes": None, "standing": None, "geometry": Point(x, y), **more}


def home(key, area, children, x, y=0.0):
    row = {"home_id": key, "area_id": area, "dwellings": 1.0, "residents": 3.0, "children_0_2": children}
    return {**row, "geometry": Point(x, y)}


def area(key, west, east, children, **more):
    return {
        "area_id": key,
        "name": f"Wijk {key}",
        "children_0_2": children,
        "geometry": box(west, -100, east, 100),
        **more,
    }


def layers():
    """Wijken A, B, C and D of 1 km each; D has no children. Locations and homes of the buffer lie east of them."""
    streets = [
        {
            "street_id": f"s{west}",
            "kind": "residential",
            "walk": True,
            "cycle_forward": True,
            "cycle_backward": True,
            "geometry": LineString([(west, 0), (west + 500, 0)]),
        }
        for west in range(0, 6_000, 500)
    ]
    return {
        "boundary": frame([{"name": "Stad", "children_0_2": 105.0, "geometry": box(0, -100, 4_000, 100)}]),
        "areas": frame([area("A", 0, 1_000, 40.0), area("B", 1_000, 2_000, 40.0), area("C", 2_000, 3_000, 20.0),
                        area("D", 3_000, 4_000, 0.0)]),
        "homes": frame([home("a", "A", 40.0, 500), home("b", "B", 40.0, 1_500), home("c", "C", 20.0, 2_500),
                        home("out", None, 10.0, 4_500)]),
        "streets": frame(streets),
        "childcare": frame([location("ka", 400, 30.0), location("kb", 1_600, 20.0),
                            location("kc", 2_500, 4.0, kind="family"), location("kd", 3_500, 8.0),
                            location("kout", 4_400, 9.0)]),
    }  # fmt: skip


def write_town(folder, *, reference_date="2024-12-31", source="test", **changed):
    """Write the town, some layers changed (None leaves one out), and open it."""

    def write(folder):
        content = {name: rows for name, rows in {**layers(), **changed}.items() if rows is not None}
        records = {name: LayerRecord(source, reference_date=reference_date, licence="CC0") for name in content}
        write_pack(folder, PackInfo(name="Stad", crs=CRS, buffer_m=2_000.0, layers=records), content)

    if any(rows is not None for rows in changed.values()) or folder.exists():
        write(folder)
    else:
        written_once(folder, ("childcare town", reference_date, source, *sorted(changed)), write)
    return open_city(folder)
