"""What may be published of the people around sites: tens, no count of few, and no ages where few live.

Two sites near one another have circles that differ by a home: to the person they would tell who lives there. Tens do
not. Wijken do not overlap, so that of them whole numbers are published, but for few and what tells few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kortrijk_geo.capacity.privacy import hidden_rows, is_few, round_tens, whole_people
from kortrijk_geo.sites.people import GROUPS
from kortrijk_geo.text.dutch import HOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

    from kortrijk_geo.sites.rules import Mode

_AGES = tuple(key for key in GROUPS if key != "people")


def without_few(rows: gpd.GeoDataFrame, modes: Sequence[Mode], least: int) -> tuple[gpd.GeoDataFrame, int]:
    """Return the sites as they may be published, and of how many something is left out.

    Where fewer than ``least`` people live within reach there are no ages. A count of somebody, but of fewer than
    ``least``, is unknown, and so is the one that would give it by subtraction: who has another and who loses the last
    are together all within reach. That it is so few is said in the remark. Counts are tens.

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
        few_people = is_few(rows[f"people_{mode}"].to_numpy(), least)
        for group in GROUPS:
            names = [f"{part}{group}_{mode}" for part in ("", "overlap_", "loss_")]
            reach, overlap, loss = (rows[name].to_numpy("float64") for name in names)
            no_reach = is_few(reach, least) | (few_people & (group in _AGES))
            whole, lost = round_tens(reach), round_tens(loss)
            # Who has another is told as what is left, so that the three are together right.
            few_parts = [is_few(part, least) for part in (overlap, loss, whole - lost)]
            no_parts = no_reach | np.any(few_parts, axis=0)
            for name, values, left_out in zip(
                names, (whole, whole - lost, lost), (no_reach, no_parts, no_parts), strict=True
            ):
                public[name] = np.where(left_out, np.nan, values)
                hidden |= left_out
        lacking = rows[f"lacking_people_{mode}"].to_numpy("float64")
        few = few_people | is_few(lacking, least)
        hidden |= few
        public[f"lacking_people_{mode}"] = np.where(few, np.nan, round_tens(lacking))
        for name in (f"most_lacked_{mode}", f"most_lacked_label_{mode}"):
            public[name] = rows[name].where(~few, None)
    return public, int(hidden.sum())


def without_few_of_areas(
    frame: pd.DataFrame, whole: dict[str, Any], names: Sequence[tuple[str, str, str | None]], least: int
) -> tuple[pd.DataFrame, dict[str, Any], list[str]]:
    """Return the figures of areas and city as they may be published, and a Dutch note where any are left out.

    Where fewer than ``least`` people have something, or lack it, the share and the counts are unknown, and in as many
    other areas as it takes that the total of the city tells none of them.

    Parameters
    ----------
    frame, whole
        Figures of the areas and of the city, with ``population``.
    names
        Of each figure: its share, who lack it, and who have it (None where that is no column).
    least
        From how many people on a count is published.
    """
    # As arrays: there are hundreds of these columns, and a frame takes milliseconds for each.
    columns = {name: frame[name].to_numpy("float64") for triple in names for name in triple if name is not None}
    population = frame["population"].to_numpy("float64")
    told, hidden = dict(whole), 0
    for share, lack, have in names:
        written = [name for name in (share, lack, have) if name is not None]
        rows = np.zeros(len(frame), dtype=bool)
        for part in _parts(columns[share], columns[lack], population):
            rows |= hidden_rows(whole_people(part), least)
        of_city = _parts(*(np.array([np.nan if whole[name] is None else whole[name]], dtype="float64")
                           for name in (share, lack, "population")))  # fmt: skip
        few = any(is_few(whole_people(part), least).any() for part in of_city)
        if few:
            told |= dict.fromkeys(written, np.nan)
        hidden += int(rows.any() or few)
        for name in written:
            columns[name] = np.where(rows, np.nan, columns[name])
        for name in (name for name in written if name != share):
            columns[name] = np.round(columns[name])
            told[name] = np.round(told[name]) if told[name] is not None else None
    public = frame.assign(**columns)
    if not hidden:
        return public, told, []
    text = (
        f"Waar minder dan {least} inwoners iets hebben of missen, of waar hun aantal uit het totaal van de stad zou"
        " volgen, staat dat cijfer in geen bestand."
    )
    return public, told, [text]


def _parts(share: Any, lack: Any, population: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return who lack and who have something, from their number where it is known and else from the share."""
    of, people, lacking = (np.asarray(values, dtype="float64") for values in (share, population, lack))
    have, missing = people * of, np.where(np.isnan(lacking), people * (1 - of), lacking)
    return missing, have


def _remarks(rows: gpd.GeoDataFrame, modes: Sequence[Mode], least: int) -> list[str | None]:
    """Say of every site, after its own remark, which of its counts of inhabitants are of few."""
    texts = [rows["remark"].fillna("").to_numpy(object)]
    for mode in modes:
        for part, text in (
            ("", f"minder dan {least} inwoners binnen bereik"),
            ("overlap_", f"minder dan {least} inwoners hebben een andere"),
            ("loss_", f"minder dan {least} inwoners verliezen de laatste"),
        ):
            few = is_few(rows[f"{part}people_{mode}"].to_numpy("float64"), least)
            texts.append(np.where(few, f"{text} {HOW[mode]}", ""))
    return ["; ".join(filter(None, of_site)) or None for of_site in zip(*texts, strict=True)]
