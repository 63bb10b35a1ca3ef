"""What a run of the monitor finds: the state of every target, for the city and per area, and its plain documents."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from kortrijk_geo.results import Figure, ThemeResult
from kortrijk_geo.targets.progress import BEHIND, MISSED, ON_TRACK, REACHED, STATUSES, UNKNOWN
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    import pandas as pd

    from kortrijk_geo.targets.history import Run
    from kortrijk_geo.targets.progress import Progress
    from kortrijk_geo.targets.rules import Point, Target, Undated

_PLURAL = {REACHED: "gehaald", ON_TRACK: "op schema", BEHIND: "achter op schema", MISSED: "niet gehaald"}


@dataclass(frozen=True)
class AreaState:
    """The figure of one area; ``gap`` and ``reached`` are None where it is unknown or the goal is the city's alone."""

    area_id: str
    name: str
    value: float | None
    gap: float | None
    reached: bool | None


@dataclass(frozen=True)
class TargetState:
    """Where one target stands.

    Parameters
    ----------
    target
        What was promised.
    now
        The figure held against the goal, with its source and its day, where that is known; None when unknown.
    origin
        Whether a theme of this run measured it, somebody published it, or nobody knows.
    synthetic
        Whether ``now`` comes from an invented pack.
    progress
        Gap, paces, status.
    possible
        What a map finds room for; None when unknown or not asked.
    trend
        All figures known up to now, oldest first.
    areas
        The theme's figure per area, where it exists; for a change, the figure itself.
    remarks
        Dutch: why something is unknown.
    known_share, known_of
        Of which share of what (Dutch) a measured figure is, as in `Figure`.
    """

    target: Target
    now: Point | Undated | None
    origin: Literal["measured", "published", "unknown"]
    synthetic: bool
    progress: Progress
    possible: float | None = None
    trend: tuple[Point, ...] = ()
    areas: tuple[AreaState, ...] = ()
    remarks: tuple[str, ...] = ()
    known_share: float | None = None
    known_of: str = ""

    def record(self) -> dict[str, Any]:
        """Return the state as plain data: numbers are numbers, unknown is None, dates are ISO."""
        target, progress, start = self.target, self.progress, self.progress.pace_since
        return {
            "key": target.key,
            "label": target.label,
            "subject": target.subject,
            "unit": target.unit,
            "direction": "reduce" if target.reduce else "at_least",
            "counted": "change" if target.change else "level",
            "goal": target.goal,
            "kind": target.kind if target.goal is not None else None,
            "by": target.by.isoformat() if isinstance(target.by, dt.date) else target.by,
            "baseline": target.baseline_level,
            "baseline_date": target.baseline.date.isoformat() if target.baseline else None,
            "now": self.now.value if self.now else None,
            "now_date": self.now.iso if self.now and self.now.date else None,
            "now_from": self.origin,
            "now_source": self.now.source if self.now else "",
            "synthetic": self.synthetic,
            "gap": plain(progress.gap),
            "pace_needed_per_year": plain(progress.pace_needed),
            "pace_planned_per_year": plain(progress.pace_planned),
            "pace_so_far_per_year": plain(progress.pace_so_far),
            "pace_since": start.date.isoformat() if start else None,
            "pace_since_value": start.value if start else None,
            "expected": plain(progress.expected),
            "on_track": progress.on_track,
            "status": progress.status,
            "possible": plain(self.possible),
            "possible_label": target.possible.label if target.possible else "",
            "measured_by": f"{target.measured.theme}.{target.measured.column}" if target.measured else None,
            "source": target.source,
            "date": target.date,
            "standing": target.standing,
            "area_source": target.area_source,
            "area_standing": target.area_standing,
            "remark": target.remark,
            "remarks": list(self.remarks),
        }


@dataclass(repr=False, kw_only=True)
class MonitorResult(ThemeResult):
    """A `ThemeResult` with the state of all targets on a day.

    Its ``areas`` hold the figure of every target that has one per area, ``city`` the figure of every target.

    Parameters
    ----------
    city_name
        Whose targets these are.
    on
        Day of the run.
    states
        One per target, in the order of the file.
    runs
        The history, this run included.
    pages
        Dutch page of every theme that was handed over, by theme.
    least_days
        A pace over fewer days than this is not told.
    """

    city_name: str
    on: dt.date
    states: tuple[TargetState, ...]
    runs: tuple[Run, ...]
    pages: dict[str, str] = field(default_factory=dict)
    least_days: int = 0

    def counts(self) -> dict[str, int]:
        """Return how many of the targets that promise a number have each status, in the order of `STATUSES`."""
        return counts_of(self.states)

    def series(self) -> dict[str, list[tuple[dt.date, float]]]:
        """Return the figures of every target that is known of more than one day."""
        return {s.target.label: [(p.date, p.value) for p in s.trend] for s in self.states if len(s.trend) > 1}

    def area_rows(self) -> list[dict[str, Any]]:
        """Return a row per area: ``area_id``, ``name``, and the figure of every target that has one per area."""
        rows = self.areas.drop(columns="geometry").reset_index()
        return [{key: plain(value) for key, value in row.items()} for row in rows.to_dict("records")]

    def to_json(self) -> dict[str, Any]:
        """Return the outside contract's document with, beside it, every target in full."""
        return {
            "theme": "targets",
            "city_name": self.city_name,
            "pack": self.pack,
            "pack_digest": self.pack_digest,
            "synthetic": self.synthetic,
            "changed_layers": list(self.proof.changed),
            "unverified_layers": list(self.proof.unverifiable),
            "on": self.on.isoformat(),
            "headlines": [figure.record() for figure in self.headlines],
            "targets": [state.record() | {"trend": _trend(state), "areas": _areas(state)} for state in self.states],
            "areas": self.area_rows(),
            "city": dict(self.city),
            "sources": [text for source in self.sources if (text := str(source))],
            "notes": [*self.proof.sentences, *self.notes],
        }

    def sheets(self) -> dict[str, pd.DataFrame]:
        """Return the tables of the workbook, by Dutch sheet name: the same figures as in page and JSON."""
        import pandas as pd

        def frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
            # As objects: a column of numbers with an unknown stays numbers and None.
            return pd.DataFrame([[row[c] for c in columns] for row in rows], columns=columns, dtype="object")

        records = [state.record() for state in self.states]
        for record in records:
            record["remarks"] = " ".join(record["remarks"])
        trend = [{"key": s.target.key, "label": s.target.label, **point} for s in self.states for point in _trend(s)]
        areas = self.area_rows()
        sources = [{"bron": s.name, "datum": s.date, "licentie": s.licence} for s in self.sources]
        return {
            "Doelen": frame(records, list(records[0])),
            "Gebieden": frame(areas, list(areas[0]) if areas else ["area_id", "name"]),
            "Verloop": frame(trend, ["key", "label", "date", "value", "source", "published"]),
            "Bronnen": frame(sources, ["bron", "datum", "licentie"]),
            "Opmerkingen": frame([{"opmerking": note} for note in (*self.proof.sentences, *self.notes)], ["opmerking"]),
        }


def counts_of(states: Sequence[TargetState]) -> dict[str, int]:
    """Return how many of the targets that promise a number have each status, in the order of `STATUSES`."""
    counts = Counter(state.progress.status for state in states if state.target.promised)
    return {status: counts[status] for status in STATUSES}


def headlines_of(states: Sequence[TargetState]) -> list[Figure]:
    """Return how many targets have each status, then every target that a theme of this run measured."""
    counts = counts_of(states)
    all_of_them = f"van {sum(counts.values())} met een getal"
    what = {status: f"Doelen {word} ({all_of_them})" for status, word in _PLURAL.items()}
    what[UNKNOWN] = f"Doelen waarvan niet bekend is of ze op schema liggen ({all_of_them})"
    figures = [Figure(f"targets_{_SLUGS[s]}", what[s], float(counts[s]), "doelen") for s in STATUSES]
    for state in states:
        if state.origin == "measured":
            target, value = state.target, state.now.value if state.now else None
            figures.append(
                Figure(
                    target.key, target.label, value, target.unit, target.goal, state.now.source if state.now else "",
                    target_kind=target.kind, target_source=target.source,
                    known_share=state.known_share, known_of=state.known_of,
                )
            )  # fmt: skip
    return figures


def areas_of(states: Sequence[TargetState], results: Iterable[ThemeResult]) -> gpd.GeoDataFrame:
    """Return a row per area, index ``area_id``: name, the figure of every target that has one per area, polygon."""
    import geopandas as gpd
    import pandas as pd

    rows: dict[str, dict[str, Any]] = {}
    for state in states:
        for area in state.areas:
            row = rows.setdefault(area.area_id, {"name": area.name})
            row[area_column(state.target)] = area.value
    columns = dict.fromkeys(area_column(state.target) for state in states if state.areas)
    frames = [result.areas for result in results]
    shapes = {str(key): shape for frame in frames for key, shape in frame.geometry.items()}
    index = pd.Index(list(rows), name="area_id", dtype=object)
    table = pd.DataFrame([{"name": row["name"], **{c: row.get(c) for c in columns}} for row in rows.values()], index)
    crs = frames[0].crs if frames else None
    return gpd.GeoDataFrame(table, geometry=[shapes[key] for key in rows], crs=crs, columns=["name", *columns])


_SLUGS = {REACHED: "reached", ON_TRACK: "on_track", BEHIND: "behind", MISSED: "missed", UNKNOWN: "unknown"}


def area_column(target: Target) -> str:
    """Return the name of a target's column in the table of areas: that of the theme it comes from."""
    assert target.measured is not None
    return target.measured.column


def _trend(state: TargetState) -> list[dict[str, Any]]:
    return [
        {"date": point.iso, "value": point.value, "source": point.source, "published": point.published}
        for point in state.trend
    ]


def _areas(state: TargetState) -> list[dict[str, Any]]:
    return [
        {"area_id": a.area_id, "name": a.name, "value": a.value, "gap": a.gap, "reached": a.reached}
        for a in state.areas
    ]
