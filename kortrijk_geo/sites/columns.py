"""The columns of the areas and of the sites: what each is called, how it is written, and how the map colours it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kortrijk_geo.capacity.ride import DEFINES_RIDE
from kortrijk_geo.pack.estimates import MARK
from kortrijk_geo.pack.gate import Rests
from kortrijk_geo.results import Column, Scale
from kortrijk_geo.sites.people import GROUPS
from kortrijk_geo.text.dutch import HOW

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kortrijk_geo.sites.options import Chosen
    from kortrijk_geo.sites.rules import Mode

_SHARES = Scale.of_data("share")
_COUNTS = Scale.of_data("whole")
# Figures of areas rest on the inhabitants of their homes; those of a site on homes of several areas.
_RESIDENTS = (Rests("population", "homes", "areas"),)
_AROUND = tuple(replace(rest, everywhere=True) for rest in _RESIDENTS)
RESTS: dict[str, tuple[Rests, ...]] = {
    **dict.fromkeys(
        ("population", "share_*", "people_without_*", "missing_most_*", "most_lacked_people_*"), _RESIDENTS
    ),
    **dict.fromkeys(
        ("lacking_people_*", *(f"most_lacked_{mode}" for mode in HOW), "most_lacked_label_*", "largest_loss_*",
         "without_loss_*", "lose_together_*"),
        _AROUND,
    ),
    **{
        f"{part}{group}_{mode}": tuple(
            Rests("population" if column == "residents" else column, "homes", "areas", everywhere=True)
            for column in counted
        )
        for mode in HOW
        for group, (_, counted) in GROUPS.items()
        for part in ("", "overlap_", "loss_")
    },
}  # fmt: skip
# Which options define a figure; the minutes stand in the definition of each.
_NETWORK = ("uses_version", "uses_file", "minutes", "snap_to", "max_snap_m", "same_rows_m", "same_amenity_m")
_OF_MODE: dict[Mode, tuple[str, ...]] = {
    "walk": ("walk_m_per_min",),
    "cycle": ("cycle_m_per_min",),
    "transit": ("transit_minutes", "walk_m_per_min", *DEFINES_RIDE),
}
_NOT_OF = {"transit": ("minutes",)}
DEFINED_BY: dict[str, tuple[str, ...]] = {
    pattern: (*_OF_MODE[mode], *(name for name in _NETWORK if name not in {"uses_file", *_NOT_OF.get(mode, ())}))
    for mode in _OF_MODE
    for pattern in (
        f"share_*_{mode}",
        f"people_without_*_{mode}",
        f"*_loss_{mode}",
        f"lose_together_*_{mode}",
        f"most_lacked_people_{mode}",
    )
}


def within_text(chosen: Chosen, mode: Mode) -> str:
    """Return within how many minutes, and how."""
    return f"binnen {chosen.minutes_of(mode)} minuten {HOW[mode]}"


def reach_text(chosen: Chosen) -> str:
    """Return within how many minutes, with how one goes where that makes a difference."""
    told = {chosen.minutes_of(mode) for mode in chosen.modes}
    if len(told) == 1:
        return f"binnen {told.pop()} minuten"
    on_streets = [HOW[mode] for mode in chosen.modes if mode != "transit"]
    return f"binnen {chosen.minutes} minuten {' of '.join(on_streets)}, of {within_text(chosen, 'transit')}"


def columns(chosen: Chosen, labels: Mapping[str, str]) -> list[Column]:
    """Return the columns of the areas, by use with these labels; the table has the shares of the first mode only."""
    return [
        Column("name", "Gebied"),
        Column("population", "Inwoners", "whole", table=True, adds=True),
        Column("city_sites", "Gebouwen en gronden van de stad", "whole", "Aanbod", _COUNTS, table=True, adds=True),
        Column("floor_m2", "Vloeroppervlakte (m²)", "whole", adds=True),
        *(column for mode in chosen.modes for column in _of_mode(mode, chosen, labels)),
    ]


def _of_mode(mode: Mode, chosen: Chosen, labels: Mapping[str, str]) -> list[Column]:
    how, first = HOW[mode], mode == chosen.modes[0]
    within = within_text(chosen, mode)
    names = {"any_site": "een publieke plek van de stad", **labels}
    return [
        *(
            Column(
                f"share_{key}_{mode}", f"Inwoners met {name} {within}", group=how.capitalize(), scale=_SHARES,
                short=f"{name[:1].upper()}{name[1:]}: deel van de inwoners {within}", table=first,
            )
            for key, name in names.items()
        ),
        Column(f"missing_most_label_{mode}", f"Gebruik dat {how} het meest ontbreekt", table=True),
        *(
            Column(f"people_without_{key}_{mode}", f"Inwoners zonder {name} {within}", "whole", adds=True)
            for key, name in names.items()
        ),
    ]  # fmt: skip


def site_labels(chosen: Chosen, estimated: Collection[str]) -> dict[str, str]:
    """Return the Dutch label of every figure of a site, by column; ``estimated`` are groups that are estimates."""
    labels: dict[str, str] = {}
    for mode in chosen.modes:
        how = HOW[mode]
        labels |= {
            f"people_{mode}": f"inwoners {how}",
            f"overlap_people_{mode}": f"hebben een andere {how}",
            f"loss_people_{mode}": f"verliezen de laatste {how}",
        }
        for group, (name, _) in list(GROUPS.items())[1:]:
            mark = MARK if group in estimated else ""
            labels |= {
                f"{group}_{mode}": f"{name} {how}{mark}",
                f"overlap_{group}_{mode}": f"{name} met een andere {how}{mark}",
                f"loss_{group}_{mode}": f"{name} die de laatste verliezen {how}{mark}",
            }
    for mode in chosen.modes:
        labels[f"most_lacked_label_{mode}"] = f"gebruik dat hier {HOW[mode]} het meest ontbreekt"
        labels[f"lacking_people_{mode}"] = f"inwoners zonder dat gebruik {HOW[mode]}"
    return {name: f"{label[:1].upper()}{label[1:]}" for name, label in labels.items()}


def without_column(key: str, mode: str) -> str:
    """Return the column of the inhabitants who have no place of a use within reach."""
    return f"people_without_{key}_{mode}"
