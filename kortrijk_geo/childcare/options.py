"""The options of the childcare theme: what can be asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypedDict, Unpack, get_args

from kortrijk_geo.capacity.network import Level
from kortrijk_geo.childcare.catchment import DECAYS, Method, Network, check_method, reach_m
from kortrijk_geo.childcare.gaps import check_level
from kortrijk_geo.childcare.rules import load_norms
from kortrijk_geo.engine.places import SnapTo, check_snap_to
from kortrijk_geo.engine.streets import Mode
from kortrijk_geo.errors import OptionError
from kortrijk_geo.options import Option, takes


class Options(TypedDict, total=False):
    """The options of `kortrijk_geo.childcare.analyse`."""

    level: Annotated[Level, Option("Wijken (areas), statistical sectors (subareas) or deelgemeenten.", "areas")]
    norm: Annotated[
        float | str | None,
        Option("Number, or id of a norm of norms.toml; None for its default.", unit="places per 100 children"),
    ]
    reference_norm: Annotated[
        float | str | None, Option("The norm that it is compared with, likewise.", unit="places per 100 children")
    ]
    norms: Annotated[str | Path | None, Option("TOML file instead of the package's ``norms.toml``.")]
    on: Annotated[dt.date | None, Option("Day of the count; None for the reference date of the pack.")]
    method: Annotated[Method, Option("How a catchment is counted, see `measure_catchment`.", "e2sfca")]
    decay: Annotated[str, Option('How what is farther counts less: "steps" or "gaussian".', "steps")]
    minutes: Annotated[float | None, Option("Limit of a catchment (None: catchment.toml).", unit="minutes")]
    snap_to: Annotated[
        SnapTo,
        Option('Onto the "largest" part of the network where that is near, or "any" street.', "largest"),
    ]
    networks: Annotated[
        Mapping[Mode, Network] | None, Option("Streets with homes on them per mode, when the caller has them.")
    ]


@takes(Options)
def check_options(**options: Unpack[Options]) -> None:
    """Refuse an option that is wrong in itself, before a pack is read.

    Raises
    ------
    OptionError
        When a value cannot be used.
    MissingFileError, DataError
        When the file of norms does not exist or breaks its rules.
    """
    check_level(options["level"])
    rules = load_norms(options["norms"])
    rules.find(options["norm"])
    rules.find(options["reference_norm"], reference=True)
    check_method(options["method"])
    if options["decay"] not in DECAYS:  # flat is what the other methods reckon with
        raise OptionError.of_choice("decay", options["decay"], DECAYS)
    check_snap_to(options["snap_to"])
    for mode in get_args(Mode):
        reach_m(mode, minutes=options["minutes"])
