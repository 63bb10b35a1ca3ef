"""What an applicant asks, in two parts: what the decision needs for good, and what is personal and can be forgotten."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kortrijk_geo.premium.application import Application

if TYPE_CHECKING:
    from collections.abc import Mapping

# What of an application is somebody's: texts, and where it is.
_TEXTS = ("address", "address_remark", "applicant")
_DAYS = ("opened", "ended")
_EUROS = ("costs_eur", "granted_before_eur")
_PLAIN = (
    *("kind", "new_places", "existing_places", "assume_yes"),
    *("address_is_near", "phase", "year", "regulation"),
)


@dataclass(frozen=True)
class Inputs:
    """An application, and what the desk keeps beside it: how to reach the applicant, and a free remark."""

    application: Application
    contact: str = ""
    remark: str = ""

    def kept(self) -> dict[str, Any]:
        """Return what stands in the ledger for good: nothing personal."""
        asked = self.application
        return {
            **{name: getattr(asked, name) for name in _PLAIN},
            "date": asked.date.isoformat(),
            "answers": dict(asked.answers),
            **{name: None if (day := getattr(asked, name)) is None else day.isoformat() for name in _DAYS},
            **{name: None if (sum_ := getattr(asked, name)) is None else str(sum_) for name in _EUROS},
        }

    def person(self) -> dict[str, str]:
        """Return what is personal."""
        asked = self.application
        texts = {name: getattr(asked, name) for name in _TEXTS}
        # The shortest text of a float reads back as the same float.
        return {**texts, "x": repr(float(asked.x)), "y": repr(float(asked.y)), "contact": self.contact,
                "remark": self.remark}  # fmt: skip

    @classmethod
    def of(cls, kept: Mapping[str, Any], person: Mapping[str, str] | None = None) -> Inputs:
        """Read both parts; without the person the location is nowhere, and the texts are empty."""
        who = person or {}
        values: dict[str, Any] = {name: kept[name] for name in _PLAIN}
        values |= {name: None if kept[name] is None else dt.date.fromisoformat(kept[name]) for name in _DAYS}
        values |= {name: None if kept[name] is None else Decimal(kept[name]) for name in _EUROS}
        values |= {name: who.get(name, "") for name in _TEXTS}
        application = Application(
            **values,
            date=dt.date.fromisoformat(kept["date"]),
            answers=kept["answers"],
            x=float(who.get("x", 0)),
            y=float(who.get("y", 0)),
        )
        return cls(application, who.get("contact", ""), who.get("remark", ""))

    def without_person(self) -> Inputs:
        """Return what is left of them when the person is forgotten."""
        return Inputs.of(self.kept())

    def for_sheet(self, dossier: str, advisor: str) -> Inputs:
        """Return them with what a sheet tells of the desk: the number of the dossier, and who asked for the advice."""
        return replace(self, application=replace(self.application, dossier=dossier, advisor=advisor))
