"""Which sites of the city should get a use, or several together: the best choice, with what it changes.

A hub gives all uses that were asked at one place. Somebody has the hub within reach when the farthest of the uses is:
a person with a library near and a meeting place near is served without a hub. Chosen sites have all the uses, so that
the distance to the farthest use is the lesser of that today and that to the nearest chosen site; one use is the same
question with one use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from kortrijk_geo.capacity.privacy import round_tens
from kortrijk_geo.engine.choosing import Choice, least_mean, least_worst, most_covered
from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.pack.homes import homes_inside
from kortrijk_geo.sites.measure import TOLERANCE_M
from kortrijk_geo.sites.options import Options, choose_options
from kortrijk_geo.sites.people import people_of
from kortrijk_geo.sites.question import Places, Question, check_question, places_of
from kortrijk_geo.sites.rules import BY_STREETS, Mode
from kortrijk_geo.sites.stock import read_stock
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.engine import places as engine_places
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.sites.options import Chosen
    from kortrijk_geo.sites.people import People
    from kortrijk_geo.sites.stock import Stock

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ground:
    """The homes and places of a city on the streets of one mode.

    Parameters
    ----------
    homes, people, stock
        Of the study area; the places of the whole pack.
    graph, at_home, points
        The streets, the homes on them and the points where places are entered.
    """

    homes: gpd.GeoDataFrame
    people: People
    stock: Stock
    graph: StreetGraph
    at_home: engine_places.Places
    points: engine_places.Places

    @classmethod
    def of(cls, city: City, chosen: Chosen, mode: Mode) -> Ground:
        """Read a pack and put its homes and places on the streets."""
        city.require("areas", "homes", "streets", "city_sites", theme="The city's own sites")
        homes = homes_inside(city)
        stock = read_stock(city, chosen.uses, chosen.settings.same)
        graph = StreetGraph.from_streets(city.streets, mode="cycle" if mode == "cycle" else "walk")
        at_home, points = graph.place(homes, **chosen.snap), graph.place(stock.points, **chosen.snap)
        return cls(homes, people_of(homes), stock, graph, at_home, points)

    @property
    def on_street(self) -> NDArray[np.bool_]:
        """Whether each place is entered from a street."""
        placed = np.bincount(self.stock.place_of_point[self.points.placed], minlength=self.stock.n_places)
        return np.asarray(placed > 0)

    def nearest_m(self, places: Ints) -> Floats:
        """Metres from every home to the nearest of these places; infinite where there is no way."""
        which = np.isin(self.stock.place_of_point, places)
        if not which.any():
            return np.full(len(self.at_home), np.inf)
        metres = self.graph.nearest(self.at_home, self.points[which])[1]
        return np.where(np.isnan(metres), np.inf, metres)

    def farthest_use_m(self, has: NDArray[np.bool_]) -> Floats:
        """Metres from every home to the nearest place of the use that is farthest; ``has`` per use and place."""
        farthest: Floats = np.max([self.nearest_m(np.flatnonzero(row)) for row in has], axis=0)
        return farthest

    def table_m(self, candidates: Ints, limit_m: float) -> NDArray[np.float32]:
        """Metres from every home to every candidate, infinite beyond the limit; single precision."""
        order = np.full(self.stock.n_places, -1)
        order[candidates] = np.arange(len(candidates))
        column = order[self.stock.place_of_point].astype(np.int32)
        which = (column >= 0) & self.points.placed
        metres = np.full((len(self.at_home), len(candidates)), np.inf, dtype=np.float32)
        for pairs in self.graph.within_batches(self.points[which], self.at_home, limit_m, place=column[which]):
            metres[pairs.origin, pairs.facility] = pairs.metres
        return metres


@dataclass(frozen=True)
class SiteChoice:
    """A choice of sites, and what it changes.

    Parameters
    ----------
    question, mode, limit_m, chosen
        What was asked, and by which options.
    ground, places
        The city, and its places in the question.
    choice
        What the search found; its columns are ``places.candidates``.
    sites
        Numbers of the chosen places.
    before_m, after_m
        From every home to the farthest of the uses, today and after; infinite where there is no way.
    people
        Inhabitants that count per home: 0 where they are unknown or the home is on no street.
    """

    question: Question
    mode: Mode
    limit_m: float
    chosen: Chosen = field(repr=False)
    ground: Ground = field(repr=False)
    places: Places = field(repr=False)
    choice: Choice
    sites: Ints
    before_m: Floats = field(repr=False)
    after_m: Floats = field(repr=False)
    people: Floats = field(repr=False)

    @property
    def site_ids(self) -> list[str]:
        """Ids of the chosen sites; of sites that are one place the first."""
        return [str(self.ground.stock.sites["site_id"].iloc[row]) for row in self.site_rows]

    @property
    def site_rows(self) -> list[int]:
        """Rows of the chosen sites among those of the stock."""
        return [int(np.flatnonzero(self.ground.stock.place_of_site == place)[0]) for place in self.sites]

    def within(self, metres: Floats) -> float:
        """Inhabitants within the limit."""
        return float(self.people[metres <= self.limit_m].sum())

    def mean_m(self, metres: Floats) -> float:
        """Mean distance of the inhabitants who have a way; NaN where nobody has."""
        way = np.isfinite(metres) & (self.people > 0)
        return float(self.people[way] @ metres[way] / self.people[way].sum()) if way.any() else np.nan

    def farthest_m(self, metres: Floats) -> float:
        """Distance of the inhabitants farthest away, of those who have a way; NaN where nobody has."""
        way = np.isfinite(metres) & (self.people > 0)
        return float(metres[way].max()) if way.any() else np.nan

    def without_way(self, metres: Floats) -> float:
        """Inhabitants who have no way."""
        return float(self.people[np.isinf(metres)].sum())

    def record(self) -> dict[str, Any]:
        """Return the question, the choice and its proof as plain data."""
        asked, found = self.question, self.choice
        # A largest distance is that of one home: to the metre it would tell which.
        told = round_tens if asked.objective == "worst" else float
        record: dict[str, Any] = plain({
            "uses": list(asked.uses), "count": asked.count, "objective": asked.objective, "mode": self.mode,
            "close": list(asked.close), "keep": list(asked.keep), "anew": asked.anew, "among": list(asked.among),
            "sites": self.site_ids, "value": told(found.value), "bound": told(found.bound), "gap": found.gap,
            "proven": found.proven, "method": found.method, "seconds": round(found.seconds, 2),
            "merging_error": found.merging_error, "rows": found.rows, "candidates": len(self.places.candidates),
            "candidates_left": found.candidates,
            "people_within_before": self.within(self.before_m), "people_within_after": self.within(self.after_m),
            "mean_m_before": self.mean_m(self.before_m), "mean_m_after": self.mean_m(self.after_m),
            "farthest_m_before": round_tens(self.farthest_m(self.before_m)),
            "farthest_m_after": round_tens(self.farthest_m(self.after_m)),
            "people_without_way_before": self.without_way(self.before_m),
            "people_without_way_after": self.without_way(self.after_m),
        })  # fmt: skip
        return record


def choose(
    city: City,
    *,
    use: str | Sequence[str],
    count: int,
    close: Sequence[str] = (),
    keep: Sequence[str] = (),
    objective: str = "covered",
    mode: str = "walk",
    anew: bool = False,
    among: Sequence[str] = (),
    time_limit_s: float = 20.0,
    **options: Unpack[Options],
) -> SiteChoice:
    """Choose the sites of the city that should get a use, or several together.

    Places of the use that are there stay, those of others too, unless they are closed or the choice is made anew.

    Parameters
    ----------
    city
        A pack as for `kortrijk_geo.sites.analyse`.
    use
        Key or Dutch word of a use; several, or separated by commas, are a hub.
    count
        Sites to choose, those kept included.
    close, keep
        Ids of sites that close for the uses and cannot be chosen, and of sites that must be chosen.
    objective
        ``covered``: most inhabitants with all uses within reach, proven. ``mean``: least mean distance to the farthest
        use, a heuristic with its bound. ``worst``: least distance of the inhabitants farthest away, proven.
    mode
        ``walk`` or ``cycle``.
    anew
        Whether the city's sites of the use are candidates like the others, so that ``count`` is how many there will be.
    among
        Uses that candidates may have today; none is any.
    time_limit_s
        Longest search in a program; a choice not proven by then tells its gap.
    **options
        See `kortrijk_geo.sites.Options`; ``modes`` is left out.

    Raises
    ------
    OptionError
        As `check_question` and `places_of`; also when no choice of so many sites has a way for all (``worst``).
    MissingLayerError, DataError
        As `kortrijk_geo.sites.analyse`; `DataError` also when nothing is known of a use, no inhabitants are known, or
        no site is left.
    """
    chosen, question = check_choice(
        use=use, count=count, close=close, keep=keep, objective=objective, mode=mode, anew=anew, among=among, **options
    )
    (way,) = chosen.modes
    ground = Ground.of(city, chosen, way)
    stock, residents = ground.stock, ground.people.counts[:, 0]
    if np.isnan(residents).all():
        raise DataError(f"{city.folder}, layer homes: no inhabitants are known; add the column residents")
    unknown = [key for key in question.uses if not stock.known[stock.keys.index(key)]]
    if unknown and not question.anew:
        raise DataError(
            f"{city.folder}: nothing is known of {unknown[0]}, so that nobody knows who has one; add the places, or"
            " choose anew"
        )
    places = places_of(question, stock, ground.on_street)
    people = np.where(np.isnan(residents) | ~ground.at_home.placed, 0.0, residents)
    limit_m = chosen.limit_m(way) + TOLERANCE_M
    base_m = ground.farthest_use_m(places.staying)
    choice = _best(ground, question, places, people, base_m, limit_m, time_limit_s)
    sites = places.candidates[choice.sites]
    after_m = np.minimum(base_m, ground.nearest_m(sites))
    before_m = ground.farthest_use_m(places.today)
    return SiteChoice(
        question, way, limit_m, chosen, ground, places, choice, sites, before_m=before_m, after_m=after_m, people=people
    )  # fmt: skip


def check_choice(*, mode: str = "walk", **asked: Any) -> tuple[Chosen, Question]:
    """Check the options of `choose` before a pack is read; errors as `check_question` and `choose_options`."""
    if mode not in BY_STREETS:
        raise OptionError.of_choice("mode", mode, BY_STREETS)
    own = {name: asked.pop(name) for name in Options.__annotations__ if name in asked}
    chosen = choose_options(**{**own, "modes": (mode,)})
    return chosen, check_question(chosen.uses, **asked)


def _best(
    ground: Ground, question: Question, places: Places, people: Floats, base_m: Floats, limit_m: float,
    time_limit_s: float,
) -> Choice:  # fmt: skip
    keep = np.searchsorted(places.candidates, places.kept)
    if question.objective == "covered":
        reach = np.isfinite(ground.table_m(places.candidates, limit_m))
        return most_covered(
            reach, people, question.count, before=base_m <= limit_m, keep=keep, time_limit_s=time_limit_s
        )
    # Farther than every place that stays nobody gains.
    farthest = np.max(base_m[people > 0], initial=0.0)
    table = ground.table_m(places.candidates, farthest + 1 if np.isfinite(farthest) else 1e9)
    if question.objective == "mean":
        return least_mean(table, people, question.count, before=base_m, keep=keep)
    return least_worst(table, people, question.count, before=base_m, keep=keep, time_limit_s=time_limit_s)
