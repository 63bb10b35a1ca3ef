"""OSM XML that its makers wrote in ways of their own, made plain for the reader.

JOSM keeps what its user deleted in the file, marked ``action="delete"``; Overpass (``out geom``, ``out center``) puts
coordinates where they are needed: in ``nd``, inside members, as a ``center``. Only such files are written anew.
"""

from __future__ import annotations

import bz2
import gzip
import re
import xml.sax
import xml.sax.saxutils
from collections import Counter
from typing import IO, TYPE_CHECKING
from xml.sax.expatreader import ExpatParser
from xml.sax.handler import feature_external_ges, feature_external_pes

if TYPE_CHECKING:
    from pathlib import Path
    from xml.sax.xmlreader import AttributesImpl

_OBJECTS = frozenset({"node", "way", "relation"})
# What the reader of OSM files refuses or does not see.
_SIGNS = re.compile(
    rb"""action=["']delete|<center\b|<member\b[^>]*[^/]>\s*<nd\b|<nd\s(?![^>]*\bref=)[^>]*>|<relation[^>]*>\s*<bounds"""
)
_PLACED = re.compile(rb"<nd\b[^>]*\blat=")
_CHUNK, _OVERLAP = 1 << 20, 1 << 10


def is_xml(path: Path) -> bool:
    """Whether a name says that a file is XML, packed or not."""
    return path.name.lower().endswith((".osm", ".osm.gz", ".osm.bz2"))


def looks(path: Path) -> tuple[bool, bool]:
    """Tell whether an XML file is to be written anew, and whether its ways carry coordinates of their own."""
    mend = placed = False
    tail = b""
    with _opened(path) as file:
        while (chunk := file.read(_CHUNK)) and not (mend and placed):
            window = tail + chunk
            mend = mend or _SIGNS.search(window) is not None
            placed = placed or _PLACED.search(window) is not None
            tail = window[-_OVERLAP:]
    return mend, placed


def write_plain(path: Path, out: Path) -> Counter[str]:
    """Write an XML file anew as the reader wants it.

    Returns
    -------
    Counter
        ``deleted``: objects that were left out because their file says that they are deleted.

    Raises
    ------
    OSError, EOFError, xml.sax.SAXException
        When the file is cut off or is no XML.
    """
    with _opened(path) as source, out.open("w", encoding="utf-8") as target:
        plain = _Plain(target)
        parser = ExpatParser()
        parser.setFeature(feature_external_ges, False)
        parser.setFeature(feature_external_pes, False)
        parser.setContentHandler(plain)
        parser.parse(source)
    return plain.counts


def _opened(path: Path) -> IO[bytes]:
    suffix = path.suffix.lower()
    return gzip.open(path) if suffix == ".gz" else bz2.open(path) if suffix == ".bz2" else path.open("rb")  # type: ignore[return-value]


class _Plain(xml.sax.ContentHandler):
    """Copies what the reader knows; ways that only a relation's members describe become ways of their own."""

    def __init__(self, out: IO[str]) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self._out = out
        self._skipped = 0
        self._object: list[str] = []
        self._kind = ""
        self._ways: set[str] = set()
        self._member: dict[str, str] | None = None
        self._nodes: list[str] = []
        self._first: list[str] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - as xml.sax calls it
        values = dict(attrs.items())
        if self._skipped or values.get("action") == "delete":
            self.counts["deleted"] += not self._skipped
            self._skipped += 1
        elif name in _OBJECTS:
            self._kind, self._object, self._first = name, [_tag(name, values)], []
            if name == "way":
                self._ways.add(values.get("id", ""))
        elif name == "member":
            self._member, self._nodes = values, []
            self._object.append(_tag(name, {key: values[key] for key in ("type", "ref", "role") if key in values}, "/"))
        elif name == "nd":
            (self._nodes if self._member is not None else self._object).append(_tag(name, _with_ref(values), "/"))
        elif name == "tag":
            self._object.append(_tag(name, values, "/"))
        elif name in {"osm", "osmChange"}:
            self._out.write(_tag("osm", values))
        elif name == "bounds" and not self._kind:
            self._out.write(_tag(name, values, "/"))

    def endElement(self, name: str) -> None:  # noqa: N802 - as xml.sax calls it
        if self._skipped:
            self._skipped -= 1
        elif name == "member" and self._member is not None:
            ref = self._member.get("ref", "")
            if self._nodes and self._member.get("type") == "way" and ref not in self._ways:
                self._ways.add(ref)
                self._first.append(_tag("way", {"id": ref}) + "".join(self._nodes) + "</way>\n")
            self._member = None
        elif name in _OBJECTS:
            self._out.write("".join(self._first) + "".join(self._object) + f"</{name}>\n")
            self._kind = ""
        elif name in {"osm", "osmChange"}:
            self._out.write("</osm>\n")


def _tag(name: str, values: dict[str, str], end: str = "") -> str:
    written = "".join(f" {key}={xml.sax.saxutils.quoteattr(value)}" for key, value in values.items())
    return f"<{name}{written}{end}>"


def _with_ref(values: dict[str, str]) -> dict[str, str]:
    """Give a node without a number one that follows from its place, so that equal places are one node."""
    if "ref" in values or "lat" not in values or "lon" not in values:
        return values
    north, east = (round((float(values[key]) + most) * 1e7) for key, most in (("lat", 90), ("lon", 180)))
    return {"ref": str(north * 3_600_000_001 + east), **values}
