"""What a raster of codes holds, counted while it is translated: held against its legend and against the buildings."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.landcover_rules import SEALED, UNKNOWN_CODE
from kortrijk_geo.ingest.landcover_tiles import name_of
from kortrijk_geo.ingest.report import named
from kortrijk_geo.pack.layers import RASTERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from rasterio.windows import Window

    from kortrijk_geo.engine.rasters import Grid
    from kortrijk_geo.ingest.landcover_rules import Legend
    from kortrijk_geo.ingest.landcover_source import RawRaster
    from kortrijk_geo.ingest.landcover_vectors import Painter
    from kortrijk_geo.ingest.recipe_rasters import Classes
    from kortrijk_geo.ingest.report import Findings


class Tally:
    """Translates the codes of one raster and counts them on the way.

    Parameters
    ----------
    tiles, legend
        The raster, in one file or several, and what its codes mean.
    meaning
        Raster of a pack to whose codes they are translated.
    name
        What the legend is called in the recipe.
    """

    def __init__(self, tiles: Sequence[RawRaster], legend: Legend, meaning: str, *, name: str) -> None:
        self._name, self._legend, self._legend_name = name_of(tiles), legend, name
        self._declared = sorted({tile.nodata for tile in tiles if tile.nodata is not None})
        self._table = legend.table(meaning)
        for code in self._declared:
            if code in range(256) and self._table[int(code)] == UNKNOWN_CODE:
                self._table[int(code)] = 0
        self._counts = np.zeros(256, dtype=np.int64)
        self._strange: Counter[str] = Counter()

    def translate(self, values: NDArray[np.generic]) -> NDArray[np.uint8]:
        """Return the codes in the pack's own terms; no data is 0."""
        if values.dtype != np.uint8:
            values = self._bytes(values)
        self._counts += np.bincount(values.ravel(), minlength=256)
        return np.asarray(self._table[values])

    def _bytes(self, values: NDArray[np.generic]) -> NDArray[np.uint8]:
        """Codes in a wider type as bytes; what is no byte is kept as strange, the declared no-data apart."""
        wide = values.astype(np.float64)
        nodata = np.isnan(wide) | np.isin(wide, self._declared)
        fits = (wide >= 0) & (wide <= 255) & (wide == np.floor(wide))
        others, counts = np.unique(wide[~fits & ~nodata], return_counts=True)
        self._strange.update({f"{value:g}": count for value, count in zip(others, counts.tolist(), strict=True)})
        clean = np.where(fits & ~(nodata & ~np.isin(wide, list(self._legend.names))), wide, self._legend.nodata[0])
        return clean.astype(np.uint8)

    def report(self, findings: Findings, into: str) -> None:
        """Report what was counted, as findings about the raster ``into``.

        Raises
        ------
        DataError
            When there are codes that the legend does not have, nothing but no data, or (where the legend says that it
            cannot be) one single code throughout.
        """
        legend, counts = self._legend, self._counts
        declared = {int(code) for code in self._declared if code in range(256)}
        unknown = [code for code in np.flatnonzero(counts).tolist() if self._table[code] == UNKNOWN_CODE]
        strange = [f"{code} ({counts[code]:,} pixels)" for code in unknown]
        strange += [f"{code} ({count:,} pixels)" for code, count in sorted(self._strange.items())]
        if strange:
            raise DataError(
                f"{self._name}: has codes that the legend {self._legend_name} does not know: {named(strange)};"
                f" is it another map or edition? Known are {', '.join(map(str, legend.names))} and no data"
                f" {', '.join(map(str, legend.nodata))}"
            )
        found = [code for code in legend.names if counts[code]]
        if not found:
            raise DataError(f"{self._name}: holds nothing but no-data in the study area; is it of another place?")
        for code in declared & set(legend.names):
            if counts[code]:
                findings.add(
                    "warning", into,
                    f"{self._name} declares {code} as no data, but in the legend {self._legend_name} it is"
                    f" '{legend.names[code]}' ({counts[code]:,} pixels); taken as the legend says", int(counts[code]),
                )  # fmt: skip
        if len(found) == 1:
            message = (
                f"{self._name}: is {found[0]} ('{legend.names[found[0]]}') throughout the study area;"
                " the file may be zero-filled or of another place"
            )
            if legend.one_value == "error":
                raise DataError(message)
            findings.add("warning", into, message)


class Extremes:
    """Looks for a mass of equal values at an end, far from all others: no data that the file does not declare.

    It is told when it is at least ``LEAST_SHARE`` of the known values and lies farther from the next value than
    ``GAP`` of the range of the others.
    """

    LEAST_SHARE, GAP = 0.001, 0.5

    def __init__(self, scale: float = 1.0, offset: float = 0.0) -> None:
        self._scale, self._offset, self._known = scale, offset, 0
        # Of each end the two values farthest out, and how often the farthest stands there; signs turned for the lowest.
        self._ends = {1: (-np.inf, -np.inf, 0), -1: (-np.inf, -np.inf, 0)}

    def count(self, known: NDArray[np.floating]) -> None:
        """Count the known values of one window."""
        self._known += known.size
        for sign, (first, second, number) in self._ends.items() if known.size else ():
            values = known.astype(np.float64) * sign
            most = float(values.max())
            others = values[values < most]
            next_ = float(others.max()) if others.size else -np.inf
            end = max(first, most)
            beside = max((value for value in (first, second, most, next_) if value < end), default=-np.inf)
            count = number * (first == end) + (values.size - others.size) * (most == end)
            self._ends[sign] = (end, beside, count)

    def pixel(self, value: float, count: int) -> float | None:
        """Return the pixel that a value at an end has in the file, when it stands there so often."""
        alone = any(sign * end == value and number == count for sign, (end, _, number) in self._ends.items())
        return (value - self._offset) / self._scale if alone else None

    def report(self, name: str, findings: Findings, into: str, *, raw: bool = True) -> None:
        """Warn of values that look like no data; only of a ``raw`` file it is known which pixel a recipe would name."""
        (high, below, most), (low, above, least) = self._ends[1], self._ends[-1]
        for end, next_, other, count in ((high, below, -low, most), (-low, -above, high, least)):
            share = count / self._known if self._known else 0.0
            if share < self.LEAST_SHARE or not np.isfinite(next_) or abs(end - next_) <= self.GAP * abs(next_ - other):
                continue
            pixel = f"{(end - self._offset) / self._scale:.9g}" if raw else "..."
            findings.add(
                "warning", into,
                f"{name}: {share:.1%} of its pixels are {end:.9g}, far from all others ({next_:.6g} to {other:.6g});"
                f" say nodata = {pixel} in the recipe if it means no data",
                count,
            )  # fmt: skip


class ClassTally:
    """Gives the values of a measured raster the codes of their classes, and counts them on the way."""

    def __init__(self, tiles: Sequence[RawRaster], classes: Classes) -> None:
        self._name, self._classes = f"{name_of(tiles)}, band {tiles[0].band}", classes
        lows, highs, codes = zip(*classes, strict=True)
        self._lows, self._highs = np.array(lows), np.array(highs)
        self._codes = np.array(codes, dtype=np.uint8)
        self._counts = np.zeros(256, dtype=np.int64)
        self._outside, self._least, self._most = 0, np.inf, -np.inf
        self._extremes = Extremes(tiles[0].scale, tiles[0].offset)

    def translate(self, values: NDArray[np.generic]) -> NDArray[np.uint8]:
        """Return the code of each value's class; no data is 0, a value in no class 255."""
        numbers = np.asarray(values, dtype=np.float64)
        known = np.isfinite(numbers)
        self._extremes.count(numbers[known])
        place = np.searchsorted(self._lows, np.where(known, numbers, -np.inf), side="right") - 1
        # A value on the limit of two classes is in the upper one; the end of a class with none above it is in it.
        inside = known & (place >= 0) & (numbers <= self._highs[place])
        outside = numbers[known & ~inside]
        if outside.size:
            self._outside += outside.size
            self._least, self._most = min(self._least, outside.min()), max(self._most, outside.max())
        made = np.where(inside, self._codes[place], np.where(known, UNKNOWN_CODE, 0)).astype(np.uint8)
        self._counts += np.bincount(made.ravel(), minlength=256)
        return made

    def report(self, findings: Findings, into: str) -> None:
        """Report a single class throughout.

        Raises
        ------
        DataError
            When there are values in no class, or nothing but no data.
        """
        if self._outside:
            ends = ", ".join(f"[{low:g}, {high:g}]" for low, high, _ in self._classes)
            raise DataError(
                f"{self._name}: {self._outside:,} values from {self._least:g} to {self._most:g} are in none of its"
                f" classes {ends}; widen them (inf has no end), or name what means no data with nodata"
            )
        codes = sorted(set(np.flatnonzero(self._counts).tolist()) - {0})
        if not codes:
            raise DataError(f"{self._name}: holds nothing but no-data in the study area; is it of another place?")
        self._extremes.report(self._name, findings, into)
        if len(codes) == 1:
            findings.add("warning", into, f"{self._name}: is in one class ({codes[0]}) throughout the study area")


class Coverage:
    """Counts how much of the study area has a known value."""

    def __init__(self, area: Painter, area_m2: float) -> None:
        self._area, self._area_m2, self._known_m2 = area, area_m2, 0.0

    def count(self, known: NDArray[np.bool_], grid: Grid, window: Window) -> None:
        """Count one window."""
        self._known_m2 += float((known & (self._area.paint(grid, window) > 0)).sum()) * grid.pixel_m2

    def report(self, findings: Findings, into: str) -> None:
        """Report the surface without data, where it is more than the pixels along the edge."""
        lost_m2 = self._area_m2 - self._known_m2
        if lost_m2 > 1e-3 * self._area_m2:
            message = f"{lost_m2 / 1e6:,.2f} km2 of the study area ({lost_m2 / self._area_m2:.1%}) has no data in it"
            findings.add("info", into, message)


class Range:
    """Holds the values of a measured raster against what they can be."""

    def __init__(self, name: str, layer: str, limits: tuple[float, float], extremes: Extremes) -> None:
        self._name, self._contract, self._limits, self._extremes = name, RASTERS[layer], limits, extremes
        self._found = self._outside = 0
        self._least, self._most = np.inf, -np.inf

    def count(self, known: NDArray[np.float32]) -> None:
        """Count the known values of one window."""
        self._extremes.count(known)
        if known.size:
            self._found += known.size
            self._outside += int(((known < self._limits[0]) | (known > self._limits[1])).sum())
            self._least, self._most = min(self._least, float(known.min())), max(self._most, float(known.max()))

    def _nodata(self) -> str:
        """Name the line of the recipe where all that cannot be is one value."""
        ends = [end for end in (self._least, self._most) if not self._limits[0] <= end <= self._limits[1]]
        pixel = self._extremes.pixel(ends[0], self._outside) if len(ends) == 1 else None
        return "" if pixel is None else f"; if they mean no data, say nodata = {pixel:.9g}"

    def check(self, findings: Findings, into: str) -> None:
        """Warn of values that look like no data.

        Raises
        ------
        DataError
            When there is no value, one value throughout, or values that it cannot have.
        """
        about, unit = self._contract.about, self._contract.unit
        if not self._found:
            raise DataError(f"{self._name}: holds nothing but no-data in the study area; is it of another place?")
        if self._outside:
            raise DataError(
                f"{self._name}: {self._outside:,} values are no {about} in {unit} (found {self._least:g} to"
                f" {self._most:g}, possible {self._limits[0]:g} to {self._limits[1]:g});"
                f" choose another band, bring it to {unit} first, or name what means no data with nodata"
                f"{self._nodata()}"
            )
        if self._least == self._most:
            raise DataError(f"{self._name}: is {self._least:g} {unit} throughout the study area; the file is empty")
        self._extremes.report(self._name, findings, into)


class Audit:
    """Looks on while codes are written: what of the study area is known, what of the buildings is not sealed."""

    def __init__(self, coverage: Coverage, buildings: Painter, most_unsealed: float) -> None:
        self._coverage, self._buildings, self._most_unsealed = coverage, buildings, most_unsealed
        self._known = self._unsealed = 0
        self._pixel_m2 = 0.0

    def seen(self, codes: NDArray[np.uint8], grid: Grid, window: Window) -> NDArray[np.uint8]:
        """Count one window; return its codes as they are."""
        self._coverage.count(codes > 0, grid, window)
        self._pixel_m2 = grid.pixel_m2
        if len(self._buildings):
            here = codes[(self._buildings.paint(grid, window) > 0) & (codes > 0)]
            self._known += here.size
            self._unsealed += here.size - int(np.isin(here, SEALED).sum())
        return codes

    def report(self, findings: Findings, into: str) -> None:
        """Report what is not known, and the share of the footprints of buildings that is unsealed."""
        self._coverage.report(findings, into)
        if self._known:
            share = self._unsealed / self._known
            findings.add(
                "warning" if share > self._most_unsealed else "info", into,
                f"{share:.1%} of the footprints of buildings is not sealed in it"
                f" ({self._unsealed * self._pixel_m2:,.0f} m2): newer buildings, or a shift", self._unsealed,
            )  # fmt: skip
