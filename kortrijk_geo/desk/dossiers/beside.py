"""The proof of what stands beside the chain: that people and rulebooks are those that the entries name, and no others.

A hash says that a row is as it was, not that it is still there, nor that it is of this dossier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.desk.dossiers.books import AGREED, PROPOSED
from kortrijk_geo.desk.dossiers.findings import Finding
from kortrijk_geo.errors import KortrijkGeoError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kortrijk_geo.desk.dossiers.dossier import Advice
    from kortrijk_geo.desk.dossiers.findings import Cause
    from kortrijk_geo.desk.ledger import Entry, Ledger

# Where an entry of a dossier names what it keeps of people; empty where nothing was to be kept.
_PEOPLE = {
    "submitted": ("person",),
    "corrected": ("person", "reason"),
    "advised": ("person",),
    "confirmed": ("remark",),
    "decided": ("motivation",),
    "withdrawn": ("reason",),
}


def of_people(entries: Sequence[Entry], people: Mapping[str, str]) -> Iterator[Finding]:
    """Find personal data that are gone without being forgotten, or are there and should not.

    Parameters
    ----------
    entries
        All of the ledger.
    people
        Of the same moment: the dossier of each row, by its salted hash.
    """
    forgotten = {entry.dossier for entry in entries if entry.kind == "forgotten"}
    named: set[tuple[str, str]] = set()
    for entry in entries:
        digests = [str(entry.body.get(part) or "") for part in _PEOPLE.get(entry.kind, ())] if entry.dossier else []
        for digest in filter(None, digests):
            named.add((digest, entry.dossier))
            if entry.dossier not in forgotten and people.get(digest) != entry.dossier:
                sentence = f"persoonsgegevens ({digest[:12]}) zijn weg, en het dossier is niet vergeten."
                yield Finding("stored", entry.number, entry.dossier, sentence)
    for digest, dossier in people.items():
        if dossier in forgotten:
            yield Finding("stored", 0, dossier, f"het dossier is vergeten en er staan nog gegevens ({digest[:12]}).")
        elif (digest, dossier) not in named:
            yield Finding("stored", 0, dossier, f"persoonsgegevens ({digest[:12]}) die geen inschrijving noemt.")


def of_proposals(ledger: Ledger, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find proposed rulebooks of which the text is gone: the desk cannot show its rules without."""
    for entry in entries:
        if entry.kind == PROPOSED:
            try:
                ledger.text(str(entry.body.get("rulebook")))
            except KortrijkGeoError as error:
                yield Finding("stored", entry.number, "", f"{error}.")


def agreed_before(entries: Sequence[Entry], number: int) -> set[str]:
    """Return the hashes of the rulebooks that two people had agreed on before an entry."""
    proposed = {entry.number: str(entry.body.get("rulebook")) for entry in entries if entry.kind == PROPOSED}
    yes = [entry.body.get("proposal") for entry in entries if entry.kind == AGREED and entry.number < number]
    return {proposed[one] for one in yes if isinstance(one, int) and one in proposed}


def of_rulebook(
    dossier: str, advice: Advice, entries: Sequence[Entry], shipped: Mapping[str, str], *, same_program: bool
) -> Iterator[Finding]:
    """Find an advice by a rulebook that was neither shipped nor agreed on.

    Another version of the program may have shipped other rulebooks: then it is told, and no fault.
    """
    if advice.rulebook not in shipped and advice.rulebook not in agreed_before(entries, advice.entry):
        cause: Cause = "not allowed" if same_program else "rulebook"
        sentence = f"Het advies rekent met een reglement ({advice.rulebook_id}, {advice.rulebook[:12]}) dat niet geldt."
        yield Finding(cause, advice.entry, dossier, sentence)
