"""An empty workbook for who must deliver a file: its columns, one example, and a sheet that explains them in Dutch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kortrijk_geo.files import write_workbook
from kortrijk_geo.ingest.adding_plan import EXPLANATION
from kortrijk_geo.ingest.adding_rules import Kind, adding_rules, kind_called
from kortrijk_geo.ingest.aliases import load_aliases
from kortrijk_geo.pack.layers import LAYERS

if TYPE_CHECKING:
    from pathlib import Path

    from kortrijk_geo.pack.layers import Column

DATA = "Gegevens"
_KINDS = {
    "id": "tekst, elke waarde één keer", "text": "tekst", "flag": "ja of nee", "number": "getal",
    "count": "geheel getal", "money": "bedrag in euro", "date": "datum",
}  # fmt: skip
_ADDRESS = ("street", "house_number", "postcode", "municipality")
_EXAMPLE_ADDRESS = {"street": "Grote Markt", "house_number": "54", "postcode": "8500", "municipality": "Kortrijk"}
_AXES = {"x": "coördinaat in Lambert 72, in meter; mag leeg als er een adres is", "y": "idem"}


def write_template(kind: str, out: Path) -> None:
    """Write the workbook; the same kind gives the same bytes.

    Raises
    ------
    OptionError, OutputError
        When there is no such kind, or the file cannot be written.
    """
    what = kind_called(kind)
    sheets = {} if what.place == "file" else {DATA: _data(what)}
    write_workbook(out, {**sheets, EXPLANATION: _explanation(what)})


def columns_of_template(kind: Kind) -> dict[str, str]:
    """Return the columns that someone fills in, by their name in a pack: their Dutch name, the first of the aliases."""
    if kind.is_raster:
        return {}
    layer = kind.contract
    names = [layer.key, "name", *kind.counts] if kind.counts else [name for name in layer.columns if name != "tags"]
    return {str(name): load_aliases().of_column(kind.layer, str(name))[0] for name in names}


def _of_place(kind: Kind) -> dict[str, str]:
    """Return the columns of the place of a row: an address where the kind has one, and coordinates."""
    address = {name: load_aliases().of_column("addresses", name)[0] for name in _ADDRESS}
    axes = {name: name for name in _AXES}
    return {"address": {**address, **axes}, "coordinates": axes}.get(kind.place, {})


def _data(kind: Kind) -> pd.DataFrame:
    own, place = columns_of_template(kind), _of_place(kind)
    example = {name: kind.example.get(name) for name in own} | {name: _EXAMPLE_ADDRESS.get(name) for name in place}
    return pd.DataFrame({dutch: [example[name]] for name, dutch in {**own, **place}.items()}, dtype=object)


def _explanation(kind: Kind) -> pd.DataFrame:
    mark = adding_rules().example_mark
    rows = [("Wat", kind.title), ("Wie levert dit", kind.who)]
    if kind.place != "file":
        rows += [
            ("Hoe", f"Vul blad {DATA} in vanaf rij 3. De rij met {mark} is een voorbeeld: ze wordt overgeslagen."),
            ("Onbekend", "Laat de cel leeg. Schrijf 0 alleen als het nul is."),
        ]
    rows += [("Let op", hint) for hint in kind.hints]
    rows.append(("Datum en bron", "Meld van welke dag deze gegevens zijn, van wie ze komen en onder welke licentie."))
    if not kind.is_raster:
        columns = LAYERS[kind.layer].columns
        for name, dutch in columns_of_template(kind).items():
            rows.append((f"Kolom {dutch}", _holds(kind, name, columns[name])))
    for name, dutch in _of_place(kind).items():
        rows.append((f"Kolom {dutch}", _AXES.get(name, "tekst, zoals in het adressenregister; of vul x en y in")))
    return pd.DataFrame(rows, columns=["onderwerp", "uitleg"])


def _holds(kind: Kind, name: str, spec: Column) -> str:
    must = (spec.required and not spec.nullable) or name in kind.needs or name == kind.column
    if kind.counts and name == "name":
        must = False
    text = f"{'verplicht' if must else 'mag leeg'}; {_KINDS[spec.kind]}"
    if not spec.allowed:
        return text
    dutch = load_aliases().categories_of.get(name, {})
    choice = (f"{dutch[value][0]} ({value})" if value in dutch else value for value in spec.allowed)
    return f"{text}: {', '.join(choice)}"
