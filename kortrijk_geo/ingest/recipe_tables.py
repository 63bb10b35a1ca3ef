"""The tables that a recipe and a catalogue may have, each a model of its keys and of what they say together.

What goes on is what was written (`kortrijk_geo.ingest.recipe_parts.written`): the defaults here say only that a key may
be left out, and are never read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, ValidationInfo, model_validator

from kortrijk_geo.errors import did_you_mean
from kortrijk_geo.ingest.recipe_addresses import Addressed
from kortrijk_geo.ingest.recipe_rows import Added, Chosen, Columns, Keys, Mended, check_sums
from kortrijk_geo.ingest.recipe_streets import DrawnStreets
from kortrijk_geo.pack.layers import COUNTS, LAYERS
from kortrijk_geo.rules import AboveZero, Flag, FromZero, Items, Rules, Text, Whole
from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    from collections.abc import Mapping

Written = dict[str, Any]
MANNERS = ("bbox", "file", "osm_relation", "of", "hull_of")


def _either(kinds: tuple[type, ...], what: str) -> PlainValidator:
    """Return the check of a value that is kept as it was written: 255 is not 255.0."""

    def check(value: object) -> object:
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise ValueError(f"{value!r} is not {what}")  # noqa: TRY004 - pydantic gathers ValueErrors
        return value

    return PlainValidator(check, json_schema_input_type=kinds[0] | kinds[1])


def _box(value: Any) -> object:
    right = isinstance(value, list) and len(value) == 4 and all(is_finite(end) for end in value)
    if not right or value[0] >= value[2] or value[1] >= value[3]:
        raise ValueError(f"{value} must be [min x, min y, max x, max y]")
    return value


def _decimal_sign(value: object) -> object:
    if value not in (".", ","):
        raise ValueError(f'{value!r} must be "," or "."')
    return value


def _iso_date(value: Any) -> str:
    try:
        return (value if isinstance(value, dt.date) else dt.date.fromisoformat(value)).isoformat()[:10]
    except (ValueError, TypeError) as error:
        raise ValueError(f"{value!r} must be a date YYYY-MM-DD") from error


def _layer_name(value: str) -> str:
    if value not in LAYERS:
        raise ValueError(f"there is no layer {value!r}{did_you_mean(value, LAYERS)}")
    return value


def _counted(what: str) -> BeforeValidator:
    def check(value: object) -> object:
        if isinstance(value, int) and value < 1:
            raise ValueError(f"{value}: {what} are counted from 1")
        return value

    return BeforeValidator(check, json_schema_input_type=Annotated[int, Field(ge=1)])


_FourNumbers = Annotated[list[float], Field(min_length=4, max_length=4)]
Number = Annotated[float, _either((int, float), "a number")]
Anything = Annotated[tuple[Any, ...], Items(twice=True, least=0)]
Named = Annotated[dict[str, Any], Field(default_factory=dict)]
DecimalSign = Annotated[str, BeforeValidator(_decimal_sign, json_schema_input_type=Literal[",", "."])]


def file_or_tiles(value: object) -> object:
    """Return the name of a file, or of several, as it was written; raise `ValueError` when it is neither."""
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError(f'{value!r} must be the name of a file, or of several tiles: ["a.tif", "b.tif"]')
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"names the tile {twice!r} twice")
    return value


# In one file, or in several: a map comes by the sheet.
FileOrTiles = Annotated[Any, PlainValidator(file_or_tiles)]


@dataclass(frozen=True)
class Rest:
    """What the checks of a table know of the rest: the layer or raster that it feeds, the sources of the recipe."""

    feeds: str
    sources: Mapping[str, Written]


def _rest(info: ValidationInfo) -> Rest:
    rest: Rest | None = info.context
    assert rest is not None, "tables of a recipe are read with what they need to know of the rest"
    return rest


class Table(Rules):
    """A table that may take from a source of the recipe what that says of its own keys."""

    source_name: str = Field(default="", alias="from")

    @model_validator(mode="before")
    @classmethod
    def _from_source(cls, values: Any, info: ValidationInfo) -> Any:
        if not isinstance(values, dict) or not isinstance(name := values.get("from"), str):
            return values
        sources = _rest(info).sources
        if name not in sources:
            hint = did_you_mean(name, sources)
            raise ValueError(f"from = {name!r}, but there is no table [sources.{name}]{hint}")
        return {key: value for key, value in sources[name].items() if key in cls.model_fields} | values


class _Record(Rules):
    source: str = ""
    reference_date: Annotated[str, BeforeValidator(_iso_date, json_schema_input_type=dt.date)] = ""
    licence: str = ""
    synthetic: Flag = False
    # Which division its codes are of: statistical sectors "2021" or "2025".
    vintage: str = ""


class _Cells(Rules):
    inside: str = ""
    sheet: str = ""
    header: Annotated[int, _counted("rows")] = 1
    separator: str = ""
    encoding: str = ""
    decimal: DecimalSign = "."
    unknown: Anything = ()


class _Gdal(Rules):
    inside: str = ""
    layer: str = ""
    crs: str = ""
    crs_override: Flag = False
    encoding: str = ""


class _Service(Rules):
    url: str = ""
    timeout_s: AboveZero = 0.0
    retries: Annotated[int, Whole(0, 1000)] = 0
    pause_s: FromZero = 0.0


class Reader(Table, _Record):
    """A table ``[layers.x]``; its subclasses have the keys of one reader each."""

    reader: str
    clip: Flag = False
    inventory: Flag = False
    tables: Anything = ()
    # Counts of areas that are the sum of their statistical sectors.
    sum_of_subareas: Annotated[tuple[Text, ...], Items(least=0)] = ()
    # Kinds of place that a source of amenities knows all of: what has no row then does not exist.
    covers: Annotated[tuple[Text, ...], Items(least=0)] = ()

    @model_validator(mode="after")
    def _check_covers(self, info: ValidationInfo) -> Self:
        if "covers" in self.model_fields_set and (layer := _rest(info).feeds) != "amenities":
            raise ValueError(f"covers may be said of amenities, not of {layer}")
        return self

    @model_validator(mode="after")
    def _check_sum_of_subareas(self, info: ValidationInfo) -> Self:
        if self.sum_of_subareas and (layer := _rest(info).feeds) != "areas":
            raise ValueError(f"sum_of_subareas: only areas are the sum of their subareas, not {layer}")
        strange = next((column for column in self.sum_of_subareas if column not in COUNTS), None)
        if strange is not None:
            raise ValueError(f"sum_of_subareas: {strange!r} is no count{did_you_mean(strange, COUNTS)}")
        return self

    @model_validator(mode="after")
    def _check_inventory(self, info: ValidationInfo) -> Self:
        if self.inventory and (layer := _rest(info).feeds) != "trees":
            raise ValueError(f"inventory: only the layer trees can be one, not {layer}")
        return self


class _Columns(Reader):
    columns: Columns = Field(default_factory=dict)
    values: Named

    @model_validator(mode="after")
    def _check_columns(self, info: ValidationInfo) -> Self:
        """Refuse a column that is nearly one of the layer's: it would be kept as an extra one, the true one missed."""
        layer = _rest(info).feeds
        known = LAYERS[layer].columns
        check_sums(self.columns, known)
        for key in ("columns", "values", "recode", "first_characters"):
            for column in getattr(self, key, ()):
                if column not in known and (hint := did_you_mean(column, known, cutoff=0.85)):
                    raise ValueError(f"{key} names {column!r}, which layer {layer} does not have{hint}")
        return self


class _Latest(Rules):
    id: str
    by: str
    format: str = ""


class _Shaped(_Columns, Chosen, Mended, Added):
    latest: _Latest | None = None
    first_characters: dict[str, Annotated[int, _counted("characters")]] = Field(default_factory=dict)
    ids_from_rows: Flag = False
    date_format: str = ""
    decimal: DecimalSign = "."
    unknown: Anything = ()


class _Osm(_Shaped):
    file: str
    layer: str = ""


class _Vector(DrawnStreets, _Shaped, _Gdal):
    file: str
    as_points: Flag = False


class _OfCells(_Shaped, _Cells):
    file: str

    @model_validator(mode="after")
    def _check_layer(self, info: ValidationInfo) -> Self:
        if LAYERS[layer := _rest(info).feeds].shape != "none":
            raise ValueError(f'layer {layer} needs geometry; use reader = "table-points" or "vector"')
        return self


class _TablePoints(DrawnStreets, _Shaped, _Cells):
    file: str
    x: str = ""
    y: str = ""
    lon: str = ""
    lat: str = ""
    wkt: str = ""
    crs: str = ""

    @model_validator(mode="after")
    def _check_place(self) -> Self:
        axes = {"x", "y", "lon", "lat", "wkt"} & self.model_fields_set
        if axes not in ({"x", "y"}, {"lon", "lat"}, {"wkt"}):
            raise ValueError("name the columns with x and y, with lon and lat, or with wkt")
        if axes != {"lon", "lat"} and "crs" not in self.model_fields_set:
            raise ValueError(f'add crs = "EPSG:..." for the coordinates in {", ".join(sorted(axes))}')
        return self


class _TableAddresses(Addressed, _Shaped, _Cells):
    file: str


class _Overpass(_Shaped, _Service):
    url: str
    layer: str = ""


class _Graphml(_Shaped):
    file: str


class _Homes(Reader):
    file: str = ""
    # Points where people live, in place of buildings and addresses of OpenStreetMap.
    points: Named
    weights: str = ""
    whole: Flag = False

    @model_validator(mode="after")
    def _check_layer(self, info: ValidationInfo) -> Self:
        if (layer := _rest(info).feeds) != "homes":
            raise ValueError(f"reader 'homes' makes the layer homes, not {layer}")
        return self


class _Thiessen(_Columns):
    points: dict[str, Any]
    dissolve: Flag = False


class _Through(Rules):
    layer: Annotated[str, AfterValidator(_layer_name)]
    key: str
    to: str


class Join(Table, _Record, _Cells, Chosen, Mended, Added, Keys):
    """A table ``[[layers.x.tables]]`` whose columns are joined to a layer."""

    file: str
    key: str
    on: str = ""
    columns: Columns
    sum: Flag = False
    through: _Through | None = None
    absent: Literal["unknown", "zero"] = "unknown"

    @model_validator(mode="after")
    def _check_columns(self, info: ValidationInfo) -> Self:
        known = LAYERS[layer := _rest(info).feeds].columns
        for column in self.columns:
            if column not in known:
                raise ValueError(f"layer {layer} has no column {column!r}{did_you_mean(column, known)}")
        check_sums(self.columns, known)
        return self


class Total(Table, _Record, _Cells, Chosen, Added):
    """A table ``[[study_area.tables]]`` that is summed to totals of the city."""

    file: str
    columns: Columns

    @model_validator(mode="after")
    def _check_columns(self) -> Self:
        unknown = sorted(set(self.columns) - set(COUNTS))
        if unknown or not self.columns:
            raise ValueError(f"columns may name {', '.join(COUNTS)}, not {', '.join(unknown) or 'nothing'}")
        return self


class StudyArea(Table, _Record, _Gdal):
    """The table ``[study_area]``: where the city is, in one of several manners, and its totals."""

    name: str = ""
    bbox: Annotated[Any, PlainValidator(_box, json_schema_input_type=_FourNumbers)] = None
    bbox_crs: str = ""
    file: str = ""
    where: Named
    osm_relation: Annotated[Any, _either((int, str), "the number of a relation")] = None
    of: str = ""
    hull_of: str = ""
    hull_buffer_m: Number = 0
    population: FromZero = 0
    households_private: FromZero = 0
    children_0_2: FromZero = 0
    age_3_5: FromZero = 0
    age_6_11: FromZero = 0
    age_12_17: FromZero = 0
    age_65_79: FromZero = 0
    age_80_plus: FromZero = 0
    social_dwellings: FromZero = 0
    tables: Anything = ()

    @model_validator(mode="after")
    def _check_manner(self) -> Self:
        if len(self.manners) != 1:
            raise ValueError("name it in one way: bbox, file, osm_relation (with file), of, or hull_of")
        return self

    @property
    def manners(self) -> list[str]:
        """The ways in which it is named; the file of a relation of OpenStreetMap belongs to the relation."""
        named: list[str] = [key for key in MANNERS if key in self.model_fields_set]
        if "osm_relation" not in named:
            return named
        return [key for key in named if key != ("file" if "file" in named else "osm_relation")]


class Source(_Record, _Cells, _Gdal, _Service):
    """A table ``[sources.x]``: what several tables share."""

    catalog: str = ""
    file: FileOrTiles = ""


READERS: dict[str, type[Reader]] = {
    "osm": _Osm, "vector": _Vector, "table": _OfCells, "table-points": _TablePoints, "overpass": _Overpass,
    "graphml": _Graphml, "homes": _Homes, "thiessen": _Thiessen,
}  # fmt: skip
POINT_READERS = {name: model for name, model in READERS.items() if issubclass(model, _Shaped)}
READERS["table-addresses"] = _TableAddresses  # its points wait for a layer, so no areas are made of them
