"""What a page says outright, and what its fold tells: no more than a few points, a source once, statistics inside."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from types import ModuleType

from kortrijk_geo.cache.codec import from_bytes, to_bytes
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo.results import Figure
from kortrijk_geo.text.remarks import Detail, about, parted

NOTES = ["Van 12 woonpunten is de afstand niet bekend.", Detail("Kern met een bandbreedte van 400 m.")]


def parts(page: str) -> tuple[str, str]:
    """Return the text of a page before its method fold, and in it."""
    before, fold = page.split("<summary>Methode en bronnen</summary>")
    bare = (html.unescape(re.sub(r"<[^>]+>", "", part)) for part in (before.split("<body>")[1], fold))
    return tuple(bare)


def test_details_stand_in_the_fold_and_json_keeps_all(samples: ModuleType) -> None:
    result = samples.result(notes=NOTES)
    before, fold = parts(page_html(samples.spec(result)))
    assert NOTES[0] in before.split("Goed om te weten")[1]
    assert NOTES[1] not in before
    assert NOTES[1] in fold.split("Hoe het gerekend is")[1]
    assert json.loads(json.dumps(result.to_json()["notes"])) == NOTES


def test_warnings_never_move_to_the_fold(samples: ModuleType) -> None:
    result = samples.result(notes=[Detail("Een detail.")], synthetic=True)
    before, _ = parts(page_html(samples.spec(result)))
    assert "DEMO: fictieve gegevens" in before
    assert "Goed om te weten" not in before, "no empty box"


def test_a_source_stands_once_and_others_by_their_number(samples: ModuleType) -> None:
    figures = [
        Figure(key, key, 1.0, "plaatsen", source=source)
        for key, source in (("a", "Eerste"), ("b", "Tweede"), ("c", "Eerste"))
    ]
    before, fold = parts(page_html(samples.spec(samples.result(headlines=figures))))
    assert before.count("bron 2") == 1
    assert "Eerste" not in before
    assert (fold.count("Eerste"), fold.count("Tweede")) == (1, 1)


def test_statistics_are_told_in_the_fold_alone(samples: ModuleType) -> None:
    figures = [Figure("a", "Een cijfer", 1.0, "plaatsen"), Figure("rand", "Een maat", 0.5, "Rand-index")]
    spec = replace(samples.spec(samples.result(headlines=figures)), statistics=("rand",))
    before, fold = parts(page_html(spec))
    assert "Een cijfer" in before
    assert "Rand-index" not in before
    assert "Een maat: 0,5 Rand-index" in fold


def test_a_detail_is_kept_as_one() -> None:
    again = from_bytes(to_bytes(NOTES))
    assert again == NOTES
    assert parted(again) == parted(NOTES) == (NOTES[:1], NOTES[1:])
    assert isinstance(about("Voorstel", NOTES[1]), Detail)
    assert type(about("Voorstel", NOTES[0])) is str
