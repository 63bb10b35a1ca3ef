"""The childcare premium: rulebooks as data, an application, the decision with every step and its source, the sheet.

>>> import datetime as dt
>>> import kortrijk_geo as kg
>>> application = kg.premium.Application("group", 14, 0, 72133, 169304, dt.date(2021, 10, 15), assume_yes=True)
>>> now = dt.datetime.now(dt.UTC)
>>> decision = kg.premium.decide(application, kg.demo_city(), kg.premium.load_rulebooks(), now=now)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.deciding import decide
    from kortrijk_geo.premium.decision import Decision
    from kortrijk_geo.premium.rulebooks import load_rulebooks
    from kortrijk_geo.premium.sheet import render_sheet

_HOMES = {
    "Application": "application",
    "Decision": "decision",
    "decide": "deciding",
    "load_rulebooks": "rulebooks",
    "render_sheet": "sheet",
}
__all__ = ["Application", "Decision", "decide", "load_rulebooks", "render_sheet"]


def __getattr__(name: str) -> Any:
    """Import the public names on first use, so that importing the room costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kortrijk_geo.premium' has no attribute {name!r}")
    return getattr(importlib.import_module(f"kortrijk_geo.premium.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
