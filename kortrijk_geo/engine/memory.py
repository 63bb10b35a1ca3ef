"""Memory that is free again, given back to the system: the C library keeps it between the strips of a city."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Give the system what was freed; nothing where the C library cannot be asked to, as glibc can."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
