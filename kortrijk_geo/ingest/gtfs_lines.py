"""Lines of a CSV table as bytes, compiled: where each ends, and the keys of two of its fields.

A key is a hash of the visible ASCII characters of a field without quotes, so that fields that are read as the same have
the same key; the reverse need not be. Lines end, and quotes open and close, as pandas reads them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.compiled import compiled

Keys = npt.NDArray[np.uint64]
_FIRST, _TIMES = np.uint64(14695981039346656037), np.uint64(1099511628211)  # FNV-1a
_QUOTE, _COMMA, _SPACE, _RETURN, _NEWLINE = 34, 44, 32, 13, 10


@compiled
def key_of(text: npt.NDArray[np.uint8]) -> np.uint64:
    """Return the key of a field."""
    key = _FIRST
    for byte in text:
        if 32 < byte < 127 and byte != _QUOTE:
            key = (key ^ np.uint64(byte)) * _TIMES
    return key


@compiled
def lines_of(  # noqa: C901 - one pass over bytes, as compiled code is
    block: npt.NDArray[np.uint8], first: int, second: int, ends: npt.NDArray[np.int64], keys: Keys, others: Keys
) -> int:
    """Find the lines of a block that begins with one, and return how many are whole.

    Parameters
    ----------
    first, second
        Numbers of the fields whose keys are wanted.
    ends, keys, others
        To be filled in: the byte after each line, and both keys; as long as there may be lines.
    """
    n, field, start = 0, 0, 0
    quoted, opening, closing = False, True, False
    key, other = _FIRST, _FIRST
    for at in range(len(block)):
        byte = block[at]
        if quoted:
            if byte == _QUOTE:
                quoted, closing = False, True
                continue
        elif byte == _QUOTE and (opening or closing):
            quoted, opening, closing = True, False, False
            continue
        elif byte == _COMMA:
            field += 1
            opening, closing = True, False
            continue
        elif byte in (_NEWLINE, _RETURN):
            if at == start and n:  # a blank line belongs to the one before
                ends[n - 1] = at + 1
            else:
                ends[n], keys[n], others[n] = at + 1, key, other
                n += 1
            start, field = at + 1, 0
            opening, closing = True, False
            key, other = _FIRST, _FIRST
            continue
        closing = False
        if byte != _SPACE:
            opening = False
        if 32 < byte < 127 and byte != _QUOTE:
            if field == first:
                key = (key ^ np.uint64(byte)) * _TIMES
            elif field == second:
                other = (other ^ np.uint64(byte)) * _TIMES
    return n
