"""The Dutch remarks."""

from __future__ import annotations

import pandas as pd


def notes(areas: pd.DataFrame) -> list[str]:
    """Tell how many areas are under the norm."""
    return [f"{int(areas['below_norm'].sum())} van de {len(areas)} gebieden hebben minder groen dan de norm."]
