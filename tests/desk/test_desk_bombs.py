"""A rulebook that is uploaded to cost time and memory is refused before it is read; one that only looks so is not."""

from __future__ import annotations

import time

import pytest

from kortrijk_geo.errors import DataError
from kortrijk_geo.premium.rulebooks import rulebook_of_text
from kortrijk_geo.rules import table_of


@pytest.mark.parametrize(
    "text",
    [
        "a." * 8_000 + "b = 1",
        "\n  a . " * 1 + "a . " * 8_000 + "b = 1",
        '"a".' * 8_000 + "b = 1",
        '"\\"".' * 8_000 + "b = 1",
        "'a'.b.\"c\"." * 3_000 + "d = 1",
        "[" + "a." * 20_000 + "b]",
        "x = {y = 1, " + "a." * 8_000 + "b = 1}",
        "x = [\n{" + "a." * 8_000 + "b = 1}]",
    ],
)
def test_a_key_of_thousands_of_parts_costs_nothing(text: str) -> None:
    begin = time.monotonic()
    with pytest.raises(DataError, match="more than 100 deep"):
        rulebook_of_text(text, "bom.toml")
    assert time.monotonic() - begin < 0.5  # the reader of TOML takes seconds, and with 100,000 parts 10 GB


def test_a_text_of_many_sentences_is_no_key() -> None:
    text = "Ja. " * 300
    assert table_of(f"a.b = '''{text}'''\n# {text}\nc = \"{text}\"".encode(), "x") == {"a": {"b": text}, "c": text}


def test_thousands_of_unknown_tables_are_told_in_a_hundred_lines() -> None:
    text = "".join(f"[[a{number}]]\n" for number in range(10_000))
    begin = time.monotonic()
    with pytest.raises(DataError) as refused:
        rulebook_of_text(text, "bom.toml")
    assert time.monotonic() - begin < 5  # told one by one they take half a minute
    lines = str(refused.value).splitlines()
    assert len(lines) <= 101
    assert lines[-1].startswith("bom.toml: 9")
    assert lines[-1].endswith("more things are wrong")
