"""The options of the unsealing theme: what can be asked, and what is chosen where nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypedDict, Unpack

from kortrijk_geo.errors import MissingFileError, OptionError, did_you_mean
from kortrijk_geo.options import Option, above_zero, check_year, parse_date, takes
from kortrijk_geo.unsealing.curve_numbers import CurveNumbers, load_curve_numbers
from kortrijk_geo.unsealing.rules import (
    Costs,
    Criteria,
    Regulation,
    Target,
    UnsealingRules,
    load_costs,
    load_criteria,
    load_regulation,
    load_rules,
)

CONTRACT_STORMS_MM = (20.0, 60.0)
BENEFITS = ("score", "m2", "m3")


class Options(TypedDict, total=False):
    """The options of `kortrijk_geo.unsealing.analyse`; at most one target or budget can be given."""

    rules: Annotated[str | Path | None, Option("TOML file instead of the package's ``rules.toml``.")]
    curve_numbers: Annotated[str | Path | None, Option("TOML file instead of the package's ``curve_numbers.toml``.")]
    criteria: Annotated[str | Path | None, Option("TOML file instead of the package's ``criteria.toml``.")]
    costs: Annotated[str | Path | None, Option("TOML file instead of the package's ``costs.toml``.")]
    regulation: Annotated[str | Path | None, Option("TOML file instead of the package's ``regulation.toml``.")]
    storms_mm: Annotated[
        Sequence[float] | None, Option("Amounts of rain (None: rules.toml); 20 and 60 are always reported.", unit="mm")
    ]
    initial_abstraction: Annotated[
        float | None, Option("Lambda of the curve number method, 0 to 1 (None: curve_numbers.toml).", unit="share")
    ]
    target_m2: Annotated[
        float | None, Option("What the plan must unseal; None for the municipality's own target.", unit="m2")
    ]
    target_m3: Annotated[float | None, Option("Rain that the plan must keep.", unit="m3")]
    budget_eur: Annotated[float | None, Option("Most that the plan may cost.", unit="euro")]
    budget_m2: Annotated[float | None, Option("Most that the plan may unseal.", unit="m2")]
    benefit: Annotated[str, Option('What counts with a budget: "score", "m2" or "m3".', "score")]
    earlier: Annotated[str | Path | None, Option("Land cover of an earlier date (same legend and CRS), for the trend.")]
    earlier_date: Annotated[str, Option("Date of that land cover, as 2015-01-01.", "")]
    strip_rows: Annotated[
        int | None, Option("Rows of the land cover in memory at a time; never changes the result.", unit="pixels")
    ]


@dataclass(frozen=True)
class Chosen:
    """The options of one analysis, checked, with what was not given: everything its figures depend on."""

    rules: UnsealingRules
    curve_numbers: CurveNumbers
    criteria: Criteria
    costs: Costs
    regulation: Regulation
    storms_mm: tuple[float, ...]
    initial_abstraction: float
    target_m2: float | None
    target_m3: float | None
    budget_eur: float | None
    budget_m2: float | None
    benefit: str
    earlier: Path | None
    earlier_date: str
    strip_rows: int | None
    files: dict[str, str]

    @property
    def all_storms_mm(self) -> tuple[float, ...]:
        """Storms of the columns: those asked for, those of the contract, and the one that m3 of the plan go with."""
        return tuple(sorted({*self.storms_mm, *CONTRACT_STORMS_MM, self.rules.plan.rain_mm}))

    def record(self) -> dict[str, Any]:
        """Return the options as plain values, for ``ThemeResult.options``."""
        rules = self.rules
        return {
            "storms_mm": list(self.all_storms_mm),
            "initial_abstraction": self.initial_abstraction,
            "unsealed_becomes": self.curve_numbers.unsealed.cover,
            "target_m2": self.target_m2,
            "target_m3": self.target_m3,
            "budget_eur": self.budget_eur,
            "budget_m2": self.budget_m2,
            "benefit": self.benefit,
            "plan_rain_mm": rules.plan.rain_mm,
            "score_classes": list(self.criteria.classes.labels),
            "costs_known": self.costs.known,
            "access_width_m": rules.access.width_m,
            "terrace_m2_per_dwelling": rules.terrace.m2_per_dwelling,
            "parking_m2_per_space": rules.parking.m2_per_space,
            "parking_spaces_per_dwelling": rules.parking.spaces_per_dwelling,
            "footway_m": rules.footway.free_m,
            "least_width_m": rules.patch.least_width_m,
            "least_pixels": rules.patch.least_pixels,
            "least_m2": rules.patch.least_m2,
            "way_need_m": rules.way_need_m,
            "kept_share": {use: float(share) for use, share in rules.kept_share.items()},
            "curve_numbers_version": self.curve_numbers.version,
            "earlier": None if self.earlier is None else self.earlier.name,
            "earlier_date": self.earlier_date,
            **self.files,
        }


@takes(Options)
def choose(**options: Unpack[Options]) -> Chosen:
    """Check the options of an analysis, what is not given as the package's files say.

    Parameters
    ----------
    **options
        See `Options`.

    Raises
    ------
    OptionError
        When a value cannot be used.
    MissingFileError, DataError
        When a file does not exist or breaks its rules.
    """
    benefit, strip_rows, earlier = options["benefit"], options["strip_rows"], options["earlier"]
    named = {name: options[name] for name in ("rules", "curve_numbers", "criteria", "costs", "regulation")}
    path = {name: None if value is None else Path(value) for name, value in named.items()}
    loaded, numbers = load_rules(path["rules"]), load_curve_numbers(path["curve_numbers"])
    asked = {name: options[name] for name in ("target_m2", "target_m3", "budget_eur", "budget_m2")}
    amounts = {name: None if value is None else above_zero(name, value) for name, value in asked.items()}
    questions = [name for name, value in amounts.items() if value is not None]
    if len(questions) > 1:
        raise OptionError(f"a plan answers one question; {' and '.join(questions)} cannot be given together")
    if benefit not in BENEFITS:
        hint = did_you_mean(benefit, BENEFITS)
        raise OptionError(f"benefit must be one of {', '.join(BENEFITS)}, found {benefit!r}{hint}")
    if strip_rows is not None and (isinstance(strip_rows, bool) or not isinstance(strip_rows, int) or strip_rows < 1):
        raise OptionError(f"strip_rows must be a whole number from 1, found {strip_rows!r}")
    asked_abstraction = options["initial_abstraction"]
    held = numbers.initial_abstraction.share if asked_abstraction is None else asked_abstraction
    if isinstance(held, bool) or not isinstance(held, (int, float)) or not 0 <= held <= 1:
        raise OptionError(f"initial_abstraction must be a share from 0 to 1, found {held!r}")
    if earlier is not None and not Path(earlier).is_file():
        raise MissingFileError(f"{earlier}: there is no such raster; earlier names a land cover of another date")
    if options["earlier_date"]:
        if earlier is None:
            raise OptionError("earlier_date is the date of the land cover that earlier names; give that too")
        check_year("earlier_date", parse_date(options["earlier_date"], "earlier_date").year)
    storms = loaded.storms.mm if options["storms_mm"] is None else options["storms_mm"]
    return Chosen(
        rules=loaded,
        curve_numbers=numbers,
        criteria=load_criteria(path["criteria"]),
        costs=load_costs(path["costs"]),
        regulation=load_regulation(path["regulation"]),
        storms_mm=tuple(above_zero("storms_mm", storm, most=10_000) for storm in storms),
        initial_abstraction=float(held),
        **amounts,
        benefit=benefit,
        earlier=None if earlier is None else Path(earlier),
        earlier_date=options["earlier_date"],
        strip_rows=strip_rows,
        files={f"{name}_file": "standaard" if value is None else value.name for name, value in path.items()},
    )


def plan_question(chosen: Chosen, target: Target | None) -> dict[str, Any] | None:
    """Return the question of the plan as arguments of `make_plan`, None when nothing is asked and no target known."""
    if chosen.budget_eur is not None or chosen.budget_m2 is not None:
        return {"budget_eur": chosen.budget_eur, "budget_m2": chosen.budget_m2, "benefit": chosen.benefit}
    if chosen.target_m3 is not None:
        return {"target": chosen.target_m3, "unit": "m3"}
    wanted = chosen.target_m2 if chosen.target_m2 is not None else target.m2 if target is not None else None
    return None if wanted is None else {"target": wanted, "unit": "m2"}


def storm_key(storm_mm: float) -> str:
    """Name of a storm in a column: 20mm, 33mm, 12_5mm."""
    return f"{storm_mm:g}mm".replace(".", "_")


def check_options(**options: Unpack[Options]) -> None:
    """Refuse an option that is wrong in itself, before a pack is read; errors as `choose`."""
    choose(**options)
