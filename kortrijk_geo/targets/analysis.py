"""The targets theme: the figures of the other themes over a city, held against what it promised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Unpack

from kortrijk_geo import catalogue
from kortrijk_geo.errors import MissingLayerError
from kortrijk_geo.options import takes
from kortrijk_geo.results import tells_own_rules
from kortrijk_geo.targets.monitoring import monitor
from kortrijk_geo.targets.options import Options
from kortrijk_geo.targets.rules import load_targets

if TYPE_CHECKING:
    from kortrijk_geo.catalogue import Outcome
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.targets.state import MonitorResult


@takes(Options)
@tells_own_rules("targets")
def analyse(city: City | Mapping[str, Outcome], **options: Unpack[Options]) -> MonitorResult:
    """Hold the figures of a city against its targets; how, see `monitor`.

    Parameters
    ----------
    city
        An opened pack, over which the themes are computed; or their outcomes, by English name of the theme: results of
        ``analyse``, or the error that stopped one.
    **options
        See `kortrijk_geo.targets.Options`.

    Returns
    -------
    MonitorResult
        The state of every target, and as every theme has them ``areas``, ``city`` and ``headlines``.

    Raises
    ------
    MissingLayerError
        When the targets are those of another municipality, or the pack has the data of no theme.
    KortrijkGeoError
        Whatever else stops a theme over the city.
    """
    own = options["targets"]
    if not isinstance(city, Mapping):
        own = own or city.targets
        city = city.with_targets(own)
    known = load_targets(own)
    code, name = _municipality(city)
    if code is not None and code != known.city.nis_code:
        raise MissingLayerError(f"{name}: the targets are those of {known.city.name}; give a targets file of its own")
    return monitor(
        catalogue.outcomes_for("targets", city),
        on=options["on"] or dt.datetime.now(dt.UTC).date(),
        history=options["history"],
        targets=own,
        measured_on=options["measured_on"],
    )


def _municipality(city: City | Mapping[str, Outcome]) -> tuple[str | None, str]:
    """Return NIS code and name of the municipality; the code is None where no result tells it."""
    if not isinstance(city, Mapping):
        return city.info.nis_code, city.name
    first = next(iter(catalogue.results_in(city).values()), None)
    return (None, "") if first is None else (first.nis_code, first.pack)
