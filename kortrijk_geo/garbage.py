"""Python's collector of garbage, kept from looking through a whole city again and again."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# So many objects more before the collector looks at the newest; Python's own is some hundreds.
_OBJECTS = 50_000
_lock = Lock()
# What was set before each of those under way.
_before: list[tuple[int, int, int]] = []


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Let the collector look seldom while this lasts, in every thread, and as before when the last has ended.

    A layer is a hundred thousand shapes that are made at once and kept: by its own measure the collector goes through
    all that there is dozens of times meanwhile, and finds nothing. One that is off, or looks more seldom, stays so.
    """
    with _lock:
        first, second, third = gc.get_threshold()
        _before.append((first, second, third))
        gc.set_threshold(max(first, _OBJECTS) if first else 0, second, third)
    try:
        yield
    finally:
        with _lock:
            # What the first found stands at the bottom, whichever ends last.
            gc.set_threshold(*_before.pop())
