"""Read an OpenStreetMap extract (PBF or XML) into the layers of a city pack.

The meaning of tags is in ``osm_tags.toml``. Clipped and dirty extracts are normal: whatever is cut, repaired or left
out is counted in the findings, and only a file that cannot be read at all is an error.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.ingest import osm_areas, osm_geometry, osm_layers
from kortrijk_geo.ingest.osm_file import read_file
from kortrijk_geo.ingest.osm_rules import load_rules
from kortrijk_geo.ingest.osm_streets import streets
from kortrijk_geo.pack.validation import check_crs

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

# Keys that make a closed way or multipolygon an area of some layer.
_AREA_KEYS = frozenset(
    {"building", "landuse", "leisure", "natural", "waterway", "power", "heritage", "addr:housenumber"}
)


@dataclass(frozen=True)
class OsmExtract:
    """The layers of an extract and what reading it brought to light.

    Parameters
    ----------
    layers
        ``streets``, ``amenities``, ``buildings``, ``green``, ``water``, ``trees`` and ``constraints`` as the contract
        of a pack has them; ``addresses`` (points: ``address_id``, ``street``, ``house_number``, ``postcode``,
        ``municipality`` as they are tagged, and ``place``), ``admin`` (polygons: ``osm_id``, ``admin_level``, ``name``,
        ``ref_ins``, ``population``) and ``place_names`` (points: ``osm_id``, ``name``, ``place``, ``population``). Ids
        are ``n1``, ``w1``, ``r1``, and ``w1-0`` for streets.
    findings
        Sentences with counts, each starting with the layer it is about (or ``file:``, ``areas:``, ``places:``).
    reference_date
        ISO date the extract describes; empty where it does not say.
    extent_lonlat
        West, south, east, north in degrees that the file says it covers; None where it does not say.
    """

    layers: dict[str, gpd.GeoDataFrame]
    findings: tuple[str, ...]
    reference_date: str
    extent_lonlat: tuple[float, float, float, float] | None


def read_osm(path: Path, *, crs: str, extent: shapely.Geometry | None = None) -> OsmExtract:
    """Read an extract.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2``.
    crs
        Projected CRS in metres of the layers.
    extent
        Study area grown by its buffer, in ``crs``; what lies wholly outside is left out, and counted.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When it is no OSM file, is cut off, is empty, or has nothing in ``crs`` or in ``extent``.
    CrsError
        When ``crs`` is unknown or not in metres.
    """
    crs = check_crs(crs, origin=str(path)).to_string()
    rules = load_rules()
    file = read_file(path)
    xy = osm_geometry.project(file.lonlat, crs)
    keys = (_AREA_KEYS | rules.amenities.keys) - {"highway"}

    def wanted(tags: dict[str, str]) -> bool:
        return not keys.isdisjoint(tags) or tags.get("boundary") == "administrative"

    objects = osm_layers.Objects(
        file=file,
        xy=xy,
        node_xy=osm_geometry.project(file.node_lonlat, crs),
        areas=osm_areas.areas(file, xy, wanted),
        rules=rules,
        crs=crs,
    )
    street_layer, street_findings = streets(file, xy, rules, crs)
    layers = {
        "streets": street_layer,
        "amenities": osm_layers.amenities(objects),
        "buildings": osm_layers.buildings(objects),
        "green": osm_layers.green(objects),
        "water": osm_layers.water(objects),
        "trees": osm_layers.trees(objects),
        "constraints": osm_layers.constraints(objects),
        "addresses": osm_layers.addresses(objects),
        "admin": osm_layers.admin(objects),
        "place_names": osm_layers.place_names(objects),
    }
    notes = tuple(note.format(f"{count}") for note, count in objects.notes.items() if count)
    layers, outside = _within(layers, extent)
    return OsmExtract(
        layers=layers,
        findings=(*file.findings, *objects.areas.findings, *street_findings, *notes, *outside),
        reference_date=file.reference_date,
        extent_lonlat=file.box,
    )


def _within(
    layers: dict[str, gpd.GeoDataFrame], extent: shapely.Geometry | None
) -> tuple[dict[str, gpd.GeoDataFrame], list[str]]:
    if extent is None:
        return layers, []
    shapely.prepare(extent)
    kept, outside = {}, Counter[str]()
    for name, frame in layers.items():
        inside = np.asarray(shapely.intersects(extent, frame.geometry.to_numpy()), dtype=bool)
        kept[name] = frame[inside].reset_index(drop=True)
        outside[name] += int((~inside).sum())
    return kept, [
        f"{name}: {count} lie outside the study area and its buffer: left out"
        for name, count in outside.items()
        if count
    ]
