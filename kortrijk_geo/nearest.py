"""The nearest right name for one that is wrong, in the same words everywhere."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(text: object, choices: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the choice that is nearest to ``text``, whatever its capitals; None when none is near."""
    folded = {choice.casefold(): choice for choice in choices}
    near = get_close_matches(str(text).casefold(), folded, n=1, cutoff=cutoff)
    return folded[near[0]] if near else None


def did_you_mean(text: object, choices: Iterable[str], *, otherwise: str = "", cutoff: float = 0.6) -> str:
    """Return the end of a message about a wrong name: the nearest right one.

    Parameters
    ----------
    text
        What was written.
    choices
        What can be written.
    otherwise
        Without a near choice all of them are named after these words; by default the end is empty then.
    cutoff
        How near counts, from 0 to 1 (alike).

    Examples
    --------
    >>> did_you_mean("Walking", ["walk", "cycle"])
    "; did you mean 'walk'?"
    >>> did_you_mean("tea", ["walk", "cycle"], otherwise="the modes are")
    '; the modes are walk, cycle'
    """
    known = list(choices)
    near = nearest(text, known, cutoff=cutoff)
    if near is not None:
        return f"; did you mean {near!r}?"
    return f"; {otherwise} {', '.join(known)}" if otherwise else ""
