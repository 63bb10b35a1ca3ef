"""The third switch of page ``bereik``: bus and train, with the stops on the map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import small_town
from street_bus import feed

from kortrijk_geo.mapping import write_page
from kortrijk_geo.reach import analyse, spec

pytestmark = pytest.mark.browser
GROUPS = ["Te voet", "Met de fiets", "Met bus en trein"]


@pytest.mark.parametrize("width", [1280, 360])
def test_the_switch_colours_the_map_by_bus_and_train(tmp_path: Path, open_page: Callable[..., Any], width: int) -> None:
    town = small_town.write_town(tmp_path / "town")
    middle = town.boundary.geometry.iloc[0].centroid
    bus = feed(tmp_path / "bus.zip", SimpleNamespace(x0=middle.x - 100, y0=middle.y), (0, 20, 40))
    riding = town.add("gtfs", bus, tmp_path / "riding", source="Bus", date="2026-11-01")
    shown = spec(analyse(riding, proximity=False))
    write_page(shown, tmp_path / "bereik.html")
    page = open_page(tmp_path / "bereik.html", viewport={"width": width, "height": 900})
    if not page.locator(".kg-groups").first.is_visible():
        page.get_by_text("Kaartlagen", exact=True).first.click()
    switch = page.locator(".kg-groups").first
    switch.wait_for()
    assert [text.strip() for text in switch.locator("bdi").all_inner_texts()] == GROUPS
    choice = page.locator(".kg-choice select").first
    switch.get_by_text("Te voet", exact=True).click()
    choice.select_option(label=next(label for label in labels(choice) if label.startswith("Apotheek")))
    switch.get_by_text("Met bus en trein", exact=True).click()
    legend = page.locator(".kg-legend").first
    legend.get_by_text("Apotheek").first.wait_for()
    assert "met bus en trein" in legend.inner_text(), "the same kind by the other mode"
    of_group = labels(choice)
    assert any(label.startswith("Supermarkt: deel van de inwoners binnen 30 minuten") for label in of_group)
    assert sum(label.endswith("op welke manier ook") for label in of_group) == 1
    page.get_by_label("Haltes: vertrekken per uur").first.check()
    legend.get_by_text("Haltes: vertrekken per uur").first.wait_for()


def labels(choice: Any) -> list[str]:
    return choice.locator("option").all_inner_texts()
