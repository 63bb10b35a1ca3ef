"""Screenshots that a test run leaves for people to look at; nothing compares them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def keep_picture(page: Any, name: str) -> None:
    """Keep a screenshot of the whole page where KORTRIJK_GEO_ARTEFACTS names a folder."""
    folder = os.environ.get("KORTRIJK_GEO_ARTEFACTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
