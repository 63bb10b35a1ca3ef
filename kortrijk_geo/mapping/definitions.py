"""By which options the figures and columns of a theme are defined: of others, two results do not tell the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar

from kortrijk_geo.mapping.options import OptionLabels, option_labels, option_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")


def defined_by(options_of: Mapping[str, tuple[str, ...]], theme_file: str) -> Callable[[F], F]:
    """Make a decorator of ``analyse`` that tells with each column and headline which options define it.

    A headline that has a definition of its own keeps it.

    Parameters
    ----------
    options_of
        Names of options of the result by pattern of the name of a column or the key of a headline. What only says
        which day, plan or budget is asked defines nothing: that is what one compares.
    theme_file
        ``__file__`` of the theme, beside which ``option_labels.toml`` has a Dutch name for each of these options.
    """

    def decorate(analyse: F) -> F:
        @wraps(analyse)
        def defining(*args: Any, **options: Any) -> Any:
            result = analyse(*args, **options)
            known = option_labels(theme_file)

            @cache
            def parts_of(key: str) -> list[str]:
                return _parts(key, result.options[key], known)

            def definition(name: str, own: str) -> str:
                keys = [key for pattern, keys in options_of.items() if fnmatchcase(name, pattern) for key in keys]
                parts = [part for key in dict.fromkeys(keys) for part in parts_of(key)]
                return "; ".join([own] * bool(own) + parts)

            columns = [
                replace(column, definition=definition(column.name, column.definition)) for column in result.columns
            ]
            figures = [
                figure if figure.definition else replace(figure, definition=definition(figure.key, ""))
                for figure in result.headlines
            ]
            return replace(result, columns=columns, headlines=figures)

        return defining  # type: ignore[return-value]

    return decorate


def _parts(key: str, value: Any, known: OptionLabels) -> list[str]:
    """Write an option; one of several values, by what each is of, as so many parts."""
    label = known.definitions.get(key) or known.labels[key]
    option = plain(value)
    if isinstance(option, Mapping):
        return [
            f"{label} {known.words.get(name, name)}: {option_text(key, each, known)}" for name, each in option.items()
        ]
    text = option_text(key, option, known)
    return [f"{label}: {text}"] if text else []


def differing(definition: str, other: str) -> str:
    """Return what a definition says that another does not."""
    parts = other.split("; ")
    return "; ".join(part for part in definition.split("; ") if part not in parts)
