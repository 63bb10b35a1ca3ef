"""What a raster of codes holds, counted while it is translated: held against its legend and against the buildings."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.landcover_rules import SEALED, UNKNOWN_CODE
from kortrijk_geo.ingest.report import named

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rasterio.windows import Window

    from kortrijk_geo.engine.rasters import Grid
    from kortrijk_geo.ingest.landcover_rules import Composition, Legend
    from kortrijk_geo.ingest.landcover_source import RawRaster
    from kortrijk_geo.ingest.landcover_vectors import Painter
    from kortrijk_geo.ingest.report import Findings


class Tally:
    """Translates the codes of one raster and counts them on the way.

    Parameters
    ----------
    raw, legend
        The raster and what its codes mean.
    meaning
        Raster of a pack to whose codes they are translated.
    into
        Raster of the pack that findings are about; ``meaning`` by default.
    """

    def __init__(self, raw: RawRaster, legend: Legend, meaning: str, into: str = "") -> None:
        self._name, self._legend, self._into = raw.name, legend, into or meaning
        self._declared = raw.nodata
        self._table = legend.table(meaning)
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
        nodata = np.isnan(wide) if self._declared is None else np.isnan(wide) | (wide == self._declared)
        fits = (wide >= 0) & (wide <= 255) & (wide == np.floor(wide))
        others, counts = np.unique(wide[~fits & ~nodata], return_counts=True)
        self._strange.update({f"{value:g}": count for value, count in zip(others, counts.tolist(), strict=True)})
        clean = np.where(fits & ~(nodata & ~np.isin(wide, list(self._legend.names))), wide, self._legend.nodata[0])
        return clean.astype(np.uint8)

    def report(self, findings: Findings, grid: Grid) -> None:
        """Report what was counted.

        Raises
        ------
        DataError
            When there are codes that the legend does not have, nothing but no data, or (where the legend says that it
            cannot be) one single code throughout.
        """
        legend, counts = self._legend, self._counts
        declared = {int(self._declared)} if self._declared is not None and self._declared in range(256) else set()
        unknown = [code for code in np.flatnonzero(counts).tolist() if self._table[code] == UNKNOWN_CODE]
        strange = [f"{code} ({counts[code]:,} pixels)" for code in unknown if code not in declared]
        strange += [f"{code} ({count:,} pixels)" for code, count in sorted(self._strange.items())]
        if strange:
            raise DataError(
                f"{self._name}: has codes that the legend {legend.name} does not know: {named(strange)};"
                f" is it another map or edition? Known are {', '.join(map(str, legend.names))} and no data"
                f" {', '.join(map(str, legend.nodata))}"
            )
        found = [code for code in legend.names if counts[code]]
        if not found:
            raise DataError(f"{self._name}: holds nothing but no-data in the study area; is it of another place?")
        for code in declared & set(legend.names):
            if counts[code]:
                findings.add(
                    "warning", self._into,
                    f"{self._name} declares {code} as no data, but in the legend {legend.name} it is"
                    f" '{legend.names[code]}' ({counts[code]:,} pixels); taken as the legend says", int(counts[code]),
                )  # fmt: skip
        if len(found) == 1:
            message = (
                f"{self._name}: is {found[0]} ('{legend.names[found[0]]}') throughout the study area;"
                " the file may be zero-filled or of another place"
            )
            if legend.one_value_is_error:
                raise DataError(message)
            findings.add("warning", self._into, message)
        lost = int(counts.sum() - counts[found].sum())
        if lost:
            share = lost / counts.sum()
            findings.add(
                "info", self._into,
                f"{self._name}: {share:.1%} of the rectangle around the study area has no data"
                f" ({lost * grid.pixel_m2 / 1e6:,.2f} km2)", lost,
            )  # fmt: skip


class Footprints:
    """Counts how much of the footprints of buildings a land cover calls unsealed: newer buildings, or a shift."""

    def __init__(self, buildings: Painter, rules: Composition, table: str) -> None:
        self._buildings, self._most, self._table = buildings, rules.unsealed_footprint_share, table
        self._known = self._unsealed = 0

    def count(self, codes: NDArray[np.uint8], grid: Grid, window: Window) -> None:
        """Count the footprints in one window."""
        if len(self._buildings):
            here = codes[self._buildings.paint(grid, window) > 0]
            self._known += int((here > 0).sum())
            self._unsealed += int((here > 0).sum() - np.isin(here, SEALED).sum())
        self._pixel_m2 = grid.pixel_m2

    def report(self, findings: Findings, into: str) -> None:
        """Report the share of the footprints that is unsealed."""
        if self._known:
            share = self._unsealed / self._known
            findings.add(
                "warning" if share > self._most else "info", into,
                f"{share:.1%} of the footprints of buildings is not sealed in it"
                f" ({self._unsealed * self._pixel_m2:,.0f} m2): newer buildings, or a shift", self._unsealed,
            )  # fmt: skip
