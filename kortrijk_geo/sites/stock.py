"""The city's sites as they are compared: their use, where they are entered, which are one place, what is their like.

A site that is a point is that point. A polygon is entered where a walkable street crosses or touches its edge, and
where none does at the point of its edge nearest to a street.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kortrijk_geo.engine.green_entrances import entrances
from kortrijk_geo.engine.rates import area_of, existing_on
from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.amenities import matches
from kortrijk_geo.pack.description import EVERY_KIND
from kortrijk_geo.sites.rules import same_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.sites.rules import Same, Use, UseSet

    Ints = NDArray[np.intp]

NO_USE = -1


@dataclass(frozen=True)
class Stock:
    """The sites of a city, and the amenities that are their like.

    Parameters
    ----------
    sites
        One row per site of the pack: ``site_id``, ``name``, ``written_use`` (as the pack has it), ``use`` (key, None
        where it is not known), ``use_label``, ``floor_m2``, ``owner``, ``area_id`` (None outside the city), ``twin``
        (whether another row is the same place), a point inside.
    likes
        Amenities that are the like of a use and no site: ``like_id``, ``use``, ``name``, point.
    keys
        The uses that are compared, in their order.
    known
        Whether anything is known of each of them: there is a place, or a source covers its kind and has none.
    covered
        Whether a source knows all places of each of them.
    place_of_site
        Number of the place that each site is; the places of likes come after those of the sites.
    use_of_place
        Number of the compared use of every place; `NO_USE` where it has none.
    points, place_of_point
        Where places are entered, and of which place each point is.
    amenities_here
        How many amenities are a site themselves, and therefore no alternative to it.
    layers
        Names of the layers of the pack that the likes come from.
    """

    sites: gpd.GeoDataFrame
    likes: gpd.GeoDataFrame
    keys: tuple[str, ...]
    known: NDArray[np.bool_]
    covered: NDArray[np.bool_]
    place_of_site: Ints
    use_of_place: Ints
    points: NDArray[np.object_]
    place_of_point: NDArray[np.int32]
    amenities_here: int
    layers: tuple[str, ...]

    @property
    def only_own(self) -> NDArray[np.bool_]:
        """Whether of each compared use only places of the city are known, and no source says there are no others."""
        of_others = np.isin(self.keys, self.likes["use"].to_numpy("object").astype(str))
        return np.asarray(self.known & ~self.covered & ~of_others)

    @property
    def n_places(self) -> int:
        """Number of places, sites and likes."""
        return len(self.use_of_place)

    @property
    def use_of_site(self) -> Ints:
        """Number of the compared use of every site; `NO_USE` where it has none."""
        return np.asarray(self.use_of_place[self.place_of_site])


def read_stock(city: City, uses: UseSet, same: Same) -> Stock:
    """Read the sites of a pack, in the city and around it.

    Raises
    ------
    DataError
        When the layer has no rows.
    """
    layer = city.city_sites
    if layer.empty:
        raise DataError(f"{city.folder}, layer city_sites: has no rows; add the city's sites with pack add sites")
    keys = tuple(use.key for use in uses.compared)
    sites = _sites(city, layer, uses)
    number = _numbers(sites["use"], keys)
    place_of_site = one_place(shapely.centroid(layer.geometry.to_numpy()), number, same.rows_m)
    n_site_places = int(place_of_site.max()) + 1
    twin = np.bincount(place_of_site)[place_of_site] > 1
    likes, layers = _likes(city, uses)
    use_of_like = _numbers(likes["use"], keys)
    here = _at_a_site(likes.geometry.to_numpy(), use_of_like, layer.geometry.to_numpy(), number, same.amenity_m)
    likes, use_of_like = likes[~here].reset_index(drop=True), use_of_like[~here]
    use_of_place = np.concatenate([np.full(n_site_places, NO_USE), use_of_like])
    use_of_place[place_of_site] = number
    points, site_of_point = _entered(layer.geometry.to_numpy(), city.streets)
    counts = np.bincount(use_of_place[use_of_place != NO_USE], minlength=len(keys))
    covered = np.array([_is_covered(city, use) for use in uses.compared], bool)
    return Stock(
        sites=sites.assign(twin=twin),
        likes=likes,
        keys=keys,
        known=(counts > 0) | covered,
        covered=covered,
        place_of_site=place_of_site,
        use_of_place=use_of_place,
        points=np.concatenate([points, likes.geometry.to_numpy()]),
        place_of_point=np.concatenate(
            [place_of_site[site_of_point], n_site_places + np.arange(len(likes))], dtype=np.int32, casting="unsafe"
        ),
        amenities_here=int(here.sum()),
        layers=layers,
    )


def one_place(points: NDArray[np.object_], use: Ints, within_m: float) -> Ints:
    """Return the number of the place of every site, from 0: one for those of one use so near, in a chain."""
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=within_m)
    alike = (use[one] == use[other]) & (use[one] != NO_USE) | (one == other)
    links = coo_array((np.ones(int(alike.sum()), bool), (one[alike], other[alike])), shape=(len(points),) * 2)
    numbers: Ints = connected_components(links, directed=False)[1].astype(np.intp)
    return numbers


def _sites(city: City, layer: gpd.GeoDataFrame, uses: UseSet) -> gpd.GeoDataFrame:
    inside = layer.geometry.representative_point()
    written = _texts(layer, "use")
    of_word = uses.of_word
    key = written.map(lambda text: of_word.get(same_word(text)), na_action="ignore").astype("object")
    return gpd.GeoDataFrame(
        {
            "site_id": layer["site_id"],
            "name": _texts(layer, "name"),
            "written_use": written,
            "use": key.where(key.notna(), None),
            "use_label": key.map(uses.labels).where(key.notna(), None),
            "floor_m2": layer["floor_m2"] if "floor_m2" in layer.columns else np.nan,
            "owner": _texts(layer, "owner"),
            "area_id": area_of(inside, city.areas),
        },
        geometry=inside,
        crs=layer.crs,
    )


def _texts(layer: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of text, None where it is absent or blank."""
    if column not in layer.columns:
        return pd.Series(None, index=layer.index, dtype="object")
    texts = layer[column].astype("object")
    return texts.where(texts.notna() & texts.astype("str").str.strip().ne(""), None)


def _numbers(keys: pd.Series, order: Sequence[str]) -> Ints:
    return np.array([order.index(key) if key in order else NO_USE for key in keys], dtype=np.intp)


def _likes(city: City, uses: UseSet) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Collect the amenities that are the like of a compared use; one that is of two uses has a row in each."""
    parts: list[gpd.GeoDataFrame] = []
    layers: list[str] = []
    by_tags = any(use.rules for use in uses.compared) and city.has("amenities")
    tags = city.amenity_tags if by_tags else []
    for use in uses.compared:
        if use.layer is not None and city.has(use.layer):
            rows, identity, source = _existing(city, use.layer), "location_id", str(use.layer)
        elif city.has("amenities") and use.amenities:
            layer = city.amenities
            is_like = layer["category"].isin(use.amenities).to_numpy()
            if use.rules:
                is_like = is_like | np.array(
                    [any(matches(rule, tag) for rule in use.rules) for tag in tags], dtype=bool
                )
            rows, identity, source = layer[is_like], "amenity_id", "amenities"
        else:
            continue
        layers.append(source)
        columns = {"like_id": rows[identity], "use": use.key, "name": _texts(rows, "name")}
        parts.append(gpd.GeoDataFrame(columns, geometry=rows.geometry, crs=city.crs))
    empty = gpd.GeoDataFrame({"like_id": [], "use": [], "name": []}, geometry=[], crs=city.crs)
    some = [part for part in parts if len(part)]
    likes = gpd.GeoDataFrame(pd.concat(some, ignore_index=True), crs=city.crs) if some else empty
    return likes, tuple(dict.fromkeys(layers))


def _existing(city: City, layer: str) -> gpd.GeoDataFrame:
    """Locations that exist on the day that the layer is of."""
    locations = city.layer(layer)
    day = city.reference_day(layer, "areas")
    return locations if day is None else locations[existing_on(locations, day)]


def _is_covered(city: City, use: Use) -> bool:
    """Whether a source of the pack knows all the places of a use, so that without one nobody has it."""
    if use.layer is not None and city.has(use.layer):
        return True
    record = city.info.layers.get("amenities")
    words = set(record.covers if record else ())
    return bool(use.amenities) and (EVERY_KIND in words or set(use.amenities) <= words)


def _at_a_site(
    likes: NDArray[np.object_], use_of_like: Ints, sites: NDArray[np.object_], use_of_site: Ints, within_m: float
) -> NDArray[np.bool_]:
    """Whether each amenity lies so near to a site of its own use that it is that site."""
    here = np.zeros(len(likes), bool)
    like, site = shapely.STRtree(sites).query(likes, predicate="dwithin", distance=within_m)
    here[like[use_of_like[like] == use_of_site[site]]] = True
    return here


def _entered(shapes: NDArray[np.object_], streets: gpd.GeoDataFrame) -> tuple[NDArray[np.object_], Ints]:
    """Return the points where sites are entered, and of which site each is."""
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    points, lands = np.flatnonzero(is_point), np.flatnonzero(~is_point)
    lines = streets.geometry[streets["walk"]].to_numpy()
    if not len(lands) or not len(lines):
        return np.asarray(shapely.point_on_surface(shapes)), np.arange(len(shapes))
    land, edges = entrances(shapes[lands], lines, max_street_m=0.0)
    return np.concatenate([shapes[points], edges]), np.concatenate([points, lands[land]])
