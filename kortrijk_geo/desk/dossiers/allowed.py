"""Who may do what on a dossier, and when: one place, which the acts, the pages and the proof all ask."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, get_args

from kortrijk_geo.desk.accounts import ROLE_LABELS, Role
from kortrijk_geo.desk.dossiers.dossier import STATUS_LABELS
from kortrijk_geo.errors import KortrijkGeoError

if TYPE_CHECKING:
    from kortrijk_geo.desk.accounts import Officer
    from kortrijk_geo.desk.dossiers.dossier import Advice, Dossier

Act = Literal["advice", "grant", "refuse", "pay", "withdraw", "correct", "confirm", "forget"]
ACTS: tuple[Act, ...] = get_args(Act)
ACT_LABELS: dict[Act, str] = {
    "advice": "advies berekenen",
    "grant": "toekennen",
    "refuse": "weigeren",
    "pay": "een betaling inschrijven",
    "withdraw": "intrekken",
    "correct": "verbeteren",
    "confirm": "een open punt van dit dossier bevestigen",
    "forget": "de persoonsgegevens vergeten",
}
_OF_MANAGER: frozenset[Act] = frozenset({"confirm", "forget"})
_IN: dict[Act, frozenset[str]] = {
    "advice": frozenset({"submitted", "advised"}),
    "grant": frozenset({"advised"}),
    "refuse": frozenset({"advised"}),
    "pay": frozenset({"decided"}),
    "withdraw": frozenset({"submitted", "advised", "decided"}),
    "correct": frozenset({"submitted", "advised", "decided"}),
    "confirm": frozenset({"submitted", "advised"}),
    "forget": frozenset({"decided", "paid", "withdrawn"}),
}

# Who closes an open point of these fields; all others a manager.
_OF_APPLICANT = frozenset({"conditions", "costs"})
_OF_PACK = frozenset({"places", "children_0_2", "area", "pack"})
_APPLICANT, _CITY, _MANAGER = "de aanvrager", "wie de cijfers van de stad bijhoudt", "een beheerder"


class NotAllowedError(KortrijkGeoError, PermissionError):
    """The role of an officer, or the state of a dossier, does not allow this."""

    exit_code = 2


def require_role(officer: Officer, role: Role, what: str) -> None:
    """Refuse an officer who may not do something."""
    if not officer.may(role):
        raise NotAllowedError(f"{what[0].upper()}{what[1:]} kan alleen als {ROLE_LABELS[role]}, en u bent"
                              f" {ROLE_LABELS[officer.role]}.")  # fmt: skip


def why_not(dossier: Dossier, act: Act, officer: Officer) -> str | None:
    """Say in Dutch why an officer may not do something with a dossier now; None when he may."""
    undoes = act == "correct" and dossier.ruling is not None
    try:
        require_role(officer, "manager" if undoes or act in _OF_MANAGER else "officer", ACT_LABELS[act])
    except NotAllowedError as error:
        return str(error)
    if dossier.forgotten and act != "forget":
        return "De persoonsgegevens van dit dossier zijn vergeten: er verandert niets meer aan."
    if dossier.status not in _IN[act]:
        return f"Dossier {dossier.number} is {STATUS_LABELS[dossier.status]}: {ACT_LABELS[act]} kan dan niet."
    return _why_not_granted(dossier) if act == "grant" else _why_not_after_ruling(dossier, act)


def _why_not_after_ruling(dossier: Dossier, act: Act) -> str | None:
    if act in {"correct", "withdraw"} and dossier.payments:
        return (
            f"Van dossier {dossier.number} is al betaald: {ACT_LABELS[act]} kan niet meer. De regels voor"
            " terugbetaling staan in het reglement, of zijn onbekend."
        )
    if act in {"pay", "withdraw"} and dossier.ruling is not None and not dossier.ruling.granted:
        return f"Dossier {dossier.number} is geweigerd: {ACT_LABELS[act]} kan niet."
    return None


def _why_not_granted(dossier: Dossier) -> str | None:
    advice = dossier.advice
    if advice is None:
        return "Er is nog geen advies over deze versie."
    if advice.status == "not eligible":
        return f"Toekennen kan niet, het advies is dat de aanvraag niet in aanmerking komt: {' '.join(advice.reasons)}"
    if advice.status == "incomplete" or advice.total_cents is None:
        return f"Toekennen kan niet, er is geen bedrag te berekenen. {_open(dossier)}"
    if advice.status != "eligible" or advice.open_points:
        return f"Toekennen kan niet, het advies is nog voorlopig. {_open(dossier)}"
    return None


def _open(dossier: Dossier) -> str:
    assert dossier.advice is not None
    count = len(dossier.advice.open_points)
    texts = " ".join(dict.fromkeys(text for _, text in dossier.advice.open_points))
    return (
        f"Er {'is 1 open punt' if count == 1 else f'zijn {count} open punten'}: {texts}"
        " Ze sluiten met antwoorden van de aanvrager, een bevestiging van een beheerder of cijfers van de juiste dag;"
        " bereken daarna het advies opnieuw."
    )


def allowed(dossier: Dossier, officer: Officer) -> tuple[Act, ...]:
    """Return what an officer may do with a dossier now."""
    return tuple(act for act in ACTS if why_not(dossier, act, officer) is None)


def require(dossier: Dossier, act: Act, officer: Officer) -> None:
    """Raise `NotAllowedError` when an officer may not do something with a dossier now."""
    reason = why_not(dossier, act, officer)
    if reason is not None:
        raise NotAllowedError(reason)


def waits_for(dossier: Dossier) -> str:
    """Say what a dossier waits for, and from whom; empty when it is done."""
    if dossier.forgotten:
        return ""
    if dossier.status == "submitted":
        return "advies, door een dossierbehandelaar"
    if dossier.status == "decided" and dossier.ruling is not None and dossier.ruling.granted:
        return "betaling, door een dossierbehandelaar"
    return _after_advice(dossier.advice) if dossier.status == "advised" and dossier.advice is not None else ""


def _after_advice(advice: Advice) -> str:
    if advice.status == "not eligible" or not advice.open_points:
        return "beslissing, door een dossierbehandelaar"
    whom = Counter(_whose(field.partition(".")[0]) for field, _ in advice.open_points)
    count = len(advice.open_points)
    points = f"{count} open {'punt' if count == 1 else 'punten'}"
    if len(whom) == 1:
        return f"{points}, van {next(iter(whom))}"
    parts = [f"{whom[one]} van {one}" for one in (_APPLICANT, _CITY, _MANAGER) if one in whom]
    return f"{points}: {', '.join(parts[:-1])} en {parts[-1]}"


def _whose(group: str) -> str:
    """Say who closes an open point of a group of fields."""
    return _APPLICANT if group in _OF_APPLICANT else _CITY if group in _OF_PACK else _MANAGER
