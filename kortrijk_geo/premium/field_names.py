"""What the fields of a rulebook are called in Dutch: nobody who decides or applies knows their names in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.premium.amounts import cap_field
from kortrijk_geo.premium.wording import LETTER
from kortrijk_geo.text.dutch import date_text

if TYPE_CHECKING:
    from kortrijk_geo.premium.confirming import Confirmation
    from kortrijk_geo.premium.form import Rulebook

_NAMES = {
    "rulebook": "het reglement",
    "amounts": "alle bedragen",
    "amounts_confirmed_until": "tot wanneer de bedragen gelden",
    "conditions": "alle voorwaarden",
    "caps": "het maximumbedrag",
    "area_unit": "het gebied waarin wordt geteld",
    "reference_date": "de peildatum",
    "norm_places_per_100": "de norm",
    "norm_rule": "wanneer een gebied onder de norm ligt",
    "vulnerable": "welke gebieden kwetsbaar zijn",
    "minimum_stay": "de minimumduur",
    "valid_from": "de eerste dag van het reglement",
    "valid_until": "de laatste dag van het reglement",
    "location": "de plek van de opvang",
    "budget": "het budget",
}


def field_name(field: str, book: Rulebook) -> str:
    """Name a field of a rulebook, or the place of an application, in the middle of a Dutch sentence."""
    names = {
        **_NAMES,
        **{name: f"de rubriek {text}" for name, text in LETTER.items()},
        **{cap_field(cap): "het maximumbedrag" for cap in book.caps},
        **{f"amounts.{amount.id}": f"het bedrag '{amount.label}'" for amount in book.amounts},
        **{f"conditions.{one.id}": f"de voorwaarde '{one.text}'" for one in book.conditions},
    }
    return names.get(field, "een ander gegeven van het reglement")


def confirmed(confirmation: Confirmation, book: Rulebook) -> str:
    """Say what a document confirms."""
    by = f"{confirmation.document}, {date_text(confirmation.date)}, {confirmation.who}"
    return f"Bevestigd: {field_name(confirmation.field, book)}, door {by}."
