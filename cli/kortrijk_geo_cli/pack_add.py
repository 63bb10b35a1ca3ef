"""kortrijk-geo pack add | again | template: a file of the city in a new pack beside the old one."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from kortrijk_geo_cli.common import JsonOption, check_output, dutch, print_json, print_notes, print_table, progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kortrijk_geo.catalogue import HeadlineChange
    from kortrijk_geo.figure import Figure
    from kortrijk_geo.ingest.adding import Prepared
    from kortrijk_geo.pack.city import City

Lang = Literal["nl", "en"]
_KINDS = "childcare, children, ages, social_dwellings, sites, trees, amenities, parcels, land_cover or gtfs."
LangOption = Annotated[Lang, typer.Option("--lang", help="Language of what is told: nl (Dutch) or en (English).")]
_TEXTS: dict[str, dict[str, str]] = {
    "nl": {
        "areas": "{what}, per wijk", "area": "wijk", "before": "vroeger", "after": "nu", "findings": "Wat opviel",
        "level": "ernst", "layer": "laag", "finding": "bevinding", "error": "fout", "warning": "let op", "info": "info",
        "headlines": "Wat er verandert in de kerncijfers", "theme": "thema", "headline": "kerncijfer",
        "same": "Alle andere kerncijfers van {themes} blijven zoals ze zijn.", "absent": "niet te berekenen",
        "stopped": "{theme} kan nog niet: {why}", "ask": "Nieuwe gegevensset schrijven in {out}?",
        "unmatched": "{count} van {of} rijen zonder plaats zijn weggelaten; de lijst om te verbeteren is {path}",
        "not_written": "er is niets geschreven; geef --yes om de nieuwe gegevensset in {out} te schrijven",
        "written": "Geschreven in {out}", "digests": "kenmerk vroeger {before}, nu {after}",
    },
    "en": {
        "areas": "{what}, by area", "area": "area", "before": "before", "after": "after",
        "findings": "What was noticed", "level": "level", "layer": "layer", "finding": "finding", "error": "error",
        "warning": "warning", "info": "info", "headlines": "What changes in the headlines", "theme": "theme",
        "headline": "headline", "same": "All other headlines of {themes} stay as they are.",
        "absent": "cannot be computed", "stopped": "{theme} cannot run yet: {why}", "ask": "Write a new pack to {out}?",
        "unmatched": "{count} of {of} rows without a place are left out; the list to correct is {path}",
        "not_written": "nothing was written; say --yes to write the new pack to {out}",
        "written": "Written to {out}", "digests": "digest before {before}, after {after}",
    },
}  # fmt: skip


def add(
    folder: Annotated[Path, typer.Argument(help="Folder of the pack, which stays as it is.")],
    kind: Annotated[str, typer.Argument(help=f"What the file holds: {_KINDS}")],
    file: Annotated[Path, typer.Argument(help="Table (XLSX, CSV), map, raster, or GTFS feed (ZIP).")],
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook, or layer of a map; by default the only one.")] = "",
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="COLUMN=NAME", help="Column of the layer and what the file calls it; more often."
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Only rows of the file with this value in this column; more often."),
    ] = None,
    addresses: Annotated[
        Path | None, typer.Option(help="File with streets, numbers, postcodes and coordinates, to find addresses by.")
    ] = None,
    corrections: Annotated[
        Path | None, typer.Option(help="The list of rows without a place, as you corrected it.")
    ] = None,
    expected_places: Annotated[
        float | None, typer.Option(min=0, help="Childcare places that Opgroeien counts in the municipality.")
    ] = None,
    source: Annotated[str, typer.Option(help="Who made the file.")] = "",
    date: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Day that the file describes.")] = "",
    licence: Annotated[str, typer.Option(help="Licence of the file.")] = "",
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="The file is invented: every page will say so.")
    ] = False,
    legend: Annotated[str, typer.Option(help="What the codes of a raster mean: bbk, jaarbak, worldcover.")] = "",
    inventory: Annotated[bool, typer.Option("--inventory", help="Of trees: the list holds every tree.")] = False,
    accept_unmatched: Annotated[
        bool, typer.Option("--accept-unmatched", help="Go on though many rows have no place; they are left out.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the new pack; by default beside the old.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write the new pack without a question.")] = False,
    lang: LangOption = "nl",
    as_json: JsonOption = False,
) -> None:
    """Add a file of the city to a pack: look at what changes, then write a new pack beside the old one."""
    from kortrijk_geo.catalogue import headline_changes
    from kortrijk_geo.errors import OptionError
    from kortrijk_geo.ingest.adding import check_new, new_folder, prepared
    from kortrijk_geo.pack.city import open_city

    texts = _TEXTS[lang]
    with _in_language(lang), ExitStack() as stack:
        city = open_city(folder)
        target = out or new_folder(city, kind)
        check_new(city, target)
        check_output(target)
        with progress("Pack") as step:
            preview = prepared(
                city, kind, file, target, sheet=sheet, columns=_pairs(columns, "--map"), where=_pairs(where, "--where"),
                addresses=addresses, corrections=corrections, expected_places=expected_places, source=source, date=date,
                licence=licence, synthetic=synthetic, legend=legend, inventory=inventory,
                accept_unmatched=accept_unmatched, say=step,
            )  # fmt: skip
            new = stack.enter_context(preview)
            step("comparing the headlines")
            changes, errors = headline_changes(city, new.after, new.kind.themes)
            # The new pack has no place of its own yet: what is said of it is said of where it will be.
            why = {name: str(error).replace(str(new.after.folder), str(target)) for name, error in errors.items()}
            stopped = {name: _in_words(text, lang) for name, text in why.items()}
        if not as_json:
            _print_preview(new, changes, stopped, lang)
        go_on = yes or (not as_json and sys.stdin.isatty() and typer.confirm(texts["ask"].format(out=target)))
        written = new.publish(target) if go_on else None
    if as_json:
        print_json(_document(new, changes, stopped, lang, target if written else None, city))
    elif written is None:
        raise OptionError(texts["not_written"].format(out=target))
    else:
        typer.echo(texts["written"].format(out=target))
        typer.echo(texts["digests"].format(before=city.digest[:12], after=written.digest[:12]))


def again(
    folder: Annotated[Path, typer.Argument(help="Pack to which files were added.")],
    base: Annotated[Path, typer.Option(help="Pack that it was made from.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the pack to write.")],
    files: Annotated[Path, typer.Option("--files", help="Folder with the files that were added.")] = Path(),
    lang: LangOption = "nl",
) -> None:
    """Make a pack again from what it records: the same pack, byte for byte."""
    from kortrijk_geo.ingest.adding import again as make_again

    check_output(out)
    with _in_language(lang), progress("Pack") as step:
        made = make_again(folder, base, files, out, step)
    typer.echo(f"{_TEXTS[lang]['written'].format(out=out)}: {made.digest[:12]}")


def template(
    kind: Annotated[str, typer.Argument(help=f"What will be delivered: {_KINDS}")],
    out: Annotated[Path | None, typer.Option("--out", help="Workbook to write; KIND.xlsx when absent.")] = None,
) -> None:
    """Write an empty workbook for who must deliver a file: columns, an example, an explanation in Dutch."""
    from kortrijk_geo.errors import OutputError
    from kortrijk_geo.ingest.template import write_template

    path = out or Path(f"{kind}.xlsx")
    if path.exists():
        raise OutputError(f"{path} exists already and is not written over; name another file with --out")
    write_template(kind, path)
    typer.echo(f"Written to {path}")


@contextmanager
def _in_language(lang: Lang) -> Iterator[None]:
    """Say what is wrong in a language, where the sentence is one of ours."""
    from kortrijk_geo.errors import KortrijkGeoError
    from kortrijk_geo.ingest.wording import recognise

    try:
        yield
    except KortrijkGeoError as error:
        if recognise(str(error)) is None:
            raise
        raise type(error)(_in_words(str(error), lang)) from error


def _in_words(sentence: str, lang: Lang) -> str:
    """Say a sentence in a language; one that is none of ours stays as it is."""
    from kortrijk_geo.ingest.wording import recognise

    reading = recognise(sentence)
    return sentence if reading is None else reading.text(lang)


def _pairs(texts: list[str] | None, option: str) -> dict[str, str]:
    from kortrijk_geo.errors import OptionError

    pairs = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise OptionError(f"{option} {text!r} must be NAME=VALUE")
        pairs[name.strip()] = value.strip()
    return pairs


def _print_preview(new: Prepared, changes: list[HeadlineChange], stopped: dict[str, str], lang: Lang) -> None:
    from kortrijk_geo.ingest.adding_change import counted_by_area

    texts = _TEXTS[lang]
    if len(new.areas):
        rows = [[name, before, after] for name, before, after in new.areas.itertuples(index=False)]
        title = texts["areas"].format(what=counted_by_area(new.kind))
        print_table(title, [texts["area"], texts["before"], texts["after"]], rows)
    if new.findings:
        rows = [[texts[each.level], each.layer, each.text(lang)] for each in new.findings]
        print_table(texts["findings"], [texts["level"], texts["layer"], texts["finding"]], rows)
    if new.unmatched_file is not None:
        lost, of = len(new.unmatched.why), new.unmatched.of
        print_notes([texts["unmatched"].format(count=lost, of=of, path=new.unmatched_file)])
    changed = [change for change in changes if change.changed]
    if changed:
        rows = [[_theme(each.theme), _label(each), _value(each.before, texts), _value(each.after, texts)]
                for each in changed]  # fmt: skip
        print_table(texts["headlines"], [texts[key] for key in ("theme", "headline", "before", "after")], rows)
    steady = dict.fromkeys(_theme(each.theme) for each in changes)
    if len(changed) < len(changes):
        print_notes([texts["same"].format(themes=", ".join(steady))])
    print_notes(texts["stopped"].format(theme=_theme(name), why=why) for name, why in stopped.items())


def _theme(name: str) -> str:
    from kortrijk_geo.catalogue import THEMES

    return THEMES[name].subject


def _label(change: HeadlineChange) -> str:
    figure = change.after or change.before
    return "" if figure is None else figure.label


def _value(figure: Figure | None, texts: dict[str, str]) -> str:
    from kortrijk_geo.mapping.figures import card

    if figure is None:
        return texts["absent"]
    shown = card(figure)
    return " ".join(filter(None, (dutch(shown.value), shown.unit, shown.covers)))


def _document(
    new: Prepared, changes: list[HeadlineChange], stopped: dict[str, str], lang: Lang,
    written: Path | None, city: City,
) -> dict[str, Any]:  # fmt: skip
    from kortrijk_geo.text.safe import plain

    lost = new.unmatched
    return {
        "written": None if written is None else str(written),
        "digests": {"before": city.digest, "after": new.after.info.digest},
        "rows": {"of": lost.of, "without_a_place": {str(row): why for row, why in lost.why.items()},
                 "to_correct": None if new.unmatched_file is None else str(new.unmatched_file)},
        "areas": [{key: plain(value) for key, value in row.items()} for row in new.areas.to_dict("records")],
        "headlines": [
            {"theme": each.theme, "key": figure.key, "label": _label(each), "changed": each.changed,
             "before": None if each.before is None else each.before.record(),
             "after": None if each.after is None else each.after.record()}
            for each in changes if (figure := each.after or each.before) is not None
        ],
        "stopped": stopped,
        "findings": [finding.as_json(lang) for finding in new.findings],
    }  # fmt: skip
