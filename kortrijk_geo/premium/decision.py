"""A decision on the childcare premium: what was decided, every step of it, and on which data and rules."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from kortrijk_geo.premium import wording
from kortrijk_geo.premium.border import border_rules
from kortrijk_geo.text.safe import plain
from kortrijk_geo.version import __version__

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from kortrijk_geo.premium.amounts import AmountLine
    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.border import Neighbour
    from kortrijk_geo.premium.conditions import ConditionOutcome
    from kortrijk_geo.premium.confirming import Confirmation
    from kortrijk_geo.premium.figures import PackFigures
    from kortrijk_geo.premium.form import Rulebook
    from kortrijk_geo.premium.open_points import OpenPoint
    from kortrijk_geo.premium.place import AreaCount
    from kortrijk_geo.premium.repayment import RepaymentDue
    from kortrijk_geo.premium.sketch import Sketch

Status = Literal["eligible", "not eligible", "provisional", "incomplete"]
# What the outside contract holds of a statement.
_TOLD = {"text", "source", "standing"}
_NO_AREA = dict.fromkeys(
    (
        "area_id",
        "name",
        "children_0_2",
        "places",
        "places_per_100_children",
        "below_norm",
        "vulnerable",
        "places_date",
        "children_date",
        "listed",
        "lowest",
    )
)


@dataclass(frozen=True)
class Provenance:
    """The data, the rules, the program and the time of a decision."""

    pack: str
    pack_digest: str
    synthetic: bool
    rulebook_id: str
    rulebook_file: str
    rulebook_sha256: str
    kortrijk_geo: str
    decided_at: str
    pack_changes: tuple[str, ...] = ()


def provenance(figures: PackFigures, book: Rulebook, now: dt.datetime) -> Provenance:
    """Gather the provenance of a decision taken at ``now``."""
    return Provenance(
        pack=figures.pack,
        pack_digest=figures.pack_digest,
        synthetic=figures.synthetic,
        rulebook_id=book.id,
        rulebook_file=book.file,
        rulebook_sha256=book.sha256,
        kortrijk_geo=__version__,
        decided_at=now.isoformat(timespec="seconds"),
        pack_changes=figures.changes,
    )


@dataclass(frozen=True)
class Decision:
    """The outcome of `kortrijk_geo.premium.deciding.decide`.

    ``total_eur`` is None where no sum can be computed; while there are ``open_points`` it is provisional. ``reasons``
    say why nothing is granted; they and ``notes`` are Dutch sentences; amounts are exact euros.
    """

    status: Status
    application: Application
    rulebook: Rulebook
    reference_date: dt.date
    area: AreaCount | None
    conditions: tuple[ConditionOutcome, ...]
    lines: tuple[AmountLine, ...]
    total_eur: Decimal | None
    open_points: tuple[OpenPoint, ...]
    reasons: tuple[str, ...]
    repayment: RepaymentDue | None
    neighbours: tuple[Neighbour, ...]
    confirmations: tuple[Confirmation, ...]
    notes: tuple[str, ...]
    sketch: Sketch
    provenance: Provenance

    def to_json(self) -> dict[str, Any]:
        """Return the outside contract's document: money as text with two decimals, unknown is None."""
        document = self._document()
        return {**document, "provenance": {**document["provenance"], "decision_sha256": self.digest}}

    @property
    def digest(self) -> str:
        """Hash of the whole decision, for the printed sheet."""
        return hashlib.sha256(json.dumps(self._document(), sort_keys=True).encode()).hexdigest()

    def _document(self) -> dict[str, Any]:
        book, asked = self.rulebook, self.application
        area = _NO_AREA if self.area is None else {key: plain(value) for key, value in asdict(self.area).items()}
        return {
            "status": self.status,
            "application": {
                "kind": asked.kind,
                "new_places": asked.new_places,
                "existing_places": asked.existing_places,
                "x": plain(asked.x),
                "y": plain(asked.y),
                "address": asked.address,
                "phase": asked.stage,
                "opened": None if asked.opened is None else asked.opened.isoformat(),
                "year": asked.year,
                "costs_eur": _euros(asked.costs_eur),
                "granted_before_eur": _euros(asked.granted_before_eur),
                "date": asked.date.isoformat(),
                "dossier": asked.dossier,
                "applicant": asked.applicant,
                "advisor": asked.advisor,
            },
            "rulebook": {
                "id": book.id,
                "title": book.title,
                "standing": book.standing,
                "source": book.source,
                "valid_from": book.valid_from.isoformat(),
                "valid_until": None if book.valid_until is None else book.valid_until.isoformat(),
                "area_unit": book.area_unit,
                "municipality": book.municipality,
                "regulation": book.regulation,
                "norm_places_per_100": None if book.norm_places_per_100 is None else float(book.norm_places_per_100),
                "unconfirmed": [{"field": remark.field, "text": remark.text} for remark in book.unconfirmed],
                "minimum_stay_years": book.minimum_stay.years,
                **{name: one.model_dump(include=_TOLD) for name, one in book.statements.items()},
            },
            "reference_date": self.reference_date.isoformat(),
            "area": dict(area),
            "near_border": self._near_border(),
            "conditions": [
                {
                    "id": outcome.condition.id,
                    "text": outcome.condition.text,
                    "answer": plain(outcome.answer),
                    "met": outcome.met,
                    "source": outcome.condition.source,
                    "standing": outcome.condition.standing,
                }
                for outcome in self.conditions
            ],
            "lines": [
                {
                    "field": line.field,
                    "label": line.label,
                    "quantity": line.quantity,
                    "per": line.per,
                    "unit_eur": _euros(line.unit_eur),
                    "calculation": line.calculation,
                    "amount_eur": _euros(line.amount_eur),
                    "applies": line.applies,
                    "source": line.source,
                    "standing": line.standing,
                }
                for line in self.lines
            ],
            "total_eur": _euros(self.total_eur),
            "reasons": list(self.reasons),
            "repayment_due": None if self.repayment is None else self.repayment.to_json(),
            "open_points": [{"field": p.field, "text": p.text, "closes": p.closes} for p in self.open_points],
            "confirmed": [one.model_dump(mode="json") for one in self.confirmations],
            "notes": list(self.notes),
            "provenance": {**asdict(self.provenance), "pack_changes": list(self.provenance.pack_changes)},
        }

    def _near_border(self) -> dict[str, Any]:
        near = border_rules().near
        return {
            "within_m": near.within_m,
            "standing": near.standing,
            "source": near.source,
            "areas": [
                {
                    "area_id": None if one.area is None else one.area.area_id,
                    "name": wording.OUTSIDE if one.area is None else one.area.name,
                    "distance_m": one.distance_m,
                    "total_eur": _euros(one.total_eur),
                }
                for one in self.neighbours
            ],
        }


def local(moment: dt.datetime) -> dt.datetime:
    """Return a moment as the clock of Kortrijk tells it."""
    return moment.astimezone(ZoneInfo("Europe/Brussels"))


def _euros(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
