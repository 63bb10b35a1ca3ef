"""Compiles what the package compiles, by the themes of a small town; ``make test`` runs it before the workers start."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import small_town

import kortrijk_geo as kg
from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.cache import without_cache
from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.engine.transit.hops import Hops
from kortrijk_geo.engine.transit.travel import Window, profile_to
from kortrijk_geo.engine.transit.walks import NEVER, Walks


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, without_cache():
        city = small_town.write_town(Path(folder))
        write_atlas(city, Path(folder) / "maps")
        graph = StreetGraph.from_streets(city.streets, "cycle")
        homes, shops = (graph.place(layer.geometry) for layer in (city.homes, city.amenities))
        graph.within(shops, homes, 900.0).by_kind(shops.street % 2, len(homes))
        kg.reach.prepare(city)
        hops = Hops.of([0], [1], [60], [120], [0])
        profile = profile_to(hops, Walks.of([0, 1], [0, 1], [0, 0], 2), np.array([NEVER, 0], np.int32))
        for asked in (profile.every_departure, partial(profile.at_shares, shares=(0.5,))):
            asked(Walks.of([0], [0], [0], 1), np.array([NEVER], np.int32), Window(0, 60))


if __name__ == "__main__":
    main()
