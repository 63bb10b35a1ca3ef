"""What a Dutch reader of the figures of the city's sites is told: how it is measured, what is unknown or left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kortrijk_geo.capacity.privacy import round_tens
from kortrijk_geo.capacity.ride_notes import ride_method
from kortrijk_geo.capacity.rules import KM_PER_H
from kortrijk_geo.figure import coverage
from kortrijk_geo.sites.people import GROUPS
from kortrijk_geo.text.dutch import HOW, count_text, decimal_text, list_text, names_text
from kortrijk_geo.text.remarks import Detail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.sites.measure import ModeReach
    from kortrijk_geo.sites.options import Chosen
    from kortrijk_geo.sites.people import People
    from kortrijk_geo.sites.stock import Stock

_MOST_WORDS = 8
_BEYOND_THE_PACK = (
    "Met bus en trein: alternatieven buiten het pakket tellen niet mee, ook als een rit ernaartoe gaat. Wie dicht bij"
    " een andere stad woont, heeft in werkelijkheid misschien een andere."
)


def _how_far(chosen: Chosen, options: Mapping[str, Any]) -> str:
    """Say who is within reach of a place: along the streets, and by public transport."""
    speeds = " en ".join(
        f"{HOW[mode]} {decimal_text(chosen.speeds_m_per_min[mode] * KM_PER_H, 1)} km/u"
        f" ({decimal_text(chosen.limit_m(mode), 0)} m)"
        for mode in chosen.modes
        if mode != "transit"
    )
    along = (
        f"Voor elke plek van de stad zijn de inwoners geteld die er binnen {chosen.minutes} minuten zijn, langs de"
        f" straten en van woning naar plek: {speeds}."
    )
    if "transit" not in chosen.modes:
        return along
    by_ride = (
        f"Met bus en trein is een plek binnen bereik als minstens de helft van de vertrekken naar die plek hoogstens"
        f" {chosen.ride_minutes} minuten duurt. Dat is plek per plek gerekend: wie bij de ene helft van de vertrekken"
        f" de ene plek haalt en bij de andere een andere, heeft er hier geen. {ride_method(options)}"
    )
    return f"{along} {by_ride}" if speeds else by_ride


def method_text(chosen: Chosen, options: Mapping[str, Any]) -> str:
    """Say how the figures are counted; ``options`` are those of the result."""
    return (
        f"{_how_far(chosen, options)} Enkel inwoners van de stad tellen. Een plek die een punt is, ligt"
        " aan de dichtste straat; een vlak wordt betreden waar een straat zijn rand kruist of raakt, en anders in het"
        " punt van zijn rand dat het dichtst bij een straat ligt.\n"
        "Overlap: zij hebben binnen dezelfde tijd nog een andere plek van hetzelfde gebruik, van de stad of van iemand"
        " anders. Verlies bij sluiting: zij hebben er geen andere meer. Overlap en verlies samen zijn iedereen binnen"
        " bereik. Een voorziening van hetzelfde gebruik op hoogstens"
        f" {decimal_text(chosen.settings.same.amenity_m, 0)} m van een plek van de stad geldt als die plek zelf. Wat"
        " een plek aankan (openingsuren, zalen, staat van het gebouw) telt niet mee.\n"
        "Ook gebouwen en gronden van de stad zelf tellen hier als plek. De pagina Voorzieningen telt enkel de laag"
        " amenities en naar eigen soorten: daar wonen er dus meer zonder, en die cijfers zijn niet dezelfde.\n"
        "Gebruik dat het meest ontbreekt: het gebruik dat de meeste inwoners binnen bereik van die plek nergens binnen"
        " hun bereik hebben.\n"
        "Kinderen zijn 0 tot en met 17 jaar. Leeftijden per woning zijn gespreid uit hogere niveaus waar het pakket dat"
        f" zegt. Aantallen rond een plek zijn tientallen; aantallen onder {chosen.settings.few.people} staan in geen"
        " bestand.\nVerlies geldt als enkel die plek sluit: sluiten er meer samen, dan is het een ander cijfer (per"
        " gebruik in de tabel)."
    )


def notes(city: City, people: People, stock: Stock, measured: Sequence[ModeReach], chosen: Chosen) -> list[str]:
    """Return the remarks on what is unknown, left out or assumed, with counts."""
    remarks = [*_people(people), *_sites(stock, chosen)]
    for times in measured:
        remarks += [*_together(stock, times, chosen), *_of_mode(city, people, stock, times, chosen)]
    return remarks


def estimate_notes(estimates: Mapping[str, Sequence[str]]) -> list[str]:
    """Say which people of homes are estimates, and how these were made."""
    by_how: dict[str, list[str]] = {}
    for group, hows in estimates.items():
        for how in dict.fromkeys(hows):
            by_how.setdefault(how, []).append(GROUPS[group][0])
    return [f"{list_text(names, len(names)).capitalize()} per woning: {how}." for how, names in by_how.items()]


def _people(people: People) -> list[str]:
    if "people" in people.absent:
        return ["Het pakket kent geen inwoners per woning: hoeveel mensen binnen bereik wonen, is onbekend."]
    remarks = []
    if people.absent:
        names = [GROUPS[key][0] for key in people.absent]
        remarks.append(
            f"Het pakket kent geen leeftijden om {list_text(names, len(names))} te tellen: die aantallen zijn onbekend,"
            " niet nul."
        )
    for group, (name, _) in enumerate(GROUPS.values()):
        unknown = np.isnan(people.counts[:, group])
        if unknown.any() and not unknown.all():
            limit = f"{100 * (1 - coverage().whole_share):.0f} %"
            remarks.append(
                f"Van {count_text(int(unknown.sum()))} woonpunten is het aantal {name} onbekend; een plek waar dat meer"
                f" dan {limit} van de bewoners binnen bereik is, heeft geen cijfer."
            )
    return remarks


def _sites(stock: Stock, chosen: Chosen) -> list[str]:
    sites, labels = stock.sites, chosen.uses.labels
    remarks: list[str] = []
    outside = sites["area_id"].isna()
    if outside.any():
        remarks.append(
            f"Buiten de stad: {int(outside.sum())} plekken ({_named(sites[outside])}). Ze staan op de kaart en in de"
            " lijst en tellen als alternatief voor wie er raakt, maar niet in de aantallen van wijken en stad."
        )
    unknown = sites["use"].isna() & sites["written_use"].notna()
    if unknown.any():
        words = list(dict.fromkeys(sites["written_use"][unknown]))
        remarks.append(
            f"Gebruik niet herkend bij {int(unknown.sum())} plekken: {list_text(words, _MOST_WORDS)}. Zet die woorden"
            " bij een gebruik in een eigen bestand (--uses). Overlap en verlies zijn er onbekend, en ze tellen voor"
            " niemand als alternatief."
        )
    unsaid = sites["written_use"].isna()
    if unsaid.any():
        remarks.append(
            f"Gebruik niet ingevuld bij {int(unsaid.sum())} plekken ({_named(sites[unsaid])}): overlap en verlies zijn"
            " er onbekend, en ze tellen voor niemand als alternatief."
        )
    if sites["twin"].any():
        remarks.append(
            f"Wellicht twee keer in de lijst, zelfde gebruik op dezelfde plek: {_named(sites[sites['twin']])}. Ze"
            " gelden samen als één plek; elke rij toont de cijfers van die plek."
        )
    if stock.amenities_here:
        remarks.append(
            Detail(
                f"Voorzieningen die een plek van de stad zelf zijn, en dus geen alternatief: {stock.amenities_here}."
            )
        )
    counts = stock.likes["use"].value_counts()
    others = [f"{labels[key]} {counts.get(key, 0)}" for key in stock.keys]
    remarks.append(Detail(f"Alternatieven van anderen, in het hele pakket: {', '.join(others)}."))
    absent = [labels[key] for key, known in zip(stock.keys, stock.known, strict=True) if not known]
    if absent:
        remarks.append(
            f"Geen gegevens over {list_text(absent, len(absent))}: wie dat mist, is onbekend, en het komt niet in"
            " aanmerking als gebruik dat ontbreekt."
        )
    only_own = [labels[key] for key, alone in zip(stock.keys, stock.only_own, strict=True) if alone]
    if only_own:
        remarks.append(
            f"Enkel plekken van de stad bekend, geen van anderen: {list_text(only_own, len(only_own))}. Het verlies en"
            " wie er geen heeft kunnen te hoog zijn; dat staat telkens bij het cijfer."
        )
    return remarks


def _together(stock: Stock, times: ModeReach, chosen: Chosen) -> list[str]:
    """Say that sites without loss are so one at a time, and what closing all of them together costs."""
    least, labels = chosen.settings.few.people, chosen.uses.labels
    lost = dict(zip(stock.keys, times.lost_together, strict=True))
    order = sorted((key for key, people in lost.items() if people >= least), key=lambda key: -lost[key])
    costs = [f"{labels[key]} {count_text(int(round_tens(lost[key])))}" for key in order]
    if not costs:
        return []
    text = (
        f"Plekken zonder verlies zijn dat één tegelijk ({HOW[times.mode]}). Sluiten alle zulke plekken van één gebruik"
        f" samen, dan verliezen zoveel inwoners hun laatste: {', '.join(costs)}."
    )
    return [text]


def _of_mode(city: City, people: People, stock: Stock, times: ModeReach, chosen: Chosen) -> list[str]:
    how = HOW[times.mode]
    remarks = []
    off_street = ~times.placed
    if off_street.any():
        remarks.append(
            f"Plekken verder dan {chosen.max_snap_m:g} m van een straat ({how}): {_named(stock.sites[off_street])}. Wie"
            " ze bereikt, is onbekend, en ze tellen voor niemand als alternatief."
        )
    lost = ~times.at_home.placed
    if lost.any():
        inhabitants = people.counts[lost, 0]
        known = "" if np.isnan(inhabitants).any() else f" ({count_text(round(float(inhabitants.sum())))} inwoners)"
        remarks.append(
            f"Woonpunten verder dan {chosen.max_snap_m:g} m van een straat ({how}):"
            f" {count_text(int(lost.sum()))}{known}. Zij tellen bij geen enkele plek mee."
        )
    if times.mode == "transit":
        return [*remarks, _BEYOND_THE_PACK]
    limit_m = chosen.limit_m(times.mode)
    if 0 < city.info.buffer_m < limit_m:
        remarks.append(
            f"Het pakket reikt {decimal_text(city.info.buffer_m, 0)} m buiten de stad, minder dan de"
            f" {decimal_text(limit_m, 0)} m die men {how} in {chosen.minutes} minuten aflegt: aan de rand kan een"
            " alternatief buiten het pakket ontbreken."
        )
    return remarks


def _named(sites: gpd.GeoDataFrame) -> str:
    """Name sites, the first few: by their name, and by their id where they have none."""
    return names_text(list(sites["name"].fillna(sites["site_id"])))
