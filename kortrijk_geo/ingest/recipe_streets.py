"""The keys of a recipe that say how streets of a file meet."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ValidationInfo, model_validator

from kortrijk_geo.rules import Flag, Number, Rules


class DrawnStreets(Rules):
    """Streets of a file that was drawn, which need not meet as those of OpenStreetMap do.

    ``noded``: false when they are to be cut where they cross or touch, true when what is not joined does not meet.
    ``join_ends_m``: ends no farther apart are one place.
    """

    noded: Flag = False
    join_ends_m: Annotated[float, Number(0, 5)] = 0.0

    @model_validator(mode="after")
    def _check_streets(self, info: ValidationInfo) -> Self:
        keys = sorted({"noded", "join_ends_m"} & self.model_fields_set)
        if keys and (layer := info.context.feeds) != "streets":  # type: ignore[union-attr]
            raise ValueError(f"{' and '.join(keys)} may be said of streets, not of {layer}")
        return self
