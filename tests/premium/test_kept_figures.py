"""What a decision takes from the pack can be kept: read back it gives the same decision, without the pack."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.city import City
from kortrijk_geo.premium.application import Application
from kortrijk_geo.premium.deciding import decide, decide_on
from kortrijk_geo.premium.figures import CountedPack, PackFigures, pack_figures
from kortrijk_geo.premium.rulebooks import choose_for, load_rulebooks, rulebook_of_text
from kortrijk_geo.premium.sheet import render_sheet

NOW = dt.datetime(2026, 3, 2, 10, 30, tzinfo=dt.UTC)
BOOKS = load_rulebooks()


def _application(x: float, y: float, day: dt.date = dt.date(2021, 10, 15), kind: str = "group") -> Application:
    return Application(kind, 7, 0, x, y, day, assume_yes=True)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    x=st.floats(0, 4000) | st.sampled_from([1000.0, 1010.5, 2000.0]),
    y=st.floats(0, 1990) | st.sampled_from([1000.0, 10.0]),
    day=st.dates(dt.date(2020, 1, 1), dt.date(2026, 1, 1)),
    kind=st.sampled_from(["group", "family", "family-yearly"]),
)
def test_figures_that_went_through_json_give_the_same_decision(
    city: City, x: float, y: float, day: dt.date, kind: str
) -> None:
    application = _application(x, y, day, kind)
    book = choose_for(BOOKS, application)
    figures = pack_figures(city, book, application)
    kept = PackFigures.from_json(json.loads(json.dumps(figures.to_json())))
    assert kept == figures
    decision = decide(application, city, BOOKS, now=NOW)
    again = decide_on(application, kept, rulebook_of_text(book.toml, book.file), now=NOW)
    assert again.to_json() == decision.to_json()
    assert render_sheet(again) == render_sheet(decision)


def test_a_pack_that_keeps_its_counts_says_the_same_for_every_application(city: City) -> None:
    pack = CountedPack(city)
    for x, day in ((500.0, dt.date(2021, 10, 15)), (1010.5, dt.date(2021, 10, 15)), (500.0, dt.date(2024, 3, 1))):
        application = _application(x, 500.0, day)
        book = choose_for(BOOKS, application)
        assert pack.figures(book, application) == pack_figures(city, book, application)


def test_without_place_nothing_tells_how_far_a_border_is_and_the_sum_stays(city: City) -> None:
    application = _application(1988.0, 500.0)
    book = choose_for(BOOKS, application)
    figures = pack_figures(city, book, application)
    bare = figures.without_place()
    assert [one.distance_m for one in figures.near] == [0.0, 12.0]
    assert "12.0" not in json.dumps(bare.to_json()["near"])
    assert bare.at_distances([0.0, 12.0]) == figures
    decided, before = decide_on(application, bare, book, now=NOW), decide_on(application, figures, book, now=NOW)
    assert decided.total_eur == before.total_eur
    assert decided.to_json()["near_border"]["areas"][0]["distance_m"] is None
    assert "op ten hoogste 25 m van de grens met Hoog" in " ".join(point.text for point in decided.open_points)
    assert "op 12 m van de grens met Hoog" in " ".join(point.text for point in before.open_points)


def test_a_rulebook_of_text_is_that_of_its_file_and_a_wrong_one_is_named() -> None:
    for book in BOOKS:
        assert rulebook_of_text(book.toml, book.file) == book
    with pytest.raises(DataError, match=r"mijn\.toml: is not TOML"):
        rulebook_of_text("form = ", "mijn.toml")


def test_a_prepared_pack_counts_nothing_when_an_application_asks(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    application = _application(500.0, 500.0, dt.date(2022, 3, 1))
    book, pack = choose_for(BOOKS, application), CountedPack(city)
    expected = pack_figures(city, book, application)
    pack.prepare(book, application.date)

    def too_late(*_: object) -> None:
        raise AssertionError("counted again")

    for name in ("count_areas", "draw_outlines", "differences"):
        monkeypatch.setattr(f"kortrijk_geo.premium.figures.{name}", too_late)
    assert pack.figures(book, application) == expected


def test_a_pack_keeps_no_more_counts_than_some_whatever_years_are_asked_for(city: City) -> None:
    pack = CountedPack(city)
    for year in range(1900, 2100):
        application = Application("group", 7, 0, 500.0, 500.0, dt.date(2021, 10, 15), year=year)
        pack.figures(choose_for(BOOKS, application), application)
    assert len(pack._counts) <= 64
