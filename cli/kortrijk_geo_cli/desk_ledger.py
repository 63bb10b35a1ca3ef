"""kortrijk-geo desk backup | restore | forget | head."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kortrijk_geo_cli.common import JsonOption, print_json
from kortrijk_geo_cli.desk_data import OwnDataOption, folder_of

if TYPE_CHECKING:
    from kortrijk_geo.desk.ledger import Head


def backup(
    context: typer.Context,
    to: Annotated[Path, typer.Argument(help="File to write; it must not exist.")],
    data: OwnDataOption = None,
) -> None:
    """Copy the ledger to a file, while the desk runs; the copy is checked."""
    from kortrijk_geo.desk.ledger import backup as copy

    head = copy(folder_of(context, data), to)
    typer.echo(f"Back-up geschreven en nagekeken: {to}")
    _print_head(head)
    typer.echo("De back-up bevat persoonsgegevens: bewaar hem versleuteld, en niet langer dan nodig.")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Backup to read; it stays.")],
    data: OwnDataOption = None,
) -> None:
    """Put a backup in a folder that holds no ledger, after its chain was checked."""
    from kortrijk_geo.desk.ledger import restore as put_back

    folder = folder_of(context, data)
    head = put_back(file, folder)
    typer.echo(f"Teruggezet in {folder} en nagekeken: {file}")
    _print_head(head)
    typer.echo(
        "Wat na de back-up werd ingeschreven, is er niet bij. Dossiers die daarna zijn vergeten, moet u opnieuw"
        " laten vergeten."
    )


def forget(
    context: typer.Context,
    dossier: Annotated[str, typer.Argument(help="Number of the dossier, such as 2026-0001.")],
    by: Annotated[str, typer.Option("--by", help="Name of the officer who asks for it; it is in the ledger.")],
    data: OwnDataOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without a question.")] = False,
) -> None:
    """Delete the personal data of a dossier from the ledger; what was decided stays provable."""
    from kortrijk_geo.desk.ledger import Ledger
    from kortrijk_geo.errors import OptionError

    if not by.strip():
        raise OptionError("--by mag niet leeg zijn: het register zegt wie het deed")
    with Ledger(folder_of(context, data), create=False) as ledger:
        if not yes:
            typer.confirm(
                f"De persoonsgegevens van dossier {dossier} wissen? Dit kan niet ongedaan worden gemaakt.", abort=True
            )
        entry = ledger.forget(dossier, who=by.strip())
    typer.echo(
        f"Persoonsgegevens van dossier {dossier} gewist (inschrijving {entry.number}); de beslissing blijft bewijsbaar."
    )
    typer.echo(
        "Oudere back-ups en afdrukken bevatten ze nog, en kunnen van hieruit niet worden gewist: vernietig de"
        " back-ups van voor vandaag, of vervang ze door een nieuwe."
    )


def head(
    context: typer.Context,
    data: OwnDataOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="JSON file to write it to.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell the head of the ledger: whoever keeps it elsewhere can prove later that history was not rewritten."""
    from kortrijk_geo.desk.ledger import Ledger, write_head

    with Ledger(folder_of(context, data), create=False) as ledger:
        last = ledger.head()
    if out is not None:
        write_head(last, out)
    if as_json:
        print_json(asdict(last))
    else:
        _print_head(last)
    if out is not None:
        typer.echo(f"Geschreven: {out}; bewaar dit waar wie het register beheert niet bij kan.", err=True)


def _print_head(head: Head) -> None:
    typer.echo(f"Inschrijving {head.number}, kop {head.hash}")
