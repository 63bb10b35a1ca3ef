"""Which folder a command of the desk keeps its data in: `desk --data X backup` and `desk backup --data X` are alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DESK_DATA = Path("data/desk")
DataOption = Annotated[Path, typer.Option("--data", help="Folder with the ledger, the drafts and the atlas.")]
OwnDataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Folder with the ledger; by default that of `desk`.", show_default=str(DESK_DATA)),
]
_DATA = "kortrijk-geo desk --data"


def remember_folder(context: typer.Context, data: Path) -> None:
    """Keep the folder that was named before a subcommand."""
    context.meta[_DATA] = data


def folder_of(context: typer.Context, data: Path | None) -> Path:
    """Return the folder that was named after a subcommand, or else before it."""
    return data or context.meta.get(_DATA, DESK_DATA)
