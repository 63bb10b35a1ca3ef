"""What a council member should read first about social housing, and where it comes from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kortrijk_geo.housing import texts
from kortrijk_geo.housing.norms import norms
from kortrijk_geo.results import Figure, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from kortrijk_geo.city import City
    from kortrijk_geo.housing.figures import Against
    from kortrijk_geo.housing.growth import Growth

UNIT = "sociale huurwoningen per 100 huishoudens"


def headlines(
    city: City,
    level: str,
    areas: gpd.GeoDataFrame,
    whole: Mapping[str, Any],
    against: Against,
    ahead: Growth | None,
) -> list[Figure]:
    """Return the headlines, the density against the norm first."""
    norm, where = against.norm, texts.WHERE[level]
    wanted, source = norm.dwellings_per_100_households, f"{norm.label}: {norm.origin.source}"
    short = areas["below_norm"]
    figures = [
        Figure(
            "social_per_100_households", "Sociale huurwoningen per 100 private huishoudens",
            _known(whole["social_per_100_households"]), UNIT, wanted, source,
        )
    ]  # fmt: skip
    target = norms().targets.get(city.info.nis_code)
    if target is not None:
        figures.append(
            Figure(
                "social_dwellings_added",
                f"Sociale huurwoningen erbij sinds eind {target.base_year} (doel tegen {target.year})",
                _known(whole["social_dwellings"] - target.base_dwellings), "sociale huurwoningen",
                target.extra_dwellings, target.origin.source,
            )
        )  # fmt: skip
    if ahead is not None:
        extra = texts.count(ahead.extra_dwellings)
        figures += [
            Figure(
                f"social_per_100_households_{ahead.year}",
                f"Sociale huurwoningen per 100 private huishoudens in {ahead.year} met {extra} erbij",
                ahead.per_100_then, UNIT, source=_forecast_source(city),
            ),
            Figure(
                "keep_dwellings",
                f"Extra sociale huurwoningen die de dichtheid van vandaag enkel behouden tot {ahead.year}",
                ahead.keep_dwellings, "sociale huurwoningen", source=_forecast_source(city),
            ),
        ]  # fmt: skip
    figures.append(
        Figure(
            "areas_below_norm",
            f"{where.capitalize()} onder {texts.number(wanted)} per 100 (van {int(short.notna().sum())} bekende)",
            float(short.fillna(value=False).sum()) if short.notna().any() else None, where, source=source,
        )
    )  # fmt: skip
    for key, what in {"": where, "_subareas": texts.WHERE["subareas"]}.items():
        if f"dissimilarity{key}" in whole:
            figures.append(
                Figure(
                    f"dissimilarity{key}",
                    f"Ongelijke spreiding over de {what} (dissimilariteit; 0 is gelijk, 100 % volledig gescheiden)",
                    _known(whole[f"dissimilarity{key}"]), "aandeel", source="Duncan en Duncan 1955",
                )
            )  # fmt: skip
    return figures


def _forecast_source(city: City) -> str:
    forecast = norms().households.get(city.info.nis_code)
    return f"{forecast.origin.source}, {forecast.origin.date}" if forecast else ""


def sources(
    city: City, level: str, against: Against, layers: Mapping[str, Any], *, ahead: Growth | None
) -> list[Source]:
    """Return the sources of the layers used, then those of norms, targets, forecasts and methods."""
    rules = norms()
    origins = [against.norm.origin, against.reference.origin, rules.clusters.origin, rules.chance.origin]
    if "density_surface" in layers:
        origins.append(rules.kernel.origin)
    if ahead is not None:
        nis = city.info.nis_code
        origins += [known[nis].origin for known in (rules.targets, rules.households) if nis in known]
    names = dict.fromkeys((level, "boundary", *(name for name in layers if name != "density_surface")))
    cited = dict.fromkeys(Source(origin.source, origin.date) for origin in origins)
    return [*dict.fromkeys([*city.sources(*names), *cited])]


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
