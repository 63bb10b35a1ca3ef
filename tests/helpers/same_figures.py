"""Compare two atlas folders: ``python same_figures.py BEFORE AFTER`` tells every figure and geometry that differs.

For a renovation: titles and the version may differ, nothing else. Exits with 1 when something does.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio

NOT_FIGURES = {"title", "version"}


def document_differences(before: Any, after: Any, place: str = "") -> Iterator[str]:
    """Walk two JSON documents."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            if key not in NOT_FIGURES:
                absent = object()
                yield from document_differences(before.get(key, absent), after.get(key, absent), f"{place}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from document_differences(*pair, f"{place}[{number}]")
    elif before != after:
        yield f"{place}: {str(before)[:200]} -> {str(after)[:200]}"


def workbook(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all cells by sheet."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: [tuple(cell.value for cell in row) for row in sheet.iter_rows()] for sheet in book}


def layer_differences(before: Path, after: Path) -> Iterator[str]:
    """Compare two GeoPackages layer by layer."""
    names = [name for name, _ in pyogrio.list_layers(before)]
    if names != [name for name, _ in pyogrio.list_layers(after)]:
        yield f"{before.name}: other layers"
        return
    for name in names:
        pair = [pyogrio.read_dataframe(path, layer=name) for path in (before, after)]
        if isinstance(pair[0], gpd.GeoDataFrame) and not pair[0].geometry.geom_equals_exact(pair[1].geometry, 0).all():
            yield f"{before.name}, layer {name}: other geometry"
        tables = [pd.DataFrame(one).drop(columns="geometry", errors="ignore") for one in pair]
        try:
            pd.testing.assert_frame_equal(*tables)
        except AssertionError as error:
            yield f"{before.name}, layer {name}: {' '.join(str(error).split())[:300]}"


def differences(before: Path, after: Path) -> Iterator[str]:
    """Compare two atlases file by file."""
    files = [sorted(path.name for path in folder.iterdir() if path.is_file()) for folder in (before, after)]
    yield from (f"only in one of the two: {name}" for name in sorted(set(files[0]) ^ set(files[1])))
    for name in sorted(set(files[0]) & set(files[1])):
        pair = before / name, after / name
        if name.endswith((".json", ".geojson")):
            documents = [json.loads(path.read_text(encoding="utf-8")) for path in pair]
            yield from (f"{name}{one}" for one in document_differences(*documents))
        elif name.endswith(".xlsx"):
            yield from (f"{name}{one}" for one in document_differences(*map(workbook, pair)))
        elif name.endswith(".gpkg"):
            yield from layer_differences(*pair)


if __name__ == "__main__":
    told = list(differences(Path(sys.argv[1]), Path(sys.argv[2])))
    print("\n".join(told) or "equal")  # noqa: T201 - what a script is for
    sys.exit(bool(told))
