"""The kinds of files that can be added to a pack, and how much of one may be without a place."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kortrijk_geo.errors import OptionError
from kortrijk_geo.pack.layers import LAYERS, RASTERS, Layer
from kortrijk_geo.rules import Items, Rules, Share, Sourced, Text, read_rules

Words = Annotated[tuple[Text, ...], Items(least=0)]


class Kind(Rules):
    """One kind of file.

    With ``column``, or several ``columns``, its numbers are joined to the rows of ``layer``; without, it becomes that
    layer or raster. ``place``
    is what says where a row lies: its address, its coordinates, or the geometry of the file. ``hints`` are for who
    makes the file, ``themes`` those that read it, ``needs`` the columns without which they can say nothing.
    """

    layer: Text
    column: str = ""
    columns: Words = ()
    title: Text
    who: Text
    place: Literal["address", "coordinates", "file", "code"] = "code"
    themes: Words
    needs: Words = ()
    hints: Words = ()
    example: dict[str, str | int | float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_columns(self) -> Self:
        known = set(LAYERS[self.layer].columns) if self.layer in LAYERS else set()
        if self.layer not in {*LAYERS, *RASTERS}:
            raise ValueError(f"there is no layer or raster {self.layer!r}")
        if strange := sorted({*self.example, *self.needs, *self.counts} - known):
            raise ValueError(f"layer {self.layer} has no column {strange[0]!r}")
        return self

    @property
    def contract(self) -> Layer:
        """The contract of its layer."""
        return LAYERS[self.layer]

    @property
    def counts(self) -> tuple[str, ...]:
        """The columns that are joined to its layer; none where it becomes the layer itself."""
        return self.columns or tuple(filter(None, [self.column]))

    @property
    def is_raster(self) -> bool:
        """Whether it becomes a raster."""
        return self.layer in RASTERS


class AddingRules(Sourced):
    """The whole of ``adding.toml``."""

    most_unmatched: Share
    most_off: Share
    example_mark: Text
    kind: dict[str, Kind]


@cache
def adding_rules() -> AddingRules:
    """Return the kinds that can be added."""
    return read_rules(AddingRules, Path(__file__).with_name("adding.toml"))


def kind_called(name: str) -> Kind:
    """Return a kind by its name; `OptionError` when there is none."""
    kinds = adding_rules().kind
    if name not in kinds:
        raise OptionError.of_choice("kind", name, kinds)
    return kinds[name]
