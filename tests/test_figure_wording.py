"""How a headline is written where only a part of what it is about is known: in page, index, notebook, CLI, workbook."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from workbook import sheet_rows

from kortrijk_geo.figure import Figure, wording
from kortrijk_geo.mapping.compare import compare
from kortrijk_geo.mapping.figures import card
from kortrijk_geo.mapping.index import page_tile
from kortrijk_geo.mapping.thumbnail import ground_of
from kortrijk_geo_cli.common import print_headlines

REACH = Figure("share", "Inwoners binnen bereik", 0.579, "aandeel", 0.6, known_share=0.525, known_of="inwoners")
RATE = Figure(
    "rate", "Plaatsen per kind", None, "plaatsen", 50, low=58.13, high=128.61, reason="van 3 woningen is het onbekend"
)


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (REACH, "57,9 % van 52 % van de inwoners"),
        (replace(REACH, known_share=0.9499), "57,9 % van 94 % van de inwoners"),
        (replace(REACH, known_share=0.95), "57,9 %"),
        (replace(REACH, known_share=None), "57,9 %"),
        (replace(REACH, known_share=0.5), "57,9 % van 50 % van de inwoners"),
        (replace(REACH, known_share=0.4999), "onbekend (slechts 49 % van de inwoners is bekend)"),
        (RATE, "tussen 58,1 en 128,7 plaatsen (van 3 woningen is het onbekend)"),
        (replace(RATE, high=None, low=51.0, reason=""), "minstens 51 plaatsen"),
        (replace(RATE, low=None, reason=""), "hoogstens 128,7 plaatsen"),
        (replace(RATE, low=None, high=None, reason=""), "onbekend"),
        (replace(RATE, unit="aandeel", low=0.1239, high=0.4, reason=""), "tussen 12,3 % en 40,0 %"),
        (replace(RATE, low=12_345.9, high=None, reason=""), "minstens 12.345 plaatsen"),
    ],
)
def test_a_figure_is_written_with_what_it_covers_and_with_bounds_that_hold(figure: Figure, text: str) -> None:
    assert str(wording(figure)) == text


def test_a_figure_of_which_less_than_half_is_known_has_no_value() -> None:
    unknown = replace(REACH, known_share=0.475)
    assert unknown.value is None
    assert unknown.record()["value"] is None
    assert unknown.record()["known_share"] == 0.475


def test_bounds_are_not_held_against_a_goal() -> None:
    shown = card(RATE)
    assert (shown.target, shown.gap, shown.gauge) == ("50", "", None)
    assert (shown.value, shown.reason) == ("tussen 58,1 en 128,7", "van 3 woningen is het onbekend")


def test_every_output_says_the_same(samples: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = replace(samples.result(), headlines=[REACH, RATE])
    spec = replace(samples.spec(), result=result)
    document = json.loads(json.dumps(result.to_json()))["headlines"]
    assert [one["value"] for one in document] == [0.579, None]
    assert [(one["known_share"], one["known_of"]) for one in document] == [(0.525, "inwoners"), (None, "")]
    assert [(one["low"], one["high"]) for one in document] == [(None, None), (58.13, 128.61)]

    result.to_xlsx(tmp_path / "figures.xlsx")
    rows = sheet_rows(tmp_path / "figures.xlsx", "Kerncijfers")
    assert [row["tekst"] for row in rows] == [str(wording(REACH)), str(wording(RATE))]
    assert [row["known_share"] for row in rows] == [0.525, None]

    print_headlines(result)
    assert "van 52 % van de inwoners" in (told := capsys.readouterr().out)
    assert "tussen 58,1 en 128,7" in told
    assert "Plaatsen per kind: tussen 58,1 en 128,7, want van 3 woningen is het onbekend." in told
    assert "57,9 % van 52 % van de inwoners" in result._repr_html_()

    tile = page_tile(
        {"page": "p", "title": "t", "files": ["p.html"], "result": result.to_json()}, ground_of(result.areas, {})
    )
    assert [one.covers for one in tile.cards] == ["van 52 % van de inwoners", ""]
    assert [one.value for one in tile.cards] == ["57,9 %", "tussen 58,1 en 128,7"]

    whole = replace(spec, result=replace(result, headlines=[replace(REACH, known_share=1.0), replace(RATE, value=60)]))
    change = {one.key: one for one in compare(whole, spec, names=("vroeger", "nu")).result.headlines}
    assert str(wording(change["share_before"])) == "57,9 %"
    assert str(wording(change["share_change"])) == "0,0 % van 52 % van de inwoners"
    assert change["rate_change"].value is None
