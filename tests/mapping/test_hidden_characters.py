"""No character that a reader cannot see comes through, whatever is looked at first to be quick."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from kortrijk_geo.text.safe import json_block, visible

_KINDS = {"Cc", "Cs", "Zl", "Zp"}
HIDDEN = [sign for sign in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(sign) in _KINDS]
TURNING = [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))]


def test_every_hidden_character_is_shown_or_a_space() -> None:
    assert len(HIDDEN) > 2_000
    for sign in [*HIDDEN, *TURNING]:
        assert visible(f"a{sign}b") in {"a\ufffdb", "a b"}, hex(ord(sign))
        assert json_block([f"a{sign}b"]) in {'["a\ufffdb"]', '["a b"]'}, hex(ord(sign))


@pytest.mark.parametrize("text", ["Marke-Zuid", "café", "a\u00a0b", "1\u202f250", "\u0645\u062d", "\U0001f333", ""])
def test_what_can_be_seen_stays(text: str) -> None:
    assert visible(text) == text
    assert json_block([text]) == f'["{text}"]'
