"""An analysis that hands its options on tells them in its signature, to readers, notebooks and the command line."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")


def takes_options_of(make: Callable[..., Any], *, without: tuple[str, ...] = ()) -> Callable[[F], F]:
    """Make a decorator that gives ``analyse(city, **given)`` the keyword options of ``make`` in its signature."""
    options = [one for one in inspect.signature(make).parameters.values() if one.name not in without]

    def told(analyse: F) -> F:
        own = inspect.signature(analyse)
        first = [one for one in own.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
        analyse.__signature__ = own.replace(parameters=[*first, *options])  # type: ignore[attr-defined]
        return analyse

    return told
