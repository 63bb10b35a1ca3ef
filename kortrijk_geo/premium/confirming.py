"""Confirmations: a document, its day and who answers for it, for a rule or amount that no source confirms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from kortrijk_geo.errors import DataError, did_you_mean
from kortrijk_geo.premium.amounts import cap_field
from kortrijk_geo.rules import Day, Rules, Tables, Text, read_rules

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from kortrijk_geo.premium.form import Rulebook

# A confirmation of one of these is of every rule of the kind.
GROUPS = ("conditions", "amounts", "caps")
# What is confirmed of an application, not of its rulebook: that the point is the place.
LOCATION = "location"


class Confirmation(Rules):
    """A field of the rulebook as it stands, by a document of a day, and who answers for that."""

    field: Text
    document: Text
    date: Day
    who: Text


class ConfirmationFile(Rules):
    """The whole of a file with confirmations."""

    confirm: Annotated[tuple[Confirmation, ...], Tables("field", least=1)]


def read_confirmations(path: str | Path) -> tuple[Confirmation, ...]:
    """Read a file with ``[[confirm]]`` tables; `DataError` names file and key."""
    return read_rules(ConfirmationFile, path).confirm


def confirmable(book: Rulebook) -> list[str]:
    """Name the fields of a rulebook that a document can confirm, and the location of the application."""
    fields = ["rulebook", *(remark.field for remark in book.unconfirmed)]
    fields += [f"conditions.{condition.id}" for condition in book.conditions]
    fields += [f"amounts.{amount.id}" for amount in book.amounts]
    fields += [cap_field(cap) for cap in book.caps]
    fields += ["budget"] if book.budget is not None else []
    fields += ["amounts_confirmed_until"] if book.amounts_confirmed_until is not None else []
    return list(dict.fromkeys([*fields, *GROUPS, *book.letter_statements, LOCATION]))


def check_confirmations(book: Rulebook, confirmations: Sequence[Confirmation], *, on: dt.date) -> frozenset[str]:
    """Return the fields that are confirmed.

    Raises
    ------
    DataError
        When the rulebook has no such field, its amount is unknown, or the document is of a day after ``on``.
    """
    fields = confirmable(book)
    unknown = {f"amounts.{amount.id}" for amount in book.amounts if amount.is_unknown}
    for one in confirmations:
        if one.field not in fields:
            hint = did_you_mean(one.field, fields, otherwise="the fields are")
            raise DataError(f"confirm: rulebook {book.id} has no field {one.field!r}{hint}")
        if one.field in unknown:
            raise DataError(
                f"confirm: {one.field} is unknown in {book.file}; write the amount in a rulebook of your own"
            )
        if one.date > on:
            raise DataError(f"confirm: {one.field}: date {one.date} lies ahead of the day of the advice, {on}")
    return frozenset(one.field for one in confirmations)


def is_confirmed(field: str, confirmed: frozenset[str]) -> bool:
    """Tell whether a field is confirmed, by itself or with its kind."""
    group = field.partition(".")[0]
    return field in confirmed or (group in GROUPS and group in confirmed)
