"""Options of an analysis: declared once, as a typed dictionary, and told by signature, help, completion and errors.

A theme declares ``class Options(TypedDict, total=False)``, each key an ``Annotated[type, Option(...)]``, and writes
``@takes(Options)`` above ``def analyse(city, **options: Unpack[Options])``: a type checker holds the callers to it,
``help`` and completion list every option with its unit and default, a misspelt one is a `TypeError` that names the
nearest, and ``analyse`` receives every option, those not given by their default.
"""

from __future__ import annotations

import datetime as dt
import inspect
import types
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from kortrijk_geo.errors import OptionError, did_you_mean
from kortrijk_geo.garbage import seldom_collected
from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

F = TypeVar("F", bound="Callable[..., Any]")

# Above these an option is a slip of the keyboard: no city has a million square kilometres, or a billion dwellings.
MOST, MOST_WHOLE = 1e12, 10**9
FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass(frozen=True)
class Option:
    """What a reader must know of one option: what it does, what it is when not given, and its unit."""

    text: str
    default: Any = None
    unit: str = ""


def takes(options: type) -> Callable[[F], F]:
    """Make a decorator that lets a function ``f(..., **options: Unpack[Options])`` tell and check its options.

    Parameters
    ----------
    options
        A `TypedDict` whose annotations are ``Annotated[type, Option(...)]``.

    Returns
    -------
    Callable
        The function takes the same arguments; it is called with every option, and its ``**options`` section of the
        docstring becomes the list of them.
    """
    declared = {name: _declared(hint) for name, hint in get_type_hints(options, include_extras=True).items()}
    defaults = {name: option.default for name, (_, option) in declared.items()}
    keywords = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=option.default, annotation=kind)
        for name, (kind, option) in declared.items()
    ]

    def decorate(function: F) -> F:
        own = inspect.signature(function)
        first = [known for known in own.parameters.values() if known.kind is not inspect.Parameter.VAR_KEYWORD]
        names = {known.name for known in first}

        @wraps(function)
        def checked(*args: Any, **values: Any) -> Any:
            unknown = [name for name in values if name not in declared and name not in names]
            if unknown:
                hint = did_you_mean(unknown[0], declared, otherwise="the options are")
                raise TypeError(f"{function.__name__}() has no option {unknown[0]!r}{hint}")
            with seldom_collected():
                return function(*args, **{**defaults, **values})

        checked.__signature__ = own.replace(parameters=[*first, *keywords])  # type: ignore[attr-defined]
        checked.__doc__ = _with_options(function.__doc__ or "", declared)
        return checked  # type: ignore[return-value]

    return decorate


def from_text(name: str, text: str, kind: Any) -> Any:
    """Read an option from text by its declared type: a date, a number, a flag, a list with commas, or text.

    Of several types the narrowest that fits: what is a number is not taken as text where an option takes both.

    Raises
    ------
    ValueError
        When the text fits none of them; the message names the option and its type.
    TypeError
        When the option cannot be written as text.
    """
    kinds = _alternatives(kind)
    readers = [(item, several) for item in _READERS for several in (False, True) if (item, several) in kinds]
    words = [word for item, _ in kinds if get_origin(item) is Literal for word in get_args(item)]
    if not readers and not words:
        raise TypeError(f"option {name} cannot be given as text; use kg.compare in a notebook")
    if text.strip() in words:
        return text.strip()
    for item, several in readers:
        try:
            return (
                [_READERS[item](part.strip()) for part in text.split(",")] if several else _READERS[item](text.strip())
            )
        except (ValueError, KeyError):
            continue
    raise ValueError(f"option {name}: {text!r} does not fit ({_type_text(kind)})")


def above_zero(name: str, value: object, most: float = MOST) -> float:
    """Return the value of an option that must be a number above 0, and at most ``most``.

    Raises
    ------
    OptionError
        When it is not; the message names the option and the value.
    """
    if not is_finite(value) or value <= 0:
        raise OptionError(f"{name} must be a number above 0, found {value!r}")
    if value > most:
        raise OptionError(f"{name} must be at most {most:,.0f}, found {value:g}")
    return float(value)


def check_whole(name: str, value: object, *, least: int, most: int = MOST_WHOLE) -> None:
    """Refuse the value of an option that is no whole number between two limits; `OptionError` names it."""
    if not is_finite(value) or value != int(value) or not least <= value <= most:
        shown = f"{value:g}" if is_finite(value) else repr(value)
        raise OptionError(f"{name} is {shown}, must be a whole number from {least} to {most:,}")


def parse_date(text: str, option: str = "date") -> dt.date:
    """Read a day written as 2021-10-12; `OptionError` names the option when it is none."""
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError as error:
        raise OptionError(f"{option} {text!r} must be a day, as 2021-10-12") from error


def check_modes(modes: Sequence[str], known: Sequence[str]) -> None:
    """Refuse ways to go that are none of these, or none at all; `OptionError` names them."""
    wrong = [mode for mode in modes if mode not in known]
    if wrong or not modes or isinstance(modes, str):
        some = "one or both" if len(known) == 2 else "one or more"
        hint = did_you_mean(wrong[0], known) if wrong and not isinstance(modes, str) else ""
        raise OptionError(f"modes must be {some} of {', '.join(known)}, found {modes!r}{hint}")


def check_year(name: str, year: int) -> None:
    """Refuse a year in which no city plans; `OptionError` names the option."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        shown = year if abs(year) < 10**6 else f"{year:g}"
        raise OptionError(f"{name}: the year {shown} must lie from {FIRST_YEAR} to {LAST_YEAR}")


# From the narrowest to the widest.
_READERS: Mapping[type, Callable[[str], Any]] = {
    bool: lambda text: {"true": True, "false": False, "ja": True, "nee": False}[text.lower()],
    dt.date: dt.date.fromisoformat,
    int: int,
    float: float,
    str: str,
    Path: Path,
}


def _declared(hint: Any) -> tuple[Any, Option]:
    kind, option = get_args(hint)
    return kind, option


def _alternatives(kind: Any) -> list[tuple[Any, bool]]:
    """Return the types of a union, each with whether it is asked several times (a sequence of it)."""
    if get_origin(kind) in (Union, types.UnionType):
        return [alternative for part in get_args(kind) for alternative in _alternatives(part)]
    if get_origin(kind) is Annotated:
        return _alternatives(get_args(kind)[0])
    items = get_args(kind)
    if len(items) == 1 and get_origin(kind) is not Literal:
        return [(item, True) for item, _ in _alternatives(items[0])]
    return [(kind, False)]


def _type_text(kind: Any) -> str:
    """Write a type as our modules do, which import names from typing and collections.abc, and datetime as dt."""
    text = inspect.formatannotation(kind).replace("datetime.", "dt.")
    for module in ("collections.abc.", "typing.", "pathlib."):
        text = text.replace(module, "")
    return text


def _with_options(doc: str, declared: Mapping[str, tuple[Any, Option]]) -> str:
    """Put the list of options where the docstring has its ``**options`` section."""
    lines = []
    for name, (kind, option) in declared.items():
        unit = f", {option.unit}" if option.unit else ""
        lines += [f"    {name} : {_type_text(kind)}{unit}, default {option.default!r}", f"        {option.text}"]
    before, mark, after = doc.partition("    **options\n")
    if not mark:
        return doc
    _, _, rest = after.partition("\n")
    return before + "\n".join(lines) + "\n" + rest
