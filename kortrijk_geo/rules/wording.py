"""What is wrong in a file of rules, in the words of the house: a line each, with the key as a reader counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from kortrijk_geo.errors import did_you_mean, nearest
from kortrijk_geo.rules.kinds import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_TOLD = 100  # of what is wrong: more lines nobody reads, and each may cost a search for what was meant
_NOT = {"string_type": "a text", "int_type": "a whole number"}  # what a value of a plain Python type is not
# A check over a whole table names the key that is wrong first: it is shown as the key's own place.
_OF_KEY = re.compile(r"(\w+)(?:: | is missing| is not a known key)")


def lines_of(model: type[BaseModel], error: ValidationError, where: str) -> list[str]:
    """Say what is wrong, a line each; a misspelt key is one line, not that it is missing and another unknown."""
    every = error.errors(include_url=False)
    errors = every[:MOST_TOLD]
    lines: list[str] = []
    typos: set[tuple[Any, ...]] = set()
    for fault in errors:
        if fault["type"] == "extra_forbidden":
            *table, key = fault["loc"]
            known = _keys(model, table)
            missing = [e["loc"][-1] for e in errors if e["type"] == "missing" and list(e["loc"][:-1]) == table]
            meant = nearest(key, [str(name) for name in missing]) or nearest(key, known)
            typos.update((*table, name) for name in missing if name == meant)
            hint = f"did you mean {meant}?" if meant else f"the keys are {', '.join(known)}"
            lines.append(f"{where}: {_path(fault['loc'])} is not a known key; {hint}")
    for fault in errors:
        place = f"{where}: {_path(fault['loc'])}" if fault["loc"] else where
        if fault["type"] == "missing" and tuple(fault["loc"]) not in typos:
            lines.append(f"{place} is missing")
        elif fault["type"] not in {"missing", "extra_forbidden"}:
            reason = _reason(fault)
            of_key = _OF_KEY.match(reason)
            inside = fault["loc"] and of_key and of_key[1] in _keys(model, fault["loc"])
            lines.append(f"{place}{'.' if inside else ': '}{reason}")
    if len(every) > MOST_TOLD:
        lines.append(f"{where}: {len(every) - MOST_TOLD} more things are wrong")
    return lines


def _reason(error: Any) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    if error["type"] == "literal_error":
        choices = error["ctx"]["expected"].replace(" or ", ", ").replace("'", "")
        return f"{shown(error['input'])} must be one of {choices}{did_you_mean(error['input'], choices.split(', '))}"
    if error["type"] in {"model_type", "model_attributes_type", "dict_type"}:
        return f"{shown(error['input'])} is not a table"
    if error["type"] in _NOT:
        return f"{shown(error['input'])} is not {_NOT[error['type']]}"
    return f"{shown(error['input'])}: {error['msg'].lower()}"


def _path(loc: Sequence[Any]) -> str:
    """Name a key as a reader counts: the second ``[[size]]`` is ``size[2]``."""
    text = ""
    for part in loc:
        if isinstance(part, str) and part.startswith("("):  # the key by which a row is named
            text += f" {part}"
            continue
        if isinstance(part, str) and part.startswith("function-"):  # one of several types a value may have
            continue
        if part == "[key]":  # what is wrong is the key itself, which stands before it
            continue
        text += f"[{part + 1}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


def _keys(model: Any, table: Iterable[Any]) -> list[str]:
    """Return the keys of the table at a place in a model."""
    for part in table:
        if isinstance(part, str) and isinstance(model, type) and issubclass(model, BaseModel):
            names = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
            model = _model_in(names[part]) if part in names else model  # else a key of a table by name
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [field.alias or name for name, field in model.model_fields.items()]
    return []


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part)) is not None), None)
