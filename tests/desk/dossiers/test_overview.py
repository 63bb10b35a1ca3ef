"""The overview: places and euros per wijk, the budget, the rate before and after, and what falls due."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from small_city import YES

from kortrijk_geo.desk.dossiers import Desk, Filter, csv_text, export_rows, overview, write_export

from .conftest import AN, advised, ask, granted


def test_only_what_is_granted_counts_and_an_unknown_budget_is_not_zero(desk: Desk) -> None:
    granted(desk)
    granted(desk, ask(new_places=2))
    advised(desk)
    refused = advised(desk, ask(answers={**YES, "licence": False}))
    desk.decide(refused.number, granted=False, motivation="Geen vergunning.", who=AN, expect_last=refused.last)
    gone = granted(desk, ask(new_places=5))
    desk.withdraw(gone.number, reason="Stopt.", who=AN, expect_last=gone.last)
    found = overview(desk)
    [low] = found.areas
    assert (low.area_id, low.area, low.dossiers, low.granted, low.places) == ("W45", "Laag", 5, 2, 21)
    assert (low.granted_cents, low.paid_cents) == (945_000, 0)
    assert (found.places, found.granted_cents, found.without_area) == (21, 945_000, 0)
    [year] = found.years
    assert (year.year, year.granted_cents, year.budget_cents, year.left_cents) == (2021, 945_000, None, None)


def test_what_is_granted_is_set_against_the_budget_of_the_year_of_the_decision(desk: Desk, clock: Any) -> None:
    granted(desk)
    clock.moment = dt.datetime(2022, 1, 10, 9, tzinfo=dt.UTC)
    granted(desk, ask(new_places=2))
    budget = desk.rules.budget.model_copy(update={"yearly_eur": Decimal("8000.00")})
    desk.rules = desk.rules.model_copy(update={"budget": budget})
    years = {one.year: one.left_cents for one in overview(desk, Filter(year=2022)).years}
    assert years == {2021: -55_000, 2022: 710_000}


def test_effects_in_a_wijk_add_up_and_an_unknown_rate_stays_unknown(desk: Desk) -> None:
    granted(desk)
    granted(desk, ask(new_places=2))
    effects = overview(desk).effects
    assert [(one.area, one.places, one.before, one.after) for one in effects] == [
        ("Laag", 19, 45.0, 64.0),
        ("Laag", 2, 64.0, 66.0),
    ]
    assert effects[0].counted_on == dt.date(2020, 12, 31)


def test_a_filter_takes_year_wijk_status_and_kind(desk: Desk, clock: Any) -> None:
    first = granted(desk)
    clock.moment = dt.datetime(2022, 1, 10, 9, tzinfo=dt.UTC)
    second = advised(desk, ask("70", kind="family", new_places=4))

    def numbers(**which: Any) -> list[str]:
        return [one.number for one in overview(desk, Filter(**which)).dossiers]

    assert numbers() == ["2022-0001", "2021-0001"]
    assert numbers(year=2021) == numbers(area_id="W45") == numbers(status="decided") == [first.number]
    assert numbers(kind="family") == numbers(area_id="W70", year=2022) == [second.number]
    assert numbers(kind="family", year=2021) == []


def test_what_falls_due_is_that_of_the_rulebook_and_unknown_is_said(desk: Desk) -> None:
    granted(desk)
    terms = {term.what.partition(":")[0]: term for term in overview(desk).terms}
    realised = terms["De plaatsen zijn gerealiseerd binnen 6 maanden na de goedkeuring."]
    assert (realised.due, realised.standing) == (dt.date(2022, 6, 20), "vastgesteld")
    assert terms["De plaatsen blijven"].due is None
    assert "onbekend" in terms["De plaatsen blijven"].what
    assert terms["Terugbetaling"].what == "Terugbetaling: onbekend"
    assert terms["Terugbetaling"].standing == "niet bevestigd"
    assert terms["Persoonsgegevens vergeten"].due == dt.date(2031, 12, 20)


def test_the_older_text_asks_a_stay_of_four_years_from_the_opening(desk: Desk) -> None:
    yearly = {"kind": "family-yearly", "new_places": 0, "existing_places": 4, "date": dt.date(2020, 6, 1)}
    granted(desk, ask(**yearly, answers={}, opened=dt.date(2020, 9, 1)))
    granted(desk, ask(**yearly, answers={}))
    stays = [term for term in overview(desk).terms if term.what.startswith("De plaatsen blijven: 4 jaar")]
    assert [term.due for term in stays] == [dt.date(2024, 9, 1), None]
    assert "de dag van opening is onbekend" in stays[1].what


def test_the_export_has_no_formula_nothing_personal_and_leaves_the_unknown_empty(desk: Desk, tmp_path: Path) -> None:
    granted(desk)
    advised(desk, ask("unknown"))
    path = tmp_path / "overzicht.xlsx"
    write_export(path, desk)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["dossiers", "wijken", "verhouding", "termijnen"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    text = " ".join(str(cell.value) for cell in cells)
    assert "Geheimstraat" not in text
    assert "Els" not in text
    head, *rows = book["dossiers"].iter_rows(values_only=True)
    unknown, sure = (dict(zip(head, row, strict=True)) for row in rows)
    assert (sure["toegekend (euro)"], sure["wijk"]) == (8550, "Laag")
    assert (unknown["advies (euro)"], unknown["toegekend (euro)"]) == (None, None)


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\tx"])
def test_no_text_of_the_csv_reads_as_a_formula(text: str) -> None:
    assert csv_text([{"wijk": text, "euro": -1.5, "aantal": None}]) == f"wijk;euro;aantal\r\n'{text};-1,50;\r\n"


def test_the_csv_has_a_row_per_dossier(desk: Desk) -> None:
    granted(desk)
    lines = csv_text(export_rows(desk.all_dossiers())).splitlines()
    assert len(lines) == 2
    assert ";8550,00;" in lines[1]
