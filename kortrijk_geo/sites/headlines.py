"""What a council member reads first of the city's sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kortrijk_geo.figure import SHARE, Figure
from kortrijk_geo.sites.columns import within_text
from kortrijk_geo.sites.figures import AT_LEAST, ONLY_OWN, told_labels
from kortrijk_geo.sites.people import GROUPS
from kortrijk_geo.text.dutch import HOW
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from kortrijk_geo.sites.measure import ModeReach
    from kortrijk_geo.sites.options import Chosen
    from kortrijk_geo.sites.rules import Mode
    from kortrijk_geo.sites.stock import Stock


def headlines(
    rows: gpd.GeoDataFrame, measured: Sequence[ModeReach], whole: dict[str, Any], stock: Stock, chosen: Chosen,
    source: str,
) -> tuple[list[Figure], dict[str, Any]]:  # fmt: skip
    """Return the headlines, and the figures of the whole city that only they need."""
    inside = rows[rows["area_id"].notna()]
    labels = told_labels(stock, chosen.uses)
    more: dict[str, Any] = {}
    first: list[Figure] = []
    rest: list[Figure] = []
    for times in measured:
        mode, within = times.mode, within_text(chosen, times.mode)
        loss = inside[f"loss_people_{mode}"].to_numpy("float64")
        known = int((~np.isnan(loss)).sum())
        key = f"without_loss_{mode}"
        more[key] = float((loss == 0).sum()) if known else None
        more[f"compared_sites_{mode}"] = known
        first.append(
            Figure(
                key, f"plekken van de stad waar bij sluiting, één tegelijk, niemand de laatste {within} verliest",
                more[key],
                f"van {known} plekken zonder verlies", source=source,
                reason="" if known else "van geen enkele plek is bekend wie er de laatste verliest",
            )
        )  # fmt: skip
        rest += [
            _largest_loss(inside, mode, within, more, source, labels),
            *_most_lacked(whole, mode, within, labels, source),
        ]
        covered = {"known_share": plain(whole[f"known_share_{mode}"]), "known_of": "inwoners"}
        rest.append(
            Figure(
                f"share_any_site_{mode}", f"inwoners met een publieke plek van de stad {within}",
                plain(whole[f"share_any_site_{mode}"]), SHARE, source=source, **covered,
            )
        )  # fmt: skip
    sites = Figure(
        "city_sites", "gebouwen en gronden van de stad", float(whole["city_sites"]), "plekken", source=source
    )
    return [*first, *rest, sites], more


def _firm(labels: dict[str, str]) -> list[str]:
    """Return the uses of which places of others are known: a headline rests on these, where there are any."""
    return [key for key, label in labels.items() if ONLY_OWN not in label]


def _largest_loss(
    inside: gpd.GeoDataFrame, mode: Mode, within: str, more: dict[str, Any], source: str, labels: dict[str, str]
) -> Figure:  # fmt: skip
    key, what = f"largest_loss_{mode}", "grootste verlies als één plek sluit"
    loss = inside[f"loss_people_{mode}"]
    if not loss.notna().any():
        more[key] = None
        return Figure(key, f"{what}: inwoners zonder hun laatste {within}", None, "inwoners", source=source)
    firm = loss[inside["use_key"].isin(_firm(labels))].dropna()
    loss = loss if firm.empty else firm
    row = inside.loc[loss.idxmax()]
    more[key] = float(round(loss.max()))
    name = row["name"] or row["site_id"]
    least = f"{GROUPS['people'][0]} {HOW[mode]}: {AT_LEAST}" in (row["remark"] or "")
    reason = f"{AT_LEAST}, van een deel van de inwoners is het aantal onbekend" if least else ""
    label = f"{what} ({name}): inwoners zonder hun laatste {labels[row['use_key']]} {within}"
    return Figure(
        key, label, more[key], "inwoners", source=source, definition=f"als {row['site_id']} sluit", reason=reason
    )


def _most_lacked(whole: dict[str, Any], mode: str, within: str, labels: dict[str, str], source: str) -> list[Figure]:
    """Return the use that most inhabitants of the city have nowhere within reach."""
    lacking = {key: whole[f"people_without_{key}_{mode}"] for key in labels}
    known = {key: count for key, count in lacking.items() if not np.isnan(count)}
    if not known:
        return []
    firm = [key for key in _firm(labels) if key in known]
    key = max(firm or known, key=lambda name: known[name])
    what = f"zonder {labels[key]} {within}"
    return [
        Figure(
            f"most_lacked_people_{mode}", f"inwoners {what}, het gebruik dat het meest ontbreekt",
            float(round(known[key])), "inwoners", source=source, definition=what,
            known_share=plain(whole[f"known_share_{mode}"]), known_of="inwoners",
        )
    ]  # fmt: skip
