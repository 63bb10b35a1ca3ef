"""From sums per site and counts per home to the rows of the sites, of the areas and of the uses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.figure import coverage, too_little_of
from kortrijk_geo.sites.measure import most_lacked
from kortrijk_geo.sites.people import GROUPS
from kortrijk_geo.text.dutch import HOW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from kortrijk_geo.sites.measure import ModeReach
    from kortrijk_geo.sites.people import People
    from kortrijk_geo.sites.rules import UseSet
    from kortrijk_geo.sites.stock import Stock

    Floats = NDArray[np.float64]

# Of a sum in which some people are unknown, and of a use of which no place of others is known.
AT_LEAST = "minstens"
ONLY_OWN = "enkel plekken van de stad bekend"
OUTSIDE, NOTHING = "buiten de stad", "geen"


def site_rows(stock: Stock, measured: Sequence[ModeReach], uses: UseSet, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the sites with their figures by mode.

    ``<group>_<mode>`` are within reach, ``overlap_<group>_<mode>`` have another of the use, ``loss_<group>_<mode>``
    lose the last; ``most_lacked_<mode>`` is the use that ``lacking_people_<mode>`` of them have nowhere within reach.
    """
    names = dict(zip(areas["area_id"], areas["name"], strict=True))
    columns: dict[str, Any] = {"area": stock.sites["area_id"].map(names).fillna(OUTSIDE)}
    for times in measured:
        for part, values in (("", times.reach), ("overlap_", times.overlap), ("loss_", times.loss)):
            columns |= {f"{part}{group}_{times.mode}": values[:, column] for column, group in enumerate(GROUPS)}
        use, people = most_lacked(times)
        keys = [stock.keys[number] if number >= 0 else None for number in use]
        told = told_labels(stock, uses)
        labels = [told[key] if key else NOTHING for key in keys]
        columns |= {
            f"most_lacked_{times.mode}": pd.Series(keys, dtype="object"),
            f"most_lacked_label_{times.mode}": pd.Series(labels, dtype="object").where(~np.isnan(people), None),
            f"lacking_people_{times.mode}": people,
        }
    about = stock.sites.drop(columns="geometry").rename(columns={"use": "use_key", "written_use": "use"})
    rows = pd.concat([about.drop(columns="twin"), pd.DataFrame(columns, index=about.index)], axis=1)
    rows["remark"] = _remarks(stock, measured, uses)
    return gpd.GeoDataFrame(rows, geometry=stock.sites.geometry.to_numpy(), crs=stock.sites.crs)


def told_labels(stock: Stock, uses: UseSet) -> dict[str, str]:
    """Return the label of every compared use, marked where only the sites of the city are known."""
    return {
        key: f"{uses.labels[key]} ({ONLY_OWN})" if alone else uses.labels[key]
        for key, alone in zip(stock.keys, stock.only_own, strict=True)
    }


def _remarks(stock: Stock, measured: Sequence[ModeReach], uses: UseSet) -> pd.Series:
    """Say of a site what a reader must know of its figures; None where there is nothing."""
    sites = stock.sites
    compared = {use.key for use in uses.compared}
    only_own = [key for key, alone in zip(stock.keys, stock.only_own, strict=True) if alone]
    off_street = ~np.all([times.placed for times in measured], axis=0)
    said = (
        (sites["area_id"].isna(), OUTSIDE),
        (sites["written_use"].isna(), "gebruik niet ingevuld"),
        (sites["use"].isna() & sites["written_use"].notna(), "gebruik niet herkend"),
        (sites["use"].notna() & ~sites["use"].isin(compared), "niet vergeleken: niemand gaat naar de dichtste"),
        (sites["twin"], "twee keer in de lijst: cijfers van de plek als geheel"),
        (pd.Series(off_street, index=sites.index), "te ver van een straat"),
        (sites["use"].isin(only_own), f"{ONLY_OWN}: het verlies kan te hoog zijn"),
        *(
            (
                pd.Series(times.partial[:, group], index=sites.index),
                f"{name} {HOW[times.mode]}: {AT_LEAST}, van een deel van de woningen is het aantal onbekend",
            )
            for times in measured
            for group, (name, _) in enumerate(GROUPS.values())
        ),
    )
    parts = [np.where(which, text, "") for which, text in said]
    return pd.Series(["; ".join(filter(None, texts)) or None for texts in zip(*parts, strict=True)], dtype="object")


def area_figures(
    homes: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, people: People, stock: Stock, measured: Sequence[ModeReach],
    uses: UseSet, *, population: float,
) -> tuple[pd.DataFrame, dict[str, Any]]:  # fmt: skip
    """Return the figures of every area, index ``area_id``, and those of the whole city.

    Shares are of the inhabitants whose home is on a street; an area in which the inhabitants of some home are unknown
    is unknown, and so is one of which too few are placed.

    Parameters
    ----------
    population
        Inhabitants of the city as its boundary tells, those in no home too; NaN where it does not.
    """
    ids = areas["area_id"].to_numpy()
    sorter = np.argsort(ids)
    area = sorter[np.searchsorted(ids, homes["area_id"].to_numpy(), sorter=sorter)]
    residents = people.counts[:, 0]
    unknown = np.bincount(area, np.isnan(residents), len(ids)) > 0
    empty = np.bincount(area, minlength=len(ids)) == 0
    weights = np.where(np.isnan(residents) | unknown[area], 0.0, residents)
    nobody = bool(np.isnan(residents).all())
    columns: dict[str, Floats] = {
        "population": np.where(unknown | empty, np.nan, np.bincount(area, weights, len(ids))),
        **_stock_of(stock, ids),
    }
    whole: dict[str, Any] = {
        "population": math.nan if nobody or np.isnan(residents).any() else float(residents.sum()),
        "city_sites": int(stock.sites["area_id"].notna().sum()),
        "floor_m2": float(stock.sites["floor_m2"][stock.sites["area_id"].notna()].sum(skipna=False)),
    }
    in_no_home = max(0.0, population - people.expected.sum()) if math.isfinite(population) and not nobody else 0.0
    everyone = np.bincount(area, people.expected, len(ids))
    for times in measured:
        counted = np.where(times.at_home.placed, weights, 0.0)
        shares = {"any_site": times.any_site, **dict(zip(stock.keys, times.counts > 0, strict=True))}
        sure = {"any_site": True, **dict(zip(stock.keys, stock.known, strict=True))}
        placed = np.bincount(area, counted, len(ids))
        known = np.divide(placed, everyone, out=np.zeros(len(ids)), where=everyone > 0)
        known_whole = float(placed.sum() / (everyone.sum() + in_no_home)) if everyone.sum() > 0 else 0.0
        hide = unknown | empty | too_little_of(known)
        for key, has in shares.items():
            within = np.bincount(area, counted * has, len(ids))
            for name, values, total in (
                (f"share_{key}_{times.mode}", _divided(within, placed), _divided(within.sum(), placed.sum())),
                (f"people_without_{key}_{times.mode}", placed - within, float((placed - within).sum())),
            ):
                # How many lack it is a sum: of a part of the people it would be a part.
                is_sum = name.startswith("people_")
                hidden = hide | (known < coverage().whole_share) if is_sum else hide
                hidden_whole = known_whole < (coverage().whole_share if is_sum else coverage().least_share)
                columns[name] = np.where(hidden | (not sure[key]), np.nan, values)
                whole[name] = math.nan if hidden_whole or not sure[key] or nobody else total
        whole[f"known_share_{times.mode}"] = math.nan if nobody else known_whole
        together = zip(stock.keys, times.lost_together, strict=True)
        whole |= {f"lose_together_{key}_{times.mode}": lost for key, lost in together}
    frame = pd.DataFrame(columns, index=pd.Index(ids, name="area_id"))
    for times in measured:
        lacked = frame[[f"people_without_{key}_{times.mode}" for key in stock.keys]]
        labels = list(told_labels(stock, uses).values())
        frame[f"missing_most_label_{times.mode}"] = [_most(row, labels) for row in lacked.to_numpy()]
        row = np.array([whole[name] for name in lacked.columns])
        whole[f"missing_most_label_{times.mode}"] = _most(row, labels)
    return frame, whole


def _stock_of(stock: Stock, ids: NDArray[np.object_]) -> dict[str, Floats]:
    """Return how many sites every area has, and their floor; unknown where that of one is."""
    sites = stock.sites[stock.sites["area_id"].notna()].groupby("area_id")
    floor = sites["floor_m2"].agg(lambda values: values.sum(skipna=False)).reindex(ids)
    counts = sites.size().reindex(ids, fill_value=0).to_numpy("float64")
    return {"city_sites": counts, "floor_m2": np.where(counts == 0, 0.0, floor.to_numpy("float64"))}


def _divided(part: Any, whole: Any) -> Any:
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=np.asarray(whole) > 0)[()]


def _most(values: Floats, labels: list[str]) -> str | None:
    """Return the label of the largest number: "geen" where all are 0, None where none is known."""
    known = np.where(np.isnan(values), -1.0, values)
    if not len(known) or known.max() < 0:
        return None
    return labels[int(known.argmax())] if known.max() > 0 else NOTHING


def use_rows(
    rows: gpd.GeoDataFrame,
    likes: gpd.GeoDataFrame,
    whole: Mapping[str, Any],
    uses: UseSet,
    modes: Sequence[str],
    labels: Mapping[str, str],
) -> pd.DataFrame:
    """Return a row per use that the sites of the city have, or that is compared: how many, and who has one.

    ``without_loss_<mode>`` counts the sites of which nobody loses the last, among those of which it is known.

    Parameters
    ----------
    rows, likes, whole
        The sites, the amenities that are their like, and the figures of the city.
    uses, modes
        As asked for.
    labels
        Of the compared uses, as `told_labels` gives them.
    """
    keys = [use.key for use in uses.compared]
    columns = ["use_key", "floor_m2", *(f"loss_people_{mode}" for mode in modes)]
    of_use = dict(list(pd.DataFrame(rows)[columns][rows["area_id"].notna()].groupby("use_key")))
    nothing = pd.DataFrame(columns=columns, dtype="float64")
    many_likes = likes["use"].value_counts()
    table = []
    for use in uses.uses:
        own = of_use.get(use.key, nothing)
        compared = use.key in keys
        if not compared and own.empty:
            continue
        row: dict[str, Any] = {
            "use": use.key, "use_label": labels.get(use.key, use.label), "city_sites": len(own),
            "alternatives": int(many_likes.get(use.key, 0)) if compared else math.nan,
            "floor_m2": float(own["floor_m2"].sum(skipna=False)),
        }  # fmt: skip
        for mode in modes:
            loss = own[f"loss_people_{mode}"]
            row |= {
                f"share_{mode}": whole.get(f"share_{use.key}_{mode}", math.nan),
                f"people_without_{mode}": whole.get(f"people_without_{use.key}_{mode}", math.nan),
                f"without_loss_{mode}": float((loss == 0).sum()) if loss.notna().any() else math.nan,
                f"lose_together_{mode}": whole.get(f"lose_together_{use.key}_{mode}", math.nan),
            }
        table.append(row)
    return pd.DataFrame(table)
