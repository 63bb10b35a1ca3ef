"""What an allocation keeps to: where vacant dwellings stand, the most that an area can take, nearness, weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.housing.allocation_program import Weights
from kortrijk_geo.text.dutch import HOW, brief_number, count_text
from kortrijk_geo.text.remarks import Detail

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from kortrijk_geo.housing.norms import AllocationRules, Norms
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.results import ThemeResult

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class ReachLimits(Protocol):
    """What the nearness depends on: the modes, the first of which counts, and the minutes."""

    modes: Sequence[str]
    minutes: int


@runtime_checkable
class Reach(Protocol):
    """What is asked of a result of the reach theme beside its figures."""

    chosen: ReachLimits


def nearness_of(ids: pd.Index, reach: ThemeResult | None, mode: str | None) -> tuple[Floats, str]:
    """Share of each area's inhabitants with everything near (0-1), NaN without a reach result; and a Dutch note."""
    if reach is None:
        return np.full(len(ids), np.nan), (
            "Nabijheid van voorzieningen telt niet mee, omdat er geen bereikbaarheidsresultaat bij is."
        )
    if reach.theme != "reach":
        raise OptionError(f"reach is a result of theme {reach.theme!r}; give one of theme 'reach'")
    if not isinstance(reach, Reach):
        raise OptionError("reach does not tell its modes and minutes; give what kortrijk_geo.reach.analyse returns")
    modes, minutes = reach.chosen.modes, reach.chosen.minutes
    chosen = mode or modes[0]
    if chosen not in modes:
        raise OptionError.of_choice("mode", mode, modes)
    column = f"share_all_{chosen}_{minutes}"
    absent = ids.difference(reach.areas.index)
    if len(absent):
        raise DataError(f"the reach result has no figures for area {absent[0]}; run it on the same pack and level")
    near = reach.areas[column].reindex(ids).to_numpy(dtype="float64")
    if not np.isfinite(near).any():
        return near, "Nabijheid van voorzieningen telt niet mee, omdat ze van geen enkel gebied bekend is."
    return near, Detail(
        f"Nabijheid is het deel van de inwoners van een gebied met alle voorzieningen binnen {minutes} minuten"
        f" {HOW.get(chosen, chosen)}; dat nieuwe woningen daar hetzelfde bereik hebben, is een aanname."
    )


def vacant_of(
    city: City,
    vacant: int | Mapping[str, int] | Literal[True] | None,
    ids: pd.Index,
    place: npt.NDArray[np.intp],
    social: Floats,
    rules: Norms,
) -> tuple[Ints, str]:
    """Vacant dwellings per area that takes part, and a note with blanks for how many are let again and are new."""
    if isinstance(vacant, Mapping):
        strange = sorted(set(vacant) - set(ids))
        if strange:
            raise OptionError(f"vacant names {strange[0]}, which is no area of the pack")
        per_area = np.array([_whole(vacant.get(area, 0), f"vacant of {area}") for area in ids[place]], dtype=np.int64)
        return (
            per_area,
            "{new} woningen zijn nieuw. Daarnaast worden {relet} leegstaande sociale woningen opnieuw verhuurd.",
        )
    known = rules.vacancies.get(city.info.nis_code)
    total = (known.dwellings if known else 0) if vacant is True else 0 if vacant is None else _whole(vacant, "vacant")
    if not total:
        return np.zeros(
            len(place), dtype=np.int64
        ), "Alle {new} woningen zijn nieuw; opnieuw verhuren van leegstand is niet gerekend."
    if not social.sum() > 0 and vacant is True:
        return np.zeros(len(place), dtype=np.int64), (
            "{new} woningen zijn nieuw; de leegstand is niet te verdelen, want geen gebied heeft een sociale woning."
        )
    if not social.sum() > 0:
        raise OptionError("vacant dwellings cannot be spread: no area has a social dwelling; give vacant per area id")
    source = f" ({known.origin.source})" if known and vacant is True else ""
    return _spread(total, social), (
        f"{{new}} woningen zijn nieuw. Daarnaast worden {count_text(total)} leegstaande sociale woningen{source}"
        " opnieuw verhuurd. Waar de leegstand ligt, is niet bekend: ze is verdeeld zoals de verhuurde woningen."
    )


def _spread(total: int, like: Floats) -> Ints:
    """Spread whole units in proportion, the largest remainders first."""
    exact = total * like / like.sum()
    units: Ints = np.floor(exact).astype(np.int64)
    first = np.argsort(-(exact - units), kind="stable")[: total - int(units.sum())]
    units[first] += 1
    return units


def most_of(
    new: int, stands: Floats, then: Floats, ids: pd.Index, caps: Mapping[str, int] | None, per_100: float | None,
    share: float | None, rules: AllocationRules,
) -> tuple[Ints, str]:  # fmt: skip
    """Most new dwellings per area: as the caller says, or by the two limits; and a Dutch note."""
    if caps is not None:
        if per_100 is not None or share is not None:
            raise OptionError(
                "caps take the place of most_per_100_households and most_share_per_area; do not give both"
            )
        strange = sorted(set(caps) - set(ids))
        if strange:
            raise OptionError(f"caps names {strange[0]}, which is no area that can take dwellings")
        most = np.array([_whole(caps.get(area, 0), f"cap of {area}") for area in ids], dtype=np.int64)
        return most, "De bovengrens per gebied is opgegeven; een gebied zonder bovengrens krijgt geen woningen."
    limit = rules.most_per_100_households if per_100 is None else per_100
    part = rules.most_share_per_area if share is None else share
    if not (math.isfinite(limit) and 0 < limit <= 100):
        raise OptionError(f"most_per_100_households is {limit!r}, must be above 0 and at most 100")
    if not (math.isfinite(part) and 0 < part <= 1):
        raise OptionError(f"most_share_per_area is {part!r}, must be above 0 and at most 1")
    room = np.floor(limit * then / 100 - stands + 1e-6)
    most = np.clip(np.minimum(room, math.ceil(part * new - 1e-9)), 0, None).astype(np.int64)
    return most, (
        f"Geen gebied krijgt nieuwe woningen boven {brief_number(limit)} per 100 huishoudens, en geen meer dan"
        f" {brief_number(round(100 * part, 1))} % van de nieuwe woningen ({rules.origin.standing})."
    )


def weights_of(
    concentration: float | None, nearness: float | None, rules: AllocationRules, *, with_reach: bool
) -> Weights:
    """Weights of the aims, together 1; without a reach result only concentration counts."""
    if nearness is not None and nearness > 0 and not with_reach:
        raise OptionError("weight_nearness needs a result of the reach theme; give reach, or leave the weight out")
    unscaled = (
        rules.weight_concentration if concentration is None else concentration,
        rules.weight_nearness if nearness is None else nearness,
    )
    if not all(math.isfinite(weight) and weight >= 0 for weight in unscaled):
        raise OptionError(f"weights are {unscaled[0]!r} and {unscaled[1]!r}, must be numbers from 0")
    if not with_reach:
        return Weights(1.0, 0.0)
    if not sum(unscaled) > 0:
        raise OptionError("one of the two weights must be above 0")
    return Weights(unscaled[0] / sum(unscaled), unscaled[1] / sum(unscaled))


def _whole(value: Any, what: str) -> int:
    if isinstance(value, bool) or not math.isfinite(value) or value != int(value) or value < 0:
        raise OptionError(f"{what} is {value!r}, must be a whole number from 0")
    return int(value)
