"""Where a place is, however an officer tells it: an address, or coordinates in metres or degrees, in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.address_text import readings
from kortrijk_geo.pack.addresses import AddressBook, AddressMatch, addresses_of, told
from kortrijk_geo.premium.place import check_location

if TYPE_CHECKING:
    from kortrijk_geo.pack.addresses import AddressMiss
    from kortrijk_geo.pack.city import City

MOST_LETTERS = 200
DEGREES = "EPSG:4326"
_LAMBERT_72, _LAMBERT_2008 = "EPSG:31370", "EPSG:3812"
_NAMES = {_LAMBERT_72: "Lambert 72", _LAMBERT_2008: "Lambert 2008"}
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_WHOLE_PAIR = re.compile(r"\s*(\d{5,6})\s*,\s*(\d{5,6})\s*")


class UnclearPlaceError(DataError):
    """A place that cannot be taken as it was typed; says in Dutch why and what to do.

    ``nearest`` are addresses that come near.
    """

    def __init__(self, text: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.nearest = nearest


@dataclass(frozen=True)
class Spot:
    """A place in the pack's CRS, metres, and in words how it was read.

    ``address`` is that of the pack, ``remark`` what is not as it was asked, ``is_near`` that another house stands in.
    """

    x: float
    y: float
    reading: str
    address: str = ""
    remark: str = ""
    is_near: bool = False


class Finder:
    """Finds places in one city; its addresses are read once."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._addresses = addresses_of(city) if city.has("addresses") else None
        self._book = None if self._addresses is None else AddressBook(self._addresses)
        name = city.name.partition(" (")[0]
        # Where no address lies in a municipality of its name, the pack is called otherwise than its municipality.
        self._home = name if self._book is not None and self._book.knows_town(name) else ""

    def at_address(self, text: str) -> Spot:
        """Return the one house at an address.

        Raises
        ------
        UnclearPlaceError
            When there is none, or more than one.
        """
        asked = " ".join(text.split())
        if self._book is None:
            raise UnclearPlaceError("Het stadspakket heeft geen adressen. Geef de coördinaten, of klik op de kaart.")
        if len(asked) > MOST_LETTERS:
            raise UnclearPlaceError(f"Een adres telt ten hoogste {MOST_LETTERS} tekens.")
        match = self._book.find(asked, municipality=self._home)
        if not isinstance(match, AddressMatch):
            raise _missed(match, self._home, asked)
        if self._home and match.municipality and match.municipality.casefold() != self._home.casefold():
            raise UnclearPlaceError(f"{match.address} ligt niet in {self._home}. Kijk de gemeente na.")
        remark = told(match)
        reading = f"{match.address}, x {match.x:.0f}, y {match.y:.0f}" + (f" ({remark})" if remark else "")
        near = match.level == "nearest" or not match.same_street
        return Spot(match.x, match.y, reading, match.address, remark, is_near=near)

    def at_coordinates(self, text: str) -> Spot:
        """Return the point that two numbers mean: metres in Lambert 72 or 2008, or degrees, in either order.

        Raises
        ------
        UnclearPlaceError
            When there are not two numbers, or they lie in no reading in the city and its surroundings.
        """
        numbers = _numbers(text)
        if len(numbers) != 2:
            raise UnclearPlaceError(
                "Geef twee getallen, bijvoorbeeld 72133 169304 (Lambert) of 50,8267 3,2649 (graden)."
            )
        for crs in dict.fromkeys((self._city.crs, _LAMBERT_72, _LAMBERT_2008, DEGREES)):
            for first, second in (numbers, numbers[::-1]):
                x, y = to_crs(crs, self._city.crs, first, second)
                if self._is_known(x, y):
                    return Spot(x, y, _reading(crs, self._city.crs, first, second, x, y))
        raise UnclearPlaceError(
            f"Deze coördinaten liggen niet in of bij {self._city.name}, niet als Lambert en niet als graden."
            " Kijk ze na, of klik op de kaart."
        )

    def nearest_address(self, x: float, y: float) -> tuple[str, float] | None:
        """Return the address of the pack that is nearest to a point, and how far it is, m; None without addresses."""
        if self._addresses is None or self._addresses.empty:
            return None
        rows, distances = self._addresses.sindex.nearest(shapely.Point(x, y), return_distance=True)
        row = self._addresses.iloc[int(rows[1][0])]
        return f"{row['street']} {row['house_number']}", float(distances[0])

    def _is_known(self, x: float, y: float) -> bool:
        try:
            check_location(self._city, x, y)
        except DataError:
            return False
        return True


def _numbers(text: str) -> list[float]:
    pair = _WHOLE_PAIR.fullmatch(text)  # "72133,169304" is two numbers, not one with six decimals
    parts = list(pair.groups()) if pair else _NUMBER.findall(text[:MOST_LETTERS])
    return [float(part.replace(",", ".")) for part in parts]


@cache
def _transformer(source: str, target: str) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def to_crs(source: str, target: str, x: float, y: float) -> tuple[float, float]:
    """Return a point in another CRS, x (or longitude) first; infinite where it is none."""
    if source == target:
        return x, y
    if source == DEGREES and not (abs(x) <= 180 and abs(y) <= 90):
        return float("inf"), float("inf")
    there = _transformer(source, target).transform(x, y)
    return float(there[0]), float(there[1])


def _reading(crs: str, own: str, first: float, second: float, x: float, y: float) -> str:
    if crs == DEGREES:
        degrees = f"breedte {second:.5f}, lengte {first:.5f}".replace(".", ",")
        return f"Gelezen als graden: {degrees}. Dat is x {x:.0f}, y {y:.0f}."
    read = f"Gelezen als {_NAMES.get(crs, crs)}: x {first:.0f}, y {second:.0f}."
    return read if crs == own else f"{read} Dat is x {x:.0f}, y {y:.0f} in {_NAMES.get(own, own)}."


def _missed(miss: AddressMiss, home: str, asked: str) -> UnclearPlaceError:
    number = next((one.number.key for one in readings(asked)), "")
    town = f" in {home}" if home else ""
    text = {
        "several": "Dit adres is niet eenduidig. Schrijf een van deze adressen voluit:",
        "no number": "Dit is alleen een straat. Voeg het huisnummer toe.",
        "elsewhere": f"Deze straat ligt niet{town}. Kijk de gemeente na.",
        "no number near": "Dit huisnummer is er niet in deze straat.",
        "no street": f"Deze straat is er niet{town}. Kijk de spelling na, of klik op de kaart.",
        "unreadable": "Geef een straat en een huisnummer, bijvoorbeeld Grote Markt 54.",
    }[miss.reason]
    return UnclearPlaceError(text, tuple(_with_number(one, number) for one in miss.nearest))


def _with_number(label: str, number: str) -> str:
    """Return a street that comes near with the number that was asked, so that it need not be typed again."""
    street, comma, town = label.partition(",")
    return label if not number or any(map(str.isdigit, street)) else f"{street} {number}{comma}{town}"
