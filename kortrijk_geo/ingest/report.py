"""What a build or a check has to say: findings, each with its level, its layer and how many rows it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from kortrijk_geo.ingest.wording import UNKNOWN_CODE, Language, recognise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kortrijk_geo.pack.files import PackInfo

Level = Literal["info", "warning", "error"]
NAMED = 10
_MOST_PLACES = 100
# What deserves a look as long as the pack is used, so that it is a warning.
LOST = "ways have fewer than two nodes left: left out"
INTERPOLATED = "lines stand for the house numbers between their ends (addr:interpolation), which are not read"
DELETED = "objects are marked as deleted in the file and left out"
UNSAID = "though the recipe does not say so"
WORTH_A_LOOK = (LOST, INTERPOLATED, DELETED, UNSAID)


@dataclass(frozen=True)
class Finding:
    """One thing worth knowing about a layer.

    Parameters
    ----------
    level
        ``info``: as intended; ``warning``: look at it; ``error``: the pack must not be used as it is.
    layer
        Name of the layer or raster, or ``pack``.
    message
        One sentence, in the words of the code; `text` says it in Dutch or English.
    count
        Rows, codes or places it is about; 0 where counting makes no sense.
    places
        Where to look: ids, names or coordinates, where the check knows them.
    """

    level: Level
    layer: str
    message: str
    count: int = 0
    places: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """What kind of finding it is: a key of ``findings.toml``, or ``other``."""
        reading = recognise(self.message)
        return reading.code if reading else UNKNOWN_CODE

    def text(self, language: Language = "en") -> str:
        """Return the sentence in a language; a reason that a library gives stays as it is."""
        reading = recognise(self.message)
        return reading.text(language) if reading else self.message

    def as_json(self, language: Language = "en") -> dict[str, Any]:
        """Return the finding for another program; only ``text`` depends on the language."""
        return {
            "code": self.code, "level": self.level, "layer": self.layer, "count": self.count,
            "places": list(self.places), "text": self.text(language),
        }  # fmt: skip


@dataclass(frozen=True)
class BuildReport:
    """What `build_pack` made, what it found on the way, and how long it took."""

    info: PackInfo
    findings: tuple[Finding, ...]
    seconds: float


@dataclass
class Findings:
    """The findings of one build, in the order in which they were made; the same one is kept once."""

    items: list[Finding] = field(default_factory=list)

    def add(self, level: Level, layer: str, message: str, count: int = 0, places: Iterable[object] = ()) -> None:
        """Keep one finding; of its places as many as someone would go and look at."""
        finding = Finding(level, layer, message, count, tuple(map(str, islice(places, _MOST_PLACES))))
        if finding not in self.items:
            self.items.append(finding)

    def again(self, layer: str, notes: Iterable[str]) -> None:
        """Say again what a build noted of a layer and nobody sees in the pack any more."""
        for note in notes:
            reading = recognise(note)
            if reading is not None and reading.sentence.again:
                self.add("warning", layer, note)

    def notes(self, layer: str) -> tuple[str, ...]:
        """Messages about one layer, for its record in the pack."""
        return tuple(item.message for item in self.items if item.layer == layer)


def verdict(findings: Iterable[Finding]) -> Literal["good", "doubtful", "wrong"]:
    """Judge a pack by its findings: in order, to be looked at, or not to be used."""
    levels = {finding.level for finding in findings}
    return "wrong" if "error" in levels else "doubtful" if "warning" in levels else "good"


def named(values: Iterable[object], most: int = NAMED) -> str:
    """List values for a message: at most ``most`` of them, and how many more there are."""
    texts = [str(value) for value in values]
    rest = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {rest:,} more" if rest > 0 else "")


# Warnings about tables, by the words that they have in common.
NO_AREA = "rows have a code of no area, left out"
NOT_THROUGH = "codes are not in layer"
NO_ROW = "areas have no row in it, so unknown"
NOT_COMPUTED = "formulas were never computed, so unknown"
HIDDEN = "hidden rows (of a filter, perhaps) are read as any other"
BESIDE = "cells beside the table, in rows of their own, are left out"
NOT_UTF8 = "is not UTF-8; it was read as latin-1"
YEARS = "years are added up"
NO_HOUSE = "rows have an address without a house in layer addresses, left out"
NEAREST_NUMBER = "rows stand at the nearest house number, for theirs is not in layer addresses"
REREAD = "rows stand in the street whose name is nearly theirs"
