"""An invented theme on an invented town, small and deterministic, for tests of map, page and atlas."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.mapping.options import OptionLabels
from kortrijk_geo.mapping.spec import AreaLayer, MapSpec, PointLayer, ShapeLayer
from kortrijk_geo.results import Column, Figure, Scale, Source, ThemeResult

CRS = "EPSG:31370"
CENTRE = (71_500.0, 168_500.0)
RADIUS_M = 5_000.0
KINDS = {"group": ("groepsopvang", "#d95f02"), "family": ("gezinsopvang", "#7570b3")}
HOSTILE = (
    "<img src=x onerror=window.attacked=1>",
    "</script><script>window.attacked=2</script>",
    "${window.attacked=3}`+window.attacked",
    "{{ 7*7 }}{% raw %}{# x",
    "\"'><svg onload=window.attacked=4>",
    "regel\neen\u2028twee",
    "rechts\u200fnaar\u202elinks",
    "<!-- &lt;b&gt; ]]>",
)


def areas(count: int = 14) -> gpd.GeoDataFrame:
    """Areas that tile a round town, with an inhabitant count each."""
    rng = np.random.default_rng(count)
    town = shapely.Point(CENTRE).buffer(RADIUS_M, quad_segs=32)
    seeds = shapely.points(np.array(CENTRE) + rng.uniform(-RADIUS_M, RADIUS_M, (4 * count + 4, 2)))
    seeds = seeds[shapely.contains(town, seeds)][:count]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=town))
    order = [int(np.flatnonzero(shapely.contains(cells, seed))[0]) for seed in seeds]
    shapes = shapely.intersection(cells[order], town)
    names = [f"Wijk {chr(65 + place % 26)}{place}" for place in range(len(shapes))]
    frame = gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=CRS)
    frame.index = pd.Index([f"W{place:03d}" for place in range(len(shapes))], name="area_id")
    frame["population"] = rng.integers(0, 9_000, len(frame)).astype(float)
    frame["share_near"] = rng.uniform(0, 1, len(frame))
    frame["share_near_cycle"] = np.sqrt(frame["share_near"])
    frame["places_per_100"] = rng.uniform(20, 90, len(frame))
    frame["below"] = frame["places_per_100"] < 60
    if len(frame) > 2:
        frame.loc[frame.index[2], ["share_near", "places_per_100"]] = np.nan
    return frame


def homes(count: int) -> gpd.GeoDataFrame:
    """Points that lie denser in the middle, some without a distance."""
    rng = np.random.default_rng(7)
    places = np.array(CENTRE) + rng.normal(0, RADIUS_M / 3, (count, 2))
    metres = np.round(rng.uniform(50, 3_000, count), 1)
    metres[:: max(1, count // 20)] = np.nan
    return gpd.GeoDataFrame(
        {"home_id": [f"h{n}" for n in range(count)], "residents": rng.integers(1, 6, count), "walk_m_shop": metres},
        geometry=shapely.points(places),
        crs=CRS,
    )


def context() -> dict[str, gpd.GeoDataFrame]:
    """A river, two roads, a railway and some green."""
    x, y = CENTRE
    river = shapely.LineString(
        [(x - 9_000, y + 3_000), (x - 1_000, y + 400), (x + 2_000, y + 900), (x + 9_000, y + 4_000)]
    )
    roads = [
        shapely.LineString([(x - 8_000, y - 500), (x, y), (x + 8_000, y - 1_500)]),
        shapely.LineString([(x + 500, y + 8_000), (x, y), (x - 1_500, y - 8_000)]),
    ]
    parks = [shapely.Point(x + dx, y + dy).buffer(400) for dx, dy in ((-2_000, 1_500), (1_500, -2_500), (6_000, 0))]

    def frame(shapes: list[shapely.Geometry]) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(geometry=shapes, crs=CRS)

    return {
        "boundary": frame([shapely.Point(CENTRE).buffer(RADIUS_M, quad_segs=32)]),
        "main_streets": frame(roads),
        "rail": frame([shapely.LineString([(x - 8_000, y - 3_000), (x + 8_000, y + 2_000)])]),
        "water": frame([river.buffer(40)]),
        "green": frame(parks),
    }


def result(
    count: int = 14, *, synthetic: bool = True, frame: gpd.GeoDataFrame | None = None, **changes: Any
) -> ThemeResult:
    """The outcome of the invented theme."""
    found = areas(count) if frame is None else frame
    return ThemeResult(
        **{
            "theme": "sample",
            "page": "voorbeeld",
            "pack": "Voorbeeldstad",
            "areas": found,
            "city": {"population": 81_045.0, "share_near": 0.579, "share_near_cycle": 0.75, "places_per_100": 57.9},
            "headlines": [
                Figure(
                    "share_near",
                    "inwoners met alles binnen 15 minuten te voet",
                    0.579,
                    "aandeel",
                    0.6,
                    "eigen berekening",
                ),
                Figure("places", "opvangplaatsen", 1_376.0, "plaatsen", None, "Opgroeien"),
                Figure("places_per_100", "plaatsen per 100 kinderen van 0 tot 2 jaar", 57.9, "per 100", 60.0),
                Figure("gap", "iets dat niemand weet", None, "plaatsen", 3.0),
            ],
            "columns": [
                Column("name", "Gebied"),
                Column("population", "Inwoners"),
                Column("share_near", "Alles binnen 15 minuten"),
                Column("share_near_cycle", "Alles binnen 15 minuten met de fiets"),
                Column("places_per_100", "Plaatsen per 100 kinderen"),
                Column("below", "Onder de norm"),
            ],
            "context": context(),
            "sources": [
                Source("OpenStreetMap-bijdragers", "2024-05-01", "ODbL 1.0"),
                Source("Statbel", "2023-01-01", "CC BY 4.0"),
            ],
            "options": {"speed_m_per_min": 80.0, "minutes": [5, 10, 15]},
            "notes": ["Van 12 woonpunten is de afstand niet bekend."],
            "pack_digest": "0123456789abcdef" * 4,
            "synthetic": synthetic,
            **changes,
        }
    )


def spec(found: ThemeResult | None = None, *, points: int = 300, shapes: bool = True) -> MapSpec:
    """A page with three area layers in two groups, homes, places and a catchment."""
    found = result() if found is None else found
    share = Scale((0.2, 0.4, 0.6, 0.8), "share")
    near = homes(points) if points else homes(1).iloc[:0]
    locations = homes(12).assign(
        kind=["group", "family"] * 6,
        title=[f"Opvang {n}" for n in range(12)],
        places=[float(n) for n in range(11)] + [np.nan],
    )
    catchment = gpd.GeoDataFrame(
        {"title": ["Binnen 15 minuten"], "residents": [1_234.0]},
        geometry=[shapely.Point(CENTRE).buffer(1_200)],
        crs=CRS,
    )
    bicycle = "per fiets"
    return MapSpec(
        result=found,
        title="Hoe dichtbij is alles?",
        lead="Welk deel van de inwoners heeft alles binnen een kwartier?",
        area_layers=(
            AreaLayer("share_near", "Alles binnen 15 minuten", share, group="te voet", shown=True),
            AreaLayer("share_near_cycle", "Alles binnen 15 minuten", share, group=bicycle),
            AreaLayer("places_per_100", "Plaatsen per 100", Scale((40, 57.5, 60, 80), "number", "PuOr"), group=bicycle),
        ),
        table=("population", "share_near", "places_per_100", "below"),
        point_layers=(
            PointLayer(
                near,
                "Woningen",
                {"residents": "Inwoners", "walk_m_shop": "Meter tot winkel"},
                column="walk_m_shop",
                scale=Scale((400, 800, 1_200), "metres", "cividis_r"),
                radius_px=3,
                shown=True,
            ),
            PointLayer(
                locations,
                "Opvang",
                {"title": "Naam", "kind": "Soort", "places": "Plaatsen"},
                column="kind",
                colours=KINDS,
                radius_px=5,
                size_column="places",
            ),
        ),
        shape_layers=(ShapeLayer(catchment, "Binnen 15 minuten", {"title": "Wat", "residents": "Inwoners"}),)
        if shapes
        else (),
        option_labels=OptionLabels(labels={"minutes": "Minuten onderweg, hoogstens"}),
        method="Elke woning gaat over straat naar de dichtstbijzijnde plek.\nWat niet bekend is, telt niet mee.",
    )


def addresses(streets: int = 6, houses: int = 12) -> gpd.GeoDataFrame:
    """Streets across the town with a house every 60 m, odd numbers north and even ones south; one has a 7A."""
    x, y = CENTRE
    rows = []
    for street in range(streets):
        for house in range(1, houses + 1):
            north = house % 2
            at = shapely.Point(x - 3_000 + 60 * house, y - 2_500 + 900 * street + 20 * north)
            rows.append((f"Dorpsstraat {street}" if street else "Sint-Élooisstraat", str(house), at))
    rows.append(("Sint-Élooisstraat", "7A", shapely.Point(x - 2_570, y - 2_480)))
    rows.append(("Verweg", "1", shapely.Point(x + 20_000, y)))
    return gpd.GeoDataFrame(
        {
            "address_id": [f"a{row}" for row in range(len(rows))],
            "street": [street for street, _, _ in rows],
            "house_number": [number for _, number, _ in rows],
            "postcode": "8500",
            "municipality": "Voorbeeldstad",
        },
        geometry=[at for _, _, at in rows],
        crs=CRS,
    )
