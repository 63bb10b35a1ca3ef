"""No data string becomes markup, script, template or a hidden direction."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from types import ModuleType

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from kortrijk_geo.text.safe import html_text, isolated, json_block, visible

TEXTS = st.text() | st.sampled_from(
    ["</script>", "<!--", "{{7*7}}", "${x}", "`", "\u202e", "]]>", "{%x%}", "{{{", "&lt;"]
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


@given(TEXTS)
def test_any_text_reads_back_as_text_and_as_attribute(text: str) -> None:
    found = read(f'<p title="{html_text(text)}">{html_text(text)}</p>')
    assert found.tags == [("p", [("title", visible(text))])]
    assert found.text == visible(text)


@given(
    st.recursive(
        TEXTS | st.integers() | st.none() | st.booleans(), lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)
    )
)
def test_json_in_a_script_survives_browser_and_template(value: object) -> None:
    block = str(json_block(value))
    for forbidden in ("<", ">", "&", "\u2028", "\u2029", "{{", "{%", "{#"):
        assert forbidden not in block
    assert jinja2.Template(block, keep_trailing_newline=True).render() == block
    assert json.loads(block) == json.loads(json_block(json.loads(block)))


@given(TEXTS)
def test_each_text_of_a_block_becomes_visible_whatever_else_is_in_it(text: str) -> None:
    assert json.loads(json_block({"name": text, "count": [1, 2.5]})) == {"name": visible(text), "count": [1, 2.5]}


@pytest.mark.parametrize("text", ["a\nb", "a\x00b", "a\x1bb", "a\tb", "a\\nb", "a\u202eb", "a\x7fb"])
def test_no_control_comes_through_json(text: str) -> None:
    assert json.loads(json_block([text])) == [visible(text)]


def test_hostile_names_come_through_json_unchanged_but_for_controls(samples: ModuleType) -> None:
    assert json.loads(json_block(list(samples.HOSTILE))) == [visible(name) for name in samples.HOSTILE]


def test_controls_and_overrides_are_seen_and_marks_are_isolated() -> None:
    assert visible("a\u202eb\x00c\nd\u2069") == "a\ufffdb\ufffdc d\ufffd"
    assert visible("a\u200fb") == "a\u200fb"
    assert isolated("a\u200f<b") == Markup("<bdi>a\u200f&lt;b</bdi>")


def test_what_is_markup_already_is_not_escaped_twice() -> None:
    assert html_text(html_text("<")) == "&lt;"
