"""Filling the pages of the desk: every value escaped, and what every page tells of the desk and its visitor."""

from __future__ import annotations

import datetime as dt
import difflib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup
from starlette.responses import HTMLResponse

from kortrijk_geo.desk.accounts import ROLE_LABELS
from kortrijk_geo.desk.location import DEGREES, to_crs
from kortrijk_geo.premium import wording
from kortrijk_geo.premium.decision import local
from kortrijk_geo.premium.field_names import confirmed as confirmed_text
from kortrijk_geo.text.dutch import DEMO_TEXT, date_text, euro_text, number_text
from kortrijk_geo.text.safe import html_text, isolated, json_block
from kortrijk_geo.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from kortrijk_geo.desk.accounts import Officer, Role
    from kortrijk_geo.desk.counsel import Counsel
    from kortrijk_geo.premium.form import Rulebook
    from kortrijk_geo.premium.grants import Amount

_TEMPLATES = Path(__file__).parent / "templates"


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Answer with a filled template.

    Parameters
    ----------
    template
        Its file name.
    status
        HTTP status.
    values
        What the template needs beside what every page tells.
    """
    text = environment().get_template(template).render({**common(request), **values})
    return HTMLResponse(text, status_code=status)


def common(request: Request) -> dict[str, Any]:
    """Return what every page tells: who looks, which pack, and whether it is invented."""
    packs = request.app.state.packs
    return {
        "request": request,
        "here": request.url.path,
        "officer": getattr(request.state, "officer", None),
        "csrf": getattr(request.state, "csrf", ""),
        "packs": packs,
        "city": packs.city,
        "without_rules": packs.counsel is not None and not packs.counsel.books,
        "first_look": getattr(request.state, "first_look", False),
        "in_degrees": lambda spot: to_crs(packs.city.crs, DEGREES, spot.x, spot.y),
        "may": lambda role: _may(request, role),
        "is_demo": request.app.state.settings.pack is None or (packs.city is not None and packs.city.synthetic),
    }


def _may(request: Request, role: Role) -> bool:
    """Whether who looks may do what a role may; in a first look also what an officer does before a dossier."""
    officer: Officer | None = getattr(request.state, "officer", None)
    return officer is not None and officer.may(role)


def counsel_of(request: Request) -> Counsel | None:
    """Return the counsel of the city; None while it is loading, and where no rulebook is of this city."""
    counsel: Counsel | None = request.app.state.packs.counsel
    return counsel if counsel is not None and counsel.books else None


def error_page(
    request: Request,
    status: int,
    title: str,
    text: str,
    number: str = "",
    typed: Sequence[tuple[str, str]] = (),
) -> HTMLResponse:
    """Answer with a page that says what went wrong and what to do.

    Parameters
    ----------
    request, status
        What is answered, and how.
    title, text
        What went wrong, and what to do.
    number
        Under which it is in the log.
    typed
        Fields and values that nothing else keeps.
    """
    return render(request, "error.html", status=status, title=title, text=text, number=number, typed=typed)


@cache
def environment() -> jinja2.Environment:
    """Return the environment of all templates: every value passes the escape helper of the house."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        finalize=html_text,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        pair=lambda names: [(one, one) for one in names],
        date=date_text,
        euro=_euro,
        number=number_text,
        isolated=isolated,
        json=json_block,
        lines=_lines,
        money=_money,
        capitalize_first=lambda text: text[:1].upper() + text[1:],
    )
    made.globals.update(
        demo_text=DEMO_TEXT,
        version=__version__,
        w=wording,
        role_labels=ROLE_LABELS,
        moment=moment_text,
        kinds_of=_kinds_of,
        choices_of=lambda choices: [*((one, one[:1].upper() + one[1:]) for one in choices), ("?", "Weet ik nog niet")],
        needs_year=lambda books: any(book.rules_of_day == "year supported" for book in books),
        needs_costs=lambda book, kind: any(amount.per == "costs" for amount in book.amounts_for(kind)),
        needs_before=lambda book, kind: any(cap.per in {"applicant", "year"} for cap in book.caps_for(kind)),
        amount_text=amount_text,
        confirmed_text=confirmed_text,
        changed_lines=_changed_lines,
    )
    return made


def _euro(amount: Any) -> str:
    text = euro_text(amount)
    return f"€\u00a0{text}" if amount is not None else text


def _money(amount: float) -> str:
    return _euro(Decimal(f"{amount:.2f}"))


def _kinds_of(book: Rulebook) -> list[tuple[str, str]]:
    names = [(kind, book.name_of(kind)) for kind in book.kinds]
    return [(kind, name[:1].upper() + name[1:]) for kind, name in names]


def moment_text(at: str | dt.datetime) -> str:
    """Write a moment by the clock of Kortrijk; a text is one of the ledger, in UTC."""
    moment = local(at if isinstance(at, dt.datetime) else dt.datetime.fromisoformat(at))
    return f"{date_text(moment.date())}, {moment:%H.%M} uur"


def amount_text(amount: Amount) -> str:
    """Write how much an amount of a rulebook is: euros, or how it is found."""
    if amount.brackets is not None:
        return "; ".join(
            f"vanaf {band.from_places}: {wording.euros(band.amount_eur)}" for band in amount.brackets.bands
        )
    if amount.costs is not None:
        return f"{amount.costs.share} van de bewezen kosten"
    return wording.euros(amount.amount_eur)


def _changed_lines(before: Rulebook, after: Rulebook) -> list[str]:
    """Return the lines of the file that another rulebook leaves out (-) or adds (+): nothing can change unseen."""
    lines = list(difflib.unified_diff(before.toml.splitlines(), after.toml.splitlines(), n=0, lineterm=""))[2:]
    return [line for line in lines if line[0] in "-+" and line[1:].strip()]


def _lines(text: str) -> Markup:
    return Markup("<br>").join(html_text(line) for line in text.splitlines())
