"""How the files of a run come into their folder: all or none, also when the run is killed between two of them.

New files stand in a scratch folder within the folder, with links to the old ones and a list. Renaming the scratch
folder to ``.publishing`` is the one moment at which the new files begin to count: from then on whoever has the folder
goes on to rename them, in order, and to remove what is stale. Every step can be done twice. A killed process is what
this withstands; a power cut may lose what the disk itself had not written yet.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from kortrijk_geo.errors import DataError, OutputError
from kortrijk_geo.scratch import remove_scratch

NEW = "new"
_JOURNAL = ".publishing"
_OLD = "old"
_LIST = "list.json"


def is_there(out: Path) -> bool:
    """Whether a run of this folder was not finished."""
    return os.path.lexists(out / _JOURNAL)


def publish(out: Path, scratch: Path, names: list[str], stale: list[str]) -> None:
    """Put the new files of a scratch folder in ``out``, in order, and remove what is stale.

    The caller holds the lock of ``out``.

    Raises
    ------
    OutputError
        When a folder stands where a file must go.
    OSError
        When it cannot be done; everything is as it was.
    """
    old = scratch / _OLD
    old.mkdir()
    for name in (*names, *stale):
        path = out / name
        if path.is_dir() and not path.is_symlink():
            raise OutputError(f"{out} cannot be written: {name} in it is a folder, and must be a file; move it away")
        if os.path.lexists(path):
            _keep(path, old / name)
    steps = {"scratch": scratch.name, "new": names, "stale": stale}
    (scratch / _LIST).write_text(json.dumps(steps), encoding="utf-8")
    scratch.rename(out / _JOURNAL)
    finish(out)


def finish(out: Path) -> None:
    """Carry out the journal of ``out``, if there is one; when that cannot be done, bring the old files back.

    The caller holds the lock of ``out``.

    Raises
    ------
    DataError
        When the journal is none of ours.
    OSError
        When a file cannot be put in its place; the old files are there again.
    """
    if not is_there(out):
        return
    steps = _read(out)
    journal = out / _JOURNAL
    try:
        for name in steps["new"]:
            if os.path.lexists(journal / NEW / name):
                (journal / NEW / name).replace(out / name)
        for name in steps["stale"]:
            (out / name).unlink(missing_ok=True)
    except OSError:
        _undo(out, steps)
        _close(out, steps)
        raise
    _close(out, steps)


def _close(out: Path, steps: dict[str, Any]) -> None:
    """Give the scratch folder its own name again, and remove it; who is killed meanwhile leaves a scratch folder."""
    remove_scratch((out / _JOURNAL).rename(out / steps["scratch"]))


def _undo(out: Path, steps: dict[str, Any]) -> None:
    journal = out / _JOURNAL
    for name in steps["new"]:
        if not os.path.lexists(journal / NEW / name):
            (out / name).replace(journal / NEW / name)
    for name in (*steps["new"], *steps["stale"]):
        if os.path.lexists(journal / _OLD / name):
            (journal / _OLD / name).replace(out / name)


def _keep(path: Path, kept: Path) -> None:
    """Have the old file under a second name, by a link where the disk has links."""
    try:
        os.link(path, kept, follow_symlinks=False)
    except OSError:
        shutil.copy2(path, kept, follow_symlinks=False)


def _read(out: Path) -> dict[str, Any]:
    """Read the list of a journal. A folder may come from elsewhere, so nothing outside it may be named."""
    journal = out / _JOURNAL
    why = "it holds links"
    try:
        if not any(path.is_symlink() for path in (journal, journal / NEW, journal / _OLD, journal / _LIST)):
            steps: dict[str, Any] = json.loads((journal / _LIST).read_text(encoding="utf-8"))
            outside = [name for name in (steps["scratch"], *steps["new"], *steps["stale"]) if not _is_inside(name)]
            if not outside:
                return steps
            why = f"it names {outside[0]!r}"
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        why = str(error)
    raise DataError(f"{journal} is no journal of this program ({why}); remove it")


def _is_inside(name: str) -> bool:
    return Path(name).name == name and name not in ("", "..", _JOURNAL) and "\0" not in name
