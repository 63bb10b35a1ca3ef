"""The theme of the city's own sites: who lives around each, who has another, and who loses the last when it closes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self, Unpack

import geopandas as gpd
import pandas as pd

from kortrijk_geo.cache import kept
from kortrijk_geo.capacity.privacy import without_few_around
from kortrijk_geo.capacity.ride_notes import ride_notes, what_if_figure, what_if_page
from kortrijk_geo.capacity.transit import TransitNetwork
from kortrijk_geo.mapping.definitions import defined_by
from kortrijk_geo.options import takes
from kortrijk_geo.pack.gate import rests_on
from kortrijk_geo.pack.homes import homes_inside
from kortrijk_geo.results import DiscreetResult, Source, tells_own_rules
from kortrijk_geo.sites.columns import DEFINED_BY, RESTS, columns
from kortrijk_geo.sites.figures import area_figures, site_rows, told_labels, use_rows
from kortrijk_geo.sites.headlines import headlines
from kortrijk_geo.sites.measure import measure, measure_rides
from kortrijk_geo.sites.notes import estimate_notes, notes
from kortrijk_geo.sites.options import Options, choose_options
from kortrijk_geo.sites.people import estimated_groups, people_of
from kortrijk_geo.sites.privacy import without_few, without_few_of_areas
from kortrijk_geo.sites.sensitivity import sensitivities
from kortrijk_geo.sites.stock import read_stock
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from kortrijk_geo.figure import Figure
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.sites.options import Chosen

# Figures of the city that are of the people around one or a few sites.
_AROUND = ("largest_loss_", "lose_together_")


@dataclass(repr=False, kw_only=True)
class SitesResult(DiscreetResult):
    """A `ThemeResult` with what its figures were asked with.

    Parameters
    ----------
    chosen
        The options, checked, with what was not given.
    estimated
        Groups of people whose numbers per home are estimates.
    use_labels
        Dutch labels of the compared uses, with a mark where only places of the city are known.
    """

    chosen: Chosen
    estimated: tuple[str, ...]
    use_labels: dict[str, str]

    @property
    def what_if(self) -> str:
        """What is changed in the timetable, in Dutch; empty where nothing is."""
        return what_if_of(self.chosen)

    @property
    def uses(self) -> pd.DataFrame:
        """A row per use: how many sites and alternatives, who has one, how many sites nobody loses the last of."""
        likes, chosen = self.layers["alternatives"], self.chosen
        return use_rows(self.layers["city_sites"], likes, self.city, chosen.uses, chosen.modes, self.use_labels)

    def without_few(self) -> Self:
        """Return the result with tens around a site, and no count of few anywhere."""
        least = self.chosen.settings.few.people
        rows, hidden = without_few(self.layers["city_sites"], self.chosen.modes, least)
        note = (
            f"Van {hidden} plekken blijven aantallen van minder dan {least} mensen weg, en wat ze verraadt: ze zouden"
            " van enkele huishoudens vertellen."
        )
        names = [
            (f"share_{key}_{mode}", f"people_without_{key}_{mode}", None)
            for mode in self.chosen.modes
            for key in ("any_site", *self.use_labels)
        ]
        areas, city, few = without_few_of_areas(self.areas, self.city, names, least)
        city |= {name: without_few_around(city[name], least) for name in city if name.startswith(_AROUND)}
        added = [text for text in ([note] if hidden else []) + few if text not in self.notes]
        return replace(
            self,
            areas=areas,
            city=city,
            headlines=[_published(figure, city, least) for figure in self.headlines],
            layers={**self.layers, "city_sites": rows},
            notes=[*self.notes, *added],
        )

    def to_json(self) -> dict[str, Any]:
        """Return the outside contract's document, with the uses; the many sites are in `site_records`."""
        return {**super().to_json(), "uses": _records(self.published().uses)}

    def site_records(self) -> list[dict[str, Any]]:
        """Return the sites as they may be published, as plain values."""
        return _records(pd.DataFrame(self.published().layers["city_sites"].drop(columns="geometry")))


def _published(figure: Figure, city: dict[str, Any], least: int) -> Figure:
    """Return a headline with what may be published of it."""
    value = city.get(figure.key, figure.value)
    if figure.key.startswith("most_lacked_people_"):
        value = figure.value if figure.value is None or figure.value == 0 or figure.value >= least else None
    if figure.value is None or plain(value) is not None:
        return replace(figure, value=plain(value))
    return replace(figure, value=None, reason=f"het gaat om minder dan {least} inwoners")


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): plain(value) for key, value in row.items()} for row in table.to_dict("records")]


@takes(Options)
@kept
@defined_by(DEFINED_BY, __file__)
@tells_own_rules("uses", "settings")
@rests_on(RESTS)
def analyse(city: City, **options: Unpack[Options]) -> SitesResult:
    """Weigh the city's own buildings and land by the people around them.

    Trips go from home to site over the streets of the mode, both snap distances included. Only people of the city
    count, those of homes on a street. By public transport a place is within reach when at half of the departures of a
    morning the trip to it takes no longer than the limit of ``transit.toml``. Of a use without any place in the pack
    nothing is known, unless a source covers it. A site without a use that is compared has no overlap and no loss; they
    are unknown, never 0.

    Parameters
    ----------
    city
        A pack with layers ``areas``, ``homes``, ``streets`` and ``city_sites``, and for the mode ``transit`` a
        ``timetable``; ``amenities`` and ``childcare`` are the like of the sites when it has them.
    **options
        See `kortrijk_geo.sites.Options`.

    Returns
    -------
    SitesResult
        ``areas`` and ``city`` by use; layers ``city_sites`` (all of the pack, with their figures) and ``alternatives``
        (the amenities that are their like).

    Raises
    ------
    MissingLayerError
        When the pack lacks a layer.
    DataError
        When no home lies in the study area, the layer has no site, or a file of rules is wrong.
    OptionError
        When an option has a value that cannot be used.
    """
    chosen = choose_options(**options)
    city.require("areas", "homes", "streets", "city_sites", theme="The city's own sites")
    if "transit" in chosen.modes:
        city.require("timetable", theme="The city's own sites by public transport")
    homes = homes_inside(city)
    people, estimates = people_of(homes), estimated_groups(city)
    stock = read_stock(city, chosen.uses, chosen.settings.same)
    net = TransitNetwork.of(city.streets, city.timetable(), chosen.ride) if "transit" in chosen.modes else None
    measured = [
        measure_rides(net, homes, people, stock, chosen)
        if net is not None and mode == "transit"
        else measure(city.streets, homes, people, stock, mode, chosen)
        for mode in chosen.modes
    ]
    rows = site_rows(stock, measured, chosen.uses, city.areas)
    frame, whole = area_figures(homes, city.areas, people, stock, measured, chosen.uses, population=city.population)
    ids = city.areas.set_index("area_id")
    layers = ("city_sites", "homes", "streets", *stock.layers, *(() if net is None else ("timetable",)))
    figures, more = headlines(rows, measured, whole, stock, chosen, city.source_text(*layers))
    return SitesResult(
        theme="sites",
        page=what_if_page("stadspatrimonium", what_if_of(chosen)),
        pack=city.name,
        areas=gpd.GeoDataFrame(pd.concat([ids[["name"]], frame, ids[["geometry"]]], axis=1), crs=city.crs),
        city={**whole, **more},
        headlines=[what_if_figure(figure, what_if_of(chosen)) for figure in figures],
        columns=columns(chosen, told_labels(stock, chosen.uses)),
        layers={"city_sites": rows, "alternatives": stock.likes},
        context=city.context(),
        sources=_sources(city, chosen, layers),
        options={**chosen.record(), **({} if net is None else _of_ride(net, chosen))},
        notes=[
            *estimate_notes(estimates),
            *notes(city, people, stock, measured, chosen),
            *(() if net is None else ride_notes(net)),
        ],
        pack_digest=city.digest,
        proof=city.proof,
        synthetic=city.synthetic,
        sensitivity=sensitivities(figures, homes, people, measured, chosen),
        nis_code=city.info.nis_code,
        chosen=chosen,
        estimated=tuple(estimates),
        use_labels=told_labels(stock, chosen.uses),
    )


def what_if_of(chosen: Chosen) -> str:
    """Say in Dutch what is changed in the timetable; empty where nothing is, or no rides are asked for."""
    return str(chosen.ride.change) if "transit" in chosen.modes and chosen.ride.change else ""


def _of_ride(net: TransitNetwork, chosen: Chosen) -> dict[str, Any]:
    """Return the options of rides as plain values, beside those of the theme."""
    return {"transit_minutes": chosen.ride_minutes, **chosen.ride.record(net.day)}


def _sources(city: City, chosen: Chosen, layers: tuple[str, ...]) -> list[Source]:
    limit = chosen.settings.limit.seen_from(city.info.nis_code)
    rules: list[Any] = [chosen.uses.seen_from(city.info.nis_code), limit, chosen.settings.speed]
    if "transit" in chosen.modes:
        rules += [chosen.ride.rules.limit, chosen.ride.rules.window, chosen.ride.rules.slack]
    return [
        *city.sources("areas", *layers),
        *(Source(rule.source, rule.date) for rule in rules),
    ]
