"""What every command shares: its options, opening a city, progress on stderr, JSON on stdout."""

from __future__ import annotations

import errno
import inspect
import json
import sys
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kortrijk_geo.mapping.spec import MapSpec
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.results import ThemeResult

DEMO_PACK = Path("data/demo")
MAPS = Path("maps")

PackOption = Annotated[
    Path, typer.Option("--pack", help="Folder of the city pack; the demo city is built when absent.")
]


class SnapTo(StrEnum):
    """Which streets homes and places are put on."""

    LARGEST = "largest"
    ANY = "any"


SnapToOption = Annotated[
    SnapTo, typer.Option(help="The largest part of the streets, not a loose piece nearer by; or any street.")
]
OutOption = Annotated[Path, typer.Option("--out", help="Folder to write to.")]


def _known_tiles(name: str | None) -> str | None:
    """Refuse a tile background that is not known before any work is done."""
    if name is not None:
        from kortrijk_geo.mapping.tiles import load_tiles

        load_tiles(name)
    return name


TilesOption = Annotated[
    str | None,
    typer.Option(
        "--tiles",
        callback=_known_tiles,
        help="Tile background: grb, osm or a TOML file. The pages then ask its host for pictures; by default nobody.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else there.")]
NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Compute everything anew and keep nothing in your cache folder.")
]


def computing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option ``--no-cache``, and compute all that it asks for anew where that is given."""

    @wraps(command)
    def run(*args: Any, no_cache: bool = False, **options: Any) -> None:
        from kortrijk_geo.cache import without_cache

        with without_cache() if no_cache else nullcontext():
            command(*args, **options)

    own, last = inspect.signature(command, eval_str=True), inspect.Parameter.KEYWORD_ONLY
    no_cache = inspect.Parameter("no_cache", last, default=False, annotation=NoCacheOption)
    run.__signature__ = own.replace(parameters=[*own.parameters.values(), no_cache])  # type: ignore[attr-defined]
    run.__annotations__ = {**command.__annotations__, "no_cache": NoCacheOption}
    return run


def open_or_build(pack: Path, out: Path | None = None) -> City:
    """Open the pack, unless ``out`` cannot be written; the default demo pack is built when it is not there."""
    from kortrijk_geo.pack.city import open_city

    if out is not None:
        check_output(out)
    if pack == DEMO_PACK:
        from kortrijk_geo.demo import demo_city

        with progress("Demo city") as step:
            step("building or opening the synthetic city")
            city = demo_city(pack)
    else:
        city = open_city(pack)
    for sentence in city.proof.sentences:
        typer.echo(f"{pack}: {sentence}", err=True)
    return city


@contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """Show on stderr what is going on: a spinner, the running step and the time on a terminal, else plain lines."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: print(f"{title}: {text}", file=sys.stderr, flush=True)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title)
        yield lambda text: bar.update(task, description=f"{title}: {text}")


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))


def print_table(title: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Print a title and a table on stdout; numbers to the right, nothing in it is markup or speaks to the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from kortrijk_geo.text.safe import visible

    table = Table()
    for index, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[index], (int, float)) for row in rows)
        table.add_column(Text(visible(column)), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(dutch(cell))) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(Text(visible(title), style="bold"))
    if rows:
        console.print(table)


def print_notes(notes: Iterable[str]) -> None:
    """Print remarks on stdout, one a line."""
    from kortrijk_geo.text.safe import visible

    for note in notes:
        typer.echo(f"- {visible(note)}")


def dutch(value: Any) -> str:
    """Print a value the Dutch way: decimal comma, dots between thousands, 'onbekend' where unknown."""
    from kortrijk_geo.text.dutch import number_text

    if value == "":
        return ""
    whole = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value // 1
    return number_text(value, "whole" if whole else "number")


def check_output(out: Path, *, file: bool = False) -> None:
    """Refuse a folder (or a ``file``) to write that cannot be, before any work; nothing is made or touched.

    Raises
    ------
    OutputError
        Naming it, and why.
    """
    import os
    import tempfile

    from kortrijk_geo.errors import OutputError

    target = out.absolute()
    place = target.parent if file else target
    try:
        if file and target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        while not place.exists():
            place = place.parent
        if not place.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise OutputError.of(out, error) from error


def writable(out: Path) -> Path:
    """Return the folder to write to, made when absent; `OutputError` before any work when it cannot be written."""
    import tempfile

    from kortrijk_geo.errors import OutputError

    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            return out
    except OSError as error:
        raise OutputError.of(out, error) from error


def number_or_text(text: str | None) -> float | str | None:
    """Read an option that is a number or the id of one, for instance a norm."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def finish(
    city: City,
    spec: MapSpec,
    out: Path,
    *,
    tiles: str | None,
    as_json: bool,
    also: Mapping[str, Any] | None = None,
) -> None:
    """Publish page, GeoPackage and workbook of a theme; print its figures as JSON (and ``also``) or for a reader."""
    from kortrijk_geo.atlas.writing import publish_theme

    names = publish_theme(city, spec, out, tiles=tiles, say=lambda text: typer.echo(text, err=True))
    if as_json:
        print_json({**spec.result.to_json(), **(also or {})})
        return
    print_headlines(spec.result)
    typer.echo(f"Written to {out}: {', '.join(names)}")


def print_headlines(result: ThemeResult) -> None:
    """Print a theme's headlines and notes for a reader."""
    from kortrijk_geo.mapping.figures import card

    cards = [card(figure) for figure in result.headlines]
    rows = [
        [
            shown.label, shown.value, " ".join(filter(None, (shown.unit, shown.covers))),
            f"{shown.goal.lower()} {shown.target}".strip(), shown.source,
        ]
        for shown in cards
    ]  # fmt: skip
    print_table(result.pack, ["kerncijfer", "waarde", "eenheid", "doel", "bron"], rows)
    print_notes(f"{shown.label}: {shown.value}, want {shown.reason}." for shown in cards if shown.reason)
    print_notes(f"{shown.label}: {shown.band}." for shown in cards if shown.band)
    print_notes([*result.proof.sentences, *result.notes])
