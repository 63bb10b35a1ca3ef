"""The atlas of the pack, made behind into a folder of the desk, and served file by file."""

from __future__ import annotations

import logging
import os
import re
import threading
from multiprocessing import get_context, parent_process
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
    from multiprocessing.connection import Connection
    from pathlib import Path

    from kortrijk_geo.pack.city import City

router = APIRouter()
Reader = Annotated[Officer, Depends(needs("reader"))]
_LOG = logging.getLogger(__name__)
_DIGITS = 16
_UNEXPECTED = "onverwachte fout; zie het logboek van het loket"
_FILE = re.compile(r"[a-z0-9_]+\.(html|json|geojson|gpkg|xlsx|qgs|csv)")


class AtlasMaker:
    """Makes the atlas of a pack once, in a process of its own, below ``folder``/its digest."""

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
                threading.Thread(target=self._make, args=(city.folder, digest, out), name="atlas", daemon=True).start()
        return None

    def _make(self, pack: Path, digest: str, out: Path) -> None:
        # In a process of its own: it takes a gigabyte, which this one would keep, and answers would wait for it.
        spawn = get_context("spawn")
        ours, theirs = spawn.Pipe(duplex=False)
        process = spawn.Process(target=_write, args=(theirs, pack, digest, out), daemon=True)
        try:
            process.start()
            theirs.close()  # so that the end of the process is the end of the pipe
            self.failure = ours.recv()
            process.join()
        except (OSError, EOFError):
            self.failure = _UNEXPECTED
            _LOG.exception("the atlas cannot be made")
        finally:
            self._making = False


def _write(tell: Connection, pack: Path, digest: str, out: Path) -> None:
    """Write the atlas of a pack, and tell why not; nothing where it is there."""
    from kortrijk_geo.atlas.writing import write_atlas
    from kortrijk_geo.pack.city import open_city

    threading.Thread(target=_end_with_the_desk, daemon=True).start()
    failure = ""
    try:
        city = open_city(pack)
        if city.digest != digest:
            failure = "het stadspakket is veranderd; start het loket opnieuw"
        else:
            report = write_atlas(city, out)
            if not (out / "index.html").is_file():
                failure = "; ".join(report.failed.values())
    except KortrijkGeoError as error:
        failure = str(error)
    except Exception:  # noqa: BLE001 - there is nobody above it; the page says that it stopped
        failure = _UNEXPECTED
        _LOG.exception("the atlas cannot be made")
    tell.send(failure)


def _end_with_the_desk() -> None:
    desk = parent_process()
    if desk is not None:
        desk.join()
        os._exit(1)  # half an atlas stands beside its place: the next desk begins anew


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
