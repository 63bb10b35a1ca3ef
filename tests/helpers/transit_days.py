"""Random days of a timetable, with homes and places around its stops; their walks and hops as the engine has them."""

from __future__ import annotations

from hypothesis import strategies as st
from transit_oracle import NEVER

from kortrijk_geo.engine.transit.hops import Hops
from kortrijk_geo.engine.transit.walks import Walks


@st.composite
def days(draw):
    """A random day on few stops, with hops of no time, overtaking, forbidden boarding and footpaths."""
    n_stops = draw(st.integers(2, 6))
    stop = st.integers(0, n_stops - 1)
    hops = []
    for trip in range(draw(st.integers(0, 9))):
        at, now = draw(stop), draw(st.integers(0, 900))
        for _ in range(draw(st.integers(1, 5))):
            now += draw(st.sampled_from([0, 0, 20, 60]))
            arrives, onward = now + draw(st.sampled_from([0, 0, 30, 60, 200])), draw(stop)
            hops.append((at, onward, now, arrives, trip, draw(st.booleans()), draw(st.booleans())))
            at, now = onward, arrives
    walk = st.integers(0, 300)
    footpaths = [{**draw(st.dictionaries(stop, walk, max_size=3)), i: 0} for i in range(n_stops)]
    to_place = [draw(st.one_of(st.just(NEVER), walk)) for _ in range(n_stops)]
    homes = [
        (draw(st.dictionaries(stop, walk, max_size=3)), draw(st.one_of(st.just(NEVER), st.integers(0, 2000))))
        for _ in range(3)
    ]
    return hops, footpaths, to_place, homes, draw(st.sampled_from([1, 30, 60]))


def as_walks(of_origin) -> Walks:
    rows = [(i, stop, walk_s) for i, walks in enumerate(of_origin) for stop, walk_s in walks.items()]
    return Walks.of(*(zip(*rows, strict=True) if rows else ([], [], [])), len(of_origin))


def table(rows) -> Hops:
    columns = list(zip(*rows, strict=True)) or [[]] * 7
    return Hops.of(*columns[:5], boards=columns[5], alights=columns[6])
