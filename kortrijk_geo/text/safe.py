"""The one way by which data enters a page: as text that cannot become markup, script, template or hidden direction."""

from __future__ import annotations

import json
import math
import re
from typing import Any, TypeGuard

from markupsafe import Markup

_ENTITIES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;", "`": "&#96;", "$": "&#36;",
     "{": "&#123;", "}": "&#125;"}
)  # fmt: skip
# Controls have no shape; direction overrides can show a name in another order than it has. Both become visible.
_BROKEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SPACES = re.compile("[\t\n\r\x85\u2028\u2029]+")
# What `visible` would change, as it stands in JSON: itself, or as an escape such as \\n or \\u0000. One set of
# characters, for a page's data are megabytes, and alternatives are tried at every place.
_HIDDEN = re.compile(f"[{_BROKEN.pattern[1:-1]}{_SPACES.pattern[1:-2]}]")
_ESCAPED = re.compile(r"\\[bfnrtu]")
_SCRIPT = {"<": r"\u003c", ">": r"\u003e", "&": r"\u0026", "\u2028": r"\u2028", "\u2029": r"\u2029"}
# branca reads what it writes as a template once more; in JSON these pairs stand only inside strings.
_TEMPLATE_PATTERN = re.compile(r"\{(?=[{%#])")


def visible(value: object) -> str:
    """Return a value as one line of text in which nothing is invisible: controls become U+FFFD, line ends a space."""
    text = str(value)
    if text.isprintable():  # most are, and then there is none of these
        return text
    return _SPACES.sub(" ", _BROKEN.sub("\ufffd", text))


def html_text(value: object) -> Markup:
    """Escape a value for HTML, in text and in quoted attributes alike; what is Markup already stays as it is."""
    if isinstance(value, Markup):
        return value
    return Markup(visible(value).translate(_ENTITIES))  # noqa: S704 - this is the escape helper itself


def isolated(value: object) -> Markup:
    """Escape a value and isolate its writing direction from the text around it."""
    return Markup(f"<bdi>{html_text(value)}</bdi>")  # noqa: S704 - escaped on its way in


def json_block(value: Any) -> Markup:
    """Write plain data as JSON that may stand in a script element: no tag, comment or template can begin in it."""
    text = _json(value)
    if _HIDDEN.search(text) or _ESCAPED.search(text):  # rarely: most hold nothing that must be made visible
        text = _json(_visible_strings(value))
    for character, escaped in _SCRIPT.items():
        text = text.replace(character, escaped)
    return Markup(_TEMPLATE_PATTERN.sub(r"\\u007b", text))  # noqa: S704 - this is the escape helper itself


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _visible_strings(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(key): _visible_strings(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_visible_strings(item) for item in value]
    return value


def plain(value: Any) -> Any:  # noqa: PLR0911 - one return per type reads best
    """Turn a value into what JSON knows; NaN, NA, NaT and infinity become None."""
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if hasattr(value, "item"):  # a numpy scalar
        return plain(value.item())
    if type(value).__name__ in {"NAType", "NaTType"}:
        return None
    return str(value)


def is_finite(value: object) -> TypeGuard[float]:
    """Whether a value is a number that can be counted with, however many digits it was written with."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
