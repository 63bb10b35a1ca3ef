"""The options of the theme of services: what can be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypedDict, Unpack

from kortrijk_geo.engine.places import SnapTo, check_snap_to
from kortrijk_geo.options import Option, takes
from kortrijk_geo.services.rules import load_forecast, load_services


class Options(TypedDict, total=False):
    """The options of `kortrijk_geo.services.analyse`."""

    kind: Annotated[str | None, Option("One kind of service, by its id or Dutch name; None for all.")]
    services: Annotated[str | Path | None, Option("TOML file instead of the package's ``services.toml``.")]
    forecast: Annotated[str | Path | None, Option("TOML file instead of the package's ``forecast.toml``.")]
    snap_to: Annotated[
        SnapTo,
        Option('Onto the "largest" part of the network where that is near enough, or "any" street.', "largest"),
    ]


@takes(Options)
def check_options(**options: Unpack[Options]) -> None:
    """Refuse an option that is wrong in itself, before a pack is read.

    Raises
    ------
    OptionError
        When there is no such kind of service, or a value cannot be used.
    MissingFileError, DataError
        When a file does not exist or breaks its rules.
    """
    known = load_services(options["services"])
    if options["kind"] is not None:
        known.find(options["kind"])
    load_forecast(options["forecast"])
    check_snap_to(options["snap_to"])
