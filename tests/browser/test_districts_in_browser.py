"""A page finds an address with a deelgemeente as the matcher does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from district_list import ASKED, districts, house_points

from kortrijk_geo.mapping import PageExtras, write_page
from kortrijk_geo.pack.addresses import AddressBook, AddressMatch, with_districts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType


def test_the_script_narrows_as_the_matcher_does(
    samples: ModuleType, tmp_path: Path, open_page: Callable[..., Any]
) -> None:
    towns = ("", ", Heule", ", Marke", " Kortrijk", ", 8501 Bissegem", ", 8501", ", Gent", ", Heule Kortrijk")
    texts = [text for text, _ in ASKED]
    texts += [f"{name} {number}{town}" for name in ("Kerkplein", "Kerkplien", "Grensstraat", "Dorpsplein")
              for number in (1, 3, 4, 7, 9) for town in towns]  # fmt: skip
    for number, kept in enumerate((house_points(), house_points().drop(columns=["municipality", "postcode"]))):
        frame = with_districts(kept, districts())
        path = tmp_path / f"adressen{number}.html"
        write_page(samples.spec(), path, extras=PageExtras(addresses=frame))
        answers = open_page(path).evaluate(
            """(texts) => {
              const { streets, rules } = KortrijkAtlas.views[0].data.addresses;
              const far = (one, other) => (one.row === other.row && one.place === other.place ? 0 : 100);
              const book = KortrijkAtlas.addressBook(streets, rules, far);
              return texts.map((text) => {
                const { house, reason, level, same } = book.find(text);
                if (!house) return [reason];
                const { name, numbers, districts } = streets[house.row];
                const district = typeof districts === "string" ? districts : districts[house.place];
                return [`${name} ${numbers[house.place]}`, district, level, same];
              });
            }""",
            texts,
        )
        book = AddressBook(frame)
        for text, answer in zip(texts, answers, strict=True):
            match = book.find(text)
            if isinstance(match, AddressMatch):
                house = frame.iloc[match.row]
                label = f"{house['street']} {house['house_number']}"
                assert answer == [label, house["district"], match.level, match.same_street], text
            else:
                assert answer == [match.reason], text
