"""Remarks of two kinds: what a reader of the figures must know, and what the fold on the method tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Detail(str):
    """A remark on how it was done, for the method fold; whatever tells that a figure is not known is none.

    Examples
    --------
    >>> Detail("Kern met een bandbreedte van 400 m.") == "Kern met een bandbreedte van 400 m."
    True
    """

    __slots__ = ()


def parted(remarks: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the remarks to know, and the details.

    Examples
    --------
    >>> parted(["Indicatief.", Detail("Met vast zaad.")])
    (['Indicatief.'], ['Met vast zaad.'])
    """
    known: list[str] = []
    details: list[str] = []
    for remark in remarks:
        (details if isinstance(remark, Detail) else known).append(remark)
    return known, details


def about(name: str, remark: str) -> str:
    """Return a remark with the name of what it is about before it, of the same kind."""
    return type(remark)(f"{name}: {remark}")
