"""The atlas: runs the themes over a city and writes pages, files and index, all of them or none."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kortrijk_geo import catalogue
from kortrijk_geo.atlas import neighbourhoods
from kortrijk_geo.atlas.kept import KeptPages
from kortrijk_geo.atlas.overview import (
    COMPARISON,
    FIGURES,
    INDEX,
    Page,
    bar_pages,
    figures_text,
    index_text,
    kept_pages,
    listed_files,
    missed_page,
    page_name,
    refuse_in_the_way,
    refuse_other_city,
    with_page,
    write_bars,
    written_page,
)
from kortrijk_geo.atlas.project import write_project
from kortrijk_geo.atlas.wanted import known_spec, wanted_for
from kortrijk_geo.errors import KortrijkGeoError, MissingLayerError, OutputError
from kortrijk_geo.files import folder_updated
from kortrijk_geo.garbage import seldom_collected
from kortrijk_geo.options import check_whole
from kortrijk_geo.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kortrijk_geo.atlas.comparison import Comparison
    from kortrijk_geo.mapping.spec import MapSpec, PageExtras
    from kortrijk_geo.mapping.tiles import Tiles
    from kortrijk_geo.pack.city import City

_LAST = (FIGURES, INDEX)
_MOST_JOBS = 64


@dataclass
class AtlasReport:
    """What an atlas run did.

    ``written`` holds the files, in order; ``unavailable`` the themes whose layers the pack lacks, ``failed`` the themes
    that stopped on bad data, each with the reason; the comparison of a theme is ``<theme>_comparison``.
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
            *([page_name(name), "not available", reason] for name, reason in self.unavailable.items()),
            *([page_name(name), "failed", reason] for name, reason in self.failed.items()),
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


@seldom_collected()
def write_atlas(
    city: City,
    out: Path,
    *,
    only: tuple[str, ...] = (),
    options: Mapping[str, Mapping[str, Any]] | None = None,
    comparisons: Sequence[Comparison] = (),
    on: dt.date | None = None,
    tiles: str | Path | None = None,
    jobs: int = 1,
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
        Names of the themes to run, keys of `kortrijk_geo.catalogue.THEMES`; all when empty. Then an error of a theme is
        raised, and what an earlier run wrote of other themes from the same city stays on the index.
    options
        Per theme, the options of its ``analyse``. A file ``targets`` of the theme targets is where all themes take the
        city's goals.
    comparisons
        Themes of which a page ``<page>_vergelijking`` compares two states; left out with ``only``.
    on
        Day of the run, for the pace towards the targets; today when left out.
    tiles
        Tile background of the maps: a name of ``mapping/tiles.toml`` or a TOML file; none by default, so that the pages
        ask no other host for anything.
    jobs
        Processes that compute themes at the same time; no figure hangs on it. A script that asks for more than one
        starts its work below ``if __name__ == "__main__"``, for every process reads it.
    progress
        Called with what is going on, before each step.

    Returns
    -------
    AtlasReport
        Files written, themes that are not available or failed, with the reason.

    Raises
    ------
    OptionError
        When ``only`` or ``options`` names no theme, ``tiles`` no background, or ``jobs`` is no number from 1.
    OutputError
        When the folder cannot be written.
    KortrijkGeoError
        With ``only``: whatever stops the theme.
    """
    options = options or {}
    catalogue.check_names([*only, *options])
    check_whole("jobs", jobs, least=1, most=_MOST_JOBS)
    say = progress or (lambda _: None)
    background = _background(tiles)
    extras = cache(partial(page_extras, city, tiles=tiles, index=INDEX))
    report = AtlasReport(Path(out))
    run_on = on or dt.datetime.now(dt.UTC).date()
    results = catalogue.Analyses(city, catalogue.run_options(report.out, run_on, options), strict=bool(only))
    city = results.city  # with the targets that were given
    before = KeptPages(results, index=INDEX, tiles=background)
    pages: list[Page] = []
    with folder_updated(
        report.out, report.written, last=_LAST, stale=partial(_stale, report.out), waiting=say
    ) as building:
        kept = kept_pages(city, report.out) if only else []
        if jobs > 1:
            say(f"computing in {jobs} processes")
            results.compute([name for name in only or catalogue.THEMES if not before.has(name)], jobs)
        for name in catalogue.THEMES:
            if only and name not in only:
                pages += [page for page in kept if page["page"] == catalogue.THEMES[name].page]
                continue
            say(f"computing and drawing {name}")
            page = before.put(name, building)
            if page is None:
                run = partial(_run, results, name, building, extras(), before)
                page = run() if only else _attempt(run, name, city, report, building, extras())
            pages.append(page)
        for comparison in comparisons if not only else ():
            say(f"comparing {comparison.theme}")
            run = partial(_run_comparison, comparison, city, building, extras())
            pages.append(_attempt(run, comparison.theme, city, report, building, extras(), compared=True))
        pages += [page for page in kept if page not in pages and page["theme"] not in only]
        say("writing the index")
        _write_index(city, pages, report.out, building, lambda: extras().background)
        refuse_in_the_way(report.out, building)
    return report


def publish_theme(
    city: City, spec: MapSpec, out: Path, *, tiles: str | Path | None = None, say: Callable[[str], None]
) -> list[str]:
    """Write the files of one theme to a folder, all of them or none; of an atlas of this city the index tells of them.

    Parameters
    ----------
    city
        The opened pack.
    spec
        The theme's page.
    out
        Folder to write to; made when absent. Other files in it stay.
    tiles
        Tile background, as for `write_atlas`.
    say
        Called with a sentence that the user must know.

    Returns
    -------
    list of str
        Names of the files, the page first.

    Raises
    ------
    OutputError
        When the folder cannot be written, or holds the atlas of another city.
    DataError
        When the result cannot be drawn.
    """
    if spec.compared is None:
        spec = replace(spec, wanted=wanted_for(spec.result.theme, city))
    with folder_updated(out, [], last=_LAST, stale=partial(_stale, out), waiting=say) as building:
        refuse_other_city(city, out)
        kept = kept_pages(city, out)
        extras = page_extras(city, tiles=tiles, index=INDEX if kept else "")
        files = write_theme(spec, building, extras)
        if kept:
            told = with_page(kept, written_page(spec, files))
            _write_index(city, told, out, building, lambda: extras.background)
        elif (out / FIGURES).exists():
            say(f"{out} holds an atlas of an earlier state, whose index does not tell of these files; make it anew")
        refuse_in_the_way(out, building)
    return files


def page_extras(city: City, *, tiles: str | Path | None = None, index: str = "") -> PageExtras:
    """Return what all pages of this city share: addresses, streets and buildings, the index and, by choice, tiles.

    Raises
    ------
    OptionError, DataError, MissingFileError
        When no tile background has this name, or its file is wrong.
    """
    from kortrijk_geo.cache import kept
    from kortrijk_geo.mapping.background import background_block
    from kortrijk_geo.mapping.spec import PageExtras
    from kortrijk_geo.pack.addresses import addresses_of

    return PageExtras(
        index=index,
        tiles=_background(tiles),
        addresses=addresses_of(city) if city.has("addresses") else None,
        background=kept(background_block)(city),
    )


def _background(tiles: str | Path | None) -> Tiles | None:
    from kortrijk_geo.mapping.tiles import load_tiles

    return None if tiles is None else load_tiles(tiles)


def write_theme(spec: MapSpec, folder: Path, extras: PageExtras | None = None) -> list[str]:
    """Write page, GeoPackage, workbook and GeoJSON of a theme, or its own files; return their names, the page first.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    DataError
        When the result cannot be drawn.
    """
    from kortrijk_geo.files import geojson_text
    from kortrijk_geo.mapping.page import write_page
    from kortrijk_geo.mapping.plans import plan_sheets
    from kortrijk_geo.mapping.qgis.styles import page_styles, table_titles
    from kortrijk_geo.mapping.spec import PageExtras

    if spec.own_page is not None:
        return spec.own_page(folder, extras or PageExtras())
    result = spec.result
    names = [f"{result.page}.{kind}" for kind in ("gpkg", "xlsx", "geojson")]
    result.to_geopackage(folder / names[0], titles=table_titles(spec), styles=page_styles(spec))
    result.to_xlsx(folder / names[1], further=plan_sheets((*spec.findings, *spec.rankings, *spec.plans)))
    _write(folder / names[2], geojson_text(result.areas.reset_index()))
    write_page(spec, folder / f"{result.page}.html", downloads=names, extras=extras)
    further = [] if spec.further_files is None else spec.further_files(folder)
    return [f"{result.page}.html", *names, *further]


def _attempt(
    run: Callable[[], Page],
    name: str,
    city: City,
    report: AtlasReport,
    building: Path,
    extras: PageExtras,
    *,
    compared: bool = False,
) -> Page:
    """Return what the index tells of a page: as it was written, or why it was not and what is known all the same."""
    key, files = f"{name}{COMPARISON}" if compared else name, []
    try:
        return run()
    except OutputError:
        raise
    except MissingLayerError as missing:
        error: KortrijkGeoError = missing
        report.unavailable[key] = str(missing)
        if not compared and wanted_for(name, city):
            files = write_theme(known_spec(name, city), building, extras)
    except KortrijkGeoError as failed:
        error = failed
        report.failed[key] = str(failed)
    return missed_page(city, key, error, files)


def _run(results: catalogue.Analyses, name: str, building: Path, extras: PageExtras, before: KeptPages) -> Page:
    """Write one theme, keep its files and return what the index tells of it."""
    result = results.result(name)
    with _all_or_none(building) as folder:
        spec = replace(catalogue.theme_module(name).spec(result), wanted=wanted_for(name, results.city))
        page = written_page(spec, write_theme(spec, folder, extras))
        before.keep(name, page, folder)
        return page


def _run_comparison(comparison: Comparison, city: City, building: Path, extras: PageExtras) -> Page:
    """Write a comparison and return what the index tells of it."""
    from kortrijk_geo.atlas.comparison import compare_cities

    spec = compare_cities(comparison, city, comparison.scenario or city)
    with _all_or_none(building) as folder:
        return written_page(spec, write_theme(spec, folder, extras))


@contextmanager
def _all_or_none(building: Path) -> Iterator[Path]:
    """Give a folder whose files go to ``building`` when the block ends without an error."""
    with scratch_folder(".theme-", building) as scratch:
        folder = scratch / "files"
        folder.mkdir()
        yield folder
        for file in folder.iterdir():
            file.replace(building / file.name)


def _write_index(city: City, pages: Sequence[Page], out: Path, building: Path, background: Callable[[], str]) -> None:
    """Write what is told of all pages together: wijken, index, figures, QGIS project, and the bar in every page."""
    bar = bar_pages(city, pages)
    if neighbourhoods.further_page(city, pages):
        neighbourhoods.write(city, pages, building, bar=bar, index=INDEX, background=background())
    write_bars(bar, out, building)
    project = write_project(city, pages, building, out)
    _write(building / INDEX, index_text(city, pages, project))
    _write(building / FIGURES, figures_text(city, pages, project))


def _stale(out: Path, building: Path) -> set[str]:
    """Return the page files in ``out`` that a new index no longer names."""
    return listed_files(out) - listed_files(building) if (building / FIGURES).exists() else set()


def _write(path: Path, text: str) -> None:
    from kortrijk_geo.files import file_replacing

    with file_replacing(path) as building:
        building.write_bytes(text.encode("utf-8"))
