"""Looking up an address: one house, or an error that says why not.

The addresses of the pack are asked; the address service of Digitaal Vlaanderen only where the user wants that.
"""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator

from kortrijk_geo.errors import OptionError, ServiceError
from kortrijk_geo.pack.addresses import AddressBook, AddressMatch, addresses_of, told
from kortrijk_geo.rules import Rules, Text, Whole, read_rules

if TYPE_CHECKING:
    from kortrijk_geo.pack.addresses import AddressMiss
    from kortrijk_geo.pack.city import City

_MOST_BYTES = 1_000_000
# Answers nearer than this are one house, listed more than once (boxes of one building).
_SAME_HOUSE_M = 10.0
_PACK = "adressen van het pakket"
_ONLINE = "ask the address service with --online"
_INSTEAD = "give the coordinates with --x and --y instead"


def _web_address(text: str) -> str:
    if urllib.parse.urlsplit(text).scheme not in {"http", "https"}:
        raise ValueError(f"{text!r} is not an address of http or https")
    return text


class Geocoder(Rules):
    """Where the service is, and how it is asked; its coordinates are in ``crs``."""

    endpoint: Annotated[Text, AfterValidator(_web_address)]
    source: Text
    crs: Text
    candidates: Annotated[int, Whole(1, 5)]
    timeout_s: Annotated[int, Whole(1, 120)]


@dataclass(frozen=True)
class Place:
    """An address that was found: coordinates in the CRS that was asked for, metres.

    ``remark`` tells in Dutch what is not as it was asked; ``is_near`` that it is another house number or street name.
    """

    x: float
    y: float
    address: str
    municipality: str
    source: str
    remark: str = ""
    is_near: bool = False


def load_geocoder(path: str | Path | None = None) -> Geocoder:
    """Read where the service is from TOML, by default the shipped ``geocoder.toml``; `DataError` names a wrong key."""
    return read_rules(Geocoder, path or Path(__file__).with_name("geocoder.toml"))


def place_in_city(text: str, city: City, *, online: bool = False, geocoder: Geocoder | None = None) -> Place:
    """Find the one house at an address among those of the pack; the address service is asked only ``online``.

    Online a house that the pack has exactly is not asked for, and one that it does not is.

    Raises
    ------
    OptionError, ServiceError
        As `find_address`; the nearest addresses of the pack are named.
    """
    municipality = city.name.partition(" (")[0]
    asked = _checked(text)
    if online:
        try:
            place = _place_in_pack(asked, city, municipality)
        except OptionError:
            place = None
        if place is not None and not place.is_near:
            return place
        return find_address(asked, crs=city.crs, municipality=municipality, geocoder=geocoder)
    return _place_in_pack(asked, city, municipality)


def _place_in_pack(asked: str, city: City, municipality: str) -> Place:
    if not city.has("addresses"):
        raise OptionError(f"adres {asked!r}: the pack has no addresses; {_INSTEAD}, or ask the service with --online")
    book = AddressBook(addresses_of(city))
    # Where no address lies in a municipality of its name, the pack is called otherwise than its municipality.
    home = municipality if book.knows_town(municipality) else ""
    answer = book.find(asked, municipality=home)
    if not isinstance(answer, AddressMatch):
        raise OptionError(_why_not(asked, answer, home))
    if home and answer.municipality and answer.municipality.casefold() != home.casefold():
        raise OptionError(
            f"adres {asked!r} ligt volgens de {_PACK} niet in {home} maar in {answer.municipality}; {_INSTEAD}"
        )
    near = answer.level == "nearest" or not answer.same_street
    return Place(answer.x, answer.y, answer.address, answer.municipality, _PACK, told(answer), is_near=near)


def _why_not(asked: str, miss: AddressMiss, municipality: str) -> str:
    listed = "; ".join(miss.nearest)
    near = f"; nearest: {listed}" if listed else ""
    if miss.reason == "several":
        return f"adres {asked!r} is niet eenduidig: {listed}; write one of these in full, or {_INSTEAD}"
    if miss.reason == "no number":
        return f"adres {asked!r}: only a street, no house; add the house number{near}"
    if miss.reason == "elsewhere":
        town = f"in {municipality}" if municipality else "there"
        return f"adres niet gevonden: {asked!r} ({_PACK}): no such street {town}{near}; check the town, or {_INSTEAD}"
    return f"adres niet gevonden: {asked!r} ({_PACK}){near}; check its spelling, {_ONLINE}, or {_INSTEAD}"


def _checked(text: str) -> str:
    asked = " ".join(text.split())
    if not asked or len(asked) > 200:
        raise OptionError("address must be a street, a number and a municipality, at most 200 characters")
    return asked


def find_address(text: str, *, crs: str, municipality: str | None = None, geocoder: Geocoder | None = None) -> Place:
    """Find the one house at an address.

    Parameters
    ----------
    text
        Street, number, and postal code or municipality.
    crs
        CRS of the coordinates that are returned: that of the pack.
    municipality
        Name of the municipality in which the address must lie; None takes any.
    geocoder
        The service; the shipped one by default.

    Raises
    ------
    OptionError
        When the text is empty or longer than an address, or the address is not found, is a street without a number,
        fits several houses, or lies elsewhere.
    ServiceError
        When the service does not answer, or not as its protocol says.
    """
    asked = _checked(text)
    service = geocoder or load_geocoder()
    places = [_place(record, service) for record in _ask(asked, service)]
    if municipality is not None and places:
        elsewhere = sorted({place.municipality for place, _ in places})
        places = [(p, exact) for p, exact in places if p.municipality.casefold() == municipality.casefold()]
        if not places:
            raise OptionError(
                f"adres {asked!r} ligt volgens {service.source} niet in {municipality} maar in {', '.join(elsewhere)};"
                f" add the municipality to the address, or {_INSTEAD}"
            )
    if not places:
        raise OptionError(f"adres niet gevonden: {asked!r} ({service.source}); check its spelling, or {_INSTEAD}")
    houses = [place for place, exact in places if exact]
    if not houses:
        raise OptionError(f"adres {asked!r}: only {places[0][0].address!r} was found, no house; add the house number")
    first = houses[0]
    others = [
        place.address for place in houses[1:] if math.dist((place.x, place.y), (first.x, first.y)) > _SAME_HOUSE_M
    ]
    if others:
        listed = "; ".join(dict.fromkeys([first.address, *others]))
        raise OptionError(f"adres {asked!r} is niet eenduidig: {listed}; write one of these in full, or {_INSTEAD}")
    x, y = _to_crs(first, service.crs, crs)
    return Place(x, y, first.address, first.municipality, first.source)


def _ask(text: str, service: Geocoder) -> list[Any]:
    query = urllib.parse.urlencode({"q": text, "c": service.candidates})
    request = urllib.request.Request(  # noqa: S310 - a Geocoder takes only http and https
        f"{service.endpoint}?{query}", headers={"Accept": "application/json", "User-Agent": "kortrijk-geo"}
    )
    try:
        with urllib.request.urlopen(request, timeout=service.timeout_s) as response:  # noqa: S310 - as above
            body = response.read(_MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise ServiceError(f"{service.source} answered with status {error.code}; {_INSTEAD}") from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise ServiceError(f"{service.source} cannot be reached ({reason}); {_INSTEAD}") from error
    try:
        records = json.loads(body)["LocationResult"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ServiceError(f"{service.source} did not answer with a LocationResult; {_INSTEAD}") from error
    if not isinstance(records, list):
        raise ServiceError(f"{service.source} did not answer with a list of locations; {_INSTEAD}")
    return records


def _place(record: Any, service: Geocoder) -> tuple[Place, bool]:
    try:
        place = Place(
            x=float(record["Location"]["X_Lambert72"]),
            y=float(record["Location"]["Y_Lambert72"]),
            address=str(record["FormattedAddress"]),
            municipality=str(record["Municipality"]),
            source=service.source,
        )
        exact = bool(record.get("Housenumber"))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ServiceError(f"{service.source} left out {error} of a location; {_INSTEAD}") from error
    if not (math.isfinite(place.x) and math.isfinite(place.y)):
        raise ServiceError(f"{service.source} gave no coordinates for {place.address!r}; {_INSTEAD}")
    return place, exact


def _to_crs(place: Place, source: str, target: str) -> tuple[float, float]:
    from pyproj import CRS, Transformer

    if CRS.from_user_input(source) == CRS.from_user_input(target):
        return place.x, place.y
    x, y = Transformer.from_crs(source, target, always_xy=True).transform(place.x, place.y)
    return float(x), float(y)
