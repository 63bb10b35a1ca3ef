"""The overview: which dossiers there are, what was granted per wijk and year, the budget, and what falls due."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kortrijk_geo.desk.dossiers.dossier import STATUS_LABELS
from kortrijk_geo.desk.dossiers.terms import Term, terms_of
from kortrijk_geo.files import write_workbook
from kortrijk_geo.premium import wording
from kortrijk_geo.premium.decision import local
from kortrijk_geo.premium.terms import KIND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    from kortrijk_geo.desk.dossiers.desk import Desk
    from kortrijk_geo.desk.dossiers.dossier import Dossier, Ruling

# A spreadsheet reads a text that begins so as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Filter:
    """Which dossiers: by year of the number, id of the wijk, status, kind; None and "" are all."""

    year: int | None = None
    area_id: str = ""
    status: str = ""
    kind: str = ""

    def passes(self, dossier: Dossier) -> bool:
        """Whether a dossier is meant."""
        area = dossier.advice.area_id if dossier.advice is not None else None
        return (
            self.year in {None, dossier.year}
            and self.area_id in {"", area}
            and self.status in {"", dossier.status}
            and (not self.kind or (bool(dossier.versions) and dossier.asked["kind"] == self.kind))
        )


@dataclass(frozen=True)
class Effect:
    """What the places of one granted dossier do to the rate of its wijk, places per 100 children; None is unknown.

    ``before`` counts the places granted earlier on the same counts too, so that effects of one wijk add up.
    """

    dossier: str
    area_id: str
    area: str
    places: int
    counted_on: dt.date
    before: float | None
    after: float | None


@dataclass(frozen=True)
class AreaTotal:
    """What was asked and granted in a wijk, and paid, in cents."""

    area_id: str
    area: str
    dossiers: int
    granted: int
    places: int
    granted_cents: int
    paid_cents: int


@dataclass(frozen=True)
class BudgetYear:
    """What the decisions of a calendar year grant, against the budget of a year; None is unknown."""

    year: int
    granted_cents: int
    budget_cents: int | None

    @property
    def left_cents(self) -> int | None:
        """What is left, below zero where more was granted; None while the budget is unknown."""
        return None if self.budget_cents is None else self.budget_cents - self.granted_cents


@dataclass(frozen=True)
class Overview:
    """All of the overview, of the dossiers of a filter; ``without_area`` counts those that no wijk is known of."""

    dossiers: tuple[Dossier, ...]
    areas: tuple[AreaTotal, ...]
    without_area: int
    years: tuple[BudgetYear, ...]
    effects: tuple[Effect, ...]
    terms: tuple[Term, ...]

    @property
    def places(self) -> int:
        """How many places were granted."""
        return sum(area.places for area in self.areas)

    @property
    def granted_cents(self) -> int:
        """What was granted."""
        return sum(area.granted_cents for area in self.areas)


def overview(desk: Desk, only: Filter | None = None) -> Overview:
    """Return the overview of the dossiers of a filter; a decision counts in the year in which it was taken.

    The budget is of the city as a whole: of each year all that was granted in it, whatever the filter leaves out.
    """
    everything, only = desk.all_dossiers(), only or Filter()
    dossiers = tuple(one for one in everything if only.passes(one))
    terms = [term for one in dossiers for term in terms_of(desk.ledger, one, desk.rules.retention)]
    return Overview(
        dossiers=dossiers,
        areas=_by_area(dossiers),
        without_area=sum(one.advice is None or one.advice.area_id is None for one in dossiers),
        years=_by_year(everything, desk.rules.budget.yearly_eur),
        effects=tuple(one for one in _effects(desk, everything) if one.dossier in {d.number for d in dossiers}),
        terms=tuple(sorted(terms, key=lambda term: (term.due is None, term.due or dt.date.max, term.dossier))),
    )


def _granted(dossier: Dossier) -> bool:
    return dossier.ruling is not None and dossier.ruling.granted and dossier.status in {"decided", "paid"}


def _by_area(dossiers: Iterable[Dossier]) -> tuple[AreaTotal, ...]:
    groups: dict[tuple[str, str], list[Dossier]] = defaultdict(list)
    for one in dossiers:
        if one.advice is not None and one.advice.area_id is not None:
            groups[(one.advice.area_id, one.advice.area or "")].append(one)
    return tuple(
        AreaTotal(
            area_id=area_id,
            area=area,
            dossiers=len(members),
            granted=sum(map(_granted, members)),
            places=sum(one.new_places for one in members if _granted(one)),
            granted_cents=sum(one.granted_cents or 0 for one in members if _granted(one)),
            paid_cents=sum(one.paid_cents for one in members),
        )
        for (area_id, area), members in sorted(groups.items(), key=lambda item: item[0][1])
    )


def _by_year(dossiers: Iterable[Dossier], yearly_eur: Decimal | None) -> tuple[BudgetYear, ...]:
    sums: dict[int, int] = defaultdict(int)
    for one in dossiers:
        if one.ruling is not None and _granted(one):
            sums[local(dt.datetime.fromisoformat(one.ruling.at)).year] += one.ruling.cents
    budget = None if yearly_eur is None else int(yearly_eur * 100)
    return tuple(BudgetYear(year, granted, budget) for year, granted in sorted(sums.items(), reverse=True))


def _effects(desk: Desk, dossiers: Sequence[Dossier]) -> list[Effect]:
    """Return the effects in the order of the decisions."""
    rulings: list[tuple[Ruling, Dossier]] = [(one.ruling, one) for one in dossiers if one.ruling and _granted(one)]
    earlier: dict[tuple[Any, ...], int] = defaultdict(int)
    effects = []
    for ruling, one in sorted(rulings, key=lambda pair: pair[0].entry):
        advice = one.advice_of(ruling.advice)
        assert advice is not None
        document = json.loads(desk.ledger.text(advice.document))
        area, on = document["area"], dt.date.fromisoformat(document["reference_date"])
        counts = (area["area_id"], area["places"], area["children_0_2"], on)
        before, after = (_rate(area, earlier[counts] + more) for more in (0, one.new_places))
        earlier[counts] += one.new_places
        effects.append(Effect(one.number, area["area_id"], area["name"], one.new_places, on, before, after))
    return effects


def _rate(area: Mapping[str, Any], more: int) -> float | None:
    """Return the rate with so many more places; None where a count is unknown, or there are no children."""
    if area["places"] is None or not area["children_0_2"]:
        return None
    return float(100 * (Fraction(area["places"]) + more) / Fraction(area["children_0_2"]))


def export_rows(dossiers: Iterable[Dossier]) -> list[dict[str, Any]]:
    """Return a row per dossier under Dutch heads, with nothing personal; unknown is None, sums are in euros."""
    return [_row(one) for one in dossiers if one.versions]


def _row(one: Dossier) -> dict[str, Any]:
    advice, ruling, kind = one.advice, one.ruling, str(one.asked["kind"])
    return {
        "dossier": one.number,
        "status": STATUS_LABELS[one.status],
        "opvangvorm": KIND.get(kind, kind),
        "aanvraag": one.asked["date"],
        "wijk": None if advice is None else advice.area,
        "nieuwe plaatsen": one.new_places,
        "bestaande plaatsen": one.asked["existing_places"],
        "advies": None if advice is None else wording.STATUS[advice.status],
        "advies (euro)": None if advice is None else _euros(advice.total_cents),
        "open punten": None if advice is None else len(advice.open_points),
        "beslissing": None if ruling is None else "toegekend" if ruling.granted else "geweigerd",
        "beslist op": None if ruling is None else local(dt.datetime.fromisoformat(ruling.at)).date().isoformat(),
        "beslist door": None if ruling is None else ruling.by,
        "toegekend (euro)": _euros(one.granted_cents),
        "betaald (euro)": _euros(one.paid_cents),
        "reglement": None if advice is None else advice.rulebook_id,
    }


def _euros(cents: int | None) -> float | None:
    return None if cents is None else cents / 100


def write_export(path: str | Path, desk: Desk, only: Filter | None = None) -> None:
    """Write the overview as a workbook: dossiers, wijken, effects and terms, each a sheet; no text is a formula."""
    import pandas as pd

    found = overview(desk, only)
    write_workbook(path, {name: pd.DataFrame(rows, dtype=object) for name, rows in _sheets(found).items()})


def _sheets(found: Overview) -> dict[str, list[dict[str, Any]]]:
    return {
        "dossiers": export_rows(found.dossiers),
        "wijken": [
            {
                "wijk": one.area, "dossiers": one.dossiers, "toegekend": one.granted, "plaatsen": one.places,
                "toegekend (euro)": _euros(one.granted_cents), "betaald (euro)": _euros(one.paid_cents),
            }
            for one in found.areas
        ],
        "verhouding": [
            {
                "dossier": one.dossier, "wijk": one.area, "plaatsen": one.places, "telling": one.counted_on.isoformat(),
                "per 100 kinderen, voor": one.before, "per 100 kinderen, na": one.after,
            }
            for one in found.effects
        ],
        "termijnen": [
            {
                "dossier": one.dossier, "wat": one.what, "op": None if one.due is None else one.due.isoformat(),
                "status": one.standing, "bron": one.source,
            }
            for one in found.terms
        ],
    }  # fmt: skip


def csv_text(rows: Sequence[dict[str, Any]]) -> str:
    """Write rows as CSV for a Dutch spreadsheet: semicolons, a comma in numbers, no text that reads as a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    if rows:
        writer.writerow(rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return stream.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}".replace(".", ",")
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, int) else text
