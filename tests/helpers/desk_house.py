"""Desks to ask: of a small city, with its atlas laid out already, without a count of requests."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

from desk_visitor import PASSWORD
from small_city import PLACES, YES, build_small_city

from kortrijk_geo.desk.accounts import Officer, Role
from kortrijk_geo.desk.dossiers import Inputs
from kortrijk_geo.desk.settings import DeskRules, Settings, shipped_rules
from kortrijk_geo.desk.web.app import create_app
from kortrijk_geo.pack.city import City
from kortrijk_geo.premium.application import Application

OFFICER, MANAGER = Officer("An", "officer"), Officer("Bo", "manager")


@cache
def small_city() -> City:
    return build_small_city()


def patient_rules() -> DeskRules:
    """The shipped rules, with as many requests a minute as a test sends."""
    rules = shipped_rules()
    return rules.model_copy(update={"limits": rules.limits.model_copy(update={"requests_per_minute": 1_000_000})})


def open_desk(data: Path, *, officers: dict[str, Role] | None = None, **settings: Any) -> Any:
    """Open a desk of the small city, which has these officers."""
    if officers:
        first = create_app(Settings(None, data), city=small_city())
        for name, role in officers.items():
            first.state.accounts.add(name, role, PASSWORD, who="root")
        first.state.ledger.close()
    app = create_app(Settings(None, data, **{"rules": patient_rules(), **settings}), city=small_city())
    assert app.state.packs.wait(60), app.state.packs.failure
    atlas = data / "atlas" / app.state.packs.digest[:16]
    atlas.mkdir(parents=True, exist_ok=True)
    (atlas / "index.html").write_text("<!DOCTYPE html><title>Atlas</title>", encoding="utf-8")
    return app


def submit_dossiers(app: Any) -> list[str]:
    """Hand in two applications, of which one has its advice; return their numbers."""
    desk = app.state.desk
    x, y = PLACES["45"]
    numbers = []
    for applicant in ("Els Verzonnen", "Jef Bedacht"):
        application = Application(
            kind="group", new_places=19, existing_places=0, x=x, y=y, date=dt.date(2021, 10, 15), answers=dict(YES),
            address="Geheimstraat 7, 8500 Kortrijk", applicant=applicant,
        )  # fmt: skip
        dossier = desk.submit(Inputs(application, "els@voorbeeld.invalid", "belde op maandag"), who=OFFICER)
        numbers.append(dossier.number)
    desk.advice(numbers[0], who=OFFICER, expect_last=desk.dossier(numbers[0]).last)
    return numbers
