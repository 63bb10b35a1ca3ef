"""What a card says of a number and its target is what a reader sees of both."""

from __future__ import annotations

import pytest

from kortrijk_geo.figure import Figure
from kortrijk_geo.mapping.figures import card


@pytest.mark.parametrize(
    ("value", "gap"),
    [
        (56_211.2, "gelijk aan het doel"),
        (56_211.0, "gelijk aan het doel"),
        (56_210.8, "0,2 onder het doel"),
        (56_215.0, "4 boven het doel"),
    ],
)
def test_what_reads_as_its_target_has_no_gap_to_it(value: float, gap: str) -> None:
    shown = card(Figure("plan_m2", "Plan", value, "m²", 56_211, "kaart", target_source="nota"))
    assert (shown.target, shown.gap, shown.goal_source) == ("56.211", gap, "nota")
    assert (shown.value == shown.target) is (gap == "gelijk aan het doel")
