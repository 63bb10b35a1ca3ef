"""A choice of sites as a result: who is served before and after, by area, and the page that compares them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.capacity.privacy import round_tens
from kortrijk_geo.figure import SHARE, Figure, coverage, too_little_of
from kortrijk_geo.mapping import MapSpec, PlanTable, PointLayer, area_layers, option_labels, table_columns
from kortrijk_geo.mapping.compare import compare
from kortrijk_geo.pack.gate import Rests, through_gate
from kortrijk_geo.results import Column, Scale, Source, ThemeResult
from kortrijk_geo.sites.choice_notes import choice_lead, choice_method, choice_notes
from kortrijk_geo.sites.privacy import without_few_of_areas
from kortrijk_geo.text.dutch import HOW, list_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.sites.choice import SiteChoice

    Floats = NDArray[np.float64]

PAGE = "stadspatrimonium_keuze"
STATES = ("vandaag", "na de keuze")
# Of shares that are 0 in some areas and near the whole in others, classes of equal numbers have odd limits.
_SHARES = Scale((0.2, 0.5, 0.8, 0.95), "share")
# A share, who lacks it and who has it.
_NAMES = ("share_within", "people_beyond", "people_within")
_RESTS = {
    **dict.fromkeys(
        ("population", "share_within", "people_within", "people_beyond"), (Rests("population", "homes", "areas"),)
    ),
    **dict.fromkeys(("mean_m", "farthest_m"), (Rests("population", "homes", "areas", everywhere=True),)),
}


def choice_spec(city: City, made: SiteChoice) -> MapSpec:
    """Say what the page of a choice shows: every area today and after, and the chosen sites.

    The layer ``chosen`` of the result holds the chosen sites, ``present`` the places that have the use and stay.
    """
    named, shown = use_names(made), _headlines(made)[0][0]
    before, after = (_spec(_state(city, made, metres), shown) for metres in (made.before_m, made.after_m))
    spec = compare(before, after, names=STATES)
    chosen, present = _chosen(city, made), _present(made)
    result = replace(
        spec.result,
        page=PAGE,
        layers={"chosen": chosen, "present": present},
        options={STATES[0]: made.chosen.record(), STATES[1]: {**made.chosen.record(), **made.record()}},
        notes=[*choice_notes(made), *before.result.notes],
    )
    return replace(
        spec,
        result=result,
        title=f"Stadspatrimonium: de beste plekken ({named})",
        lead=choice_lead(made),
        method=choice_method(made),
        point_layers=(
            PointLayer(
                chosen, "Gekozen plekken",
                {"title": "naam", "use_label": "gebruik vandaag", "area": "wijk", "people_within": "inwoners binnen"
                 " bereik", "people_only_here": "enkel hier binnen bereik"},
                colour="#b91c1c", radius_px=8.0, shown=True, table="chosen", name="title",
            ),
            PointLayer(
                present, f"Blijft: {named}", {"title": "naam", "use_label": "gebruik"}, colour="#1b4965", radius_px=4.0,
                shown=True, table="present", name="title",
            ),
        ),
        plans=(_table(chosen),),
    )  # fmt: skip


def use_names(made: SiteChoice) -> str:
    """Name the uses that were asked, in Dutch."""
    labels = [made.chosen.uses.labels[key] for key in made.question.uses]
    return list_text(labels, len(labels), " en ")


def _state(city: City, made: SiteChoice, metres: Floats) -> ThemeResult:
    """Return who is served when every home has so many metres to the farthest of the uses."""
    ids = city.areas["area_id"].to_numpy()
    area = pd.Index(ids).get_indexer(made.ground.homes["area_id"])
    residents = made.ground.people.counts[:, 0]
    unknown = np.bincount(area, np.isnan(residents), len(ids)) > 0
    everyone = np.bincount(area, made.ground.people.expected, len(ids))
    placed = np.bincount(area, made.people, len(ids))
    known = np.divide(placed, everyone, out=np.zeros(len(ids)), where=everyone > 0)
    rows = [_figures(made, metres, area == number) for number in range(len(ids))]
    frame = pd.DataFrame(rows, index=pd.Index(ids, name="area_id"))
    frame.loc[unknown | too_little_of(known)] = np.nan
    sums = ["population", "people_within", "people_beyond"]
    frame.loc[known < coverage().whole_share, sums] = np.nan
    whole = _figures(made, metres, np.ones(len(area), dtype=bool))
    known_whole = float(placed.sum() / everyone.sum())
    if known_whole < coverage().whole_share:
        whole |= dict.fromkeys(sums, np.nan)
    if known_whole < coverage().least_share:
        whole = dict.fromkeys(whole, np.nan)
    frame, whole, few = without_few_of_areas(frame, whole, [_NAMES], made.chosen.settings.few.people)
    columns = _columns(made)
    areas = city.areas.set_index("area_id")
    layers = ("city_sites", "homes", "streets", *made.ground.stock.layers)
    headlines = [
        Figure(
            name,
            label,
            plain(whole[name]),
            unit,
            source=city.source_text(*layers),
            known_share=known_whole,
            known_of="inwoners",
        )
        for name, label, unit in _headlines(made)
    ]
    speed = made.chosen.settings.speed
    limit = made.chosen.settings.limit.seen_from(city.info.nis_code)
    result = ThemeResult(
        theme="sites",
        page=PAGE,
        pack=city.name,
        areas=gpd.GeoDataFrame(pd.concat([areas[["name"]], frame, areas[["geometry"]]], axis=1), crs=city.crs),
        city=whole,
        headlines=headlines,
        columns=columns,
        context=city.context(),
        sources=[*city.sources("areas", *layers), *(Source(rule.source, rule.date) for rule in (limit, speed))],
        pack_digest=city.digest,
        proof=city.proof,
        synthetic=city.synthetic,
        nis_code=city.info.nis_code,
        notes=few,
    )
    return through_gate(result, city, _RESTS)


def _figures(made: SiteChoice, metres: Floats, which: NDArray[np.bool_]) -> dict[str, float]:
    """Return the figures of some homes."""
    people, far = made.people[which], metres[which]
    total, within = float(people.sum()), float(people[far <= made.limit_m].sum())
    way = np.isfinite(far) & (people > 0)
    reached = float(people[way].sum())
    return {
        "population": total,
        "share_within": within / total if total > 0 else np.nan,
        "people_within": within,
        "people_beyond": total - within,
        "mean_m": float(people[way] @ far[way]) / reached if reached > 0 else np.nan,
        # One home decides it: to the metre it would tell which.
        "farthest_m": round_tens(far[way].max()) if way.any() else np.nan,
    }


def _what(made: SiteChoice) -> tuple[str, str]:
    """Return how people are served, within the limit and as a distance."""
    named, how = use_names(made), HOW[made.mode]
    far = "tot de dichtste" if len(made.question.uses) == 1 else "tot de verste van"
    return f"{named} binnen {made.chosen.minutes} minuten {how}", f"{far} {named} {how}"


def _columns(made: SiteChoice) -> list[Column]:
    within, distance = _what(made)
    share, metres = _SHARES, Scale.of_data("metres")
    return [
        Column("name", "Gebied"),
        Column("population", "Inwoners op een straat", "whole", adds=True),
        Column("share_within", f"Inwoners met {within}", group="Bereik", scale=share, table=True),
        Column("people_within", f"Aantal inwoners met {within}", "whole", adds=True),
        Column("people_beyond", f"Aantal inwoners zonder {within}", "whole", table=True, adds=True),
        Column("mean_m", f"Gemiddelde afstand {distance}", "metres", "Afstand", metres, table=True),
        Column("farthest_m", f"Grootste afstand {distance}", "metres", "Afstand", metres, table=True),
    ]


def _headlines(made: SiteChoice) -> list[tuple[str, str, str]]:
    within, distance = _what(made)
    figures = {
        "covered": ("share_within", f"inwoners met {within}", SHARE),
        "mean": ("mean_m", f"gemiddelde afstand {distance}", "m"),
        "worst": ("farthest_m", f"grootste afstand {distance}", "m"),
    }
    asked = figures.pop(made.question.objective)
    return [asked, *figures.values(), ("people_beyond", f"inwoners zonder {within}", "inwoners")]


def _spec(result: ThemeResult, shown: str) -> MapSpec:
    """Say what the page of one state shows; the map opens with the figure that was asked."""
    return MapSpec(
        result=result,
        title="Stadspatrimonium",
        area_layers=area_layers(result.columns, shown=shown),
        table=table_columns(result.columns),
        option_labels=option_labels(__file__),
    )


def _chosen(city: City, made: SiteChoice) -> gpd.GeoDataFrame:
    """Return the chosen sites, those that serve most people whom no other place serves first.

    Counts of few people are left out, as of all sites.
    """
    stock, few = made.ground.stock, made.chosen.settings.few.people
    base = made.ground.farthest_use_m(made.places.staying)
    metres = np.array([made.ground.nearest_m(np.array([place])) for place in made.sites])
    within = np.asarray(metres <= made.limit_m)
    only = np.asarray(within & (within.sum(axis=0) == 1) & (base > made.limit_m))
    counts = {"people_within": within @ made.people, "people_only_here": only @ made.people}
    rows = stock.sites.iloc[made.site_rows].reset_index(drop=True)
    table = {
        "site_id": rows["site_id"],
        "title": rows["name"].fillna(rows["site_id"]),
        "use_label": rows["use_label"].fillna(rows["written_use"]).fillna("onbekend"),
        "area_id": rows["area_id"],
        "area": rows["area_id"].map(dict(zip(city.areas["area_id"], city.areas["name"], strict=True))),
        "floor_m2": rows["floor_m2"],
        "kept": np.isin(made.sites, made.places.kept),
        **{name: np.where((values > 0) & (np.round(values) < few), np.nan, round_tens(values))
           for name, values in counts.items()},
    }  # fmt: skip
    frame = gpd.GeoDataFrame(table, geometry=rows.geometry.to_numpy(), crs=rows.crs)
    return frame.sort_values(["people_only_here", "site_id"], ascending=[False, True], ignore_index=True)


def _present(made: SiteChoice) -> gpd.GeoDataFrame:
    """Return the places that have one of the uses and stay, the city's own and those of others."""
    stock, has = made.ground.stock, np.asarray(made.places.staying.any(axis=0), dtype=bool).reshape(-1)
    own = stock.sites[has[stock.place_of_site]]
    others = stock.likes[has[int(stock.place_of_site.max()) + 1 :]]
    labels = made.chosen.uses.labels
    parts = [
        gpd.GeoDataFrame(
            {"place_id": frame[key], "title": frame["name"].fillna(frame[key]), "use_label": frame["use"].map(labels),
             "of_city": of_city},
            geometry=frame.geometry, crs=stock.sites.crs,
        )
        for frame, key, of_city in ((own, "site_id", True), (others, "like_id", False))
        if len(frame)
    ]  # fmt: skip
    if not parts:
        return gpd.GeoDataFrame(
            {"place_id": [], "title": [], "use_label": [], "of_city": []}, geometry=[], crs=stock.sites.crs
        )
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=stock.sites.crs)


def _table(chosen: gpd.GeoDataFrame) -> PlanTable:
    labels: dict[str, Any] = {
        "title": "Plek", "area": "Wijk", "use_label": "Gebruik vandaag", "floor_m2": "Vloer (m²)",
        "people_within": "Inwoners binnen bereik", "people_only_here": "Enkel hier binnen bereik",
    }  # fmt: skip
    note = (
        "Een voorstel om over te praten: of een gebouw geschikt, vrij en betaalbaar is, weet de berekening niet. Wie"
        " enkel hier binnen bereik is, heeft geen andere plek binnen bereik, ook geen andere gekozen."
    )
    frame = pd.DataFrame(chosen.drop(columns="geometry"))
    numbers = ("floor_m2", "people_within", "people_only_here")
    return PlanTable(
        "De gekozen plekken", "Keuze", frame, labels, units=dict.fromkeys(numbers, "whole"), note=note
    )  # fmt: skip
