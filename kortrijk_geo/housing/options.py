"""The options of the social housing theme: what can be asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypedDict, Unpack

import geopandas as gpd
import pandas as pd

from kortrijk_geo.errors import KortrijkGeoError
from kortrijk_geo.housing.counts import Level, check_level
from kortrijk_geo.housing.growth import whole_dwellings
from kortrijk_geo.housing.norms import read_norms
from kortrijk_geo.options import Option, check_year, takes
from kortrijk_geo.results import ThemeResult


class Options(TypedDict, total=False):
    """The options of `kortrijk_geo.housing.analyse`.

    Of ``extra_dwellings``, ``year``, ``households``, ``fixed_households`` and ``base_year`` more in
    `kortrijk_geo.housing.growth.project_growth`. When none is given and the municipality has no target or forecast,
    there is no look ahead, and a note says so.
    """

    level: Annotated[Level, Option("Wijken (areas), statistical sectors (subareas) or deelgemeenten.", "areas")]
    norm: Annotated[
        float | str | None,
        Option("Number, or id of a norm of norms.toml; None for its default.", unit="dwellings per 100 households"),
    ]
    reference_norm: Annotated[
        float | str | None, Option("The norm that it is compared with, likewise.", unit="dwellings per 100 households")
    ]
    norms: Annotated[str | Path | None, Option("TOML file instead of the package's ``norms.toml``.")]
    suppressed_below: Annotated[
        int | None, Option("Unknown counts are small ones, under this, that the source hides.", unit="dwellings")
    ]
    table: Annotated[
        pd.DataFrame | None,
        Option("Counts that take the place of the pack's, see `kortrijk_geo.housing.counts.read_counts`."),
    ]
    addresses: Annotated[
        gpd.GeoDataFrame | None,
        Option("Points of social dwellings, see `kortrijk_geo.housing.surface.social_addresses`."),
    ]
    bandwidth_m: Annotated[float | None, Option("Bandwidth of the density surface (None: norms.toml).", unit="m")]
    extra_dwellings: Annotated[int | None, Option("Social dwellings to add by the year.", unit="dwellings")]
    relet: Annotated[
        bool, Option("Let the vacant social dwellings of norms.toml again too, beside the ones to add.", default=False)
    ]
    year: Annotated[int | None, Option("Year to look ahead to.")]
    households: Annotated[
        Mapping[int, float] | None, Option("Private households per year, straight lines between them.")
    ]
    fixed_households: Annotated[bool, Option("Hold the households of today fixed.", default=False)]
    base_year: Annotated[int | None, Option("Year of the count; None for that of the pack.")]
    allocation: Annotated[
        bool | None,
        Option("Whether to plan where the dwellings go (`allocate`); None for when the limits leave room for a plan."),
    ]
    reach: Annotated[
        ThemeResult | KortrijkGeoError | Literal[False] | None,
        Option(
            "Result of the reach theme, for the nearness in the plan, or what stopped it; None has it computed"
            " where the pack has the layers and the level is areas, False leaves nearness out."
        ),
    ]


@takes(Options)
def check_options(**options: Unpack[Options]) -> None:
    """Refuse an option that is wrong in itself, before a pack is read.

    Raises
    ------
    OptionError
        When a value cannot be used.
    MissingFileError, DataError
        When the file of norms does not exist or breaks its rules.
    """
    check_level(options["level"])
    rules = read_norms(options["norms"])
    rules.find(options["norm"])
    rules.find(options["reference_norm"], reference=True)
    if options["extra_dwellings"] is not None:
        whole_dwellings(options["extra_dwellings"])
    for name, year in (("year", options["year"]), ("base_year", options["base_year"])):
        if year is not None:
            check_year(name, year)
