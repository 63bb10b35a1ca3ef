"""Who works at the desk: officers, what their role may do, and how they prove who they are.

Passwords are kept as argon2id hashes. A session is a random token in the officer's browser, of which the ledger's file
has only the hash; it ends at sign-out, after some hours, and when a role or password changes or the account is locked.
Failed tries are counted in memory, by name and by address: an outsider writes nothing to the disk, and addresses of
visitors are kept nowhere. A name that does not exist is counted and answered as one that does, with the same work.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import unicodedata
from collections import OrderedDict, deque
from dataclasses import dataclass
from functools import cache
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias, get_args

from kortrijk_geo.errors import KortrijkGeoError, OptionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from argon2 import PasswordHasher

    from kortrijk_geo.desk.ledger import Ledger

Role: TypeAlias = Literal["visitor", "reader", "officer", "manager"]

# What each role may do, the next one what the one before may too. A visitor is nobody's account: the first look on
# this machine, before there are accounts.
RANKS: Final[dict[Role, int]] = {role: rank for rank, role in enumerate(get_args(Role))}
ROLES: Final[tuple[Role, ...]] = ("reader", "officer", "manager")
ROLE_LABELS: Final[dict[Role, str]] = {
    "visitor": "bezoeker zonder account",
    "reader": "lezer",
    "officer": "dossierbehandelaar",
    "manager": "beheerder",
}
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
_LONGEST_NAME = 60
_ADDRESS_TRIES = 4  # times as many from one address as for one name: colleagues may share an address
_MOST_SUBJECTS = 10_000
_LEAST_SIGNS = 5


@dataclass(frozen=True)
class Officer:
    """Who does something at the desk: the name that the ledger keeps, and the role."""

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Say whether this role may do what ``role`` may.

        Examples
        --------
        >>> Officer("An", "manager").may("officer")
        True
        >>> Officer("Bo", "reader").may("officer")
        False
        """
        return RANKS[self.role] >= RANKS[role]


VISITOR: Final = Officer("bezoeker", "visitor")


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class SignInError(KortrijkGeoError, PermissionError):
    """Name and password are not those of an officer who may sign in; the message does not tell which is wrong."""

    exit_code: ClassVar[int] = 2


@dataclass(frozen=True)
class Account:
    """One account, as a list shows it."""

    name: str
    role: Role
    locked: bool


class Accounts:
    """The officers of one desk.

    Parameters
    ----------
    ledger
        Where accounts, sessions and the entries about them are kept.
    failed_tries
        After so many failed tries for one name it waits; after four times as many from one address, that waits.
    lock_minutes
        How long a failed try counts.
    session_hours
        How long an officer stays signed in.
    now
        The clock; moments with a time zone.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        failed_tries: int = 5,
        lock_minutes: float = 15,
        session_hours: float = 10,
        now: Callable[[], dt.datetime] = _utc_now,
    ) -> None:
        self._ledger = ledger
        self._clock = now
        self._session_seconds = session_hours * 3600
        self._lock_minutes = lock_minutes
        self._name_tries = _Tries(failed_tries, lock_minutes * 60)
        self._address_tries = _Tries(failed_tries * _ADDRESS_TRIES, lock_minutes * 60)

    def _now(self) -> float:
        return self._clock().timestamp()

    def any(self) -> bool:
        """Say whether there is an account: without one the desk is a first look."""
        return bool(self._ledger.query("SELECT 1 FROM accounts LIMIT 1"))

    def all(self) -> list[Account]:
        """Return the accounts by name."""
        rows = self._ledger.query("SELECT name, role, locked FROM accounts ORDER BY key")
        return [Account(name, role, bool(locked)) for name, role, locked in rows]

    def add(self, name: str, role: Role, password: str, *, who: str) -> Account:
        """Make an account.

        Raises
        ------
        OptionError
            When the name is taken or cannot be one, or the password is too short, too long or too plain.
        """
        name = _checked_name(name)
        _check_role(role)
        hashed = _hashed(_checked_password(password, name))
        with self._ledger.writing() as writing:
            if taken := writing.execute("SELECT name FROM accounts WHERE key = ?", (_key(name),)):
                raise OptionError(f"there is an account {taken[0][0]!r} already")
            writing.execute(
                "INSERT INTO accounts (key, name, role, password) VALUES (?, ?, ?, ?)", (_key(name), name, role, hashed)
            )
            writing.append("account-added", who=who, body={"name": name, "role": role})
        return Account(name, role, locked=False)

    def set_role(self, name: str, role: Role, *, who: str) -> None:
        """Give an account another role; it signs in anew."""
        _check_role(role)
        self._change(name, "role", role, "account-role", who=who, body={"role": role})

    def set_locked(self, name: str, *, locked: bool, who: str) -> None:
        """Lock an account, or open it again; its sessions end."""
        self._change(name, "locked", int(locked), "account-locked", who=who, body={"locked": locked})

    def set_password(self, name: str, password: str, *, who: str) -> None:
        """Give an account another password; it signs in anew."""
        hashed = _hashed(_checked_password(password, name))
        self._change(name, "password", hashed, "account-password", who=who, body={})

    def _change(
        self, name: str, column: str, value: str | int, kind: str, *, who: str, body: dict[str, str | bool]
    ) -> None:
        with self._ledger.writing() as writing:
            sql = f"UPDATE accounts SET {column} = ? WHERE key = ? RETURNING name"  # noqa: S608 - one of our columns
            changed = writing.execute(sql, (value, _key(name)))
            if not changed:
                raise OptionError(f"there is no account {name!r}")
            writing.execute("DELETE FROM sessions WHERE account = ?", (_key(name),))
            writing.append(kind, who=who, body={"name": changed[0][0], **body})

    def sign_in(self, name: str, password: str, *, address: str) -> str:
        """Begin a session and return its token, a new one each time.

        Raises
        ------
        SignInError
            In the same words and after the same work whether the name or the password is wrong or the account locked.
        """
        key, now, nobody = _key(name), self._now(), _nobodys_hash()
        # Counted before the password is looked at, so that many tries at once are counted too.
        tries = [(self._address_tries, address), (self._name_tries, key)]
        if not all(counter.take(subject, now) for counter, subject in tries):
            raise self._refusal()
        row = self._ledger.query("SELECT password, locked FROM accounts WHERE key = ?", (key,))
        hashed, locked = row[0] if row else (nobody, True)
        if not _is_password(hashed, password) or locked:
            raise self._refusal()
        self._name_tries.clear(key)
        self._address_tries.give_back(address)
        token = secrets.token_urlsafe(32)
        rehashed = _hashed(password) if _hasher().check_needs_rehash(hashed) else hashed
        with self._ledger.writing() as writing:
            # What is hashed anew was not changed meanwhile: a new password wins, and a lock too.
            changed = writing.execute(
                "UPDATE accounts SET password = ? WHERE key = ? AND password = ? AND locked = 0 RETURNING key",
                (rehashed, key, hashed),
            )
            if not changed:
                raise self._refusal()
            writing.execute("DELETE FROM sessions WHERE ends <= ?", (now,))
            writing.execute(
                "INSERT INTO sessions (digest, account, ends) VALUES (?, ?, ?)",
                (_digest(token), key, now + self._session_seconds),
            )
        return token

    def _refusal(self) -> SignInError:
        return SignInError(
            "Aanmelden is niet gelukt: de naam of het wachtwoord klopt niet, of het account is gesloten. "
            f"Na te veel mislukte pogingen wacht u {self._lock_minutes:g} minuten."
        )

    def signed_in(self, token: str) -> Officer | None:
        """Return the officer of a session, None when it ended or never was."""
        row = self._ledger.query(
            "SELECT name, role FROM sessions JOIN accounts ON accounts.key = sessions.account"
            " WHERE digest = ? AND ends > ? AND locked = 0",
            (_digest(token), self._now()),
        )
        return Officer(*row[0]) if row else None

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._ledger.writing() as writing:
            writing.execute("DELETE FROM sessions WHERE digest = ?", (_digest(token),))


class _Tries:
    """Count failed tries per subject over a while, of the latest subjects only: memory stays bounded."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit, self._seconds = limit, seconds
        self._lock = Lock()
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, subject: str, now: float) -> bool:
        """Count one try, unless there are too many already: False then."""
        subject = _digest(subject)  # a password typed in the field of the name is not kept
        with self._lock:
            times = self._times.setdefault(subject, deque())
            while times and times[0] <= now - self._seconds:
                times.popleft()
            if len(times) >= self._limit:
                return False
            times.append(now)
            self._times.move_to_end(subject)
            if len(self._times) > _MOST_SUBJECTS:
                self._times.popitem(last=False)
            return True

    def clear(self, subject: str) -> None:
        with self._lock:
            self._times.pop(_digest(subject), None)

    def give_back(self, subject: str) -> None:
        with self._lock:
            if times := self._times.get(_digest(subject)):
                times.pop()


_HASHING = BoundedSemaphore(2)  # each takes 19 MB: many sign-ins at once wait for each other


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    # The least that OWASP's Password Storage Cheat Sheet recommends for argon2id (19 MiB, 2 passes, 1 lane): a desk
    # runs within 300 MB. After a later rise, passwords are hashed anew at the next sign-in.
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _nobodys_hash() -> str:
    return _hashed(secrets.token_urlsafe(32))


def _hashed(password: str) -> str:
    with _HASHING:
        return _hasher().hash(_password_bytes(password))


def _is_password(hashed: str, password: str) -> bool:
    from argon2.exceptions import VerifyMismatchError

    with _HASHING:
        try:
            return _hasher().verify(hashed, _password_bytes(password[: LONGEST_PASSWORD + 1]))
        except VerifyMismatchError:
            return False


def _password_bytes(password: str) -> bytes:
    # One password whichever keyboard wrote its accents.
    return unicodedata.normalize("NFKC", password).encode(errors="replace")


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _checked_name(name: str) -> str:
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if not 1 <= len(name) <= _LONGEST_NAME or not all(sign.isalnum() or sign in " .-'@_" for sign in name):
        raise OptionError(
            f"{name!r} cannot be the name of an account: 1 to {_LONGEST_NAME} letters, digits, spaces and . - ' @ _"
        )
    if _key(name) == _key(VISITOR.name):
        raise OptionError(f"{name!r} is what the desk calls a visitor without an account; take another name")
    return name


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise OptionError.of_choice("role", role, ROLES)


def _checked_password(password: str, name: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise OptionError(
            f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, this one {len(password)}"
        )
    if len(set(password)) < _LEAST_SIGNS or _key(name) in _key(password):
        raise OptionError("the password is too easy to guess: it repeats a few characters or holds the name")
    return password
