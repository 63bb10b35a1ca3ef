"""A file of the city added to a pack: a new pack beside the old one, which records all that is needed to make it again.

A pack that was made by a recipe and one that was not are added to alike: the old pack is the base, known by its digest,
and ``[[added]]`` of the new ``pack.toml`` holds the tables by which the file was read and the hashes of the files.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from kortrijk_geo.errors import DataError, MissingFileError, OptionError, OutputError
from kortrijk_geo.files import folder_updated
from kortrijk_geo.ingest.adding_change import Change, Work, by_area, carry_out
from kortrijk_geo.ingest.adding_plan import Reading, plan
from kortrijk_geo.ingest.adding_rows import Corrections, Unmatched, write_unmatched
from kortrijk_geo.ingest.adding_rules import adding_rules, kind_called
from kortrijk_geo.ingest.report import Findings, named
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import PACK_FILE, Added, file_digest, read_info, write_pack
from kortrijk_geo.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from kortrijk_geo.ingest.adding_rules import Kind
    from kortrijk_geo.ingest.report import Finding
    from kortrijk_geo.ingest.starting_text import Block

# What belongs to a file of these endings, and is read with it.
_BESIDE = {
    ".shp": (".dbf", ".shx", ".prj", ".cpg"), ".tab": (".dat", ".map", ".id", ".ind"), ".mif": (".mid",),
    ".tif": (".tfw", ".prj"), ".asc": (".prj",), ".png": (".pgw", ".wld", ".prj"), ".jpg": (".jgw", ".wld", ".prj"),
}  # fmt: skip


# What `pack start` remarks and is told here in other words, or goes without saying.
_SAID = (
    'No column was seen that tells group from family day care: all are taken as "group".',
    "Its rows are looked up in layer addresses, and told if not found.",
)


class Options(TypedDict, total=False):
    """Options of `add`.

    ``sheet``, ``columns`` (of the layer, or in Dutch: of the file), ``where``, ``source``, ``date``, ``licence``,
    ``synthetic``, ``legend`` and ``inventory`` are those of `Reading`. ``addresses`` is a file to find addresses by,
    ``corrections`` the list of rows without a place as someone filled it in, ``unmatched`` where that list is written.
    ``expected_places`` is the figure that Opgroeien has for the municipality, and with ``accept_unmatched`` more rows
    may have no place than is allowed.
    """

    sheet: str
    columns: Mapping[str, str]
    where: Mapping[str, str]
    source: str
    date: str
    licence: str
    synthetic: bool
    legend: str
    inventory: bool
    addresses: str | Path | None
    corrections: str | Path | None
    unmatched: str | Path | None
    expected_places: float | None
    accept_unmatched: bool
    say: Callable[[str], None]


@dataclass(frozen=True)
class Prepared:
    """A file read into a pack that is not published yet.

    Parameters
    ----------
    kind
        What the file holds.
    before, after
        The pack as it was, and the new one, which is gone when the preview ends.
    findings
        What was repaired, left out or is in doubt.
    areas
        What a planner looks at, by area: ``name``, ``before``, ``after``.
    unmatched, unmatched_file
        The rows without a place, and the list to correct; None when all have one.
    """

    kind: Kind
    before: City
    after: City
    findings: tuple[Finding, ...]
    areas: pd.DataFrame
    unmatched: Unmatched
    unmatched_file: Path | None

    def publish(self, out: Path) -> City:
        """Write the new pack and open it; `OutputError` when it cannot be written."""
        check_new(self.before, out)
        return _put(self.after.folder, out)


def new_folder(city: City, kind: str) -> Path:
    """Return where the new pack goes when nobody says so: beside the old one, named after the kind."""
    return city.folder.absolute().with_name(f"{city.folder.absolute().name}-{kind}")


def check_new(city: City, out: Path) -> None:
    """Raise `OutputError` when there is something where the new pack would go; a pack is never written over."""
    if out.resolve().is_relative_to(city.folder.resolve()):
        raise OutputError(f"{out} is the pack itself, which stays as it is; name another folder with --out")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(f"{out} exists already and is not written over; name another folder with --out")


def add(city: City, kind: str, file: str | Path, out: str | Path | None = None, **options: Unpack[Options]) -> City:
    """Add a file of the city to a pack, and return the new pack; `City.add` is the same.

    Parameters
    ----------
    city
        The pack, which stays as it is.
    kind
        ``childcare``, ``children``, ``ages``, ``social_dwellings``, ``sites``, ``trees``, ``amenities``, ``parcels``,
        ``land_cover`` or ``gtfs``.
    file
        Table (XLSX, CSV), map or raster.
    out
        Folder of the new pack; beside the old one when None.
    **options
        See `Options`.

    Raises
    ------
    OptionError, OutputError, MissingFileError, DataError
        In one sentence that names file, sheet, row and what to do.
    """
    folder = Path(out) if out is not None else new_folder(city, kind)
    check_new(city, folder)
    with prepared(city, kind, file, folder, **options) as new:
        return new.publish(folder)


@contextmanager
def prepared(city: City, kind: str, file: str | Path, out: Path, **options: Unpack[Options]) -> Iterator[Prepared]:
    """Read a file into a pack that is not published yet, to look at what would change; errors as `add`."""
    what, path = kind_called(kind), Path(file)
    say = options.get("say") or _silent
    _refuse_changed(city)
    reading = _reading(options)
    others = {"addresses": _path(options.get("addresses")), "corrections": _path(options.get("corrections"))}
    with scratch_folder() as scratch:
        folder = scratch / "files"
        files = _gathered(folder, path, others["addresses"])
        if (listed := others["corrections"]) is not None:
            files |= _gathered(scratch / "corrections", listed)
        _refuse_again(city, kind, path, files)
        corrections = Corrections.read(listed) if listed is not None else None
        work = Work(what, "", path.name, folder, corrections, options.get("expected_places"))
        # What is found in the rows while the tables are planned is found again when they are carried out.
        blocks = plan(
            what, path.name, others["addresses"].name if others["addresses"] else "", folder, reading, city,
            lambda frame: work.mend(what.layer, frame, Findings()), say,
        )  # fmt: skip
        recipe = "\n".join(line for block in blocks for line in block.lines() if not line.startswith("#"))
        added = Added(
            city.digest, kind, recipe, tuple(files), tuple(files.values()), corrections.name if corrections else "",
            reading.source, reading.date, reading.synthetic,
        )  # fmt: skip
        lists: list[Path] = []
        wanted = _path(options.get("unmatched")) or out.absolute().parent / f"{path.stem}_te_verbeteren.xlsx"

        def judge(unmatched: Unmatched) -> None:
            # Of a map nobody corrects a list; its features are corrected where it was drawn.
            if unmatched.why and unmatched.correct:
                lists.append(write_unmatched(wanted, unmatched))
            _judge(unmatched, path.name, lists, accepted=bool(options.get("accept_unmatched")))

        change = carry_out(replace(work, recipe=recipe), city, scratch, judge, say)
        for block in blocks:
            _tell_doubts(block, change.findings)
        say("writing the pack")
        after = _written(scratch / "pack", city, change, added)
        yield Prepared(
            what, city, after, tuple(change.findings.items), by_area(what, city, after), change.unmatched,
            lists[0] if lists else None,
        )  # fmt: skip


def again(pack: Path, base: Path, files: Path, out: Path, say: Callable[[str], None] | None = None) -> City:
    """Make a pack again to which files were added, from the pack it began with and those files.

    Parameters
    ----------
    pack
        The pack whose ``pack.toml`` records what was added.
    base
        The pack it began with, or any between.
    files
        Folder with the files; each is known by its hash.
    out
        Folder of the pack to write.

    Raises
    ------
    DataError, MissingFileError
        When the base or a file is not the one that was recorded, or the pack becomes another one.
    """
    info, city = read_info(pack), open_city(base)
    steps = info.added[len(city.info.added) :]
    if not steps or info.added[: len(city.info.added)] != city.info.added:
        raise DataError(f"{pack}: records nothing that was added to {base}; name the pack that it was made from")
    check_new(city, out)
    check_new(open_city(pack), out)
    with scratch_folder() as scratch:
        for number, step in enumerate(steps):
            if step.base != city.digest:
                raise DataError(
                    f"{base}: is not the pack to which {step.files[0]} was added: its digest is {city.digest[:12]},"
                    f" recorded is {step.base[:12]}"
                )
            part = scratch / str(number)
            change = _repeated(step, city, files, part, say or _silent)
            city = _written(part / "pack", city, change, step)
        if city.info.vectors_sha256 != info.vectors_sha256 or city.info.recorded != info.recorded:
            raise DataError(f"{pack}: becomes another pack when it is made again; was it made by another version?")
        return _put(city.folder, out)


def _repeated(step: Added, city: City, files: Path, scratch: Path, say: Callable[[str], None]) -> Change:
    folder, beside = scratch / "files", scratch / "corrections"
    for place in (folder, beside):
        place.mkdir(parents=True)
    for name, sha256 in zip(step.files, step.sha256, strict=True):
        path = files / name
        if not path.is_file():
            raise MissingFileError(f"{name} is not in {files}; put it there, or name another folder with --files")
        if file_digest(path) != sha256:
            raise DataError(f"{path}: is not the file that was added: its hash is not the recorded one")
        shutil.copyfile(path, (beside if name == step.corrections else folder) / name)
    corrections = Corrections.read(beside / step.corrections) if step.corrections else None
    work = Work(kind_called(step.kind), step.recipe, step.files[0], folder, corrections)
    return carry_out(work, city, scratch, lambda _: None, say)


def _written(folder: Path, city: City, change: Change, added: Added) -> City:
    """Write the pack with what a file changes in it, and open it."""
    layers = {name: city.layer(name) for name in city.layers if name not in change.frames} | change.frames
    rasters = {name: city.raster(name) for name in city.rasters if name not in change.rasters} | change.rasters
    records = {**city.info.layers, **city.info.rasters} | change.records
    info = replace(
        city.info, layers={name: records[name] for name in layers}, rasters={name: records[name] for name in rasters},
        added=(*city.info.added, added),
    )  # fmt: skip
    write_pack(folder, info, layers, rasters, targets=city.targets)
    return open_city(folder)


def _put(pack: Path, out: Path) -> City:
    """Put the files of a pack in its place, all of them or none."""
    with folder_updated(out, [], last=(PACK_FILE,), stale=lambda _: set(), waiting=_silent) as building:
        for path in sorted(pack.iterdir()):
            shutil.copyfile(path, building / path.name)
    return open_city(out)


def _tell_doubts(block: Block, findings: Findings) -> None:
    """Tell a planner what was found and what is in doubt, of the columns of a file."""
    for remark in block.plain:
        findings.add("info", block.feeds, remark)
    for remark in block.about:
        if remark not in _SAID:
            findings.add("warning", block.feeds, remark)
    for line in block.open_:
        target, _, rest = line.partition(" = ")
        if target.startswith("columns."):
            column, source = target.removeprefix("columns."), rest.partition("   # ")[0].strip('"')
            findings.add(
                "info", block.feeds,
                f"column {source} may be {column}, and is not read; if it is, say --map {column}={source}",
            )  # fmt: skip


def _judge(unmatched: Unmatched, file: str, lists: list[Path], *, accepted: bool) -> None:
    if not unmatched.why:
        return
    most, count = adding_rules().most_unmatched, len(unmatched.why)
    where = f"; the list to correct is {lists[0]}, give it back with --corrections" if lists else ""
    if count == unmatched.of or (unmatched.share > most and not accepted):
        why = ", ".join(dict.fromkeys(unmatched.why.values()))
        way = "" if count == unmatched.of else " or accept it with --accept-unmatched,"
        raise DataError(
            f"{file}: {count:,} of {unmatched.of:,} rows ({unmatched.share:.0%}) have no place in the pack, more than"
            f" {most:.0%} ({why}){where}; is it a file of this municipality and of this year? Choose rows with"
            f" --where,{way} or correct them"
        )


def _gathered(folder: Path, *paths: Path | None) -> dict[str, str]:
    """Copy files, and what is read with them, to a folder; return the hash of each by name, in this order."""
    folder.mkdir(parents=True)
    digests: dict[str, str] = {}
    for path in paths:
        if path is None:
            continue
        if not path.is_file():
            raise MissingFileError(f"{path} does not exist, or is no file")
        ends = _BESIDE.get(path.suffix.casefold(), ())
        beside = [other for other in sorted(path.parent.glob(f"{path.stem}.*")) if other.suffix.casefold() in ends]
        for each in (path, *beside):
            if each.name in digests:
                raise OptionError(f"{each.name} is given twice; the files must have different names")
            shutil.copyfile(each, folder / each.name)
            digests[each.name] = file_digest(each)
    return digests


def _refuse_changed(city: City) -> None:
    if not city.verified:
        raise DataError(
            f"{city.folder}: is not the pack that was built ({named(city.changed_layers) or 'not to be verified'}), so"
            " what is added to it could not be made again; build it again first"
        )


def _refuse_again(city: City, kind: str, path: Path, files: Mapping[str, str]) -> None:
    for before in city.info.added:
        if before.kind == kind and set(before.sha256) == set(files.values()):
            raise DataError(f"{path.name}: this very file was added to {city.folder} already, as {before.files[0]}")


def _reading(options: Options) -> Reading:
    said: Any = {key: value for key, value in options.items() if key in Reading.__dataclass_fields__ and value}
    if date := said.get("date"):
        try:
            said["date"] = dt.date.fromisoformat(str(date)).isoformat()
        except ValueError as error:
            raise OptionError(f"--date {date!r} is no date; write YYYY-MM-DD") from error
    return Reading(**said)


def _path(value: str | Path | None) -> Path | None:
    return None if value is None else Path(value)


def _silent(_: str) -> None:
    return None
