"""Texts with a structure (OSM, TOML) and built packs, changed as slips of people and programs change them."""

from __future__ import annotations

import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path

ODD = [
    "",
    "0",
    "-1",
    "nan",
    "inf",
    "1e400",
    "9" * 40,
    "x" * 2000,
    "\0",
    "\u202e",
    "null",
    "true",
    "[]",
    "{}",
    "../../x",
    "2024-13-45",
    "\ud83d",
    '"',
    "'",
    "<",
    "&lt;",
    "&#0;",
    "50,82",
    "1/2",
    "\u0661",
    "yes;no",
    "EPSG:0",
    "\n",
]


def osm_town(rng: random.Random) -> str:
    """An OSM file of a square of streets with a house, a school, a river in parts and a boundary."""
    deleted = rng.choice(["", ' action="delete"', ' visible="false"', ' action="modify"', ' action="create"'])
    nodes = [(50.82 + row * 0.001, 3.26 + column * 0.001) for row in range(5) for column in range(5)]
    text = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<osm version="0.6" generator="hand">',
        '<bounds minlat="50.8" minlon="3.2" maxlat="50.9" maxlon="3.3"/>',
    ]
    for number, (lat, lon) in enumerate(nodes, 1):
        tags = '<tag k="amenity" v="school"/>' if number == 13 else '<tag k="addr:housenumber" v="3"/>' * (number == 7)
        text.append(f'<node id="{number}" lat="{lat:.4f}" lon="{lon:.4f}" version="1">{tags}</node>')
    ways = [
        ([1, 2, 3, 4, 5], "highway", "residential"),
        ([1, 6, 11, 16, 21], "highway", "path"),
        ([7, 8, 13, 12, 7], "building", "house"),
        ([21, 22, 23], "waterway", "river"),
        ([1, 5, 25], "highway", "footway"),
        ([25, 21, 1], "boundary", "administrative"),
    ]
    for number, (places, key, value) in enumerate(ways, 1):
        way = "".join(f'<nd ref="{place}"/>' for place in places)
        text.append(
            f'<way id="{number}" version="2"{deleted if number == 3 else ""}>{way}<tag k="{key}" v="{value}"/></way>'
        )
    members = '<member type="way" ref="5" role="outer"/><member type="way" ref="6" role="outer"/>'
    tags = '<tag k="type" v="boundary"/><tag k="boundary" v="administrative"/><tag k="name" v="Dorp"/>'
    text += [f'<relation id="1">{members}{tags}</relation>', "</osm>"]
    return "\n".join(text)


def changed_text(text: str, rng: random.Random) -> str:
    """Change a text in one of the ways in which files go wrong."""
    lines = text.split("\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    how = rng.randrange(9)
    if how == 0:
        lines.pop(one)
    elif how == 1:
        lines.insert(other, lines[one])
    elif how == 2:
        lines[one], lines[other] = lines[other], lines[one]
    elif how == 3:
        return text[: rng.randrange(len(text))]
    elif how in {4, 5, 6}:
        values = list(re.finditer(r'(?<=")[^"\n]*(?=")|(?<== )\S+|(?<=[ \[])\d[\d.]*', text))
        if values:
            value = rng.choice(values)
            return text[: value.start()] + rng.choice(ODD) + text[value.end() :]
    elif how == 7:
        lines[one] = re.sub(r'\s?[\w:]+\s?=\s?("[^"]*"|\S+)', "", lines[one], count=1)
    else:
        lines[one] = lines[one] * rng.choice([2, 50, 1000])
    return "\n".join(lines)


def change_pack(pack: Path, rng: random.Random) -> str:
    """Change one thing in a built pack; return what was done."""
    if rng.random() < 0.4:
        path = pack / "pack.toml"
        text = changed_text(path.read_text(encoding="utf-8"), rng)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        return "pack.toml"
    if rng.random() < 0.25:
        path = rng.choice(sorted(path for path in pack.iterdir() if path.is_file()))
        how, content = rng.choice(["remove", "empty", "cut", "noise"]), path.read_bytes()
        at = rng.randrange(len(content))
        path.unlink()
        if how != "remove":
            noise = content[:at] + rng.randbytes(50) + content[at + 50 :]
            path.write_bytes({"empty": b"", "cut": content[:at], "noise": noise}[how])
        return f"{path.name} {how}"
    with closing(sqlite3.connect(pack / "city.gpkg")) as base, base:
        base.create_function("ST_IsEmpty", 1, lambda _: 0)
        for name in "MinX", "MaxX", "MinY", "MaxY":
            base.create_function(f"ST_{name}", 1, lambda _: 0.0)
        tables = [row[0] for row in base.execute("SELECT table_name FROM gpkg_contents ORDER BY 1")]
        table = rng.choice(tables)
        column = rng.choice([row[1] for row in base.execute(f'PRAGMA table_info("{table}")') if row[1] != "fid"])
        value = rng.choice([None, -5, "x", 1e300, b"\0\1", "", "\0", 9.5, float("inf"), "2024-99-99"])
        statement, values = rng.choice(
            [
                (f'UPDATE "{table}" SET "{column}" = ? WHERE fid IN (SELECT fid FROM "{table}" LIMIT 1)', (value,)),
                (f'UPDATE "{table}" SET "{column}" = ?', (value,)),
                (f'DELETE FROM "{table}" WHERE fid % 2 = 0', ()),
                (f'DELETE FROM "{table}"', ()),
                (f'ALTER TABLE "{table}" RENAME COLUMN "{column}" TO "oud"', ()),
                (f"DELETE FROM gpkg_contents WHERE table_name = '{table}'", ()),
                (f"UPDATE gpkg_geometry_columns SET srs_id = 4326 WHERE table_name = '{table}'", ()),
                (f'UPDATE "{table}" SET "{column}" = (SELECT "{column}" FROM "{table}" LIMIT 1)', ()),
            ]
        )
        try:
            base.execute(statement, values)
        except sqlite3.Error as error:
            return f"nothing ({error})"
    return f"{statement} {values}"
