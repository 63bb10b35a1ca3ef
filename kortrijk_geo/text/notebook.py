"""Small tables of HTML for a notebook: every text escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from kortrijk_geo.text.safe import isolated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def html_head(text: str, warnings: Iterable[str]) -> Markup:
    """Return a heading, after what stands above everything else: invented or changed data."""
    lines = (*warnings, isolated(text))
    return Markup("").join(Markup("<p><strong>{}</strong></p>").format(line) for line in lines)


def html_line(text: str) -> Markup:
    """Return a remark."""
    return Markup("<p>{}</p>").format(isolated(text))


def html_table(heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Markup:
    """Return a table with its heads."""

    def line(cells: Sequence[Any], tag: str) -> Markup:
        written = [Markup("<{0}>{1}</{0}>").format(tag, isolated(cell)) for cell in cells]
        return Markup("<tr>{}</tr>").format(Markup("").join(written))

    body = Markup("").join(line(row, "td") for row in rows)
    return Markup("<table><thead>{}</thead><tbody>{}</tbody></table>").format(line(heads, "th"), body)
