"""A home beside a loose end of path walks to green from the network itself, and the notes say how many were moved."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import small_town
from tiny_city import frame, line

import kortrijk_geo as kg
from kortrijk_geo.errors import OptionError
from kortrijk_geo.trees import rules
from kortrijk_geo.trees.options import check_options

MOVED = "Het dichtst bij een los stuk straat"


def test_homes_and_green_are_put_on_the_network_itself_unless_asked_otherwise(tmp_path: Path) -> None:
    streets = small_town.layers()["streets"]
    # Home h0 stands at (30, 90): 2 m from the loose end, 10 m from the street along y = 100.
    loose = frame(
        [line((25, 88), (35, 88))], street_id=["loose"], kind=["path"], walk=[True], cycle_forward=[True],
        cycle_backward=[True], width_m=[1.0],
    )  # fmt: skip
    town = small_town.write_town(tmp_path / "town", streets=pd.concat([streets, loose], ignore_index=True))
    need = tmp_path / "need.toml"
    text = Path(rules.__file__).with_name("need.toml").read_text(encoding="utf-8")
    need.write_text(text.replace("min_ha = 1\n", "min_ha = 0.5\n"), encoding="utf-8")
    moved, stays = (kg.trees.analyse(town, need=need, snap_to=to) for to in ("largest", "any"))
    at_moved, at_stays = (result.layers["homes"].set_index("home_id").loc["h0"] for result in (moved, stays))
    assert at_moved["meets_300"] == 1
    assert at_moved["green_m"] >= 10
    assert at_stays["meets_300"] == 0
    assert any(note.startswith(MOVED) and "woonpunten 1, ingangen van groen 0." in note for note in moved.notes)
    assert not any(note.startswith(MOVED) for note in stays.notes)
    assert any(note.startswith("Op een los stuk straat") and "woonpunten 1," in note for note in stays.notes)
    assert (moved.options["snap_to"], stays.options["snap_to"]) == ("largest", "any")
    figure = next(one for one in moved.headlines if one.key == "homes_meeting_3_30_300_share")
    assert "Woning of ingang van groen ligt aan: het stratennet zelf, geen los stuk" in figure.definition


def test_another_word_than_these_two_is_refused() -> None:
    with pytest.raises(OptionError, match="snap_to"):
        check_options(snap_to="nearest")
