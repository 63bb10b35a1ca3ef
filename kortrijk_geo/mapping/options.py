"""The options of a result that a reader of a page understands, with Dutch labels and in Dutch numbers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from kortrijk_geo.rules import Items, Rules, Text, read_rules
from kortrijk_geo.text.dutch import date_text, limit_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Mapping


class OptionLabels(Rules):
    """Dutch label by option, Dutch word by word of an option, and the options that are years.

    ``definitions`` name the options that a page has no row of, yet that define a figure (see `definitions`).
    """

    labels: dict[str, Text] = Field(default_factory=dict)
    definitions: dict[str, Text] = Field(default_factory=dict)
    words: dict[str, Text] = Field(default_factory=dict)
    years: Annotated[tuple[Text, ...], Items()] = ()


@cache
def option_labels(theme_file: str) -> OptionLabels:
    """Read ``option_labels.toml`` beside a module of a theme, which gives its own ``__file__``."""
    return read_rules(OptionLabels, Path(theme_file).with_name("option_labels.toml"))


def option_rows(states: Mapping[str, Mapping[str, Any]], known: OptionLabels) -> list[tuple[str, str]]:
    """Return label and value of the options with a Dutch label, in the order of the table.

    Parameters
    ----------
    states
        Options by the name of their state; a result that is not compared has one state. Where states differ, each
        value stands behind its name. What is not set stands nowhere.
    known
        The labels of the theme.
    """
    rows = []
    for key, label in known.labels.items():
        by_state = {name: option_text(key, options.get(key), known) for name, options in states.items()}
        texts = set(by_state.values())
        if len(texts) > 1:
            rows.append((label, "; ".join(f"{name}: {text or 'niet gezet'}" for name, text in by_state.items())))
        elif texts != {""}:
            rows.append((label, texts.pop()))
    return rows


def option_text(key: str, value: Any, known: OptionLabels) -> str:
    """Write the value of an option in Dutch; empty where it is not set."""
    option = plain(value)
    if isinstance(option, list):
        parts = [option_text(key, part, known) for part in option]
        return ("; " if any("," in part for part in parts) else ", ").join(parts)
    if option is None:
        return ""
    if isinstance(option, bool):
        return "ja" if option else "nee"
    if isinstance(option, (int, float)):
        return str(option) if key in known.years else limit_text(option, "number")
    return known.words.get(str(option), date_text(str(option)))
