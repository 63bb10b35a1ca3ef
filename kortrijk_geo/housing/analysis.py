"""The social housing theme: density against the norms, concentration, what growth means, where homes may go."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Unpack

from kortrijk_geo import catalogue
from kortrijk_geo.cache import kept
from kortrijk_geo.errors import KortrijkGeoError, MissingLayerError
from kortrijk_geo.housing.allocation import allocate, with_allocation
from kortrijk_geo.housing.allocation_program import NoRoomError
from kortrijk_geo.housing.clusters import find_clusters
from kortrijk_geo.housing.columns import DEFINED_BY, RESTS, columns
from kortrijk_geo.housing.counts import Counts, Level, read_counts
from kortrijk_geo.housing.figures import Against, area_figures, concentration_figures, headlines, sources
from kortrijk_geo.housing.growth import Growth, project_growth
from kortrijk_geo.housing.norms import read_norms
from kortrijk_geo.housing.notes import cluster_notes, no_look_ahead, spread_notes
from kortrijk_geo.housing.options import Options, check_options
from kortrijk_geo.housing.sensitivity import sensitivities
from kortrijk_geo.housing.surface import density_bands, density_surface, social_addresses
from kortrijk_geo.mapping.definitions import defined_by
from kortrijk_geo.options import takes
from kortrijk_geo.pack.gate import rests_on
from kortrijk_geo.results import ThemeResult, tells_own_rules
from kortrijk_geo.text.dutch import brief_number, count_text
from kortrijk_geo.text.remarks import Detail

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from kortrijk_geo.housing.norms import Kernel, Norms
    from kortrijk_geo.pack.city import City


@dataclass
class Step:
    """What one step of the method adds: figures of the whole city, layers, remarks."""

    city: dict[str, Any] = field(default_factory=dict)
    layers: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@takes(Options)
@kept
@defined_by(DEFINED_BY, __file__)
@tells_own_rules("norms")
@rests_on(RESTS)
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
    level, table = options["level"], options["table"]
    rules = read_norms(options["norms"])
    nis_code = city.info.nis_code
    reference = rules.find(options["reference_norm"], reference=True).seen_from(nis_code)
    against = Against(rules, rules.find(options["norm"]).seen_from(nis_code), reference, options["suppressed_below"])
    counts = read_counts(city, level=level, table=table)
    _must_be_known(city, counts)
    areas, whole = area_figures(counts, against)
    spread = _spread(level, areas, rules)
    areas, clusters = _with_clusters(areas, rules)
    levels = _levels(city, _others(city, level, table), against)
    bandwidth_m = rules.kernel.bandwidth_m if options["bandwidth_m"] is None else options["bandwidth_m"]
    surface = _surface(city, options["addresses"], rules.kernel, bandwidth_m, whole["social_dwellings"])
    ahead, growth = _look_ahead(city, counts, rules, options)
    steps = [Step(whole, notes=[*counts.notes, *_hidden(options)]), spread, clusters, levels, surface, growth]
    whole = {key: value for step in steps for key, value in step.city.items()}
    layers = {name: layer for step in steps for name, layer in step.layers.items()}
    figures = headlines(city, counts, areas, whole, against, ahead, own_norms=options["norms"] is not None)
    result = ThemeResult(
        theme="housing",
        page="sociaal_wonen",
        pack=city.name,
        areas=areas,
        city=whole,
        headlines=figures,
        sensitivity=sensitivities(areas, figures, against),
        columns=columns(against.norm, against.reference),
        layers=layers,
        context=city.context(),
        sources=sources(city, level, against, layers, ahead=ahead, table=table is not None),
        options=_record(options, against, ahead, bandwidth_m if surface.layers else None),
        notes=list(dict.fromkeys(note for step in steps for note in step.notes)),
        pack_digest=city.digest,
        proof=city.proof,
        synthetic=city.synthetic,
        balance=("social_dwellings", "households_private"),
        nis_code=city.info.nis_code,
    )
    if ahead is None or options["allocation"] is False:
        return result
    return _planned(city, result, counts, rules, ahead, options)


def _record(options: Options, against: Against, ahead: Growth | None, bandwidth_m: float | None) -> dict[str, Any]:
    """Return what the figures depend on, for whoever reads them."""
    clusters = against.rules.clusters
    return {
        "level": options["level"],
        "norm": against.limits[0],
        "norm_label": against.norm.label,
        "reference_norm": against.limits[1],
        "reference_norm_label": against.reference.label,
        "suppressed_below": options["suppressed_below"],
        "table": options["table"] is not None,
        "bandwidth_m": bandwidth_m,
        "extra_dwellings": ahead.extra_dwellings if ahead else None,
        "year": ahead.year if ahead else None,
        "relet": options["relet"],
        "fixed_households": ahead.fixed_households if ahead else None,
        "cluster_permutations": clusters.permutations,
        "cluster_alpha": clusters.alpha,
        "cluster_seed": clusters.seed,
    }


def _must_be_known(city: City, counts: Counts) -> None:
    for column in ("social_dwellings", "households_private"):
        if counts.frame[column].isna().all() and math.isnan(counts.city[column]):
            raise MissingLayerError(
                f"Social housing needs {column}, which no row of layer {counts.level} nor the boundary of the pack"
                f" {city.folder} knows; add a table with it under [[layers.{counts.level}.tables]] to its recipe"
                " and build the pack again"
            )


def _hidden(options: Options) -> list[str]:
    below = options["suppressed_below"]
    note = (
        f"Onbekende aantallen zijn opgevat als afgeschermde aantallen onder {below}: het oordeel over de norm houdt met"
        " het laagste en het hoogste geval rekening."
    )
    return [] if below is None else [note]


def _spread(level: str, areas: gpd.GeoDataFrame, rules: Norms, suffix: str = "") -> Step:
    """Return the indices of concentration over the areas."""
    figures = {f"{key}{suffix}": value for key, value in concentration_figures(areas, rules.chance).items()}
    return Step(figures, notes=spread_notes(level, figures, suffix))


def _with_clusters(areas: gpd.GeoDataFrame, rules: Norms) -> tuple[gpd.GeoDataFrame, Step]:
    """Return the areas with their cluster; small areas take no part."""
    large = (~areas["small_area"].fillna(value=True)).to_numpy(bool)
    clusters = find_clusters(areas.geometry, areas["social_per_100_households"].to_numpy(), large, rules.clusters)
    labelled = areas.assign(cluster=clusters.label, cluster_p=clusters.local_p)
    labelled = labelled[[*areas.columns.drop("geometry"), "cluster", "cluster_p", "geometry"]]
    return labelled, Step({"moran": clusters.moran, "moran_p": clusters.p}, notes=cluster_notes(clusters, areas, rules))


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


def _levels(city: City, others: list[Level], against: Against) -> Step:
    """Return the other levels as layers; the indices over the sectors go to the city's figures."""
    step = Step()
    for other in others:
        counts = read_counts(city, level=other)
        step.layers[other] = area_figures(counts, against)[0].reset_index()
        step.notes += counts.notes
        if other == "subareas":
            spread = _spread(other, step.layers[other], against.rules, "_subareas")
            step.city |= spread.city
            step.notes += spread.notes
    return step


def _surface(
    city: City, addresses: gpd.GeoDataFrame | None, kernel: Kernel, bandwidth_m: float, official: float
) -> Step:
    """Return the density surface of the addresses of social dwellings, where the pack knows any."""
    known = social_addresses(city, addresses)
    if known is None or not len(known.points) or not known.dwellings.sum() > 0:
        return Step(notes=["Geen dichtheidsvlak: het pakket kent geen adressen van sociale woningen."])
    surface = density_surface(known.points, known.dwellings, bandwidth_m=bandwidth_m, cell_m=kernel.cell_m)
    note = (
        f"{known.note} Samen {count_text(float(known.dwellings.sum()))} woningen, volgens de telling"
        f" {count_text(official)}."
    )
    kernel_note = Detail(f"Dichtheidsvlak: kern met een bandbreedte van {brief_number(bandwidth_m)} m.")
    bands = density_bands(surface, kernel.bands_per_km2, city.areas.crs)
    return Step(layers={"density_surface": bands}, notes=[note, kernel_note])


def _look_ahead(city: City, counts: Counts, rules: Norms, options: Options) -> tuple[Growth | None, Step]:
    """Look ahead when that was asked for, or when target and forecast are there."""
    question = _question(options)
    asked = options["allocation"] or any(value is not None and value is not False for value in question.values())
    why_not = "" if asked else no_look_ahead(city, counts, rules)
    if why_not:
        return None, Step(notes=[why_not])
    ahead = project_growth(city, norm=options["norm"], rules=rules, counts=counts, **question)
    figures = {
        f"social_per_100_households_{ahead.year}": math.nan if counts.contradicting.any() else ahead.per_100_then,
        f"households_private_{ahead.year}": ahead.households_then,
    }
    return ahead, Step(figures, notes=ahead.notes)


def _question(options: Options) -> dict[str, Any]:
    names = {"extra_dwellings", "year", "households", "fixed_households", "base_year"}
    return {name: value for name, value in options.items() if name in names}


def _planned(
    city: City, result: ThemeResult, counts: Counts, rules: Norms, ahead: Growth, options: Options
) -> ThemeResult:
    """Return the result with a plan for the homes to add, or with the remark why there is none."""
    reach = _reach(city, options)
    if isinstance(reach, KortrijkGeoError):
        why = "Geen voorstel van verdeling: de nabijheid van voorzieningen is onbekend."
        return _without_plan(result, *catalogue.failure_notes({"reach": reach}), why)
    try:
        plan = allocate(
            city, ahead.extra_dwellings, level=options["level"], reach=reach, year=ahead.year,
            households=options["households"], fixed_households=options["fixed_households"],
            base_year=options["base_year"], rules=rules, counts=counts, vacant=True if options["relet"] else None,
        )  # fmt: skip
    except NoRoomError:
        if options["allocation"]:
            raise
        why = "Geen voorstel van verdeling: binnen de bovengrenzen van het instrument is te weinig plaats."
        return _without_plan(result, why)
    return with_allocation(result, plan, rules)


def _without_plan(result: ThemeResult, *why: str) -> ThemeResult:
    return replace(result, notes=[*result.notes, *why])


def _reach(city: City, options: Options) -> ThemeResult | KortrijkGeoError | None:
    """Return the reach that the plan weighs, handed over or computed, or what stopped it on bad data; else None."""
    reach = options["reach"]
    if reach is False or options["level"] != "areas" or isinstance(reach, MissingLayerError):
        return None
    return catalogue.result_if_there("reach", city, proximity=False) if reach is None else reach
