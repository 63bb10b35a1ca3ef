"""kortrijk-geo demo and kortrijk-geo atlas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kortrijk_geo_cli.common import (
    DEMO_PACK,
    MAPS,
    JsonOption,
    OutOption,
    PackOption,
    TilesOption,
    open_or_build,
    print_json,
    print_table,
    progress,
    writable,
)

JobsOption = Annotated[int, typer.Option("--jobs", help="Processes that compute at the same time.")]

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City


def demo(out: OutOption = MAPS, tiles: TilesOption = None, jobs: JobsOption = 1, as_json: JsonOption = False) -> None:
    """Write the atlas of the synthetic demo city, which is built once into data/demo, and a scenario beside it."""
    from kortrijk_geo.atlas.comparison import Comparison
    from kortrijk_geo.demo import with_planned_childcare

    city = open_or_build(DEMO_PACK, out)
    planned = Comparison("childcare", ("nu", "met de geplande opvang"), scenario=with_planned_childcare(city))
    _write(city, out, tiles=tiles, jobs=jobs, as_json=as_json, comparisons=[planned])


def atlas(
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    only: Annotated[list[str] | None, typer.Option("--only", help="Only this theme (may be given more often).")] = None,
    centroids: Annotated[
        Path | None, typer.Option(help="Neighbourhood types of an earlier atlas (wijktypes_centroiden.json).")
    ] = None,
    targets: Annotated[
        Path | None,
        typer.Option(help="The city's own targets (TOML), for its monitor and all headlines."),
    ] = None,
    tiles: TilesOption = None,
    jobs: JobsOption = 1,
    as_json: JsonOption = False,
) -> None:
    """Write the atlas: index.html, and per theme a map, a GeoPackage and a workbook."""
    from kortrijk_geo.catalogue import theme_module, theme_name

    themes = tuple(map(theme_name, only or ()))
    chosen_files = {"profile": ("centroids", centroids), "targets": ("targets", targets)}
    options = {theme: {name: file} for theme, (name, file) in chosen_files.items() if file}
    for name, chosen in options.items():
        theme_module(name).check_options(**chosen)
    _write(open_or_build(pack, out), out, tiles=tiles, jobs=jobs, as_json=as_json, only=themes, options=options)


def _write(city: City, out: Path, *, as_json: bool, **how: Any) -> None:
    from kortrijk_geo.atlas.writing import write_atlas

    writable(out)
    with progress("Atlas") as step:
        report = write_atlas(city, out, progress=step, **how)
    if as_json:
        print_json(report.to_json())
    else:
        print_table(f"Atlas of {city.name} in {out}", ["page", "state", "detail"], report.rows())
    if report.failed:
        from kortrijk_geo.errors import DataError

        raise typer.Exit(DataError.exit_code)
