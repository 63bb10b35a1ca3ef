"""The childcare premium: one application held against the rulebook of its day, every step kept and sourced.

`decide` is a pure function: the same application, city, rulebooks and time give the same decision, to the byte. So is
`decide_on`, which takes from the city what was kept of it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kortrijk_geo.errors import OptionError
from kortrijk_geo.premium import wording
from kortrijk_geo.premium.amounts import favouring, sum_in, total_eur
from kortrijk_geo.premium.border import neighbours
from kortrijk_geo.premium.conditions import check_conditions
from kortrijk_geo.premium.confirming import check_confirmations
from kortrijk_geo.premium.decision import Decision, local, provenance
from kortrijk_geo.premium.figures import pack_figures
from kortrijk_geo.premium.open_points import Case, open_points
from kortrijk_geo.premium.place import inside_city
from kortrijk_geo.premium.repayment import repayment_due
from kortrijk_geo.premium.rulebooks import check_application, check_kind, choose_for, rulebooks_for

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.conditions import ConditionOutcome
    from kortrijk_geo.premium.confirming import Confirmation
    from kortrijk_geo.premium.decision import Status
    from kortrijk_geo.premium.figures import PackFigures
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
    check_confirmations(book, confirmations, on=local(now).date())
    # A wrong answer is told before a wrong place.
    check_conditions(book, application, inside=inside_city(city, application.x, application.y))
    figures = pack_figures(city, book, application, accept_changed=accept_changed)
    return decide_on(application, figures, book, now=now, confirmations=confirmations)


def decide_on(
    application: Application,
    figures: PackFigures,
    book: Rulebook,
    *,
    now: dt.datetime,
    confirmations: Sequence[Confirmation] = (),
) -> Decision:
    """Decide on an application with the figures of a pack: `decide` where these were kept; no pack is asked.

    Parameters
    ----------
    application, now, confirmations
        As of `decide`.
    figures
        From `kortrijk_geo.premium.figures.pack_figures`, for this application and rulebook.
    book
        The rulebook that decides; see `rulebook_of`.
    """
    confirmed, on = check_confirmations(book, confirmations, on=local(now).date()), figures.reference_date
    facts = {one.condition.id: one for one in check_conditions(book, application, inside=figures.inside)}
    found = figures.areas
    area, lines = favouring(book, application, found, facts) if found else (None, ())
    conditions = check_conditions(book, application, inside=figures.inside, area=area)
    reasons = [wording.refused(outcome) for outcome in conditions if outcome.met is False]
    if area is not None and not lines and not reasons:
        reasons = [wording.no_amount(area, application, book)]
    refused = bool(reasons)
    total = total_eur(lines)
    near = () if area is None else neighbours(figures.near, book, application, area, facts)
    points: tuple[OpenPoint, ...] = ()
    if not refused:
        same_day = None if area is None else _same_day(figures, book, application, area, facts)
        differ = () if area is None else figures.differences[area.area_id]
        changes = figures.changes
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
        notes=(*_area_notes([one.name for one in found], area), *_notes(application)),
        sketch=figures.outlines.sketch(None if area is None else area.area_id, application.x, application.y),
        provenance=provenance(figures, book, now),
    )


def _status(total: Decimal | None, points: Sequence[OpenPoint], *, refused: bool) -> Status:
    if refused:
        return "not eligible"
    if total is None:
        return "incomplete"
    return "provisional" if points else "eligible"


def _same_day(
    figures: PackFigures,
    book: Rulebook,
    application: Application,
    area: AreaCount,
    facts: Mapping[str, ConditionOutcome],
) -> tuple[dt.date, AreaCount, Decimal | None] | None:
    """Return the area on the day of its children, where the rules ask for another: figures of two days are no rate."""
    if figures.children_day is None:
        return None
    then = next(one for one in figures.areas_then if one.area_id == area.area_id)
    return figures.children_day, then, sum_in(book, application, then, facts)


def _area_notes(names: Sequence[str], area: AreaCount | None) -> list[str]:
    if area is None:
        return []
    notes = [wording.on_border(names, area.name)] if len(names) > 1 else []
    return [*notes, wording.unknown_opens(area)] if area.unknown_opens else notes


def _notes(application: Application) -> list[str]:
    return [wording.address_remark(application)] if application.address_remark else []
