"""How a result is looked at in a notebook: as tables, as a map, as a plot. It knows no theme: the catalogue draws."""

from __future__ import annotations

import importlib
import math
from typing import TYPE_CHECKING

from kortrijk_geo.errors import OptionError
from kortrijk_geo.figure import Figure, goal_text, wording
from kortrijk_geo.text.dutch import number_text, unit_of
from kortrijk_geo.text.notebook import html_head, html_line, html_table

if TYPE_CHECKING:
    from collections.abc import Callable

    import folium
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from kortrijk_geo.results import ThemeResult

_MOST_AREAS, _MOST_COLUMNS = 20, 7  # of a result in a notebook
_BAR, _GOAL, _CITY = "#1b4965", "#b42318", "#4b5563"


def result_html(result: ThemeResult) -> str:
    """Return headlines, the first areas and the remarks of a result as HTML."""
    names = [name for name in result.areas.columns if name != result.areas.geometry.name]
    shown = names[:_MOST_COLUMNS]
    declared = {c.name: c.scale.unit if c.scale and not c.unit else c.unit for c in result.columns}
    units = {name: unit_of(name, result.areas[name], declared.get(name)) for name in shown}
    rows = [
        [number_text(row[name], units[name]) for name in shown]
        for row in result.areas[shown].head(_MOST_AREAS).to_dict("records")
    ]
    more = {"gebieden": len(result.areas) - _MOST_AREAS, "kolommen": len(names) - len(shown)}
    left_out = [f"{count} {what}" for what, count in more.items() if count > 0]
    heads = ("kerncijfer", "waarde", "doel", "bron")
    headlines = ([one.label, str(wording(one)), goal_text(one), one.source] for one in result.headlines)
    parts = [
        html_head(f"{result.theme}: {result.pack}", result.warnings),
        html_table(heads, headlines),
        html_table([result.labels.get(name, name) for name in shown], rows),
        html_line(f"Ook in .areas: {', '.join(left_out)}.") if left_out else "",
        html_line(f"Lagen: {', '.join(result.layers)}.") if result.layers else "",
        *(html_line(note) for note in result.notes),
    ]
    return "".join(map(str, parts))


def explore(result: ThemeResult) -> folium.Map:
    """Return the map of a result, as its theme draws it."""
    # By name, as the catalogue imports a theme: what results are made of knows neither drawing nor themes.
    catalogue = importlib.import_module("kortrijk_geo.catalogue")
    drawn: folium.Map = catalogue.theme_module(result.theme).draw(result)
    return drawn


def plot(result: ThemeResult, kind: str, ax: Axes | None = None) -> Axes:
    """Plot a result in one of the ways that its theme knows; see `kortrijk_geo.results.ThemeResult.plot`."""
    kinds = plot_kinds(result)
    if kind not in kinds:
        raise OptionError.of_choice("kind", kind, list(kinds))
    try:
        from matplotlib import pyplot as plt
    except ImportError as error:
        raise OptionError("plots need matplotlib; install it with pip install 'kortrijk-geo[plot]'") from error
    axes = plt.subplots(figsize=(8, 5), layout="constrained")[1] if ax is None else ax
    kinds[kind](result, axes)
    mark = f" ({'; '.join(result.warnings)})" if result.warnings else ""
    axes.set_title(f"{axes.get_title() or kind}\n{result.pack}{mark}", fontsize=10)
    return axes


def plot_kinds(result: ThemeResult) -> dict[str, Callable[[ThemeResult, Axes], None]]:
    """Return the plots that make sense of a result, by name."""
    kinds: dict[str, Callable[[ThemeResult, Axes], None]] = {}
    if _ranked(result) is not None:
        kinds["ranking"] = _ranking
    if any(len(points) > 1 for points in result.series().values()):
        kinds["trend"] = _trend
    if result.balance is not None:
        kinds |= {"lorenz": _lorenz, "supply_demand": _supply_demand}
    return kinds


def _ranked(result: ThemeResult) -> Figure | None:
    """Return the first headline that every area has a figure of too."""
    return next((figure for figure in result.headlines if figure.key in result.areas.columns), None)


def _ranking(result: ThemeResult, axes: Axes) -> None:
    figure = _ranked(result)
    assert figure is not None
    areas = result.areas[["name", figure.key]].sort_values(figure.key, na_position="first")
    values = areas[figure.key].astype("float64")
    named = zip(areas["name"], values.isna(), strict=True)
    names = [f"{name} (onbekend)" if unknown else str(name) for name, unknown in named]
    axes.barh(range(len(areas)), values, color=_BAR)
    axes.set_yticks(range(len(areas)), names)
    if figure.value is not None:
        axes.axvline(figure.value, color=_CITY, linestyle="--", label=f"stad als geheel: {wording(figure).value}")
    if figure.target is not None:
        axes.axvline(figure.target, color=_GOAL, label=goal_text(figure))
    if figure.value is not None or figure.target is not None:
        axes.legend(loc="best", fontsize=8)
    axes.set_title(figure.label)


def _trend(result: ThemeResult, axes: Axes) -> None:
    import numpy as np

    for label, points in result.series().items():
        if len(points) > 1:
            days = np.array([day for day, _ in points], dtype="datetime64[D]")
            axes.plot(days, [value for _, value in points], marker="o", label=label)
    axes.legend(fontsize=8)
    axes.set_title("Verloop")


def lorenz_curve(supply: pd.Series, demand: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the cumulative shares of demand and supply (0-1), the areas with the least supply for it first.

    Examples
    --------
    >>> import pandas as pd
    >>> demand, supply = lorenz_curve(pd.Series([0.0, 3.0, 1.0]), pd.Series([5.0, 5.0, 10.0]))
    >>> demand.tolist(), supply.tolist()
    ([0.0, 0.25, 0.75, 1.0], [0.0, 0.0, 0.25, 1.0])
    """
    import numpy as np

    known = supply.notna() & demand.notna() & (demand > 0)
    of, by = supply[known].to_numpy(float), demand[known].to_numpy(float)
    order = np.argsort(of / by, kind="stable")
    shares = [np.concatenate([[0.0], np.cumsum(part[order]) / part.sum()]) for part in (by, of)]
    return shares[0], shares[1]


def _lorenz(result: ThemeResult, axes: Axes) -> None:
    supply, demand = result.balance or ("", "")
    across, along = lorenz_curve(result.areas[supply].astype("float64"), result.areas[demand].astype("float64"))
    axes.plot([0, 1], [0, 1], color=_CITY, linestyle="--", label="gelijk verdeeld")
    axes.plot(across, along, color=_BAR, marker="o", label="de gebieden, van weinig naar veel")
    axes.set_xlabel(f"deel van: {result.labels[demand]}")
    axes.set_ylabel(f"deel van: {result.labels[supply]}")
    axes.legend(fontsize=8)
    axes.set_title("Hoe gelijk verdeeld")


def _supply_demand(result: ThemeResult, axes: Axes) -> None:
    supply, demand = result.balance or ("", "")
    figure = _ranked(result)
    across, along = (result.areas[column].astype("float64") for column in (demand, supply))
    axes.scatter(across, along, color=_BAR)
    for name, x, y in zip(result.areas["name"], across, along, strict=True):
        if math.isfinite(x) and math.isfinite(y):
            axes.annotate(str(name), (x, y), fontsize=7, xytext=(3, 3), textcoords="offset points")
    if figure is not None and figure.target is not None:
        axes.axline((0, 0), slope=figure.target / 100, color=_GOAL, label=goal_text(figure))
        axes.legend(fontsize=8)
    axes.set_xlabel(result.labels[demand])
    axes.set_ylabel(result.labels[supply])
    axes.set_title("Aanbod tegenover vraag")
