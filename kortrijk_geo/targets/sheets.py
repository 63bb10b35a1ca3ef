"""The workbook of the targets: Dutch heads, codes as words, and the sheet that explains every column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.figure import GOAL_WORDS
from kortrijk_geo.files import Heading, write_workbook
from kortrijk_geo.sheets import explained_rows, result_headings

if TYPE_CHECKING:
    from pathlib import Path

    from kortrijk_geo.targets.state import MonitorResult

_TARGETS = {
    "key": Heading("Naam in de gegevens"),
    "label": Heading("Doel"),
    "subject": Heading("Onderwerp"),
    "unit": Heading("Eenheid"),
    "direction": Heading("Richting", words={"at_least": "minstens", "reduce": "hoogstens"}),
    "counted": Heading(
        "Wat telt", words={"level": "het cijfer zelf", "change": "de verandering sinds het vertrekpunt"}
    ),
    "goal": Heading("Doelwaarde"),
    "kind": Heading("Soort doel", words=GOAL_WORDS),
    "by": Heading("Tegen", words={"unknown": "termijn onbekend", "standing": "geldt nu"}),
    "baseline": Heading("Vertrekpunt"),
    "baseline_date": Heading("Datum van het vertrekpunt"),
    "now": Heading("Nu"),
    "now_date": Heading("Datum van nu"),
    "now_from": Heading(
        "Hoe bekend", words={"measured": "gemeten", "published": "gepubliceerd", "unknown": "onbekend"}
    ),
    "now_source": Heading("Bron van nu"),
    "synthetic": Heading("Fictief"),
    "gap": Heading("Nog te doen"),
    "pace_needed_per_year": Heading("Nodig per jaar"),
    "pace_planned_per_year": Heading("Gepland per jaar"),
    "pace_so_far_per_year": Heading("Tempo tot nu per jaar"),
    "pace_since": Heading("Tempo gemeten sinds"),
    "pace_since_value": Heading("Cijfer van toen"),
    "expected": Heading("Verwacht op de laatste dag"),
    "on_track": Heading("Op schema"),
    "status": Heading("Stand"),
    "possible": Heading("Mogelijk volgens de kaart"),
    "possible_label": Heading("Wat mogelijk is"),
    "measured_by": Heading("Gemeten door (thema en kolom in de gegevens)"),
    "source": Heading("Bron van het doel"),
    "date": Heading("Datum van het doel"),
    "standing": Heading("Wat het doel waard is"),
    "area_source": Heading("Bron van het doel per wijk"),
    "area_standing": Heading("Wat het doel per wijk waard is"),
    "remark": Heading("Opmerking bij het doel"),
    "remarks": Heading("Waarom onbekend"),
}
_TREND = {
    "key": Heading("Naam in de gegevens"),
    "label": Heading("Doel"),
    "date": Heading("Datum"),
    "value": Heading("Waarde"),
    "source": Heading("Bron"),
    "published": Heading("Gepubliceerd"),
}


def write_targets_workbook(monitor: MonitorResult, path: Path) -> None:
    """Write the tables of the targets with their Dutch heads, which the sheet Kolommen explains, whole or not at all.

    Raises
    ------
    OutputError
        When the file cannot be written; what stood there stays.
    """
    import pandas as pd

    heads = {"Doelen": _TARGETS, "Gebieden": result_headings(monitor)["Gebieden"], "Verloop": _TREND}
    sheets = monitor.sheets()
    rows = [
        row
        for sheet, named in heads.items()
        for row in explained_rows(sheet, {name: named[name] for name in sheets[sheet].columns})
    ]
    write_workbook(path, {**sheets, "Kolommen": pd.DataFrame(rows, dtype="object")}, headings=heads)
