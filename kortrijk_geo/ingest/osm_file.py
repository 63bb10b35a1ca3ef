"""Raw OpenStreetMap files (PBF, XML) as arrays: objects, tags, node references and their coordinates.

Nothing is interpreted here. What a clipped or dirty file lacks stays visible: a reference to a node that the file does
not hold has NaN coordinates, and a relation keeps members that the file does not hold.
"""

from __future__ import annotations

import zlib
from array import array
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn
from xml.sax import SAXException

import numpy as np
import osmium

from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.ingest import osm_xml
from kortrijk_geo.ingest.report import DELETED
from kortrijk_geo.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")
# Nodes without one of these keys are only corners of ways.
NODE_KEYS = (
    "natural",
    "place",
    "addr:housenumber",
    "amenity",
    "shop",
    "healthcare",
    "leisure",
    "tourism",
    "railway",
    "highway",
    "public_transport",
    "office",
    "club",
    "post_office",
    "sport",
    "building",
    "landuse",
    "heritage",
)
# What osmium says of a file that ends too early.
_CUT_OFF = ("unexpected EOF", "truncated", "unclosed", "no element found", "read close failed", "ended before the end")
# What osmium, Python's unpackers and its XML parser raise at a file that is not what its name says.
_FAULTS = (
    RuntimeError, ValueError, OverflowError, OSError, EOFError, MemoryError, zlib.error, SAXException,
    osmium.InvalidLocationError,
)  # fmt: skip
# A WKB linestring: bytes of byte order, type and number of points, then two doubles a point.
_WKB_HEADER = 1 + 4 + 4
_WKB_POINT = 16
# osmium's timestamp of an object without one.
_NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)
_TREE_KEYS = ("natural", "diameter_crown", "height")


@dataclass(frozen=True)
class Relation:
    """A relation: its id, tags, and members as (type, id, role)."""

    osm_id: int
    tags: dict[str, str]
    members: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True)
class OsmFile:
    """Content of a file.

    Parameters
    ----------
    node_ids, node_tags, node_lonlat
        Nodes with a tag of interest: id, tags, degrees (n, 2).
    way_ids, way_tags, way_start
        Ways: id, tags, and where their references start in ``refs`` (one longer than the ways).
    refs, lonlat
        Node ids of all ways one after another, and their degrees (m, 2); NaN where the file lacks the node. Closed
        ways that are neither a highway nor part of a relation meet nothing else: their ids are not read and stay 0.
    relations
        Relations in the order of the file.
    reference_date
        ISO date: the header's replication date, else the latest change of a tagged object, else empty.
    box
        West, south, east, north of the header in degrees; None where the header does not say.
    """

    path: Path
    node_ids: NDArray[np.int64]
    node_tags: list[dict[str, str]]
    node_lonlat: NDArray[np.float64]
    way_ids: NDArray[np.int64]
    way_tags: list[dict[str, str]]
    way_start: NDArray[np.int64]
    refs: NDArray[np.int64]
    lonlat: NDArray[np.float64]
    relations: list[Relation]
    reference_date: str
    box: tuple[float, float, float, float] | None
    findings: tuple[str, ...]


@dataclass
class _Bag:
    """What is gathered while the file streams by; a later version of an object replaces an earlier one."""

    nodes: dict[int, tuple[dict[str, str], float, float]] = field(default_factory=dict)
    ways: dict[int, int] = field(default_factory=dict)
    way_tags: list[dict[str, str]] = field(default_factory=list)
    way_sizes: array[int] = field(default_factory=lambda: array("q"))
    refs: array[int] = field(default_factory=lambda: array("q"))
    wkb: list[str] = field(default_factory=list)
    slow: dict[int, list[tuple[float, float]]] = field(default_factory=dict)
    members: set[int] = field(default_factory=set)
    relations: dict[int, Relation] = field(default_factory=dict)
    latest: datetime = _NO_DATE
    counts: Counter[str] = field(default_factory=Counter)


def read_file(path: Path) -> OsmFile:
    """Read an OSM file.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When it is not an OSM file, is cut off, is a history file, or holds no objects.
    """
    name = path.name.lower()
    if not path.is_file():
        raise MissingFileError(f"{path}: there is no such file; put the OSM extract there or correct the recipe")
    if not name.endswith(SUFFIXES):
        raise DataError(f"{path}: an OSM file is called {', '.join(SUFFIXES)}; rename it or name the right file")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: is empty; download the extract again")
    try:
        file = _read(path)
    except _FAULTS as error:
        _refuse(path, error)
    lost = np.isnan(file.lonlat[:, 0])
    if len(lost) and lost.all():
        raise DataError(
            f"{path}: holds none of the {len(np.unique(file.refs)):,} nodes that its ways name; ask Overpass for"
            " (._;>;); before out, or for out geom, or fetch an extract with whole ways"
        )
    return file


def _read(path: Path) -> OsmFile:
    if not osm_xml.is_xml(path):
        return _arrays(path, *_stream(path), placed=_ways_are_placed(path))
    mend, placed = osm_xml.looks(path)
    if not mend:
        return _arrays(path, *_stream(path), placed=placed)
    with scratch_folder() as folder:
        plain = folder / "plain.osm"
        deleted = osm_xml.write_plain(path, plain)["deleted"]
        header, bag = _stream(plain)
        bag.counts["deleted"] += deleted
        return replace(_arrays(plain, header, bag, placed=placed), path=path)


def _ways_are_placed(path: Path) -> bool:
    """Whether ways carry their own coordinates: all do, or none, in a file that is not XML."""
    for way in _objects(path, osmium.osm.WAY):
        return any(node.location.valid() for node in way.nodes)
    return False


def _refuse(path: Path, error: Exception) -> NoReturn:
    text = str(error)
    if any(sign in text for sign in _CUT_OFF):
        raise DataError(f"{path}: is cut off ({text}); download the extract again") from error
    raise DataError(f"{path}: is not the OSM file its name says ({text}); download the extract again") from error


def _stream(path: Path) -> tuple[osmium.io.Header, _Bag]:
    # Coordinates first, in a pass of their own: files saved by editors and Overpass put ways before nodes.
    locations = osmium.index.create_map("flex_mem")
    store = osmium.NodeLocationsForWays(locations)
    store.ignore_errors()
    with osmium.io.Reader(str(path), osmium.osm.NODE) as reader:
        header = reader.header()
        osmium.apply(reader, store)
    bag = _Bag()
    for relation in _objects(path, osmium.osm.RELATION):
        bag.members.update(member.ref for member in relation.members if member.type == "w")
    dated = bool(header.get("osmosis_replication_timestamp", ""))
    factory = osmium.geom.WKBFactory()
    for thing in _objects(path, osmium.osm.ALL, locations):
        if thing.deleted:
            _take_back(bag, thing)
        elif thing.is_node():
            _take_node(bag, thing)
        elif thing.is_way():
            _take_way(bag, thing, factory)
        elif thing.is_relation():
            bag.counts["again"] += thing.id in bag.relations
            members = tuple((member.type, member.ref, member.role) for member in thing.members)
            bag.relations[thing.id] = Relation(thing.id, dict(thing.tags), members)
        if not dated:
            bag.latest = max(bag.latest, thing.timestamp)
    if header.has_multiple_object_versions:
        raise DataError(f"{path}: is a history file; make a snapshot of one date first (osmium time-filter)")
    bag.counts["objects"] = len(bag.nodes) + len(bag.ways) + len(bag.relations) or _count_nodes(path)
    if not bag.counts["objects"]:
        raise DataError(f"{path}: holds no nodes, ways or relations; download the extract again")
    return header, bag


def _objects(path: Path, kinds: Any, locations: Any = None) -> Iterator[Any]:
    """Stream the objects of some kinds; with a store of locations, ways know their coordinates and nodes have a tag."""
    stream: Any = osmium.FileProcessor(str(path), kinds)
    if locations is not None:
        only_tagged: Any = osmium.filter.KeyFilter(*NODE_KEYS)
        stream = stream.with_locations(locations).with_filter(only_tagged.enable_for(osmium.osm.NODE))
    return iter(stream)


def _count_nodes(path: Path) -> int:
    return sum(1 for _ in _objects(path, osmium.osm.NODE))


def _take_back(bag: _Bag, thing: Any) -> None:
    kept: dict[int, Any] = bag.nodes if thing.is_node() else bag.ways if thing.is_way() else bag.relations
    kept.pop(thing.id, None)
    bag.counts["deleted"] += 1


def _take_node(bag: _Bag, node: Any) -> None:
    place, osm_id, node_tags = node.location, node.id, node.tags
    if not place.valid():
        bag.counts["nowhere"] += 1
        return
    bag.counts["again"] += osm_id in bag.nodes
    # A city has tens of thousands of trees with a dozen tags each: only those that a pack uses are read.
    if node_tags.get("natural") == "tree":
        tags = {key: value for key in _TREE_KEYS if (value := node_tags.get(key)) is not None}
    else:
        tags = dict(node_tags)
    bag.nodes[osm_id] = (tags, place.lon, place.lat)


def _take_way(bag: _Bag, way: Any, factory: osmium.geom.WKBFactory) -> None:
    bag.counts["again"] += way.id in bag.ways
    row = len(bag.way_tags)
    bag.ways[way.id] = row
    tags = dict(way.tags)
    bag.way_tags.append(tags)
    try:
        wkb = factory.create_linestring(way, use_nodes=osmium.geom.ALL)
    except (RuntimeError, osmium.InvalidLocationError):
        nowhere = (float("nan"), float("nan"))
        bag.slow[row] = [(node.lon, node.lat) if node.location.valid() else nowhere for node in way.nodes]
        refs = [node.ref for node in way.nodes]
    else:
        bag.wkb.append(wkb)
        if way.is_closed() and "highway" not in tags and way.id not in bag.members:
            refs = [0] * ((len(wkb) // 2 - _WKB_HEADER) // _WKB_POINT)
        else:
            refs = [node.ref for node in way.nodes]
    bag.way_sizes.append(len(refs))
    bag.refs.extend(refs)


def _arrays(path: Path, header: osmium.io.Header, bag: _Bag, *, placed: bool) -> OsmFile:
    sizes = np.frombuffer(bag.way_sizes, dtype=np.int64) if bag.way_sizes else np.empty(0, dtype=np.int64)
    refs = np.frombuffer(bag.refs, dtype=np.int64) if bag.refs else np.empty(0, dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    lonlat = np.full((len(refs), 2), np.nan)
    is_slow = np.zeros(len(sizes), dtype=bool)
    is_slow[list(bag.slow)] = True
    lonlat[~np.repeat(is_slow, sizes)] = _wkb_coordinates(bag.wkb, sizes[~is_slow])
    for row, places in bag.slow.items():
        lonlat[start[row] : start[row + 1]] = np.array(places).reshape(-1, 2)
    lost = np.isnan(lonlat[:, 0]) & (placed | (refs < 0))
    if lost.any():
        lonlat[lost] = _places_elsewhere(path, refs[lost], placed=placed)
    # Of a way that stands twice in the file only the last version counts.
    kept = np.zeros(len(sizes), dtype=bool)
    kept[list(bag.ways.values())] = True
    lonlat, refs, sizes = lonlat[np.repeat(kept, sizes)], refs[np.repeat(kept, sizes)], sizes[kept]
    rows = sorted(bag.ways.items(), key=lambda item: item[1])
    places = [(lon, lat) for _, lon, lat in bag.nodes.values()]
    date = str(header.get("osmosis_replication_timestamp", ""))[:10] or (
        f"{bag.latest:%Y-%m-%d}" if bag.latest > _NO_DATE else ""
    )
    return OsmFile(
        path=path,
        node_ids=np.array(list(bag.nodes), dtype=np.int64),
        node_tags=[tags for tags, _, _ in bag.nodes.values()],
        node_lonlat=np.array(places, dtype=np.float64).reshape(-1, 2),
        way_ids=np.array([osm_id for osm_id, _ in rows], dtype=np.int64),
        way_tags=[bag.way_tags[row] for _, row in rows],
        way_start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        refs=refs,
        lonlat=lonlat,
        relations=list(bag.relations.values()),
        reference_date=date,
        box=_box(header),
        findings=tuple(_findings(bag, refs, lonlat)),
    )


def _places_elsewhere(path: Path, refs: NDArray[np.int64], *, placed: bool) -> NDArray[np.float64]:
    """Degrees of nodes that osmium's store of locations lacks: with a negative id of an editor, or carried by ways."""
    known: dict[int, tuple[float, float]] = {}
    for way in _objects(path, osmium.osm.WAY) if placed else ():
        known.update((node.ref, (node.lon, node.lat)) for node in way.nodes if node.location.valid())
    nodes = _objects(path, osmium.osm.NODE)
    known.update((node.id, (node.lon, node.lat)) for node in nodes if node.id < 0 and node.location.valid())
    nowhere = (float("nan"), float("nan"))
    return np.array([known.get(ref, nowhere) for ref in refs.tolist()])


def _wkb_coordinates(wkb: list[str], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Coordinates (m, 2) of hexadecimal WKB linestrings of which the numbers of points are known."""
    raw = np.frombuffer(bytes.fromhex("".join(wkb)), dtype=np.uint8)
    lengths = _WKB_HEADER + _WKB_POINT * sizes
    is_coordinate = np.ones(len(raw), dtype=bool)
    is_coordinate[((np.cumsum(lengths) - lengths)[:, None] + np.arange(_WKB_HEADER)).ravel()] = False
    return raw[is_coordinate].view(np.float64).reshape(-1, 2)


def _findings(bag: _Bag, refs: NDArray[np.int64], lonlat: NDArray[np.float64]) -> list[str]:
    missing = len(np.unique(refs[np.isnan(lonlat[:, 0])]))
    sentences = {
        f"file: the ways name {missing} nodes that are not in the file (a clipped extract)": missing,
        f"file: {bag.counts['again']} objects stand twice in the file; the last one counts": bag.counts["again"],
        f"file: {bag.counts['deleted']} {DELETED}": bag.counts["deleted"],
        f"file: {bag.counts['nowhere']} tagged nodes have no valid coordinates and are left out": bag.counts["nowhere"],
    }
    return [sentence for sentence, count in sentences.items() if count]


def _box(header: osmium.io.Header) -> tuple[float, float, float, float] | None:
    box = header.box()
    if not box.valid():
        return None
    return (box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat)
