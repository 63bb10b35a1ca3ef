"""Limits of what a file of rules may hold: generous, and told where they are passed."""

from __future__ import annotations

import re
from typing import Final

# Ours are five deep. What is deeper than Python's stack cannot even be written in a message.
MOST_DEPTH = 100
# TOML promises whole numbers of 64 bits, and no more.
MOST_WHOLE = 2**63

# A key of so many parts: the reader takes time and memory with the square of their number, so it never sees one.
_PART: Final = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_LONG_KEY: Final = re.compile(
    rf"(?:^|[\[{{,])[ \t]*+(?:{_PART}[ \t]*+\.[ \t]*+){{{MOST_DEPTH}}}{_PART}", re.ASCII | re.MULTILINE
)


def has_long_key(text: str) -> bool:
    """Say whether TOML holds a key of more than `MOST_DEPTH` parts, which is as deep as these are many.

    Examples
    --------
    >>> has_long_key("a.b.c = 1")
    False
    >>> has_long_key("a." * 100 + "b = 1")
    True
    """
    return _LONG_KEY.search(text) is not None


def passed_limit(values: object) -> str | None:
    """Return where and how the values of a file pass the limits; None when they do not."""
    rest: list[tuple[str, object, int]] = [("", values, 0)]
    while rest:
        place, value, depth = rest.pop()
        if depth > MOST_DEPTH:
            return f"has tables or arrays more than {MOST_DEPTH} deep in each other"
        if isinstance(value, dict):
            if any("\0" in str(key) for key in value):
                return f"{place or 'the file'} has a key with a NUL character"
            rest += [(f"{place}.{key}" if place else str(key), inner, depth + 1) for key, inner in value.items()]
        elif isinstance(value, list):
            rest += [(f"{place}[{number}]", inner, depth + 1) for number, inner in enumerate(value, 1)]
        elif isinstance(value, int) and abs(value) >= MOST_WHOLE:
            return f"{place} is a whole number of more than 19 digits"
        elif isinstance(value, str) and "\0" in value:
            return f"{place} has a NUL character"
    return None
