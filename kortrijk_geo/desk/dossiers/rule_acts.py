"""What closes open points, and which rulebooks hold: documents that a manager enters, proposals that two agree on."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from kortrijk_geo.desk.dossiers.advising import confirmation_of, inputs_of
from kortrijk_geo.desk.dossiers.allowed import NotAllowedError, require_role
from kortrijk_geo.desk.dossiers.books import AGREED, PROPOSED, TrialRow, check_place, in_force
from kortrijk_geo.desk.dossiers.views import Dossiers, require_words
from kortrijk_geo.desk.ledger import UnknownDossierError
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.premium.confirming import LOCATION, check_confirmations
from kortrijk_geo.premium.rulebooks import rulebook_of_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from kortrijk_geo.desk.accounts import Officer
    from kortrijk_geo.desk.dossiers.books import Proposal
    from kortrijk_geo.desk.dossiers.dossier import Dossier
    from kortrijk_geo.desk.ledger import Entry
    from kortrijk_geo.premium.form import Rulebook

# What a document confirms of one application, and of no other.
OF_APPLICATION = frozenset({LOCATION, "budget"})


class RuleActs(Dossiers):
    """The acts on what decides, beside `Desk`, which has those on a dossier."""

    def confirm(
        self, field: str, rulebook: str, *, document: str, date: dt.date, remark: str = "", who: Officer,
        dossier: str = "", expect_last: int | None = None,
    ) -> Entry:  # fmt: skip
        """Enter a document that confirms a field: for all later advices under this very rulebook, by its id.

        The place and the budget are of one application: these are confirmed in its ``dossier``, and count there alone.
        """
        require_role(who, "manager", "een veld bevestigen")
        book = self.rulebook(rulebook)
        require_words(document, "Noem het document dat dit bevestigt.")
        if (field in OF_APPLICATION) is not bool(dossier):
            where = "in het dossier zelf" if field in OF_APPLICATION else "bij het reglement"
            raise OptionError(f"Het veld {field} wordt {where} bevestigd.")
        values = {"field": field, "document": document.strip(), "date": date.isoformat()}
        check_confirmations(book, [confirmation_of({**values, "who": who.name})], on=self.now().date())
        body = {"role": who.role, **values, "rulebook": book.sha256, "rulebook_id": book.id}
        if not dossier:
            return self.ledger.append("confirmed", who=who.name, body={**body, "remark": remark.strip()})
        if expect_last is None:
            raise OptionError(f"Zeg wat de laatste inschrijving was die u van dossier {dossier} zag.")
        self._before(dossier, "confirm", who, expect_last)
        with self.ledger.writing() as writing:
            kept = writing.keep_person(dossier, {"remark": remark.strip()})
            return writing.append(
                "confirmed", who=who.name, dossier=dossier, body={**body, "remark": kept}, expect_last=expect_last
            )

    def try_rulebook(self, text: str, name: str, *, year: int | None = None) -> tuple[TrialRow, ...]:
        """Compute all dossiers of a year (this one) with the rulebooks as they are, and with this one among them.

        Both on the pack of now, so that what differs is what the rules do; those that were withdrawn are left out.
        """
        book, before = self._checked(text, name), self.books()
        with_it = in_force(before, [book])
        of_year = [one for one in self.all_dossiers() if one.year == (year or self.now().year)]
        return tuple(self._try(one, before, with_it) for one in of_year if one.status != "withdrawn")

    def propose_rulebook(self, text: str, name: str, *, who: Officer, year: int | None = None) -> Proposal:
        """Propose a rulebook: right in form, its examples come out, and it was tried on the dossiers of a year."""
        require_role(who, "officer", "een reglement voorstellen")
        book, trial = self._checked(text, name), self.try_rulebook(text, name, year=year)
        if book.sha256 in {one.sha256 for one in self.books()}:
            raise OptionError(f"{name}: dit reglement geldt al.")
        with self.ledger.writing() as writing:
            body = {
                "role": who.role, "rulebook": writing.keep_text(text), "file": name, "id": book.id,
                "valid_from": book.valid_from.isoformat(), "year": year or self.now().year,
                "trial": [asdict(row) for row in trial],
            }  # fmt: skip
            number = writing.append(PROPOSED, who=who.name, body=body).number
        return next(one for one in self.proposals() if one.number == number)

    def agree_rulebook(self, proposal: int, *, who: Officer) -> Proposal:
        """Agree to a proposed rulebook as another person than proposed it; it then holds from its first day."""
        require_role(who, "manager", "akkoord gaan met een reglement")
        with self.ledger.writing() as writing:
            found = next((one for one in self.proposals() if one.number == proposal), None)
            if found is None:
                raise UnknownDossierError(f"Er is geen voorstel van reglement met nummer {proposal}")
            if not found.waits:
                raise NotAllowedError(f"Met dit reglement ging {found.agreed_by} al akkoord.")
            if found.by.casefold() == who.name.casefold():
                raise NotAllowedError(
                    "Wie een reglement voorstelt, kan er niet zelf mee akkoord gaan: vraag een ander."
                )
            in_force(self.books(), [found.book])
            writing.append(AGREED, who=who.name, body={"role": who.role, "proposal": proposal})
        return next(one for one in self.proposals() if one.number == proposal)

    def _checked(self, text: str, name: str) -> Rulebook:
        book = rulebook_of_text(text, name)
        check_place(book, self.pack.city.info.nis_code)
        return book

    def _try(self, dossier: Dossier, before: Sequence[Rulebook], with_it: Sequence[Rulebook]) -> TrialRow:
        if dossier.forgotten:
            return TrialRow(dossier.number, "", None, "", None, "vergeten: de plaats is niet meer bekend")
        inputs = inputs_of(self.ledger, dossier.version)
        outcomes: list[tuple[str, int | None]] = []
        remarks = []
        for books in (before, with_it):
            try:
                decision = self._compute(inputs, dossier.confirmations, books).decision
            except (DataError, OptionError) as error:
                outcomes.append(("not computed", None))
                remarks.append(str(error))
            else:
                total = decision.total_eur
                outcomes.append((decision.status, None if total is None else int(total * 100)))
        return TrialRow(dossier.number, *outcomes[0], *outcomes[1], "; ".join(dict.fromkeys(remarks)))
