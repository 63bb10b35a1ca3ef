"""The one place where an address that someone wrote is found among the addresses of a pack.

First the street as written, then the street that is written almost so; of its numbers first that number, then the one
without its box or letter, then the nearest. What is not exactly what was asked is told; what could be two houses is
none. The premium, tables of addresses and, by ``mapping/static/matching.js``, the search of pages find by these rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from kortrijk_geo.pack.address_text import (
    HouseNumber,
    Reading,
    address_rules,
    likeness,
    plain_words,
    readings,
    street_key,
    town_of,
    whole_number,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import geopandas as gpd

    from kortrijk_geo.pack.city import City

Level = Literal["same", "without box", "in range", "nearest"]
Reason = Literal["unreadable", "no number", "no street", "elsewhere", "no number near", "several"]
_LEVELS: tuple[Level, ...] = ("same", "without box", "in range", "nearest")
# A reading that finds a house is better than one that does not, and these say more than "no such street".
_MISSES: tuple[Reason, ...] = ("no number", "elsewhere", "no number near", "no street", "unreadable")
_SUGGESTED = 3


@dataclass(frozen=True)
class AddressMatch:
    """A house that was found.

    Parameters
    ----------
    row
        Position in the layer ``addresses``.
    x, y
        Its place in the pack's CRS, metres.
    address
        The address as the pack has it.
    level
        How its number answers to the one that was asked.
    same_street
        False when the street was written otherwise than a difference of spaces, accents and abbreviations.
    asked
        The street and the number that were read in what was asked.
    municipality
        As the pack has it; empty when it does not tell.
    """

    row: int
    x: float
    y: float
    address: str
    level: Level
    same_street: bool
    asked: str
    municipality: str = ""


@dataclass(frozen=True)
class AddressMiss:
    """Why no house was found, and the addresses or streets that come near, best first."""

    reason: Reason
    nearest: tuple[str, ...] = ()


@dataclass
class _Street:
    name: str
    postcode: str
    municipality: str
    words: frozenset[str]
    districts: set[str] = field(default_factory=set)
    houses: list[tuple[int, str, HouseNumber | None]] = field(default_factory=list)

    @property
    def town(self) -> str:
        return f"{self.postcode} {self.municipality}".strip()

    def label(self, number: str = "") -> str:
        return f"{self.name} {number}".strip() + (f", {self.town}" if self.town else "")


_House = tuple[_Street, int, str]
_Ranked = tuple[int, AddressMatch | AddressMiss]


class AddressBook:
    """The addresses of a pack, by street.

    Parameters
    ----------
    addresses
        Layer ``addresses`` of a pack, or of one that is being built; with a column ``district`` (`with_districts`) an
        address may name the district in place of the municipality.
    """

    def __init__(self, addresses: gpd.GeoDataFrame) -> None:
        self._points = addresses.geometry.to_numpy()
        self._numbers = addresses["house_number"].astype(str).to_list()
        self._streets: dict[str, list[_Street]] = {}
        self._pairs: dict[str, frozenset[str]] = {}
        self._alike: dict[str, list[tuple[float, str]]] = {}
        towns = [
            addresses[name].fillna("").astype(str).to_list() if name in addresses else [""] * len(addresses)
            for name in ("postcode", "municipality")
        ]
        named = addresses["district"].fillna("").astype(str) if "district" in addresses else [""] * len(addresses)
        self._districts = list(named)
        self._known_districts = {tuple(plain_words(name)) for name in set(named)} - {()}
        known: dict[tuple[str, str, str], _Street] = {}
        for row, (name, number, postcode, town) in enumerate(
            zip(addresses["street"].astype(str), self._numbers, *towns, strict=True)
        ):
            street = known.get((name, postcode, town))
            if street is None:
                key = street_key(name)
                same = [
                    one for one in self._streets.get(key, ()) if (one.postcode, one.municipality) == (postcode, town)
                ]
                street = same[0] if same else _Street(name, postcode, town, frozenset(plain_words(town)))
                if not same:
                    self._streets.setdefault(key, []).append(street)
                known[name, postcode, town] = street
            street.houses.append((row, number, whole_number(number)))
            street.districts.add(self._districts[row])

    def find(self, text: str, *, municipality: str = "") -> AddressMatch | AddressMiss:
        """Find the house of an address in one text.

        Parameters
        ----------
        text
            "Meensesteenweg 12 bus 3, 8500 Kortrijk"; also with the number first.
        municipality
            Taken where the text itself names no town.
        """
        ranked: list[_Ranked] = []
        for reading in readings(text):
            ranked.append(self._rank(reading, municipality))
            if not ranked[-1][0]:  # none is better than the street and the number as they are
                return ranked[-1][1]
        if (street := self._streets.get(street_key(text))) is not None:
            ranked.append(
                (len(_LEVELS) * 2, AddressMiss("no number", tuple(one.label() for one in street[:_SUGGESTED])))
            )
        if not ranked:
            named = self._near_streets(street_key(text.partition(",")[0]))
            return AddressMiss("no number" if named else "unreadable", named)
        return min(ranked, key=lambda one: one[0])[1]

    def find_parts(
        self, street: str, number: str, *, postcode: str = "", municipality: str = ""
    ) -> AddressMatch | AddressMiss:
        """Find the house of an address in parts, as a table has them; without a number the street may hold it."""
        if not number.strip():
            return self.find(f"{street}, {postcode} {municipality}")
        read = whole_number(number)
        if read is None or not street_key(street):
            return AddressMiss("unreadable", self._near_streets(street_key(street)))
        code, rest = town_of(postcode)
        return self._rank(Reading(street, read, code, (*rest, *plain_words(municipality))), "")[1]

    def knows_town(self, municipality: str) -> bool:
        """Tell whether a street lies in a municipality."""
        words = frozenset(plain_words(municipality))
        return any(street.words == words for streets in self._streets.values() for street in streets)

    def _rank(self, reading: Reading, municipality: str) -> _Ranked:
        """Answer to one reading; the lower the rank, the better it fits."""
        key = street_key(reading.street)
        keys, same = self._keys(key)
        if not keys:
            return self._missed("no street", self._near_streets(key))
        town = reading.town if reading.town or reading.postcode else tuple(plain_words(municipality))
        everywhere = [street for one in keys for street in self._streets[one]]
        here = [street for street in everywhere if self._in_town(street, reading.postcode, town)]
        if not here:
            return self._missed("elsewhere", [street.label() for street in everywhere])
        if not same and (several := self._rivals(key, here)):
            return len(_LEVELS), AddressMiss("several", tuple(several))
        here = [self._narrowed(street, reading.postcode, town) for street in here]
        level, houses = _houses(here, reading.number)
        if not houses:
            return self._missed("no number near", _nearest_labels(here, reading.number))
        rank = _LEVELS.index(level) + (0 if same else len(_LEVELS))
        street, row, number = houses[0]
        apart = shapely.distance(self._points[row], self._points[[house[1] for house in houses]])
        if (apart > address_rules().same_house_m).any():
            return rank, AddressMiss("several", tuple(dict.fromkeys(one.label(text) for one, _, text in houses)))
        x, y = shapely.get_coordinates(self._points[row])[0]
        asked = f"{' '.join(reading.street.split())} {_as_asked(reading.number)}"
        return rank, AddressMatch(
            row, float(x), float(y), street.label(number), level, same, asked, street.municipality
        )

    def _in_town(self, street: _Street, postcode: str, town: Sequence[str]) -> set[str]:
        """Return the districts of a street in which it may lie in a town."""
        return {name for name in street.districts if _fits(street, name, postcode, town, self._known_districts)}

    def _narrowed(self, street: _Street, postcode: str, town: Sequence[str]) -> _Street:
        """Return a street with those of its houses that lie in a town."""
        fit = self._in_town(street, postcode, town)
        if fit == street.districts:
            return street
        return replace(street, houses=[house for house in street.houses if self._districts[house[0]] in fit])

    def _missed(self, reason: Reason, nearest: Iterable[str]) -> _Ranked:
        return 2 * len(_LEVELS) + 1 + _MISSES.index(reason), AddressMiss(reason, tuple(nearest)[:_SUGGESTED])

    def _keys(self, key: str) -> tuple[list[str], bool]:
        """Return the key of the street, or those of the streets that are written almost so, best first."""
        if key in self._streets:
            return [key], True
        if key not in self._alike:
            alike = ((likeness(key, known), known) for known in self._streets)
            fit = [one for one in alike if one[0] >= address_rules().least_likeness]
            self._alike[key] = sorted(fit, key=lambda one: (-one[0], one[1]))
        return [known for _, known in self._alike[key]], False

    def _rivals(self, key: str, here: list[_Street]) -> list[str]:
        """Return the streets among which none is clearly the best; otherwise keep only the best of ``here``."""
        there = [
            (alike, known) for alike, known in self._alike[key] if any(one in self._streets[known] for one in here)
        ]
        best = there[0]
        if len(there) > 1 and best[0] - there[1][0] < address_rules().least_lead:
            return [self._streets[known][0].label() for _, known in there[:_SUGGESTED]]
        here[:] = [one for one in here if one in self._streets[best[1]]]
        return []

    def _near_streets(self, key: str) -> tuple[str, ...]:
        """Return the streets that share most pairs of letters with a key: to look at, not to take."""
        asked = _pairs(key)
        if not asked:
            return ()
        if not self._pairs:
            self._pairs = {known: _pairs(known) for known in self._streets}
        shared = [
            (2 * len(asked & pairs) / (len(asked) + len(pairs)), known) for known, pairs in self._pairs.items() if pairs
        ]
        best = sorted((one for one in shared if one[0] > 0.5), key=lambda one: (-one[0], one[1]))[:_SUGGESTED]
        return tuple(self._streets[known][0].label() for _, known in best)


def with_districts(addresses: gpd.GeoDataFrame, districts: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Return addresses with the name of the district (deelgemeente) that each lies in, as column ``district``.

    Parameters
    ----------
    addresses, districts
        Layers of one pack; without districts the addresses are returned as they are.
    """
    if districts is None or addresses.empty:
        return addresses
    houses, within = shapely.STRtree(districts.geometry.to_numpy()).query(
        addresses.geometry.to_numpy(), predicate="intersects"
    )
    names = np.full(len(addresses), "", dtype=object)
    # On a common border the first district counts, as everywhere in a pack: it is written last.
    order = np.lexsort((-within, houses))
    names[houses[order]] = districts["name"].astype(str).to_numpy(dtype=object)[within[order]]
    return addresses.assign(district=names)


def addresses_of(city: City) -> gpd.GeoDataFrame:
    """Return the addresses of a pack, each with its district where the pack has them."""
    return with_districts(city.layer("addresses"), city.layer("districts") if city.has("districts") else None)


def _pairs(key: str) -> frozenset[str]:
    return frozenset(key[at : at + 2] for at in range(len(key) - 1))


def _as_asked(number: HouseNumber) -> str:
    return number.key + (f" bus {number.box}" if number.box else "")


def _fits(
    street: _Street, district: str, postcode: str, town: Sequence[str], known: Collection[tuple[str, ...]]
) -> bool:
    """Tell whether houses of a street in a district may lie in a town, which is a municipality or a district.

    Where both have a postcode it decides, and among the districts of one postcode, or of one municipality, the district
    that is named; a district called as its municipality is not told from it. What is unknown fits all.
    """
    code, own = "".join(plain_words(street.postcode)), tuple(plain_words(district))
    coded = bool(postcode and code)
    if coded and not (code.startswith(postcode) or postcode.startswith(code)):
        return False
    named = [name for name in known if set(name) != street.words and _alike(town, name)]
    if own and named:
        return own in named
    alike = bool(street.words) and _alike(town, plain_words(street.municipality))
    return not town or alike or coded or not street.words


def _alike(town: Sequence[str], name: Sequence[str]) -> bool:
    return set(name) <= set(town) or likeness("".join(town), "".join(name)) >= address_rules().least_likeness


def _houses(streets: Sequence[_Street], asked: HouseNumber) -> tuple[Level, list[_House]]:
    """Return the houses that answer best to a number, and how well they do."""
    every = [(street, row, text, number) for street in streets for row, text, number in street.houses if number]
    with_box = {f"{asked.key}{asked.box}", f"{asked.key}/{asked.box}"} if asked.box else {asked.key}
    if asked.box.isdigit():
        with_box.discard(f"{asked.key}{asked.box}")
    whole = [house for house in every if _full_key(house[3]) in with_box]
    base = [house for house in every if house[3].key in {asked.key, str(asked.base)} and not house[3].box]
    base = [house for house in base if house[3].key == asked.key] or base
    around = [
        house
        for house in every
        if house[3].last and house[3].distance(asked.base) == 0 and (house[3].base - asked.base) % 2 == 0
    ]
    steps: tuple[tuple[Level, list[tuple[_Street, int, str, HouseNumber]]], ...] = (
        ("same", whole), ("without box", base), ("in range", around),
    )  # fmt: skip
    for level, houses in steps:
        if houses:
            return level, [house[:3] for house in houses]
    return "nearest", _nearest(every, asked)


def _full_key(number: HouseNumber) -> str:
    return number.key + (f"/{number.box}" if number.box else "")


def _away(number: HouseNumber, asked: HouseNumber) -> int:
    """How far a number is; the other side of the street is two numbers farther."""
    return number.distance(asked.base) + 2 * ((number.base - asked.base) % 2)


def _nearest(every: Sequence[tuple[_Street, int, str, HouseNumber]], asked: HouseNumber) -> list[_House]:
    """Return the house with the nearest number, one of each street; none that is too far."""
    best: dict[int, tuple[tuple[int, int, str], _House]] = {}
    for street, row, text, number in every:
        order = (_away(number, asked), number.base, text)
        if order[0] <= address_rules().farthest_number and order < best.get(id(street), ((10**6, 0, ""),))[0]:
            best[id(street)] = order, (street, row, text)
    return [house for _, house in sorted(best.values(), key=lambda one: one[0])]


def _nearest_labels(streets: Sequence[_Street], asked: HouseNumber) -> list[str]:
    every = [
        (_away(number, asked), number.base, street.label(text))
        for street in streets
        for _, text, number in street.houses
        if number
    ]
    return [label for *_, label in sorted(every)[:_SUGGESTED]] or [street.label() for street in streets]


def told(match: AddressMatch) -> str:
    """Return in Dutch what is not exactly as it was asked, or nothing."""
    remarks = [] if match.same_street else ["straat anders geschreven"]
    remarks += {
        "same": [],
        "without box": ["zonder bus, letter of reeks"],
        "in range": ["nummer binnen een reeks"],
        "nearest": ["dichtstbijzijnde nummer"],
    }[match.level]
    return f"{' en '.join(remarks)} bij {match.asked!r}" if remarks else ""


def points_of(matches: Sequence[AddressMatch | AddressMiss]) -> np.ndarray:
    """Return a point for each match, None for each miss."""
    return np.array(
        [shapely.Point(one.x, one.y) if isinstance(one, AddressMatch) else None for one in matches], dtype=object
    )
