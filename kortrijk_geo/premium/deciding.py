"""The childcare premium: one application held against the rulebook of its day, every step kept and sourced.

`decide` is a pure function: the same application, city, rulebooks and time give the same decision, to the byte.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from kortrijk_geo.errors import OptionError
from kortrijk_geo.pack.gate import area_differences, require_verified
from kortrijk_geo.premium import wording
from kortrijk_geo.premium.amounts import favouring, sum_in, total_eur
from kortrijk_geo.premium.border import neighbours
from kortrijk_geo.premium.conditions import check_conditions
from kortrijk_geo.premium.confirming import check_confirmations
from kortrijk_geo.premium.decision import Decision, local, provenance
from kortrijk_geo.premium.open_points import Case, open_points
from kortrijk_geo.premium.place import (
    areas_at,
    areas_of,
    check_location,
    count_areas,
    inside_city,
    key_of,
    members_of,
)
from kortrijk_geo.premium.repayment import repayment_due
from kortrijk_geo.premium.rulebooks import check_application, check_kind, choose_for, rulebooks_for
from kortrijk_geo.premium.sketch import draw_sketch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.conditions import ConditionOutcome
    from kortrijk_geo.premium.confirming import Confirmation
    from kortrijk_geo.premium.decision import Status
    from kortrijk_geo.premium.form import Rulebook
    from kortrijk_geo.premium.open_points import OpenPoint
    from kortrijk_geo.premium.place import AreaCount


def rulebook_of(application: Application, rulebooks: Sequence[Rulebook], *, now: dt.datetime) -> Rulebook:
    """Return the rulebook of the day of an application; `OptionError` when it has none or lies ahead."""
    if now.tzinfo is None:
        raise OptionError("the time of the decision needs a time zone")
    check_kind(rulebooks, application)
    today = local(now).date()
    if application.date > today:
        raise OptionError(f"date {application.date} lies ahead of the day of the decision, {today}")
    book = choose_for(rulebooks, application)
    check_application(book, application)
    return book


def decide(
    application: Application,
    city: City,
    rulebooks: Sequence[Rulebook],
    *,
    now: dt.datetime,
    confirmations: Sequence[Confirmation] = (),
    accept_changed: bool = False,
) -> Decision:
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
        From `kortrijk_geo.premium.rulebooks.load_rulebooks`; those of the pack's municipality decide.
    now
        Time of the decision, with time zone; kept in the provenance. An application of a later day is refused.
    confirmations
        Documents for what no source confirms; see `kortrijk_geo.premium.confirming.read_confirmations`.
    accept_changed
        Also compute on a pack that is not proven to be what was built: an open point, told on the sheet.

    Returns
    -------
    Decision
        "eligible" where every rule, amount, answer and count in it is certain; "provisional" where ``open_points``
        tells what is not, with the sum as far as it is known; "not eligible" when a condition is not met or no amount
        covers the application, with ``reasons``; "incomplete" when no sum can be computed.

    Raises
    ------
    OptionError
        When the municipality of the pack has no rulebook for the day, or the day lies ahead.
    DataError
        When an answer or a confirmation is unknown or of the wrong kind, the location lies outside the pack, or the
        pack does not verify.
    MissingLayerError
        When the pack lacks a layer that the decision needs.
    """
    book = rulebook_of(application, rulebooks_for(city, rulebooks), now=now)
    confirmed = check_confirmations(book, confirmations, on=local(now).date())
    on = application.date if book.reference_day is None else book.reference_day.before(application.date)
    changes = require_verified(city, accept_changed=accept_changed)
    inside = inside_city(city, application.x, application.y)
    facts = {one.condition.id: one for one in check_conditions(book, application, inside=inside)}
    check_location(city, application.x, application.y)
    year = application.year or application.date.year
    counts = count_areas(city, book, on, year)
    layer, key = areas_of(city, book), key_of(book.area_unit)
    found = areas_at(layer, key, application.x, application.y) if inside else []
    area, lines = favouring(book, application, [counts[one] for one in found], facts) if found else (None, ())
    conditions = check_conditions(book, application, inside=inside, area=area)
    reasons = [wording.refused(outcome) for outcome in conditions if outcome.met is False]
    if area is not None and not lines and not reasons:
        reasons = [wording.no_amount(area, application, book)]
    refused = bool(reasons)
    total = total_eur(lines)
    near = () if area is None else neighbours(city, book, application, counts, area, facts)
    points: tuple[OpenPoint, ...] = ()
    if not refused:
        same_day = None if area is None else _same_day(city, book, application, area, on, facts)
        differ = () if area is None else _count_differences(city, book, area)
        case = Case(application, book, on, conditions, area, lines, total, near, same_day, confirmed, differ, changes)
        points = open_points(case)
    return Decision(
        status=_status(total, points, refused=refused),
        application=application,
        rulebook=book,
        reference_date=on,
        area=area,
        conditions=conditions,
        lines=() if refused else lines,
        total_eur=Decimal("0.00") if refused else total,
        open_points=points,
        reasons=tuple(reasons),
        repayment=repayment_due(book, application, total_eur(lines)),
        neighbours=near,
        confirmations=tuple(confirmations),
        notes=(*_area_notes([counts[one].name for one in found], area), *_notes(application)),
        sketch=draw_sketch(layer, key, None if area is None else area.area_id, application.x, application.y),
        provenance=provenance(city, book, now, changes),
    )


def _count_differences(city: City, book: Rulebook, area: AreaCount) -> tuple[str, ...]:
    """Say where layers of the pack count the children of the wijk of the area differently; a deelgemeente has none."""
    if book.area_unit == "districts":
        return ()
    wijken = members_of(city, book, area.area_id)
    if book.area_unit == "subareas":
        parents = city.layer("subareas").set_index("subarea_id")["parent_id"]
        wijken = list(dict.fromkeys(str(parents[one]) for one in wijken))
    return tuple(f"{one}." for wijk in wijken for one in area_differences(city, wijk, ["children_0_2"]))


def _status(total: Decimal | None, points: Sequence[OpenPoint], *, refused: bool) -> Status:
    if refused:
        return "not eligible"
    if total is None:
        return "incomplete"
    return "provisional" if points else "eligible"


def _same_day(
    city: City,
    book: Rulebook,
    application: Application,
    area: AreaCount,
    on: dt.date,
    facts: Mapping[str, ConditionOutcome],
) -> tuple[dt.date, AreaCount, Decimal | None] | None:
    """Count the area on the day of its children, where the rules ask for another: figures of two days are no rate."""
    try:
        day = dt.date.fromisoformat(area.children_date)
    except ValueError:
        return None
    if day == on:
        return None
    then = count_areas(city, book, day, application.year or application.date.year)[area.area_id]
    return day, then, sum_in(book, application, then, facts)


def _area_notes(names: Sequence[str], area: AreaCount | None) -> list[str]:
    if area is None:
        return []
    notes = [wording.on_border(names, area.name)] if len(names) > 1 else []
    return [*notes, wording.unknown_opens(area)] if area.unknown_opens else notes


def _notes(application: Application) -> list[str]:
    return [wording.address_remark(application)] if application.address_remark else []
