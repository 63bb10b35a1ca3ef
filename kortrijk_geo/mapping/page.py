"""The full page of a theme: headline, map, legend, search, histogram, table, method and sources in one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from kortrijk_geo.figure import wording
from kortrijk_geo.files import file_replacing
from kortrijk_geo.mapping import standalone
from kortrijk_geo.mapping.bar import bar_html
from kortrijk_geo.mapping.document import area_names, column_units, map_document
from kortrijk_geo.mapping.element import figure_of, folium_map
from kortrijk_geo.mapping.figures import card, period, sensitivity_lines, source_texts
from kortrijk_geo.mapping.legend import first_layer, layer_title
from kortrijk_geo.mapping.matrix import drawn_matrix
from kortrijk_geo.mapping.options import option_rows
from kortrijk_geo.mapping.plans import shown_plans
from kortrijk_geo.mapping.rankings import shown_rankings
from kortrijk_geo.mapping.series import drawn_series
from kortrijk_geo.mapping.spec import PageExtras
from kortrijk_geo.text.dutch import number_text
from kortrijk_geo.text.remarks import parted
from kortrijk_geo.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kortrijk_geo.mapping.figures import Card
    from kortrijk_geo.mapping.spec import MapSpec


_MAP_NAME = "kaart"


def write_page(
    spec: MapSpec, path: str | Path, *, downloads: Sequence[str] = (), extras: PageExtras | None = None
) -> None:
    """Write the standalone page of a theme, whole or not at all.

    Parameters
    ----------
    spec
        What to show.
    path
        The HTML file.
    downloads
        Names of files beside the page that a reader can take along.
    extras
        Index page, tile background and addresses, which all pages of an atlas share.

    Raises
    ------
    DataError, CrsError, OptionError
        When the specification cannot be drawn.
    OutputError
        When the file cannot be written; what stood there stays.
    """
    text = page_html(spec, downloads=downloads, extras=extras)
    with file_replacing(path) as building:
        building.write_bytes(text.encode("utf-8"))


def page_html(spec: MapSpec, *, downloads: Sequence[str] = (), extras: PageExtras | None = None) -> str:
    """Return the page as text; equal specifications give equal pages."""
    result = spec.result
    extras = extras or PageExtras()
    document = map_document(spec, extras)
    # What a picture of the map tells beside it.
    told_period = period(result.sources) if spec.period is None else spec.period
    document["credit"] = {
        "sources": list(dict.fromkeys(source.name for source in result.sources if source.name)),
        "period": told_period,
        "digest": result.pack_digest[:12],
    }
    notes, details = parted([*result.notes, *_lost(document)])
    body, call = _map_parts(document)
    matrix = None if spec.matrix is None else drawn_matrix(spec.matrix, result.published())
    style = standalone.map_style() + "\n" + standalone.page_style()
    if matrix:
        style += "\n" + standalone.static_text("heat.css") + "\n" + matrix.style
    before = [standalone.leaflet_script(), standalone.map_script()]
    after = [call, standalone.page_script(), *([standalone.static_text("heat.js")] if matrix else [])]
    return standalone.render(
        "page.html",
        {
            "csp": standalone.policy(
                scripts=[*before, *after], styles=[style], images=[extras.tiles.origin] if extras.tiles else []
            ),
            "style": standalone.inside("style", style),
            "scripts_before": [standalone.inside("script", script) for script in before],
            "scripts_after": [standalone.inside("script", script) for script in after],
            "map": body,
            "title": spec.title,
            "lead": spec.lead,
            "pack": result.pack,
            "index": extras.index,
            "bar": bar_html(extras.pages, f"{result.page}.html"),
            "addresses": bool(document["addresses"]),
            "numbered": bool(document["addresses"]) and document["addresses"]["numbered"],
            "referrer": extras.tiles.referrer if extras.tiles else "no-referrer",
            "warnings": result.warnings,
            "cards": (cards := _cards(spec)),
            "origins": list(dict.fromkeys(one.source for one in cards if one.source)),
            "period": told_period,
            "sources": source_texts(result.sources),
            "table": area_table(spec),
            "series": drawn_series(spec.series),
            "matrix": matrix,
            "findings": shown_plans(spec.findings),
            "plans": shown_plans(spec.plans),
            "rankings": shown_rankings(spec.rankings),
            "notes": notes,
            "details": details,
            "method": spec.method,
            "statistics": [
                (figure.label, str(wording(figure))) for figure in result.headlines if figure.key in spec.statistics
            ],
            "sensitivity": sensitivity_lines(result),
            "options": option_rows(result.options if spec.compared else {"": result.options}, spec.option_labels),
            "wanted": spec.wanted,
            "downloads": list(downloads),
            "digest": result.pack_digest[:12],
            "version": __version__,
        },
    )


def _cards(spec: MapSpec) -> list[Card]:
    compared = spec.compared
    if compared is None:
        return [card(figure) for figure in spec.result.headlines if figure.key not in spec.statistics]
    return [
        card(figure, compared.was[figure.key], when=compared.before, apart=figure.key in compared.apart)
        for figure in spec.result.headlines
        if figure.key in compared.was
    ]


def _map_parts(document: dict[str, Any]) -> tuple[Markup, str]:
    """Return what folium writes for the map: its element and data, and the script that makes it."""
    figure = figure_of(folium_map(document, name=_MAP_NAME, attribution=False))
    for child in figure._children.values():  # noqa: SLF001 - as folium's own Figure.render does
        child.render()
    script = figure.script.render().replace("\r\n", "\n")
    return Markup(figure.html.render()), script  # noqa: S704 - data in it went through json_block


def _lost(document: dict[str, Any]) -> list[str]:
    return [
        f"{layer['label']}: {layer['lost']} zonder plaats, die niet op de kaart staan."
        for layer in (*document["points"], *document["shapes"])
        if layer["lost"]
    ]


# A longer table makes a page slow, and nobody reads it; the files beside the page hold every row.
MOST_ROWS = 1_000


@dataclass(frozen=True)
class TableColumn:
    """One column of the table: its name in the result, its Dutch label, its texts per row and for the whole city.

    ``total`` is the sum of the areas where the whole city has another number.
    """

    column: str
    label: str
    kind: str
    cells: list[str]
    city: str
    total: str = ""


@dataclass(frozen=True)
class Table:
    """The table, of the first areas where there are very many; sorting in the browser goes over all ``areas``.

    ``active`` follows the map's layer in the browser; here it is the layer shown first.
    """

    names: list[str]
    areas: int
    active: TableColumn | None
    columns: list[TableColumn]


def area_table(spec: MapSpec) -> Table:
    """Make the table of a map's areas."""
    units = column_units(spec)
    result = spec.result
    limits = {layer.column: layer.scale.limits for layer in spec.area_layers}
    sums = result.sums()

    def column(name: str, label: str) -> TableColumn:
        unit, edges = units[name], limits.get(name, ())
        cells = [number_text(value, unit, edges) for value in result.areas[name].head(MOST_ROWS)]
        city = number_text(result.city[name], unit, edges) if name in result.city else ""
        total = ""
        if name in sums:
            least = "minstens " if result.areas[name].isna().any() else ""
            total = least + number_text(sums[name], unit, edges)
        return TableColumn(name, label, "text" if unit == "text" else "number", cells, city, total)

    first = first_layer(spec)
    active = None if first is None else column(first.column, layer_title(first))
    names = area_names(result)
    return Table(
        names[:MOST_ROWS], len(names), active, [column(name, result.labels.get(name, name)) for name in spec.table]
    )
