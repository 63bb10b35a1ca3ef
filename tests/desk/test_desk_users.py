"""kortrijk-geo desk user: accounts from the command line, as whoever runs the desk makes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kortrijk_geo.desk.accounts import Accounts, Officer
from kortrijk_geo.desk.ledger import Ledger
from kortrijk_geo_cli.main import app

PASSWORD = "een goed bewaard geheim"


def run(*arguments: str, typed: str = "") -> str:
    done = CliRunner().invoke(app, ["desk", *arguments], input=typed)
    assert done.exit_code == 0, done.output
    return done.output


def test_accounts_from_the_first_to_a_closed_one(tmp_path: Path) -> None:
    data = str(tmp_path / "desk")
    run("user", "add", "An Peeters", "--role", "manager", "--data", data, "--password-stdin", typed=f"{PASSWORD}\n")
    run("--data", data, "user", "add", "Bo", "--role", "reader", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert run("user", "list", "--data", data) == "An Peeters\tbeheerder\nBo\tlezer\n"
    with Ledger(tmp_path / "desk") as ledger:
        accounts = Accounts(ledger)
        token = accounts.sign_in("Bo", PASSWORD, address="192.0.2.1")
        run("user", "role", "Bo", "--role", "officer", "--data", data)
        assert accounts.signed_in(token) is None
        token = accounts.sign_in("Bo", PASSWORD, address="192.0.2.1")
        assert accounts.signed_in(token) == Officer("Bo", "officer")
        run("user", "lock", "Bo", "--data", data)
        assert accounts.signed_in(token) is None
        listed = json.loads(run("user", "list", "--json", "--data", data))
        assert listed[1] == {"name": "Bo", "role": "officer", "locked": True}
        run("user", "unlock", "Bo", "--data", data)
        run("user", "password", "Bo", "--password-stdin", "--data", data, typed="een nieuw lang geheim\n")
        assert accounts.sign_in("Bo", "een nieuw lang geheim", address="192.0.2.1")
        assert {entry.who.partition(" ")[2] for entry in ledger.entries()} == {"(opdrachtregel)"}


@pytest.mark.parametrize(
    ("arguments", "typed", "fault"),
    [
        (("add", "An", "--role", "baas", "--password-stdin"), f"{PASSWORD}\n", "role is 'baas'"),
        (("add", "An", "--role", "reader", "--password-stdin"), "kort\n", "12 to 200"),
        (("add", "An", "--role", "reader", "--password-stdin"), "", "12 to 200"),
        (("role", "Niemand", "--role", "reader"), "", "no account 'Niemand'"),
    ],
)
def test_a_wrong_option_is_one_sentence_and_changes_nothing(
    tmp_path: Path, arguments: tuple[str, ...], typed: str, fault: str
) -> None:
    with Ledger(tmp_path) as ledger:
        done = CliRunner().invoke(app, ["desk", "--data", str(tmp_path), "user", *arguments], input=typed)
        assert done.exit_code != 0
        assert fault in str(done.exception)
        assert not ledger.entries()


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-m", "kortrijk_geo_cli.main", "desk", *arguments],
        check=False, capture_output=True, text=True, timeout=60, env=environment,
    )  # fmt: skip


@pytest.mark.parametrize(
    "where", [("--host", "0.0.0.0", "--allow-host", "loket.example"), ("--allow-host", "loket.example")]
)
def test_a_desk_for_others_without_accounts_refuses_in_a_sentence(tmp_path: Path, where: tuple[str, ...]) -> None:
    done = command("--data", str(tmp_path / "desk"), "--port", "0", *where)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert "kortrijk-geo desk user add NAME --role manager" in done.stderr
    assert "Traceback" not in done.stderr
