"""Whether a city pack can be trusted: its layers, its areas and sums, its edges, its dates and licences, its hashes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import KortrijkGeoError
from kortrijk_geo.ingest.check_content import check_content
from kortrijk_geo.ingest.check_rasters import check_raster
from kortrijk_geo.ingest.check_tables import same_locations
from kortrijk_geo.ingest.crs import report_distortion
from kortrijk_geo.ingest.misread import misread
from kortrijk_geo.ingest.report import Finding, Findings
from kortrijk_geo.ingest.timetable import check_timetable
from kortrijk_geo.pack.ages import count_ages
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import PACK_FILE, frame_digest
from kortrijk_geo.pack.layers import LAYERS, RASTERS, TIMETABLE
from kortrijk_geo.pack.validation import check_crs

if TYPE_CHECKING:
    from pathlib import Path

_RANK = {"error": 0, "warning": 1, "info": 2}


def check_pack(folder: Path) -> list[Finding]:
    """Check a city pack.

    Every layer is held against its contract (columns, types, CRS, geometry, ids), against its hash, and for a source,
    date and licence; areas must tile the boundary, sums of areas and homes agree, homes lie in their area, and
    streets should reach beyond the boundary by the pack's buffer.

    Returns
    -------
    list of Finding
        Errors first, then warnings, then what is merely worth knowing.

    Raises
    ------
    MissingFileError, DataError, CrsError
        When the folder is no pack, one that a newer version wrote, or one in no CRS of a pack.
    """
    city = open_city(folder)
    check_crs(city.crs, origin=f"{folder / PACK_FILE}, crs")
    findings = Findings()
    unknown = sorted((set(city.info.layers) - set(LAYERS)) | (set(city.info.rasters) - set(RASTERS)))
    for name in unknown:
        findings.add("error", name, "no layer or raster of a pack is called so")
    sound = [name for name in city.layers if _sound(city, name, findings)]
    for name, layer in LAYERS.items():
        if layer.required and name not in city.layers:
            findings.add("error", name, "the pack lacks this layer, which every pack must have")
    if "boundary" in sound:
        report_distortion(city.boundary.geometry.iloc[0], city.crs, findings)
    check_content(city, frozenset(sound), findings)
    if "childcare" in sound:
        same_locations(city.childcare, findings)
    area = city.boundary.geometry.iloc[0] if "boundary" in sound and len(city.boundary) else None
    for name in city.rasters:
        if name == TIMETABLE:
            check_timetable(city, findings, area=area)
        elif name in RASTERS:
            check_raster(city, name, findings, area=area)
    _say_recorded(city, findings)
    return sorted(findings.items, key=lambda finding: _RANK[finding.level])


def _say_recorded(city: City, findings: Findings) -> None:
    """Say what pack.toml tells of layers: what the build left out, and whether their origin is known."""
    findings.again("pack", city.info.notes)
    for name, record in {**city.info.layers, **city.info.rasters}.items():
        findings.again(name, record.notes)
        lacking = [field for field in ("source", "reference_date", "licence") if not getattr(record, field)]
        if lacking:
            findings.add("warning", name, f"{' and '.join(lacking)} not recorded; say so in the recipe")
    if city.synthetic:
        findings.add("info", "pack", "holds invented data (synthetic); no ground for decisions")


def _sound(city: City, name: str, findings: Findings) -> bool:
    """Read a layer; tell whether it keeps its contract, and report when it does not, or when it was changed."""
    try:
        frame = city.layer(name)
    except KortrijkGeoError as error:
        findings.add("error", name, str(error))
        return False
    record = city.info.layers[name]
    if len(frame) != record.rows:
        findings.add(
            "error", name, f"has {len(frame):,} rows, pack.toml says {record.rows:,}", abs(len(frame) - record.rows)
        )
    elif frame_digest(frame) != record.sha256:
        findings.add("error", name, "was changed after the pack was built: its hash is not that of pack.toml")
    for column in frame.columns.drop("geometry", errors="ignore"):
        if wrong := misread(frame[column]):
            findings.add("warning", name, f"column {column}: {wrong}; say encoding = in the recipe", wrong.count)
    return True


def describe_pack(folder: Path) -> dict[str, Any]:
    """Describe a pack for a reader: name, CRS, buffer, and per layer and raster its rows, source, date and licence.

    Raises
    ------
    MissingFileError, DataError
        As `check_pack`.
    """
    city = open_city(folder)
    info = city.info

    def rows(records: dict[str, Any], contracts: dict[str, Any]) -> list[dict[str, Any]]:
        ordered = [name for name in contracts if name in records] + sorted(set(records) - set(contracts))
        return [
            {
                "name": name,
                "about": contracts[name].about if name in contracts else "",
                "rows": records[name].rows,
                "source": records[name].source,
                "reference_date": records[name].reference_date,
                "licence": records[name].licence,
                "synthetic": records[name].synthetic,
                "estimates": dict(records[name].estimates),
                "dates": dict(records[name].dates),
                "notes": list(records[name].notes),
                "sha256": records[name].sha256,
            }
            for name in ordered
        ]

    return {
        "pack": str(folder),
        "name": info.name,
        "nis_code": info.nis_code,
        "crs": info.crs,
        "buffer_m": info.buffer_m,
        "synthetic": info.synthetic,
        "format_version": info.format_version,
        "digest": city.digest,
        "ages": {each.column: None if math.isnan(each.people) else each.people for each in count_ages(city)},
        "added": [
            {
                "kind": each.kind,
                "files": list(each.files),
                "source": each.source,
                "date": each.date,
                "synthetic": each.synthetic,
                "base": each.base,
            }
            for each in info.added
        ],
        "changed_layers": list(city.changed_layers),
        "unverified_layers": list(city.proof.unverifiable),
        "layers": rows(dict(info.layers), dict(LAYERS)),
        "rasters": rows(dict(info.rasters), dict(RASTERS)),
    }
