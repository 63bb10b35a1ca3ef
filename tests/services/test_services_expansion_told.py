"""What an expansion tells of a later year: its people in whole numbers, no few of today, one location per site."""

from __future__ import annotations

import math
from itertools import combinations_with_replacement

import numpy as np
import pytest
import service_town
from service_sites import CARE, GROWTH_2040, PEOPLE, added, chosen, origin, people_to, points

import kortrijk_geo as kg
from kortrijk_geo.capacity import demand_points
from kortrijk_geo.capacity.rules import candidate_rules
from kortrijk_geo.services.decided import grown
from kortrijk_geo.services.map import spec
from kortrijk_geo.services.rules import load_services

XS = (300, 1_200, 2_100, 2_900, 3_600)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return service_town.write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def by_2040(town):
    options = {"places": 20, "unit": 5, "year": 2040, "places_first": 10}
    return kg.services.expand(town, CARE, candidates=points(town, *XS), **options)


@pytest.fixture
def with_few(town, tmp_path):
    """Build the town with so many people of 65 or more in all of its east, in the last home along the street."""

    def build(number):
        homes, areas = town.homes.copy(), town.areas.copy()
        east = (homes["area_id"] == "O").to_numpy()
        homes.loc[east, ["age_65_79", "age_80_plus"]] = 0.0
        homes.loc[np.flatnonzero(east)[-3], "age_65_79"] = number  # the last two are on the island
        areas.loc[areas["area_id"] == "O", ["age_65_79", "age_80_plus"]] = [number, 0.0]
        whole = town.boundary.assign(age_65_79=[80.0 + number], age_80_plus=[40.0])
        return service_town.write_town(tmp_path / str(number), homes=homes, areas=areas, boundary=whole)

    return build


def figure(result, key):
    return next(one for one in result.headlines if one.key == key)


def test_a_site_that_grows_in_a_later_year_is_one_location(town):
    options = {"places": 20, "unit": 5, "year": 2040, "places_first": 10}
    result = kg.services.expand(town, CARE, candidates=points(town, 2_900), **options)
    sites = result.layers["sites"]
    assert sites["year"].tolist() == [2030, 2040]
    new = result.city[f"locations_{CARE}_after"] - result.city[f"locations_{CARE}"]
    assert new == 1 == sites["site_id"].nunique() == figure(result, "new_sites").value
    assert result.areas.loc["O", f"locations_{CARE}_after"] == 1
    assert result.city[f"capacity_{CARE}_after"] == 70


def test_sites_headline_and_locations_agree(by_2040):
    new = by_2040.city[f"locations_{CARE}_after"] - by_2040.city[f"locations_{CARE}"]
    assert new == by_2040.layers["sites"]["site_id"].nunique() == figure(by_2040, "new_sites").value


@pytest.mark.parametrize(("number", "known"), [(4.0, False), (5.0, False), (10.0, True)])
def test_who_divides_by_the_published_growth_finds_no_few(with_few, number, known):
    # 4 people of today are 5.1 in 2040; 5 are told as 6, which is 4.7 of today.
    city = with_few(number)
    spots = points(city, 3_950, 300)
    result = kg.services.expand(
        city, CARE, places=10, unit=5, year=2040, places_first=0, norm=60.0, candidates=spots, max_places_per_site=5
    )  # fmt: skip
    public = result.published()
    sites = public.layers["sites"].set_index("name")
    east = sites.loc["plek 3950", "people_in_reach"]
    assert east == round(number * GROWTH_2040) if known else math.isnan(east)
    assert sites.loc["plek 300", "people_in_reach"] == round(6 * 15 * GROWTH_2040)
    people = public.areas[f"people_{CARE}"]
    assert people["O"] == round(number * GROWTH_2040) if known else people.isna().all()
    counts = [name for name in public.areas.columns if name.startswith("people_")]
    of_sites = sites[["people_in_reach", "people_below_norm_in_reach"]]
    told = np.concatenate([public.areas[counts].to_numpy().ravel(), of_sites.to_numpy().ravel()])
    told = told[~np.isnan(told) & (told != 0)]
    assert (told == np.round(told)).all()
    assert (told / GROWTH_2040 >= 5).all()
    assert public.city[f"people_{CARE}"] == round((120 + number) * GROWTH_2040)


def test_the_year_of_the_people_stands_with_every_figure_of_them(by_2040):
    page = spec(by_2040)
    assert page.period.endswith("31 december 2024; mensen van 2040 (raming)")
    labels = [label for name, label in by_2040.labels.items() if name.startswith(("people", "share", "per_100"))]
    assert labels
    assert all("65-plussers in 2040" in label for label in labels)
    beyond = [one.label for one in by_2040.headlines if one.key.startswith("share_beyond")]
    assert len(beyond) == 2
    assert all("65-plussers in 2040" in label for label in beyond)
    assert set(by_2040.layers["blind_spots"]["whom"]) == {"65-plussers in 2040"}
    assert page.matrix.note.endswith("De mensen zijn die van 2040 (raming).")
    assert page.findings[0].note.endswith("De mensen zijn die van 2040 (raming).")
    assert page.plans[0].labels["people_in_reach"] == "65-plussers van dat jaar in bereik"


def test_without_a_year_the_people_are_those_of_today(town):
    result = kg.services.expand(town, CARE, places=5, unit=5, candidates=points(town, 2_900))
    page = spec(result)
    assert page.period is None
    assert "20" not in page.plans[0].labels["people_in_reach"] + page.matrix.note[-60:]


def test_how_sure_the_plan_is_is_no_goal(by_2040):
    gap = figure(by_2040, "optimality_gap")
    assert (gap.target, gap.target_kind) == (None, "")
    assert "geen beleidsdoel" in gap.reason


def test_all_new_places_together_are_worth_what_the_people_of_the_last_year_gain(town, by_2040):
    west = origin(town)[0]
    later, level = grown(town, load_services().find(CARE), GROWTH_2040), 100 * 70 / (PEOPLE * GROWTH_2040)
    everything = added(later, chosen(by_2040, west), 5)
    together = figure(by_2040, "objective_value_together")
    assert together.value == pytest.approx(people_to(everything, level) - people_to(later, level))
    assert "alle 20 plaatsen samen, mensen van 2040" in together.label
    last = figure(by_2040, "objective_value")
    assert "enkel de 10 plaatsen van 2040, bovenop die van 2030" in last.label
    assert last.value < together.value


@pytest.mark.parametrize("cell_m", [1_000.0, 5_000.0])
def test_a_plan_chosen_on_coarse_points_is_told_as_it_is_on_the_homes(town, monkeypatch, cell_m):
    rules = candidate_rules()
    coarse = rules.model_copy(update={"demand": rules.demand.model_copy(update={"cells_m": (cell_m,)})})
    monkeypatch.setattr(demand_points, "candidate_rules", lambda: coarse)
    level = 12.0  # where 15 places lift some homes of a point beyond it, and others not to it
    before = people_to(town, level)
    worth = {plan: people_to(added(town, plan, 5), level) - before for plan in combinations_with_replacement(XS, 3)}
    result = kg.services.expand(town, CARE, places=15, unit=5, norm=level, candidates=points(town, *XS))
    plan, own = result.options["plan"], worth[chosen(result, origin(town)[0])]
    assert plan["value"] != pytest.approx(own, rel=0.01)
    assert plan["value_on_homes"] == pytest.approx(own)
    assert figure(result, "objective_value").value == pytest.approx(own)
    assert max(worth.values()) <= own * (1 + plan["gap_on_homes"]) * (1 + 1e-9)
    assert figure(result, "optimality_gap").value == plan["gap_on_homes"]
    assert any("op alle woningen herrekend" in note for note in result.notes)
