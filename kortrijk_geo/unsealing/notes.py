"""The Dutch remarks on unsealing: what is unknown, assumed, left out, and what the plan is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.figure import coverage, too_little_of
from kortrijk_geo.methods import changed_since, error_published
from kortrijk_geo.options import parse_date
from kortrijk_geo.text.dutch import date_text, decimal_text
from kortrijk_geo.text.remarks import Detail
from kortrijk_geo.unsealing.columns import OWNERS, STAYS, known_share_of_ground
from kortrijk_geo.unsealing.water import INITIAL_ABSTRACTION

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from kortrijk_geo.methods import MethodChange
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.unsealing.options import Chosen
    from kortrijk_geo.unsealing.plan import Plan
    from kortrijk_geo.unsealing.reserve import Demand
    from kortrijk_geo.unsealing.rules import Criteria, UnsealingRules
    from kortrijk_geo.unsealing.survey import Survey

# Overhead power lines and gas transport pipes tell nothing of what lies under a street or yard.
_UTILITIES = {"sewer", "water_main", "telecom"}
_MOST_NAMES = 8
_SIGNS = {"m2": "m²", "m3": "m³", "EUR": "euro"}
# Of the ground, beyond which overlap of areas, or ground without data, is worth a remark.
_LITTLE = 0.001


def notes(
    city: City,
    chosen: Chosen,
    areas: pd.DataFrame,
    ground: Survey,
    demand: Demand,
    patches: gpd.GeoDataFrame,
    plan: Plan | None,
) -> list[str]:
    """Return the remarks, what matters most first."""
    return [
        *_accuracy(city, chosen.rules, areas, ground),
        *_other_method(city, chosen),
        *_dates(city, chosen.rules, areas),
        *_reservations(city, chosen.rules, areas, demand),
        *_uses(chosen.rules, patches),
        *_missing(city, chosen.rules, patches, demand),
        *_water(chosen, ground),
        *_scores(chosen.criteria, patches),
        *_plan(plan, chosen.rules, patches),
    ]


def method_changes(city: City, chosen: Chosen) -> list[MethodChange]:
    """Return whose method changed, or may have, between the earlier map and that of the pack."""
    if chosen.earlier is None:
        return []
    year = parse_date(chosen.earlier_date, "earlier_date").year if chosen.earlier_date else None
    return changed_since(city.sources("land_cover"), year)


def _other_method(city: City, chosen: Chosen) -> list[str]:
    return [
        f"De vroegere kaart is van voor {change.first_year} of van een onbekend jaar, en {change.label} heeft vanaf"
        f" {change.first_year} een andere methode: de verandering van de verharding is onbekend, geen trend"
        f" ({change.source})."
        for change in method_changes(city, chosen)
    ]


def _m2(value: float) -> str:
    return f"{decimal_text(value, 0)} m²"


def _accuracy(city: City, rules: UnsealingRules, areas: pd.DataFrame, ground: Survey) -> list[str]:
    points = decimal_text(rules.accuracy.percentage_points, 1)
    off, whose = (
        (f"de verhardingskaart wijkt op het niveau van het gewest tot {points} procentpunt af", "Die afwijking is")
        if error_published(city)
        else ("hoe ver deze kaart van de verharding afwijkt, is niet bekend", "Een afwijking is alleen")
    )
    maps = "; ".join(map(str, city.sources("land_cover")))
    remarks = [
        f"Indicatief: {off}; voor een perceel of een vlak is een controle ter plaatse nodig.",
        Detail(f"Verharding is gemeten op: {maps}. {whose} gepubliceerd voor: {rules.accuracy.source}."),
    ]
    cover = ground.cover_m2.sum(axis=(0, 1))
    if not ground.tells_uses:
        remarks.append(
            "De bodembedekking onderscheidt geen gebouwen en wegen: alle afgedekte grond geldt als 'overig afgedekt'."
            " Waar er een potentieel is, is het daardoor sterk overschat; de verharding per gebruik is onbekend."
        )
    elif cover[1] == 0 or cover[2] == 0:
        absent = "gebouwen" if cover[1] == 0 else "wegen"
        remarks.append(f"De bodembedekking kent geen {absent} (code {1 if cover[1] == 0 else 2}); ga na of dat klopt.")
    unknown = float(areas["unknown_m2"].sum())
    if unknown > _LITTLE * float(city.areas.geometry.area.sum()):
        remarks.append(f"{_m2(unknown)} heeft geen gegevens over bodembedekking en telt nergens mee.")
    lost = city.areas["name"].to_numpy()[areas["sealed_m2"].isna().to_numpy()]
    if len(lost):
        shown = ", ".join(map(str, lost[:_MOST_NAMES])) + (" ..." if len(lost) > _MOST_NAMES else "")
        remarks.append(f"Geen gegevens over {len(lost)} gebieden, die in de cijfers van de stad ontbreken: {shown}.")
    some = areas["sealed_m2"].notna()
    hardly = some & too_little_of(known_share_of_ground(areas))
    partly = int((areas["sealed_share"].isna() & some & ~hardly).sum())
    if partly:
        least = decimal_text(100 * rules.accuracy.least_known_share, 0)
        remarks.append(
            f"Van {partly} gebieden is minder dan {least} % van de grond gekend: hun verhardingsgraad is onbekend, en"
            " de vierkante meters zijn die van de gekende grond, dus een ondergrens."
        )
    if hardly.any():
        least = decimal_text(100 * coverage().least_share, 0)
        remarks.append(
            f"Van {int(hardly.sum())} gebieden is minder dan {least} % van de grond gekend: al hun cijfers zijn"
            " onbekend."
        )
    surface = float(city.areas.geometry.area.sum())
    overlap = surface - float(city.areas.geometry.union_all().area)
    if overlap > _LITTLE * surface:
        remarks.append(
            f"De gebieden overlappen elkaar over {_m2(overlap)}: die verharding telt meermaals mee in het totaal van"
            " de stad; het potentieel telt daar een keer."
        )
    return remarks


def _dates(city: City, rules: UnsealingRules, areas: pd.DataFrame) -> list[str]:
    records = {**city.info.layers, **city.info.rasters}
    cover = records["land_cover"].reference_date if "land_cover" in records else ""
    built = records["buildings"].reference_date if "buildings" in records else ""
    remarks = []
    if cover and built and cover < built:
        remarks.append(
            f"De bodembedekking ({date_text(cover)}) is ouder dan de gebouwen ({date_text(built)}): wat sindsdien"
            " gebouwd of aangelegd is, staat er niet op."
        )
    if "sealed_change_m2" in areas.columns:
        unknown = int(areas["sealed_change_m2"].isna().sum())
        if unknown:
            remarks.append(f"In {unknown} gebieden kent een van beide kaarten minder dan 99 %: hun trend is onbekend.")
        points = decimal_text(rules.accuracy.percentage_points, 1)
        remarks.append(f"Trend: een verandering kleiner dan {points} procentpunt valt binnen de fout van de kaart.")
    return remarks


def _reservations(city: City, rules: UnsealingRules, areas: pd.DataFrame, demand: Demand) -> list[str]:
    stays = ", ".join(f"{name} {_m2(float(areas[f'stays_{key}_m2'].sum()))}" for key, name in STAYS.items())
    kept = f"Van de overig afgedekte grond blijft: {stays}. Gebouwen en spoorwegen blijven altijd."
    remarks: list[str] = [Detail(kept)]
    if demand.dwellings:
        spaces = decimal_text(rules.parking.spaces_per_dwelling, 1)
        text = (
            f"Terrassen ({decimal_text(rules.terrace.m2_per_dwelling, 0)} m²) en parkeren ({spaces} plaatsen van"
            f" {decimal_text(rules.parking.m2_per_space, 1)} m²) van {decimal_text(demand.dwellings, 0)} woningen"
            " hebben geen gekende plaats: zij zijn per perceel gelijkmatig van alle vlakken afgetrokken. Het cijfer"
            " van een vlak is dus kleiner dan zijn omtrek."
        )
        remarks.append(Detail(text))
    if demand.guessed:
        remarks.append(
            f"Van {decimal_text(demand.guessed, 0)} woonpunten is het aantal woningen onbekend: elk telt als een."
        )
    utilities = _UTILITIES & set(city.constraints["kind"]) if city.has("constraints") else set()
    if not utilities:
        remarks.append("Kabels en leidingen niet gekend.")
    return remarks


def _uses(rules: UnsealingRules, patches: gpd.GeoDataFrame) -> list[str]:
    """Tell what the use of a parcel keeps, and what is not counted because its use is unknown."""
    remarks = []
    if patches["counted"].any():
        shares = ", ".join(f"{use.label} {decimal_text(100 * use.kept_share, 0)} %" for use in rules.uses)
        remarks.append(
            f"Van de afgedekte grond blijft voor het gebruik van het perceel: {shares}. Dat zijn keuzes van het"
            " instrument, door de stad te bevestigen."
        )
    uncounted = patches[~patches["counted"]]
    if len(uncounted):
        names = sorted(set(uncounted["use"].dropna()))
        listed = f" (ook: {', '.join(names[:_MOST_NAMES])}, waarvoor geen aandeel bekend is)" if names else ""
        remarks.append(
            f"{_m2(float(uncounted['m2'].sum()))} afgedekte grond in {decimal_text(len(uncounted), 0)} vlakken ligt op"
            f" geen perceel of heeft geen gekend gebruik{listed}: hoeveel daarvan moet blijven is onbekend, dus staat"
            " zij in geen kerncijfer en in geen plan. De GeoPackage houdt die vlakken, als niet geteld."
        )
    return remarks


def _missing(city: City, rules: UnsealingRules, patches: gpd.GeoDataFrame, demand: Demand) -> list[str]:
    remarks = []
    if not city.has("parcels"):
        remarks.append(
            "Het pakket heeft geen percelen: de eigenaar van de vlakken is onbekend en vlakken zijn geknipt op een"
            f" raster van {decimal_text(rules.patch.cell_m, 0)} m."
        )
    else:
        unknown = patches.loc[(patches["owner"] == "unknown") & patches["counted"], "m2"].sum()
        if unknown > 0:
            remarks.append(
                f"{_m2(float(unknown))} van het potentieel ligt op geen enkel perceel ({OWNERS['unknown']}, vaak"
                " openbaar domein); die vlakken zijn geknipt op een raster van"
                f" {decimal_text(rules.patch.cell_m, 0)} m."
            )
    if not city.has("streets"):
        remarks.append(
            "Het pakket heeft geen straten: geen enkele weg is versmald en geen toegang tot gebouwen behouden."
        )
    elif not city.has("buildings"):
        remarks.append("Het pakket heeft geen gebouwen: geen toegang tot gebouwen is behouden.")
    if not demand.source:
        remarks.append("Het pakket kent geen woningen: terrassen en parkeerplaatsen zijn niet afgetrokken.")
    return remarks


def _water(chosen: Chosen, ground: Survey) -> list[str]:
    numbers = chosen.curve_numbers
    remarks = []
    soils = ground.cover_m2[:, :, 1:].sum(axis=(0, 2))
    share = soils[0] / soils.sum() if soils.sum() else 1.0
    if share > 0:
        part = "overal" if share > 1 - _LITTLE else f"voor {decimal_text(100 * share, 1)} % van de grond"
        remarks.append(
            f"De bodemgroep is {part} onbekend: daar geldt het voorzichtige cijfer van groep"
            f" {numbers.soil.unknown}, en in 'hoogste raming' dat van groep {numbers.soil.unknown_high}."
        )
    remarks.append(
        Detail(
            "Afstroming: curvenummermethode (TR-55), per oppervlak berekend en opgeteld; ontharde grond wordt goed"
            " onderhouden gras. Water is niet meegeteld."
        )
    )
    if chosen.initial_abstraction != INITIAL_ABSTRACTION:
        remarks.append(
            f"Beginverlies {decimal_text(chosen.initial_abstraction, 2)} van de berging; de gepubliceerde curvenummers"
            f" horen bij {decimal_text(INITIAL_ABSTRACTION, 1)}."
        )
    regulation = chosen.regulation
    remarks.append(
        Detail(
            "Infiltratie per jaar is niet berekend: daarvoor ontbreken gegevens over doorlatendheid en neerslag per"
            f" jaar. Maten van infiltratie: {regulation.source} ({regulation.standing})."
        )
    )
    return remarks


def _scores(criteria: Criteria, patches: gpd.GeoDataFrame) -> list[str]:
    remarks: list[str] = []
    for criterion in criteria.criteria:
        unknown = int(patches[f"score_{criterion.id}"].isna().sum())
        if unknown:
            text = (
                f"Criterium '{criterion.label}' is onbekend voor {decimal_text(unknown, 0)} van"
                f" {decimal_text(len(patches), 0)} vlakken en telt daar niet mee."
            )
            remarks.append(Detail(text))
    return remarks


def _plan(plan: Plan | None, rules: UnsealingRules, patches: gpd.GeoDataFrame) -> list[str]:
    if plan is None and len(patches) and not patches["counted"].any():
        return ["Geen plan: van geen enkel vlak is het gebruik gekend, dus ook niet wat ervan moet blijven."]
    if plan is None:
        return ["Geen plan: voor deze gemeente is geen doel bekend en geen doel of budget opgegeven."]
    how = "euro" if plan.by_cost else "score (prioriteit x kans): de eenheidskosten zijn onbekend"
    unit = _SIGNS[plan.unit]
    exact = {"exact": "exact", "near": "bij benadering", "greedy": "stap voor stap"}[plan.method]
    remarks: list[str] = []
    if plan.target is not None and plan.feasible:
        text = (
            f"Plan: {decimal_text(len(plan.patches), 0)} vlakken halen samen {decimal_text(plan.reached, 0)}"
            f" {unit} (doel {decimal_text(plan.target, 0)} {unit}), gekozen op {how}. Keuze {exact} berekend,"
            f" hoogstens {decimal_text(100 * plan.gap, 4)} % van het beste verwijderd."
        )
        remarks.append(Detail(text))
    elif plan.target is not None:
        remarks.append(
            f"Plan: het doel van {decimal_text(plan.target, 0)} {unit} is niet haalbaar; alle vlakken samen geven"
            f" hoogstens {decimal_text(plan.maximum, 0)} {unit}. Het plan bevat alle vlakken, op {how}."
        )
    else:
        remarks.append(
            f"Plan: {decimal_text(len(plan.patches), 0)} vlakken met de meeste winst binnen"
            f" {decimal_text(plan.budget or 0.0, 0)} {_SIGNS[plan.budget_unit]}. Keuze {exact} berekend, hoogstens"
            f" {decimal_text(100 * plan.gap, 4)} % van het beste verwijderd."
        )
    if plan.unit == "m3":
        rain = decimal_text(rules.plan.rain_mm, 0)
        remarks.append(f"m³ in het plan is de vermeden afstroming bij een bui van {rain} mm, geen berging.")
    if plan.unscored and not plan.by_cost:
        remarks.append(f"{decimal_text(plan.unscored, 0)} vlakken zonder score zijn niet gekozen.")
    return remarks
