"""kortrijk-geo pack start | build | add | again | template | recipes | schema | check | show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kortrijk_geo_cli import pack_add
from kortrijk_geo_cli.commands import Commands
from kortrijk_geo_cli.common import JsonOption, check_output, print_json, print_notes, print_table, progress, writable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.ingest.report import Finding

LangOption = Annotated[
    Literal["nl", "en"], typer.Option("--lang", help="Language of the findings: nl (Dutch) or en (English).")
]
# What this command says around the findings, whose own texts stand in kortrijk_geo/ingest/findings.toml.
_TEXTS = {
    "nl": {
        "level": "ernst",
        "layer": "laag",
        "finding": "bevinding",
        "error": "fout",
        "warning": "let op",
        "info": "info",
        "built": "Wat hersteld, afgeleid of weggelaten is",
        "wrong": "niet in orde ({errors} fouten, {warnings} keer let op)",
        "doubtful": "bruikbaar, maar kijk {warnings} keer: let op",
        "good": "in orde",
    },
    "en": {
        "level": "level",
        "layer": "layer",
        "finding": "finding",
        "error": "error",
        "warning": "warning",
        "info": "info",
        "built": "What was repaired, derived or dropped",
        "wrong": "not in order ({errors} errors, {warnings} warnings)",
        "doubtful": "usable, with {warnings} warnings to look at",
        "good": "in order",
    },
}

app = Commands(help="Build, check and show city packs, and add files of the city to them.", no_args_is_help=True)
app.command("add")(pack_add.add)
app.command("again")(pack_add.again)
app.command("template")(pack_add.template)


@app.command()
def start(
    folder: Annotated[Path | None, typer.Argument(help="Folder with your files.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Recipe to write, never over one that exists; FOLDER.toml when absent.")
    ] = None,
    columns: Annotated[
        bool, typer.Option("--columns", help="Print the layers and columns of a pack, in Dutch and English, and stop.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Begin a recipe from the files of a folder: what feeds which layer, what is in doubt, what is left out."""
    from kortrijk_geo.errors import OptionError
    from kortrijk_geo.ingest.reference import columns_text
    from kortrijk_geo.ingest.starting import start_recipe

    if columns:
        typer.echo(columns_text())
        return
    if folder is None:
        raise OptionError("name the folder with your files, or --columns for the layers and columns of a pack")
    path = out or Path(f"{folder.resolve().name or 'city'}.toml")
    with progress("Recipe") as step:
        started = start_recipe(folder, path, step)
    remarks = [[remark.verdict, remark.file, remark.feeds, remark.message] for remark in started.remarks]
    if as_json:
        keys = ("verdict", "file", "feeds", "message")
        print_json({"recipe": str(path), "remarks": [dict(zip(keys, row, strict=True)) for row in remarks]})
        return
    print_table(f"{path}: begun from {folder}", ["verdict", "file", "feeds", "what"], remarks)
    typer.echo(f"Next: kortrijk-geo pack build {path} --files {folder} --out PACK")


@app.command()
def build(
    recipe: Annotated[
        str,
        typer.Argument(
            help="Recipe (TOML): which file and column is which layer; or the name of one of `pack recipes`."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder of the pack to write.")],
    files: Annotated[Path, typer.Option("--files", help="Folder with the raw files that the recipe names.")] = Path(),
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Also replace the pack of another city, and layers of your own in city.gpkg."),
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="What a recipe that is a form asks for, as nis=34023; may be repeated."),
    ] = None,
    lang: LangOption = "nl",
    as_json: JsonOption = False,
) -> None:
    """Build a city pack from raw files; files of your own beside it stay."""
    from kortrijk_geo.errors import OptionError
    from kortrijk_geo.ingest.recipe import build_pack
    from kortrijk_geo.ingest.shipped import find_recipe

    path = find_recipe(recipe)
    check_output(out)
    pairs = [text.partition("=") for text in settings or ()]
    given = {key: value for key, _, value in pairs}
    if len(given) < len(pairs) or not all(key and value for key, value in given.items()):
        raise OptionError(f"--set {' --set '.join(settings or ())}: write it as key=value, each key once")
    with progress("Pack") as step:
        report = build_pack(path, files, out, step, replace_other=replace, settings=given)
    if as_json:
        print_json({**_described(out), "findings": [finding.as_json(lang) for finding in report.findings]})
        return
    _print_layers(out)
    _print_findings(report.findings, _TEXTS[lang]["built"], lang)


@app.command()
def recipes(
    copy_to: Annotated[
        Path | None, typer.Option("--copy-to", help="Copy them, their README and the catalogue here, to change them.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the recipes that come with the toolkit; `pack build` takes them by name."""
    from kortrijk_geo.ingest.recipe_parts import load_recipe
    from kortrijk_geo.ingest.shipped import copy_recipes, find_recipe, raw_files, recipe_names

    copies = [] if copy_to is None else [str(path) for path in copy_recipes(copy_to)]
    paths = {name: find_recipe(name) for name in recipe_names()}
    shown = [
        {"name": name, "city": load_recipe(path).name, "raw_files": raw_files(path)} for name, path in paths.items()
    ]
    if as_json:
        print_json({"recipes": shown, "copies": copies})
        return
    rows = [[row["name"], row["city"], ", ".join(row["raw_files"])] for row in shown]
    print_table("Recipes of the toolkit", ["recipe", "city", "raw files"], rows)
    print_notes(f"copied to {path}" for path in copies)


@app.command()
def schema(
    name: Annotated[
        str | None, typer.Argument(help="Print this one on stdout, or with --out write only this one.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write NAME.schema.json to.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the JSON Schemas of recipes and files of rules, by which an editor completes and checks them."""
    from kortrijk_geo.errors import OptionError
    from kortrijk_geo_cli.schemas import schemas, write_schemas

    made = schemas()
    if name is not None:
        if name not in made:
            raise OptionError.of_choice("schema", name, made)
        made = {name: made[name]}
    copies = [] if out is None else [str(path) for path in write_schemas(made, writable(out))]
    if name is not None and out is None:
        print_json(made[name])
    elif as_json:
        print_json({"schemas": list(made), "copies": copies})
    else:
        rows = [[schema_name, f"{schema_name.replace('_', '/', 1)}.toml"] for schema_name in made]
        print_table("Schemas of the toolkit", ["schema", "of a file such as"], rows)
        print_notes(f"written to {path}" for path in copies)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Folder of the pack.")],
    lang: LangOption = "nl",
    as_json: JsonOption = False,
) -> None:
    """Check a pack: schema, CRS, geometry, ids, tiling, sums, dates, licences. Exit 3 when something is wrong."""
    from kortrijk_geo.errors import DataError
    from kortrijk_geo.ingest.check import check_pack
    from kortrijk_geo.ingest.report import verdict

    findings = check_pack(folder)
    judged = verdict(findings)
    if as_json:
        shown = [finding.as_json(lang) for finding in findings]
        print_json({"pack": str(folder), "ok": judged != "wrong", "verdict": judged, "findings": shown})
    else:
        counts = {f"{level}s": sum(one.level == level for one in findings) for level in ("error", "warning")}
        _print_findings(findings, f"{folder}: {_TEXTS[lang][judged].format(**counts)}", lang)
    if judged == "wrong":
        raise typer.Exit(DataError.exit_code)


@app.command()
def show(
    folder: Annotated[Path, typer.Argument(help="Folder of the pack.")],
    as_json: JsonOption = False,
) -> None:
    """Show the layers of a pack: rows, dates, sources, licences; what was added, and what is estimated."""
    if as_json:
        print_json(_described(folder))
    else:
        _print_layers(folder)


def _described(folder: Path) -> dict[str, object]:
    from kortrijk_geo.ingest.check import describe_pack

    return describe_pack(folder)


def _print_layers(folder: Path) -> None:
    from kortrijk_geo.ingest.aliases import load_aliases
    from kortrijk_geo.pack.files import read_info
    from kortrijk_geo.pack.layers import ADDED_NAMES, DUTCH_NAMES, TIMETABLE

    info = read_info(folder)
    others = {name: "arrays" if name == TIMETABLE else "raster" for name in info.rasters}
    records = {**info.layers, **info.rasters}
    mark = " (SYNTHETIC)" if info.synthetic or any(record.synthetic for record in records.values()) else ""
    rows = [
        [name, others.get(name, record.rows), record.reference_date, record.source, record.licence]
        for name, record in records.items()
    ]
    print_table(f"{info.name}{mark}, {info.crs}", ["layer", "rows", "date", "source", "licence"], rows)
    if info.added:
        added = [
            [ADDED_NAMES.get(each.kind, each.kind), each.files[0], each.date, each.source,
             "ja" if each.synthetic else "nee"]
            for each in info.added
        ]  # fmt: skip
        print_table("Toegevoegd door de stad", ["wat", "bestand", "datum", "bron", "fictief"], added)
    _print_ages(folder)
    if TIMETABLE in others:
        _print_timetable(folder)
    guessed = [
        [DUTCH_NAMES.get(name, name), load_aliases().of_column(name, column)[0], how]
        for name, record in info.layers.items()
        for column, how in record.estimates.items()
    ]
    if guessed:
        print_table("Geraamd, door niemand geteld", ["laag", "kolom", "hoe"], guessed)


def _print_ages(folder: Path) -> None:
    """Print how many people of each age the pack knows; nothing where it knows none."""
    from kortrijk_geo.pack.ages import count_ages
    from kortrijk_geo.pack.city import open_city
    from kortrijk_geo.text.dutch import count_text

    rows = [
        [each.label, count_text(each.people), f"{each.areas_known} van {each.areas}", "ja" if each.estimated else "nee"]
        for each in count_ages(open_city(folder))
    ]
    if rows:
        print_table("Inwoners naar leeftijd", ["leeftijd", "stad", "wijken bekend", "raming"], rows)


def _print_timetable(folder: Path) -> None:
    """Print how far each feed of the timetable goes and what it holds."""
    import datetime as dt

    import numpy as np

    from kortrijk_geo.pack.city import open_city
    from kortrijk_geo.text.dutch import count_text

    timetable = open_city(folder).timetable()
    feed_of_trip = timetable.service_feed[timetable.trip_service]
    rows = [
        [
            name, *(str(dt.date.fromordinal(int(day[i]))) for day in (timetable.feed_from, timetable.feed_to)),
            count_text(len(np.unique(timetable.trip_line[feed_of_trip == i]))),
            count_text(int((timetable.stop_feed == i).sum())), count_text(int((feed_of_trip == i).sum())),
        ]
        for i, name in enumerate(timetable.feed.tolist())
    ]  # fmt: skip
    print_table("Dienstregeling", ["bestand", "geldig van", "tot en met", "lijnen", "haltes", "ritten"], rows)


def _print_findings(findings: Sequence[Finding], title: str, lang: Literal["nl", "en"]) -> None:
    texts = _TEXTS[lang]
    rows = [[texts[finding.level], finding.layer, finding.text(lang)] for finding in findings]
    print_table(title, [texts[key] for key in ("level", "layer", "finding")], rows)
