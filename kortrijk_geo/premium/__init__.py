"""The childcare premium: rulebooks as data, an application, the decision with every step and its source, the sheet.

>>> import datetime as dt
>>> import kortrijk_geo as kg
>>> application = kg.premium.Application("group", 14, 0, 72133, 169304, dt.date(2021, 10, 15), assume_yes=True)
>>> decision = kg.premium.decide(application, kg.demo_city(), kg.premium.load_rulebooks())
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.lazy_names import lazy_names

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

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
