"""HTML of the sheet and the letter: every content is a text, unless it is markup already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from kortrijk_geo.text.safe import html_text

if TYPE_CHECKING:
    from collections.abc import Iterable


def tag(name: str, content: object, css: str = "") -> Markup:
    """Return an element with its content, and its class."""
    attribute = Markup(' class="{}"').format(css) if css else ""
    return Markup("<{0}{1}>{2}</{0}>").format(name, attribute, html_text(content))


def listed(items: Iterable[str]) -> Markup:
    """Return a list."""
    return Markup("<ul>{}</ul>").format(Markup("").join(tag("li", item) for item in items))
