"""The options of a result that a reader of a page understands, with Dutch labels and in Dutch numbers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from kortrijk_geo.rules import Items, Rules, Text, read_rules
from kortrijk_geo.text.dutch import date_text, limit_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Mapping


class OptionLabels(Rules):
    """Dutch label by option, Dutch word by word of an option, and the options that are years."""

    labels: dict[str, Text]
    words: dict[str, Text]
    years: Annotated[tuple[Text, ...], Items()]


@cache
def option_labels() -> OptionLabels:
    """Read ``option_labels.toml``."""
    return read_rules(OptionLabels, Path(__file__).with_name("option_labels.toml"))


def option_rows(states: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return label and value of the options with a Dutch label, in the order of the table.

    Parameters
    ----------
    states
        Options by the name of their state; a result that is not compared has one state. Where states differ, each
        value stands behind its name. What is not set stands nowhere.
    """
    known = option_labels()
    rows = []
    for key, label in known.labels.items():
        told = {name: _value(key, options.get(key), known) for name, options in states.items()}
        found = set(told.values())
        if len(found) > 1:
            rows.append((label, "; ".join(f"{name}: {text or 'niet gezet'}" for name, text in told.items())))
        elif found != {""}:
            rows.append((label, found.pop()))
    return rows


def _value(key: str, value: Any, known: OptionLabels) -> str:
    given = plain(value)
    if isinstance(given, list):
        parts = [_value(key, one, known) for one in given]
        return ("; " if any("," in part for part in parts) else ", ").join(parts)
    if given is None:
        return ""
    if isinstance(given, bool):
        return "ja" if given else "nee"
    if isinstance(given, (int, float)):
        return str(given) if key in known.years else limit_text(given, "number")
    return known.words.get(str(given), date_text(str(given)))
