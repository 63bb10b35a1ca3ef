"""A file carried out on a pack by its recorded tables: which layers change, with which records and findings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.adding_checks import check_childcare, tell_newer, tell_same_places
from kortrijk_geo.ingest.adding_joins import join_counts, said_by, together
from kortrijk_geo.ingest.adding_rows import Unmatched, unmatched_rows, without_examples
from kortrijk_geo.ingest.aliases import load_aliases
from kortrijk_geo.ingest.landcover import make_raster
from kortrijk_geo.ingest.readers import Workshop
from kortrijk_geo.ingest.recipe import make_layer
from kortrijk_geo.ingest.recipe_parts import Recipe, load_recipe
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.starting_text import key_line
from kortrijk_geo.ingest.study_area import Totals
from kortrijk_geo.ingest.timetable import staying_feeds
from kortrijk_geo.pack.addresses import AddressBook, addresses_of
from kortrijk_geo.pack.layers import LAYERS, RASTERS, TIMETABLE
from kortrijk_geo.pack.timetable import Timetable
from kortrijk_geo.pack.timetable import together as put_together
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    from kortrijk_geo.ingest.adding_rows import Corrections
    from kortrijk_geo.ingest.adding_rules import Kind
    from kortrijk_geo.ingest.recipe_parts import Part
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.pack.files import LayerRecord


@dataclass
class Change:
    """What a file changes in a pack: layers and rasters with their records, findings, and the rows without a place."""

    findings: Findings
    unmatched: Unmatched
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    rasters: dict[str, Path] = field(default_factory=dict)
    records: dict[str, LayerRecord] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """A file that is carried out: its kind, tables, name and folder, its corrections, and what someone expects."""

    kind: Kind
    recipe: str
    file: str
    folder: Path
    corrections: Corrections | None = None
    expected_places: float | None = None

    def mend(self, layer: str, frame: pd.DataFrame, findings: Findings) -> pd.DataFrame:
        """Return the rows that are meant: without examples, with corrections."""
        if self.corrections is not None:
            frame = self.corrections.apply(frame, name=self.file, layer=layer, findings=findings)
        return without_examples(frame, name=self.file, layer=layer, findings=findings)


def carry_out(
    work: Work, city: City, scratch: Path, judge: Callable[[Unmatched], None], say: Callable[[str], None]
) -> Change:
    """Read a file into the layers of a pack.

    Parameters
    ----------
    work
        The file.
    city
        The pack, which stays as it is.
    scratch
        Folder for what is read from.
    judge
        Called with the rows that have no place; raises when there are too many.
    say
        Told what is being done.

    Raises
    ------
    KortrijkGeoError
        In one sentence that names file, layer and row.
    """
    shop = _workshop(work, city, scratch, say)
    if work.kind.is_raster:
        change = _raster(work, city, shop, scratch)
    elif work.kind.counts:
        change = Change(shop.findings, Unmatched(pd.DataFrame(), {}, 0))
        join_counts(change, work, city, shop, judge)
    else:
        change = _layer(work, city, shop, judge)
    return change


def _workshop(work: Work, city: City, scratch: Path, say: Callable[[str], None]) -> Workshop:
    path = scratch / "pack.add.toml"
    path.write_text(whole_recipe(work.recipe, city), encoding="utf-8")
    boundary = city.boundary.geometry.iloc[0]
    extent = boundary.buffer(city.info.buffer_m) if city.info.buffer_m else boundary
    shapely.prepare([boundary, extent])
    shop = Workshop(load_recipe(path), work.folder, Findings(), say, boundary=boundary, extent=extent)

    def mend(part: Part, frame: pd.DataFrame) -> pd.DataFrame:
        return work.mend(part.layer, frame, shop.findings) if part.get("file") == work.file else frame

    shop.mend = mend
    return shop


def whole_recipe(tables: str, city: City) -> str:
    """Return a recipe that can be loaded: the tables of a file, and what any recipe must say."""
    box = [float(value) for value in city.boundary.total_bounds]
    head = [key_line("name", city.name), key_line("crs", city.crs), key_line("buffer_m", city.info.buffer_m)]
    joined = [name for name in LAYERS if f"[[layers.{name}.tables]]" in tables]
    stubs = [line for name in joined for line in (f"[layers.{name}]", 'reader = "vector"', 'file = "city.gpkg"')]
    area = ["[study_area]", key_line("bbox", box), key_line("bbox_crs", city.crs), "[layers]"]
    return "\n".join([*head, *area, *stubs, tables]) + "\n"


def _raster(work: Work, city: City, shop: Workshop, scratch: Path) -> Change:
    from kortrijk_geo.ingest.landcover_vectors import LAYERS_USED

    name = work.kind.layer
    part = shop.recipe.rasters[name]
    path = scratch / RASTERS[name].file
    frames = {layer: city.layer(layer) for layer in LAYERS_USED if city.has(layer)}
    make_raster(part, shop, frames, path)
    says = part.get("sealed", part)
    record = said_by(says, work.file)
    if name == TIMETABLE and city.has(name):
        record = _beside_feeds(path, record, work, city, shop.findings)
    tell_newer(str(says.get("reference_date", "")), city, name, shop.findings)
    change = Change(shop.findings, Unmatched(pd.DataFrame(), {}, 0))
    change.rasters[name] = path
    change.records[name] = replace(record, notes=(*record.notes, *shop.findings.notes(name)))
    return change


def _beside_feeds(path: Path, record: LayerRecord, work: Work, city: City, findings: Findings) -> LayerRecord:
    """Put a feed that was read beside those of the pack that stay, and return where the timetable then comes from."""
    stay = staying_feeds(city.timetable(), Timetable.read(path), work.file, findings)
    if stay is None:
        return record
    before = city.info.rasters[TIMETABLE]
    put_together([stay, Timetable.read(path)]).write(path)
    # Of a feed that is gone, nothing more is said; of one that stays, its notes.
    own = tuple(f"{feed}: " for feed in stay.feed.tolist())
    sources = [each for each in before.source.split("; ") if each.partition(" (")[0] != record.source]
    kept = before if len(stay.feed) == len(city.timetable().feed) else replace(before, source="; ".join(sources))
    return replace(together(kept, record), notes=tuple(note for note in before.notes if note.startswith(own)))


def _layer(work: Work, city: City, shop: Workshop, judge: Callable[[Unmatched], None]) -> Change:
    name = work.kind.layer
    part = shop.recipe.layers[name][0]
    if part.reader == "table-addresses":
        shop.addresses = _book(shop, city)
    lost = unmatched_rows(part, shop)
    judge(lost)
    # What is left out was judged: the reader has no say in it any more, unless it is everything.
    _accept(shop, name)
    frame = make_layer(name, shop, {}, Totals(), None)
    if frame is None:
        raise DataError(f"{work.file}: has no rows in {city.name}")
    change = Change(shop.findings, lost)
    covers: tuple[str, ...] = ()
    if name == "amenities":
        covers = tuple(sorted(set(frame["category"])))
        frame = _beside_others(frame, city, shop.findings)
        if city.has(name):
            covers = tuple(sorted({*covers, *city.info.layers[name].covers}))
    elif city.has(name):
        count = len(city.layer(name))
        message = f"{count:,} rows of the pack replaced by {len(frame):,} of {work.file}"
        shop.findings.add("info", name, message, count)
    if name == "childcare" and part.get("values", {}).get("kind"):
        shop.findings.add(
            "warning", name,
            "no column tells group from family day care: all locations are taken as group, until --map kind=COLUMN says"
            " more",
        )  # fmt: skip
    if name == "childcare":
        date = str(part.get("reference_date", ""))
        check_childcare(_with_places(frame), city, work.expected_places, date, shop.findings)
    elif name != "amenities":
        tell_same_places(frame, name, shop.findings)
    tell_newer(str(part.get("reference_date", "")), city, name, shop.findings)
    change.frames[name] = frame
    record = said_by(part, work.file)
    if name == "amenities" and city.has(name):
        record = together(city.info.layers[name], record)
    change.records[name] = replace(record, notes=shop.findings.notes(name), covers=covers)
    return change


def _accept(shop: Workshop, name: str) -> None:
    parts = [
        replace(part, options={**part.options, **({"most_left_out": 1.0} if part.reader == "table-addresses" else {})})
        for part in shop.recipe.layers[name]
    ]
    shop.recipe = _with_layer(shop.recipe, name, tuple(parts))


def _with_layer(recipe: Recipe, name: str, parts: tuple[Part, ...]) -> Recipe:
    return replace(recipe, layers={**recipe.layers, name: parts})


def _with_places(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame if "places" in frame.columns else frame.assign(places=np.nan)


def _book(shop: Workshop, city: City) -> AddressBook:
    """Return the addresses by which rows are placed: of the file that the tables name, else of the pack."""
    if "addresses" not in shop.recipe.layers:
        return AddressBook(addresses_of(city))
    addresses = make_layer("addresses", shop, {}, Totals(), None)
    if addresses is None:
        file = shop.recipe.layers["addresses"][0].get("file")
        raise DataError(f"{file}: has no addresses in {city.name}")
    return AddressBook(addresses)


def _beside_others(frame: gpd.GeoDataFrame, city: City, findings: Findings) -> gpd.GeoDataFrame:
    """Return amenities of the pack of other categories than those of a file, and the file's own."""
    if not city.has("amenities"):
        return frame
    before = city.amenities
    same = before["category"].isin(set(frame["category"]))
    kinds = ", ".join(sorted(set(frame["category"])))
    count = int(same.sum())
    findings.add(
        "info", "amenities", f"{count:,} places of the pack replaced by {len(frame):,} of category {kinds}", count
    )
    others = before[~same]
    clash = frame["amenity_id"].isin(set(others["amenity_id"]))
    frame = frame.assign(amenity_id=frame["amenity_id"].mask(clash, "toegevoegd-" + frame["amenity_id"]))
    together: gpd.GeoDataFrame = pd.concat([others, frame], ignore_index=True)
    return together


def counted_by_area(kind: Kind) -> str:
    """Name in Dutch what `by_area` counts."""
    if len(kind.counts) > 1:
        return "mensen van de leeftijden die bekend zijn"
    column = kind.column or ("places" if kind.layer == "childcare" else "")
    return load_aliases().of_column(kind.layer, column)[0] if column else "rijen"


def by_area(kind: Kind, before: City, after: City) -> pd.DataFrame:
    """Return what a planner looks at before and after: the count of each area, its places, or its rows.

    Columns ``name``, ``before`` and ``after``; NaN where unknown. Empty for rasters.
    """
    if kind.is_raster:
        return pd.DataFrame({"name": [], "before": [], "after": []})
    columns = [column for column in kind.counts if column in after.areas and after.areas[column].notna().any()]
    counts = [_counted(kind, city, columns) for city in (before, after)]
    return pd.DataFrame({"name": after.areas["name"].map(plain), "before": counts[0], "after": counts[1]})


def _counted(kind: Kind, city: City, columns: list[str]) -> Any:
    areas = city.areas
    if kind.counts:
        # Of several ages the sum: unknown where one of them is.
        return areas.reindex(columns=columns).sum(axis=1, skipna=False).to_numpy() if columns else np.nan
    if not city.has(kind.layer):
        return np.nan
    frame = city.layer(kind.layer)
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    point, area = shapely.STRtree(areas.geometry.to_numpy()).query(points, predicate="intersects")
    point, first = np.unique(point, return_index=True)
    values = _with_places(frame)["places"].to_numpy()[point] if kind.layer == "childcare" else np.ones(len(point))
    summed = pd.Series(values).groupby(area[first]).agg(lambda each: each.sum(skipna=False))
    return summed.reindex(range(len(areas)), fill_value=0.0).to_numpy()
