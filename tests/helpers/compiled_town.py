"""Compiles what the package compiles, by the themes of a small town; ``make test`` runs it before the workers start."""

from __future__ import annotations

import tempfile
from pathlib import Path

import small_town

import kortrijk_geo as kg
from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.cache import without_cache
from kortrijk_geo.engine.streets import StreetGraph


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, without_cache():
        city = small_town.write_town(Path(folder))
        write_atlas(city, Path(folder) / "maps")
        graph = StreetGraph.from_streets(city.streets, "cycle")
        homes, shops = (graph.place(layer.geometry) for layer in (city.homes, city.amenities))
        graph.within(shops, homes, 900.0).by_kind(shops.street % 2, len(homes))
        kg.reach.prepare(city)


if __name__ == "__main__":
    main()
