"""The pages that only tell: how the desk works, and what it keeps of people."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it when it runs
from starlette.responses import Response  # noqa: TC002 - FastAPI reads it when it runs

from kortrijk_geo.desk.web.pages import render

router = APIRouter()


@router.get("/hulp")
def manual(request: Request) -> Response:
    """Show how the desk works."""
    return render(request, "help.html", rules=request.app.state.settings.rules)


@router.get("/privacy")
def privacy(request: Request) -> Response:
    """Show what is kept of people, why and how long."""
    return render(request, "privacy.html", retention=request.app.state.settings.rules.retention)
