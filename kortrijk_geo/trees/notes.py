"""The Dutch remarks on the tree figures: what is unknown, left out or assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.engine.zonal import disjoint_groups
from kortrijk_geo.figure import SHARE, Figure, wording
from kortrijk_geo.methods import error_published
from kortrijk_geo.text.dutch import brief_number, date_text, decimal_text
from kortrijk_geo.text.remarks import Detail
from kortrijk_geo.trees.columns import GROUNDS, OWNER_NAMES, ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.trees.hedges import Hedges
    from kortrijk_geo.trees.homes import HomesMeasured, Snapped
    from kortrijk_geo.trees.obstacles import Applied
    from kortrijk_geo.trees.options import Chosen
    from kortrijk_geo.trees.plantable import Planting
    from kortrijk_geo.trees.rules import Rule

WHO = {"dwellings": "woningen", "homes": "woonadressen"}
# Slivers between digitised boundaries are no overlap.
_OVERLAP_M2 = 1000.0


def notes(
    city: City,
    chosen: Chosen,
    planting: Planting,
    homes: HomesMeasured | None,
    hedges: Hedges,
    bounds: Mapping[str, Sequence[float]],
) -> list[str]:
    """Return the remarks, what matters most first."""
    points, utilities = decimal_text(chosen.rules.accuracy.percentage_points, 1), _utilities(chosen, planting.applied)
    off = f"heeft een fout van ±{points} procentpunt in de regio, meer per perceel" if error_published(city) else None
    return [
        f"Indicatief: de bodembedekkingskaart {off or 'heeft een fout die niet bekend is'}.",
        f"Kabels en leidingen niet gekend{utilities}: elke plantplaats vraagt een leidingonderzoek (KLIP).",
        *_record_notes(city),
        *_rule_notes(city, chosen, planting),
        *_ground_notes(city, chosen, planting),
        *_owner_notes(city, planting),
        *_hedge_notes(city, chosen, hedges),
        *_home_notes(chosen, homes),
        *_score_notes(chosen, bounds),
    ]


def _not_applied(chosen: Chosen, planting: Planting) -> list[Rule]:
    """Return the rules that could not take anything, for want of a layer or of their codes in the land cover."""
    codes_in_city = set(np.flatnonzero(planting.tally.codes.sum(axis=0)).tolist())
    silent = {rule.id for rule in planting.applied.without_source}
    for rule in chosen.rules.rules:
        only_codes = bool(rule.codes) and rule not in planting.applied.with_shapes
        if only_codes and not set(rule.codes) & codes_in_city:
            silent.add(rule.id)
    return [rule for rule in chosen.rules.rules if rule.id in silent]


def _utilities(chosen: Chosen, applied: Applied) -> str:
    there = [rule.id for rule in chosen.rules.rules if rule.utility and rule not in applied.without_source]
    names = {"gas": "gasvervoerleidingen", "power": "hoogspanningslijnen", "sewer": "riolen", "cable": "leidingen"}
    if not there:
        return ""
    return f", behalve {' en '.join(names.get(rule, rule) for rule in there)}"


def _record_notes(city: City) -> list[str]:
    remarks = []
    record = city.info.rasters["land_cover"]
    remarks += [f"Bodembedekking: {note}" for note in record.notes if note.startswith("grof")]
    buildings = city.info.layers.get("buildings")
    if buildings and record.reference_date and buildings.reference_date > record.reference_date:
        remarks.append(
            f"De bodembedekking ({date_text(record.reference_date)}) is ouder dan de gebouwen"
            f" ({date_text(buildings.reference_date)}): nieuwe gebouwen en wat er voor werd verhard, ontbreken erin."
        )
    green = city.info.rasters.get("green_cover")
    if green:
        measured = date_text(green.reference_date) or "datum onbekend"
        remarks.append(Detail(f"Boomkronen zijn gemeten op de groenkaart ({measured})."))
    return remarks


def _rule_notes(city: City, chosen: Chosen, planting: Planting) -> list[str]:
    remarks = []
    silent = _not_applied(chosen, planting)
    if silent:
        names = "; ".join(rule.label for rule in silent)
        remarks.append(f"Niet toegepast, want niet in het pakket gevonden: {names}.")
    if not city.has("parcels"):
        remarks.append(
            "Het pakket heeft geen percelen: de eigenaar van alle grond is onbekend, hagen zijn niet gemeten."
        )
    if planting.applied.unknown_crowns:
        count = decimal_text(planting.applied.unknown_crowns, 0)
        remarks.append(
            f"Van {count} bomen is de kroon onbekend; zij zijn vrijgehouden alsof de kroon"
            f" {chosen.rules.unknown_crown.crown_m2:g} m² is, en tellen niet mee als kroon."
        )
    return remarks


def _ground_notes(city: City, chosen: Chosen, planting: Planting) -> list[str]:
    remarks, tally = [], planting.tally
    known_share = float(ratio(tally.known.sum(), tally.codes.sum()))
    if known_share < 0.9995:
        remarks.append(
            f"Van {decimal_text(100 * (1 - known_share), 1)} % van de stad is de bodembedekking onbekend;"
            f" plantbare oppervlakte en plaatsen gelden voor de bekende grond. Het aandeel kronen staat er alleen waar"
            f" minstens {chosen.need.known.least_share * 100:g} % bekend is."
        )
    in_no_area_m2 = float(tally.codes[-1].sum() * tally.pixel_m2)
    if in_no_area_m2 >= 0.5:
        m2 = decimal_text(in_no_area_m2, 0)
        remarks.append(f"{m2} m² van de stad ligt in geen enkel gebied; dat telt alleen mee in het cijfer van de stad.")
    if len(disjoint_groups(city.areas.geometry.to_numpy(), tolerance_m2=_OVERLAP_M2)) > 1:
        remarks.append("Gebieden overlappen elkaar: elke m² telt bij één gebied, zodat de delen samen de stad zijn.")
    if not planting.pits_known:
        remarks.append(
            "De bodembedekking onderscheidt geen gebouwen en wegen van andere verharding: plantputten na ontharding"
            " zijn onbekend, en afstanden tot gevels en rijwegen zijn niet gehouden."
        )
    grounds = " en ".join(GROUNDS[kind] for kind in chosen.plant_on)
    remarks.append(
        Detail(
            f"Plaatsen ({decimal_text(len(planting.sites), 0)}) zijn gekozen op grond die {grounds} is: plaats voor"
            " bomen, geen ontwerp. Grotere bomen gaan voor."
        )
    )
    return remarks


def _owner_notes(city: City, planting: Planting) -> list[str]:
    if not city.has("parcels") or planting.sites.empty:
        return []
    count = planting.sites["owner"].value_counts()
    parts = [f"{name} {decimal_text(float(count.get(owner, 0)), 0)}" for owner, name in OWNER_NAMES.items()]
    remark = (
        f"Plaatsen naar eigenaar: {', '.join(parts)}. De stad beslist alleen over openbare grond; grond zonder perceel"
        " is vaak openbaar domein, maar dat staat niet in het pakket."
    )
    return [Detail(remark)]


def _hedge_notes(city: City, chosen: Chosen, hedges: Hedges) -> list[str]:
    if not city.has("parcels"):
        return []
    length_m, wanted_m = float(hedges.all.sum()), chosen.target_hedge_m
    times = f", {decimal_text(length_m / wanted_m, 0)} keer wat de stad wil planten" if wanted_m else ""
    known = city.has("constraints") and city.constraints["kind"].isin(chosen.rules.hedge.existing_kinds).any()
    there = f"waar al een {'haag of ' if known else ''}boomkroon staat, telt niet mee"
    remark = (
        f"De {decimal_text(length_m, 0)} meter haag is een theoretische lengte en geen plan{times}: elke perceelsgrens"
        f" met open grond, ook van akkers en tuinen; {there} ({decimal_text(float(hedges.existing.sum()), 0)} m)."
        + ("" if known else " Bestaande hagen kent het pakket niet: zij zijn niet afgetrokken.")
    )
    return [Detail(remark)]


def _home_notes(chosen: Chosen, measured: HomesMeasured | None) -> list[str]:
    if measured is None:
        return ["Het pakket heeft geen woningen: 3-30-300 is onbekend."]
    remarks = []
    frame, weights = measured.frame, np.nan_to_num(measured.weights)
    if measured.who == "homes":
        remarks.append("Het aantal woningen per adres is onbekend: 3-30-300 telt woonadressen.")
    three = frame["meets_3"].to_numpy(float)
    if measured.few_trees:
        least = brief_number(100 * chosen.need.known.least_trees_per_dwelling)
        remarks.append(
            f"Er zijn minder dan {least} bomen per 100 woningen in kaart: wie er op de kaart geen"
            f" {chosen.need.three.least_crowns} in de buurt heeft, kan ze toch hebben."
        )
    elif np.isnan(three).any():
        low = weights[three == 1].sum() / weights.sum()
        high = low + weights[np.isnan(three)].sum() / weights.sum()
        bounds = Figure("", "", None, SHARE, low=float(low), high=float(high))
        why = []
        if frame["crowns_unknown"].gt(0).any():
            why.append("Van een deel van de bomen is de kroon onbekend")
        if not measured.inventory:
            why.append(
                "De bomen in het pakket zijn geen volledige inventaris, zodat alleen de kronenkaart zegt waar er te"
                " weinig zijn"
            )
        remarks.append(
            f"{'. '.join(why)}: {wording(bounds)} van de {WHO[measured.who]} voldoet aan de regel van"
            f" {chosen.need.three.least_crowns} bomen."
        )
    remarks += _snap_notes(measured.snapped, chosen.need.three_hundred.max_snap_m)
    if measured.dense_unknown:
        remarks.append(
            f"De bevolkingsdichtheid is niet overal bekend: daar is groen van {chosen.need.three_hundred.min_ha:g} ha"
            " gevraagd."
        )
    return remarks


def _snap_notes(snapped: Snapped, max_snap_m: float) -> list[str]:
    """Tell what was moved from a loose end of street to the largest part of the network, and what has no street."""
    remarks: list[str] = []
    loose = "een los stuk straat (zonder weg te voet naar de rest van het stratennet)"
    if snapped.homes_moved or snapped.entrances_moved:
        remarks.append(
            Detail(
                f"Het dichtst bij {loose}, en daarom aan de dichtste straat van het net zelf gelegd: woonpunten"
                f" {decimal_text(snapped.homes_moved, 0)}, ingangen van groen"
                f" {decimal_text(snapped.entrances_moved, 0)}."
            )
        )
    if snapped.homes_off or snapped.entrances_off:
        remarks.append(
            f"Op {loose} blijven liggen: woonpunten {decimal_text(snapped.homes_off, 0)}, ingangen van groen"
            f" {decimal_text(snapped.entrances_off, 0)}."
        )
    if snapped.not_placed:
        remarks.append(
            f"{decimal_text(snapped.not_placed, 0)} woonpunten liggen verder dan"
            f" {max_snap_m:g} m van een straat: hun afstand tot groen is onbekend."
        )
    return remarks


def _score_notes(chosen: Chosen, bounds: Mapping[str, Sequence[float]]) -> list[str]:
    indicators = chosen.need.equity.indicators
    used = [indicator.label for indicator in indicators if indicator.id in bounds]
    absent = [indicator.label for indicator in indicators if indicator.id not in bounds]
    if not used or "gap" not in bounds:
        return ["De Tree Equity Score is onbekend: kronen, bevolkingsdichtheid of alle indicatoren ontbreken."]
    remarks: list[str] = [f"Tree Equity Score zonder {', '.join(absent)}."] if absent else []
    remarks.append(Detail(f"Tree Equity Score met: {', '.join(used)}."))
    if not chosen.bounds:
        remarks.append(
            Detail(
                "De schaal van de score loopt tussen het laagste en hoogste gebied van dit pakket. Zij loopt in een"
                " ander jaar of een andere stad anders: vergelijk de scores daarvan niet met deze."
            )
        )
    return remarks
