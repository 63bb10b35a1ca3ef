"""The recipes and the catalogue of official sources that come with the toolkit, found by name."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo.errors import MissingFileError, OutputError, did_you_mean
from kortrijk_geo.rules import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = Path(__file__).parents[1]
_RECIPES, _CATALOG = "recipes", "catalog.toml"


def data_folder() -> Path:
    """Return the folder with ``recipes/`` and ``catalog.toml``: in the package, or beside it in a checkout."""
    installed = _PACKAGE / "data"
    return installed if installed.is_dir() else _PACKAGE.parent / "data"


def recipe_names() -> list[str]:
    """Return the names of the recipes that come with the toolkit, sorted."""
    return sorted(path.stem for path in (data_folder() / _RECIPES).glob("*.toml"))


def raw_files(recipe: Path) -> list[str]:
    """Return the names of the raw files that a recipe asks for, sorted."""
    return sorted(set(_files(read_toml(recipe)[0])))


def _files(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if "file" in value:
            file = value["file"]
            yield from map(str, file) if isinstance(file, list) else [str(file)]
        for inner in value.values():
            yield from _files(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _files(inner)


def find_recipe(name_or_path: str) -> Path:
    """Return the file of a recipe: the user's own file, or the shipped recipe of that name.

    Parameters
    ----------
    name_or_path
        A file that exists, or anything with a folder or an extension, is a path; another word is a name, such as
        ``las_palmas``.

    Raises
    ------
    MissingFileError
        When no shipped recipe has that name; says which one is nearest and which there are.
    """
    path = Path(name_or_path)
    if path.is_file() or path.suffix or path.name != name_or_path:
        return path
    names = recipe_names()
    if name_or_path not in names:
        raise MissingFileError(
            f"{name_or_path!r} is neither a file nor a recipe of the toolkit{did_you_mean(name_or_path, names)} "
            f"(there are: {', '.join(names)})"
        )
    return data_folder() / _RECIPES / f"{name_or_path}.toml"


def copy_recipes(folder: Path) -> list[Path]:
    """Copy the recipes, their README and the catalogue into a folder, to change them there; return the copies.

    Parameters
    ----------
    folder
        Gets ``catalog.toml`` and ``recipes/``, as recipes name their catalogue; made when absent.

    Raises
    ------
    OutputError
        When the folder cannot be written, or holds one of these files: then nothing is copied.
    """
    source = data_folder()
    originals = [source / _CATALOG, *sorted((source / _RECIPES).glob("*.*"))]
    copies = [folder / path.relative_to(source) for path in originals]
    present = [str(copy.relative_to(folder)) for copy in copies if copy.exists()]
    if present:
        raise OutputError(f"{folder} holds {', '.join(present)} already; nothing was copied, name another folder")
    try:
        (folder / _RECIPES).mkdir(parents=True, exist_ok=True)
        for original, copy in zip(originals, copies, strict=True):
            shutil.copyfile(original, copy)
    except OSError as error:
        raise OutputError.of(folder, error) from error
    return copies
