"""Between which numbers the people of homes lie of whom nobody counted them: from none to as dense as anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kortrijk_geo.text.dutch import decimal_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

Floats = npt.NDArray[np.float64]
# What people are counted against, the first that is known of a home; and each home by itself where neither is.
_PER = {"residents": "inwoners", "dwellings": "woningen", "": "woonpunten"}


@dataclass(frozen=True)
class People:
    """Fewest and most people per home: equal where they are known; ``assumed`` says in Dutch how dense."""

    least: Floats
    most: Floats
    assumed: str

    @property
    def unknown(self) -> npt.NDArray[np.bool_]:
        """Whether the people of each home are unknown, and may be more than none."""
        return self.most > self.least

    def where(self, kept: npt.NDArray[np.bool_]) -> People:
        """Return the people of the homes that are kept, and nobody in the others."""
        return People(np.where(kept, self.least, 0.0), np.where(kept, self.most, 0.0), self.assumed)


def people_bounds(homes: gpd.GeoDataFrame, columns: Sequence[str], whom: str) -> People:
    """Tell the fewest and the most people of every home of a pack.

    Fewest: none. Most: its residents (else its dwellings, else itself) times the highest number of these people per
    resident (dwelling, home) of the areas. This assumes that nowhere live more of them per resident than in the area
    that has most.

    Parameters
    ----------
    homes
        Layer ``homes`` of a pack.
    columns
        Columns that count the people, added up: ``["children_0_2"]``, or ``["age_65_79", "age_80_plus"]``. Where one of
        them is unknown, so is the sum; a column that is not there is unknown everywhere.
    whom
        What they are called, in Dutch: ``kinderen``.
    """
    people = count_people(homes, columns)
    unknown = np.isnan(people)
    most, rest, assumed = np.nan_to_num(people), unknown.copy(), []
    for column, label in _PER.items():
        size = homes[column].to_numpy(dtype="float64") if column else np.ones(len(homes))
        here = rest & np.isfinite(size)
        if here.any() and np.isfinite(density := _highest_density(homes, people, size)):
            most[here] = density * size[here]
            rest &= ~here
            assumed.append(f"{decimal_text(100 * density, 1)} {whom} per 100 {label}")
    return People(np.nan_to_num(people), most, " of ".join(assumed))


def count_people(layer: gpd.GeoDataFrame, columns: Sequence[str]) -> Floats:
    """Add up columns that count people; NaN where one of them is unknown or not there."""
    if not set(columns) <= set(layer.columns):
        return np.full(len(layer), np.nan)
    counts = [layer[column].to_numpy(dtype="float64") for column in columns]
    people: Floats = counts[0] if len(counts) == 1 else np.sum(counts, axis=0)
    return people


def _highest_density(homes: gpd.GeoDataFrame, people: Floats, size: Floats) -> float:
    """People per unit of size in the area that has most, over the homes of which both are known; NaN when none is."""
    known = np.isfinite(people) & np.isfinite(size) & homes["area_id"].notna().to_numpy()
    if not known.any():
        return float("nan")
    area = homes["area_id"].to_numpy(dtype=object)[known]
    _, group = np.unique(area.astype(str), return_inverse=True)
    summed, sizes = np.bincount(group, people[known]), np.bincount(group, size[known])
    return float(np.max(summed[sizes > 0] / sizes[sizes > 0], initial=0.0)) if (sizes > 0).any() else float("nan")
