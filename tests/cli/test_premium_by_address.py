"""The premium by an address of the pack, on the command line: the same decision as by its coordinates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from planner import run

from kortrijk_geo.pack.addresses import addresses_of

if TYPE_CHECKING:
    import subprocess

    from kortrijk_geo.pack.city import City


def premium(demo: City, *more: object) -> subprocess.CompletedProcess[str]:
    asked = ("--kind", "group", "--new-places", 19, "--date", "2021-10-12", "--assume-yes", "--json")
    return run("childcare", "premium", "--pack", demo.folder, *asked, *more)


def decided(demo: City, *more: object) -> dict[str, Any]:
    done = premium(demo, *more)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_an_address_of_the_pack_decides_as_its_coordinates_do(demo: City) -> None:
    # A name that is no district of the house is refused, so the house lies in the one that is written.
    heule = addresses_of(demo).query("postcode == '8501' and district == 'Heule'")
    houses = heule[heule["street"] == heule.iloc[0]["street"]]
    house = houses.iloc[0]
    whole = f"{house['street']} {house['house_number']}, 8501 Kortrijk"
    by_place = decided(demo, "--x", house.geometry.x, "--y", house.geometry.y)
    written = f"{house['street'].upper().replace('STRAAT', ' STR.')} {house['house_number']} bus 3, 8501 Heule"
    by_address = decided(demo, "--address", written)
    assert by_address["application"]["address"] == whole
    assert (by_address["application"]["x"], by_address["application"]["y"]) == (house.geometry.x, house.geometry.y)
    for key in ("status", "area", "lines", "total_eur"):
        assert by_address[key] == by_place[key]
    assert any(whole in note and "zonder bus" in note for note in by_address["notes"])
    # The nearest number may lie in another area: that is an open point until the place is known.
    last = houses["house_number"].astype(int).max()
    near = decided(demo, "--address", f"{house['street']} {last + 2}, 8501")
    assert near["status"] == "provisional"
    assert any("dichtstbijzijnde nummer" in p["text"] for p in near["open_points"] if p["field"] == "location")


def test_an_address_that_is_not_in_the_pack_is_a_wrong_option(demo: City) -> None:
    street = demo.layer("addresses").iloc[0]["street"]
    for text in ("Qqqqstraat 1", street, f"{street} 1, 9000 Gent", f"{street} 99999"):
        done = premium(demo, "--address", text)
        assert done.returncode == 2, done.stdout + done.stderr
        assert text.split()[0] in done.stderr
