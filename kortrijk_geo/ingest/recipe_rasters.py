"""The tables ``[rasters.x]`` of a recipe: files of pixels, and what their codes or values mean in the pack."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import Field, PlainValidator, ValidationInfo, model_validator

from kortrijk_geo.errors import did_you_mean
from kortrijk_geo.ingest.landcover_rules import OTHER_UNSEALED, SEALED, load_rules
from kortrijk_geo.ingest.recipe_tables import FileOrTiles, Named, Number, Table, _counted, _Record, _rest
from kortrijk_geo.pack.layers import RASTERS
from kortrijk_geo.rules import Flag
from kortrijk_geo.rules import Number as NumberWithin

# Nobody plans with pixels of more than a kilometre; how small they may be depends on the study area (`grid_for`).
PixelM = Annotated[float, NumberWithin(0, 1000, above=True)]
Classes = tuple[tuple[float, float, int], ...]


def _thresholds(value: object) -> Classes:
    """Read classes as (lowest, highest, code), from low to high; they may touch but not overlap."""
    if not isinstance(value, list) or not value:
        raise ValueError(f"{value!r} must be classes of a low and a high value and a code: [[0, 3, 8], [3, 99, 9]]")
    classes = sorted(_class(row) for row in value)
    for (_, high, _), (low, above, _) in pairwise(classes):
        if low < high:
            raise ValueError(f"the class [{low:g}, {above:g}] overlaps the one below it, which ends at {high:g}")
    return tuple(classes)


def _class(row: Any) -> tuple[float, float, int]:
    parts = row if isinstance(row, list) else []
    numbers = [part for part in parts if isinstance(part, (int, float)) and not isinstance(part, bool)]
    if len(parts) != 3 or len(numbers) != 3:
        raise ValueError(f"{row!r} must be a low value, a high value and a code, such as [0, 3, 8]")
    low, high, code = row
    if not isinstance(code, int):
        raise ValueError(f"{row!r} has the code {code!r}, which must be a whole number")  # noqa: TRY004
    if any(isinstance(end, int) and abs(end) > 10**15 for end in (low, high)) or not low < high:
        raise ValueError(f"{row!r} must run from a low value to a higher one")
    return float(low), float(high), code


class RasterFile(Table, _Record):
    """A raster of one file or of tiles; a legend or classes say what its values are in a raster of codes."""

    file: FileOrTiles
    band: Annotated[int, _counted("bands")] = 1
    crs: str = ""
    crs_override: Flag = False
    nodata: Number = 0
    legend: str = ""
    classes: Annotated[Any, PlainValidator(_thresholds)] = Field(default=())

    @model_validator(mode="after")
    def _check_meaning(self, info: ValidationInfo) -> Self:
        meaning, written = _rest(info).feeds, self.model_fields_set
        if not RASTERS[meaning].codes:
            for key in ("legend", "classes"):
                if key in written:
                    raise ValueError(f"{meaning} is measured and has no {key}; leave {key} out")
        elif "classes" in written:
            self._check_classes(meaning)
        else:
            self._check_legend(meaning)
        return self

    def _check_classes(self, meaning: str) -> None:
        if "legend" in self.model_fields_set:
            raise ValueError("give a legend (the raster holds codes) or classes (it measures something), not both")
        known = RASTERS[meaning].codes
        strange = sorted({code for *_, code in self.classes} - set(known))
        if strange:
            shown = ", ".join(f"{code} ({name})" for code, name in known.items())
            raise ValueError(f"classes: {strange[0]} is no code of {meaning}; those are {shown}")

    def _check_legend(self, meaning: str) -> None:
        legends, written = load_rules().legends, "legend" in self.model_fields_set
        if self.legend not in legends:
            hint = did_you_mean(self.legend, legends)
            shown = repr(self.legend) if written else "missing"
            raise ValueError(f"legend is {shown}, must be one of {', '.join(legends)}{hint}")
        if not legends[self.legend].feeds(meaning):
            lacking = ", ".join(legends[self.legend].without(meaning))
            raise ValueError(f"the legend {self.legend!r} has codes without a meaning in {meaning}: {lacking}")

    def codes(self, meaning: str) -> set[int]:
        """Codes of the pack that it can hold."""
        if self.classes:
            return {code for *_, code in self.classes}
        return set(load_rules().legends[self.legend].meaning(meaning).values())


class SealingFile(RasterFile):
    """A raster that says what is sealed, and nothing else."""

    @model_validator(mode="after")
    def _check_sealing(self) -> Self:
        if not self.codes("land_cover") <= {*SEALED, OTHER_UNSEALED}:
            which = "its classes tell" if self.classes else f"the legend {self.legend!r} tells"
            raise ValueError(f'{which} more than sealed or not; it is a land cover of its own, use reader = "raster"')
        return self


class _RasterOfFile(RasterFile):
    reader: str
    pixel_m: PixelM = 0.0


class _Burn(Table):
    reader: str
    pixel_m: PixelM = 0.0


class _Compose(_Burn):
    sealed: dict[str, Any]
    green: Named


RASTER_READERS: dict[str, type[Table]] = {"raster": _RasterOfFile, "compose": _Compose, "burn": _Burn}
