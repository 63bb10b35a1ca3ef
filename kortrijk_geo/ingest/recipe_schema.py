"""The JSON Schema of a recipe: its tables of rows and pixels by their readers, as `recipe_parts` looks into them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kortrijk_geo.ingest.recipe_gtfs import GtfsFeeds
from kortrijk_geo.ingest.recipe_parts import RecipeFile
from kortrijk_geo.ingest.recipe_rasters import RASTER_READERS, RasterFile, SealingFile
from kortrijk_geo.ingest.recipe_tables import (
    MANNERS,
    POINT_READERS,
    READERS,
    Join,
    Source,
    StudyArea,
    Table,
    Total,
)
from kortrijk_geo.pack.layers import LAYERS, RASTERS, TIMETABLE
from kortrijk_geo.rules.schema import schema_document, schemas_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kortrijk_geo.rules import Rules

_POINTS = "points_"  # a table of points has the keys of its reader, but for those of a layer


def recipe_schema() -> dict[str, Any]:
    """Return the JSON Schema of a recipe."""
    models: list[type[Rules]] = [StudyArea, Join, Total, RasterFile, SealingFile, GtfsFeeds]
    models += [*READERS.values(), *RASTER_READERS.values()]
    (recipe, *_), definitions = schemas_of([RecipeFile, *models])
    tables = {model: definitions[model.__name__] for model in models}
    for model, table in tables.items():
        if issubclass(model, Table):
            _from_source(table)
        if "tables" in table["properties"]:
            table["properties"]["tables"] = {"type": "array", "items": _of(Total if model is StudyArea else Join)}
    for readers in (READERS, RASTER_READERS):
        for reader, model in readers.items():
            tables[model]["properties"]["reader"] = {"const": reader}
            if readers is READERS and "file" in tables[model]["properties"]:
                # Of a list each file is read as a table of its own (`_Tables.layer`).
                names = {"type": "array", "items": tables[model]["properties"]["file"], "minItems": 1}
                files = {"anyOf": [tables[model]["properties"]["file"], names]}
                tables[model]["properties"]["file"] = files
    for model in POINT_READERS.values():
        keys = {key: value for key, value in tables[model]["properties"].items() if key not in {"clip", "tables"}}
        definitions[_POINTS + model.__name__] = {**tables[model], "properties": keys}
    tables[READERS["thiessen"]]["properties"]["points"] = _one_of(POINT_READERS, _POINTS)
    tables[RASTER_READERS["compose"]]["properties"] |= {"sealed": _of(SealingFile), "green": _of(RasterFile)}
    tables[StudyArea]["anyOf"] = [{"required": [manner]} for manner in ("from", *MANNERS)]
    recipe = definitions.pop(RecipeFile.__name__) if "$ref" in recipe else recipe
    recipe["properties"] |= {
        "study_area": _of(StudyArea),
        "layers": _tables(LAYERS.keys() - {"boundary"}, READERS, several=True),
        "rasters": _tables(RASTERS.keys() - {TIMETABLE}, RASTER_READERS),
        "timetable": _of(GtfsFeeds),
    }
    return schema_document(recipe, definitions)


def _of(model: type[Rules], prefix: str = "") -> dict[str, Any]:
    return {"$ref": f"#/definitions/{prefix}{model.__name__}"}


def _one_of(readers: Mapping[str, type[Table]], prefix: str = "") -> dict[str, Any]:
    return {"oneOf": [_of(model, prefix) for model in readers.values()]}


def _tables(names: Iterable[str], readers: Mapping[str, type[Table]], *, several: bool = False) -> dict[str, Any]:
    """Return a table of tables by name, each of one reader; ``several`` lets a name stand in double brackets."""
    one = _one_of(readers)
    table = {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]} if several else one
    return {"type": "object", "properties": dict.fromkeys(sorted(names), table), "additionalProperties": False}


def _from_source(table: dict[str, Any]) -> None:
    """Let a key that a source may say be left out of a table that takes from one."""
    shared = [key for key in table.get("required", ()) if key in Source.model_fields]
    if shared:
        table["required"] = [key for key in table["required"] if key not in shared]
        table["anyOf"] = [{"required": ["from"]}, {"required": shared}]
