"""The overview: what was granted per wijk and against the budget, what it did to the rates, what falls due; files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it when it runs
from starlette.responses import Response

from kortrijk_geo.desk.accounts import Officer
from kortrijk_geo.desk.dossiers import STATUS_LABELS
from kortrijk_geo.desk.dossiers.overview import Filter, csv_text, export_rows, overview, write_export
from kortrijk_geo.desk.web.access import needs
from kortrijk_geo.desk.web.pages import render
from kortrijk_geo.desk.web.routes.dossiers import desk_of

router = APIRouter()
Reader = Annotated[Officer, Depends(needs("reader"))]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _chosen(jaar: str = "", wijk: str = "", stand: str = "", soort: str = "") -> Filter:
    year = int(jaar) if jaar.isdecimal() and len(jaar) == 4 else None
    return Filter(year, wijk, stand, soort)


Chosen = Annotated[Filter, Depends(_chosen)]


@router.get("/overzicht")
def page(request: Request, _: Reader, only: Chosen) -> Response:
    """Show the overview of the dossiers that are chosen."""
    desk = desk_of(request)
    everything = overview(desk)
    books = desk.books()
    return render(
        request,
        "overview.html",
        found=overview(desk, only),
        only=only,
        areas={one.area_id: one.area for one in everything.areas},
        years=sorted({one.year for one in everything.dossiers}, reverse=True),
        kinds={kind: book.name_of(kind) for book in books for kind in book.kinds},
        status_labels=STATUS_LABELS,
        budget=desk.rules.budget,
        query=request.url.query,
        today=desk.now().date(),
    )


@router.get("/overzicht/overzicht.xlsx")
def workbook(request: Request, _: Reader, only: Chosen) -> Response:
    """Give the overview as a workbook."""
    with tempfile.TemporaryDirectory(prefix="kortrijk-geo-desk-") as folder:
        path = Path(folder) / "overzicht.xlsx"
        write_export(path, desk_of(request), only)
        return _file(path.read_bytes(), _XLSX, path.name)


@router.get("/overzicht/dossiers.csv")
def table(request: Request, _: Reader, only: Chosen) -> Response:
    """Give the dossiers as a table for any spreadsheet."""
    text = csv_text(export_rows(overview(desk_of(request), only).dossiers))
    return _file(b"\xef\xbb\xbf" + text.encode(), "text/csv; charset=utf-8", "dossiers.csv")


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
