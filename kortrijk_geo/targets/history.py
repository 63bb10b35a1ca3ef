"""The history file: the figures of every run, a day's run replacing an earlier one of that day, so that trends show."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import DataError
from kortrijk_geo.files import file_replacing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

VERSION = 1
HISTORY = "doelen_historiek.json"  # beside the page


@dataclass(frozen=True)
class Measurement:
    """A figure of a theme as it was (not counted from a baseline) and its day; None is unknown.

    ``definition`` is what it counted (see `Column`); empty where nothing defines it, or an older version wrote it.
    """

    date: dt.date
    value: float | None
    definition: str = ""


@dataclass(frozen=True)
class Run:
    """One run over one pack: its day, and by target the figure it found."""

    on: dt.date
    pack: str
    pack_digest: str
    synthetic: bool
    figures: dict[str, Measurement] = field(default_factory=dict)


def read_history(path: Path) -> tuple[Run, ...]:
    """Read the runs of a history file, oldest first; a file that is not there has none.

    Raises
    ------
    DataError
        When the file is no history; the message names it.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
    try:
        runs = _runs(json.loads(raw.decode("utf-8"), parse_constant=_refuse))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        why = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise DataError(
            f"{path}: is no history of targets ({why}); restore it from a copy, or move it away to begin a new one"
        ) from error
    return runs


def with_run(runs: Sequence[Run], run: Run) -> tuple[Run, ...]:
    """Return the runs with one more, in which it replaces what its pack had on its day."""
    others = [past for past in runs if (past.on, past.pack, past.synthetic) != (run.on, run.pack, run.synthetic)]
    return tuple(sorted([*others, run], key=lambda entry: (entry.on, entry.pack, entry.synthetic)))


def write_history(runs: Sequence[Run], path: Path) -> None:
    """Write the runs, whole or not at all; equal runs give equal bytes.

    Raises
    ------
    OutputError
        When the file cannot be written; what stood there stays.
    """
    document = {
        "version": VERSION,
        "runs": [
            {
                "on": run.on.isoformat(),
                "pack": run.pack,
                "pack_digest": run.pack_digest,
                "synthetic": run.synthetic,
                "figures": {
                    key: {"date": measurement.date.isoformat(), "value": measurement.value}
                    | ({"definition": measurement.definition} if measurement.definition else {})
                    for key, measurement in run.figures.items()
                },
            }
            for run in runs
        ],
    }
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    with file_replacing(path) as building:
        building.write_bytes(text.encode("utf-8"))


def _runs(document: dict[str, Any]) -> tuple[Run, ...]:
    if document["version"] != VERSION:
        raise ValueError(f"its version is {document['version']!r}, this toolkit knows {VERSION}")
    runs = [
        Run(
            on=dt.date.fromisoformat(run["on"]),
            pack=_typed(run["pack"], str),
            pack_digest=_typed(run["pack_digest"], str),
            synthetic=_typed(run["synthetic"], bool),
            figures={key: _measurement(entry) for key, entry in run["figures"].items()},
        )
        for run in document["runs"]
    ]
    days = [(run.on, run.pack, run.synthetic) for run in runs]
    if len(set(days)) < len(days):
        raise ValueError("it holds a day of a pack twice")
    return tuple(sorted(runs, key=lambda run: (run.on, run.pack, run.synthetic)))


def _measurement(entry: dict[str, Any]) -> Measurement:
    value = entry["value"]
    if value is not None and (
        isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value)
    ):
        raise ValueError(f"{value!r} is no number")
    day, definition = dt.date.fromisoformat(entry["date"]), _typed(entry.get("definition", ""), str)
    return Measurement(day, None if value is None else float(value), definition)


def _typed(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")
