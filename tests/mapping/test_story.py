"""What an index says stands out: every sentence against figures that are counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from kortrijk_geo.atlas.story import opening_page, remarks
from kortrijk_geo.figure import Figure


def page(theme: str, areas: list[dict[str, Any]], *headlines: Figure, **more: Any) -> dict[str, Any]:
    """Return a written page as ``atlas.json`` has it."""
    result = {
        "areas": areas,
        "city": more.pop("city", {}),
        "options": more.pop("options", {}),
        "headlines": [figure.record() for figure in headlines],
    }
    return {"theme": theme, "page": f"{theme}_pagina", "title": theme.title(), "result": result, **more}


def wijk(name: str, children: float | None, places: float | None, **more: Any) -> dict[str, Any]:
    """Return an area held against 60 places per 100 children; the shortages are counted by the caller."""
    rate = None if places is None or not children else 100 * places / children
    below = None if rate is None else rate < 60
    return {"name": name, "places_per_100_children": rate, "below_norm": below, "few_children": False, **more}


def childcare(*areas: dict[str, Any], places: float | None = 150, children: float | None = 300) -> dict[str, Any]:
    options = {"norm": 60.0, "norm_label": "Kortrijknorm"}
    return page("childcare", list(areas), options=options, city={"places": places, "children_0_2": children})


def text(*pages: dict[str, Any]) -> str:
    return " ".join(remark.text for remark in remarks(pages))


# 300 children and 150 places are 50 per 100. Noord lacks 0.6 x 100 - 20 = 40 places, Zuid 0.6 x 150 - 80 = 10.
NOORD = wijk("Noord", 100, 20, shortage_places=40.0)
ZUID = wijk("Zuid", 150, 80, shortage_places=10.0)
WEST = wijk("West", 50, 50, shortage_places=0.0)


def test_the_area_farthest_below_the_norm_and_what_a_hundred_places_would_do() -> None:
    # (150 + 100) / 300 = 83,3 per 100, over the norm; 40 + 10 places lack, and a hundred fill them all.
    assert text(childcare(NOORD, ZUID, WEST)) == (
        "Noord ligt het verst onder de Kortrijknorm van 60 opvangplaatsen per 100 kinderen: er zijn er 20,0"
        " (40 plaatsen tekort). 100 plaatsen erbij brengen de stad als geheel, met de kinderen van vandaag, van 50"
        " naar 83,3 per 100 kinderen: dat haalt de norm; van de 50 plaatsen tekort in de gebieden onder de norm"
        " kunnen dan alle ingevuld worden."
    )


def test_a_hundred_places_leave_a_shortage_where_more_is_lacking() -> None:
    # 1000 children, 300 places: (300 + 100) / 1000 = 40; 600 - 400 = 200 still lack; 240 + 60 - 100 = 200 in the areas.
    areas = [wijk("A", 500, 60, shortage_places=240.0), wijk("B", 500, 240, shortage_places=60.0)]
    told = text(childcare(*areas, places=300, children=1000))
    assert "van 30 naar 40 per 100 kinderen: daar blijven 200 plaatsen tekort;" in told
    assert "van de 300 plaatsen tekort in de gebieden onder de norm blijven er dan minstens 200 over." in told


def test_a_tie_is_told_as_a_tie() -> None:
    told = text(childcare(NOORD, wijk("Oost", 200, 40, shortage_places=80.0), WEST))
    assert told.startswith(
        "Noord en Oost liggen het verst onder de Kortrijknorm van 60 opvangplaatsen per 100 kinderen"
    )
    assert "elk 20,0." in told


def test_an_area_that_is_not_known_is_told_and_its_shortage_is_in_no_sum() -> None:
    told = text(childcare(NOORD, WEST, wijk("Oost", None, 10, shortage_places=None)))
    assert "(40 plaatsen tekort) (van 2 van de 3 gebieden)." in told
    assert told.endswith("per 100 kinderen: dat haalt de norm.")


def test_what_is_unknown_gives_no_sentence() -> None:
    nowhere = wijk("Noord", None, None, shortage_places=None)
    assert remarks([childcare(nowhere, places=None)]) == []
    assert remarks([childcare(nowhere, children=None)]) == []
    assert remarks([{"theme": "childcare", "page": "kinderopvang", "title": "Opvang", "status": "mislukt"}]) == []


def test_where_a_child_more_or_less_decides_no_area_is_named() -> None:
    told = text(childcare(NOORD, wijk("Klein", 4, 0, shortage_places=3.0, few_children=True)))
    assert told.startswith("Noord ligt")
    assert "gebieden met weinig kinderen niet meegerekend" in told


def test_a_city_in_which_all_areas_reach_the_norm_is_told_so() -> None:
    assert text(childcare(WEST, places=None)) == (
        "Alle gebieden halen de Kortrijknorm van 60 opvangplaatsen per 100 kinderen."
    )


def test_lowest_and_highest_share_within_a_quarter_of_an_hour() -> None:
    figure = Figure(
        "share_all_walk_15", "Inwoners met alles te voet", 0.45, "aandeel", known_share=0.8, known_of="inwoners"
    )
    areas = [
        {"name": name, "share_all_walk_15": share}
        for name, share in [("A", 0.0), ("B", 0.0004), ("C", 0.0), ("D", 0.0), ("E", 0.0), ("F", 0.97), ("G", None)]
    ]
    assert text(page("reach", areas, figure)) == (
        "Inwoners met alles te voet: het laagst in A, B, C en 2 andere (0,0 %), het hoogst in F (97,0 %);"
        " de stad als geheel 45,0 % van 80 % van de inwoners (van 6 van de 7 gebieden)."
    )


def test_a_bound_is_told_as_a_bound_and_a_goal_by_its_name() -> None:
    figure = Figure(
        "social_per_100_households", "Sociale huurwoningen", None, "per 100", 11.1, low=9.0, target_kind="aim"
    )
    areas = [
        {"name": "A", figure.key: 2.0},
        {"name": "B", figure.key: 18.0},
        {"name": "C", figure.key: 99.0, "small_area": True},
    ]
    told = text(page("housing", areas, figure))
    assert told == (
        "Sociale huurwoningen: het laagst in A (2,0), het hoogst in B (18,0); de stad als geheel minstens 9"
        " (streefdoel 11,1) (van 2 van de 3 gebieden)."
    )


@pytest.mark.parametrize(
    ("patches", "told"),
    [
        (
            [{"m2": 4210.0, "area": "Heule"}],
            "Het grootste vlak op openbare grond dat open kan, is 4.210 m² groot en ligt in",
        ),
        ([{"m2": 90.0, "area": "A"}, {"m2": 90.0, "area": "B"}], "die open kunnen, elk 90 m², liggen in A en B"),
        ([], ""),
    ],
)
def test_the_largest_patch_on_public_ground(patches: list[dict[str, Any]], told: str) -> None:
    sentence = text(page("unsealing", [], facts={"largest_public_patches": patches}))
    assert told in sentence
    assert bool(sentence) is bool(patches)


def test_crowns_and_warmth_are_told_beside_each_other() -> None:
    figure = Figure("canopy_share", "Aandeel boomkronen op land", 0.05, "aandeel", 0.3, target_kind="guideline")
    areas = [
        {"name": "A", "canopy_share": 0.02, "surface_temperature_c": 36.42},
        {"name": "B", "canopy_share": 0.08, "surface_temperature_c": None},
    ]
    assert text(page("trees", areas, figure)) == (
        "Aandeel boomkronen op land: het laagst in A (2,0 %), het hoogst in B (8,0 %); de stad als geheel 5,0 %"
        " (richtlijn 30 %). Het oppervlak is het warmst in A (36,4 °C) (van 1 van de 2 gebieden)."
    )


def test_a_comparison_is_not_the_state_of_a_city() -> None:
    assert remarks([{**childcare(NOORD), "page": "kinderopvang_vergelijking"}]) == []


def test_an_index_opens_with_the_first_map_that_knows_an_area() -> None:
    grey = {"colours": ["#dfe3e8"], "classes": [{"label": "1", "colour": "#ffffff"}]}
    coloured = {"colours": ["#ffffff"], "classes": [{"label": "1", "colour": "#ffffff"}]}
    trees, nothing_known = page("trees", [], picture=coloured), page("childcare", [], picture=grey)
    assert opening_page([nothing_known, trees]) == "trees_pagina"
    assert opening_page([{**trees, "theme": "own"}]) == "trees_pagina"
    assert opening_page([nothing_known]) == ""
