"""The columns of the areas: what each is called, how it is written, and how the map colours it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.results import Column, Scale
from kortrijk_geo.text.dutch import date_text, decimal_text
from kortrijk_geo.unsealing.options import CONTRACT_STORMS_MM, storm_key

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from kortrijk_geo.unsealing.options import Chosen

USES = {"building": "gebouwen", "road": "wegen", "other": "overig afgedekt", "railway": "spoorwegen"}
OWNERS = {
    "public": "openbaar",
    "social": "sociale huisvesting",
    "company": "bedrijf",
    "private": "privé",
    "unknown": "grond zonder perceel",
}
# Of the parcels, as the criteria know them; another text stands as the pack has it.
PARCEL_USES = {
    "parking": "parkeren",
    "school": "school",
    "campus": "campus",
    "kindergarten": "kleuterschool of opvang",
    "sport": "sport",
    "community": "gemeenschap",
    "church": "kerk",
    "hospital": "ziekenhuis",
    "cemetery": "begraafplaats",
    "park": "park",
    "pocket_park": "buurtpark",
    "allotments": "volkstuinen",
    "industrial": "industrie",
    "commercial": "handel",
    "residential": "wonen",
    "garden": "tuin",
}
STAYS = {
    "way": "nodige breedte van straten en paden",
    "access": "toegang tot gebouwen",
    "footway": "vrije doorgang langs wegen",
    "narrow": "te smal",
    "kept": "wat het gebruik, terrassen en parkeren houden",
    "small": "te klein",
}
# Which options define a figure; rain, target and budget of a plan define none.
_PATCHES = (
    "land_cover_method", "access_width_m", "terrace_m2_per_dwelling", "parking_m2_per_space",
    "parking_spaces_per_dwelling", "footway_m", "narrowest_m", "least_m2", "way_need_m", "kept_share",
)  # fmt: skip
_RUNOFF = ("initial_abstraction", "unsealed_becomes", "curve_numbers_version", "curve_numbers_file")
DEFINED_BY: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("sealed_*", "unsealed_m2"), ("land_cover_method",)),
    **dict.fromkeys(
        (
            "removable_*", "unknown_use_m2", "stays_*", "patches", "sealed_after_m2", "sealed_share_after",
            "infiltration_*", "plan_m2",
        ),
        _PATCHES,
    ),
    "runoff_*": ("land_cover_method", *_RUNOFF),
    **dict.fromkeys(("avoided_runoff_*", "runoff_after_*"), (*_PATCHES, *_RUNOFF)),
}  # fmt: skip
# Now and after share their limits, so that the colours show what changes.
_SEALED = Scale.of_data("share", "OrRd", family="sealed_share")
_COUNTS = Scale.of_data("whole")
_CONTRACT = {storm_key(storm) for storm in CONTRACT_STORMS_MM}
_whole = partial(Column, unit="whole")
_GROUND, _UNSEALING, _RAIN = "Verharding", "Ontharding", "Regenwater"


def columns(chosen: Chosen) -> list[Column]:
    """Return the columns of `kortrijk_geo.unsealing.analyse`."""
    storms = {
        storm_key(storm): f"{decimal_text(storm, 0 if storm == int(storm) else 1)} mm" for storm in chosen.all_storms_mm
    }

    def shown(name: str, label: str, group: str) -> Column:
        return _whole(name, label, group=group, scale=_COUNTS, table=True)

    table = [
        Column("name", "Gebied"),
        Column("sealed_share", "Verhardingsgraad", group=_GROUND, scale=_SEALED, table=True),
        _whole("sealed_m2", "Verharde oppervlakte (m²)", table=True),
        *(_whole(f"sealed_{use}_m2", f"Verhard: {name} (m²)", table=True) for use, name in USES.items()),
        _whole("unsealed_m2", "Onverharde oppervlakte (m²)"),
        _whole("water_m2", "Water (m²)"),
        _whole("unknown_m2", "Oppervlakte zonder gegevens (m²)"),
        shown("removable_m2", "Onthardingspotentieel op grond met gekend gebruik (m²)", _UNSEALING),
        *(_whole(f"removable_{owner}_m2", f"Potentieel: {name} (m²)", table=True) for owner, name in OWNERS.items()),
        _whole("removable_other_sealed_m2", "Potentieel op overig afgedekte grond (m²)"),
        _whole("removable_road_sealed_m2", "Potentieel op wegen die breder zijn dan nodig (m²)"),
        _whole("unknown_use_m2", "Overig afgedekt, gebruik onbekend: niet in het potentieel (m²)", table=True),
        *(_whole(f"stays_{reason}_m2", f"Overig afgedekt dat blijft: {name} (m²)") for reason, name in STAYS.items()),
        Column("patches", "Aantal vlakken"),
        _whole("sealed_after_m2", "Verhard na ontharding van het hele potentieel (m²)"),
        Column(
            "sealed_share_after", "Verhardingsgraad na ontharding van het hele potentieel", group=_UNSEALING,
            scale=_SEALED, table=True,
        ),
    ]  # fmt: skip
    for key, rain in storms.items():
        avoided, label = f"avoided_runoff_{key}_m3", f"Vermeden afstroming bij {rain}"
        table += [
            shown(avoided, f"{label} (m³)", _RAIN) if key in _CONTRACT else _whole(avoided, f"{label} (m³)"),
            _whole(f"avoided_runoff_{key}_high_m3", f"{label}, hoogste raming (m³)"),
            _whole(f"runoff_{key}_m3", f"Afstroming nu bij {rain} (m³)"),
            _whole(f"runoff_after_{key}_m3", f"Afstroming bij {rain} na ontharding van het hele potentieel (m³)"),
        ]
    regulation = "de hemelwaterverordening voor het potentieel vraagt (m"
    table += [
        _whole("infiltration_2023_m3", f"Infiltratievolume dat {regulation}³)"),
        _whole("infiltration_2023_m2", f"Infiltratieoppervlakte die {regulation}²)"),
    ]
    if chosen.earlier is None:
        return table
    date = f" van {date_text(chosen.earlier_date)}" if chosen.earlier_date else ""
    return [
        *table,
        _whole("sealed_earlier_m2", f"Verhard op de vroegere kaart{date} (m²)"),
        _whole("sealed_change_m2", f"Verandering van de verharding sinds de vroegere kaart{date} (m²)"),
        Column("sealed_change_share", f"Verandering van de verhardingsgraad{date} (procentpunt)"),
    ]


def known_share_of_ground(areas: pd.DataFrame) -> NDArray[np.float64]:
    """Return of every area what share of its ground the land cover knows; NaN where it has no ground."""
    known_m2 = areas[["sealed_m2", "unsealed_m2", "water_m2"]].sum(axis=1).to_numpy(dtype=float)
    whole_m2 = known_m2 + areas["unknown_m2"].to_numpy(dtype=float)
    share: NDArray[np.float64] = np.divide(known_m2, whole_m2, out=np.full(len(areas), np.nan), where=whole_m2 > 0)
    return share
