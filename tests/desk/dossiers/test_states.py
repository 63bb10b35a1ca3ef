"""Whatever officers try in whatever order: nothing forbidden succeeds, the chain stays valid, the proof is whole."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from small_city import YES, build_small_city

from kortrijk_geo.desk.accounts import VISITOR, Officer
from kortrijk_geo.desk.dossiers import Desk, Dossier, Inputs, NotAllowedError, allowed, verify
from kortrijk_geo.desk.ledger import ConflictError, Ledger, check_chain
from kortrijk_geo.desk.settings import shipped_rules
from kortrijk_geo.errors import OptionError
from kortrijk_geo.premium.rulebooks import load_rulebooks

from .conftest import AN, BO, CEM, RIK, ask, confirm_all

# Who may do nothing is tried less often, so that dossiers come far.
OFFICERS = st.sampled_from([VISITOR, RIK, AN, Officer("Ann", "officer"), AN, BO, CEM, BO])
APPLICATIONS = st.sampled_from(
    [
        ask(),
        ask(new_places=1),
        ask("70", new_places=3),
        ask(kind="family", new_places=4),
        ask(answers={**YES, "licence": False}),
        ask(answers={}, assume_yes=True),
        ask(answers={}),
        ask("unknown"),
        ask(x=1988.0, y=500.0),
    ]
)
REFUSED = (NotAllowedError, ConflictError, OptionError)
# From which status an act may lead on, by hand from the issue: not from the code that is tested.
FROM = {
    "advice": {"submitted", "advised"},
    "decide": {"advised"},
    "pay": {"decided"},
    "withdraw": {"submitted", "advised", "decided"},
    "correct": {"submitted", "advised", "decided"},
    "forget": {"decided", "paid", "withdrawn"},
}
CITY, BOOKS = build_small_city(), load_rulebooks()


class DeskMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.moment = dt.datetime(2021, 12, 20, 9, 30, tzinfo=dt.UTC)
        self.ledger = Ledger(Path(self.folder.name), now=lambda: self.moment)
        self.desk = Desk(self.ledger, CITY, BOOKS, shipped_rules(), lambda: self.moment)
        self.numbers: list[str] = []

    def teardown(self) -> None:
        proof = verify(self.ledger)
        assert proof.findings == (), proof.findings
        self.ledger.close()
        self.folder.cleanup()

    def _pick(self, data: st.DataObject) -> Dossier:
        return self.desk.dossier(data.draw(st.sampled_from(self.numbers)))

    def _try(self, act: str, before: Dossier, who: Officer, seen: int, do: Callable[[], Any]) -> Dossier | None:
        """Do an act; when it succeeds it was allowed, when it is refused nothing was written."""
        head = self.ledger.head()
        try:
            after: Dossier = do()
        except REFUSED:
            assert self.ledger.head() == head
            assert self.desk.dossier(before.number) == before
            return None
        assert who.may("officer")
        assert seen == before.last
        assert before.status in FROM[act]
        assert not before.forgotten or act == "forget"
        assert self.desk.dossier(before.number) == after
        return after

    @precondition(lambda self: len(self.numbers) < 6)
    @rule(inputs=APPLICATIONS, who=OFFICERS)
    def submit(self, inputs: Inputs, who: Officer) -> None:
        try:
            dossier = self.desk.submit(inputs, who=who)
        except NotAllowedError:
            assert not who.may("officer")
            return
        assert who.may("officer")
        assert dossier.number not in self.numbers
        self.numbers.append(dossier.number)

    @precondition(lambda self: self.numbers)
    @rule(data=st.data(), who=OFFICERS, stale=st.integers(0, 1))
    def advice(self, data: st.DataObject, who: Officer, stale: int) -> None:
        before = self._pick(data)
        seen = before.last - stale
        self._try("advice", before, who, seen, lambda: self.desk.advice(before.number, who=who, expect_last=seen))

    @precondition(lambda self: self.numbers)
    @rule(data=st.data(), who=OFFICERS, granted=st.booleans(), words=st.sampled_from(["", "Zie advies."]))
    def decide(self, data: st.DataObject, who: Officer, granted: Any, words: str) -> None:
        before = self._pick(data)
        after = self._try(
            "decide", before, who, before.last,
            lambda: self.desk.decide(
                before.number, granted=granted, motivation=words, who=who, expect_last=before.last
            ),
        )  # fmt: skip
        if after is None:
            return
        assert after.ruling is not None
        assert before.advice is not None
        if granted:
            assert before.advice.status == "eligible"
            assert before.advice.open_points == ()
            assert after.ruling.cents == before.advice.total_cents
        else:
            assert words
            assert after.ruling.cents == 0

    @precondition(lambda self: self.numbers)
    @rule(data=st.data(), who=OFFICERS, part=st.sampled_from([-1, 0, 0.25, 1, 1, 1.5]))
    def pay(self, data: st.DataObject, who: Officer, part: float) -> None:
        before = self._pick(data)
        cents = int(part * ((before.granted_cents or 100) - before.paid_cents))
        day = self.moment.date()
        after = self._try(
            "pay", before, who, before.last,
            lambda: self.desk.pay(before.number, cents=cents, day=day, who=who, expect_last=before.last),
        )  # fmt: skip
        if after is not None:
            assert cents > 0
            assert after.paid_cents <= (after.granted_cents or 0)

    @precondition(lambda self: self.numbers)
    @rule(data=st.data(), who=OFFICERS, inputs=APPLICATIONS)
    def correct(self, data: st.DataObject, who: Officer, inputs: Inputs) -> None:
        before = self._pick(data)
        after = self._try(
            "correct", before, who, before.last,
            lambda: self.desk.correct(before.number, inputs, reason="x", who=who, expect_last=before.last),
        )  # fmt: skip
        if after is not None:
            assert after.versions[:-1] == before.versions
            assert after.version.corrects == before.version.entry
            assert before.ruling is None or who.may("manager")
            assert not before.payments

    @precondition(lambda self: self.numbers)
    @rule(data=st.data(), who=OFFICERS)
    def withdraw(self, data: st.DataObject, who: Officer) -> None:
        before = self._pick(data)
        self._try(
            "withdraw", before, who, before.last,
            lambda: self.desk.withdraw(before.number, reason="x", who=who, expect_last=before.last),
        )  # fmt: skip

    @precondition(lambda self: self.numbers)
    @rule(data=st.data(), who=OFFICERS)
    def forget(self, data: st.DataObject, who: Officer) -> None:
        before = self._pick(data)
        after = self._try(
            "forget", before, who, before.last,
            lambda: self.desk.forget(before.number, who=who, expect_last=before.last),
        )  # fmt: skip
        assert after is None or who.may("manager")

    @precondition(lambda self: self.numbers)
    @rule(data=st.data(), who=OFFICERS)
    def confirm_all(self, data: st.DataObject, who: Officer) -> None:
        """Confirm whatever a document can close, so that some dossiers can be granted."""
        dossier = self._pick(data)
        if dossier.advice is None:
            return
        for point in self.desk.decision(dossier.number).open_points:
            if not point.by_document or point.field in {"location", "budget"}:
                continue
            try:
                self.desk.confirm(
                    point.field, dossier.advice.rulebook_id, document="Besluit", date=dt.date(2021, 9, 13), who=who
                )
            except NotAllowedError:
                assert not who.may("manager")
            else:
                assert who.may("manager")

    @precondition(lambda self: self.numbers)
    @rule(data=st.data(), pays=st.booleans())
    def bring_to_a_grant(self, data: st.DataObject, pays: Any) -> None:
        """Do what a good application needs, so that what comes after a grant is tried too."""
        number = self._pick(data).number
        if "advice" not in allowed(self.desk.dossier(number), AN):
            return
        self.desk.advice(number, who=AN, expect_last=self.desk.dossier(number).last)
        dossier = confirm_all(self.desk, number)
        if "grant" in allowed(dossier, AN):
            dossier = self.desk.decide(number, granted=True, motivation="", who=AN, expect_last=dossier.last)
            if pays:
                day = self.moment.date()
                self.desk.pay(number, cents=1, day=day, who=AN, expect_last=dossier.last)

    @invariant()
    def the_chain_is_valid(self) -> None:
        assert check_chain(self.ledger).ok

    @invariant()
    def who_only_reads_may_nothing(self) -> None:
        for number in self.numbers:
            assert allowed(self.desk.dossier(number), RIK) == ()


DeskMachine.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
TestStates = DeskMachine.TestCase
