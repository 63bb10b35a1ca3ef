"""The page ``bomen``: areas by canopy, score and plantable surface, plantable ground as picture, sites as points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.mapping import (
    MapSpec,
    PictureLayer,
    PointLayer,
    ShapeLayer,
    area_layers,
    draw_map,
    option_labels,
    table_columns,
)
from kortrijk_geo.text.dutch import decimal_text
from kortrijk_geo.trees.columns import GROUNDS, OWNER_NAMES

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

    from kortrijk_geo.trees.analysis import TreesResult
    from kortrijk_geo.trees.options import Chosen
    from kortrijk_geo.trees.rules import Size

_SIZE_COLOURS = ("#00441b", "#238b45", "#a1d99b")
# A page must stay below 3 MB: beyond this many the map shows an even selection, figures and files keep all.
MOST_POINTS = 30_000


def spec(result: TreesResult) -> MapSpec:
    """Say what the page shows, from a result of `kortrijk_geo.trees.analyse`."""
    # A page opens on canopy, or where that is nowhere known on what is.
    first = "canopy_share" if result.areas["canopy_share"].notna().any() else "plantable_m2"
    sites = result.layers["sites"]
    step = -(-len(sites) // MOST_POINTS) or 1
    return MapSpec(
        result=result,
        title=THEMES["trees"].title,
        area_layers=area_layers(result.columns, shown=first),
        table=table_columns(result.columns),
        point_layers=(_sites(sites.iloc[::step], result.chosen.rules.sizes),),
        shape_layers=_hedges(result.layers["hedges"]) if "hedges" in result.layers else (),
        picture_layers=(
            PictureLayer(result.pictures["plantable"], "Plantbare grond (overzicht, geen perceelsplan)", shown=False),
        ),
        option_labels=option_labels(__file__),
        method=_method(result.chosen, step),
        lead="Waar is er het minst groen boven het hoofd, en waar kan er een boom bij?",
    )


def draw(result: TreesResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))


def _sites(sites: gpd.GeoDataFrame, sizes: tuple[Size, ...]) -> PointLayer:
    fields = {
        "size_class": "grootte",
        "ground": "grond",
        "owner": "eigenaar",
        "need": "nood (0-100)",
        "soil_m2": "open grond (m²)",
    }
    frame = sites[[*fields, "geometry"]].assign(
        owner=sites["owner"].map(OWNER_NAMES),
        ground=sites["ground"].map(GROUNDS),
        need=sites["need"].round(),
        soil_m2=sites["soil_m2"].round(),
    )
    return PointLayer(
        frame,
        "Plaatsen voor bomen",
        fields,
        column="size_class",
        colours={size.id: (size.label, _SIZE_COLOURS[place]) for place, size in enumerate(sizes)},
        radius_px=2.5,
        table="sites",
        filter="owner",
    )


def _hedges(lines: gpd.GeoDataFrame) -> tuple[ShapeLayer, ...]:
    """Draw what the city can plant itself; the lines of all owners are in the GeoPackage."""
    fields = {"m": "theoretische lengte (m)"}
    public = lines.loc[lines["owner"] == "public", [*fields, "geometry"]].round({"m": 0})
    label = "Openbare perceelsgrens waar een haag kan"
    where = "\"owner\" = 'public'"
    drawn = ShapeLayer(public, label, fields, colour="#4d9221", filled=False, table="hedges", where=where)
    return (drawn,) if len(public) else ()


def _method(chosen: Chosen, step: int) -> str:
    three, thirty, green = chosen.need.three, chosen.need.thirty, chosen.need.three_hundred
    where = f"binnen {thirty.within_m:g} m" if thirty.measured_in == "radius" else "in de wijk"
    spacing = ", ".join(f"{size.spacing_m:g} m" for size in chosen.rules.sizes)
    shown = f" De kaart tekent één op {step} plaatsen; alle staan in de GeoPackage en in de cijfers."
    return (
        "Plantbaar is open grond die overblijft na de afstanden tot gevels, rijwegen, kronen, water, leidingen en"
        " perceelsgrenzen (regels als data, per grootteklasse). Landbouwgrond en beschermd of beheerd groen vragen een"
        " akkoord en zijn apart geteld, net als plantputten die ontharding vragen. Op de plantbare grond staan de"
        f" grootste bomen eerst, met {spacing} tussen bomen van de 1ste, 2de en 3de grootte. 3-30-300:"
        f" {three.least_crowns} kronen van {three.least_crown_m2:g} m² binnen {three.within_m:g} m van de woning,"
        f" {thirty.least_share * 100:g} % kronen op land {where}, en openbaar groen van {decimal_text(green.min_ha, 1)}"
        f" ha ({decimal_text(green.min_ha_dense, 1)} ha waar dicht gewoond wordt) binnen {green.max_m:g} m te voet."
        " Tree Equity Score: 100 x (1 - kronentekort x nood), laag is dringend." + (shown if step > 1 else "")
    )
