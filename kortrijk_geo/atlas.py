"""The atlas: runs the themes over a city and writes pages, files and index, all of them or none."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import KortrijkGeoError, MissingLayerError, OptionError, OutputError
from kortrijk_geo.folder import folder_updated
from kortrijk_geo.plain import plain
from kortrijk_geo.results import Figure
from kortrijk_geo.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from kortrijk_geo.city import City
    from kortrijk_geo.mapping.index import Tile
    from kortrijk_geo.mapping.spec import MapSpec, PageExtras
    from kortrijk_geo.results import ThemeResult

_INDEX = "index.html"
_FIGURES = "atlas.json"
_WRITTEN = "geschreven"
_CENTROIDS = "wijktypes_centroiden.json"


@dataclass(frozen=True)
class Theme:
    """A theme of the atlas: its module (``analyse`` and ``spec``), its Dutch page and its Dutch title on the index."""

    module: str
    page: str
    title: str


THEMES: dict[str, Theme] = {
    "reach": Theme("kortrijk_geo.reach", "bereik", "Bereik: alles binnen een kwartier"),
    "childcare": Theme("kortrijk_geo.childcare", "kinderopvang", "Kinderopvang: plaatsen per wijk"),
    "trees": Theme("kortrijk_geo.trees", "bomen", "Bomen: waar ze kunnen en waar ze nodig zijn"),
    "unsealing": Theme("kortrijk_geo.unsealing", "ontharding", "Ontharding: wat open kan en wat het spaart"),
    "housing": Theme("kortrijk_geo.housing", "sociaal_wonen", "Sociaal wonen: hoe dicht en waar de volgende"),
    "targets": Theme("kortrijk_geo.targets", "doelen", "Doelen: hoe ver de stad staat"),
    "profile": Theme("kortrijk_geo.profile", "wijktypes", "Wijktypes: welke wijken op elkaar lijken"),
}
# These take the results of the other themes instead of the city.
_SUMMARIES = ("targets", "profile")


@dataclass
class AtlasReport:
    """What an atlas run did.

    ``written`` holds the files, in order; ``unavailable`` the themes whose layers the pack lacks, ``failed`` the themes
    that stopped on bad data, each with the reason.
    """

    out: Path
    written: list[Path] = field(default_factory=list)
    unavailable: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether no theme failed; a theme whose layers are missing is no failure."""
        return not self.failed

    def rows(self) -> list[list[str]]:
        """Return page, state and detail of every file and of every theme that is not there."""
        return [
            *([path.name, "written", ""] for path in self.written),
            *([THEMES[name].page, "not available", reason] for name, reason in self.unavailable.items()),
            *([THEMES[name].page, "failed", reason] for name, reason in self.failed.items()),
        ]

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "out": str(self.out),
            "written": [path.name for path in self.written],
            "unavailable": dict(self.unavailable),
            "failed": dict(self.failed),
            "ok": self.ok,
        }


def write_atlas(
    city: City,
    out: Path,
    *,
    only: tuple[str, ...] = (),
    options: Mapping[str, Mapping[str, Any]] | None = None,
    on: dt.date | None = None,
    tiles: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> AtlasReport:
    """Run the themes over a city and write, for each, a page, a GeoPackage, a workbook and a GeoJSON; then the index.

    Everything is written beside its place first, so that a full disk leaves the old atlas as it was. One run at a time
    has the folder: another one waits for it. Pages of an earlier atlas that the new index does not name are removed.

    Parameters
    ----------
    city
        The opened pack.
    out
        Folder of the atlas; made when absent. Other files in it stay.
    only
        Names of the themes to run, keys of `THEMES`; all when empty. Then an error of a theme is raised, and what an
        earlier run wrote of other themes from the same city stays on the index.
    options
        Per theme, the options of its ``analyse``.
    on
        Day of the run, for the pace towards the targets; today when left out.
    tiles
        Tile background of the maps: a name of ``mapping/tiles.toml`` or a TOML file; none by default, so that the pages
        ask no other host for anything.
    progress
        Called with what is going on, before each step.

    Returns
    -------
    AtlasReport
        Files written, themes that are not available or failed, with the reason.

    Raises
    ------
    OptionError
        When ``only`` or ``options`` names no theme, or ``tiles`` no background.
    OutputError
        When the folder cannot be written.
    KortrijkGeoError
        With ``only``: whatever stops the theme.
    """
    options = options or {}
    unknown = sorted({*only, *options} - set(THEMES))
    if unknown:
        raise OptionError(f"no theme is called {', '.join(unknown)}; the themes are {', '.join(THEMES)}")
    say = progress or (lambda _: None)
    extras = page_extras(city, tiles=tiles, index=_INDEX)
    report = AtlasReport(Path(out))
    wanted = [name for name in THEMES if not only or name in only]
    themes: list[Tile] = []
    pages: list[dict[str, Any]] = []
    results = _Results(city, options)
    with folder_updated(report.out, report.written, last=(_FIGURES, _INDEX), listed=_listed, waiting=say) as building:
        kept = _kept(city, report.out)
        for name in THEMES:
            if name not in wanted:
                if name in kept:
                    themes.append(_kept_tile(kept[name]))
                    pages.append(kept[name])
                continue
            say(f"computing and drawing {name}")
            try:
                if name == "targets":
                    tile, page = _run_targets(results, on or dt.datetime.now(dt.UTC).date(), report.out, building)
                else:
                    tile, page = _run(results, name, building, extras)
            except OutputError:
                raise
            except KortrijkGeoError as error:
                if only:
                    raise
                (report.unavailable if isinstance(error, MissingLayerError) else report.failed)[name] = str(error)
                tile, page = _missed(city, name, error)
            themes.append(tile)
            pages.append(page)
        say("writing the index")
        _write(building / _INDEX, _index(city, themes))
        _write(building / _FIGURES, _figures(city, pages))
    return report


def theme_spec(name: str, city: City, **options: Any) -> MapSpec:
    """Analyse a city with one theme and return what its page shows."""
    module = _module(THEMES[name])
    spec: MapSpec = module.spec(module.analyse(city, **options))
    return spec


def page_extras(city: City, *, tiles: str | Path | None = None, index: str = "") -> PageExtras:
    """Return what all pages of this city share: its addresses, the index page and, by choice, a tile background.

    Raises
    ------
    OptionError, DataError, MissingFileError
        When no tile background has this name, or its file is wrong.
    """
    from kortrijk_geo.mapping.spec import PageExtras
    from kortrijk_geo.mapping.tiles import load_tiles

    return PageExtras(
        index=index,
        tiles=None if tiles is None else load_tiles(tiles),
        addresses=city.layer("addresses") if city.has("addresses") else None,
    )


def write_theme(spec: MapSpec, folder: Path, extras: PageExtras | None = None) -> list[str]:
    """Write page, GeoPackage, workbook and GeoJSON of one theme and return their names, the page first.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    DataError
        When the result cannot be drawn.
    """
    from kortrijk_geo.mapping.geojson import geojson_text
    from kortrijk_geo.mapping.page import write_page

    result = spec.result
    names = [f"{result.page}.{kind}" for kind in ("gpkg", "xlsx", "geojson")]
    result.to_geopackage(folder / names[0])
    result.to_xlsx(folder / names[1])
    _write(folder / names[2], geojson_text(result.areas.reset_index()))
    write_page(spec, folder / f"{result.page}.html", downloads=names, extras=extras)
    return [f"{result.page}.html", *names]


class _Results:
    """Results of the themes over one city, each computed once, when it is first asked for."""

    def __init__(self, city: City, options: Mapping[str, Mapping[str, Any]]) -> None:
        self.city = city
        self._options = options
        self._found: dict[str, ThemeResult | KortrijkGeoError] = {}

    def result(self, name: str) -> ThemeResult:
        """Return the result of a theme, or raise what stopped it."""
        if name not in self._found:
            try:
                self._found[name] = self._analyse(name)
            except KortrijkGeoError as error:
                self._found[name] = error
        found = self._found[name]
        if isinstance(found, KortrijkGeoError):
            raise found
        return found

    def known(self) -> dict[str, ThemeResult]:
        """Return the results of all themes that this city has the data for."""
        found = {}
        for name in THEMES:
            if name not in _SUMMARIES:
                with suppress(KortrijkGeoError):  # the theme's own tile says why it is not there
                    found[name] = self.result(name)
        return found

    def _analyse(self, name: str) -> ThemeResult:
        given = dict(self._options.get(name, {}))
        module = _module(THEMES[name])
        if name in _SUMMARIES:
            known = self.known()
            if not known:
                raise MissingLayerError(f"{self.city.folder}: no theme has the data it needs, so there is no {name}")
            result: ThemeResult = module.analyse(known, **given)
            return result
        if name == "housing" and "reach" not in given:
            with suppress(KortrijkGeoError):  # without reach the plan for new homes weighs no nearness
                given["reach"] = self.result("reach")
        found: ThemeResult = module.analyse(self.city, **given)
        return found


def _run_targets(results: _Results, on: dt.date, out: Path, building: Path) -> tuple[Tile, dict[str, Any]]:
    """Write the monitor of the targets, which adds this run to the history in ``out``."""
    from kortrijk_geo.mapping.figures import card
    from kortrijk_geo.mapping.index import MOST_CARDS, Tile
    from kortrijk_geo.targets import load_targets, monitor, write_targets

    theme, known, info = THEMES["targets"], load_targets(), results.city.info
    if known.nis_code != info.nis_code:
        raise MissingLayerError(f"{results.city.folder}: the targets are those of {known.city}, not of {info.name}")
    found = monitor(results.known(), on=on, history=out / "doelen_historiek.json", nis_code=info.nis_code)
    pages = [f"{THEMES[name].page}.html" for name in results.known()]
    files = write_targets(found, building, index=_INDEX, pages=pages)
    cards = [card(figure) for figure in found.headlines[:MOST_CARDS]]
    tile = Tile(theme.page, theme.title, files=tuple(files[1:]), cards=cards)
    page = {"theme": "targets", "page": theme.page, "title": theme.title, "status": _WRITTEN, "files": files}
    return tile, {**page, "result": found.to_json()}


def _run(results: _Results, name: str, building: Path, extras: PageExtras) -> tuple[Tile, dict[str, Any]]:
    """Write one theme to the folder, all its files or none, and return its tile and its part of the figures."""
    from kortrijk_geo.mapping.index import theme_tile

    result = results.result(name)
    spec = _module(THEMES[name]).spec(result)
    with tempfile.TemporaryDirectory(prefix=".theme-", dir=building) as folder:
        files = write_theme(spec, Path(folder), extras)
        files += _kept_types(result, Path(folder))
        tile = theme_tile(spec, files[1:])
        for file in files:
            Path(folder, file).replace(building / file)
    page = {"theme": name, "page": THEMES[name].page, "title": spec.title, "status": _WRITTEN, "files": files}
    return tile, {**page, "result": spec.result.to_json()}


def _kept_types(result: ThemeResult, folder: Path) -> list[str]:
    """Keep stable neighbourhood types, so that another year's areas can be told by them; return the file's name."""
    from kortrijk_geo.profile import ProfileResult, write_centroids

    if not isinstance(result, ProfileResult) or result.model is None:
        return []
    write_centroids(result, folder / _CENTROIDS)
    return [_CENTROIDS]


def _missed(city: City, name: str, error: KortrijkGeoError) -> tuple[Tile, dict[str, Any]]:
    """Say in Dutch why a theme is not there; the error's own sentence stands beside it."""
    from kortrijk_geo.layers import LAYERS, RASTERS
    from kortrijk_geo.mapping.index import Tile

    theme = THEMES[name]
    if isinstance(error, MissingLayerError):
        words = set(re.findall(r"\w+", str(error)))
        absent = [layer for layer in (*LAYERS, *RASTERS) if layer in words and not city.has(layer)]
        named = f" ({', '.join(absent)})" if absent else ""
        status, reason = "niet beschikbaar", f"Het stadspakket mist gegevens die deze kaart nodig heeft{named}."
    else:
        status, reason = "mislukt", "Deze kaart kon niet worden gemaakt, omdat er iets niet klopt in de gegevens."
    # The pack by its name: an atlas reads the same wherever its pack stood.
    detail = str(error).replace(str(city.folder), city.name)
    tile = Tile(theme.page, theme.title, status=status, reason=reason, detail=detail)
    return tile, {"theme": name, "page": theme.page, "title": theme.title, "status": status, "reason": detail}


def _kept(city: City, out: Path) -> dict[str, dict[str, Any]]:
    """Return the pages that an earlier run wrote from the very same city, by theme; `only` leaves them in place."""
    try:
        figures = json.loads((out / _FIGURES).read_text(encoding="utf-8"))
        same = (figures["pack_digest"], figures["version"]) == (city.digest, __version__)
        return {
            page["theme"]: page
            for page in figures["pages"]
            if same and page["status"] == _WRITTEN and all((out / file).is_file() for file in page["files"])
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # no atlas stands there, or one that is not ours to read; it is written anew


def _kept_tile(page: dict[str, Any]) -> Tile:
    from kortrijk_geo.mapping.figures import card
    from kortrijk_geo.mapping.index import MOST_CARDS, Tile

    headlines = page["result"]["headlines"][:MOST_CARDS]
    return Tile(
        page=page["page"],
        title=page["title"],
        files=tuple(page["files"][1:]),
        cards=[card(Figure(**headline)) for headline in headlines],
        sources=page["result"]["sources"],
    )


def _index(city: City, tiles: list[Tile]) -> str:
    from kortrijk_geo.mapping.index import index_html

    boundary = city.boundary
    population = plain(boundary["population"].iloc[0]) if "population" in boundary.columns else None
    return index_html(
        city.info,
        city.areas,
        city.context(),
        tiles,
        digest=city.digest,
        synthetic=city.synthetic,
        population=population,
    )


def _figures(city: City, pages: list[dict[str, Any]]) -> str:
    document = {
        "pack": city.name,
        "nis_code": city.info.nis_code,
        "pack_digest": city.digest,
        "synthetic": city.synthetic,
        "version": __version__,
        "pages": pages,
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _write(path: Path, text: str) -> None:
    from kortrijk_geo.export import file_replacing

    with file_replacing(path) as building:
        building.write_bytes(text.encode("utf-8"))


def _listed(folder: Path) -> set[str]:
    """Return the page files that the figures in a folder name: those of the themes, never another file of its owner."""
    ours = {theme.page for theme in THEMES.values()}
    try:
        pages = json.loads((folder / _FIGURES).read_text(encoding="utf-8"))["pages"]
        names = {str(file) for page in pages for file in page.get("files", ())}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()
    return {name for name in names if Path(name).stem in ours and Path(name).name == name}


def _module(theme: Theme) -> ModuleType:
    return importlib.import_module(theme.module)
