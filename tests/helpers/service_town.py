"""A town along one street of 4 km, with an island that no street leads to: who reaches what can be told by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from tiny_city import box, frame, line, make_city, point

from kortrijk_geo.pack.city import City

LENGTH, STREET_Y, HOME_Y = 4_000, 500, 510
AGES = {"children_0_2": 1.0, "age_3_5": 2.0, "age_6_11": 3.0, "age_12_17": 2.0, "age_65_79": 4.0, "age_80_plus": 2.0}
RESIDENTS = 20.0
# Kind, place along the street, capacity, tags.
PLACES = [
    ("school", 200, 120.0, {"amenity": "school", "isced:level": "0;1"}),
    ("school", 2_500, 60.0, {"amenity": "school", "isced:level": "0;1"}),
    ("care", 1_000, 30.0, {"amenity": "nursing_home"}),
    ("care", 1_900, 20.0, {"amenity": "social_facility", "social_facility": "nursing_home"}),
    ("doctor", 2_000, None, {"amenity": "doctors", "healthcare:speciality": "general"}),
    ("library", 3_900, None, {"amenity": "library"}),
]


def layers() -> dict[str, pd.DataFrame]:
    """The layers of the town; homes stand every 100 m along the street, and two on the island."""
    halves = [box(0, 0, LENGTH / 2, 1000), box(LENGTH / 2, 0, LENGTH, 1000)]
    along = [50.0 + 100 * n for n in range(LENGTH // 100)]
    at = [*((x, HOME_Y) for x in along), (3_500, 60), (3_600, 60)]
    ids = ["W" if x < LENGTH / 2 else "O" for x, _ in at]
    homes = {name: [each] * len(at) for name, each in AGES.items()}
    pieces = [((100.0 * n, STREET_Y), (100.0 * (n + 1), STREET_Y)) for n in range(LENGTH // 100)]
    pieces.append(((3_450.0, 50.0), (3_650.0, 50.0)))
    many = np.array([ids.count("W"), ids.count("O")], dtype=float)
    counts = {"population": many * RESIDENTS} | {name: many * each for name, each in AGES.items()}
    totals = {name: [float(values.sum())] for name, values in counts.items()}
    return {
        "boundary": frame([box(0, 0, LENGTH, 1000)], name=["Lintdorp"], **totals),
        "areas": frame(halves, area_id=["W", "O"], name=["West", "Oost"], **counts),
        "homes": frame([point(*place) for place in at], home_id=[f"h{n}" for n in range(len(at))], area_id=ids,
                       dwellings=[8.0] * len(at), residents=[RESIDENTS] * len(at), **homes),
        "streets": frame([line(*piece) for piece in pieces], street_id=[f"s{n}" for n in range(len(pieces))],
                         kind=["residential"] * len(pieces), walk=[True] * len(pieces),
                         cycle_forward=[True] * len(pieces), cycle_backward=[True] * len(pieces)),
        "amenities": frame([point(x, STREET_Y) for _, x, _, _ in PLACES],
                           amenity_id=[f"a{n}" for n in range(len(PLACES))],
                           category=[f"amenity={tags['amenity']}" for *_, tags in PLACES],
                           name=[f"{name} {x}" for name, x, _, _ in PLACES],
                           tags=[json.dumps(tags) for *_, tags in PLACES],
                           capacity=[np.nan if size is None else size for _, _, size, _ in PLACES]),
    }  # fmt: skip


def write_town(folder: Path, *, date: str = "2024-12-31", **changed: pd.DataFrame | None) -> City:
    """Write the town and open it, some layers changed."""
    frames = {name: rows for name, rows in {**layers(), **changed}.items() if rows is not None}
    cover = np.full((10, LENGTH // 100), 8, dtype="uint8")
    dates = dict.fromkeys(frames, date)
    return make_city(folder, cover, pixel_m=100.0, nis_code="34022", dates=dates, **frames)


def changed_file(folder: Path, name: str, *pairs: tuple[str, str]) -> Path:
    """Write the package's file of services with texts replaced."""
    import kortrijk_geo

    source = Path(kortrijk_geo.__file__).parent / "services" / f"{name}.toml"
    text = source.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "eigen.toml"
    path.write_text(text, encoding="utf-8")
    return path
