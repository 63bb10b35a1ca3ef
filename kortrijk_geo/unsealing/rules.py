"""The rules of ``rules.toml``: what sealed ground stays, how patches are made, storms, targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kortrijk_geo import strict_toml as read
from kortrijk_geo.errors import DataError
from kortrijk_geo.unsealing.reading import HERE, above_zero, ascending, number, open_table, origin, share

if TYPE_CHECKING:
    from pathlib import Path

FILE = HERE / "rules.toml"


@dataclass(frozen=True)
class Parking:
    """Ground that parking keeps: per space, per dwelling, and on parcels that are car parks."""

    m2_per_space: float
    spaces_per_dwelling: float
    lot_uses: tuple[str, ...]
    lot_m2_per_space: float
    lot_kept_share: float


@dataclass(frozen=True)
class Target:
    """What a municipality wants by a year: m2 unsealed, m3 of rain kept."""

    nis_code: str
    m2: float
    m3: float
    until: int
    origin: read.Origin


@dataclass(frozen=True)
class Rules:
    """The whole of ``rules.toml``; metres and square metres.

    ``way_need_m`` is the width that a street needs by its kind; other kinds are never narrowed. ``origins`` tells
    where each table comes from.
    """

    access_width_m: float
    terrace_m2_per_dwelling: float
    parking: Parking
    footway_m: float
    least_width_m: float
    least_pixels: int
    least_m2: float
    cell_m: float
    road_reach_m: float
    junction_m: float
    way_need_m: dict[str, float]
    storms_mm: tuple[float, ...]
    accuracy_points: float
    least_known_share: float
    exact_most_patches: int
    plan_rain_mm: float
    targets: tuple[Target, ...]
    origins: dict[str, read.Origin]

    def target(self, nis_code: str) -> Target | None:
        """Return the target of a municipality, None when it has none here."""
        return next((target for target in self.targets if target.nis_code == nis_code), None)


def load_rules(path: Path | None = None) -> Rules:
    """Read the rules, those of the package unless a file is named.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When a key is missing, unknown, negative or of another kind; file and key are named.
    """
    top = open_table(path or FILE)
    names = ("access", "terrace", "parking", "footway", "patch", "roads", "storms", "accuracy", "plan")
    tables = {name: top.table(name) for name in names}
    origins = {name: origin(table) for name, table in tables.items()}
    rules = Rules(
        access_width_m=tables["access"].take("width_m", number),
        terrace_m2_per_dwelling=tables["terrace"].take("m2_per_dwelling", number),
        parking=_parking(tables["parking"]),
        footway_m=tables["footway"].take("free_m", number),
        least_width_m=tables["patch"].take("least_width_m", number),
        least_pixels=tables["patch"].take("least_pixels", read.whole(1, 10)),
        least_m2=tables["patch"].take("least_m2", number),
        cell_m=tables["patch"].take("cell_m", above_zero),
        road_reach_m=tables["roads"].take("reach_m", number),
        junction_m=tables["roads"].take("junction_m", number),
        way_need_m=_ways(top.tables("way"), origins),
        storms_mm=tables["storms"].take("mm", ascending),
        accuracy_points=tables["accuracy"].take("percentage_points", number),
        least_known_share=tables["accuracy"].take("least_known_share", number),
        exact_most_patches=tables["plan"].take("exact_most_patches", read.whole(0, 1_000_000)),
        plan_rain_mm=tables["plan"].take("rain_mm", number),
        targets=tuple(map(_target, top.tables("target"))),
        origins=origins,
    )
    top.done()
    return rules


def _parking(table: read.Table) -> Parking:
    return Parking(
        m2_per_space=table.take("m2_per_space", number),
        spaces_per_dwelling=table.take("spaces_per_dwelling", number),
        lot_uses=table.take("lot_uses", read.many(read.text)),
        lot_m2_per_space=table.take("lot_m2_per_space", above_zero),
        lot_kept_share=table.take("lot_kept_share", share),
    )


def _ways(tables: list[read.Table], origins: dict[str, read.Origin]) -> dict[str, float]:
    need_m: dict[str, float] = {}
    for table in tables:
        kinds, width = table.take("kinds", read.many(read.text)), table.take("need_m", above_zero)
        twice = [kind for kind in kinds if kind in need_m]
        if twice:
            raise DataError(f"{table.where}: kind {twice[0]} already has a width")
        need_m |= dict.fromkeys(kinds, width)
        origins[f"way {kinds[0]}"] = origin(table)
    return need_m


def _target(table: read.Table) -> Target:
    return Target(
        nis_code=table.take("nis_code", read.text),
        m2=table.take("m2", above_zero),
        m3=table.take("m3", above_zero),
        until=table.take("until", read.whole(2000, 2200)),
        origin=origin(table),
    )
