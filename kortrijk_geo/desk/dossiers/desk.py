"""The desk: what an officer does with a dossier. Every act asks who does it, whether that may, and what he saw last."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kortrijk_geo.desk.dossiers.advising import inputs_of
from kortrijk_geo.desk.dossiers.allowed import require_role
from kortrijk_geo.desk.dossiers.rule_acts import RuleActs
from kortrijk_geo.desk.dossiers.views import require_words
from kortrijk_geo.desk.ledger import ConflictError
from kortrijk_geo.errors import OptionError
from kortrijk_geo.premium.decision import local
from kortrijk_geo.text.dutch import date_text, euro_text

if TYPE_CHECKING:
    from kortrijk_geo.desk.accounts import Officer
    from kortrijk_geo.desk.dossiers.dossier import Dossier
    from kortrijk_geo.desk.dossiers.inputs import Inputs
    from kortrijk_geo.premium.decision import Decision


class Desk(RuleActs):
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

    # The application and its advice.

    def advise(self, inputs: Inputs) -> Decision:
        """Compute an advice that is not kept: what an application would get."""
        return self._compute(inputs, ()).decision

    def submit(self, inputs: Inputs, *, who: Officer, draft: tuple[str, str] | None = None) -> Dossier:
        """Open a dossier with what is asked; what cannot be advised on at all is refused.

        ``draft`` names the draft that it was typed in, and its owner: it goes in the same moment, so that a second
        click, or a second window, opens no second dossier.
        """
        require_role(who, "officer", "een aanvraag indienen")
        self._compute(inputs, ())
        with self.ledger.writing() as writing:
            if draft is not None and not writing.drop_draft(*draft):
                raise ConflictError("Dit concept is intussen ingediend of weggegooid; zoek de aanvraag bij de dossiers")
            number = writing.new_dossier(self.now().year, who=who.name, body={"role": who.role}).dossier
            person = writing.keep_person(number, inputs.person())
            body = {"role": who.role, "asked": inputs.kept(), "person": person}
            writing.append("submitted", who=who.name, dossier=number, body=body)
        return self.dossier(number)

    def advice(self, number: str, *, who: Officer, expect_last: int) -> Dossier:
        """Compute the advice on what is asked now, and keep it with its figures and rulebook."""
        dossier = self._before(number, "advice", who, expect_last)
        inputs = inputs_of(self.ledger, dossier.version).for_sheet(number, who.name)
        computed = self._compute(inputs, dossier.confirmations)
        with self.ledger.writing() as writing:
            body = {"role": who.role, **computed.keep(writing, dossier)}
            writing.append("advised", who=who.name, dossier=number, body=body, expect_last=expect_last)
        return self.dossier(number)

    def correct(self, number: str, inputs: Inputs, *, reason: str, who: Officer, expect_last: int) -> Dossier:
        """Add a version that points to the one before, which stays; it needs an advice and a decision anew."""
        dossier = self._before(number, "correct", who, expect_last)
        require_words(reason, "Zeg waarom er wordt verbeterd.")
        self._compute(inputs, dossier.confirmations)
        with self.ledger.writing() as writing:
            person = writing.keep_person(number, inputs.person())
            body = {
                "role": who.role,
                "asked": inputs.kept(),
                "person": person,
                "corrects": dossier.version.entry,
                "reason": writing.keep_person(number, {"reason": reason.strip()}),
            }
            writing.append("corrected", who=who.name, dossier=number, body=body, expect_last=expect_last)
        return self.dossier(number)

    # The decision and what follows.

    def decide(self, number: str, *, granted: bool, motivation: str, who: Officer, expect_last: int) -> Dossier:
        """Grant what the last advice came to, or refuse with reasons in words; a sum is not given but taken over."""
        dossier = self._before(number, "grant" if granted else "refuse", who, expect_last)
        if not granted:
            require_words(motivation, "Een weigering draagt haar redenen in zich: schrijf de motivering.")
        advice = dossier.advice
        assert advice is not None
        if granted and self._rulebook_of(dossier).sha256 != advice.rulebook:
            raise OptionError("Intussen geldt een ander reglement dan dat van het advies. Bereken het advies opnieuw.")
        with self.ledger.writing() as writing:
            words = motivation.strip()
            body = {
                "role": who.role,
                "advice": advice.entry,
                "granted": granted,
                "cents": (advice.total_cents or 0) if granted else 0,
                "motivation": writing.keep_person(number, {"motivation": words}) if words else "",
            }
            writing.append("decided", who=who.name, dossier=number, body=body, expect_last=expect_last)
        return self.dossier(number)

    def pay(self, number: str, *, cents: int, day: dt.date, who: Officer, expect_last: int) -> Dossier:
        """Enter a payment: all that was granted, or a part."""
        dossier = self._before(number, "pay", who, expect_last)
        ruling, left = dossier.ruling, (dossier.granted_cents or 0) - dossier.paid_cents
        assert ruling is not None
        if not 0 < cents <= left:
            most = euro_text(Decimal(left) / 100)
            raise OptionError(f"Het bedrag moet tussen 1 cent en € {most} liggen: dat is nog te betalen.")
        decided, today = local(dt.datetime.fromisoformat(ruling.at)).date(), self.now().date()
        if not decided <= day <= today:
            raise OptionError(
                f"De dag van betaling ligt tussen de beslissing ({date_text(decided)}) en vandaag ({date_text(today)})."
            )
        body = {"role": who.role, "cents": cents, "day": day.isoformat()}
        return self._append("paid", number, who, body, expect_last)

    def withdraw(self, number: str, *, reason: str, who: Officer, expect_last: int) -> Dossier:
        """End a dossier that the applicant gives up."""
        self._before(number, "withdraw", who, expect_last)
        require_words(reason, "Zeg waarom de aanvraag wordt ingetrokken.")
        with self.ledger.writing() as writing:
            body = {"role": who.role, "reason": writing.keep_person(number, {"reason": reason.strip()})}
            writing.append("withdrawn", who=who.name, dossier=number, body=body, expect_last=expect_last)
        return self.dossier(number)

    def forget(self, number: str, *, who: Officer, expect_last: int) -> Dossier:
        """Delete what is personal of a dossier that is done; what was decided is still computed again without it."""
        self._before(number, "forget", who, expect_last)
        self.ledger.forget(number, who=who.name, expect_last=expect_last)
        return self.dossier(number)

    def _append(self, kind: str, number: str, who: Officer, body: dict[str, Any], expect_last: int) -> Dossier:
        self.ledger.append(kind, who=who.name, dossier=number, body=body, expect_last=expect_last)
        return self.dossier(number)
