"""A recipe that is begun, as text: tables with their keys, what is doubtful and what failed as comments."""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDE = 116


@dataclass
class Block:
    """One table of the recipe.

    Parameters
    ----------
    table
        Its name, such as ``layers.areas``.
    feeds
        Layer or raster that it feeds.
    label
        File, and layer or sheet, for the reader.
    keys
        What it says; a dictionary is written as dotted keys.
    about
        What is doubtful in it: comments above it.
    plain
        What is not, and worth a comment.
    open_
        Lines of TOML that the reader may take: written as comments below it.
    several
        Whether it stands in double brackets.
    refused
        Why it cannot be read so; then all of it is a comment.
    """

    table: str
    feeds: str
    label: str
    keys: dict[str, Any]
    about: list[str] = field(default_factory=list)
    open_: list[str] = field(default_factory=list)
    several: bool = False
    refused: str = ""
    plain: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Write the table."""
        head = f"[[{self.table}]]" if self.several else f"[{self.table}]"
        body = [head, *(line for key, value in self.keys.items() for line in _assign(key, value))]
        if self.refused:
            return [
                *comment([*self.plain, *self.about, f"Left out: {self.refused}"]),
                *(f"# {line}" for line in body + self.open_),
            ]
        return [*comment([*self.plain, *self.about]), *body, *(f"# {line}" for line in self.open_)]


def comment(sentences: Iterable[str]) -> list[str]:
    """Write sentences as comments; a line break in one cannot end its comment."""
    return [
        f"# {line}"
        for sentence in sentences
        for line in textwrap.wrap(_printable(sentence), _WIDE, break_long_words=False, break_on_hyphens=False)
    ]


def key_line(key: str, value: Any, why: str = "") -> str:
    """Write one key on one line, with the reason behind it."""
    line = " ".join(part.strip() for part in _assign(key, value))
    return f"{line}   # {_printable(why)}" if why else line


def written(value: Any) -> str:
    r"""Write a value as TOML.

    Examples
    --------
    >>> written({"sum_of": ["0 jaar", 'the "first"']})
    '{ sum_of = ["0 jaar", "the \\"first\\""] }'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return (
            f"{{ {', '.join(f'{_key(key)} = {written(inner)}' for key, inner in value.items())} }}" if value else "{}"
        )
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)


def _assign(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for inner, entry in value.items():
            yield from _assign(f"{key}.{_key(inner)}", entry)
        return
    line = f"{key} = {written(value)}"
    if isinstance(value, (list, tuple)) and len(line) > _WIDE:
        yield f"{key} = ["
        yield from (f"    {written(entry)}," for entry in value)
        yield "]"
        return
    yield line


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else written(name)


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
