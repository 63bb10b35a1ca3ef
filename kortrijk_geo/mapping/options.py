"""The options of a result that a reader of a page understands, with Dutch labels and in Dutch numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kortrijk_geo import strict_toml as toml
from kortrijk_geo.text.dutch import date_text, limit_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHIPPED = Path(__file__).parent / "option_labels.toml"


@dataclass(frozen=True)
class OptionLabels:
    """Dutch label by option, Dutch word by word of an option, and the options that are years."""

    labels: dict[str, str]
    words: dict[str, str]
    years: frozenset[str]


@cache
def option_labels() -> OptionLabels:
    """Read ``option_labels.toml``."""
    top = toml.open_table(_SHIPPED)
    found = OptionLabels(
        top.take("labels", _texts), top.take("words", _texts), frozenset(top.take("years", toml.many(toml.text)))
    )
    top.done()
    return found


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


def _texts(value: object, where: str) -> dict[str, str]:
    assert isinstance(value, dict), where
    return {key: toml.text(one, f"{where}.{key}") for key, one in value.items()}


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
