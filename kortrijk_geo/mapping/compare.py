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

from kortrijk_geo.dutch import CHANGE_OF
from kortrijk_geo.errors import OptionError
from kortrijk_geo.mapping.figures import period
from kortrijk_geo.mapping.layers import column_units
from kortrijk_geo.mapping.spec import AreaLayer, Compared, MapSpec, Scale
from kortrijk_geo.plain import plain
from kortrijk_geo.results import Figure, ThemeResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.dutch import Unit

BOTH, CHANGE = "Vroeger en later", "Verschil"
_SAME_SHAPE = 0.99  # shared surface over joint surface
_STEPS = (0.5, 1.0, 2.0, 5.0)


def compare(before: MapSpec, after: MapSpec, *, names: tuple[str, str]) -> MapSpec:
    """Make the page that compares two results of one theme, area by area.

    Every figure that both maps can show is in the result three times: ``<column>_before``, ``<column>`` (after) and
    ``<column>_change`` (after minus before); what is unknown in one of them has an unknown change. Colours follow the
    class limits of ``after`` on both sides. Areas are matched on their id and drawn with the shapes of ``after``.

    Parameters
    ----------
    before, after
        What the pages of the two results show.
    names
        Dutch names of the two states, for instance ``("2015", "2024")``.

    Raises
    ------
    OptionError
        When the two are of different themes, have no area or no figure in common, or the names are equal or empty.
    """
    old, new = before.result, after.result
    if old.theme != new.theme:
        raise OptionError(f"{old.theme} and {new.theme} cannot be compared; give two results of one theme")
    if not all(name.strip() for name in names) or names[0] == names[1]:
        raise OptionError("the two states need two different names, for instance 2015 and 2024")
    if not old.areas.index.intersection(new.areas.index).size:
        raise OptionError(f"{old.pack} and {new.pack} have no area in common; areas are matched on area_id")
    earlier = {layer.column for layer in before.area_layers}
    layers = [layer for layer in after.area_layers if layer.column in earlier]
    if not layers:
        raise OptionError(f"the two results of {new.theme} have no figure in common to compare")
    columns = [layer.column for layer in layers]
    areas = _areas(old.areas, new.areas, columns)
    units = column_units(after)
    changes: dict[str, Unit] = {f"{column}_change": CHANGE_OF[units[column]] for column in columns}
    result = _result(old, new, areas, columns, names)
    first = next((layer.column for layer in layers if layer.shown), columns[0])
    return replace(
        after,
        result=result,
        title=f"{after.title} ({names[0]} en {names[1]})",
        lead=f"Wat is er anders tussen {names[0]} en {names[1]}?",
        area_layers=(
            *(_both(layer, result.labels, shown=layer.column == first) for layer in layers),
            *(_change(layer, result, changes[f"{layer.column}_change"]) for layer in layers),
        ),
        table=tuple(f"{column}{end}" for column in columns for end in ("_before", "", "_change")),
        point_layers=(),
        shape_layers=(),
        picture_layers=(),
        units={**{f"{column}_before": units[column] for column in columns}, **changes},
        compared=Compared(*names, {figure.key: figure for figure in old.headlines}),
    )


def _areas(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, columns: Sequence[str]) -> gpd.GeoDataFrame:
    """Return the areas of both: those of ``new`` in their order, then those that only ``old`` has."""
    moved = old.to_crs(new.crs)
    ids = new.index.append(old.index.difference(new.index))
    shapes = new.geometry.reindex(ids)
    shapes = shapes.where(shapes.notna(), moved.geometry.reindex(ids))
    names = new["name"].reindex(ids).fillna(old["name"].reindex(ids))
    found = {"name": names}
    for column in columns:
        was, now = (pd.to_numeric(frame[column]).astype("float64").reindex(ids) for frame in (old, new))
        found |= {f"{column}_before": was, column: now, f"{column}_change": now - was}
    return gpd.GeoDataFrame(found, geometry=shapes, crs=new.crs)


def _result(
    old: ThemeResult, new: ThemeResult, areas: gpd.GeoDataFrame, columns: Sequence[str], names: tuple[str, str]
) -> ThemeResult:
    labels = {"name": new.labels.get("name", "Gebied")}
    city: dict[str, Any] = {}
    for column in columns:
        was, now = plain(old.city.get(column)), plain(new.city.get(column))
        known = isinstance(was, (int, float)) and isinstance(now, (int, float))
        city |= {f"{column}_before": was, column: now, f"{column}_change": now - was if known else None}
        label = new.labels.get(column, column)
        labels |= {
            f"{column}_before": f"{label}: {names[0]}",
            column: f"{label}: {names[1]}",
            f"{column}_change": f"{label}: verschil",
        }
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
        labels=labels,
        context=new.context,
        sources=list(dict.fromkeys([*new.sources, *old.sources])),
        options={names[0]: old.options, names[1]: new.options},
        notes=_notes(old, new, areas, columns, names),
    )


def _headlines(old: Sequence[Figure], new: Sequence[Figure], names: tuple[str, str]) -> list[Figure]:
    """Return the headlines of the later state, each followed by what it was and what changed."""
    was = {figure.key: figure for figure in old}
    found = []
    for figure in new:
        found.append(figure)
        if figure.key in was:
            before, now = plain(was[figure.key].value), plain(figure.value)
            change = None if before is None or now is None else now - before
            found += [
                replace(was[figure.key], key=f"{figure.key}_before", label=f"{figure.label}: {names[0]}"),
                replace(
                    figure, key=f"{figure.key}_change", label=f"{figure.label}: verschil", value=change, target=None
                ),
            ]
    return found


def _notes(
    old: ThemeResult, new: ThemeResult, areas: gpd.GeoDataFrame, columns: Sequence[str], names: tuple[str, str]
) -> list[str]:
    told = [
        f"{name}: {result.pack}, toestand {period(result.sources)}, kenmerk {result.pack_digest[:12] or 'onbekend'}."
        for name, result in zip(names, (old, new), strict=True)
    ]
    different = [key for key in {**old.options, **new.options} if old.options.get(key) != new.options.get(key)]
    if different:
        told.append(f"Niet met dezelfde instellingen berekend: {', '.join(different)} (zie Methode en bronnen).")
    for name, missing in zip(names, (new.areas, old.areas), strict=True):
        alone = areas.index.difference(missing.index)
        if len(alone):
            told.append(f"Enkel in {name}: {', '.join(areas.loc[alone, 'name'])}; het verschil is daar onbekend.")
    changed = _reshaped(old.areas, new.areas)
    if changed:
        told.append(f"De grenzen verschillen van {', '.join(changed)}; de kaart tekent die van {names[1]}.")
    unknown = int(areas[[f"{column}_change" for column in columns]].isna().to_numpy().sum())
    if unknown:
        told.append(f"{unknown} verschillen zijn onbekend, omdat een van beide cijfers dat is.")
    both = [note for note in new.notes if note in old.notes]
    return [
        *told,
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
    """Return five classes of a change: about none, and less or more, a little or much, in round numbers."""
    known = np.abs(change.to_numpy(dtype=float))
    known = known[np.isfinite(known)]
    most = float(known.max()) if len(known) else 0.0
    if most <= 0:
        most = 0.1 if unit == "points" else 10.0
    power = 10.0 ** math.floor(math.log10(most))
    much = max(step * power for step in _STEPS if step * power < most)
    little = much / 5
    if unit == "whole_change":
        much, little = max(2.0, much), max(0.5, little)
    return Scale(tuple(float(f"{limit:.12g}") for limit in (-much, -little, little, much)), unit, "PuOr")
