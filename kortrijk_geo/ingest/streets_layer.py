"""Streets of files that were drawn, made to meet as the recipe says; what was joined, cut and left is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.ingest.levels import levels
from kortrijk_geo.ingest.noding import JOIN_ENDS_M, Cut, Meetings, clusters, cut, ends_of, meetings
from kortrijk_geo.ingest.report import UNSAID, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kortrijk_geo.ingest.recipe_parts import Part
    from kortrijk_geo.ingest.report import Findings, Level

# Extra column of the layer: 0 on the ground, 1 on a bridge, -1 in a tunnel.
LEVEL = "level_above_ground"
DRAWN = frozenset({"vector", "table-points"})
# In the note of a layer whose maker says that what is not joined does not meet; `pack check` knows it by this.
VOUCHED = "the recipe says noded = true"
REMEDY = "say noded = false in [layers.streets] where they meet, noded = true where they do not (bridges, tunnels)"
_BLIND = ", bridges and tunnels too: no column layer, bridge or tunnel tells them"
# Ends apart by less are at one place for every program that wrote the file.
_LEAST_M = 1e-6
_SHOWN = 5


def add_levels(rows: pd.DataFrame, raw: pd.DataFrame) -> pd.DataFrame:
    """Give streets of a file their level, from the columns of the layer or else of the file that say it."""
    if LEVEL in rows.columns:
        return rows
    known = levels(rows.drop(columns="geometry", errors="ignore"))
    if known is None:
        known = levels(raw.loc[rows.index])
    return rows if known is None else rows.assign(**{LEVEL: known})


def level_column(streets: pd.DataFrame) -> NDArray[np.float64]:
    """Return the level of every street; 0 where the layer does not say it."""
    if LEVEL not in streets.columns:
        return np.zeros(len(streets))
    heights: NDArray[np.float64] = pd.to_numeric(streets[LEVEL], errors="coerce").fillna(0.0).to_numpy(np.float64)
    return heights


def places(at: Meetings, within_m: float) -> NDArray[np.intp]:
    """Rows of meetings, one for each place."""
    if not len(at):
        return np.empty(0, dtype=np.intp)
    first: NDArray[np.intp] = np.unique(clusters(at.xy, within_m), return_index=True)[1]
    return np.sort(first)


def told(at: Meetings, ids: NDArray[Any], within_m: float) -> tuple[int, str]:
    """Count the places of meetings, and name the first by their coordinates and the streets that meet there."""
    rows = places(at, within_m)
    texts = (f"{at.xy[row, 0]:.1f} {at.xy[row, 1]:.1f} ({ids[at.first[row]]}, {ids[at.second[row]]})" for row in rows)
    return len(rows), named(texts, _SHOWN)


def of_one_mode(streets: pd.DataFrame, at: Meetings) -> NDArray[np.bool_]:
    """Whether the two streets of each meeting may both be walked, or both be cycled."""
    walk = streets["walk"].to_numpy(dtype=bool)
    cycle = streets["cycle_forward"].to_numpy(dtype=bool) | streets["cycle_backward"].to_numpy(dtype=bool)
    shared: NDArray[np.bool_] = (walk[at.first] & walk[at.second]) | (cycle[at.first] & cycle[at.second])
    return shared


def make_meet(
    frame: gpd.GeoDataFrame, parts: Sequence[Part], sizes: Sequence[int], findings: Findings
) -> gpd.GeoDataFrame:
    """Join ends of drawn streets that lie together, and cut streets where they meet others.

    Parameters
    ----------
    frame
        The layer ``streets``, whole.
    parts, sizes
        The tables of the recipe that it was read from, and how many rows each gave.
    findings
        Where to tell what was done, and what was left.

    Returns
    -------
    GeoDataFrame
        The streets; ids of those that were cut have ``-1``, ``-2`` ... Streets of OpenStreetMap alone are unchanged:
        they meet at its nodes.
    """
    if not any(part.reader in DRAWN for part in parts):
        return frame
    within_m = max(_LEAST_M, *(float(part.get("join_ends_m", JOIN_ENDS_M)) for part in parts if part.reader in DRAWN))
    lines, ids = frame.geometry.to_numpy(), frame["street_id"].to_numpy(dtype=object)
    at = meetings(lines, level_column(frame), within_m)
    at = at[of_one_mode(frame, at)]
    said = np.repeat([_said(part) for part in parts], sizes)
    # Of two streets it is enough that one is to be cut, or does not say.
    asked = (said[at.first] == "cut") | (said[at.second] == "cut")
    unsaid = ~asked & ((said[at.first] == "") | (said[at.second] == ""))
    sure = unsaid & (at.touches | at.corners)
    crossing = unsaid & ~sure
    whole = len(places(at[crossing], within_m)) > _junctions(lines, at[asked | sure], within_m)
    made = cut(lines, at[asked | sure | (crossing & whole)], within_m)
    _tell_ends(made, ids, within_m, findings)
    blind = "" if LEVEL in frame.columns else _BLIND
    done = f"cut there, {UNSAID}{blind}"
    cases: list[tuple[NDArray[np.bool_], Level, str]] = [
        (asked, "info", f"places where streets cross or touch between their ends: cut there (noded = false){blind}"),
        (sure, "warning", f"places where streets touch, by an end or a corner of both: {done}"),
        (crossing & whole, "warning", f"places where streets cross, more than where they are joined: {done}"),
        (~asked & ~unsaid, "info", f"places where streets cross or touch between their ends: left so, {VOUCHED}"),
    ]
    for kind, level, text in cases:
        count, where = told(at[kind], ids, within_m)
        if count:
            remedy = f"; {REMEDY}" if level == "warning" else ""
            findings.add(level, "streets", f"{count:,} {text}{remedy}: at {where}", count)
    return _numbered(frame, made)


def _said(part: Part) -> str:
    if part.reader not in DRAWN:
        return "whole"
    return {None: "", True: "whole", False: "cut"}[part.get("noded")]


def _junctions(lines: NDArray[np.object_], at: Meetings, within_m: float) -> int:
    """Count the places where at least three streets begin or end, those included at which streets are to be cut."""
    points = np.concatenate([ends_of(lines), at.xy, at.xy])
    return int((np.bincount(clusters(points, within_m)) >= 3).sum())


def _tell_ends(made: Cut, ids: NDArray[Any], within_m: float, findings: Findings) -> None:
    moved = made.moved_m[made.moved_m > 0]
    if len(moved):
        findings.add(
            "info", "streets",
            f"{len(moved):,} ends of streets lay at most {within_m:g} m from another end and were joined to it"
            f" (join_ends_m; moved by {moved.max():.2g} m at most)", len(moved),
        )  # fmt: skip
    lost = np.setdiff1d(np.arange(len(ids)), made.street)
    if len(lost):
        findings.add(
            "info", "streets",
            f"{len(lost):,} streets no longer than {within_m:g} m (join_ends_m) left out, what they join meets there:"
            f" {named(ids[lost])}", len(lost),
        )  # fmt: skip


def _numbered(frame: gpd.GeoDataFrame, made: Cut) -> gpd.GeoDataFrame:
    """Return the streets as they were cut; the pieces of one have its id with ``-1``, ``-2`` ..."""
    pieces = frame.iloc[made.street].reset_index(drop=True).set_geometry(gpd.GeoSeries(made.lines, crs=frame.crs))
    several = pieces["street_id"].duplicated(keep=False)
    number = (pieces.groupby("street_id").cumcount() + 1).astype(str)
    taken, between = set(frame["street_id"]), "-"
    while not taken.isdisjoint(pieces.loc[several, "street_id"] + between + number[several]):
        between += "-"
    pieces["street_id"] = pieces["street_id"].where(~several, pieces["street_id"] + between + number)
    return pieces
