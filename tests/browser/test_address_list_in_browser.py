"""The search of a page on the list of addresses that the matcher, the premium and tables answer to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from address_list import FOUND, MISSED, house_points, place_of

from kortrijk_geo.mapping import PageExtras, write_page
from kortrijk_geo.pack.addresses import AddressBook, AddressMatch, AddressMiss

pytestmark = pytest.mark.browser
BOX = "Zoek een gebied of adres"


@pytest.fixture(scope="module")
def page_file(samples: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "adressen.html"
    write_page(samples.spec(), path, extras=PageExtras(addresses=house_points()))
    return path


def test_a_page_finds_the_same_house_for_the_whole_list(page_file: Path, open_page: Callable[..., Any]) -> None:
    page = open_page(page_file)
    pin = "(() => { const p = KortrijkAtlas.views[0].pin.getLatLng(); return [p.lng, p.lat]; })()"
    for text, label, remark in FOUND:
        page.get_by_label(BOX).fill(text)
        page.get_by_label(BOX).press("Enter")
        said = page.locator("#search-status").inner_text()
        assert said.startswith(f"{label} gekozen"), (text, said)
        assert (remark in said) if remark else said == f"{label} gekozen", (text, said)
        point = house_points().iloc[:1].set_geometry([place_of(label)], crs="EPSG:31370").to_crs(4326).geometry.iloc[0]
        lon, lat = page.evaluate(pin)
        assert abs(lon - point.x) <= 1e-5, text
        assert abs(lat - point.y) <= 1e-5, text


def test_a_page_chooses_no_house_where_the_matcher_does_not(page_file: Path, open_page: Callable[..., Any]) -> None:
    page = open_page(page_file)
    for text, reason in MISSED:
        page.evaluate("history.replaceState(null, '', location.pathname)")
        page.reload()  # nothing is chosen any more
        page.get_by_label(BOX).fill(text)
        page.get_by_label(BOX).press("Enter")
        said = page.locator("#search-status").inner_text()
        if reason == "no number":  # a street can be looked at
            assert "gekozen" in said
        else:
            assert "gekozen" not in said, (text, said)
        if reason in {"several", "no number near"}:
            assert said.endswith("kies er een")
            answer = AddressBook(house_points()).find(text)
            assert isinstance(answer, AddressMiss)
            hits = [hit.replace(" 850", ", 850") for hit in page.locator("#hits button").all_inner_texts()]
            assert set(answer.nearest) <= set(hits), text


def test_the_script_reads_as_the_matcher_does(page_file: Path, open_page: Callable[..., Any]) -> None:
    """Every letter of a name changed, doubled, left out and exchanged, with odd numbers: no answer may differ."""
    page = open_page(page_file)
    frame = house_points()
    book = AddressBook(frame)
    texts = []
    for name in dict.fromkeys(frame["street"]):
        for at in range(len(name)):
            texts += [
                f"{name[:at]}{name[at + 1 :]} 1",
                f"{name[:at]}{name[at] * 2}{name[at + 1 :]} 12 bus 4, 8500 Kortrijk",
                f"{name[:at]}{name[at : at + 2][::-1]}{name[at + 2 :]} 3-7",
                f"{name[:at]}x{name[at + 1 :]} 14b Kortrik",
            ]
    answers = page.evaluate(
        """(texts) => {
          const { streets, rules } = KortrijkAtlas.views[0].data.addresses;
          const far = (one, other) => (one.row === other.row && one.place === other.place ? 0 : 100);
          const book = KortrijkAtlas.addressBook(streets, rules, far);
          return texts.map((text) => {
            const { house, reason, level, same } = book.find(text);
            if (!house) return [reason];
            const { name, place, numbers } = streets[house.row];
            return [`${name} ${numbers[house.place]}, ${place}`, level, same];
          });
        }""",
        texts,
    )
    assert len(texts) > 500
    for text, (first, *rest) in zip(texts, answers, strict=True):
        answer = book.find(text)
        if isinstance(answer, AddressMatch):
            assert (first, *rest) == (answer.address, answer.level, answer.same_street), text
        else:
            assert first == answer.reason, text
