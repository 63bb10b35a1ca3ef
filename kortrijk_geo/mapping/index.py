"""The index page of an atlas: a tile per theme, the areas, and where every layer of the pack comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kortrijk_geo.dutch import DEMO_TEXT, UNKNOWN, decimal_text, number_text
from kortrijk_geo.layers import DUTCH_NAMES
from kortrijk_geo.mapping import standalone
from kortrijk_geo.mapping.figures import card, date_text, source_text
from kortrijk_geo.mapping.thumbnail import areas_picture, map_picture
from kortrijk_geo.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from markupsafe import Markup

    from kortrijk_geo.mapping.figures import Card
    from kortrijk_geo.mapping.spec import MapSpec
    from kortrijk_geo.pack import PackInfo

MOST_CARDS = 3
# Neighbouring tints by which the eye tells areas apart; they mean nothing else.
_TINTS = ("#cfdce6", "#dfe8d8", "#ece3d4", "#e2dbe9", "#d5e7e6")


@dataclass(frozen=True)
class Tile:
    """One theme on the index: its headlines and files, or the reason why it is not there."""

    page: str
    title: str
    status: str = ""
    reason: str = ""
    detail: str = ""
    files: tuple[str, ...] = ()
    cards: list[Card] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    picture: Markup | None = None


def theme_tile(spec: MapSpec, files: Sequence[str]) -> Tile:
    """Make the tile of a theme that was written."""
    return Tile(
        page=spec.result.page,
        title=spec.title,
        files=tuple(files),
        cards=[card(figure) for figure in spec.result.headlines[:MOST_CARDS]],
        sources=[source_text(source) for source in spec.result.sources],
        picture=map_picture(spec),
    )


def index_html(
    info: PackInfo,
    areas: gpd.GeoDataFrame,
    context: Mapping[str, gpd.GeoDataFrame],
    tiles: Sequence[Tile],
    *,
    digest: str,
    synthetic: bool,
    population: float | None = None,
) -> str:
    """Return the index page as text.

    Parameters
    ----------
    info
        Description of the pack.
    areas, context
        The city's areas and what orients the eye, in the pack's CRS (metres).
    tiles
        The themes, in order.
    digest, synthetic
        Hash of the city's content; whether any of it is invented.
    population
        Inhabitants of the whole city; by default the sum of the areas where all are known.
    """
    style = standalone.map_style() + "\n" + standalone.static_text("page.css")
    hectares = areas.geometry.area / 10_000
    names = [str(name) for name in areas["name"]]
    people = areas["population"] if "population" in areas.columns else None
    if population is None and people is not None and people.notna().all():
        population = float(people.sum())
    records = {**info.layers, **info.rasters}
    return standalone.render(
        "index.html",
        {
            "csp": standalone.policy(scripts=[], styles=[style]),
            "style": standalone.inside("style", style),
            "city": info.name,
            "nis_code": info.nis_code,
            "crs": info.crs,
            "digest": digest[:12],
            "format_version": info.format_version,
            "version": __version__,
            "demo": DEMO_TEXT if synthetic else "",
            "tiles": tiles,
            "overview": areas_picture(
                areas,
                [_TINTS[row % len(_TINTS)] for row in range(len(areas))],
                context,
                label=f"De gebieden van {info.name}",
                names=names,
                height=400,
            ),
            "areas": [
                {
                    "name": name,
                    "hectares": decimal_text(float(size), 0 if size >= 10 else 1),
                    "population": UNKNOWN if people is None else number_text(people.iloc[row], "whole"),
                }
                for row, (name, size) in enumerate(zip(names, hectares, strict=True))
            ],
            "hectares": decimal_text(float(hectares.sum()), 0),
            "population": number_text(population, "whole"),
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
        },
    )
