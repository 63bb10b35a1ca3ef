"""A recipe begun from a folder of files: which file feeds which layer, tried with the readers of the build.

What leaves no doubt is written; what could be something else is written as a comment with the alternatives; what
fails when it is read is a comment with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kortrijk_geo.errors import DataError, OutputError
from kortrijk_geo.files import file_replacing
from kortrijk_geo.ingest.looking import look
from kortrijk_geo.ingest.recipe_parts import load_recipe
from kortrijk_geo.ingest.starting_proposal import Proposal, propose
from kortrijk_geo.ingest.starting_text import comment, written
from kortrijk_geo.ingest.starting_trial import Trial
from kortrijk_geo.pack.layers import DUTCH_NAMES
from kortrijk_geo.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from kortrijk_geo.ingest.looking import Seen
    from kortrijk_geo.ingest.starting_text import Block

Verdict = Literal["taken", "in doubt", "left out"]


@dataclass(frozen=True)
class Remark:
    """What became of a file: whether it was taken, for which layer, and why or why not."""

    verdict: Verdict
    file: str
    feeds: str
    message: str


@dataclass(frozen=True)
class Started:
    """A recipe that was begun: where it stands, its text, and what became of each file."""

    path: Path
    text: str
    remarks: tuple[Remark, ...] = field(default=())


def start_recipe(folder: Path, out: Path, say: Callable[[str], None] | None = None) -> Started:
    """Begin a recipe from the files of a folder, and write it.

    Parameters
    ----------
    folder
        Folder with the raw files.
    out
        Recipe to write; one that exists is never written over.
    say
        Told what is being done.

    Raises
    ------
    OutputError
        When there is such a recipe, or it cannot be written.
    MissingFileError, DataError
        When the folder does not exist, or holds nothing that areas can be made of.
    """
    _refuse_existing(out)
    say = say or _silent
    seen = look(folder, say)
    try:
        proposal = propose(seen, folder)
    except DataError as error:
        unread = "".join(f"\n{name}: {why}" for name, why in seen.unread.items())
        raise DataError(f"{error}{unread}") from error
    with scratch_folder() as temporary:
        trial = Trial(proposal, folder, temporary / out.name, say)
        blocks = trial.blocks()
    text = _text(proposal, blocks, out)
    _refuse_existing(out)
    with file_replacing(out) as new:
        new.write_text(text, encoding="utf-8")
        load_recipe(new)
    return Started(out, text, tuple(_remarks(seen, proposal, blocks)))


def _silent(_: str) -> None:
    return None


def _refuse_existing(out: Path) -> None:
    if out.exists() or out.is_symlink():
        raise OutputError(f"{out} exists already and is not written over; name another file with --out")


def _text(proposal: Proposal, blocks: list[Block], out: Path) -> str:
    head = [
        f"Begun by `kortrijk-geo pack start` from the files of {proposal.folder.name}; read it before you trust it.",
        "Lines that begin with # are not read: remarks, and choices that are yours. Take the # away to make one.",
        f"kortrijk-geo pack build {out.name} --files FOLDER --out PACK; then kortrijk-geo pack check PACK",
        "All keys are explained in data/recipes/README.md (kortrijk-geo pack recipes --copy-to DIR).",
    ]
    lines = [*comment(head), *proposal.head_lines()]
    for block in [proposal.study_area, *blocks]:
        title = DUTCH_NAMES.get(block.feeds, "")
        lines += ["", *comment([f"{block.feeds} ({title}): {block.label}"]), *block.lines()]
    if proposal.unused:
        lines += ["", *comment(["Files that feed nothing here:"])]
        lines += comment(f"- {file}: {why}" for file, why in proposal.unused)
    return "\n".join(lines) + "\n"


def _remarks(seen: Seen, proposal: Proposal, blocks: list[Block]) -> list[Remark]:
    remarks = []
    for block in [proposal.study_area, *blocks]:
        verdict: Verdict = "in doubt" if block.refused else "taken"
        columns = block.keys.get("columns", {})
        taken = "; ".join(f"{target} = {written(source)}" for target, source in (columns or block.keys).items())
        remarks.append(Remark(verdict, block.label, block.feeds, block.refused or taken))
        if not block.refused:
            remarks += [Remark("taken", block.label, block.feeds, text) for text in block.plain]
            remarks += [Remark("in doubt", block.label, block.feeds, text) for text in [*block.about, *block.open_]]
    remarks += [Remark("in doubt", "the recipe", "pack", text) for text in proposal.doubts]
    remarks += [Remark("left out", file, "", why) for file, why in proposal.unused]
    remarks += [Remark("left out", file, "", why.removeprefix(f"{file}: ")) for file, why in seen.unread.items()]
    return sorted(remarks, key=lambda remark: ("taken", "in doubt", "left out").index(remark.verdict))
