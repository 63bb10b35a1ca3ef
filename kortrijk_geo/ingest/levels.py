"""How high a street lies: bridges and tunnels cross other streets without meeting them.

OpenStreetMap says it with ``layer``, ``bridge`` and ``tunnel``; files made of it (Geofabrik, QGIS, ogr2ogr) have
columns of these names, or one column of tags as hstore text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from kortrijk_geo.ingest.tag_text import read_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

_NO = frozenset({"", "no", "none", "nan", "<na>", "null", "0", "0.0", "f", "false", "nee", "n"})
# A way under a building lies on the ground.
_ON_THE_GROUND = frozenset({"building_passage"})
_KEYS = ("layer", "bridge", "tunnel")
_TAG_COLUMNS = ("other_tags", "all_tags", "tags")
_WHOLE = re.compile(r"[+-]?\d{1,2}(?:\.0*)?")


def level_of(tags: Mapping[str, Any]) -> float:
    """Return the level of a street: 0 on the ground, above it on a bridge, below it in a tunnel."""
    layer, bridge, tunnel = (str(tags.get(key, "")).strip().casefold() for key in _KEYS)
    if _WHOLE.fullmatch(layer) and float(layer):
        return float(layer)
    if bridge not in _NO:
        return 1.0
    return -1.0 if tunnel not in _NO | _ON_THE_GROUND else 0.0


def levels(frame: pd.DataFrame) -> NDArray[np.float64] | None:
    """Return the level of every street of a file; None where no column says anything of it.

    A column ``layer`` of words is what programs that merge layers leave behind, and says nothing.
    """
    columns = {str(column).casefold(): column for column in frame.columns}
    # Text first: of a column of text, `astype` leaves what is missing a number.
    known = {key: [str(cell) for cell in frame[columns[key]]] for key in _KEYS if key in columns}
    layer = [text.strip() for text in known.get("layer", [])]
    if any(text.casefold() not in _NO and not _WHOLE.fullmatch(text) for text in layer):
        known.pop("layer")
    if known:
        rows = zip(*known.values(), strict=True)
        return np.array([level_of(dict(zip(known, row, strict=True))) for row in rows], dtype=np.float64)
    for name in _TAG_COLUMNS:
        if name in columns and (tags := [read_tags(cell) for cell in frame[columns[name]]]) and None not in tags:
            return np.array([level_of(own or {}) for own in tags], dtype=np.float64)
    return None
