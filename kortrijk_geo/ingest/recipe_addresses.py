"""The keys of a recipe that say in which columns of a table an address stands."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ValidationInfo, model_validator

from kortrijk_geo.pack.layers import LAYERS
from kortrijk_geo.rules import Number, Rules


class Addressed(Rules):
    """Rows that are placed by their address; a column that is not named is found by its usual names.

    ``address``: a column with the whole address; or ``street`` and ``number``, and ``box``. ``postcode`` and
    ``municipality`` go with both. ``most_left_out``: the share of rows without a house from which the build stops.
    """

    address: str = ""
    street: str = ""
    number: str = ""
    box: str = ""
    postcode: str = ""
    municipality: str = ""
    most_left_out: Annotated[float, Number(0, 1)] = 0.0

    @model_validator(mode="after")
    def _check_address(self, info: ValidationInfo) -> Self:
        layer = info.context.feeds  # type: ignore[union-attr]
        if "point" not in LAYERS[layer].shape or layer == "addresses":
            raise ValueError(f"addresses give places to points that have one, and layer {layer} has none of those")
        if self.address and (parts := sorted({"street", "number", "box"} & self.model_fields_set)):
            raise ValueError(f"address names a column with the whole address; leave {', '.join(parts)} out, or address")
        return self
