"""The page ``doelen``: readable without colour, without a script, without a network, and safe for any text."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import html
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kortrijk_geo.errors import OutputError
from kortrijk_geo.mapping.standalone import static_text
from kortrijk_geo.results import ThemeResult
from kortrijk_geo.targets import monitor, write_targets, write_targets_page
from kortrijk_geo.targets.notes import amount, by_text, gap_text, goal_text, pace_text, step_text
from kortrijk_geo.targets.page import bar, group, judgement, status_bars, targets_html
from kortrijk_geo.targets.rules import load_targets

HOSTILE = "<img src=x onerror=window.attacked=1></style><script>window.attacked=2</script>{{ 7*7 }}"


def _text(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)))


def test_the_page_says_now_goal_gap_pace_and_where_they_come_from(
    childcare: ThemeResult, targets_file: Path, on: dt.date
) -> None:
    page = targets_html(monitor({"childcare": childcare}, on=on, targets=targets_file), index="index.html")
    text = _text(page)
    assert '<html lang="nl">' in page
    assert "<title>Doelen: hoe ver staat de stad? - Voorbeeldstad</title>" in page
    assert page.count("<h1>") == page.count("<main") == 1
    scripts = re.findall("<script>.*?</script>", page, re.DOTALL)
    assert [script.partition("\n")[0] for script in scripts] == ["<script>" + static_text("bar.js").partition("\n")[0]]
    assert "script" not in re.sub(r'content="[^"]+"', "", page.replace(scripts[0], ""))
    for wanted in (
        "57 per 100",
        "Doel: minstens 60 per 100, tegen eind 2030",
        "op schema",
        "1 van 2 gebieden met een cijfer halen het doel niet: Zuid",
        "+60 plaatsen",
        "Doel: +100 plaatsen",
        "sinds eind 2020: 50",
        "hoogstens 60 %",
        "Nu: gepubliceerd, eind 2015 (Verslag)",
        "geen getal afgesproken, termijn onbekend",
        "Dit instrument meet dit niet.",
        "Bron van het doel: Nota, 2020 (doel)",
        "Bron van childcare, 31 december 2024, CC0",
        "Berekend op 31 december 2025 met het stadspakket Voorbeeldpakket",
        "onder het doel: 44",
    ):
        assert wanted in text, wanted
    assert "DEMO" not in text
    assert "fictief" not in text


def test_goals_are_told_in_three_groups_and_what_lacks_by_its_name(
    make_result: Callable[..., ThemeResult], targets_file: Path, on: dt.date
) -> None:
    result = make_result("childcare", {"places_per_100_children": 57.0, "places": math.nan})
    found = monitor({"childcare": result}, on=on, targets=targets_file)
    groups = {state.target.label: (group(state), judgement(state)) for state in found.states}
    assert set(groups.values()) <= {
        ("measured", "op schema"), ("measured", "achter op schema"), ("measured", "nog geen tempo"),
        ("unmeasured", "niet gemeten"), ("aimless", "geen doel"),
    }  # fmt: skip
    assert {name for name, _ in groups.values()} == {"measured", "unmeasured", "aimless"}
    page = targets_html(found)
    titles = re.findall(r'<h2 id="group-\d">([^<]+)</h2>', page)
    assert [title.rsplit(" (", 1)[0] for title in titles] == [
        "Gemeten: doel en cijfer",
        "Doel zonder meting",
        "Zonder doel",
    ]
    assert sum(count for _, count, _ in status_bars(found)) == sum(found.counts().values())


def test_a_figure_of_no_known_day_says_so(childcare: ThemeResult, targets_file: Path, on: dt.date) -> None:
    childcare.options, childcare.sources = {}, []
    text = _text(targets_html(monitor({"childcare": childcare}, on=on, targets=targets_file)))
    assert "Nu: gemeten, dag onbekend (berekend: kinderopvang)" in text
    assert "Tempo tot nu per jaaronbekend" in text


def test_an_invented_city_is_marked_at_every_figure_of_it(
    childcare: ThemeResult, targets_file: Path, on: dt.date
) -> None:
    childcare.synthetic = True
    text = _text(targets_html(monitor({"childcare": childcare}, on=on, targets=targets_file)))
    assert text.count("DEMO: fictieve gegevens, niet voor beslissingen") == 2  # ribbon and footer
    assert text.count("fictief (demo)") == 3  # two targets and the table of areas


def test_the_policy_allows_the_pages_own_style_and_nothing_else(
    childcare: ThemeResult, targets_file: Path, on: dt.date
) -> None:
    page = targets_html(monitor({"childcare": childcare}, on=on, targets=targets_file))
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1])
    assert policy.startswith("default-src 'none'; script-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy
    body = page.replace(style, "")
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", body)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(https?:)?//""", body)


def test_no_text_becomes_markup(childcare: ThemeResult, targets_file: Path, on: dt.date) -> None:
    childcare.areas["name"] = HOSTILE
    childcare.pack = HOSTILE
    childcare.notes = [HOSTILE]
    childcare.columns = [replace(column, label=HOSTILE) for column in childcare.columns]
    text = targets_file.read_text()
    for old in ('"Extra plaatsen"', '"Voorbeeldstad"', '"Nota"', '"plaatsen"', '"Opvang"'):
        text = text.replace(old, f"'{HOSTILE}'")
    targets_file.write_text(text)
    page = targets_html(monitor({"childcare": childcare}, on=on, targets=targets_file), downloads=[HOSTILE])
    assert "<img" not in page
    assert "<script" not in page
    assert "{{" not in page
    assert "7*7" in page


def test_a_link_to_a_theme_stands_only_where_its_page_stands(
    childcare: ThemeResult, targets_file: Path, on: dt.date
) -> None:
    found = monitor({"childcare": childcare}, on=on, targets=targets_file)
    assert 'href="kinderopvang.html"' in targets_html(found, pages=["kinderopvang.html"])
    assert "kinderopvang.html" not in targets_html(found)


def test_a_page_that_cannot_be_written_leaves_the_old_one(
    childcare: ThemeResult, targets_file: Path, tmp_path: Path, on: dt.date, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out" / "doelen.html"
    path.parent.mkdir()
    path.write_text("the old page")

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"doelen\.html cannot be written: No space left"):
        write_targets_page(monitor({"childcare": childcare}, on=on, targets=targets_file), path)
    assert path.read_text() == "the old page"
    assert [entry.name for entry in path.parent.iterdir()] == ["doelen.html"]


def test_numbers_are_written_as_a_dutch_reader_expects(targets_file: Path) -> None:
    rate, more, emission, trees, near = load_targets(targets_file).targets
    assert (amount(59.996, rate), amount(None, rate), amount(1234567, trees)) == ("59,996", "onbekend", "1.234.567")
    assert (amount(60, more), amount(-60, more), amount(0, more)) == ("+60", "-60", "0")
    assert (amount(0.9383, emission), goal_text(emission)) == ("93,8 %", "hoogstens 60 %")
    assert (goal_text(near), by_text(near.by)) == ("geen getal afgesproken", "termijn onbekend")
    assert [step_text(v, trees) for v in (1234.5, 12.34, 0.123, 0.0004, 5.0, 0.0)] == [
        "1.235", "12,3", "0,12", "0,0004", "5", "0",
    ]  # fmt: skip
    assert step_text(0.00386, emission) == "0,39 procentpunt"
    assert (amount(2131992.1, trees), amount(10_000.4, trees), amount(9_999.5, trees)) == (
        "2.131.992", "10.000", "9.999,5",
    )  # fmt: skip
    assert [pace_text(v, trees) for v in (None, -0.00001, 0.00001, 0.0, -0.25, 12.34)] == [
        "onbekend", "0", "0", "0", "0,25 achteruit", "12,3",
    ]  # fmt: skip
    assert [pace_text(v, emission) for v in (-1e-6, 0.00386)] == ["0 procentpunt", "0,39 procentpunt"]
    assert (gap_text(None, rate), gap_text(0.0, rate)) == ("onbekend", "niets meer")
    assert gap_text(-1.5, rate) == "niets meer (1,5 voorbij het doel)"


@pytest.mark.parametrize("value", [0.0, 30.0, 60.0, 75.0, -10.0])
def test_a_bar_stays_in_its_picture(make_result: Callable[..., ThemeResult], targets_file: Path, value: float) -> None:
    result = make_result("childcare", {"places_per_100_children": value})
    state = monitor({"childcare": result}, on=dt.date(2026, 1, 1), targets=targets_file).states[0]
    found = bar(state)
    assert 0 <= found.start <= found.end <= 100
    assert 0 <= found.goal <= 100
    assert 0 <= found.baseline <= 100
    assert (found.end >= found.goal) == (value >= 60)
    assert bar(monitor({}, on=dt.date(2026, 1, 1), targets=targets_file).states[0]) is None


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_opens_without_a_network_and_fits_its_screen(
    childcare: ThemeResult, targets_file: Path, tmp_path: Path, on: dt.date, width: int, browser: Any
) -> None:
    childcare.areas["name"] = ["Zeer-lange-naam-" * 6, HOSTILE, "Oost"]
    childcare.city["places"] = math.nan
    write_targets(monitor({"childcare": childcare}, on=on, targets=targets_file), tmp_path)
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 800}, offline=True)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "data:")) else complaints.append(request.url),
    )
    page.goto((tmp_path / "doelen.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("getComputedStyle(document.querySelector('.tally')).display") == "flex"
    assert page.evaluate("window.attacked === undefined")
    assert page.locator("article").count() == 5
    assert not page.locator(".goal .origin").first.is_visible(), "a row opens when it is asked"
    page.emulate_media(media="print")
    assert page.locator(".goal .origin").first.is_visible()
    context.close()
    assert complaints == []
