"""The options of the targets monitor: what can be asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypedDict, Unpack

from kortrijk_geo.options import Option, takes
from kortrijk_geo.targets.history import HISTORY
from kortrijk_geo.targets.rules import load_targets


class Options(TypedDict, total=False):
    """The options of `kortrijk_geo.targets.analyse`."""

    on: Annotated[dt.date | None, Option("Day of the run; None for today.")]
    history: Annotated[
        Path | None, Option("File of earlier runs, read and not written; absent is empty, None is no history.")
    ]
    targets: Annotated[Path | None, Option("A file like ``targets.toml``; None for the package's own, Kortrijk's.")]
    measured_on: Annotated[
        Mapping[str, dt.date] | None,
        Option("Day of the figures per theme; None for the theme's own ``on``, else the latest day of its data."),
    ]


@takes(Options)
def check_options(**options: Unpack[Options]) -> None:
    """Refuse a file that is wrong in itself, before a pack is read; errors as `analyse`."""
    load_targets(options["targets"])


def run_options(out: Path, on: dt.date) -> Options:
    """Return the options that a run into a folder gives: its day, and the runs that were kept there before."""
    return {"on": on, "history": out / HISTORY}
