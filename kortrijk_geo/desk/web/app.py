"""The desk as an application: its state, its pages, its protection."""

from __future__ import annotations

import datetime as dt
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from kortrijk_geo.desk.accounts import Accounts
from kortrijk_geo.desk.dossiers import Desk
from kortrijk_geo.desk.ledger import Ledger
from kortrijk_geo.desk.web.loading import PackSource
from kortrijk_geo.desk.web.routes import (
    acts,
    atlas,
    dossiers,
    drafts,
    leaflet,
    map_data,
    overview,
    proposals,
    rules,
    sign_in,
    start,
    texts,
    what_if,
)
from kortrijk_geo.desk.web.security import protect
from kortrijk_geo.premium.rulebooks import load_rulebooks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from kortrijk_geo.desk.settings import Settings
    from kortrijk_geo.pack.city import City

_STATIC = Path(__file__).parent / "static"
_PAGES = (start, drafts, dossiers, acts, atlas, overview, what_if, proposals, rules, texts, map_data, leaflet, sign_in)


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def create_app(settings: Settings, *, city: City | None = None, now: Callable[[], dt.datetime] = _utc_now) -> FastAPI:
    """Make the application of a desk; its pack is opened behind, the first page does not wait for it.

    Parameters
    ----------
    settings
        How it is run.
    city
        A pack that is open already, in place of that of the settings.
    now
        The clock, with time zone.
    """

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        app.state.packs.start()  # once the desk listens: reading a pack keeps the first page waiting
        yield

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=running)
    app.state.settings = settings
    app.state.now = now
    app.state.ledger = Ledger(settings.data, now=now)
    drafts.drop_old(app)
    limits = settings.rules.limits
    app.state.accounts = Accounts(
        app.state.ledger,
        failed_tries=limits.failed_tries,
        lock_minutes=limits.lock_minutes,
        session_hours=limits.session_hours,
        now=now,
    )
    app.state.desk = Desk(app.state.ledger, None, load_rulebooks(), settings.rules, now)
    app.state.atlas = atlas.AtlasMaker(settings.data / "atlas")
    app.state.packs = PackSource(settings, app.state.desk, city)
    for page in _PAGES:
        app.include_router(page.router)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    protect(app, settings, app.state.accounts)
    return app
