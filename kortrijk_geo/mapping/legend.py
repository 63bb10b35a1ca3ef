"""Classes and colours of layers: what the legend prints and what the map paints come from here."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from kortrijk_geo.errors import DataError, OptionError, did_you_mean
from kortrijk_geo.rules import Items, Sourced, read_tables
from kortrijk_geo.text.dutch import class_texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.mapping.spec import AreaLayer, MapSpec, PointLayer, ShapeLayer
    from kortrijk_geo.results import Scale


NO_DATA = "geen data"
OTHER = "andere"
OTHER_COLOUR = "#767676"


def scale_classes(scale: Scale) -> list[dict[str, str]]:
    """Return label and colour of every class of a scale, from low to high.

    Raises
    ------
    OptionError
        When the limits are not finite and ascending, the unit is text, the ramp is unknown, or the names are not one
        per class.
    """
    if scale.unit == "text":
        raise OptionError("a classed scale is for numbers; give texts their colours one by one")
    if not all(map(math.isfinite, scale.limits)) or list(scale.limits) != sorted(set(scale.limits)):
        raise OptionError(f"the class limits {scale.limits} must be finite numbers, each larger than the one before")
    colours = _scale_colours(scale)
    texts = list(scale.names) or class_texts(scale.limits, scale.unit)
    if len(texts) != len(colours):
        raise OptionError(f"a scale of {len(colours)} classes needs as many names, not {len(texts)}")
    return [{"label": text, "colour": colour} for text, colour in zip(texts, colours, strict=True)]


def class_numbers(values: NDArray[np.float64], limits: tuple[float, ...]) -> NDArray[np.int64]:
    """Return the class of every value, -1 where it is unknown; a value on a limit is in the class above it."""
    numbers = np.searchsorted(np.asarray(limits, dtype=float), values, side="right")
    return np.where(np.isfinite(values), numbers, -1).astype(np.int64)


def numeric(values: pd.Series, origin: str) -> NDArray[np.float64]:
    """Return a column as floats, flags as 0 and 1, unknown as NaN; texts are refused."""
    try:
        numbers = pd.to_numeric(values).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(numbers, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{origin}: holds text where a map layer needs numbers") from error


def overlay_classes(layer: PointLayer | ShapeLayer) -> tuple[list[dict[str, str]], list[int] | None]:
    """Return the classes of an overlay and the class of every row, or None when all rows have the one colour."""
    if layer.column is None:
        return [{"label": layer.label, "colour": layer.colour}], None
    values = layer.frame[layer.column]
    if layer.scale is not None:
        numbers = class_numbers(numeric(values, f"layer {layer.label}, column {layer.column}"), layer.scale.limits)
        return scale_classes(layer.scale), numbers.tolist()
    marks = getattr(layer, "marks", {})
    classes = [
        {"label": label, "colour": colour, **({"mark": marks[value]} if value in marks else {})}
        for value, (label, colour) in layer.colours.items()
    ]
    places = pd.Index(list(layer.colours), dtype=object).get_indexer(values.to_numpy(dtype=object))
    numbers = np.where(values.isna(), -1, np.where(places < 0, len(classes), places)).astype(np.int64)
    if (numbers == len(classes)).any():
        classes.append({"label": OTHER, "colour": OTHER_COLOUR})
    return classes, numbers.tolist()


def first_layer(spec: MapSpec) -> AreaLayer | None:
    """Return the area layer that a page shows first."""
    return next((layer for layer in spec.area_layers if layer.shown), next(iter(spec.area_layers), None))


def layer_title(layer: AreaLayer) -> str:
    """Name a layer with its group, where its label does not tell the group already."""
    if layer.heading:
        return layer.heading
    group_named = layer.group.casefold() in layer.label.casefold()
    return layer.label if group_named else f"{layer.label} ({layer.group})"


_Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]


class _Ramp(Sourced):
    anchors: Annotated[tuple[_Colour, ...], Items(twice=True, least=2)]


@cache
def ramps() -> dict[str, tuple[str, ...]]:
    """Return the anchors of every ramp, from low to high."""
    return {name: ramp.anchors for name, ramp in read_tables(_Ramp, Path(__file__).with_name("ramps.toml")).items()}


def class_colours(ramp: str, classes: int) -> list[str]:
    """Return ``classes`` colours spread evenly over a ramp, from low to high.

    Raises
    ------
    OptionError
        When no ramp has this name.
    """
    known = ramps()
    name = ramp.removesuffix("_r")
    if name not in known:
        raise OptionError(f"no colour ramp is called {ramp!r}{did_you_mean(name, known, otherwise='the ramps are')}")
    anchors = known[name]
    if classes == 1:
        return [anchors[len(anchors) // 2]]
    colours = [_between(anchors, step / (classes - 1)) for step in range(classes)]
    return colours[::-1] if ramp.endswith("_r") else colours


def _scale_colours(scale: Scale) -> list[str]:
    """Return the colours of the classes of a scale; one that turns has each of two colours on its own side."""
    classes = len(scale.limits) + 1
    if scale.turn is None or classes == 1:
        return class_colours(scale.ramp, classes)
    below = sum(limit <= scale.turn for limit in scale.limits)
    if scale.turn > scale.limits[-1]:
        below += 1
    # As many steps on both sides as the longer one needs: a class is as strong as it is far from the turn.
    steps = max(below, classes - below, 2)
    both = class_colours(scale.ramp, 2 * steps + 1)
    return [*both[steps - below : steps], *both[steps + 1 : steps + 1 + classes - below]]


def _between(anchors: tuple[str, ...], position: float) -> str:
    place = position * (len(anchors) - 1)
    low = min(int(place), len(anchors) - 2)
    part = place - low
    pairs = zip(_rgb(anchors[low]), _rgb(anchors[low + 1]), strict=True)
    return "#" + "".join(f"{round(start + (end - start) * part):02x}" for start, end in pairs)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
