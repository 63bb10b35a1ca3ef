"""People spread over homes: whole persons, every area's sum kept, unknown stays unknown."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.homes import spread


def _homes(areas, dwellings, x=None):
    places = np.arange(len(areas), dtype=float) if x is None else np.array(x, dtype=float)
    return gpd.GeoDataFrame(
        {
            "home_id": [f"w{n}" for n in range(len(areas))],
            "area_id": areas,
            "dwellings": np.array(dwellings, dtype=float),
        },
        geometry=list(shapely.points(places * 37 % 1000, places * 11 % 1000)),
        crs="EPSG:31370",
    )


def test_people_are_spread_in_proportion_to_dwellings():
    values, findings = spread({"A": 20, "B": 3}, _homes(["A", "A", "A", "B", None], [1, 2, 7, 1, 5]), "residents")
    assert values.tolist() == pytest.approx([2, 4, 14, 3, np.nan], nan_ok=True)
    assert values.name == "residents"
    assert findings == ()


def test_fewer_people_than_dwellings_do_not_all_go_to_the_large_buildings():
    """10 children, 90 houses and 2 blocks of 5 flats: the blocks are due one child together."""
    homes = _homes(["A"] * 92, [1] * 90 + [5] * 2)
    values, _ = spread({"A": 10}, homes, "children_0_2")
    assert values.sum() == 10
    assert values[90:].sum() <= 2
    assert values.max() == 1


def test_every_stretch_of_neighbours_gets_its_share():
    """100 houses in a row, 10 children: about one for every ten houses, not all at one end."""
    homes = _homes(["A"] * 100, [1] * 100)
    homes.geometry = list(shapely.points(np.arange(100.0), np.zeros(100)))
    values, _ = spread({"A": 10}, homes, "children_0_2")
    assert values.to_numpy().reshape(5, 20).sum(axis=1).tolist() == [2, 2, 2, 2, 2]


def test_what_is_unknown_stays_unknown_and_is_said():
    homes = _homes(["A", "A", "B", "C"], [1, 1, 1, 1])
    values, findings = spread({"A": None, "B": 0, "D": 7}, homes, "residents")
    assert values.tolist() == pytest.approx([np.nan, np.nan, 0, np.nan], nan_ok=True)
    assert findings == (
        "homes: residents: 1 areas have homes but no row of totals: unknown (C)",
        "homes: residents: 1 areas have an unknown total: unknown for their homes (A)",
        "homes: residents: 1 areas have no homes: their 7 people stay in the area's total and are in no home (D)",
    )


def test_an_area_whose_homes_have_no_dwellings_has_no_homes_for_its_people():
    values, findings = spread({"A": 5, "B": 0}, _homes(["A", "A", "B"], [0, 0, 0]), "residents")
    assert values.tolist() == pytest.approx([np.nan, np.nan, 0], nan_ok=True)
    assert "1 areas have no homes: their 5 people" in findings[0]


def test_a_home_of_unknown_weight_counts_as_the_usual_one():
    values, findings = spread({"A": 12}, _homes(["A", "A", "A"], [4, 4, np.nan]), "residents")
    assert values.tolist() == [4, 4, 4]
    assert findings == ("homes: residents: 1 homes of unknown dwellings count as 4",)


@pytest.mark.parametrize("total", [-1, float("inf"), 2.5])
def test_a_total_that_is_no_number_of_people_is_refused(total):
    with pytest.raises(DataError, match=r"residents of area A: .* is not a (whole )?number of people"):
        spread({"A": total}, _homes(["A"], [1]), "residents")


def test_a_negative_weight_is_refused():
    with pytest.raises(DataError, match="column dwellings: a weight must be a number from 0"):
        spread({"A": 1}, _homes(["A"], [-1]), "residents")


def test_fractions_and_other_weights_on_request():
    homes = _homes(["A", "A"], [1, 1]).assign(footprint_m2=[100.0, 300.0])
    values, _ = spread({"A": 2.5}, homes, "residents", weights="footprint_m2", whole=False)
    assert values.tolist() == pytest.approx([0.625, 1.875])


def test_no_homes_at_all():
    values, findings = spread({"A": 3}, _homes([], []), "residents")
    assert values.empty
    assert len(findings) == 1


CITY = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C", None]),
        st.one_of(st.integers(0, 40), st.floats(0, 500, allow_subnormal=False)),
        st.integers(0, 50),
    ),
    min_size=1,
    max_size=60,
)
TOTALS = st.fixed_dictionaries({area: st.one_of(st.none(), st.integers(0, 10**7)) for area in "ABC"})


@given(CITY, TOTALS, st.randoms())
@settings(max_examples=150)
def test_sums_are_kept_exactly_whatever_the_city(city, totals, random):
    areas, dwellings, x = zip(*city, strict=True)
    homes = _homes(areas, dwellings, x)
    values, _ = spread(totals, homes, "residents")
    assert not (values < 0).any()
    for area, total in totals.items():
        mine = homes.area_id == area
        weight = homes.dwellings[mine].sum()
        if total is None:
            assert values[mine].isna().all()
        elif weight > 0:
            assert values[mine].sum() == total
            assert (values[mine] == values[mine].round()).all()
            due = total * homes.dwellings[mine] / weight
            assert ((values[mine] - due).abs() < 1 + 1e-6 * max(total, 1)).all()
    assert values[homes.area_id.isna()].isna().all()
    shuffled = homes.sample(frac=1, random_state=random.randrange(2**31))
    again, _ = spread(totals, shuffled, "residents")
    assert again.sort_index().equals(values)
