"""Two results of one theme as one page: two years, or the city as it is and a scenario."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.mapping.document import column_units
from kortrijk_geo.mapping.figures import CHANGE_END, period
from kortrijk_geo.mapping.legend import first_layer, layer_title, numeric
from kortrijk_geo.mapping.mass import MOST_AREAS
from kortrijk_geo.mapping.spec import AreaLayer, Compared, MapSpec
from kortrijk_geo.results import Column, Figure, Scale, ThemeResult
from kortrijk_geo.text.dutch import CHANGE_OF
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.text.dutch import Unit

BOTH, CHANGE = "Vroeger en later", "Verschil"
_SAME_SHAPE = 0.99  # shared surface over joint surface
_STEPS = (0.5, 1.0, 2.0, 5.0)
# What prints as 0 is no change.
_LEAST_SEEN: dict[Unit, float] = {"points": 0.0005, "change": 0.05, "whole_change": 0.5}


def check_names(names: tuple[str, str]) -> None:
    """Raise `OptionError` when the names of the two states are equal, or one is empty."""
    if not all(name.strip() for name in names) or names[0] == names[1]:
        raise OptionError("the two states need two different names, for instance 2015 and 2024")


def compare(before: MapSpec, after: MapSpec, *, names: tuple[str, str]) -> MapSpec:
    """Make the page that compares two results of one theme, area by area.

    Every figure that both pages show, on the map or as a number in the table, is in the result three times:
    ``<column>_before``, ``<column>`` (after) and ``<column>_change`` (after minus before); what is unknown in one of
    them has an unknown change, and what only one of them shows is told in the notes. Colours follow the class limits of
    ``after`` on both sides. Areas are matched on their id and drawn with the shapes of ``after``.

    Parameters
    ----------
    before, after
        What the pages of the two results show.
    names
        Dutch names of the two states, for instance ``("2015", "2024")``.

    Raises
    ------
    OptionError
        When the two are of different themes, when the earlier one lacks the figure that the map of the later one opens
        with, or when the names are equal or empty.
    DataError
        When the two have no area in common.
    """
    old, new = before.result, after.result
    if old.theme != new.theme:
        raise OptionError(f"{old.theme} and {new.theme} cannot be compared; give two results of one theme")
    check_names(names)
    if not old.areas.index.intersection(new.areas.index).size:
        raise DataError(f"{old.pack} and {new.pack} have no area in common; areas are matched on area_id")
    earlier = {layer.column for layer in before.area_layers}
    layers = [layer for layer in after.area_layers if layer.column in earlier]
    shown = first_layer(after)
    if shown is None or shown.column not in earlier:
        what = "no map" if shown is None else f"{shown.column}, which the earlier result does not have"
        raise OptionError(
            f"{new.theme} shows {what}: the two results tell different figures; give both the same options of time"
            " limits, classes or level"
        )
    drawn = [layer.column for layer in layers]
    columns = [*drawn, *_further(before, after, drawn)]
    areas = _areas(old, new, columns)
    units = column_units(after)
    result = _result(old, new, areas, {column: units[column] for column in columns}, names)
    result.notes = [
        *_notes(old, new, areas, columns, names, after.option_labels.labels),
        *_alone(before, after, names),
    ]
    return replace(
        after,
        result=result,
        title=f"{after.title} ({names[0]} en {names[1]})",
        lead=f"Wat is er anders tussen {names[0]} en {names[1]}?",
        area_layers=(
            *(_both(layer, result.labels, shown=layer is shown) for layer in layers),
            *(_change(layer, result, CHANGE_OF[units[layer.column]]) for layer in layers),
        ),
        table=tuple(f"{column}{end}" for column in drawn for end in ("_before", "", "_change")),
        point_layers=(),
        shape_layers=(),
        picture_layers=(),
        own_page=None,
        further_files=None,
        compared=Compared(*names, {figure.key: figure for figure in old.headlines}),
    )


def _further(before: MapSpec, after: MapSpec, drawn: Sequence[str]) -> list[str]:
    """Return the numbers that stand in both tables and on no map; texts have no difference."""
    units = column_units(after)
    return [
        column
        for column in after.table
        if column not in drawn and column in before.table and units[column] in CHANGE_OF
    ]


def _alone(before: MapSpec, after: MapSpec, names: tuple[str, str]) -> list[str]:
    """Tell the map layers and headlines that only one of the two has."""
    notes = []
    for name, side, other in ((names[0], before, after), (names[1], after, before)):
        columns = {layer.column for layer in other.area_layers}
        keys = {figure.key for figure in other.result.headlines}
        labels = [layer_title(layer) for layer in side.area_layers if layer.column not in columns]
        labels += [figure.label for figure in side.result.headlines if figure.key not in keys]
        if labels:
            notes.append(f"Enkel in {name}, dus niet vergeleken: {'; '.join(dict.fromkeys(labels))}.")
    return notes


def _areas(before: ThemeResult, after: ThemeResult, columns: Sequence[str]) -> gpd.GeoDataFrame:
    """Return the areas of both: those of ``after`` in their order, then those that only ``before`` has."""
    old, new = before.areas, after.areas
    moved = old.to_crs(new.crs)
    ids = new.index.append(old.index.difference(new.index))
    shapes = new.geometry.reindex(ids)
    shapes = shapes.where(shapes.notna(), moved.geometry.reindex(ids))
    names = new["name"].reindex(ids).fillna(old["name"].reindex(ids))
    table = {"name": names}
    for column in columns:
        was, now = (
            pd.Series(numeric(frame[column], f"theme {after.theme}, column {column}"), frame.index).reindex(ids)
            for frame in (old, new)
        )
        table |= {f"{column}_before": was, column: now, f"{column}_change": now - was}
    return gpd.GeoDataFrame(table, geometry=shapes, crs=new.crs)


def _result(
    old: ThemeResult, new: ThemeResult, areas: gpd.GeoDataFrame, units: Mapping[str, Unit], names: tuple[str, str]
) -> ThemeResult:
    labels = new.labels
    columns = [Column("name", labels.get("name", "Gebied"))]
    city: dict[str, Any] = {}
    for column, unit in units.items():
        if column in old.city and column in new.city:
            was, now = plain(old.city[column]), plain(new.city[column])
            change = None if was is None or now is None else now - was
            city |= {f"{column}_before": was, column: now, f"{column}_change": change}
        label = labels.get(column, column)
        columns += [
            Column(f"{column}_before", f"{label}: {names[0]}", unit),
            Column(column, f"{label}: {names[1]}", unit),
            Column(f"{column}_change", f"{label}: verschil", CHANGE_OF[unit]),
        ]
    digest = hashlib.sha256(f"{old.pack_digest} {new.pack_digest}".encode()).hexdigest()
    return ThemeResult(
        theme=new.theme,
        page=f"{new.page}_vergelijking",
        pack=new.pack if old.pack == new.pack else f"{old.pack} en {new.pack}",
        pack_digest=digest,
        synthetic=old.synthetic or new.synthetic,
        areas=areas,
        city=city,
        headlines=_headlines(old.headlines, new.headlines, names),
        columns=columns,
        context=new.context,
        sources=list(dict.fromkeys([*new.sources, *old.sources])),
        options={names[0]: old.options, names[1]: new.options},
    )


def _headlines(old: Sequence[Figure], new: Sequence[Figure], names: tuple[str, str]) -> list[Figure]:
    """Return the headlines of the later state, each followed by what it was and what changed."""
    was = {figure.key: figure for figure in old}
    figures = []
    for figure in new:
        if figure.key in was:
            before, now = plain(was[figure.key].value), plain(figure.value)
            change = None if before is None or now is None else now - before
            label = f"{figure.label}, verschil"
            shares = [side.known_share for side in (was[figure.key], figure) if side.known_share is not None]
            figures += [
                replace(figure, label=f"{figure.label}, {names[1]}"),
                replace(was[figure.key], key=f"{figure.key}_before", label=f"{figure.label}, {names[0]}"),
                replace(
                    figure, key=f"{figure.key}{CHANGE_END}", label=label, value=change, target=None, low=None,
                    high=None, known_share=min(shares, default=None),
                    reason="" if change is not None else "een van beide cijfers is onbekend of heeft alleen grenzen",
                ),
            ]  # fmt: skip
    return figures


def _notes(
    old: ThemeResult,
    new: ThemeResult,
    areas: gpd.GeoDataFrame,
    columns: Sequence[str],
    names: tuple[str, str],
    labels: Mapping[str, str],
) -> list[str]:
    notes = [
        f"{name}: {result.pack}, toestand {period(result.sources)}, kenmerk {result.pack_digest[:12] or 'onbekend'}."
        for name, result in zip(names, (old, new), strict=True)
    ]
    different = [key for key in {**old.options, **new.options} if old.options.get(key) != new.options.get(key)]
    if different:
        named = ", ".join(labels.get(key, key) for key in different)
        notes.append(f"Niet met dezelfde instellingen berekend: {named} (zie Methode en bronnen).")
    for name, missing in zip(names, (new.areas, old.areas), strict=True):
        alone = areas.index.difference(missing.index)
        if len(alone):
            notes.append(f"Enkel in {name}: {', '.join(areas.loc[alone, 'name'])}; het verschil is daar onbekend.")
    changed = _reshaped(old.areas, new.areas)
    if changed:
        notes.append(f"De grenzen verschillen van {', '.join(changed)}; de kaart tekent die van {names[1]}.")
    if len(areas) > MOST_AREAS:
        notes.append(f"Er zijn te veel gebieden voor een schuif: de kaart toont {names[1]}, of het verschil.")
    unknown = int(areas[[f"{column}_change" for column in columns]].isna().to_numpy().sum())
    if unknown:
        notes.append(f"{unknown} verschillen zijn onbekend, omdat een van beide cijfers dat is.")
    both = [note for note in new.notes if note in old.notes]
    return [
        *notes,
        *both,
        *(f"{names[0]}: {note}" for note in old.notes if note not in both),
        *(f"{names[1]}: {note}" for note in new.notes if note not in both),
    ]


def _reshaped(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> list[str]:
    both = new.index.intersection(old.index)
    was, now = old.geometry.to_crs(new.crs).loc[both].to_numpy(), new.geometry.loc[both].to_numpy()
    joint = shapely.area(shapely.union(was, now))
    same = shapely.area(shapely.intersection(was, now)) >= _SAME_SHAPE * joint
    return [str(name) for name in new.loc[both, "name"][~same & (joint > 0)]]


def _both(layer: AreaLayer, labels: dict[str, str], *, shown: bool) -> AreaLayer:
    column = layer.column
    was, change = f"{column}_before", f"{column}_change"
    return replace(layer, group=BOTH, shown=shown, before=was, beside=(was, change), heading=labels[column])


def _change(layer: AreaLayer, result: ThemeResult, unit: Unit) -> AreaLayer:
    column = f"{layer.column}_change"
    scale = change_scale(result.areas[column], unit)
    beside = (f"{layer.column}_before", layer.column)
    return AreaLayer(column, layer.label, scale, CHANGE, beside=beside, heading=result.labels[column])


def change_scale(change: pd.Series, unit: Unit) -> Scale:
    """Return five classes of a change: about none, and less or more, a little or much, in round numbers.

    Counts have limits between two counts. For the others the limits above zero are a hair higher than they print, so
    that a loss and a gain of the same size, also on a limit, are in classes of the same strength.
    """
    known = np.abs(change.to_numpy(dtype=float))
    known = known[np.isfinite(known)]
    most = float(known.max()) if len(known) else 0.0
    if most < _LEAST_SEEN[unit]:
        most = 200 * _LEAST_SEEN[unit]
    power = 10.0 ** math.floor(math.log10(most))
    much = float(f"{max(step * power for step in _STEPS if step * power < most):.12g}")
    if unit == "whole_change":
        much = max(1.5, much - 0.5)
        return Scale((-much, -0.5, 0.5, much), unit, "PuOr")
    little = float(f"{much / 5:.12g}")
    return Scale((-much, -little, math.nextafter(little, 1e300), math.nextafter(much, 1e300)), unit, "PuOr")
