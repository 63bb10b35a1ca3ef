"""The proof: the chain is whole, every entry was allowed when it was made, and every advice is computed again."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kortrijk_geo.desk.accounts import RANKS, Officer
from kortrijk_geo.desk.dossiers.advising import code_of_premium, decision_again, summary
from kortrijk_geo.desk.dossiers.allowed import why_not
from kortrijk_geo.desk.dossiers.beside import of_people, of_proposals, of_rulebook
from kortrijk_geo.desk.dossiers.books import AGREED, PROPOSED
from kortrijk_geo.desk.dossiers.dossier import after, dossier_of
from kortrijk_geo.desk.dossiers.findings import Finding
from kortrijk_geo.desk.ledger import check_chain
from kortrijk_geo.errors import KortrijkGeoError
from kortrijk_geo.premium.decision import local
from kortrijk_geo.premium.rulebooks import load_rulebooks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kortrijk_geo.desk.dossiers.allowed import Act
    from kortrijk_geo.desk.dossiers.dossier import Advice, Dossier
    from kortrijk_geo.desk.dossiers.findings import Cause
    from kortrijk_geo.desk.ledger import Entry, Head, Ledger

_STORED = frozenset({"text altered", "person altered"})
_ACT: dict[str, Act] = {
    "advised": "advice",
    "paid": "pay",
    "withdrawn": "withdraw",
    "corrected": "correct",
    "confirmed": "confirm",
}


@dataclass(frozen=True)
class Proof:
    """What was checked, and what differs: in order of entry."""

    entries: int
    advices: int
    rulings: int
    head: Head
    findings: tuple[Finding, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing differs that matters."""
        return not any(finding.is_fault for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return it as the command prints it."""
        return {
            "whole": self.whole,
            "entries": self.entries,
            "advices": self.advices,
            "decisions": self.rulings,
            "head": {"number": self.head.number, "hash": self.head.hash},
            "findings": [
                {"cause": one.cause, "entry": one.entry, "dossier": one.dossier, "text": one.sentence}
                for one in self.findings
            ],
        }


def verify(ledger: Ledger, head: Head | None = None) -> Proof:
    """Check a ledger, also against a head that was exported or printed earlier.

    Each advice is computed again from the inputs, rulebook and figures that were kept with it, without what is
    personal; no pack is needed. Who may not do something, or decided something else than was advised, is found too:
    so a chain that was made anew with right hashes is not right yet.
    """
    report = check_chain(ledger, head)
    findings = [
        Finding("stored" if one.what in _STORED else "chain", one.number, "", f"{one.sentence}.")
        for one in report.faults
    ]
    if any(one.cause == "chain" for one in findings):
        return Proof(report.entries, 0, 0, report.head, tuple(findings))
    entries, people = ledger.entries_and_people()
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.dossier, []).append(entry)
    of_rules = groups.pop("", [])
    findings += [*of_people(entries, people), *of_proposals(ledger, of_rules), *_of_rulebooks(of_rules)]
    counts, shipped = [], {book.sha256: book.id for book in load_rulebooks()}
    for dossier, of_dossier in groups.items():
        try:
            counts.append(_of_dossier(ledger, of_dossier, of_rules, shipped, findings))
        except Exception as error:  # noqa: BLE001 - right hashes say nothing of what a body holds; the proof goes on
            sentence = str(error) if isinstance(error, KortrijkGeoError) else f"niet te lezen ({error!r})"
            findings.append(Finding("not allowed", of_dossier[-1].number, dossier, sentence))
    advices, rulings = (sum(count) for count in zip(*counts, strict=True)) if counts else (0, 0)
    findings.sort(key=lambda one: one.entry)
    return Proof(report.entries, advices, rulings, report.head, tuple(findings))


def _of_dossier(
    ledger: Ledger,
    entries: Sequence[Entry],
    of_rules: Sequence[Entry],
    shipped: Mapping[str, str],
    findings: list[Finding],
) -> tuple[int, int]:
    """Add what is found in one dossier; return how many advices and decisions it has."""
    dossier = dossier_of(entries)
    findings += _of_acts(entries)
    for advice in dossier.advices:
        findings += _of_confirmations(dossier, advice, [*of_rules, *entries])
        same = advice.code == code_of_premium()
        findings += of_rulebook(dossier.number, advice, of_rules, shipped, same_program=same)
        findings += _of_advice(ledger, dossier, advice)
    return len(dossier.advices), len(dossier.rulings)


def _of_acts(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Do the acts again: each must have been allowed to whom did it, in the state before it."""
    dossier = dossier_of(entries[:1])
    for entry in entries[1:]:
        reason = _why_not(dossier, entry)
        if reason is not None:
            yield Finding("not allowed", entry.number, entry.dossier, f"{entry.who}, {entry.kind}: {reason}")
        dossier = after(dossier, entry)


def _why_not(dossier: Dossier, entry: Entry) -> str | None:
    role = entry.body.get("role")
    if entry.kind == "forgotten":  # also done by who owns the file, for the retention time
        return None
    if not isinstance(role, str) or role not in RANKS:
        return f"er is geen rol {role!r}"
    officer = Officer(entry.who, role)
    if entry.kind == "submitted":
        return None if dossier.status == "opened" and officer.may("officer") else "een dossier wordt één keer ingediend"
    act: Act = ("grant" if entry.body["granted"] else "refuse") if entry.kind == "decided" else _ACT[entry.kind]
    return why_not(dossier, act, officer) or _wrong_content(dossier, entry)


def _wrong_content(dossier: Dossier, entry: Entry) -> str | None:
    if entry.kind == "decided":
        return _other_sum(dossier, entry)
    if entry.kind == "paid":
        return _wrong_payment(dossier, entry)
    if entry.kind == "corrected" and entry.body["corrects"] != dossier.version.entry:
        return "een verbetering wijst naar de vorige versie"
    return None


def _wrong_payment(dossier: Dossier, entry: Entry) -> str | None:
    cents, ruling = entry.body["cents"], dossier.ruling
    if not isinstance(cents, int) or not 0 < cents <= (dossier.granted_cents or 0) - dossier.paid_cents:
        return "er is meer betaald dan toegekend"
    decided, written = (local(dt.datetime.fromisoformat(one.at)).date() for one in (ruling or entry, entry))
    on_time = decided <= dt.date.fromisoformat(entry.body["day"]) <= written
    return None if on_time else "de dag van betaling ligt niet tussen de beslissing en de inschrijving"


def _other_sum(dossier: Dossier, entry: Entry) -> str | None:
    advice, body = dossier.advice, entry.body
    if advice is None or body["advice"] != advice.entry:
        return "de beslissing noemt een ander advies dan het laatste"
    if body["cents"] != (advice.total_cents if body["granted"] else 0):
        return "het bedrag is een ander dan dat van het advies"
    return None if body["granted"] or body["motivation"] else "een weigering zonder redenen"


def _of_rulebooks(entries: Sequence[Entry]) -> Iterator[Finding]:
    proposed: dict[int, Entry] = {}
    agreed: set[Any] = set()
    for entry in entries:
        if entry.kind == PROPOSED:
            proposed[entry.number] = entry
        elif entry.kind == AGREED:
            said = entry.body.get("proposal")
            number = said if isinstance(said, int) else 0
            if number not in proposed or number in agreed:
                yield Finding("not allowed", entry.number, "", f"{entry.who} ging akkoord met wat niet wacht.")
            elif proposed[number].who.casefold() == entry.who.casefold():
                yield Finding("not allowed", entry.number, "", f"{entry.who} ging akkoord met een eigen voorstel.")
            agreed.add(number)
        needed = {PROPOSED: "officer", AGREED: "manager", "confirmed": "manager"}.get(entry.kind)
        role = entry.body.get("role")
        if needed is not None and RANKS.get(str(role), -1) < RANKS[needed]:  # type: ignore[call-overload,index]
            yield Finding("not allowed", entry.number, "", f"{entry.who}, {entry.kind}: kan niet als {role}.")


def _of_confirmations(dossier: Dossier, advice: Advice, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find what an advice takes as confirmed and nobody had confirmed, of that rulebook and before."""
    confirmed = [
        {**{key: entry.body.get(key) for key in ("field", "document", "date")}, "who": entry.who}
        for entry in entries
        if entry.kind == "confirmed" and entry.number < advice.entry and entry.body.get("rulebook") == advice.rulebook
    ]
    for one in advice.confirmations:
        if one not in confirmed:
            sentence = f"Het advies neemt {one.get('field')} als bevestigd, en dat was het niet."
            yield Finding("not allowed", advice.entry, dossier.number, sentence)


def _of_advice(ledger: Ledger, dossier: Dossier, advice: Advice) -> Iterator[Finding]:
    """Compute an advice again, and hold it against its document and its entry."""
    try:
        kept = json.loads(ledger.text(advice.document))
        for sha256 in (advice.figures, advice.outlines, advice.rulebook):
            ledger.text(sha256)
    except (KortrijkGeoError, ValueError) as error:
        yield Finding("stored", advice.entry, dossier.number, f"{error}.")
        return
    code = code_of_premium()
    same_code = advice.code["sha256"] == code["sha256"]
    what, again = "", {}
    try:
        again = decision_again(ledger, dossier, advice, bare=True).to_json()
    except Exception as error:  # noqa: BLE001 - whatever other code makes of it, the proof goes on and tells
        what = f"het advies is niet opnieuw te berekenen ({error})"
    if again:
        what = _differing(kept, again) or _differing(_named_in(kept), _in_entry(advice))
    if not what:
        return
    outcome = ("status", "total_eur")
    words_only = bool(again) and all(again[key] == kept[key] for key in outcome)
    cause: Cause = "differs" if same_code else "wording" if words_only else "code"
    by = "" if same_code else f" Berekend met versie {advice.code['version']}, nagerekend met {code['version']}."
    yield Finding(cause, advice.entry, dossier.number, f"Het advies verschilt: {what}.{by}")


def _named_in(document: Mapping[str, Any]) -> dict[str, Any]:
    told = {"rulebook_id": document["rulebook"]["id"], "document_sha256": document["provenance"]["decision_sha256"]}
    return {**summary(document), **told}


def _in_entry(advice: Advice) -> dict[str, Any]:
    return {
        "rulebook_id": advice.rulebook_id, "document_sha256": advice.document_sha256,
        "status": advice.status, "total_cents": advice.total_cents, "area_id": advice.area_id, "area": advice.area,
        "open_points": [list(point) for point in advice.open_points], "reasons": list(advice.reasons),
    }  # fmt: skip


def _differing(kept: Mapping[str, Any], again: Mapping[str, Any]) -> str:
    """Name the parts that differ, with their values where these are short; the program's version is none of them."""
    parts = []
    for key in sorted(kept.keys() | again.keys()):
        one, other = kept.get(key), again.get(key)
        if key == "provenance":
            skipped = ("kortrijk_geo", "decision_sha256")
            one, other = ({k: v for k, v in (part or {}).items() if k not in skipped} for part in (one, other))
        if one != other:
            short = not isinstance(one, (dict, list)) and not isinstance(other, (dict, list))
            parts.append(f"{key} was {one}, wordt {other}" if short else key)
    return "; ".join(parts)
