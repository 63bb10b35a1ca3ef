"""Density: social rental dwellings per 100 private households, per km2, and held against a norm.

The official definition: the dwellings that a housing company, a social letting agency (SVK), the Vlaams Woningfonds or
a local authority lets to a tenant on 31 December, over the PRIVATE households of that day (collective households, as in
a home for the elderly, do not count). A dwelling that stands empty is not let, so it is not counted.

Unknown is NaN and stays unknown; a count that a source suppresses because it is small is unknown too.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.errors import OptionError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
# Counts are whole, so a difference this small is floating point.
_NOTHING = 1e-9


def social_per_100_households(social: Floats, households: Floats) -> Floats:
    """Social dwellings per 100 private households; NaN where unknown, without households, or impossible.

    More let dwellings than households is impossible, as each is let to a household: one of the two is wrong.

    Parameters
    ----------
    social, households
        Counts per area, NaN is unknown.
    """
    social, households = np.asarray(social, dtype=float), np.asarray(households, dtype=float)
    usable = (households > 0) & ~contradictory(social, households)
    rate: Floats = np.divide(100 * social, households, out=np.full(len(social), np.nan), where=usable)
    return rate


def contradictory(social: Floats, households: Floats) -> Flags:
    """Whether more dwellings are let than there are households; False where one of the two is unknown."""
    wrong: Flags = np.asarray(social, dtype=float) > np.asarray(households, dtype=float) + _NOTHING
    return wrong


def location_quotient(social: Floats, households: Floats, *, city_social: float, city_households: float) -> Floats:
    """Share of social dwellings in an area over that in the city: 1 is as the city, 2 is twice as many."""
    whole = social_per_100_households(np.array([city_social]), np.array([city_households]))[0]
    rate = social_per_100_households(social, households)
    quotient: Floats = rate / whole if whole > 0 else np.full(len(rate), np.nan)
    return quotient


def per_km2(count: Floats, area_m2: Floats) -> Floats:
    """Count per square kilometre; NaN where unknown or without surface."""
    count, area_m2 = np.asarray(count, dtype=float), np.asarray(area_m2, dtype=float)
    density: Floats = np.divide(count * 1e6, area_m2, out=np.full(len(count), np.nan), where=area_m2 > 0)
    return density


def bounds(social: Floats, households: Floats, *, suppressed_below: int | None = None) -> tuple[Floats, Floats]:
    """Return the lowest and highest density that the counts allow, per 100 households.

    Parameters
    ----------
    social, households
        Counts per area, NaN is unknown.
    suppressed_below
        The source suppresses counts below this number, and an unknown count is a suppressed one: it is then at least 0
        and at most ``suppressed_below - 1`` (and never more than the households). None says nothing about the unknown.

    Raises
    ------
    OptionError
        When ``suppressed_below`` is not a whole number from 1.
    """
    if suppressed_below is not None and (isinstance(suppressed_below, bool) or suppressed_below < 1):
        raise OptionError(f"suppressed_below is {suppressed_below!r}, must be a whole number from 1")
    rate = social_per_100_households(social, households)
    if suppressed_below is None:
        return rate, rate.copy()
    households = np.asarray(households, dtype=float)
    hidden = np.isnan(np.asarray(social, dtype=float)) & (households > 0)
    most = np.full(len(households), float(suppressed_below - 1))
    high = social_per_100_households(np.fmin(most, households), households)
    return np.where(hidden, 0.0, rate), np.where(hidden, high, rate)


def below_norm(low: Floats, high: Floats, norm: float) -> pd.arrays.BooleanArray:
    """Whether a density is below the norm: True, False, or NA where the bounds of `bounds` do not tell."""
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    surely, surely_not = high < norm - _NOTHING, low >= norm - _NOTHING
    return pd.array(
        [True if yes else False if no else pd.NA for yes, no in zip(surely, surely_not, strict=True)], dtype="boolean"
    )


def dwellings_to_norm(social: Floats, households: Floats, norm: float) -> Floats:
    """Whole social dwellings short of the norm, rounded up; 0 where it is met, NaN where the density is unknown."""
    social, households = np.asarray(social, dtype=float), np.asarray(households, dtype=float)
    short = np.ceil(norm * households / 100 - social - 1e-6)
    known = ~np.isnan(social_per_100_households(social, households))
    dwellings: Floats = np.where(known, np.maximum(short, 0.0), np.nan)
    return dwellings
