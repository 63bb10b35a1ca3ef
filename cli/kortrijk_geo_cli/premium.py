"""kortrijk-geo childcare premium | rulebook."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from kortrijk_geo.premium.decision import Decision
    from kortrijk_geo.premium.form import Rulebook


def premium(
    kind: Annotated[
        str | None,
        typer.Option(
            help="group, family (a childminder who starts), family-yearly (who works already), or an own one."
        ),
    ] = None,
    date: Annotated[
        str | None, typer.Option(help="Day of the application, 2026-11-27 or 27/11/2026; it chooses the rulebook.")
    ] = None,
    pack: PackOption = DEMO_PACK,
    new_places: Annotated[int, typer.Option(help="Licensed places that come.")] = 0,
    existing_places: Annotated[int, typer.Option(help="Licensed places that were there before.")] = 0,
    x: Annotated[float | None, typer.Option(help="Location in the pack's CRS, m.")] = None,
    y: Annotated[float | None, typer.Option(help="Location in the pack's CRS, m.")] = None,
    address: Annotated[str | None, typer.Option(help="Address, looked up among those of the pack.")] = None,
    online: Annotated[
        bool, typer.Option("--online", help="Ask the Flemish address service for an address the pack does not have.")
    ] = False,
    answers: Annotated[
        Path | None, typer.Option(help="TOML file with the applicant's answers; --template makes one.")
    ] = None,
    template: Annotated[
        Path | None, typer.Option(help="Write a file with every question of the rulebook to fill in here, and stop.")
    ] = None,
    assume_yes: Annotated[
        bool, typer.Option("--assume-yes", help="Take every condition without an answer as met: each is an open point.")
    ] = False,
    confirm: Annotated[
        Path | None, typer.Option(help="TOML file with documents that confirm fields: [[confirm]] field, document, ...")
    ] = None,
    accept_changed: Annotated[
        bool, typer.Option("--accept-changed", help="Also compute on a pack that was changed since it was built.")
    ] = False,
    rulebooks: Annotated[
        Path | None, typer.Option(help="Folder with rulebooks in place of ours, or examples: those of other cities.")
    ] = None,
    opened: Annotated[str | None, typer.Option(help="Day on which the places open or opened.")] = None,
    ended: Annotated[
        str | None, typer.Option(help="Day on which the places end: what must then be paid back is computed.")
    ] = None,
    phase: Annotated[str, typer.Option(help="start, extension or existing, where the places do not tell it.")] = "",
    year: Annotated[int | None, typer.Option(help="Year that is supported, where the rules go by one.")] = None,
    costs: Annotated[str | None, typer.Option(help="Costs that are proven, euros, as 30000.00.")] = None,
    granted_before: Annotated[
        str | None, typer.Option(help="What the applicant had before under the same cap, euros.")
    ] = None,
    regulation: Annotated[
        str, typer.Option(help="Which regulation, where the city has several; --list shows them.")
    ] = "",
    listing: Annotated[
        bool, typer.Option("--list", help="Show what can be asked for on the day of --date, and stop.")
    ] = False,
    dossier: Annotated[str, typer.Option(help="Number of the file, for the sheet.")] = "",
    applicant: Annotated[str, typer.Option(help="Who applies, for the sheet.")] = "",
    advisor: Annotated[str, typer.Option(help="Who advises, for the sheet.")] = "",
    sheet: Annotated[Path | None, typer.Option(help="Also write the advice on one page (HTML) here.")] = None,
    letter: Annotated[
        Path | None, typer.Option(help="Also write the letter to the applicant, a proposal of a decision (HTML), here.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Which premium does an initiative get, with every step and its source."""
    from dataclasses import replace

    from kortrijk_geo.premium.answers import AnswerFile, read_answer_file, read_day
    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.confirming import read_confirmations
    from kortrijk_geo.premium.deciding import decide, rulebook_of
    from kortrijk_geo.premium.letter import render_letter
    from kortrijk_geo.premium.rulebooks import load_rulebooks
    from kortrijk_geo.premium.sheet import render_sheet
    from kortrijk_geo.premium.terms import KIND

    books, now = load_rulebooks(rulebooks), _now()
    names = {**KIND, **{one: book.name_of(one) for book in books for one in book.kinds}}
    answered = read_answer_file(answers, names) if answers else AnswerFile({})
    day = _day(date, answered, answers)
    if listing:
        _list(books, day, as_json=as_json)
        return
    sort = _kind(kind, answered, answers)
    if template is not None:
        _write_template(template, sort, day, [book for book in books if regulation in {"", book.regulation}])
        return
    if (address is None) == (x is None and y is None) or (x is None) != (y is None):
        raise typer.BadParameter("give --x and --y, or --address")
    application = Application(
        kind=sort,
        new_places=new_places,
        existing_places=existing_places,
        x=x or 0.0,
        y=y or 0.0,
        date=day,
        answers=answered.answers,
        assume_yes=assume_yes,
        opened=None if opened is None else read_day(opened, "opened"),
        ended=None if ended is None else read_day(ended, "ended"),
        phase=phase,
        year=year,
        costs_eur=_euros_of(costs, "costs"),
        granted_before_eur=_euros_of(granted_before, "granted_before"),
        regulation=regulation,
        answers_from=str(answers or "antwoorden"),
        dossier=dossier,
        applicant=applicant,
        advisor=advisor,
    )
    rulebook_of(application, books, now=now)
    confirmations = read_confirmations(confirm) if confirm else ()
    for page in (sheet, letter):
        if page is not None:
            check_output(page, file=True)
    city = open_or_build(pack)
    if address is not None:
        from kortrijk_geo.premium.address import place_in_city

        place = place_in_city(address, city, online=online)
        application = replace(
            application, x=place.x, y=place.y, address=place.address, address_remark=place.remark,
            address_is_near=place.is_near,
        )  # fmt: skip
    decision = decide(application, city, books, now=now, confirmations=confirmations, accept_changed=accept_changed)
    if sheet is not None:
        _write_page(sheet, render_sheet(decision))
    if letter is not None:
        _write_page(letter, render_letter(decision))
    if as_json:
        print_json(decision.to_json())
    else:
        _print(decision)


def _euros_of(text: str | None, option: str) -> Decimal | None:
    from decimal import InvalidOperation

    from kortrijk_geo.errors import OptionError

    if text is None:
        return None
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise OptionError(f"{option} {text!r} must be an amount in euros, as 30000.00") from error


def _kind(kind: str | None, answered: Any, path: Path | None) -> str:
    from kortrijk_geo.errors import DataError

    if kind is None and answered.kind is None:
        raise typer.BadParameter("give --kind, or an answer file that tells it")
    if kind is not None and answered.kind not in {None, kind}:
        raise DataError(f"{path}: soort: het bestand is voor {answered.kind!r}, de aanvraag voor {kind!r}")
    return str(answered.kind if kind is None else kind)


def _day(date: str | None, answered: Any, path: Path | None) -> dt.date:
    from kortrijk_geo.errors import DataError
    from kortrijk_geo.premium.answers import read_day

    if date is None and answered.date is None:
        raise typer.BadParameter("give --date, or an answer file that tells it")
    if date is None:
        day: dt.date = answered.date
        return day
    day = read_day(date)
    if answered.date not in {None, day}:
        raise DataError(f"{path}: datum: het bestand is van {answered.date}, de aanvraag van {day}")
    return day


def _now() -> dt.datetime:
    import datetime as dt

    from kortrijk_geo.premium.decision import local

    return local(dt.datetime.now(dt.UTC))


def _list(books: Sequence[Rulebook], day: dt.date, *, as_json: bool) -> None:
    from kortrijk_geo.premium import wording
    from kortrijk_geo.premium.rulebooks import holding_on

    held = holding_on(books, day)
    if as_json:
        keys = ("id", "regulation", "title", "municipality", "standing")
        print_json({"regulations": [{key: getattr(b, key) for key in keys} | {"kinds": list(b.kinds)} for b in held]})
        return
    print_table(
        "Wat aangevraagd kan worden",
        ["gemeente", "reglement", "titel", "opvangvormen", "status"],
        [
            [
                book.municipality,
                book.regulation,
                book.title,
                ", ".join(f"{kind} ({book.name_of(kind)})" for kind in book.kinds),
                wording.STANDING[book.standing],
            ]
            for book in held
        ],
    )


def rulebook(
    file: Annotated[Path, typer.Argument(help="Rulebook (TOML), or the id of a shipped one, as roeselare-2023.")],
    as_json: JsonOption = False,
) -> None:
    """Explain a rulebook in Dutch, and compute its worked examples."""
    from kortrijk_geo.premium.explain import explain
    from kortrijk_geo.premium.rulebooks import read_rulebook, shipped_rulebook

    book = read_rulebook(file) if file.exists() else shipped_rulebook(str(file))
    parts = explain(book)
    if as_json:
        print_json({"id": book.id, "explained": parts})
        return
    for heading, sentences in parts.items():
        typer.echo(f"\n{heading}")
        print_notes(sentences)


def _write_template(path: Path, kind: str, date: dt.date, books: Sequence[Rulebook]) -> None:
    from kortrijk_geo.files import file_replacing
    from kortrijk_geo.premium.rulebooks import choose_rulebook
    from kortrijk_geo.premium.template import answer_template

    text = answer_template(choose_rulebook(books, date), kind, date)
    if path.exists():
        raise typer.BadParameter(f"{path} is there already; a template does not replace answers")
    check_output(path, file=True)
    with file_replacing(path) as building:
        building.write_bytes(text.encode("utf-8"))
    typer.echo(f"{path}: vul de antwoorden in, en geef het bestand met --answers {path}")


def _write_page(path: Path, page: str) -> None:
    from kortrijk_geo.files import file_replacing

    with file_replacing(path) as building:
        building.write_bytes(page.encode("utf-8"))


def _print(decision: Decision) -> None:
    from kortrijk_geo.premium import wording
    from kortrijk_geo.premium.field_names import confirmed

    document = decision.to_json()
    area = document["area"]
    typer.echo(f"{wording.STATUS[decision.status].upper()} - reglement {document['rulebook']['id']}")
    if area["area_id"] is not None:
        columns = {
            "gebied": "name", "kinderen 0-2": "children_0_2", "van": "children_date", "plaatsen": "places",
            "lijst van": "places_date", "per 100 kinderen": "places_per_100_children",
        }  # fmt: skip
        if decision.rulebook.norm_places_per_100 is not None:
            columns["onder de norm"] = "below_norm"
        print_table("Gebied", list(columns), [[area[key] for key in columns.values()]])
    print_notes(f"Grens: {wording.neighbour(near)}" for near in decision.neighbours)
    marks = {True: "voldaan", False: "NIET voldaan", None: "niet beantwoord"}
    print_table(
        "Voorwaarden",
        ["voorwaarde", "antwoord", "uitkomst"],
        [
            [c["text"], _answer(c["answer"]), "aangenomen" if c["answer"] == "assumed" else marks[c["met"]]]
            for c in document["conditions"]
        ],
    )
    lines = [
        [
            line["label"],
            line["quantity"],
            _euro(line["unit_eur"]),
            _euro(line["amount_eur"]),
            wording.STANDING[line["standing"]],
            line["source"],
        ]
        for line in document["lines"]
    ]
    print_table("Bedragen (euro)", ["post", "aantal", "per stuk", "bedrag", "status", "bron"], lines)
    total = document["total_eur"]
    word = "Voorlopig totaal, nog niet toegekend" if decision.status == "provisional" else "Totaal"
    typer.echo("Totaal: niet te berekenen" if total is None else f"{word}: {_euro(total)} euro")
    print_table(
        "Open punten", ["wat nog nodig is", "wat dit afsluit"], [[p.text, p.closes] for p in decision.open_points]
    )
    if decision.repayment is not None:
        typer.echo(f"Terug te betalen: {decision.repayment.text}")
    documents = (confirmed(one, decision.rulebook) for one in decision.confirmations)
    print_notes((*decision.reasons, *documents, *decision.notes))


def _answer(answer: Any) -> Any:
    if not isinstance(answer, str):
        return "" if answer is None else answer
    return {"assumed": "geen antwoord", "not applicable": "niet van toepassing"}.get(answer, answer)


def _euro(amount: str | None) -> str:
    from kortrijk_geo.text.dutch import euro_text

    return euro_text(None if amount is None else Decimal(amount))
