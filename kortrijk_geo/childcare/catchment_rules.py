"""The numbers of a catchment, read from ``catchment.toml``: speeds, limit, decay."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo.engine.catchment import gaussian, steps
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.strict_toml import above_zero, array, ascending, number, open_table, origin

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

DECAYS = ("steps", "gaussian")


@dataclass(frozen=True)
class Rules:
    """The whole of ``catchment.toml``; ``sources`` are those of its tables."""

    minutes: float
    m_per_min: dict[str, float]
    max_snap_m: float
    step_shares: tuple[float, ...]
    step_weights: tuple[float, ...]
    gaussian_share: float
    sources: dict[str, str]


@cache
def rules() -> Rules:
    """Return the package's rules."""
    return read_rules(Path(__file__).with_name("catchment.toml"))


def read_rules(path: Path) -> Rules:
    """Read a file as ``catchment.toml``; `DataError` names the file and the key that is wrong."""
    top = open_table(path)
    tables = {key: top.table(key) for key in ("limit", "speed", "snap", "steps", "gaussian")}
    found = Rules(
        minutes=tables["limit"].take("minutes", number(1, 600)),
        m_per_min={mode: tables["speed"].take(f"{mode}_m_per_min", number(1, 5000)) for mode in ("walk", "cycle")},
        max_snap_m=tables["snap"].take("max_m", number(0.1, 10_000)),
        step_shares=tables["steps"].take("shares", ascending(above_zero)),
        step_weights=tables["steps"].take("weights", array(number(0))),
        gaussian_share=tables["gaussian"].take("width_share", number(0.01, 10)),
        sources={key: origin(table).source for key, table in tables.items()},
    )
    top.done()
    if len(found.step_shares) != len(found.step_weights) or found.step_shares[-1] != 1:
        raise DataError(f"{tables['steps'].name('shares')}: needs one weight per share, and 1.0 as the last share")
    return found


def reach_m(mode: str, *, minutes: float | None = None, limit_m: float | None = None) -> float:
    """Longest trip of a mode in metres; `OptionError` when mode, minutes or metres cannot be used."""
    if mode not in rules().m_per_min:
        raise OptionError.of_choice("mode", mode, rules().m_per_min)
    if minutes is not None and limit_m is not None:
        raise OptionError("give minutes or limit_m, not both")
    limit = (
        limit_m if limit_m is not None else rules().m_per_min[mode] * (rules().minutes if minutes is None else minutes)
    )
    if isinstance(limit, bool) or not math.isfinite(limit) or limit <= 0:
        raise OptionError(f"the longest trip is {limit!r} m, must be a number above 0")
    return float(limit)


def decay_of(name: str, limit_m: float) -> Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
    """Return the decay ``steps``, ``gaussian`` or ``flat`` (weight 1) up to a limit."""
    known = rules()
    if name == "steps":
        return steps([share * limit_m for share in known.step_shares], known.step_weights)
    if name == "gaussian":
        return gaussian(known.gaussian_share * limit_m, limit_m)
    if name == "flat":
        return steps([limit_m], [1.0])
    raise OptionError.of_choice("decay", name, DECAYS)
