"""What a proof finds: what is not as it was, where, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Cause: TypeAlias = Literal["chain", "stored", "not allowed", "code", "wording", "rulebook", "differs"]
# What each cause means, as the command tells it.
CAUSE_LABELS: dict[Cause, str] = {
    "chain": "de keten is gebroken",
    "stored": "wat naast de keten bewaard wordt, is veranderd of weg",
    "not allowed": "deze inschrijving mocht niet",
    "code": "een andere uitkomst, want het programma is sindsdien veranderd",
    "wording": "dezelfde uitkomst in andere woorden, want het programma is sindsdien veranderd",
    "rulebook": "een reglement dat met dit programma niet meekomt",
    "differs": "een andere uitkomst met hetzelfde programma",
}
_TOLD_ONLY = frozenset({"wording", "rulebook"})


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was; ``entry`` is the first that differs, 0 where it is none."""

    cause: Cause
    entry: int
    dossier: str
    sentence: str

    @property
    def is_fault(self) -> bool:
        """Whether it is more than another program since."""
        return self.cause not in _TOLD_ONLY
