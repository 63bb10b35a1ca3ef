"""Catchments of the theme: by hand on one street, against PySAL on the demo, borders crossed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from childcare_town import frame, home, layers, location

from kortrijk_geo.childcare import analyse, measure_catchment, network
from kortrijk_geo.childcare.catchment import decay_of, reach_m
from kortrijk_geo.childcare.rules import CatchmentRules, catchment_rules
from kortrijk_geo.errors import DataError, MissingLayerError, OptionError
from kortrijk_geo.figure import wording
from kortrijk_geo.rules import read_rules


def test_the_default_is_1200_m_on_foot_and_3750_m_by_bicycle():
    assert (reach_m("walk"), reach_m("cycle")) == (1_200, 3_750)
    assert reach_m("walk", minutes=10) == 800
    assert reach_m("walk", limit_m=500) == 500


def test_on_foot_by_hand(town):
    # Homes at 500 (40 children), 1500 (40), 2500 (20), 4500 (10, buffer). Steps of 400, 800 and 1200 m: 1, 0.68, 0.22.
    found = measure_catchment(town())
    per_child = {
        "ka": 30 / (40 * 1 + 40 * 0.22),  # 100 m from home a, 1100 m from home b
        "kb": 20 / (40 * 0.22 + 40 * 1 + 20 * 0.22),  # 1100, 100 and 900 m
        "kc": 4 / (40 * 0.22 + 20 * 1),  # 1000 m from b, at home c
        "kd": 8 / (20 * 0.22 + 10 * 0.22),  # 1000 m from c and from the home of the buffer
        "kout": 9 / (10 * 1),
    }
    expected = 100 * np.array(
        [
            per_child["ka"] + 0.22 * per_child["kb"],
            0.22 * per_child["ka"] + per_child["kb"] + 0.22 * per_child["kc"],
            0.22 * per_child["kb"] + per_child["kc"] + 0.22 * per_child["kd"],
            0.22 * per_child["kd"] + per_child["kout"],
        ]
    )
    assert found.homes == pytest.approx(expected)
    assert found.areas["A"] == pytest.approx(expected[0])
    assert np.isnan(found.areas["D"])  # no child lives there
    assert found.city == pytest.approx(np.average(expected[:3], weights=[40, 40, 20]))
    assert found.locations["places_per_100_children"]["kout"] == pytest.approx(90)


def test_plain_and_unweighted(town):
    city = town()
    ratio = measure_catchment(city, method="ratio")
    # Home b reaches ka, kb and kc (54 places); the children of a, b and c (100) are within 1200 m of it.
    assert ratio.homes[1] == pytest.approx(54)
    assert ratio.decay == ""
    plain = measure_catchment(city, method="2sfca")
    assert plain.homes[0] == pytest.approx(100 * (30 / 80 + 20 / 100))


def test_the_gaussian_decay(town):
    found = measure_catchment(town(), decay="gaussian", limit_m=1_200)
    near, far = np.exp(-0.5 * (100 / 600) ** 2), np.exp(-0.5 * (1_100 / 600) ** 2)
    assert found.locations["children_in_reach"]["ka"] == pytest.approx(40 * near + 40 * far)


@pytest.mark.parametrize("mode", ["walk", "cycle"])
@pytest.mark.parametrize("decay", ["steps", "gaussian"])
def test_places_are_shared_out_whole(town, mode, decay):
    city = town()
    net = network(city, mode)
    found = measure_catchment(city, mode=mode, decay=decay, net=net)
    shared = found.locations["places"][found.locations["children_in_reach"] > 0].sum()
    assert (net.people * found.homes / 100).sum() == pytest.approx(shared)


def test_a_creche_across_the_border_is_felt(town):
    content = layers()
    one = town(childcare=frame([location("k", 1_010, 24.0)]), homes=frame([home("a", "A", 40.0, 900)]))
    result = analyse(one)
    assert result.areas["places_per_100_children"]["A"] == 0
    assert result.areas["catchment_places_per_100_children"]["A"] == pytest.approx(60)
    assert len(content["areas"]) == 4


def test_a_pack_that_ends_at_the_border_says_so(town):
    content = layers()
    inside = town(
        homes=content["homes"][content["homes"]["area_id"].notna()],
        childcare=content["childcare"][content["childcare"]["location_id"] != "kout"],
    )
    notes = " ".join(measure_catchment(inside).notes)
    assert "geen woningen buiten het studiegebied" in notes
    assert "geen opvang buiten het studiegebied" in notes
    assert measure_catchment(town()).notes == []


def test_what_cannot_be_placed_is_left_out_and_told(town):
    content = layers()
    homes = pd.concat(
        [content["homes"], frame([home("hill", "A", 7.0, 500, 400.0)])],
        ignore_index=True,
    )
    childcare = pd.concat(
        [content["childcare"], frame([location("field", 500, 9.0, y=300.0)])],
        ignore_index=True,
    )
    city = town(homes=homes, childcare=childcare)
    found = measure_catchment(city)
    assert np.isnan(found.homes[4])
    assert found.homes[:4] == pytest.approx(measure_catchment(town()).homes)
    notes = " ".join(found.notes)
    assert "1 woonpunten met 7 kinderen" in notes
    assert "1 locaties liggen verder dan 100 m" in notes
    assert found.known_share == pytest.approx(100 / 107)


def test_homes_of_which_the_children_are_unknown_do_not_count_as_childless(town):
    # The home of the buffer had 10 children and 3 residents; per resident wijken A and B have most: 40 children on 3.
    homes = layers()["homes"]
    known = measure_catchment(town())
    unknown = measure_catchment(town(homes=homes.assign(children_0_2=[40.0, 40.0, 20.0, np.nan])))
    assert np.isnan(unknown.areas["C"])
    assert np.isnan(unknown.city)
    assert unknown.areas["A"] == pytest.approx(known.areas["A"])  # shares no place with the home of the buffer
    shared = 0.22 * 20 / (40 * 0.22 + 40 + 20 * 0.22) + 4 / (40 * 0.22 + 20)
    least, most = (100 * (shared + 0.22 * 8 / (20 * 0.22 + out * 0.22)) for out in (40, 0))
    assert [side["C"] for side in unknown.bounds.areas] == pytest.approx([least, most])
    assert least < known.areas["C"] < most
    assert unknown.bounds.city[0] < known.city < unknown.bounds.city[1]
    told = " ".join(unknown.notes)
    assert "van 1 woonpunten is het aantal kinderen onbekend (1 buiten het studiegebied)" in told
    assert "1.333,3 kinderen per 100 inwoners" in told


def test_a_wijk_of_which_the_children_are_unknown_does_not_lift_its_neighbour(town):
    homes = layers()["homes"]
    known = measure_catchment(town())
    unknown = measure_catchment(town(homes=homes.assign(children_0_2=[40.0, np.nan, 20.0, 10.0])))
    assert unknown.areas[["A", "B", "C"]].isna().all()
    for area in "ABC":
        least, most = (side[area] for side in unknown.bounds.areas)
        assert least <= known.areas[area] * (1 + 1e-9)
        assert known.areas[area] <= most
    # With no child in B the 30 places of ka are A's, and those of kb are of A and C; with 40 there all is as today.
    assert unknown.bounds.areas[1]["A"] == pytest.approx(100 * (30 / 40 + 0.22 * 20 / ((40 + 20) * 0.22)))
    assert unknown.bounds.areas[0]["A"] == pytest.approx(known.areas["A"])


def test_the_plain_ratio_is_bounded_too(town):
    homes = layers()["homes"].assign(children_0_2=[40.0, 40.0, np.nan, 10.0])
    found = measure_catchment(town(homes=homes), method="ratio")
    # Home b reaches 54 places and the children of a, b and c: 80 to 80 + 40.
    assert [side[1] for side in found.bounds.homes] == pytest.approx([100 * 54 / 120, 100 * 54 / 80])


def test_places_that_nobody_tells_leave_only_the_least(town):
    childcare = pd.concat([layers()["childcare"], frame([location("ku", 500, None)])], ignore_index=True)
    found = measure_catchment(town(childcare=childcare))
    known = measure_catchment(town())
    assert found.areas[["A", "B"]].isna().all()
    assert [side["A"] for side in found.bounds.areas] == [pytest.approx(known.areas["A"]), np.inf]
    assert found.areas["C"] == pytest.approx(known.areas["C"])
    assert "1 locaties zonder bekend aantal plaatsen" in " ".join(found.notes)


def test_a_headline_is_bounded_and_of_the_children_on_a_street(town):
    homes = layers()["homes"].assign(children_0_2=[40.0, 40.0, 20.0, np.nan])
    result = analyse(town(homes=homes))
    figure = result.headlines[-1]
    assert figure.value is None
    assert (figure.low, figure.high) == tuple(
        result.city[f"catchment_places_per_100_children_{e}"] for e in ("low", "high")
    )
    assert str(wording(figure)).startswith("tussen ")
    assert "catchment_places_per_100_children_low" in result.areas.columns
    assert result.to_json()["areas"][2]["catchment_places_per_100_children"] is None
    assert "catchment_places_per_100_children_low" not in analyse(town()).areas.columns
    far = pd.concat([layers()["homes"], frame([home("hill", "A", 60.0, 500, 400.0)])], ignore_index=True)
    areas = layers()["areas"].assign(children_0_2=[100.0, 40.0, 20.0, 0.0])  # the children on the hill are A's
    city = town(homes=far, areas=areas, boundary=layers()["boundary"].assign(children_0_2=160.0))
    assert str(wording(analyse(city).headlines[-1])).endswith("van 62 % van de kinderen")
    far.loc[4, "children_0_2"] = 200.0
    result = analyse(town(homes=far))
    assert result.headlines[-1].value is None
    assert np.isnan(result.city["catchment_places_per_100_children"])


def test_a_planned_location_is_no_supply(town):
    content = layers()
    planned = pd.concat(
        [content["childcare"], frame([location("plan", 500, 60.0, standing="decided", opens="2024-01-01")])],
        ignore_index=True,
    )
    assert measure_catchment(town(childcare=planned)).homes == pytest.approx(measure_catchment(town()).homes)


def test_without_homes_or_children_the_rate_stays_and_the_reach_is_unknown(town):
    result = analyse(town(homes=None, streets=None))
    assert result.areas["places_per_100_children"]["A"] == 75
    assert result.areas["catchment_places_per_100_children"].isna().all()
    assert "homes" not in result.layers
    assert any("geen laag homes en streets" in note for note in result.notes)
    childless = layers()["homes"].assign(children_0_2=np.nan)
    assert any("van geen enkele woning" in note for note in analyse(town(homes=childless)).notes)
    with pytest.raises(MissingLayerError, match="streets"):
        network(town(streets=None))
    with pytest.raises(DataError, match="no home on a street has a child"):
        network(town(homes=childless))


@pytest.mark.parametrize(
    "wrong",
    [{"mode": "car"}, {"method": "3sfca"}, {"decay": "linear"}, {"minutes": 0}, {"limit_m": np.nan},
     {"minutes": 5, "limit_m": 400}, {"level": "streets"}],
)  # fmt: skip
def test_options_that_cannot_be(town, wrong):
    with pytest.raises(OptionError):
        measure_catchment(town(), **wrong)


def test_a_broken_file_of_rules_names_file_and_key(tmp_path):
    from importlib.resources import files

    text = (files("kortrijk_geo.childcare") / "catchment.toml").read_text(encoding="utf-8")
    path = tmp_path / "eigen.toml"
    for old, new, message in (
        ("weights = [1.0, 0.68, 0.22]", "weights = [1.0, 0.68]", "one weight per share"),
        ("width_share = 0.5", "width = 0.5", r"gaussian\.width is not a known key; did you mean width_share"),
        ("minutes = 15", "minutes = 15\nhours = 1", "hours is not a known key"),
    ):
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(DataError, match=message):
            read_rules(CatchmentRules, path)


@pytest.mark.parametrize(("mode", "decay"), [("walk", "steps"), ("walk", "gaussian"), ("cycle", "steps")])
def test_the_demo_equals_pysal_access(demo, mode, decay):
    from access import weights
    from access.fca import two_stage_fca

    net = network(demo, mode)
    found = measure_catchment(demo, mode=mode, decay=decay, net=net)
    supply = demo.childcare.set_index("location_id").loc[found.locations.index]
    pairs = net.graph.within(net.graph.place(supply.geometry, catchment_rules().snap.max_m), net.places, found.limit_m)
    with_children = net.people[pairs.origin] > 0  # access takes long over pairs that add nothing
    limit, shares = found.limit_m, catchment_rules().steps.shares
    theirs = (
        weights.step_fn(dict(zip([share * limit for share in shares], catchment_rules().steps.weights, strict=True)))
        if decay == "steps"
        else weights.gaussian(catchment_rules().gaussian.width_share * limit)
    )
    expected = two_stage_fca(
        demand_df=pd.DataFrame({"demand": net.people}),
        supply_df=pd.DataFrame({"supply": supply["places"].to_numpy()}, index=pd.RangeIndex(len(supply), name="geoid")),
        cost_df=pd.DataFrame(
            {
                "origin": pairs.origin[with_children],
                "dest": pairs.facility[with_children],
                "cost": pairs.metres[with_children],
            }
        ),
        max_cost=limit,
        demand_index=True,
        demand_name="demand",
        supply_name="supply",
        weight_fn=theirs,
    ).reindex(np.arange(len(net.people)), fill_value=0.0)
    compared = (net.people > 0) & net.places.placed
    assert np.abs(found.homes / 100 - expected.to_numpy())[compared].max() < 1e-9
    assert decay_of(decay, limit)(np.array([0.0]))[0] == 1


def test_the_demo(demo):
    result = analyse(demo)
    assert round(result.city["places_per_100_children"], 1) == 57.9
    assert result.city["places"] == result.areas["places"].sum() == 1_376
    assert result.city["shortage_places"] == 50
    # Children do not stop at the border of a wijk: some wijk has much more, some much less than its own places.
    felt = result.areas["catchment_places_per_100_children"] - result.areas["places_per_100_children"]
    assert felt.max() > 5
    assert felt.min() < -5
