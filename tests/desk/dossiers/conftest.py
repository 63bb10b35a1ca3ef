"""A desk on the demo city, with officers, and a rulebook of which every amount and rule is adopted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kortrijk_geo as kg
from kortrijk_geo.desk.accounts import Officer
from kortrijk_geo.desk.dossiers import Desk, Inputs
from kortrijk_geo.desk.ledger import Ledger
from kortrijk_geo.desk.settings import shipped_rules
from kortrijk_geo.pack.city import City
from kortrijk_geo.premium.application import Application
from kortrijk_geo.premium.rulebooks import load_rulebooks

AN, BO, CEM = Officer("An", "officer"), Officer("Bo", "manager"), Officer("Cem", "manager")
READER = Officer("Rik", "reader")
NOW = dt.datetime(2026, 11, 27, 9, 30, tzinfo=dt.UTC)
# A place in Heule, from the audit of the premium.
HEULE = (70000.0, 171500.0)
ANSWERS: dict[str, Any] = {
    "realised_within_months": 6,
    "no_earlier_premium": True,
    "age_range": "0-3",
    "days_per_week": 5,
    "open_to_all": True,
    "digital_desk": True,
    "licence": True,
    "no_exclusion": True,
    "legal_form": "natuurlijke persoon",
}


@pytest.fixture(scope="session")
def demo() -> City:
    return kg.demo_city()


@pytest.fixture(scope="session")
def heule(demo: City) -> tuple[float, float]:
    """A point well inside Heule."""
    areas = demo.layer("areas")
    point = areas[areas["name"].str.startswith("Heule")].geometry.iloc[0].representative_point()
    return float(point.x), float(point.y)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "desk", now=lambda: NOW) as ledger:
        yield ledger


@pytest.fixture
def desk(ledger: Ledger, demo: City) -> Desk:
    return Desk(ledger, demo, load_rulebooks(), shipped_rules(), lambda: NOW)


Ask = Callable[..., Inputs]


@pytest.fixture
def ask(heule: tuple[float, float]) -> Ask:
    """Make inputs that meet every condition, with the changes given."""

    def inputs(*, contact: str = "els@example.org", remark: str = "belde op maandag", **changes: Any) -> Inputs:
        facts: dict[str, Any] = {
            "kind": "group",
            "new_places": 19,
            "existing_places": 0,
            "x": heule[0],
            "y": heule[1],
            "date": dt.date(2021, 11, 15),
            "answers": dict(ANSWERS),
            "address": "Dorpsstraat 12, 8501 Kortrijk",
            "applicant": "Els Verzonnen",
            **changes,
        }
        return Inputs(Application(**facts), contact, remark)

    return inputs


@pytest.fixture
def confirm_all(desk: Desk) -> Callable[[str], Any]:
    """Let a manager confirm every open point of a dossier that a document closes, and advise anew."""

    def confirm(number: str) -> Any:
        advice = desk.dossier(number).advice
        assert advice is not None
        for field in dict.fromkeys(point.field for point in desk.decision(number).open_points if point.by_document):
            own = field in {"location", "budget"}
            desk.confirm(
                field,
                advice.rulebook_id,
                document="Raadsbesluit",
                date=dt.date(2021, 12, 13),
                remark="nagekeken",
                who=BO,
                dossier=number if own else "",
                expect_last=desk.dossier(number).last if own else None,
            )
        return desk.advice(number, who=AN, expect_last=desk.dossier(number).last)

    return confirm
