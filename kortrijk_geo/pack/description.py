"""The tables of ``pack.toml``, each value of its type: what another program or hand wrote is refused, never guessed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kortrijk_geo.rules import Flag, FromZero, Items, Rules, Text, Whole


class RecordTable(Rules):
    """Where one layer or raster comes from."""

    source: str
    reference_date: str = ""
    licence: str = ""
    synthetic: Flag = False
    notes: Annotated[tuple[str, ...], Items(twice=True, least=0)] = ()
    rows: Annotated[int, Whole(0, 10**12)] = 0
    sha256: str = ""


class PackTable(Rules):
    """The whole file."""

    format_version: Annotated[int, Whole(1, 10**6)]
    name: Text
    crs: Text
    nis_code: str = ""
    buffer_m: FromZero = 0.0
    synthetic: Flag = False
    layers: dict[str, RecordTable] = Field(default_factory=dict)
    rasters: dict[str, RecordTable] = Field(default_factory=dict)
