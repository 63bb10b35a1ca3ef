"""Accounts of officers: passwords, sessions, failed tries, and what the ledger tells of them."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from kortrijk_geo.desk.accounts import Account, Accounts, Officer, SignInError
from kortrijk_geo.desk.ledger import Ledger, check_chain
from kortrijk_geo.errors import OptionError

PASSWORD = "een goed bewaard geheim"
HOME = "192.0.2.7"


class Clock:
    def __init__(self) -> None:
        self.moment = dt.datetime(2026, 11, 27, 9, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.moment

    def wait(self, **time: float) -> None:
        self.moment += dt.timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    with Ledger(tmp_path, now=clock) as ledger:
        yield ledger


@pytest.fixture
def accounts(ledger: Ledger, clock: Clock) -> Accounts:
    accounts = Accounts(ledger, failed_tries=3, lock_minutes=15, session_hours=8, now=clock)
    accounts.add("An Peeters", "officer", PASSWORD, who="root")
    return accounts


def fails(
    accounts: Accounts, name: str = "An Peeters", password: str = "verkeerd geraden", *, address: str = HOME
) -> str:
    with pytest.raises(SignInError) as refused:
        accounts.sign_in(name, password, address=address)
    return str(refused.value)


def test_an_officer_signs_in_works_and_signs_out(accounts: Accounts) -> None:
    token = accounts.sign_in("An Peeters", PASSWORD, address=HOME)
    assert accounts.signed_in(token) == Officer("An Peeters", "officer")
    accounts.sign_out(token)
    assert accounts.signed_in(token) is None


def test_every_sign_in_has_a_token_of_its_own(accounts: Accounts) -> None:
    tokens = {accounts.sign_in("An Peeters", PASSWORD, address=HOME) for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) == 43 for token in tokens)


def test_capitals_and_spaces_make_no_other_officer(accounts: Accounts) -> None:
    with pytest.raises(OptionError, match="already"):
        accounts.add("an  PEETERS", "manager", PASSWORD, who="root")
    assert accounts.signed_in(accounts.sign_in(" an peeters ", PASSWORD, address=HOME)) == Officer(
        "An Peeters", "officer"
    )


def test_the_file_holds_neither_password_nor_token(accounts: Accounts, ledger: Ledger, tmp_path: Path) -> None:
    token = accounts.sign_in("An Peeters", PASSWORD, address=HOME)
    ledger.query("PRAGMA wal_checkpoint(TRUNCATE)")
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"$argon2id$v=19$m=19456,t=2,p=1$" in files
    assert PASSWORD.encode() not in files
    assert token.encode() not in files


def test_a_session_ends_after_its_hours(accounts: Accounts, clock: Clock) -> None:
    token = accounts.sign_in("An Peeters", PASSWORD, address=HOME)
    clock.wait(hours=7, minutes=59)
    assert accounts.signed_in(token) is not None
    clock.wait(minutes=1)
    assert accounts.signed_in(token) is None


@pytest.mark.parametrize("change", ["role", "password", "lock"])
def test_a_change_of_the_account_ends_its_sessions_and_no_others(accounts: Accounts, change: str) -> None:
    accounts.add("Bo", "manager", PASSWORD, who="root")
    hers, his = (accounts.sign_in(name, PASSWORD, address=HOME) for name in ("An Peeters", "Bo"))
    if change == "role":
        accounts.set_role("an peeters", "reader", who="Bo")
    elif change == "password":
        accounts.set_password("An Peeters", "een ander geheim woord", who="Bo")
    else:
        accounts.set_locked("An Peeters", locked=True, who="Bo")
    assert accounts.signed_in(hers) is None
    assert accounts.signed_in(his) == Officer("Bo", "manager")


def test_a_locked_account_is_refused_in_the_same_words_until_it_is_opened(accounts: Accounts) -> None:
    accounts.set_locked("An Peeters", locked=True, who="root")
    assert accounts.all() == [Account("An Peeters", "officer", locked=True)]
    assert fails(accounts, password=PASSWORD) == fails(accounts, "Niemand")
    accounts.set_locked("An Peeters", locked=False, who="root")
    assert accounts.sign_in("An Peeters", PASSWORD, address=HOME)


def test_after_too_many_tries_the_right_password_waits_too(accounts: Accounts, clock: Clock) -> None:
    for _ in range(3):
        fails(accounts)
    fails(accounts, password=PASSWORD, address="192.0.2.99")
    clock.wait(minutes=15)
    assert accounts.sign_in("An Peeters", PASSWORD, address=HOME)


def test_a_name_that_does_not_exist_is_locked_out_in_the_same_words(accounts: Accounts) -> None:
    known = [fails(accounts, address=f"192.0.2.{number}") for number in range(5)]
    unknown = [fails(accounts, "Niemand", address=f"192.0.2.{number}") for number in range(5)]
    assert known == unknown


def test_one_address_that_tries_many_names_waits(accounts: Accounts) -> None:
    for number in range(12):  # four times the three of a name
        fails(accounts, f"naam {number}")
    fails(accounts, password=PASSWORD)
    assert accounts.sign_in("An Peeters", PASSWORD, address="192.0.2.8")


def test_who_signs_in_well_does_not_wipe_out_the_tries_of_his_address(accounts: Accounts) -> None:
    """Else whoever has an account could guess at those of others without end."""
    for number in range(12):
        accounts.sign_in("An Peeters", PASSWORD, address=HOME)
        fails(accounts, f"naam {number}")
    fails(accounts, password=PASSWORD)


def test_many_tries_at_once_are_counted_too(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    from kortrijk_geo.desk import accounts as module

    looked_at: list[str] = []
    is_password = module._is_password
    monkeypatch.setattr(
        module, "_is_password", lambda hashed, password: looked_at.append(password) or is_password(hashed, password)
    )
    threads = [
        Thread(target=lambda number=number: fails(accounts, password=f"gok nummer {number}")) for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked_at) == 3


def test_an_unknown_name_costs_the_same_work(accounts: Accounts, ledger: Ledger) -> None:
    lenient = Accounts(ledger, failed_tries=100)
    fails(lenient)

    def seconds(name: str) -> float:
        begin = time.thread_time()
        fails(lenient, name)
        return time.thread_time() - begin

    known, unknown = [], []
    for _ in range(9):
        known.append(seconds("An Peeters"))
        unknown.append(seconds("Niemand"))
    assert 0.5 < statistics.median(unknown) / statistics.median(known) < 2


def test_memory_of_tries_is_bounded(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    from kortrijk_geo.desk import accounts as module

    monkeypatch.setattr(module, "_MOST_SUBJECTS", 50)
    for number in range(200):
        assert accounts._name_tries.take(f"naam {number}", 0.0)
    assert len(accounts._name_tries._times) == 50


@pytest.mark.parametrize(
    ("name", "password", "fault"),
    [
        ("An", "tekort", "12 to 200"),
        ("An", "x" * 201, "12 to 200"),
        ("An", "aaaaaaaaaaaaaaaa", "easy to guess"),
        ("Annelies", "annelies2026", "easy to guess"),
        ("", PASSWORD, "name of an account"),
        ("An<script>", PASSWORD, "name of an account"),
        ("An\nBo", "een\nheel ander geheim", None),
        ("An\x00", PASSWORD, "name of an account"),
        ("a" * 61, PASSWORD, "name of an account"),
        ("Bezoeker", PASSWORD, "visitor"),
    ],
)
def test_names_and_passwords_that_cannot_be(accounts: Accounts, name: str, password: str, fault: str | None) -> None:
    if fault is None:
        assert accounts.add(name, "reader", password, who="root").name == "An Bo"
        return
    with pytest.raises(OptionError, match=fault):
        accounts.add(name, "reader", password, who="root")


def test_a_role_that_is_none_is_refused(accounts: Accounts) -> None:
    for act in (
        lambda: accounts.add("Bo", "visitor", PASSWORD, who="root"),
        lambda: accounts.set_role("An Peeters", "visitor", who="root"),
    ):
        with pytest.raises(OptionError, match="role"):
            act()
    with pytest.raises(OptionError, match="no account"):
        accounts.set_role("Niemand", "reader", who="root")


def test_the_ledger_tells_who_changed_an_account_and_no_secret(accounts: Accounts, ledger: Ledger) -> None:
    accounts.set_role("An Peeters", "manager", who="Bo")
    accounts.set_password("An Peeters", "een ander geheim woord", who="Bo")
    accounts.set_locked("An Peeters", locked=True, who="Bo")
    assert [(entry.kind, entry.who, dict(entry.body)) for entry in ledger.entries()] == [
        ("account-added", "root", {"name": "An Peeters", "role": "officer"}),
        ("account-role", "Bo", {"name": "An Peeters", "role": "manager"}),
        ("account-password", "Bo", {"name": "An Peeters"}),
        ("account-locked", "Bo", {"name": "An Peeters", "locked": True}),
    ]
    assert check_chain(ledger).ok


def test_a_stronger_setting_hashes_anew_at_the_next_sign_in(
    accounts: Accounts, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    from kortrijk_geo.desk import accounts as module

    monkeypatch.setattr(module, "_hasher", lambda: PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1))
    accounts.sign_in("An Peeters", PASSWORD, address=HOME)
    assert ledger.query("SELECT password FROM accounts")[0][0].startswith("$argon2id$v=19$m=19456,t=3")
    assert accounts.sign_in("An Peeters", PASSWORD, address=HOME)
