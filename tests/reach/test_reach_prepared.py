"""A prepared city answers as one that is worked out anew, however its places change."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import kortrijk_geo as kg
from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.errors import OptionError
from kortrijk_geo.reach.times import nearest_of_kinds

NEAR = {"rtol": 0, "atol": 1e-9, "equal_nan": True}


@pytest.fixture
def prepared(small, two_kinds):
    return kg.reach.prepare(small.build(), categories=two_kinds)


def check_anew(prepared, city):
    """Compare with all distances worked out from nothing."""
    keys = prepared.chosen.categories.keys
    for mode, distances in prepared.distances.items():
        graph = StreetGraph.from_streets(city["streets"], mode)
        homes, points = graph.place(city["homes"]), graph.place(prepared.facilities.frame)
        limit_m = prepared.chosen.limit_m(mode, prepared.chosen.minutes)
        metres, counts, _ = nearest_of_kinds(graph, homes, prepared.facilities, points, keys, limit_m)
        np.testing.assert_allclose(distances.metres, metres, **NEAR)
        np.testing.assert_array_equal(distances.counts, counts)


def check_theme(prepared, categories):
    """Compare with the theme on a pack that has the places as they now are."""
    frame = prepared.facilities.frame
    tags = {"food_shop": '{"shop": "supermarket"}', "pharmacy": '{"amenity": "pharmacy"}'}
    amenities = frame.assign(amenity_id=frame["facility_id"], category="x", tags=frame["category"].map(tags))
    city = prepared.city.replace(amenities=amenities[["amenity_id", "category", "name", "tags", "geometry"]])
    homes = kg.reach.analyse(city, categories=categories, proximity=False).layers["homes"]
    for mode, distances in prepared.distances.items():
        inside = distances.on.homes["inside"]
        for column, key in enumerate(("food_shop", "pharmacy")):
            np.testing.assert_allclose(distances.metres[inside, column], homes[f"{mode}_m_{key}"], **NEAR)
            np.testing.assert_array_equal(distances.counts[inside, column], homes[f"{mode}_n_{key}"])


def test_two_hundred_random_changes_leave_what_working_out_anew_gives(small, prepared, two_kinds):
    draw = np.random.default_rng(15)

    def spot():
        return small.x0 + draw.uniform(0, 1_600), small.y0 + draw.uniform(-60, 60)

    layers = {name: prepared.city.layer(name) for name in ("streets", "homes")}
    kinds, gains = [], 0
    for number in range(200):
        category = ("food_shop", "pharmacy")[draw.integers(2)]
        frame = prepared.facilities.frame
        ids = frame.loc[frame["category"] == category, "place_id"].tolist()
        kind = draw.choice(["opened", "closed", "moved"] if 0 < len(ids) < 6 else ["closed"] if ids else ["opened"])
        kinds.append(kind)
        asked = {
            "opened": lambda: [spot()],
            "closed": lambda ids=ids: [draw.choice(ids)],
            "moved": lambda ids=ids: {draw.choice(ids): spot()},
        }[kind]()
        change = prepared.change(category, **{kind: asked})
        gains += sum((moved.homes_gain or 0) + (moved.homes_lose or 0) for moved in change.modes.values())
        prepared = change.after
        check_anew(prepared, layers)
        if number % 40 == 0:
            check_theme(prepared, two_kinds)
    assert {kinds.count(kind) > 30 for kind in ("opened", "closed", "moved")} == {True}
    assert gains > 50


def test_a_change_tells_who_gains_and_leaves_what_it_started_from(small, prepared):
    ids = prepared.facilities.frame.set_index("category")["place_id"]
    before = prepared.distances["walk"].counts.copy()
    closed = prepared.change(
        "pharmacy", closed=[ids["pharmacy"]] if isinstance(ids["pharmacy"], str) else ids["pharmacy"]
    )
    assert closed.modes["walk"].homes_lose is None, "without any pharmacy nothing is known of pharmacies"
    again = closed.after.change("pharmacy", opened=[(small.x0 + 100, small.y0)])
    assert (again.after.distances["walk"].counts[:, 1] >= 1).any()
    np.testing.assert_array_equal(prepared.distances["walk"].counts, before)


@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_within_is_reach_from(small, prepared, mode):
    for x in (0, 300, 1_000, 1_500):
        point = small.x0 + x, small.y0 + 5
        ours = prepared.within(*point, mode=mode)
        alone = kg.reach.reach_from(prepared.city, *point, mode)
        assert ours.to_json() == alone.to_json()
        assert ours.polygon.geometry.iloc[0].equals(alone.polygon.geometry.iloc[0])


def test_what_cannot_be_is_refused(small, prepared, two_kinds):
    with pytest.raises(OptionError, match=r"no category 'farmacy'.*pharmacy"):
        prepared.change("farmacy", opened=[(small.x0, small.y0)])
    with pytest.raises(OptionError, match="category pharmacy has no place with place_id 'nowhere'"):
        prepared.change("pharmacy", closed=["nowhere"])
    with pytest.raises(OptionError, match="lies farther than 100 m from any street"):
        prepared.change("pharmacy", opened=[(small.x0, small.y0 + 9_000)])
    on_foot = kg.reach.prepare(prepared.city, categories=two_kinds, modes=["walk"])
    with pytest.raises(OptionError, match="mode is 'cycle'"):
        on_foot.within(small.x0, small.y0, mode="cycle")


def test_one_question_in_a_fresh_process_loads_no_compiler_and_no_pandas(small):
    city = small.build()
    code = (
        "import sys, kortrijk_geo as kg\n"
        f"reached = kg.reach.reach_from(kg.open_city({str(city.folder)!r}), {small.x0 + 300}, {small.y0 + 5})\n"
        "print(reached.homes, 'numba' in sys.modules, 'esda' in sys.modules, 'scipy.signal' in sys.modules)\n"
        "assert not {'pandas', 'geopandas', 'pyproj', 'pyogrio', 'scipy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False", "False", "False"]
