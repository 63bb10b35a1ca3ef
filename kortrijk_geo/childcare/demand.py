"""Between which numbers the children of homes lie of which nobody counted them: from none to as dense as anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kortrijk_geo.text.dutch import decimal_text

if TYPE_CHECKING:
    import geopandas as gpd

Floats = npt.NDArray[np.float64]
# What children are counted against, the first that is known of a home; and each home by itself where neither is.
_PER = {"residents": "inwoners", "dwellings": "woningen", "": "woonpunten"}


@dataclass(frozen=True)
class Demand:
    """Fewest and most children aged 0-2 per home: equal where they are known; ``assumed`` says in Dutch how dense."""

    least: Floats
    most: Floats
    assumed: str

    @property
    def unknown(self) -> npt.NDArray[np.bool_]:
        """Whether the children of each home are unknown, and may be more than none."""
        return self.most > self.least


def demand_bounds(homes: gpd.GeoDataFrame) -> Demand:
    """Tell the fewest and the most children of every home of a pack.

    Fewest: none. Most: its residents (else its dwellings, else itself) times the highest number of children per
    resident (dwelling, home) of the areas. This assumes that nowhere live more children per resident than in the area
    that has most.
    """
    children = homes["children_0_2"].to_numpy(dtype="float64")
    unknown = np.isnan(children)
    most, rest, assumed = np.nan_to_num(children), unknown.copy(), []
    for column, label in _PER.items():
        size = homes[column].to_numpy(dtype="float64") if column else np.ones(len(homes))
        here = rest & np.isfinite(size)
        density = _highest_density(homes, children, size)
        if here.any() and np.isfinite(density):
            most[here] = density * size[here]
            rest &= ~here
            assumed.append(f"{decimal_text(100 * density, 1)} kinderen per 100 {label}")
    return Demand(np.nan_to_num(children), most, " of ".join(assumed))


def _highest_density(homes: gpd.GeoDataFrame, children: Floats, size: Floats) -> float:
    """Children per unit of size in the area that has most, over the homes of which both are known; NaN when none is."""
    known = np.isfinite(children) & np.isfinite(size) & homes["area_id"].notna().to_numpy()
    if not known.any():
        return float("nan")
    area = homes["area_id"].to_numpy(dtype=object)[known]
    _, group = np.unique(area.astype(str), return_inverse=True)
    summed, sizes = np.bincount(group, children[known]), np.bincount(group, size[known])
    return float(np.max(summed[sizes > 0] / sizes[sizes > 0], initial=0.0)) if (sizes > 0).any() else float("nan")
