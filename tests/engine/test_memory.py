"""What was freed goes back to the system."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kortrijk_geo.engine.memory import give_back


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="the resident memory is read from /proc")
def test_small_pieces_that_were_freed_are_given_back() -> None:
    pieces = [bytearray(50_000) for _ in range(2_000)]
    kept = bytearray(50_000)  # what keeps the heap from shrinking by itself
    del pieces
    give_back()
    first = resident_mb()
    pieces = [bytearray(50_000) for _ in range(2_000)]
    assert resident_mb() > first + 50
    last = pieces[-1]
    del pieces
    give_back()
    assert resident_mb() < first + 20
    assert len(last) == len(kept)
