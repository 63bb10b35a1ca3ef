"""What an answer hangs on, as one hash: the pack, the options with their files, the code, the libraries."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kortrijk_geo.cache.codec import to_bytes
from kortrijk_geo.errors import KortrijkGeoError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kortrijk_geo.results import ThemeResult

R = TypeVar("R", bound="ThemeResult")

# What figures are computed with; another version may round otherwise.
_LIBRARIES = (
    "esda", "geopandas", "libpysal", "networkx", "numba", "numpy", "pandas", "pydantic", "pyogrio", "pyproj",
    "rasterio", "scikit-learn", "scipy", "shapely",
)  # fmt: skip
# What files are written with besides; another version may write other bytes of the same figures.
_WRITERS = ("branca", "folium", "jinja2", "markupsafe", "xlsxwriter", "xstatic-leaflet")


def key_of(function: Callable[..., Any], source: Any, options: Mapping[str, Any]) -> str | None:
    """Return the hash of a question to a function, or None of one that is not to be kept.

    Parameters
    ----------
    function
        What answers it, from this package or beside it.
    source
        A city, or the outcomes of themes by name. Of a city that is not proven to be as it was built nothing is kept.
    options
        All options; of those that name a file its content counts too.

    Raises
    ------
    NotKeptError
        When a value cannot be told by its content.
    """
    told = _outcomes_text(source) if isinstance(source, Mapping) else _city_text(source)
    if told is None:
        return None
    question = {
        "function": f"{function.__module__}:{function.__qualname__}",
        "source": told,
        "options": {name: _value_text(value) for name, value in options.items()},
        "code": [_code_digest(root) for root in sorted({"kortrijk_geo", function.__module__.partition(".")[0]})],
        "libraries": _versions(_LIBRARIES),
    }
    return _hash(json.dumps(question).encode())


def figures_key(question: str | None) -> str | None:
    """Return the hash under which the answer to a question is kept without its layers, see `figures_alone`."""
    return None if question is None else _hash(f"figures of {question}".encode())


def files_key(question: str, shared: Mapping[str, Any]) -> str:
    """Return the hash of the files that tell an answer, from the hash of its question and what its pages share."""
    import zlib

    from pyogrio import __gdal_version_string__ as gdal

    about = {name: _value_text(value) for name, value in shared.items()}
    writers = {**_versions(_WRITERS), "gdal": gdal, "zlib": zlib.ZLIB_RUNTIME_VERSION}
    return _hash(json.dumps({"files of": question, "shared": about, "writers": writers}).encode())


def figures_alone(source: Any) -> Any:
    """Return outcomes without what a theme that sums them up has no use for, and its answer does not hang on: layers.

    A city is returned as it is.
    """
    if not isinstance(source, Mapping):
        return source
    return {
        name: outcome if isinstance(outcome, KortrijkGeoError) else without_layers(outcome)
        for name, outcome in source.items()
    }


def without_layers(result: R) -> R:
    """Return a result with its figures and areas alone."""
    return replace(result, layers={}, pictures={})


def _city_text(city: Any) -> list[Any] | None:
    if not city.verified:
        return None
    # Goals stand beside figures, and may be those of a file.
    goals = [] if city.targets is None else list(_files_text(Path(city.targets), set()))
    return [city.digest, asdict(city.info), goals]


def _outcomes_text(outcomes: Mapping[str, Any]) -> dict[str, Any] | None:
    if not all(isinstance(outcome, KortrijkGeoError) or outcome.proof.verified for outcome in outcomes.values()):
        return None
    return {name: _value_text(outcome) for name, outcome in outcomes.items()}


def _value_text(value: Any) -> Any:
    """Return an option as something that JSON writes, by its content."""
    if isinstance(value, KortrijkGeoError):
        return [type(value).__qualname__, str(value)]
    if isinstance(value, (str, Path)):
        return [str(value), *_files_text(Path(value), set())]
    return _hash(to_bytes(value))


def _files_text(path: Path, known: set[Path]) -> Iterator[list[str]]:
    """Give name and hash of a file, of what stands beside it under its name, and of what it names itself."""
    try:
        if path in known or not path.is_file():
            return
    except (OSError, ValueError):  # too long to be a path, or not one
        return
    known.add(path)
    for beside in sorted(path.parent.iterdir()):
        if beside.name.startswith(f"{path.stem}.") and beside.is_file():
            yield [beside.name, _hash(beside.read_bytes())]
    if path.suffix == ".toml":
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError):
            return  # whoever reads it tells what is wrong
        for text in _texts_in(content):
            yield from _files_text(Path(text), known)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(item)


@cache
def _code_digest(package: str) -> str:
    """Hash the files of a package, names and content: code, rules, and what else stands there but what is compiled."""
    module = sys.modules[package]
    files = [Path(module.__file__)] if module.__file__ else []  # a namespace has folders only
    for folder in getattr(module, "__path__", ()):
        paths = sorted(path for path in Path(folder).rglob("*") if "__pycache__" not in path.parts)
        files += [path for path in paths if path.is_file()]
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.name}:{_hash(path.read_bytes())}\n".encode())
    return digest.hexdigest()


@cache
def _versions(libraries: tuple[str, ...]) -> dict[str, str]:
    versions = {"python": platform.python_version(), "machine": f"{platform.system()} {platform.machine()}"}
    for name in libraries:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = ""
    return versions


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
