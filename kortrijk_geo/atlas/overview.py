"""What the index page and ``atlas.json`` tell of every page: its figures and files, or why it is not there."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kortrijk_geo import catalogue
from kortrijk_geo.atlas import neighbourhoods
from kortrijk_geo.errors import (
    CrsError,
    KortrijkGeoError,
    MissingFileError,
    MissingLayerError,
    OptionError,
    OutputError,
    ServiceError,
)
from kortrijk_geo.files import file_replacing
from kortrijk_geo.mapping.bar import with_bar
from kortrijk_geo.text.safe import plain
from kortrijk_geo.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.mapping.spec import MapSpec
    from kortrijk_geo.pack.city import City

INDEX = "index.html"
COMPARISON = "_comparison"
FIGURES = "atlas.json"
PROJECT = ".qgz"
_WRITTEN = "geschreven"
_HEAD = 4_096  # bytes of a page in which it says that it is ours
# Read before it is written: the new one holds what the old one held.
_KEPT = frozenset({"doelen_historiek.json"})

# Why a page that sums up the others is not there: no data of its own are missing.
_SUMMING_UP = {
    "targets": "Van deze gemeente zijn geen doelen bekend, of geen enkele kaart heeft de gegevens om ze te volgen.",
    "profile": "Geen enkele kaart heeft de gegevens die deze pagina samenvat.",
}

# Why a page could not be made, by what stopped it: the error's own English sentence is in ``atlas.json`` and the log.
_FAILED: tuple[tuple[type[KortrijkGeoError], str], ...] = (
    (
        CrsError,
        "Deze kaart kon niet worden gemaakt: het coördinatenstelsel ontbreekt of klopt niet{layers}.",
    ),
    (MissingFileError, "Deze kaart kon niet worden gemaakt: een bestand dat zij nodig heeft, is niet gevonden."),
    (OptionError, "Deze kaart kon niet worden gemaakt: een instelling heeft een waarde die niet kan."),
    (ServiceError, "Deze kaart kon niet worden gemaakt: een openbare dienst gaf geen bruikbaar antwoord."),
    (KortrijkGeoError, "Deze kaart kon niet worden gemaakt, omdat er iets niet klopt in de gegevens{layers}."),
)

Page = dict[str, Any]


def written_page(spec: MapSpec, files: Sequence[str]) -> Page:
    """Describe a theme's page that was written."""
    from kortrijk_geo.atlas.indicators import indicators_of
    from kortrijk_geo.mapping.figures import period, source_texts
    from kortrijk_geo.mapping.thumbnail import areas_look

    result = spec.result
    return {
        "theme": result.theme,
        "page": result.page,
        "title": spec.title,
        "status": _WRITTEN,
        "files": list(files),
        "state": period(result.sources),
        "sources": source_texts(result.sources),
        "picture": {"bars": [list(bar) for bar in spec.bars]} if spec.bars else areas_look(spec),
        "facts": spec.facts,
        "statistics": list(spec.statistics),
        "indicators": indicators_of(spec),
        "result": result.to_json(),
    }


def page_name(name: str) -> str:
    """Return the name of the page of a theme, or of its comparison (``<theme>_comparison``)."""
    page = catalogue.THEMES[name.removesuffix(COMPARISON)].page
    return f"{page}_vergelijking" if name.endswith(COMPARISON) else page


def missed_page(city: City, name: str, error: KortrijkGeoError, files: Sequence[str] = ()) -> Page:
    """Say in Dutch why a theme, or its comparison, is not there; ``reason`` is the error's own English sentence.

    ``files`` are those of a page of what is known all the same.
    """
    from kortrijk_geo.pack.layers import DUTCH_NAMES, LAYERS, RASTERS

    theme = catalogue.THEMES[name.removesuffix(COMPARISON)]
    words = set(re.findall(r"\w+", str(error)))
    layers = [layer for layer in (*LAYERS, *RASTERS) if layer in words]
    if isinstance(error, MissingLayerError):
        layers = [layer for layer in layers if not city.has(layer)]
        status = "niet beschikbaar"
        why = _SUMMING_UP.get(name, "Het stadspakket mist gegevens die deze kaart nodig heeft{layers}.")
    else:
        status, why = "mislukt", next(text for kind, text in _FAILED if isinstance(error, kind))
    named = f" ({', '.join(DUTCH_NAMES.get(layer, layer) for layer in layers)})" if layers else ""
    why = why.replace("{layers}", named)
    # The pack by its name: an atlas reads the same wherever its pack stood.
    reason = str(error).replace(str(city.folder), city.name)
    title = f"{theme.title} (vergelijking)" if name.endswith(COMPARISON) else theme.title
    entry = {
        "theme": name.removesuffix(COMPARISON),
        "page": page_name(name),
        "title": title,
        "status": status,
        "files": list(files),
    }
    return {**entry, "why": why, "reason": reason}


def kept_pages(city: City, out: Path) -> list[Page]:
    """Return what an earlier run told of the very same city: pages that still stand there, and why others do not."""
    try:
        figures = json.loads((out / FIGURES).read_text(encoding="utf-8"))
        same = (figures["pack_digest"], figures["version"]) == (city.digest, __version__)
        return [page for page in figures["pages"] if same and all((out / file).is_file() for file in page["files"])]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []  # no atlas stands there, or one that is not ours to read; it is written anew


def listed_files(folder: Path) -> set[str]:
    """Return the files that the figures in a folder name: of the pages and the project, never another of its owner."""
    known = {neighbourhoods.PAGE, *(theme.page for theme in catalogue.THEMES.values())}
    try:
        document = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
        pages = [*document["pages"], *document.get("further_pages", ())]
        names = {str(file) for page in pages for file in page.get("files", ())}
        project = str(document.get("project", ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return set()
    listed = {name for name in names if Path(name).stem.split("_vergelijking")[0] in known and Path(name).name == name}
    ours = project.endswith(PROJECT) and Path(project).name == project and is_project(folder / project)
    return listed | ({project} if ours else set())


def with_page(pages: Sequence[Page], page: Page) -> list[Page]:
    """Return the pages of an index with one in the place of its earlier state, in the order of a whole atlas."""
    themes = list(catalogue.THEMES)

    def place(each: Page) -> tuple[bool, int]:
        theme = each["theme"]
        return each["page"].endswith("_vergelijking"), themes.index(theme) if theme in themes else len(themes)

    return sorted([*(each for each in pages if each["page"] != page["page"]), page], key=place)


def refuse_other_city(city: City, out: Path) -> None:
    """Refuse a folder that holds the atlas of another city: `OutputError` names it."""
    try:
        figures = json.loads((out / FIGURES).read_text(encoding="utf-8"))
        theirs, ours = (figures["pack"], figures["nis_code"]), (city.name, city.info.nis_code)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return
    if theirs != ours:
        raise OutputError(
            f"{out} holds the atlas of {theirs[0]}, and this is a map of {city.name}; name another folder"
        )


def refuse_in_the_way(out: Path, building: Path) -> None:
    """Refuse to replace files that no run of ours wrote: `OutputError` names the first.

    Ours is what the figures list, and what stands beside a page of ours: the files of a theme come together. A project
    that QGIS saved since is not.
    """
    listed = listed_files(out)
    for name in sorted(path.name for path in building.iterdir()):
        if name in listed or name in _KEPT or not (out / name).exists():
            continue
        page = INDEX if name == FIGURES else f"{_page_of(name)}.html"
        if not (is_project(out / name) if name.endswith(PROJECT) else _is_page(out / page)):
            raise OutputError(
                f"{out} holds a {name} that is not of an earlier run and would be replaced;"
                " move it away, or name another folder"
            )


def _page_of(name: str) -> str:
    """Return the page that a file stands beside: ``wijktypes_centroiden.json`` beside ``wijktypes``."""
    stem = Path(name).stem
    pages = {theme.page for theme in catalogue.THEMES.values()}
    return (
        stem if stem.endswith("_vergelijking") else next((page for page in pages if stem == f"{page}_centroiden"), stem)
    )


def is_project(path: Path) -> bool:
    """Whether a file is a project as it was written here; one that QGIS saved since is its owner's."""
    from kortrijk_geo.mapping.qgis.project import MARK

    try:
        with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as stream:
            return MARK.encode() in stream.read(_HEAD)
    # What zipfile raises of a file that is not ours: absent, no ZIP, cut off, empty, packed in another way, encrypted.
    except (OSError, zipfile.BadZipFile, zlib.error, IndexError, NotImplementedError, RuntimeError):
        return False


def _is_page(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return b'<meta name="generator" content="kortrijk-geo' in stream.read(_HEAD)
    except OSError:
        return False


def bar_pages(city: City, pages: Sequence[Page]) -> tuple[tuple[str, str], ...]:
    """Return file and short Dutch title of every page that can be opened, the index first."""
    titles = {theme.page: theme.title.partition(":")[0] for theme in catalogue.THEMES.values()}
    titles |= {f"{page}_vergelijking": f"{title} vergeleken" for page, title in titles.items()}
    titles[neighbourhoods.PAGE] = "Wijken"
    there = [page for page in (*neighbourhoods.further_page(city, pages), *pages) if page["files"]]
    return (INDEX, "Overzicht"), *((page["files"][0], titles.get(page["page"], page["title"])) for page in there)


def write_bars(bar: Sequence[tuple[str, str]], out: Path, building: Path) -> None:
    """Give every page that stands in an atlas, or is being written for it, the bar of all of them.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    for name, _ in bar[1:]:
        path = building / name if (building / name).exists() else out / name
        page = path.read_bytes()
        barred = with_bar(page, bar, name)
        if barred != page:
            with file_replacing(building / name) as file:
                file.write_bytes(barred)


def index_text(city: City, pages: Sequence[Page], project: str = "") -> str:
    """Return the index page; ``project`` is the name of the QGIS project beside it."""
    from kortrijk_geo.atlas.story import opening_page, remarks
    from kortrijk_geo.mapping.index import index_html

    return index_html(
        city.info,
        city.areas,
        city.context(),
        pages,
        project=project,
        digest=city.digest,
        synthetic=city.synthetic,
        changes=city.proof.sentences,
        remarks=remarks(pages),
        opening=opening_page(pages),
        population=plain(city.population),
        bar=bar_pages(city, pages),
        themes=neighbourhoods.themes_of([str(area) for area in city.areas["area_id"]], pages)[0],
        wijken=neighbourhoods.FILE if neighbourhoods.further_page(city, pages) else "",
    )


def figures_text(city: City, pages: Sequence[Page], project: str = "") -> str:
    """Return all figures of all pages as one JSON document; ``project`` is the name of the QGIS project beside it."""
    document = {
        "pack": city.name,
        "nis_code": city.info.nis_code,
        "pack_digest": city.digest,
        "synthetic": city.synthetic,
        "changed_layers": list(city.changed_layers),
        "unverified_layers": list(city.proof.unverifiable),
        "version": __version__,
        "project": project,
        "pages": list(pages),
        "further_pages": neighbourhoods.further_page(city, pages),
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
