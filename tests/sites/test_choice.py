"""The choice of sites against all choices over networkx, and the questions that cannot be answered."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import small_town
from planner import run
from street_oracle import Oracle, streets_of
from tiny_city import frame, point

from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.pack.city import City
from kortrijk_geo.sites.change import prepare_use
from kortrijk_geo.sites.choice import choose
from kortrijk_geo.sites.choice_result import choice_spec

SITES = {
    "b1": ((20, 90), "bibliotheek"), "b2": ((575, 112), "bibliotheek"), "m1": ((160, 310), "buurthuis"),
    "c1": ((310, 290), "kerk"), "c2": ((400, 110), "kantoor"), "c3": ((590, 290), "jeugdhuis"),
    "c4": ((75, 290), "kerk"), "far": ((290, 380), "kantoor"), "away": ((290, 2_000), "kerk"),
}  # fmt: skip
WALK = {"walk_m_per_min": 80.0, "minutes": 2, "max_snap_m": 60.0}
LIMIT_M = 160.0


def site_frame(**changed):
    rows = {**SITES, **changed}
    return frame(
        [point(*at) for at, _ in rows.values()], site_id=list(rows), name=[f"Plek {key}" for key in rows],
        use=[use for _, use in rows.values()], floor_m2=[100.0] * len(rows), owner=["stad"] * len(rows),
    )  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    layers = small_town.layers()
    homes, areas, boundary = layers["homes"], layers["areas"], layers["boundary"]
    homes["residents"] = np.random.default_rng(3).integers(30, 70, len(homes)).astype(float)
    areas["population"] = homes.groupby("area_id")["residents"].sum().reindex(areas["area_id"]).to_numpy()
    boundary["population"] = homes["residents"].sum()
    changed = {"homes": homes, "areas": areas, "boundary": boundary, "city_sites": site_frame()}
    return small_town.write_town(tmp_path_factory.mktemp("town"), **changed)


@pytest.fixture(scope="module")
def metres(town: City) -> dict[str, np.ndarray]:
    """Metres from every home to every site, over networkx."""
    keys = [key for key in SITES if key not in ("far", "away")]
    shapes = np.array([point(*SITES[key][0]) for key in keys], dtype=object)
    graph, homes = StreetGraph.from_streets(town.streets, "walk"), town.homes.geometry
    oracle = Oracle(
        streets_of(town.streets, "walk"), homes=(homes, graph.place(homes).street),
        places=(shapes, graph.place(shapes).street),
    )  # fmt: skip
    return dict(zip(keys, oracle.metres("homes", "places"), strict=True))


def worth(objective, metres, people):
    if objective == "covered":
        return people[metres <= LIMIT_M + 1e-6].sum()
    return -np.average(metres, weights=people) if objective == "mean" else -metres.max()


@pytest.mark.parametrize("objective", ["covered", "mean", "worst"])
@pytest.mark.parametrize("anew", [False, True])
@pytest.mark.parametrize("uses", [("library",), ("library", "meeting_place")])
def test_no_other_choice_is_better(town, metres, objective, anew, uses):
    people = town.homes["residents"].to_numpy()
    made = choose(town, use=",".join(uses), count=2, objective=objective, anew=anew, **WALK)
    of_use = {"library": ["b1", "b2"], "meeting_place": ["m1"]}
    nowhere = np.full(len(people), np.inf)
    present = {use: np.min([nowhere, *([] if anew else (metres[key] for key in of_use[use]))], axis=0) for use in uses}
    base = np.max(list(present.values()), axis=0)
    several = len(uses) > 1
    free = [key for key in metres if anew or several or key not in of_use["library"]]
    values = {
        some: worth(objective, np.min([base, *(metres[key] for key in some)], axis=0), people)
        for some in combinations(free, 2)
    }
    best = max(values.values())
    after = np.min([base, *(metres[key] for key in made.site_ids)], axis=0)
    np.testing.assert_allclose(made.after_m, after, rtol=1e-6)
    assert values[tuple(sorted(made.site_ids, key=list(metres).index))] == pytest.approx(best, rel=1e-6)
    assert abs(made.choice.value) == pytest.approx(abs(best), rel=1e-6)
    assert made.choice.proven
    assert made.record()["people_within_after"] == people[after <= LIMIT_M + 1e-6].sum()


def test_kept_sites_are_in_and_closed_ones_are_gone(town, metres):
    people = town.homes["residents"].to_numpy()
    made = choose(town, use="bib", count=2, keep=["c4"], close=["b1", "c1"], **WALK)
    assert "c4" in made.site_ids
    assert not {"b1", "c1"} & set(made.site_ids)
    base = metres["b2"]
    best = max(
        worth("covered", np.min([base, metres["c4"], metres[key]], axis=0), people) for key in ("m1", "c2", "c3")
    )
    assert made.choice.value == best
    np.testing.assert_allclose(made.before_m, np.minimum(metres["b1"], metres["b2"]), rtol=1e-6)


def test_a_kept_site_that_has_the_use_stays_and_is_not_chosen(town):
    made = choose(town, use="library", count=1, keep=["b1"], **WALK)
    assert "b1" not in made.site_ids
    assert any("Blijft sowieso en telt niet als gekozen: b1" in note for note in choice_spec(town, made).result.notes)


def test_more_sites_are_never_worse(town):
    values = [choose(town, use="library", count=count, **WALK).choice.value for count in range(1, 6)]
    assert values == sorted(values)


def test_candidates_may_be_of_one_use_today(town):
    made = choose(town, use="library", count=2, among=["kerk"], **WALK)
    assert set(made.site_ids) == {"c1", "c4"}


def test_dwellings_and_depots_are_no_candidates_unless_asked_for_and_every_row_tells_its_use(town):
    city = town.replace(city_sites=site_frame(c1=((310, 290), "loods"), c3=((590, 290), "sociale woning")))
    made = choose(city, use="library", count=3, **WALK)
    assert set(made.site_ids) == {"m1", "c2", "c4"}
    result = choice_spec(city, made).result
    assert any("Geen kandidaat om hun gebruik vandaag: 2 plekken (woning, loods" in note for note in result.notes)
    assert set(result.layers["chosen"]["use_label"]) == {"ontmoetingsplaats", "kantoor", "kerk of gebedshuis"}
    assert choose(city, use="library", count=1, among=["loods"], **WALK).site_ids == ["c1"]
    assert "c3" in choose(city, use="library", count=2, keep=["c3"], **WALK).site_ids


def test_no_largest_distance_tells_a_home(town):
    made = choose(town, use="library", count=1, objective="worst", **WALK)
    result = choice_spec(town, made).result
    farthest = result.areas["farthest_m"].to_numpy("float64")
    assert np.isfinite(farthest).any()
    assert (farthest[np.isfinite(farthest)] % 10 == 0).all()
    record = made.record()
    assert record["farthest_m_after"] % 10 == record["value"] % 10 == 0
    assert made.farthest_m(made.after_m) % 10 != 0


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"use": "libary"}, "there is no use 'libary'; did you mean 'library'"),
        ({"use": "parking"}, "nobody goes to the nearest parking"),
        ({"use": "library", "keep": ["c1"], "close": ["c1"]}, "site 'c1' is both kept and closed"),
        ({"use": "library", "close": ["c11"]}, "close: there is no site 'c11'; did you mean 'c1'"),
        ({"use": "library", "keep": ["b22"]}, "keep: there is no site 'b22'; did you mean 'b2'"),
        ({"use": "library", "count": 0}, "count"),
        ({"use": "library", "count": 6}, "count is 6, but there are 5 sites to choose from"),
        ({"use": "library", "keep": ["far"]}, "site 'far' cannot be kept: it is too far from a street"),
        ({"use": "library", "keep": ["away"]}, "site 'away' cannot be kept: it is outside the city"),
        ({"use": "library", "close": ["m1", "c1", "c2", "c3", "c4"]}, "no site is left to choose from: all are closed"),
        ({"use": "library", "objective": "best"}, "objective is 'best', must be one of covered, mean, worst"),
        ({"use": "library", "mode": "fly"}, "mode is 'fly', must be one of walk, cycle"),
        ({"use": "library", "keep": ["c1", "c2", "c3"]}, "3 sites are kept, more than the 2"),
    ],
)
def test_what_cannot_be_answered_is_refused(town, asked, message):
    with pytest.raises(OptionError, match=message):
        choose(town, **{"count": 2, **asked}, **WALK)


def test_without_inhabitants_there_is_no_choice(town):
    homes = town.homes.assign(residents=np.nan)
    with pytest.raises(DataError, match="no inhabitants are known"):
        choose(town.replace(homes=homes), use="library", count=1, **WALK)


def test_homes_without_a_way_are_told_and_no_mean_is_infinite(town):
    """An island of streets with a home on it, and no site."""
    streets, homes = town.streets.copy(), town.homes.copy()
    island = streets.iloc[[0]].assign(street_id="island")
    island = island.set_geometry(island.translate(0, 60))
    cut = homes.index[:2]
    homes.loc[cut, "geometry"] = [point(40, 41), point(60, 41)]
    changed = town.replace(streets=pd.concat([streets, island], ignore_index=True), homes=homes)
    lone = homes.loc[cut, "residents"].sum()
    for objective in ("covered", "mean", "worst"):
        made = choose(changed, use="library", count=1, objective=objective, snap_to="any", **WALK)
        record = made.record()
        assert record["people_without_way_after"] == lone
        assert np.isfinite([record["value"], record["mean_m_after"], record["farthest_m_after"]]).all()
        notes = choice_spec(changed, made).result.notes
        assert any(note.startswith("Geen weg naar een plek: 2 woonpunten") for note in notes)


def test_unknown_inhabitants_are_told_and_their_area_has_no_figure(town):
    homes = town.homes.copy()
    homes.loc[homes.index[0], "residents"] = np.nan
    changed = town.replace(homes=homes)
    spec = choice_spec(changed, choose(changed, use="library", count=1, **WALK))
    area = homes["area_id"].iloc[0]
    assert spec.result.areas.loc[area, ["share_within", "people_beyond", "mean_m"]].isna().all()
    assert spec.result.areas["share_within"].notna().sum() == len(spec.result.areas) - 1
    assert any("Van 1 woonpunten zijn de inwoners onbekend" in note for note in spec.result.notes)


def test_a_single_change_is_told_as_from_all_distances(town, metres):
    people = town.homes["residents"].to_numpy()
    ready = prepare_use(town, "bib", **WALK)
    limit = LIMIT_M + 1e-6
    before = np.minimum(metres["b1"], metres["b2"])
    changed = ready.change(opened=["c1"], closed=["b1"])
    after = np.minimum(metres["c1"], metres["b2"])
    assert changed.people_gain == people[(after <= limit) & (before > limit)].sum() > 0
    assert changed.people_lose == people[(after > limit) & (before <= limit)].sum() > 0
    np.testing.assert_allclose(changed.metres, after, rtol=1e-6)
    np.testing.assert_allclose(ready.change().metres, before, rtol=1e-6)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"opened": ["b1"]}, "site 'b1' has the use already"),
        ({"opened": ["far"]}, "site 'far' lies too far from a street"),
        ({"closed": ["c1"]}, "site 'c1' does not have the use"),
        ({"closed": ["b3"]}, "closed: there is no site 'b3'"),
    ],
)
def test_a_change_that_cannot_be_is_refused(town, asked, message):
    with pytest.raises(OptionError, match=message):
        prepare_use(town, "bib", **WALK).change(**asked)


def test_the_page_compares_today_with_the_choice(town, tmp_path):
    done = run("sites", "choose", "--use", "library", "--use", "meeting_place", "--count", "2", "--close", "b2",
               "--minutes", "2", "--pack", town.folder, "--out", tmp_path, "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = {f"stadspatrimonium_keuze.{kind}" for kind in ("html", "gpkg", "xlsx", "geojson")}
    assert {path.name for path in tmp_path.iterdir()} == names
    written = json.loads(done.stdout)
    choice, city = written["choice"], written["city"]
    assert len(choice["sites"]) == 2
    assert choice["close"] == ["b2"]
    assert {"value", "bound", "gap", "method", "proven", "seconds", "merging_error"} <= set(choice)
    everybody = town.homes["residents"].sum()
    assert city["people_beyond"] == everybody - choice["people_within_after"] == everybody - choice["value"]
    assert city["people_beyond_before"] == everybody - choice["people_within_before"]
    assert city["people_beyond_change"] == city["people_beyond"] - city["people_beyond_before"]
    assert sum(row["people_beyond"] for row in written["areas"]) == pytest.approx(city["people_beyond"])


def test_wrong_questions_end_before_a_pack_is_read(tmp_path):
    done = run("sites", "choose", "--use", "bieb", "--pack", tmp_path / "none", "--out", tmp_path)
    assert done.returncode == 2
    assert "there is no use 'bieb'" in done.stderr
