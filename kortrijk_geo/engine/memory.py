"""Memory that is free again, given back to the system: the C library keeps it between the strips of a city.

And how often Python looks for rings of objects that only hold each other.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# New objects between two looks. Python's own 700 has it read the whole libraries again at each page: a fifth of a run.
_OBJECTS = 100_000


def give_back() -> None:
    """Give the system what was freed; nothing where the C library cannot be asked to, as glibc can."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Have Python look seldom for unreachable rings of objects, for a process that computes and ends; figures stay."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
