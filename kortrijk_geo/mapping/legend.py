"""Classes and colours of layers: what the legend prints and what the map paints come from here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.mapping.ramps import class_colours
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
    colours = class_colours(scale.ramp, len(scale.limits) + 1)
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
    places = {value: place for place, value in enumerate(layer.colours)}
    classes = [{"label": label, "colour": colour} for label, colour in layer.colours.values()]
    numbers = np.array([-1 if pd.isna(value) else places.get(value, len(classes)) for value in values], dtype=np.int64)
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
    told = layer.group.casefold() in layer.label.casefold()
    return layer.label if told else f"{layer.label} ({layer.group})"
