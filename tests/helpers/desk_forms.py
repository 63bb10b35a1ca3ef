"""The pages and forms of a desk, found by following its own links."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

from desk_visitor import Visitor

MOST_PAGES = 200


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    values: tuple[str, ...]


@dataclass
class Form:
    page: str
    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)

    @property
    def filled(self) -> dict[str, str]:
        """What a browser sends when nothing is typed but for one choice of each list."""
        return {name: one.values[0] if one.values else "" for name, one in self.fields.items() if name != "csrf"}


class _Page(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.links: set[str] = set()
        self.forms: list[Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {key: value or "" for key, value in attrs}
        if tag == "a" and "download" not in said:
            self.links.add(urljoin(self.address, said.get("href", "").partition("#")[0]))
        elif tag == "form":
            action = urljoin(self.address, said.get("action", self.address))
            self.forms.append(Form(self.address, action, said.get("method", "get").upper()))
        elif tag == "select":
            self._select = said.get("name", "")
            self._add(self._select, "select", "")
        elif tag == "option":
            self._add(self._select, "select", said.get("value", ""))
        elif tag in {"input", "textarea", "button"} and said.get("name"):
            self._add(said["name"], said.get("type", tag), said.get("value", ""))

    def _add(self, name: str, kind: str, value: str) -> None:
        if self.forms and name:
            before = self.forms[-1].fields.get(name, Field(name, kind, ()))
            values = before.values + ((value,) if value else ())
            self.forms[-1].fields[name] = Field(name, before.kind, values)


def forms_of(visitor: Visitor, start: tuple[str, ...] = ("/", "/aanmelden")) -> tuple[set[str], list[Form]]:
    """Return the addresses that links lead to, each once, and the forms on them; GET only."""
    waiting, seen, forms = list(start), set(start), {}
    while waiting and len(seen) <= MOST_PAGES:
        address = waiting.pop(0)
        answer = visitor.get(address)
        if "text/html" not in answer.header("content-type") or address.startswith("/atlas/"):
            continue
        page = _Page(address)
        page.feed(answer.text)
        for form in page.forms:
            forms.setdefault((form.method, form.action, *form.fields), form)
        for link in sorted(page.links - seen):
            if link.startswith("/") and not link.startswith("//"):
                seen.add(link)
                waiting.append(link)
    return seen, list(forms.values())
