"""What may be published of the people around sites: whole numbers, no count of few, and no ages where few live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.sites.columns import HOW
from kortrijk_geo.sites.people import GROUPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from kortrijk_geo.sites.rules import Mode

_AGES = tuple(key for key in GROUPS if key != "people")


def without_few(rows: gpd.GeoDataFrame, modes: Sequence[Mode], least: int) -> tuple[gpd.GeoDataFrame, int]:
    """Return the sites as they may be published, and of how many something is left out.

    Where fewer than ``least`` people live within reach there are no ages. A count of somebody, but of fewer than
    ``least``, is unknown, and so is the one that would give it by subtraction: who has another and who loses the last
    are together all within reach. That it is so few is said in the remark. Counts are whole: how two sites near one
    another differ to the decimal would tell of single homes.

    Parameters
    ----------
    rows
        The sites, as `kortrijk_geo.sites.figures.site_rows` gives them.
    modes
        Modes of their columns.
    least
        From how many people on a count is published.
    """
    public = rows.assign(remark=_remarks(rows, modes, least))
    hidden = np.zeros(len(rows), bool)
    for mode in modes:
        few_people = _few(rows[f"people_{mode}"].to_numpy(), least)
        for group in GROUPS:
            names = [f"{part}{group}_{mode}" for part in ("", "overlap_", "loss_")]
            reach, overlap, loss = (rows[name].to_numpy("float64") for name in names)
            no_reach = _few(reach, least) | (few_people & (group in _AGES))
            whole, lost = np.round(reach), np.round(loss)
            # What rounding leaves of 9,5 may be 9: the number that is published is the one that counts.
            few_parts = [_few(part, least) for part in (overlap, loss, whole - lost)]
            no_parts = no_reach | np.any(few_parts, axis=0)
            for name, values, left_out in zip(
                names, (whole, whole - lost, lost), (no_reach, no_parts, no_parts), strict=True
            ):
                public[name] = np.where(left_out, np.nan, values)
                hidden |= left_out
        lacking = rows[f"lacking_people_{mode}"].to_numpy("float64")
        few = few_people | _few(lacking, least)
        hidden |= few
        public[f"lacking_people_{mode}"] = np.where(few, np.nan, np.round(lacking))
        for name in (f"most_lacked_{mode}", f"most_lacked_label_{mode}"):
            public[name] = rows[name].where(~few, None)
    return public, int(hidden.sum())


def _few(counts: np.ndarray, least: int) -> np.ndarray:
    """Whether a count is of somebody, but of fewer than ``least``."""
    return np.asarray((counts > 0) & (np.round(counts) < least), dtype=bool)


def _remarks(rows: gpd.GeoDataFrame, modes: Sequence[Mode], least: int) -> list[str | None]:
    """Say of every site, after its own remark, which of its counts of inhabitants are of few."""
    texts = [rows["remark"].fillna("").to_numpy(object)]
    for mode in modes:
        for part, text in (
            ("", f"minder dan {least} inwoners binnen bereik"),
            ("overlap_", f"minder dan {least} inwoners hebben een andere"),
            ("loss_", f"minder dan {least} inwoners verliezen de laatste"),
        ):
            few = _few(rows[f"{part}people_{mode}"].to_numpy("float64"), least)
            texts.append(np.where(few, f"{text} {HOW[mode]}", ""))
    return ["; ".join(filter(None, of_site)) or None for of_site in zip(*texts, strict=True)]
