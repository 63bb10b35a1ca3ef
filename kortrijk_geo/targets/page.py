"""The page ``doelen`` and the files beside it: bars and numbers of every target, to read and to print on A4."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.files import file_replacing
from kortrijk_geo.mapping import standalone
from kortrijk_geo.mapping.bar import bar_html
from kortrijk_geo.mapping.figures import source_texts
from kortrijk_geo.targets import notes
from kortrijk_geo.targets.history import HISTORY, write_history
from kortrijk_geo.targets.progress import BEHIND, MISSED, ON_TRACK, REACHED, STATUSES
from kortrijk_geo.targets.progress import UNKNOWN as NOT_KNOWN
from kortrijk_geo.targets.rules import SHARE
from kortrijk_geo.targets.sheets import write_targets_workbook
from kortrijk_geo.targets.state import area_column
from kortrijk_geo.text.dutch import UNKNOWN, date_text
from kortrijk_geo.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.targets.rules import Point
    from kortrijk_geo.targets.state import AreaState, MonitorResult, TargetState

PAGE, WORKBOOK, DOCUMENT = "doelen.html", "doelen.xlsx", "doelen.json"
# Sign, name of the look, and its colour as in page.css: who sees no colour reads the sign.
_SIGNS = {
    REACHED: ("✓", "reached", "#00614a"),
    ON_TRACK: ("→", "track", "#14507a"),
    BEHIND: ("!", "behind", "#9a4a00"),
    MISSED: ("✕", "missed", "#8f1d14"),
    NOT_KNOWN: ("?", "unknown", "#4b5563"),
}
# What is not known of a goal: nobody measures it, one figure alone has no pace, or no day to be on time for is known.
NOT_MEASURED, NO_PACE, NO_TERM = "niet gemeten", "nog geen tempo", "geen termijn"
_GROUPS = {
    "measured": {
        "title": "Gemeten: doel en cijfer",
        "meaning": "",
        "none": "Van geen enkel doel is vandaag een cijfer bekend.",
    },
    "unmeasured": {
        "title": "Doel zonder meting",
        "meaning": "de stad noemt een doel, maar niemand levert hier het cijfer van vandaag",
        "none": "",
    },
    "aimless": {
        "title": "Zonder doel",
        "meaning": "de stad noemt geen getal om te halen; het cijfer staat er om te volgen of ter vergelijking",
        "none": "",
    },
}
_METHOD = (
    "Nog te doen: het verschil tussen het cijfer van nu en het doel. Gepland per jaar: het gelijkmatige tempo van het"
    " vertrekpunt tot het doel. Nodig per jaar: wat er vanaf de dag van deze run elk jaar bij moet (of af, bij een"
    " daling) om het doel op de laatste dag te halen. Tempo tot nu: de verandering per jaar sinds het vertrekpunt, of"
    " sinds het oudste bekende cijfer als het vertrekpunt minder dan {days} dagen oud is of ontbreekt; onbekend als het"
    " cijfer niet van na het vertrekpunt is. Op schema: het doel is gehaald, of het tempo tot nu brengt het cijfer op"
    " tijd bij het doel. Een jaartal betekent 31 december."
    " Wat niet bekend is, heet onbekend en is nergens nul."
)


def write_targets(
    monitor: MonitorResult, folder: str | Path, *, index: str = "", pages: Sequence[str] = ()
) -> list[str]:
    """Write page, workbook, JSON and history file to a folder and return their names, the page first.

    Parameters
    ----------
    monitor
        What `kortrijk_geo.targets.monitor` found.
    folder
        Where to write; the history there is replaced by that of ``monitor``, which holds the earlier runs it was given.
    index
        Name of the index page beside it, or empty.
    pages
        Names of theme pages that stand beside it and can be linked to, as ``kinderopvang.html``.

    Raises
    ------
    OutputError
        When a file cannot be written; what stood there stays.
    """
    out = Path(folder)
    files = [WORKBOOK, DOCUMENT, HISTORY]
    write_targets_workbook(monitor, out / WORKBOOK)
    text = json.dumps(monitor.to_json(), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    _write(out / DOCUMENT, text)
    write_history(monitor.runs, out / HISTORY)
    write_targets_page(monitor, out / PAGE, downloads=files, index=index, pages=pages)
    return [PAGE, *files]


def write_targets_page(
    monitor: MonitorResult,
    path: str | Path,
    *,
    downloads: Sequence[str] = (),
    index: str = "",
    pages: Sequence[str] = (),
) -> None:
    """Write the standalone page, whole or not at all; equal results give equal bytes.

    Parameters
    ----------
    monitor
        What `kortrijk_geo.targets.monitor` found.
    path
        The HTML file.
    downloads, index, pages
        Names of files beside the page that a reader can take along, of the index page, of theme pages.

    Raises
    ------
    OutputError
        When the file cannot be written; what stood there stays.
    """
    _write(Path(path), targets_html(monitor, downloads=downloads, index=index, pages=pages))


def targets_html(
    monitor: MonitorResult, *, downloads: Sequence[str] = (), index: str = "", pages: Sequence[str] = ()
) -> str:
    """Return the page as text."""
    style = standalone.page_style() + "\n" + Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    scripts = [standalone.static_text("bar.js")] if index else []
    counts = monitor.counts()
    return standalone.render(
        Path(__file__).with_name("page.html"),
        {
            "csp": standalone.policy(scripts=scripts, styles=[style]),
            "style": standalone.inside("style", style),
            "title": THEMES["targets"].title,
            "city": monitor.city_name,
            "pack": monitor.pack,
            "digest": monitor.pack_digest[:12],
            "on": date_text(monitor.on.isoformat()),
            "warnings": monitor.warnings,
            "synthetic": monitor.synthetic,
            "index": index,
            "bar": bar_html((), PAGE),
            "scripts_after": [standalone.inside("script", script) for script in scripts],
            "counts": _tally(monitor),
            "total": sum(counts.values()),
            "groups": [
                {**texts, "rows": [_row(state, monitor, pages) for state in monitor.states if group(state) == name]}
                for name, texts in _GROUPS.items()
            ],
            "table": _table(monitor),
            "notes": monitor.notes,
            "method": _METHOD.format(days=monitor.least_days),
            "sources": source_texts(monitor.sources),
            "downloads": list(downloads),
            "version": __version__,
        },
    )


def status_bars(monitor: MonitorResult) -> list[tuple[str, int, str]]:
    """Return how many goals there are of each judgement, with its colour."""
    return [(one["word"], one["count"], _SIGNS.get(one["word"], _SIGNS[NOT_KNOWN])[2]) for one in _tally(monitor)]


def group(state: TargetState) -> str:
    """Tell in which of the three groups of the page a target stands: measured, unmeasured, aimless."""
    if not state.target.promised:
        return "aimless"
    return "measured" if state.now is not None else "unmeasured"


def judgement(state: TargetState) -> str:
    """Return the status as the page tells it: of what is unknown, what it is that lacks."""
    status = state.progress.status
    if group(state) == "aimless":
        return "geen doel"
    if status != NOT_KNOWN:
        return status
    if state.now is None:
        return NOT_MEASURED
    return NO_PACE if state.progress.pace_so_far is None else NO_TERM


def _tally(monitor: MonitorResult) -> list[dict[str, Any]]:
    """Return how many goals there are of every judgement; together they are all goals with a number."""
    told = Counter(judgement(state) for state in monitor.states if state.target.promised)
    words = [*(status for status in STATUSES if status != NOT_KNOWN), NO_PACE, NOT_MEASURED]
    words += [NO_TERM] * (NO_TERM in told)
    looks = [_SIGNS.get(word, _SIGNS[NOT_KNOWN]) for word in words]
    return [
        {"count": told[word], "word": word, "sign": sign, "look": look}
        for word, (sign, look, _) in zip(words, looks, strict=True)
    ]


@dataclass(frozen=True)
class Bar:
    """A bar of 0-100: where it begins and ends, where the goal and the baseline stand."""

    start: float
    end: float
    goal: float
    baseline: float | None


def bar(state: TargetState) -> Bar | None:
    """Return the bar of a target; None when figure or goal is unknown."""
    target = state.target
    if state.now is None or target.goal is None:
        return None
    base = target.baseline.value if target.baseline else None
    known = [0.0, state.now.value, target.goal, *([] if base is None else [base])]
    low, high = min(known), max(known)
    span = (high - low) * 1.04 or 1.0

    def place(value: float) -> float:
        return round(100 * (value - low) / span, 1)

    zero, now = place(0.0), place(state.now.value)
    return Bar(min(zero, now), max(zero, now), place(target.goal), None if base is None else place(base))


def _row(state: TargetState, monitor: MonitorResult, pages: Sequence[str]) -> dict[str, Any]:
    target, headway = state.target, state.progress
    sign, look, _ = _SIGNS[headway.status]
    page = monitor.pages.get(target.measured.theme, "") if target.measured else ""
    start = headway.pace_since
    return {
        "label": target.label,
        "status": judgement(state),
        "subject": target.subject,
        "promised": target.promised,
        "numbered": target.goal is not None,
        "sign": sign if target.promised else "",
        "look": look,
        "now": notes.amount(state.now.value if state.now else None, target),
        "unit": notes.unit_text(target),
        "now_date": _now_day(state),
        "now_source": state.now.source if state.now else "",
        "now_origin": {"measured": "gemeten", "published": "gepubliceerd", "unknown": ""}[state.origin],
        "synthetic": state.synthetic,
        "goal": notes.goal_text(target),
        "goal_word": notes.goal_word(target),
        "by": notes.by_text(target.by),
        "gap": notes.gap_text(headway.gap, target),
        "planned": notes.pace_text(headway.pace_planned, target) if headway.pace_planned is not None else "",
        "needed": "geen termijn" if not isinstance(target.by, dt.date) and headway.pace_needed is None
                  else notes.pace_text(headway.pace_needed, target),
        "so_far": notes.pace_text(headway.pace_so_far, target),
        "since": f"sinds {notes.day_text(start.date)}: {notes.amount(start.value, target)}" if start else "",
        "expected": notes.amount(headway.expected, target),
        "expected_day": "" if headway.expected is None or not isinstance(target.by, dt.date)
                        else notes.day_text(target.by),
        "possible": "" if state.possible is None or target.possible is None else
                    f"{notes.amount(state.possible, target)} {target.possible.label}",
        "bar": bar(state),
        "trend": [_trend_point(point, state) for point in state.trend] if len(state.trend) > 1 else [],
        "curve": _curve(state.trend),
        "areas_short": _areas_short(state.areas),
        "source": target.source if target.date in target.source else f"{target.source}, {date_text(target.date)}",
        "standing": target.standing,
        "area_source": target.area_source,
        "area_standing": target.area_standing,
        "remarks": [text for text in (target.remark, *state.remarks) if text],
        "page": f"{page}.html" if f"{page}.html" in pages else "",
    }  # fmt: skip


def _now_day(state: TargetState) -> str:
    if state.now is None:
        return ""
    return "dag onbekend" if state.now.date is None else notes.point_text(state.now)


def _trend_point(point: Point, state: TargetState) -> str:
    return f"{notes.point_text(point)}: {notes.amount(point.value, state.target)}"


def _curve(trend: Sequence[Point]) -> list[tuple[float, float]]:
    """Return the trend as places in a picture of 100 by 24; none with fewer than three figures."""
    if len(trend) < 3:
        return []
    days = [point.date.toordinal() for point in trend]
    values = [point.value for point in trend]
    wide, high = days[-1] - days[0], (max(values) - min(values)) or 1.0
    return [
        (round(2 + 96 * (day - days[0]) / wide, 1), round(21 - 18 * (value - min(values)) / high, 1))
        for day, value in zip(days, values, strict=True)
    ]


def _areas_short(areas: Sequence[AreaState]) -> str:
    judged = [area for area in areas if area.reached is not None]
    if not judged:
        return ""
    short = [area.name for area in judged if not area.reached]
    if not short:
        return f"alle {len(judged)} gebieden met een cijfer halen het doel"
    return f"{len(short)} van {len(judged)} gebieden met een cijfer halen het doel niet: {', '.join(short)}"


def _table(monitor: MonitorResult) -> dict[str, Any]:
    """Return the table of areas: a column per figure, once, though several targets count it."""
    columns: dict[str, TargetState] = {}
    for state in monitor.states:
        if state.areas:
            columns.setdefault(area_column(state.target), state)
    heads, cells = [], []
    for state in columns.values():
        target = state.target
        goal = f"{notes.goal_word(target).lower()} {notes.goal_text(target)}" if target.area_goal else ""
        unit = target.unit if target.unit != SHARE else ""
        heads.append({"label": monitor.labels[area_column(target)], "unit": unit, "goal": goal})
        cells.append({area.area_id: area for area in state.areas})
    rows = [
        {
            "name": row["name"],
            "cells": [
                {"text": _area_text(cell.get(row["area_id"]), state), "short": _is_short(cell.get(row["area_id"]))}
                for cell, state in zip(cells, columns.values(), strict=True)
            ],
        }
        for row in monitor.area_rows()
    ]
    return {"heads": heads, "rows": rows}


def _area_text(area: AreaState | None, state: TargetState) -> str:
    if area is None or area.value is None:
        return UNKNOWN
    target = state.target
    if target.change:  # the area's figure is the level itself
        return notes.step_text(area.value, target)
    return notes.amount(area.value, target)


def _is_short(area: AreaState | None) -> bool:
    return area is not None and area.reached is False


def _write(path: Path, text: str) -> None:
    with file_replacing(path) as building:
        building.write_bytes(text.encode("utf-8"))
