"""The rulebooks of a desk: the shipped ones, and those that one person proposed and another agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import DataError
from kortrijk_geo.premium.rulebooks import check_periods, rulebook_of_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.desk.ledger import Entry, Ledger
    from kortrijk_geo.premium.form import Rulebook

PROPOSED, AGREED = "rulebook-proposed", "rulebook-agreed"


@dataclass(frozen=True)
class Proposal:
    """A rulebook that was proposed: by the number of its entry; ``agreed_by`` is "" while it waits.

    ``trial`` is what would have changed, as it was computed at the proposal.
    """

    number: int
    by: str
    at: str
    book: Rulebook
    trial: tuple[Mapping[str, Any], ...]
    year: int
    agreed_by: str = ""
    agreed_at: str = ""

    @property
    def waits(self) -> bool:
        """Whether nobody agreed yet."""
        return not self.agreed_by


@dataclass(frozen=True)
class TrialRow:
    """What a dossier gets under the rulebooks as they are, and with the proposed one; cents of None are unknown.

    ``remark`` says why it was not computed, where it was not.
    """

    dossier: str
    before: str
    before_cents: int | None
    after: str
    after_cents: int | None
    remark: str = ""

    @property
    def changes(self) -> bool:
        """Whether the outcome is another one."""
        return (self.before, self.before_cents) != (self.after, self.after_cents)


@lru_cache(maxsize=64)
def kept_rulebook(text: str, name: str) -> Rulebook:
    """Return the rulebook of a text that was kept, read once."""
    return rulebook_of_text(text, name)


def proposals(ledger: Ledger, entries: Sequence[Entry]) -> tuple[Proposal, ...]:
    """Return the proposals in these entries, the first one first."""
    agreed = {entry.body["proposal"]: entry for entry in entries if entry.kind == AGREED}
    found = []
    for entry in entries:
        if entry.kind == PROPOSED:
            yes = agreed.get(entry.number)
            found.append(
                Proposal(
                    number=entry.number,
                    by=entry.who,
                    at=entry.at,
                    book=kept_rulebook(ledger.text(entry.body["rulebook"]), entry.body["file"]),
                    trial=tuple(entry.body["trial"]),
                    year=entry.body["year"],
                    agreed_by="" if yes is None else yes.who,
                    agreed_at="" if yes is None else yes.at,
                )
            )
    return tuple(found)


def in_force(shipped: Sequence[Rulebook], agreed: Sequence[Rulebook]) -> tuple[Rulebook, ...]:
    """Return the rulebooks that decide: an agreed one takes the place of that with its id, or comes beside the others.

    Raises
    ------
    DataError
        When two of one regulation hold on the same day.
    """
    books = {book.id: book for book in shipped}
    for book in agreed:
        books[book.id] = book
    ordered = sorted(books.values(), key=lambda book: book.valid_from)
    for regulation in {(book.municipality, book.regulation) for book in ordered}:
        check_periods([book for book in ordered if (book.municipality, book.regulation) == regulation])
    return tuple(ordered)


def check_place(book: Rulebook, nis_code: str) -> None:
    """Refuse a rulebook of another municipality."""
    if book.municipality != nis_code:
        raise DataError(f"{book.file}: dit reglement is van NIS-code {book.municipality}, dit loket van {nis_code}")
