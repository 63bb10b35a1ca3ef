"""The columns of the areas: what each is called, how it is written, and how the map colours it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.pack.gate import Rests
from kortrijk_geo.results import Column, Scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.trees.options import Chosen

# Values by column, one per area and that of the whole study area last.
Values = dict[str, "NDArray[np.float64]"]

OWNER_NAMES = {
    "public": "openbaar",
    "social": "sociale huisvesting",
    "company": "bedrijf",
    "private": "particulier",
    "unknown": "grond zonder perceel",
}
GROUNDS = {"plantable": "plantbaar", "permission": "met akkoord", "pit": "na ontharding"}
_PEOPLE = tuple(Rests("population", *pair) for pair in (("subareas", "areas"), ("areas", "boundary")))
_DWELLINGS = tuple(Rests("dwellings", "homes", other) for other in ("areas", "boundary"))
RESTS: dict[str, tuple[Rests, ...]] = {
    **dict.fromkeys(("people_per_km2", "canopy_goal_share", "canopy_gap_share", "tree_equity_score"), _PEOPLE),
    **dict.fromkeys(("homes_*_share", "rules_met"), _DWELLINGS),
}
# Which options define a figure; what the city wants to plant only where it is held against that.
_GROUND = ("rules_version", "distances_m", "effects", "land_cover_method")
_NEED_RULES = ("need_version", "canopy_raster")
DEFINED_BY: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("plantable_*", "permission_m2", "pit_m2"), _GROUND),
    "tree_sites*": (*_GROUND, "spacing_m", "plant_on"),
    "tree_sites_public_share_of_target": ("target_trees",),
    **dict.fromkeys(("hedge_*", "facade_garden_m"), ("rules_version",)),
    "canopy_*": ("canopy_raster",),
    "canopy_lacking_to_30_m2": ("thirty",),
    **dict.fromkeys(("canopy_go*", "canopy_gap_share", "need_*"), _NEED_RULES),
    "tree_equity_score": (*_NEED_RULES, "equity_weights"),
    "homes_*_30*share": ("thirty", *_NEED_RULES),
    **dict.fromkeys(("homes_meeting_3_*", "rules_met"), ("three", "assumed_crown_m2", "need_version")),
    **dict.fromkeys(("homes_*_300_share", "rules_met", "mark_green"), ("three_hundred", "need_version", "snap_to")),
    **dict.fromkeys(("rules_met", "mark_canopy"), ("thirty", *_NEED_RULES)),
}
_NEED, _ROOM, _HOMES = "Nood", "Plantkans", "3-30-300"
_of_homes = partial(Column, group=_HOMES)
_SHARES = Scale.of_data("share")
_SCORE = Scale.of_data("number", "cividis")
_MARKS = Scale.of_data("number")
_COUNTS = Scale.of_data("whole")


def columns(chosen: Chosen) -> list[Column]:
    """Return the columns of `kortrijk_geo.trees.analyse`."""
    sizes = {size.id: size.label for size in chosen.rules.sizes}
    indicators = {indicator.id: indicator.label for indicator in chosen.need.equity.indicators}
    three, thirty, green = chosen.need.three, chosen.need.thirty, chosen.need.three_hundred
    where = f"binnen {thirty.within_m:g} m" if thirty.measured_in == "radius" else "in de wijk"
    ours = "Plaatsen op openbare percelen als deel van de doelstelling van de stad"
    target = [Column("tree_sites_public_share_of_target", ours, table=True)]
    near = f"{three.least_crowns} kronen van {three.least_crown_m2:g} m² binnen {three.within_m:g} m"
    lacking = f"Kroonoppervlakte die ontbreekt tot {thirty.least_share * 100:g} % (m²)"
    to_green = f"Woningen met openbaar groen binnen {green.max_m:g} m te voet"
    return [
        Column("name", "Gebied"),
        Column(
            "canopy_share",
            "Aandeel boomkronen op land",
            group=_NEED,
            scale=Scale.of_data("share", goals=[("regel", thirty.least_share)]),
            table=True,
        ),
        Column("canopy_lacking_to_30_m2", lacking, table=True),
        Column("canopy_m2", "Boomkronen (m²)"),
        Column("land_m2", "Land zonder water (m²)"),
        Column("plantable_m2", "Plantbare oppervlakte (m²)", group=_ROOM, scale=_COUNTS, table=True),
        *(
            Column(f"plantable_size_{key}_m2", f"Plantbaar voor bomen van de {size} (m²)")
            for key, size in sizes.items()
        ),
        *(Column(f"plantable_{key}_m2", f"Plantbaar, {name} (m²)", table=True) for key, name in OWNER_NAMES.items()),
        Column("permission_m2", "Plantbaar als een ander akkoord gaat (m²)", table=True),
        Column("pit_m2", "Mogelijke plantputten na ontharding (m²)", table=True),
        Column("unsealed_m2", "Onverharde oppervlakte (m²)"),
        Column("land_cover_known_share", "Deel waarvan de bodembedekking bekend is"),
        Column("tree_sites", "Plaatsen voor bomen, bij alle eigenaars samen", group=_ROOM, scale=_COUNTS, table=True),
        *(Column(f"tree_sites_{key}", f"Plaatsen voor bomen, {name}", table=True) for key, name in OWNER_NAMES.items()),
        *(
            Column(f"tree_sites_size_{key}", f"Plaatsen voor bomen van de {size}", table=True)
            for key, size in sizes.items()
        ),
        *(target if chosen.target_trees is not None else ()),
        Column(
            "tree_equity_score",
            "Boomscore (Tree Equity Score, 0-100, laag is dringend)",
            group=_NEED,
            scale=_SCORE,
            table=True,
        ),
        Column("canopy_goal_share", "Kronendoel voor de bevolkingsdichtheid"),
        Column("canopy_gap_share", "Aandeel kronen dat tot dat doel ontbreekt"),
        *(Column(f"need_{key}", f"Nood: {label} (0-1)", table=True) for key, label in indicators.items()),
        Column("need_mean", "Sociale nood en hitte, gemiddeld (0-1)", table=True),
        *(Column(f"indicator_{key}", f"Indicator: {label}") for key, label in indicators.items()),
        Column("people_per_km2", "Inwoners per km²"),
        Column("surface_temperature_c", "Oppervlaktetemperatuur, gemiddeld (°C)"),
        _of_homes("homes_meeting_3_30_300_share", "Woningen die aan 3, 30 en 300 voldoen", scale=_SHARES, table=True),
        _of_homes("homes_meeting_3_share", f"Woningen met minstens {near}"),
        _of_homes("homes_meeting_3_low_share", f"Woningen met zeker {near}", scale=_SHARES, table=True),
        _of_homes("homes_meeting_3_high_share", f"Woningen met misschien {near}", scale=_SHARES, table=True),
        _of_homes(
            "homes_meeting_30_share",
            f"Woningen met minstens {thirty.least_share * 100:g} % kronen {where}",
            scale=_SHARES,
        ),
        _of_homes("homes_meeting_300_share", to_green, scale=_SHARES),
        Column("rules_met", "Regels van 3-30-300 waaraan een woning gemiddeld voldoet (0-3)", "number", table=True),
        _of_homes("mark_canopy", "Rapportcijfer kronen rond de woning (0-10)", scale=_MARKS),
        _of_homes("mark_green", "Rapportcijfer afstand tot openbaar groen (0-10)", scale=_MARKS),
        Column("hedge_m", "Meters perceelsgrens waar een haag kan (theoretisch, geen plan)", "metres", table=True),
        *(
            Column(f"hedge_{key}_m", f"Meters grens waar een haag kan, {OWNER_NAMES[key]}", "metres", table=True)
            for key in chosen.rules.hedge.owners
        ),
        Column("hedge_existing_m", "Meters perceelsgrens waar al een haag of boomkroon staat", "metres"),
        Column("facade_garden_m", "Meters gevel met plaats voor een geveltuin", "metres", table=True),
    ]


def with_city(per_area: NDArray[np.floating]) -> NDArray[np.float64]:
    """Replace the last row (ground in no area) by the sum of all rows."""
    return np.concatenate([per_area[:-1], per_area.sum(axis=0, keepdims=True)])


def ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide; NaN where the whole is not above 0."""
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    return np.asarray(np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0), dtype=float)
