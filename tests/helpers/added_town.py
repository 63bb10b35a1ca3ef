"""A town of four wijken of Kortrijk, and tables as colleagues send them, to add to its pack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
import shapely
from address_list import X, Y, house_points
from written_once import written_once

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.adding import prepared
from kortrijk_geo.ingest.wording import recognise
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack

SIDE = 150
DATED = {"date": "2025-01-01", "source": "de stad", "licence": "CC0"}
WIJKEN = {
    "34022W08": "Kortrijk Centrum", "34022W09": "Kortrijk Noord", "34022W10": "Kortrijk Oost",
    "34022W11": "Kortrijk West",
}  # fmt: skip
POPULATION = [400.0, 300.0, 200.0, 100.0]
HOUSEHOLDS = [180.0, 140.0, 90.0, 45.0]


def frame(shapes: list[shapely.Geometry], **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:31370")


def cells() -> list[shapely.Polygon]:
    corners = [(X + column * SIDE, Y + row * SIDE) for row in (0, 1) for column in (0, 1)]
    return [shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners]


def layers() -> dict[str, gpd.GeoDataFrame]:
    squares = cells()
    sectors = [half for square in squares for half in _halves(square)]
    parents = [code for code in WIJKEN for _ in range(2)]
    homes = [shapely.Point(part.centroid.x + 5 * n, part.centroid.y) for part in sectors for n in range(2)]
    return {
        "boundary": frame([shapely.unary_union(squares)], name=["Kortrijk"], population=[1000.0],
                          households_private=[455.0]),
        "areas": frame(squares, area_id=list(WIJKEN), name=list(WIJKEN.values()), population=POPULATION,
                       households_private=HOUSEHOLDS),
        "subareas": frame(sectors, subarea_id=[f"34022A{n:02d}-" for n in range(8)], parent_id=parents,
                          name=[f"Sector {n}" for n in range(8)]),
        "homes": frame(homes, home_id=[f"h{n}" for n in range(16)], dwellings=[1.0, 3.0] * 8,
                       area_id=[code for code in parents for _ in range(2)], residents=[float("nan")] * 16,
                       children_0_2=[float("nan")] * 16),
        "addresses": house_points(),
    }  # fmt: skip


def _halves(square: shapely.Polygon) -> list[shapely.Polygon]:
    left, low, right, high = square.bounds
    middle = (left + right) / 2
    return [shapely.box(left, low, middle, high), shapely.box(middle, low, right, high)]


def write_town(folder: Path, *, without: tuple[str, ...] = (), **more: gpd.GeoDataFrame) -> City:
    """Write the pack and open it."""

    def write(folder: Path) -> None:
        made = {name: each for name, each in {**layers(), **more}.items() if name not in without}
        records = {name: LayerRecord("proef", "2025-01-01", "CC0") for name in made}
        write_pack(folder, PackInfo("Kortrijk", "EPSG:31370", "34022", buffer_m=100.0, layers=records), made)

    if more or folder.exists():
        write(folder)
    else:
        written_once(folder, ("added town", without), write)
    return open_city(folder)


def write_book(path: Path, rows: list[tuple[Any, ...]], *, title: str = "Blad1") -> Path:
    """Write a workbook of one sheet; the first row has the names of the columns."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def findings_of(city: City, kind: str, file: Path, **options: Any) -> dict[str, str]:
    """Return what the preview tells: the Dutch sentence of each finding, by its code."""
    with prepared(city, kind, file, city.folder.with_name("niets"), **options) as new:
        return {finding.code: finding.text("nl") for finding in new.findings}


def refused(call: Callable[..., object], *arguments: Any, **options: Any) -> str:
    """Return in Dutch why something is refused."""
    with pytest.raises(DataError) as error:
        call(*arguments, **options)
    reading = recognise(str(error.value))
    assert reading is not None, error.value
    return reading.text("nl")


def files_of(folder: Path) -> dict[str, bytes]:
    """Content of the files of a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


CRECHES = [
    ("Locatienummer", "Naam opvang", "Opvangvorm", "Straat", "Huisnummer", "Postcode", "Vergunde plaatsen"),
    ("101", "Bij", "groepsopvang", "Meensesteenweg", "12", "8500", 21),
    ("102", "Mier", "groepsopvang", "Kerkstraat", "1", "8501", 14),
    ("103", "Vlo", "gezinsopvang", "Grote Markt", "54", "8500", 8),
]
CHILDREN = [
    ("Wijkcode", "Wijknaam", "0-2 jaar"),
    *((code, name, 10 * n) for n, (code, name) in enumerate(WIJKEN.items(), 1)),
]
DWELLINGS = [("Wijk", "Sociale huurwoningen"), *((name, 5 * n) for n, name in enumerate(WIJKEN.values(), 1))]
