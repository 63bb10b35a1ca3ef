"""The trend as a workbook: places per 100 children by year, with a line chart, and every figure behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kortrijk_geo.files import write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from kortrijk_geo.childcare.trend import Trend


def write_trend(found: Trend, path: str | Path) -> None:
    """Write a trend to a workbook, whole or not at all.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    chart = found.chart
    lines = pd.DataFrame({"jaar": chart["years"]}, dtype="object")
    for series in chart["series"]:
        name = series["name"] if series["name"] not in lines.columns else f"{series['name']} ({series['id']})"
        lines[name] = pd.Series(series["values"], dtype="object")
    for norm in chart["norms"]:
        lines[norm["label"]] = norm["value"]
    broken = [] if chart["break"] is None else [chart["break"]["text"]]
    sheets = {
        "Trend": lines,
        "Cijfers": found.table.astype("object").where(found.table.notna(), None),
        "Opmerkingen": pd.DataFrame({"opmerking": [*broken, *found.notes]}),
    }
    write_workbook(path, sheets, lines="Trend")
