"""What every theme returns: figures with unit, target and source, a row per area, and the export to files."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from kortrijk_geo.errors import OptionError
from kortrijk_geo.figure import Figure, Goal, Sensitivity
from kortrijk_geo.scale import Scale, fitted_scales
from kortrijk_geo.sheets import figures_table
from kortrijk_geo.text.dutch import DEMO_TEXT
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    import folium
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes

    from kortrijk_geo.geopackage import LayerStyle
    from kortrijk_geo.text.dutch import Unit


__all__ = [
    "Column", "DiscreetResult", "Figure", "Goal", "Picture", "Proof", "Scale", "Sensitivity", "Source", "ThemeResult",
    "area_sum", "figures_table", "tells_own_rules",
]  # fmt: skip

F = TypeVar("F", bound="Callable[..., Any]")


@dataclass(frozen=True)
class Source:
    """Where a figure comes from: who, of which date, under which licence."""

    name: str
    date: str = ""
    licence: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.date, self.licence) if part)


@dataclass(frozen=True)
class Proof:
    """Whether the data are those of the pack as it was built.

    Parameters
    ----------
    changed
        Layers and rasters that were changed since, in the file or in memory, with their Dutch names.
    unverifiable
        Those of which the pack has no record to hold them against.
    """

    changed: Mapping[str, str] = field(default_factory=dict)
    unverifiable: Mapping[str, str] = field(default_factory=dict)

    @property
    def verified(self) -> bool:
        """Whether everything is as it was built."""
        return not (self.changed or self.unverifiable)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a reader must know of it, in Dutch."""
        texts = (
            ("Gewijzigd sinds de opbouw", self.changed),
            ("Niet na te gaan of dit sinds de opbouw gewijzigd is", self.unverifiable),
        )
        return tuple(f"{text}: {', '.join(names.values())}." for text, names in texts if names)

    def __or__(self, other: Proof) -> Proof:
        """Return what is true of either of two."""
        return Proof({**self.changed, **other.changed}, {**self.unverifiable, **other.unverifiable})


@dataclass(frozen=True)
class Picture:
    """A picture in the projection of web maps.

    Parameters
    ----------
    png
        The bytes of a PNG, in EPSG:3857.
    bounds
        West, south, east and north, degrees.
    classes
        Dutch label and colour (``#rrggbb``) of what it shows.
    """

    png: bytes
    bounds: tuple[float, float, float, float]
    classes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Column:
    """One column of the areas: the one place that tells every room what it is called, how it is written and coloured.

    Parameters
    ----------
    name
        As in ``ThemeResult.areas``.
    label
        Dutch label in table, workbook and tooltip.
    unit
        How it is written; None where its scale, its name and its values tell (see `kortrijk_geo.text.dutch.unit_of`).
    group
        Dutch heading of its layer among those of the map.
    scale
        Classes and colours; a column with a scale is a layer of the map.
    short
        Dutch label of the layer, where the group tells the rest.
    table
        Whether table and tooltip of the page show it.
    adds
        Whether it is a count, so that the areas' numbers add up: where the city has another of its own, as a shortage
        of the whole that is less than those of its areas, their sum stands beside it.
    definition
        Dutch: what it counts, where options or methods change that under one name; of columns whose definitions differ
        no difference is taken.
    quantity
        What it is besides the option in its name: ``share_all_walk`` of ``share_all_walk_15``; else empty.
    """

    name: str
    label: str
    unit: Unit | None = None
    group: str = ""
    scale: Scale | None = None
    short: str = ""
    table: bool = False
    adds: bool = False
    definition: str = ""
    quantity: str = ""


@dataclass
class ThemeResult:
    """The outcome of one theme for one city.

    Parameters
    ----------
    theme, page
        English name of the theme and Dutch name of its page.
    pack
        Name of the pack; ``pack_digest`` the hash of what was read; ``synthetic`` whether it is invented.
    areas
        One row per area, index ``area_id``, first column ``name``, shares 0-1, unknown is NaN.
    city
        The same columns for the whole study area.
    headlines
        What a council member should read first.
    columns
        What every column of ``areas`` is called, how it is written, and which the map and the table show.
    layers
        Further layers for map and GeoPackage, by name.
    pictures
        Masses as pictures for the map, by name; they are in no table.
    context
        Layers that only orient the eye on the map: boundary, main streets, rail, water, green.
    sources
        Where the data come from.
    options
        Every option the figures depend on, as given or by default.
    notes
        Dutch remarks that a reader must know: what is unknown, left out, assumed.
    sensitivity
        What headlines hang on: their values at other values of an option. That of targets is empty: its figures are
        those of other themes, whose own results tell it.
    nis_code
        Of the municipality; empty when the pack names none, None when nobody told.
    proof
        Whether the pack is still what was built.
    balance
        Columns of ``areas`` that count a supply and the demand for it, where the theme sets one against the other.
    """

    theme: str
    page: str
    pack: str
    areas: gpd.GeoDataFrame
    city: dict[str, Any]
    headlines: list[Figure]
    columns: list[Column]
    layers: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    pictures: dict[str, Picture] = field(default_factory=dict)
    context: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    pack_digest: str = ""
    synthetic: bool = False
    sensitivity: list[Sensitivity] = field(default_factory=list)
    nis_code: str | None = None
    proof: Proof = field(default_factory=Proof)
    balance: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        """Fit the classes that follow the figures to those of the areas, for every room the same."""
        scales = fitted_scales({column.name: column.scale for column in self.columns if column.scale}, self.areas)
        self.columns = [
            replace(column, scale=scales[column.name]) if column.name in scales else column for column in self.columns
        ]

    @property
    def warnings(self) -> list[str]:
        """What stands above everything else that a reader sees of it: invented or changed data."""
        return [*([DEMO_TEXT] if self.synthetic else []), *self.proof.sentences]

    @property
    def labels(self) -> dict[str, str]:
        """Dutch label of every column of ``areas``."""
        return {column.name: column.label for column in self.columns}

    def __repr__(self) -> str:
        mark = ", synthetic" if self.synthetic else ""
        return f"{type(self).__name__}({self.theme!r}, {self.pack!r}, {len(self.areas)} areas{mark})"

    def _repr_html_(self) -> str:
        """Show headlines, areas and remarks in a notebook."""
        from kortrijk_geo.views import result_html

        return result_html(self)

    def headline(self, key: str) -> Figure:
        """Return one headline by its key; `OptionError` names the keys that there are."""
        known = {figure.key: figure for figure in self.headlines}
        if key not in known:
            raise OptionError.of_choice("key", key, known)
        return known[key]

    def series(self) -> dict[str, list[tuple[dt.date, float]]]:
        """Return figures over time by Dutch name, oldest first; empty where a theme knows one moment."""
        return {}

    def explore(self) -> folium.Map:
        """Return the map of this result, as its page has it."""
        from kortrijk_geo.views import explore

        return explore(self)

    def plot(self, kind: str = "ranking", *, ax: Axes | None = None) -> Axes:
        """Plot this result: its ``ranking``; ``trend``, ``lorenz`` and ``supply_demand`` where the theme has them.

        ``ax`` is where to draw, a new figure by default. `OptionError` names the plots that there are, or the extra
        that installs matplotlib.
        """
        from kortrijk_geo.views import plot

        return plot(self, kind, ax)

    def published(self) -> Self:
        """Return what files, pages and JSON hold: all, unless a theme keeps back what is known of few people."""
        return self

    def to_json(self) -> dict[str, Any]:
        """Return the outside contract's document: numbers are numbers, unknown is None, shares are 0-1."""
        public = self.published()
        rows = public.areas.drop(columns="geometry", errors="ignore").reset_index()
        return {
            "theme": self.theme,
            "pack": self.pack,
            "pack_digest": self.pack_digest,
            "synthetic": self.synthetic,
            "changed_layers": list(self.proof.changed),
            "unverified_layers": list(self.proof.unverifiable),
            "headlines": [figure.record() for figure in public.headlines],
            "sensitivity": [checked.record() for checked in public.sensitivity],
            "areas": [{key: plain(value) for key, value in row.items()} for row in rows.to_dict("records")],
            "city": {key: plain(value) for key, value in public.city.items()},
            "options": plain(self.options),
            "sources": [text for source in self.sources if (text := str(source))],
            "notes": [*self.proof.sentences, *public.notes],
        }

    def sums(self) -> dict[str, float]:
        """Return the sum of the areas of every count that the city has another number of; see `area_sum`."""
        public = self.published()
        sums = {
            column.name: area_sum(public.areas[column.name], public.city[column.name])
            for column in self.columns
            if column.adds and column.name in public.city
        }
        return {name: total for name, total in sums.items() if total is not None}

    def to_geopackage(
        self, path: str | Path, *, titles: Mapping[str, str] | None = None, styles: Sequence[LayerStyle] = ()
    ) -> None:
        """Write layer ``areas`` and the further layers to a GeoPackage, whole or not at all.

        ``titles`` are Dutch titles of layers by name, ``styles`` how QGIS draws them; a page has both.
        """
        from kortrijk_geo.geopackage import write_geopackage

        public = self.published()
        layers = {"areas": public.areas.reset_index(), **public.layers}
        # That the data were changed stands alone: their sources are those of the pack as it was built.
        about = " ".join(self.proof.sentences or self._origin())
        write_geopackage(path, layers, about=about, titles=titles, styles=styles)

    def _origin(self) -> list[str]:
        sources = "; ".join(text for source in self.sources if (text := str(source)))
        return [
            f"{text}." for text in (DEMO_TEXT if self.synthetic else "", f"Bron: {sources}" if sources else "") if text
        ]

    def to_xlsx(self, path: str | Path, *, further: Mapping[str, pd.DataFrame] | None = None) -> None:
        """Write a workbook with headlines, areas, city, sources and notes, whole or not at all.

        Its heads are Dutch, with units; the sheet Kolommen tells of each the name that it has in the data. ``further``
        are sheets of a page after those, as of its plans, by their Dutch name.
        """
        from kortrijk_geo.files import write_workbook
        from kortrijk_geo.sheets import result_headings

        write_workbook(path, {**self.sheets(), **(further or {})}, headings=result_headings(self))

    def sheets(self) -> dict[str, pd.DataFrame]:
        """Tables of the workbook, by Dutch sheet name: the same figures as in page, GeoPackage and JSON."""
        from kortrijk_geo.sheets import result_sheets

        return result_sheets(self)


@dataclass(repr=False)
class DiscreetResult(ThemeResult):
    """A `ThemeResult` that keeps back what is known of few people.

    What is published is worked out once, and is what is published of itself: files and page keep back the same.
    """

    # No field, so that a result made from a published one is published by itself.
    is_published = False

    def published(self) -> Self:
        """Return the result as files, pages and JSON hold it."""
        return self if self.is_published else self._published

    @cached_property
    def _published(self) -> Self:
        public = self.without_few()
        public.is_published = True
        return public

    @abstractmethod
    def without_few(self) -> Self:
        """Return another result, without what tells of few people."""


def area_sum(areas: pd.Series, whole: Any) -> float | None:
    """Return the sum of the areas' counts where the number of the whole city is another; None where it is no news.

    Where areas are unknown the sum is the least that it can be, and no news unless it is more than the whole.
    """
    known = areas.astype("float64")
    total, city = float(known.sum()), plain(whole)
    if known.isna().all() or (city is None and known.isna().any()):
        return None
    if city is not None and (math.isclose(total, city, rel_tol=1e-9) or (known.isna().any() and total < city)):
        return None
    return total


def tells_own_rules(*names: str) -> Callable[[F], F]:
    """Make a decorator of ``analyse`` that tells in options and notes which files of rules are the user's own.

    Parameters
    ----------
    *names
        Options that name a file in place of the package's; the result has ``<name>_file``.
    """

    def decorate(analyse: F) -> F:
        @wraps(analyse)
        def telling(*args: Any, **options: Any) -> Any:
            result = analyse(*args, **options)
            files = {f"{name}_file": Path(options[name]).name for name in names if options[name] is not None}
            if not files:
                return result
            note = f"Gerekend met eigen regels in plaats van die van de toolkit: {', '.join(files.values())}."
            return replace(result, options={**result.options, **files}, notes=[note, *result.notes])

        return telling  # type: ignore[return-value]

    return decorate
