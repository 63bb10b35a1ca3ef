"""The first page, and the answer to whether the desk is well."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it when it runs
from starlette.responses import JSONResponse, Response

from kortrijk_geo.desk.web.access import needs
from kortrijk_geo.desk.web.pages import render

router = APIRouter()


@router.get("/", dependencies=[Depends(needs("visitor"))])
def start(request: Request) -> Response:
    """Show the first page."""
    return render(request, "start.html")


@router.get("/gezondheid")
def health(request: Request) -> Response:
    """Say whether the desk runs and has its figures; nothing else, as anybody may ask."""
    packs = request.app.state.packs
    state = "klaar" if packs.city is not None else "gestopt" if packs.failure else "cijfers worden geladen"
    return JSONResponse({"status": "ok" if not packs.failure else "fout", "cijfers": state})
