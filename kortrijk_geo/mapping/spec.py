"""What a theme says about its map, without drawing it: area layers, point layers, texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from kortrijk_geo.mapping.options import OptionLabels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from kortrijk_geo.mapping.matrix import Matrix
    from kortrijk_geo.mapping.tiles import Tiles
    from kortrijk_geo.results import Column, Figure, Picture, Scale, ThemeResult
    from kortrijk_geo.text.dutch import Unit

    Mark = Literal["ring", "dashed", "cross"]


@dataclass(frozen=True)
class AreaLayer:
    """The areas coloured by one column of ``ThemeResult.areas``.

    ``before`` is a column of the same figure at another time: the map then shows both, with a slider between them.
    ``beside`` are columns that table and tooltip show only together with this layer, ``heading`` is what they call the
    layer itself where label and group do not tell it.
    """

    column: str
    label: str
    scale: Scale
    group: str = ""
    shown: bool = False
    before: str = ""
    beside: tuple[str, ...] = ()
    heading: str = ""


@dataclass(frozen=True)
class PointLayer:
    """Points in one canvas layer.

    ``fields`` maps columns to the Dutch labels of the tooltip. Colour is one colour, or by the classes of the numeric
    column ``column`` (``scale``), or by the values of the text column ``column`` (``colours``: value to Dutch label
    and colour). ``size_column`` makes the surface of the dot follow a number. ``name`` is the one of
    ``fields`` that titles the tooltip, ``filter`` the one by whose texts readers choose what they see. ``marks`` gives
    values of ``column`` another shape than a dot: a ``ring``, a ``dashed`` ring or a ``cross``.

    ``table`` is the layer of the GeoPackage that holds them; there ``where`` is a condition of those that are drawn,
    and ``expression`` what ``column`` holds where that is no column of it, both in the language of QGIS.
    """

    frame: gpd.GeoDataFrame
    label: str
    fields: dict[str, str]
    column: str | None = None
    scale: Scale | None = None
    colours: dict[str, tuple[str, str]] = field(default_factory=dict)
    colour: str = "#1b4965"
    radius_px: float = 4.0
    size_column: str | None = None
    shown: bool = False
    table: str = ""
    where: str = ""
    expression: str = ""
    name: str = ""
    filter: str = ""
    marks: dict[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True)
class ShapeLayer:
    """Lines or polygons, for instance isochrones or patches; colour, ``fields`` and ``table`` as of `PointLayer`.

    More polygons than `kortrijk_geo.mapping.mass.MOST_SHAPES` are drawn as a picture that still tells their fields.
    """

    frame: gpd.GeoDataFrame
    label: str
    fields: dict[str, str]
    column: str | None = None
    scale: Scale | None = None
    colours: dict[str, tuple[str, str]] = field(default_factory=dict)
    colour: str = "#d95f02"
    filled: bool = True
    shown: bool = False
    table: str = ""
    where: str = ""
    expression: str = ""
    name: str = ""


@dataclass(frozen=True)
class PlanTable:
    """What a plan proposes, row by row: a table on the page and a sheet of the workbook.

    Parameters
    ----------
    title, sheet
        Dutch heading on the page and name of the sheet.
    frame
        The rows in their order.
    labels
        Dutch label of every column that is shown, in their order.
    units
        How columns are written where their name and values do not tell.
    note
        A Dutch sentence above the table: what was asked, and what it does not tell.
    """

    title: str
    sheet: str
    frame: pd.DataFrame
    labels: dict[str, str]
    units: dict[str, Unit] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Ranking(PlanTable):
    """Many rows that readers sort, and of which they choose what they see: a table on the page and a sheet.

    ``filters`` are the text columns by which they choose; the frame is in the order that the table opens with.
    """

    filters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Series:
    """Figures of the whole city over several years: a line each, by its Dutch name; unknown is None."""

    title: str
    years: tuple[int, ...]
    lines: dict[str, tuple[float | None, ...]]
    unit: Unit
    source: str


@dataclass(frozen=True)
class PictureLayer:
    """A picture laid over the map, for a mass that would be too heavy as shapes."""

    picture: Picture
    label: str
    shown: bool = False


@dataclass(frozen=True)
class PageExtras:
    """What all pages of one atlas have besides their theme: the index beside them, tiles, addresses to search.

    ``index`` is the name of the index page, ``tiles`` a background by choice, ``addresses`` the layer of the pack,
    ``background`` its streets and buildings (`kortrijk_geo.mapping.background.background_block`), empty for none;
    ``gazetteers`` takes its streets as they were written, by the CRS and shapes of the areas of a page;
    ``contexts`` what orients the eye as it was drawn, by its shapes and the bounds of a page: most pages have the same;
    ``pages`` file and short Dutch title of every page, for the bar, which the atlas puts in when all are there.
    """

    index: str = ""
    tiles: Tiles | None = None
    addresses: gpd.GeoDataFrame | None = None
    background: str = ""
    gazetteers: dict[tuple[object, ...], dict[str, Any]] = field(default_factory=dict, compare=False, repr=False)
    contexts: dict[str, list[dict[str, Any]]] = field(default_factory=dict, compare=False, repr=False)
    pages: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Compared:
    """Two states of one theme on one page: their Dutch names, and the headlines of the earlier one by key of the later.

    ``apart`` are the keys of those that the two define differently: they have no difference.
    """

    before: str
    after: str
    was: dict[str, Figure]
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Wanted:
    """A file that would make known what a page does not know, in Dutch.

    Parameters
    ----------
    sentence
        What to deliver.
    columns
        Its columns.
    gives
        What becomes known by it.
    kind
        Its kind for `kortrijk-geo pack add` and `pack template`; empty where a recipe takes it.
    """

    sentence: str
    columns: tuple[str, ...]
    gives: str
    kind: str = ""


@dataclass(frozen=True)
class MapSpec:
    """A whole page: the result, its Dutch title, its layers, the columns of tooltip and table, the method in words.

    ``lead`` is one Dutch sentence under the title, ``option_labels`` what the theme's options are called. A theme whose
    page is no map writes it itself: ``own_page`` takes the folder and what all pages share, and returns the names of
    the files, the page first; ``further_files`` takes the folder and writes files beside the common ones. ``bars``
    (Dutch name, number, colour) stand on the index in place of a map. ``wanted`` are files that would make known what
    the page does not know; ``plans`` are tables of what is proposed, ``findings`` of what was found, ``rankings`` those
    to sort and choose from, ``matrix`` the areas against some columns, ``series`` figures of several years;
    ``period`` is what the first headline describes, where that is not all sources together. ``statistics`` are keys of
    headlines that only the method tells: they are for who knows the measure. ``facts`` are plain values that the index
    tells of and no area or headline holds.
    """

    result: ThemeResult
    title: str
    area_layers: tuple[AreaLayer, ...]
    table: tuple[str, ...]
    point_layers: tuple[PointLayer, ...] = ()
    shape_layers: tuple[ShapeLayer, ...] = ()
    picture_layers: tuple[PictureLayer, ...] = ()
    method: str = ""
    lead: str = ""
    option_labels: OptionLabels = field(default_factory=OptionLabels)
    compared: Compared | None = None
    own_page: Callable[[Path, PageExtras], list[str]] | None = None
    further_files: Callable[[Path], list[str]] | None = None
    bars: tuple[tuple[str, int, str], ...] = ()
    wanted: tuple[Wanted, ...] = ()
    period: str | None = None
    statistics: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    plans: tuple[PlanTable, ...] = ()
    findings: tuple[PlanTable, ...] = ()
    matrix: Matrix | None = None
    rankings: tuple[Ranking, ...] = ()
    series: tuple[Series, ...] = ()


def area_layers(columns: Iterable[Column], *, shown: str = "") -> tuple[AreaLayer, ...]:
    """Return a layer for every column that has a scale, group by group; ``shown`` is the one the page opens with."""
    layers = [
        AreaLayer(column.name, column.short or column.label, column.scale, column.group, shown=column.name == shown)
        for column in columns
        if column.scale is not None
    ]
    groups = list(dict.fromkeys(layer.group for layer in layers))
    return tuple(sorted(layers, key=lambda layer: groups.index(layer.group)))


def table_columns(columns: Iterable[Column]) -> tuple[str, ...]:
    """Return the names of the columns that table and tooltip show, in their order."""
    return tuple(column.name for column in columns if column.table)
