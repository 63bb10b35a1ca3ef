"""kortrijk-geo desk verify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kortrijk_geo_cli.common import JsonOption, print_json
from kortrijk_geo_cli.desk_data import OwnDataOption, folder_of

if TYPE_CHECKING:
    from kortrijk_geo.desk.dossiers import Proof


def verify(
    context: typer.Context,
    data: OwnDataOption = None,
    head: Annotated[
        Path | None,
        typer.Option("--head", help="JSON file of `desk head --out`, to compare with."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Prove that nothing was changed: the chain, who did what, and every advice computed again. Ends with 0 or 1."""
    from kortrijk_geo.desk.dossiers import verify as prove
    from kortrijk_geo.desk.ledger import Ledger, read_head

    kept = None if head is None else read_head(head)
    with Ledger(folder_of(context, data), create=False) as ledger:
        proof = prove(ledger, kept)
    if as_json:
        print_json(proof.to_json())
    else:
        _print(proof, with_head=kept is not None)
    if not proof.whole:
        raise typer.Exit(1)


def _print(proof: Proof, *, with_head: bool) -> None:
    from kortrijk_geo.desk.dossiers import CAUSE_LABELS

    typer.echo(
        f"Nagekeken: {proof.entries} inschrijvingen, {proof.advices} adviezen opnieuw berekend, {proof.rulings}"
        " beslissingen."
    )
    for one in proof.findings:
        where = " ".join(
            ["inschrijving", str(one.entry)] * bool(one.entry) + ["dossier", one.dossier] * bool(one.dossier)
        )
        typer.echo(f"- {where + ': ' if where else ''}{CAUSE_LABELS[one.cause]}. {one.sentence}")
    typer.echo("Het register is gaaf." if proof.whole else "Het register is NIET gaaf.")
    typer.echo(f"Inschrijving {proof.head.number}, kop {proof.head.hash}")
    if not with_head:
        typer.echo("Zonder --head is niet te zien of het einde is afgeknipt, of alles herschreven.", err=True)
