"""The bar with all pages of an atlas, which every page has; of a page that was written before it is put in anew."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from kortrijk_geo.text.safe import isolated

if TYPE_CHECKING:
    from collections.abc import Sequence

# The one place in a page where the bar stands; in data these signs are written otherwise.
_OPENS, _CLOSES = b'<nav class="bar"', b"</nav>"


def bar_html(pages: Sequence[tuple[str, str]], here: str) -> Markup:
    """Return the bar: a link per page, that of this page marked; hidden where there is no other page to go to.

    Parameters
    ----------
    pages
        File and short Dutch title of every page of the atlas.
    here
        File of the page that it stands in.
    """
    if len(pages) < 2:
        return Markup('<nav class="bar" aria-label="Pagina\'s van de atlas" hidden></nav>')
    link = Markup('<li><a href="{}"{}>{}</a></li>')
    current = Markup(' aria-current="page"')
    links = [
        link.format(quote(file), current if file == here else Markup(""), isolated(title)) for file, title in pages
    ]
    head = Markup('<nav class="bar" aria-label="Pagina\'s van de atlas">\n<ul class="wide">\n')
    return head + Markup("\n").join(links) + Markup("\n</ul>\n</nav>")


def with_bar(page: bytes, pages: Sequence[tuple[str, str]], here: str) -> bytes:
    """Return a page with the bar of these pages in the place of its own; one that has none stays as it is."""
    start = page.find(_OPENS)
    end = page.find(_CLOSES, start)
    if start < 0 or end < 0:
        return page
    return page[:start] + bar_html(pages, here).encode("utf-8") + page[end + len(_CLOSES) :]
