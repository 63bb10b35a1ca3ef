"""What a Dutch reader of a choice of sites is told: how it was made, what is proven, who does not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.text.dutch import HOW, count_text, decimal_text, list_text

if TYPE_CHECKING:
    from kortrijk_geo.sites.choice import SiteChoice

_GOALS = {
    "covered": "zoveel mogelijk inwoners alles binnen bereik hebben",
    "mean": "de gemiddelde afstand van de inwoners zo klein mogelijk is",
    "worst": "wie het verst woont zo dicht mogelijk zit",
}


def choice_lead(made: SiteChoice) -> str:
    """Say in a sentence what the page answers."""
    labels = [made.chosen.uses.labels[key] for key in made.question.uses]
    count = made.question.count
    which = "De plek" if count == 1 else f"De {count} plekken"
    return (
        f"Gebruik: {list_text(labels, len(labels), ' en ')}. {which} waarmee {_GOALS[made.question.objective]}, en wat"
        " dat in elke wijk verandert."
    )


def choice_method(made: SiteChoice) -> str:
    """Say how the choice was made."""
    labels = [made.chosen.uses.labels[key] for key in made.question.uses]
    hub = (
        f" Elke gekozen plek krijgt {list_text(labels, len(labels), ' en ')} samen. Iemand is pas bediend als alle"
        " gebruiken binnen bereik zijn, op één plek of op verschillende; de afstand is die tot de verste van de"
        " gebruiken."
        if len(labels) > 1
        else ""
    )
    how = {
        "covered": "Plekken die alles bereiken wat een andere ook bereikt, en woonpunten met dezelfde plekken binnen"
        " bereik, zijn eerst samengenomen: dat verandert niets. Een begrenzing (Lagrange) en een geheeltallig programma"
        " (HiGHS) bewijzen de keuze.",
        "mean": "De plekken zijn één voor één toegevoegd en daarna uitgewisseld zolang dat helpt (een heuristiek); een"
        " ondergrens (Lagrange) zegt hoeveel beter een andere keuze nog kan zijn.",
        "worst": "De kleinste grootste afstand is gezocht door halveren: bij elke afstand is bewezen of zoveel plekken"
        " alle woonpunten bereiken. Van de keuzes die daarvoor even goed zijn, is er een met een kleine gemiddelde"
        " afstand gezocht.",
    }[made.question.objective]
    return (
        f"Gezocht zijn de plekken waarmee {_GOALS[made.question.objective]}, {HOW[made.mode]} en langs de straten;"
        f" binnen bereik is hoogstens {made.chosen.minutes} minuten"
        f" ({decimal_text(made.chosen.limit_m(made.mode), 0)} m).{hub} Wat er al is, van de stad en van anderen, telt"
        f" mee. {how} De cijfers voor en na zijn op alle woonpunten geteld."
    )


def choice_notes(made: SiteChoice) -> list[str]:
    """Return the remarks: the proof, what counts as there, who does not count."""
    return [*_proof(made), *_question(made), *_people(made)]


def _proof(made: SiteChoice) -> list[str]:
    asked, found, count = made.question, made.choice, made.question.count
    of = "inwoners" if asked.objective == "covered" else "m"
    decimals = 0 if asked.objective == "covered" else 1
    if found.proven:
        proof = f"Bewezen: geen andere keuze van {count} plekken is beter."
    else:
        proof = (
            "Niet bewezen dat dit de beste keuze is: een andere is hoogstens"
            f" {decimal_text(100 * found.gap, 2)} % beter ({decimal_text(found.value, decimals)} {of}, grens"
            f" {decimal_text(found.bound, decimals)} {of})."
        )
    if found.method == "heuristic" and asked.objective == "mean":
        proof += " De methode is een heuristiek; het bewijs komt van de ondergrens." if found.proven else (
            " De methode is een heuristiek."
        )  # fmt: skip
    notes = [proof]
    if found.merging_error > 0:
        notes.append(
            f"Bij het zoeken zijn woonpunten met bijna dezelfde plekken binnen bereik samengenomen tot {found.rows}:"
            f" daardoor kan de zoektocht een keuze tot {count_text(found.merging_error)} inwoners verkeerd inschatten."
            " De grens hierboven en de cijfers op deze pagina hebben daar geen last van."
        )
    return notes


def _question(made: SiteChoice) -> list[str]:
    asked, places, stock = made.question, made.places, made.ground.stock
    is_site = np.arange(stock.n_places) <= stock.place_of_site.max()
    staying = places.staying.any(axis=0)
    notes = [
        f"Blijft en telt mee: {int((staying & is_site).sum())} plekken van de stad en"
        f" {int((staying & ~is_site).sum())} van anderen."
        + (" De plekken van de stad zijn zelf ook maar kandidaat (alles opnieuw)." if asked.anew else "")
    ]
    if asked.among:
        among = [made.chosen.uses.labels[key] for key in asked.among]
        notes.append(f"Kandidaat zijn alleen plekken met dit gebruik vandaag: {list_text(among, 8)}.")
    else:
        notes.append(
            f"Kandidaat is elke plek van de stad die het gebruik nog niet heeft ({len(places.candidates)});"
            " met --among kiest u welk gebruik vandaag in aanmerking komt."
        )
        if places.unfit:
            unfit = [made.chosen.uses.labels[key] for key in asked.unfit]
            notes.append(
                f"Geen kandidaat om hun gebruik vandaag: {count_text(places.unfit)} plekken"
                f" ({list_text(unfit, len(unfit))}); met --among komen ze wel in aanmerking."
                f" {made.chosen.uses.hosting_standing}"
            )
    if asked.close:
        notes.append(f"Gesloten voor dit gebruik: {list_text(asked.close, 8)}.")
    if len(places.kept):
        notes.append(f"Moest erbij: {list_text([key for key in asked.keep if key not in places.staying_ids], 8)}.")
    if places.staying_ids:
        notes.append(f"Blijft sowieso en telt niet als gekozen: {list_text(places.staying_ids, 8)}.")
    left_out = [
        text
        for number, text in ((places.outside, "buiten de stad"), (places.off_street, "te ver van een straat"))
        if number
    ]
    if left_out:
        notes.append(f"Geen kandidaat: {places.outside + places.off_street} plekken, {list_text(left_out, 2, ' of ')}.")
    unknown = [made.chosen.uses.labels[key] for key in asked.uses if not stock.known[stock.keys.index(key)]]
    if unknown:
        notes.append(f"Over {list_text(unknown, 8)} zijn er geen gegevens: wie er vandaag een heeft, is onbekend.")
    return notes


def _people(made: SiteChoice) -> list[str]:
    residents = made.ground.people.counts[:, 0]
    notes = []
    unknown, off = np.isnan(residents), ~made.ground.at_home.placed
    if unknown.any():
        notes.append(f"Van {count_text(int(unknown.sum()))} woonpunten zijn de inwoners onbekend: ze tellen niet mee.")
    if off.any():
        notes.append(
            f"Woonpunten verder dan {made.chosen.max_snap_m:g} m van een straat: {count_text(int(off.sum()))}. Ze"
            " tellen niet mee."
        )
    here = made.people > 0
    cut = here & np.isinf(made.after_m)
    if cut.any():
        notes.append(
            f"Geen weg naar een plek: {count_text(int(cut.sum()))} woonpunten"
            f" ({count_text(made.without_way(made.after_m))} inwoners). Ze staan niet in de afstanden, wel bij wie"
            " niets binnen bereik heeft."
        )
    return notes
