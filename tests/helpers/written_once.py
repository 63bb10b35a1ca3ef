"""Folders that are written once per process: who asks for the same again gets a copy, in a hundredth of the time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Hashable
from functools import cache
from pathlib import Path

_written: dict[Hashable, Path] = {}


@cache
def _scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="written-once-")


def written_once(folder: Path, key: Hashable, write: Callable[[Path], object]) -> None:
    """Put in ``folder`` what ``write`` puts in an empty one; ``key`` says what that hangs on."""
    if key not in _written:
        template = Path(tempfile.mkdtemp(dir=_scratch().name)) / "written"
        write(template)
        _written[key] = template
    shutil.copytree(_written[key], folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
