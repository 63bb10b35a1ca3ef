"""One draft in two windows: what is typed in either stays, and what is handed in is what was seen."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_clerk import ANSWERS, FORM, NOW, Clerk, staffed_desk, words

from kortrijk_geo.desk.settings import Settings
from kortrijk_geo.desk.web.app import create_app
from kortrijk_geo.pack.city import City


@pytest.fixture
def desk(demo: City, tmp_path: Path) -> Iterator[Any]:
    staffed_desk(tmp_path, demo).state.ledger.close()
    ticks = itertools.count()
    app = create_app(Settings(None, tmp_path), city=demo, now=lambda: NOW + dt.timedelta(milliseconds=next(ticks)))
    yield app
    app.state.ledger.close()


def test_two_windows_on_one_draft_write_over_neither(desk: Any) -> None:
    an = Clerk(desk, "An")
    name = an.draft({"aanvrager": "vzw De Zon"})
    page = an.get(f"/dossiers/nieuw?concept={name}").text
    seen = re.search(r'name="bewaard_op" id="bewaard_op" value="([^"]+)"', page)
    assert seen
    known = {"concept": name, "bewaard_op": seen[1]}
    assert an.draft({**known, "aanvrager": "vzw De Zon, een uur getypt"}) == name
    other = an.draft({**known, "aanvrager": "vzw De Zon", "nieuw": "14"})
    assert other != name
    assert "een uur getypt" in an.get(f"/dossiers/nieuw?concept={name}").text
    assert 'value="14"' in an.get(f"/dossiers/nieuw?concept={other}").text


def test_what_is_handed_in_is_what_the_advice_was_on(desk: Any) -> None:
    an = Clerk(desk, "An")
    name = an.draft({**FORM, **ANSWERS})
    seen = re.search(r'name="bewaard_op" value="([^"]+)"', an.get(f"/concepten/{name}/advies").text)
    assert seen
    an.draft({**FORM, **ANSWERS, "nieuw": "50", "concept": name})
    answer = an.post("/dossiers", {"concept": name, "bewaard_op": seen[1]})
    assert answer.status == 409
    assert "ander venster gewijzigd" in words(answer)
    assert 'value="50"' in an.get(f"/dossiers/nieuw?concept={name}").text
