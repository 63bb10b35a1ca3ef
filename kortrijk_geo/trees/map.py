"""The page ``bomen``: areas by canopy, score and plantable surface, plantable ground as picture, sites as points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.mapping import AreaLayer, MapSpec, PictureLayer, PointLayer, draw_map, option_labels
from kortrijk_geo.results import Scale
from kortrijk_geo.text.dutch import decimal_text
from kortrijk_geo.trees.texts import GROUNDS, OWNERS

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

    from kortrijk_geo.results import ThemeResult

CANOPY = Scale((0.02, 0.05, 0.10, 0.20, 0.30), "share", "YlGnBu")
SHARES = Scale((0.2, 0.4, 0.6, 0.8, 0.95), "share")
SCORE = Scale((50.0, 60.0, 70.0, 80.0, 90.0), "number", "cividis")
HECTARES = (5e4, 1e5, 2.5e5, 5e5, 1e6)
SITES = (500.0, 1000.0, 2500.0, 5000.0, 10_000.0, 20_000.0)
MARKS = Scale((2.0, 4.0, 6.0, 8.0), "number", "YlGnBu")
_SIZE_COLOURS = ("#00441b", "#238b45", "#a1d99b")
# A page must stay below 3 MB: beyond this many the map shows an even selection, figures and files keep all.
MOST_POINTS = 30_000


def spec(result: ThemeResult) -> MapSpec:
    """Say what the page shows, from a result of `kortrijk_geo.trees.analyse`."""
    labels = result.labels

    # A page opens on canopy, or where that is nowhere known on what is.
    first = "canopy_share" if result.areas["canopy_share"].notna().any() else "plantable_m2"

    def layer(column: str, scale: Scale, group: str) -> AreaLayer:
        return AreaLayer(column, labels[column], scale, group, shown=column == first)

    sites, thinned = _shown(result.layers["sites"])
    return MapSpec(
        result=result,
        title="Bomen: waar nodig en waar mogelijk",
        area_layers=(
            layer("canopy_share", CANOPY, "Nood"),
            layer("tree_equity_score", SCORE, "Nood"),
            layer("homes_meeting_3_30_300_share", SHARES, "3-30-300"),
            layer("homes_meeting_3_share", SHARES, "3-30-300"),
            layer("homes_meeting_30_share", SHARES, "3-30-300"),
            layer("homes_meeting_300_share", SHARES, "3-30-300"),
            layer("mark_canopy", MARKS, "3-30-300"),
            layer("mark_green", MARKS, "3-30-300"),
            layer("plantable_m2", Scale(HECTARES, "whole"), "Plantkans"),
            layer("tree_sites", Scale(SITES, "whole"), "Plantkans"),
        ),
        table=(
            "canopy_share",
            "canopy_lacking_to_30_m2",
            "plantable_m2",
            *(f"plantable_{owner}_m2" for owner in OWNERS),
            "permission_m2",
            "pit_m2",
            "tree_sites",
            *(column for column in result.areas.columns if column.startswith("tree_sites_")),
            "tree_equity_score",
            *(column for column in result.areas.columns if column.startswith("need_")),
            "homes_meeting_3_30_300_share",
            "rules_met",
            "hedge_m",
            "facade_garden_m",
        ),
        point_layers=(_sites(result, sites),),
        picture_layers=(
            PictureLayer(result.pictures["plantable"], "Plantbare grond (overzicht, geen perceelsplan)", shown=False),
        ),
        option_labels=option_labels(__file__),
        method=_method(result, thinned),
        lead="Waar is er het minst groen boven het hoofd, en waar kan er een boom bij?",
        units={"rules_met": "number", "tree_equity_score": "number", "hedge_m": "metres", "facade_garden_m": "metres"},
    )


def draw(result: ThemeResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))


def _shown(sites: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, int]:
    """Return the sites to draw: all, or or one in so many; and that number."""
    step = -(-len(sites) // MOST_POINTS) or 1
    return sites.iloc[::step], step


def _sites(result: ThemeResult, sites: gpd.GeoDataFrame) -> PointLayer:
    frame = sites[["size_class", "ground", "owner", "need", "soil_m2", "geometry"]].copy()
    frame["owner"] = frame["owner"].map(OWNERS)
    frame["ground"] = frame["ground"].map(GROUNDS)
    frame["need"] = frame["need"].round()
    frame["soil_m2"] = frame["soil_m2"].round()
    sizes = result.options["size_labels"]
    return PointLayer(
        frame,
        "Plaatsen voor bomen",
        {
            "size_class": "grootte",
            "ground": "grond",
            "owner": "eigenaar",
            "need": "nood (0-100)",
            "soil_m2": "open grond (m²)",
        },
        column="size_class",
        colours={key: (label, _SIZE_COLOURS[place]) for place, (key, label) in enumerate(sizes.items())},
        radius_px=2.5,
    )


def _method(result: ThemeResult, thinned: int) -> str:
    options = result.options
    crowns, crown_m2, near_m = options["three"]
    share, within_m, measured_in = options["thirty"]
    max_m, min_ha, min_ha_dense = options["three_hundred"]
    where = f"binnen {within_m:g} m" if measured_in == "radius" else "in de wijk"
    spacing = ", ".join(f"{metres:g} m" for metres in options["spacing_m"].values())
    shown = (
        f" De kaart tekent één op {thinned} plaatsen; alle staan in de GeoPackage en in de cijfers."
        if thinned > 1
        else ""
    )
    return (
        "Plantbaar is open grond die overblijft na de afstanden tot gevels, rijwegen, kronen, water, leidingen en"
        " perceelsgrenzen (regels als data, per grootteklasse). Landbouwgrond en beschermd of beheerd groen vragen een"
        " akkoord en zijn apart geteld, net als plantputten die ontharding vragen. Op de plantbare grond staan de"
        f" grootste bomen eerst, met {spacing} tussen bomen van de 1ste, 2de en 3de grootte. 3-30-300: {crowns} kronen"
        f" van {crown_m2:g} m² binnen {near_m:g} m van de woning, {share * 100:g} % kronen op land {where}, en openbaar"
        f" groen van {decimal_text(min_ha, 1)} ha ({decimal_text(min_ha_dense, 1)} ha waar dicht gewoond wordt) binnen"
        f" {max_m:g} m te voet. Tree Equity Score: 100 x (1 - kronentekort x nood), laag is dringend." + shown
    )
