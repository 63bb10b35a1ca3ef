"""The QGIS project of an atlas, made of the GeoPackages of its pages, also of those that an earlier run wrote."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from typing import TYPE_CHECKING, Any

from kortrijk_geo.atlas.overview import PROJECT
from kortrijk_geo.files import file_replacing
from kortrijk_geo.geopackage import read_styles
from kortrijk_geo.text.dutch import DEMO_TEXT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kortrijk_geo.pack.city import City

_OLDEST = (1980, 1, 1, 0, 0, 0)  # of what a zip can tell; fixed, so that equal projects are equal
_UNIX = 3


def project_name(city: City) -> str:
    """Return the file name of a city's project: ``las_palmas.qgz``."""
    plain = unicodedata.normalize("NFKD", city.name).encode("ascii", "ignore").decode()
    return (re.sub(r"[^a-z0-9]+", "_", plain.casefold()).strip("_") or "atlas") + PROJECT


def write_project(city: City, pages: Sequence[dict[str, Any]], building: Path, out: Path) -> str:
    """Write the project of an atlas to ``building``; the pages' files are there, or in ``out`` as they were.

    Returns
    -------
    str
        Name of the file; empty where no page has a layer that QGIS can draw.
    """
    import pyogrio
    from pyproj import CRS

    from kortrijk_geo.mapping.qgis.project import PageLayers, project_text

    layers, first = [], None
    for page in pages:
        name = next((file for file in page["files"] if file.endswith(".gpkg")), None)
        if name is None or "result" not in page:
            continue
        path = building / name if (building / name).exists() else out / name
        styles = read_styles(path)
        if styles:
            layers.append(PageLayers(page["page"], page["title"], name, styles, page.get("sources", ())))
            first = first or path
    if first is None:
        return ""
    areas = pyogrio.read_info(first, layer="areas", force_total_bounds=True)
    west, south, east, north = map(float, areas["total_bounds"])
    warnings = [DEMO_TEXT] if city.synthetic else []
    text = project_text(
        f"Atlas van {city.name}",
        layers,
        crs=CRS(areas["crs"]),
        bounds=(west, south, east, north),
        warnings=[*warnings, *city.proof.sentences],
    )
    name = project_name(city)
    with file_replacing(building / name) as target:
        target.write_bytes(_zipped(name, text))
    return name


def _zipped(name: str, text: str) -> bytes:
    inside = zipfile.ZipInfo(name.removesuffix(PROJECT) + ".qgs", _OLDEST)
    inside.create_system = _UNIX
    inside.compress_type = zipfile.ZIP_DEFLATED
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(inside, text.encode("utf-8"))
    return content.getvalue()
