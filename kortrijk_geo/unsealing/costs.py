"""What unsealing costs, from ``costs.toml`` or the city's own file; an amount may be unknown, never guessed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kortrijk_geo import strict_toml as read
from kortrijk_geo.errors import DataError
from kortrijk_geo.unsealing.reading import HERE, open_table, origin

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

FILE = HERE / "costs.toml"
SURFACES = ("other", "road")


@dataclass(frozen=True)
class Cost:
    """Euros per square metre and per patch; NaN where unknown."""

    eur_per_m2: float
    eur_per_patch: float
    origin: read.Origin


@dataclass(frozen=True)
class Costs:
    """Cost by kind of surface: "other" sealed ground or "road"."""

    by_surface: dict[str, Cost]

    @property
    def known(self) -> bool:
        """Whether every amount is known."""
        return all(math.isfinite(cost.eur_per_m2 + cost.eur_per_patch) for cost in self.by_surface.values())


def load_costs(path: Path | None = None) -> Costs:
    """Read the costs, those of the package (all unknown) unless a file is named; `DataError` names file and key."""
    top = open_table(path or FILE)
    found: dict[str, Cost] = {}
    for table in top.tables("cost"):
        surface = table.take("surface", read.one_of(*SURFACES))
        if surface in found:
            raise DataError(f"{table.where}: surface {surface} stands twice")
        found[surface] = Cost(
            _euros(table.take("eur_per_m2", read.money)),
            _euros(table.take("eur_per_patch", read.money)),
            origin(table),
        )
    top.done()
    missing = [surface for surface in SURFACES if surface not in found]
    if missing:
        raise DataError(f'{top.where}: surface {missing[0]} is missing; write its amounts, or "unknown"')
    return Costs(found)


def _euros(amount: Decimal | None) -> float:
    return math.nan if amount is None else float(amount)
