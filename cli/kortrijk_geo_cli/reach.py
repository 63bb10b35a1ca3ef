"""kortrijk-geo reach."""

from __future__ import annotations


def reach() -> None:
    """Who reaches what within 15 minutes, on foot and by bicycle."""
