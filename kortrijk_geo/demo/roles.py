"""What each block is for: homes, business, school, sport, church, little park, open land."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from kortrijk_geo.demo.zones import CORE, INDUSTRY, NEIGHBOUR, SUBURB, URBAN

if TYPE_CHECKING:
    from kortrijk_geo.demo.figures import Figures
    from kortrijk_geo.demo.streets import Network
    from kortrijk_geo.demo.zones import Zones

HOMES, BUSINESS, GREEN, OPEN = "homes", "business", "green", "open"


def assign_roles(
    net: Network, zones: Zones, fig: Figures, wanted: list[dict[str, Any]], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give every face a role.

    Parameters
    ----------
    wanted
        Rows of the special roles: ``role``, ``city`` and ``around`` (how many), ``hectares`` (least, most),
        ``central``.

    Returns
    -------
    role, part, cost
        Per face: the role, the index of the part (-1 outside the city), the cost of building there.
    """
    middle = shapely.get_coordinates(shapely.point_on_surface(net.faces))
    part = zones.grid.look_up(zones.part, middle)
    cost = zones.grid.look_up(zones.cost, middle)
    role = np.full(len(net.faces), OPEN, dtype=object)
    role[np.isin(net.zone, (CORE, URBAN, SUBURB, NEIGHBOUR))] = HOMES
    role[net.zone == INDUSTRY] = BUSINESS
    role[net.green >= 0] = GREEN
    hectares = shapely.area(net.faces) / 1e4
    people = fig.of_parts("population")
    for row in wanted:
        least, most = row["hectares"]
        fits = (role == HOMES) & (hectares >= least) & (hectares <= most)
        appeal = np.where(row["central"], np.where(np.isfinite(cost), cost, 1e9), 0.0) + rng.uniform(0, 60, len(role))
        for index, count in enumerate(apportion(row["city"], people)):
            _take(role, row["role"], np.flatnonzero(fits & (part == index)), appeal, count)
        _take(role, row["role"], rng.permutation(np.flatnonzero(fits & (part < 0))), np.zeros(len(role)), row["around"])
    return role, part, cost


def _take(role: np.ndarray, name: str, candidates: np.ndarray, appeal: np.ndarray, count: int) -> None:
    role[candidates[np.argsort(appeal[candidates], kind="stable")][:count]] = name


def apportion(total: int, weights: np.ndarray) -> np.ndarray:
    """Whole numbers in proportion to the weights that sum to the total (largest remainders)."""
    exact = total * np.asarray(weights, dtype=float) / np.sum(weights)
    whole = np.floor(exact + 1e-9).astype(int)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - whole.sum()]] += 1
    return np.asarray(whole)
