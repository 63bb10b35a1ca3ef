"""What a desk knows: its dossiers as the ledger has them, the rulebooks that hold, and the figures of the city."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, Any

from kortrijk_geo.desk.dossiers.advising import Computed, confirmation_of, decision_again, inputs_of
from kortrijk_geo.desk.dossiers.allowed import NotAllowedError, require
from kortrijk_geo.desk.dossiers.books import in_force, proposals
from kortrijk_geo.desk.dossiers.dossier import Dossier, dossier_of
from kortrijk_geo.desk.ledger import ConflictError, Head, LedgerFileError, UnknownDossierError
from kortrijk_geo.errors import KortrijkGeoError, OptionError
from kortrijk_geo.premium.deciding import rulebook_of
from kortrijk_geo.premium.decision import local
from kortrijk_geo.premium.figures import CountedPack
from kortrijk_geo.premium.rulebooks import holding_on, rulebooks_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kortrijk_geo.desk.accounts import Officer
    from kortrijk_geo.desk.dossiers.allowed import Act
    from kortrijk_geo.desk.dossiers.books import Proposal
    from kortrijk_geo.desk.dossiers.inputs import Inputs
    from kortrijk_geo.desk.ledger import Entry, Ledger
    from kortrijk_geo.desk.settings import DeskRules
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.premium.confirming import Confirmation
    from kortrijk_geo.premium.decision import Decision
    from kortrijk_geo.premium.form import Rulebook


_LOG = logging.getLogger(__name__)


class NotReadyError(KortrijkGeoError):
    """The figures of the city are not there yet."""


@dataclass(frozen=True)
class Control:
    """What a printed sheet proves itself by: ``code`` ties the advice to the ledger as it was at ``head``."""

    document_sha256: str
    head: Head
    code: str


class Dossiers:
    """The dossiers of a ledger, with the figures of a city and the rulebooks that hold.

    Parameters
    ----------
    ledger
        Where everything is kept.
    city
        The pack; None while it is loading, then given to `use`.
    books
        The rulebooks that the desk begins with.
    rules
        Those of ``desk.toml``.
    now
        The clock, with a time zone; that of the ledger is its own.
    """

    def __init__(
        self,
        ledger: Ledger,
        city: City | None,
        books: Sequence[Rulebook],
        rules: DeskRules,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self.ledger, self.rules, self._shipped, self._clock = ledger, rules, tuple(books), now
        self._pack: CountedPack | None = None
        self._lock = RLock()
        self._seen = Head()
        self._entries: dict[str, list[Entry]] = {}
        self._dossiers: dict[str, Dossier] = {}
        if city is not None:
            self.use(city)

    def use(self, city: City) -> None:
        """Take the figures of a pack from now on; one that was changed after it was built is told in every advice."""
        pack, today = CountedPack(city, accept_changed=True), self.now().date()
        try:
            for book in holding_on(self.books(), today):
                if book.municipality == city.info.nis_code:
                    pack.prepare(book, today)
                    pack.prepare(book, today - dt.timedelta(days=365))
        except KortrijkGeoError as error:
            # The desk still serves what is decided; whoever asks for an advice is told the same.
            _LOG.warning("the figures of the pack cannot be counted ahead: %s", error)
        self._pack = pack

    @property
    def pack(self) -> CountedPack:
        """The figures of the city; `NotReadyError` while they are loading."""
        if self._pack is None:
            raise NotReadyError("De cijfers van de stad worden nog geladen; probeer het zo dadelijk opnieuw.")
        return self._pack

    def now(self) -> dt.datetime:
        """Return the time, as the clock of Kortrijk tells it."""
        return local(self._clock())

    # What there is.

    def dossier(self, number: str) -> Dossier:
        """Return a dossier; `UnknownDossierError` when there is none of that number."""
        with self._lock:
            self._catch_up()
            if not number or number not in self._entries:
                raise UnknownDossierError(f"Er is geen dossier {number}")
            return self._dossier(number)

    def all_dossiers(self) -> list[Dossier]:
        """Return every dossier, the newest number first."""
        with self._lock:
            self._catch_up()
            return [self._dossier(number) for number in sorted(self._entries, reverse=True) if number]

    def entries(self, number: str) -> tuple[Entry, ...]:
        """Return the entries of a dossier in order: its history; those of no dossier under ""."""
        with self._lock:
            self._catch_up()
            return tuple(self._entries.get(number, ()))

    def inputs(self, number: str) -> Inputs:
        """Return what is asked now, with what is personal while it is known."""
        return inputs_of(self.ledger, self.dossier(number).version)

    def motivation(self, number: str) -> str | None:
        """Return the officer's own words of the last decision; None without any, or when they are forgotten."""
        rulings = self.dossier(number).rulings
        words = self.ledger.person(rulings[-1].motivation) if rulings and rulings[-1].motivation else None
        return None if words is None else words["motivation"]

    def decision(self, number: str) -> Decision:
        """Return the last advice of a dossier in full, computed again from what was kept with it: for the sheet."""
        dossier = self.dossier(number)
        if not dossier.advices:
            raise NotAllowedError(f"Over dossier {number} is nog geen advies berekend.")
        return decision_again(self.ledger, dossier, dossier.advices[-1])

    def control(self, number: str) -> Control:
        """Return the control code for a sheet that is printed now."""
        dossier = self.dossier(number)
        document = dossier.advices[-1].document_sha256 if dossier.advices else ""
        head = self.ledger.head()
        return Control(document, head, control_code(document, head.hash))

    def checks(self, number: str, head: int, code: str) -> bool:
        """Whether a control code is that of an advice of a dossier, printed when the last entry was number ``head``."""
        hashes = [entry.hash for entry in self.ledger.entries(after=head - 1)[:1] if entry.number == head]
        advices = self.dossier(number).advices
        return any(control_code(one.document_sha256, hash_) == code for one in advices for hash_ in hashes)

    def confirmations(self, book: Rulebook) -> tuple[Confirmation, ...]:
        """Return what was confirmed of a rulebook, of this very text; of a field the last."""
        entries = [one for one in self.entries("") if one.kind == "confirmed" and one.body["rulebook"] == book.sha256]
        latest = {one.body["field"]: confirmation_of({**one.body, "who": one.who}) for one in entries}
        return tuple(latest.values())

    def books(self) -> tuple[Rulebook, ...]:
        """Return the rulebooks that decide now, each for its days."""
        return in_force(self._shipped, [one.book for one in self.proposals() if not one.waits])

    def rulebook(self, name: str) -> Rulebook:
        """Return a rulebook that decides now, by its id; `OptionError` names the others."""
        books = {book.id: book for book in self.books()}
        if name not in books:
            raise OptionError.of_choice("rulebook", name, tuple(books))
        return books[name]

    def proposals(self) -> tuple[Proposal, ...]:
        """Return every rulebook that was proposed here, agreed or not."""
        return proposals(self.ledger, self.entries(""))

    # How it is done.

    def _catch_up(self) -> None:
        """Read what was written since; entries never change, so what was read stays, unless the file is another one."""
        seen, fresh = self._seen, self.ledger.entries(after=self._seen.number - 1)
        if seen.number and (not fresh or fresh[0].hash != seen.hash):
            raise LedgerFileError(
                f"{self.ledger.database.path} is teruggezet terwijl het open was; start het loket opnieuw"
            )
        for entry in fresh[bool(seen.number) :]:
            self._entries.setdefault(entry.dossier, []).append(entry)
            self._dossiers.pop(entry.dossier, None)
            self._seen = Head(entry.number, entry.hash)

    def _dossier(self, number: str) -> Dossier:
        if number not in self._dossiers:
            self._dossiers[number] = dossier_of(self._entries[number])
        return self._dossiers[number]

    def _before(self, number: str, act: Act, who: Officer, expect_last: int) -> Dossier:
        """Return a dossier that was not changed since the officer saw it, and with which he may do this."""
        dossier = self.dossier(number)
        if dossier.last != expect_last:
            raise ConflictError(
                f"Intussen heeft iemand anders dossier {number} gewijzigd; bekijk wat er veranderde en doe het opnieuw"
            )
        require(dossier, act, who)
        return dossier

    def _own(self, books: Sequence[Rulebook]) -> tuple[Rulebook, ...]:
        return rulebooks_for(self.pack.city, books)

    def _rulebook_of(self, dossier: Dossier) -> Rulebook:
        """Return the rulebook that decides now on what is asked."""
        asked = inputs_of(self.ledger, dossier.version).application
        return rulebook_of(asked, self._own(self.books()), now=self.now())

    def _compute(self, inputs: Inputs, of_dossier: Sequence[Any], books: Sequence[Rulebook] | None = None) -> Computed:
        now, asked = self.now(), inputs.application
        book = rulebook_of(asked, self._own(self.books() if books is None else books), now=now)
        own = [confirmation_of(one) for one in of_dossier if one["rulebook"] == book.sha256]
        confirmations = (*self.confirmations(book), *own)
        figures = self.pack.figures(book, asked)
        return Computed.of(inputs, figures, book, now=now, confirmations=confirmations)


def control_code(document_sha256: str, head: str) -> str:
    """Return the code on a sheet: short enough to type over, and of both the document and the head of the chain."""
    digest = hashlib.sha256(f"{document_sha256} {head}".encode()).hexdigest()[:16].upper()
    return "-".join(digest[start : start + 4] for start in range(0, 16, 4))


def require_words(text: str, otherwise: str) -> None:
    """Refuse an act without its words."""
    if not text.strip():
        raise OptionError(otherwise)
