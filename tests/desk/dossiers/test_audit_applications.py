"""The six applications of the audit of the premium, done at the desk."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from kortrijk_geo.desk.dossiers import Desk, NotAllowedError
from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.city import City

from .conftest import AN, advised, ask, confirm_all, granted


def _open(desk: Desk, number: str) -> set[str]:
    advice = desk.dossier(number).advice
    assert advice is not None
    return {field for field, _ in advice.open_points}


def test_complete_in_2021_19_places_below_the_norm_is_granted_8550_euro(desk: Desk) -> None:
    assert granted(desk).granted_cents == 855_000


def test_today_the_counts_are_of_another_day_and_nobody_can_grant_it(desk: Desk, clock: Any) -> None:
    clock.moment = dt.datetime(2026, 11, 27, 9, tzinfo=dt.UTC)
    number = advised(desk, ask(date=dt.date(2026, 11, 27))).number
    dossier = confirm_all(desk, number)
    assert _open(desk, number) == {"places.date", "children_0_2.date"}
    with pytest.raises(NotAllowedError, match="2 open punten: De telling van plaatsen"):
        desk.decide(number, granted=True, motivation="toch maar", who=AN, expect_last=dossier.last)


def test_coordinates_in_degrees_are_no_place_and_open_no_dossier(desk: Desk, city: City) -> None:
    layers = {name: city.layer(name) for name in city.layers}
    moved = {name: frame.set_geometry(frame.translate(70_000, 168_000)) for name, frame in layers.items()}
    desk.use(City(city.folder, city.info, moved))
    with pytest.raises(
        DataError, match=r"as longitude 3\.26 and latitude 50\.82 in degrees it would be x 7\d+, y 16\d+, in the pack"
    ):
        desk.submit(ask(x=3.26, y=50.82), who=AN)
    assert desk.all_dossiers() == []


def test_another_house_than_was_asked_is_an_open_point_of_its_dossier(desk: Desk) -> None:
    near = ask(address="Dorp 3", address_remark="gevraagd was Dorp 2", address_is_near=True)
    number = advised(desk, near).number
    assert "location" in _open(desk, number)
    assert _open(desk, confirm_all(desk, number).number) == set()


def test_at_the_border_the_other_amount_is_told_and_the_place_confirmed(desk: Desk) -> None:
    number = advised(desk, ask(x=1990.0, y=500.0)).number
    [near] = desk.decision(number).neighbours
    assert (near.area is not None and near.area.name, near.distance_m, str(near.total_eur)) == ("Hoog", 10.0, "4598.00")
    assert "location" in _open(desk, number)
    dossier = confirm_all(desk, number)
    dossier = desk.decide(number, granted=True, motivation="Kadasterplan.", who=AN, expect_last=dossier.last)
    assert dossier.granted_cents == 855_000


def test_assumed_answers_are_not_met_and_close_with_answers_alone(desk: Desk) -> None:
    assumed = ask(answers={}, assume_yes=True)
    number = advised(desk, assumed).number
    confirm_all(desk, number)
    dossier = desk.dossier(number)
    assert {field.partition(".")[0] for field in _open(desk, number)} == {"conditions"}
    with pytest.raises(NotAllowedError, match="Aangenomen, niet beantwoord"):
        desk.decide(number, granted=True, motivation="", who=AN, expect_last=dossier.last)
    answered = replace(assumed, application=ask().application)
    dossier = desk.correct(number, answered, reason="antwoorden ontvangen", who=AN, expect_last=dossier.last)
    dossier = desk.advice(number, who=AN, expect_last=dossier.last)
    dossier = desk.decide(number, granted=True, motivation="", who=AN, expect_last=dossier.last)
    assert dossier.granted_cents == 855_000
