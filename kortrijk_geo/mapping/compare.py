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
from kortrijk_geo.mapping.pairs import ColumnPair, FigurePair, pair_columns, pair_figures, why_apart
from kortrijk_geo.mapping.spec import AreaLayer, Compared, MapSpec
from kortrijk_geo.results import Column, Figure, Scale, ThemeResult
from kortrijk_geo.text.dutch import CHANGE_OF
from kortrijk_geo.text.remarks import about
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.text.dutch import Unit

CHANGE = "Verschil"
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
    them has an unknown change, and what only one of them shows is told in the notes. What the two define differently
    stands side by side, each under its own label, without a change; the notes say why. Colours follow the class limits
    of ``after`` on both sides. Areas are matched on their id and drawn with the shapes of ``after``.

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
    earlier = {layer.column: layer for layer in before.area_layers}
    drawn = pair_columns(old, new, list(earlier), (layer.column for layer in after.area_layers))
    layers = {pair.new.name: pair for pair in drawn}
    shown = first_layer(after)
    if shown is None or shown.column not in layers:
        what = "no map" if shown is None else f"{shown.column}, which the earlier result does not have"
        raise OptionError(
            f"{new.theme} shows {what}: the two results tell different figures; give both the same options of time"
            " limits, classes or level"
        )
    columns = [*drawn, *_further(before, after, drawn)]
    figures = pair_figures(old, new)
    areas = _areas(old, new, columns)
    units = column_units(after)
    result = _result(old, new, areas, columns, {pair.new.name: units[pair.new.name] for pair in columns}, names)
    result.headlines = _headlines(figures, names)
    result.notes = [
        *why_apart(columns, figures, names),
        *_notes(old, new, areas, columns, names, after.option_labels.labels),
        *_alone(before, after, drawn, figures, names),
    ]
    pairs = [(layer, layers[layer.column]) for layer in after.area_layers if layer.column in layers]
    return replace(
        after,
        result=result,
        title=f"{after.title} ({names[0]} en {names[1]})",
        lead=f"Wat is er anders tussen {names[0]} en {names[1]}?",
        area_layers=(
            *(_both(layer, earlier[pair.old.name], pair, names, areas, shown=layer is shown) for layer, pair in pairs),
            *(_change(layer, result, CHANGE_OF[units[layer.column]]) for layer, pair in pairs if pair.same),
        ),
        table=tuple(name for pair in drawn for name in _names(pair)),
        point_layers=(),
        shape_layers=(),
        picture_layers=(),
        plans=(),
        findings=(),
        matrix=None,
        series=(),
        own_page=None,
        further_files=None,
        compared=Compared(
            *names,
            {pair.new.key: pair.old for pair in figures},
            frozenset(pair.new.key for pair in figures if not pair.same),
        ),
    )


def _names(pair: ColumnPair) -> tuple[str, ...]:
    """Return the columns of a pair in the comparison: before, after and, of what both define the same way, change."""
    return (pair.was, pair.new.name, *((pair.change,) if pair.same else ()))


def _further(before: MapSpec, after: MapSpec, drawn: Sequence[ColumnPair]) -> list[ColumnPair]:
    """Return the numbers that stand in both tables and on no map; texts have no difference."""
    units = column_units(after)
    on_map = {pair.new.name for pair in drawn}
    names = (name for name in after.table if name not in on_map and units[name] in CHANGE_OF)
    return pair_columns(before.result, after.result, before.table, names)


def _alone(
    before: MapSpec, after: MapSpec, drawn: Sequence[ColumnPair], figures: Sequence[FigurePair], names: tuple[str, str]
) -> list[str]:
    """Tell the map layers and headlines that only one of the two has."""
    notes = []
    for name, side, columns, keys in (
        (names[0], before, {pair.old.name for pair in drawn}, {pair.old.key for pair in figures}),
        (names[1], after, {pair.new.name for pair in drawn}, {pair.new.key for pair in figures}),
    ):
        labels = [layer_title(layer) for layer in side.area_layers if layer.column not in columns]
        labels += [figure.label for figure in side.result.headlines if figure.key not in keys]
        if labels:
            notes.append(f"Enkel in {name}, dus niet vergeleken: {'; '.join(dict.fromkeys(labels))}.")
    return notes


def _areas(before: ThemeResult, after: ThemeResult, columns: Sequence[ColumnPair]) -> gpd.GeoDataFrame:
    """Return the areas of both: those of ``after`` in their order, then those that only ``before`` has."""
    old, new = before.areas, after.areas
    moved = old.to_crs(new.crs)
    ids = new.index.append(old.index.difference(new.index))
    shapes = new.geometry.reindex(ids)
    shapes = shapes.where(shapes.notna(), moved.geometry.reindex(ids))
    names = new["name"].reindex(ids).fillna(old["name"].reindex(ids))
    table = {"name": names}
    for pair in columns:
        was, now = (
            pd.Series(numeric(frame[column], f"theme {after.theme}, column {column}"), frame.index).reindex(ids)
            for frame, column in ((old, pair.old.name), (new, pair.new.name))
        )
        table |= dict(zip(_names(pair), (was, now, now - was), strict=False))
    return gpd.GeoDataFrame(table, geometry=shapes, crs=new.crs)


def _result(
    old: ThemeResult,
    new: ThemeResult,
    areas: gpd.GeoDataFrame,
    pairs: Sequence[ColumnPair],
    units: Mapping[str, Unit],
    names: tuple[str, str],
) -> ThemeResult:
    columns = [Column("name", new.labels.get("name", "Gebied"))]
    city: dict[str, Any] = {}
    for pair in pairs:
        unit = units[pair.new.name]
        if pair.old.name in old.city and pair.new.name in new.city:
            was, now = plain(old.city[pair.old.name]), plain(new.city[pair.new.name])
            change = None if was is None or now is None else now - was
            city |= dict(zip(_names(pair), (was, now, change), strict=False))
        sides = [
            Column(name, f"{side.label}: {state}", written, adds=side.adds, definition=side.definition)
            for name, side, state, written in (
                (pair.was, pair.old, names[0], unit),
                (pair.new.name, pair.new, names[1], unit),
                (pair.change, pair.new, "verschil", CHANGE_OF[unit]),
            )
        ]
        columns += sides if pair.same else sides[:2]
    digest = hashlib.sha256(f"{old.pack_digest} {new.pack_digest}".encode()).hexdigest()
    return ThemeResult(
        theme=new.theme,
        page=f"{new.page}_vergelijking",
        pack=new.pack if old.pack == new.pack else f"{old.pack} en {new.pack}",
        pack_digest=digest,
        synthetic=old.synthetic or new.synthetic,
        proof=old.proof | new.proof,
        areas=areas,
        city=city,
        headlines=[],
        columns=columns,
        context=new.context,
        sources=list(dict.fromkeys([*new.sources, *old.sources])),
        options={names[0]: old.options, names[1]: new.options},
    )


def _headlines(pairs: Sequence[FigurePair], names: tuple[str, str]) -> list[Figure]:
    """Return the headlines of the later state, each followed by what it was and, where both count it so, the change."""
    figures = []
    for pair in pairs:
        old, new = pair.old, pair.new
        figures += [
            replace(new, label=f"{new.label}, {names[1]}"),
            replace(old, key=f"{old.key}_before", label=f"{old.label}, {names[0]}"),
        ]
        if pair.same:
            before, now = plain(old.value), plain(new.value)
            change = None if before is None or now is None else now - before
            shares = [side.known_share for side in (old, new) if side.known_share is not None]
            figures.append(
                replace(
                    new, key=f"{new.key}{CHANGE_END}", label=f"{new.label}, verschil", value=change, target=None,
                    low=None, high=None, known_share=min(shares, default=None), band="",
                    reason="" if change is not None else "een van beide cijfers is onbekend of heeft alleen grenzen",
                )
            )  # fmt: skip
    return figures


def _notes(
    old: ThemeResult,
    new: ThemeResult,
    areas: gpd.GeoDataFrame,
    columns: Sequence[ColumnPair],
    names: tuple[str, str],
    labels: Mapping[str, str],
) -> list[str]:
    notes = [
        f"{name}: {result.pack}, toestand {period(result.sources)}, kenmerk {result.pack_digest[:12] or 'onbekend'}."
        + "".join(f" {sentence}" for sentence in result.proof.sentences)
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
    unknown = int(areas[[pair.change for pair in columns if pair.same]].isna().to_numpy().sum())
    if unknown:
        notes.append(f"{unknown} verschillen zijn onbekend, omdat een van beide cijfers dat is.")
    both = [note for note in new.notes if note in old.notes]
    return [
        *notes,
        *both,
        *(about(names[0], note) for note in old.notes if note not in both),
        *(about(names[1], note) for note in new.notes if note not in both),
    ]


def _reshaped(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> list[str]:
    both = new.index.intersection(old.index)
    was, now = old.geometry.to_crs(new.crs).loc[both].to_numpy(), new.geometry.loc[both].to_numpy()
    joint = shapely.area(shapely.union(was, now))
    same = shapely.area(shapely.intersection(was, now)) >= _SAME_SHAPE * joint
    return [str(name) for name in new.loc[both, "name"][~same & (joint > 0)]]


def _both(
    layer: AreaLayer,
    earlier: AreaLayer,
    pair: ColumnPair,
    names: tuple[str, str],
    areas: gpd.GeoDataFrame,
    *,
    shown: bool,
) -> AreaLayer:
    return replace(
        layer,
        # Both halves by the same limits, which split the figures of both.
        scale=layer.scale.fitted(areas[pair.was], areas[pair.new.name]),
        label=pair.label(names, earlier.label, layer.label),
        group=f"{names[0][:1].upper()}{names[0][1:]} en {names[1]}",
        shown=shown,
        before=pair.was,
        beside=(pair.was, *((pair.change,) if pair.same else ())),
        heading=f"{pair.new.label}: {names[1]}",
    )


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
