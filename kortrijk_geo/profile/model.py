"""Frozen types: centroids and scaling in a JSON file, so that another year's areas are told by the same measure."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.files import file_replacing
from kortrijk_geo.profile.rules import Indicator
from kortrijk_geo.rules import as_rules

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

VERSION = 1


@dataclass(frozen=True)
class Model:
    """Types that were found once.

    Parameters
    ----------
    indicators
        The indicators, with theme, column and transform.
    mean, scale
        By which each was standardised.
    centroids
        One row per type, in standardised units.
    names
        Dutch name of every type.
    adjusted_rand, silhouette, chance
        What the types were worth when they were found.
    pack, pack_digest, synthetic, areas
        On which pack and how many areas.
    """

    indicators: tuple[Indicator, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    centroids: tuple[tuple[float, ...], ...]
    names: tuple[str, ...]
    adjusted_rand: float
    silhouette: float
    chance: float
    pack: str
    pack_digest: str
    synthetic: bool
    areas: int

    def assign(self, ready: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the type (from 0) of rows of transformed indicators, in the order of ``indicators``."""
        from kortrijk_geo.profile.clusters import nearest

        points = (ready - np.array(self.mean)) / np.array(self.scale)
        return nearest(points, np.array(self.centroids))


def write_model(model: Model, path: Path) -> None:
    """Write the types, whole or not at all; equal types give equal bytes.

    Raises
    ------
    OutputError
        When the file cannot be written; what stood there stays.
    """
    document = {
        "version": VERSION,
        **vars(model),
        "indicators": [indicator.model_dump() for indicator in model.indicators],
    }
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    with file_replacing(path) as building:
        building.write_bytes(text.encode("utf-8"))


def read_model(path: Path) -> Model:
    """Read types that `write_model` wrote.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When it is no such file; the message names it.
    """
    if not path.is_file():
        raise MissingFileError(f"{path} does not exist; name a file of frozen neighbourhood types")
    try:
        return _model(json.loads(path.read_bytes().decode("utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        why = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise DataError(f"{path}: holds no neighbourhood types ({why}); find them anew and write them again") from error


def _model(document: dict[str, Any]) -> Model:
    if document["version"] != VERSION:
        raise ValueError(f"its version is {document['version']!r}, this toolkit knows {VERSION}")
    written = [{key: value for key, value in entry.items() if value != ""} for entry in document["indicators"]]
    indicators = tuple(
        as_rules(Indicator, entry, f"indicators[{place}]") for place, entry in enumerate(written, start=1)
    )
    if not indicators:
        raise ValueError("it has no indicators")
    model = Model(
        indicators=indicators,
        mean=_numbers(document["mean"], len(indicators)),
        scale=_numbers(document["scale"], len(indicators)),
        centroids=tuple(_numbers(row, len(indicators)) for row in document["centroids"]),
        names=tuple(str(name) for name in document["names"]),
        **{key: float(document[key]) for key in ("adjusted_rand", "silhouette", "chance")},
        pack=str(document["pack"]),
        pack_digest=str(document["pack_digest"]),
        synthetic=bool(document["synthetic"]),
        areas=int(document["areas"]),
    )
    if len(model.names) != len(model.centroids) or len(model.centroids) < 2 or min(model.scale) <= 0:
        raise ValueError("its centroids, names and scales do not fit each other")
    return model


def _numbers(values: list[Any], count: int) -> tuple[float, ...]:
    numbers = tuple(float(value) for value in values)
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise ValueError(f"{values!r} should be {count} numbers")
    return numbers
