"""The figures of areas and city, the indices of concentration, the headlines, and where they come from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo import catalogue
from kortrijk_geo.figure import at_least, towards
from kortrijk_geo.housing.concentration import (
    dissimilarity,
    dissimilarity_by_chance,
    gini,
    isolation,
    isolation_adjusted,
    usable,
)
from kortrijk_geo.housing.counts import WHERE
from kortrijk_geo.housing.density import (
    below_norm,
    bounds,
    contradictory,
    dwellings_to_norm,
    location_quotient,
    per_km2,
    social_per_100_households,
)
from kortrijk_geo.housing.notes import status
from kortrijk_geo.results import Figure, Goal, Source
from kortrijk_geo.text.dutch import brief_number, count_text, names_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kortrijk_geo.housing.counts import Counts
    from kortrijk_geo.housing.growth import Growth
    from kortrijk_geo.housing.norms import Chance, Norm, Norms
    from kortrijk_geo.pack.city import City

UNIT = "sociale huurwoningen per 100 huishoudens"


@dataclass(frozen=True)
class Against:
    """What densities are held against, and how unknown counts are read."""

    rules: Norms
    norm: Norm
    reference: Norm
    suppressed_below: int | None

    @property
    def limits(self) -> tuple[float, float]:
        """The norm and the reference norm, dwellings per 100 households."""
        return self.norm.dwellings_per_100_households, self.reference.dwellings_per_100_households


def area_figures(counts: Counts, against: Against) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the columns of every area, and the same of the whole city."""
    frame, believed = counts.frame, counts.city_believed
    names, total = frame["name"].to_numpy(), counts.city["social_dwellings"]
    areas = _columns(names, frame, counts.area_m2, against, believed=believed, total=total)
    row = pd.DataFrame([believed])
    # The surface of the city is that of its areas: the boundary may be drawn in another detail.
    surface = np.array([counts.area_m2.sum()])
    city_row = _columns(
        np.array(["stad"]), row, surface, against, believed=believed, total=believed["social_dwellings"]
    )
    whole = {str(key): values.iloc[0] for key, values in city_row.items() if key not in {"name", "small_area"}}
    whole |= {**counts.city, "social_per_km2": float(per_km2(np.array([total]), surface)[0])}
    return gpd.GeoDataFrame(areas, geometry=frame.geometry, crs=frame.crs), whole


def _columns(
    names: Any,
    counts: pd.DataFrame,
    area_m2: np.ndarray,
    against: Against,
    *,
    believed: Mapping[str, float],
    total: float,
) -> pd.DataFrame:
    """Return the columns: quotients against the counts of the city that are believed, shares of its ``total``."""
    social, homes = counts["social_dwellings"].to_numpy(), counts["households_private"].to_numpy()
    rate = social_per_100_households(social, homes)
    low, high = bounds(social, homes, suppressed_below=against.suppressed_below)
    below = [below_norm(low, high, limit) for limit in against.limits]
    wrong = contradictory(social, homes)
    table = pd.DataFrame({"name": names}, index=counts.index)
    table["social_dwellings"], table["households_private"] = social, homes
    table["social_per_100_households"] = rate
    table["location_quotient"] = location_quotient(
        social, homes, city_social=believed["social_dwellings"], city_households=believed["households_private"]
    )
    table["share_social_dwellings"] = social / total if total > 0 else np.nan
    table["social_per_km2"] = per_km2(social, area_m2)
    table["dwellings_to_norm"] = dwellings_to_norm(social, homes, against.limits[0])
    table["below_norm"], table["below_reference_norm"] = below
    known = [
        [None if unknown else bool(flag) for flag, unknown in zip(flags, flags.isna(), strict=True)] for flags in below
    ]
    table["status"] = [
        status(
            rate[i], households=homes[i], contradicts=bool(wrong[i]), below=(known[0][i], known[1][i]),
            limits=against.limits,
        )
        for i in range(len(table))
    ]  # fmt: skip
    table["small_area"] = pd.array(
        [pd.NA if math.isnan(count) else bool(count < against.rules.small.households) for count in homes],
        dtype="boolean",
    )
    return table


def concentration_figures(areas: pd.DataFrame, chance: Chance) -> dict[str, float]:
    """Return the indices over the areas with known counts; NaN where there is none."""
    social, homes = areas["social_dwellings"].to_numpy(), areas["households_private"].to_numpy()
    keep = usable(social, homes)
    if not keep.any():
        return dict.fromkeys(
            ("dissimilarity", "dissimilarity_by_chance", "isolation", "isolation_adjusted", "gini"), math.nan
        )
    social, homes = social[keep], homes[keep]
    return {
        "dissimilarity": dissimilarity(social, homes),
        "dissimilarity_by_chance": dissimilarity_by_chance(social, homes, draws=chance.draws, seed=chance.seed),
        "isolation": isolation(social, homes),
        "isolation_adjusted": isolation_adjusted(social, homes),
        "gini": gini(social, homes),
    }


def headlines(
    city: City,
    counts: Counts,
    areas: gpd.GeoDataFrame,
    whole: Mapping[str, Any],
    against: Against,
    ahead: Growth | None,
    *,
    own_norms: bool,
) -> list[Figure]:
    """Return the headlines, the density first: against the city's goal, or the norm of a user's own file or option."""
    norm, where, doubt = against.norm, WHERE[counts.level], _doubt(counts)
    wanted, data = norm.dwellings_per_100_households, city.source_text(counts.level)
    short = areas["below_norm"]
    goals = catalogue.goals("housing", city)
    compared = Goal(wanted, "comparison", f"{norm.label}: {norm.origin.source}")
    rate = "social_per_100_households"
    figures = [
        towards(
            Figure(
                rate, "Sociale huurwoningen per 100 private huishoudens", _known(whole[rate]), UNIT, source=data,
                **_covers(counts, doubt),
            ),
            compared if norm != against.rules.find(None) or own_norms else goals.get(rate, compared),
        )
    ]  # fmt: skip
    target = against.rules.targets.get(city.info.nis_code)
    if target is not None:
        added = Figure(
            "social_dwellings_added",
            f"Sociale huurwoningen erbij sinds eind {target.base_year} (doel tegen {target.year})",
            None if doubt else _known(whole["social_dwellings"] - target.base_dwellings), "sociale huurwoningen",
            source=data, reason=doubt,
        )  # fmt: skip
        figures.append(towards(added, goals.get(added.key)))
    if ahead is not None:
        extra = count_text(ahead.extra_dwellings)
        origin = ahead.households_origin
        forecast = ", ".join(part for part in (origin.source, origin.date) if part)
        figures += [
            Figure(
                f"social_per_100_households_{ahead.year}",
                f"Sociale huurwoningen per 100 private huishoudens in {ahead.year} met {extra} erbij",
                None if doubt else ahead.per_100_then, UNIT, source=forecast, reason=doubt,
            ),
            Figure(
                "keep_dwellings",
                f"Extra sociale huurwoningen die de dichtheid van vandaag enkel behouden tot {ahead.year}",
                None if doubt else ahead.keep_dwellings, "sociale huurwoningen", source=forecast, reason=doubt,
            ),
        ]  # fmt: skip
    vacancy = against.rules.vacancies.get(city.info.nis_code)
    if vacancy is not None:
        figures.append(
            Figure(
                "vacant_dwellings", "Sociale woningen die structureel leegstaan (opnieuw verhuren is geen nieuwbouw)",
                float(vacancy.dwellings), "sociale woningen", source=vacancy.origin.source,
            )
        )  # fmt: skip
    known = 1.0 - float((short.isna() & areas["dwellings_to_norm"].isna()).mean())
    figures.append(
        at_least(Figure(
            "areas_below_norm",
            f"{where.capitalize()} onder {brief_number(wanted)} per 100 (van {int(short.notna().sum())} bekende)",
            float(short.fillna(value=False).sum()) if short.notna().any() else None, where, source=compared.source,
            known_share=known, known_of=where,
        ), whole_share=1.0)
    )  # fmt: skip
    for key, what in {"": where, "_subareas": WHERE["subareas"]}.items():
        if f"dissimilarity{key}" in whole:
            figures.append(
                Figure(
                    f"dissimilarity{key}",
                    f"Ongelijke spreiding over de {what} (0 is gelijk, 100 % volledig gescheiden)",
                    _known(whole[f"dissimilarity{key}"]), "aandeel", source="Duncan en Duncan 1955",
                )
            )  # fmt: skip
    return figures


def _doubt(counts: Counts) -> str:
    """Say which areas have counts that contradict each other; empty when none has."""
    names = counts.frame.loc[counts.contradicting, "name"].tolist()
    return f"in {names_text(names)} zijn er meer sociale huurwoningen dan huishoudens" if names else ""


def _covers(counts: Counts, doubt: str) -> dict[str, Any]:
    """Return of which share of the households the density of the city is, where areas are out of it."""
    if not doubt:
        return {}
    households = counts.city["households_private"]
    share = counts.city_believed["households_private"] / households if households > 0 else math.nan
    return {"known_share": share, "known_of": "private huishoudens", "reason": doubt}


def sources(
    city: City, level: str, against: Against, layers: Mapping[str, Any], *, ahead: Growth | None, table: bool
) -> list[Source]:
    """Return the sources of the layers used, then those of norms, target and forecast. The method names its own."""
    target = against.rules.targets.get(city.info.nis_code)
    cited = [Source(origin.source, origin.date) for origin in (against.norm.origin, against.reference.origin)]
    if target is not None:
        cited.append(Source(target.origin.source, target.origin.date))
    if ahead is not None:
        cited.append(Source(ahead.households_origin.source, ahead.households_origin.date))
    own_table = [Source("Tabel met aantallen, opgegeven door de gebruiker")] if table else []
    names = dict.fromkeys((level, "boundary", *(name for name in layers if name != "density_surface")))
    return list(dict.fromkeys([*own_table, *city.sources(*names), *cited]))


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
