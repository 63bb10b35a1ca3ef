"""Which land is built up, and how densely: cells ranked by nearness to a heart and to main roads, as many as needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kortrijk_geo.demo.field import Grid, Waves

if TYPE_CHECKING:
    from kortrijk_geo.demo.boundaries import Boundaries
    from kortrijk_geo.demo.figures import Figures

STEP_M = 50.0
BUFFER_M = 3800.0
OUTSIDE, RURAL, NEIGHBOUR, SUBURB, URBAN, CORE, INDUSTRY = range(7)
CENTRE, CITY_DISTRICT = "34022W08", "34022Z"
# Homes that fit on a hectare, streets included, by zone; people per hectare in the villages around.
LOTS_PER_HA = {SUBURB: 11.5, URBAN: 22.0, CORE: 25.0}
_NEIGHBOUR_PEOPLE_PER_HA = 50.0
# How much nearer the centre of the city feels than the heart of a wijk.
_CENTRE_PULL = 0.7
# Built land over what homes need: room for schools, shops, workshops and little parks.
_ROOM = 1.27


@dataclass(frozen=True)
class Zones:
    """Zone codes, parts and rank (0 best) on a grid, in true coordinates.

    Parameters
    ----------
    grid
        The cells.
    zone
        One of the codes of this module per cell.
    part
        Index of the part, -1 outside the city.
    cost
        Metres-like cost of building there: low near hearts and main roads.
    """

    grid: Grid
    zone: np.ndarray
    part: np.ndarray
    cost: np.ndarray


def make_zones(
    fig: Figures,
    bones: dict[str, Any],
    areas: Boundaries,
    roads: np.ndarray,
    keep_free: np.ndarray,
    industry: np.ndarray,
    rng: np.random.Generator,
) -> Zones:
    """Assign a zone to each cell.

    Parameters
    ----------
    roads
        Main roads, LineStrings.
    keep_free
        Polygons where nothing is built: parks, woods, water, railways, motorways.
    industry
        Polygons of business sites.
    """
    from rasterio import features
    from scipy import ndimage

    left, bottom, right, top = areas.city.bounds
    grid = Grid.over(
        (left - BUFFER_M - 400, bottom - BUFFER_M - 400, right + BUFFER_M + 400, top + BUFFER_M + 400), STEP_M
    )
    from affine import Affine

    shape, transform = (grid.rows, grid.columns), Affine(STEP_M, 0, grid.left, 0, -STEP_M, grid.top)

    def burn(shapes: np.ndarray, values: np.ndarray | None = None, *, touched: bool = False) -> np.ndarray:
        pairs = zip(shapes, np.ones(len(shapes), dtype=int) if values is None else values, strict=True)
        return np.asarray(
            features.rasterize(pairs, out_shape=shape, transform=transform, dtype="int16", all_touched=touched)
        )

    part = burn(areas.sectors.geometry.to_numpy(), areas.sectors["part"].to_numpy() + 1) - 1
    domain = burn(np.array([areas.city.buffer(BUFFER_M)])) > 0
    free = burn(keep_free) > 0
    to_road = ndimage.distance_transform_edt(burn(roads, touched=True) == 0, sampling=STEP_M)
    xx, yy = grid.centres()
    rough = Waves.draw(rng, ((1400.0, 130.0), (450.0, 90.0))).at(xx, yy)
    pull = rough - 330.0 * np.exp(-to_road / 130.0)

    centre = next(row["point"] for row in fig.wijken if row["code"] == CENTRE)
    to_centre = np.hypot(xx - centre[0], yy - centre[1])
    zone = np.where(domain, RURAL, OUTSIDE)
    cost = np.full(shape, np.inf)
    business = (burn(industry) > 0) & domain & ~free
    open_land = domain & ~free & ~business
    for index, row in enumerate(fig.parts):
        heart = fig.wijken[fig.wijk_of_part[index]]["point"]
        far = np.hypot(xx - heart[0], yy - heart[1])
        if row["district"] == CITY_DISTRICT:
            far = np.minimum(far, _CENTRE_PULL * to_centre)
        cost = np.where(part == index, far + pull, cost)
        cells = np.flatnonzero((open_land & (part == index)).ravel())
        rank = cells[np.argsort(cost.ravel()[cells], kind="stable")]
        kind = _density(far.ravel()[rank], to_centre.ravel()[rank], city=row["district"] == CITY_DISTRICT)
        lots = np.array([LOTS_PER_HA[code] for code in (SUBURB, URBAN, CORE)])[kind - SUBURB] * STEP_M**2 / 1e4
        wanted = row["households_private"] * row["homes"] * (1 - row["ribbon"]) * _ROOM
        built = np.searchsorted(np.cumsum(lots), wanted) + 1
        zone.ravel()[rank[:built]] = kind[:built]
    _build_neighbours(bones, zone, cost, open_land & (part < 0), pull, xx, yy)
    zone[business] = INDUSTRY
    return Zones(grid, zone, part, cost)


def _density(far: np.ndarray, to_centre: np.ndarray, *, city: bool) -> np.ndarray:
    urban_m = 500.0 if city else 200.0
    return np.where(to_centre < 640, CORE, np.where((far < urban_m) | (to_centre < 1900), URBAN, SUBURB))


def _build_neighbours(
    bones: dict[str, Any],
    zone: np.ndarray,
    cost: np.ndarray,
    land: np.ndarray,
    pull: np.ndarray,
    xx: np.ndarray,
    yy: np.ndarray,
) -> None:
    for x, y, people in bones["neighbours"].values():
        far = np.hypot(xx - x, yy - y) + pull
        cells = np.flatnonzero((land & (zone == RURAL) & (far < 3000)).ravel())
        rank = cells[np.argsort(far.ravel()[cells], kind="stable")]
        built = rank[: int(people / _NEIGHBOUR_PEOPLE_PER_HA / (STEP_M**2 / 1e4))]
        zone.ravel()[built] = NEIGHBOUR
        cost.ravel()[built] = far.ravel()[built]
