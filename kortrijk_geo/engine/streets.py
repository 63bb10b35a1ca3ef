"""The street engine: exact distances over streets, on foot or by bicycle, from points to points.

Streets become a compact graph (`chains`), points are snapped to the nearest point ON a street (`snapping`) of its
largest part, the graph is cut there (`cuts`) and searched from the facilities (`sweep`). All costs are metres;
`seconds` turns them into time.

Invariants: a trip goes from an origin to a facility (by bicycle direction matters); both snap distances are part of it;
unreachable is NaN; results stand in the order of the points given; nothing is kept between calls that changes a result.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from kortrijk_geo.engine import convert, islands, parts, sweep
from kortrijk_geo.engine.chains import contract
from kortrijk_geo.engine.cuts import Edges, cut_at
from kortrijk_geo.engine.places import Places, SnapTo, check_limit, check_points, check_snap_to, coordinates_of
from kortrijk_geo.engine.snapping import Snapper, by_neighbourhood
from kortrijk_geo.engine.sweep import Pairs
from kortrijk_geo.engine.table import read_streets, streets_of
from kortrijk_geo.errors import OptionError
from kortrijk_geo.pack.validation import check_crs

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import networkx as nx
    import pandas as pd
    from pyproj import CRS

    from kortrijk_geo.engine.convert import StreetTable
    from kortrijk_geo.engine.cuts import Cut, Ends
    from kortrijk_geo.pack.rows import Rows

    Points: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries | npt.NDArray[np.object_]

__all__ = ["Mode", "Pairs", "Places", "SnapTo", "StreetGraph", "isochrone_polygon", "seconds"]

Mode = Literal["walk", "cycle"]
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Nodes of a square of this side have numbers after each other.
_NEIGHBOURS_M = 500.0


class StreetGraph:
    """Streets that one mode may use, as a graph. Make one with `from_streets` or `from_networkx`.

    Parameters
    ----------
    streets
        The usable streets.
    mode
        "walk" (every street both ways) or "cycle" (one-way rules kept).
    compiled
        Whether compiled code finds the streets of points. Without it, it takes longer and need not be loaded, which
        pays for one question in a fresh process; the answers are the same.
    """

    def __init__(self, streets: StreetTable, mode: Mode, *, compiled: bool = True) -> None:
        chains = contract(streets.tail, streets.head, streets.length_m, streets.forward, streets.backward)
        nodes, ends = np.unique(np.concatenate([chains.tail, chains.head]), return_inverse=True)
        turn = by_neighbourhood(streets.node_xy[nodes], _NEIGHBOURS_M)
        nodes, number = nodes[turn], np.argsort(turn).astype(np.int32)
        tail, head = np.split(number[ends], 2)
        self.mode: Mode = mode
        self._compiled = compiled
        self._table = streets
        self._edges = Edges(tail, head, chains.length_m, chains.forward, chains.backward, len(nodes))
        self._lines = parts.StreetLines(streets.lines, streets.length_m, chains)
        self._node_xy = streets.node_xy[nodes]
        self._arcs_towards = self._edges.arcs(reverse=True)
        self._arcs_away = self._arcs_towards if self._edges.both_ways else None

    @classmethod
    def from_streets(cls, streets: gpd.GeoDataFrame, mode: Mode = "walk", *, compiled: bool = True) -> Self:
        """Make the graph of a streets layer; two streets meet where their end coordinates are exactly equal.

        Parameters
        ----------
        streets
            LineStrings in a projected CRS in metres with ``walk``, or ``cycle_forward`` and ``cycle_backward``.
        mode
            "walk" or "cycle".
        compiled
            False for one question in a fresh process; see `StreetGraph`.

        Raises
        ------
        DataError
            When a column is missing or empty, a geometry is not a line, or no street is usable by the mode.
        CrsError
            When the CRS is missing or not in metres.
        """
        return cls(read_streets(streets, _check_mode(mode)), mode, compiled=compiled)

    @classmethod
    def from_rows(cls, streets: Rows, mode: Mode, crs: str, *, compiled: bool = True) -> Self:
        """Make the graph of the rows of a streets layer in ``crs``; as `from_streets`, without pandas."""
        return cls(streets_of(streets, _check_mode(mode), crs), mode, compiled=compiled)

    @classmethod
    def from_networkx(cls, graph: nx.Graph[Any], mode: Mode = "walk") -> Self:
        """Make the graph of a networkx graph as osmnx makes them, projected to metres; see `convert.from_networkx`."""
        return cls(convert.from_networkx(graph, both_ways=_check_mode(mode) == "walk"), mode)

    def to_networkx(self) -> nx.MultiDiGraph[int]:
        """Return the usable streets, not contracted, as a MultiDiGraph as osmnx makes them."""
        return convert.to_networkx(self._table)

    @cached_property
    def crs(self) -> CRS:
        """CRS of the streets."""
        return check_crs(self._table.crs, origin="streets")

    @property
    def n_nodes(self) -> int:
        """Number of nodes after contraction."""
        return self._edges.n_nodes

    @property
    def n_edges(self) -> int:
        """Number of edges after contraction."""
        return len(self._edges.tail)

    def __repr__(self) -> str:
        return f"StreetGraph({self.mode!r}, {len(self._table.row)} streets, {self.n_nodes} nodes, {self.n_edges} edges)"

    def place(self, points: Points, max_snap_m: float = 100.0, *, snap_to: SnapTo = "largest") -> Places:
        """Snap points to the nearest point on a street; farther than ``max_snap_m`` they are not placed.

        A scrap of path that hangs on nothing leads nowhere: the nearest street is that of the largest part of the
        network (on which every place has a way to every other); only where that has none within ``max_snap_m`` is it
        that of any part.

        Parameters
        ----------
        points
            Points in the CRS of the streets; no rows give no places. An array of points has no CRS that is checked.
        max_snap_m
            Largest straight distance to a street, in metres.
        snap_to
            "largest" as above; "any": the nearest street of all.

        Raises
        ------
        DataError
            When a geometry is null, empty or not a point; the message names the row.
        CrsError
            When the points are in another CRS.
        OptionError
            When ``max_snap_m`` is not a number above 0, or ``snap_to`` is neither.
        """
        xy = coordinates_of(points) if isinstance(points, np.ndarray) else check_points(points, self.crs)
        limit = check_limit(max_snap_m, "max_snap_m")
        snapped = self._snapper.snap(xy, limit)
        off_largest = self._off_largest(snapped.street)
        moved = np.zeros(len(xy), bool)
        if check_snap_to(snap_to) == "largest" and off_largest.any():
            rows = np.flatnonzero(off_largest)
            on_largest = self._snapper_of_largest.snap(xy[rows], limit)
            moved[rows] = on_largest.street >= 0
            snapped = snapped.with_rows(rows[moved[rows]], on_largest[moved[rows]])
            off_largest &= ~moved
        placed = snapped.street >= 0
        at = np.where(placed, snapped.street, 0)
        chains, cost = self._lines.chains, self._table.length_m[at]
        along = np.clip(snapped.along_m * self._cost_share[at], 0.0, cost)
        offset = chains.base_m[at] + np.where(chains.flipped[at], cost - along, along)
        return Places(
            graph_key=self._key,
            street=np.where(placed, self._table.row[at], -1).astype(np.int32),
            edge=np.where(placed, chains.edge[at], -1).astype(np.int32),
            offset_m=np.where(placed, offset, np.nan),
            snap_m=snapped.distance_m,
            x=xy[:, 0].copy(),
            y=xy[:, 1].copy(),
            snapped_x=snapped.xy[:, 0].copy(),
            snapped_y=snapped.xy[:, 1].copy(),
            moved=moved,
            off_largest=off_largest,
        )

    def nearest(self, origins: Places, facilities: Places, limit_m: float = np.inf) -> tuple[Ints, Floats]:
        """Find the nearest facility of each origin.

        Returns
        -------
        facility, metres
            Row of the facility (-1 for none; of equally near ones any) and length of the trip from the origin to it
            with both snap distances (NaN when none is reached within ``limit_m``).
        """
        facility, metres = self.k_nearest(origins, facilities, 1, limit_m)
        return facility[:, 0], metres[:, 0]

    def within(self, facilities: Places, origins: Places, limit_m: float, *, place: Ints | None = None) -> Pairs:
        """Find all pairs whose trip from origin to facility is at most ``limit_m``, snap distances included.

        One bounded sweep; memory is that of the pairs (16 bytes each, twice while they are put together). The nearest
        of each kind and how many there are of it follow from the pairs.

        Parameters
        ----------
        facilities, origins
            The places.
        limit_m
            Length of the longest trip.
        place
            Number from 0 of the place that each facility is an entrance of: a pair then names the place in
            ``facility``, once, with the metres to its nearest entrance. None: each is a place of its own.
        """
        return sweep.gather(self.within_batches(facilities, origins, limit_m, place=place))

    def within_batches(
        self, facilities: Places, origins: Places, limit_m: float, *, place: Ints | None = None
    ) -> Iterator[Pairs]:
        """Yield the pairs of `within` in batches, in bounded memory; all pairs of a facility are in one batch."""
        limit = check_limit(limit_m, "limit_m")
        cut, numbers = self._cut(facilities), facilities.check_numbers(place)
        return sweep.batches(cut, self._ends(cut, origins), limit, numbers, compiled=self._compiled)

    def counts_within(
        self, facilities: Places, origins: Places, limit_m: float, *, place: Ints | None = None
    ) -> npt.NDArray[np.intp]:
        """Count the places of each origin, which are its pairs of `within`, without making the pairs."""
        limit = check_limit(limit_m, "limit_m")
        cut, numbers = self._cut(facilities), facilities.check_numbers(place)
        return sweep.counts(cut, self._ends(cut, origins), limit, numbers, compiled=self._compiled)

    def k_nearest(
        self, origins: Places, facilities: Places, k: int, limit_m: float = np.inf, *, place: Ints | None = None
    ) -> tuple[Ints, Floats]:
        """Find the ``k`` nearest facilities of each origin.

        Parameters
        ----------
        origins, facilities
            The places.
        k, limit_m
            How many, and how far at most.
        place
            Number from 0 of the place that each facility is an entrance of: then the ``k`` are entrances of different
            places, of each its nearest. None: each is a place of its own.

        Returns
        -------
        facility, metres
            Arrays (n, k), nearest first, padded with -1 and NaN where fewer are reached within ``limit_m``.
        """
        if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 1:
            raise OptionError(f"k is {k!r}, must be a whole number from 1")
        limit = check_limit(limit_m, "limit_m")
        cut = self._cut(facilities)
        return sweep.k_nearest(cut, self._ends(cut, origins), int(k), limit, facilities.check_numbers(place))

    def route(self, origins: Places, i: int, facilities: Places, j: int) -> tuple[shapely.LineString, float]:
        """Return the shortest trip from origin ``i`` to facility ``j``: its line, from point to point, and its metres.

        An empty line and NaN when there is no way.
        """
        self._check(origins)
        a, b = origins.one(i, "origins"), facilities.one(j, "facilities")
        if not (a.placed[0] and b.placed[0]):
            return shapely.LineString(), float("nan")
        xy, metres = parts.route(self._cut(b), self._lines, a.edge, a.offset_m, a.snap_m)
        if np.isnan(metres):
            return shapely.LineString(), metres
        ends = [[(p.x[0], p.y[0]), (p.snapped_x[0], p.snapped_y[0])] for p in (a, b)]
        line = shapely.LineString(np.concatenate([ends[0], xy, ends[1][::-1]]))
        return shapely.remove_repeated_points(line), metres

    def reached(self, places: Places, i: int, limit_m: float, *, trips: Literal["to", "from"] = "to") -> gpd.GeoSeries:
        """Return the street parts within ``limit_m`` of place ``i``, its snap distance included.

        Parameters
        ----------
        places, i
            The place is row ``i``.
        limit_m
            Length of the longest trip.
        trips
            "to": parts from which the place can be reached; "from": parts that can be reached from it.

        Returns
        -------
        geopandas.GeoSeries
            LineStrings; the index is the row of the street in the input, twice where a street is reached at both ends.
        """
        if trips not in ("to", "from"):
            raise OptionError(f"trips is {trips!r}, must be 'to' or 'from'")
        import geopandas as gpd

        limit = check_limit(limit_m, "limit_m")
        place = places.one(i, "places")
        cut = self._cut(place, towards=trips == "to")
        lines, street = parts.reached(cut, self._lines, limit) if place.placed[0] else ([], np.zeros(0, np.int32))
        return gpd.GeoSeries(lines, index=self._table.row[street], crs=self.crs)

    def component_report(self, **named_places: Places) -> pd.DataFrame:
        """Report the separate parts of the network and how many places lie on each.

        By bicycle two places are on one part when each can be reached from the other.

        Returns
        -------
        pandas.DataFrame
            Index ``component``: 0 is the main part, the others follow by length; -1 stands for places too far from any
            street. Columns: ``street_m``, one count per named set of places, and ``x``, ``y`` of a point on the part
            (in row -1: of the first such place).
        """
        for places in named_places.values():
            self._check(places)
        of_edge, street_m = islands.edge_components(self._edges, self._arcs_towards)
        of_street = of_edge[self._lines.chains.edge]
        middles = shapely.get_coordinates(shapely.line_interpolate_point(self._table.lines, 0.5, normalized=True))
        return islands.component_report(of_edge, street_m, of_street, middles, named_places)

    @cached_property
    def _snapper(self) -> Snapper:
        return Snapper(self._table.lines, compiled=self._compiled)

    @cached_property
    def _on_largest(self) -> Flags:
        """Whether each street lies on the largest part of the network; none where there is no such part."""
        return islands.largest_part(self._edges, self._arcs_towards)[self._lines.chains.edge]

    @cached_property
    def _snapper_of_largest(self) -> Snapper:
        return Snapper(self._table.lines, np.flatnonzero(self._on_largest), compiled=self._compiled)

    def _off_largest(self, street: Ints) -> Flags:
        return np.asarray((street >= 0) & ~self._on_largest[street] & self._on_largest.any())

    @cached_property
    def _cost_share(self) -> Floats:
        """Cost per metre of line; exactly 1 where a street costs its length."""
        line, cost = self._snapper.line_length_m, self._table.length_m
        return np.where(line == cost, 1.0, np.divide(cost, line, out=np.ones_like(cost), where=line > 0))

    @cached_property
    def _key(self) -> str:
        """Mark of this graph on its places."""
        digest = hashlib.sha256(self.mode.encode())
        for array in (self._edges.tail, self._edges.head, self._edges.length_m, self._edges.forward, self._node_xy):
            digest.update(array.tobytes())
        return digest.hexdigest()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if not name.startswith("_snapper")}

    def _check(self, places: Places) -> None:
        if places.graph_key != self._key:
            raise OptionError("these places were snapped to another street graph; place the points on this one")

    def _cut(self, places: Places, *, towards: bool = True) -> Cut:
        self._check(places)
        if not towards and self._arcs_away is None:
            self._arcs_away = self._edges.arcs(reverse=False)
        arcs = self._arcs_towards if towards or self._arcs_away is None else self._arcs_away
        return cut_at(self._edges, arcs, places.edge, places.offset_m, places.snap_m, towards=towards)

    def _ends(self, cut: Cut, places: Places) -> Ends:
        self._check(places)
        return cut.ends(places.edge, places.offset_m, places.snap_m)


def seconds(metres: Floats, *, speed_m_per_min: float) -> Floats:
    """Return the travel time in seconds of trips of ``metres``; NaN stays NaN.

    Raises
    ------
    OptionError
        When the speed is not a number above 0.
    """
    return np.asarray(metres, dtype=np.float64) * (60.0 / check_limit(speed_m_per_min, "speed_m_per_min"))


def isochrone_polygon(reached: gpd.GeoSeries, *, buffer_m: float = 25.0) -> shapely.Polygon | shapely.MultiPolygon:
    """Return the ground within ``buffer_m`` of the street parts of `StreetGraph.reached`.

    The buffer is drawing, not reach: figures come from `StreetGraph.within`, not from this polygon. 25 m takes in the
    houses along a street and leaves blocks that have no street inside as holes.
    """
    return parts.isochrone_polygon(np.asarray(reached.array, dtype=object), check_limit(buffer_m, "buffer_m"))


def _check_mode(mode: str) -> str:
    if mode not in ("walk", "cycle"):
        raise OptionError(f"mode is {mode!r}, must be 'walk' or 'cycle'")
    return mode
