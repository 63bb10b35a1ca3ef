"""Whether streets hang together: what touches without meeting, the parts they fall into, the homes off the largest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.engine.streets import Mode, StreetGraph
from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.noding import JOIN_ENDS_M, clusters, ends_of, meetings
from kortrijk_geo.ingest.report import named
from kortrijk_geo.ingest.streets_layer import REMEDY, VOUCHED, level_column, of_one_mode, places, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from kortrijk_geo.ingest.report import Findings, Level

# From this share of the homes in the study area off the largest part, something is wrong with the streets.
HOMES_OFF_SHARE = 0.02
# Of streets that meet at the nodes of OpenStreetMap some cross without one; more than this share of junctions is odd.
_ODD_SHARE = 0.05
_MODES: dict[Mode, str] = {"walk": "on foot", "cycle": "by bicycle"}
_FAR_M = 100.0
_SHOWN = 5


def check_streets(
    streets: gpd.GeoDataFrame, homes: gpd.GeoDataFrame | None, notes: Iterable[str], findings: Findings
) -> None:
    """Report what keeps streets apart, in a layer ``streets`` that keeps its contract.

    Parameters
    ----------
    streets, homes
        Layers of the pack; homes in the study area are counted.
    notes
        What was noted of the streets when the pack was built.
    """
    _apart(streets, findings)
    _unmet(streets, findings, vouched=any(VOUCHED in note for note in notes))
    for mode, manner in _MODES.items():
        _parts(streets, homes, mode, manner, findings)


def _apart(streets: gpd.GeoDataFrame, findings: Findings) -> None:
    """Report ends that lie together for the eye, and not for a graph."""
    ends = ends_of(streets.geometry.to_numpy())
    spots = np.unique(ends, axis=0)
    place = clusters(spots, JOIN_ENDS_M)
    _, first, size = np.unique(place, return_index=True, return_counts=True)
    near = first[size > 1]
    if len(near):
        where = [f"{x:.2f} {y:.2f}" for x, y in spots[near]]
        findings.add(
            "warning", "streets",
            f"{len(near):,} places where ends of streets lie less than {JOIN_ENDS_M:g} m apart and are not joined"
            f" (join_ends_m): at {named(where, _SHOWN)}", len(near), where,
        )  # fmt: skip


def _unmet(streets: gpd.GeoDataFrame, findings: Findings, *, vouched: bool) -> None:
    """Report places where streets of one level cross or touch and do not meet."""
    lines, ids = streets.geometry.to_numpy(), streets["street_id"].to_numpy(dtype=object)
    at = meetings(lines, level_column(streets))
    at = at[of_one_mode(streets, at)]
    count, where = told(at, ids, JOIN_ENDS_M)
    if not count:
        return
    of_osm = bool(streets["street_id"].astype(str).str.fullmatch(r"w-?\d+-\d+").all())
    junctions = int((np.bincount(clusters(ends_of(lines), JOIN_ENDS_M)) >= 3).sum())
    level: Level = "info" if vouched or (of_osm and count <= _ODD_SHARE * junctions) else "warning"
    why = (
        "; the recipe says that they do not meet (noded = true)" if vouched
        else "; without a node there OpenStreetMap says that they do not meet" if of_osm
        else f"; {REMEDY}"
    )  # fmt: skip
    spots = [f"{x:.1f} {y:.1f}" for x, y in at.xy[places(at, JOIN_ENDS_M)]]
    message = f"{count:,} places where streets cross or touch without being joined{why}: at {where}"
    findings.add(level, "streets", message, count, spots)


def _parts(
    streets: gpd.GeoDataFrame, homes: gpd.GeoDataFrame | None, mode: Mode, manner: str, findings: Findings
) -> None:
    """Report how many homes cannot reach the largest part of the streets."""
    try:
        graph = StreetGraph.from_streets(streets, mode)
    except DataError as error:
        findings.add("warning", "streets", f"{manner}: {error}")
        return
    inside = homes if homes is None or "area_id" not in homes.columns else homes[homes["area_id"].notna()]
    if inside is None or inside.empty:
        parts = len(graph.component_report())
        if parts > 1:
            findings.add("info", "streets", f"{manner} the streets fall into {parts:,} parts that do not meet", parts)
        return
    report = graph.component_report(homes=graph.place(inside, _FAR_M, snap_to="any"))
    far = int(report["homes"].get(-1, 0))
    off = report[(report.index > 0) & (report["homes"] > 0)].sort_values("homes", ascending=False)
    count = int(off["homes"].sum())
    if not count and not far:
        return
    share = count / len(inside)
    where = [f"{row.x:.0f} {row.y:.0f} ({row.homes:,})" for row in off.itertuples()]
    text = (
        f"{manner} {count:,} of {len(inside):,} homes ({share:.2%}) lie off the largest of"
        f" {int((report.index >= 0).sum()):,} parts of the streets" + (f", at {named(where, _SHOWN)}" if count else "")
    )
    if far:
        text += f"; {far:,} lie farther than {_FAR_M:.0f} m from any street"
    findings.add("warning" if share >= HOMES_OFF_SHARE else "info", "streets", text, count + far, where)
