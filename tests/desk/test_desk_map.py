"""The map of the areas: drawn once, and anew when the day or the rules give other figures."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from desk_house import patient_rules, small_city
from desk_visitor import Visitor

from kortrijk_geo.desk.settings import Settings
from kortrijk_geo.desk.web.app import create_app


def test_the_map_is_drawn_once_a_day_and_tells_the_figures_of_that_day(tmp_path: Path) -> None:
    moment = dt.datetime(2021, 10, 15, 9, tzinfo=dt.UTC)
    app = create_app(Settings(None, tmp_path, rules=patient_rules()), city=small_city(), now=lambda: moment)
    visitor = Visitor(app)

    def rates() -> dict[str, str]:
        answer = visitor.get("/kaart/wijken.json")
        assert (answer.status, answer.header("content-type")) == (200, "application/json")
        return {one["name"]: one["text"] for one in json.loads(answer.body)["areas"]}

    assert rates() == {"Laag": "45,0", "Midden": "55,0", "Hoog": "70,0", "Onbekend": "onbekend", "Leeg": "onbekend"}
    drawn = app.state.packs.counsel.drawn
    assert rates()["Laag"] == "45,0"
    assert app.state.packs.counsel.drawn is drawn
    moment += dt.timedelta(days=365)
    assert rates()["Laag"] == "95,0"  # 50 places opened in February 2021
    app.state.ledger.close()
