"""A proposed recipe tried table by table with the readers of the build: what fails is not proposed as if it worked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from kortrijk_geo.errors import DataError, KortrijkGeoError
from kortrijk_geo.ingest.landcover import make_raster
from kortrijk_geo.ingest.readers import Workshop
from kortrijk_geo.ingest.recipe import ORDER, make_layer
from kortrijk_geo.ingest.recipe_parts import load_recipe
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.starting_text import key_line
from kortrijk_geo.ingest.study_area import Totals, study_area
from kortrijk_geo.pack.addresses import AddressBook, with_districts
from kortrijk_geo.pack.layers import COUNTS, LAYERS
from kortrijk_geo.pack.validation import validate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from kortrijk_geo.ingest.starting_proposal import Proposal
    from kortrijk_geo.ingest.starting_text import Block


class Trial:
    """Carries out the tables of a proposal one after another, and keeps of each layer the first that can be read."""

    def __init__(self, proposal: Proposal, folder: Path, path: Path, say: Callable[[str], None]) -> None:
        self._proposal, self._folder, self._path, self._say = proposal, folder, path, say
        self._shop: Workshop | None = None
        self._kept: list[Block] = []
        self._frames: dict[str, pd.DataFrame] = {}
        self._tried: set[str] = set()

    def blocks(self) -> list[Block]:
        """Return the tables of the recipe, those that failed or are not needed marked as refused.

        Raises
        ------
        DataError
            When the areas cannot be read, so that there is nothing to begin with.
        """
        blocks = self._areas()
        for join in self._proposal.joins:
            if not join.refused:
                self._try_join(join)
        blocks += self._proposal.joins
        for name in ("addresses", *ORDER):  # what is placed by address waits for them
            if name != "areas" and (name != "addresses" or "addresses" not in self._tried):
                blocks += self._layer(name)
        return blocks + self._rasters()

    def _areas(self) -> list[Block]:
        candidates = self._proposal.layers["areas"]
        for block in candidates:
            self._try(block)
            if not block.refused:
                self._kept.append(block)
                break
        else:
            raise DataError(f"{candidates[0].label}: the areas cannot be made: {candidates[0].refused}")
        _refuse_others(candidates, block)
        return sorted(candidates, key=lambda each: each is not block)

    def _layer(self, name: str) -> list[Block]:
        self._tried.add(name)
        candidates = self._proposal.layers.get(name, [])
        for block in candidates:
            if not block.refused:
                self._try(block)
            if not block.refused:
                self._kept.append(block)
                _refuse_others(candidates, block)
                break
        return candidates

    def _try(self, block: Block) -> None:
        """Read a table; where it fails without one of its columns that may be absent, leave those out."""
        self._say(f"trying {block.feeds} from {block.label}")
        block.refused = self._fault(block)
        columns: dict[str, Any] = block.keys.get("columns", {})
        required = {name for name, spec in LAYERS[block.feeds].columns.items() if spec.required}
        # A table that is joined is there for its columns: without any it is of no use.
        least = 1 if block.several else 0
        optional = [name for name in columns if name not in required]
        if not block.refused or not optional:
            return
        reason = block.refused
        for dropped in (*([name] for name in optional), optional):
            if len(columns) - len(dropped) < least:
                continue
            block.keys["columns"] = {name: source for name, source in columns.items() if name not in dropped}
            block.refused = ""  # what is refused is written as a comment, and could not be tried
            if not self._fault(block):
                block.open_ += [key_line(f"columns.{name}", columns[name], reason) for name in dropped]
                return
        block.keys["columns"], block.refused = columns, reason

    def _fault(self, block: Block) -> str:
        """Make a layer with one more table than those that are kept; return what is wrong, empty when nothing is."""
        try:
            shop, ready, totals = self._prepared([*self._kept, block])
            name = block.feeds
            if "addresses" in self._frames and shop.addresses is None:
                shop.addresses = AddressBook(with_districts(self._frames["addresses"], self._frames.get("districts")))
            frame = make_layer(name, shop, self._frames, totals, ready.get(name))
            if frame is None:
                return f"{block.label} has none in the study area"
            self._frames[name] = validate(name, frame, crs=self._proposal.crs, origin=block.label)
        except KortrijkGeoError as error:
            return " ".join(str(error).replace(f"{self._path}", self._path.name).split())
        return ""

    def _prepared(self, blocks: list[Block]) -> tuple[Workshop, dict[str, Any], Totals]:
        """Return what a build would have before its first layer, of a recipe with these tables."""
        lines = [*self._proposal.head_lines(), *self._proposal.study_area.lines()]
        lines += [line for block in blocks for line in block.lines()]
        self._path.write_text("\n".join(lines), encoding="utf-8")
        plan = load_recipe(self._path)
        if self._shop is None:
            self._shop = Workshop(plan, self._folder, Findings(), self._say)
        shop = self._shop
        shop.recipe = plan
        boundary, ready, totals = study_area(shop)
        shop.boundary = boundary
        shop.extent = boundary.buffer(plan.buffer_m) if plan.buffer_m else boundary
        shapely.prepare([shop.boundary, shop.extent])
        return shop, ready, totals

    def _try_join(self, join: Block) -> None:
        """Join a table to the areas; what it adds up to is told beside the key that makes it the city's total."""
        before = self._frames["areas"]
        self._try(join)
        failed = bool(join.refused)
        if failed:
            self._frames["areas"] = before
            return
        self._kept.append(join)
        counts = [column for column in join.keys["columns"] if column in COUNTS]
        if counts and "not_located" not in join.keys:
            sums = ", ".join(f"{column} {_sum(self._frames['areas'][column])}" for column in counts)
            why = f"when nobody lives elsewhere: the sum becomes the total of the city ({sums})"
            join.open_.insert(0, key_line("not_located", [], why))

    def _rasters(self) -> list[Block]:
        kept: set[str] = set()
        for block in self._proposal.rasters:
            if block.refused:
                continue
            if block.feeds in kept:
                block.refused = f"another file feeds {block.feeds}; take one of them"
                continue
            self._say(f"trying {block.feeds} from {block.label}")
            try:
                shop, _, _ = self._prepared([*self._kept, block])
                make_raster(shop.recipe.rasters[block.feeds], shop, self._frames, self._path.with_suffix(".tif"))
            except KortrijkGeoError as error:
                block.refused = " ".join(str(error).split())
                continue
            kept.add(block.feeds)
            self._kept.append(block)
        return self._proposal.rasters


def _refuse_others(candidates: list[Block], taken: Block) -> None:
    for other in candidates:
        if other is not taken and not other.refused:
            other.refused = f"{taken.label} feeds {taken.feeds}; take one of them, or both in double brackets"


def _sum(values: pd.Series) -> str:
    unknown = int(values.isna().sum())
    return f"unknown, as it is in {unknown:,} of the areas" if unknown else f"{values.sum():,.0f}"
