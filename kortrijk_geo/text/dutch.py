"""What a Dutch reader expects: 57,9 % and 81.045, "onbekend" where nothing is known, and the mark of invented data.

``mapping/static/numbers.js`` holds the same rules for what the browser writes itself; a browser test compares the two.
"""

from __future__ import annotations

import datetime as dt
import math
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

Unit = Literal["share", "number", "whole", "metres", "text", "points", "change", "whole_change"]

UNKNOWN = "onbekend"
# By what people go.
HOW: dict[str, str] = {"walk": "te voet", "cycle": "met de fiets", "transit": "met bus en trein"}
DEMO_TEXT = "DEMO: fictieve gegevens, niet voor beslissingen"
# Digits for any float: the default of 28 makes an error of a large number.
_EXACT = Context(prec=400)
_MOST_DECIMALS = 3
_LARGE = 1_000
LARGE_HEADLINE = 10_000
_DECIMALS: dict[str, int] = {
    "share": 1, "number": 1, "whole": 0, "metres": 0, "points": 1, "change": 1, "whole_change": 0,
}  # fmt: skip
_SUFFIX: dict[str, str] = {"share": " %", "metres": " m", "points": " procentpunt"}
_PER_CENT = {"share", "points"}
# A change says which way it goes.
CHANGE_OF: dict[Unit, Unit] = {"share": "points", "number": "change", "whole": "whole_change", "metres": "whole_change"}
_SIGNED = frozenset(CHANGE_OF.values())
_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)


def decimal_text(value: float, decimals: int) -> str:
    """Write a finite number with a decimal comma and a dot between thousands; halves are rounded away from zero."""
    rounded = _rounded(value, decimals)
    text = f"{abs(rounded):,f}".replace(",", "\0").replace(".", ",").replace("\0", ".")
    return f"-{text}" if rounded < 0 else text


def brief_number(value: float) -> str:
    """Write a number with no more decimals than it has: 60 and 7,5."""
    return f"{value:g}".replace(".", ",")


def count_text(value: float) -> str:
    """Write a count; parts of one are written as such."""
    if not math.isfinite(value):
        return UNKNOWN
    return decimal_text(value, 0 if value == round(value) else 1)


def _rounded(value: float, decimals: int) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=_EXACT)


def _crosses(value: float, edge: float, decimals: int) -> bool:
    return (float(_rounded(value, decimals)) < edge) != (value < edge)


def number_text(value: Any, unit: Unit = "number", limits: Sequence[float] = ()) -> str:
    """Write one value of a table, tooltip or headline.

    Parameters
    ----------
    value
        A number, flag, text, or nothing; NaN and infinity are unknown.
    unit
        ``share`` is of 0-1 and written in per cent, ``whole`` without decimals, ``metres`` with its unit; ``points``,
        ``change`` and ``whole_change`` are differences of shares, numbers and counts, with their sign.
    limits
        Class limits: a decimal is added while rounding would move the value across one of them.

    Returns
    -------
    str
        Dutch text; ``onbekend`` when there is no value.
    """
    known = plain(value)
    if known is None or known == "":
        return UNKNOWN
    if isinstance(known, bool):
        return "ja" if known else "nee"
    if not isinstance(known, (int, float)) or unit == "text":
        return str(known)
    factor = 100 if unit in _PER_CENT else 1
    shown = known * factor
    if not math.isfinite(shown):
        return UNKNOWN
    decimals = _DECIMALS[unit]
    edges = [limit * factor for limit in limits]
    while decimals < _MOST_DECIMALS and any(_crosses(shown, edge, decimals) for edge in edges):
        decimals += 1
    text = decimal_text(shown, decimals)
    plus = "+" if unit in _SIGNED and shown > 0 and text.strip("0,.") else ""
    return plus + text + _SUFFIX.get(unit, "")


def headline_unit(value: float | None, *, share: bool) -> Unit:
    """Tell how one headline number is written: whole where it is whole, and from ten thousand on."""
    if share:
        return "share"
    return "whole" if value is not None and (value == round(value) or abs(value) >= LARGE_HEADLINE) else "number"


def limit_text(value: float, unit: Unit) -> str:
    """Write a class limit with no more decimals than it has, without its unit."""
    shown = value * 100 if unit in _PER_CENT else value
    decimals = next((n for n in range(_MOST_DECIMALS) if math.isclose(round(shown, n), shown, abs_tol=1e-9)), 3)
    return decimal_text(shown, decimals)


def class_texts(limits: Sequence[float], unit: Unit) -> list[str]:
    """Name the classes of a scale; a value equal to a limit belongs to the class above it."""
    suffix = _SUFFIX.get(unit, "")
    texts = [limit_text(limit, unit) for limit in limits]
    if not texts:
        return ["alle waarden"]
    between = [f"{low} tot {high}{suffix}" for low, high in pairwise(texts)]
    whole = unit == "share" and limits[-1] == 1  # there is no more than all
    return [f"minder dan {texts[0]}{suffix}", *between, f"{texts[-1]}{suffix}{'' if whole else ' of meer'}"]


def unit_of(column: str, values: pd.Series, declared: Unit | None = None) -> Unit:
    """Tell how a column is written: as declared, else by the house's names (``share_``, ``_m``, ``_m2``) and values."""
    import pandas as pd

    if declared is not None:
        return declared
    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        return "text"
    words = column.split("_")
    if "share" in words:
        return "share"
    if "m" in words[1:]:
        return "metres"
    numbers = values.to_numpy("float64", na_value=math.nan)
    known = numbers[~pd.isna(numbers)]
    # Nobody reads the decimal of a hundred thousand square metres.
    large = bool({"m2", "m3"} & set(words)) and bool((abs(known) >= _LARGE).any())
    return "whole" if large or (known == known.round()).all() else "number"


def unit_label(label: str, unit: Unit) -> str:
    """Name a column of bare numbers: its label, and their unit where the label does not tell that."""
    if unit in _PER_CENT:
        return label if "0-1" in label else f"{label} (0-1)"
    if unit == "metres" and "meter" not in label.casefold() and "(m)" not in label:
        return f"{label} (m)"
    return label


def date_text(date: dt.date | str) -> str:
    """Write a day in Dutch, as 12 oktober 2021; a text that is no ISO date stays as it is."""
    if isinstance(date, str):
        try:
            date = dt.date.fromisoformat(date)
        except ValueError:
            return str(date)
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def list_text(names: Sequence[str], most: int, separator: str = ", ") -> str:
    """List names, the first few and how many more: "a, b en 3 andere"."""
    more = f" en {len(names) - most} andere" if len(names) > most else ""
    return separator.join(names[:most]) + more


def names_text(names: Sequence[str]) -> str:
    """List the names of areas in a remark: the first eight, and how many more."""
    return list_text(names, 8)


def euro_text(amount: Decimal | None) -> str:
    """Write an amount exactly, as 8.550,00; unknown is onbekend."""
    return UNKNOWN if amount is None else f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def against_norms(norm: float, reference: float, *, below: bool, below_reference: bool | None) -> str:
    """Say how a figure stands against the norm, and, below it, against a reference norm; None is unknown there."""
    if not below:
        return f"haalt {brief_number(norm)}"
    if reference >= norm or below_reference is None:
        return f"onder {brief_number(norm)}"
    lower = brief_number(reference)
    return f"onder {lower}" if below_reference else f"{lower} tot {brief_number(norm)}"
