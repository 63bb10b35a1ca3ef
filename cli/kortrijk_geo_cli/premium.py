"""kortrijk-geo childcare premium."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from kortrijk_geo_cli.common import (
    DEMO_PACK,
    JsonOption,
    PackOption,
    check_output,
    open_or_build,
    print_json,
    print_notes,
    print_table,
)


class Kind(StrEnum):
    """Kinds of initiative."""

    GROUP = "group"
    FAMILY = "family"
    FAMILY_YEARLY = "family-yearly"


def premium(
    kind: Annotated[Kind, typer.Option(help="Group care, a childminder who starts, or one who works already.")],
    date: Annotated[str, typer.Option(help="Day of the application, YYYY-MM-DD; it chooses the rulebook.")],
    pack: PackOption = DEMO_PACK,
    new_places: Annotated[int, typer.Option(help="Licensed places that come.")] = 0,
    existing_places: Annotated[int, typer.Option(help="Licensed places that were there before.")] = 0,
    x: Annotated[float | None, typer.Option(help="Location in the pack's CRS, m.")] = None,
    y: Annotated[float | None, typer.Option(help="Location in the pack's CRS, m.")] = None,
    address: Annotated[
        str | None, typer.Option(help="Address, found in the pack, or without addresses there by the Flemish service.")
    ] = None,
    answers: Annotated[Path | None, typer.Option(help="TOML file with the applicant's answers.")] = None,
    assume_yes: Annotated[
        bool, typer.Option("--assume-yes", help="Take every condition without an answer as met; recorded as assumed.")
    ] = False,
    rulebooks: Annotated[Path | None, typer.Option(help="Folder with your own rulebooks instead of ours.")] = None,
    sheet: Annotated[Path | None, typer.Option(help="Also write the one-page decision sheet (HTML) here.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Which premium does an initiative get, with every step and its source."""
    import datetime as dt
    from dataclasses import replace

    from kortrijk_geo.options import parse_date
    from kortrijk_geo.premium.application import Application, read_answers
    from kortrijk_geo.premium.deciding import decide, rulebook_of
    from kortrijk_geo.premium.rulebooks import load_rulebooks

    if (address is None) == (x is None and y is None) or (x is None) != (y is None):
        raise typer.BadParameter("give --x and --y, or --address")
    application = Application(
        kind=kind.value,
        new_places=new_places,
        existing_places=existing_places,
        x=x or 0.0,
        y=y or 0.0,
        date=parse_date(date),
        answers=read_answers(answers) if answers else {},
        assume_yes=assume_yes,
    )
    books, now = load_rulebooks(rulebooks), dt.datetime.now(dt.UTC)
    rulebook_of(application, books, now=now)
    if sheet is not None:
        check_output(sheet, file=True)
    city = open_or_build(pack)
    if address is not None:
        from kortrijk_geo.premium.address import place_in_city

        place = place_in_city(address, city)
        application = replace(
            application, x=place.x, y=place.y, address=place.address, address_remark=place.remark,
            address_is_near=place.is_near,
        )  # fmt: skip
    decision = decide(application, city, books, now=now)
    if sheet is not None:
        _write_sheet(sheet, decision)
    if as_json:
        print_json(decision.to_json())
    else:
        _print(decision.to_json())


def _write_sheet(path: Path, decision: Any) -> None:
    from kortrijk_geo.files import file_replacing
    from kortrijk_geo.premium.sheet import render_sheet

    with file_replacing(path) as building:
        building.write_bytes(render_sheet(decision).encode("utf-8"))


def _print(document: dict[str, Any]) -> None:
    verdict = {"eligible": "komt in aanmerking", "not eligible": "komt niet in aanmerking", "incomplete": "onvolledig"}
    area = document["area"]
    typer.echo(f"{verdict[document['status']].upper()} - reglement {document['rulebook']['id']}")
    if area["area_id"] is not None:
        print_table(
            "Gebied",
            ["gebied", "kinderen 0-2", "plaatsen", "per 100 kinderen", "onder de norm"],
            [[area[key] for key in ("name", "children_0_2", "places", "places_per_100_children", "below_norm")]],
        )
    marks = {True: "voldaan", False: "NIET voldaan", None: "niet beantwoord"}
    print_table(
        "Voorwaarden",
        ["voorwaarde", "antwoord", "uitkomst"],
        [[c["text"], _answer(c["answer"]), marks[c["met"]]] for c in document["conditions"]],
    )
    lines = [
        [
            line["label"],
            line["quantity"],
            _euro(line["unit_eur"]),
            _euro(line["amount_eur"]),
            line["standing"],
            line["source"],
        ]
        for line in document["lines"]
    ]
    print_table("Bedragen (euro)", ["post", "aantal", "per stuk", "bedrag", "status", "bron"], lines)
    total = document["total_eur"]
    typer.echo("Totaal: nog niet te bepalen" if total is None else f"Totaal: {_euro(total)} euro")
    print_notes((*document["missing"], *document["notes"]))


def _answer(answer: Any) -> Any:
    return (
        {None: "", "assumed": "aangenomen"}.get(answer, answer) if answer is None or isinstance(answer, str) else answer
    )


def _euro(amount: str | None) -> str:
    from kortrijk_geo.text.dutch import euro_text

    return euro_text(None if amount is None else Decimal(amount))
