"""Leaflet as it is installed, and the style sheets of the rooms that draw and print."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

from kortrijk_geo import premium
from kortrijk_geo.mapping.standalone import leaflet_script, leaflet_style

router = APIRouter()
_PREMIUM = Path(premium.__file__).parent
_KEPT = {"Cache-Control": "max-age=3600"}


@router.get("/static/leaflet.js")
def script() -> Response:
    """Give Leaflet itself."""
    return Response(leaflet_script(), media_type="text/javascript", headers=_KEPT)


@router.get("/static/leaflet.css")
def style() -> Response:
    """Give Leaflet's style sheet, its pictures inside."""
    return Response(leaflet_style(), media_type="text/css", headers=_KEPT)


@router.get("/static/sheet.css")
def sheet_style() -> Response:
    """Give the style of the printed sheet."""
    return Response((_PREMIUM / "sheet.css").read_text(encoding="utf-8"), media_type="text/css", headers=_KEPT)


@router.get("/static/letter.css")
def letter_style() -> Response:
    """Give the style of the letter."""
    return Response((_PREMIUM / "letter.css").read_text(encoding="utf-8"), media_type="text/css", headers=_KEPT)
