"""The sum of the areas stands beside the city's own number, also where the map shows its column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from childcare_town import write_town

from kortrijk_geo.childcare import analyse, spec
from kortrijk_geo.mapping import write_page

pytestmark = pytest.mark.browser
SUMS = "tfoot .sum"


def test_it_stays_when_the_map_shows_its_column_and_goes_with_the_last_of_them(
    tmp_path: Path, open_page: Callable[..., Any]
) -> None:
    shown = spec(analyse(write_town(tmp_path / "town")))
    total = shown.result.sums()["shortage_places"]
    write_page(shown, tmp_path / "kinderopvang.html")
    page = open_page(tmp_path / "kinderopvang.html")
    columns = [layer.column for layer in shown.area_layers]
    assert page.locator(f"{SUMS} [data-sum=shortage_places]").inner_text() == f"{total:.0f}"
    page.evaluate(f"KortrijkAtlas.views[0].setLayer({columns.index('shortage_places')})")
    assert not page.locator(f"{SUMS} [data-sum=shortage_places]").is_visible()
    assert page.locator(f"{SUMS} [data-active-sum]").inner_text() == f"{total:.0f}"
    page.evaluate(f"KortrijkAtlas.views[0].setLayer({columns.index('places_per_100_children')})")
    assert page.locator(f"{SUMS} [data-active-sum]").inner_text() == ""
    # On a comparison only the columns of the layer are told: then a row without a number goes too.
    rate = columns.index("income_related_places_per_100_children")
    page.evaluate(f"KortrijkAtlas.views[0].isTold = () => false; KortrijkAtlas.views[0].setLayer({rate})")
    assert not page.locator(SUMS).is_visible()
