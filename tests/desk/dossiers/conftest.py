"""A desk on a small city whose rates are known, with officers and a clock that stands still until it is set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from small_city import PLACES, YES, build_small_city

from kortrijk_geo.desk.accounts import Officer
from kortrijk_geo.desk.dossiers import Desk, Dossier, Inputs
from kortrijk_geo.desk.ledger import Ledger
from kortrijk_geo.desk.settings import shipped_rules
from kortrijk_geo.pack.city import City
from kortrijk_geo.premium.application import Application
from kortrijk_geo.premium.rulebooks import load_rulebooks

AN, BO, CEM = Officer("An", "officer"), Officer("Bo", "manager"), Officer("Cem", "manager")
RIK = Officer("Rik", "reader")
APPLICANT = {
    "address": "Geheimstraat 7, 8500 Kortrijk",
    "applicant": "Els Verzonnen",
}
CONTACT, REMARK = "els@voorbeeld.invalid", "belde op maandag, klinkt verkouden"


@dataclass
class Clock:
    moment: dt.datetime = dt.datetime(2021, 12, 20, 9, 30, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.moment


@pytest.fixture(scope="session")
def city() -> City:
    return build_small_city()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    with Ledger(tmp_path / "desk", now=clock) as ledger:
        yield ledger


@pytest.fixture
def desk(ledger: Ledger, city: City, clock: Clock) -> Desk:
    return Desk(ledger, city, load_rulebooks(), shipped_rules(), clock)


def ask(where: str = "45", *, contact: str = CONTACT, remark: str = REMARK, **changes: Any) -> Inputs:
    """Ask for 19 places of group care in 2021, every condition met, with the changes given."""
    x, y = PLACES[where]
    facts: dict[str, Any] = {
        "kind": "group",
        "new_places": 19,
        "existing_places": 0,
        "x": x,
        "y": y,
        "date": dt.date(2021, 10, 15),
        "answers": dict(YES),
        **APPLICANT,
        **changes,
    }
    return Inputs(Application(**facts), contact, remark)


def advised(desk: Desk, inputs: Inputs | None = None) -> Dossier:
    dossier = desk.submit(inputs or ask(), who=AN)
    return desk.advice(dossier.number, who=AN, expect_last=dossier.last)


def confirm_all(desk: Desk, number: str) -> Dossier:
    """Let a manager confirm every open point that a document closes, and advise anew."""
    advice = desk.dossier(number).advice
    assert advice is not None
    for field in dict.fromkeys(point.field for point in desk.decision(number).open_points if point.by_document):
        own: dict[str, Any] = {}
        if field in {"location", "budget"}:
            own = {"dossier": number, "expect_last": desk.dossier(number).last}
        day = dt.date(2021, 9, 13)
        desk.confirm(field, advice.rulebook_id, document="Raadsbesluit", date=day, remark="nagekeken", who=BO, **own)
    return desk.advice(number, who=AN, expect_last=desk.dossier(number).last)


def granted(desk: Desk, inputs: Inputs | None = None) -> Dossier:
    dossier = advised(desk, inputs)
    if dossier.advice is not None and dossier.advice.open_points:
        dossier = confirm_all(desk, dossier.number)
    return desk.decide(dossier.number, granted=True, motivation="Alles is nagekeken.", who=AN, expect_last=dossier.last)


Act = Callable[..., Dossier]
