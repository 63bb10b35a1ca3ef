"""The index page of an atlas: one large map and what stands out, a tile per theme, the areas, the pack's layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kortrijk_geo.mapping import standalone
from kortrijk_geo.mapping.area_facts import area_facts
from kortrijk_geo.mapping.bar import bar_html
from kortrijk_geo.mapping.figures import card
from kortrijk_geo.mapping.heat import heat_table
from kortrijk_geo.mapping.thumbnail import areas_picture, bars_picture, ground_of
from kortrijk_geo.pack.layers import ADDED_NAMES, DUTCH_NAMES
from kortrijk_geo.results import Figure
from kortrijk_geo.text.dutch import DEMO_TEXT, UNKNOWN, date_text, decimal_text, number_text
from kortrijk_geo.text.safe import html_text
from kortrijk_geo.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from markupsafe import Markup

    from kortrijk_geo.mapping.figures import Card
    from kortrijk_geo.mapping.thumbnail import Ground
    from kortrijk_geo.pack.files import PackInfo

MOST_CARDS = 2
_OPENING_SIZE = (760, 620)
# Neighbouring tints by which the eye tells areas apart; they mean nothing else.
_TINTS = ("#cfdce6", "#dfe8d8", "#ece3d4", "#e2dbe9", "#d5e7e6")


@dataclass(frozen=True)
class Remark:
    """A sentence or two made from the figures of a page, with the page that tells more."""

    text: str
    page: str
    title: str


@dataclass(frozen=True)
class Opening:
    """The large map of an index: what it shows, its classes (label and colour), and the page that it is of."""

    title: str
    picture: Markup
    classes: list[dict[str, str]]
    page: str
    theme: str
    state: str


@dataclass(frozen=True)
class Tile:
    """One page on the index: its headlines, picture and files, or the reason why it is not there.

    ``known`` says that a page of what is known stands in its place.
    """

    page: str
    title: str
    status: str
    why: str
    files: list[str]
    cards: list[Card]
    state: str
    sources: list[str]
    picture: Markup | None
    known: bool


def page_tile(page: Mapping[str, Any], ground: Ground) -> Tile:
    """Make the tile of a page as ``atlas.json`` tells of it: with a result, or with the reason why there is none."""
    written = "result" in page
    headlines = [Figure(**figure) for figure in page["result"]["headlines"]] if written else []
    headlines = [figure for figure in headlines if figure.key not in page.get("statistics", ())]
    if "bars" in page.get("picture", {}):
        # The bars count how many stand where; a count of none is no opening.
        headlines = [figure for figure in headlines if figure.value != 0] or headlines
    return Tile(
        page=page["page"],
        title=page["title"],
        status="" if written else page["status"],
        why=page.get("why", ""),
        files=page["files"][1:],
        cards=[card(figure) for figure in headlines[:MOST_CARDS]],
        state=page.get("state", ""),
        sources=page.get("sources", []),
        picture=_picture(page, ground) if written else None,
        known=not written and bool(page["files"]),
    )


def _picture(page: Mapping[str, Any], ground: Ground) -> Markup | None:
    picture = page.get("picture", {})
    label = f"Kaartje: {page['title']}"
    if "bars" in picture:
        return bars_picture(picture["bars"], label=f"Staafjes: {page['title']}")
    colours = [str(html_text(colour)) for colour in picture.get("colours", ())]
    # A theme may have other areas than the wijken; then there is no picture rather than a wrong one.
    return areas_picture(ground, colours, label=label) if len(colours) == len(ground.shapes) else None


def _opening(page: Mapping[str, Any] | None, areas: gpd.GeoDataFrame, ground: Ground) -> Opening | None:
    picture = {} if page is None else page.get("picture", {})
    if page is None or len(picture.get("texts", ())) != len(areas):
        return None
    drawn = areas_picture(
        ground,
        [str(html_text(colour)) for colour in picture["colours"]],
        label=f"Kaart: {picture['title']}",
        names=[str(name) for name in areas["name"]],
        values=picture["texts"],
        width=_OPENING_SIZE[0],
        height=_OPENING_SIZE[1],
    )
    return Opening(picture["title"], drawn, picture["classes"], page["page"], page["title"], page.get("state", ""))


def index_html(
    info: PackInfo,
    areas: gpd.GeoDataFrame,
    context: Mapping[str, gpd.GeoDataFrame],
    pages: Sequence[Mapping[str, Any]],
    *,
    digest: str,
    synthetic: bool,
    changes: Sequence[str] = (),
    population: float | None = None,
    project: str = "",
    bar: Sequence[tuple[str, str]] = (),
    remarks: Sequence[Remark] = (),
    opening: str = "",
    themes: Sequence[dict[str, Any]] = (),
    wijken: str = "",
) -> str:
    """Return the index page as text.

    Parameters
    ----------
    info
        Description of the pack.
    areas, context
        The city's areas and what orients the eye, in the pack's CRS (metres).
    pages
        The pages of the atlas, in order, as ``atlas.json`` tells of them.
    digest, synthetic, changes
        Hash of the city's content; whether any of it is invented; what was changed since it was built, in sentences.
    population
        Inhabitants of the whole city; by default the sum of the areas where all are known.
    project
        Name of the QGIS project beside it.
    bar
        File and short Dutch title of every page of the atlas.
    remarks
        What stands out.
    opening
        Name of the page whose map the index opens with; empty for none.
    themes, wijken
        The figures of the areas by theme (see `kortrijk_geo.mapping.heat`), and the name of the page of the wijken.
    """
    script = standalone.static_text("bar.js") + "\n" + standalone.static_text("heat.js")
    people = areas["population"] if "population" in areas.columns else None
    if population is None and people is not None and people.notna().all():
        population = float(people.sum())
    whole = decimal_text(float(areas.geometry.area.sum()) / 10_000, 0), number_text(population, "whole")
    ids = areas["area_id"] if "area_id" in areas.columns else areas.index
    heat = heat_table(
        [str(name) for name in areas["name"]],
        [str(area) for area in ids],
        area_facts(areas),
        themes,
        city=info.name,
        whole=whole,
        page=wijken,
        estimated=any("population" in record.estimates for record in info.layers.values()),
    )
    style = "\n".join([standalone.map_style(), standalone.page_style(), standalone.static_text("heat.css"), heat.style])
    ground = ground_of(areas, context)
    records = {**info.layers, **info.rasters}
    return standalone.render(
        "index.html",
        {
            "csp": standalone.policy(scripts=[script], styles=[style]),
            "bar": bar_html(bar, "index.html"),
            "scripts_after": [standalone.inside("script", script)],
            "style": standalone.inside("style", style),
            "city": info.name,
            "nis_code": info.nis_code,
            "crs": info.crs,
            "digest": digest[:12],
            "project": project,
            "format_version": info.format_version,
            "version": __version__,
            "warnings": [*([DEMO_TEXT] if synthetic else []), *changes],
            "opening": _opening(next((one for one in pages if one["page"] == opening), None), areas, ground),
            "remarks": list(remarks),
            "synthetic": synthetic,
            "tiles": [page_tile(page, ground) for page in pages],
            "heat": heat.html,
            "areas": len(areas),
            "hectares": whole[0],
            "records": [
                {
                    "name": DUTCH_NAMES.get(name, name),
                    "source": record.source or UNKNOWN,
                    "date": date_text(record.reference_date) or UNKNOWN,
                    "licence": record.licence or UNKNOWN,
                    "synthetic": "ja" if record.synthetic else "nee",
                }
                for name, record in records.items()
            ],
            "added": [
                {
                    "what": ADDED_NAMES.get(each.kind, each.kind),
                    "file": each.files[0],
                    "source": each.source or UNKNOWN,
                    "date": date_text(each.date) or UNKNOWN,
                    "synthetic": "ja" if each.synthetic else "nee",
                }
                for each in info.added
            ],
        },
    )
