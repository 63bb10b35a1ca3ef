"""The columns of the areas: what each is called, how it is written, and how the map colours it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kortrijk_geo.pack.gate import Rests
from kortrijk_geo.results import Column, Scale
from kortrijk_geo.text.dutch import brief_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.housing.norms import Norm

_COUNTS = ("social_dwellings", "households_private")
_RATES = tuple(
    Rests(count, *pair)
    for count in _COUNTS
    for pair in (("subareas", "areas"), ("areas", "boundary"), ("subareas", "boundary"))
)
RESTS: dict[str, tuple[Rests, ...]] = {
    **dict.fromkeys(("social_per_100_households", "below_norm", "below_reference_norm", "status"), _RATES),
    "location_quotient": tuple(replace(rest, everywhere=True) for rest in _RATES),
}
# Which options define a figure; how many homes a plan adds defines none.
DEFINED_BY: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("below_norm", "areas_below_norm", "status"), ("norm", "suppressed_below")),
    "dwellings_to_norm": ("norm",),
    "below_reference_norm": ("reference_norm", "suppressed_below"),
    **dict.fromkeys(
        ("*_after", "social_per_100_households_[0-9]*", "keep_dwellings"), ("year", "fixed_households", "relet")
    ),
}
# One is as much as the city: below it the one colour, above it the other; now and after the plan by the same limits.
_QUOTIENT = Scale.of_data("number", "PuOr_r", breaks=[1.0], family="location_quotient", turn=1.0)
_PER_KM2 = Scale.of_data("number", "BuPu")
_SHARES = Scale.of_data("share", "BuPu")
_NEW = Scale.of_data("whole", "OrRd", breaks=[1.0])
_NOW, _PLAN = "Vandaag", "Voorstel"
FIRST = "social_per_100_households"


def columns(norm: Norm, reference: Norm) -> list[Column]:
    """Return the columns of `kortrijk_geo.housing.analyse`."""
    wanted, lower = (
        brief_number(norm.dwellings_per_100_households),
        brief_number(reference.dwellings_per_100_households),
    )
    per_100 = "Sociale huurwoningen per 100 private huishoudens"
    # Both norms are limits, so that a colour tells on which side of them an area is, also after a plan.
    norms = [(one.label, one.dwellings_per_100_households) for one in (norm, reference)]
    density = Scale.of_data("number", goals=norms, family=FIRST)
    return [
        Column("name", "Gebied"),
        Column("social_dwellings", "Sociale huurwoningen", "whole", table=True, adds=True),
        Column("households_private", "Private huishoudens", "whole", table=True, adds=True),
        Column(FIRST, per_100, group=_NOW, scale=density, table=True),
        Column("location_quotient", "Keer de dichtheid van de stad", group=_NOW, scale=_QUOTIENT, table=True),
        Column("social_per_km2", "Sociale huurwoningen per km²", group=_NOW, scale=_PER_KM2),
        Column("share_social_dwellings", "Deel van de sociale huurwoningen van de stad", group=_NOW, scale=_SHARES),
        Column("dwellings_to_norm", f"Woningen te kort tot {wanted} per 100", "whole", table=True, adds=True),
        Column("below_norm", f"Onder {wanted} per 100 ({norm.label})"),
        Column("below_reference_norm", f"Onder {lower} per 100 ({reference.label})"),
        Column("status", "Toestand", table=True),
        Column("small_area", "Weinig huishoudens"),
        Column("cluster", "Cluster", table=True),
        Column("cluster_p", "Kans op toeval (gecorrigeerd)"),
    ]


def allocation_columns(year: int, before: Sequence[Column]) -> list[Column]:
    """Return the columns that the plan for new homes adds to those before it."""
    density = next(column.scale for column in before if column.name == FIRST)
    then = f"in {year} (voorstel)"
    per_100 = f"Sociale huurwoningen per 100 private huishoudens {then}"
    return [
        Column(
            "relet_dwellings", "Leegstaande sociale woningen opnieuw verhuurd (voorstel)", group=_PLAN, scale=_NEW,
            table=True,
        ),
        Column("new_dwellings", "Nieuwe sociale woningen (voorstel)", group=_PLAN, scale=_NEW, table=True),
        Column("most_new_dwellings", "Bovengrens nieuwe sociale woningen"),
        Column("social_dwellings_after", f"Sociale huurwoningen {then}", "whole", table=True, adds=True),
        Column("households_private_after", f"Private huishoudens in {year}"),
        Column(f"{FIRST}_after", per_100, group=_PLAN, scale=density, table=True),
        Column("location_quotient_after", f"Keer de dichtheid van de stad {then}", group=_PLAN, scale=_QUOTIENT),
    ]  # fmt: skip
