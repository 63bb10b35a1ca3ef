"""The workbook of a result: its tables by Dutch sheet name, and the Dutch heads of their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kortrijk_geo.figure import GOAL_WORDS, Figure, Sensitivity, goal_text, wording
from kortrijk_geo.files import Heading
from kortrijk_geo.text.dutch import unit_label, unit_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from kortrijk_geo.results import ThemeResult
    from kortrijk_geo.text.dutch import Unit

# What the row of the city is called, and the sum beside it where that is another number.
WHOLE_CITY, SUM_OF_AREAS = "stad als geheel", "som van de gebieden"
_FIGURES, _AREAS, _CITY, _COLUMNS = "Kerncijfers", "Gebieden", "Stad", "Kolommen"
_EXPLAINED = ("kolom", "betekenis", "eenheid", "opschrift", "blad", "toelichting", "bron")
_KEYS = {"area_id": "Code van het gebied", "name": "Gebied"}
# How a spreadsheet writes a number, whose own language gives it comma or dot; and what its unit is called.
_FORMATS: dict[Unit, str] = {
    "share": "0.0%",
    "number": "#,##0.0",
    "whole": "#,##0",
    "metres": "#,##0",
    "points": "+0.0%;-0.0%;0.0%",
    "change": "+#,##0.0;-#,##0.0;0.0",
    "whole_change": "+#,##0;-#,##0;0",
}
_UNITS: dict[Unit, str] = {
    "share": "aandeel van 0 tot 1, geschreven in %",
    "number": "getal",
    "whole": "aantal",
    "metres": "m",
    "text": "tekst",
    "points": "verschil van aandelen, geschreven in procentpunt",
    "change": "verschil",
    "whole_change": "verschil in aantal",
}
_UNITS_IN_NAMES = {"m2": "m²", "m3": "m³", "eur": "euro"}
_FIGURE_HEADS = {
    "key": "Naam in de gegevens",
    "label": "Kerncijfer",
    "value": "Waarde",
    "unit": "Eenheid",
    "target": "Doelwaarde",
    "source": "Bron",
    "known_share": "Bekend deel",
    "known_of": "Deel van",
    "definition": "Wat het telt",
    "band": "Onder andere aannames",
    "reason": "Toelichting of waarom onbekend",
    "low": "Minstens",
    "high": "Hoogstens",
    "target_kind": "Soort doel",
    "target_source": "Bron van het doel",
    "tekst": "tekst",
    "doel": "doel",
}
# What the codes of a column are called on the sheets; Kolommen tells them, JSON and GeoPackage have them.
_FIGURE_WORDS = {"target_kind": GOAL_WORDS}


def result_sheets(result: ThemeResult) -> dict[str, pd.DataFrame]:
    """Return the tables of the workbook, by Dutch sheet name, with the names of columns as in the data."""
    public, document = result.published(), result.to_json()
    units = _units(result)
    columns = list(units)
    city = {"area_id": "", "name": f"{result.pack}, {WHOLE_CITY}"} | document["city"]
    sums = [
        {"kolom": name, "betekenis": result.labels[name], WHOLE_CITY: document["city"][name], SUM_OF_AREAS: total}
        for name, total in result.sums().items()
    ]
    sources = [{"bron": one.name, "datum": one.date, "licentie": one.licence} for one in result.sources]
    options = [{"optie": key, "waarde": str(value)} for key, value in result.options.items()]
    return {
        _FIGURES: figures_table(public.headlines),
        _AREAS: _frame(document["areas"], columns),
        _CITY: _frame([city], [column for column in columns if column in city]),
        **({"Sommen": _frame(sums, list(sums[0]))} if sums else {}),
        _COLUMNS: _column_table(result, units),
        "Bronnen": _frame(sources, ("bron", "datum", "licentie")),
        "Opties": _frame(options, ("optie", "waarde")),
        "Opmerkingen": _frame([{"opmerking": note} for note in document["notes"]], ("opmerking",)),
        "Gevoeligheid": _frame([row for checked in result.sensitivity for row in checked.rows()], Sensitivity.SHEET),
    }


def result_headings(result: ThemeResult) -> dict[str, dict[str, Heading]]:
    """Return the Dutch head of every column of the sheets of figures, by sheet and name in the data."""
    heads = _area_headings(result, _units(result))
    return {_FIGURES: _figure_headings(), _AREAS: heads, _CITY: heads}


def _figure_headings() -> dict[str, Heading]:
    return {name: Heading(title, words=_FIGURE_WORDS.get(name, {})) for name, title in _FIGURE_HEADS.items()}


def figures_table(figures: Sequence[Figure]) -> pd.DataFrame:
    """Return headlines as a table: what JSON has of each, and how a reader finds it written."""
    records = [{**figure.record(), "tekst": str(wording(figure)), "doel": goal_text(figure)} for figure in figures]
    return _frame(records, [*Figure.__dataclass_fields__, "tekst", "doel"])


def _units(result: ThemeResult) -> dict[str, Unit]:
    """Return how each column of the areas is written, in the order of the sheet."""
    areas = result.published().areas.reset_index().drop(columns="geometry", errors="ignore")
    declared = {each.name: each.scale.unit if each.scale and not each.unit else each.unit for each in result.columns}
    return {str(name): unit_of(str(name), values, declared.get(str(name))) for name, values in areas.items()}


def _area_headings(result: ThemeResult, units: Mapping[str, Unit]) -> dict[str, Heading]:
    """Return the heads of the areas' columns: label and unit, and the name in the data where two are called alike."""
    labels = _KEYS | result.labels
    heads: dict[str, Heading] = {}
    titles: set[str] = set()
    for name, unit in units.items():
        title = labels.get(name, name)
        # A share is written with its own per cent sign.
        title = title if unit in {"share", "points"} else unit_label(title, unit)
        heads[name] = Heading(f"{title} [{name}]" if title in titles else title, _FORMATS.get(unit, ""))
        titles.add(heads[name].title)
    return heads


def _column_table(result: ThemeResult, units: Mapping[str, Unit]) -> pd.DataFrame:
    """Explain every column: its name in the data, what it means, its unit, its head, and the source of its headline."""
    heads, labels = _area_headings(result, units), _KEYS | result.labels
    definitions = {column.name: column.definition for column in result.columns}
    sources = {figure.key: figure.source for figure in result.headlines}
    names = dict.fromkeys([*result.labels, *units])
    rows = [
        {
            "kolom": name,
            "betekenis": labels.get(name, name),
            "eenheid": _unit_text(name, units[name]) if name in units else "",
            "opschrift": heads[name].title if name in heads else "",
            "blad": _AREAS if name in heads else "",
            "toelichting": definitions.get(name, ""),
            "bron": sources.get(name, ""),
        }
        for name in names
    ]
    return _frame([*rows, *explained_rows(_FIGURES, _figure_headings())], _EXPLAINED)


def explained_rows(sheet: str, heads: Mapping[str, Heading]) -> list[dict[str, str]]:
    """Return rows of the sheet Kolommen for the columns of a sheet: name in the data, head, and what codes mean."""
    return [
        dict.fromkeys(_EXPLAINED, "")
        | {
            "kolom": name,
            "betekenis": head.title,
            "opschrift": head.title,
            "blad": sheet,
            "toelichting": "; ".join(f"{word}: {code} in de gegevens" for code, word in head.words.items()),
        }
        for name, head in heads.items()
    ]


def _unit_text(name: str, unit: Unit) -> str:
    in_name = next((text for word, text in _UNITS_IN_NAMES.items() if word in name.split("_")), "")
    return in_name if in_name and unit in {"number", "whole"} else _UNITS[unit]


def _frame(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    # As objects: a column of numbers with an unknown stays numbers and None.
    return pd.DataFrame([[row[column] for column in columns] for row in rows], columns=list(columns), dtype="object")
