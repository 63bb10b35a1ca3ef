"""What may be published of reach: no share that tells how many it is of when they are few, nor a change that does.

A share times the inhabitants of its area is a count of people, and so is the difference of two shares. Where somebody
has something within a limit, or lacks it, or comes to have or lose it, but fewer than ``[small] people`` of
``transit.toml``, that share is in no file, page or document; nor are those of as many other areas as it takes that the
total of the city less the others tells none, and whatever other column would tell one of them. Of two limits of one way
that differ by few people one is told. This is the rule of `kortrijk_geo.capacity.privacy`, with the strictest
number of the themes that tell of the same places, so that no page tells what another hides. Nobody is no secret: 0 %
and 100 % stay, and are never what stands for few. The inhabitants of one home are in no file: with its minutes they
would tell every share again.

Protected are counts of people. Where no inhabitants are known shares are of dwellings: how many dwellings stand where
is no secret, anyone may count them in the street, and nothing is hidden. Which share lives too far from a street to be
known (``known_share_*``) says nothing of what people have, and stays.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from kortrijk_geo.capacity.privacy import hidden_rows, is_few, whole_people
from kortrijk_geo.reach.privacy_others import hidden_with_others
from kortrijk_geo.results import DiscreetResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from kortrijk_geo.reach.figures import Who

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_SHARE = re.compile(r"share_(?P<key>.+)_(?P<way>[a-z0-9]+)_(?P<minutes>\d+)")
_F15 = "f15_"
_MEAN = "weighted_share_"


@dataclass(repr=False, kw_only=True)
class PeopleResult(DiscreetResult):
    """A `ThemeResult` of shares of people, which publishes none of few.

    Parameters
    ----------
    least
        From how many people on a share may be told.
    who
        What the homes were weighed with.
    """

    least: int
    who: Who

    @property
    def of_people(self) -> bool:
        """Whether its shares are of inhabitants."""
        return self.who == "residents"

    def without_few(self) -> Self:
        """Return the result without shares of few people, and without the inhabitants of homes."""
        if not self.of_people:
            return replace(self)
        public: Self = replace(hidden(self, few_shares(self)), layers=_without_residents(self))
        return public


@dataclass
class Hidden:
    """What is not told: rows of areas by column, and figures of the city."""

    areas: dict[str, Flags] = field(default_factory=dict)
    city: set[str] = field(default_factory=set)

    def hide(self, name: str, counts: Iterable[Floats], totals: Iterable[float], least: int) -> None:
        """Hide a column where one of these counts by area, or totals of the city, are of few."""
        for people in counts:
            rows = hidden_rows(whole_people(people), least)
            self.areas[name] = self.areas.get(name, np.zeros(len(rows), bool)) | rows
        if any(is_few(whole_people(np.array([total])), least)[0] for total in totals):
            self.city.add(name)


def share_columns(result: PeopleResult) -> list[str]:
    """Return the columns that are shares of the people of an area who have something."""
    names = (str(name) for name in result.areas.columns)
    return [name for name in names if (_SHARE.fullmatch(name) and not name.startswith(_MEAN)) or _is_f15(name)]


def counted(result: PeopleResult, column: str) -> tuple[Floats, float]:
    """Return of how many people a share is: those of every area, and of the city."""
    return _people(result, _known(result.areas, column))


def _people(result: PeopleResult, known: str) -> tuple[Floats, float]:
    people = result.areas["population"].to_numpy("float64") * result.areas[known].to_numpy("float64")
    return people, float(np.nansum(people))


def _counts(result: PeopleResult) -> dict[str, tuple[Floats, Floats, float]]:
    """Return of every share its value in every area, of how many people it is there, and of how many of the city."""
    people_of = cache(partial(_people, result))
    return {
        name: (result.areas[name].to_numpy("float64"), *people_of(_known(result.areas, name)))
        for name in share_columns(result)
    }


def few_shares(result: PeopleResult) -> Hidden:
    """Tell the shares of a result that would tell how many few people are."""
    told, counts, shares = Hidden(), {}, _counts(result)
    for name, (share, people, total) in shares.items():
        of_city = float(result.city[name])
        parts, wholes = (people * share, people * (1 - share)), (total * of_city, total * (1 - of_city))
        told.hide(name, parts, wholes, result.least)
        counts[name] = parts
    _hide_between_limits(result, shares, told)
    told.areas = hidden_with_others(told.areas, counts, result.least)
    # A mean of shares of which all but one are told would tell that one.
    for name in (str(name) for name in result.areas.columns if str(name).startswith(_MEAN)):
        end = name.removeprefix(_MEAN[:-1])
        tells = [one for one in told.areas if one.endswith(end) and not one.startswith("share_all_")]
        told.areas[name] = np.logical_or.reduce([told.areas[one] for one in tells])
        told.city |= {name} if told.city & {*tells} else set()
    return told


def _hide_between_limits(
    result: PeopleResult, shares: Mapping[str, tuple[Floats, Floats, float]], told: Hidden
) -> None:
    """Hide a share of which that of another limit differs by few people; the limit that counts, the first, stays."""
    limits: dict[tuple[str, str], list[str]] = {}
    for name in told.areas:
        if found := _SHARE.fullmatch(name):
            limits.setdefault((found["key"], found["way"]), []).append(name)
    for first, second in (pair for names in limits.values() for pair in combinations(names, 2)):
        share, people, total = shares[first]
        between = np.abs(people * (shares[second][0] - share))
        few = is_few(whole_people(between), result.least) & ~told.areas[first]
        told.areas[second] = told.areas[second] | few
        of_city = abs(total * (float(result.city[second]) - float(result.city[first])))
        if first not in told.city and is_few(whole_people(np.array([of_city])), result.least)[0]:
            told.city.add(second)


def hidden(result: PeopleResult, what: Hidden) -> Any:
    """Return a result without what is not told; headlines and notes say so."""
    rows = {name: flags for name, flags in what.areas.items() if flags.any()}
    if not rows and not what.city:
        return result
    masked = result.areas.assign(**{name: result.areas[name].mask(flags) for name, flags in rows.items()})
    areas = masked.copy()  # in one piece, where so many columns put in one by one are each a piece
    bands = [(one, _few_band(result, one)) for one in result.sensitivity]
    few_bands = {one.key for one, few in bands if few}
    note = (
        f"Waar minder dan {result.least} inwoners iets binnen de grens hebben of missen, of waar hun aantal uit het"
        " totaal van de stad zou volgen, is het aandeel niet gepubliceerd; dat is niet nul, en 0 % en 100 % zijn"
        " echt niemand en iedereen."
    )
    return replace(
        result,
        areas=areas,
        city={name: math.nan if name in what.city else value for name, value in result.city.items()},
        headlines=[
            replace(figure, value=None, band="", reason=_reason(result.city, figure.key, result.least))
            if figure.key in what.city
            else replace(figure, band="")
            if figure.key in few_bands
            else figure
            for figure in result.headlines
        ],
        sensitivity=[one for one, few in bands if one.key not in what.city and not few],
        notes=[*result.notes, *([note] if note not in result.notes else [])],
    )


def _reason(city: Mapping[str, Any], key: str, least: int) -> str:
    """Say why a headline has no number, and about how much it is."""
    share = float(city[key])
    about = "meer dan 99 %: " if share > 0.99 else "minder dan 1 %: " if share < 0.01 else ""
    return f"{about}het gaat om minder dan {least} inwoners, niet gepubliceerd hoeveel"


def _few_band(result: PeopleResult, outcome: Any) -> bool:
    """Whether the share of the city at another value of an option would tell few."""
    if outcome.key not in result.areas.columns:
        return False
    _, total = counted(result, outcome.key)
    shares = np.array([share for _, share in outcome.at if share is not None], dtype="float64")
    return bool(np.any([is_few(whole_people(total * part), result.least) for part in (shares, 1 - shares)]))


def _without_residents(result: PeopleResult) -> dict[str, Any]:
    """Return the layers, the homes without their inhabitants."""
    return {
        name: frame.drop(columns="residents") if name == "homes" and "residents" in frame else frame
        for name, frame in result.layers.items()
    }


def _is_f15(name: str) -> bool:
    return name.startswith(_F15) and "known" not in name


def _known(areas: pd.DataFrame, column: str) -> str:
    """Return the column that says of which share of the people of an area a share is."""
    if _is_f15(column):
        return f"f15_known_share_{column.removeprefix(_F15)}"
    found = _SHARE.fullmatch(column)
    name = f"known_share_{found['way'] if found else ''}"
    return name if name in areas.columns else "known_share_transit"
