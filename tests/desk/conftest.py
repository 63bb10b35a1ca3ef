"""Passwords that are hashed cheaply, but where the hashing itself is looked at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from kortrijk_geo.desk import accounts

AS_IT_RUNS = ("test_accounts", "test_desk_users", "test_desk_killed")


@pytest.fixture(scope="module", autouse=True)
def cheap_passwords(request: pytest.FixtureRequest) -> Iterator[None]:
    """A sign-in takes 34 ms of work as the desk hashes, and these rooms sign in some hundreds of times."""
    if request.path.stem in AS_IT_RUNS:
        yield
        return
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", lambda: hasher)
        accounts._nobodys_hash.cache_clear()
        yield
    accounts._nobodys_hash.cache_clear()
