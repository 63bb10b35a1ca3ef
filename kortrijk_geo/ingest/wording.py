"""What a build or a check has to say, in Dutch and in English, and the code by which other programs know it.

As in a catalogue of gettext the English sentence is the key: the code writes it, the notes of a pack hold it, and
``findings.toml`` knows it again, with its fields. So a note of a pack that was built long ago is told in Dutch too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from kortrijk_geo.rules import Flag, Rules, Text, read_toml

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
# Of what no sentence of ours says: a reason of a library, a note of another program.
UNKNOWN_CODE = "other"
# No sentence of ours is as long; of a note that is, nothing is looked up.
_LONGEST = 5_000
_FIELD = re.compile(r"\{(\w+)(?::([nw]))?\}")
_NUMBER = r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?"
_AND_MORE = re.compile(r"(?:, \.\.\.| and ([\d,]+) more)$")
_QUOTED = re.compile(r"('[^']*'|\"[^\"]*\")")
_TO_DUTCH = str.maketrans(",.", ".,")
_WORDS = "words"


class Sentence(Rules):
    """One thing that can be said, in both languages; ``again``: `pack check` repeats it from the notes of a pack."""

    en: Text
    nl: Text
    again: Flag = False


@dataclass(frozen=True)
class Reading:
    """A sentence that was recognised: its code, its fields as they were written, and what the table says of it."""

    code: str
    fields: dict[str, str]
    sentence: Sentence

    def text(self, language: Language) -> str:
        """Return the sentence in a language."""

        def field(match: re.Match[str]) -> str:
            name, kind = match[1], match[2] or ""
            text = self.fields.get(name, "")
            return text if language == "en" else _in_dutch(text, kind)

        return _FIELD.sub(field, getattr(self.sentence, language))


def recognise(message: str) -> Reading | None:
    """Return which sentence a message is, in whichever language the code writes it; None where it is none of ours."""
    if len(message) > _LONGEST:
        return None
    for code, (sentence, patterns) in _patterns().items():
        for pattern in patterns:
            if (match := pattern.fullmatch(message)) is not None:
                return Reading(code, match.groupdict(), sentence)
    return None


def codes() -> tuple[str, ...]:
    """Return the codes of all findings that there can be."""
    return (*load_sentences(), UNKNOWN_CODE)


@cache
def load_sentences() -> dict[str, Sentence]:
    """Return the sentences of ``findings.toml`` by code."""
    tables = {key: value for key, value in _raw().items() if key != _WORDS}
    return {code: Sentence.model_validate(table) for code, table in tables.items()}


def _raw() -> dict[str, object]:
    return read_toml(Path(__file__).with_name("findings.toml"))[0]


@cache
def _patterns() -> dict[str, tuple[Sentence, tuple[re.Pattern[str], ...]]]:
    # Where two fit, the one that says more is meant.
    known = sorted(load_sentences().items(), key=lambda item: -len(_FIELD.sub("", item[1].en)))
    return {
        code: (sentence, tuple(re.compile(_pattern(text), re.DOTALL) for text in (sentence.en, sentence.nl)))
        for code, sentence in known
    }


def _pattern(text: str) -> str:
    parts: list[str] = []
    end = 0
    for match in _FIELD.finditer(text):
        parts += [re.escape(text[end : match.start()]), f"(?P<{match[1]}>{_NUMBER if match[2] == 'n' else '.*?'})"]
        end = match.end()
    return "".join((*parts, re.escape(text[end:])))


@cache
def _words() -> tuple[re.Pattern[str], tuple[str, ...]]:
    words = _raw()[_WORDS]
    if not isinstance(words, dict):
        raise TypeError("findings.toml: [words] is no table")
    return re.compile("|".join(f"({_bounded(word)})" for word in words)), tuple(words.values())


def _bounded(word: str) -> str:
    return rf"(?<!\w){word}(?!\w)" if word[0].isalnum() else word


def _in_dutch(text: str, kind: str) -> str:
    if kind == "n":
        return text.translate(_TO_DUTCH).replace("%", " %")
    if kind == "w":
        pattern, dutch = _words()
        pieces = _QUOTED.split(text)  # what someone wrote stands between quotes, and stays
        pieces[::2] = [pattern.sub(lambda match: dutch[(match.lastindex or 1) - 1], piece) for piece in pieces[::2]]
        text = "".join(pieces)
    return _AND_MORE.sub(lambda match: f" en nog {match[1].translate(_TO_DUTCH)}" if match[1] else match[0], text)
