"""From values of numpy and pandas to what JSON knows."""

from __future__ import annotations

import math
from typing import Any


def plain(value: Any) -> Any:  # noqa: PLR0911 - one return per type reads best
    """Turn a value into what JSON knows; NaN, NA, NaT and infinity become None."""
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if hasattr(value, "item"):  # a numpy scalar
        return plain(value.item())
    if type(value).__name__ in {"NAType", "NaTType"}:
        return None
    return str(value)
