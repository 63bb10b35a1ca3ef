"""The printed sheet: that of the premium, on a page with a bar above it that does not print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.desk.web.pages import render
from kortrijk_geo.premium.sheet import sheet_main

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from kortrijk_geo.premium.decision import Decision


def sheet_page(
    request: Request, decision: Decision, *, back: str, ruling: str = "", more: Sequence[tuple[str, str]] = ()
) -> Response:
    """Show a decision as it is printed.

    Parameters
    ----------
    back
        Address of the page that it belongs to.
    ruling
        The decision that was taken, in a sentence; it stands above the advice.
    more
        What the desk adds at the foot, as who decided, the chain and the control code: name and text.
    """
    kind = "Het advies vóór deze beslissing" if ruling else "Advies, geen beslissing"
    body = sheet_main(decision, at_desk=True, kind=kind)
    return render(request, "sheet.html", decision=decision, body=body, back=back, ruling=ruling, more=more)
