"""Which parts of a street network hang together, and which places lie off the main part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.components import connected, strongly_connected

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from kortrijk_geo.engine.cuts import Arcs, Edges
    from kortrijk_geo.engine.places import Places

Ints = npt.NDArray[np.int32]
Index = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def edge_components(edges: Edges, arcs: Arcs) -> tuple[Ints, Floats]:
    """Return the component of every edge, 0 being the one with the most metres of street, and those metres.

    Within a component every place can be reached from every other, so that a one-way street that leads in or out of
    the main part only lies off it.
    """
    n, of_node = _parts(edges, arcs)
    inside = of_node[edges.tail] == of_node[edges.head]
    metres = _sums(of_node[edges.tail[inside]], edges.length_m[inside], n)
    rank = np.empty(n, np.int32)
    rank[np.argsort(-metres, kind="stable")] = np.arange(n, dtype=np.int32)
    of_edge = np.maximum(rank[of_node[edges.tail]], rank[of_node[edges.head]])
    used, component = np.unique(of_edge, return_inverse=True)
    metres = _sums(component, edges.length_m, len(used))
    order = np.argsort(-metres, kind="stable")
    number = np.empty(len(used), np.int32)
    number[order] = np.arange(len(used), dtype=np.int32)
    return number[component], metres[order]


def largest_part(edges: Edges, arcs: Arcs) -> Flags:
    """Whether each edge lies on the part with the most metres of street on which every place has a way to every other.

    A street on which one gets in or out only is on no such part; where no street is on any, none is on the largest.
    Of parts of the same length it is the one that comes first.
    """
    n, of_node = _parts(edges, arcs)
    part = of_node[edges.tail]
    inside = np.asarray(part == of_node[edges.head])
    metres = _sums(part[inside], edges.length_m[inside], n)[part]
    longest = metres.max(where=inside, initial=0.0)
    if longest <= 0:
        return np.zeros(len(inside), bool)
    return np.asarray(inside & (part == part[np.argmax(inside & (metres == longest))]))


def _parts(edges: Edges, arcs: Arcs) -> tuple[int, Index]:
    """Return how many parts there are within which every node is reached from every other, and the part of each."""
    return connected(edges.n_nodes, edges.tail, edges.head) if edges.both_ways else strongly_connected(arcs)


def _sums(group: npt.NDArray[Any], values: Floats, n: int) -> Floats:
    return np.bincount(group, weights=values, minlength=n).astype(np.float64)


def component_report(
    component: Ints, street_m: Floats, street_component: Ints, middles: Floats, places: Mapping[str, Places]
) -> pd.DataFrame:
    """Count the places on every component; see `StreetGraph.component_report`."""
    import pandas as pd

    n = len(street_m)
    _, first = np.unique(street_component, return_index=True)
    report = pd.DataFrame({"street_m": street_m}, index=pd.RangeIndex(n, name="component"))
    for name, some in places.items():
        report[name] = np.bincount(component[some.edge[some.placed]], minlength=n)
    report["x"], report["y"] = middles[first, 0], middles[first, 1]
    lost = {name: int((~some.placed).sum()) for name, some in places.items()}
    if any(lost.values()):
        xy = np.concatenate([np.column_stack([some.x, some.y])[~some.placed] for some in places.values()])
        row = {"street_m": np.nan, **lost, "x": float(xy[0, 0]), "y": float(xy[0, 1])}
        report = pd.concat([report, pd.DataFrame(row, index=pd.Index([-1], name="component"))])
    return report
