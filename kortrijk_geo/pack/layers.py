"""The contract of every layer and raster of a city pack: columns, types, units, geometry, what may be unknown.

Unknown is NaN (or None in text), never 0. Counts are in persons, dwellings or places; lengths in metres, surfaces in
square metres, money in euros. Every layer of one pack is in the pack's own projected CRS in metres.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["id", "text", "flag", "number", "count", "money", "date"]
Shape = Literal["polygon", "point", "line", "line or polygon", "point or polygon", "none"]


@dataclass(frozen=True)
class Column:
    """One column: its kind, its unit, whether it must be there, whether a row may be unknown, its allowed values."""

    kind: Kind
    unit: str = ""
    required: bool = True
    nullable: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layer:
    """The contract of one layer of a pack."""

    name: str
    about: str
    shape: Shape
    columns: dict[str, Column]
    required: bool = False
    one_row: bool = False
    # A category column is for whoever reads the pack in QGIS; what it means is told by its reader's own data file.
    key: str | None = field(default=None)


# The one file beside the layers that is no raster; see `kortrijk_geo.pack.timetable`.
TIMETABLE = "timetable"


@dataclass(frozen=True)
class Raster:
    """The contract of one raster of a pack, or of another file that stands beside its vector layers."""

    name: str
    about: str
    unit: str
    codes: dict[int, str] = field(default_factory=dict)
    ending: str = ".tif"

    @property
    def file(self) -> str:
        """Name of its file in a pack."""
        return self.name + self.ending


def _maybe(kind: Kind, unit: str = "", allowed: tuple[str, ...] = ()) -> Column:
    return Column(kind, unit, required=False, nullable=True, allowed=allowed)


# People of the ages that services are for, beside children_0_2; nobody is in two of them, and they leave ages out.
AGES: dict[str, Column] = {
    "age_3_5": _maybe("count", "children aged 3, 4 and 5"),
    "age_6_11": _maybe("count", "children aged 6 to 11"),
    "age_12_17": _maybe("count", "youngsters aged 12 to 17"),
    "age_65_79": _maybe("count", "inhabitants aged 65 to 79"),
    "age_80_plus": _maybe("count", "inhabitants aged 80 and over"),
}
COUNTS: dict[str, Column] = {
    "population": _maybe("count", "inhabitants"),
    "households_private": _maybe("count", "private households"),
    "children_0_2": _maybe("count", "children aged 0, 1 and 2"),
    "social_dwellings": _maybe("count", "social rental dwellings"),
    **AGES,
}
_AREA_COLUMNS: dict[str, Column] = {
    **COUNTS,
    "median_income_eur": _maybe("money", "EUR a year"),
    "vulnerable": _maybe("flag"),
}

LAYERS: dict[str, Layer] = {
    layer.name: layer
    for layer in (
        Layer(
            "boundary",
            "the study area; its counts are the city's totals, people who cannot be located included",
            "polygon",
            {"name": Column("text"), **COUNTS},
            required=True,
            one_row=True,
        ),
        Layer(
            "areas",
            "the areas on which policy decides (Kortrijk: 14 wijken)",
            "polygon",
            {"area_id": Column("id"), "name": Column("text"), **_AREA_COLUMNS},
            required=True,
            key="area_id",
        ),
        Layer(
            "subareas",
            "statistical sectors; parent_id is an area_id, district_id a deelgemeente",
            "polygon",
            {
                "subarea_id": Column("id"),
                "name": Column("text"),
                "parent_id": Column("text"),
                "district_id": _maybe("text"),
                "official_area_ha": _maybe("number", "ha"),
                **_AREA_COLUMNS,
            },
            key="subarea_id",
        ),
        Layer(
            "districts",
            "deelgemeenten; areas need not nest in them",
            "polygon",
            {"district_id": Column("id"), "name": Column("text"), **_AREA_COLUMNS},
            key="district_id",
        ),
        Layer(
            "sectors",
            "table without geometry: codes of statistical sectors, the area and the deelgemeente they belong to",
            "none",
            {
                "sector_id": Column("id"),
                "name": Column("text"),
                "area_id": _maybe("text"),
                "district_id": _maybe("text"),
                **COUNTS,
            },
            key="sector_id",
        ),
        Layer(
            "homes",
            "points where people live; area_id is empty outside the study area",
            "point",
            {
                "home_id": Column("id"),
                "area_id": Column("text", nullable=True),
                "dwellings": Column("number", "dwellings", nullable=True),
                "residents": Column("number", "inhabitants", nullable=True),
                "children_0_2": Column("number", "children aged 0, 1 and 2", nullable=True),
                **{name: _maybe("number", counted.unit) for name, counted in AGES.items()},
            },
            key="home_id",
        ),
        Layer(
            "streets",
            "street pieces from junction to junction; two streets meet only where their ends coincide",
            "line",
            {
                "street_id": Column("id"),
                "kind": Column("text"),
                "walk": Column("flag"),
                "cycle_forward": Column("flag"),
                "cycle_backward": Column("flag"),
                "width_m": _maybe("number", "m"),
            },
            key="street_id",
        ),
        Layer(
            "amenities",
            "places people go to; tags is a JSON object of text to text; capacity is in what its category counts",
            "point",
            {
                "amenity_id": Column("id"),
                "category": Column("text"),
                "name": _maybe("text"),
                "tags": Column("text"),
                "capacity": _maybe("count", "places, beds or dwellings, as its category is counted"),
            },
            key="amenity_id",
        ),
        Layer(
            "addresses",
            "house numbers, each once: by them a place is found without any service; boxes have no rows of their own",
            "point",
            {
                "address_id": Column("id"),
                "street": Column("text"),
                "house_number": Column("text"),
                "postcode": _maybe("text"),
                "municipality": _maybe("text"),
            },
            key="address_id",
        ),
        Layer(
            "childcare",
            "licensed childcare locations for babies and toddlers",
            "point",
            {
                "location_id": Column("id"),
                "name": Column("text"),
                "kind": Column("text", allowed=("group", "family")),
                "places": _maybe("count", "licensed places"),
                "income_related_places": _maybe("count", "licensed places"),
                "opens": _maybe("date"),
                "closes": _maybe("date"),
                "standing": _maybe("text", allowed=("existing", "decided", "under study")),
            },
            key="location_id",
        ),
        Layer(
            "city_sites",
            "the city's own buildings and land",
            "point or polygon",
            {
                "site_id": Column("id"),
                "name": _maybe("text"),
                "use": _maybe("text"),
                "floor_m2": _maybe("number", "m2"),
                "owner": _maybe("text"),
            },
            key="site_id",
        ),
        Layer(
            "buildings",
            "building footprints",
            "polygon",
            {
                "building_id": Column("id"),
                "use": _maybe("text"),
                "dwellings": _maybe("number", "dwellings"),
                "height_m": _maybe("number", "m"),
            },
            key="building_id",
        ),
        Layer(
            "parcels",
            "cadastral parcels",
            "polygon",
            {
                "parcel_id": Column("id"),
                "owner": Column("text", allowed=("public", "social", "company", "private")),
                "use": _maybe("text"),
            },
            key="parcel_id",
        ),
        Layer(
            "trees",
            "single trees",
            "point",
            {"tree_id": Column("id"), "crown_m2": _maybe("number", "m2"), "height_m": _maybe("number", "m")},
            key="tree_id",
        ),
        Layer(
            "green",
            "green areas",
            "polygon",
            {
                "green_id": Column("id"),
                "kind": Column("text"),
                "public": Column("flag"),
                "name": _maybe("text"),
            },
            key="green_id",
        ),
        Layer("water", "rivers, canals, ponds", "line or polygon", {"kind": Column("text"), "name": _maybe("text")}),
        Layer(
            "constraints",
            "what limits planting or building: gas, power, sewer, rail, motorway, heritage, hedge ...",
            "line or polygon",
            {"kind": Column("text"), "name": _maybe("text")},
        ),
    )
}

BBK_CODES: dict[int, str] = {
    1: "building",
    2: "road",
    3: "other sealed",
    4: "railway",
    5: "water",
    6: "other unsealed",
    7: "arable",
    8: "grass or shrub",
    9: "tree",
    10: "grass (agriculture)",
    11: "grass (road verge)",
    12: "tree (road)",
    13: "grass (water)",
    14: "tree (water)",
}
RASTERS: dict[str, Raster] = {
    raster.name: raster
    for raster in (
        Raster("land_cover", "land cover, codes of the Flemish BBK; 0 is no data", "code", BBK_CODES),
        Raster(
            "green_cover",
            "green seen from above, codes of the Groenkaart; 0 is no data. Canopy is measured here where a pack has it:"
            " a crown above a street is canopy here and sealed in land_cover",
            "code",
            {1: "high green", 2: "low green", 3: "agriculture", 4: "not green"},
        ),
        Raster("surface_temperature", "land surface temperature", "degrees C"),
        Raster("soil_group", "hydrological soil group", "code", {1: "A", 2: "B", 3: "C", 4: "D"}),
        Raster("elevation", "height above sea level", "m"),
        Raster(
            TIMETABLE,
            "lines, trips and calls of public transport in and near the city: arrays, no pixels",
            "s",
            ending=".npz",
        ),
    )
}

# What a Kortrijk user calls each layer and raster.
DUTCH_NAMES: dict[str, str] = {
    "boundary": "stadsgrens",
    "areas": "wijken",
    "subareas": "statistische sectoren",
    "districts": "deelgemeenten",
    "sectors": "tabel van statistische sectoren",
    "homes": "woonpunten",
    "streets": "straten en paden",
    "amenities": "voorzieningen",
    "addresses": "adressen",
    "childcare": "kinderopvang",
    "city_sites": "stadsgebouwen",
    "buildings": "gebouwen",
    "parcels": "percelen",
    "trees": "bomen",
    "green": "groen",
    "water": "water",
    "constraints": "leidingen, spoor en andere beperkingen",
    "land_cover": "bodembedekking",
    "green_cover": "groenkaart",
    "surface_temperature": "oppervlaktetemperatuur",
    "soil_group": "bodemgroep",
    "elevation": "hoogte",
    "timetable": "dienstregeling",
}
# What a file that is added to a pack holds: a layer, or a count of the wijken.
ADDED_NAMES: dict[str, str] = {
    **DUTCH_NAMES,
    "children": "kinderen van 0, 1 en 2 jaar",
    "ages": "inwoners naar leeftijd",
    "social_dwellings": "sociale huurwoningen",
    "sites": DUTCH_NAMES["city_sites"],
    "gtfs": DUTCH_NAMES[TIMETABLE],
}
