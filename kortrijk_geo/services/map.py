"""The page ``voorzieningen``: kind by kind who is without reach, a matrix of all kinds, blind spots and places."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle
from typing import TYPE_CHECKING, Any

from kortrijk_geo.capacity.ride_notes import what_if_title
from kortrijk_geo.capacity.site_map import site_points, site_table
from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.mapping import MapSpec, PlanTable, PointLayer, ShapeLayer, area_layers, draw_map, option_labels
from kortrijk_geo.mapping.figures import period
from kortrijk_geo.mapping.matrix import Matrix
from kortrijk_geo.services.columns import capital, minutes_text
from kortrijk_geo.services.notes import method_text
from kortrijk_geo.text.dutch import HOW

if TYPE_CHECKING:
    import folium

    from kortrijk_geo.mapping.spec import AreaLayer
    from kortrijk_geo.services.analysis import ServicesResult

# Okabe and Ito's colours, safe for the colour-blind, then darker relatives.
_COLOURS = (
    "#0072b2", "#56b4e9", "#d55e00", "#e69f00", "#8a3c00", "#cc79a7", "#009e73", "#00543d", "#7a3f62", "#000000",
)  # fmt: skip
# In a longer table the figures of all kinds would make the page heavy.
_MOST_ROWS = 300


def spec(result: ServicesResult) -> MapSpec:
    """Say what the page shows, from a result of `kortrijk_geo.services.analyse`."""
    result = result.published()
    return MapSpec(
        result=result,
        title=what_if_title(THEMES["services"].title, result.what_if),
        area_layers=_layers(result),
        table=_table(result),
        shape_layers=_spots(result),
        point_layers=(_locations(result), *_sites(result)),
        plans=_site_table(result),
        matrix=_matrix(result),
        findings=(_spot_table(result), *([_ahead(result)] if len(result.ahead) else [])),
        option_labels=option_labels(__file__),
        facts=_facts(result),
        method=method_text(result.rules, result.options),
        lead=_lead(result),
        period=f"{period(result.sources)}; mensen van {year} (raming)" if (year := _year(result)) else None,
    )


def _year(result: ServicesResult) -> int | None:
    """Return the year of which the people are, where an expansion is for a later one."""
    years = result.options.get("years")
    return years[-1] if years else None


def _of_year(result: ServicesResult) -> str:
    """Say of which year the people of a table are, where these are not those of today."""
    year = _year(result)
    return f" De mensen zijn die van {year} (raming)." if year else ""


def _lead(result: ServicesResult) -> str:
    """Return the question that the page answers."""
    first = result.kinds[0]
    if "sites" in result.layers:
        by = f" tegen {year}" if (year := _year(result)) else ""
        return f"Waar brengt nieuw aanbod van {first.plural}{by} het meest bij, en wat verandert het?"
    return (
        f"Wie heeft scholen, zorg, dokter, sport en spel binnen {minutes_text(result.rules, first)} {HOW[first.mode]},"
        " wat ontbreekt waar, en wat komt eraan?"
    )


def draw(result: ServicesResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))


def _table(result: ServicesResult) -> tuple[str, ...]:
    """Return the columns of the table, which shows those of the kind on the map; of very many areas none besides."""
    if len(result.areas) > _MOST_ROWS:
        return ()
    names = [column.name for column in result.columns]
    return tuple(name for kind in result.kinds for name in _beside(result, kind.id, names))


def _layers(result: ServicesResult) -> tuple[AreaLayer, ...]:
    """Return the layers of every kind that is known anywhere, each with the other figures of its kind beside it."""
    public = result.published().areas
    # Of places whose size nobody tells, a wijk without any still has 0 per 100: a map of nothing else tells nothing.
    empty = {
        column.name
        for column in result.columns
        if column.name.startswith(("per_100_", "catchment_")) and not (public[column.name] > 0).any()
    }
    known = [
        column
        for column in result.columns
        if column.scale is not None and public[column.name].notna().any() and column.name not in empty
    ]
    drawn = known or [column for column in result.columns if column.scale is not None][:1]
    opening = f"share_beyond_{result.kinds[0].id}_{result.kinds[0].mode}"
    layers = area_layers(drawn, shown=opening)
    table = _table(result)
    by_group = {capital(kind.plural): [name for name in table if f"_{kind.id}" in name] for kind in result.kinds}
    return tuple(
        replace(
            layer,
            heading=result.labels[layer.column],
            beside=tuple(
                name
                # Beside a figure with new places stands the same without them.
                for name in by_group.get(layer.group, (layer.column.removesuffix("_after"),))
                if name != layer.column
            ),
        )
        for layer in layers
    )


def _beside(result: ServicesResult, kind: str, names: list[str]) -> tuple[str, ...]:
    """Return the columns that the table shows with a layer of a kind, those that are known anywhere."""
    wanted = [
        f"people_{kind}", f"locations_{kind}", f"capacity_{kind}", f"per_100_{kind}", f"short_{kind}",
        f"share_beyond_{kind}_walk", f"people_beyond_{kind}_walk", f"share_beyond_{kind}_cycle",
        f"share_beyond_{kind}_transit",
    ]  # fmt: skip
    return tuple(name for name in wanted if name in names and result.areas[name].notna().any())


def _matrix(result: ServicesResult) -> Matrix:
    """Return what is missing where: of every kind the share without reach."""
    return Matrix(
        title="Wat ontbreekt waar",
        note=f"Deel van wie de voorziening nodig heeft, verder dan {minutes_text(result.rules, result.kinds[0])}"
        f" {HOW[result.kinds[0].mode]}: hoe donkerder, hoe meer mensen ze missen.{_of_year(result)}",
        columns={f"share_beyond_{kind.id}_{kind.mode}": capital(kind.short or kind.label) for kind in result.kinds},
    )


def _facts(result: ServicesResult) -> dict[str, Any]:
    """Return the blind spot with most people, for what stands out in the city."""
    spots = result.layers["blind_spots"]
    if spots.empty:
        return {}
    first = spots.iloc[0]
    kind = next(kind for kind in result.kinds if kind.id == first["kind"])
    return {
        "largest_blind_spot": {
            "kind": kind.label,
            "people": int(first["people"]),
            "whom": first["whom"],
            "areas": first["area_names"],
            "minutes": result.rules.minutes(kind),
            "how": HOW[kind.mode],
        }
    }


def _spots(result: ServicesResult) -> tuple[ShapeLayer, ...]:
    frame = result.layers["blind_spots"]
    fields = {
        "kind_label": "zonder", "people": "mensen", "whom": "geteld", "homes": "woningen",
        "nearest_m": "m tot de dichtste", "nearest_name": "dichtste", "area_names": "wijk",
    }  # fmt: skip
    layers = []
    for kind, colour in zip(result.kinds, cycle(_COLOURS)):
        rows = frame[frame["kind"] == kind.id]
        if len(rows):
            layers.append(
                ShapeLayer(
                    rows[[*fields, "geometry"]].reset_index(drop=True), f"Blinde vlekken: {kind.label}", fields,
                    colour=colour, table="blind_spots", where=f"\"kind\" = '{kind.id}'", name="kind_label",
                    shown=kind is result.kinds[0],
                )
            )  # fmt: skip
    return tuple(layers)


def _locations(result: ServicesResult) -> PointLayer:
    frame = result.layers["locations"]
    fields = {"kind": "soort", "name": "naam"}
    if frame["capacity"].notna().any():
        fields |= {"capacity": "capaciteit", "unit": "in"}
    colours = {kind.id: (capital(kind.label), colour) for kind, colour in zip(result.kinds, cycle(_COLOURS))}
    return PointLayer(
        frame[[*fields, "geometry"]], "Voorzieningen", fields, column="kind", colours=colours, radius_px=3.5,
        table="locations", name="name", filter="kind",
    )  # fmt: skip


def _sites(result: ServicesResult) -> list[PointLayer]:
    """Return the sites of an expansion as points."""
    if "sites" not in result.layers:
        return []
    labels = {
        "name": "plek", "places": f"nieuwe {_unit(result)}", "people_in_reach": f"{_whom(result)} in bereik",
        "people_below_norm_in_reach": "waarvan onder het peil", "year": "tegen",
    }  # fmt: skip
    return [site_points(result.published().layers["sites"], f"Gekozen plekken: {result.kinds[0].plural}", labels)]


def _site_table(result: ServicesResult) -> tuple[PlanTable, ...]:
    """Tell the sites of an expansion in the order of choice, with their running total."""
    if "sites" not in result.layers:
        return ()
    labels = {
        "rank": "Volgorde", "name": "Plek", "area": "Wijk", "year": "Tegen", "places": f"Nieuwe {_unit(result)}",
        "together": "Samen", "people_in_reach": f"{capital(_whom(result))} in bereik",
        "people_below_norm_in_reach": "Waarvan onder het peil",
    }  # fmt: skip
    note = "Een rekenvoorbeeld: waar nieuw aanbod het meest bijbrengt. Geen beslissing over een plek."
    title = f"Gekozen plekken: {result.kinds[0].plural}"
    sites = result.published().layers["sites"]
    if sites["site_id"].duplicated().any():
        note += " Een plek die in een later jaar groeit, staat er voor elk jaar één keer en telt als één locatie."
    table = site_table(sites, result.areas["name"], title, "Nieuwe plekken", labels, note)
    return (replace(table, units=dict.fromkeys(("people_in_reach", "people_below_norm_in_reach"), "whole")),)


def _unit(result: ServicesResult) -> str:
    capacity = result.kinds[0].capacity
    return capacity.label if capacity is not None else ""


def _whom(result: ServicesResult) -> str:
    """Return whom a site has in reach, a row of each year those of that year."""
    label = result.rules.find(result.kinds[0].id).people_label
    return f"{label} van dat jaar" if _year(result) else label


def _spot_table(result: ServicesResult) -> PlanTable:
    labels = {
        "rank": "Nr.",
        "kind_label": "Zonder",
        "area_names": "Wijk",
        "people": "Mensen",
        "whom": "Geteld",
        "nearest_m": "Tot de dichtste",
        "nearest_name": "Dichtste",
        "surface_ha": "Oppervlakte (ha)",
        "homes": "Woningen",
        "middle": "Midden (X, Y)",
    }
    frame = result.layers["blind_spots"]
    names = {kind.id: capital(kind.label) for kind in result.kinds}
    middles = [f"{x}, {y}" for x, y in zip(frame["x"], frame["y"], strict=True)]
    frame = frame.assign(kind_label=frame["kind"].map(names), middle=middles)
    note = (
        "Groepen woningen zonder bereik, van meest naar minst mensen; de afstand is die vanaf de woning in het midden."
        if len(frame)
        else "Geen enkele groep woningen zonder bereik is groot genoeg om hier te staan, of het bereik is onbekend."
    )
    return PlanTable(
        "Blinde vlekken", "Blinde vlekken", frame, labels, note=f"{note}{_of_year(result)}",
        units={"surface_ha": "whole", "nearest_m": "metres", "rank": "whole", "people": "whole", "homes": "whole"},
    )  # fmt: skip


def _ahead(result: ServicesResult) -> PlanTable:
    labels = {
        "kind": "Voorziening",
        "people": "Wie ze nodig heeft",
        "now": "Mensen nu",
        "in_2030": "In 2030 (raming)",
        "in_2040": "In 2040 (raming)",
        "promised": "Doel",
        "capacity": "Capaciteit",
        "unit": "Eenheid",
        "locations": "Locaties",
        "foreseen": "Wat van de groei gepubliceerd is",
    }
    return PlanTable(
        "Vooruitblik voor de stad", "Vooruitblik", result.ahead, labels,
        units=dict.fromkeys(("now", "in_2030", "in_2040", "locations", "capacity"), "whole"),
        note="Wat niet gepubliceerd is, is onbekend; een doel van de regio is niet dat van de stad.",
    )  # fmt: skip
