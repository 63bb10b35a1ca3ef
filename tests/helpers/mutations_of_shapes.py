"""Vector files and rasters as GIS, JOSM and services write them, and recipes as people type them."""

from __future__ import annotations

import copy
import json
import math
import random

import numpy as np
from mutations import Draft, X, Y, mutation
from pyproj import Transformer

_TYPES = [
    0,
    -1,
    1.5,
    math.nan,
    math.inf,
    1e300,
    10**18,
    True,
    "",
    "\0",
    "x" * 5000,
    [],
    [[]],
    {},
    {"a": {"b": {}}},
    ["a", 1],
    "..",
    "/etc/hostname",
    "../../etc/hostname",
    "2025-13-45",
    "EPSG:99999",
    "EPSG:4326",
    "gisteren",
]


def _any_shapes(draft: Draft, rng: random.Random) -> tuple[str, list]:
    name = rng.choice(sorted(draft.shapes))
    return name, draft.shapes[name]["features"]


def _moved(places, change):
    """Apply a change to every position."""
    return change(places) if isinstance(places[0], (int, float)) else [_moved(one, change) for one in places]


def _each_position(features, change) -> None:
    for feature in features:
        shape = feature["geometry"]
        if shape and shape.get("coordinates"):
            shape["coordinates"] = _moved(shape["coordinates"], change)


@mutation
def another_crs(draft, rng):
    name, features = _any_shapes(draft, rng)
    code = rng.choice([4326, 3812, 32631, 25831, 3035, 3857, 4258])
    move = Transformer.from_crs(31370, code, always_xy=True).transform
    _each_position(features, lambda place: [*move(place[0], place[1]), *place[2:]])
    if code == 4326:
        draft.shapes[name].pop("crs", None)
    else:
        draft.shapes[name]["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{code}"}}


@mutation
def a_wrong_crs(draft, rng):
    """Coordinates of Lambert 72 that a file says are in another CRS."""
    name, _ = _any_shapes(draft, rng)
    said = rng.choice(
        [
            "urn:ogc:def:crs:EPSG::3812",
            "urn:ogc:def:crs:OGC:1.3:CRS84",
            "EPSG:99999",
            "",
            "EPSG:28992",
            "EPSG:31300",
            "EPSG:31370",
            "http://example.org/crs",
            "EPSG:5514",
        ]
    )
    draft.shapes[name]["crs"] = {"type": "name", "properties": {"name": said}}
    draft.nobody_knows()


@mutation
def axes_swapped(draft, rng):
    _, features = _any_shapes(draft, rng)
    _each_position(features, lambda place: [place[1], place[0], *place[2:]])
    draft.nobody_knows()


@mutation
def of_parts(draft, rng):
    """Single shapes as collections of one, as PostGIS and QGIS write them."""
    for feature in _any_shapes(draft, rng)[1]:
        shape = feature["geometry"]
        if shape and shape["type"] in {"Polygon", "LineString", "Point"}:
            feature["geometry"] = {"type": f"Multi{shape['type']}", "coordinates": [shape["coordinates"]]}


@mutation
def in_a_collection(draft, rng):
    """A shape beside a scrap of another kind that an overlay left."""
    feature = rng.choice(_any_shapes(draft, rng)[1])
    scrap = {"type": "Point", "coordinates": [X + 1.0, Y + 1.0]}
    feature["geometry"] = {"type": "GeometryCollection", "geometries": [feature["geometry"], scrap]}


@mutation
def with_heights(draft, rng):
    height = rng.choice([0.0, 12.5, None, -9999.0])
    _each_position(_any_shapes(draft, rng)[1], lambda place: [*place[:2], height])


@mutation
def drawn_the_other_way(draft, rng):
    for feature in _any_shapes(draft, rng)[1]:
        shape = feature["geometry"]
        if shape and shape["type"] == "LineString":
            shape["coordinates"] = shape["coordinates"][::-1]
        elif shape and shape["type"] == "Polygon":
            shape["coordinates"] = [ring[::-1] for ring in shape["coordinates"]]


@mutation
def points_twice(draft, rng):
    for feature in _any_shapes(draft, rng)[1]:
        shape = feature["geometry"]
        if shape and shape["type"] == "LineString":
            shape["coordinates"] = [place for place in shape["coordinates"] for _ in (1, 2)]


@mutation
def whole_streets(draft, rng):
    """Streets from end to end, that cross without a node; the network is the same."""
    grid = [-60.0, 250.0, 500.0, 750.0, 1060.0]
    west, east = grid[0], grid[-1]
    lines = [[[X + west, Y + y], [X + east, Y + y]] for y in grid] + [
        [[X + x, Y + west], [X + x, Y + east]] for x in grid
    ]
    if rng.random() < 0.5:
        lines = [line[::-1] for line in lines]
    model = draft.shapes["streets.geojson"]["features"][0] if "streets.geojson" in draft.shapes else None
    if model is None:
        return draft.nobody_knows()
    draft.shapes["streets.geojson"]["features"] = [
        {
            "type": "Feature",
            "properties": {"id": f"w{n}", "soort": "residential"},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for n, line in enumerate(lines)
    ]
    if draft.shapes["streets.geojson"].get("crs", {}).get("properties", {}).get("name", "").endswith("31370") is False:
        draft.nobody_knows()
    if rng.random() < 0.5:
        draft.recipe["layers"]["streets"]["noded"] = False
    return None


@mutation
def ends_apart(draft, rng):
    """Ends that meet for the eye only."""
    apart = rng.choice([1e-4, 1e-3, 0.02, 0.04])
    if "streets.geojson" not in draft.shapes:
        return draft.nobody_knows()
    for feature in draft.shapes["streets.geojson"]["features"]:
        shape = feature["geometry"]
        if shape and shape["type"] == "LineString" and abs(shape["coordinates"][0][0]) > 180:
            start = shape["coordinates"][0]
            moved = [axis + rng.uniform(0, apart) / 2 for axis in start[:2]]
            shape["coordinates"][0] = [*moved, *start[2:]]
    return None


@mutation
def no_shape(draft, rng):
    feature = rng.choice(_any_shapes(draft, rng)[1])
    feature["geometry"] = rng.choice(
        [
            None,
            {"type": "Polygon", "coordinates": []},
            {"type": "Point", "coordinates": [X, Y]},
            {"type": "GeometryCollection", "geometries": []},
        ]
    )
    draft.nobody_knows()


@mutation
def positions_that_are_wrong(draft, rng):
    _, features = _any_shapes(draft, rng)
    wrong = rng.choice([math.nan, math.inf, 1e300, -1e12, None, "72000", 0])
    feature = rng.choice(features)
    text = json.dumps(feature["geometry"])
    first = next(
        (part for part in text.replace("[", " ").replace("]", " ").replace(",", " ").split() if part[0].isdigit()), ""
    )
    if first:
        feature["geometry"] = json.loads(text.replace(first, json.dumps(wrong), 1))
    draft.nobody_knows()


@mutation
def a_bow_tie(draft, rng):
    for feature in draft.shapes.get("areas.geojson", {"features": []})["features"][:1]:
        if feature["geometry"] and feature["geometry"]["type"] == "Polygon":
            ring = feature["geometry"]["coordinates"][0]
            ring[1], ring[2] = ring[2], ring[1]
    draft.nobody_knows()


@mutation
def columns_no_file_holds(draft, rng):
    _, features = _any_shapes(draft, rng)
    names = rng.choice(
        [
            ["Opmerking", "OPMERKING"],
            ["fid"],
            ["ogc_fid"],
            ["n" * 80],
            ["geom"],
            ["geometry"],
            ["a.b", "a b"],
            ["rowid"],
            ["select"],
            ['"'],
            ["é", "É"],
            ["layer"],
            ["area_id"],
            ["index"],
        ]
    )
    for number, feature in enumerate(features):
        feature["properties"].update({name: rng.choice([number, "x", None, 1.5, [1], {"a": 1}]) for name in names})


@mutation
def a_feature_twice(draft, rng):
    _, features = _any_shapes(draft, rng)
    features.append(copy.deepcopy(rng.choice(features)))
    draft.nobody_knows()


@mutation
def a_key_missing(draft, rng):
    _, features = _any_shapes(draft, rng)
    properties = rng.choice(features)["properties"]
    key = rng.choice(sorted(properties))
    properties[key] = rng.choice([None, "", 5, [1, 2], {"a": 1}, True, 1e300])
    draft.nobody_knows()


@mutation
def another_format(draft, rng):
    name = rng.choice(sorted(draft.shapes))
    ending = rng.choice([".gpkg", ".shp", ".fgb", ".gml", ".sqlite"])
    draft.gis[name] = ending
    draft.table(name)["file"] = f"{name[:-8]}{ending}"
    draft.shapes[f"{name[:-8]}.geojson"] = draft.shapes[name]


@mutation
def a_name_that_lies(draft, rng):
    name = rng.choice(sorted(draft.shapes))
    other = name.replace(".geojson", rng.choice([".gpkg", ".json", ".txt", ".tif", ".GEOJSON", ".shp", ".zip", ".osm"]))
    draft.rename(name, other)


@mutation
def heights_scaled(draft, rng):
    draft.height = {
        "scale": rng.choice([0.5, 0.01, 0.1]),
        "offset": rng.choice([0.0, -10.0, 100.0]),
        "dtype": rng.choice(["int16", "float32", "int32"]),
    }


@mutation
def heights_of_another_kind(draft, rng):
    draft.height |= rng.choice(
        [
            {"dtype": "uint8", "nodata": 255},
            {"dtype": "int16", "nodata": -32768},
            {"dtype": "float64", "nodata": math.nan},
            {"nodata": None},
            {"compress": "deflate"},
            {"tiled": True, "blockxsize": 64, "blockysize": 64},
            {"dtype": "uint16", "nodata": 0},
        ]
    )


@mutation
def heights_with_a_hole(draft, rng):
    """No data in the west, written in one of several ways; never a height of 0."""
    pixels = np.full((200, 200), 30.0)
    pixels[0] = 31.0  # heights that are one throughout are refused
    mark = rng.choice([-9999.0, math.nan, -32768.0])
    pixels[:, :100] = mark
    draft.height = {"pixels": pixels, "nodata": mark}
    if draft.right:
        draft.right["height"] = {"west": math.nan, "east": 30.0}


@mutation
def heights_that_are_no_heights(draft, rng):
    draft.height = {"pixels": np.full((200, 200), rng.choice([math.nan, math.inf, 1e30, -9999.0, 0.0, 3e38]))}
    draft.nobody_knows()


@mutation
def heights_elsewhere(draft, rng):
    draft.height |= {"crs": rng.choice(["EPSG:3812", "EPSG:4326", None, "EPSG:32631", "EPSG:28992"])}
    draft.nobody_knows()


def _tables(value, path=()):
    """Give every key of a recipe with the table that holds it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in list(items):
        yield value, key
        yield from _tables(each, (*path, key))


@mutation
def a_recipe_key_removed(draft, rng):
    table, key = rng.choice(list(_tables(draft.recipe)))
    table.pop(key)
    draft.nobody_knows()


@mutation
def a_recipe_key_renamed(draft, rng):
    table, key = rng.choice([pair for pair in _tables(draft.recipe) if isinstance(pair[1], str)])
    other = rng.choice([key[:-1], key + "s", key.upper(), key[::-1], "", "nieuw", key.replace("_", "-")])
    table[other] = table.pop(key)
    draft.nobody_knows()


@mutation
def a_recipe_value_retyped(draft, rng):
    table, key = rng.choice(list(_tables(draft.recipe)))
    table[key] = rng.choice(_TYPES)
    draft.nobody_knows()


@mutation
def recipe_values_exchanged(draft, rng):
    pairs = [pair for pair in _tables(draft.recipe) if not isinstance(pair[0][pair[1]], (dict, list))]
    (one, key), (other, place) = rng.sample(pairs, 2)
    one[key], other[place] = other[place], one[key]
    draft.nobody_knows()


@mutation
def a_recipe_key_that_nobody_needs(draft, rng):
    table, _ = rng.choice([pair for pair in _tables(draft.recipe) if isinstance(pair[0], dict)])
    key = rng.choice(
        [
            "where",
            "latest",
            "pad",
            "recode",
            "values",
            "first_characters",
            "sum",
            "header",
            "decimal",
            "clip",
            "crs",
            "crs_override",
            "noded",
            "join_ends_m",
            "estimate",
            "absent",
            "unknown",
            "sheet",
            "inside",
            "encoding",
            "without_totals",
            "where_not_empty",
            "rename",
            "not_located",
            "through",
            "from",
            "nodata",
            "band",
            "pixel_m",
            "buffer_m",
            "synthetic",
            "catalog",
            "as_points",
            "ids_from_rows",
            "on",
            "retries",
        ]
    )
    table[key] = rng.choice([*_TYPES, {"soort": "group"}, {"id": 3}, "id", ["id"], 2, 1000, 0.001, False, ","])
    draft.nobody_knows()


@mutation
def toml_of_another_hand(draft, rng):
    change = rng.choice(
        [
            lambda text: text + text,
            lambda text: text.replace("=", ":", 1),
            lambda text: text[: len(text) // 2],
            lambda text: "\ufeff" + text,
            lambda text: text.replace("\n", "\r\n"),
            lambda text: text.replace('"', "\u201c"),
            lambda text: text + "x = " + "[" * 3000,
            lambda text: text + "x = " + "9" * 5000 + "\n",
            lambda _: "",
            lambda text: text + "a.b.c = 1\na.b = 2\n",
            lambda text: text.replace("naam", "na\\u0000am"),
            lambda text: text + "\0",
            lambda text: text + "[layers.x]\n[layers.x]\n",
            lambda text: text.replace('"', "'"),
            lambda text: text + "\ud800",
        ]
    )
    draft.toml_changed.append(change)
    draft.nobody_knows()


@mutation
def bytes_changed(draft, rng):
    """Noise: bytes changed, cut out or doubled."""
    names = sorted([*draft.sheets, *draft.shapes])
    name, place, length, how = (
        rng.choice(names),
        rng.random(),
        rng.randint(1, 40),
        rng.choice(["change", "cut", "double"]),
    )
    noise = rng.randbytes(length)

    def change(files):
        content = files.get(name, b"")
        at = int(place * len(content))
        middle = {"change": noise, "cut": b"", "double": content[at : at + length] * 2}[how]
        files[name] = content[:at] + middle + content[at + length :]

    draft.bytes_changed.append(change)
    draft.nobody_knows()
