"""How a city and a result show themselves in a notebook: small tables of HTML, every text escaped, unknown said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from kortrijk_geo.text.dutch import DEMO_TEXT, UNKNOWN, headline_unit, number_text, unit_of
from kortrijk_geo.text.safe import isolated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.results import Figure, ThemeResult

_MOST_AREAS = 20
_MOST_COLUMNS = 7


def result_html(result: ThemeResult) -> str:
    """Return headlines, the first areas and the remarks of a result as HTML."""
    names = [name for name in result.areas.columns if name != result.areas.geometry.name]
    shown = names[:_MOST_COLUMNS]
    units = {name: unit_of(name, result.areas[name]) for name in shown}
    rows = [
        [number_text(row[name], units[name]) for name in shown]
        for row in result.areas[shown].head(_MOST_AREAS).to_dict("records")
    ]
    left_out = [
        *([f"{len(result.areas) - _MOST_AREAS} gebieden"] if len(result.areas) > _MOST_AREAS else []),
        *([f"{len(names) - len(shown)} kolommen"] if len(names) > len(shown) else []),
    ]
    parts = [
        _head(f"{result.theme}: {result.pack}", synthetic=result.synthetic),
        _table(("kerncijfer", "waarde", "doel", "bron"), map(_headline, result.headlines)),
        _table([result.labels.get(name, name) for name in shown], rows),
        _line(f"Ook in .areas: {', '.join(left_out)}.") if left_out else "",
        _line(f"Lagen: {', '.join(result.layers)}.") if result.layers else "",
        *(_line(note) for note in result.notes),
    ]
    return str(Markup("").join(parts))


def city_html(city: City) -> str:
    """Return what a pack holds, layer by layer with its source and date, as HTML; no layer is read for it."""
    records = {**city.info.layers, **city.info.rasters}
    rows = [
        [name, record.source or UNKNOWN, record.reference_date or UNKNOWN, "ja" if record.synthetic else "nee"]
        for name, record in records.items()
    ]
    about = f"{city.name}, NIS-code {city.info.nis_code or UNKNOWN}, {city.crs}, kenmerk {city.digest[:12]}"
    parts = [_head(about, synthetic=city.synthetic), _table(("laag", "bron", "toestand", "fictief"), rows)]
    return str(Markup("").join(parts))


def _headline(figure: Figure) -> list[str]:
    share = figure.unit == "aandeel"

    def write(value: float | None) -> str:
        text = number_text(value, headline_unit(value, share=share))
        return text if share or value is None else f"{text} {figure.unit}"

    return [figure.label, write(figure.value), "" if figure.target is None else write(figure.target), figure.source]


def _head(text: str, *, synthetic: bool) -> Markup:
    mark = Markup("<p><strong>{}</strong></p>").format(DEMO_TEXT) if synthetic else Markup()
    return mark + Markup("<p><strong>{}</strong></p>").format(isolated(text))


def _line(text: str) -> Markup:
    return Markup("<p>{}</p>").format(isolated(text))


def _table(heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Markup:
    def line(cells: Sequence[Any], tag: str) -> Markup:
        written = [Markup("<{0}>{1}</{0}>").format(tag, isolated(cell)) for cell in cells]
        return Markup("<tr>{}</tr>").format(Markup("").join(written))

    body = Markup("").join(line(row, "td") for row in rows)
    return Markup("<table><thead>{}</thead><tbody>{}</tbody></table>").format(line(heads, "th"), body)
