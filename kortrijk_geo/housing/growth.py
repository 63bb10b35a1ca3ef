"""Growth: what so many more social dwellings mean per 100 households, when the households grow too."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.housing.counts import Counts, read_counts
from kortrijk_geo.housing.density import dwellings_to_norm
from kortrijk_geo.housing.norms import Households, Norm, Norms, norms
from kortrijk_geo.options import check_whole
from kortrijk_geo.rules import Origin
from kortrijk_geo.rules.norms import GIVEN
from kortrijk_geo.text.dutch import brief_number, count_text
from kortrijk_geo.text.remarks import Detail
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kortrijk_geo.pack.city import City

_FIXED = Origin("Huishoudens vastgehouden op vraag van de gebruiker", "", "optie")


@dataclass(frozen=True)
class Growth:
    """What growth means for the density of the city.

    Parameters
    ----------
    base_year, year
        The year of the count and the year asked for (31 December).
    extra_dwellings
        Social dwellings let more in ``year``.
    social_now, social_then, households_now, households_then
        Counts in both years.
    per_100_now, per_100_then
        Social dwellings per 100 private households in both years.
    fixed_households
        Whether the households were held fixed, as was asked for.
    households_origin
        Where the households of then come from.
    keep_dwellings
        Extra social dwellings that only keep today's density, rounded up.
    needed
        Per norm (its id), the extra social dwellings that reach it, rounded up; 0 when it will be met without any.
    table
        One row per year: ``year``, ``social_dwellings`` (growing evenly), ``households_private``,
        ``social_per_100_households``.
    notes
        Dutch sentences: everything the figures rest on.
    """

    base_year: int
    year: int
    extra_dwellings: int
    social_now: float
    social_then: float
    households_now: float
    households_then: float
    per_100_now: float
    per_100_then: float
    fixed_households: bool
    households_origin: Origin
    keep_dwellings: float
    needed: dict[str, float]
    table: pd.DataFrame
    notes: list[str]

    @property
    def households_ratio(self) -> float:
        """Households in the year asked for over those of today."""
        return self.households_then / self.households_now

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values; unknown is None."""
        values = {key: plain(value) for key, value in vars(self).items() if key not in {"table", "households_origin"}}
        values["households_origin"] = dict(vars(self.households_origin))
        return {**values, "rows": [plain(row) for row in self.table.to_dict("records")]}


def project_growth(
    city: City,
    *,
    extra_dwellings: int | None = None,
    year: int | None = None,
    households: Mapping[int, float] | None = None,
    fixed_households: bool = False,
    base_year: int | None = None,
    norm: float | str | None = None,
    rules: Norms | None = None,
    counts: Counts | None = None,
) -> Growth:
    """Look ahead: so many more social dwellings over the households of then.

    Households grow as the forecast does from the base year on: today's count times the ratio of its two years. A fixed
    denominator overstates what growth brings (Kortrijk: 12.1 instead of 11.1), so it is refused unless asked for.

    Parameters
    ----------
    city
        A pack that knows the city's social dwellings and private households.
    extra_dwellings, year
        How many more, and by when; None for the city's own target.
    households
        Private households per year, straight lines between them; None for the package's
        forecast of the municipality.
    fixed_households
        Hold the households of today fixed.
    base_year
        Year of the count; None for that of the pack.
    norm
        See `kortrijk_geo.rules.norms.NormSet.find`.
    rules
        Norms, targets and forecasts in place of the package's.
    counts
        Counts, when the caller has them.

    Raises
    ------
    OptionError
        When there is no forecast for the municipality and a fixed denominator was not asked for, when the years do not
        fit, or there is no target and none was given.
    DataError
        When the city's counts are unknown, or the pack has no reference date and no base year was given.
    """
    rules = norms() if rules is None else rules
    counted = counts if counts is not None else read_counts(city)
    social, now = counted.city["social_dwellings"], counted.city["households_private"]
    if not (math.isfinite(social) and math.isfinite(now) and now > 0):
        raise DataError(
            f"{city.folder}: the city's social dwellings ({social:g}) and private households ({now:g}) must be known"
            " and above 0 to look ahead; add them to layer boundary or to every area"
        )
    extra, then = _wanted(city, rules, extra_dwellings, year)
    base = base_year if base_year is not None else _base_year(city, counted.level)
    if then <= base:
        raise OptionError(f"year is {then}, must come after {base}, the year of the count")
    forecast = _forecast(city, rules, households, fixed=fixed_households)
    years = np.arange(base, then + 1)
    ratio = np.ones(len(years))
    if forecast is not None:
        start, _ = forecast.at(base), forecast.at(then)
        ratio = np.array([forecast.at(int(calendar_year)) / start for calendar_year in years])
    table = pd.DataFrame(
        {
            "year": years,
            "social_dwellings": social + extra * (years - base) / (then - base),
            "households_private": now * ratio,
        }
    )
    table["social_per_100_households"] = 100 * table["social_dwellings"] / table["households_private"]
    last = now * ratio[-1]
    wanted = {rule.id: rule for rule in (rules.find(norm), *rules.norms.values())}
    return Growth(
        base_year=base,
        year=then,
        extra_dwellings=extra,
        social_now=social,
        social_then=social + extra,
        households_now=now,
        households_then=float(last),
        per_100_now=100 * social / now,
        per_100_then=float(100 * (social + extra) / last),
        fixed_households=forecast is None,
        households_origin=_FIXED if forecast is None else forecast.origin,
        keep_dwellings=max(0.0, math.ceil(social * (ratio[-1] - 1) - 1e-6)),
        needed={key: _to_reach(social, last, rule) for key, rule in wanted.items()},
        table=table,
        notes=_notes(forecast, base, then, now=now, last=float(last), extra=extra),
    )


def whole_dwellings(extra: float) -> int:
    """Return the dwellings to add; `OptionError` when that is no whole number from 0."""
    check_whole("extra_dwellings", extra, least=0)
    return int(extra)


def _wanted(city: City, rules: Norms, extra: int | None, year: int | None) -> tuple[int, int]:
    target = rules.targets.get(city.info.nis_code)
    if target is None and (extra is None or year is None):
        raise OptionError(
            f"no target is known for {city.name} ({city.info.nis_code or 'no NIS code'}): give extra_dwellings and year"
        )
    assert target is not None or (extra is not None and year is not None)
    amount = extra if extra is not None else target.extra_dwellings  # type: ignore[union-attr]
    return whole_dwellings(amount), int(year if year is not None else target.year)  # type: ignore[union-attr]


def _base_year(city: City, level: str) -> int:
    for name in (level, "boundary"):
        record = city.info.layers.get(name)
        if record is not None and record.reference_date[:4].isdigit():
            return int(record.reference_date[:4])
    raise DataError(f"{city.folder}: has no reference date, so no year to start from; give base_year")


def _forecast(city: City, rules: Norms, households: Mapping[int, float] | None, *, fixed: bool) -> Households | None:
    if fixed:
        if households is not None:
            raise OptionError("households are given and asked to be fixed at once; leave one of the two out")
        return None
    if households is not None:
        years = tuple(sorted(households))
        values = tuple(float(households[year]) for year in years)
        if len(years) < 2 or not all(math.isfinite(value) and value > 0 for value in values):
            raise OptionError("households must give at least two years, each with a number above 0")
        return Households.model_construct(nis_code=city.info.nis_code, years=years, values=values, **GIVEN)
    known = rules.households.get(city.info.nis_code)
    if known is None:
        raise OptionError(
            f"no household forecast is known for {city.name} ({city.info.nis_code or 'no NIS code'}); give households,"
            " or ask for fixed households (which overstates the density to come)"
        )
    return known


def _to_reach(social: float, households: float, norm: Norm) -> float:
    return float(dwellings_to_norm(np.array([social]), np.array([households]), norm.dwellings_per_100_households)[0])


def _notes(forecast: Households | None, base: int, year: int, *, now: float, last: float, extra: int) -> list[str]:
    notes = [f"Vooruitblik: {count_text(extra)} sociale huurwoningen erbij tussen eind {base} en eind {year}."]
    if forecast is None:
        held = f"Op vraag zijn de private huishoudens vastgehouden op {count_text(now)}"
        return [*notes, f"{held}: dat overschat de dichtheid in {year} als de stad groeit."]
    grown = (
        f"De private huishoudens groeien mee, van {count_text(now)} in {base} tot {count_text(round(last))} in {year}"
    )
    origin = ", ".join(part for part in (forecast.origin.source, forecast.origin.date) if part)
    return [*notes, Detail(f"{grown} ({brief_number(round(100 * (last / now - 1), 1))} % meer; {origin}).")]
