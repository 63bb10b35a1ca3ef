"""Public green per inhabitant, area by area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import geopandas as gpd

from kortrijk_geo.options import takes
from kortrijk_geo.results import Figure, Source, ThemeResult
from shade_theme.columns import columns
from shade_theme.notes import notes
from shade_theme.options import Options, check_options
from shade_theme.rules import load_rules

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City


@takes(Options)
def analyse(city: City, **options: Unpack[Options]) -> ThemeResult:
    """Measure the green of every area, m2 per inhabitant, against a norm."""
    check_options(**options)
    norm = load_rules(options["rules"]).norm
    city.require("areas", "green", theme="Shade")
    green = city.layer("green").union_all()
    areas = gpd.GeoDataFrame({"name": city.areas["name"]}, geometry=city.areas.geometry)
    people = city.areas["population"]
    areas.insert(1, "green_m2", areas.geometry.intersection(green).area)
    areas.insert(2, "green_m2_per_inhabitant", areas["green_m2"] / people)
    areas.insert(3, "below_norm", areas["green_m2_per_inhabitant"] < norm.m2_per_inhabitant)
    whole = {"green_m2": areas["green_m2"].sum(), "green_m2_per_inhabitant": areas["green_m2"].sum() / people.sum()}
    return ThemeResult(
        theme="shade",
        page="schaduw",
        pack=city.name,
        areas=areas,
        city=whole,
        headlines=[
            Figure(
                "green_m2_per_inhabitant", "Groen per inwoner", whole["green_m2_per_inhabitant"], "m² per inwoner",
                norm.m2_per_inhabitant, norm.origin.source,
            )
        ],
        columns=columns(norm),
        context=city.context(),
        sources=[*city.sources("areas", "green"), Source(norm.origin.source, norm.origin.date)],
        options={"norm_m2": norm.m2_per_inhabitant},
        notes=notes(areas),
        pack_digest=city.digest,
        proof=city.proof,
        synthetic=city.synthetic,
        nis_code=city.info.nis_code,
    )  # fmt: skip
