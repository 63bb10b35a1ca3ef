"""A recipe and a catalogue read: every table checked before a raw file is opened, what is wrong told together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import Field

from kortrijk_geo.errors import DataError, OptionError, did_you_mean
from kortrijk_geo.ingest.recipe_gtfs import GtfsFeeds
from kortrijk_geo.ingest.recipe_rasters import RASTER_READERS, RasterFile, SealingFile
from kortrijk_geo.ingest.recipe_tables import (
    POINT_READERS,
    READERS,
    Join,
    Named,
    Rest,
    Source,
    StudyArea,
    Table,
    Total,
    Written,
    file_or_tiles,
)
from kortrijk_geo.pack.description import Published, PublishedTable
from kortrijk_geo.pack.layers import LAYERS, RASTERS, TIMETABLE
from kortrijk_geo.pack.validation import check_crs
from kortrijk_geo.rules import DateText, Flag, Number, Rules, Tables, Text, as_rules, read_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

M = TypeVar("M", bound=Rules)
T = TypeVar("T")


def written(table: Rules) -> Written:
    """Return what a table says: the keys that were written, or that come from its source."""
    return {
        key: value.model_dump(exclude_unset=True) if isinstance(value, Rules) else value
        for key, value in table
        if key in table.model_fields_set - {"reader", "source_name"}
    }


@dataclass(frozen=True)
class Part:
    """One table of a recipe that says where rows come from: its place in the recipe, its layer, reader and options."""

    table: str
    layer: str
    reader: str
    options: Mapping[str, Any]

    def get(self, key: str, default: Any = None) -> Any:
        """Return an option."""
        return self.options.get(key, default)


@dataclass(frozen=True)
class Recipe:
    """A checked recipe; see ``data/recipes/README.md`` for what each key means."""

    path: Path
    name: str
    crs: str
    study_area: Part
    layers: Mapping[str, tuple[Part, ...]]
    nis_code: str = ""
    buffer_m: float = 0.0
    synthetic: bool = False
    rasters: Mapping[str, Part] = field(default_factory=dict)
    spread: Mapping[str, str] = field(default_factory=dict)
    published: tuple[Published, ...] = ()
    targets: Path | None = None


class CatalogEntry(Rules):
    """A table of a catalogue: an official source."""

    title: str = ""
    source: str = ""
    url: str = ""
    format: str = ""
    crs: str = ""
    licence: str = ""
    standing: str = ""
    collected: DateText = ""
    columns: Named
    note: str = ""
    page: str = ""


class RecipeFile(Rules):
    """A recipe as its file has it, the tables of rows and pixels not looked into yet."""

    name: Text
    nis_code: str = ""
    crs: str
    buffer_m: Annotated[float, Number(0, 200_000)] = 0.0
    about: str = ""
    synthetic: Flag = False
    catalog: str = ""
    targets: str = ""
    sources: dict[str, Source] = Field(default_factory=dict)
    study_area: dict[str, Any]
    layers: dict[str, Any]
    rasters: Named
    timetable: Named
    # Totals of the city that are spread over its parts, each with the column of the weights.
    spread: dict[
        Literal["population", "children_0_2", "age_3_5", "age_6_11", "age_12_17", "age_65_79", "age_80_plus"],
        Literal["households_private", "population"],
    ] = Field(default_factory=dict)
    # Figures of the whole city that others published, for what the pack cannot tell.
    published: Annotated[tuple[PublishedTable, ...], Tables()] = ()
    # What whoever builds it must say (``--set nis=34023``): written {nis} wherever it stands.
    form: dict[str, Text] = Field(default_factory=dict)


def load_recipe(path: Path, settings: Mapping[str, str] | None = None) -> Recipe:
    """Read and check a recipe.

    Parameters
    ----------
    path
        The recipe.
    settings
        What a recipe that is a form asks for (its table ``[form]``); None leaves its places open, to look at it only.

    Raises
    ------
    MissingFileError
        When the recipe or its catalogue does not exist.
    DataError, CrsError
        When the file is no TOML, a key is unknown or missing, or a value of the wrong kind: a line for each.
    OptionError
        When a setting is missing, or is none that the recipe asks for.
    """
    raw = read_toml(path)[0]
    if settings is not None:
        raw = _filled_in(raw, settings, path)
    file = as_rules(RecipeFile, raw, str(path))
    check_crs(file.crs, origin=f"{path}, crs")
    catalog = load_catalog(path.parent / file.catalog) if "catalog" in file.model_fields_set else {}
    tables = _Tables(path, _by_name(partial(_filled, path=path, catalog=catalog), file.sources))
    parts: list[Callable[[], Any]] = [
        partial(tables.study_area, file.study_area, file.layers),
        partial(_by_name, tables.layer, file.layers),
        partial(_by_name, tables.raster, file.rasters),
    ]
    if file.timetable:
        parts.append(partial(tables.timetable, file.timetable))
    study_area, layers, rasters, *timetable = _together(parts)
    rasters |= dict(zip([TIMETABLE], timetable, strict=False))  # where there is one
    return Recipe(
        path, file.name, file.crs, study_area, layers, nis_code=file.nis_code, buffer_m=file.buffer_m,
        synthetic=file.synthetic, rasters=rasters,
        spread={str(column): weight for column, weight in file.spread.items()},
        published=tuple(Published(**dict(figure)) for figure in file.published), targets=_targets(path, file),
    )  # fmt: skip


def _filled_in(raw: Written, settings: Mapping[str, str], path: Path) -> Written:
    """Return a recipe with what its form asks for in place of ``{key}``."""
    asked = raw.get("form", {})
    form: Mapping[str, object] = asked if isinstance(asked, dict) else {}
    for key in settings:
        if key not in form:
            hint = did_you_mean(key, form) if form else "; it asks for nothing"
            raise OptionError(f"--set {key}: {path.name} does not ask for it{hint}")
    missing = [f"--set {key}=... ({meaning})" for key, meaning in form.items() if key not in settings]
    if missing:
        raise OptionError(f"{path.name} is a form; say {', '.join(missing)}")

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            for key, text in settings.items():
                value = value.replace(f"{{{key}}}", text)
            return value
        if isinstance(value, list):
            return [fill(each) for each in value]
        return {key: fill(each) for key, each in value.items()} if isinstance(value, dict) else value

    return {key: value if key == "form" else fill(value) for key, value in raw.items()}


def _targets(path: Path, file: RecipeFile) -> Path | None:
    """Return the file of what the city wants, beside the recipe; it must be TOML of this municipality."""
    if not file.targets:
        return None
    targets = path.parent / file.targets
    city = read_toml(targets)[0].get("city")
    whose = city.get("nis_code") if isinstance(city, dict) else None
    if whose != file.nis_code:
        raise DataError(
            f"{targets}: its city.nis_code is {whose!r}, that of {path} is {file.nis_code!r}; make them one"
        )
    return targets


def load_catalog(path: Path) -> dict[str, Written]:
    """Read and check a catalogue of official sources, by id.

    Raises
    ------
    MissingFileError, DataError
        As `load_recipe`.
    """

    def entry(name: str, values: object) -> Written:
        return written(as_rules(CatalogEntry, values, f"{path}, [{name}]"))

    return _by_name(entry, read_toml(path)[0])


def _filled(name: str, source: Source, *, path: Path, catalog: Mapping[str, Written]) -> Written:
    """Return what a source says, filled in from the catalogue."""
    values = written(source)
    entry = values.pop("catalog", None)
    if entry is None:
        return values
    if entry not in catalog:
        hint = did_you_mean(entry, catalog)
        raise DataError(f"{path}, [sources.{name}]: catalog = {entry!r} is not in the catalogue{hint}")
    return {key: catalog[entry][key] for key in ("source", "licence", "url", "crs") if key in catalog[entry]} | values


@dataclass(frozen=True)
class _Tables:
    """Reads the tables of a recipe that have rows or pixels, each with what its source says."""

    path: Path
    sources: Mapping[str, Written]

    def study_area(self, values: Written, layers: Written) -> Part:
        where = "[study_area]"
        area = self._table(StudyArea, where, "boundary", values)
        options = written(area)
        for key in ("of", "hull_of"):
            if (name := options.get(key)) is not None and name not in layers:
                raise DataError(f"{self.path}, {where}: {key} = {name!r}, but there is no table [layers.{name}]")
        options["tables"] = self._several(Total, "[[study_area.tables]]", "boundary", area.tables)
        return self._part(where, "boundary", area.manners[0], options)

    def layer(self, layer: str, values: object) -> tuple[Part, ...]:
        where = f"[layers.{layer}]"
        if layer not in LAYERS or layer == "boundary":
            hint = did_you_mean(layer, set(LAYERS) - {"boundary"})
            why = "; the boundary comes from [study_area]" if layer == "boundary" else hint
            raise DataError(f"{self.path}, {where}: there is no such layer{why}")
        if isinstance(values, list) and not values:
            raise DataError(f"{self.path}, {where}: is an empty list")
        given = values if isinstance(values, list) else [values]
        numbered = [(f"{where} number {number}" if isinstance(values, list) else where, table)
                    for number, table in enumerate(given, 1)]  # fmt: skip
        several = [(place, sheet) for place, table in numbered for sheet in self._sheets(table, place)]
        return _sheets_of_several(_together(partial(self._rows, layer, place, sheet) for place, sheet in several))

    def _sheets(self, values: object, where: str) -> list[object]:
        """Return a table for each file where ``file`` is a list; what is joined is joined to all of them, once."""
        if not isinstance(values, dict):
            return [values]
        source = self.sources.get(str(values.get("from")), {})
        names = values.get("file", source.get("file"))
        if not isinstance(names, list):
            return [values]
        try:
            file_or_tiles(names)
        except ValueError as error:
            raise DataError(f"{self.path}, {where}: file {error}") from error
        rest = {key: value for key, value in values.items() if key != "tables"}
        return [{**(values if number == 0 else rest), "file": name} for number, name in enumerate(names)]

    def raster(self, raster: str, values: object) -> Part:
        where = f"[rasters.{raster}]"
        if raster not in RASTERS or raster == TIMETABLE:
            hint = did_you_mean(raster, RASTERS)
            why = "; the timetable comes from [timetable]" if raster == TIMETABLE else hint
            raise DataError(f"{self.path}, {where}: there is no such raster{why}")
        reader = self._reader(RASTER_READERS, where, values)
        if reader != "raster" and raster != "land_cover":
            raise DataError(f"{self.path}, {where}: reader {reader!r} makes land_cover, not {raster}")
        options = written(self._table(RASTER_READERS[reader], where, raster, values))
        # What the two maps of a composition must be able to say.
        for key, model, meaning in (("sealed", SealingFile, "land_cover"), ("green", RasterFile, "green_cover")):
            if key in options:
                place = f"[rasters.{raster}.{key}]"
                options[key] = self._part(
                    place, raster, "raster", written(self._table(model, place, meaning, options[key]))
                )
        return self._part(where, raster, reader, options)

    def timetable(self, values: Written) -> Part:
        where = "[timetable]"
        return self._part(where, TIMETABLE, "gtfs", written(self._table(GtfsFeeds, where, TIMETABLE, values)))

    def _rows(self, layer: str, where: str, values: object) -> Part:
        reader = self._reader(READERS, where, values)
        options = written(self._table(READERS[reader], where, layer, values))
        if "points" in options:
            points = [self._points(layer, f"{where}.points", sheet)
                      for sheet in self._sheets(options["points"], f"{where}.points")]  # fmt: skip
            options["points"] = _sheets_of_several(points) if reader == "homes" else points[0]
        options["tables"] = self._several(Join, f"[[layers.{layer}.tables]]", layer, options.get("tables", ()))
        return self._part(where, layer, reader, options)

    def _points(self, layer: str, where: str, values: object) -> Part:
        reader = self._reader(POINT_READERS, where, values)
        options = written(self._table(POINT_READERS[reader], where, layer, values))
        for key in ("clip", "tables"):
            if key in options:
                raise DataError(f"{self.path}, {where}: {key} is not a known key of points")
        return self._part(where, layer, reader, options)

    def _several(self, model: type[Table], where: str, layer: str, tables: Iterable[object]) -> tuple[Part, ...]:
        """Read tables that are joined or summed."""

        def part(place: str, values: object) -> Part:
            return self._part(place, layer, "table", written(self._table(model, place, layer, values)))

        numbered = ((f"{where} number {number}", values) for number, values in enumerate(tables, 1))
        return tuple(_together(partial(part, place, values) for place, values in numbered))

    def _part(self, where: str, layer: str, reader: str, options: Written) -> Part:
        return Part(f"{self.path.name}, {where}", layer, reader, options)

    def _reader(self, readers: Mapping[str, object], where: str, values: object) -> str:
        if not isinstance(values, dict):
            raise DataError(f"{self.path}, {where}: {values!r} is not a table")
        reader = values.get("reader")
        if not isinstance(reader, str) or reader not in readers:
            hint = did_you_mean(reader, readers)
            raise DataError(f"{self.path}, {where}: reader is {reader!r}, must be one of {', '.join(readers)}{hint}")
        return reader

    def _table(self, model: type[M], where: str, feeds: str, values: object) -> M:
        return as_rules(model, values, f"{self.path}, {where}", context=Rest(feeds, self.sources))


def _sheets_of_several(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Return the files of one layer; of several, one may have nothing here."""
    if len(parts) == 1:
        return tuple(parts)
    return tuple(replace(part, options={**part.options, "sheet_of_several": True}) for part in parts)


def _by_name(read: Callable[[str, Any], T], tables: Mapping[str, Any]) -> dict[str, T]:
    results = _together(partial(read, name, values) for name, values in tables.items())
    return dict(zip(tables, results, strict=True))


def _together(reads: Iterable[Callable[[], T]]) -> list[T]:
    """Read everything, and raise what is wrong in all of it together."""
    results: list[T] = []
    errors: list[str] = []
    for read in reads:
        try:
            results.append(read())
        except DataError as error:
            errors.append(str(error))
    if errors:
        raise DataError("\n".join(errors))
    return results
