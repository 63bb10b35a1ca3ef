"""An application for the childcare premium."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kortrijk_geo.errors import OptionError
from kortrijk_geo.premium.answers import Answer, read_answers
from kortrijk_geo.premium.form import KINDS
from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Answer", "Application", "read_answers"]

# No location in Flanders comes near: a larger number is a slip of the keyboard, not an application.
MOST_PLACES = 999
# No projected CRS in metres has coordinates beyond this: the earth is 40,000 km around.
MOST_METRES = 1e9


@dataclass(frozen=True)
class Application:
    """What an applicant asks.

    Parameters
    ----------
    kind
        "group" (group care), "family" (a childminder who starts) or "family-yearly" (one who works already).
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

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise OptionError.of_choice("kind", self.kind, KINDS)
        for name in ("new_places", "existing_places"):
            places = getattr(self, name)
            if not isinstance(places, int) or isinstance(places, bool) or not 0 <= places <= MOST_PLACES:
                raise OptionError(f"{name} {places!r} must be a whole number from 0 to {MOST_PLACES}")
        if self.kind == "family-yearly":
            if self.new_places + self.existing_places == 0:
                raise OptionError("a childminder who works already has existing_places from 1")
        elif self.new_places == 0:
            raise OptionError("new_places is 0; the premium is for new places, from 1")
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
