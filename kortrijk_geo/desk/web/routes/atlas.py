"""The atlas of the pack, made behind into a folder of the desk, and served file by file."""

from __future__ import annotations

import logging
import re
import threading
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it when it runs
from starlette.responses import FileResponse, Response

from kortrijk_geo.desk.accounts import Officer
from kortrijk_geo.desk.web.access import needs
from kortrijk_geo.desk.web.pages import render
from kortrijk_geo.errors import KortrijkGeoError

if TYPE_CHECKING:
    from pathlib import Path

    from kortrijk_geo.pack.city import City

router = APIRouter()
Reader = Annotated[Officer, Depends(needs("reader"))]
_LOG = logging.getLogger(__name__)
_DIGITS = 16
_FILE = re.compile(r"[a-z0-9_]+\.(html|json|geojson|gpkg|xlsx|qgs|csv)")


class AtlasMaker:
    """Makes the atlas of a pack once, in a thread of its own, below ``folder``/its digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._making = False
        self.failure = ""

    def ready(self, city: City, digest: str) -> Path | None:
        """Return the folder of the atlas; None while it is made, which this begins."""
        out = self._folder / digest[:_DIGITS]
        if (out / "index.html").is_file():
            return out
        with self._lock:
            if not self._making and not self.failure:
                self._making = True
                threading.Thread(target=self._make, args=(city, out), name="atlas", daemon=True).start()
        return None

    def _make(self, city: City, out: Path) -> None:
        from kortrijk_geo.atlas.writing import write_atlas

        try:
            report = write_atlas(city, out)
            if not (out / "index.html").is_file():
                self.failure = "; ".join(report.failed.values())
        except KortrijkGeoError as error:
            self.failure = str(error)
        except Exception:  # noqa: BLE001 - a thread has nobody above it; the page says that it stopped
            self.failure = "onverwachte fout; zie het logboek van het loket"
            _LOG.exception("the atlas cannot be made")
        finally:
            self._making = False


@router.get("/atlas/")
@router.get("/atlas/{name}")
def atlas(request: Request, _: Reader, name: str = "index.html") -> Response:
    """Give a file of the atlas, or say that it is being made."""
    packs, maker = request.app.state.packs, request.app.state.atlas
    if not _FILE.fullmatch(name):
        raise HTTPException(404)
    folder = None if packs.city is None else maker.ready(packs.city, packs.digest)
    if folder is None:
        return render(request, "atlas.html", status=202 if not maker.failure else 500, failure=maker.failure)
    if not (folder / name).is_file():
        raise HTTPException(404)
    return FileResponse(folder / name)
