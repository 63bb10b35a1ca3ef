"""A city of five areas whose rates are known: 45, 55, 70 places per 100 children, unknown, and no children at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_city import PLACES, YES, as_built, build_small_city

from kortrijk_geo.pack.city import City
from kortrijk_geo.premium import rulebooks as rulebook
from kortrijk_geo.premium.application import Application
from kortrijk_geo.premium.confirming import Confirmation
from kortrijk_geo.premium.deciding import decide
from kortrijk_geo.premium.decision import Decision
from kortrijk_geo.premium.rulebooks import Rulebook, load_rulebooks

NOW = dt.datetime(2026, 3, 2, 10, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def city() -> City:
    return build_small_city()


@pytest.fixture
def build_city() -> Callable[..., City]:
    """Build the city with other numbers of children, by area id."""
    return build_small_city


@pytest.fixture
def own_rulebook(tmp_path: Path) -> Callable[[dict[str, str]], tuple[Rulebook, ...]]:
    """Load the rulebooks with texts of the last one replaced."""
    shipped = Path(rulebook.__file__).parent / "books" / "2021-10-12.toml"

    def changed(texts: dict[str, str]) -> tuple[Rulebook, ...]:
        content = shipped.read_text(encoding="utf-8")
        for old, new in texts.items():
            assert old in content, old
            content = content.replace(old, new)
        folder = tmp_path / "own"
        folder.mkdir(exist_ok=True)
        (folder / "own.toml").write_text(content, encoding="utf-8")
        return load_rulebooks(folder)

    return changed


Ask = Callable[..., Decision]


@pytest.fixture
def ask(city: City) -> Ask:
    """Decide on an application that meets every condition, with the changes given; ``confirmed`` are fields."""

    def decide_on(where: str = "45", *, on: str = "2021-10-12", **changes: Any) -> Decision:
        accept_changed = changes.pop("accept_changed", None)
        town = changes.pop("city", city)
        if accept_changed is None:
            town = as_built(town)
        books = changes.pop("rulebooks", None) or load_rulebooks()
        confirmed = [
            Confirmation(field=field, document="Raadsbesluit", date=dt.date(2021, 9, 13), who="Dienst Kinderopvang")
            for field in changes.pop("confirmed", ())
        ]
        x, y = PLACES[where]
        facts = {
            "kind": "group",
            "new_places": 19,
            "existing_places": 0,
            "x": x,
            "y": y,
            "answers": dict(YES),
            **changes,
        }
        application = Application(date=dt.date.fromisoformat(on), **facts)
        return decide(application, town, books, now=NOW, confirmations=confirmed, accept_changed=bool(accept_changed))

    return decide_on
