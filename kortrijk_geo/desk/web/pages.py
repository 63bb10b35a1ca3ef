"""Filling the pages of the desk: every value escaped, and what every page tells of the desk and its visitor."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup
from starlette.responses import HTMLResponse

from kortrijk_geo.text.dutch import DEMO_TEXT, date_text, euro_text, number_text
from kortrijk_geo.text.safe import html_text, isolated, json_block
from kortrijk_geo.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

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
    text = environment().get_template(template).render(**common(request), **values)
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
        "is_demo": request.app.state.settings.pack is None or (packs.city is not None and packs.city.synthetic),
    }


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
        date=date_text, euro=_euro, number=number_text, isolated=isolated, json=json_block, lines=_lines
    )
    made.globals.update(demo_text=DEMO_TEXT, version=__version__)
    return made


def _euro(amount: Any) -> str:
    text = euro_text(amount)
    return f"€\u00a0{text}" if amount is not None else text


def _lines(text: str) -> Markup:
    return Markup("<br>").join(html_text(line) for line in text.splitlines())
