"""Targets: what the city promised as data, and how far it is from there.

>>> import kortrijk_geo as kg
>>> result = kg.targets.analyse(kg.demo_city())
>>> kg.targets.write_targets(result, "maps")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.lazy_names import lazy_names

if TYPE_CHECKING:
    from kortrijk_geo.targets.analysis import analyse
    from kortrijk_geo.targets.history import read_history, write_history
    from kortrijk_geo.targets.map import draw, spec
    from kortrijk_geo.targets.monitoring import monitor
    from kortrijk_geo.targets.options import Options, check_options, run_options
    from kortrijk_geo.targets.page import status_bars, write_targets, write_targets_page
    from kortrijk_geo.targets.rules import Target, Targets, goals_of, load_targets
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
    "goals_of": "rules",
    "load_targets": "rules",
    "monitor": "monitoring",
    "read_history": "history",
    "run_options": "options",
    "spec": "map",
    "status_bars": "page",
    "write_history": "history",
    "write_targets": "page",
    "write_targets_page": "page",
}
__all__ = [
    "MonitorResult", "Options", "Target", "TargetState", "Targets", "analyse", "check_options", "draw", "goals_of",
    "load_targets", "monitor", "read_history", "run_options", "spec", "status_bars", "write_history", "write_targets",
    "write_targets_page",
]  # fmt: skip

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
