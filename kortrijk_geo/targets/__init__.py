"""Targets: what the city promised as data, and how far it is from there.

>>> import kortrijk_geo as kg
>>> result = kg.targets.analyse(kg.demo_city())
>>> kg.targets.write_targets(result, "maps")
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kortrijk_geo.targets.analysis import analyse
    from kortrijk_geo.targets.history import read_history, write_history
    from kortrijk_geo.targets.map import draw, spec
    from kortrijk_geo.targets.monitoring import monitor
    from kortrijk_geo.targets.options import Options, check_options
    from kortrijk_geo.targets.page import status_bars, write_targets, write_targets_page
    from kortrijk_geo.targets.rules import Target, Targets, load_targets
    from kortrijk_geo.targets.state import MonitorResult, TargetState

_HOMES = {
    "MonitorResult": "state",
    "Options": "options",
    "Target": "rules",
    "TargetState": "state",
    "Targets": "rules",
    "analyse": "analysis",
    "check_options": "options",
    "draw": "map",
    "load_targets": "rules",
    "monitor": "monitoring",
    "read_history": "history",
    "spec": "map",
    "status_bars": "page",
    "write_history": "history",
    "write_targets": "page",
    "write_targets_page": "page",
}
__all__ = [
    "MonitorResult", "Options", "Target", "TargetState", "Targets", "analyse", "check_options", "draw", "load_targets",
    "monitor", "read_history", "spec", "status_bars", "write_history", "write_targets", "write_targets_page",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import the public names on first use, so that importing the room costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kortrijk_geo.targets' has no attribute {name!r}")
    return getattr(importlib.import_module(f"kortrijk_geo.targets.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
