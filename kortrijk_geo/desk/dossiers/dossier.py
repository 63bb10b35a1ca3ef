"""What the entries of a dossier come to: its status, versions, advice, decisions and payments."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from kortrijk_geo.desk.dossiers.inputs import Inputs
from kortrijk_geo.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.desk.ledger import Entry

Status = Literal["opened", "submitted", "advised", "decided", "paid", "withdrawn"]
# A draft is no dossier yet: it has no number, and stands beside the chain.
STATUS_LABELS: dict[str, str] = {
    "opened": "geopend",
    "submitted": "ingediend",
    "advised": "advies berekend",
    "decided": "beslist",
    "paid": "betaald",
    "withdrawn": "ingetrokken",
}


@dataclass(frozen=True)
class Version:
    """What was asked, the first time or after a correction; ``corrects`` is the entry of the version before."""

    number: int
    entry: int
    by: str
    at: str
    kept: Mapping[str, Any]
    person: str
    corrects: int | None = None


@dataclass(frozen=True)
class Advice:
    """A computed advice; its document, figures and rulebook are texts of the ledger by their hash.

    ``total_cents`` is None where no sum can be computed; while there are ``open_points`` (field, text) it is
    provisional. ``code`` says which program computed it.
    """

    entry: int
    by: str
    at: str
    version: int
    status: str
    total_cents: int | None
    area_id: str | None
    area: str | None
    open_points: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    document: str
    document_sha256: str
    figures: str
    outlines: str
    rulebook: str
    rulebook_file: str
    rulebook_id: str
    confirmations: tuple[Mapping[str, Any], ...]
    decided_at: str
    person: str
    code: Mapping[str, str]


@dataclass(frozen=True)
class Ruling:
    """A decision that an officer took on an advice; ``motivation`` is the salted hash of its words, "" for none."""

    entry: int
    by: str
    at: str
    advice: int
    granted: bool
    cents: int
    motivation: str


@dataclass(frozen=True)
class Payment:
    """A sum that was paid."""

    entry: int
    by: str
    at: str
    cents: int
    day: dt.date


@dataclass(frozen=True)
class Dossier:
    """A dossier as its entries leave it.

    ``last`` is the number of its last entry, which every act names as the one that the officer saw. ``ruling`` is None
    until the present version is decided; ``rulings`` are all, those before a correction included. ``confirmations``
    are those of this dossier alone.
    """

    number: str
    opened_at: str
    opened_by: str
    last: int
    status: Status = "opened"
    versions: tuple[Version, ...] = ()
    advices: tuple[Advice, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    ruling: Ruling | None = None
    payments: tuple[Payment, ...] = ()
    confirmations: tuple[Mapping[str, Any], ...] = ()
    withdrawn_at: str = ""
    last_step_at: str = ""
    forgotten: bool = False

    @property
    def version(self) -> Version:
        """What is asked now."""
        return self.versions[-1]

    @property
    def advice(self) -> Advice | None:
        """The last advice on the present version; None while there is none."""
        last = self.advices[-1] if self.advices else None
        return last if last is not None and last.version == self.version.number else None

    @property
    def asked(self) -> Mapping[str, Any]:
        """What is asked now, without anything personal."""
        return self.version.kept

    @property
    def new_places(self) -> int:
        """How many places come."""
        return int(self.asked["new_places"])

    @property
    def paid_cents(self) -> int:
        """What was paid."""
        return sum(payment.cents for payment in self.payments)

    @property
    def granted_cents(self) -> int | None:
        """What is granted and stands: 0 of a refusal; None while nothing is decided, and of a dossier that went."""
        return None if self.ruling is None or self.status == "withdrawn" else self.ruling.cents

    @property
    def year(self) -> int:
        """The year of its number."""
        return int(self.number[:4])

    def advice_of(self, entry: int) -> Advice | None:
        """Return the advice of an entry."""
        return next((advice for advice in self.advices if advice.entry == entry), None)


def dossier_of(entries: Sequence[Entry]) -> Dossier:
    """Return what the entries of one dossier, in order, come to.

    Raises
    ------
    DataError
        When there is none, the first is not its opening, or one lacks what its kind has.
    """
    if not entries or entries[0].kind != "opened":
        raise DataError("een dossier begint met zijn opening")
    first = entries[0]
    dossier = Dossier(first.dossier, first.at, first.who, first.number, last_step_at=first.at)
    for entry in entries[1:]:
        dossier = after(dossier, entry)
    return dossier


def after(dossier: Dossier, entry: Entry) -> Dossier:
    """Return a dossier after one more entry."""
    try:
        change: dict[str, Any] = _CHANGES[entry.kind](dossier, entry)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DataError(
            f"inschrijving {entry.number} ({entry.kind}) van dossier {entry.dossier} is niet te lezen ({error!r})"
        ) from error
    if entry.kind != "forgotten":
        change["last_step_at"] = entry.at
    return replace(dossier, last=entry.number, **change)


def _asked(dossier: Dossier, entry: Entry) -> dict[str, Any]:
    body = entry.body
    Inputs.of(body["asked"])
    version = Version(
        number=len(dossier.versions) + 1,
        entry=entry.number,
        by=entry.who,
        at=entry.at,
        kept=body["asked"],
        person=body["person"],
        corrects=body.get("corrects"),
    )
    return {"status": "submitted", "versions": (*dossier.versions, version), "ruling": None}


def _advised(dossier: Dossier, entry: Entry) -> dict[str, Any]:
    body = {name: value for name, value in entry.body.items() if name != "role"}
    body["open_points"] = tuple((field, text) for field, text in body["open_points"])
    body["reasons"], body["confirmations"] = tuple(body["reasons"]), tuple(body["confirmations"])
    advice = Advice(entry=entry.number, by=entry.who, at=entry.at, **body)
    return {"status": "advised", "advices": (*dossier.advices, advice)}


def _decided(dossier: Dossier, entry: Entry) -> dict[str, Any]:
    body = {name: value for name, value in entry.body.items() if name != "role"}
    ruling = Ruling(entry=entry.number, by=entry.who, at=entry.at, **body)
    return {"status": "decided", "rulings": (*dossier.rulings, ruling), "ruling": ruling}


def _paid(dossier: Dossier, entry: Entry) -> dict[str, Any]:
    day = dt.date.fromisoformat(entry.body["day"])
    payment = Payment(entry.number, entry.who, entry.at, entry.body["cents"], day)
    whole = dossier.granted_cents is not None and dossier.paid_cents + payment.cents >= dossier.granted_cents
    return {"status": "paid" if whole else "decided", "payments": (*dossier.payments, payment)}


def _confirmed(dossier: Dossier, entry: Entry) -> dict[str, Any]:
    return {"confirmations": (*dossier.confirmations, {**entry.body, "who": entry.who, "entry": entry.number})}


_CHANGES: dict[str, Any] = {
    "submitted": _asked,
    "corrected": _asked,
    "advised": _advised,
    "decided": _decided,
    "paid": _paid,
    "confirmed": _confirmed,
    "withdrawn": lambda _, entry: {"status": "withdrawn", "withdrawn_at": entry.at},
    "forgotten": lambda *_: {"forgotten": True},
}
