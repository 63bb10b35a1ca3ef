"""kortrijk-geo demo and kortrijk-geo atlas."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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


def demo(out: OutOption = MAPS, tiles: TilesOption = None, as_json: JsonOption = False) -> None:
    """Write the atlas of the synthetic demo city, which is built once into data/demo."""
    atlas(pack=DEMO_PACK, out=out, only=None, centroids=None, tiles=tiles, as_json=as_json)


def atlas(
    pack: PackOption = DEMO_PACK,
    out: OutOption = MAPS,
    only: Annotated[list[str] | None, typer.Option("--only", help="Only this theme (may be given more often).")] = None,
    centroids: Annotated[
        Path | None, typer.Option(help="Neighbourhood types of an earlier atlas (wijktypes_centroiden.json).")
    ] = None,
    tiles: TilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the atlas: index.html, and per theme a map, a GeoPackage and a workbook."""
    from kortrijk_geo.atlas import write_atlas

    city = open_or_build(pack)
    writable(out)
    with progress("Atlas") as step:
        options = {"profile": {"centroids": centroids}} if centroids else {}
        report = write_atlas(city, out, only=tuple(only or ()), options=options, tiles=tiles, progress=step)
    if as_json:
        print_json(report.to_json())
    else:
        print_table(f"Atlas of {city.name} in {out}", ["page", "state", "detail"], report.rows())
    if report.failed:
        raise typer.Exit(1)
