"""The page of the wijken: every figure of every theme of one wijk, beside the city and the other wijken.

It is made of what ``atlas.json`` tells of the theme pages beside it, so that it never tells another figure than they.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kortrijk_geo.atlas.ranks import ranks, remarks
from kortrijk_geo.text.dutch import limit_text, number_text
from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from kortrijk_geo.mapping.area_maps import PlaceLayer
    from kortrijk_geo.pack.city import City

PAGE = "wijken"
FILE = f"{PAGE}.html"
TITLE = "Wijken: alles van één wijk op één blad"
_LEAST_AREAS, _MOST_AREAS = 2, 1_000

Page = dict[str, Any]


def further_page(city: City, pages: Sequence[Page]) -> list[Page]:
    """Return what ``atlas.json`` tells of the page of the wijken; nothing where there is none to make."""
    ids = [str(area) for area in city.areas["area_id"]]
    if not _LEAST_AREAS <= len(ids) <= _MOST_AREAS or not themes_of(ids, pages)[0]:
        return []
    return [{"page": PAGE, "title": TITLE, "status": "geschreven", "files": [FILE]}]


def themes_of(ids: Sequence[str], pages: Sequence[Page]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the themes with their figures, a value per area; and the titles of those that tell of other areas.

    Parameters
    ----------
    ids
        Of the areas, in order.
    pages
        The pages of the atlas, as ``atlas.json`` tells of them.
    """
    themes, elsewhere = [], []
    for page in pages:
        if not page.get("indicators"):
            continue
        # The id comes first in a row, whatever a theme calls it.
        rows = {str(next(iter(row.values()))): row for row in page["result"]["areas"]}
        if not rows.keys() & set(ids):
            elsewhere.append(page["title"])
            continue
        filled = [_filled(indicator, ids, rows, page["result"]["city"]) for indicator in page["indicators"]]
        # A type that no wijk has is no figure of any.
        indicators = [each for each in filled if each["unit"] != "text" or any(each["values"])]
        if not indicators:
            continue
        themes.append(
            {
                "title": page["title"].partition(":")[0],
                "file": page["files"][0],
                "state": page["state"],
                "indicators": indicators,
            }
        )
    return themes, elsewhere


def _filled(
    indicator: dict[str, Any], ids: Sequence[str], rows: Mapping[str, dict[str, Any]], city: dict[str, Any]
) -> dict[str, Any]:
    """Add to a figure its values, how it is counted, and the words of its goal."""
    text, goal = indicator["unit"] == "text", indicator["goal"]
    values = [rows[area].get(indicator["column"]) if area in rows else None for area in ids]
    whole = city.get(indicator["column"])
    told = {} if goal is None else {**goal, "text": limit_text(goal["value"], indicator["unit"])}
    return {
        **indicator,
        "values": values if text else [value if is_finite(value) else None for value in values],
        "city": whole if not text and is_finite(whole) else None,
        # Of a count the city has the sum: no wijk is above or below it.
        "counted": indicator["unit"] in {"whole", "metres"},
        "goal": told or None,
        "sum": _sum(indicator, values),
    }


def _sum(indicator: dict[str, Any], values: Sequence[Any]) -> str:
    """Write the sum of the areas where the whole city has another number; empty elsewhere."""
    if not is_finite(indicator.get("sum")):
        return ""
    least = "minstens " if any(not is_finite(value) for value in values) else ""
    return least + number_text(indicator["sum"], indicator["unit"])


def document(city: City, pages: Sequence[Page]) -> dict[str, Any]:
    """Return everything the page shows, as plain data."""
    from kortrijk_geo.mapping.area_facts import area_facts
    from kortrijk_geo.mapping.area_maps import area_maps

    ids = [str(area) for area in city.areas["area_id"]]
    themes, elsewhere = themes_of(ids, pages)
    numeric = [each for theme in themes for each in theme["indicators"] if each["unit"] != "text"]
    placed = [ranks(indicator["values"]) for indicator in numeric]
    for indicator, ranked in zip(numeric, placed, strict=True):
        indicator["ranks"] = [rank and [rank.text, rank.standing(indicator["better"])] for rank in ranked]
    return {
        "city": city.name,
        "ids": ids,
        "names": [str(name) for name in city.areas["name"]],
        "facts": area_facts(city.areas),
        "themes": themes,
        "elsewhere": elsewhere,
        "remarks": remarks(len(ids), numeric, placed),
        "sources": _sources(pages),
        "map": area_maps(city.areas, city.context(), _places(city, pages)),
    }


def _places(city: City, pages: Sequence[Page]) -> list[PlaceLayer]:
    """Return the places that help to recognise a wijk, as the pack has them; of childcare what is open."""
    from kortrijk_geo.atlas.indicators import place_rules
    from kortrijk_geo.mapping.area_maps import PlaceLayer

    layers = []
    read = {page["theme"] for page in pages if "result" in page}
    for rule in place_rules():
        if not city.has(rule.layer) or (rule.theme and rule.theme not in read):
            continue
        frame = city.layer(rule.layer)
        if rule.categories:
            frame = frame[frame["category"].isin(rule.categories)]
        if rule.layer == "childcare":
            frame = frame[_open(frame, city.reference_day("childcare"))]
        if len(frame):
            layers.append(PlaceLayer(frame, rule.label, rule.colour))
    return layers


def _open(locations: gpd.GeoDataFrame, day: dt.date | None) -> pd.Series:
    """Return which childcare locations are open on a day, or were never said to be closed where no day is known."""
    import pandas as pd

    there = pd.Series(data=True, index=locations.index)
    if "standing" in locations.columns:
        there &= locations["standing"].isna() | (locations["standing"] == "existing")
    if day is None:
        return there & locations["closes"].isna() if "closes" in locations.columns else there
    on = pd.Timestamp(day)
    if "opens" in locations.columns:
        opens = pd.to_datetime(locations["opens"])
        there &= opens.isna() | (opens <= on)
    if "closes" in locations.columns:
        closes = pd.to_datetime(locations["closes"])
        there &= closes.isna() | (closes > on)
    return there


def _sources(pages: Sequence[Page]) -> list[str]:
    """Return where the figures come from, each once; norms and methods stand on the pages of the themes."""
    shown = [page for page in pages if page.get("indicators")]
    goals = [each["goal"]["source"] for page in shown for each in page["indicators"] if each["goal"]]
    return list(dict.fromkeys(filter(None, [*(source for page in shown for source in page["sources"][:1]), *goals])))


def write(
    city: City, pages: Sequence[Page], folder: Path, *, bar: Sequence[tuple[str, str]], index: str, background: str
) -> None:
    """Write the page of the wijken to a folder.

    Parameters
    ----------
    city
        The opened pack.
    pages
        The pages of the atlas, as ``atlas.json`` tells of them.
    folder
        Where to write.
    bar, index
        The pages for the bar, and the name of the index.
    background
        Streets and buildings, of `kortrijk_geo.mapping.background.background_block`.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    from kortrijk_geo.files import file_replacing
    from kortrijk_geo.mapping.wijken import wijken_html

    text = wijken_html(
        {**document(city, pages), "background": background},
        file=FILE, bar=bar, index=index, warnings=city.warnings, digest=city.digest,
    )  # fmt: skip
    with file_replacing(folder / FILE) as building:
        building.write_bytes(text.encode("utf-8"))
