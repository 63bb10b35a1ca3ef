"""What a council member should read first about social housing, and where it comes from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kortrijk_geo.housing import texts
from kortrijk_geo.results import Figure, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from kortrijk_geo.housing.figures import Against
    from kortrijk_geo.housing.growth import Growth
    from kortrijk_geo.pack.city import City

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
    target = against.rules.targets.get(city.info.nis_code)
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
        origin = ahead.households_origin
        forecast = ", ".join(part for part in (origin.source, origin.date) if part)
        figures += [
            Figure(
                f"social_per_100_households_{ahead.year}",
                f"Sociale huurwoningen per 100 private huishoudens in {ahead.year} met {extra} erbij",
                ahead.per_100_then, UNIT, source=forecast,
            ),
            Figure(
                "keep_dwellings",
                f"Extra sociale huurwoningen die de dichtheid van vandaag enkel behouden tot {ahead.year}",
                ahead.keep_dwellings, "sociale huurwoningen", source=forecast,
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
    given = [Source("Tabel met aantallen, opgegeven door de gebruiker")] if table else []
    names = dict.fromkeys((level, "boundary", *(name for name in layers if name != "density_surface")))
    return list(dict.fromkeys([*given, *city.sources(*names), *cited]))


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
