"""A recipe carried out: raw files in, city pack out, with everything that was repaired, dropped or derived counted."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.addresses import tidy_addresses
from kortrijk_geo.ingest.check_streets import check_streets
from kortrijk_geo.ingest.check_tables import same_locations
from kortrijk_geo.ingest.columns import holdable
from kortrijk_geo.ingest.crs import report_distortion
from kortrijk_geo.ingest.geometry import inside_only
from kortrijk_geo.ingest.homes_layer import assign_areas, make_homes, of_homes, parent_areas
from kortrijk_geo.ingest.joins import join_table
from kortrijk_geo.ingest.landcover import make_raster, report_age
from kortrijk_geo.ingest.landcover_vectors import LAYERS_USED
from kortrijk_geo.ingest.readers import Workshop, read_part
from kortrijk_geo.ingest.recipe_parts import load_recipe
from kortrijk_geo.ingest.report import BuildReport, Findings, named
from kortrijk_geo.ingest.shaping import refuse_twice
from kortrijk_geo.ingest.spreading import Estimates, spread_totals, sum_subareas
from kortrijk_geo.ingest.streets_layer import make_meet
from kortrijk_geo.ingest.study_area import Totals, study_area
from kortrijk_geo.pack.addresses import AddressBook, with_districts
from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack
from kortrijk_geo.pack.layers import COUNTS, LAYERS, RASTERS
from kortrijk_geo.pack.place import check_place
from kortrijk_geo.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.ingest.recipe_parts import Part, Recipe

_AREAS = ("areas", "subareas", "districts")
# Tables that others are joined through come first, homes last: they need the areas.
ORDER = ("sectors", *(name for name in LAYERS if name not in {"sectors", "homes", "boundary"}), "homes")


def build_pack(
    recipe: Path,
    files: Path,
    out: Path,
    progress: Callable[[str], None] | None = None,
    *,
    replace_other: bool = False,
    settings: Mapping[str, str] | None = None,
) -> BuildReport:
    """Build a city pack from raw files.

    Parameters
    ----------
    recipe
        TOML file; see ``data/recipes/README.md``.
    files
        Folder with the raw files that it names.
    out
        Folder of the pack; an earlier one of this city is replaced, once the new one is whole. Other files in it stay.
    progress
        Told what is being done.
    replace_other
        Also replace the pack of another city, and layers that its user added to ``city.gpkg``.
    settings
        What a recipe that is a form asks for.

    Returns
    -------
    BuildReport
        The pack's description, the findings, and the seconds it took.

    Raises
    ------
    MissingFileError, DataError, CrsError, ServiceError, OutputError
        In one sentence that names file, layer and row.
    """
    started = time.perf_counter()
    plan = load_recipe(recipe, settings or {})
    kept = PackInfo(name=plan.name, crs=plan.crs, nis_code=plan.nis_code)
    check_place(out, kept, plan.rasters, replace_other=replace_other)
    shop = Workshop(plan, files, Findings(), progress or _silent)
    shop.say("reading the study area")
    boundary, ready, totals = study_area(shop)
    report_distortion(boundary, plan.crs, shop.findings)
    shop.boundary = boundary
    shop.extent = boundary.buffer(plan.buffer_m) if plan.buffer_m else boundary
    shapely.prepare([shop.boundary, shop.extent])
    frames: dict[str, pd.DataFrame] = {}
    estimates: Estimates = {}
    for name in _order(plan):
        if name == "homes":  # who lives in them is spread from areas and sectors
            _sum_and_spread(plan, frames, totals, estimates, shop)
        if name in plan.layers:
            shop.say(f"reading {name}")
            frame = make_layer(name, shop, frames, totals, ready.get(name))
            if frame is not None:
                frames[name] = frame
            if name == "homes":
                estimates["homes"] = of_homes(plan.layers[name][0], estimates)
            if name == "addresses" and frame is not None and _by_address(plan):
                shop.addresses = AddressBook(with_districts(frame, frames.get("districts")))
    if "areas" not in frames:
        raise DataError(f"{recipe}: the recipe needs a table [layers.areas]")
    frames["boundary"] = _boundary(plan, boundary, totals)
    _report_sums(frames, shop.findings)
    if "childcare" in frames:
        same_locations(frames["childcare"], shop.findings)
    if "streets" in frames:
        shop.say("checking the streets")
        check_streets(frames["streets"], frames.get("homes"), shop.findings.notes("streets"), shop.findings)
    with scratch_folder() as folder:
        rasters = _rasters(shop, frames, folder)
        info = PackInfo(
            name=plan.name, crs=plan.crs, nis_code=plan.nis_code, buffer_m=plan.buffer_m, synthetic=plan.synthetic,
            layers={
                name: replace(_record(name, _tables(name, plan), shop, frame), estimates=estimates.get(name, {}))
                for name, frame in frames.items()
            },
            rasters={name: _record(name, _raster_tables(name, plan, frames), shop) for name in rasters},
            notes=shop.findings.notes("pack"), published=plan.published,
        )  # fmt: skip
        shop.say("writing the pack")
        written = write_pack(
            out, info, frames, rasters, targets=plan.targets, replace_other=replace_other, waiting=shop.say
        )
    return BuildReport(written, tuple(shop.findings.items), time.perf_counter() - started)


def _sum_and_spread(
    plan: Recipe, frames: dict[str, pd.DataFrame], totals: Totals, estimates: Estimates, shop: Workshop
) -> None:
    """Make counts of areas from those of their sectors, and spread totals of the city over both."""
    for part in plan.layers.get("areas", ()):
        sum_subareas(part.get("sum_of_subareas", ()), frames, table=part.table, findings=shop.findings)
    where = f"{plan.path.name}, [spread]"
    estimates |= spread_totals(plan.spread, frames, totals.known, table=where, findings=shop.findings)


def _order(plan: Recipe) -> tuple[str, ...]:
    """Return the order of the layers; what is placed by address comes after the addresses."""
    if not _by_address(plan):
        return ORDER
    return (
        *("sectors", "districts", "addresses"),
        *(name for name in ORDER if name not in {"sectors", "districts", "addresses"}),
    )


def _by_address(plan: Recipe) -> bool:
    return any(part.reader == "table-addresses" for parts in plan.layers.values() for part in parts)


def _silent(_: str) -> None:
    return None


def make_layer(
    name: str, shop: Workshop, frames: dict[str, pd.DataFrame], totals: Totals, ready: pd.DataFrame | None
) -> pd.DataFrame | None:
    """Make one layer of the recipe from its files and the layers made before it; None when there is nothing here."""
    parts = shop.recipe.layers[name]
    if parts[0].reader == "homes":
        homes: pd.DataFrame = make_homes(parts[0], shop, frames)
        return homes
    read = [ready] if ready is not None else [read_part(part, shop) for part in parts]
    found = [frame for frame in read if frame is not None]
    if not found:
        return None
    sizes = [0 if each is None else len(each) for each in read]
    frame = found[0] if len(found) == 1 else pd.concat(found, ignore_index=True)
    files = ", ".join(dict.fromkeys(_origin(part) for part in parts))
    if frame.empty:
        raise DataError(f"{files}: none of their features lies in the study area or its buffer; is it right?")
    frame, sizes = _once_of_sheets(frame, sizes, parts, name=files, findings=shop.findings)
    frame = holdable(frame, name, name=files, findings=shop.findings)
    refuse_twice(frame, LAYERS[name].key, name=f"{parts[0].table}")
    if name == "addresses":
        frame = tidy_addresses(frame, shop.findings)
        if frame.empty:
            return None
    if name in _AREAS and shop.boundary is not None:
        clip = bool(parts[0].get("clip", False))
        frame, cut = inside_only(frame, shop.boundary, name, clip=clip, name=parts[0].table, findings=shop.findings)
    else:
        cut = pd.Series(False, index=frame.index)
    for join in (join for part in parts for join in part.get("tables", ())):
        frame = _join(join, frame, shop, frames, totals)
    if name in _AREAS:
        _void_cut(frame, cut, name, shop.findings)
    if name == "streets":
        # Last of all, because streets that are cut have ids of their own.
        frame = make_meet(frame, parts, sizes, shop.findings)
    return _in_areas(name, frame, frames, shop).reset_index(drop=True)


def _once_of_sheets(
    frame: pd.DataFrame, sizes: list[int], parts: Sequence[Part], *, name: str, findings: Findings
) -> tuple[pd.DataFrame, list[int]]:
    """Keep a feature once that stands alike on several sheets of one map, as those on their edges do."""
    if len(sizes) < 2:
        return frame, sizes
    texts = pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).astype("str")
    if isinstance(frame, gpd.GeoDataFrame):
        texts["geometry"] = frame.geometry.normalize().to_wkb(hex=True)
    same = texts.groupby([*texts.columns], dropna=False, sort=False)
    sheet = np.repeat(np.arange(len(sizes)), sizes)
    first = pd.Series(sheet, index=frame.index).groupby(same.ngroup()).transform("first").to_numpy()
    table = np.array([part.table for part in parts])
    again = (first != sheet) & (table[first] == table[sheet])
    if not again.any():
        return frame, sizes
    count = int(again.sum())
    findings.add("info", parts[0].layer, f"{name}: {count:,} rows stand alike on several sheets: kept once", count)
    kept: pd.DataFrame = frame[~again].reset_index(drop=True)
    return kept, np.bincount(sheet[~again], minlength=len(sizes)).tolist()


def _in_areas(name: str, frame: pd.DataFrame, frames: dict[str, pd.DataFrame], shop: Workshop) -> pd.DataFrame:
    if name == "subareas" and "parent_id" not in frame.columns:
        frame = parent_areas(frame, frames, shop.findings)
    if name == "homes":
        frame = assign_areas(frame, frames, shop.findings)
    return frame


def _join(
    join: Part, frame: pd.DataFrame, shop: Workshop, frames: dict[str, pd.DataFrame], totals: Totals
) -> pd.DataFrame:
    table, fmt, name = shop.table(join)
    through = None
    if "through" in join.options:
        wanted = join.options["through"]["layer"]
        if wanted not in frames:
            raise DataError(
                f"{join.table}: through.layer = {wanted!r} is read later or not at all; give a table [layers.{wanted}]"
            )
        through = frames[wanted]
    layer = join.layer if through is None else str(join.options["through"]["layer"])
    joined = join_table(
        frame, table, join, fmt, name=name, findings=shop.findings, through=through,
        vintage=next((str(part.get("vintage")) for part in shop.recipe.layers[layer] if part.get("vintage")), ""),
    )  # fmt: skip
    for column, value in joined.totals.items():
        totals.add(column, value, join.table)
    return joined.frame


def _void_cut(frame: pd.DataFrame, cut: pd.Series, name: str, findings: Findings) -> None:
    """Make counts of areas that were cut unknown: they do not hold for the part that is left."""
    counts = [column for column in COUNTS if column in frame.columns and frame.loc[cut, column].notna().any()]
    if counts:
        ids = frame.loc[cut, str(LAYERS[name].key)]
        frame.loc[cut, counts] = np.nan
        findings.add(
            "warning",
            name,
            f"{', '.join(counts)} of areas cut off at the boundary are unknown: {named(ids)}",
            int(cut.sum()),
        )


def _boundary(plan: Recipe, shape: BaseGeometry, totals: Totals) -> gpd.GeoDataFrame:
    columns = {
        "name": [plan.study_area.get("name", plan.name)],
        **{key: [value] for key, value in totals.known.items()},
    }
    return gpd.GeoDataFrame(columns, geometry=[shape], crs=plan.crs)


def _report_sums(frames: dict[str, pd.DataFrame], findings: Findings) -> None:
    boundary, areas = frames["boundary"], frames["areas"]
    for column in COUNTS:
        if column in areas.columns and areas[column].isna().any():
            unknown = areas.loc[areas[column].isna(), "area_id"]
            findings.add(
                "info", "areas", f"{column} of {len(unknown):,} areas is unknown: {named(unknown)}", len(unknown)
            )
        if column in boundary.columns and boundary[column].isna().any():
            findings.add("warning", "boundary", f"{column} of the city is unknown, because a part of it is", 1)


def _rasters(shop: Workshop, frames: dict[str, pd.DataFrame], folder: Path) -> dict[str, Path]:
    """Make the rasters of the recipe in a folder."""
    made = {}
    for name, part in shop.recipe.rasters.items():
        shop.say(f"making {name}")
        made[name] = folder / RASTERS[name].file
        make_raster(part, shop, frames, made[name])
        if name == "land_cover" and part.reader != "burn" and "buildings" in frames:
            built = _record("buildings", _tables("buildings", shop.recipe), shop).reference_date
            report_age(str(part.get("sealed", part).get("reference_date", "")), built, shop.findings)
    return made


def _tables(name: str, plan: Recipe) -> list[Part]:
    """Return the tables of the recipe from which a layer is made."""
    parts = plan.layers.get(name, ()) if name != "boundary" else (plan.study_area,)
    points = (part.options["points"] for part in parts if "points" in part.options)
    tables = [*parts, *chain.from_iterable(each if isinstance(each, tuple) else (each,) for each in points)]
    return tables + [join for part in parts for join in part.get("tables", ())]


def _raster_tables(name: str, plan: Recipe, frames: Mapping[str, pd.DataFrame]) -> list[Part]:
    """Return the tables of the recipe from which a raster is made, those of the layers burnt into it included."""
    part = plan.rasters[name]
    tables = [part, *(part.options[key] for key in ("sealed", "green") if key in part.options)]
    if part.reader in {"compose", "burn"}:
        tables += [table for layer in LAYERS_USED if layer in frames for table in _tables(layer, plan)]
    return tables


def _record(name: str, tables: list[Part], shop: Workshop, frame: pd.DataFrame | None = None) -> LayerRecord:
    named_sources = [
        (str(one.get("source", "")), str(one.get("reference_date") or shop.dates.get(_origin(one), "")))
        for one in tables
    ]
    dates = sorted({date for _, date in named_sources if date})
    # Of a layer made from sources of several dates, each source carries its own, and the layer is as old as the oldest.
    texts = [f"{source} ({date})" if date and len(dates) > 1 else source for source, date in named_sources if source]
    return LayerRecord(
        source="; ".join(dict.fromkeys(texts)),
        reference_date=dates[0] if dates else "",
        licence="; ".join(dict.fromkeys(str(one.get("licence")) for one in tables if one.get("licence"))),
        synthetic=any(bool(one.get("synthetic")) for one in tables) or shop.recipe.synthetic,
        inventory=bool(layers := shop.recipe.layers.get(name, ())) and all(one.get("inventory") for one in layers),
        notes=shop.findings.notes(name),
        vintage=next((str(one.get("vintage")) for one in tables if one.get("vintage")), ""),
        covers=_covers(shop.recipe.layers["amenities"], frame) if name == "amenities" and frame is not None else (),
    )


def _covers(parts: Iterable[Part], amenities: pd.DataFrame) -> tuple[str, ...]:
    """Kinds of place that the amenities know all of: what the recipe says, else those with a row.

    Also of OSM: that nobody mapped a kind, or under other tags, does not say that there is none.
    """
    words = [part.get("covers") for part in parts]
    rows = amenities["category"].dropna().unique().tolist() if None in words else []
    return tuple(sorted({*rows, *chain.from_iterable(word or () for word in words)}))


def _origin(part: Part) -> str:
    return str(part.get("file") or part.get("url"))
