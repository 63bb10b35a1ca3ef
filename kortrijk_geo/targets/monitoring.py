"""The targets monitor: how far the city is from what it promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kortrijk_geo.catalogue import THEMES, failure_notes, failures_in, results_in
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.results import Proof
from kortrijk_geo.targets import measuring
from kortrijk_geo.targets.columns import columns
from kortrijk_geo.targets.history import Measurement, Run, read_history, with_run
from kortrijk_geo.targets.notes import monitor_notes, not_measured, why_unknown
from kortrijk_geo.targets.progress import progress, since
from kortrijk_geo.targets.rules import Point, Undated, load_targets
from kortrijk_geo.targets.state import MonitorResult, TargetState, areas_of, headlines_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from kortrijk_geo.catalogue import Outcome
    from kortrijk_geo.results import Source, ThemeResult
    from kortrijk_geo.targets.rules import Target


def monitor(
    outcomes: Mapping[str, Outcome],
    *,
    on: dt.date,
    history: Path | None = None,
    targets: Path | None = None,
    nis_code: str | None = None,
    measured_on: Mapping[str, dt.date] | None = None,
) -> MonitorResult:
    """Hold the figures of the themes against the city's targets.

    A target that a theme measures has that theme's figure, of the city row; is the theme not among ``results``, then
    the latest published figure, and it says so. Does the theme not know the figure, then it is unknown. The pace so
    far counts from the baseline, or when that is too young, from the oldest figure known; a figure that is not of
    after the baseline, or of no known day, has no pace. The pace needed is the gap over the years from ``on`` to the
    last day; a target is on track when it is reached, or when the pace so far takes the figure to the goal on the last
    day.

    Parameters
    ----------
    outcomes
        Results of themes on one pack, by English name of the theme; where a theme has none, the error that stopped it.
        A target of a theme without data has the latest published figure; one whose data are at fault is unknown.
    on
        Day of the run.
    history
        History file of earlier runs; absent is empty, None is no history. It is read, not written: see
        `kortrijk_geo.targets.write_targets`.
    targets
        A file like ``targets.toml``; None for the package's own, Kortrijk's.
    nis_code
        NIS code of the pack; when given, it must be that of the targets.
    measured_on
        Per theme, the day of its figures; by default the theme's own option ``on``, else the latest day of its data,
        else unknown: such a figure has no pace and stays out of the history.

    Raises
    ------
    DataError
        When the targets or the history cannot be read, the targets are those of another municipality than the pack, or
        the results are of several packs.
    OptionError
        When a result stands under another theme's name.
    """
    known = load_targets(targets)
    if nis_code is not None and nis_code != known.city.nis_code:
        raise DataError(
            f"the targets are those of {known.city.name} (NIS code {known.city.nis_code}), the pack is of"
            f" {nis_code or 'no municipality'}; give a targets file of its own"
        )
    results = results_in(outcomes)
    _check(results)
    first = next(iter(results.values()), None)
    pack, digest, synthetic = (first.pack, first.pack_digest, first.synthetic) if first else ("", "", False)
    earlier = () if history is None else read_history(history)
    same = [run for run in earlier if (run.pack, run.synthetic) == (pack, synthetic)]
    days = {
        target.key: measuring.figure_day(target.measured, results[target.measured.theme], measured_on or {})
        for target in known.targets
        if target.measured is not None and target.measured.theme in results
    }
    states, figures = [], {}
    for target in known.targets:
        state, level = _state(target, outcomes, days, same, on, known.pace.least_days)
        states.append(state)
        day = days.get(target.key)
        if day is not None:
            figures[target.key] = Measurement(day, level, _definition(target, results))
    run = Run(on, pack, digest, synthetic, figures)
    areas = areas_of(states, results.values())
    return MonitorResult(
        theme="targets",
        page="doelen",
        pack=pack,
        areas=areas,
        city={state.target.key: state.now.value if state.now else None for state in states},
        headlines=headlines_of(states),
        columns=list(columns(results, states)),
        context=first.context if first else {},
        sources=_sources(results, states),
        options={"on": on.isoformat()},
        notes=[*failure_notes(outcomes), *monitor_notes(results, days, states, known.city.name)],
        pack_digest=digest,
        proof=first.proof if first else Proof(),
        synthetic=synthetic,
        nis_code=known.city.nis_code,
        city_name=known.city.name,
        on=on,
        states=tuple(states),
        runs=with_run(earlier, run) if results else earlier,
        pages={theme: result.page for theme, result in results.items()},
        least_days=known.pace.least_days,
    )


def _check(results: Mapping[str, ThemeResult]) -> None:
    for theme, result in results.items():
        if result.theme != theme:
            raise OptionError(
                f"the result under {theme!r} is one of theme {result.theme!r}; give it under its own name"
            )
    packs = {(result.pack, result.pack_digest, result.synthetic) for result in results.values()}
    if len(packs) > 1:
        names = ", ".join(sorted(f"{pack} {digest[:12]}".strip() for pack, digest, _ in packs))
        raise DataError(f"the themes' results are of several packs ({names}); run all themes over one pack")


def _state(
    target: Target,
    outcomes: Mapping[str, Outcome],
    days: Mapping[str, dt.date | None],
    runs: list[Run],
    on: dt.date,
    least_days: int,
) -> tuple[TargetState, float | None]:
    """Return the state of a target and, when a theme measured it, the theme's own figure."""
    results = results_in(outcomes)
    result = results.get(target.measured.theme) if target.measured else None
    now: Point | Undated | None = None
    level: float | None = None
    remarks: list[str] = []
    origin: Literal["measured", "published", "unknown"] = "unknown"
    if target.measured is not None and result is not None:
        level, there = measuring.city_figure(target.measured, result)
        theme = THEMES[target.measured.theme].subject
        known = measuring.how_known(target.measured, result)
        if level is not None:
            remarks += known
            origin = "measured"
            day, value = days[target.key], measuring.in_goals_measure(target, level)
            source = f"berekend: {theme}"
            now = Undated(value, source) if day is None else Point(day, value, source, published=False)
        elif there:
            remarks += [f"Het stadspakket kent het cijfer niet ({theme}).", *known]
        else:
            remarks.append(f"De berekening van {theme} heeft het cijfer {target.measured.column} niet.")
    elif target.measured is not None and target.measured.theme in failures_in(outcomes):
        remarks.append(f"De berekening van {THEMES[target.measured.theme].subject} is mislukt.")
    else:
        now = max((p for p in target.published if p.date <= on), key=lambda p: p.date, default=None)
        origin = "published" if now else "unknown"
        remarks += not_measured(target, now, outcomes)
    definition = _definition(target, results)
    remarks += measuring.otherwise_defined(target, runs, on, definition)
    earlier = [p for p in measuring.earlier_points(target, runs, on, definition) if now is None or p.date != now.date]
    start = since(target, now, [*target.published, *earlier], least_days) if isinstance(now, Point) else None
    headway = progress(target, now, start, on)
    possible, possible_remarks = _possible(target, results)
    state = TargetState(
        target=target,
        now=now,
        origin=origin,
        synthetic=bool(result and result.synthetic and now),
        progress=headway,
        possible=possible,
        trend=measuring.trend_of((p for p in target.published if p.date <= on), earlier, now),
        areas=measuring.area_states(target, result) if result is not None else (),
        remarks=(*remarks, *why_unknown(target, now, headway, on), *possible_remarks),
        **(measuring.covered(target.measured, result) if target.measured and result else {}),
    )
    return state, level


def _definition(target: Target, results: Mapping[str, ThemeResult]) -> str:
    if target.measured is None or target.measured.theme not in results:
        return ""
    return measuring.definition_of(target.measured, results[target.measured.theme])


def _possible(target: Target, results: Mapping[str, ThemeResult]) -> tuple[float | None, list[str]]:
    if target.possible is None or target.possible.theme not in results:
        return None, []
    value, there = measuring.city_figure(target.possible, results[target.possible.theme])
    if value is not None:
        return value, []
    theme = THEMES[target.possible.theme].subject
    why = "kent het pakket niet" if there else f"staan niet in de berekening van {theme}"
    return None, [f"De {target.possible.label} {why}."]


def _sources(results: Mapping[str, ThemeResult], states: list[TargetState]) -> list[Source]:
    used = {s.target.measured.theme for s in states if s.target.measured} | {
        s.target.possible.theme for s in states if s.target.possible
    }
    sources = [source for theme, result in results.items() if theme in used for source in result.sources]
    return list(dict.fromkeys(sources))
