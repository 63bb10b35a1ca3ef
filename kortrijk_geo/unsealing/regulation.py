"""Sizes that the regional rainwater regulation asks for: infiltration, buffer and tank (``regulation.toml``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.unsealing.reading import HERE, above_zero, ascending, number, open_table, origin, share

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from kortrijk_geo.strict_toml import Origin

FILE = HERE / "regulation.toml"


@dataclass(frozen=True)
class Regulation:
    """The sizes of the regulation; its methods work on arrays of square metres."""

    infiltration_l_per_m2: float
    infiltration_area_share: float
    dwelling_with_tank_m2: float
    exempt_plot_below_m2: float
    buffer_l_per_m2: float
    outflow_l_per_s_per_ha: float
    buffer_from_m2: float
    tank_roof_below_m2: tuple[float, ...]
    tank_litres: tuple[float, ...]
    tank_litres_per_m2: float
    origin: Origin

    def counted_m2(
        self, drained_m2: ArrayLike, *, dwellings_with_tank: ArrayLike = 0, plot_m2: ArrayLike = np.inf
    ) -> NDArray[np.float64]:
        """Drained surface that counts, m2: less 30 per dwelling with a compliant tank; 0 on plots below 120 m2."""
        drained, dwellings = _from_zero(drained_m2), _from_zero(dwellings_with_tank)
        counted = np.maximum(drained - self.dwelling_with_tank_m2 * dwellings, 0.0)
        return np.where(_from_zero(plot_m2) < self.exempt_plot_below_m2, 0.0, counted)

    def infiltration_m3(self, counted_m2: ArrayLike) -> NDArray[np.float64]:
        """Least volume of infiltration, m3: 33 litres for each counted square metre."""
        return _from_zero(counted_m2) * self.infiltration_l_per_m2 / 1000

    def infiltration_m2(self, counted_m2: ArrayLike) -> NDArray[np.float64]:
        """Least surface of infiltration, m2: 8 % of the counted surface."""
        return _from_zero(counted_m2) * self.infiltration_area_share

    def buffer_m3(self, counted_m2: ArrayLike) -> NDArray[np.float64]:
        """Volume of a buffer, m3: 43 litres for each counted square metre, from 1,000 m2 on."""
        counted = _from_zero(counted_m2)
        return np.where(counted >= self.buffer_from_m2, counted * self.buffer_l_per_m2 / 1000, 0.0)

    def outflow_l_per_s(self, counted_m2: ArrayLike) -> NDArray[np.float64]:
        """Most that the buffer may let go, l/s: 5 per hectare; infinite below 1,000 m2, where none is asked."""
        counted = _from_zero(counted_m2)
        return np.where(counted >= self.buffer_from_m2, counted * self.outflow_l_per_s_per_ha / 10_000, np.inf)

    def tank_l(self, roof_m2: ArrayLike) -> NDArray[np.float64]:
        """Volume of a rainwater tank, litres, by the surface of the roof; a roof on a limit takes the larger size."""
        roof = _from_zero(roof_m2)
        place = np.digitize(roof, self.tank_roof_below_m2)
        fixed = np.array([*self.tank_litres, 0.0])[place]
        return np.where(place == len(self.tank_litres), roof * self.tank_litres_per_m2, fixed)


def load_regulation(path: Path | None = None) -> Regulation:
    """Read the regulation, that of the package unless a file is named; `DataError` names file and key."""
    top = open_table(path or FILE)
    infiltration, buffer, tank = top.table("infiltration"), top.table("buffer"), top.table("tank")
    found = Regulation(
        infiltration_l_per_m2=infiltration.take("volume_l_per_m2", above_zero),
        infiltration_area_share=infiltration.take("area_share", share),
        dwelling_with_tank_m2=infiltration.take("dwelling_with_tank_m2", number),
        exempt_plot_below_m2=infiltration.take("exempt_plot_below_m2", number),
        buffer_l_per_m2=buffer.take("volume_l_per_m2", above_zero),
        outflow_l_per_s_per_ha=buffer.take("outflow_l_per_s_per_ha", above_zero),
        buffer_from_m2=buffer.take("from_m2", number),
        tank_roof_below_m2=tank.take("roof_below_m2", ascending),
        tank_litres=tank.take("litres", ascending),
        tank_litres_per_m2=tank.take("litres_per_m2_beyond", above_zero),
        origin=origin(top),
    )
    top.done()
    if len(found.tank_litres) != len(found.tank_roof_below_m2):
        raise DataError(f"{tank.where}: roof_below_m2 and litres are not equally many")
    return found


def _from_zero(values: ArrayLike) -> NDArray[np.float64]:
    found = np.asarray(values, dtype=np.float64)
    if (found < 0).any():
        raise OptionError(f"{found[found < 0].flat[0]:g} is below 0; surfaces and numbers of dwellings are 0 or more")
    return found
