"""The Dutch label of every column of ``areas``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.text.dutch import date_text, decimal_text
from kortrijk_geo.unsealing.options import storm_key

if TYPE_CHECKING:
    from kortrijk_geo.unsealing.options import Chosen

USES = {"building": "gebouwen", "road": "wegen", "other": "overig afgedekt", "railway": "spoorwegen"}
OWNERS = {
    "public": "openbaar",
    "social": "sociale huisvesting",
    "company": "bedrijf",
    "private": "privé",
    "unknown": "eigenaar onbekend",
}
STAYS = {
    "way": "nodige breedte van straten en paden",
    "access": "toegang tot gebouwen",
    "footway": "vrije doorgang langs wegen",
    "narrow": "te smal",
    "kept": "terrassen en parkeren",
    "small": "te klein",
}


def labels(options: Chosen) -> dict[str, str]:
    """Return the label of every column that an analysis can have."""
    found = {
        "name": "Gebied",
        "sealed_m2": "Verharde oppervlakte (m²)",
        "sealed_share": "Verhardingsgraad",
        "removable_m2": "Onthardingspotentieel (m²)",
        "unsealed_m2": "Onverharde oppervlakte (m²)",
        "water_m2": "Water (m²)",
        "unknown_m2": "Oppervlakte zonder gegevens (m²)",
        "sealed_after_m2": "Verhard na ontharding van het hele potentieel (m²)",
        "sealed_share_after": "Verhardingsgraad na ontharding van het hele potentieel",
        "removable_other_sealed_m2": "Potentieel op overig afgedekte grond (m²)",
        "removable_road_sealed_m2": "Potentieel op wegen die breder zijn dan nodig (m²)",
        "infiltration_2023_m3": "Infiltratievolume dat de hemelwaterverordening voor het potentieel vraagt (m³)",
        "infiltration_2023_m2": "Infiltratieoppervlakte die de hemelwaterverordening voor het potentieel vraagt (m²)",
        "patches": "Aantal vlakken",
        "sealed_earlier_m2": f"Verhard op de vroegere kaart{_date(options)} (m²)",
        "sealed_change_m2": f"Verandering van de verharding sinds de vroegere kaart{_date(options)} (m²)",
        "sealed_change_share": f"Verandering van de verhardingsgraad{_date(options)} (procentpunt)",
    }
    found |= {f"sealed_{use}_m2": f"Verhard: {name} (m²)" for use, name in USES.items()}
    found |= {f"removable_{owner}_m2": f"Potentieel: {name} (m²)" for owner, name in OWNERS.items()}
    found |= {f"stays_{reason}_m2": f"Overig afgedekt dat blijft: {name} (m²)" for reason, name in STAYS.items()}
    for storm in options.all_storms_mm:
        key, rain = storm_key(storm), f"{decimal_text(storm, 0 if storm == int(storm) else 1)} mm"
        found[f"avoided_runoff_{key}_m3"] = f"Vermeden afstroming bij {rain} (m³)"
        found[f"avoided_runoff_{key}_high_m3"] = f"Vermeden afstroming bij {rain}, hoogste raming (m³)"
        found[f"runoff_{key}_m3"] = f"Afstroming nu bij {rain} (m³)"
        found[f"runoff_after_{key}_m3"] = f"Afstroming bij {rain} na ontharding van het hele potentieel (m³)"
    return found


def _date(options: Chosen) -> str:
    return f" van {date_text(options.earlier_date)}" if options.earlier_date else ""
