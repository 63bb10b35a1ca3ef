"""A printed page as a reader of HTML sees it: its tags, its text, and what it links to."""

from __future__ import annotations

from html.parser import HTMLParser


class PrintedPage(HTMLParser):
    """Tags in order, the text that is shown, and the values of links and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "srcset", "style"}]

    def handle_data(self, data: str) -> None:
        self.text += data if self.tags and self.tags[-1] not in {"style", "title"} else ""
