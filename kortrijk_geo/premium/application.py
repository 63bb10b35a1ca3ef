"""An application for the childcare premium."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kortrijk_geo.errors import OptionError
from kortrijk_geo.premium.answers import Answer, read_answers
from kortrijk_geo.premium.grants import PHASE
from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

__all__ = ["Answer", "Application", "read_answers"]

# No location in Flanders comes near: a larger number is a slip of the keyboard, not an application.
MOST_PLACES = 999
# No projected CRS in metres has coordinates beyond this: the earth is 40,000 km around.
MOST_METRES = 1e9
MOST_EUROS = 1_000_000_000


@dataclass(frozen=True)
class Application:
    """What an applicant asks.

    Parameters
    ----------
    kind
        "group" (group care), "family" (a childminder who starts), "family-yearly" (one who works already), or a kind
        that the rulebook names itself.
    new_places, existing_places
        Licensed places that come, and that were there before.
    x, y
        The location in the pack's CRS, metres. Look an address up first with `kortrijk_geo.premium.address`.
    date
        Day of the application; it chooses the rulebook.
    answers
        Answer by condition id: True or False confirms or denies the condition, a number or text tells the fact.
    assume_yes
        Take every condition that is not answered as satisfied; the decision records it as assumed, an open point.
    address
        Text shown on the sheet.
    address_remark
        What is not as it was asked about the address, in Dutch: a note of the decision.
    address_is_near
        True when the place is that of another house number or street name: the place itself is then an open point.
    answers_from
        Where the answers come from, for messages: the name of the file.
    opened, ended
        Days on which the places open or opened, and on which they end: what must be paid back is computed for these.
    phase
        "start", "extension" or "existing", where the places alone do not tell it.
    year
        The year that is supported, where the rules go by one.
    costs_eur, granted_before_eur
        Costs that are proven, and what the applicant had before under the same cap.
    regulation
        Which regulation is asked for, where a city has several at a time.
    dossier, applicant, advisor
        Number of the file, who asks, and who advises: texts on the sheet.

    Raises
    ------
    OptionError
        When a number, a place or a date cannot be one.
    """

    kind: str
    new_places: int
    existing_places: int
    x: float
    y: float
    date: dt.date
    answers: Mapping[str, Answer] = field(default_factory=dict)
    assume_yes: bool = False
    address: str = ""
    address_remark: str = ""
    address_is_near: bool = False
    opened: dt.date | None = None
    ended: dt.date | None = None
    phase: str = ""
    year: int | None = None
    costs_eur: Decimal | None = None
    granted_before_eur: Decimal | None = None
    regulation: str = ""
    answers_from: str = "antwoorden"
    dossier: str = ""
    applicant: str = ""
    advisor: str = ""

    @property
    def numbers(self) -> dict[str, int]:
        """What the application counts itself, as conditions name it."""
        return {
            "new places": self.new_places,
            "existing places": self.existing_places,
            "total places": self.new_places + self.existing_places,
        }

    @property
    def stage(self) -> str:
        """Whether it is a start, an extension or an existing initiative: as it says, else by its places."""
        if self.phase:
            return self.phase
        if self.new_places == 0:
            return "existing"
        return "extension" if self.existing_places else "start"

    @property
    def is_nowhere(self) -> bool:
        """Whether its place was erased with what was personal: no place of any CRS in use here lies at its origin."""
        return self.x == 0 == self.y

    def __post_init__(self) -> None:
        if self.phase and self.phase not in PHASE:
            raise OptionError.of_choice("phase", self.phase, tuple(PHASE))
        for name in ("new_places", "existing_places"):
            places = getattr(self, name)
            if not isinstance(places, int) or isinstance(places, bool) or not 0 <= places <= MOST_PLACES:
                raise OptionError(f"{name} {places!r} must be a whole number from 0 to {MOST_PLACES}")
        for name in ("costs_eur", "granted_before_eur"):
            euros = getattr(self, name)
            if euros is not None and not (euros.is_finite() and 0 <= euros < MOST_EUROS):
                raise OptionError(f"{name} {euros} must be an amount from 0")
        self._check_place()
        self._check_days()
        object.__setattr__(self, "answers", dict(self.answers))

    def _check_place(self) -> None:
        for name in ("x", "y"):
            value = getattr(self, name)
            if not is_finite(value) or abs(value) > MOST_METRES:
                raise OptionError(f"{name} {value!r} must be a coordinate in metres, in the CRS of the pack")

    def _check_days(self) -> None:
        if not isinstance(self.date, dt.date) or isinstance(self.date, dt.datetime):
            raise OptionError(f"date {self.date!r} must be a day, as 2021-10-12")
        if self.ended is not None and self.ended < (self.opened or self.date):
            raise OptionError(f"ended {self.ended} lies before {self.opened or self.date}, the day of the start")
