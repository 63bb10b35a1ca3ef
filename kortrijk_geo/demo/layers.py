"""The demo's layers in the form of the pack: areas with their counts, homes, buildings, parcels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import GeometryType

from kortrijk_geo.demo.boundaries import CRS
from kortrijk_geo.demo.zones import CORE, URBAN
from kortrijk_geo.pack.layers import AGES

if TYPE_CHECKING:
    from kortrijk_geo.demo.boundaries import Boundaries
    from kortrijk_geo.demo.fabric import Fabric
    from kortrijk_geo.demo.figures import Figures

_COUNTS = {
    "population": "residents",
    "households_private": "dwellings",
    "children_0_2": "children_0_2",
    "social_dwellings": "social_dwellings",
    **{age: age for age in AGES},
}
_HOME_KINDS = ("house", "flats", "ribbon")


def area_layers(areas: Boundaries, homes: pd.DataFrame, fig: Figures) -> dict[str, pd.DataFrame]:
    """Boundary, areas, subareas and districts with the sums of their homes."""
    inside = homes[homes["part"] >= 0]
    sectors = areas.sectors
    counts = inside.groupby("sector")[list(_COUNTS.values())].sum().reindex(range(len(sectors)), fill_value=0)
    counts.columns = list(_COUNTS)
    wijk = sectors["wijk"].to_numpy()
    district = sectors["district_id"].to_numpy()
    income = np.array([row["median_income_eur"] for row in fig.wijken], dtype=float)
    # Sectors with much social housing are poorer than their wijk.
    social = (counts["social_dwellings"] / counts["households_private"].clip(lower=1)).to_numpy()
    sector_income = np.round(income[wijk] * (1.04 - 0.35 * social), -2)
    subareas = gpd.GeoDataFrame(
        {
            "subarea_id": sectors["subarea_id"],
            "name": sectors["name"],
            "parent_id": areas.wijken["area_id"].to_numpy()[wijk],
            "district_id": district,
            **counts.to_dict("list"),
            "median_income_eur": sector_income,
            "vulnerable": (sector_income < 24000) | (social > 0.25),
        },
        geometry=sectors.geometry.to_numpy(),
        crs=CRS,
    )
    per_wijk = counts.groupby(wijk).sum()
    wijken = areas.wijken.assign(
        **{key: per_wijk[key].to_numpy() for key in _COUNTS},
        median_income_eur=income,
        vulnerable=(income < 25000)
        | ((per_wijk["social_dwellings"] / per_wijk["households_private"]) > 0.17).to_numpy(),
    )
    per_district = counts.groupby(district).sum().reindex(areas.districts["district_id"])
    weighted = pd.Series(sector_income * counts["households_private"].to_numpy()).groupby(district).sum()
    district_income = weighted.reindex(per_district.index) / per_district["households_private"]
    districts = areas.districts.assign(
        **{key: per_district[key].to_numpy() for key in _COUNTS},
        median_income_eur=np.round(district_income.to_numpy(), -2),
        vulnerable=district_income.to_numpy() < 25000,
    )
    boundary = gpd.GeoDataFrame(
        {"name": ["Kortrijk (demo)"], **{key: [int(counts[key].sum())] for key in _COUNTS}},
        geometry=[areas.city],
        crs=CRS,
    )
    return {"boundary": boundary, "areas": wijken, "subareas": subareas, "districts": districts}


def home_layer(homes: pd.DataFrame, areas: Boundaries) -> gpd.GeoDataFrame:
    """Points where people live."""
    wijk = areas.sectors["wijk"].to_numpy()[homes["sector"]]
    area = np.where(homes["sector"] >= 0, areas.wijken["area_id"].to_numpy()[wijk].astype(object), None)
    return gpd.GeoDataFrame(
        {
            "home_id": [f"h{number:05d}" for number in range(len(homes))],
            "area_id": area,
            "dwellings": homes["dwellings"],
            "residents": homes["residents"],
            "children_0_2": homes["children_0_2"],
            **{age: homes[age] for age in AGES},
        },
        geometry=homes["point"].to_numpy(),
        crs=CRS,
    )


def building_layer(lots: pd.DataFrame, homes: pd.DataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Footprints; a lot on which nobody settled keeps a shop or workshop in town, and stays empty elsewhere."""
    dwellings = pd.Series(homes["dwellings"].to_numpy(), index=homes["lot"].to_numpy())
    buildings = lots[lots["building"].notna()].copy()
    buildings["dwellings"] = dwellings.reindex(buildings.index).fillna(0).astype(int)
    vacant = buildings["kind"].isin(_HOME_KINDS) & (buildings["dwellings"] == 0)
    buildings = buildings[~vacant | buildings["zone"].isin([CORE, URBAN])]
    use = buildings["kind"].replace(
        {
            "ribbon": "house",
            "flats": "apartments",
            "business": "industrial",
            "campus": "school",
            "community": "public",
            "shop": "commercial",
            "works": "commercial",
        }
    )
    use = use.mask((buildings["kind"] == "house") & (buildings["dwellings"] > 1), "apartments")
    buildings["use"] = use.mask(buildings["kind"].isin(_HOME_KINDS) & (buildings["dwellings"] == 0), "commercial")
    floors = np.clip(buildings["dwellings"] * 105.0 / shapely.area(buildings["building"].to_numpy()), 2, 12)
    tall = {"church": 22.0, "hospital": 18.0, "school": 9.5, "industrial": 9.0, "sport": 7.0, "public": 8.0}
    height = buildings["use"].map(tall).fillna(np.ceil(floors) * 3.0 + 1.5) * rng.uniform(0.9, 1.12, len(buildings))
    return gpd.GeoDataFrame(
        {
            "building_id": [f"b{number:05d}" for number in range(len(buildings))],
            "use": buildings["use"].to_numpy(),
            "dwellings": buildings["dwellings"].to_numpy(),
            "height_m": np.round(height.to_numpy(), 1),
        },
        geometry=buildings["building"].to_numpy(),
        crs=CRS,
    )


def parcel_layer(fabric: Fabric, homes: pd.DataFrame, green: gpd.GeoDataFrame, areas: Boundaries) -> gpd.GeoDataFrame:
    """Parcels of the city: lots, what is left between them, fields and green."""
    lots, rest = fabric.lots, fabric.rest
    social = pd.Series(homes["social_dwellings"].to_numpy(), index=homes["lot"].to_numpy())
    settled = pd.Series(True, index=homes["lot"].to_numpy())
    has_social = social.reindex(lots.index).fillna(0).to_numpy() > 0
    lived_in = settled.reindex(lots.index).notna().to_numpy()
    kind = lots["kind"].to_numpy()
    home = np.isin(kind, _HOME_KINDS)
    town = lots["zone"].isin([CORE, URBAN]).to_numpy()
    use = np.where(home, np.where(lived_in, "residential", np.where(town, "commercial", "garden")), kind)
    use = np.where(kind == "business", "industrial", np.where(np.isin(kind, ("shop", "works")), "commercial", use))
    owner = np.where(home, "private", "public")
    owner = np.where(np.isin(use, ("industrial", "commercial")), "company", owner)
    owner = np.where(has_social, "social", owner)
    large = ~(green["name"].isna() | green["name"].str.startswith("Buurtpark", na=False)).to_numpy()
    rest_owner = np.where(rest["use"].isin(["pocket_park", "parking", "allotments"]), "public", "private")
    table = gpd.GeoDataFrame(
        {
            "owner": [*owner, *rest_owner, *np.where(green["public"][large], "public", "private")],
            "use": [*use, *rest["use"], *green["kind"][large]],
        },
        geometry=[*lots["lot"], *rest["lot"], *green.geometry[large]],
        crs=CRS,
    )
    shapely.prepare(areas.city)
    shapes = table.geometry.to_numpy()
    keep = shapely.intersects(areas.city, shapes) & (shapely.area(shapes) > 0.5)
    keep &= np.isin(shapely.get_type_id(shapes), (GeometryType.POLYGON, GeometryType.MULTIPOLYGON))
    table = table[keep].reset_index(drop=True)
    table.insert(0, "parcel_id", [f"p{number:05d}" for number in range(len(table))])
    return table
