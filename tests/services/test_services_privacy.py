"""No published file tells few people beyond reach or within it, not even by subtracting what it does tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import service_town

import kortrijk_geo as kg
from kortrijk_geo.services.privacy import few_of_the_city, without_few
from kortrijk_geo.services.rules import load_services

LEAST = 5


def published(kind, people, beyond):
    people, beyond = np.array(people, dtype=float), np.array(beyond, dtype=float)
    areas = pd.DataFrame(
        {
            f"people_{kind}": people,
            f"people_beyond_{kind}_walk": beyond,
            f"share_beyond_{kind}_walk": beyond / people,
        }
    )
    return without_few(areas, [load_services().find(kind)], LEAST)


@pytest.mark.parametrize("kind", ["day_care_elderly", "library"])
@pytest.mark.parametrize(
    ("beyond", "hidden"),
    [
        ([2, 40, 30, 90], [True, False, True, False]),  # the next smallest too, or the total would tell the 2
        ([0, 40, 30, 90], [False] * 4),  # nobody is no few
    ],
)
def test_a_hidden_row_does_not_follow_from_the_total(kind, beyond, hidden):
    people = [150, 100, 200, 300]
    public, notes = published(kind, people, beyond)
    count = public[f"people_beyond_{kind}_walk"]
    assert count.isna().tolist() == hidden
    assert public[f"share_beyond_{kind}_walk"].isna().tolist() == hidden  # unknown, and not 0
    assert bool(notes) == any(hidden)
    left = sum(beyond) - count.sum()
    assert not any(hidden) or (sum(hidden) >= 2 and left >= LEAST)


@pytest.mark.parametrize("kind", ["day_care_elderly", "library"])
def test_few_within_reach_are_hidden_as_few_beyond_it_are(kind):
    people, beyond = [100, 100, 200, 300], [97, 40, 180, 90]  # 3 of the first are within
    public, _ = published(kind, people, beyond)
    hidden = public[f"people_beyond_{kind}_walk"].isna().to_numpy()
    assert hidden.tolist() == [True, False, True, False]
    assert (np.array(people) - beyond)[hidden].sum() >= LEAST


def test_few_of_the_whole_city_are_in_no_figure(tmp_path):
    town = service_town.write_town(tmp_path)
    homes = town.homes
    island = homes.index[-2:]  # no street leads to it
    for column in ("residents", *service_town.AGES):
        homes.loc[island, column] = 0.0
    homes.loc[island[:1], ["residents", "age_80_plus"]] = [3.0, 3.0]
    areas, whole = town.areas.copy(), town.boundary.copy()
    for column, home in (("population", "residents"), *((name, name) for name in service_town.AGES)):
        areas[column] = [homes.loc[homes["area_id"] == area, home].sum() for area in areas["area_id"]]
        whole[column] = [homes[home].sum()]
    result = kg.services.analyse(town.replace(homes=homes, areas=areas, boundary=whole), kind="family_doctor")
    assert result.city["people_beyond_family_doctor_cycle"] == 3
    public = result.published()
    assert few_of_the_city(result.city, result.kinds, LEAST) == {
        "people_beyond_family_doctor_cycle", "share_beyond_family_doctor_cycle",
    }  # fmt: skip
    assert np.isnan(public.city["people_beyond_family_doctor_cycle"])
    assert result.to_json()["city"]["share_beyond_family_doctor_cycle"] is None
