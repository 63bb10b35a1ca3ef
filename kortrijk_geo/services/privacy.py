"""What may be published: no count of few people of an age, or what tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.capacity.privacy import hidden_rows
from kortrijk_geo.services.reached import MODES
from kortrijk_geo.services.rules import EVERYBODY
from kortrijk_geo.text.dutch import list_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from kortrijk_geo.services.rules import Kind


def without_few(areas: gpd.GeoDataFrame, kinds: Iterable[Kind], least: int) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return areas as they may be published, and Dutch notes on what is left out of them.

    Where fewer than ``least`` people of an age live, but not nobody, their number and all that tells it is unknown; and
    in the next smallest areas, until those hidden are at least two with at least so many people, since otherwise the
    total of the city less the others would tell them. Of few people beyond reach the number is unknown, and the share
    is written in whole per cents.
    """
    public, hidden_of = areas.copy(), []
    for kind in kinds:
        if EVERYBODY in kind.people or f"people_{kind.id}" not in areas.columns:
            continue
        hidden = hidden_rows(areas[f"people_{kind.id}"].to_numpy("float64"), least)
        if hidden.any():
            telling = [name for name in areas.columns if _tells(name, kind)]
            public.loc[hidden, telling] = np.nan
            hidden_of.append(kind.people_label)
        ends = [f"_{kind.id}_{mode}{after}" for mode in MODES for after in ("", "_after")]
        for end in (end for end in ends if f"people_beyond{end}" in public.columns):
            count, share = f"people_beyond{end}", f"share_beyond{end}"
            few = (public[count] > 0) & (public[count] < least)
            public[count] = public[count].mask(few)
            public[share] = public[share].mask(few, public[share].round(2))
    if not hidden_of:
        return public, []
    groups = list_text(list(dict.fromkeys(hidden_of)), 10)
    text = (
        f"Waar minder dan {least} mensen van een groep wonen, of waar hun aantal uit het totaal zou volgen, staat dat"
        f" aantal in geen bestand, en wat het verraadt ook niet: {groups}."
    )
    return public, [text]


def _tells(name: str, kind: Kind) -> bool:
    """Whether a column gives the people of a kind: with its capacity, a rate does as well as their number."""
    starts = (f"people_{kind.id}", f"per_100_{kind.id}", f"short_{kind.id}", f"people_beyond_{kind.id}_")
    return name.removesuffix("_after") in starts[:2] or name.startswith(starts[2:])
