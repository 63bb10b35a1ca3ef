"""A city prepared for changes of its timetable tells what working it all out anew tells, to the last digit."""

from __future__ import annotations

import numpy as np
import pytest
from random_timetable import DAY, random_timetable, running_lines
from small_feed import write_feed

import kortrijk_geo as kg
from kortrijk_geo.capacity.timetable_change import TimetableChange
from kortrijk_geo.errors import OptionError

OPTIONS = {"day": DAY, "from_time": "07:00", "to_time": "08:00", "minutes": 15, "snap_to": "any"}


@pytest.fixture
def riding(small, tmp_path):
    """Make a small city with a random timetable."""

    def make(seed):
        city = small.build().add("gtfs", write_feed(tmp_path / "bus.zip"), tmp_path / f"riding{seed}", source="Bus")
        random_timetable(np.random.default_rng(seed), (small.x0, small.y0)).write(city.folder / "timetable.npz")
        return kg.open_city(city.folder)

    return make


def changes(random, table, corner):
    """Random changes, of one kind or of several."""
    lines = random.permutation(running_lines(table)).tolist()
    stop = str(random.choice(table.stop_id))
    plan = random_timetable(random, corner, feed="plan", lines=int(random.integers(1, 3)))
    parts = {
        "without_lines": lines[:1],
        "headways": {lines[-1]: int(random.integers(1, 40))},
        "moved_stops": {
            stop: (corner[0] + float(random.integers(0, 1_600)), corner[1] + float(random.integers(0, 40)))
        },
        "added_trips": plan if running_lines(plan) else None,
    }
    if len(lines) == 1:
        parts.pop(str(random.choice(["without_lines", "headways"])))
    kept = random.permutation(list(parts))[: int(random.integers(1, len(parts) + 1))].tolist()
    return {name: parts[name] for name in kept}


def test_fifty_random_changes_equal_working_it_out_anew(riding, small, two_kinds):
    random, differ = np.random.default_rng(21), 0
    for seed in range(5):
        city = riding(seed)
        ready = kg.reach.prepare_transit(city, **OPTIONS, categories=two_kinds)
        assert running_lines(city.timetable())
        for _ in range(10):
            asked = changes(random, city.timetable(), (small.x0, small.y0))
            change = ready.changed(TimetableChange.of(**asked))
            anew = kg.reach.analyse_transit(city, **OPTIONS, categories=two_kinds, **asked)
            assert change.after.columns.tolist() == ["all", "food_shop", "pharmacy"]
            for key in change.after.columns:
                column = f"share_{key}_transit_15"
                np.testing.assert_array_equal(change.after[key].iloc[:-1], anew.areas[column], err_msg=str(asked))
                assert change.after.loc["city", key] == anew.city[column]
            homes = anew.layers["homes"]
            for key, rides in zip(ready.keys, ready.rides.changed(change.change).kinds, strict=True):
                seconds = homes[f"transit_minutes_{key}"].to_numpy() * 60
                known = np.isfinite(seconds)
                np.testing.assert_array_equal(rides.taken_s[known, 0], np.round(seconds[known]))
            differ += not change.difference.fillna(0).eq(0).all(axis=None)
    assert differ >= 5, "some of the changes change a share"


def test_nothing_changed_leaves_all_shares_and_a_change_leaves_what_was_prepared(riding, small, two_kinds):
    city = riding(2)
    ready = kg.reach.prepare_transit(city, **OPTIONS, categories=two_kinds)
    before = ready.shares.copy()
    np.testing.assert_array_equal(ready.changed(TimetableChange.of()).difference.fillna(0), 0)
    ready.changed(TimetableChange.of(running_lines(city.timetable())))
    np.testing.assert_array_equal(ready.shares, before)
    assert ready.shares.index.tolist() == ["W1", "W2", "city"]
    with pytest.raises(OptionError, match="give zonder lijn 0 to changed"):
        kg.reach.prepare_transit(city, **OPTIONS, categories=two_kinds, without_lines=["0"])
    with pytest.raises(OptionError, match="has no line '7'"):
        ready.changed(TimetableChange.of(["7"]))
    with pytest.raises(OptionError, match="farther than 100 m from any street"):
        ready.changed(TimetableChange.of(moved_stops={"s0": (small.x0 + 40_000.0, small.y0)}))
