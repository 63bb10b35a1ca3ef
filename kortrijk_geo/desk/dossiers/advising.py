"""An advice as it is kept and computed again: document, figures and rulebook as texts, with nothing personal."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kortrijk_geo.desk.dossiers.books import kept_rulebook
from kortrijk_geo.desk.dossiers.inputs import Inputs
from kortrijk_geo.desk.ledger import canonical
from kortrijk_geo.premium.confirming import Confirmation
from kortrijk_geo.premium.deciding import decide_on
from kortrijk_geo.premium.figures import PackFigures
from kortrijk_geo.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.desk.dossiers.dossier import Advice, Dossier, Version
    from kortrijk_geo.desk.ledger import Ledger, Writing
    from kortrijk_geo.premium.decision import Decision
    from kortrijk_geo.premium.form import Rulebook

_PACKAGE = Path(__file__).parents[2]
# What computes and words a decision from figures that were kept.
_COMPUTES = ("premium/*.py", "premium/*.toml", "rules/*.py", "text/*.py")
_CONFIRMS = ("field", "document", "date", "who")


@cache
def code_of_premium() -> dict[str, str]:
    """Return the version of the program, and the hash of all of it that a decision hangs on."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in _COMPUTES for path in _PACKAGE.glob(pattern)):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return {"version": __version__, "sha256": digest.hexdigest()}


@dataclass(frozen=True)
class Computed:
    """An advice before it is kept: on all that is known, and as it stands without anything personal."""

    decision: Decision
    inputs: Inputs
    figures: PackFigures
    now: dt.datetime
    confirmations: Sequence[Confirmation]

    @classmethod
    def of(
        cls,
        inputs: Inputs,
        figures: PackFigures,
        book: Rulebook,
        *,
        now: dt.datetime,
        confirmations: Sequence[Confirmation],
    ) -> Computed:
        """Decide on an application."""
        decision = decide_on(inputs.application, figures, book, now=now, confirmations=confirmations)
        return cls(decision, inputs, figures, now, confirmations)

    @cached_property
    def bare(self) -> Decision:
        """The decision without what is personal, which only an advice that is kept needs."""
        application, figures = self.inputs.without_person().application, self.figures.without_place()
        return decide_on(application, figures, self.decision.rulebook, now=self.now, confirmations=self.confirmations)

    def keep(self, writing: Writing, dossier: Dossier) -> dict[str, Any]:
        """Keep the texts and what is personal; return the body of the entry."""
        document, figures = self.bare.to_json(), self.figures.without_place().to_json()
        outlines, book = figures.pop("outlines"), self.bare.rulebook
        distances = json.dumps([one.distance_m for one in self.figures.near])
        person = {"distances_m": distances, "decision_sha256": self.decision.digest}
        return {
            **summary(document),
            "version": dossier.version.number,
            "document": writing.keep_text(canonical(document)),
            "document_sha256": self.bare.digest,
            "figures": writing.keep_text(canonical(figures)),
            "outlines": writing.keep_text(canonical(outlines)),
            "rulebook": writing.keep_text(book.toml),
            "rulebook_file": book.file,
            "rulebook_id": book.id,
            "confirmations": [one.model_dump(mode="json") for one in self.bare.confirmations],
            "decided_at": self.bare.provenance.decided_at,
            "person": writing.keep_person(dossier.number, person),
            "code": code_of_premium(),
        }


def summary(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what lists and later acts need of the document of a decision."""
    total = document["total_eur"]
    return {
        "status": document["status"],
        "total_cents": None if total is None else cents(total),
        "area_id": document["area"]["area_id"],
        "area": document["area"]["name"],
        "open_points": [[point["field"], point["text"]] for point in document["open_points"]],
        "reasons": list(document["reasons"]),
    }


def cents(euros: str) -> int:
    """Return a sum of a document, "8550.00", in cents."""
    whole, _, part = euros.partition(".")
    return int(whole) * 100 + int(part)


def confirmation_of(values: Mapping[str, Any]) -> Confirmation:
    """Return a confirmation that stands in an entry."""
    day = dt.date.fromisoformat(values["date"])
    return Confirmation(**{name: values[name] for name in _CONFIRMS if name != "date"}, date=day)


def kept_figures(ledger: Ledger, advice: Advice) -> PackFigures:
    """Return the figures that an advice was computed on, without the distances to borders, which are personal."""
    document = json.loads(ledger.text(advice.figures))
    return PackFigures.from_json({**document, "outlines": json.loads(ledger.text(advice.outlines))})


def decision_again(ledger: Ledger, dossier: Dossier, advice: Advice, *, bare: bool = False) -> Decision:
    """Compute an advice again from what was kept with it; no pack and no present rulebook is asked.

    Parameters
    ----------
    bare
        Without what is personal, as its document was kept; so it is once that is forgotten.
    """
    version, figures = dossier.versions[advice.version - 1], kept_figures(ledger, advice)
    person = None if bare else ledger.person(advice.person)
    if person is not None:
        figures = figures.at_distances(json.loads(person["distances_m"]))
    inputs = Inputs.of(version.kept) if bare else inputs_of(ledger, version).for_sheet(dossier.number, advice.by)
    return decide_on(
        inputs.application,
        figures,
        kept_rulebook(ledger.text(advice.rulebook), advice.rulebook_file),
        now=dt.datetime.fromisoformat(advice.decided_at),
        confirmations=[confirmation_of(one) for one in advice.confirmations],
    )


def inputs_of(ledger: Ledger, version: Version) -> Inputs:
    """Return what was asked in a version, with what is personal while it is known."""
    return Inputs.of(version.kept, ledger.person(version.person))
