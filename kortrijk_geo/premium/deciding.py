"""The childcare premium: one application held against the rulebook of its day, every step kept and sourced.

`decide` is a pure function: the same application, city, rulebooks and time give the same decision, to the byte.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kortrijk_geo.errors import OptionError
from kortrijk_geo.premium import wording
from kortrijk_geo.premium.amounts import AmountLine, favouring, total_eur
from kortrijk_geo.premium.conditions import ASSUMED, ConditionOutcome, check_conditions
from kortrijk_geo.premium.decision import Decision, provenance
from kortrijk_geo.premium.place import AreaCount, areas_at, count_areas, inside_city, key_of
from kortrijk_geo.premium.rulebooks import choose_rulebook
from kortrijk_geo.premium.sketch import draw_sketch

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.rulebooks import Rulebook


def rulebook_of(application: Application, rulebooks: Sequence[Rulebook], *, now: dt.datetime) -> Rulebook:
    """Return the rulebook of the day of an application; `OptionError` when it has none or lies ahead."""
    if now.tzinfo is None:
        raise OptionError("the time of the decision needs a time zone")
    if application.date > now.date():
        raise OptionError(f"date {application.date} lies ahead of the day of the decision, {now.date()}")
    return choose_rulebook(rulebooks, application.date)


def decide(application: Application, city: City, rulebooks: Sequence[Rulebook], *, now: dt.datetime) -> Decision:
    """Decide on an application.

    The rulebook is that of the day of the application; the area is the one in which the location lies, on a border
    the one that favours the applicant; its rate is that of the rulebook's reference date, before the new places.

    Parameters
    ----------
    application
        What is asked; coordinates in the CRS of ``city``.
    city
        The pack; layers ``boundary``, ``childcare`` and the rulebook's area unit.
    rulebooks
        From `kortrijk_geo.premium.rulebooks.load_rulebooks`.
    now
        Time of the decision, with time zone; kept in the provenance. An application of a later day is refused.

    Returns
    -------
    Decision
        "eligible" with a total; "not eligible" when a condition is not met; "incomplete" when a condition is not
        answered, or the rate or an amount is not known: ``missing`` tells what is still needed, and no total is given.

    Raises
    ------
    OptionError
        When the day has no rulebook or lies ahead.
    DataError
        When an answer is unknown or of the wrong kind.
    MissingLayerError
        When the pack lacks a layer that the decision needs.
    """
    book = rulebook_of(application, rulebooks, now=now)
    on = book.reference_day.before(application.date)
    inside = inside_city(city, application.x, application.y)
    conditions = check_conditions(book, application, inside=inside)
    counts = count_areas(city, book, on)
    layer, key = city.layer(book.area_unit), key_of(book.area_unit)
    found = areas_at(layer, key, application.x, application.y) if inside else []
    area, lines = favouring(book, application, [counts[one] for one in found]) if found else (None, ())
    refused = any(outcome.met is False for outcome in conditions)
    missing = () if refused else _missing(application, book, conditions, area, lines)
    total = total_eur(lines)
    return Decision(
        status="not eligible" if refused else "incomplete" if missing else "eligible",
        application=application,
        rulebook=book,
        reference_date=on,
        area=area,
        conditions=conditions,
        lines=() if refused else lines,
        total_eur=Decimal("0.00") if refused else None if missing else total,
        provisional_total_eur=None if refused else total,
        missing=missing,
        notes=(
            *_area_notes([counts[one].name for one in found], area),
            *_notes(application, city, book, on, conditions),
        ),
        sketch=draw_sketch(layer, key, None if area is None else area.area_id, application.x, application.y),
        provenance=provenance(city, book, now),
    )


def _missing(
    application: Application,
    book: Rulebook,
    conditions: Sequence[ConditionOutcome],
    area: AreaCount | None,
    lines: Sequence[AmountLine],
) -> tuple[str, ...]:
    needed = [wording.answer_needed(outcome.condition) for outcome in conditions if outcome.met is None]
    if application.address_is_near:
        needed.append(wording.place_needed(application))
    if area is None:
        needed.append(wording.no_area(application))
    elif any(line.applies is None for line in lines):
        needed += wording.rate_needed(area, lines)
    needed += [wording.amount_needed(line, book) for line in lines if line.unit_eur is None]
    until = book.amounts_confirmed_until
    if until is not None and application.date > until:
        needed.append(wording.confirmation_needed(application, book, until))
    return tuple(needed)


def _area_notes(names: Sequence[str], area: AreaCount | None) -> list[str]:
    if area is None:
        return []
    notes = [wording.on_border(names, area.name)] if len(names) > 1 else []
    return [*notes, wording.unknown_opens(area)] if area.unknown_opens else notes


def _notes(
    application: Application, city: City, book: Rulebook, on: dt.date, conditions: Sequence[ConditionOutcome]
) -> list[str]:
    notes = [
        wording.other_date(what, record.reference_date, on)
        for what, layer in (("kinderen", book.area_unit), ("opvangplaatsen", "childcare"))
        if (record := city.info.layers.get(layer)) is not None and record.reference_date != on.isoformat()
    ]
    if application.address_remark:
        notes.append(wording.address_remark(application))
    if any(outcome.answer == ASSUMED for outcome in conditions):
        notes.append(wording.assumed(application))
    if book.standing != "adopted":
        notes.append(wording.not_adopted(book))
    return notes
