"""Who works at the desk: officers, what their role may do, and how they prove who they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Role: TypeAlias = Literal["visitor", "reader", "officer", "manager"]

# What each role may do, the next one what the one before may too. A visitor is nobody's account: the first look on
# this machine, before there are accounts.
RANKS: Final[dict[Role, int]] = {"visitor": 0, "reader": 1, "officer": 2, "manager": 3}
ROLES: Final[tuple[Role, ...]] = ("reader", "officer", "manager")
ROLE_LABELS: Final[dict[Role, str]] = {
    "visitor": "bezoeker zonder account",
    "reader": "lezer",
    "officer": "dossierbehandelaar",
    "manager": "beheerder",
}


@dataclass(frozen=True)
class Officer:
    """Who does something at the desk: the name that the ledger keeps, and the role."""

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Say whether this role may do what ``role`` may.

        Examples
        --------
        >>> Officer("An", "manager").may("officer")
        True
        >>> Officer("Bo", "reader").may("officer")
        False
        """
        return RANKS[self.role] >= RANKS[role]


VISITOR: Final = Officer("bezoeker", "visitor")
