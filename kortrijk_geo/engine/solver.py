"""Exact optimisation by scipy's HiGHS, without what HiGHS prints: standard output belongs to the caller's document."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from scipy import optimize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scipy.optimize import OptimizeResult


def milp(*args: Any, **kwargs: Any) -> OptimizeResult:
    """Solve a mixed-integer linear program; parameters and result are those of `scipy.optimize.milp`."""
    with _standard_output_closed():
        return optimize.milp(*args, **kwargs)


@contextmanager
def _standard_output_closed() -> Iterator[None]:
    """Send what compiled code writes to file descriptor 1 to nowhere, while the block runs."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        # What C wrote waits in its buffer when the output is a pipe: it must go while there is nowhere to go to.
        ctypes.CDLL(None).fflush(None)
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
