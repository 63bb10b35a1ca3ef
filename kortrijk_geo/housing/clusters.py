"""Clusters: do areas with much social housing lie together? Moran's I and its local form, through PySAL's esda.

The statistics are esda's. The permutations are drawn here, from a generator of our own with a fixed seed: esda draws
from numpy's global one, or from numba's where that is installed, so that the same seed would give other figures.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

HIGH, LOW = "hoog tussen hoog", "laag tussen laag"
CLUSTERS = {1: HIGH, 2: "laag tussen hoog", 3: LOW, 4: "hoog tussen laag"}
NO_CLUSTER, NOT_TESTED = "geen cluster", "niet getoetst"


if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph

    from kortrijk_geo.housing.norms import Clusters

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Found:
    """Clusters among areas.

    Parameters
    ----------
    moran, expected, p
        Moran's I (row-standardised weights), what it is without any pattern, and the two-sided chance of a value as far
        from that; NaN when it was not computed.
    label, local_p
        Per area: Dutch label, and chance of its local Moran by chance alone, corrected for the number of areas
        (Benjamini and Hochberg); NaN where an area took no part.
    tested
        How many areas took part.
    why_not
        Dutch reason why nothing was computed, empty otherwise.
    """

    moran: float
    expected: float
    p: float
    label: list[str]
    local_p: Floats
    tested: int
    why_not: str = ""


def find_clusters(shapes: gpd.GeoSeries, values: Floats, takes_part: Flags, rules: Clusters) -> Found:
    """Look for clusters of high and of low values among areas that touch.

    Parameters
    ----------
    shapes
        Polygons, metres. Areas whose outlines lie within ``rules.neighbour_m`` of each other are neighbours.
    values
        Value per area.
    takes_part
        Which areas take part; an unknown value never does, nor does an area without any neighbour that takes part.
    """
    from libpysal.graph import Graph

    keep = np.flatnonzero(takes_part & np.isfinite(values))
    if len(keep) < rules.least_areas:
        return _nothing(
            len(values), len(keep), f"te weinig gebieden om clusters te toetsen (minstens {rules.least_areas})"
        )
    graph = Graph.build_fuzzy_contiguity(shapes.iloc[keep].reset_index(drop=True), buffer=rules.neighbour_m)
    alone = np.isin(np.arange(len(keep)), graph.isolates.to_numpy())
    if alone.any():
        keep = keep[~alone]
        if len(keep) < rules.least_areas:
            return _nothing(len(values), len(keep), "te weinig gebieden die aan elkaar grenzen om clusters te toetsen")
        graph = Graph.build_fuzzy_contiguity(shapes.iloc[keep].reset_index(drop=True), buffer=rules.neighbour_m)
    seen = values[keep]
    if np.ptp(seen) < 1e-12:
        return _nothing(len(values), len(keep), "alle gebieden hebben dezelfde waarde")
    return _spread_out(_test(seen, graph, rules), keep, len(values))


@dataclass(frozen=True)
class _Tested:
    moran: float
    expected: float
    p: float
    quadrant: npt.NDArray[np.int64]
    local_p: Floats
    alpha: float


def _test(values: Floats, graph: Graph, rules: Clusters) -> _Tested:
    from esda.moran import Moran, Moran_Local
    from scipy.stats import false_discovery_control

    with warnings.catch_warnings():  # esda sets filters of its own, which must not outlive the call
        whole = Moran(values, graph, permutations=0)
        local = Moran_Local(values, graph, permutations=0)
    weights = graph.transform("r").sparse.toarray()
    z = (values - values.mean()) / values.std()
    rng = np.random.default_rng(rules.seed)
    drawn = np.array([_moran(rng.permutation(z), weights) for _ in range(rules.permutations)])
    local_p = np.array([_local_p(i, z, weights[i], local.Is[i], rules.permutations, rng) for i in range(len(z))])
    return _Tested(
        float(whole.I), float(whole.EI), _two_sided(drawn, float(whole.I)), np.asarray(local.q, dtype=np.int64),
        false_discovery_control(local_p), rules.alpha,
    )  # fmt: skip


def _moran(z: Floats, weights: Floats) -> float:
    return float(z @ weights @ z / len(z))  # row-standardised weights sum to n, and so do the squares of z


def _local_p(i: int, z: Floats, weights: Floats, observed: float, permutations: int, rng: np.random.Generator) -> float:
    """Chance of a local Moran as extreme when the other values are dealt out at random over the neighbours of i."""
    beside = np.flatnonzero(weights)
    others = np.delete(z, i)
    dealt = rng.permuted(np.broadcast_to(others, (permutations, len(others))), axis=1)[:, : len(beside)]
    drawn = (len(z) - 1) / len(z) * z[i] * (dealt @ weights[beside])
    return _two_sided(drawn, observed)


def _two_sided(drawn: Floats, observed: float) -> float:
    """Pseudo p-value: twice the smaller tail, the observed arrangement counted as one of the draws."""
    # A draw that is the same arrangement in another order differs by rounding only.
    slack = 1e-9 * max(1.0, abs(observed))
    above, below = int((drawn >= observed - slack).sum()), int((drawn <= observed + slack).sum())
    return min(1.0, 2 * (min(above, below) + 1) / (len(drawn) + 1))


def _spread_out(tested: _Tested, keep: npt.NDArray[np.int64], areas: int) -> Found:
    local_p = np.full(areas, np.nan)
    local_p[keep] = tested.local_p
    label = [NOT_TESTED] * areas
    for place, row in enumerate(keep):
        significant = tested.local_p[place] <= tested.alpha
        label[row] = CLUSTERS[int(tested.quadrant[place])] if significant else NO_CLUSTER
    return Found(tested.moran, tested.expected, tested.p, label, local_p, len(keep))


def _nothing(areas: int, tested: int, why: str) -> Found:
    return Found(math.nan, math.nan, math.nan, [NOT_TESTED] * areas, np.full(areas, np.nan), tested, why)
