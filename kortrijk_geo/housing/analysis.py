"""The social housing theme: density against the norms, concentration, what growth means, where homes may go."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Unpack

from kortrijk_geo import catalogue
from kortrijk_geo.errors import KortrijkGeoError, MissingLayerError
from kortrijk_geo.housing import texts
from kortrijk_geo.housing.allocation import allocate, with_allocation
from kortrijk_geo.housing.allocation_program import NoRoomError
from kortrijk_geo.housing.clusters import Found, find_clusters
from kortrijk_geo.housing.columns import columns
from kortrijk_geo.housing.counts import Counts, Level, read_counts
from kortrijk_geo.housing.figures import Against, area_figures, concentration_figures
from kortrijk_geo.housing.growth import project_growth
from kortrijk_geo.housing.headlines import headlines, sources
from kortrijk_geo.housing.norms import Kernel, Norms, read_norms
from kortrijk_geo.housing.options import Options, check_options
from kortrijk_geo.housing.surface import density_bands, density_surface, social_addresses
from kortrijk_geo.options import takes
from kortrijk_geo.results import ThemeResult, tells_own_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from kortrijk_geo.pack.city import City


@takes(Options)
@tells_own_rules("norms")
def analyse(city: City, **options: Unpack[Options]) -> ThemeResult:
    """Measure how much social housing there is, how it is spread, and what growth does.

    Density is by the official definition, see `kortrijk_geo.housing.density`. Unknown stays unknown. The indices of
    concentration are over the areas with known counts, once per area and once per statistical sector where the pack has
    those: they depend on how fine the areas are.

    Parameters
    ----------
    city
        A pack with the layer of ``level`` and, there, in its statistical sectors or in ``table``, the social
        dwellings and private households.
    **options
        See `kortrijk_geo.housing.Options`.

    Returns
    -------
    ThemeResult
        ``areas`` and ``city`` as the outside contract says; layers ``subareas``, ``districts`` and ``density_surface``
        where the pack has what they need.

    Raises
    ------
    MissingLayerError
        When the pack lacks the layer, or knows nothing of social dwellings or private households.
    DataError, OptionError
        As in the functions named above.
    """
    check_options(**options)
    level, table, suppressed_below = options["level"], options["table"], options["suppressed_below"]
    norm, allocation = options["norm"], options["allocation"]
    year, households, base_year = options["year"], options["households"], options["base_year"]
    fixed_households = options["fixed_households"]
    rules = read_norms(options["norms"])
    reference = rules.find(options["reference_norm"], reference=True)
    against = Against(rules, rules.find(norm), reference, suppressed_below)
    counts = read_counts(city, level=level, table=table)
    _must_be_known(city, counts)
    areas, whole = area_figures(counts, against)
    notes = list(counts.notes)
    if suppressed_below is not None:
        notes.append(
            f"Onbekende aantallen zijn opgevat als afgeschermde aantallen onder {suppressed_below}: het oordeel over de"
            " norm houdt met het laagste en het hoogste geval rekening."
        )
    found = _clusters(areas, rules)
    areas.insert(len(areas.columns) - 1, "cluster", found.label)
    areas.insert(len(areas.columns) - 1, "cluster_p", found.local_p)
    whole |= {**concentration_figures(areas, rules.chance), "moran": found.moran, "moran_p": found.p}
    notes += [*_spread_notes(level, whole), *_cluster_notes(found, areas, rules)]
    layers, layer_notes = _layers(city, level, against, whole, table=table)
    bandwidth = rules.kernel.bandwidth_m if options["bandwidth_m"] is None else options["bandwidth_m"]
    notes += [*layer_notes, *_surface(city, options["addresses"], rules.kernel, bandwidth, layers, whole)]
    extra = options["extra_dwellings"]
    asked = fixed_households or any(option is not None for option in (extra, year, households, base_year))
    why_not = "" if asked or allocation else _no_look_ahead(city, counts, rules)
    ahead = None
    if not why_not:
        ahead = project_growth(
            city, extra_dwellings=extra, year=year, households=households, fixed_households=fixed_households,
            base_year=base_year, norm=norm, rules=rules, counts=counts,
        )  # fmt: skip
        whole |= {
            f"social_per_100_households_{ahead.year}": ahead.per_100_then,
            f"households_private_{ahead.year}": ahead.households_then,
        }
    notes += ahead.notes if ahead is not None else [why_not]
    result = ThemeResult(
        theme="housing",
        page="sociaal_wonen",
        pack=city.name,
        areas=areas,
        city=whole,
        headlines=headlines(city, level, areas, whole, against, ahead),
        columns=columns(against.norm, against.reference),
        layers=layers,
        context=city.context(),
        sources=sources(city, level, against, layers, ahead=ahead, table=table is not None),
        options={
            "level": level,
            "norm": against.limits[0],
            "norm_label": against.norm.label,
            "reference_norm": against.limits[1],
            "reference_norm_label": against.reference.label,
            "suppressed_below": suppressed_below,
            "table": table is not None,
            "bandwidth_m": bandwidth if "density_surface" in layers else None,
            "extra_dwellings": ahead.extra_dwellings if ahead else None,
            "year": ahead.year if ahead else None,
            "fixed_households": ahead.fixed_households if ahead else None,
            "cluster_permutations": rules.clusters.permutations,
            "cluster_alpha": rules.clusters.alpha,
            "cluster_seed": rules.clusters.seed,
        },
        notes=list(dict.fromkeys(notes)),
        pack_digest=city.digest,
        synthetic=city.synthetic,
        nis_code=city.info.nis_code,
    )
    if ahead is None or allocation is False:
        return result
    reach = _reach(city, options)
    if isinstance(reach, KortrijkGeoError):
        result.notes += catalogue.failure_notes({"reach": reach})
        result.notes.append("Geen voorstel van verdeling: de nabijheid van voorzieningen is onbekend.")
        return result
    try:
        plan = allocate(
            city, ahead.extra_dwellings, level=level, reach=reach, year=ahead.year, households=households,
            fixed_households=fixed_households, base_year=base_year, rules=rules, counts=counts,
        )  # fmt: skip
    except NoRoomError:
        if allocation:
            raise
        result.notes.append(
            "Geen voorstel van verdeling: binnen de bovengrenzen van het instrument is te weinig plaats."
        )
        return result
    return with_allocation(result, plan, rules)


def _reach(city: City, options: Options) -> ThemeResult | KortrijkGeoError | None:
    """Return the reach that the plan weighs, handed over or computed, or what stopped it on bad data; else None."""
    reach = options["reach"]
    if reach is False or options["level"] != "areas" or isinstance(reach, MissingLayerError):
        return None
    return catalogue.result_if_there("reach", city, proximity=False) if reach is None else reach


def _must_be_known(city: City, counts: Counts) -> None:
    for column in ("social_dwellings", "households_private"):
        if counts.frame[column].isna().all() and math.isnan(counts.city[column]):
            raise MissingLayerError(
                f"Social housing needs {column}, which no row of layer {counts.level} nor the boundary of the pack"
                f" {city.folder} knows; add a table with it under [[layers.{counts.level}.tables]] to its recipe"
                " and build the pack again"
            )


def _clusters(areas: gpd.GeoDataFrame, rules: Norms) -> Found:
    large = (~areas["small_area"].fillna(value=True)).to_numpy(bool)
    rates = areas["social_per_100_households"].to_numpy()
    return find_clusters(areas.geometry, rates, large, rules.clusters)


def _others(city: City, level: Level, table: pd.DataFrame | None) -> list[Level]:
    """Levels that go along as layers: those with own counts. Not beside a table, whose date they do not have."""
    wanted: tuple[Level, ...] = ("subareas", "districts")
    return [
        other
        for other in wanted
        if table is None
        and other != level
        and city.has(other)
        and {"social_dwellings", "households_private"} <= set(city.layer(other).columns)
    ]


def _layers(
    city: City, level: Level, against: Against, whole: dict[str, Any], *, table: pd.DataFrame | None
) -> tuple[dict[str, gpd.GeoDataFrame], list[str]]:
    """Return the other levels as layers, with their notes; the indices over the sectors go to the city's figures."""
    layers: dict[str, gpd.GeoDataFrame] = {}
    notes: list[str] = []
    for other in _others(city, level, table):
        counts = read_counts(city, level=other)
        layers[other] = area_figures(counts, against)[0].reset_index()
        notes += counts.notes
        if other == "subareas":
            whole |= {
                f"{key}_subareas": value
                for key, value in concentration_figures(layers[other], against.rules.chance).items()
            }
            notes += _spread_notes(other, whole, "_subareas")
    return layers, notes


def _spread_notes(level: str, whole: Mapping[str, Any], suffix: str = "") -> list[str]:
    def percent(key: str) -> str:
        return texts.number(round(100 * whole[f"{key}{suffix}"], 1))

    if not math.isfinite(whole[f"dissimilarity{suffix}"]):
        return [f"Spreiding over de {texts.WHERE[level]}: niet te berekenen."]
    uneven = (
        f"dissimilariteit {percent('dissimilarity')} % (toeval alleen geeft al {percent('dissimilarity_by_chance')} %)"
    )
    around = (
        f"isolatie {percent('isolation')} % (zo veel van de huishoudens rond een sociale huurder huren ook sociaal)"
    )
    return [f"Spreiding over de {texts.WHERE[level]}: {uneven}, Gini {percent('gini')} %, {around}."]


def _surface(
    city: City,
    addresses: gpd.GeoDataFrame | None,
    kernel: Kernel,
    bandwidth_m: float,
    layers: dict[str, gpd.GeoDataFrame],
    whole: Mapping[str, Any],
) -> list[str]:
    known = social_addresses(city, addresses)
    if known is None or not len(known.points) or not known.dwellings.sum() > 0:
        return ["Geen dichtheidsvlak: het pakket kent geen adressen van sociale woningen."]
    surface = density_surface(known.points, known.dwellings, bandwidth_m=bandwidth_m, cell_m=kernel.cell_m)
    layers["density_surface"] = density_bands(surface, kernel.bands_per_km2, city.areas.crs)
    official = whole["social_dwellings"]
    return [
        (
            f"{known.note} Samen {texts.count(float(known.dwellings.sum()))} woningen, volgens de telling"
            f" {texts.count(official)}; kern met een bandbreedte van {texts.number(bandwidth_m)} m."
        )
    ]


def _cluster_notes(found: Found, areas: gpd.GeoDataFrame, rules: Norms) -> list[str]:
    small = areas.loc[areas["small_area"].fillna(value=False).to_numpy(bool), "name"]
    told = []
    if len(small):
        told.append(
            f"Minder dan {rules.small.households} private huishoudens, waar één woning meer dan één punt is"
            f" ({len(small)}): {texts.named(list(small))}. Ze doen niet mee in het zoeken naar clusters."
        )
    if found.why_not:
        return [*told, f"Geen clusters gezocht: {found.why_not}."]
    seen = f"Moran's I {texts.number(round(found.moran, 3))}, kans op toeval {texts.number(round(found.p, 4))}"
    return [
        *told,
        (
            f"Clusters ({seen}; {found.tested} gebieden): {texts.count(rules.clusters.permutations)} permutaties met"
            f" vast zaad, {texts.number(100 * rules.clusters.alpha)} % valse treffers toegelaten."
        ),
    ]


def _no_look_ahead(city: City, counts: Counts, rules: Norms) -> str:
    """Say in Dutch why there is no look ahead that nobody asked for; empty when there can be one."""
    nis = city.info.nis_code
    forecast, target = rules.households.get(nis), rules.targets.get(nis)
    if forecast is None or target is None:
        return "Geen vooruitblik: van deze gemeente zijn geen doel en huishoudensvooruitzichten bekend."
    if not all(value > 0 for value in counts.city.values()):
        return "Geen vooruitblik: het aantal sociale woningen of huishoudens van de stad is onbekend."
    record = city.info.layers.get(counts.level)
    year = record.reference_date[:4] if record is not None else ""
    if not year.isdigit() or not forecast.years[0] <= int(year) < target.year:
        return f"Geen vooruitblik: de cijfers zijn van {year or 'een onbekend jaar'}, buiten de vooruitzichten."
    return ""
