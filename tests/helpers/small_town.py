"""A whole town of 600 x 400 m with every layer of the contract, so that all seven pages are written within seconds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from tiny_city import box, frame, line, point, write_codes
from written_once import written_once

from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack
from kortrijk_geo.pack.layers import AGES, LAYERS

Words = Callable[[str], str]
WIDE, HIGH, COLUMNS = 150, 200, 4
AGED = ("children_0_2", *AGES)
PLACES = {
    "shop": "supermarket",
    "amenity": "pharmacy",
    "leisure": "playground",
    "highway": "bus_stop",
}


def plain_words(words: str) -> str:
    return words


def layers(text: Words = plain_words, *, population: float = 100.0) -> dict[str, pd.DataFrame]:
    """All layers; every text that the contract leaves free went through ``text``."""
    cells = [(WIDE * (n % COLUMNS), HIGH * (n // COLUMNS)) for n in range(2 * COLUMNS)]
    shapes = [box(x, y, x + WIDE, y + HIGH) for x, y in cells]
    many = len(cells)
    ids = [text(f"W{n}") for n in range(many)]
    names = [text(f"Wijk {n}") for n in range(many)]
    counts = {
        "population": [population + 10 * n for n in range(many)],
        "households_private": [40.0 + n for n in range(many)],
        "children_0_2": [10.0 + n for n in range(many)],
        "social_dwellings": [float(n) for n in range(many)],
        "age_3_5": [9.0 + n for n in range(many)],
        "age_6_11": [16.0 + n for n in range(many)],
        "age_12_17": [12.0 + n for n in range(many)],
        "age_65_79": [14.0 + n for n in range(many)],
        "age_80_plus": [4.0 + n for n in range(many)],
    }
    totals = {key: [sum(values)] for key, values in counts.items()}
    corners = [(x, y) for y in (100, 300) for x in range(0, WIDE * COLUMNS + 1, WIDE)]
    pieces = [((x, y), (x + WIDE, y)) for x, y in corners if x < WIDE * COLUMNS]
    pieces += [((x, 100), (x, 300)) for x in range(0, WIDE * COLUMNS + 1, WIDE)]
    kinds = ["secondary", "residential", text("residential")]
    at = [(x + 30.0 * k, y + 90.0) for x, y in cells for k in range(1, 5)]
    home_area = [ids[n // 4] for n in range(len(at))]
    tags = [{key: value, text("note"): text("tag")} for key, value in PLACES.items()]
    houses = [box(x - 4, y - 14, x + 4, y - 6) for x, y in (point for point in at)]
    return {
        "boundary": frame([box(0, 0, WIDE * COLUMNS, 2 * HIGH)], name=[text("Kleinstad")], **totals),
        "areas": frame(shapes, area_id=ids, name=names, **counts, median_income_eur=[20_000.0] * many,
                       vulnerable=[n == 0 for n in range(many)]),
        "subareas": frame(shapes, subarea_id=[text(f"S{n}") for n in range(many)], name=names, parent_id=ids,
                          district_id=[text("D")] * many, **counts),
        "districts": frame([box(0, 0, WIDE * COLUMNS, 2 * HIGH)], district_id=[text("D")], name=[text("Deel")],
                           **totals),
        "sectors": pd.DataFrame({"sector_id": [text(f"34022A{n:02d}-") for n in range(many)], "name": names,
                                 "area_id": ids, "district_id": [text("D")] * many, **counts}),
        "homes": frame([point(*place) for place in at], home_id=[text(f"h{n}") for n in range(len(at))],
                       area_id=home_area, dwellings=[2.0] * len(at),
                       residents=[counts["population"][n // 4] / 4 for n in range(len(at))],
                       **{age: [counts[age][n // 4] / 4 for n in range(len(at))] for age in AGED}),
        "streets": frame([line(*piece) for piece in pieces], street_id=[text(f"s{n}") for n in range(len(pieces))],
                         kind=[kinds[n % 3] for n in range(len(pieces))], walk=[True] * len(pieces),
                         cycle_forward=[True] * len(pieces), cycle_backward=[True] * len(pieces),
                         width_m=[6.0] * len(pieces)),
        "amenities": frame([point(60 + 100 * n, 110) for n in range(len(tags) + 1)],
                           amenity_id=[text(f"a{n}") for n in range(len(tags) + 1)],
                           category=[*("=".join(pair) for pair in PLACES.items()), text("shop=thing")],
                           name=[text(f"Plek {n}") for n in range(len(tags) + 1)],
                           tags=[*map(json.dumps, tags), json.dumps({text("key"): text("value")})],
                           capacity=[None, 12.0, *[None] * (len(tags) - 1)]),
        "addresses": frame([point(*place) for place in at], address_id=[text(f"n{n}") for n in range(len(at))],
                           street=[text(f"Straat {n % 3}") for n in range(len(at))],
                           house_number=[text(f"{n}") for n in range(len(at))], postcode=[text("8500")] * len(at),
                           municipality=[text("Kleinstad")] * len(at)),
        "childcare": frame([point(50 + 200 * n, 90) for n in range(3)], location_id=[text(f"k{n}") for n in range(3)],
                           name=[text(f"Opvang {n}") for n in range(3)], kind=["group", "family", "group"],
                           places=[20.0, 6.0, 14.0], income_related_places=[20.0, 0.0, None],
                           standing=["existing", "decided", "under study"]),
        "city_sites": frame([point(70, 60), box(300, 60, 330, 80)], site_id=[text("c0"), text("c1")],
                            name=[text("School"), text("Loods")], use=[text("school"), text("opslag")],
                            floor_m2=[900.0, None], owner=[text("stad")] * 2),
        "buildings": frame(houses, building_id=[text(f"b{n}") for n in range(len(houses))],
                           use=[text("house")] * len(houses), dwellings=[2.0] * len(houses),
                           height_m=[7.0] * len(houses)),
        "parcels": frame(shapes, parcel_id=[text(f"p{n}") for n in range(many)],
                         owner=["public", "social", "company", "private"] * 2, use=[text("school")] * many),
        "trees": frame([point(20 + 50 * n, 150) for n in range(10)], tree_id=[text(f"t{n}") for n in range(10)],
                       crown_m2=[20.0] * 10, height_m=[8.0] * 10),
        "green": frame([box(10, 120, 100, 190), box(310, 320, 440, 390)], green_id=[text("g0"), text("g1")],
                       kind=["park", text("park")], public=[True, True], name=[text("Park"), text("Plein")]),
        "water": frame([line((0, 395), (600, 395)), box(460, 330, 480, 350)], kind=["river", text("pond")],
                       name=[text("Leie"), text("Vijver")]),
        "constraints": frame([line((0, 205), (600, 205)), line((0, 5), (600, 5)), line((0, 215), (600, 215))],
                             kind=["gas", "rail", text("gas")], name=[text("Leiding"), text("Spoor"), text("Buis")]),
    }  # fmt: skip


def rasters(folder: Path) -> dict[str, Path]:
    """Ground, green, heat and soil at 1 m."""
    cover = np.full((2 * HIGH, WIDE * COLUMNS), 8, dtype="uint8")
    cover[97:103], cover[297:303] = 2, 2
    for x in range(0, WIDE * COLUMNS, WIDE):
        cover[:, x : x + 5] = 2
        cover[110:150, x + 20 : x + 80] = 3
        cover[150:170, x + 90 : x + 110] = 9
    green = np.where(cover == 9, 1, np.where(cover == 8, 2, 4)).astype("uint8")
    heat = np.add.outer(np.zeros(2 * HIGH), np.linspace(28, 34, WIDE * COLUMNS)).astype("float32")
    soil = np.full(cover.shape, 2, dtype="uint8")
    found = {"land_cover": cover, "green_cover": green, "surface_temperature": heat, "soil_group": soil}
    for name, values in found.items():
        write_codes(folder / f"{name}.tif", values)
    return {name: folder / f"{name}.tif" for name in found}


def write_town(
    folder: Path,
    *,
    name: str = "Kleinstad",
    text: Words = plain_words,
    population: float = 100.0,
    dates: Mapping[str, str] | None = None,
    without: tuple[str, ...] = (),
    **changed: pd.DataFrame,
) -> City:
    """Write the town and open it: pack.toml told by ``text`` too, some layers and rasters left out or changed."""
    dates = dates or {}

    def write(folder: Path) -> None:
        _write(folder, name, text, population, dates, without, changed)

    if changed or text is not plain_words or (folder / "pack").exists():
        write(folder)
    else:
        written_once(folder, ("small town", name, population, *dates.items(), without), write)
    return open_city(folder / "pack")


def _write(
    folder: Path,
    name: str,
    text: Words,
    population: float,
    dates: Mapping[str, str],
    without: tuple[str, ...],
    changed: Mapping[str, pd.DataFrame],
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    frames = {**layers(text, population=population), **changed}
    frames = {layer: rows for layer, rows in frames.items() if layer not in without}
    files = {raster: path for raster, path in rasters(folder).items() if raster not in without}
    records = {
        each: LayerRecord(
            text(f"Bron van {each}"), dates.get(each, "2024-12-31"), text("CC0"), notes=(text("hersteld"),)
        )
        for each in [*frames, *files]
    }
    info = PackInfo(
        name=text(name),
        crs="EPSG:31370",
        nis_code="34022",
        layers={each: records[each] for each in frames},
        rasters={each: records[each] for each in files},
    )
    write_pack(folder / "pack", info, frames, files, replace_other=True)


assert set(layers()) == set(LAYERS)
