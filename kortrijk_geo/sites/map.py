"""The page ``stadspatrimonium``: the sites by who would lose the last, their ranking, and the uses by area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kortrijk_geo.capacity.ride_notes import what_if_title
from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.mapping import MapSpec, PointLayer, Ranking, area_layers, draw_map, option_labels, table_columns
from kortrijk_geo.results import Scale
from kortrijk_geo.sites.columns import reach_text, site_labels, within_text, without_column
from kortrijk_geo.sites.notes import method_text
from kortrijk_geo.sites.people import GROUPS
from kortrijk_geo.text.dutch import HOW
from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    import folium

    from kortrijk_geo.sites.analysis import SitesResult

# Nobody is a class of its own.
_LOSS = Scale((1.0, 100.0, 500.0, 1_000.0, 2_500.0), "whole", "OrRd")


def spec(result: SitesResult) -> MapSpec:
    """Say what the page shows, from a result of `kortrijk_geo.sites.analyse`."""
    result = result.published()
    first = result.chosen.modes[0]
    minutes = result.chosen.minutes_of(first)
    return MapSpec(
        result=result,
        title=what_if_title(THEMES["sites"].title, result.what_if),
        area_layers=area_layers(result.columns, shown=_first_layer(result, first)),
        table=table_columns(result.columns),
        point_layers=(*_sites(result), _alternatives(result)),
        rankings=(_ranking(result), _uses(result)),
        option_labels=option_labels(__file__),
        method=method_text(result.chosen, result.options),
        lead=f"Wie woont binnen {minutes} minuten van elk gebouw en elke grond van de stad, wie heeft een andere met"
        " hetzelfde gebruik, en wie verliest de laatste als de plek sluit?",
    )


def draw(result: SitesResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))


def _first_layer(result: SitesResult, mode: str) -> str:
    """Return the layer that the page opens with: who has the use that most inhabitants of the city lack."""
    known = {key: count for key in result.uses["use"] if is_finite(count := result.city.get(without_column(key, mode)))}
    return f"share_{max(known, key=lambda key: known[key])}_{mode}" if known else f"share_any_site_{mode}"


def _sites(result: SitesResult) -> list[PointLayer]:
    """Return the sites by who would lose the last; those of which nobody can tell are a layer of their own."""
    mode = result.chosen.modes[0]
    rows = result.layers["city_sites"]
    rows = rows.assign(
        title=rows["name"].fillna(rows["site_id"]), use_label=rows["use_label"].fillna("onbekend gebruik")
    )
    fields = {
        "title": "naam",
        "use_label": "gebruik",
        "floor_m2": "vloeroppervlakte (m²)",
        f"people_{mode}": f"inwoners {within_text(result.chosen, mode)}",
        f"overlap_people_{mode}": "hebben een andere",
        f"loss_people_{mode}": "verliezen de laatste",
        "remark": "opmerking",
    }
    told = rows[f"loss_people_{mode}"].notna()
    compared = PointLayer(
        rows[told],
        f"Plekken van de stad: inwoners die er {HOW[mode]} de laatste verliezen",
        fields,
        column=f"loss_people_{mode}",
        scale=_LOSS,
        radius_px=5.0,
        shown=True,
        table="city_sites",
        where=f'"loss_people_{mode}" IS NOT NULL',
        name="title",
        filter="use_label",
    )
    others = PointLayer(
        rows[~told],
        "Andere plekken van de stad: verlies niet bekend of niet vergeleken",
        {name: label for name, label in fields.items() if not name.startswith(("overlap_", "loss_"))},
        colour="#7b8794",
        radius_px=3.5,
        table="city_sites",
        where=f'"loss_people_{mode}" IS NULL',
        name="title",
        filter="use_label",
    )
    return [layer for layer in (compared, others) if len(layer.frame)]


def _alternatives(result: SitesResult) -> PointLayer:
    labels = result.chosen.uses.labels
    likes = result.layers["alternatives"]
    return PointLayer(
        likes.assign(use_label=likes["use"].map(labels)),
        "Alternatieven van anderen",
        {"name": "naam", "use_label": "gebruik"},
        colour="#4b5563",
        radius_px=3.0,
        table="alternatives",
        name="name",
        filter="use_label",
    )


def _ranking(result: SitesResult) -> Ranking:
    """Tell the sites, those whose closing costs most people their last one first."""
    modes, first = result.chosen.modes, result.chosen.modes[0]
    rows = pd.DataFrame(result.layers["city_sites"].drop(columns="geometry"))
    frame = rows.assign(
        title=rows["name"].fillna(rows["site_id"]),
        use_label=rows["use_label"].fillna("onbekend"),
        remark=rows["remark"].fillna(""),
    ).sort_values([f"loss_people_{first}", f"people_{first}", "site_id"], ascending=[False, False, True])
    about = {"title": "Plek", "area": "Wijk", "use_label": "Gebruik"}
    said = site_labels(result.chosen, result.estimated)
    people = {mode: [f"{part}people_{mode}" for part in ("loss_", "overlap_", "")] for mode in modes}
    ages = [f"{part}{group}_{first}" for part in ("", "loss_") for group in GROUPS if group != "people"]
    others = [name for mode in modes[1:] for name in people[mode]]
    figures = [*people[first], *ages, *others]
    lacked = [f"most_lacked_label_{first}", f"lacking_people_{first}"]
    numbers = [*figures, f"lacking_people_{first}", "floor_m2"]
    labels = {
        **about, **{name: said[name] for name in (*figures, *lacked)}, "floor_m2": "Vloer (m²)",
        "remark": "Opmerking",
    }  # fmt: skip
    note = (
        f"Mensen {reach_text(result.chosen)}. Een rangschikking om over te praten, geen advies om te"
        " sluiten: ze weet niets van wat in een gebouw gebeurt, hoe vol het zit of in welke staat het is."
    )
    return Ranking(
        "De plekken van de stad", "Plekken", frame, labels, units=dict.fromkeys(numbers, "whole"), note=note,
        filters=("area", "use_label"),
    )  # fmt: skip


def _uses(result: SitesResult) -> Ranking:
    """Tell every use that is compared: how many sites, and how many people have one."""
    compared = {use.key for use in result.chosen.uses.compared}
    frame = result.uses[result.uses["use"].isin(compared)]
    labels = {"use_label": "Gebruik", "city_sites": "Plekken van de stad", "alternatives": "Alternatieven van anderen"}
    for mode in result.chosen.modes:
        how = within_text(result.chosen, mode)
        labels[f"share_{mode}"] = f"Inwoners die er een hebben {how}"
        labels[f"people_without_{mode}"] = f"Inwoners zonder {how}"
        labels[f"without_loss_{mode}"] = f"Plekken waar niemand de laatste verliest {HOW[mode]}, één tegelijk"
        labels[f"lose_together_{mode}"] = f"Verliezen de laatste {HOW[mode]} als al die plekken samen sluiten"
    labels["floor_m2"] = "Vloer (m²)"
    counts = [name for name in labels if name not in {"use_label", *(f"share_{mode}" for mode in result.chosen.modes)}]
    others = result.uses[~result.uses["use"].isin(compared)]
    parts = [f"{row.use_label} {row.city_sites}" for row in others.itertuples()]
    note = f"Niet vergeleken, omdat niemand er naar de dichtste gaat: {', '.join(parts)}." if parts else ""
    return Ranking("Per gebruik", "Gebruik", frame, labels, units=dict.fromkeys(counts, "whole"), note=note)
