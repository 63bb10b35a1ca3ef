"""kortrijk-geo desk user add | list | role | password | lock | unlock."""

from __future__ import annotations

import getpass
import sys
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from kortrijk_geo_cli.commands import Commands
from kortrijk_geo_cli.common import JsonOption, print_json
from kortrijk_geo_cli.desk_data import OwnDataOption, folder_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kortrijk_geo.desk.accounts import Accounts

app = Commands(
    help="Officers of the desk: who may read, work or manage.", no_args_is_help=True, pretty_exceptions_enable=False
)
NameArgument = Annotated[str, typer.Argument(help="Name of the officer, as the ledger will keep it.")]
RoleOption = Annotated[str, typer.Option("--role", help="reader, officer or manager.")]
StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input in place of asking for it.")
]


@app.command()
def add(
    context: typer.Context,
    name: NameArgument,
    role: RoleOption,
    password_stdin: StdinOption = False,
    data: OwnDataOption = None,
) -> None:
    """Make an account; the ledger is made too where there is none yet."""
    from kortrijk_geo.desk.accounts import ROLE_LABELS

    with _accounts(context, data, create=True) as accounts:
        account = accounts.add(name, role, _password(password_stdin), who=_who())  # type: ignore[arg-type]  # add checks it
    typer.echo(f"Account gemaakt: {account.name}, {ROLE_LABELS[account.role]}")


@app.command("list")
def list_all(context: typer.Context, data: OwnDataOption = None, as_json: JsonOption = False) -> None:
    """Tell which accounts there are."""
    from kortrijk_geo.desk.accounts import ROLE_LABELS

    with _accounts(context, data) as accounts:
        listed = accounts.all()
    if as_json:
        print_json([asdict(account) for account in listed])
        return
    for account in listed:
        typer.echo("\t".join([account.name, ROLE_LABELS[account.role], *["gesloten"] * account.locked]))
    if not listed:
        typer.echo("Er zijn nog geen accounts.")


@app.command("role")
def set_role(context: typer.Context, name: NameArgument, role: RoleOption, data: OwnDataOption = None) -> None:
    """Give an account another role; it signs in anew."""
    with _accounts(context, data) as accounts:
        accounts.set_role(name, role, who=_who())  # type: ignore[arg-type]  # set_role checks it
    typer.echo(f"{name} heeft nu de rol {role}.")


@app.command("password")
def set_password(
    context: typer.Context, name: NameArgument, password_stdin: StdinOption = False, data: OwnDataOption = None
) -> None:
    """Give an account another password; it signs in anew."""
    with _accounts(context, data) as accounts:
        accounts.set_password(name, _password(password_stdin), who=_who())
    typer.echo(f"{name} heeft een ander wachtwoord.")


@app.command()
def lock(context: typer.Context, name: NameArgument, data: OwnDataOption = None) -> None:
    """Close an account and end its sessions; its name stays in the ledger."""
    with _accounts(context, data) as accounts:
        accounts.set_locked(name, locked=True, who=_who())
    typer.echo(f"Het account van {name} is gesloten.")


@app.command()
def unlock(context: typer.Context, name: NameArgument, data: OwnDataOption = None) -> None:
    """Open a closed account."""
    with _accounts(context, data) as accounts:
        accounts.set_locked(name, locked=False, who=_who())
    typer.echo(f"Het account van {name} is weer open.")


@contextmanager
def _accounts(context: typer.Context, data: OwnDataOption, *, create: bool = False) -> Iterator[Accounts]:
    from kortrijk_geo.desk.accounts import Accounts
    from kortrijk_geo.desk.ledger import Ledger

    with Ledger(folder_of(context, data), create=create) as ledger:
        yield Accounts(ledger)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = typer.prompt("Wachtwoord", hide_input=True, confirmation_prompt="Nog eens")
    return password


def _who() -> str:
    """Return whose command this is: not an officer who signed in, so its name says so."""
    return f"{getpass.getuser()} (opdrachtregel)"
