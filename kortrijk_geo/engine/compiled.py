"""Compile array code to machine code when it first runs, and keep that for later runs.

Only modules with such code import this one, and they are imported where they run: numba takes .2 s to import. The
machine code stands beside the module; where a user may not write there, in that user's own cache folder, or in the one
that ``NUMBA_CACHE_DIR`` names. An address in it changes no figure: without any such folder the code is compiled anew.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, TypeVar, cast

from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Function = TypeVar("Function", bound="Callable[..., Any]")

NO_FOLDER = (
    "no folder can be written to keep compiled code in, so that every run compiles anew (up to half a minute);"
    " set NUMBA_CACHE_DIR to a folder that you can write"
)


def compiled(function: Function) -> Function:
    """Return ``function`` compiled; it takes arrays and numbers, and calls nothing but numpy and its like.

    Other threads go on while it runs.
    """
    try:
        return cast("Function", njit(cache=True, nogil=True)(function))
    except RuntimeError as error:
        if "no locator available" not in str(error):
            raise
        warnings.warn(NO_FOLDER, RuntimeWarning, stacklevel=1)  # one place: told once
        return cast("Function", njit(nogil=True)(function))
