"""Tags of a feature in one cell, as programs write them: a JSON object, GDAL's hstore, a Python dict."""

from __future__ import annotations

import ast
import json
import math
import re
from typing import Any

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_WORD = r'([^\s",=>{}]+)'
_PAIR = re.compile(rf"\s*(?:{_QUOTED}|{_WORD})\s*=>\s*(?:{_QUOTED}|{_WORD})\s*(?:,|$)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# Deeper or longer than any feature is tagged; Python's parser must not be given more.
_LONGEST = 100_000


def read_tags(cell: object) -> dict[str, str] | None:
    """Read the tags of one cell as text to text; an empty cell has none, and None is returned for what is no tags."""
    if isinstance(cell, dict):
        return _as_text(cell)
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return {}
    text = str(cell).strip()
    if text in {"", "<NA>"}:
        return {}
    if len(text) > _LONGEST:
        return None
    return _object(text) if text.startswith("{") else _hstore(text)


def is_tags(text: str) -> bool:
    """Whether a text is the JSON object that a pack has its tags in."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def tags_text(cell: object) -> str | None:
    """Return the tags of a cell as a pack has them, None for what is no tags."""
    tags = read_tags(cell)
    return None if tags is None else json.dumps(tags, ensure_ascii=False, sort_keys=True)


def _object(text: str) -> dict[str, str] | None:
    """Read a JSON object or a Python dict."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        try:
            values = ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            return None
    return _as_text(values) if isinstance(values, dict) else None


def _hstore(text: str) -> dict[str, str] | None:
    tags, at = {}, 0
    while at < len(text):
        pair = _PAIR.match(text, at)
        if pair is None:
            return None
        key, bare_key, value, bare_value = pair.groups()
        at = pair.end()
        if bare_value is not None and bare_value.upper() == "NULL":
            continue
        quoted_or_bare = [(key, bare_key), (value, bare_value)]
        name, text_of = (_ESCAPED.sub(r"\1", quoted) if quoted is not None else bare for quoted, bare in quoted_or_bare)
        tags[name] = text_of
    return tags


def _as_text(values: dict[Any, Any]) -> dict[str, str] | None:
    tags = {}
    for key, value in values.items():
        if value is None or (isinstance(value, float) and math.isnan(value)):
            continue
        several = value if isinstance(value, (list, tuple)) else [value]
        if any(isinstance(item, (dict, list, tuple)) for item in several):
            return None
        tags[str(key)] = ";".join(_word(item) for item in several)
    return tags


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
