"""A changed line is told at once by a prepared city, beside working it all out anew; run by ``make bench``."""

from __future__ import annotations

import datetime as dt
import os
import statistics
import time

import numpy as np
import pytest

import kortrijk_geo as kg
from kortrijk_geo.capacity.timetable_change import TimetableChange

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not os.environ.get("KORTRIJK_GEO_BENCHMARKS"), reason="set KORTRIJK_GEO_BENCHMARKS=1"),
]
OPTIONS = {"day": dt.date(2023, 2, 21), "categories": "default"}
MANY_HOMES = 30_000


def larger(city):
    """The city with homes again a few metres away, until there are 30,000."""
    homes = city.homes
    again = homes.sample(max(0, MANY_HOMES - len(homes)), random_state=1, replace=True)
    again = again.assign(home_id="again-" + np.arange(len(again)).astype(str).astype(object))
    again = again.set_geometry(again.geometry.translate(3, 3))
    import pandas as pd

    return city.replace(homes=pd.concat([homes, again], ignore_index=True))


def test_a_changed_line_is_told_within_half_a_second(las_palmas, tell):
    city = larger(las_palmas)
    ready = kg.reach.prepare_transit(city, **OPTIONS)
    table = ready.rides.net.timetable
    stop, at = str(table.stop_id[100]), (float(table.stop_x[100]) + 60, float(table.stop_y[100]))
    asked = {
        "a line out": {"without_lines": ["12"]},
        "a line every 5 minutes": {"headways": {"12": 5}},
        "a stop moved": {"moved_stops": {stop: at}},
    }
    for change in asked.values():
        ready.changed(TimetableChange.of(**change))
    begin = time.process_time()
    anew = kg.reach.analyse_transit(city, **OPTIONS, **asked["a line out"])
    whole = time.process_time() - begin
    medians = []
    for name, change in asked.items():
        seconds = []
        for _ in range(5):
            begin = time.process_time()
            told = ready.changed(TimetableChange.of(**change))
            seconds.append(time.process_time() - begin)
        medians.append(statistics.median(seconds))
        tell(
            f"prepared city, {len(ready.rides.origins):,} homes, 12 categories: {name}", medians[-1],
            beside=f"{whole / medians[-1]:.0f} times as quick as analysing anew ({whole:.2f} s)", mark="0.5 s",
        )  # fmt: skip
        if name == "a line out":
            np.testing.assert_array_equal(told.after["all"].iloc[:-1], anew.areas["share_all_transit_30"])
    assert max(medians) < 0.5
