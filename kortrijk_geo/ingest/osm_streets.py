"""Streets from OSM ways: what people walk and cycle on, in which direction, split at junctions.

Two streets meet only where they share a node; both then get that node's coordinates, exactly equal. Squares mapped as
areas are walked along their edge.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.ingest.levels import level_of
from kortrijk_geo.ingest.osm_geometry import known_runs
from kortrijk_geo.ingest.report import LOST
from kortrijk_geo.ingest.streets_layer import LEVEL

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.ingest.osm_file import OsmFile
    from kortrijk_geo.ingest.osm_rules import StreetRules, TagRules

Tags = dict[str, str]
_SHOWN = 6
_COLUMNS = ("kind", "walk", "cycle_forward", "cycle_backward", "width_m", LEVEL)
_SIDES = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
_FORWARD = frozenset({"yes", "true", "1"})
_BACKWARD = frozenset({"-1", "reverse"})
_NOT_A_LANE = frozenset({"no", "none", "separate"})


def access(tags: Tags, rules: StreetRules, odd: Counter[str]) -> tuple[bool, bool]:
    """Return (foot, bicycle): whether people may walk and cycle on a way, its direction aside.

    A value of an access key that the rules do not know is counted in ``odd`` and does not decide.
    """
    default = rules.highway[tags["highway"]]
    fast = tags.get("motorroad") == "yes"
    walked = any(tags.get(key) in rules.sidewalk_values for key in ("sidewalk", "sidewalk:left", "sidewalk:right"))
    cycled = any(tags.get(key) in rules.cycle_lane_values for key in _SIDES)
    foot = _decided(tags, rules.foot_keys, rules, odd)
    bicycle = _decided(tags, rules.bicycle_keys, rules, odd)
    if foot is None:
        foot = (default.foot and not fast) or walked or tags.get("sidewalk:both") in rules.sidewalk_values
    if bicycle is None:
        bicycle = (default.bicycle and not fast) or cycled
    return foot, bicycle


def _decided(tags: Tags, keys: tuple[str, ...], rules: StreetRules, odd: Counter[str]) -> bool | None:
    """Return what the tags say: the mode's own key opens or closes, the general ones (access) only close."""
    for key in keys:
        value = tags.get(key)
        if value in rules.permit:
            return True if key == keys[0] else None
        if value in rules.forbid:
            return False
        if value is not None:
            odd[f"{key}={value}"] += 1
    return None


def cycle_directions(tags: Tags) -> tuple[bool, bool]:
    """Return (forward, backward): the directions of the way in which a bicycle that may use it may ride.

    ``bicycle:forward`` and ``bicycle:backward`` decide first, then ``oneway:bicycle``, then contraflow cycleways
    (``opposite*``, or a lane at a side that is itself two-way or against the way), then ``oneway``; a roundabout is
    one-way unless it says otherwise.
    """
    forward, backward = _one_way(tags.get("oneway:bicycle"))
    if tags.get("oneway:bicycle") is None:
        oneway = tags.get("oneway")
        if oneway is None and tags.get("junction") in {"roundabout", "circular"}:
            oneway = "yes"
        forward, backward = _one_way(oneway)
        if forward != backward and _has_contraflow(tags, way_is_forward=forward):
            forward, backward = True, True
    return (
        _direction(tags.get("bicycle:forward"), otherwise=forward),
        _direction(tags.get("bicycle:backward"), otherwise=backward),
    )


def _one_way(value: str | None) -> tuple[bool, bool]:
    # reversible, alternating: both directions are open in turn.
    return (value not in _BACKWARD, value not in _FORWARD)


def _has_contraflow(tags: Tags, *, way_is_forward: bool) -> bool:
    for side in _SIDES:
        value = tags.get(side)
        if value is None or value in _NOT_A_LANE:
            continue
        if value.startswith("opposite"):
            return True
        lane = tags.get(f"{side}:oneway")
        if lane == "no" or (lane in _BACKWARD and way_is_forward) or (lane in _FORWARD and not way_is_forward):
            return True
    return False


def _direction(value: str | None, *, otherwise: bool) -> bool:
    if value in {"yes", "designated", "permissive"}:
        return True
    return False if value == "no" else otherwise


def streets(
    file: OsmFile, xy: NDArray[np.float64], rules: TagRules, crs: str
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Build the layer ``streets`` and say what was left out of it.

    Parameters
    ----------
    file
        The raw file.
    xy
        Metres of the file's references (m, 2); NaN where the node is missing.
    rules
        The tag rules.
    crs
        CRS of ``xy``.
    """
    import geopandas as gpd

    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    odd: Counter[str] = Counter()
    rows, table = [], []
    for row, tags in _candidates(file):
        if tags["highway"] not in rules.streets.highway:
            kinds[tags["highway"]] += 1
            continue
        foot, bicycle = access(tags, rules.streets, odd)
        forward, backward = cycle_directions(tags) if bicycle else (False, False)
        if not (foot or forward or backward):
            counts["closed"] += 1
            continue
        rows.append(row)
        width_m = rules.number(tags.get("width"), "width_m", counts)
        table.append((tags["highway"], foot, forward, backward, width_m, level_of(tags)))
    picked = np.array(rows, dtype=np.int64)
    vertex, run, way = known_runs(file, xy, picked)
    counts["gaps"] = int(np.isin(picked, _ways_with_gaps(file, xy)).sum())
    counts["lost"] = len(picked) - len(np.unique(way))
    pieces, owner = _split(file.refs[vertex], run, way, xy[vertex])
    has_length = shapely.length(pieces) > 0
    counts["points"] = int((~has_length).sum())
    pieces, owner = pieces[has_length], owner[has_length]
    place = {row: number for number, row in enumerate(rows)}
    values = [table[place[int(row)]] for row in owner]
    frame = gpd.GeoDataFrame(
        {
            "street_id": _numbered(file.way_ids[owner]),
            **{name: [value[column] for value in values] for column, name in enumerate(_COLUMNS)},
        },
        geometry=pieces,
        crs=crs,
    )
    return frame, tuple(_sentences(counts, kinds, odd))


def _candidates(file: OsmFile) -> list[tuple[int, Tags]]:
    """Ways with a highway tag, and the untagged outlines of squares mapped as multipolygons, with the square's tags."""
    highways = {row: tags for row, tags in enumerate(file.way_tags) if "highway" in tags}
    row_of = {int(osm_id): row for row, osm_id in enumerate(file.way_ids)}
    for relation in file.relations:
        if "highway" in relation.tags and relation.tags.get("type") == "multipolygon":
            for kind, ref, _ in relation.members:
                if kind == "w" and ref in row_of:
                    highways.setdefault(row_of[ref], relation.tags)
    return sorted(highways.items())


def _ways_with_gaps(file: OsmFile, xy: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.unique(np.searchsorted(file.way_start, np.flatnonzero(np.isnan(xy[:, 0])), side="right") - 1)


def _split(
    refs: NDArray[np.int64], run: NDArray[np.int64], way: NDArray[np.int64], xy: NDArray[np.float64]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Cut runs of nodes at every node that stands more than once in all runs; return the lines and their ways."""
    if not len(refs):
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    node = np.unique(refs, return_inverse=True)[1]
    is_cut = np.bincount(node)[node] > 1
    is_cut[0] = is_cut[-1] = True
    changes = np.flatnonzero(run[1:] != run[:-1])
    is_cut[changes] = is_cut[changes + 1] = True
    cuts = np.flatnonzero(is_cut)
    same_run = run[cuts[1:]] == run[cuts[:-1]]
    first, last = cuts[:-1][same_run], cuts[1:][same_run]
    sizes = last - first + 1
    vertex = np.repeat(first - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
    lines = shapely.linestrings(xy[vertex], indices=np.repeat(np.arange(len(sizes)), sizes))
    return lines, way[first]


def _numbered(way_ids: NDArray[np.int64]) -> list[str]:
    """Street ids: the way's id and the number of the piece along it."""
    seen: Counter[int] = Counter()
    names = []
    for osm_id in way_ids.tolist():
        names.append(f"w{osm_id}-{seen[osm_id]}")
        seen[osm_id] += 1
    return names


def _sentences(counts: Counter[str], kinds: Counter[str], odd: Counter[str]) -> list[str]:
    texts = {
        "closed": "ways with a highway tag are closed to walkers and cyclists: left out",
        "gaps": "ways name nodes that are not in the file: cut at the gap",
        "lost": LOST,
        "points": "pieces of no length join nodes at the same place: left out, the streets still meet there",
        "width_m": "widths are not a number of metres: taken as unknown",
    }
    sentences = [f"streets: {counts[key]} {text}" for key, text in texts.items() if counts[key]]
    if kinds:
        sentences.append(f"streets: {kinds.total()} ways are no streets: left out ({_listed(kinds)})")
    if odd:
        sentences.append(f"streets: {odd.total()} access tags have a value that does not decide ({_listed(odd)})")
    return sentences


def _listed(values: Counter[str]) -> str:
    ranked = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{name[:40]!r} {count}" for name, count in ranked[:_SHOWN])
    return named + (", ..." if len(ranked) > _SHOWN else "")
