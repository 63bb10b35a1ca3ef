"""What may be published: no count of few people of an age, or what tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kortrijk_geo.capacity.privacy import hidden_rows
from kortrijk_geo.services.reached import REACH_MODES
from kortrijk_geo.services.rules import EVERYBODY
from kortrijk_geo.text.dutch import list_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.services.rules import Kind

# Sums of shares of people are whole up to so much.
_DUST = 1e-6


def without_few(areas: gpd.GeoDataFrame, kinds: Iterable[Kind], least: int) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return areas as they may be published, and Dutch notes on what is left out of them.

    Where fewer than ``least`` people of an age live, but not nobody, their number and all that tells it is unknown; and
    in the next smallest areas, until those hidden are at least two with at least so many people, since otherwise the
    total of the city less the others would tell them. The same holds of people beyond reach, inhabitants too, and of
    those within it, whose number is the rest.
    """
    public, hidden_of, hidden_reach = areas.copy(), [], False
    for kind in kinds:
        people = areas.get(f"people_{kind.id}")
        if EVERYBODY not in kind.people and people is not None:
            hidden = hidden_rows(people.to_numpy("float64"), least)
            if hidden.any():
                public.loc[hidden, [name for name in areas.columns if _tells(name, kind)]] = np.nan
                hidden_of.append(kind.people_label)
        for end in _ends(kind):
            if f"people_beyond{end}" in areas.columns:
                few = _few_reach(areas[f"people_beyond{end}"], areas[f"share_beyond{end}"], people, least)
                public.loc[few, [f"people_beyond{end}", f"share_beyond{end}"]] = np.nan
                hidden_reach |= bool(few.any())
    notes = []
    if hidden_of:
        groups = list_text(list(dict.fromkeys(hidden_of)), 10)
        notes.append(
            f"Waar minder dan {least} mensen van een groep wonen, of waar hun aantal uit het totaal zou volgen, staat"
            f" dat aantal in geen bestand, en wat het verraadt ook niet: {groups}."
        )
    if hidden_reach:
        notes.append(
            f"Waar minder dan {least} mensen zonder bereik wonen, of minder dan {least} binnen bereik, of waar hun"
            " aantal uit het totaal zou volgen, zijn aantal en aandeel niet gepubliceerd; dat is niet nul."
        )
    return public, notes


def few_of_the_city(city: Mapping[str, Any], kinds: Iterable[Kind], least: int) -> set[str]:
    """Return the figures of the whole city that would tell few people beyond reach, or few within it."""
    told = set()
    for kind in kinds:
        for end in _ends(kind):
            if f"people_beyond{end}" in city:
                people = pd.Series([float(city.get(f"people_{kind.id}", np.nan))])
                beyond, share = (pd.Series([float(city[f"{name}_beyond{end}"])]) for name in ("people", "share"))
                if any(_is_few(count, least)[0] for count in _counts(beyond, share, people)):
                    told |= {f"people_beyond{end}", f"share_beyond{end}"}
    return told


def _ends(kind: Kind) -> list[str]:
    return [f"_{kind.id}_{mode}{after}" for mode in REACH_MODES for after in ("", "_after")]


def _few_reach(beyond: pd.Series, share: pd.Series, people: pd.Series | None, least: int) -> NDArray[np.bool_]:
    """Tell the areas of which nothing is published of who is beyond reach."""
    hidden = np.zeros(len(beyond), dtype=bool)
    for count in _counts(beyond, share, people):
        hidden |= hidden_rows(count, least)
    return hidden


def _counts(beyond: pd.Series, share: pd.Series, people: pd.Series | None) -> list[NDArray[np.float64]]:
    """Return the people beyond reach, and those within it as the share tells them, and as the people of the area do."""
    far, part = beyond.to_numpy("float64"), share.to_numpy("float64")
    within = np.divide(far * (1 - part), part, out=np.full(len(far), np.nan), where=part > 0)
    counts = [far, np.where(np.abs(within) < _DUST, 0.0, within)]
    if people is not None:
        rest = people.to_numpy("float64") - far
        # Homes and areas count the same people in their own way; what is no whole person is no people.
        counts.append(np.where(np.abs(rest) < 0.5, 0.0, rest))
    return counts


def _is_few(count: NDArray[np.float64], least: int) -> NDArray[np.bool_]:
    return (count > 0) & (count < least)


def _tells(name: str, kind: Kind) -> bool:
    """Whether a column gives the people of a kind: with its capacity, a rate does as well as their number."""
    starts = (f"people_{kind.id}", f"per_100_{kind.id}", f"short_{kind.id}", f"people_beyond_{kind.id}_")
    return name.removesuffix("_after") in starts[:2] or name.startswith(starts[2:])
