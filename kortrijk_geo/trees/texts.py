"""What a Dutch reader of the tree figures is told: the label of every column, and the remarks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.text.dutch import date_text, decimal_text

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.trees.homes import HomesMeasured
    from kortrijk_geo.trees.obstacles import Applied
    from kortrijk_geo.trees.options import Chosen
    from kortrijk_geo.trees.rules import Rule, Target

OWNERS = {
    "public": "openbaar",
    "social": "sociale huisvesting",
    "company": "bedrijf",
    "private": "particulier",
    "unknown": "onbekende eigenaar",
}
GROUNDS = {"plantable": "plantbaar", "permission": "met akkoord", "pit": "na ontharding"}
_WHO = {"dwellings": "woningen", "homes": "woonadressen"}


@dataclass(frozen=True)
class Found:
    """What the notes are about."""

    applied: Applied
    codes_in_city: frozenset[int]
    known_share: float
    ground_in_no_area_m2: float
    areas_overlap: bool
    pits_known: bool
    homes: HomesMeasured | None
    bounds: dict[str, list[float]]
    sites: int


def labels(options: Chosen) -> dict[str, str]:
    """Return the Dutch label of every column of ``areas``."""
    sizes = {size.id: size.label for size in options.rules.sizes}
    indicators = {one.id: one.label for one in options.need.equity.indicators}
    need = options.need
    where = f"binnen {need.thirty.within_m:g} m" if need.thirty.measured_in == "radius" else "in de wijk"
    return {
        "name": "Gebied",
        "canopy_share": "Aandeel boomkronen op land",
        "plantable_m2": "Plantbare oppervlakte (m²)",
        **{f"plantable_size_{key}_m2": f"Plantbaar voor bomen van de {text} (m²)" for key, text in sizes.items()},
        **{f"plantable_{key}_m2": f"Plantbaar, {text} (m²)" for key, text in OWNERS.items()},
        "permission_m2": "Plantbaar als een ander akkoord gaat (m²)",
        "pit_m2": "Mogelijke plantputten na ontharding (m²)",
        "canopy_m2": "Boomkronen (m²)",
        "land_m2": "Land zonder water (m²)",
        "canopy_lacking_to_30_m2": f"Kroonoppervlakte die ontbreekt tot {need.thirty.least_share * 100:g} % (m²)",
        "unsealed_m2": "Onverharde oppervlakte (m²)",
        "land_cover_known_share": "Deel waarvan de bodembedekking bekend is",
        "tree_sites": "Plaatsen voor bomen",
        **{f"tree_sites_size_{key}": f"Plaatsen voor bomen van de {text}" for key, text in sizes.items()},
        "tree_sites_share_of_target": "Plaatsen als deel van de doelstelling van de stad",
        "homes_meeting_3_30_300_share": "Woningen die aan 3, 30 en 300 voldoen",
        "homes_meeting_3_share": f"Woningen met minstens {need.three.least_crowns} kronen van"
        f" {need.three.least_crown_m2:g} m² binnen {need.three.within_m:g} m",
        "homes_meeting_30_share": f"Woningen met minstens {need.thirty.least_share * 100:g} % kronen {where}",
        "homes_meeting_300_share": f"Woningen met openbaar groen binnen {need.three_hundred.max_m:g} m te voet",
        "rules_met": "Regels van 3-30-300 waaraan een woning gemiddeld voldoet (0-3)",
        "mark_canopy": "Rapportcijfer kronen rond de woning (0-10)",
        "mark_green": "Rapportcijfer afstand tot openbaar groen (0-10)",
        "tree_equity_score": "Tree Equity Score (0-100, laag is dringend)",
        "canopy_goal_share": "Kronendoel voor de bevolkingsdichtheid",
        "canopy_gap_share": "Aandeel kronen dat tot dat doel ontbreekt",
        "need_mean": "Sociale nood en hitte, gemiddeld (0-1)",
        **{f"need_{key}": f"Nood: {text} (0-1)" for key, text in indicators.items()},
        **{f"indicator_{key}": f"Indicator: {text}" for key, text in indicators.items()},
        "people_per_km2": "Inwoners per km²",
        "surface_temperature_c": "Oppervlaktetemperatuur, gemiddeld (°C)",
        "hedge_m": "Meters mogelijke haag langs perceelsgrenzen",
        "facade_garden_m": "Meters gevel met plaats voor een geveltuin",
    }


def to_plant(asked: int | None, known: int | None, target: Target | None) -> str:
    """Return what has to be planted, to stand behind the room there is; by which year, where the rules file tells."""
    if asked is None:
        return ""
    by = f" tegen {target.by}" if target is not None and asked == known else ""
    return f" ({decimal_text(asked, 0)} te planten{by})"


def notes(city: City, options: Chosen, found: Found) -> list[str]:
    """Return the remarks on what is unknown, left out or assumed."""
    points = decimal_text(options.rules.accuracy.percentage_points, 1)
    told = [
        f"Indicatief: de bodembedekkingskaart heeft een fout van ±{points} procentpunt in de regio, meer per perceel.",
        "Kabels en leidingen niet gekend"
        + _utilities(options, found)
        + ": elke plantplaats vraagt een leidingonderzoek (KLIP).",
    ]
    told += _record_notes(city)
    told += _rule_notes(city, options, found)
    told += _ground_notes(options, found)
    told += _home_notes(options, found)
    return told + _score_notes(options, found)


def not_applied(options: Chosen, found: Found) -> list[Rule]:
    """Return the rules that could not take anything, for want of a layer or of their codes in the land cover."""
    silent = {rule.id for rule in found.applied.without_source}
    for rule in options.rules.rules:
        only_codes = bool(rule.codes) and rule not in found.applied.with_shapes
        if only_codes and not set(rule.codes) & found.codes_in_city:
            silent.add(rule.id)
    return [rule for rule in options.rules.rules if rule.id in silent]


def _utilities(options: Chosen, found: Found) -> str:
    there = [rule.id for rule in options.rules.rules if rule.utility and rule not in found.applied.without_source]
    names = {"gas": "gasvervoerleidingen", "power": "hoogspanningslijnen", "sewer": "riolen", "cable": "leidingen"}
    if not there:
        return ""
    return f", behalve {' en '.join(names.get(one, one) for one in there)}"


def _record_notes(city: City) -> list[str]:
    told = []
    record = city.info.rasters["land_cover"]
    told += [f"Bodembedekking: {note}" for note in record.notes if note.startswith("grof")]
    buildings = city.info.layers.get("buildings")
    if buildings and record.reference_date and buildings.reference_date > record.reference_date:
        told.append(
            f"De bodembedekking ({date_text(record.reference_date)}) is ouder dan de gebouwen"
            f" ({date_text(buildings.reference_date)}): nieuwe gebouwen en wat er voor werd verhard, ontbreken erin."
        )
    green = city.info.rasters.get("green_cover")
    if green:
        told.append(
            f"Boomkronen zijn gemeten op de groenkaart ({date_text(green.reference_date) or 'datum onbekend'})."
        )
    return told


def _rule_notes(city: City, options: Chosen, found: Found) -> list[str]:
    told = []
    silent = not_applied(options, found)
    if silent:
        names = "; ".join(rule.label for rule in silent)
        told.append(f"Niet toegepast, want niet in het pakket gevonden: {names}.")
    if not city.has("parcels"):
        told.append("Het pakket heeft geen percelen: de eigenaar van alle grond is onbekend, hagen zijn niet gemeten.")
    if found.applied.unknown_crowns:
        count = decimal_text(found.applied.unknown_crowns, 0)
        told.append(
            f"Van {count} bomen is de kroon onbekend; zij zijn vrijgehouden alsof de kroon"
            f" {options.rules.unknown_crown.crown_m2:g} m² is, en tellen niet mee als kroon."
        )
    return told


def _ground_notes(options: Chosen, found: Found) -> list[str]:
    told = []
    if found.known_share < 0.9995:
        told.append(
            f"Van {decimal_text(100 * (1 - found.known_share), 1)} % van de stad is de bodembedekking onbekend;"
            f" plantbare oppervlakte en plaatsen gelden voor de bekende grond. Het aandeel kronen staat er alleen waar"
            f" minstens {options.need.known.least_share * 100:g} % bekend is."
        )
    if found.ground_in_no_area_m2 >= 0.5:
        m2 = decimal_text(found.ground_in_no_area_m2, 0)
        told.append(f"{m2} m² van de stad ligt in geen enkel gebied; dat telt alleen mee in het cijfer van de stad.")
    if found.areas_overlap:
        told.append("Gebieden overlappen elkaar: elke m² telt bij één gebied, zodat de delen samen de stad zijn.")
    if not found.pits_known:
        told.append(
            "De bodembedekking onderscheidt geen gebouwen en wegen van andere verharding: plantputten na ontharding"
            " zijn onbekend, en afstanden tot gevels en rijwegen zijn niet gehouden."
        )
    grounds = " en ".join(GROUNDS[kind] for kind in options.plant_on)
    told.append(
        f"Plaatsen ({decimal_text(found.sites, 0)}) zijn gekozen op grond die {grounds} is: plaats voor bomen, geen"
        " ontwerp. Grotere bomen gaan voor."
    )
    return told


def _home_notes(options: Chosen, found: Found) -> list[str]:
    measured = found.homes
    if measured is None:
        return ["Het pakket heeft geen woningen: 3-30-300 is onbekend."]
    told = []
    frame, weights = measured.frame, np.nan_to_num(measured.weights)
    if measured.who == "homes":
        told.append("Het aantal woningen per adres is onbekend: 3-30-300 telt woonadressen.")
    three = frame["meets_3"].to_numpy(float)
    if np.isnan(three).any() and frame["crowns"].notna().any():
        low = 100 * weights[three == 1].sum() / weights.sum()
        high = 100 * (weights[np.isnan(three)].sum() / weights.sum()) + low
        told.append(
            f"Van een deel van de bomen is de kroon onbekend: tussen {decimal_text(low, 1)} en {decimal_text(high, 1)}"
            f" % van de {_WHO[measured.who]} voldoet aan de regel van {options.need.three.least_crowns} bomen."
        )
    if measured.not_placed:
        told.append(
            f"{decimal_text(measured.not_placed, 0)} woonpunten liggen verder dan"
            f" {options.need.three_hundred.max_snap_m:g} m van een straat: hun afstand tot groen is onbekend."
        )
    if measured.dense_unknown:
        told.append(
            f"De bevolkingsdichtheid is niet overal bekend: daar is groen van {options.need.three_hundred.min_ha:g} ha"
            " gevraagd."
        )
    return told


def _score_notes(options: Chosen, found: Found) -> list[str]:
    indicators = options.need.equity.indicators
    used = [one.label for one in indicators if one.id in found.bounds]
    absent = [one.label for one in indicators if one.id not in found.bounds]
    if not used or "gap" not in found.bounds:
        return ["De Tree Equity Score is onbekend: kronen, bevolkingsdichtheid of alle indicatoren ontbreken."]
    told = [f"Tree Equity Score met: {', '.join(used)}" + (f"; zonder {', '.join(absent)}." if absent else ".")]
    if not options.bounds:
        told.append(
            "De schaal van de score loopt tussen het laagste en hoogste gebied van dit pakket. Zij loopt in een"
            " ander jaar of een andere stad anders: vergelijk de scores daarvan niet met deze."
        )
    return told
