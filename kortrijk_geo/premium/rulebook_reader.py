"""Reading one rulebook of the childcare premium from TOML, checked whole: a file that is wrong decides nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from kortrijk_geo import strict_toml as toml
from kortrijk_geo.errors import DataError
from kortrijk_geo.premium.rulebook_model import (
    AREA_UNITS,
    KINDS,
    LIMIT_TESTS,
    NORM_RULES,
    PERS,
    STANDINGS,
    TESTS,
    WHENS,
    Amount,
    Condition,
    ReferenceDay,
    Rulebook,
    Term,
)
from kortrijk_geo.strict_toml import Table, read_toml

if TYPE_CHECKING:
    from pathlib import Path


def read_rulebook(path: Path) -> Rulebook:
    """Read and check one rulebook file; `DataError` names the file and the key that is wrong."""
    values, raw = read_toml(path)
    top = Table(values, str(path), ": ")
    book = Rulebook(
        id=top.take("id", toml.identifier),
        title=top.take("title", toml.text),
        **_basis(top),
        valid_from=top.take("valid_from", toml.day),
        valid_until=top.take_or("valid_until", toml.day, None),
        area_unit=top.take("area_unit", toml.one_of(*AREA_UNITS)),
        norm_places_per_100=top.take("norm_places_per_100", toml.decimal),
        norm_rule=top.take("norm_rule", toml.one_of(*NORM_RULES)),
        reference_day=_reference_day(top.table("reference_date")),
        kinds=top.take("kinds", toml.many(toml.one_of(*KINDS))),
        conditions=tuple(_condition(table) for table in top.tables("conditions")),
        amounts=tuple(_amount(table) for table in top.tables("amounts")),
        caps=tuple(_cap(table) for table in top.tables("caps")),
        minimum_stay=_minimum_stay(top.table("minimum_stay")),
        repayment=_repayment(top.table("repayment")),
        amounts_confirmed_until=top.take_or("amounts_confirmed_until", toml.day, None),
        unconfirmed=tuple(_remark(table) for table in top.tables("unconfirmed")),
        file=path.name,
        sha256=hashlib.sha256(raw).hexdigest(),
    )
    top.done()
    _check_whole(book, top)
    return book


def _basis(table: Table) -> dict[str, str]:
    return {"standing": table.take("standing", toml.one_of(*STANDINGS)), "source": table.take("source", toml.text)}


def _reference_day(table: Table) -> ReferenceDay:
    found = ReferenceDay(
        month=table.take("month", toml.whole(1, 12)),
        day=table.take("day", toml.whole(1, 31)),
        years_before=table.take("years_before", toml.whole(0, 5)),
    )
    try:
        dt.date(2001, found.month, found.day)  # a year without 29 February: the day must exist every year
    except ValueError as error:
        raise DataError(f"{table.where}: {found.day}-{found.month} is not a day of every year") from error
    return found


def _condition(table: Table) -> Condition:
    test = table.take("test", toml.one_of(*TESTS))
    only_if = None
    if table.has("only_if"):
        other = table.table("only_if")
        only_if = (other.take("condition", toml.identifier), other.take("answers", toml.many(toml.text)))
    ages = None
    if test == "age range":
        span = table.take("ages", toml.many(toml.decimal))
        if len(span) != 2 or span[0] >= span[1]:
            raise DataError(f"{table.name('ages')}: must be two ages, youngest first")
        ages = (span[0], span[1])
    return Condition(
        id=table.take("id", toml.identifier),
        text=table.take("text", toml.text),
        question=table.take("question", toml.text),
        test=test,
        applies_to=table.take("applies_to", toml.many(toml.one_of(*KINDS))),
        **_basis(table),
        unit=table.take_or("unit", toml.text, ""),
        limit=table.take("limit", toml.decimal) if test in LIMIT_TESTS else None,
        choices=table.take("choices", toml.many(toml.text)) if test == "one of" else (),
        ages=ages,
        only_if=only_if,
    )


def _amount(table: Table) -> Amount:
    return Amount(
        id=table.take("id", toml.identifier),
        label=table.take("label", toml.text),
        kind=table.take("kind", toml.one_of(*KINDS)),
        when=table.take("when", toml.one_of(*WHENS)),
        per=table.take("per", toml.one_of(*PERS)),
        amount_eur=table.take("amount_eur", toml.money),
        **_basis(table),
    )


def _cap(table: Table) -> Term:
    return Term(table.take("kind", toml.one_of(*KINDS)), table.take("amount_eur", toml.money), **_basis(table))


def _minimum_stay(table: Table) -> Term:
    def years(value: object, where: str) -> int | None:
        return None if value == toml.UNKNOWN else toml.whole(0, 50)(value, where)

    return Term("minimum_stay", table.take("years", years), **_basis(table))


def _repayment(table: Table) -> Term:
    rule = table.take("text", toml.text)
    return Term("repayment", None if rule == toml.UNKNOWN else rule, **_basis(table))


def _remark(table: Table) -> tuple[str, str]:
    return (table.take("field", toml.identifier), table.take("text", toml.text))


def _check_whole(book: Rulebook, top: Table) -> None:
    if book.valid_until is not None and book.valid_until < book.valid_from:
        raise DataError(f"{top.name('valid_until')}: {book.valid_until} is before valid_from {book.valid_from}")
    for key, ids in (
        ("conditions", [item.id for item in book.conditions]),
        ("amounts", [item.id for item in book.amounts]),
        ("caps", [item.name for item in book.caps]),
    ):
        twice = sorted({item for item in ids if ids.count(item) > 1})
        if twice:
            raise DataError(f"{top.name(key)}: {', '.join(twice)} stands twice")
    for kind in book.kinds:
        if not any(amount.kind == kind for amount in book.amounts):
            raise DataError(f'{top.name("amounts")}: no amount for kind {kind}; write amount_eur = "unknown" if so')
    for amount in book.amounts:
        if amount.kind not in book.kinds:
            raise DataError(f"{top.name('amounts')}: {amount.id} is for kind {amount.kind}, which kinds leaves out")
    for test in ("located", "kind"):
        always = [c for c in book.conditions if c.test == test and set(c.applies_to) == set(KINDS) and not c.only_if]
        if len(always) != 1:
            raise DataError(f"{top.name('conditions')}: needs one condition with test {test!r} for all kinds")
    _check_only_if(book, top)


def _check_only_if(book: Rulebook, top: Table) -> None:
    earlier: dict[str, Condition] = {}
    for condition in book.conditions:
        if condition.only_if is not None:
            where = f"{top.name('conditions')}: {condition.id}: only_if"
            name, answers = condition.only_if
            other = earlier.get(name)
            if other is None or other.test != "one of":
                raise DataError(f"{where}: {name!r} is no condition with choices that stands before it")
            strange = sorted(set(answers) - set(other.choices))
            if strange:
                raise DataError(f"{where}: {strange[0]!r} is no choice of {name}")
            if not set(condition.applies_to) <= set(other.applies_to):
                raise DataError(f"{where}: {name} must apply to all kinds of {condition.id}")
        earlier[condition.id] = condition
